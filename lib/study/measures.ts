/** What a study measures: names, units, and how a reference such as `commitLatency.p99` is read. */
import { DomainError, nearest, show, unknownName } from "../core/errors.ts";
import type { Dimension } from "../core/units.ts";
import { protocolIndex } from "../protocols/index.ts";

/** One measure. */
export interface MeasureInfo {
  readonly dimension: Dimension;
  /** As on an axis. */
  readonly title: string;
  readonly meaning: string;
}

/** Latencies have a distribution: mean and quantiles. */
export const LATENCIES = {
  commitLatency: {
    dimension: "time",
    title: "commit latency",
    meaning: "from the request's arrival at the node that serves it to its answer, operations ended ok",
  },
  clientLatency: {
    dimension: "time",
    title: "client latency",
    meaning: "from the client's request to its answer at the client, operations ended ok",
  },
} as const satisfies Readonly<Record<string, MeasureInfo>>;

/** One number a replication. */
export const SCALARS = {
  throughput: {
    dimension: "rate",
    title: "throughput",
    meaning: "operations ended ok per second, from the first measured one on",
  },
  cpuUtilisation: {
    dimension: "one",
    title: "CPU utilisation of the leader",
    meaning: "share of the measured time in which the first leader's processor was busy",
  },
  cpuUtilisationMax: {
    dimension: "one",
    title: "highest CPU utilisation",
    meaning: "the same, of the busiest node",
  },
  egressUtilisation: {
    dimension: "one",
    title: "egress utilisation of the leader",
    meaning: "share of the measured time in which the first leader's egress port was busy",
  },
  egressUtilisationMax: {
    dimension: "one",
    title: "highest egress utilisation",
    meaning: "the same, of the busiest node",
  },
  diskUtilisation: {
    dimension: "one",
    title: "disk utilisation of the leader",
    meaning: "share of the measured time in which the first leader's disk was busy",
  },
  diskUtilisationMax: {
    dimension: "one",
    title: "highest disk utilisation",
    meaning: "the same, of the busiest node",
  },
  messagesPerOperation: {
    dimension: "one",
    title: "messages per operation",
    meaning: "messages sent between nodes in the whole run, per operation issued",
  },
} as const satisfies Readonly<Record<string, MeasureInfo>>;

export type LatencyName = keyof typeof LATENCIES;
export type ScalarName = keyof typeof SCALARS;
export type MeasureName = LatencyName | ScalarName;

export const LATENCY_NAMES = Object.keys(LATENCIES) as LatencyName[];
export const SCALAR_NAMES = Object.keys(SCALARS) as ScalarName[];
/** What protocols measure of their own; protocols that share a name mean the same by it. */
const OWN: Readonly<Record<string, MeasureInfo>> = Object.assign(
  {},
  ...[...protocolIndex.values()].map((protocol) => protocol.measures ?? {}),
);
/** Every measure, latencies first, those of single protocols last. */
export const MEASURES: Readonly<Record<MeasureName, MeasureInfo> & Record<string, MeasureInfo>> = {
  ...LATENCIES,
  ...SCALARS,
  ...OWN,
};
const MEASURE_NAMES: readonly string[] = Object.keys(MEASURES);
/** Measures of every protocol. */
export const GENERAL_NAMES: readonly string[] = [...LATENCY_NAMES, ...SCALAR_NAMES];

/** Something known of every measure; of a protocol's own only where that protocol runs. */
export type ByMeasure<T> = Readonly<Record<MeasureName, T> & Record<string, T>>;

/**
 * Refuses a measure that none of the protocols has.
 *
 * @throws UsageError with the measures that there are
 */
export function refuseForeign(
  where: string,
  references: readonly MeasureReference[],
  protocols: readonly string[],
): void {
  const had = protocols.flatMap((name) => Object.keys(protocolIndex.get(name)?.measures ?? {}));
  const known = [...GENERAL_NAMES, ...new Set(had)];
  for (const { measure } of references)
    if (!known.includes(measure))
      throw unknownName(where, `measure of ${protocols.join(", ")}`, measure, known);
}

/** A measure or one of its quantiles. */
export interface MeasureReference {
  readonly measure: string;
  /** `mean`, or the label of a quantile such as `p99`. */
  readonly statistic: string;
}

/**
 * The label of a quantile: `p50`, `p99`, `p99.9`.
 * @example quantileLabel(0.999); // => "p99.9"
 */
export function quantileLabel(p: number): string {
  return `p${Number((100 * p).toPrecision(12))}`;
}

/** The quantile that a label names, or `undefined` when it is no label. */
export function quantileOfLabel(label: string): number | undefined {
  const match = /^p(\d+(?:\.\d+)?)$/.exec(label);
  if (match === null) return undefined;
  const p = Number(match[1]) / 100;
  return p > 0 && p < 1 ? p : undefined;
}

/**
 * Reads `commitLatency`, `commitLatency.mean` or `commitLatency.p99`.
 *
 * @throws UsageError for a measure or statistic that does not exist
 */
export function readMeasure(where: string, text: unknown): MeasureReference {
  if (typeof text !== "string")
    throw new DomainError(`${where}: measure must be a text such as "commitLatency.p99", got ${show(text)}`);
  const dot = text.indexOf(".");
  const measure = dot < 0 ? text : text.slice(0, dot);
  const statistic = dot < 0 ? "mean" : text.slice(dot + 1);
  if (!MEASURE_NAMES.includes(measure)) {
    // One of a protocol's own is named when it is meant; all of them would be a page.
    const meant = nearest(measure, MEASURE_NAMES);
    const own = meant !== undefined && Object.hasOwn(OWN, meant) ? [meant] : [];
    throw unknownName(where, "measure", measure, [...GENERAL_NAMES, ...own]);
  }
  if (statistic === "mean") return { measure, statistic };
  if (!(LATENCY_NAMES as string[]).includes(measure))
    throw new DomainError(`${where}: ${measure} has one number a replication and no ${show(statistic)}`);
  const p = quantileOfLabel(statistic);
  if (p === undefined)
    throw new DomainError(
      `${where}: statistic of ${measure} must be mean or a percentile such as p99, got ${show(statistic)}`,
    );
  return { measure, statistic: quantileLabel(p) };
}

/** `commitLatency` for the mean, `commitLatency.p99` for a quantile. */
export function referenceText({ measure, statistic }: MeasureReference): string {
  return statistic === "mean" ? measure : `${measure}.${statistic}`;
}
