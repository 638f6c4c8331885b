/** The session monitor: what each guarantee means, and agreement with the checker that knows the order of writes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { CheckedOperation } from "../core/history-types.ts";
import { type RandomStream, randomStreams } from "../core/random.ts";
import { columnsOf } from "./random-history.fixture.ts";
import { SessionMonitor } from "./session-monitor.ts";
import { sessionGuarantees } from "./sessions.ts";

/** `w3 c1 0-2`, `r3 c2 4-5 unknown`: write or read of value 3 of key 0, or of key k with `k:`; `r-` reads nothing. */
function operations(...lines: readonly string[]): CheckedOperation[] {
  return lines.map((line, i) => {
    const form = /^(?:(\d):)?([wr])(\d+|-) c(\d) ([\d.]+)-([\d.]+) ?(ok|failed|unknown)?$/.exec(line);
    assert.ok(form !== null, line);
    const [, key = "0", kind, value, client, invoked, completed, outcome = "ok"] = form;
    return {
      id: kind === "w" ? Number(value) : 100 + i,
      client: Number(client),
      kind: kind === "w" ? "write" : "read",
      key: Number(key),
      value: value === "-" ? -1 : Number(value),
      invoked: Number(invoked),
      completed: Number(completed),
      outcome: outcome as CheckedOperation["outcome"],
    };
  });
}

function judged(history: readonly CheckedOperation[], inProgress: readonly CheckedOperation[] = []) {
  const monitor = new SessionMonitor();
  for (const operation of history) monitor.take(operation);
  return monitor.finish(inProgress).violation?.message ?? "holds";
}

const STORIES: readonly (readonly [verdict: string, ...lines: string[]])[] = [
  ["holds", "w1 c1 0-1", "r1 c1 2-3", "r1 c1 4-5"],
  ["holds", "w1 c1 0-1", "w2 c2 2-3", "r1 c3 4-5"], // old, but this session cannot tell
  [
    "key 0: no read your writes: read 101 of client 1 returned nothing, after its write 1",
    "w1 c1 0-1",
    "r- c1 2-3",
  ],
  [
    "key 0: no read your writes: read 102 of client 1 returned 1, after its write 2",
    "w1 c2 0-1",
    "w2 c1 2-3",
    "r1 c1 4-5",
  ],
  [
    "key 0: no monotonic reads: read 103 of client 3 returned 1, after its read 102",
    "w1 c1 0-1",
    "w2 c2 2-3",
    "r2 c3 4-5",
    "r1 c3 6-7",
  ],
  [
    "key 0: no monotonic reads: read 102 of client 3 returned nothing, after its read 101",
    "w1 c1 0-1",
    "r1 c3 2-3",
    "r- c3 4-5",
  ],
  ["holds", "w1 c1 0-1", "w2 c2 2-3", "r2 c3 4-5", "r1 c4 6-7"], // another session
  ["holds", "w1 c1 0-1", "1:w2 c2 2-3", "1:r2 c3 4-5", "r1 c3 6-7"], // another key
  ["holds", "w1 c1 0-3", "w2 c2 2-4", "r2 c3 5-6", "r1 c3 7-8"], // which of the two is older?
  // Of several at a time: what was seen when it began counts, whatever its session has seen since.
  [
    "key 0: no monotonic reads: read 107 of client 3 returned 0, after its read 104",
    "w0 c1 0-1",
    "w1 c1 2-2.5",
    "w2 c1 3-3.5",
    "w3 c1 4-4.5",
    "r1 c3 4.6-5",
    "r2 c3 6-7",
    "r3 c3 8-9",
    "r0 c3 5.5-20",
  ],
  // A value that may be older, read in between, takes nothing back.
  [
    "key 0: no monotonic reads: read 105 of client 3 returned 0, after its read 103",
    "w0 c1 0-1.8",
    "w1 c4 1.5-6",
    "w2 c2 2-5",
    "r2 c3 7-8",
    "r1 c3 9-10",
    "r0 c3 11-12",
  ],
  ["holds", "w1 c1 0-1", "w2 c2 2-3", "r2 c3 4-8", "r1 c3 5-9"], // two at a time: neither comes after the other
  ["holds", "w1 c1 0-1 unknown", "w2 c2 2-3", "r2 c3 4-5", "r1 c3 6-7"], // may have taken effect late
  ["holds", "w1 c1 0-1", "w2 c1 2-3 unknown", "r1 c1 4-5"], // nobody need see it
  [
    "key 0: read 101 of client 2 returned 1, whose write surely was not done",
    "w1 c1 0-1 failed",
    "r1 c2 2-3",
  ],
  ["key 0: read 100 of client 2 returned 7, which nobody wrote", "r7 c2 2-3"],
  ["key 1: read 101 of client 2 returned 1, which was not written to it", "w1 c1 0-1", "1:r1 c2 2-3"],
  ["key 0: read 101 of client 2 returned 1 before that was written", "w1 c1 5-6", "r1 c2 2-3"],
];

for (const [verdict, ...lines] of STORIES)
  test(`${lines.join(", ")}: ${verdict}`, () => assert.equal(judged(operations(...lines)), verdict));

test("a write still under way at the end has been read, and may be", () => {
  const [w1, w2] = operations("w1 c1 0-1", "w2 c2 2-99");
  assert.equal(judged([w1, ...operations("r2 c3 4-5", "r2 c3 6-7")], [w2]), "holds");
  const [read, old] = operations("r2 c3 4-5", "r1 c3 6-7").map((row, i) => ({ ...row, id: 200 + i }));
  assert.match(judged([w1, read, old], [w2]), /no monotonic reads: read 201/);
});

/**
 * Sessions at replicas that lag, each one operation at a time unless `several`; `apart`: no two writes of a key are under
 * way together.
 */
function lagging(random: RandomStream, apart: boolean, several = false) {
  const versions: number[] = [];
  const history: CheckedOperation[] = [];
  const free = [0, 0, 0];
  let wrote = 0;
  for (let id = 0; id < 8; id++) {
    const client = random.integer(3);
    const isWrite = random.uniform() < 0.5;
    let invoked = free[client] + random.uniform();
    if (isWrite && apart) invoked = Math.max(invoked, wrote + 0.01);
    const completed = invoked + random.uniform() * (apart ? 1 : 3);
    free[client] = several ? invoked : completed + 0.01;
    if (isWrite) wrote = completed;
    const kind = isWrite ? "write" : "read";
    history.push({ id, client, kind, key: 0, value: id, invoked, completed, outcome: "ok" });
  }
  // Writes take effect at a moment of theirs, in that order; a read returns some write that has begun by its end, or nothing.
  const effect = history
    .filter(({ kind }) => kind === "write")
    .map((write) => ({ write, at: write.invoked + random.uniform() * (write.completed - write.invoked) }))
    .sort((a, b) => a.at - b.at);
  versions.push(...effect.map(({ write }) => write.id));
  const answered = history.map((row) => {
    if (row.kind === "write") return row;
    const begun = effect.filter(({ at }) => at <= row.completed).map(({ write }) => write.id);
    // Mostly the newest, so that both verdicts are common.
    const lag = random.integer(3) === 0 ? random.integer(begun.length + 1) : 0;
    return { ...row, value: begun[begun.length - 1 - lag] ?? -1 };
  });
  return { history: answered, versions: new Map([[0, versions]]) };
}

const isBroken = (
  history: readonly CheckedOperation[],
  versions: ReadonlyMap<number, readonly number[]>,
): boolean => sessionGuarantees(history, { versions }).some(({ holds }) => !holds);

test("it finds exactly what the order of writes shows where no writes overlap, and nothing else where they do", () => {
  const random = randomStreams(1).stream("histories");
  const counts = { apart: [0, 0], together: [0, 0] };
  for (let i = 0; i < 10_000; i++)
    for (const how of ["apart", "together"] as const) {
      const { history, versions } = lagging(random, how === "apart");
      const found = judged(history) !== "holds";
      const truth = isBroken(history, versions);
      if (how === "apart") assert.equal(found, truth, JSON.stringify(history));
      else if (found) assert.ok(truth, JSON.stringify(history));
      if (truth) counts[how][found ? 1 : 0]++;
    }
  // Of overlapping writes the times do not tell the order: it finds some of what is broken, not all.
  assert.ok(counts.apart[1] > 1000 && counts.apart[0] === 0, `${counts.apart}`);
  assert.ok(counts.together[1] > 500 && counts.together[0] > 100, `${counts.together}`);
});

test("read as it ends, in chunks, it says the same", () => {
  const random = randomStreams(2).stream("histories");
  for (let i = 0; i < 2000; i++) {
    const { history } = lagging(random, i % 2 === 0, i % 4 < 2);
    const ended = [...history].sort((a, b) => a.completed - b.completed);
    const monitor = new SessionMonitor();
    for (let from = 0; from < ended.length; from += 3) {
      const part = ended.slice(from, from + 3);
      const open = ended.slice(from + 3).map(({ invoked }) => invoked);
      monitor.add(columnsOf(part), Math.min(part[part.length - 1].completed, ...open));
    }
    assert.equal(monitor.finish().violation?.message ?? "holds", judged(history));
  }
});

test("values of writes long forgotten are counted, not judged", () => {
  const monitor = new SessionMonitor();
  const row = { client: 0, key: 0, outcome: "ok" } as const;
  for (let id = 0; id < 300_000; id++)
    monitor.take({ ...row, id, kind: "write", value: id, invoked: id, completed: id + 0.5 });
  for (const [i, value] of [10, 299_000].entries())
    monitor.take({
      ...row,
      id: 300_000 + i,
      client: 1,
      kind: "read",
      value,
      invoked: 4e5 + i,
      completed: 4e5 + i,
    });
  assert.deepEqual(monitor.finish(), { verdict: "hold", operations: 300_002, unjudged: 1 });
});

test("what cannot be judged is refused", () => {
  const [read] = operations("r- c1 2-3");
  const take = (wrong: Partial<CheckedOperation>) => () => new SessionMonitor().take({ ...read, ...wrong });
  assert.throws(take({ key: 2 ** 24 }), {
    message: "session monitor: key must be >= 0 and < 16777216, got 16777216",
  });
  assert.throws(take({ completed: 1 }), {
    message: "session monitor: operation 100 must end at or after 2 s, got 1 s",
  });
});
