import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { quantileSorted } from "simple-statistics";
import { randomStreams } from "../core/random.ts";
import { studentQuantile } from "../core/special.ts";
import { LatencyHistogram } from "./histogram.ts";
import { quantileInterval, sampleQuantile, sectionedQuantile } from "./quantiles.ts";
import { quantileRank } from "./rank.ts";

test("the rank is ceil(p·n) of exact arithmetic, whatever the doubles do", () => {
  assert.ok(0.07 * 100 > 7, "a case where plain ceil is wrong");
  for (let n = 1; n <= 300; n++) {
    for (let t = 0; t <= 1000; t++) {
      const exact = Math.min(n, Math.max(1, Math.ceil((t * n) / 1000)));
      assert.equal(quantileRank(t / 1000, n), exact, `p = ${t}/1000, n = ${n}`);
    }
  }
  assert.equal(quantileRank(0.3 + 1e-10, 10), 4);
  assert.equal(quantileRank(0.999_999, 1e9), 999_999_000);
  assert.equal(quantileRank(0.5 + 2 ** -40, 2 ** 45), 2 ** 44 + 32);
});

test("sample quantiles by both definitions", () => {
  const sorted = [15, 20, 35, 40, 50];
  assert.deepEqual(
    [0.05, 0.3, 0.4, 0.5, 1].map((p) => sampleQuantile(sorted, p)),
    [15, 20, 20, 35, 50],
  );
  assert.deepEqual(
    [0, 0.25, 0.4, 0.5, 1].map((p) => sampleQuantile(sorted, p, "type-7")),
    [15, 20, 29, 35, 50],
  );
  const sample = fc.array(fc.integer({ min: -99, max: 99 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(sample, fc.integer({ min: 0, max: 64 }), (list, t) => {
      const values = [...list].sort((a, b) => a - b);
      const p = t / 64;
      // Brute force: the least value of the sample with at least a fraction p at or below it.
      const least = values.find((v) => values.filter((w) => w <= v).length >= p * values.length);
      assert.equal(sampleQuantile(values, p), least);
      assert.ok(Math.abs(sampleQuantile(values, p, "type-7") - quantileSorted(values, p)) < 1e-12);
    }),
    { seed: 5, numRuns: 500 },
  );
});

test("order-statistic ranks and coverages are the tabulated ones", () => {
  const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);
  // Medians at 95 %: n = 6 [1,6] 0.9688, n = 10 [2,9] 0.9785, n = 20 [6,15] 0.9586, n = 100 [40,61] 0.9648
  // (W. J. Conover, Practical Nonparametric Statistics, from the binomial tables).
  const medians = [
    [6, 1, 6, 0.9688],
    [10, 2, 9, 0.9785],
    [20, 6, 15, 0.9586],
    [100, 40, 61, 0.9648],
  ];
  for (const [n, l, u, coverage] of medians) {
    const got = quantileInterval(upTo(n), 0.5);
    assert.deepEqual(got.ranks, [l, u]);
    assert.deepEqual([got.low, got.high], [l, u]);
    assert.equal(got.coverage.toFixed(4), coverage.toFixed(4));
  }
});

test("order-statistic coverage is exact: by enumeration of the binomial, at least the level and not wasteful", () => {
  for (const [n, p] of [
    [40, 0.25],
    [400, 0.99],
    [1000, 0.01],
    [1000, 0.9],
  ]) {
    const { ranks, coverage } = quantileInterval(
      Array.from({ length: n }, (_, i) => i),
      p,
    );
    const mass = new Float64Array(n + 1);
    for (let k = 0; k <= n; k++) {
      let log = k * Math.log(p) + (n - k) * Math.log1p(-p);
      for (let i = 1; i <= k; i++) log += Math.log((n - k + i) / i);
      mass[k] = Math.exp(log);
    }
    const between = (l: number, u: number) => mass.subarray(l, u).reduce((a, b) => a + b, 0);
    const [l, u] = ranks;
    assert.ok(Math.abs(between(l, u) - coverage) < 1e-10);
    assert.ok(coverage >= 0.95 && coverage < 0.99, `${n}, ${p}: ${coverage}`);
    // One rank narrower on either side leaves more than 2.5 % outside.
    assert.ok(between(0, l + 1) > 0.025 && between(u - 1, n + 1) > 0.025);
  }
});

test("a sample too small for its quantile is refused with the size that would do", () => {
  const throws = (call: () => unknown, message: string) =>
    assert.throws(call, { name: "DomainError", message });
  const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);
  throws(
    () => quantileInterval(upTo(367), 0.99),
    "quantileInterval: needs at least 368 values for p = 0.99 at level 0.95, got 367",
  );
  assert.deepEqual(quantileInterval(upTo(368), 0.99).ranks[1], 368);
  throws(
    () => quantileInterval(upTo(5), 0.5),
    "quantileInterval: needs at least 6 values for p = 0.5 at level 0.95, got 5",
  );
  throws(
    () => quantileInterval(upTo(10), 0.01),
    "quantileInterval: needs at least 368 values for p = 0.01 at level 0.95, got 10",
  );
  throws(() => quantileInterval(upTo(10), 1), "quantileInterval: p must be > 0 and < 1, got 1");
  throws(() => sampleQuantile([], 0.5), "sampleQuantile: needs at least 1 value, got 0");
  throws(
    () => sampleQuantile([1, 3, 2], 0.5),
    "sampleQuantile: sorted must be ascending, got 3 before 2 at index 2",
  );
  throws(() => sampleQuantile([1], -0.1), "sampleQuantile: p must be >= 0 and <= 1, got -0.1");
  throws(
    () => sampleQuantile([1], 0.5, "type-8" as never),
    'sampleQuantile: definition must be "inverse-cdf" or "type-7", got "type-8"',
  );
});

test("a sample of ten million has its interval at once", () => {
  const n = 10_000_000;
  const { ranks } = quantileInterval(
    Float64Array.from({ length: n }, (_, i) => i),
    0.999,
  );
  // ± 1.96·√(n·p·(1-p)) = 195.9 about 9,990,000.
  assert.ok(
    Math.abs(ranks[0] - (9_990_000 - 195.9)) < 3 && Math.abs(ranks[1] - (9_990_000 + 196.9)) < 3,
    `${ranks}`,
  );
});

test("sectioning: merged estimate, spread about it, Student's t, resolution added", () => {
  const stream = randomStreams(41).stream("sections");
  const parts = Array.from({ length: 8 }, () =>
    Array.from({ length: 1000 }, () => stream.exponential()).sort((a, b) => a - b),
  );
  const got = sectionedQuantile(
    parts.map((part) => LatencyHistogram.of(part)),
    0.95,
    0.9,
  );
  const merged = sampleQuantile(
    parts.flat().sort((a, b) => a - b),
    0.95,
  );
  const spread =
    parts.map((part) => (sampleQuantile(part, 0.95) - merged) ** 2).reduce((a, b) => a + b, 0) / 7;
  const half = studentQuantile(0.95, 7) * Math.sqrt(spread / 8);
  assert.ok(Math.abs(got.mean / merged - 1) <= 2 ** -10);
  // The sections' own quantiles carry the resolution too, hence 3 times.
  assert.ok(Math.abs(got.halfWidth - half) <= 3 * 2 ** -10 * merged, `${got.halfWidth} against ${half}`);
  assert.ok(Math.abs(got.low - (got.mean - got.halfWidth)) < 1e-12, `${got.low}`);
  assert.equal(got.n, 8);
  assert.equal(got.level, 0.9);
});

test("sectioning by hand, its constants in the open", () => {
  const parts = [1, 1, 1, 2, 8].map((value) => LatencyHistogram.of(Array(100).fill(value)));
  const got = sectionedQuantile(parts, 0.5);
  // The merged median is 1, known as the middle of [1, 1 + 2^-9]; the parts' medians are exact, min being max.
  const mean = 1 + 2 ** -10;
  const squares = 3 * (1 - mean) ** 2 + (2 - mean) ** 2 + (8 - mean) ** 2;
  const half = 2.776445105198 * Math.sqrt(squares / 4 / 5) + 2 ** -10;
  assert.equal(got.mean, mean);
  assert.ok(Math.abs(got.halfWidth - half) < 1e-9, `${got.halfWidth} against ${half}`);
  assert.ok(half > mean && got.low === 0 && Math.abs(got.high - (mean + half)) < 1e-9);
});

test("sectioning does not average percentiles: a section with the slow requests moves the merged p99", () => {
  const fast = () => LatencyHistogram.of(Array(1000).fill(1));
  const slow = LatencyHistogram.of([...Array(900).fill(1), ...Array(100).fill(9)]);
  const { mean, halfWidth } = sectionedQuantile([slow, fast(), fast(), fast()], 0.99);
  // 100 of 4,000 values are 9, so the merged p99 is 9; the average of the p99s would be 3.
  assert.ok(Math.abs(mean - 9) < 0.01, `${mean}`);
  assert.ok(halfWidth > 9);
});

test("a quantile between two modes: the interval is cut at 0, below which none can be", () => {
  const parts = [0.4, 0.45, 0.55, 0.6].map((share) =>
    LatencyHistogram.of(Array.from({ length: 100 }, (_, i) => (i < 100 * share ? 1e-6 : 1))),
  );
  const { mean, low, high, halfWidth } = sectionedQuantile(parts, 0.5);
  assert.ok(mean - halfWidth < 0);
  assert.deepEqual([low, high], [0, mean + halfWidth]);
});

test("sectioning refuses too few replications or too short ones", () => {
  const of = (n: number) => LatencyHistogram.of(Array(n).fill(1));
  const throws = (call: () => unknown, message: string) =>
    assert.throws(call, { name: "DomainError", message });
  throws(() => sectionedQuantile([of(1000)], 0.5), "sectionedQuantile: needs at least 2 replications, got 1");
  throws(
    () => sectionedQuantile([of(500), of(499)], 0.99),
    "sectionedQuantile: replication 1 needs at least 500 values for p = 0.99, got 499",
  );
  throws(
    () => sectionedQuantile([of(500), of(100)], 0.01),
    "sectionedQuantile: replication 1 needs at least 500 values for p = 0.01, got 100",
  );
  throws(() => sectionedQuantile([of(10), of(10)], 1), "sectionedQuantile: p must be > 0 and < 1, got 1");
});
