/** One row of a result: a point, what was simulated there, what was predicted, and how the two compare. */
import type { SystemSpec, WorkloadSpec } from "../core/system.ts";
import { PARTS, type Part } from "../simulation/tracer.ts";
import { type Interval, replicationInterval } from "../statistics/interval.ts";
import { type CompareSpec, type Comparison, compare, type Prediction } from "./comparison.ts";
import { type Estimate, type Estimates, estimate, estimateOwn } from "./estimates.ts";
import { type ByMeasure, LATENCY_NAMES, SCALAR_NAMES } from "./measures.ts";
import type { RunSettings } from "./options.ts";
import type { PointOutcome } from "./point-run.ts";
import type { PointShape } from "./points.ts";
import type { LoadState } from "./steadiness.ts";

/** Where the time of the operations went. Seconds, means over all that were followed. */
export interface RowAttribution {
  readonly parts: Readonly<Record<Part, Interval>>;
  /** Terms of the same names that a compared model has, by model. */
  readonly model: Readonly<Record<string, Readonly<Partial<Record<Part, number>>>>>;
  /** Operations whose path could not be followed to its beginning, of all measured ones. */
  readonly untraced: number;
  /** Largest |sum of parts − latency| of any operation followed, in seconds. */
  readonly sumError: number;
}

/** A finished point. SI units throughout. */
export interface StudyRow<P = PointShape> {
  readonly point: P;
  readonly key: string;
  readonly state: LoadState;
  /** Why the state is not steady. */
  readonly reason: string | null;
  /**
   * Estimates by measure, each with its interval. A latency is null where there is no steady state to estimate;
   * throughput and utilisations then say what the overloaded system does.
   */
  readonly measures: ByMeasure<Estimate | null>;
  /** Latencies of runs that are not steady: they depend on how long the run was. null where `measures` has them. */
  readonly transient: Readonly<Record<(typeof LATENCY_NAMES)[number], Estimate>> | null;
  readonly replications: number;
  /** Operations measured in each replication, and dropped before. */
  readonly operations: number;
  readonly warmUp: number;
  readonly precisionReached: boolean;
  /** Measured operations of all replications by how they ended. */
  readonly ended: { readonly ok: number; readonly failed: number; readonly unknown: number };
  readonly predictions: readonly Prediction[];
  readonly comparisons: readonly Comparison[];
  readonly attribution: RowAttribution | null;
  /** Whether what clients saw was judged. */
  readonly judged: boolean;
  /** Events of the protocol's `sometimes` that happened. */
  readonly seen: readonly string[];
  readonly system: SystemSpec;
  readonly workload: WorkloadSpec;
}

/** Makes the row of a finished point. */
export function makeRow(
  outcome: PointOutcome,
  predictions: readonly Prediction[],
  compared: readonly CompareSpec[],
  settings: Pick<RunSettings, "quantiles" | "level" | "histories">,
): StudyRow {
  const { plan, replications, steadiness, warmUp } = outcome;
  const { state, reason } = steadiness;
  const answered = replications.length >= 2 && replications.every((r) => r.ok > 0);
  const estimates = answered ? estimate(replications, settings.quantiles, settings.level) : null;
  const steady = state === "steady" && estimates !== null;
  const sum = (name: "ok" | "failed" | "unknown"): number =>
    replications.reduce((total, r) => total + r[name], 0);
  return {
    point: plan.point,
    key: plan.key,
    state,
    reason,
    measures: measuresOf(estimates, steady, replications.length, outcome, settings.level),
    transient:
      steady || estimates === null
        ? null
        : { commitLatency: estimates.commitLatency, clientLatency: estimates.clientLatency },
    replications: replications.length,
    operations: plan.operations,
    warmUp,
    precisionReached: outcome.precisionReached,
    ended: { ok: sum("ok"), failed: sum("failed"), unknown: sum("unknown") },
    predictions,
    comparisons: compared.flatMap((spec, i) => compare(spec, predictions[i], state, estimates)),
    attribution: attributionOf(outcome, predictions, settings.level),
    judged: settings.histories,
    seen: [...new Set(replications.flatMap((r) => r.seen))].sort((a, b) => (a < b ? -1 : 1)),
    system: plan.system,
    workload: plan.workload,
  };
}

function measuresOf(
  estimates: Estimates | null,
  steady: boolean,
  count: number,
  { replications }: PointOutcome,
  level: number,
): StudyRow["measures"] {
  const all: Record<string, Estimate | null> = {};
  for (const name of LATENCY_NAMES) all[name] = steady ? (estimates as Estimates)[name] : null;
  for (const name of SCALAR_NAMES) {
    const values = replications.map((r) => r.scalars[name]);
    all[name] = count < 2 ? null : { ...replicationInterval(values, level), quantiles: {} };
  }
  for (const name of Object.keys(replications[0]?.own ?? {})) all[name] = null;
  Object.assign(all, estimateOwn(replications, level));
  return all as StudyRow["measures"];
}

function attributionOf(
  { replications }: PointOutcome,
  predictions: readonly Prediction[],
  level: number,
): RowAttribution | null {
  const means = replications
    .map((r) => r.parts)
    .filter((parts): parts is readonly number[] => parts !== null);
  if (means.length < 2 || means.length < replications.length) return null;
  const parts = Object.fromEntries(
    PARTS.map((part, i) => [
      part,
      replicationInterval(
        means.map((values) => values[i]),
        level,
      ),
    ]),
  ) as Record<Part, Interval>;
  const model = Object.fromEntries(
    predictions.flatMap(({ model: id, outputs }) => {
      const terms = PARTS.filter((part) => outputs !== null && Object.hasOwn(outputs, part));
      return terms.length === 0
        ? []
        : [[id, Object.fromEntries(terms.map((part) => [part, outputs?.[part]]))]];
    }),
  ) as RowAttribution["model"];
  return {
    parts,
    model,
    untraced: replications.reduce((sum, r) => sum + r.untraced, 0),
    sumError: Math.max(...replications.map((r) => r.partsError)),
  };
}
