import assert from "node:assert/strict";
import { test } from "node:test";
import { chiSquarePValue, kolmogorovDistance, kolmogorovPValue } from "./goodness-of-fit.ts";

test("Kolmogorov p-values agree with Smirnov's table (1948) and are 1 for no distance", () => {
  const n = 1e12;
  const table: readonly (readonly [number, number])[] = [
    [0.5, 0.963945],
    [1, 0.27],
    [1.36, 0.049486],
    [1.63, 0.009846],
    [2, 0.000671],
    [3, 3.04599e-8],
  ];
  for (const [lambda, p] of table) {
    const got = kolmogorovPValue(lambda / Math.sqrt(n), n);
    assert.ok(Math.abs(got - p) < Math.max(1e-6 * 0.6, 1e-4 * p), `${lambda}: ${got}`);
  }
  assert.equal(kolmogorovPValue(0, 10), 1);
});

test("the distance is the largest step on either side of the sample's points, with ties taken together", () => {
  assert.equal(
    kolmogorovDistance([0.25, 0.75], (x) => x),
    0.25,
  );
  assert.equal(
    kolmogorovDistance([0.9], (x) => x),
    0.9,
  );
  // A fair coin at 0 and 1: the sample 0, 0, 1 is 1/6 away.
  const cdf = (x: number) => (x < 0 ? 0 : x < 1 ? 0.5 : 1);
  const below = (x: number) => (x <= 0 ? 0 : x <= 1 ? 0.5 : 1);
  assert.ok(Math.abs(kolmogorovDistance([0, 0, 1], cdf, below) - 1 / 6) < 1e-15);
});

test("chi-square p-values agree with the table of Abramowitz & Stegun 26.8", () => {
  // Upper 5 % and 0.1 % points of 1 and 9 degrees of freedom.
  const near = (counts: number[], p: number) => {
    const even = counts.map(() => counts.reduce((a, b) => a + b, 0) / counts.length);
    assert.ok(
      Math.abs(chiSquarePValue(counts, even) - p) < 1e-5,
      `${chiSquarePValue(counts, even)} is not ${p}`,
    );
  };
  const shift = (statistic: number) => Math.sqrt(statistic * 500);
  near([1000 + shift(3.84146), 1000 - shift(3.84146)], 0.05);
  near([1000 + shift(10.828), 1000 - shift(10.828), ...[]], 0.001);
  near([...Array.from({ length: 8 }, () => 1000), 1000 + shift(27.877), 1000 - shift(27.877)], 0.001);
});

test("bad arguments are refused in the grammar", () => {
  assert.throws(() => kolmogorovPValue(0.1, 4), {
    name: "DomainError",
    message: "kolmogorovPValue: n must be an integer >= 5, got 4",
  });
  assert.throws(() => kolmogorovDistance([], (x) => x), { name: "DomainError" });
  assert.throws(() => chiSquarePValue([1, 2], [1, 2]), {
    name: "DomainError",
    message: "chiSquarePValue: expected must be >= 5, got 1",
  });
  assert.throws(() => chiSquarePValue([1], [1, 2]), { name: "DomainError" });
});
