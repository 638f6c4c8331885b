/** Random histories for tests: small ones that are often wrong, serial ones and long ones that never are. */

import type { CheckedOperation, OperationColumns } from "../core/history-types.ts";
import type { RandomStream } from "../core/random.ts";

/** How a history is drawn. */
export interface HistoryShape {
  readonly operations: number;
  readonly keys: number;
  /** Times are whole numbers up to this, so that many operations touch; 0 for real numbers. */
  readonly grid: number;
  readonly failed: number;
  readonly unknown: number;
  /** Longest operation, as a share of the whole time. */
  readonly length: number;
  /** Values written: the id (0), or one of so many, so that values repeat. */
  readonly values?: number;
  /** Share of reads, 0.5 by default. */
  readonly reads?: number;
}

type Draft = { -readonly [Name in keyof CheckedOperation]: CheckedOperation[Name] };

/** Operations with times and outcomes; nothing read yet. */
function drafts(stream: RandomStream, shape: HistoryShape): Draft[] {
  const { operations, grid, values = 0, reads = 0.5 } = shape;
  return Array.from({ length: operations }, (_, id) => {
    const round = (time: number) => (grid > 0 ? Math.round(time * grid) : time);
    const from = stream.uniform();
    const [invoked, completed] = [round(from), round(from + stream.uniform() * shape.length)];
    const u = stream.uniform();
    const outcome = u < shape.failed ? "failed" : u < shape.failed + shape.unknown ? "unknown" : "ok";
    const kind = stream.uniform() < reads ? "read" : "write";
    const value = kind === "read" ? -1 : values > 0 ? stream.integer(values) : id;
    return { id, client: id, kind, key: stream.integer(shape.keys), value, invoked, completed, outcome };
  });
}

/** A history of a real store: each operation takes effect at some moment, an unknown write perhaps much later. */
export function trueHistory(stream: RandomStream, shape: HistoryShape): Draft[] {
  const history = drafts(stream, shape);
  const late = Math.max(...history.map(({ completed }) => completed));
  const effects = history
    .filter(({ outcome, kind }) => outcome === "ok" || (outcome === "unknown" && kind === "write"))
    .filter(({ outcome }) => outcome === "ok" || stream.uniform() < 0.7)
    .map((operation) => {
      const until = operation.outcome === "ok" ? operation.completed : late;
      return { operation, at: operation.invoked + stream.uniform() * (until - operation.invoked) };
    })
    .sort((a, b) => a.at - b.at);
  const store = new Map<number, number>();
  for (const { operation } of effects) {
    if (operation.kind === "write") store.set(operation.key, operation.value);
    else operation.value = store.get(operation.key) ?? -1;
  }
  return history;
}

/** A true history of which one or two reads return something else. */
export function nearlyTrueHistory(stream: RandomStream, shape: HistoryShape): Draft[] {
  const history = trueHistory(stream, shape);
  const reads = history.filter(({ kind, outcome }) => kind === "read" && outcome === "ok");
  for (let i = stream.integer(3); i > 0 && reads.length > 0; i--) {
    reads[stream.integer(reads.length)].value = anyValue(stream, history);
  }
  return history;
}

/** A history in which every read returns anything. */
export function wildHistory(stream: RandomStream, shape: HistoryShape): Draft[] {
  const history = drafts(stream, shape);
  for (const operation of history) {
    if (operation.kind === "read" && operation.outcome === "ok") operation.value = anyValue(stream, history);
  }
  return history;
}

/** A value written, failed writes too; sometimes none, rarely one that nobody wrote. */
function anyValue(stream: RandomStream, history: readonly Draft[]): number {
  const written = history.filter(({ kind }) => kind === "write").map(({ value }) => value);
  const at = stream.integer(written.length + 2);
  return written[at] ?? (stream.uniform() < 0.1 ? 1000 : -1);
}

/** One operation after the other: true whatever the times. */
export function serialHistory(stream: RandomStream, operations: number, keys: number): Draft[] {
  const store = new Map<number, number>();
  let time = 0;
  return Array.from({ length: operations }, (_, id) => {
    const invoked = time + stream.uniform();
    const completed = invoked + stream.uniform();
    time = completed;
    const key = stream.integer(keys);
    const failed = stream.uniform() < 0.1;
    const kind = stream.uniform() < 0.5 ? "read" : "write";
    if (kind === "write" && !failed) store.set(key, id);
    const value = kind === "write" ? id : failed ? -1 : (store.get(key) ?? -1);
    const outcome = failed ? "failed" : "ok";
    return { id, client: stream.integer(3), kind, key, value, invoked, completed, outcome };
  });
}

/**
 * A long true history: clients, one operation at a time each, on a store where each takes effect somewhere between
 * its invocation and its end. In order of completion.
 */
export function longHistory(
  stream: RandomStream,
  shape: { operations: number; keys: number; clients: number; unknown: number; reads?: number },
): Draft[] {
  const history: Draft[] = [];
  const free = Array.from({ length: shape.clients }, () => stream.uniform());
  const effects: { at: number; operation: Draft }[] = [];
  const { reads = 0.5 } = shape;
  for (let id = 0; id < shape.operations; id++) {
    const client = id % shape.clients;
    const invoked = free[client] + stream.exponential() * 0.1;
    const completed = invoked + stream.exponential();
    free[client] = completed;
    const key = stream.integer(shape.keys);
    const kind = stream.uniform() < reads ? "read" : "write";
    const outcome = stream.uniform() < shape.unknown ? "unknown" : "ok";
    const value = kind === "write" ? id : -1;
    const operation: Draft = { id, client, kind, key, value, invoked, completed, outcome };
    history.push(operation);
    if (outcome === "unknown" && stream.uniform() < 0.5) continue;
    const until = outcome === "unknown" ? completed + 5 * stream.exponential() : completed;
    effects.push({ at: invoked + stream.uniform() * (until - invoked), operation });
  }
  const store = new Map<number, number>();
  for (const { operation } of effects.sort((a, b) => a.at - b.at)) {
    if (operation.kind === "write") store.set(operation.key, operation.value);
    else if (operation.outcome === "ok") operation.value = store.get(operation.key) ?? -1;
  }
  return history.sort((a, b) => a.completed - b.completed);
}

const OUTCOMES: readonly CheckedOperation["outcome"][] = ["ok", "failed", "unknown"];

/** Operations as a run hands them to a monitor. */
export function columnsOf(rows: readonly CheckedOperation[]): OperationColumns {
  return {
    rows: rows.length,
    id: Float64Array.from(rows, ({ id }) => id),
    client: Int32Array.from(rows, ({ client }) => client),
    isRead: Uint8Array.from(rows, ({ kind }) => (kind === "read" ? 1 : 0)),
    key: Int32Array.from(rows, ({ key }) => key),
    value: Float64Array.from(rows, ({ value }) => value),
    invoked: Float64Array.from(rows, ({ invoked }) => invoked),
    completed: Float64Array.from(rows, ({ completed }) => completed),
    outcome: Uint8Array.from(rows, ({ outcome }) => OUTCOMES.indexOf(outcome)),
  };
}
