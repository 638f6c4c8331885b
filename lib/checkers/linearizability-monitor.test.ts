import assert from "node:assert/strict";
import { test } from "node:test";
import type { CheckedOperation } from "../core/history-types.ts";
import { type RandomStream, randomStreams } from "../core/random.ts";
import { ANOMALY_FIXTURES, historyOf } from "./anomalies.fixture.ts";
import { bruteForceLinearizable } from "./brute-force.fixture.ts";
import { IdTable } from "./id-table.ts";
import { LinearizabilityMonitor, type MonitorResult } from "./linearizability-monitor.ts";
import { linearizable } from "./linearizable.ts";
import {
  columnsOf,
  longHistory,
  nearlyTrueHistory,
  trueHistory,
  wildHistory,
} from "./random-history.fixture.ts";

/** Feeds a history in chunks as a run would, the rows in order of completion but for some disorder, in seconds. */
function monitored(
  history: readonly CheckedOperation[],
  chunk: () => number,
  disorder: () => number = () => 0,
): MonitorResult {
  const rows = history
    .map((row) => ({ row, at: row.completed + disorder() }))
    .sort((a, b) => a.at - b.at)
    .map(({ row }) => row);
  /** The earliest invocation from each row on. */
  const open = new Array<number>(rows.length + 1).fill(Number.POSITIVE_INFINITY);
  for (let i = rows.length - 1; i >= 0; i--) open[i] = Math.min(open[i + 1], rows[i].invoked);
  const last = Math.max(...rows.slice(-1000).map(({ completed }) => completed));
  const monitor = new LinearizabilityMonitor();
  for (let from = 0; from < rows.length; ) {
    const to = Math.min(rows.length, from + chunk());
    monitor.add(columnsOf(rows.slice(from, to)), Math.min(open[to], last));
    from = to;
  }
  return monitor.finish();
}

test("20,000 small histories, fed row by row or all at once: as trying every order says", () => {
  const stream = randomStreams(11).stream("monitor");
  let right = 0;
  for (let i = 0; i < 20_000; i++) {
    const shape = {
      operations: 1 + stream.integer(i % 4 === 0 ? 5 : 7),
      keys: 1 + stream.integer(2),
      ...{ grid: i % 3 === 0 ? 0 : 12, failed: 0.1, unknown: 0.2, length: 0.4 },
    };
    const history = (i % 2 === 0 ? wildHistory : nearlyTrueHistory)(stream, shape);
    const expected = bruteForceLinearizable(history);
    if (expected) right++;
    const size = 1 + stream.integer(4);
    const { verdict } = monitored(history, () => size);
    assert.equal(verdict, expected ? "linearizable" : "violation", JSON.stringify(history));
  }
  assert.ok(right > 4000 && right < 16_000, `${right} of 20,000 linearizable`);
});

test("2,000 histories of 150 operations in small chunks, out of order, on busy keys: as zones and search say", () => {
  const stream = randomStreams(12).stream("monitor");
  const verdicts = { linearizable: 0, violation: 0 };
  for (let i = 0; i < 2000; i++) {
    const unknown = i % 4 === 0 ? 0.03 : 0;
    const shape = { operations: 150, keys: 1 + (i % 2), grid: 0, failed: 0.02, unknown, length: 0.06 };
    const history = (i % 3 === 0 ? trueHistory : nearlyTrueHistory)(stream, shape);
    const [chunk, disorder] = i % 5 === 0 ? [150, 2] : [12, 0.03];
    const size = () => 1 + stream.integer(chunk);
    const { verdict } = monitored(history, size, () => disorder * stream.uniform());
    assert.equal(verdict, linearizable(history).verdict, JSON.stringify(history));
    verdicts[verdict]++;
  }
  assert.ok(verdicts.linearizable > 500 && verdicts.violation > 500, JSON.stringify(verdicts));
});

test("20,000 histories of writes and now and then a read: what writes overwrote without being taken up is old", () => {
  const stream = randomStreams(13).stream("monitor");
  const verdicts = { linearizable: 0, violation: 0 };
  for (let i = 0; i < 20_000; i++) {
    const length = i % 2 === 0 ? 0.02 : 0.15;
    const rest = {
      grid: i % 5 === 0 ? 40 : 0,
      failed: i % 4 === 0 ? 0.05 : 0,
      unknown: i % 6 === 0 ? 0.1 : 0,
    };
    const shape = { operations: 20, keys: 1 + (i % 2), reads: 0.15, length, ...rest };
    const history = nearlyTrueHistory(stream, shape);
    const chunk = 1 + stream.integer(10);
    const { verdict } = monitored(
      history,
      () => chunk,
      () => (i % 3 === 0 ? 0.02 * stream.uniform() : 0),
    );
    assert.equal(verdict, linearizable(history).verdict, JSON.stringify(history));
    verdicts[verdict]++;
  }
  assert.ok(verdicts.linearizable > 5000 && verdicts.violation > 5000, JSON.stringify(verdicts));
});

test("a write reported late is taken up where what was reported before it may clash with it", () => {
  const row = (id: number, kind: "read" | "write", value: number, invoked: number): CheckedOperation => {
    return { id, client: id, kind, key: 0, value, invoked, completed: invoked + 1, outcome: "ok" };
  };
  const late = [row(1, "write", 1, 2), row(3, "write", 3, 6)];
  for (const before of [[row(0, "write", 0, 0), row(2, "read", 0, 4)], [row(2, "read", -1, 4)]]) {
    const monitor = new LinearizabilityMonitor();
    monitor.add(columnsOf(before), 2);
    monitor.add(columnsOf(late), 8);
    assert.equal(monitor.finish().verdict, "violation");
  }
});

test("every anomaly is seen, whatever the chunks", () => {
  for (const { anomaly, story, history } of ANOMALY_FIXTURES) {
    for (const size of [1, 2, 100]) {
      const { verdict } = monitored(history, () => size);
      assert.equal(verdict, anomaly === null ? "linearizable" : "violation", story);
    }
  }
});

function oneWrongRead(stream: RandomStream, history: readonly CheckedOperation[]): CheckedOperation[] {
  const reads = history.filter(({ kind, outcome }) => kind === "read" && outcome === "ok");
  const wrong = reads[reads.length - 1 - stream.integer(100)];
  const old = history.find(
    ({ kind, key, outcome }) => kind === "write" && outcome === "ok" && key === wrong.key,
  );
  return history.map((row) => (row === wrong ? { ...row, value: (old as CheckedOperation).value } : row));
}

test("a long run holds what overlaps, not what was; an old value is still found out", () => {
  const stream = randomStreams(13).stream("monitor");
  for (const keys of [1, 100]) {
    const clients = 20;
    const history = longHistory(stream, { operations: 60_000, keys, clients, unknown: 0 });
    const { verdict, held } = monitored(history, () => 256);
    assert.equal(verdict, "linearizable");
    assert.ok(held <= 256 + 2 * clients + 2 * keys, `${held} held`);
    assert.equal(monitored(oneWrongRead(stream, history), () => 256).verdict, "violation");
  }
});

test("unread writes of unknown outcome stay, as they may take effect for ever; nothing else does", () => {
  const stream = randomStreams(14).stream("monitor");
  const history = longHistory(stream, { operations: 30_000, keys: 10, clients: 20, unknown: 0.01 });
  const { verdict, held } = monitored(history, () => 256);
  const unknown = history.filter(({ kind, outcome }) => kind === "write" && outcome === "unknown").length;
  assert.equal(verdict, "linearizable");
  assert.ok(unknown > 100 && held <= 256 + 60 + unknown, `${held} held, ${unknown} unknown`);
});

test("what never ended may have taken effect", () => {
  const [write, read] = historyOf(`c1 w5 0 9 unknown
                                   c2 r5 1 2`);
  const feed = () => {
    const monitor = new LinearizabilityMonitor();
    monitor.add(columnsOf([read]), 0);
    return monitor;
  };
  assert.equal(feed().finish([write]).verdict, "linearizable");
  assert.equal(
    feed().finish([]).violation?.message,
    "key 0: read 1001 returned 5, never written or long overwritten",
  );
});

test("violations name the operations", () => {
  const told = (text: string) => monitored(historyOf(text), () => 100).violation;
  const stale = told(`c1 w1 0 1
                      c1 w2 2 3
                      c2 r1 4 5`);
  assert.deepEqual(stale, {
    key: 0,
    operations: [1, 2, 1002],
    message:
      "key 0: operations on one value came before and after those on another: 1 ended before 2 began, and 2 ended before 1002 began",
  });
  assert.equal(
    told(`c1 w1 0 1
          c2 r- 2 3`)?.message,
    "key 0: operations on one value came before and after those on another: 1 ended before 1001 began",
  );
  assert.equal(
    told(`c1 r1 0 1
          c2 w1 2 3`)?.message,
    "key 0: read 1000 returned what write 1 wrote before it began",
  );
  assert.equal(
    told(`c1 w2 0 1 failed
          c2 r2 0.5 0.7`)?.message,
    "key 0: read 1001 returned 2, of a write that surely was not done",
  );
});

test("promises that are not kept are refused", () => {
  const [row] = historyOf("c1 w1 2 3");
  const refused = (rows: readonly CheckedOperation[], openSince: readonly number[], message: string) => {
    const monitor = new LinearizabilityMonitor();
    const feed = () => {
      for (const time of openSince) monitor.add(columnsOf(rows), time);
    };
    assert.throws(feed, { name: "DomainError", message });
  };
  refused([], [2, 1], "monitor: openSince must be >= 2 s, got 1 s");
  refused([], [Number.NaN], "monitor: openSince must be >= -Infinity s, got NaN s");
  refused([row], [3, 3], "monitor: operation 1 must be invoked at or after openSince 3 s, got 2 s");
  refused([row], [2, 2], "monitor: ids must be unique, got 1 twice");
  refused([{ ...row, completed: 1 }], [0], "monitor: operation 1 must end at or after 2 s, got 1 s");
  refused([{ ...row, value: 7 }], [0], "monitor: write 1 must write its id, got 7");
  refused([{ ...row, key: -1 }], [0], "monitor: key must be >= 0 and <= 16777215, got -1");
  refused([{ ...row, id: -1 }], [0], "monitor: id must be >= 0, got -1");
  assert.throws(() => new LinearizabilityMonitor().finish(), {
    message: "monitor: history must have at least 1 operation, got 0",
  });
});

test("the table of ids does what a Map does", () => {
  const stream = randomStreams(15).stream("table");
  const [table, map] = [new IdTable(), new Map<number, number>()];
  for (let i = 0; i < 100_000; i++) {
    const id = stream.integer(3000) * (stream.uniform() < 0.5 ? 1 : 1024) + (i % 2) * 2 ** 32;
    assert.equal(table.get(id), map.get(id) ?? -1);
    if (map.has(id)) {
      table.remove(id);
      map.delete(id);
    } else {
      table.add(id, i);
      map.set(id, i);
    }
  }
});
