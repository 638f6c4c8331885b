/** Runs all points of a plan on an executor, long ones first, and stops them all when one fails or a signal says so. */
import { setMaxListeners } from "node:events";
import type { CompareSpec, Prediction } from "./comparison.ts";
import type { Executor } from "./execution.ts";
import type { MeasureReference } from "./measures.ts";
import type { RunOptions, RunSettings } from "./options.ts";
import { costOf, type PointPlan } from "./plan.ts";
import { type RunContext, runPoint } from "./point-run.ts";
import { ProgressMeter, progressListener } from "./progress.ts";
import { makeRow, type StudyRow } from "./row.ts";

/** What to run and how. */
export interface Schedule {
  readonly name: string;
  readonly settings: RunSettings;
  readonly measures: readonly MeasureReference[];
  readonly compared: readonly CompareSpec[];
  /** One list a plan, one prediction a model. */
  readonly predictions: readonly (readonly Prediction[])[];
  readonly executor: Executor;
  readonly options: Pick<RunOptions, "signal" | "onProgress" | "progress">;
}

/** Rows of finished points in the order of the plan, and whether that is all of them. */
export interface Scheduled {
  readonly rows: readonly StudyRow[];
  readonly complete: boolean;
}

/** Points under way for each worker: enough that nobody waits for the end of a round. */
const POINTS_A_WORKER = 3;

/** Runs plans to rows. @throws the first error of any point; an abort is no error */
export async function runPlans(plans: readonly PointPlan[], schedule: Schedule): Promise<Scheduled> {
  const { signal } = schedule.options;
  const stop = new AbortController();
  // Every task under way listens.
  setMaxListeners(0, stop.signal);
  const abort = (): void => stop.abort(signal?.reason);
  if (signal?.aborted) abort();
  signal?.addEventListener("abort", abort, { once: true });
  const rows = new Array<StudyRow | undefined>(plans.length);
  const meter = new ProgressMeter(plans, schedule.settings.minReplications, schedule.measures[0]);
  const listener = progressListener(schedule.name, schedule.options);
  const context: RunContext = {
    settings: schedule.settings,
    measures: schedule.measures,
    executor: schedule.executor,
    signal: stop.signal,
    finished: (_plan, operations, replications) => {
      meter.finished(operations, replications);
      listener.update(meter.report());
    },
    looked: (plan, precision, expected) => meter.looked(plan, precision, expected),
  };
  const queue = [...plans].sort((a, b) => costOf(b) - costOf(a) || a.index - b.index);
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < queue.length) {
      const plan = queue[next++];
      const outcome = await runPoint(plan, context);
      const { index } = plan;
      rows[index] = makeRow(outcome, schedule.predictions[index], schedule.compared, schedule.settings);
      meter.ended(plan, outcome.replications.length);
    }
  };
  const lanes = Array.from(
    { length: Math.min(plans.length, schedule.executor.workers * POINTS_A_WORKER) },
    lane,
  );
  try {
    await Promise.all(lanes);
  } catch (error) {
    next = queue.length;
    if (!signal?.aborted) {
      stop.abort(error);
      await Promise.allSettled(lanes);
      throw error;
    }
    await Promise.allSettled(lanes);
  } finally {
    signal?.removeEventListener("abort", abort);
  }
  const finished = rows.filter((row): row is StudyRow => row !== undefined);
  const complete = finished.length === plans.length;
  if (complete) listener.update(meter.report());
  listener.done(
    `${schedule.name}: ${finished.length} of ${plans.length} points${complete ? "" : ", stopped"}`,
  );
  return { rows: finished, complete };
}
