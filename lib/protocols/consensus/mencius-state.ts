/**
 * Mencius' state: settings, slots, messages, what the disk holds.
 *
 * Source: Mao, Junqueira & Marzullo, "Mencius: Building Efficient Replicated State Machines for WANs", OSDI 2008, §4.
 *
 * A slot is an instance of simple consensus: its owner may suggest a value in ballot 0, everybody else may propose only
 * a no-op, and that in a higher ballot. So whoever hears an owner skip a slot knows at once that a no-op is chosen.
 */
import { AppliedWrites } from "../../core/applied-writes.ts";
import type { ParameterTable, ValuesOf } from "../../core/parameters.ts";
import { SlidingLog } from "../../core/sliding-log.ts";
import { ValueStore } from "../../core/value-store.ts";
import type { Context, NodeId, Operation } from "../../simulation/protocol.ts";
import { headerBytesSetting, quorumSetting } from "./settings.ts";

export const parameters = {
  quorum: quorumSetting,
  headerBytes: headerBytesSetting,
  skipDelay: {
    dimension: "time",
    min: 0,
    default: 0,
    tex: "\\tau",
    meaning:
      "how often a server tells those it has nothing to answer which slots it skipped, and that it lives; 0 is 50 ms or the longest round trip",
    source: "Mao et al., OSDI 2008, §4.4, Accelerator 1, and §7 (τ = 50 ms)",
  },
  suspectAfter: {
    dimension: "time",
    min: 0,
    default: 0,
    meaning: "a server not heard of for so long is suspected; 0 is four skip delays plus five round trips",
    source: "own choice",
  },
  revokeAhead: {
    dimension: "one",
    integer: true,
    min: 1,
    default: 128,
    tex: "\\beta",
    meaning: "slots of a suspected server that are revoked beyond the own next one; twice as many at a time",
    source: "Mao et al., OSDI 2008, §4.4, Optimization 3 (their β is 100,000)",
  },
} as const satisfies ParameterTable;

export type Settings = ValuesOf<typeof parameters>;
export type Ctx = Context<Settings, MenciusMessage>;

/** The value of a slot, null for a no-op, as accepted in a ballot; `CHOSEN` is a ballot above all. */
export interface Vote {
  readonly slot: number;
  readonly ballot: number;
  readonly operation: Operation | null;
}
export const CHOSEN = Number.MAX_SAFE_INTEGER;

/** The sender skips those of its slots that lie from `from` on and before `next`. */
export interface Skips {
  readonly from: number;
  readonly next: number;
}

/** Slots of an owner in a range, as a revocation takes them together. */
interface Range {
  readonly ballot: number;
  readonly owner: NodeId;
  readonly from: number;
  readonly to: number;
}

export type MenciusMessage =
  | {
      readonly kind: "suggest";
      readonly slot: number;
      readonly operation: Operation;
      /** Own slots from here up to this one are skipped (Optimization 2). */
      readonly from: number;
    }
  /** An answer to a suggestion; what its sender skipped for it rides along (Optimization 1). */
  | (Skips & { readonly kind: "accepted"; readonly slot: number })
  | { readonly kind: "learn"; readonly slot: number }
  | (Skips & { readonly kind: "beat"; readonly executed: number })
  /** Asks for what is chosen from a slot on, and whoever has suggested nothing before `until` to skip. */
  | { readonly kind: "fetch"; readonly from: number; readonly until: number }
  | { readonly kind: "chosen"; readonly votes: readonly Vote[]; readonly more: boolean }
  | (Range & { readonly kind: "prepare" })
  | (Range & { readonly kind: "promise"; readonly votes: readonly Vote[] })
  /** Slots of the range that are not among the votes become no-ops. */
  | (Range & { readonly kind: "accept"; readonly votes: readonly Vote[] })
  | (Range & { readonly kind: "acceptedRange" })
  | { readonly kind: "refused"; readonly ballot: number };

/** One slot, as a server knows it. */
export interface Slot {
  /** Highest ballot promised. */
  promised: number;
  /** Ballot in which `operation` was accepted: −1 for none, `CHOSEN` once it is known to be chosen. */
  ballot: number;
  operation: Operation | null;
  /** Own slots: who accepted the suggestion, and what it was, until it is known whether it was chosen. */
  votes: number;
  suggestion: Operation | null;
}

/** All skipped slots are alike. */
export const SKIPPED: Slot = Object.freeze({
  promised: 0,
  ballot: CHOSEN,
  operation: null,
  votes: 0,
  suggestion: null,
});

/** A revocation under way at the server that leads it. */
export interface Revocation extends Range {
  phase: "prepare" | "accept";
  answers: number;
  /** The accepted value of the highest ballot, by slot. */
  readonly best: Map<number, Vote>;
}

export interface MenciusNode {
  readonly id: NodeId;
  readonly group: number;
  readonly slots: SlidingLog<Slot>;
  /** The own slot to suggest in next (durable): I_p of the paper. */
  next: number;
  /** Own slots from here up to `next` were skipped; before it lies the last suggestion (durable). */
  skippedFrom: number;
  /** Slots before this one are executed here; and, as last told by each server, there. */
  executed: number;
  readonly executedAt: number[];
  /** Every server has executed, durably, the slots before this one. */
  held: number;
  /** By server: the last range of skips noted. */
  readonly notedFrom: number[];
  readonly notedTo: number[];
  /** Servers heard of since the last watch, and those that were not before it. */
  heard: number;
  suspected: number;
  /** `executed` and `next` at the last watch, and how many watches saw nothing move since. */
  executedThen: number;
  nextThen: number;
  stuck: number;
  /** No ballot above it has been seen, or used (durable). */
  highestBallot: number;
  revocation: Revocation | null;
  /** Suggestions in whose slots a no-op was chosen: to be made again (Rule 4). */
  again: Operation[];
  readonly store: ValueStore;
  readonly applied: AppliedWrites;
  operations: number;
  skips: number;
  revocations: number;
  recovered: number;
  suggestedAgain: number;
}

/** What is known of a slot; made when it is first heard of. Only for slots that are still kept. */
export function slotAt(node: MenciusNode, slot: number): Slot {
  const known = node.slots.get(slot);
  if (known !== undefined) return known;
  const made: Slot = { promised: 0, ballot: -1, operation: null, votes: 0, suggestion: null };
  node.slots.set(slot, made);
  return made;
}

export const ownerOf = (node: MenciusNode, slot: number): NodeId => slot % node.group;

/** The first slot of an owner at or after a slot. */
export function firstOf(node: MenciusNode, owner: NodeId, slot: number): number {
  const { group } = node;
  return slot + ((owner - (slot % group) + group) % group);
}

/** True when it is settled: chosen, or so old that every server has executed it. */
export const isSettled = (node: MenciusNode, slot: number): boolean =>
  slot < node.slots.first || node.slots.get(slot)?.ballot === CHOSEN;

// ---- the disk

interface Stored extends Vote {
  readonly promised: number;
}

/** What reaches the disk: slots that changed, and how far everything is. */
export interface MenciusRecord {
  readonly changed: readonly Stored[];
  readonly next: number;
  readonly skippedFrom: number;
  readonly executed: number;
  readonly held: number;
  readonly highestBallot: number;
}

export interface MenciusDurable {
  next: number;
  skippedFrom: number;
  /** Slots before this one are chosen: as stored here, or no-ops. */
  executed: number;
  highestBallot: number;
  readonly slots: SlidingLog<Stored>;
  /** What the slots before the first one kept had written. */
  readonly store: ValueStore;
  readonly applied: AppliedWrites;
}

export const durable = {
  empty: (): MenciusDurable => ({
    next: -1,
    skippedFrom: -1,
    executed: 0,
    highestBallot: 0,
    slots: new SlidingLog<Stored>(0),
    store: new ValueStore(),
    applied: new AppliedWrites(),
  }),
  store(disk: MenciusDurable, record: object): void {
    const { changed, next, skippedFrom, executed, held } = record as MenciusRecord;
    const { slots } = disk;
    disk.next = next;
    disk.skippedFrom = skippedFrom;
    disk.executed = executed;
    disk.highestBallot = (record as MenciusRecord).highestBallot;
    for (const stored of changed) if (stored.slot >= slots.first) slots.set(stored.slot, stored);
    for (let slot = slots.first; slot < held; slot++) apply(disk, slots.get(slot)?.operation ?? null);
    if (held > slots.end) slots.first = slots.end = held;
    else slots.dropBefore(held);
  },
};

/** Executes a write, unless it has been: a client that asked twice, or a suggestion made twice, writes once. */
export function apply(
  state: { readonly store: ValueStore; readonly applied: AppliedWrites },
  operation: Operation | null,
): void {
  if (operation?.kind === "write" && state.applied.add(operation.id))
    state.store.set(operation.key, operation.id);
}

/** Writes down slots as they are, and how far everything is. */
export function save(node: MenciusNode, slots: readonly number[], ctx: Ctx): void {
  const { next, skippedFrom, executed, held, highestBallot } = node;
  const changed: Stored[] = [];
  for (const slot of slots) {
    const { promised, ballot, operation } = slotAt(node, slot);
    changed.push({ slot, promised, ballot, operation });
  }
  ctx.persist({ changed, next, skippedFrom, executed, held, highestBallot } satisfies MenciusRecord);
}

export function newNode(id: NodeId, group: number, disk: MenciusDurable): MenciusNode {
  const first = disk.slots.first;
  const slots = new SlidingLog<Slot>(first);
  const next = disk.next < 0 ? id : disk.next;
  for (let slot = first; slot < Math.max(disk.slots.end, disk.executed, next); slot++) {
    const stored = disk.slots.get(slot);
    if (stored === undefined || stored.ballot < 0) {
      // Own slots without a suggestion were skipped.
      if (slot < disk.executed || (slot % group === id && slot < next)) slots.set(slot, SKIPPED);
      else if (stored !== undefined)
        slots.set(slot, {
          promised: stored.promised,
          ballot: -1,
          operation: null,
          votes: 0,
          suggestion: null,
        });
      continue;
    }
    const { promised, operation } = stored;
    const ballot = slot < disk.executed ? CHOSEN : stored.ballot;
    slots.set(slot, { promised, ballot, operation, votes: 1 << id, suggestion: null });
  }
  return {
    id,
    group,
    slots,
    next,
    skippedFrom: disk.skippedFrom < 0 ? id : disk.skippedFrom,
    executed: first,
    executedAt: new Array<number>(group).fill(0),
    held: first,
    notedFrom: new Array<number>(group).fill(0),
    notedTo: new Array<number>(group).fill(0),
    heard: 0,
    suspected: 0,
    executedThen: -1,
    nextThen: 0,
    stuck: 0,
    highestBallot: disk.highestBallot,
    revocation: null,
    again: [],
    store: disk.store.copy(),
    applied: disk.applied.copy(),
    operations: 0,
    skips: 0,
    revocations: 0,
    recovered: 0,
    suggestedAgain: 0,
  };
}

// ---- sizes, and what must always hold

const writeBytes = (operation: Operation | null): number =>
  operation !== null && operation.kind === "write" ? operation.bytes : 0;

const votesBytes = (votes: readonly Vote[]): number =>
  votes.reduce((sum, { operation }) => sum + writeBytes(operation), 0);

export function messageBytes(m: MenciusMessage, { headerBytes }: Settings): number {
  if (m.kind === "suggest") return headerBytes + writeBytes(m.operation);
  return "votes" in m ? headerBytes + votesBytes(m.votes) : headerBytes;
}

export const recordBytes = (record: object, { headerBytes }: Settings): number =>
  headerBytes + votesBytes((record as MenciusRecord).changed);

/** The last slots both have executed hold the same, as far as both still keep them. */
export function sameExecuted(a: MenciusNode, b: MenciusNode): boolean {
  const upTo = Math.min(a.executed, b.executed);
  for (let slot = Math.max(a.slots.first, b.slots.first, upTo - 16); slot < upTo; slot++) {
    const x = a.slots.get(slot)?.operation;
    const y = b.slots.get(slot)?.operation;
    if (x !== y && x?.id !== y?.id) return false;
  }
  return true;
}
