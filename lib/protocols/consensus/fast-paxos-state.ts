/**
 * Fast Paxos: settings, messages, and what a node knows.
 *
 * Source: Lamport, "Fast Paxos", Distributed Computing 19(2), 2006. What moves this state stands in the other
 * `fast-paxos-` files. A ballot b is one node's term as coordinator; in each slot it has two rounds, the fast round 2b
 * and the classic round 2b + 1 in which that node settles what collided (§3.2, coordinated recovery).
 */
import type { ParameterTable, ValuesOf } from "../../core/parameters.ts";
import { SlidingLog } from "../../core/sliding-log.ts";
import type { Context, NodeId, Operation } from "../../simulation/protocol.ts";
import { parameters as multiPaxosParameters } from "./multi-paxos-state.ts";
import { StateMachine } from "./raft-machine.ts";
import { headerBytesSetting, heartbeatIntervalSetting, initialLeaderSetting, MAX_NODES } from "./settings.ts";

const SOURCE = "Lamport, Fast Paxos, Distributed Computing 19(2), 2006, §3.3";

export const parameters = {
  quorum: {
    dimension: "one",
    integer: true,
    min: 0,
    max: MAX_NODES,
    default: 0,
    tex: "q_c",
    meaning:
      "nodes that must promise, and that must accept in a classic round, the coordinator among them; 0 is a majority",
    source: SOURCE,
  },
  fastQuorum: {
    dimension: "one",
    integer: true,
    min: 0,
    max: MAX_NODES,
    default: 0,
    tex: "q_f",
    meaning:
      "nodes that must accept the same value in a fast round; 0 is the least allowed: ceil(3n/4) where the other is a majority",
    source: SOURCE,
  },
  initialLeader: { ...initialLeaderSetting, meaning: "node that coordinates first" },
  headerBytes: headerBytesSetting,
  heartbeatInterval: {
    ...heartbeatIntervalSetting,
    meaning:
      "how often the coordinator opens its fast round again, and what was lost is looked for; 0 follows the longest round trip",
  },
  electionTimeoutMin: multiPaxosParameters.electionTimeoutMin,
  electionTimeoutMax: multiPaxosParameters.electionTimeoutMax,
  unsafe: { kind: "boolean", default: false, meaning: "allow quorums that do not meet" },
} as const satisfies ParameterTable;

export type Settings = ValuesOf<typeof parameters>;
export type Ctx = Context<Settings, FastPaxosMessage>;

/** Round of a value that is known to be chosen: above all others. */
export const CHOSEN = Number.MAX_SAFE_INTEGER;
export const fastRound = (ballot: number): number => 2 * ballot;
export const classicRound = (ballot: number): number => 2 * ballot + 1;
export const isFast = (round: number): boolean => round % 2 === 0;

/** The number of a value; null is the no-op. */
export const idOf = (operation: Operation | null): number => (operation === null ? -1 : operation.id);

/** What an acceptor voted for in a slot, and in which round; also the record on its disk. */
export interface Vote {
  readonly slot: number;
  readonly round: number;
  readonly operation: Operation | null;
}

/** Phase 1b for every slot from the one asked for on. */
export interface PromiseMessage {
  readonly kind: "promise";
  readonly ballot: number;
  readonly votes: readonly Vote[];
  /** Slots before this one every node has applied. */
  readonly held: number;
}
/** Phase 2b. To the proposer and to the coordinator. */
export interface Voted {
  readonly kind: "voted";
  readonly round: number;
  readonly slot: number;
  readonly id: number;
  /** Slots before this one the voter has applied, durably. */
  readonly applied: number;
}
/** Phase 2a of a fast round, for all slots from `from` on; said again now and then, with how far things are. */
export interface Any {
  readonly kind: "any";
  readonly ballot: number;
  readonly from: number;
  /** Slots before this one are chosen; those before `held` every node has applied. */
  readonly known: number;
  readonly held: number;
}

export type FastPaxosMessage =
  | Voted
  | { readonly kind: "propose"; readonly slot: number; readonly operation: Operation | null }
  | { readonly kind: "chosen"; readonly slot: number; readonly id: number }
  | Any
  | {
      readonly kind: "accept";
      readonly ballot: number;
      readonly slot: number;
      readonly operation: Operation | null;
    }
  | { readonly kind: "prepare"; readonly ballot: number; readonly from: number }
  | PromiseMessage
  | { readonly kind: "refused"; readonly ballot: number }
  | { readonly kind: "fetch"; readonly slot: number }
  | { readonly kind: "value"; readonly slot: number; readonly operation: Operation | null }
  | { readonly kind: "learn"; readonly from: number }
  | { readonly kind: "learned"; readonly entries: readonly Vote[]; readonly known: number };

/** A coordinator's count of one slot in its ballot. */
export interface Tally {
  /** By acceptor: the value it voted for in the fast round, or undefined. */
  readonly ids: (number | undefined)[];
  voters: number;
  /** Votes in the classic round, as a set of nodes. */
  classic: number;
  /** The classic round has begun, with this value. */
  settling: boolean;
  value: Operation | null;
  /** The value chosen, while its operation is not known here. */
  chosenId: number | undefined;
  /** Proposals seen for the slot. */
  readonly seen: (Operation | null)[];
  /** Looks at the clock since the slot was first heard of. */
  age: number;
}

/** A node's own proposal that is not settled. */
export interface Mine {
  readonly operation: Operation;
  /** Votes for it in the fast round of `ballot`, as a set of nodes. */
  ballot: number;
  votes: number;
  age: number;
}

/** What can happen to a node, as bits: for `sometimes`. */
export const [CHOSE_FAST, COLLIDED, TRIED_AGAIN, TOOK_OVER, FILLED_GAP, CAUGHT_UP, REPEATED] = [
  1, 2, 4, 8, 16, 32, 64,
];

export interface FastPaxosNode {
  readonly id: NodeId;
  readonly group: number;
  /** Highest ballot promised (durable). Ballots are k·nodes + node, so no two nodes share one. */
  promised: number;
  savedPromise: number;
  /** Votes by slot (durable); of slots known to be chosen, the value. */
  readonly log: SlidingLog<Vote>;
  /** The fast round that is open for this acceptor, and from which slot on. */
  fastBallot: number;
  fastFrom: number;
  /** Slots before this one are applied. */
  applied: number;
  appliedBefore: number;
  /** Slots before these are chosen, and held by every node, as others have told. */
  known: number;
  held: number;
  machine: StateMachine;
  // -- proposer
  /** The slot after the last this node has heard of. */
  next: number;
  readonly mine: Map<number, Mine>;
  /** Waits for a fast round to be opened. */
  pending: Operation[];
  // -- coordinator
  role: "acceptor" | "candidate" | "coordinator";
  heardAt: number;
  patience: number;
  promises: (PromiseMessage | undefined)[];
  tallies: SlidingLog<Tally>;
  readonly appliedAt: number[];
  happened: number;
  /** How often it began to lead since it started. */
  timesLed: number;
  /** Slots it saw chosen by a fast quorum, and those of which it settled a collision. */
  fastCommits: number;
  slowCommits: number;
}

/** What reaches the disk besides votes. */
export interface Promised {
  readonly promised: number;
}
export interface FastPaxosDurable {
  promised: number;
  readonly log: SlidingLog<Vote>;
  /** State before slot `base`. */
  base: number;
  readonly machine: StateMachine;
}
/** A vote as it is written: with what every node held by then, so that the disk can fold those slots. */
export interface VoteRecord extends Vote {
  readonly promised: number;
  readonly held: number;
}

export const newTally = (nodes: number): Tally => ({
  ids: new Array<number | undefined>(nodes).fill(undefined),
  voters: 0,
  classic: 0,
  settling: false,
  value: null,
  chosenId: undefined,
  seen: [],
  age: 0,
});

export function messageBytes(m: FastPaxosMessage, settings: Settings): number {
  const size = (operation: Operation | null): number => (operation?.kind === "write" ? operation.bytes : 0);
  const header = settings.headerBytes;
  if (m.kind === "propose" || m.kind === "accept" || m.kind === "value") return header + size(m.operation);
  if (m.kind === "promise") return header + m.votes.reduce((sum, vote) => sum + size(vote.operation), 0);
  if (m.kind === "learned") return header + m.entries.reduce((sum, vote) => sum + size(vote.operation), 0);
  return header;
}

export function recordBytes(record: object, settings: Settings): number {
  const operation = "operation" in record ? (record as Vote).operation : null;
  return settings.headerBytes + (operation?.kind === "write" ? operation.bytes : 0);
}

/** Applies a write once, however often it was asked for. */
export function applyWrite(machine: StateMachine, write: Operation, isRepeated: boolean): void {
  if (isRepeated) return;
  machine.applied.add(write.id);
  machine.write(write);
}

export const emptyLog = (from: number): SlidingLog<Vote> => new SlidingLog<Vote>(from);
export const emptyMachine = (): StateMachine => new StateMachine(false);
