/**
 * Raft's state and messages, and what can be said of a node's log alone.
 *
 * Source: Ongaro & Ousterhout, "In Search of an Understandable Consensus Algorithm", ATC 2014 (figure 2), and Ongaro,
 * "Consensus: Bridging Theory and Practice", Stanford 2014 ("thesis"): what moves it stands in the other `raft-` files.
 */
import type { SlidingLog } from "../../core/sliding-log.ts";
import type { Context, NodeId, Operation } from "../../simulation/protocol.ts";
import type { StateMachine } from "./raft-machine.ts";
import type { Settings } from "./raft-settings.ts";

export type Ctx = Context<Settings, RaftMessage>;

/** Who votes, as bit masks. While a change by joint consensus is under way both groups must agree (thesis §4.3). */
export interface Configuration {
  readonly voters: number;
  readonly quorum: number;
  /** The group to come, 0 when there is none. */
  readonly next: number;
  readonly nextQuorum: number;
}

/** A log entry: an operation, a configuration, or (a leader's first of a term) neither: a no-op (§8). */
export interface Entry {
  readonly term: number;
  readonly operation: Operation | null;
  readonly config: Configuration | null;
}

export const NO_ENTRIES: readonly Entry[] = [];

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

export interface Appended {
  readonly kind: "appended";
  readonly term: number;
  readonly success: boolean;
  /** Index up to which the logs are known (success) or guessed (otherwise) to match. */
  readonly match: number;
  /** The previous index of the append that is answered. */
  readonly previousIndex: number;
}

export interface RequestVote {
  readonly kind: "requestVote";
  /** The candidate's term; of a pre-vote, the term it would begin. */
  readonly term: number;
  readonly lastIndex: number;
  readonly lastTerm: number;
  /** Only asks whether it would be elected (thesis §9.6). */
  readonly preVote: boolean;
  /** The leader wishes it: those who hear that leader may vote too (thesis §4.2.3). */
  readonly transfer: boolean;
}

export interface Vote {
  readonly kind: "vote";
  readonly term: number;
  readonly granted: boolean;
  readonly preVote: boolean;
}

/** The state up to an index, in the place of the entries before it (§7). */
export interface InstallSnapshot {
  readonly kind: "installSnapshot";
  readonly term: number;
  readonly index: number;
  readonly lastTerm: number;
  readonly config: Configuration;
  readonly machine: StateMachine;
}

export type RaftMessage =
  | Append
  | Appended
  | RequestVote
  | Vote
  | InstallSnapshot
  /** To itself: entries up to `match` are on the own disk. */
  | { readonly kind: "stored"; readonly term: number; readonly match: number }
  /** To itself: write a snapshot and drop what it covers. */
  | { readonly kind: "compact" }
  /** "Do you still follow me?", numbered, and the answer (thesis §6.4). */
  | { readonly kind: "confirm"; readonly term: number; readonly round: number }
  | { readonly kind: "confirmed"; readonly term: number; readonly round: number }
  /** The leader hands over: stand at once (thesis §3.10). */
  | { readonly kind: "timeoutNow"; readonly term: number };

/** A change of members that the leader has begun and not yet written into its log. */
export interface MemberChange {
  /** The group to come: what is added to and taken from the one that holds then; by joint consensus all at once. */
  readonly add: number;
  readonly remove: number;
  readonly joint: boolean;
}

/** What a leader knows beside its log (figure 2, "volatile state on leaders", and thesis §6). By node where indexed. */
export interface Leadership {
  readonly nextIndex: number[];
  readonly matchIndex: number[];
  readonly outstanding: number[];
  /** After a mismatch one append at a time is sent until the logs are known to match again. */
  readonly probing: boolean[];
  /** Previous index of the append sent while probing. */
  readonly probe: number[];
  /** When it was last sent entries or a heartbeat, by the own clock; −Infinity: it waits for the next heartbeat. */
  readonly sentAt: number[];
  /** Nodes it sends entries to: members, and those coming or going. */
  peers: number[];
  /** Entries appended since the last were sent, for batching. */
  unsent: number;
  /** Nodes heard since the quorum was last checked, as a mask. */
  heard: number;
  /** The round of confirmations under way: its number, when it began by the own clock, who has answered. */
  round: number;
  roundSince: number;
  /** When reads were last renewed, by the own clock. */
  renewedAt: number;
  roundFrom: number;
  /** Reads that this round confirms, and reads that came after it began. */
  reads: Operation[];
  laterReads: Operation[];
  /** Until when, by the own clock, nobody else can be elected; −Infinity where that must not be relied on. */
  leaseUntil: number;
  leaseLost: boolean;
  change: MemberChange | null;
  transferTo: NodeId;
}

/** Things that have happened to a node since it started, for `sometimes`: one bit each. */
export const TRUNCATED = 1;
export const VOTE_SPLIT = 2;
export const DEPOSED = 4;
export const INSTALLED = 8;
export const LEASE_READ = 16;
export const ROUND_READ = 32;
export const REPEATED = 64;
export const HANDED_OVER = 128;
export const STEPPED_DOWN = 256;
export const PRE_VOTE_LOST = 512;

export interface RaftNode {
  readonly id: NodeId;
  /** Durable: term, vote and log. Indices start at 1; index 0 is the empty prefix of term 0. */
  term: number;
  votedFor: NodeId;
  log: SlidingLog<Entry>;
  /** Term and vote as last handed to the disk. */
  savedTerm: number;
  savedVote: NodeId;
  /** Term of the entry before the first one kept, and the configuration as of it. */
  droppedTerm: number;
  droppedConfig: Configuration;
  role: "follower" | "candidate" | "leader";
  /** Not null exactly while it leads. */
  lead: Leadership | null;
  leader: NodeId;
  votes: number;
  /** Nodes that would vote for it; 0 while it does not ask. */
  preVotes: number;
  /** Last index known to be committed, and applied to the state machine. */
  commit: number;
  held: number;
  machine: StateMachine;
  /** The newest configuration in the log, committed or not, and where it stands; 0 for the first. */
  config: Configuration;
  configIndex: number;
  /** Whether to note when a leader was last heard (by the own clock), and to vote for nobody else meanwhile. */
  listens: boolean;
  loyal: boolean;
  heardAt: number;
  /** Operations that wait until a leader is known. */
  readonly waiting: Operation[];
  happened: number;
  /** How often it began to lead since it started. */
  timesLed: number;
}

// ---- the log

/** Index of the last entry. */
export const lastIndex = (node: RaftNode): number => node.log.end - 1;

/** Term of the entry at an index; 0 where it is not known. */
export function termAt(node: RaftNode, index: number): number {
  const entry = node.log.get(index);
  if (entry !== undefined) return entry.term;
  return index === node.log.first - 1 ? node.droppedTerm : 0;
}

/** Bytes of the values that entries carry. */
export function bytesOf(entries: readonly Entry[]): number {
  let bytes = 0;
  for (const { operation } of entries)
    if (operation !== null && operation.kind === "write") bytes += operation.bytes;
  return bytes;
}

/** The newest configuration up to an index, and where it stands. */
export function configUpTo(node: RaftNode, upTo: number): { config: Configuration; index: number } {
  for (let index = Math.min(upTo, lastIndex(node)); index >= node.log.first; index--) {
    const config = node.log.get(index)?.config ?? null;
    if (config !== null) return { config, index };
  }
  return { config: node.droppedConfig, index: node.log.first - 1 };
}

/** Drops entries up to an index, which must be applied. */
export function dropUpTo(node: RaftNode, index: number): void {
  const upTo = Math.min(index, node.commit, lastIndex(node));
  if (upTo < node.log.first) return;
  if (node.configIndex >= node.log.first) node.droppedConfig = configUpTo(node, upTo).config;
  node.droppedTerm = termAt(node, upTo);
  node.log.dropBefore(upTo + 1);
}
