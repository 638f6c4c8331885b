/**
 * What is wrong with a register's history, by name.
 *
 * A name says what clients saw, not which bug they met: a replica behind the others, a lost log entry and a retry
 * without a session can look alike for a while. The rules are written so that each tells what the witness shows.
 */
import type { CheckedOperation } from "../core/history-types.ts";
import type { RegisterRules } from "./register-rules.ts";
import type { Zone, ZoneConflict } from "./register-zones.ts";

/** Each anomaly with what it means. */
export const ANOMALIES = {
  "phantom value": "a read returned what nobody wrote to its key",
  "read of a failed write": "a read returned the value of a write that surely was not done",
  "read from the future": "a read ended before the write whose value it returned began",
  "stale read": "a read that began after a newer write had ended returned an older value",
  "lost write":
    "an acknowledged write is gone: from some read on only older values return, at least two reads long",
  "new-old inversion":
    "a read returned an older value than a read that had ended before it began, while the newer write was open",
  "double apply":
    "a value came back after a newer one was written, its own write open all the while, as if a retry was applied again",
  "no order": "no order of the operations explains what the reads returned",
} as const;

/** The name of an anomaly: a key of `ANOMALIES`. */
export type Anomaly = keyof typeof ANOMALIES;

/** The two zones of a cycle by age, and the read of the older value that gives it away. */
interface Relapse {
  readonly older: Zone;
  readonly newer: Zone;
  readonly read: CheckedOperation;
  /** Whether the older write had ended before the newer began. */
  readonly ordered: boolean;
}

function endedBefore(a: Zone, b: Zone, rules: RegisterRules): boolean {
  if (b.write === null) return false;
  return a.write === null || rules.ends(a.write) < rules.begins(b.write);
}

/** By real time where the writes did not overlap, else the value that was still read last is the older. */
function relapseOf(zones: readonly [Zone, Zone], rules: RegisterRules): Relapse {
  const [a, b] = zones;
  const [first, second] = [endedBefore(a, b, rules), endedBefore(b, a, rules)];
  const ordered = first || second;
  const [older, newer] = first || (!second && a.until >= b.until) ? [a, b] : [b, a];
  return { older, newer, read: older.last as CheckedOperation, ordered };
}

/**
 * Whether the newer value never returned once the older had been read again, twice at least. One read may have asked
 * a replica that lags; when all of them miss a write, it is gone.
 */
function isGone({ older, newer }: Relapse, rules: RegisterRules): boolean {
  if (newer.write === null) return false;
  const done = rules.ends(newer.write);
  const relapses = older.reads.filter((read) => rules.begins(read) > done);
  const first = Math.min(...relapses.map((read) => rules.begins(read)));
  return relapses.length >= 2 && newer.reads.every((read) => rules.begins(read) < first);
}

/**
 * Names a conflict.
 *
 * @param history all operations on the register, failed ones too
 */
export function nameConflict(
  conflict: ZoneConflict,
  history: readonly CheckedOperation[],
  rules: RegisterRules,
): Anomaly {
  if (conflict.kind === "early") return "read from the future";
  if (conflict.kind === "unwritten") {
    return failedWriteOf(conflict.read, history) === undefined ? "phantom value" : "read of a failed write";
  }
  const relapse = relapseOf(conflict.zones, rules);
  const { newer, read, ordered } = relapse;
  if (newer.write === null || rules.ends(newer.write) >= rules.begins(read)) return "new-old inversion";
  if (!ordered) return "double apply";
  return isGone(relapse, rules) ? "lost write" : "stale read";
}

/** The failed write whose value a read returned. */
export function failedWriteOf(
  read: CheckedOperation,
  history: readonly CheckedOperation[],
): CheckedOperation | undefined {
  return history.find(
    ({ kind, outcome, key, value }) =>
      kind === "write" && outcome === "failed" && key === read.key && value === read.value,
  );
}
