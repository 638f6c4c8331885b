/**
 * Every model, by id: to add one, write its file and one line here.
 */
import { unknownName } from "../core/errors.ts";
import type { AnyModel } from "../core/model.ts";
import { leaderCommitLatency } from "./consensus/leader-commit-latency.ts";
import { rttPlusFsync } from "./consensus/rtt-plus-fsync.ts";
import { mm1 } from "./queueing/mm1.ts";
import { cpuBound, nicBound, parallelSends, treeFanOut } from "./textbook/delay-readings.ts";
import { centralQueue, drainTime, randomSplit } from "./textbook/load-readings.ts";
import { textbookDelay } from "./textbook/textbook-delay.ts";
import { textbookLoad } from "./textbook/textbook-load.ts";

/** All models under the names by which programs know them. */
export const models = {
  mm1,
  leaderCommitLatency,
  rttPlusFsync,
  textbookDelay,
  nicBound,
  cpuBound,
  parallelSends,
  treeFanOut,
  textbookLoad,
  drainTime,
  randomSplit,
  centralQueue,
} as const;

/** The same by id, in this order, their input and output types forgotten. */
export const modelIndex: ReadonlyMap<string, AnyModel> = new Map(
  Object.values(models).map((model) => [model.id, model as unknown as AnyModel]),
);

/**
 * The model of an id.
 *
 * @throws UsageError with the known ids and the nearest
 * @example
 * modelNamed("mm1").title; // => "M/M/1 queue"
 */
export function modelNamed(id: string): AnyModel {
  const found = modelIndex.get(id);
  if (found === undefined) throw unknownName("models", "model", id, [...modelIndex.keys()]);
  return found;
}
