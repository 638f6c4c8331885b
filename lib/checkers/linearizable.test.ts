import assert from "node:assert/strict";
import { test } from "node:test";
import type { CheckedOperation } from "../core/history-types.ts";
import { randomStreams } from "../core/random.ts";
import { bruteForceLinearizable } from "./brute-force.fixture.ts";
import { RULE_MUTANTS } from "./linearizable.mutants.ts";
import { linearizable, linearizableUnder } from "./linearizable.ts";
import {
  type HistoryShape,
  longHistory,
  nearlyTrueHistory,
  serialHistory,
  trueHistory,
  wildHistory,
} from "./random-history.fixture.ts";
import { REGISTER_RULES } from "./register-rules.ts";

const METHODS = ["auto", "search"] as const;

/** Small histories: half of them anything, half of them true but for a read or two. */
function smallHistories(count: number, seed: number, values = 0): CheckedOperation[][] {
  const stream = randomStreams(seed).stream("histories");
  return Array.from({ length: count }, (_, i) => {
    const shape: HistoryShape = {
      operations: 1 + stream.integer(7),
      keys: 1 + stream.integer(2),
      grid: 12,
      failed: 0.1,
      unknown: 0.2,
      length: 0.5,
      values,
    };
    return i % 2 === 0 ? wildHistory(stream, shape) : nearlyTrueHistory(stream, shape);
  });
}

const HISTORIES = smallHistories(10_000, 1);
const TRUTH = HISTORIES.map(bruteForceLinearizable);

test("10,000 small histories: zones and search agree with trying every order", () => {
  const right = TRUTH.filter((verdict) => verdict).length;
  assert.ok(right >= 2000 && right <= 8000, `${right} of 10,000 linearizable: too lopsided to say much`);
  for (const [i, history] of HISTORIES.entries()) {
    const expected = TRUTH[i] ? "linearizable" : "violation";
    for (const method of METHODS) {
      assert.equal(
        linearizable(history, { method }).verdict,
        expected,
        `${method}: ${JSON.stringify(history)}`,
      );
    }
  }
});

test("4,000 small histories in which values repeat: the search agrees with trying every order", () => {
  let right = 0;
  for (const history of smallHistories(4000, 2, 2)) {
    const expected = bruteForceLinearizable(history);
    if (expected) right++;
    assert.equal(
      linearizable(history).verdict,
      expected ? "linearizable" : "violation",
      JSON.stringify(history),
    );
  }
  assert.ok(right >= 800 && right <= 3200, `${right} of 4,000 linearizable`);
});

test("10,000 serial histories are accepted by either method", () => {
  const stream = randomStreams(3).stream("serial");
  for (let i = 0; i < 10_000; i++) {
    const history = serialHistory(stream, 1 + stream.integer(12), 2);
    for (const method of METHODS) assert.equal(linearizable(history, { method }).verdict, "linearizable");
  }
});

test("zones and search agree on longer histories, right and wrong", () => {
  const stream = randomStreams(4).stream("longer");
  const verdicts = { linearizable: 0, violation: 0, unknown: 0 };
  for (let i = 0; i < 600; i++) {
    const shape = {
      operations: 60,
      keys: 2,
      grid: i % 3 === 0 ? 100 : 0,
      failed: 0.05,
      unknown: 0.05,
      length: 0.1,
    };
    const history = (i % 2 === 0 ? trueHistory : nearlyTrueHistory)(stream, shape);
    const zones = linearizable(history).verdict;
    assert.equal(linearizable(history, { method: "search" }).verdict, zones);
    if (i % 2 === 0 && shape.grid === 0) assert.equal(zones, "linearizable");
    verdicts[zones]++;
  }
  assert.ok(verdicts.violation >= 100 && verdicts.linearizable >= 100, JSON.stringify(verdicts));
});

for (const { name, patch, methods } of RULE_MUTANTS) {
  for (const method of methods) {
    test(`mutant "${name}" is found out (${method})`, () => {
      const rules = { ...REGISTER_RULES, ...patch };
      const caught = HISTORIES.findIndex((history, i) => {
        return (linearizableUnder(rules, history, { method }).verdict === "linearizable") !== TRUTH[i];
      });
      assert.notEqual(caught, -1, "it agrees with the truth on all histories");
    });
  }
}

test("a witness is wrong, and in order without any one of its operations", () => {
  for (const values of [0, 2]) {
    let witnesses = 0;
    for (const history of smallHistories(1500, 5, values)) {
      const { witness } = linearizable(history);
      if (witness === undefined) continue;
      witnesses++;
      const { operations } = witness;
      assert.ok(!bruteForceLinearizable(operations), JSON.stringify(operations));
      for (const dropped of operations) {
        const rest = operations.filter(
          (operation) =>
            operation !== dropped &&
            !(dropped.kind === "write" && operation.kind === "read" && operation.value === dropped.value),
        );
        if (rest.length > 0)
          assert.ok(bruteForceLinearizable(rest), `${dropped.id} of ${JSON.stringify(operations)}`);
      }
      assert.ok(new Set(operations.map(({ key }) => key)).size === 1);
      if (values === 0) assert.ok(operations.length <= 6);
    }
    assert.ok(witnesses > 300, `${witnesses} witnesses`);
  }
});

test("100,000 operations on 1,000 keys are judged; one wrong read among them is found", (context) => {
  const stream = randomStreams(6).stream("long");
  const history = longHistory(stream, { operations: 100_000, keys: 1000, clients: 50, unknown: 0.001 });
  const begun = performance.now();
  const result = linearizable(history);
  context.diagnostic(`zones: ${((performance.now() - begun) / 1e3).toFixed(2)} s`);
  assert.deepEqual([result.verdict, result.keys], ["linearizable", 1000]);
  const again = performance.now();
  assert.equal(linearizable(history, { method: "search" }).verdict, "linearizable");
  context.diagnostic(`search: ${((performance.now() - again) / 1e3).toFixed(2)} s`);
  const old = history.find(({ kind }) => kind === "write") as CheckedOperation;
  const reads = history.filter(({ kind, key }) => kind === "read" && key === old.key);
  const late = reads[reads.length - 1];
  const wrong = history.map((row) => (row === late ? { ...row, value: old.value } : row));
  const { verdict, witness } = linearizable(wrong);
  assert.deepEqual([verdict, witness?.anomaly, witness?.operations.length], ["violation", "stale read", 3]);
});

test("the search gives up at its limit of steps, and says so", () => {
  const open = Array.from({ length: 14 }, (_, id): CheckedOperation => {
    return { id, client: id, kind: "write", key: 0, value: id % 7, invoked: 0, completed: 10, outcome: "ok" };
  });
  assert.equal(linearizable(open, { steps: 100 }).verdict, "unknown");
  assert.equal(linearizable(open.slice(0, 8)).verdict, "linearizable");
});

test("what cannot be judged is refused", () => {
  const row: CheckedOperation = {
    ...{ id: 4, client: 0, kind: "write", key: 0, value: 4 },
    ...{ invoked: 2, completed: 3, outcome: "ok" },
  };
  const refused = (history: CheckedOperation[], message: string) =>
    assert.throws(() => linearizable(history), { name: "DomainError", message });
  refused([], "linearizable: history must have at least 1 operation, got 0");
  refused([{ ...row, completed: 1 }], "linearizable: operation 4 must end at or after 2 s, got 1 s");
  refused(
    [{ ...row, completed: Number.NaN }],
    "linearizable: operation 4 must end at or after 2 s, got NaN s",
  );
  refused(
    [{ ...row, value: Number.NaN }],
    "linearizable: value of write 4 must be a number other than -1, got NaN",
  );
  refused([{ ...row, value: -1 }], "linearizable: value of write 4 must be a number other than -1, got -1");
  refused([row, row], "linearizable: ids must be unique, got 4 twice");
  assert.throws(() => linearizable([row], { steps: 0 }), {
    message: "linearizable: steps must be >= 1, got 0",
  });
  assert.throws(() => linearizable([row], { method: "zones" as "auto" }), {
    name: "UsageError",
    message: 'linearizable: method must be "auto" or "search", got "zones"',
  });
});
