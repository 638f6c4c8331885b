/** Scans counted one by one: every first key, every length, every boundary; hashes as an occupancy chain. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DomainError } from "../../core/errors.ts";
import { scanFanOut } from "./scan-fan-out.ts";

const near = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) <= 1e-9 * Math.abs(expected), `got ${actual}, expected ${expected}`);

/** Mean over all scans of what is counted of each. */
function overScans(keys: number, longest: number, count: (first: number, length: number) => number): number {
  let sum = 0;
  for (let first = 0; first < keys; first++)
    for (let given = 1; given <= longest; given++) sum += count(first, Math.min(given, keys - first));
  return sum / (keys * longest);
}

/** Mean number of slots that so many keys meet: from how many are met after each, as a Markov chain. */
function met(length: number, slots: number): number {
  let chances = [1];
  for (let key = 0; key < length; key++) {
    const next = new Array<number>(chances.length + 1).fill(0);
    for (const [had, chance] of chances.entries()) {
      next[had] += (chance * had) / slots;
      next[had + 1] += (chance * (slots - had)) / slots;
    }
    chances = next;
  }
  return chances.reduce((sum, chance, count) => sum + chance * count, 0);
}

test("scanFanOut: counted scan by scan, on 1,000 random inputs", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 1, max: 9 }),
      (ranges, size, some, slots) => {
        const keys = ranges * size;
        const longest = Math.min(some, size);
        const model = scanFanOut({ keys, longest, ranges, slots });
        near(
          model.meanLength,
          overScans(keys, longest, (_, length) => length),
        );
        const last = (first: number, length: number): number => Math.floor((first + length - 1) / size);
        near(
          model.rangeParts,
          overScans(keys, longest, (first, length) => 1 + last(first, length) - Math.floor(first / size)),
        );
        const slotsBy = Array.from({ length: longest + 1 }, (_, length) => met(length, slots));
        near(
          model.hashParts,
          overScans(keys, longest, (_, length) => slotsBy[length]),
        );
      },
    ),
    { numRuns: 1000, seed: 9 },
  );
});

test("scanFanOut: single keys meet one piece; with slots without end every key meets its own; one slot, one range", () => {
  const single = scanFanOut({ keys: 1000, longest: 1, ranges: 10, slots: 7 });
  assert.deepEqual([single.meanLength, single.rangeParts, single.hashParts, single.spread], [1, 1, 1, 1]);
  const fine = scanFanOut({ keys: 1000, longest: 100, ranges: 10, slots: 1e9 });
  assert.ok(Math.abs(fine.hashParts / fine.meanLength - 1) < 1e-7);
  const one = scanFanOut({ keys: 1000, longest: 100, ranges: 1, slots: 1 });
  assert.deepEqual([one.rangeParts, one.hashParts], [1, 1]);
});

test("scanFanOut: finite at the edge, refused beyond it", () => {
  const edge = scanFanOut({ keys: 1e12, longest: 1e6, ranges: 1e6, slots: 1e9 });
  assert.ok(Object.values(edge).every(Number.isFinite));
  assert.throws(() => scanFanOut({ keys: 100, longest: 60, ranges: 2, slots: 2 }), DomainError);
});
