/**
 * Is a register's history linearizable: by search, whatever was written.
 *
 * Sources: J. M. Wing & C. Gong, "Testing and verifying concurrent objects", J. Parallel and Distributed Computing
 * 17, 1993 (the search for an order); G. Lowe, "Testing for linearizability", Concurrency and Computation: Practice
 * and Experience 29(4), 2017 (two orders of the same operations that leave the same state are one: remember what has
 * been seen; and just-in-time linearization: nothing takes effect before something that ends needs it to).
 *
 * The history is read event by event. All that matters of the past is the set of configurations: what the register
 * may hold, with which of the open operations having taken effect. When an operation ends, every configuration in
 * which it has not is led on, one open operation after another, until it has; none left means no order exists.
 *
 * In general the problem is NP-complete (Gibbons & Korach 1997), so the search has a limit of steps.
 */
import type { CheckedOperation } from "../core/history-types.ts";
import type { RegisterRules } from "./register-rules.ts";

/** What the search found; at a violation the operation that could not end. */
export type SearchResult =
  | { readonly verdict: "linearizable" | "unknown"; readonly steps: number }
  | { readonly verdict: "violation"; readonly steps: number; readonly at: CheckedOperation };

interface Configuration {
  readonly state: number;
  /** One bit for each open operation that has taken effect. */
  readonly linearized: bigint;
}

/** An operation that has begun and not ended, with its bit. */
interface Open {
  readonly operation: CheckedOperation;
  readonly bit: bigint;
}

interface Event {
  readonly time: number;
  readonly isEnd: boolean;
  readonly operation: CheckedOperation;
}

/** Beginnings and ends in order of time; at one time beginnings first, so that what only touches overlaps. */
function eventsOf(operations: readonly CheckedOperation[], rules: RegisterRules): Event[] {
  const read = new Set(operations.filter(({ kind }) => kind === "read").map(({ value }) => value));
  const events: Event[] = [];
  for (const operation of operations) {
    const ends = rules.ends(operation);
    // What need never take effect and nobody read: leaving it out changes no verdict.
    if (ends === Number.POSITIVE_INFINITY && !read.has(operation.value)) continue;
    events.push({ time: rules.begins(operation), isEnd: false, operation });
    if (ends < Number.POSITIVE_INFINITY) events.push({ time: ends, isEnd: true, operation });
  }
  return events.sort((a, b) =>
    a.time === b.time ? Number(a.isEnd) - Number(b.isEnd) : a.time < b.time ? -1 : 1,
  );
}

/**
 * Searches an order of the operations on one register that explains what was read.
 *
 * @param operations those on one register that count
 * @param steps the most configurations to lead on before giving up with `unknown`
 */
export function searchOrder(
  operations: readonly CheckedOperation[],
  rules: RegisterRules,
  steps: number,
): SearchResult {
  const open = new Map<CheckedOperation, Open>();
  const freeBits: bigint[] = [];
  let configurations: Configuration[] = [{ state: rules.initial, linearized: 0n }];
  let taken = 0;
  for (const { isEnd, operation } of eventsOf(operations, rules)) {
    if (!isEnd) {
      open.set(operation, { operation, bit: freeBits.pop() ?? 1n << BigInt(open.size) });
      continue;
    }
    const ending = open.get(operation) as Open;
    const led = leadOn(configurations, ending, [...open.values()], rules, steps - taken);
    if (led === null) return { verdict: "unknown", steps };
    taken += led.steps;
    if (led.configurations.length === 0) return { verdict: "violation", steps: taken, at: operation };
    configurations = led.configurations;
    open.delete(operation);
    freeBits.push(ending.bit);
  }
  return { verdict: "linearizable", steps: taken };
}

/** Every configuration after `ending` ended, or null past the limit of steps. */
function leadOn(
  from: readonly Configuration[],
  ending: Open,
  open: readonly Open[],
  rules: RegisterRules,
  limit: number,
): { configurations: Configuration[]; steps: number } | null {
  const seen = new Set<string>();
  const after = new Map<string, Configuration>();
  const stack: Configuration[] = [];
  const visit = (state: number, linearized: bigint): void => {
    const key = rules.memo(state, linearized);
    if (seen.has(key)) return;
    seen.add(key);
    stack.push({ state, linearized });
  };
  for (const { state, linearized } of from) visit(state, linearized);
  let steps = 0;
  for (let here = stack.pop(); here !== undefined; here = stack.pop()) {
    if (++steps > limit) return null;
    const linearized = answerReads(here, open, rules);
    if ((linearized & ending.bit) !== 0n) {
      const without = linearized & ~ending.bit;
      after.set(rules.memo(here.state, without), { state: here.state, linearized: without });
      continue; // whatever else is open can still take effect later
    }
    for (const { operation, bit } of open) {
      if (operation.kind === "write" && (linearized & bit) === 0n) visit(operation.value, linearized | bit);
    }
  }
  return { configurations: [...after.values()], steps };
}

/** Lets every open read that the register can answer take effect: that costs nothing and binds nobody. */
function answerReads(
  { state, linearized }: Configuration,
  open: readonly Open[],
  rules: RegisterRules,
): bigint {
  let now = linearized;
  for (const { operation, bit } of open) {
    if (operation.kind === "read" && rules.answers(state, operation.value)) now |= bit;
  }
  return now;
}
