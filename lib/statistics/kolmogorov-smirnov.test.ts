import assert from "node:assert/strict";
import { test } from "node:test";
import { randomStreams } from "../core/random.ts";
import { kolmogorovSmirnov, kolmogorovSmirnovTwo } from "./kolmogorov-smirnov.ts";

const uniform = (x: number) => Math.min(1, Math.max(0, x));

/**
 * The p-value that our function gives a statistic d of n values: by a sample that has exactly this statistic.
 */
const pValueOf = (d: number, n: number) =>
  kolmogorovSmirnov(
    Array.from({ length: n }, (_, i) => Math.max(0, (i + 1) / n - d)),
    uniform,
  ).pValue;

/**
 * P(D < d) exactly: G. Marsaglia, W. W. Tsang & J. Wang, Evaluating Kolmogorov's distribution, J. Statistical
 * Software 8(18), 2003. A different method from the one under test (a matrix power), for the sizes where
 * doubles do not overflow.
 */
function exactCdf(d: number, n: number): number {
  const k = Math.floor(n * d) + 1;
  const h = k - n * d;
  const m = 2 * k - 1;
  const matrix = Array.from({ length: m }, (_, i) =>
    Array.from({ length: m }, (_, j): number => (i - j + 1 < 0 ? 0 : 1)),
  );
  for (let i = 0; i < m; i++) {
    matrix[i][0] -= h ** (i + 1);
    matrix[m - 1][i] -= h ** (m - i);
  }
  matrix[m - 1][0] += 2 * h - 1 > 0 ? (2 * h - 1) ** m : 0;
  for (let i = 0; i < m; i++)
    for (let j = 0; j <= i; j++) for (let g = 1; g <= i - j + 1; g++) matrix[i][j] /= g;
  const times = (a: number[][], b: number[][]) =>
    a.map((row) => b[0].map((_, j) => row.reduce((sum, x, l) => sum + x * b[l][j], 0)));
  let power = matrix;
  for (let i = 1; i < n; i++) power = times(power, matrix);
  let result = power[k - 1][k - 1];
  for (let i = 1; i <= n; i++) result *= i / n;
  return result;
}

test("critical values are those of Miller's table", () => {
  // L. H. Miller, JASA 51, 1956: D for n = 5, 10, 20 at 10 %, 5 %, 1 %.
  const table = [
    [5, 0.50945, 0.56328, 0.66853],
    [10, 0.36866, 0.40925, 0.48893],
    [20, 0.26473, 0.29408, 0.35241],
  ];
  for (const [n, ten, five, one] of table) {
    assert.ok(Math.abs(pValueOf(ten, n) - 0.1) < 2e-4, `n = ${n}: ${pValueOf(ten, n)}`);
    assert.ok(Math.abs(pValueOf(five, n) - 0.05) < 5e-5, `n = ${n}: ${pValueOf(five, n)}`);
    assert.ok(Math.abs(pValueOf(one, n) - 0.01) < 5e-6, `n = ${n}: ${pValueOf(one, n)}`);
  }
});

test("p-values agree with the exact distribution in the centre and in the tail", () => {
  for (const n of [4, 10, 40, 80]) {
    for (let i = 1; i <= 30; i++) {
      const d = (0.35 + i * 0.06) / Math.sqrt(n);
      if (d >= 1) continue;
      const exact = 1 - exactCdf(d, n);
      const got = pValueOf(d, n);
      assert.ok(Math.abs(got - exact) < 0.07 / n, `n = ${n}, d = ${d}: ${got}, exact ${exact}`);
      const within = n * d * d >= 2.2 ? 1e-5 : n * d * d >= 1.2 ? 1e-3 : 1;
      assert.ok(Math.abs(got / exact - 1) < within, `tail n = ${n}, d = ${d}: ${got}, exact ${exact}`);
    }
  }
  // Far tails against the leading term 2·exp(-2nd²), and beyond 10,000 values too.
  assert.ok(Math.abs(Math.log(pValueOf(0.04, 9000)) - (Math.LN2 - 28.8)) < 0.2);
  assert.ok(Math.abs(Math.log(pValueOf(0.04, 20_000)) - (Math.LN2 - 64)) < 0.2);
});

test("p-values of true hypotheses are themselves uniform; a false hypothesis is found", () => {
  const stream = randomStreams(51).stream("ks");
  const exponential = (x: number) => 1 - Math.exp(-x);
  const pValues = Array.from(
    { length: 400 },
    () =>
      kolmogorovSmirnov(
        Array.from({ length: 200 }, () => stream.exponential()),
        exponential,
      ).pValue,
  );
  assert.ok(kolmogorovSmirnov(pValues, uniform).pValue > 1e-4);
  const wrong = Array.from({ length: 5000 }, () => 1.1 * stream.exponential());
  assert.ok(kolmogorovSmirnov(wrong, exponential).pValue < 1e-6);
});

test("the statistic by brute force on a grid, ties included", () => {
  const values = [0.2, 0.2, 0.5, 0.9, 0.3];
  let brute = 0;
  for (let g = 0; g <= 100_000; g++) {
    const x = g / 100_000;
    brute = Math.max(brute, Math.abs(values.filter((v) => v <= x).length / 5 - x));
  }
  assert.ok(Math.abs(kolmogorovSmirnov(values, uniform).statistic - brute) < 1e-4);
});

test("two samples: exact by enumeration of every arrangement", () => {
  for (const [n, m] of [
    [4, 4],
    [5, 4],
    [6, 3],
    [2, 7],
  ]) {
    const arrangements: number[][][] = [];
    for (let mask = 0; mask < 1 << (n + m); mask++) {
      const places = Array.from({ length: n + m }, (_, i) => i);
      const a = places.filter((i) => (mask >> i) & 1);
      if (a.length === n) arrangements.push([a, places.filter((i) => !((mask >> i) & 1))]);
    }
    const results = arrangements.map(([a, b]) => kolmogorovSmirnovTwo(a, b));
    arrangements.forEach(([a, b], which) => {
      const cdf = (list: number[], x: number) => list.filter((v) => v <= x).length / list.length;
      const brute = Math.max(...[...a, ...b].map((x) => Math.abs(cdf(a, x) - cdf(b, x))));
      assert.ok(Math.abs(results[which].statistic - brute) < 1e-12);
      const share = results.filter((r) => r.statistic >= brute - 1e-12).length / results.length;
      assert.ok(
        Math.abs(results[which].pValue - share) < 1e-12,
        `${a} | ${b}: ${results[which].pValue}, ${share}`,
      );
    });
  }
});

test("two large samples: same distribution or not; exact and limiting p-values meet", () => {
  const stream = randomStreams(52).stream("ks");
  const draw = (n: number, scale: number) => Array.from({ length: n }, () => scale * stream.exponential());
  assert.ok(kolmogorovSmirnovTwo(draw(3000, 1), draw(2000, 1)).pValue > 1e-3);
  assert.ok(kolmogorovSmirnovTwo(draw(3000, 1), draw(2000, 1.3)).pValue < 1e-4);
  // 1000 × 1000 is counted exactly, 1001 × 1000 is not.
  const shift = (n: number) => Array.from({ length: n }, (_, i) => i / n);
  const moved = (n: number, by: number) => shift(n).map((x) => x + by + 1e-9);
  for (const by of [0.03, 0.05, 0.08]) {
    const exact = kolmogorovSmirnovTwo(shift(1000), moved(1000, by)).pValue;
    const limit = kolmogorovSmirnovTwo(shift(1001), moved(1000, by)).pValue;
    assert.ok(Math.abs(exact / limit - 1) < 0.03, `${exact} ${limit}`);
  }
});

test("bad input", () => {
  const throws = (call: () => unknown, message: string) =>
    assert.throws(call, { name: "DomainError", message });
  throws(() => kolmogorovSmirnov([], uniform), "kolmogorovSmirnov: needs at least 1 value in values, got 0");
  throws(
    () => kolmogorovSmirnov([1, Number.NaN], uniform),
    "kolmogorovSmirnov: values[1] must be finite, got NaN",
  );
  throws(() => kolmogorovSmirnov([2], (x) => x), "kolmogorovSmirnov: cdf(2) must be >= 0 and <= 1, got 2");
  throws(() => kolmogorovSmirnovTwo([1], []), "kolmogorovSmirnovTwo: needs at least 1 value in b, got 0");
});
