/**
 * Is a register's history linearizable, when every write wrote another value: a sort and a sweep, O(n log n).
 *
 * Source: P. B. Gibbons & E. Korach, "Testing shared memories", SIAM J. Computing 26(4), 1997, §4: with the write of
 * each read known, the decision is polynomial.
 *
 * The operations on one value, its write and the reads that returned it, form a zone with two moments: `since`, the
 * first end of any of them (by then the value has been in the register), and `until`, the last beginning (from then
 * on it is in the register once more). Some operation on v ended before one on u began, exactly when v.since <
 * u.until: then v must come before u. An order of the values exists unless this relation has a cycle; and if it
 * has one, it has one of two: let v have the least `since` of a cycle …→ w → u → v; then v.since <= w.since <
 * u.until, so v → u as well. Hence the whole test: **no two zones with v.since < u.until and u.since < v.until**, no
 * read of a value nobody wrote, and none that ended before its write began.
 */
import type { CheckedOperation } from "../core/history-types.ts";
import type { RegisterRules } from "./register-rules.ts";

/** The operations on one value of one register. Times in seconds. */
export interface Zone {
  readonly value: number;
  /** Null for the initial value, which needs none. */
  readonly write: CheckedOperation | null;
  readonly reads: CheckedOperation[];
  /** The first end of an operation on the value, −∞ for the initial one; and that operation. */
  since: number;
  first: CheckedOperation | null;
  /** The last beginning of an operation on the value; and that operation. */
  until: number;
  last: CheckedOperation | null;
}

/** Why no order of the operations explains what clients saw. */
export type ZoneConflict =
  | { readonly kind: "unwritten"; readonly read: CheckedOperation }
  | { readonly kind: "early"; readonly read: CheckedOperation; readonly write: CheckedOperation }
  | { readonly kind: "cycle"; readonly zones: readonly [Zone, Zone] };

/** Whether every write of the operations wrote a value of its own, so that zones tell everything. */
export function valuesAreUnique(operations: readonly CheckedOperation[], rules: RegisterRules): boolean {
  const written = new Set<number>([rules.initial]);
  for (const operation of operations) {
    if (operation.kind !== "write") continue;
    if (written.has(operation.value)) return false;
    written.add(operation.value);
  }
  return true;
}

function zoneOf(value: number, write: CheckedOperation | null, rules: RegisterRules): Zone {
  const [since, until] =
    write === null
      ? [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]
      : [rules.ends(write), rules.begins(write)];
  return { value, write, reads: [], since, first: write, until, last: write };
}

/**
 * The first conflict found among the operations on one register, or null when their history is linearizable.
 *
 * @param operations those on one register that count, each write with a value of its own
 */
export function zoneConflict(
  operations: readonly CheckedOperation[],
  rules: RegisterRules,
): ZoneConflict | null {
  const zones = new Map<number, Zone>([[rules.initial, zoneOf(rules.initial, null, rules)]]);
  for (const operation of operations) {
    if (operation.kind === "write") zones.set(operation.value, zoneOf(operation.value, operation, rules));
  }
  for (const read of operations) {
    if (read.kind === "write") continue;
    const zone = zones.get(read.value);
    if (zone === undefined) return { kind: "unwritten", read };
    const [begins, ends] = [rules.begins(read), rules.ends(read)];
    if (zone.write !== null && ends < rules.begins(zone.write))
      return { kind: "early", read, write: zone.write };
    zone.reads.push(read);
    if (ends < zone.since) [zone.since, zone.first] = [ends, read];
    if (begins > zone.until) [zone.until, zone.last] = [begins, read];
  }
  // A write that nobody read and that need not have taken effect has `since` = ∞: it clashes with nothing.
  return cycleOfTwo([...zones.values()]);
}

/**
 * Two zones that must each come before the other, or null.
 *
 * Sorted by `since`, zone j can only clash with an earlier zone i, and does if since[j] < until[i] and since[i] <
 * until[j]. The second holds for the first few zones; among those the latest `until` decides the first.
 */
function cycleOfTwo(zones: readonly Zone[]): ZoneConflict | null {
  const sorted = [...zones].sort((a, b) => (a.since < b.since ? -1 : a.since > b.since ? 1 : 0));
  /** Of zones 0 … i the one with the latest `until`. */
  const longest: Zone[] = [];
  for (const [j, zone] of sorted.entries()) {
    const before = longest[j - 1];
    if (before !== undefined && zone.since < before.until) {
      const rival = longest[countSince(sorted, j, zone.until) - 1];
      if (rival !== undefined && zone.since < rival.until) return { kind: "cycle", zones: [rival, zone] };
    }
    longest.push(before === undefined || zone.until > before.until ? zone : before);
  }
  return null;
}

/** How many of the first `limit` sorted zones have `since` before a moment. */
function countSince(sorted: readonly Zone[], limit: number, moment: number): number {
  let [low, high] = [0, limit];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle].since < moment) low = middle + 1;
    else high = middle;
  }
  return low;
}
