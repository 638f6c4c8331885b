/**
 * Multi-Paxos: settings, messages, and what a node knows.
 *
 * Source: Lamport, "Paxos Made Simple", 2001, §3; what moves this state stands in the other `multi-paxos-` files.
 */
import type { ParameterTable, ValuesOf } from "../../core/parameters.ts";
import type { SlidingLog } from "../../core/sliding-log.ts";
import type { Context, NodeId, Operation } from "../../simulation/protocol.ts";
import type { StateMachine } from "./raft-machine.ts";
import {
  batchDelaySetting,
  batchMaxSetting,
  headerBytesSetting,
  heartbeatIntervalSetting,
  initialLeaderSetting,
  MAX_NODES,
  pipelineSetting,
  quorumSetting,
} from "./settings.ts";

const PATIENCE = "own choice, as for Raft: at least 150 ms, three heartbeats and five longest round trips";

export const parameters = {
  quorum: quorumSetting,
  members: {
    dimension: "one",
    integer: true,
    min: 0,
    max: MAX_NODES,
    default: 0,
    meaning: "nodes that vote at first, from node 0 on; the others only learn; 0 is all",
  },
  initialLeader: {
    ...initialLeaderSetting,
    min: -1,
    meaning: "node that stands first; -1 leaves it to the timeouts",
  },
  headerBytes: headerBytesSetting,
  batchMax: batchMaxSetting,
  batchDelay: batchDelaySetting,
  pipeline: pipelineSetting,
  heartbeatInterval: heartbeatIntervalSetting,
  electionTimeoutMin: {
    dimension: "time",
    min: 0,
    default: 0,
    meaning: "shortest time without a leader after which a node stands; 0 follows the longest round trip",
    source: PATIENCE,
  },
  electionTimeoutMax: {
    dimension: "time",
    min: 0,
    default: 0,
    meaning: "longest such time, each node draws its own; 0 is twice the shortest",
    source: PATIENCE,
  },
  alpha: {
    dimension: "one",
    integer: true,
    min: 0,
    default: 0,
    tex: "\\alpha",
    meaning:
      "a new group chosen at slot s votes from slot s + alpha on, and no more than alpha slots are open; 0: the group never changes",
    source: "Lamport, Paxos Made Simple, 2001, §3",
  },
  keep: {
    dimension: "one",
    integer: true,
    min: 0,
    default: 0,
    meaning:
      "slots kept for nodes that fell behind, which get the state when they need older ones; 0 keeps all until every node has them",
    source: "Chandra, Griesemer & Redstone, Paxos Made Live, PODC 2007, §5.5",
  },
  answerWhen: {
    kind: "choice",
    choices: ["applied", "chosen"],
    default: "applied",
    meaning: "writes are answered once applied in order of slots, or already once their own slot is chosen",
  },
} as const satisfies ParameterTable;

/** `prepareQuorum` is a setting of Flexible Paxos; without it both phases need `quorum`. */
export type Settings = ValuesOf<typeof parameters> & { readonly prepareQuorum?: number };
export type Ctx = Context<Settings, MultiPaxosMessage>;

/** Ballot of a value that is known to be chosen: above all that anybody could propose. */
export const CHOSEN = Number.MAX_SAFE_INTEGER;

/** Phase 2a for one slot; acceptors keep it as the record of what they accepted. */
export interface Accept {
  readonly kind: "accept";
  readonly ballot: number;
  readonly slot: number;
  /** A batch; with neither operations nor members it is a no-op. */
  readonly operations: readonly Operation[];
  /** A new group as a bit mask; 0 for none. */
  readonly members: number;
  /** Every slot before this one is chosen. */
  readonly chosen: number;
  /** Every node holds every slot before this one. */
  readonly held: number;
  /** What every acceptor answers. All send this one object: messages never change. */
  readonly vote: Accepted;
}
/** Phase 2b. */
export interface Accepted {
  readonly kind: "accepted";
  readonly ballot: number;
  readonly slot: number;
}
export interface Heartbeat {
  readonly kind: "heartbeat";
  readonly ballot: number;
  readonly chosen: number;
  readonly held: number;
}
/** Phase 1a for all slots from `from` on. */
export interface Prepare {
  readonly kind: "prepare";
  readonly ballot: number;
  readonly from: number;
}
/** Phase 1b: what was accepted in those slots, and how far the sender is: also how a leader learns who holds what. */
export interface PromiseMessage {
  readonly kind: "promise";
  readonly ballot: number;
  readonly accepted: readonly Accept[];
  /** Slots before these are applied there, held by every node, no longer kept there. */
  readonly chosen: number;
  readonly held: number;
  readonly first: number;
}
/** Chosen values, for a node that fell behind. */
export interface Learned {
  readonly kind: "learned";
  readonly entries: readonly Accept[];
  /** How far the sender is. */
  readonly chosen: number;
}
/** The state before slot `chosen`, for a node that needs slots nobody keeps. */
export interface StateTransfer {
  readonly kind: "state";
  readonly chosen: number;
  readonly machine: StateMachine;
  readonly configs: readonly Configuration[];
}

export type MultiPaxosMessage =
  | Accept
  | Accepted
  | Heartbeat
  | Prepare
  | PromiseMessage
  | { readonly kind: "refused"; readonly ballot: number }
  | { readonly kind: "learn"; readonly from: number }
  | Learned
  | StateTransfer;

/** Who votes from a slot on, and how many of them each phase needs. */
export interface Configuration {
  readonly from: number;
  readonly members: number;
  readonly prepareQuorum: number;
  readonly quorum: number;
}

/** What can happen to a node, as bits: for `sometimes`. */
export const [TOOK_OVER, FILLED_GAP, ADOPTED, CAUGHT_UP, REPEATED, RESENT, GOT_STATE, REGROUPED] = [
  1, 2, 4, 8, 16, 32, 64, 128,
];

export interface MultiPaxosNode {
  readonly id: NodeId;
  /** Highest ballot promised (durable). Ballots are round·nodes + node, so no two nodes share one. */
  promised: number;
  /** The promise that is on the disk or on its way there. */
  savedPromise: number;
  /** What was accepted, by slot (durable). */
  accepted: SlidingLog<Accept>;
  role: "acceptor" | "candidate" | "leader";
  /** The leader as far as this node knows, or −1. */
  leader: NodeId;
  /** When the leader was last heard, and how long this node waits for it, by its own clock. */
  heardAt: number;
  patience: number;
  /** Who promised the ballot this node stands for or leads with, as a set. */
  promises: number;
  /** Votes for each slot this leader proposed, as a set of nodes. */
  votes: SlidingLog<number>;
  /** The slot to propose next; slots before `fill` get what was found accepted, or a no-op. */
  next: number;
  fill: number;
  /** By node: it is known to hold every slot before this one; and for how many heartbeat intervals that has not moved. */
  readonly holds: number[];
  readonly stalled: number[];
  pending: Operation[];
  /** The batch timer runs: what is pending waits for it. */
  gathering: boolean;
  /** Slots before this one are chosen and applied. */
  chosen: number;
  /** `chosen` at the last heartbeat (of a leader) or look at the clock, and heartbeat intervals since it moved. */
  chosenBefore: number;
  stuck: number;
  /** As far as others have told this node that slots are chosen. */
  told: number;
  /** Slots before this one are held by every node. */
  held: number;
  /** Most slots that may be open. */
  readonly window: number;
  /** When this leader last sent something to everybody, and when it last looked after the others, by its own clock. */
  spokeAt: number;
  lookedAt: number;
  /** Values and the writes they came from: the state before slot `chosen`. */
  machine: StateMachine;
  /** Groups in force or to come, by the slot they begin with. */
  configs: readonly Configuration[];
  happened: number;
  /** How often it began to lead since it started. */
  timesLed: number;
}

/** Who votes on a slot, as far as this node has applied. */
export function configOf(node: MultiPaxosNode, slot: number): Configuration {
  const { configs } = node;
  let i = configs.length - 1;
  while (i > 0 && configs[i].from > slot) i--;
  return configs[i];
}

export const bytesOf = (operations: readonly Operation[]): number => {
  let bytes = 0;
  for (const operation of operations) if (operation.kind === "write") bytes += operation.bytes;
  return bytes;
};

/** A value as a number, for claims: 0 is the no-op, a group is below 0. */
export function fingerprint({ operations, members }: Accept): number {
  if (operations.length === 1) return operations[0].id + 1;
  if (members !== 0) return -members;
  let value = 0;
  for (const operation of operations) value = ((value * 31) % 2 ** 40) + operation.id + 1;
  return value;
}

/** Size of a message on the wire, in bytes. */
export function messageBytes(m: MultiPaxosMessage, settings: Settings): number {
  const header = settings.headerBytes;
  if (m.kind === "accept") return header + bytesOf(m.operations);
  if (m.kind === "promise") return header + m.accepted.reduce((sum, a) => sum + bytesOf(a.operations), 0);
  if (m.kind === "learned") return header + m.entries.reduce((sum, a) => sum + bytesOf(a.operations), 0);
  return m.kind === "state" ? header + m.machine.bytes : header;
}
