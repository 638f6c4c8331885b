import assert from "node:assert/strict";
import { test } from "node:test";
import { HistoryRecorder } from "./history.ts";

/** The rows of each chunk that a recorder hands on while it records `operations`, with `open` of them open throughout. */
function chunksWith(open: number, operations: number): number[] {
  const chunks: number[] = [];
  const recorder = new HistoryRecorder({ keep: false, sink: (chunk) => chunks.push(chunk.rows) });
  recorder.open = () => open;
  for (let i = 0; i < operations; i++) recorder.record(i, 0, false, 0, i, i, i + 1, 0);
  recorder.flush();
  return chunks;
}

test("a chunk holds at least as many operations as are open, so that finding the earliest of those costs a step each", () => {
  const few = chunksWith(10, 40_000);
  const many = chunksWith(10_000, 40_000);
  for (const rows of few.slice(0, -1)) assert.ok(rows >= 10 && rows <= 4096, `chunk of ${rows}`);
  for (const rows of many.slice(0, -1)) assert.ok(rows >= 10_000 && rows < 40_000, `chunk of ${rows}`);
  for (const chunks of [few, many])
    assert.equal(
      chunks.reduce((a, b) => a + b),
      40_000,
    );
});
