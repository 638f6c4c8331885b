/**
 * Faults as plain data: part of the system description, so they cross threads and files and name the results.
 *
 * A fault is what it does and when. It happens either on a schedule (`at`, for `lasts`, again every `every`) or at random
 * (well for a draw of `mttf`, then faulty for a draw of `mttr`, alternating); by `until` it is over for good. All in
 * seconds.
 */
import type { DistributionSpec } from "./distributions.ts";

/** When a fault begins and ends; null: never ends, happens once, goes on for ever. */
export interface ScheduledTimes {
  readonly times: "scheduled";
  readonly at: number;
  readonly lasts: number | null;
  readonly every: number | null;
  readonly until: number | null;
}

/** Alternates between a time to failure and a time to repair, both drawn; `until` as above. */
export interface RandomTimes {
  readonly times: "random";
  readonly mttf: DistributionSpec;
  readonly mttr: DistributionSpec;
  readonly until: number | null;
}

export type FaultTimes = ScheduledTimes | RandomTimes;

/** A node by number; `leader` and `random` are found when the fault begins; `each` is every node on its own. */
export type FaultTarget = number | "leader" | "random" | "each";

/** Directed links (sender, receiver) by number of node; null is every link. */
export type FaultLinks = readonly (readonly [from: number, to: number])[] | null;

interface Timed {
  readonly when: FaultTimes;
}

/** The process dies; at the end of the fault it starts again from its disk. */
export interface CrashFault extends Timed {
  readonly fault: "crash";
  readonly node: FaultTarget;
}
/** The process stands still (a long garbage collection, a stopped virtual machine); nothing is lost. */
export interface PauseFault extends Timed {
  readonly fault: "pause";
  readonly node: FaultTarget;
}
/** The processor takes `factor` times as long. */
export interface SlowNodeFault extends Timed {
  readonly fault: "slow node";
  readonly node: FaultTarget;
  readonly factor: number;
}
/** Writes take `factor` times as long. */
export interface SlowDiskFault extends Timed {
  readonly fault: "slow disk";
  readonly node: FaultTarget;
  readonly factor: number;
}
/** Writes fail: a node whose write fails stops (it must not answer for what it could not keep) and starts again at the end. */
export interface FailingDiskFault extends Timed {
  readonly fault: "failing disk";
  readonly node: FaultTarget;
}
/**
 * The node's wall clock is set `offset` seconds forward (below 0: back), and stays so; while the fault lasts both its clocks run
 * `drift` too fast (0.01: 1 %), timers included. The clock that protocols time by never jumps.
 */
export interface ClockFault extends Timed {
  readonly fault: "clock";
  readonly node: FaultTarget;
  readonly offset: number;
  readonly drift: number;
}
/** Each message is lost with a probability. */
export interface LossFault extends Timed {
  readonly fault: "loss";
  readonly links: FaultLinks;
  readonly probability: number;
}
/** Each message arrives a second time, by a delay of its own, with a probability. */
export interface DuplicationFault extends Timed {
  readonly fault: "duplication";
  readonly links: FaultLinks;
  readonly probability: number;
}
/** Each message is held back by `extra` with a probability, and others overtake it, even on stream links. */
export interface ReorderingFault extends Timed {
  readonly fault: "reordering";
  readonly links: FaultLinks;
  readonly probability: number;
  readonly extra: DistributionSpec;
}
/** Every message takes `extra` longer; the order within a stream link is kept. */
export interface DelayFault extends Timed {
  readonly fault: "delay";
  readonly links: FaultLinks;
  readonly extra: DistributionSpec;
}
/** Groups that cannot talk to one another, both ways; nodes that are in no group form one more. */
export interface PartitionFault extends Timed {
  readonly fault: "partition";
  readonly groups: readonly (readonly number[])[];
}
/** Directed links that carry nothing: one-way and partial partitions. */
export interface CutFault extends Timed {
  readonly fault: "cut";
  readonly links: readonly (readonly [from: number, to: number])[];
}
/** One node, found when it begins, cannot talk to any other: the leader cut off, say. */
export interface IsolationFault extends Timed {
  readonly fault: "isolation";
  readonly node: FaultTarget;
  /** Which way nothing passes. */
  readonly way: "both" | "in" | "out";
}
/** An operator orders a node to do something: one of the protocol's `commands`. */
export interface CommandFault extends Timed {
  readonly fault: "command";
  readonly node: FaultTarget;
  readonly command: string;
  readonly argument: number;
}

export type FaultSpec =
  | CrashFault
  | PauseFault
  | SlowNodeFault
  | SlowDiskFault
  | FailingDiskFault
  | ClockFault
  | LossFault
  | DuplicationFault
  | ReorderingFault
  | DelayFault
  | PartitionFault
  | CutFault
  | IsolationFault
  | CommandFault;
