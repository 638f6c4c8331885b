import assert from "node:assert/strict";
import { test } from "node:test";
import { type Decision, disagreement } from "./agreement.ts";

/** Reads `process question value`, one second apart. */
function decided(
  ...rows: readonly (readonly [process: number, question: number, value: number])[]
): Decision[] {
  return rows.map(([process, question, value], time) => ({ process, question, value, time }));
}

test("decisions that agree, question by question", () => {
  assert.equal(disagreement(decided([0, 1, 5], [1, 1, 5], [0, 2, 6], [0, 2, 6], [2, 2, 6])), null);
});

test("two processes decide differently", () => {
  const rows = decided([0, 1, 5], [0, 2, 5], [1, 2, 5], [1, 1, 6]);
  assert.deepEqual(disagreement([...rows].reverse()), {
    broken: "agreement",
    decisions: [rows[0], rows[3]],
    message: "process 1 decided 6 for 1 at 3 s; process 0 had decided 5 at 0 s",
  });
});

test("a process changes its mind", () => {
  const rows = decided([1, 1, 5], [0, 1, 5], [0, 1, 6]);
  assert.deepEqual(disagreement(rows)?.decisions, [rows[1], rows[2]]);
  assert.equal(disagreement(rows)?.broken, "integrity");
});

test("a value that nobody proposed", () => {
  const rows = decided([0, 1, 5], [0, 2, 7]);
  assert.equal(disagreement(rows), null);
  assert.deepEqual(disagreement(rows, new Set([5]))?.broken, "validity");
  assert.equal(disagreement(rows, new Set([5, 7])), null);
});

test("no decisions are no agreement", () => {
  assert.throws(() => disagreement([]), { message: "agreement: decisions must be at least 1, got 0" });
});
