import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { randomStreams } from "../core/random.ts";
import { LatencyHistogram } from "./histogram.ts";

/** Thousandths, so that the rank ceil(p·n) can be computed in integers. */
const THOUSANDTHS = [0, 1, 7, 10, 100, 250, 500, 750, 900, 990, 999, 1000];
const exactQuantile = (sorted: readonly number[], thousandths: number) =>
  sorted[Math.max(1, Math.ceil((thousandths * sorted.length) / 1000)) - 1];
const ascending = (values: readonly number[]) => [...values].sort((a, b) => a - b);

function checkQuantiles(values: readonly number[]): void {
  const histogram = LatencyHistogram.of(values);
  const sorted = ascending(values);
  assert.equal(histogram.count, values.length);
  assert.equal(histogram.min, sorted[0]);
  assert.equal(histogram.max, sorted[sorted.length - 1]);
  assert.equal(histogram.quantile(0), sorted[0]);
  assert.equal(histogram.quantile(1), sorted[sorted.length - 1]);
  for (const t of THOUSANDTHS) {
    const truth = exactQuantile(sorted, t);
    const got = histogram.quantile(t / 1000);
    const { low, high } = histogram.quantileBounds(t / 1000);
    assert.ok(low <= truth && truth <= high, `p = ${t / 1000}: ${truth} not in [${low}, ${high}]`);
    assert.ok(Math.abs(got - truth) <= truth * 2 ** -10, `p = ${t / 1000}: ${got} is not near ${truth}`);
  }
}

test("quantiles are within 2^-10 of the sorted sample's, for every shape of sample", () => {
  const stream = randomStreams(11).stream("histogram");
  const draw = (make: () => number) => Array.from({ length: 20_001 }, make);
  checkQuantiles(draw(() => stream.exponential() * 0.01));
  checkQuantiles(draw(() => Math.exp(3 * stream.normal())));
  checkQuantiles(draw(() => (1 - stream.uniform()) ** -2));
  checkQuantiles(draw(() => 1 + stream.uniform()));
  checkQuantiles(draw(() => (stream.uniform() < 0.5 ? 0 : stream.exponential())));
  checkQuantiles(draw(() => Math.floor(3 * stream.uniform())));
  checkQuantiles(draw(() => 10 ** (600 * stream.uniform() - 300)));
  checkQuantiles(draw(() => 0.005));
});

test("quantiles of any finite non-negative doubles, least and largest included", () => {
  checkQuantiles([0]);
  checkQuantiles([Number.MAX_VALUE]);
  checkQuantiles([0, 2 ** -1022, 1, Number.MAX_VALUE]);
  // The largest double below a bucket's edge, and the edge itself.
  checkQuantiles([1 - 2 ** -53, 1, 1 + 2 ** -9 - 2 ** -52, 1 + 2 ** -9, 2, 3]);
  const doubles = fc.double({ min: 2 ** -1022, max: Number.MAX_VALUE, noNaN: true });
  const values = fc.array(
    fc.oneof(doubles, fc.constant(0), fc.double({ min: 1e-6, max: 1e3, noNaN: true })),
    {
      minLength: 1,
      maxLength: 60,
    },
  );
  fc.assert(fc.property(values, checkQuantiles), { seed: 2, numRuns: 300 });
});

test("values below the least normal double count as 0", () => {
  const histogram = LatencyHistogram.of([5e-324, 1e-310, -0, 1]);
  assert.deepEqual(histogram.buckets()[0], { low: 0, high: 0, count: 3 });
  assert.equal(histogram.min, 0);
  assert.equal(histogram.quantile(0.5), 0);
});

test("merging is the same in any order and grouping, byte for byte", () => {
  const value = fc.oneof(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), fc.constant(0));
  const part = fc.array(value, { maxLength: 20 });
  fc.assert(
    fc.property(part, part, part, (a, b, c) => {
      const whole = JSON.stringify(LatencyHistogram.of([...a, ...b, ...c]));
      const [x, y, z] = [a, b, c].map((list) => LatencyHistogram.of(list));
      assert.equal(JSON.stringify(LatencyHistogram.merged([x, y, z])), whole);
      assert.equal(JSON.stringify(LatencyHistogram.merged([z, y, x])), whole);
      assert.equal(JSON.stringify(LatencyHistogram.merged([y, LatencyHistogram.merged([z, x])])), whole);
      assert.equal(JSON.stringify(x), JSON.stringify(LatencyHistogram.of(a)), "a part was changed");
    }),
    { seed: 3, numRuns: 300 },
  );
  const far = [[1e-300, 2], [1e300], [0, 5]].map((list) => LatencyHistogram.of(list));
  const text = JSON.stringify(LatencyHistogram.merged(far));
  assert.equal(text, JSON.stringify(LatencyHistogram.of([0, 1e-300, 2, 5, 1e300])));
  assert.equal(JSON.stringify(LatencyHistogram.merged(far.reverse())), text);
  const twice = LatencyHistogram.of([0, 1, 2]);
  assert.equal(JSON.stringify(twice.merge(twice)), JSON.stringify(LatencyHistogram.of([0, 0, 1, 1, 2, 2])));
});

test("fractionAbove lies between the true fractions a bucket's width away, exact outside the range", () => {
  const stream = randomStreams(12).stream("fraction");
  const values = Array.from({ length: 5000 }, () =>
    stream.uniform() < 0.2 ? 0 : 0.01 * stream.exponential(),
  );
  const histogram = LatencyHistogram.of(values);
  const above = (x: number) => values.filter((v) => v > x).length / values.length;
  for (let i = 0; i < 500; i++) {
    const x = 0.05 * stream.uniform();
    const got = histogram.fractionAbove(x);
    assert.ok(above(x * (1 + 2 ** -9)) <= got && got <= above(x * (1 - 2 ** -9)), `x = ${x}: ${got}`);
  }
  // Within one bucket values are taken as spread evenly: 512 values over [1, 1 + 2^-9) and one beyond.
  const even = LatencyHistogram.of([...Array.from({ length: 512 }, (_, i) => 1 + i * 2 ** -18), 2]);
  for (const i of [0, 100, 256, 511])
    assert.ok(Math.abs(even.fractionAbove(1 + i * 2 ** -18) - (513 - i) / 513) < 1e-12);
  assert.equal(histogram.fractionAbove(0), above(0));
  assert.equal(histogram.fractionAbove(-1), 1);
  assert.equal(histogram.fractionAbove(histogram.max), 0);
  assert.equal(LatencyHistogram.of([1, 2, 4]).fractionAbove(3), 1 / 3);
});

test("buckets tile the line without gaps and hold all values", () => {
  const histogram = LatencyHistogram.of(Array.from({ length: 4096 }, (_, i) => 1 + i / 4096));
  const buckets = histogram.buckets();
  assert.equal(buckets.length, 512);
  buckets.forEach((bucket, i) => {
    assert.equal(bucket.low, 1 + i / 512);
    assert.equal(bucket.high, 1 + (i + 1) / 512);
    assert.equal(bucket.count, 8);
  });
});

test("JSON keeps everything, and a damaged histogram is refused", () => {
  for (const list of [[], [0], [0, 1e-5, 3, 3, 1e300], [7]]) {
    const text = JSON.stringify(LatencyHistogram.of(list));
    const back = LatencyHistogram.fromJSON(JSON.parse(text));
    assert.equal(JSON.stringify(back), text);
    assert.equal(back.count, list.length);
  }
  const good = LatencyHistogram.of([1, 2]).toJSON();
  const refused = (change: object, message: RegExp) =>
    assert.throws(() => LatencyHistogram.fromJSON({ ...good, ...change }), { name: "DomainError", message });
  refused({ bits: 8 }, /^LatencyHistogram.fromJSON: bits must be 9, got 8$/);
  refused({ counts: [1] }, /gaps and counts must be lists of equal length/);
  refused({ counts: [1, -1] }, /counts\[1\] must be an integer >= 1, got -1/);
  refused({ gaps: [3, 512] }, /bucket of gaps\[0\] must be an integer >= 512 and <= 1048063, got 3/);
  refused({ min: 0.5 }, /min and max must lie in the first and last bucket, got 0.5 and 2/);
  refused({ max: null }, /max must be finite, got null/);
  refused({ gaps: [], counts: [] }, /min and max must be null when there are no counts/);
});

test("bad input is refused and changes nothing", () => {
  const histogram = LatencyHistogram.of([1]);
  for (const value of [
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    -1,
    -5e-324,
    "5",
    null,
  ]) {
    assert.throws(() => histogram.record(value as number), {
      name: "DomainError",
      message: /^LatencyHistogram: value must be finite and >= 0, got /,
    });
  }
  assert.equal(JSON.stringify(histogram), JSON.stringify(LatencyHistogram.of([1])));
  assert.throws(() => new LatencyHistogram().quantile(0.5), {
    message: "LatencyHistogram.quantile: needs at least 1 value, got 0",
  });
  assert.throws(() => new LatencyHistogram().min, {
    message: "LatencyHistogram: needs at least 1 value, got 0",
  });
  assert.throws(() => histogram.quantile(1.1), {
    message: "LatencyHistogram.quantile: p must be >= 0 and <= 1, got 1.1",
  });
  assert.throws(() => histogram.fractionAbove(Number.NaN), {
    message: "LatencyHistogram.fractionAbove: x must be finite, got NaN",
  });
});
