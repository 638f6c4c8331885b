/** From the runs of a workload to its rows. */
import { DomainError } from "../../lib/core/errors.ts";
import { agreements } from "./agreement.ts";
import type { Report } from "./report.ts";
import type { Workload } from "./workloads.ts";

/** One engine on one workload. */
export interface BenchRow {
  readonly workload: string;
  readonly engine: string;
  /** Median over the runs, in `unit`. */
  readonly rate: number;
  /** Median of the ratios of this engine's runs to the baseline's of the same round. */
  readonly ratio: number;
  /** What the ratio is to. */
  readonly baseline: string;
  /** Over all runs; engines whose means disagree are refused. */
  readonly mean: number;
  /** What the mean must be, and how far chance lets it be off. */
  readonly expected: number;
  readonly tolerance: number;
  /** Smallest and largest rate of a run. */
  readonly spread: readonly [min: number, max: number];
  /** Measured runs, the warm-up not among them. */
  readonly runs: number;
  /** Operations of one run. */
  readonly operations: number;
  readonly unit: string;
}

/** The runs of one engine: a warm-up, whose speed does not count, and measured ones. */
export interface EngineRuns {
  readonly engine: string;
  readonly warmUp: Report | null;
  readonly measured: readonly Report[];
}

/** The middle value; of an even number the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new DomainError("bench: median must be of at least 1 value, got 0");
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/**
 * Makes the rows of a workload from runs that were taken in rounds, one of every engine.
 *
 * Ratios are taken within a round, since a machine's speed drifts from one to the next, and the median of them is
 * the row's.
 *
 * @throws DomainError when an engine's mean disagrees: it does not compute the same thing, so its speed says nothing
 */
export function makeRows(workload: Workload, engines: readonly EngineRuns[]): BenchRow[] {
  const baseline = engines[0];
  const checks = agreements(
    engines.map(({ engine, warmUp, measured }) => {
      const all = warmUp === null ? measured : [warmUp, ...measured];
      return { engine, means: all.map((run) => run.mean), operations: all.map((run) => run.operations) };
    }),
    workload.mean.expected,
  );
  const wrong = checks.find((check) => !check.agrees);
  if (wrong !== undefined) {
    throw new DomainError(
      `bench: ${workload.name} on ${wrong.engine}: mean of ${workload.mean.of} must be ${wrong.expected.toPrecision(6)} within ${wrong.tolerance.toPrecision(2)}, got ${wrong.mean.toPrecision(6)}`,
    );
  }
  const { limit, unit, name } = workload;
  const base = limit === undefined ? readings(workload, baseline) : null;
  return engines.map((runs, i) => {
    const values = readings(workload, runs);
    return {
      workload: name,
      engine: runs.engine,
      rate: median(values),
      ratio: median(values.map((value, round) => value / (base?.[round] ?? limit?.value ?? Number.NaN))),
      baseline: limit?.name ?? baseline.engine,
      mean: checks[i].mean,
      expected: checks[i].expected,
      tolerance: checks[i].tolerance,
      spread: [Math.min(...values), Math.max(...values)],
      runs: values.length,
      operations: runs.measured[0].operations,
      unit,
    };
  });
}

function readings(workload: Workload, { engine, measured }: EngineRuns): number[] {
  return measured.map((run) => {
    if (workload.reading !== "peak") return run.rate;
    if (run.peak === undefined) throw new DomainError(`bench: ${engine}: peak must be reported, got none`);
    return run.peak;
  });
}
