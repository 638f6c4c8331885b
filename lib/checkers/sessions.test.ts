import assert from "node:assert/strict";
import { test } from "node:test";
import type { CheckedOperation } from "../core/history-types.ts";
import { type RandomStream, randomStreams } from "../core/random.ts";
import { historyOf } from "./anomalies.fixture.ts";
import { linearizable } from "./linearizable.ts";
import { longHistory, serialHistory } from "./random-history.fixture.ts";
import {
  describeSession,
  SESSION_GUARANTEES,
  type SessionGuarantee,
  type SessionOptions,
  sessionGuarantees,
} from "./sessions.ts";
import { contradiction } from "./value-order.ts";

const NAMES = Object.keys(SESSION_GUARANTEES) as SessionGuarantee[];

function broken(history: readonly CheckedOperation[], options: SessionOptions = {}): SessionGuarantee[] {
  return sessionGuarantees(history, options)
    .filter(({ holds }) => !holds)
    .map(({ guarantee }) => guarantee);
}

interface Fixture {
  readonly story: string;
  readonly history: readonly CheckedOperation[];
  readonly versions?: readonly number[];
  readonly broken: readonly SessionGuarantee[];
}

const FIXTURES: readonly Fixture[] = [
  {
    story: "a client writes at one replica and reads nothing at another",
    history: historyOf(`c1 w1 0 1
                        c1 r- 2 3`),
    broken: ["read your writes"],
  },
  {
    story: "a client reads its first write after its second",
    history: historyOf(`c1 w1 0 1
                        c1 w2 2 3
                        c1 r1 4 5`),
    broken: ["read your writes"],
  },
  {
    story: "a client reads what others know to be older than its own write",
    history: historyOf(`c2 w1 0 1
                        c3 r1 1 2
                        c1 w2 2 3
                        c3 r2 3 4
                        c1 r1 4 5`),
    broken: ["read your writes"],
  },
  {
    story: "a client asks two replicas, the second lags",
    history: historyOf(`c1 w1 0 1
                        c2 w2 2 3
                        c3 r1 3 4
                        c3 r2 4 5
                        c3 r1 6 7`),
    broken: ["monotonic reads"],
  },
  {
    story: "a value was there, then none",
    history: historyOf(`c1 w1 0 1
                        c2 r1 2 3
                        c2 r- 4 5`),
    broken: ["monotonic reads"],
  },
  {
    story: "the store orders by clocks that disagree: a client's second write is the older",
    history: historyOf(`c1 w1 0 1
                        c1 w2 2 3
                        c2 r2 3 4
                        c2 r1 5 6`),
    broken: ["monotonic writes"],
  },
  {
    story: "the same with the order of writes known",
    history: historyOf(`c1 w1 0 1
                        c1 w2 2 3`),
    versions: [2, 1],
    broken: ["monotonic writes"],
  },
  {
    story: "an answer is ordered before the question it was written to",
    history: historyOf(`c1 w1 0 1
                        c2 r1 2 3
                        c2 w2 4 5
                        c3 r2 6 7
                        c3 r1 8 9`),
    broken: ["writes follow reads"],
  },
  {
    story: "the same with the order of writes known",
    history: historyOf(`c1 w1 0 1
                        c2 r1 2 3
                        c2 w2 4 5`),
    versions: [2, 1],
    broken: ["writes follow reads"],
  },
  {
    story: "known order: the reader lags, not the writer",
    history: historyOf(`c1 w1 0 1
                        c1 w2 2 3
                        c2 r2 3 4
                        c2 r1 5 6`),
    versions: [1, 2],
    broken: ["monotonic reads"],
  },
  {
    story: "stale for others, but no session can tell",
    history: historyOf(`c1 w1 0 1
                        c2 w2 2 3
                        c3 r1 4 5`),
    versions: [1, 2],
    broken: [],
  },
  {
    story: "a write without an answer never took effect",
    history: historyOf(`c1 w1 0 1
                        c1 w2 2 3 unknown
                        c1 r1 4 5`),
    versions: [1],
    broken: [],
  },
  {
    story: "a write without an answer need not be seen",
    history: historyOf(`c1 w1 0 1
                        c1 w2 2 3 unknown
                        c1 r1 4 5
                        c1 w3 6 7 failed
                        c1 r2 8 9`),
    broken: [],
  },
];

for (const { story, history, versions, broken: expected } of FIXTURES) {
  test(`${expected.length === 0 ? "in order" : `no ${expected[0]}`}: ${story}`, () => {
    assert.deepEqual(broken(history, versions ? { versions: new Map([[0, versions]]) } : {}), expected);
  });
}

/** What the four words mean, of every two operations of a session, under a given order of writes. */
function holdsUnder(
  guarantee: SessionGuarantee,
  history: readonly CheckedOperation[],
  versions: readonly number[],
): boolean {
  const [first, second] = {
    "monotonic reads": ["read", "read"],
    "monotonic writes": ["write", "write"],
    "writes follow reads": ["read", "write"],
    "read your writes": ["write", "read"],
  }[guarantee];
  const said = (row: CheckedOperation) =>
    row.outcome === "ok" || (row.outcome === "unknown" && row.kind === "write");
  return history.every((a) =>
    history.every(
      (b) =>
        !(a.client === b.client && a.key === b.key && a.completed <= b.invoked && a !== b) ||
        !(a.kind === first && b.kind === second && a.outcome === "ok" && said(b)) ||
        versions.indexOf(a.value) <= versions.indexOf(b.value),
    ),
  );
}

test("of the demands that exclude one another the fewest are shown", () => {
  const circle = [1, 2, 3, 4, 5].map((older) => ({ older, newer: (older % 5) + 1 }));
  const [back, forth] = [
    { older: 7, newer: 6 },
    { older: 6, newer: 7 },
  ];
  assert.equal(contradiction(circle.slice(1), [back]), null);
  assert.equal(contradiction(circle.slice(1), [circle[0], back])?.length, 5);
  assert.deepEqual(contradiction([...circle.slice(1), forth], [circle[0], back]), [back, forth]);
});

function permutations(values: readonly number[]): number[][] {
  if (values.length === 0) return [[]];
  return values.flatMap((value) =>
    permutations(values.filter((other) => other !== value)).map((rest) => [value, ...rest]),
  );
}

/** Two or three sessions on one key, reads of anything written. */
function smallSessions(stream: RandomStream): CheckedOperation[] {
  const time = [0, 0, 0];
  const rows = Array.from({ length: 2 + stream.integer(7) }, (_, id): CheckedOperation => {
    const client = stream.integer(3);
    const invoked = time[client] + stream.integer(2);
    time[client] = invoked + 1 + stream.integer(2);
    const kind = stream.uniform() < 0.5 && id < 6 ? "write" : "read";
    const u = stream.uniform();
    const outcome = u < 0.8 ? "ok" : u < 0.9 ? "failed" : "unknown";
    return { id, client, kind, key: 0, value: id, invoked, completed: time[client], outcome };
  });
  const written = rows.filter(({ kind, outcome }) => kind === "write" && outcome !== "failed");
  return rows.map((row) => {
    if (row.kind === "write") return row;
    return { ...row, value: written[stream.integer(written.length + 1)]?.value ?? -1 };
  });
}

test("5,000 random histories under known orders: each guarantee as its definition says", () => {
  const stream = randomStreams(21).stream("sessions");
  const seen = new Map(NAMES.map((name) => [name, 0]));
  for (let i = 0; i < 5000; i++) {
    const history = smallSessions(stream);
    const written = history.filter(({ kind }) => kind === "write").map(({ value }) => value);
    const orders = permutations(written.slice(0, 4)).map((head) => [...head, ...written.slice(4)]);
    const versions = orders[stream.integer(orders.length)];
    const found = broken(history, { versions: new Map([[0, versions]]) });
    for (const name of NAMES) {
      const holds = holdsUnder(name, history, [-1, ...versions]);
      assert.equal(!found.includes(name), holds, `${name} ${versions}: ${JSON.stringify(history)}`);
      if (!holds) seen.set(name, (seen.get(name) as number) + 1);
    }
  }
  for (const [name, times] of seen) assert.ok(times >= 300, `${name} broken ${times} times only`);
});

test("5,000 random histories: a guarantee is broken when no order of writes keeps it and those believed", () => {
  const stream = randomStreams(22).stream("sessions");
  const seen = new Map(NAMES.map((name) => [name, 0]));
  for (let i = 0; i < 5000; i++) {
    const history = smallSessions(stream);
    const written = history.filter(({ kind }) => kind === "write").map(({ value }) => value);
    const found = broken(history);
    let orders = permutations(written).map((order) => [-1, ...order]);
    for (const name of NAMES) {
      const keeping = orders.filter((order) => holdsUnder(name, history, order));
      assert.equal(found.includes(name), keeping.length === 0, `${name}: ${JSON.stringify(history)}`);
      if (keeping.length > 0) {
        orders = keeping;
        continue;
      }
      seen.set(name, (seen.get(name) as number) + 1);
      break; // those that follow may be missed, since only the last operation of each kind is looked at
    }
  }
  for (const [name, times] of seen) assert.ok(times >= 50, `${name} broken ${times} times only`);
});

test("serial histories keep all four; so does whatever is linearizable", () => {
  const stream = randomStreams(23).stream("sessions");
  for (let i = 0; i < 2000; i++) assert.deepEqual(broken(serialHistory(stream, 12, 2)), []);
  const history = longHistory(stream, { operations: 20_000, keys: 20, clients: 10, unknown: 0.01 });
  assert.equal(linearizable(history).verdict, "linearizable");
  assert.deepEqual(broken(history), []);
});

test("a broken guarantee prints who did what and when", () => {
  const history = historyOf(`c1 w1 0 1
                             c2 r1 2 3
                             c2 w2 4 5
                             c3 r2 6 7
                             c3 r1 8 9`);
  const judged = sessionGuarantees(history)[2];
  assert.deepEqual(describeSession(judged).split("\n"), [
    "key 0: no writes follow reads: a client's write counts as older than what it had read before",
    "  client 2: read → 1, 2 s to 3 s",
    "  client 2: write 2, 4 s to 5 s",
    "  client 3: read → 2, 6 s to 7 s",
    "  client 3: read → 1, 8 s to 9 s",
  ]);
});

test("what cannot be judged is refused", () => {
  const refused = (text: string, message: string, options: SessionOptions = {}) =>
    assert.throws(() => sessionGuarantees(historyOf(text), options), { name: "DomainError", message });
  assert.throws(() => sessionGuarantees([]), {
    message: "sessions: history must have at least 1 operation, got 0",
  });
  refused(
    `c1 w1 0 2
     c1 w2 1 3`,
    "sessions: client 1 must do one operation at a time, got 2 invoked at 1 s before 1 ended at 2 s",
  );
  const known = { versions: new Map([[0, [1]]]) };
  refused(
    `c1 w1 0 2
     c2 w3 1 3`,
    "sessions: versions of key 0 must hold every value acknowledged or read, got none of 3",
    known,
  );
  const [write] = historyOf("c1 w1 0 1");
  assert.throws(() => sessionGuarantees([write, { ...write, id: 9, invoked: 5, completed: 6 }]), {
    message: "sessions: values of key 0 must be unique, got 1 twice",
  });
});
