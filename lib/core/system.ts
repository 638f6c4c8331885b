/**
 * The system description: what a user states once and simulator and model both read.
 *
 * Everything here is plain JSON data with defaults filled in and every field checked by the builders (`network`,
 * `disk`, `cpu`, `workload`, and one builder per protocol). It crosses worker threads and files unchanged, and its
 * canonical JSON names the results. Unlimited bandwidth and "no timeout" are `null`, since JSON has no Infinity.
 */
import type { DistributionSpec } from "./distributions.ts";
import type { FaultSpec } from "./fault-types.ts";
import type { PopularitySpec } from "./key-popularity.ts";

/** Position of a node in the group: 0 … nodes − 1. */
export type NodeId = number;

/** Where nodes stand and what lies between them. */
export interface NetworkSpec {
  /** Names of the sites: regions, zones or one LAN. */
  readonly sites: readonly string[];
  /** Site of each node, as an index into `sites`. Its length is the number of nodes. */
  readonly placement: readonly number[];
  /** One-way delay in seconds from site i to site j; the diagonal is between two nodes of one site. */
  readonly oneWay: readonly (readonly DistributionSpec[])[];
  /** Egress bandwidth of every node's port in bit/s, FIFO; null is unlimited. */
  readonly egress: number | null;
  /** Ingress bandwidth of every node's port in bit/s, FIFO and cut-through; null is unlimited. */
  readonly ingress: number | null;
  /** `stream`: order within a link is kept (TCP, QUIC stream); `datagram`: messages may overtake (UDP). */
  readonly order: "stream" | "datagram";
}

/** What a node's processor spends: FIFO, `cores` servers. */
export interface CpuSpec {
  /** Time to take in one message, in seconds. */
  readonly receive: DistributionSpec;
  /** Time to put out one message, in seconds. */
  readonly send: DistributionSpec;
  /** Time for each byte taken in or put out, in s/B. */
  readonly perByte: number;
  readonly cores: number;
}

/** A disk with group commit: everything waiting when a write ends goes into the next write. */
export interface DiskSpec {
  /** Time of one synchronous write (fsync), in seconds. */
  readonly fsync: DistributionSpec;
  /** Sequential bandwidth in bit/s added for the bytes of a write; null is unlimited. */
  readonly bandwidth: number | null;
}

/** A protocol on its machines. */
export interface SystemSpec {
  /** Name in the index of protocols. */
  readonly protocol: string;
  /** The protocol's own parameters, all filled. */
  readonly settings: Readonly<Record<string, number | boolean | string>>;
  readonly network: NetworkSpec;
  readonly cpu: CpuSpec;
  /** null: nothing is written to disk (state lives in memory). */
  readonly disk: DiskSpec | null;
  /** What goes wrong; absent when nothing does. */
  readonly faults?: readonly FaultSpec[];
}

/** How operations arrive. Open-loop processes keep their arrival times whatever the system does. */
export type ArrivalSpec =
  | { readonly process: "poisson"; readonly rate: number }
  | { readonly process: "deterministic"; readonly rate: number }
  /** Bursts: exponential on and off periods; `rate` is the long-run mean, arrivals are Poisson while on. */
  | { readonly process: "on-off"; readonly rate: number; readonly onMean: number; readonly offMean: number }
  /** `clients` users who each think, send one operation and wait for its answer. */
  | { readonly process: "closed"; readonly clients: number; readonly think: DistributionSpec };

/** Where clients stand: beside the leader (no network between), beside a node, or at a site. */
export interface ClientSpec {
  /** `leader`, a site's name, or `node 3`. */
  readonly at: string;
  /** Share of the operations, the shares of a workload adding up to 1. */
  readonly share: number;
}

/** The load on a system. */
export interface WorkloadSpec {
  readonly arrivals: ArrivalSpec;
  /** Size of the value an operation carries, in bytes. */
  readonly payload: DistributionSpec;
  /** Share of reads, 0 … 1; a read carries no payload in its request. */
  readonly reads: number;
  /** Operations touch keys 0 … keys − 1. */
  readonly keys: number;
  /** How often each of them; absent: uniformly. */
  readonly popularity?: PopularitySpec;
  readonly clients: readonly ClientSpec[];
  /** Seconds after which a client gives up and the outcome is unknown; null waits for ever. */
  readonly timeout: number | null;
  /** Seconds without an answer after which a client asks the next node, the same operation again; absent: it only waits. */
  readonly retry?: number;
}

/** One canonical text for equal data: keys in order, no spaces. Hash it to name results. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const entries = Object.entries(value)
    .filter(([, v]) => v !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonicalJson(v)}`).join(",")}}`;
}

/** Majority of a group: the smallest number of which any two sets meet. */
export function majority(nodes: number): number {
  return Math.floor(nodes / 2) + 1;
}
