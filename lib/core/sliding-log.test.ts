/** The sliding log against a plain array that keeps everything. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { SlidingLog } from "./sliding-log.ts";

test("any sequence of operations leaves what a plain array would", () => {
  const step = fc.oneof(
    fc.record({ what: fc.constant("append" as const), n: fc.integer({ min: 1, max: 90 }) }),
    fc.record({ what: fc.constant("drop" as const), n: fc.integer({ min: 0, max: 60 }) }),
    fc.record({ what: fc.constant("cut" as const), n: fc.integer({ min: 0, max: 30 }) }),
    fc.record({ what: fc.constant("set" as const), n: fc.integer({ min: 0, max: 100 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const log = new SlidingLog<number>(1);
      const plain = new Map<number, number>();
      let [first, end, value] = [1, 1, 0];
      for (const { what, n } of steps) {
        const before = { end, rewrites: log.rewrites, entries: new Map(plain) };
        if (what === "append") {
          for (let i = 0; i < n; i++) {
            log.append(++value);
            plain.set(end++, value);
          }
        } else if (what === "drop") {
          log.dropBefore(first + n);
          for (const upTo = Math.min(first + n, end); first < upTo; first++) plain.delete(first);
        } else if (what === "cut") {
          const from = Math.max(end - n, first);
          log.truncateFrom(from);
          while (end > from) plain.delete(--end);
        } else {
          log.set(first + n, ++value);
          plain.set(first + n, value);
          end = Math.max(end, first + n + 1);
        }
        assert.deepEqual([log.first, log.end], [first, end]);
        for (let i = first - 1; i <= end; i++) assert.equal(log.get(i), plain.get(i));
        // Whoever reads `rewrites` and `end` alone knows that nothing it has read is another.
        let same = end >= before.end;
        for (let i = first; i < Math.min(end, before.end); i++)
          same &&= plain.get(i) === before.entries.get(i);
        if (!same) assert.ok(log.rewrites > before.rewrites, `${what} of ${n}`);
        if (what === "append" || what === "drop") assert.equal(log.rewrites, before.rewrites);
      }
    }),
    { seed: 1, numRuns: 300 },
  );
});

test("an index that was dropped cannot be set again", () => {
  const log = new SlidingLog<string>(1);
  log.append("a");
  log.dropBefore(2);
  assert.throws(() => log.set(1, "b"), { message: "log: index must be >= 2, got 1" });
});
