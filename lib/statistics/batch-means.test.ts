import assert from "node:assert/strict";
import { test } from "node:test";
import { randomStreams } from "../core/random.ts";
import { BatchMeans, batchMeans } from "./batch-means.ts";
import { replicationInterval } from "./interval.ts";

test("the interval is Student's over the batches' means, first observations left over", () => {
  const stream = randomStreams(31).stream("batches");
  const series = Array.from({ length: 257 }, () => stream.exponential());
  const got = batchMeans(series, { batches: 12, level: 0.9 });
  // 257 = 5 + 12 · 21.
  const means = Array.from(
    { length: 12 },
    (_, j) => series.slice(5 + 21 * j, 5 + 21 * (j + 1)).reduce((a, b) => a + b, 0) / 21,
  );
  const want = replicationInterval(means, 0.9);
  assert.equal(got.batchSize, 21);
  assert.equal(got.unused, 5);
  assert.equal(got.n, 12);
  for (const name of ["mean", "low", "high", "halfWidth"] as const)
    assert.ok(Math.abs(got[name] - want[name]) < 1e-12, name);
  const squares = means.map((y) => (y - want.mean) ** 2).reduce((a, b) => a + b, 0);
  const products = means.slice(1).map((y, j) => (y - want.mean) * (means[j] - want.mean));
  assert.ok(Math.abs(got.lag1 - products.reduce((a, b) => a + b, 0) / squares) < 1e-12);
});

test("correlated batch means are flagged, independent ones are not", () => {
  // AR(1) with coefficient 0.99: correlation time about 100, batches of 25 are far too short, of 5,000 are fine.
  const stream = randomStreams(32).stream("batches");
  const autoregressive = (n: number) => {
    let x = 0;
    return Float64Array.from({ length: n }, () => {
      x = 0.99 * x + stream.normal();
      return x;
    });
  };
  const short = batchMeans(autoregressive(500));
  assert.ok(short.correlated && short.lag1 > 0.3, `lag1 ${short.lag1}`);
  let flagged = 0;
  for (let i = 0; i < 20; i++) flagged += batchMeans(autoregressive(100_000)).correlated ? 1 : 0;
  assert.ok(flagged <= 2, `${flagged} of 20 long runs flagged at 1 %`);
  assert.equal(batchMeans(new Float64Array(400).fill(2)).correlated, false);
});

test("the stream keeps 20 to 39 batches whose size doubles, and agrees with the batches cut by hand", () => {
  const stream = randomStreams(33).stream("batches");
  const values = Array.from({ length: 5000 }, () => stream.exponential());
  const streaming = new BatchMeans();
  values.forEach((value, i) => {
    streaming.add(value);
    const n = i + 1;
    assert.equal(streaming.count, n);
    if (n % 331 !== 0 && n !== 5000) return;
    if (n < 20 * 16) return;
    const got = streaming.interval();
    assert.ok(got.batches >= 20 && got.batches < 40, `${got.batches} batches`);
    assert.ok(Number.isInteger(Math.log2(got.batchSize)));
    assert.equal(got.batches, Math.floor(n / got.batchSize));
    assert.equal(got.unused, n % got.batchSize);
    const byHand = batchMeans(values.slice(0, n - got.unused), { batches: got.batches });
    for (const name of ["mean", "halfWidth", "lag1", "batchSize"] as const)
      assert.ok(Math.abs(got[name] - byHand[name]) < 1e-12, name);
  });
});

test("bad input", () => {
  const throws = (call: () => unknown, message: string) =>
    assert.throws(call, { name: "DomainError", message });
  throws(() => batchMeans([1, 2, 3], { batches: 9 }), "batchMeans: batches must be an integer >= 10, got 9");
  throws(() => new BatchMeans({ batches: 5 }), "BatchMeans: batches must be an integer >= 10, got 5");
  throws(
    () => batchMeans(new Float64Array(199)),
    "batchMeans: needs at least 200 observations for 20 batches of 10, got 199",
  );
  throws(
    () => batchMeans([...Array(250).fill(0), Number.POSITIVE_INFINITY]),
    "batchMeans: series[250] must be finite, got Infinity",
  );
  throws(
    () => batchMeans(new Float64Array(400), { level: 95 }),
    "batchMeans: level must be > 0 and < 1, got 95",
  );
  const streaming = new BatchMeans();
  throws(() => streaming.add(Number.NaN), "BatchMeans: value must be finite, got NaN");
  for (let i = 0; i < 319; i++) streaming.add(i);
  throws(
    () => streaming.interval(),
    "BatchMeans: needs at least 320 observations for 20 batches of 16, got 319",
  );
  streaming.add(0);
  assert.equal(streaming.interval().batches, 20);
});
