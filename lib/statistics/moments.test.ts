import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CompensatedSum, compensatedSum, Moments } from "./moments.ts";

const near = (got: number, want: number, relative: number) =>
  assert.ok(
    Math.abs(got - want) <= relative * Math.max(Math.abs(want), 1e-300),
    `${got} is not near ${want}`,
  );

/**
 * NIST Statistical Reference Datasets, univariate, NumAcc2 to NumAcc4: 1001 values whose mean and deviation
 * are known exactly.
 */
const numAcc = (middle: number, low: number, high: number) =>
  Array.from({ length: 1001 }, (_, i) => (i === 0 ? middle : i % 2 === 1 ? low : high));

test("mean and deviation are NIST's certified ones, where the sum of squares loses every digit", () => {
  const one = Moments.of([10_000_001, 10_000_003, 10_000_002]);
  assert.equal(one.mean, 10_000_002);
  assert.equal(one.standardDeviation, 1);
  near(Moments.of(numAcc(1.2, 1.1, 1.3)).standardDeviation, 0.1, 1e-14);
  near(Moments.of(numAcc(1_000_000.2, 1_000_000.1, 1_000_000.3)).standardDeviation, 0.1, 1e-9);
  const four = numAcc(10_000_000.2, 10_000_000.1, 10_000_000.3);
  near(Moments.of(four).mean, 10_000_000.2, 1e-15);
  near(Moments.of(four).standardDeviation, 0.1, 2e-8);
  // The naive formula, as a control that this data tells them apart.
  const squares = four.reduce((sum, x) => sum + x * x, 0);
  const sum = four.reduce((total, x) => total + x, 0);
  const naive = Math.sqrt(Math.abs(squares - (sum * sum) / 1001) / 1000);
  assert.ok(Math.abs(naive / 0.1 - 1) > 0.1, `naive ${naive}`);
});

test("merging any split gives the moments of the whole", () => {
  const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 40 });
  fc.assert(
    fc.property(values, fc.nat(), fc.nat(), (list, a, b) => {
      const [i, j] = [a % (list.length + 1), b % (list.length + 1)].sort((x, y) => x - y);
      const merged = Moments.of(list.slice(0, i));
      merged.merge(Moments.of(list.slice(i, j))).merge(Moments.of(list.slice(j)));
      const mean = compensatedSum(list) / list.length;
      const variance = compensatedSum(list.map((x) => (x - mean) ** 2)) / (list.length - 1);
      assert.equal(merged.count, list.length);
      assert.equal(
        merged.min,
        list.reduce((x, y) => Math.min(x, y)),
      );
      assert.equal(
        merged.max,
        list.reduce((x, y) => Math.max(x, y)),
      );
      const scale = Math.max(Math.abs(merged.min), Math.abs(merged.max), 1e-300);
      assert.ok(Math.abs(merged.mean - mean) <= 1e-13 * scale);
      assert.ok(Math.abs(merged.variance - variance) <= 1e-12 * scale * scale);
    }),
    { seed: 1, numRuns: 500 },
  );
});

test("JSON keeps every bit, also of an empty one", () => {
  for (const list of [[], [0.1], [0.1, 0.2, 1e-320, -7]]) {
    const text = JSON.stringify(Moments.of(list));
    const back = Moments.fromJSON(JSON.parse(text));
    assert.equal(JSON.stringify(back), text);
    back.merge(Moments.of([1, 2]));
    assert.deepEqual(
      back.toJSON(),
      Moments.of(list)
        .merge(Moments.of([1, 2]))
        .toJSON(),
    );
  }
});

test("the compensated sum keeps what plain addition drops", () => {
  assert.equal(compensatedSum([1, 1e100, 1, -1e100]), 2);
  assert.equal(
    [1, 1e100, 1, -1e100].reduce((a, b) => a + b, 0),
    0,
  );
  const tenths = new CompensatedSum();
  for (let i = 0; i < 1e6; i++) tenths.add(0.1);
  assert.equal(tenths.value, 1e5);
});

test("bad input", () => {
  const empty = new Moments();
  assert.throws(() => empty.mean, { name: "DomainError", message: "Moments: needs at least 1 value, got 0" });
  assert.throws(() => empty.max, { message: "Moments: needs at least 1 value, got 0" });
  assert.throws(() => Moments.of([5]).variance, {
    message: "Moments: variance: needs at least 2 values, got 1",
  });
  assert.throws(() => empty.add(Number.NaN), { message: "Moments: value must be finite, got NaN" });
  assert.throws(() => empty.add("5" as never), { message: 'Moments: value must be finite, got "5"' });
  assert.equal(empty.count, 0);
  assert.throws(() => compensatedSum([1, Number.POSITIVE_INFINITY]), {
    message: "compensatedSum: values[1] must be finite, got Infinity",
  });
  const good = Moments.of([1, 2]).toJSON();
  const bad = (change: object) => () => Moments.fromJSON({ ...good, ...change });
  assert.throws(bad({ count: 1.5 }), { message: "Moments.fromJSON: count must be an integer >= 0, got 1.5" });
  assert.throws(bad({ m2: -1 }), { message: "Moments.fromJSON: m2 must be >= 0, got -1" });
  assert.throws(bad({ min: null }), { message: "Moments.fromJSON: min must be finite, got null" });
  assert.throws(bad({ min: 3 }), { message: "Moments.fromJSON: min 3 must be <= max 2" });
});
