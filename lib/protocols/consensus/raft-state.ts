/**
 * Raft's state: settings, log, messages, and what can be said of a node's log alone.
 *
 * Source: Ongaro & Ousterhout, "In Search of an Understandable Consensus Algorithm", ATC 2014, figure 2. The rules
 * that move it stand in `raft.ts`.
 */
import type { SlidingLog } from "../../core/sliding-log.ts";
import type { ValueStore } from "../../core/value-store.ts";
import type { Context, NodeId, Operation } from "../../simulation/protocol.ts";
import {
  batchDelaySetting,
  batchMaxSetting,
  headerBytesSetting,
  heartbeatIntervalSetting,
  initialLeaderSetting,
  pipelineSetting,
  quorumSetting,
} from "./settings.ts";

const electionSource =
  "Ongaro & Ousterhout 2014 §9.3: 150–300 ms on a LAN; otherwise own choice: 5 to 10 round trips";
/** Settings of Raft. */
export const parameters = {
  quorum: quorumSetting,
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
    meaning: "shortest election timeout; 0 follows the longest round trip",
    source: electionSource,
  },
  electionTimeoutMax: {
    dimension: "time",
    min: 0,
    default: 0,
    meaning: "longest election timeout; 0 is twice the shortest",
    source: electionSource,
  },
} as const;

export type Settings = { readonly [K in keyof typeof parameters]: number };
export type Ctx = Context<Settings, RaftMessage>;

/** A log entry; a leader's first entry of a term carries no operation (§8, a no-op). */
export interface Entry {
  readonly term: number;
  readonly operation: Operation | null;
}

export interface Append {
  readonly kind: "append";
  readonly term: number;
  readonly previousIndex: number;
  readonly previousTerm: number;
  readonly entries: readonly Entry[];
  readonly commit: number;
  /** Every node holds every entry up to this index. */
  readonly held: number;
}

/** What reaches the disk: term and vote, and entries from an index on that replace what stood there. */
export interface RaftRecord {
  readonly term: number;
  readonly votedFor: NodeId;
  readonly from: number;
  readonly entries: readonly Entry[];
}

/** Figure 2, "persistent state on all servers". */
export interface RaftDurable {
  term: number;
  votedFor: NodeId;
  /** Entry i stands at index i + 1. */
  readonly log: Entry[];
}

export const durable = {
  empty: (): RaftDurable => ({ term: 0, votedFor: -1, log: [] }),
  store(disk: RaftDurable, record: object): void {
    const { term, votedFor, from, entries } = record as RaftRecord;
    disk.term = term;
    disk.votedFor = votedFor;
    entries.forEach((entry, i) => {
      const at = from + i - 1;
      if (at < disk.log.length && disk.log[at].term !== entry.term) disk.log.length = at;
      disk.log[at] = entry;
    });
  },
};

export type RaftMessage =
  | Append
  | {
      readonly kind: "appended";
      readonly term: number;
      readonly success: boolean;
      /** Index up to which the logs are known (success) or guessed (otherwise) to match. */
      readonly match: number;
      /** The previous index of the append that is answered. */
      readonly previousIndex: number;
    }
  | { readonly kind: "stored"; readonly term: number; readonly match: number }
  | {
      readonly kind: "requestVote";
      readonly term: number;
      readonly lastIndex: number;
      readonly lastTerm: number;
    }
  | { readonly kind: "vote"; readonly term: number; readonly granted: boolean };

export interface RaftNode {
  readonly id: NodeId;
  /** Durable: term, vote and log. Indices start at 1; index 0 is the empty prefix of term 0. */
  term: number;
  votedFor: NodeId;
  readonly log: SlidingLog<Entry>;
  /** Term and vote as last handed to the disk. */
  savedTerm: number;
  savedVote: NodeId;
  /** Term of the entry before the first one kept. */
  droppedTerm: number;
  role: "follower" | "candidate" | "leader";
  leader: NodeId;
  votes: number;
  /** Last index known to be committed, and applied to the store. */
  commit: number;
  held: number;
  /** A leader's view of the others (§5.3). */
  readonly nextIndex: number[];
  readonly matchIndex: number[];
  readonly outstanding: number[];
  /** After a mismatch one append at a time is sent until the logs are known to match again. */
  readonly probing: boolean[];
  /** Previous index of the append sent while probing. */
  readonly probe: number[];
  readonly quietSinceHeartbeat: boolean[];
  /** Entries appended since the last were sent, for batching. */
  unsent: number;
  readonly store: ValueStore;
}

/** Index of the last entry. */
export const lastIndex = (node: RaftNode): number => node.log.end - 1;

/** Term of the entry at an index; 0 where it is not known. */
export function termAt(node: RaftNode, index: number): number {
  return node.log.get(index)?.term ?? (index === node.log.first - 1 ? node.droppedTerm : 0);
}

/** Bytes of the values that entries carry. */
export const bytesOf = (entries: readonly Entry[]): number => {
  let bytes = 0;
  for (const { operation } of entries)
    if (operation !== null && operation.kind === "write") bytes += operation.bytes;
  return bytes;
};

/** §5.4.1: the later last term wins; on a tie the longer log does. */
export function upToDate(
  node: RaftNode,
  last: { readonly lastIndex: number; readonly lastTerm: number },
): boolean {
  const term = termAt(node, lastIndex(node));
  return last.lastTerm > term || (last.lastTerm === term && last.lastIndex >= lastIndex(node));
}

/** §5.3, receiver steps 3 and 4: a conflicting suffix goes, new entries come. */
export function takeEntries(node: RaftNode, m: Append): void {
  let index = m.previousIndex;
  for (const entry of m.entries) {
    index++;
    if (index < node.log.first || termAt(node, index) === entry.term) continue; // held already
    node.log.truncateFrom(index);
    node.log.append(entry);
  }
}

/** Drops what every node holds and this one has applied. */
export function dropHeld(node: RaftNode, held: number): void {
  const upTo = Math.min(held, node.commit, lastIndex(node));
  if (upTo < node.log.first) return;
  node.droppedTerm = termAt(node, upTo);
  node.log.dropBefore(upTo + 1);
}

/** The last entries both have committed are the same, as far as both still keep them. */
export function sameCommitted(a: RaftNode, b: RaftNode): boolean {
  const upTo = Math.min(a.commit, b.commit);
  for (let index = Math.max(a.log.first, b.log.first, upTo - 15); index <= upTo; index++) {
    const [x, y] = [a.log.get(index), b.log.get(index)];
    if (x?.term !== y?.term || x?.operation?.id !== y?.operation?.id) return false;
  }
  return true;
}
