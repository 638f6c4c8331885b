/**
 * Is a key-value history linearizable: is there for each operation one moment between its invocation and its end at
 * which it took effect, such that every read returns what was written last?
 *
 * Source: M. P. Herlihy & J. M. Wing, "Linearizability: a correctness condition for concurrent objects", ACM TOPLAS
 * 12(3), 1990. Each key is judged alone (§3.1, locality). Where every write of a key wrote another value, as the
 * engine's do, by zones in O(n log n), else by search; the two know nothing of each other, and tests hold them
 * together.
 *
 * Operations whose times only touch overlap: one that ended at 2 s may still follow one invoked at 2 s. That is the
 * weaker reading, so that a violation found is one under any. Failed operations did nothing; a write of unknown
 * outcome may take effect at any time after its invocation, or never.
 */
import { DomainError, show, UsageError } from "../core/errors.ts";
import type { CheckedOperation } from "../core/history-types.ts";
import { type Anomaly, failedWriteOf, nameConflict } from "./anomalies.ts";
import { checkHistory } from "./check-history.ts";
import { REGISTER_RULES, type RegisterRules } from "./register-rules.ts";
import { searchOrder } from "./register-search.ts";
import { valuesAreUnique, type Zone, type ZoneConflict, zoneConflict } from "./register-zones.ts";
import { inOrder, shrink, type Witness } from "./witness.ts";

/** How to judge. */
export interface LinearizableOptions {
  /** `auto` (default): zones where values are unique, else search; `search`: always search. */
  readonly method?: "auto" | "search";
  /** Most configurations the search may lead on, over all keys; default 10^6. Past it the verdict is `unknown`. */
  readonly steps?: number;
}

/** A judgement. Only `linearizable` is good news: `unknown` means that nothing was shown. */
export interface Linearizability {
  readonly verdict: "linearizable" | "violation" | "unknown";
  /** Operations that took part: failed ones and reads without an answer do not. */
  readonly operations: number;
  readonly keys: number;
  /** Configurations the search has led on; 0 when zones decided all. */
  readonly steps: number;
  /** At a violation: the first key that violates, in order of first appearance. */
  readonly witness?: Witness;
}

/**
 * Judges a history of reads and writes.
 *
 * @param history finished operations in any order; those still in progress when the run ended as `unknown`
 * @returns the verdict, and at a violation the smallest witness, which `describeWitness` prints
 * @throws DomainError for an empty history, rows that end before they begin, ids that occur twice, steps below 1
 * @throws UsageError for a method that is not known
 * @example
 * linearizable([{ id: 0, client: 1, kind: "read", key: 3, value: 7, invoked: 0, completed: 0.5, outcome: "ok" }]).witness?.anomaly; // => "phantom value"
 */
export function linearizable(
  history: readonly CheckedOperation[],
  options: LinearizableOptions = {},
): Linearizability {
  return linearizableUnder(REGISTER_RULES, history, options);
}

/** The same under other rules: what tests break. */
export function linearizableUnder(
  rules: RegisterRules,
  history: readonly CheckedOperation[],
  options: LinearizableOptions = {},
): Linearizability {
  const { method = "auto", steps = 1e6 } = options;
  if (method !== "auto" && method !== "search")
    throw new UsageError(`linearizable: method must be "auto" or "search", got ${show(method)}`);
  if (!(steps >= 1)) throw new DomainError(`linearizable: steps must be >= 1, got ${show(steps)}`);
  checkHistory("linearizable", history);
  const registers = partition(history, rules);
  let operations = 0;
  let taken = 0;
  let undecided = false;
  for (const all of registers.values()) {
    const counting = all.filter((operation) => rules.counts(operation));
    operations += counting.length;
    let violated: boolean;
    if (method === "auto" && valuesAreUnique(counting, rules)) {
      violated = zoneConflict(counting, rules) !== null;
    } else {
      const found = searchOrder(counting, rules, steps - taken);
      taken += found.steps;
      undecided ||= found.verdict === "unknown";
      violated = found.verdict === "violation";
    }
    if (violated) {
      const witness = witnessOf(all, counting, rules, steps);
      return { verdict: "violation", operations, keys: registers.size, steps: taken, witness };
    }
  }
  const verdict = undecided ? "unknown" : "linearizable";
  return { verdict, operations, keys: registers.size, steps: taken };
}

function partition(
  history: readonly CheckedOperation[],
  rules: RegisterRules,
): Map<number, CheckedOperation[]> {
  const registers = new Map<number, CheckedOperation[]>();
  for (const operation of history) {
    const register = rules.register(operation);
    const operations = registers.get(register);
    if (operations === undefined) registers.set(register, [operation]);
    else operations.push(operation);
  }
  return registers;
}

/** The smallest part of one register's history that is wrong, and its name. */
function witnessOf(
  all: readonly CheckedOperation[],
  counting: readonly CheckedOperation[],
  rules: RegisterRules,
  steps: number,
): Witness {
  const conflict = valuesAreUnique(counting, rules) ? zoneConflict(counting, rules) : null;
  const anomaly: Anomaly = conflict === null ? "no order" : nameConflict(conflict, all, rules);
  const operations =
    conflict === null ? shrinkSearched(counting, rules, steps) : shrinkConflict(conflict, all, rules);
  return { anomaly, key: operations[0].key, operations: inOrder(operations) };
}

function shrinkConflict(
  conflict: ZoneConflict,
  all: readonly CheckedOperation[],
  rules: RegisterRules,
): readonly CheckedOperation[] {
  if (conflict.kind === "early") return [conflict.read, conflict.write];
  if (conflict.kind === "unwritten") {
    const failed = failedWriteOf(conflict.read, all);
    return failed === undefined ? [conflict.read] : [failed, conflict.read];
  }
  const [a, b] = conflict.zones;
  return shrink([...edgesOf(a), ...edgesOf(b)], (rest) => zoneConflict(rest, rules) !== null);
}

/** The operations that make a zone what it is. */
function edgesOf({ write, first, last }: Zone): CheckedOperation[] {
  return [...new Set([write, first, last])].filter(
    (operation): operation is CheckedOperation => operation !== null,
  );
}

/** What happened after the operation that could not end is of no interest; the rest shrinks by searching again. */
function shrinkSearched(
  counting: readonly CheckedOperation[],
  rules: RegisterRules,
  steps: number,
): readonly CheckedOperation[] {
  const found = searchOrder(counting, rules, steps);
  if (found.verdict !== "violation") return counting;
  const end = rules.ends(found.at);
  const begun = counting.filter((operation) => rules.begins(operation) <= end);
  return shrink(begun, (rest) => searchOrder(rest, rules, steps).verdict === "violation");
}
