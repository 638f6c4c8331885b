/** From replications to estimates: every number with its interval. */
import { LatencyHistogram } from "../statistics/histogram.ts";
import { type Interval, replicationInterval } from "../statistics/interval.ts";
import { sectionedQuantile } from "../statistics/quantiles.ts";
import {
  type ByMeasure,
  LATENCY_NAMES,
  type LatencyName,
  type MeasureReference,
  quantileLabel,
  SCALAR_NAMES,
} from "./measures.ts";
import type { Replication } from "./task.ts";

/** A measure at one point: its mean with an interval, and for latencies the quantiles. SI units. */
export interface Estimate extends Interval {
  /** By label: `p50`, `p99`. A quantile is missing where a replication has too few answers for it. */
  readonly quantiles: Readonly<Record<string, Interval>>;
}

/** All measures of one point. */
export type Estimates = ByMeasure<Estimate>;

/** Histograms of one latency, one a replication, in order. */
function histogramsOf(replications: readonly Replication[], name: LatencyName): LatencyHistogram[] {
  return replications.map((r) => LatencyHistogram.fromJSON(r.latencies[name].histogram));
}

function quantilesOf(
  replications: readonly Replication[],
  name: LatencyName,
  list: readonly number[],
  level: number,
): Record<string, Interval> {
  const least = Math.min(...replications.map((r) => r.latencies[name].moments.count));
  const known = list.filter((p) => least * Math.min(p, 1 - p) >= 5 - 1e-9);
  if (known.length === 0) return {};
  const histograms = histogramsOf(replications, name);
  return Object.fromEntries(known.map((p) => [quantileLabel(p), sectionedQuantile(histograms, p, level)]));
}

/** Estimates every measure from at least 2 replications with answers. */
export function estimate(
  replications: readonly Replication[],
  quantiles: readonly number[],
  level: number,
): Estimates {
  const all: Record<string, Estimate> = { ...estimateOwn(replications, level) };
  for (const name of LATENCY_NAMES) {
    const means = replications.map((r) => r.latencies[name].moments.mean);
    all[name] = {
      ...replicationInterval(means, level),
      quantiles: quantilesOf(replications, name, quantiles, level),
    };
  }
  for (const name of SCALAR_NAMES) {
    const values = replications.map((r) => r.scalars[name]);
    all[name] = { ...replicationInterval(values, level), quantiles: {} };
  }
  return all as Estimates;
}

/** Estimates a protocol's own measures, those that every replication could measure. */
export function estimateOwn(replications: readonly Replication[], level: number): Record<string, Estimate> {
  const names = Object.keys(replications[0]?.own ?? {});
  const values = names.map((name) => [name, replications.map((r) => r.own[name])] as const);
  return Object.fromEntries(
    values
      .filter(([, list]) => list.length >= 2 && !list.some(Number.isNaN))
      .map(([name, list]) => [name, { ...replicationInterval(list, level), quantiles: {} }]),
  );
}

/** The interval of one measure or quantile from replications, for deciding whether to go on. */
export function intervalOf(
  replications: readonly Replication[],
  { measure, statistic }: MeasureReference,
  level: number,
): Interval | undefined {
  if (statistic !== "mean") {
    const p = Number((Number(statistic.slice(1)) / 100).toPrecision(12));
    return quantilesOf(replications, measure as LatencyName, [p], level)[statistic];
  }
  const isLatency = (LATENCY_NAMES as string[]).includes(measure);
  const values = replications.map((r) =>
    isLatency
      ? r.latencies[measure as LatencyName].moments.mean
      : (r.scalars[measure as keyof Replication["scalars"]] ?? r.own[measure]),
  );
  return values.some(Number.isNaN) ? undefined : replicationInterval(values, level);
}

/** The estimate that a reference names, or `undefined` when there is none. */
export function pickEstimate(
  estimates: Estimates | null,
  { measure, statistic }: MeasureReference,
): Interval | undefined {
  if (estimates === null) return undefined;
  return statistic === "mean" ? estimates[measure] : estimates[measure]?.quantiles[statistic];
}
