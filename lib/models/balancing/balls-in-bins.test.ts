/** Balls in bins, with one choice and with d: exact small cases, published fractions, independent sums. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { randomStreams } from "../../core/random.ts";
import { publishedTable } from "../../study/published-table.ts";
import { ballsInBins } from "./balls-in-bins.ts";
import { dChoicesFluid } from "./d-choices-fluid.ts";
import { atMost } from "./fullest-bin.ts";

const near = (actual: number, expected: number, relative = 1e-9): void =>
  assert.ok(
    Math.abs(actual - expected) <= relative * Math.abs(expected),
    `got ${actual}, expected ${expected} within ${relative}`,
  );

/** Mean of the fullest bin over all n^m ways. */
function enumerated(m: number, n: number): number {
  let [sum, ways] = [0, 0];
  const loads = new Array<number>(n).fill(0);
  const place = (ball: number): void => {
    if (ball === m) {
      sum += Math.max(...loads);
      ways++;
      return;
    }
    for (let bin = 0; bin < n; bin++) {
      loads[bin]++;
      place(ball + 1);
      loads[bin]--;
    }
  };
  place(0);
  return sum / ways;
}

test("ballsInBins: the fullest bin is the mean over all ways to throw the balls", () => {
  for (const [m, n] of [
    [1, 4],
    [2, 2],
    [3, 5],
    [6, 4],
    [9, 3],
    [12, 2],
    [7, 5],
  ])
    near(ballsInBins({ balls: m, bins: n }).maxLoad, enumerated(m, n), 1e-12);
});

test("ballsInBins: one bin, one ball, two bins reduce to known values, exactly or to the stated error", () => {
  assert.equal(ballsInBins({ balls: 1000, bins: 1 }).maxLoad, 1000);
  assert.equal(ballsInBins({ balls: 1, bins: 77 }).maxLoad, 1);
  // Two bins: m/2 + E|X − m/2|, De Moivre's mean deviation of a fair binomial, m/2^m·C(m − 1, ⌊m/2⌋).
  for (const m of [10, 255, 256, 257, 1000, 100_000]) {
    let log = Math.log(m) - m * Math.LN2;
    const half = Math.floor(m / 2);
    for (let i = 1; i <= half; i++) log += Math.log((m - 1 - half + i) / i);
    const deviation = Math.exp(log);
    const excess = ballsInBins({ balls: m, bins: 2 }).maxLoad - m / 2;
    near(excess, deviation, m <= 256 ? 1e-10 : 0.5 / m);
  }
  // Towards many balls the maximum is m/n + √(m/n) times the mean of the largest of n normal variables.
  near(ballsInBins({ balls: 1e9, bins: 2 }).maxLoad - 5e8, Math.sqrt(1e9 / (2 * Math.PI)), 1e-5);
  const three = 3 / (2 * Math.sqrt(Math.PI));
  near(ballsInBins({ balls: 9e8, bins: 3 }).maxLoad - 3e8, Math.sqrt(3e8) * three, 1e-4);
});

test("ballsInBins: Poisson bins differ from the exact law by less than 1/(2m) of the excess", () => {
  for (const [m, n] of [
    [300, 10],
    [400, 400],
    [500, 30],
  ]) {
    let exact = 0;
    for (let k = 0; k < m; k++) exact += 1 - atMost(m, n, k);
    const excess = exact - m / n;
    const error = Math.abs(ballsInBins({ balls: m, bins: n }).maxLoad - exact);
    assert.ok(error < (0.5 / m) * excess, `m ${m}, n ${n}: error ${error} of ${excess}`);
  }
});

test("ballsInBins: mean, deviation and empty bins are the binomial's; bounds and order on random inputs; edges finite", () => {
  const stream = randomStreams(5).stream("balls");
  const loads = new Float64Array(200);
  const trials = 400;
  let [squares, empty, fullest] = [0, 0, 0];
  for (let trial = 0; trial < trials; trial++) {
    loads.fill(0);
    for (let ball = 0; ball < 500; ball++) loads[stream.integer(200)]++;
    fullest += Math.max(...loads) / trials;
    for (const load of loads) {
      squares += (load - 2.5) ** 2 / (200 * trials);
      empty += (load === 0 ? 1 : 0) / (200 * trials);
    }
  }
  const model = ballsInBins({ balls: 500, bins: 200 });
  near(model.loadDeviation ** 2, squares, 0.03);
  near(model.emptyShare, empty, 0.05);
  near(model.maxLoad, fullest, 0.02);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 3000 }), (balls, bins) => {
      const here = ballsInBins({ balls, bins });
      assert.ok(here.maxLoad >= here.meanLoad * (1 - 1e-12) && here.maxLoad >= 1 - 1e-9);
      assert.ok(here.maxLoad <= balls * (1 + 1e-12));
      assert.ok(ballsInBins({ balls: balls + 300, bins }).maxLoad > here.maxLoad);
      assert.ok(balls < 300 || ballsInBins({ balls, bins: bins + 1 }).maxLoad < here.maxLoad);
    }),
    { numRuns: 40, seed: 1 },
  );
  for (const [balls, bins] of [
    [1e9, 1e9],
    [1e9, 1],
    [1, 1e9],
    [1e9, 1000],
  ])
    for (const value of Object.values(ballsInBins({ balls, bins }))) assert.ok(Number.isFinite(value));
});

test("dChoicesFluid: every published fraction; tanh for two choices; Poisson for one", () => {
  for (const row of publishedTable("balls_bins_fluid").rows) {
    const at = (level: number) => dChoicesFluid({ choices: Number(row.d), ballsPerBin: 1, bins: 1e6, level });
    const columns = [
      [at(1).emptyShare, row.frac_load0],
      [at(1).exactly, row.frac_load1],
      [at(2).exactly, row.frac_load2],
      [at(3).exactly, row.frac_load3],
      [at(1).atLeast, row.s1],
      [at(2).atLeast, row.s2],
      [at(3).atLeast, row.s3],
    ];
    for (const [ours, theirs] of columns) assert.ok(Math.abs(Number(ours) - Number(theirs)) <= 1.1e-6);
  }
  for (const t of [0.1, 1, 2.7, 9])
    near(dChoicesFluid({ choices: 2, ballsPerBin: t, bins: 9 }).atLeast, Math.tanh(t), 1e-11);
  let [term, sum] = [Math.exp(-3), 0];
  for (let k = 0; k < 12; k++, term *= 3 / k) {
    if (k > 0) near(dChoicesFluid({ choices: 1, ballsPerBin: 3, bins: 9, level: k }).atLeast, 1 - sum, 1e-9);
    sum += term;
  }
});

/** s_1 … s_K at time t by power series from step to step, with exact products of series. */
function bySeries(d: number, t: number, levels: number): number[] {
  const [terms, steps] = [30, Math.ceil(t * 8)];
  const h = t / steps;
  let s = [1, ...new Array<number>(levels).fill(0)];
  for (let step = 0; step < steps; step++) {
    const series = s.map((x) => [x]);
    const powerTerm = (x: readonly number[], n: number): number => {
      let power = [...x.slice(0, n + 1)];
      for (let j = 1; j < d; j++)
        power = power.map((_, i) => {
          let sum = 0;
          for (let q = 0; q <= i; q++) sum += power[q] * x[i - q];
          return sum;
        });
      return power[n];
    };
    for (let n = 0; n < terms; n++) {
      const powers = series.map((x, i) => (i === 0 ? (n === 0 ? 1 : 0) : powerTerm(x, n)));
      for (let i = 1; i <= levels; i++) series[i].push((powers[i - 1] - powers[i]) / (n + 1));
      series[0].push(0);
    }
    s = series.map((x) => x.reduceRight((sum, c) => sum * h + c, 0));
  }
  return s;
}

test("dChoicesFluid: the integration is that of power series, to 1e-9", () => {
  for (const [d, t] of [
    [2, 1],
    [2, 2.5],
    [3, 1],
    [5, 1.7],
  ]) {
    const series = bySeries(d, t, 8);
    for (let level = 1; level <= 5; level++) {
      const ours = dChoicesFluid({ choices: d, ballsPerBin: t, bins: 2, level }).atLeast;
      assert.ok(
        Math.abs(ours - series[level]) <= 1e-9 * series[level] + 1e-15,
        `d ${d}, t ${t}, level ${level}`,
      );
    }
  }
});

test("dChoicesFluid: all balls are somewhere, more choices even out, and maxima are those of 100 runs", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 8 }),
      fc.double({ min: 0.01, max: 6, noNaN: true }),
      (choices, ballsPerBin) => {
        let sum = 0;
        let before = 1;
        for (let level = 1; level < 60; level++) {
          const { atLeast } = dChoicesFluid({ choices, ballsPerBin, bins: 100, level });
          assert.ok(atLeast <= before * (1 + 1e-12) + 1e-15);
          sum += atLeast;
          before = atLeast;
        }
        near(sum, ballsPerBin, 1e-9);
        const given = { ballsPerBin, bins: 1e6 };
        assert.ok(
          dChoicesFluid({ ...given, choices: choices + 1 }).maxLoad <=
            dChoicesFluid({ ...given, choices }).maxLoad + 1e-9,
        );
      },
    ),
    { numRuns: 40, seed: 2 },
  );
  // Modes of 100 runs in the table's comment: n = 256 and 4096, d = 1, 2, 3.
  for (const [bins, modes] of [
    [256, [5, 3, 2]],
    [4096, [6, 3, 3]],
  ] as const)
    modes.forEach((mode, i) => {
      const { maxLoad } = dChoicesFluid({ choices: i + 1, ballsPerBin: 1, bins });
      assert.ok(Math.abs(maxLoad - mode) < 0.6, `n ${bins}, d ${i + 1}: ${maxLoad}`);
    });
  const edge = dChoicesFluid({ choices: 16, ballsPerBin: 16, bins: 1e15, level: 1e4 });
  assert.deepEqual([edge.atLeast, edge.exactly], [0, 0]);
  assert.ok(edge.maxLoad > 16 && edge.maxLoad < 20);
});
