/** Applied writes against a plain set with the same window. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { AppliedWrites } from "./applied-writes.ts";
import { RandomStream } from "./random.ts";

test("applied writes: a set of numbers says the same, inside the window and beyond it", () => {
  const random = new RandomStream(1, 2, 3, 4);
  for (const [window, step] of [
    [128, 3],
    [128, 200],
    [1 << 14, 3],
    [1 << 14, 9000],
  ]) {
    let applied = new AppliedWrites(window);
    const known = new Set<number>();
    let newest = -1;
    for (let i = 0; i < 5000; i++) {
      const id = Math.max(0, newest + 1 + random.integer(2 * step) - step);
      const isNew = id > newest - window && !known.has(id);
      assert.equal(applied.add(id), isNew, `${id} with ${newest} the newest, window ${window}`);
      if (i === 2500) applied = applied.copy();
      known.add(id);
      newest = Math.max(newest, id);
    }
  }
});

test("applied writes: a copy changes on its own", () => {
  const applied = new AppliedWrites();
  applied.add(7);
  const copy = applied.copy();
  assert.equal(copy.add(7), false);
  assert.equal(copy.add(8), true);
  assert.equal(applied.add(8), true);
});
