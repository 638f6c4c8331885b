/**
 * What happened in a window of a run, as plain data: what a space-time diagram draws and what a replay hands on.
 *
 * Times in seconds from the start of the run, sizes in bytes. Nodes are numbered 0 … n − 1; clients follow.
 */

/**
 * One message's way. A time that was never reached is null: a lost message has no `arrived`. Without a fate, null
 * means that it was still under way when the window ended.
 */
export interface TraceMessage {
  readonly from: number;
  readonly to: number;
  /** The protocol's name of it: `append`, `requestVote`. */
  readonly kind: string;
  readonly bytes: number;
  /** The handler that sent it ended. */
  readonly sent: number;
  /** Its last bit left the sender's port: later than `sent` by queueing and transmission. */
  readonly left: number;
  /** Its last bit reached the receiver; null when it was dropped or is still under way. */
  readonly arrived: number | null;
  /** Its handler ran: later than `arrived` by waiting for the processor. */
  readonly handled: number | null;
  /** Why it was never handled, or `copy` for a duplicate the network made. */
  readonly fate?: "lost" | "cut" | "receiver down" | "copy";
}

/** Something that lasts at one process: down, paused, leader of a term, writing to the disk. */
export interface TraceSpan {
  readonly process: number;
  readonly kind: "down" | "paused" | "slow" | "leads" | "writes" | "isolated";
  readonly from: number;
  readonly to: number;
  /** For people: `term 3`. */
  readonly label: string;
}

/** A moment at one process: a timer fired, a value committed, an operation asked or answered, a crash. */
export interface TraceMark {
  readonly process: number;
  readonly time: number;
  readonly kind: "timer" | "commit" | "invoke" | "answer" | "crash" | "restart" | "command" | "violation";
  readonly label: string;
}

/** A window in which some links carry nothing. */
export interface TraceCut {
  readonly from: number;
  readonly to: number;
  /** Pairs (sender, receiver) that cannot talk. */
  readonly links: readonly (readonly [from: number, to: number])[];
  readonly label: string;
}

/** A window of a run. */
export interface SpaceTime {
  readonly title: string;
  /** Names of the processes, nodes first: `node 0 (Frankfurt)`, `client (Tokyo)`. */
  readonly processes: readonly string[];
  readonly from: number;
  readonly to: number;
  readonly messages: readonly TraceMessage[];
  readonly spans: readonly TraceSpan[];
  readonly marks: readonly TraceMark[];
  readonly cuts: readonly TraceCut[];
  /** Positions in `messages` of those that completed a quorum, so that a commit could follow. */
  readonly quorumEdges: readonly number[];
  /** Where the window comes from: protocol, seed, fault schedule, hash of the run. */
  readonly note?: string;
  /** What is wrong with the run: `unsafe: …`, a violated invariant. Drawn as a banner. */
  readonly warning?: string | readonly string[];
}
