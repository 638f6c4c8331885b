/**
 * Every model, by id: to add one, write its file and one line here.
 */
import { unknownName } from "../core/errors.ts";
import type { AnyModel, InputTable, Model, Quantity } from "../core/model.ts";
import { leaderCommitLatency } from "./consensus/leader-commit-latency.ts";
import { mm1 } from "./queueing/mm1.ts";

/** All models under the names by which programs know them. */
export const models = {
  mm1,
  leaderCommitLatency,
} as const;

/** Forgets a model's input and output types, for lists and the command line. */
export function anyModel<I extends InputTable, O extends Readonly<Record<string, Quantity>>>(
  model: Model<I, O>,
): AnyModel {
  return model as unknown as AnyModel;
}

/**
 * The model of an id.
 * @throws UsageError with the known ids and the nearest
 * @example
 * modelNamed("mm1").title; // => "M/M/1 queue"
 */
export function modelNamed(id: string): AnyModel {
  const found = modelList().find((model) => model.id === id);
  if (found === undefined)
    throw unknownName(
      "models",
      "model",
      id,
      modelList().map((model) => model.id),
    );
  return found;
}

/** All models in the order of the index. */
export function modelList(): readonly AnyModel[] {
  return Object.values(models).map((model) => model as unknown as AnyModel);
}
