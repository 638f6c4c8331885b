import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import * as simple from "simple-statistics";
import { normalCdf, normalQuantile } from "../core/special.ts";
import {
  fitLine,
  sampleCorrelation,
  sampleMean,
  sampleStandardDeviation,
  sampleVariance,
} from "./descriptive.ts";
import { Moments } from "./moments.ts";

test("mean, variance and deviation agree with the one-pass moments, for arrays and typed arrays", () => {
  const sample = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 2, maxLength: 50 });
  fc.assert(
    fc.property(sample, (values) => {
      const moments = Moments.of(values);
      for (const list of [values, Float64Array.from(values)]) {
        assert.ok(Math.abs(sampleMean(list) - moments.mean) < 1e-10);
        assert.ok(Math.abs(sampleVariance(list) - moments.variance) < 1e-6);
        assert.ok(Math.abs(sampleStandardDeviation(list) - Math.sqrt(sampleVariance(list))) < 1e-9);
      }
    }),
    { seed: 6 },
  );
});

test("Anscombe's first data set: correlation 0.816, line 3.00 + 0.500 x", () => {
  // F. J. Anscombe, The American Statistician 27(1), 1973.
  const x = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5];
  const y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68];
  assert.equal(sampleCorrelation(x, y).toFixed(3), "0.816");
  assert.equal(fitLine(x, y).intercept.toFixed(2), "3.00");
  assert.equal(fitLine(x, y).slope.toFixed(3), "0.500");
  assert.equal(sampleVariance(x), 11);
  assert.equal(sampleMean(y).toFixed(2), "7.50");
});

test("what is replaced is replaced for a reason: the library's errors, and ours", () => {
  assert.ok(Math.abs(simple.probit(0.975) - 1.959963984540054) > 2e-3);
  assert.ok(Math.abs(normalQuantile(0.975) - 1.959963984540054) < 1e-9);
  assert.ok(Math.abs(simple.cumulativeStdNormalProbability(1.234) - 0.891398) > 1e-4);
  assert.ok(Math.abs(normalCdf(1.234) - 0.891398) < 1e-6);
  assert.notEqual(simple.variance([1, 2, 3, 4]), sampleVariance([1, 2, 3, 4]));
});

test("bad input", () => {
  const throws = (call: () => unknown, message: string) =>
    assert.throws(call, { name: "DomainError", message });
  throws(() => sampleMean([]), "sampleMean: needs at least 1 value in values, got 0");
  throws(() => sampleVariance([1]), "sampleVariance: needs at least 2 values in values, got 1");
  throws(() => sampleMean([Number.NaN]), "sampleMean: values[0] must be finite, got NaN");
  throws(() => sampleCorrelation([1, 2], [1]), "sampleCorrelation: needs at least 2 values in y, got 1");
  throws(() => fitLine([1, 2, 3], [1, 2]), "fitLine: x and y must have equal length, got 3 and 2");
  throws(() => fitLine([2, 2], [1, 2]), "fitLine: x must not be constant, got 2 times 2");
  throws(() => sampleCorrelation([1, 2], [5, 5]), "sampleCorrelation: y must not be constant, got 2 times 5");
});
