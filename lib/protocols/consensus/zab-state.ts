/**
 * Zab's state: settings, transactions, messages, what the disk holds, and what a node's history alone says.
 *
 * Source: Junqueira, Reed & Serafini, "Zab: High-performance broadcast for primary-backup systems", DSN 2011, §V.
 *
 * A zxid is a pair (epoch, counter). The paper's counter begins again in each epoch; here it runs on and is the
 * transaction's place in the history, which orders zxids in the same way and addresses the log.
 */
import { AppliedWrites } from "../../core/applied-writes.ts";
import type { ParameterTable, ValuesOf } from "../../core/parameters.ts";
import { SlidingLog } from "../../core/sliding-log.ts";
import { ValueStore } from "../../core/value-store.ts";
import type { Context, NodeId, Operation } from "../../simulation/protocol.ts";
import {
  headerBytesSetting,
  heartbeatIntervalSetting,
  initialLeaderSetting,
  quorumSetting,
} from "./settings.ts";

const ELECTION_SOURCE = "own choice: 5 to 10 round trips, three heartbeats";

export const parameters = {
  quorum: quorumSetting,
  initialLeader: initialLeaderSetting,
  headerBytes: headerBytesSetting,
  heartbeatInterval: heartbeatIntervalSetting,
  electionTimeoutMin: {
    dimension: "time",
    min: 0,
    default: 0,
    meaning: "shortest wait without word from a leader (or, leading, from a quorum); 0 follows the network",
    source: ELECTION_SOURCE,
  },
  electionTimeoutMax: {
    dimension: "time",
    min: 0,
    default: 0,
    meaning: "longest such wait; 0 is twice the shortest",
    source: ELECTION_SOURCE,
  },
  reads: {
    kind: "choice",
    choices: ["sync", "local"],
    default: "sync",
    meaning:
      "sync: the contacted server first asks the leader how far it must have come, and the leader a quorum whether it still leads; local: it answers from its own state, which may be old, but no older than what the client has seen: such histories are judged by the session guarantees",
    source:
      "Hunt et al., ZooKeeper, USENIX ATC 2010, §2.3 and §4.4; the round with a quorum is ours: ZooKeeper's sync has none",
  },
} as const satisfies ParameterTable;

export type Settings = ValuesOf<typeof parameters>;
export type Ctx = Context<Settings, ZabMessage>;

/** A transaction: what is written, in which epoch it was proposed, and whose client asked for it. */
export interface Txn {
  readonly epoch: number;
  readonly operation: Operation;
  readonly origin: NodeId;
}

/** A stretch of a history, and the epoch of what stands before it: a zxid names everything up to it. */
interface Stretch {
  readonly from: number;
  readonly before: number;
  readonly txns: readonly Txn[];
}

export type ZabMessage =
  /** Election: whoever has no leader is asked to follow this node. */
  | (Newness & { readonly kind: "stand" })
  /** Phase 1, CEPOCH(f.p); also how a follower that lacks something asks its leader for it. */
  | {
      readonly kind: "join";
      readonly promised: number;
      readonly current: number;
      readonly last: number;
      readonly delivered: number;
    }
  | { readonly kind: "newEpoch"; readonly epoch: number; readonly delivered: number }
  | (Stretch & Newness & { readonly kind: "ackEpoch"; readonly epoch: number; readonly delivered: number })
  /** Phase 2. */
  | (Stretch & { readonly kind: "newLeader"; readonly epoch: number })
  | { readonly kind: "ackLeader"; readonly epoch: number; readonly index: number }
  /** Phase 3. */
  | {
      readonly kind: "propose";
      readonly epoch: number;
      readonly index: number;
      readonly txn: Txn;
      readonly held: number;
    }
  | { readonly kind: "ack"; readonly epoch: number; readonly index: number }
  | { readonly kind: "commit"; readonly epoch: number; readonly index: number }
  | {
      readonly kind: "ping";
      readonly epoch: number;
      readonly last: number;
      readonly delivered: number;
      readonly held: number;
    }
  | { readonly kind: "refused"; readonly promised: number }
  /** What clients ask of a server that does not lead. */
  | { readonly kind: "forward"; readonly operation: Operation }
  | { readonly kind: "sync"; readonly operation: Operation }
  | { readonly kind: "synced"; readonly operation: Operation; readonly index: number }
  | { readonly kind: "confirm"; readonly epoch: number; readonly round: number }
  | { readonly kind: "confirmed"; readonly epoch: number; readonly round: number };

/** Looking: for a leader, or on the way to one that is not established; the last four lead, or are about to. */
export type Role = "looking" | "following" | "standing" | "discovering" | "synchronising" | "broadcasting";

/** A read that waits for its server to have come so far. */
export interface Read {
  readonly operation: Operation;
  readonly origin: NodeId;
  readonly index: number;
}

export interface ZabNode {
  readonly id: NodeId;
  role: Role;
  /** Whom this node follows, itself when it leads, −1 for nobody. */
  leader: NodeId;
  /** f.p, the last epoch promised, and f.a, the epoch whose leader's history was last taken (both durable). */
  promised: number;
  current: number;
  /** The history (durable), from place 1 on; what every node has on its disk is dropped. */
  log: SlidingLog<Txn>;
  /** Epoch of the transaction before the first one kept. */
  droppedEpoch: number;
  /** Transactions up to this place are committed and applied here. */
  delivered: number;
  /** Every node has everything up to this place on its disk. */
  held: number;
  /** Who answered in the present phase, and since the last look at whether a quorum still follows. */
  answers: number;
  heard: number;
  /** Phase 1: the highest epoch promised by anybody who answered, and the newest history among theirs. */
  highest: number;
  best: Extract<ZabMessage, { kind: "ackEpoch" }> | null;
  /** Where the leader's history may begin for each node that answered: it has delivered everything before. */
  readonly lacksFrom: number[];
  /** Phases 2 and 3: up to where each node is known to have the leader's history on its disk. */
  readonly match: number[];
  /** Reads whose round with a quorum is under way, and those that came since. */
  confirming: Read[];
  gathering: Read[];
  round: number;
  confirmations: number;
  /** Reads of this server's own clients that wait for transactions. */
  awaiting: Read[];
  /** A leader has been asked for what is missing: not again before it gives a sign. */
  asked: boolean;
  readonly store: ValueStore;
  readonly applied: AppliedWrites;
  /** How often this node took over another's history when it came to lead. */
  adoptions: number;
  /** How often it began to lead since it started. */
  timesLed: number;
  truncations: number;
}

export const lastIndex = (node: ZabNode): number => node.log.end - 1;

/** Epoch of the transaction at a place; 0 before the first, −1 where nothing is known. */
export function epochAt(node: ZabNode, index: number): number {
  return node.log.get(index)?.epoch ?? (index === node.log.first - 1 ? node.droppedEpoch : -1);
}

/** A node's history from a place on, as far as it is still kept. */
export function stretchFrom(node: ZabNode, index: number): Stretch {
  const from = Math.max(index, node.log.first);
  const txns: Txn[] = [];
  for (let at = from; at < node.log.end; at++) txns.push(node.log.get(at) as Txn);
  return { from, before: epochAt(node, from - 1), txns };
}

/** How new a history is: the epoch whose leader it was taken from, then the zxid of its last transaction. */
export interface Newness {
  readonly current: number;
  readonly lastEpoch: number;
  readonly last: number;
}
export const newnessOf = (node: ZabNode): Newness => ({
  current: node.current,
  lastEpoch: epochAt(node, lastIndex(node)),
  last: lastIndex(node),
});

/** What a node answers when it promises an epoch: how new its history is, and the stretch of it that is asked for. */
export function ackEpochOf(
  node: ZabNode,
  epoch: number,
  { from, before, txns }: Stretch,
): Extract<ZabMessage, { kind: "ackEpoch" }> {
  const { delivered } = node;
  const { current, lastEpoch, last } = newnessOf(node);
  return { kind: "ackEpoch", epoch, delivered, current, lastEpoch, last, from, before, txns };
}

/** §V-A, phase 1, step l.1.2: which of two histories is newer; negative when `a` is older, 0 when they are the same. */
export function compareHistories(a: Newness, b: Newness): number {
  return a.current - b.current || a.lastEpoch - b.lastEpoch || a.last - b.last;
}

// ---- the disk

/** What reaches the disk: epochs always; from `from` on the history is replaced, −1 leaves it alone. */
export interface ZabRecord {
  readonly promised: number;
  readonly current: number;
  readonly from: number;
  readonly txns: readonly Txn[];
  readonly held: number;
}

/** Epochs, history, and a snapshot of what the history before it had written. */
export interface ZabDurable {
  promised: number;
  current: number;
  readonly log: SlidingLog<Txn>;
  droppedEpoch: number;
  readonly store: ValueStore;
  readonly applied: AppliedWrites;
}

export const durable = {
  empty: (): ZabDurable => ({
    promised: 0,
    current: 0,
    log: new SlidingLog<Txn>(1),
    droppedEpoch: 0,
    store: new ValueStore(),
    applied: new AppliedWrites(),
  }),
  store(disk: ZabDurable, record: object): void {
    const { promised, current, from, txns, held } = record as ZabRecord;
    const { log } = disk;
    disk.promised = promised;
    disk.current = current;
    if (from >= 0) {
      log.truncateFrom(from);
      txns.forEach((txn, i) => {
        if (from + i >= log.first) log.append(txn);
      });
    }
    // What every node has is committed for good: nobody will ask for it, and the snapshot may take its place.
    while (log.first <= held && log.first < log.end) {
      const txn = log.get(log.first) as Txn;
      apply(disk, txn);
      disk.droppedEpoch = txn.epoch;
      log.dropBefore(log.first + 1);
    }
  },
};

/** Applies a transaction, unless its write has been applied: a client that asked twice wrote once. */
export function apply(
  state: { readonly store: ValueStore; readonly applied: AppliedWrites },
  txn: Txn,
): void {
  const { id, key } = txn.operation;
  if (state.applied.add(id)) state.store.set(key, id);
}

export function newNode(id: NodeId, group: number, disk: ZabDurable): ZabNode {
  const log = new SlidingLog<Txn>(disk.log.first);
  for (let index = log.first; index < disk.log.end; index++) log.append(disk.log.get(index) as Txn);
  return {
    id,
    role: "looking",
    leader: -1,
    promised: disk.promised,
    current: disk.current,
    log,
    droppedEpoch: disk.droppedEpoch,
    delivered: log.first - 1,
    held: log.first - 1,
    answers: 0,
    heard: 0,
    highest: 0,
    best: null,
    lacksFrom: new Array<number>(group).fill(1),
    match: new Array<number>(group).fill(0),
    confirming: [],
    gathering: [],
    round: 0,
    confirmations: 0,
    awaiting: [],
    asked: false,
    store: disk.store.copy(),
    applied: disk.applied.copy(),
    adoptions: 0,
    timesLed: 0,
    truncations: 0,
  };
}

/** Drops what every node has on its disk and this one has applied. */
export function dropHeld(node: ZabNode): void {
  const upTo = Math.min(node.held, node.delivered);
  if (upTo < node.log.first) return;
  node.droppedEpoch = epochAt(node, upTo);
  node.log.dropBefore(upTo + 1);
}

// ---- sizes, and what must always hold

const writeBytes = (operation: Operation): number => (operation.kind === "write" ? operation.bytes : 0);

export function messageBytes(m: ZabMessage, { headerBytes }: Settings): number {
  if (m.kind === "propose") return headerBytes + writeBytes(m.txn.operation);
  if (m.kind === "forward") return headerBytes + writeBytes(m.operation);
  if (m.kind === "newLeader" || m.kind === "ackEpoch")
    return m.txns.reduce((sum, txn) => sum + writeBytes(txn.operation), headerBytes);
  return headerBytes;
}

export const recordBytes = (record: object, { headerBytes }: Settings): number =>
  (record as ZabRecord).txns.reduce((sum, txn) => sum + writeBytes(txn.operation), headerBytes);

export const isEstablished = (node: ZabNode): boolean =>
  node.role === "synchronising" || node.role === "broadcasting";

/** The last transactions both have delivered are the same, as far as both still keep them. */
export function sameDelivered(a: ZabNode, b: ZabNode): boolean {
  const upTo = Math.min(a.delivered, b.delivered);
  for (let index = Math.max(a.log.first, b.log.first, upTo - 15); index <= upTo; index++) {
    const x = a.log.get(index);
    const y = b.log.get(index);
    if (x === y) continue;
    if (x?.epoch !== y?.epoch || x?.operation.id !== y?.operation.id) return false;
  }
  return true;
}

/** The leader of the newest epoch has every transaction that anybody delivered. */
export function leaderHasDelivered(nodes: readonly ZabNode[]): boolean {
  let newest = 0;
  for (let i = 0; i < nodes.length; i++) if (nodes[i].promised > newest) newest = nodes[i].promised;
  for (let i = 0; i < nodes.length; i++) {
    const leader = nodes[i];
    if (leader.promised !== newest || !isEstablished(leader)) continue;
    for (let k = 0; k < nodes.length; k++) if (nodes[k].delivered > lastIndex(leader)) return false;
  }
  return true;
}

/** Epochs, histories, what is delivered and who leads: all that is read here. */
export const revision = (node: ZabNode): number =>
  (((node.promised * 1024 + node.delivered) * 1024 + node.log.end) * 1024 + node.log.rewrites) * 2 +
  (isEstablished(node) ? 1 : 0);

/** No two lead one epoch. */
export const notBothLead = (a: ZabNode, b: ZabNode): boolean =>
  a.promised !== b.promised || !isEstablished(a) || !isEstablished(b);
