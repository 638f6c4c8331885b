/**
 * Models beside simulations: predictions made before the run, verdicts after it, and what a model leaves out.
 *
 * Simulator and model meet only here. They share the system's description and nothing else.
 */
import { DomainError, refuseUnknown, show, UsageError, unknownName } from "../core/errors.ts";
import { type Feature, unrepresented } from "../core/features.ts";
import type { Quantity } from "../core/model-types.ts";
import type { SystemSpec, WorkloadSpec } from "../core/system.ts";
import { relativeError, type Tolerance, type Verdict, verdict } from "../statistics/verdict.ts";
import { type Estimates, pickEstimate } from "./estimates.ts";
import { GENERAL_NAMES, type MeasureReference, readMeasure, referenceText } from "./measures.ts";
import type { PointPlan } from "./plan.ts";
import type { PointShape } from "./points.ts";
import type { LoadState } from "./steadiness.ts";

/** What a study needs of a model; every model of the index fits. */
export interface ComparableModel {
  readonly id: string;
  readonly title: string;
  readonly outputs: Readonly<Record<string, Quantity>>;
  readonly ignores?: readonly Feature[];
  evaluate(
    inputs: never,
  ):
    | { readonly stable: true; readonly outputs: Readonly<Record<string, number>> }
    | { readonly stable: false; readonly reason: string };
  fromSystem?(system: SystemSpec, workload: WorkloadSpec): object;
}

/** An output that predicts a measure, with what difference does not matter there. */
export interface Predicted {
  readonly output: string;
  readonly tolerance: Tolerance;
}

/** How a model is held against the simulation. */
export interface CompareOptions<P> {
  /** What difference does not matter, stated before the run: 0.05 is 5 % of the prediction. */
  readonly tolerance: Tolerance;
  /**
   * Which output predicts which measure: `{ clientLatency: "responseTime", "commitLatency.p99": "quantile" }`, where
   * it needs one with a tolerance of its own: `{ "commitLatency.p99": { output: "quantile", tolerance: 0.1 } }`.
   * Default: outputs that have the name of a measure.
   */
  readonly map?: Readonly<Record<string, string | Predicted>>;
  /** Inputs of a model that cannot read them from a system, or other inputs than those it reads. */
  readonly inputs?: (point: P, system: SystemSpec, workload: WorkloadSpec) => object;
}

/** A model as it was asked to compare. */
export interface CompareSpec {
  readonly model: ComparableModel;
  readonly tolerance: Tolerance;
  readonly map: readonly ({ readonly reference: MeasureReference } & Predicted)[];
  readonly inputs: ((point: PointShape, system: SystemSpec, workload: WorkloadSpec) => object) | null;
}

/** What a model says about one point. */
export interface Prediction {
  readonly model: string;
  /** All outputs; null when it is unstable there or does not apply. */
  readonly outputs: Readonly<Record<string, number>> | null;
  /** The model's reason when it has no steady state. */
  readonly unstable: string | null;
  /** Why the model does not apply, when it does not. */
  readonly inapplicable: string | null;
  /** Features that the system uses and the model leaves out. */
  readonly notRepresented: readonly Feature[];
}

/** One measure at one point against one model. */
export interface Comparison {
  readonly model: string;
  /** `commitLatency`, `commitLatency.p99`. */
  readonly measure: string;
  /** In SI; null where the model is unstable or does not apply. */
  readonly prediction: number | null;
  /** The model's reason when it is unstable. */
  readonly unstable: string | null;
  /** (simulated − prediction)/|prediction|; null without both. */
  readonly error: number | null;
  /** null where the model does not apply. */
  readonly verdict: Verdict | null;
  /** Features that the system uses and the model leaves out. */
  readonly notRepresented: readonly Feature[];
}

/** Reads a `compareWith` call. */
export function readCompare<P>(model: ComparableModel, options: CompareOptions<P>): CompareSpec {
  if (typeof model?.evaluate !== "function" || typeof model.id !== "string")
    throw new UsageError(`study: compareWith needs a model, got ${show(model)}`);
  const where = `study: compareWith ${model.id}`;
  if (options === undefined || options === null || typeof options !== "object" || !("tolerance" in options))
    throw new UsageError(
      `${where}: tolerance must be stated before the run, for instance { tolerance: 0.05 }`,
    );
  refuseUnknown(where, "option", Object.getOwnPropertyNames(options), ["tolerance", "map", "inputs"]);
  checkTolerance(options.tolerance);
  if (options.inputs === undefined && model.fromSystem === undefined)
    throw new UsageError(
      `${where}: inputs must be given, since the model cannot read them from a system: { inputs: (p) => ({ … }) }`,
    );
  return {
    model,
    tolerance: options.tolerance,
    map: readMap(where, model, options.tolerance, options.map),
    inputs: (options.inputs as CompareSpec["inputs"]) ?? null,
  };
}

/** Checks a tolerance by the rule that will use it. */
function checkTolerance(tolerance: Tolerance): void {
  verdict({ low: 1, high: 1 }, 1, tolerance);
}

function readMap(
  where: string,
  model: ComparableModel,
  tolerance: Tolerance,
  given: CompareOptions<never>["map"],
): CompareSpec["map"] {
  const outputs = Object.keys(model.outputs);
  const named =
    given === undefined
      ? GENERAL_NAMES.filter((name) => outputs.includes(name)).map((name) => [name, name])
      : Object.entries(given);
  if (named.length === 0)
    throw new UsageError(
      `${where}: map must say which output predicts which measure (measures: ${GENERAL_NAMES.join(", ")}; outputs: ${outputs.join(", ")})`,
    );
  return named.map(([measure, by]) => {
    const predicted = typeof by === "object" && by !== null ? by : { output: by, tolerance };
    refuseUnknown(where, `option of map.${measure}`, Object.keys(predicted), ["output", "tolerance"]);
    if (!outputs.includes(predicted.output))
      throw unknownName(where, "output", String(predicted.output), outputs);
    checkTolerance(predicted.tolerance);
    return { reference: readMeasure(where, measure), ...predicted };
  });
}

/**
 * Asks a model about a point.
 *
 * @throws UsageError when inputs are wrong in name; a DomainError says that the model does not apply and is kept as
 * its answer
 */
export function predict(
  spec: CompareSpec,
  plan: Pick<PointPlan, "point" | "system" | "workload">,
): Prediction {
  const { model } = spec;
  const { point, system, workload } = plan;
  const notRepresented = unrepresented(model, system, workload);
  const nothing = { model: model.id, outputs: null, unstable: null, inapplicable: null, notRepresented };
  try {
    const inputs = spec.inputs?.(point, system, workload) ?? model.fromSystem?.(system, workload);
    const answer = model.evaluate(inputs as never);
    return answer.stable ? { ...nothing, outputs: answer.outputs } : { ...nothing, unstable: answer.reason };
  } catch (error) {
    if (error instanceof DomainError) return { ...nothing, inapplicable: error.message };
    throw error;
  }
}

/** Refuses a model that applies to none of the points. */
export function refuseInapplicable(predictions: readonly Prediction[]): void {
  const reasons = predictions.map((prediction) => prediction.inapplicable);
  if (reasons.length > 0 && reasons.every((reason) => reason !== null))
    throw new DomainError(
      `study: ${predictions[0].model} must apply to some point, got at all ${reasons.length}: ${reasons[0]}`,
    );
}

/** Judges every measure of one model at one point. */
export function compare(
  spec: CompareSpec,
  prediction: Prediction,
  state: LoadState,
  estimates: Estimates | null,
): Comparison[] {
  return spec.map.map(({ reference, output, tolerance }) => {
    const { unstable, notRepresented } = prediction;
    const base = { model: spec.model.id, measure: referenceText(reference), unstable, notRepresented };
    if (prediction.inapplicable !== null) return { ...base, prediction: null, error: null, verdict: null };
    if (prediction.outputs === null)
      return { ...base, prediction: null, error: null, verdict: unstableVerdict(state) };
    const predicted = prediction.outputs[output];
    const simulated = pickEstimate(estimates, reference);
    if (state !== "steady" || simulated === undefined)
      return { ...base, prediction: predicted, error: null, verdict: steadyVerdict(state) };
    const error = relativeError(simulated.mean, predicted);
    return {
      ...base,
      prediction: predicted,
      error: Number.isFinite(error) ? error : null,
      verdict: verdict(simulated, predicted, tolerance),
    };
  });
}

/** The model sees no steady state: right where the simulation has none either. */
function unstableVerdict(state: LoadState): Verdict {
  if (state === "unstable") return "agrees";
  return state === "steady" ? "differs" : "undecided";
}

/** The model predicts a steady state that the simulation does not show. */
function steadyVerdict(state: LoadState): Verdict {
  return state === "unstable" ? "differs" : "undecided";
}
