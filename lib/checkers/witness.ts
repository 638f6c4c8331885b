/** Witnesses: the fewest operations that show a violation, and how to print them. */
import { type CheckedOperation, NO_VALUE } from "../core/history-types.ts";
import { ANOMALIES, type Anomaly } from "./anomalies.ts";

/** A violation shown by as few operations as do: without any one of them what is left would be in order. */
export interface Witness {
  /** What the whole history of the key shows; the witness alone may show less (one read of a lost write). */
  readonly anomaly: Anomaly;
  readonly key: number;
  /** In order of invocation. */
  readonly operations: readonly CheckedOperation[];
}

/**
 * Drops operations as long as the rest is still wrong: halves first, then ever smaller pieces, then one by one.
 *
 * With the last write of a value go the reads of it: they would be reads of nothing, another anomaly than the one to
 * be shown.
 */
export function shrink(
  operations: readonly CheckedOperation[],
  isWrong: (operations: readonly CheckedOperation[]) => boolean,
): readonly CheckedOperation[] {
  let kept = operations;
  for (let size = Math.max(1, kept.length >> 1); ; ) {
    const before = kept.length;
    for (let at = kept.length - size; at > -size; at -= size) {
      const rest = without(kept, kept.slice(Math.max(0, at), at + size));
      if (rest.length > 0 && isWrong(rest)) kept = rest;
    }
    if (size === 1 && kept.length === before) return kept;
    size = Math.max(1, size >> 1);
  }
}

function without(
  operations: readonly CheckedOperation[],
  dropped: readonly CheckedOperation[],
): readonly CheckedOperation[] {
  const gone = new Set(dropped);
  const rest = operations.filter((operation) => !gone.has(operation));
  const written = new Set(rest.filter(({ kind }) => kind === "write").map(({ value }) => value));
  const orphaned = new Set(dropped.filter(({ kind }) => kind === "write").map(({ value }) => value));
  return rest.filter(({ kind, value }) => kind === "write" || written.has(value) || !orphaned.has(value));
}

/** Operations in order of invocation, those that ended first before others. */
export function inOrder(operations: readonly CheckedOperation[]): readonly CheckedOperation[] {
  return [...operations].sort((a, b) => a.invoked - b.invoked || a.completed - b.completed || a.id - b.id);
}

/** A time in seconds with as many digits as tell operations apart. */
function seconds(time: number): string {
  return `${Number(time.toPrecision(9))} s`;
}

/** One operation for people: who did what, when, and how it ended. */
export function describeOperation(operation: CheckedOperation): string {
  const { client, kind, value, invoked, completed, outcome } = operation;
  const answer = value === NO_VALUE ? "nothing" : `${value}`;
  const what = kind === "write" ? `write ${value}` : `read ${outcome === "ok" ? `→ ${answer}` : ""}`;
  const end =
    outcome === "unknown"
      ? `no answer by ${seconds(completed)}`
      : outcome === "failed"
        ? `refused at ${seconds(completed)}`
        : `to ${seconds(completed)}`;
  return `client ${client}: ${what.trim()}, ${seconds(invoked)} ${end}`;
}

/**
 * A witness as a few lines: the key and what is wrong, then who did what and when.
 *
 * @example
 * describeWitness({ anomaly: "phantom value", key: 3, operations: [{ id: 0, client: 1, kind: "read", key: 3, value: 7, invoked: 0, completed: 0.5, outcome: "ok" }] }).split("\n")[1]; // => "  client 1: read → 7, 0 s to 0.5 s"
 */
export function describeWitness(witness: Witness): string {
  return [
    `key ${witness.key}: ${witness.anomaly}: ${ANOMALIES[witness.anomaly]}`,
    ...witness.operations.map((operation) => `  ${describeOperation(operation)}`),
  ].join("\n");
}
