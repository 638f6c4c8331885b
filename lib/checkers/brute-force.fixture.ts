/**
 * The definition of linearizability, tried out: every choice of unknown writes, every order, one store for all keys.
 *
 * Shares nothing with the checkers: no partition by key, no zones, no memory, no rules object.
 */
import type { CheckedOperation } from "../core/history-types.ts";

/** Whether some order of some completion of the history explains all reads and keeps the order of time. */
export function bruteForceLinearizable(history: readonly CheckedOperation[]): boolean {
  const done = history.filter(({ outcome }) => outcome === "ok");
  const perhaps = history.filter(({ outcome, kind }) => outcome === "unknown" && kind === "write");
  for (let choice = 0; choice < 1 << perhaps.length; choice++) {
    const chosen = perhaps.filter((_, i) => (choice >> i) & 1);
    if (someOrder([...done, ...chosen], [])) return true;
  }
  return false;
}

function someOrder(left: readonly CheckedOperation[], order: readonly CheckedOperation[]): boolean {
  if (left.length === 0) return explains(order);
  return left.some((next) =>
    someOrder(
      left.filter((operation) => operation !== next),
      [...order, next],
    ),
  );
}

function explains(order: readonly CheckedOperation[]): boolean {
  const store = new Map<number, number>();
  for (const [i, operation] of order.entries()) {
    // Nothing that comes later in the order may have ended before this one was invoked.
    if (order.slice(i + 1).some((late) => late.outcome === "ok" && late.completed < operation.invoked))
      return false;
    if (operation.kind === "write") store.set(operation.key, operation.value);
    else if ((store.get(operation.key) ?? -1) !== operation.value) return false;
  }
  return true;
}
