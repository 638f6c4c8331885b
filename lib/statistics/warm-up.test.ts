import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { randomStreams } from "../core/random.ts";
import { applyWarmUp, fixedWarmUp, mser, mser5, readWarmUpRule } from "./warm-up.ts";

/** The statistic from its definition, one truncation at a time: O(k²), no recurrence. */
function byDefinition(series: readonly number[], size: number) {
  const k = Math.floor(series.length / size);
  const means = Array.from(
    { length: k },
    (_, j) => series.slice(j * size, (j + 1) * size).reduce((a, b) => a + b, 0) / size,
  );
  const z = (d: number) => {
    const rest = means.slice(d);
    const mean = rest.reduce((a, b) => a + b, 0) / rest.length;
    return rest.reduce((a, y) => a + (y - mean) ** 2, 0) / rest.length ** 2;
  };
  const middle = Math.floor(k / 2);
  const statistics = Array.from({ length: k - 4 }, (_, d) => z(d));
  const early = Math.min(...statistics.slice(0, middle + 1));
  return {
    count: statistics.indexOf(early) * size,
    statistic: early,
    tooShort: Math.min(...statistics.slice(middle + 1), Number.POSITIVE_INFINITY) < early,
  };
}

test("one pass gives what the definition gives", () => {
  // Distinct integers, scaled: ties and rounding cannot blur which truncation is least.
  const series = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 50, maxLength: 200 });
  let short = 0;
  fc.assert(
    fc.property(series, fc.integer({ min: 1, max: 5 }), fc.boolean(), (list, size, trend) => {
      const values = trend ? list.map((x, i) => x + 100 * i) : list;
      const got = mser(values, size);
      const want = byDefinition(values, size);
      assert.ok(Math.abs(got.statistic - want.statistic) <= 1e-9 * Math.max(1, want.statistic));
      assert.equal(got.count, want.count);
      assert.equal(got.tooShort, want.tooShort);
      short += got.tooShort ? 1 : 0;
    }),
    { seed: 4, numRuns: 500 },
  );
  assert.ok(short > 50 && short < 450, `both outcomes must occur, got tooShort ${short} times of 500`);
});

test("a known transient is cut where it ends", () => {
  const stream = randomStreams(21).stream("warm-up");
  const noise = Array.from({ length: 5000 }, () => stream.normal());
  // A step of 10 deviations until observation 600.
  assert.equal(mser5(noise.map((x, i) => x + (i < 600 ? 10 : 0))).count, 600);
  // A decay 10·exp(-i/100) is below a tenth of the noise after 460, below a hundredth after 690.
  const decay = mser5(noise.map((x, i) => x + 10 * Math.exp(-i / 100)));
  assert.ok(decay.count >= 200 && decay.count <= 700, `cut at ${decay.count}`);
  assert.equal(decay.tooShort, false);
  // Without a transient next to nothing is lost.
  assert.ok(mser5(noise).count <= 500, `cut at ${mser5(noise).count}`);
  assert.deepEqual(mser5(new Float64Array(100).fill(3)), { count: 0, statistic: 0, tooShort: false });
});

test("a run that has not settled says so", () => {
  const stream = randomStreams(22).stream("warm-up");
  const rising = Array.from({ length: 1000 }, (_, i) => i + stream.normal());
  assert.equal(mser5(rising).tooShort, true);
  assert.equal(applyWarmUp(rising, { rule: "mser-5" }).tooShort, true);
  const late = Array.from({ length: 1000 }, (_, i) => (i < 700 ? 10 : 0) + stream.normal());
  assert.equal(mser5(late).tooShort, true);
  const settled = Array.from({ length: 1000 }, (_, i) => (i < 300 ? 10 : 0) + stream.normal());
  assert.equal(mser5(settled).tooShort, false);
});

test("the rules are applied as stated", () => {
  const series = Float64Array.from({ length: 203 }, (_, i) => (i < 20 ? 100 : i % 2));
  const cut = applyWarmUp(series, { rule: "mser-5" });
  assert.equal(cut.dropped, 20);
  assert.equal(cut.kept.length, 183);
  assert.equal(cut.kept.buffer, series.buffer, "a view, not a copy");
  const fixed = applyWarmUp(Array.from(series), fixedWarmUp(202));
  assert.deepEqual([...fixed.kept], [series[202]]);
  assert.equal(applyWarmUp(series, fixedWarmUp(0)).kept.length, 203);
});

test("bad input", () => {
  const throws = (call: () => unknown, message: string, name = "DomainError") =>
    assert.throws(call, { name, message });
  throws(
    () => applyWarmUp([1, 2, 3], fixedWarmUp(3)),
    "applyWarmUp: warm-up 3 must be < the series' length 3",
  );
  throws(() => applyWarmUp([], fixedWarmUp(0)), "applyWarmUp: warm-up 0 must be < the series' length 0");
  throws(() => mser5([1, 2, 3]), "mser5: needs at least 50 observations, got 3");
  throws(() => mser5([...Array(50).fill(1), Number.NaN]), "mser5: series[50] must be finite, got NaN");
  throws(() => mser([1], 0), "mser: batchSize must be an integer >= 1, got 0");
  throws(() => fixedWarmUp(-1), "fixedWarmUp: count must be an integer >= 0, got -1");
  throws(() => fixedWarmUp(0.5), "fixedWarmUp: count must be an integer >= 0, got 0.5");
  throws(
    () => readWarmUpRule("study", { rule: "mser5" }),
    'study: unknown warm-up rule "mser5" (known: fixed, mser-5; did you mean mser-5?)',
    "UsageError",
  );
  throws(
    () => readWarmUpRule("study", { rule: "mser-5", count: 3 }),
    'study: unknown key of warmUp "count" (known: rule)',
    "UsageError",
  );
  throws(
    () => readWarmUpRule("study", { rule: "fixed" }),
    "study: warm-up count must be an integer >= 0, got undefined",
  );
  throws(
    () => readWarmUpRule("study", 500),
    'study: warmUp must be { rule: "fixed", count } or { rule: "mser-5" }, got 500',
  );
});
