/** Little, Amdahl, the universal scalability law and its fit, against published numbers and fits made to be known. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { randomStreams } from "../../core/random.ts";
import { publishedTable } from "../../study/published-table.ts";
import { fitAmdahl } from "./amdahl-fit.ts";
import { holds, near, within } from "./checks.fixture.ts";
import { amdahl, little, usl } from "./scalability.ts";
import { fitUsl, type UslPoint } from "./usl-fit.ts";

const dataset = (name: string): UslPoint[] =>
  publishedTable("usl_datasets")
    .rows.filter((row) => row.dataset === name)
    .map((row) => ({ nodes: Number(row.load), throughput: Number(row.throughput) }));

test("published: a wine rack, a part made faster, and the fits of the usl package", () => {
  // Little and Graves, "Little's law" (2008), §5.1: 8 bottles a month into a rack that holds 160: 20 months each.
  near(little({ arrivalRate: 8, responseTime: 20 }).inSystem, 160);
  // Hennessy and Patterson, Computer Architecture (5th ed. 2012), §1.9: 40 % made ten times faster, 1.56 in all.
  within(amdahl({ nodes: 10, contention: 0.6 }).speedup, 1.56, 5e-3);
  const fit = fitUsl(dataset("specsdm91"));
  const [row] = publishedTable("usl_fits").rows;
  near(fit.single, Number(row.gamma_X1), 1e-4);
  near(fit.contention, Number(row.alpha_contention), 1e-4);
  near(fit.coherency, Number(row.beta_coherency), 1e-4);
  near(fit.peakNodes ?? 0, Number(row.N_peak_published), 1e-4);
  near(usl({ nodes: 1, contention: 0.001, coherency: 0.00001 }).peakNodes, 316.0696, 1e-6);
  for (const { nodes, throughput } of dataset("synthetic_alpha0.02_beta0.02"))
    within(usl({ nodes, contention: 0.02, coherency: 0.02 }).throughput, throughput, 6e-5);
});

const constants = fc.record({
  single: fc.double({ min: 0.1, max: 1e5, noNaN: true }),
  contention: fc.double({ min: 0, max: 0.5, noNaN: true }).map((a) => (a < 1e-4 ? 0 : a)),
  coherency: fc.double({ min: 1e-6, max: 0.05, noNaN: true }),
});
const NODES = [1, 2, 4, 8, 16, 32, 64];

test("reductions: without coherency the law is Amdahl's, without both it is a line; one node is one", () => {
  fc.assert(
    fc.property(constants, fc.integer({ min: 1, max: 1000 }), ({ single, contention }, nodes) => {
      if (contention > 0)
        near(
          usl({ nodes, contention, coherency: 1e-300 }).speedup,
          amdahl({ nodes, contention }).speedup,
          1e-12,
        );
      near(usl({ nodes, single, contention: 0, coherency: 1e-300 }).throughput, single * nodes, 1e-12);
      near(usl({ nodes: 1, single, contention, coherency: 0.1 }).throughput, single, 1e-12);
    }),
    { numRuns: 300, seed: 61 },
  );
});

test("properties: the peak is the highest point, Amdahl stays below 1/α, efficiency falls", () => {
  fc.assert(
    fc.property(constants, fc.double({ min: 1, max: 1000, noNaN: true }), (given, nodes) => {
      const here = usl({ ...given, nodes });
      holds(here.throughput <= here.peakThroughput * (1 + 1e-12), "above the peak");
      near(usl({ ...given, nodes: here.peakNodes }).throughput, here.peakThroughput, 1e-12);
      const serial = amdahl({ nodes, contention: given.contention || 0.01 });
      holds(
        serial.speedup <= serial.limit * (1 + 1e-12) && serial.efficiency <= 1 + 1e-12,
        "beyond Amdahl's limit",
      );
    }),
    { numRuns: 1000, seed: 62 },
  );
});

test("a fit of data without error gives the constants back, also at the bounds", () => {
  fc.assert(
    fc.property(constants, ({ single, contention, coherency }) => {
      const points = NODES.map((nodes) => ({
        nodes,
        throughput: usl({ nodes, single, contention, coherency }).throughput,
      }));
      const fit = fitUsl(points);
      near(fit.single, single, 1e-6);
      within(fit.contention, contention, 1e-6);
      near(fit.coherency, coherency, 1e-3);
      const serial = NODES.map((nodes) => ({
        nodes,
        throughput: (single * nodes) / (1 + contention * (nodes - 1)),
      }));
      holds(fitUsl(serial).coherency < 1e-8, "coherency out of nothing");
    }),
    { numRuns: 15, seed: 63 },
  );
  const line = fitUsl(NODES.map((nodes) => ({ nodes, throughput: 3 * nodes ** 1.02 })));
  assert.deepEqual(
    [line.atBound, line.contention, line.coherency, line.peakNodes],
    [["contention", "coherency"], 0, 0, null],
  );
});

test("the fit is the constrained minimum: no point of a fine grid is better, and weights draw it to their points", () => {
  const points = dataset("raytracer");
  const fit = fitUsl(points);
  assert.deepEqual(fit.atBound, ["coherency"]);
  const left = (single: number, a: number, b: number): number =>
    points.reduce(
      (sum, { nodes: n, throughput }) =>
        sum + (throughput - (single * n) / (1 + a * (n - 1) + b * n * (n - 1))) ** 2,
      0,
    );
  near(left(fit.single, fit.contention, fit.coherency), fit.residualSquares, 1e-12);
  for (let i = 0; i <= 100; i++)
    for (let j = 0; j <= 100; j++)
      for (const b of [0, 1e-6, 1e-5, 1e-4])
        holds(left(18 + i * 0.08, 0.03 + j * 0.0006, b) >= fit.residualSquares * (1 - 1e-9), "a better law");
  const heavy = fitUsl(points.map((point) => ({ ...point, weight: point.nodes === 64 ? 1e9 : 1 })));
  within((heavy.single * 64) / (1 + heavy.contention * 63 + heavy.coherency * 64 * 63), 310, 1e-3);
  const doubled = fitUsl([...points, ...points]);
  const weighted = fitUsl(points.map((point) => ({ ...point, weight: 2 })));
  near(doubled.contention, weighted.contention, 1e-6);
});

test("Amdahl's fit: constants of exact data, the constrained minimum, and the interval that tells whether β is needed", () => {
  for (const [single, contention] of [
    [20, 0.03],
    [1, 0.5],
    [7, 0],
  ]) {
    const fit = fitAmdahl(
      NODES.map((nodes) => ({ nodes, throughput: (single * nodes) / (1 + contention * (nodes - 1)) })),
    );
    near(fit.single, single, 1e-8);
    within(fit.contention, contention, 1e-8);
    if (contention > 0) near(fit.limit ?? 0, single / contention, 1e-6);
    else assert.equal(fit.limit, null);
  }
  // Where the other fit ends at β = 0 the two are one; there no point of a grid is better.
  const open = dataset("raytracer");
  const [serial, both] = [fitAmdahl(open), fitUsl(open)];
  near(serial.residualSquares, both.residualSquares, 1e-12);
  near(serial.contention, both.contention, 1e-6);
  const left = (points: readonly UslPoint[], single: number, a: number): number =>
    points.reduce(
      (sum, { nodes: n, throughput }) => sum + (throughput - (single * n) / (1 + a * (n - 1))) ** 2,
      0,
    );
  const fallen = dataset("specsdm91");
  const best = fitAmdahl(fallen);
  near(left(fallen, best.single, best.contention), best.residualSquares, 1e-12);
  for (let i = -50; i <= 50; i++)
    for (let j = -50; j <= 50; j++)
      holds(
        left(fallen, best.single * (1 + i / 500), best.contention * (1 + j / 500)) >=
          best.residualSquares * (1 - 1e-9),
        "a better law",
      );
  // Seven points leave four degrees of freedom: t = 2.776 at 97.5 % (Abramowitz and Stegun 1964, Table 26.10).
  const full = fitUsl(fallen);
  const worse = (best.residualSquares / full.residualSquares - 1) * 4 > 2.776 ** 2;
  assert.equal(worse, full.intervals.coherency.low > 0);
  assert.throws(
    () => fitAmdahl([]),
    /^DomainError: fitAmdahl: points must be a list of at least 4 measurements, got \[\]$/,
  );
});

test("an interval ends where the squares have grown by t²/(n − 3), t from the printed table", () => {
  const points = dataset("specsdm91");
  const fit = fitUsl(points);
  const left = (a: number, b: number): number => {
    const f = points.map(({ nodes: n }) => n / (1 + a * (n - 1) + b * n * (n - 1)));
    const single =
      points.reduce((sum, p, i) => sum + p.throughput * f[i], 0) / f.reduce((sum, x) => sum + x * x, 0);
    return points.reduce((sum, p, i) => sum + (p.throughput - single * f[i]) ** 2, 0);
  };
  /** The least over the other constant, by thirds. */
  const least = (of: (x: number) => number, from: number, to: number): number => {
    let [low, high] = [from, to];
    for (let i = 0; i < 120; i++) {
      const third = (high - low) / 3;
      if (of(low + third) < of(high - third)) high -= third;
      else low += third;
    }
    return of(low);
  };
  // Seven points leave four degrees of freedom: t = 2.776 at 97.5 % (Abramowitz and Stegun 1964, Table 26.10).
  const limit = fit.residualSquares * (1 + 2.776 ** 2 / 4);
  const { contention, coherency } = fit.intervals;
  for (const a of [contention.low, contention.high ?? 0])
    near(
      least((b) => left(a, b), 0, 1e-3),
      limit,
      1e-3,
    );
  for (const b of [coherency.low, coherency.high ?? 0])
    near(
      least((a) => left(a, b), 0, 0.2),
      limit,
      1e-3,
    );
});

test("intervals hold the truth about as often as they say, and look one way at a bound", () => {
  const stream = randomStreams(64).stream("noise");
  const [single, contention, coherency] = [100, 0.03, 0.0005];
  const runs = 100;
  let held = 0;
  for (let k = 0; k < runs; k++) {
    const points = [1, 4, 8, 16, 24, 32, 48, 64].map((nodes) => ({
      nodes,
      throughput: usl({ nodes, single, contention, coherency }).throughput + 15 * stream.normal(),
    }));
    const { low, high } = fitUsl(points).intervals.contention;
    if (low <= contention && (high === null || contention <= high)) held++;
  }
  // 95 of 100 are due, with deviation 2.2: more than 4 deviations below would show a fault.
  holds(held >= 86 && held < 100, `${held} of ${runs} intervals hold the truth`);
  const { intervals } = fitUsl(dataset("raytracer"));
  assert.equal(intervals.coherency.low, 0);
  assert.equal(intervals.peakNodes.high, null);
  holds((intervals.coherency.high ?? 0) > 0 && intervals.peakNodes.low > 64, "what the data leave open");
});

test("finite at the edges, and data that cannot be fitted are refused by name", () => {
  const far = usl({ nodes: 1e12, contention: 1, coherency: 1e-300 });
  near(far.speedup, 1, 1e-9);
  assert.equal(usl({ nodes: 5, contention: 0.2, coherency: 10 }).peakNodes, 1);
  near(amdahl({ nodes: 1e12, contention: 0.05 }).speedup, 20, 1e-9);
  assert.equal(little({ arrivalRate: 1e9, responseTime: 0 }).inSystem, 0);
  const refused = (points: UslPoint[], message: string): void => {
    assert.throws(
      () => fitUsl(points),
      (error) => error instanceof Error && error.message === message,
    );
  };
  refused(
    NODES.slice(0, 4).map((nodes) => ({ nodes, throughput: -nodes })),
    "fitUsl: points[0].throughput must be > 0, got -1",
  );
  refused(
    [1, 1, 2, 2].map((nodes) => ({ nodes, throughput: nodes })),
    "fitUsl: points must have at least 3 different nodes, got 2",
  );
  refused([], "fitUsl: points must be a list of at least 4 measurements, got []");
  assert.throws(
    () => usl({ nodes: 2, contention: -0.1, coherency: 0.1 }),
    /usl: contention must be >= 0 and <= 1, got -0.1/,
  );
});
