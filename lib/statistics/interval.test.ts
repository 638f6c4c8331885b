import assert from "node:assert/strict";
import { test } from "node:test";
import {
  momentsInterval,
  pairedDifference,
  proportionInterval,
  relativeHalfWidth,
  replicationInterval,
  simultaneousLevel,
} from "./interval.ts";
import { Moments } from "./moments.ts";

/** Half-width over standard error of n values: the critical value that was used. */
function critical(n: number, level: number): number {
  const values = Array.from({ length: n }, (_, i) => (i * i) % 7);
  const mean = values.reduce((a, b) => a + b, 0) / n;
  const variance = values.reduce((a, x) => a + (x - mean) ** 2, 0) / (n - 1);
  return replicationInterval(values, level).halfWidth / Math.sqrt(variance / n);
}

test("critical values are those of the printed t table", () => {
  // R. A. Fisher & F. Yates, Statistical Tables, table III: [degrees of freedom, 90 %, 95 %, 99 %], three decimals.
  const table = [
    [1, 6.314, 12.706, 63.657],
    [2, 2.92, 4.303, 9.925],
    [4, 2.132, 2.776, 4.604],
    [9, 1.833, 2.262, 3.25],
    [19, 1.729, 2.093, 2.861],
    [29, 1.699, 2.045, 2.756],
    [120, 1.658, 1.98, 2.617],
  ];
  for (const [df, t90, t95, t99] of table) {
    assert.ok(Math.abs(critical(df + 1, 0.9) - t90) <= 0.00051, `df ${df} at 90 %`);
    assert.ok(Math.abs(critical(df + 1, 0.95) - t95) <= 0.00051, `df ${df} at 95 %`);
    assert.ok(Math.abs(critical(df + 1, 0.99) - t99) <= 0.00051, `df ${df} at 99 %`);
  }
});

test("a replication interval by hand: 1.20, 1.50, 1.68, 1.89, 0.95, 1.49, 1.58, 1.55, 0.50, 1.09", () => {
  // Law & Kelton's worked example of §4.5: mean 1.34, variance 0.17, 90 % interval 1.34 ± 0.24.
  const values = [1.2, 1.5, 1.68, 1.89, 0.95, 1.49, 1.58, 1.55, 0.5, 1.09];
  const interval = replicationInterval(values, 0.9);
  assert.equal(interval.mean.toFixed(2), "1.34");
  assert.equal(Moments.of(values).variance.toFixed(2), "0.17");
  assert.equal(interval.halfWidth.toFixed(2), "0.24");
  assert.equal(interval.low, interval.mean - interval.halfWidth);
  assert.equal(interval.high, interval.mean + interval.halfWidth);
  assert.equal(interval.n, 10);
  assert.equal(interval.level, 0.9);
  assert.deepEqual(momentsInterval(Moments.of(values), 0.9), interval);
});

test("one replication has no interval; equal ones have one of width 0", () => {
  const message = (n: number) => `replicationInterval: needs at least 2 replications, got ${n}`;
  assert.throws(() => replicationInterval([]), { name: "DomainError", message: message(0) });
  assert.throws(() => replicationInterval([5]), { name: "DomainError", message: message(1) });
  assert.deepEqual(replicationInterval([5, 5]), {
    mean: 5,
    low: 5,
    high: 5,
    halfWidth: 0,
    level: 0.95,
    n: 2,
  });
});

test("bad input", () => {
  const throws = (call: () => unknown, message: string) =>
    assert.throws(call, { name: "DomainError", message });
  throws(
    () => replicationInterval([1, Number.NaN]),
    "replicationInterval: values[1] must be finite, got NaN",
  );
  throws(
    () => replicationInterval([1, "2"] as never),
    'replicationInterval: values[1] must be finite, got "2"',
  );
  throws(
    () => replicationInterval(5 as never),
    "replicationInterval: values must be a list of numbers, got 5",
  );
  for (const level of [0, 1, 95, Number.NaN, -0.5])
    throws(
      () => replicationInterval([1, 2], level),
      `replicationInterval: level must be > 0 and < 1, got ${level}`,
    );
  throws(
    () => replicationInterval([1e200, -1e200]),
    "replicationInterval: half-width must be finite, got Infinity",
  );
  throws(
    () => pairedDifference([1, 2], [1]),
    "pairedDifference: a and b must have equal length, got 2 and 1",
  );
  throws(() => pairedDifference([1], [1]), "pairedDifference: needs at least 2 replications, got 1");
  throws(() => proportionInterval(0, 0), "proportionInterval: trials must be an integer >= 1, got 0");
  throws(
    () => proportionInterval(3, 2),
    "proportionInterval: successes must be an integer >= 0 and <= 2, got 3",
  );
  throws(
    () => proportionInterval(0.5, 2),
    "proportionInterval: successes must be an integer >= 0 and <= 2, got 0.5",
  );
  throws(() => simultaneousLevel(0.95, 0), "simultaneousLevel: count must be an integer >= 1, got 0");
});

test("Wilson's interval: Newcombe's published cases, and its defining equation", () => {
  // R. G. Newcombe, Statistics in Medicine 17, 1998, table I, method 3, to four decimals.
  const published = [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ];
  for (const [successes, trials, low, high] of published) {
    const interval = proportionInterval(successes, trials);
    assert.equal(interval.low.toFixed(4), low.toFixed(4));
    assert.equal(interval.high.toFixed(4), high.toFixed(4));
    assert.equal(interval.mean, successes / trials);
  }
  // Each end e solves |p - e| = z·√(e(1-e)/n).
  const { low, high, mean } = proportionInterval(7, 50, 0.99);
  for (const end of [low, high])
    assert.ok(Math.abs(Math.abs(mean - end) / Math.sqrt((end * (1 - end)) / 50) - 2.5758293035489) < 1e-9);
});

test("Wilson's interval covers: exact binomial coverage averages the level", () => {
  const n = 30;
  let total = 0;
  const grid = 200;
  for (let g = 1; g < grid; g++) {
    const p = g / grid;
    let mass = (1 - p) ** n;
    for (let k = 0; k <= n; k++) {
      const { low, high } = proportionInterval(k, n);
      if (low <= p && p <= high) total += mass;
      mass *= ((n - k) / (k + 1)) * (p / (1 - p));
    }
  }
  const average = total / (grid - 1);
  assert.ok(average > 0.945 && average < 0.96, `average coverage ${average}`);
});

test("a paired difference sees what two separate intervals do not", () => {
  const common = [10, 14, 9, 17, 12, 8];
  const a = common.map((x, i) => x + 0.5 + 0.01 * (i % 2));
  const paired = pairedDifference(a, common);
  assert.ok(paired.low > 0.49 && paired.high < 0.52 && paired.varianceReduction > 0.999);
  const [x, y] = [replicationInterval(a), replicationInterval(common)];
  assert.ok(x.low < y.high && y.low < x.high);
  // Against the differences by hand: 0.50, 0.51 alternating: mean 0.505, s² = 0.00003.
  assert.ok(Math.abs(paired.mean - 0.505) < 1e-12);
  assert.ok(Math.abs(paired.halfWidth - 2.570582 * Math.sqrt(0.00003 / 6)) < 1e-8);
  assert.ok(pairedDifference([1, 2, 3], [3, 2, 1]).varianceReduction < -0.99);
  assert.equal(pairedDifference([1, 1], [2, 2]).varianceReduction, 0);
});

test("simultaneous levels share the error evenly", () => {
  assert.ok(Math.abs(simultaneousLevel(0.95, 24) - (1 - 0.05 / 24)) < 1e-15);
  assert.equal(simultaneousLevel(0.9, 1), 0.9);
});

test("relative half-width", () => {
  const interval = { mean: -4, low: -5, high: -3, halfWidth: 1, level: 0.95, n: 5 };
  assert.equal(relativeHalfWidth(interval), 0.25);
  assert.equal(relativeHalfWidth({ ...interval, mean: 0 }), Number.POSITIVE_INFINITY);
  assert.equal(relativeHalfWidth({ ...interval, mean: 0, halfWidth: 0 }), 0);
  assert.throws(() => relativeHalfWidth({ ...interval, mean: Number.NaN }), { name: "DomainError" });
});
