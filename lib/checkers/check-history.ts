/** What every checker asks of a history before it judges it. */
import { DomainError, show } from "../core/errors.ts";
import { type CheckedOperation, NO_VALUE } from "../core/history-types.ts";

/**
 * Refuses a history that cannot be judged: one without rows, or with a row that no run can have.
 *
 * @throws DomainError when it is empty, which is no evidence of anything; when an operation ends before it begins,
 *   writes nothing, or has the id of another
 */
export function checkHistory(where: string, history: readonly CheckedOperation[]): void {
  if (history.length === 0) throw new DomainError(`${where}: history must have at least 1 operation, got 0`);
  const ids = new Set<number>();
  for (const { id, kind, invoked, completed, value } of history) {
    if (!(completed >= invoked) || invoked === Number.POSITIVE_INFINITY) {
      throw new DomainError(
        `${where}: operation ${id} must end at or after ${show(invoked)} s, got ${show(completed)} s`,
      );
    }
    if (Number.isNaN(value) || (kind === "write" && value === NO_VALUE)) {
      throw new DomainError(
        `${where}: value of ${kind} ${id} must be a number${kind === "write" ? ` other than ${NO_VALUE}` : ""}, got ${value}`,
      );
    }
    if (ids.has(id)) throw new DomainError(`${where}: ids must be unique, got ${id} twice`);
    ids.add(id);
  }
}
