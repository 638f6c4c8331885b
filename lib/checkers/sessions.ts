/**
 * Session guarantees: what a client may expect of a store that is not linearizable.
 *
 * Source: D. B. Terry, A. J. Demers, K. Petersen, M. J. Spreitzer, M. M. Theimer & B. B. Welch, "Session guarantees
 * for weakly consistent replicated data", Parallel and Distributed Information Systems 1994, §3. A session is one
 * client, which does one operation at a time. All four are judged key by key; that a write of one key must not
 * overtake one of another is left out. Each demands of two operations of a session that the second's value is not
 * older than the first's.
 *
 * Which value is older is the store's order of writes, if the caller knows it. If not, a guarantee is broken when no
 * order of writes keeps it together with what is believed: what clients read one after the other; then the order in
 * which each wrote; then that it wrote after what it had read. Where these contradict one another, the first of them
 * is believed and the next is broken. Once one is broken, those after it may be missed.
 *
 * Writes that failed and reads without an answer say nothing. A write of unknown outcome may take effect late, so
 * nobody need see it; if somebody does, it comes after what its session had done before.
 */
import { DomainError } from "../core/errors.ts";
import { type CheckedOperation, NO_VALUE } from "../core/history-types.ts";
import { checkHistory } from "./check-history.ts";
import { contradiction } from "./value-order.ts";
import { describeOperation, inOrder } from "./witness.ts";

/** Each guarantee with what its loss means, in the order in which they are believed. */
export const SESSION_GUARANTEES = {
  "monotonic reads": "a client read an older value than it had read before",
  "monotonic writes": "a client's later write counts as older than an earlier one",
  "writes follow reads": "a client's write counts as older than what it had read before",
  "read your writes": "a client read an older value than it had written before",
} as const;

/** The name of a guarantee: a key of `SESSION_GUARANTEES`. */
export type SessionGuarantee = keyof typeof SESSION_GUARANTEES;

const NAMES = Object.keys(SESSION_GUARANTEES) as SessionGuarantee[];

/** One guarantee, judged. */
export interface SessionVerdict {
  readonly guarantee: SessionGuarantee;
  readonly holds: boolean;
  /** If it is broken: operations of one key that show it, in order of invocation. */
  readonly witness?: { readonly key: number; readonly operations: readonly CheckedOperation[] };
}

/** What is known beside the history. */
export interface SessionOptions {
  /** For each key the values ever written to it, oldest first. It must hold all that was acknowledged or read. */
  readonly versions?: ReadonlyMap<number, readonly number[]>;
}

/** What a guarantee demands of two operations of a session: that `older` is not the newer value. */
export interface Demand {
  readonly guarantee: SessionGuarantee;
  readonly older: number;
  readonly newer: number;
  readonly operations: readonly [CheckedOperation, CheckedOperation];
}

/** Where a value stands in its key's order of writes, −1 for none, undefined if it is not there. */
type Position = (operation: CheckedOperation) => number | undefined;

/**
 * Judges the four session guarantees.
 *
 * @param history finished operations in any order, with unique values; `client` is the session
 * @throws DomainError for an empty history, a client that does two operations at a time, values
 *   written twice, a value that `versions` lacks
 * @example
 * sessionGuarantees([{ id: 0, client: 1, kind: "write", key: 0, value: 5, invoked: 0, completed: 1, outcome: "ok" }, { id: 1, client: 1, kind: "read", key: 0, value: -1, invoked: 2, completed: 3, outcome: "ok" }]).filter((judged) => !judged.holds).map((judged) => judged.guarantee); // => ["read your writes"]
 */
export function sessionGuarantees(
  history: readonly CheckedOperation[],
  options: SessionOptions = {},
): readonly SessionVerdict[] {
  checkHistory("sessions", history);
  checkUnique(history);
  const position = options.versions === undefined ? null : positionsOf(options.versions);
  const broken = new Map<SessionGuarantee, SessionVerdict>();
  for (const [key, demands] of demandsByKey(history, position)) {
    for (const [guarantee, shown] of position === null ? unmet(demands) : refuted(demands, position)) {
      if (broken.has(guarantee)) continue;
      const operations = inOrder([...new Set(shown.flatMap((demand) => demand.operations))]);
      broken.set(guarantee, { guarantee, holds: false, witness: { key, operations } });
    }
  }
  return NAMES.map((guarantee) => broken.get(guarantee) ?? { guarantee, holds: true });
}

/**
 * A judged guarantee as a few lines: what is broken, then who did what and when.
 *
 * @example
 * describeSession({ guarantee: "monotonic reads", holds: true }); // => "monotonic reads hold"
 */
export function describeSession({ guarantee, witness }: SessionVerdict): string {
  if (witness === undefined) return `${guarantee} hold`;
  return [
    `key ${witness.key}: no ${guarantee}: ${SESSION_GUARANTEES[guarantee]}`,
    ...witness.operations.map((operation) => `  ${describeOperation(operation)}`),
  ].join("\n");
}

function checkUnique(history: readonly CheckedOperation[]): void {
  const written = new Set<string>();
  for (const { kind, key, value } of history) {
    if (kind === "read") continue;
    if (written.has(`${key} ${value}`))
      throw new DomainError(`sessions: values of key ${key} must be unique, got ${value} twice`);
    written.add(`${key} ${value}`);
  }
}

function positionsOf(versions: ReadonlyMap<number, readonly number[]>): Position {
  const byKey = new Map<number, Map<number, number>>();
  for (const [key, values] of versions) byKey.set(key, new Map(values.map((value, i) => [value, i])));
  return ({ key, value }) => (value === NO_VALUE ? -1 : byKey.get(key)?.get(value));
}

/** What each session did last on a key, or what it did with the newest value if the order is known. */
interface Past {
  read: CheckedOperation | null;
  write: CheckedOperation | null;
}

function demandsByKey(
  history: readonly CheckedOperation[],
  position: Position | null,
): Map<number, Demand[]> {
  const demands = new Map<number, Demand[]>();
  for (const operations of sessionsOf(history)) {
    const past = new Map<number, Past>();
    for (const operation of operations) {
      const isRead = operation.kind === "read";
      if (operation.outcome === "failed" || (isRead && operation.outcome === "unknown")) continue;
      if (position !== null && position(operation) === undefined) {
        if (operation.outcome === "unknown") continue; // it never took effect
        throw new DomainError(
          `sessions: versions of key ${operation.key} must hold every value acknowledged or read, got none of ${operation.value}`,
        );
      }
      const here = past.get(operation.key) ?? { read: null, write: null };
      past.set(operation.key, here);
      const found = demands.get(operation.key) ?? [];
      demands.set(operation.key, found);
      demand(found, isRead ? "monotonic reads" : "writes follow reads", here.read, operation);
      demand(found, isRead ? "read your writes" : "monotonic writes", here.write, operation);
      if (operation.outcome !== "ok") continue;
      if (isRead) here.read = newest(here.read, operation, position);
      else here.write = newest(here.write, operation, position);
    }
  }
  return demands;
}

function demand(
  demands: Demand[],
  guarantee: SessionGuarantee,
  before: CheckedOperation | null,
  operation: CheckedOperation,
): void {
  if (before === null || before.value === operation.value) return;
  const { value } = operation;
  demands.push({ guarantee, older: before.value, newer: value, operations: [before, operation] });
}

/**
 * The later of two operations; by the order of writes, if it is known. If not, the last will do: that it is not
 * older than those before it is a guarantee too.
 */
function newest(
  before: CheckedOperation | null,
  operation: CheckedOperation,
  position: Position | null,
): CheckedOperation {
  if (before === null || position === null) return operation;
  return (position(before) as number) > (position(operation) as number) ? before : operation;
}

/** Each client's operations, one after the other. */
function sessionsOf(history: readonly CheckedOperation[]): CheckedOperation[][] {
  const sessions = new Map<number, CheckedOperation[]>();
  for (const operation of inOrder(history)) {
    const session = sessions.get(operation.client);
    if (session === undefined) {
      sessions.set(operation.client, [operation]);
      continue;
    }
    const before = session[session.length - 1];
    if (operation.invoked < before.completed) {
      throw new DomainError(
        `sessions: client ${operation.client} must do one operation at a time, got ${operation.id} invoked at ${operation.invoked} s before ${before.id} ended at ${before.completed} s`,
      );
    }
    session.push(operation);
  }
  return [...sessions.values()];
}

/** The demands that a known order of writes does not meet, one for each guarantee. */
function refuted(demands: readonly Demand[], position: Position): Map<SessionGuarantee, Demand[]> {
  const found = new Map<SessionGuarantee, Demand[]>();
  for (const demand of demands) {
    const [before, after] = demand.operations;
    if (found.has(demand.guarantee)) continue;
    if ((position(before) as number) > (position(after) as number)) found.set(demand.guarantee, [demand]);
  }
  return found;
}

/** The guarantees that no order of writes keeps with what is believed, each with demands that exclude one another. */
function unmet(demands: readonly Demand[]): Map<SessionGuarantee, readonly Demand[]> {
  const found = new Map<SessionGuarantee, readonly Demand[]>();
  let believed: readonly Demand[] = [];
  for (const guarantee of NAMES) {
    const own = demands.filter((demand) => demand.guarantee === guarantee);
    const shown = contradiction(believed, own);
    if (shown === null) believed = [...believed, ...own];
    else found.set(guarantee, shown);
  }
  return found;
}
