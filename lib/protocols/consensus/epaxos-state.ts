/**
 * EPaxos: settings, messages, instances, and which commands interfere.
 *
 * Source: Moraru, Andersen & Kaminsky, "There Is More Consensus in Egalitarian Parliaments", SOSP 2013, §4.
 */
import { AppliedWrites } from "../../core/applied-writes.ts";
import type { ParameterTable, ValuesOf } from "../../core/parameters.ts";
import { SlidingLog } from "../../core/sliding-log.ts";
import type { Context, NodeId, Operation } from "../../simulation/protocol.ts";
import type { PendingOfKey } from "./epaxos-pending.ts";
import { headerBytesSetting, MAX_NODES } from "./settings.ts";

export const parameters = {
  headerBytes: headerBytesSetting,
  fastQuorum: {
    dimension: "one",
    integer: true,
    min: 0,
    max: MAX_NODES,
    default: 0,
    tex: "q_f",
    meaning:
      "replicas, the command's leader among them, that commit in one round when they agree; 0 is the fewest: 2, 3, 5 of 3, 5, 7",
    source:
      "Moraru et al., SOSP 2013, §4.3: F + floor((F + 1)/2) of n = 2F + 1; above 7 replicas 2·floor(n/2)",
  },
  patience: {
    dimension: "time",
    min: 0,
    default: 0,
    meaning:
      "after so long without progress a replica goes the slow path, sends again, or takes over (below a round trip all take over from one another, and nobody may be served), and holds new commands back for old ones of their key; 0 is two longest round trips plus 20 ms",
    source: "own choice",
  },
} as const satisfies ParameterTable;

export type Settings = ValuesOf<typeof parameters>;
export type Ctx = Context<Settings, EPaxosMessage>;

/** What a command is ordered by: a sequence number, and the latest interfering instance of each replica (−1 for none). */
export interface Attributes {
  readonly seq: number;
  readonly deps: readonly number[];
}

interface OfInstance {
  /** The replica whose instance it is, and its number there. */
  readonly replica: NodeId;
  readonly index: number;
}
interface Command extends OfInstance, Attributes {
  /** null is a no-op, for an instance nobody knows a command of. */
  readonly operation: Operation | null;
}

export type EPaxosMessage =
  | (Command & { readonly kind: "preAccept"; readonly ballot: number; readonly quorum: number })
  | (OfInstance &
      Attributes & {
        readonly kind: "preAccepted";
        readonly ballot: number;
        readonly executed: readonly number[];
      })
  | (Command & { readonly kind: "accept"; readonly ballot: number })
  | (OfInstance & {
      readonly kind: "accepted";
      readonly ballot: number;
      readonly executed: readonly number[];
    })
  | (Command & { readonly kind: "commit"; readonly executed: readonly number[] })
  | (OfInstance & { readonly kind: "prepare"; readonly ballot: number })
  | (Command & {
      readonly kind: "promise";
      readonly ballot: number;
      readonly status: Status;
      readonly voted: number;
      readonly quorum: number;
    })
  | TryPreAccept
  | (OfInstance & { readonly kind: "tried"; readonly ballot: number; readonly verdict: Verdict })
  | (OfInstance & { readonly kind: "refused"; readonly ballot: number })
  /** To itself: what was executed when its last checkpoint began is on the own disk. */
  | { readonly kind: "saved"; readonly executed: readonly number[] };

/** In a recovery: may these be the attributes of a fast commit, and will what comes later come after it? */
export interface TryPreAccept extends Command {
  readonly kind: "tryPreAccept";
  readonly ballot: number;
  readonly quorum: number;
}
/** Here they may; it was not committed fast; or that depends on what becomes of another instance. */
export type Verdict = "possible" | "impossible" | "open";

/** How far an instance has come. */
export type Status = "none" | "preaccepted" | "accepted" | "committed" | "executed";

/** One instance, as a replica knows it. */
export interface Instance {
  readonly replica: NodeId;
  readonly index: number;
  operation: Operation | null;
  seq: number;
  deps: readonly number[];
  status: Status;
  /** Highest ballot promised, and the ballot in which the attributes were taken (Sutra 2019: two numbers, not one). */
  ballot: number;
  voted: number;
  /** The fast quorum that the leader of that ballot named, as a set; 0 for none. */
  quorum: number;
  /** What this replica leads of it, or null. */
  lead: Lead | null;
  /** When it was last worked on, by this replica's clock. */
  touched: number;
  /** For how many patiences it is left alone; at first the longer, the later its turn to take over. */
  calm: number;
  /** Committed, and not executed: what it was found to wait for, by itself or through others, or null. */
  waitsFor: Instance | null;
  /** Committed, and not executed: what else of its key is; else null, and for a no-op. */
  pending: PendingOfKey | null;
  /** Not executed: what was found to wait for it; null for nothing. */
  waiters: Set<Instance> | null;
}

/** A leader's round on one instance, in one ballot. */
export interface Lead {
  phase: "preaccept" | "accept" | "prepare" | "try";
  ballot: number;
  /** Replicas that answered, as a set, this one among them. */
  answers: number;
  /** The replicas whose answers alone decide whether it commits fast, as a set; 0: it may not. */
  quorum: number;
  /** Of those, who answered; and what the first answered, null before. */
  fastAnswers: number;
  alike: Attributes | null;
  /** No two of them have answered differently. */
  fast: boolean;
  /** By this replica's clock. */
  begun: number;
  /** All that anybody answered: for the slow path. */
  seq: number;
  deps: readonly number[];
  promises: { readonly by: NodeId; readonly promise: Extract<EPaxosMessage, { kind: "promise" }> }[];
  /** What is tried; null in the other phases. */
  tried: TryPreAccept | null;
}

/** What reaches the disk: an instance as far as it has come, or several. */
export interface EPaxosRecord extends Command {
  readonly status: Status;
  readonly ballot: number;
  readonly voted: number;
  readonly quorum: number;
}
export interface EPaxosCheckpoint {
  readonly commits: readonly EPaxosRecord[];
}
export interface EPaxosDurable {
  /** By number of the instance and replica, in one number. */
  readonly instances: Map<number, EPaxosRecord>;
}

/** Latest instances that touch a key, by replica: those that write, and those that read. */
export interface KeyConflicts {
  readonly writes: number[];
  readonly reads: number[];
  /** The same of those that the log has dropped. */
  readonly goneWrites: number[];
  readonly goneReads: number[];
  /** Largest number of a write, and of a read: two reads may have the same. */
  writeSeq: number;
  readSeq: number;
}

/** Values, and how many writes each key has had: replicas with equally many must agree. */
export interface KeyState {
  /** Where it stands in the list. */
  place: number;
  readonly key: number;
  value: number;
  version: number;
}

export interface EPaxosNode {
  readonly id: NodeId;
  readonly group: number;
  /** Number of this replica's next instance. */
  next: number;
  readonly logs: readonly SlidingLog<Instance>[];
  readonly conflicts: Map<number, KeyConflicts>;
  /** By replica: every instance before this number is executed here. */
  readonly executed: number[];
  /** By replica, by replica: what others have told of their `executed`, and what is saved of the own. */
  readonly executedAt: (readonly number[])[];
  /** By replica: every instance before this number is executed and saved at all of them. */
  executedEverywhere: readonly number[];
  /** Heard to be committed since the last checkpoint: a crash would forget it. */
  unsaved: Instance[];
  readonly store: Map<number, KeyState>;
  /** The same states in a list: those written lately are among the last `COMPARED`. */
  readonly stored: KeyState[];
  readonly applied: AppliedWrites;
  /** By peer: how long its answers take, as a moving mean of the last eight or so; 0 before the first. */
  readonly lag: number[];
  /** Instances committed here whose dependencies are not: each is among the `waiters` of one that is not executed. */
  readonly blocked: Set<Instance>;
  /** What waited for those that have just been executed. */
  readonly woken: Instance[];
  /** Committed here and not executed, by key. */
  readonly pending: Map<number, PendingOfKey>;
  /** Requests kept until older commands of their key are executed: by key, by number. */
  readonly held: Map<number, Map<number, Operation>>;
  /** By replica: every instance before this number is committed here. */
  readonly gaps: number[];
  writes: number;
  heldBack: number;
  fastCommits: number;
  slowCommits: number;
  recoveries: number;
}

/** Keys whose values replicas compare: with thousands of keys an invariant must not go through them all. */
const COMPARED = 16;

/** Notes a write of a key: it takes a place among the last. */
export function noteWrite({ stored, writes }: EPaxosNode, state: KeyState): void {
  const first = stored.length - COMPARED;
  if (state.place >= first) return;
  const other = stored[first + (writes % COMPARED)];
  [stored[state.place], stored[other.place]] = [other, state];
  [state.place, other.place] = [other.place, state.place];
}

/** Replicas at which a key has had equally many writes have the same value of it. */
export function sameValues(a: EPaxosNode, b: EPaxosNode): boolean {
  return agreesWith(a, b) && (b.stored.length <= COMPARED || agreesWith(b, a));
}

function agreesWith({ stored }: EPaxosNode, { store }: EPaxosNode): boolean {
  for (let i = Math.max(0, stored.length - COMPARED); i < stored.length; i++) {
    const { key, value, version } = stored[i];
    const other = store.get(key);
    if (other !== undefined && other.version === version && other.value !== value) return false;
  }
  return true;
}

export const newNode = (id: NodeId, group: number): EPaxosNode => ({
  id,
  group,
  next: 0,
  logs: perReplica(group, () => new SlidingLog<Instance>(0)),
  conflicts: new Map(),
  executed: new Array<number>(group).fill(0),
  executedAt: perReplica(group, () => new Array<number>(group).fill(0)),
  executedEverywhere: new Array<number>(group).fill(0),
  unsaved: [],
  store: new Map(),
  stored: [],
  applied: new AppliedWrites(),
  lag: new Array<number>(group).fill(0),
  blocked: new Set(),
  woken: [],
  pending: new Map(),
  held: new Map(),
  gaps: new Array<number>(group).fill(0),
  writes: 0,
  heldBack: 0,
  fastCommits: 0,
  slowCommits: 0,
  recoveries: 0,
});

/** The instance of a number, made when it is first heard of; null when every replica has executed it. */
export function instanceOf(node: EPaxosNode, replica: NodeId, index: number): Instance | null {
  const log = node.logs[replica];
  if (index < log.first) return null;
  const known = log.get(index);
  if (known !== undefined) return known;
  const made: Instance = {
    replica,
    index,
    operation: null,
    seq: 0,
    deps: noDeps(node.group),
    status: "none",
    ballot: replica, // round 0 of the instance's own leader
    voted: -1,
    quorum: 0,
    lead: null,
    touched: 0,
    // Its leader and the next replica look after it first.
    calm: Math.max(1, (node.id - replica + node.group) % node.group),
    waitsFor: null,
    pending: null,
    waiters: null,
  };
  log.set(index, made);
  return made;
}

/** One for every replica. A plain loop: `Array.from` would take a walk a tenth of its time. */
export function perReplica<T>(group: number, make: () => T): T[] {
  const all: T[] = [];
  for (let r = 0; r < group; r++) all.push(make());
  return all;
}

export function noDeps(group: number): number[] {
  const deps: number[] = [];
  for (let r = 0; r < group; r++) deps.push(-1);
  return deps;
}
export const isCommitted = (instance: Instance): boolean =>
  instance.status === "committed" || instance.status === "executed";

/**
 * §4.1: commands interfere when they touch one key and at least one of them writes. What an instance came after when
 * it was voted for before, it comes after still: the latest of its own replica may be itself by now.
 */
export function attributesFor(
  node: EPaxosNode,
  operation: Operation | null,
  { replica, index, voted, seq, deps }: Instance,
): Attributes {
  const latest = voted < 0 ? noDeps(node.group) : deps.slice();
  const before = voted < 0 ? 0 : seq;
  const known = operation === null ? undefined : node.conflicts.get(operation.key);
  if (operation === null || known === undefined)
    return { seq: Math.max(before, operation === null ? 0 : 1), deps: latest };
  for (let r = 0; r < node.group; r++) {
    const last = latestInterfering(operation, known, r);
    if (last > latest[r] && (r !== replica || last !== index)) latest[r] = last;
  }
  // Its own number is not one it must be above.
  const newest = operation.kind === "write" ? Math.max(known.writeSeq, known.readSeq) : known.writeSeq;
  const above = voted < 0 || newest > seq ? newest + 1 : seq;
  return { seq: Math.max(before, above), deps: latest };
}

/** A replica's latest instance that touches the key of an operation and interferes with it. */
export const latestInterfering = ({ kind }: Operation, { writes, reads }: KeyConflicts, r: NodeId): number =>
  kind === "write" ? Math.max(writes[r], reads[r]) : writes[r];

/** §4.1. */
export function interfere(a: Operation | null, b: Operation | null): boolean {
  return a !== null && b !== null && a.key === b.key && (a.kind === "write" || b.kind === "write");
}

/** Notes that an instance touches its key. */
export function noteConflict(node: EPaxosNode, instance: Instance): void {
  const { operation, replica, index, seq } = instance;
  if (operation === null) return;
  let known = node.conflicts.get(operation.key);
  if (known === undefined) {
    const { group } = node;
    known = {
      writes: noDeps(group),
      reads: noDeps(group),
      goneWrites: noDeps(group),
      goneReads: noDeps(group),
      writeSeq: 0,
      readSeq: 0,
    };
    node.conflicts.set(operation.key, known);
  }
  const isWrite = operation.kind === "write";
  const latest = isWrite ? known.writes : known.reads;
  if (index > latest[replica]) latest[replica] = index;
  if (isWrite && seq > known.writeSeq) known.writeSeq = seq;
  if (!isWrite && seq > known.readSeq) known.readSeq = seq;
}

/** The later of two in every respect. */
export function union(a: Attributes, b: Attributes): Attributes {
  const deps = a.deps.slice();
  for (let r = 0; r < deps.length; r++) if (b.deps[r] > deps[r]) deps[r] = b.deps[r];
  return { seq: Math.max(a.seq, b.seq), deps };
}

export function sameAttributes(a: Attributes, b: Attributes): boolean {
  for (let r = 0; r < a.deps.length; r++) if (a.deps[r] !== b.deps[r]) return false;
  return a.seq === b.seq;
}

export const messageBytes = (m: EPaxosMessage | EPaxosRecord, settings: Settings): number => {
  const operation = "operation" in m ? m.operation : null;
  const deps = "deps" in m ? 4 * m.deps.length : 0;
  return settings.headerBytes + deps + (operation?.kind === "write" ? operation.bytes : 0);
};

const recordsOf = (record: object): readonly EPaxosRecord[] =>
  "commits" in record ? (record as EPaxosCheckpoint).commits : [record as EPaxosRecord];

/** A commit's record tells the attributes; the command stands on the disk with the vote, where there was one. */
function bytesOfRecord(record: EPaxosRecord, settings: Settings): number {
  const isKnown = record.voted >= 0 && (record.status === "committed" || record.status === "executed");
  return messageBytes(isKnown ? { ...record, operation: null } : record, settings);
}

export function recordBytes(record: object, settings: Settings): number {
  return recordsOf(record).reduce((bytes, one) => bytes + bytesOfRecord(one, settings), 0);
}

export function recordOf(instance: Instance): EPaxosRecord {
  const { replica, index, operation, seq, deps, status, ballot, voted, quorum } = instance;
  return { replica, index, operation, seq, deps, status, ballot, voted, quorum };
}

/** Writes an instance down as it is. */
export function save(instance: Instance, ctx: Ctx): void {
  ctx.persist(recordOf(instance));
}

export const durable = {
  empty: (): EPaxosDurable => ({ instances: new Map() }),
  store(disk: EPaxosDurable, record: object): void {
    for (const one of recordsOf(record)) disk.instances.set(one.index * (MAX_NODES + 1) + one.replica, one);
  },
};
