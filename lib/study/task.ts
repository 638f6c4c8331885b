/** What goes to a worker and comes back: plain data, small. */
import type { SystemSpec, WorkloadSpec } from "../core/system.ts";
import type { HistogramData } from "../statistics/histogram.ts";
import type { MomentsData } from "../statistics/moments.ts";
import type { LatencyName, ScalarName } from "./measures.ts";

/** A few replications of one point. */
export interface ReplicationTask {
  readonly kind: "measure" | "pilot";
  readonly system: SystemSpec;
  readonly workload: WorkloadSpec;
  /** Key of the point, for errors. */
  readonly point: string;
  /** Number of the first replication; the others follow. */
  readonly first: number;
  /** One seed a replication. */
  readonly seeds: readonly number[];
  readonly warmUp: number;
  readonly operations: number;
  readonly attribution: boolean;
  /** Whether what clients saw is recorded and judged. */
  readonly histories: boolean;
  readonly maxEvents: number;
  /** Virtual seconds after which a replication is cut; null never. */
  readonly maxSeconds: number | null;
}

/** One latency's sample in one replication. */
export interface LatencySample {
  readonly moments: MomentsData;
  readonly histogram: HistogramData;
}

/** What one replication gives. */
export interface Replication {
  readonly latencies: Readonly<Record<LatencyName, LatencySample>>;
  readonly scalars: Readonly<Record<ScalarName, number>>;
  /** The protocol's own measures; NaN where there was nothing to measure. */
  readonly own: Readonly<Record<string, number>>;
  /** Mean client latency of the first and of the second half of the operations that ended ok; null for fewer than 2. */
  readonly halves: readonly [number, number] | null;
  /** Whether it was cut before all measured operations had ended. */
  readonly cut: boolean;
  readonly ok: number;
  readonly failed: number;
  readonly unknown: number;
  /** Mean seconds of each part of the latency, in the order of the tracer's parts; null without attribution. */
  readonly parts: readonly number[] | null;
  /** Operations whose parts could not be followed. */
  readonly untraced: number;
  /** Largest |sum of parts − latency| of any operation, in seconds. */
  readonly partsError: number;
  readonly seen: readonly string[];
  /** Whether the disk wrote, the egress ports and the ingress ports carried a byte. */
  readonly used: { readonly disk: boolean; readonly egress: boolean; readonly ingress: boolean };
  readonly events: number;
}

/** Client latencies of a pilot, in order of completion. */
export interface Pilot {
  readonly latencies: readonly number[];
}

/** What one seed gave: a result, a limit reached, or an error that would come again. */
export type Outcome<T> =
  | { readonly is: "done"; readonly value: T }
  | { readonly is: "limit"; readonly message: string }
  | { readonly is: "error"; readonly name: string; readonly message: string };

/** What a task gave, in the order of its seeds; cut after the first that is not done. */
export type TaskResult = readonly Outcome<Replication | Pilot>[];
