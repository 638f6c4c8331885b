/** GI/M/1, E_k/M/1 and D/M/1 against the published table, M/M/1, each other, and solved chains. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { distributionFrom, toDistribution } from "../../core/distributions.ts";
import { publishedTable } from "../../study/published-table.ts";
import { type Jump, meanOver, stationary } from "./chain.fixture.ts";
import { holds, near, within } from "./checks.fixture.ts";
import { dM1, ekM1 } from "./ek-m1.ts";
import { kingman } from "./gg1.ts";
import { giM1 } from "./gi-m1.ts";
import { laplaceComplement } from "./laplace.ts";
import { mm1 } from "./mm1.ts";

const rhos = fc.double({ min: 0.02, max: 0.999, noNaN: true });
const levels = fc.double({ min: 0, max: 0.9999, noNaN: true });

test("published: round robin and paced arrivals, all rows of rr_vs_random", () => {
  const { rows } = publishedTable("rr_vs_random");
  assert.ok(rows.length >= 5, "rows of the table");
  for (const row of rows) {
    const given = { arrivalRate: Number(row.rho), serviceTime: 1 };
    within(ekM1({ ...given, stages: 1 }).waitingTime, Number(row.Wq_random_MM1), 6e-5);
    within(ekM1({ ...given, stages: 2 }).waitingTime, Number(row.Wq_RR_2_servers_E2M1), 6e-5);
    within(ekM1({ ...given, stages: 5 }).waitingTime, Number(row.Wq_RR_5_E5M1), 6e-5);
    within(ekM1({ ...given, stages: 10 }).waitingTime, Number(row.Wq_RR_10_E10M1), 6e-5);
    within(dM1(given).waitingTime, Number(row.Wq_DM1), 6e-5);
  }
});

test("published: Erlang arrivals from Hillier and Yu's tables, and a stream dealt to two servers", () => {
  // Both kept as tests of the LINE solver: E3/M/1 at ρ = 0.99 of the benchmarks after Hillier and Yu, Queueing Tables
  // and Graphs (1981; the book was not seen), and a Poisson stream of 1.4 dealt in turn to two servers, each E2/M/1.
  for (const [stages, rho, measure, printed] of [
    [3, 0.99, "inQueue", 65.1206],
    [2, 0.7, "inSystem", 1.8204],
  ] as const) {
    const interarrival = distributionFrom({ distribution: "erlang", shape: stages, mean: 1 / rho });
    within(giM1({ interarrival, serviceTime: 1 })[measure], printed, 5e-5);
    within(ekM1({ arrivalRate: rho, serviceTime: 1, stages })[measure], printed, 5e-5);
  }
});

test("reductions: one stage is M/M/1, many are D/M/1, and GI/M/1 is each of them; two stages by the quadratic", () => {
  fc.assert(
    fc.property(rhos, levels, fc.integer({ min: 1, max: 50 }), (rho, probability, stages) => {
      const given = { arrivalRate: rho * 500, serviceTime: 0.002, probability };
      const [erlang, poisson] = [ekM1({ ...given, stages: 1 }), mm1(given)];
      near(erlang.waitingTime, poisson.waitingTime);
      within(erlang.waitingTimeQuantile, poisson.waitingTimeQuantile, 1e-10 * poisson.responseTime);
      near(
        erlang.responseTimeQuantile,
        poisson.responseTimeQuantile,
        1e-10 / (1 - rho) + 1e-300 / (probability + 1e-300),
      );
      near(ekM1({ ...given, stages: 1e6 }).responseTime, dM1(given).responseTime, 1e-5);
      const spec = { distribution: "erlang", shape: stages, mean: 1 / given.arrivalRate } as const;
      const general = giM1({ interarrival: distributionFrom(spec), serviceTime: 0.002, probability });
      near(general.responseTime, ekM1({ ...given, stages }).responseTime, 1e-11 / (1 - rho));
      // σ = (2ρ/(2ρ + 1 − σ))² with its root 1 taken out: σ² − (1 + 4ρ)σ + 4ρ² = 0.
      const b = 1 + 4 * rho;
      const sigma = (8 * rho * rho) / (b + Math.sqrt(b * b - 16 * rho * rho));
      near(ekM1({ ...given, stages: 2 }).waitProbability, sigma, 1e-10);
    }),
    { numRuns: 300, seed: 31 },
  );
});

test("properties: smoother arrivals wait less, Kingman's bound holds, more load waits more, Little holds", () => {
  fc.assert(
    fc.property(
      rhos,
      fc.integer({ min: 1, max: 60 }),
      fc.double({ min: 0.5, max: 0.99, noNaN: true }),
      (rho, stages, less) => {
        const given = { arrivalRate: rho, serviceTime: 1 };
        const [here, smoother] = [ekM1({ ...given, stages }), ekM1({ ...given, stages: stages + 1 })];
        holds(smoother.waitingTime <= here.waitingTime * (1 + 1e-12), "one more stage waits more");
        holds(dM1(given).waitingTime <= smoother.waitingTime * (1 + 1e-12), "paced waits most");
        holds(
          ekM1({ ...given, arrivalRate: rho * less, stages }).waitingTime < here.waitingTime,
          "less load waits more",
        );
        const bound = kingman({ ...given, arrivalScv: 1 / stages, serviceScv: 1 }).waitingTimeBound;
        holds(here.waitingTime <= bound * (1 + 1e-9), "above Kingman's bound");
        near(here.inSystem - here.inQueue, rho, 1e-9 / (1 - rho));
      },
    ),
    { numRuns: 1000, seed: 32 },
  );
});

test("GI/M/1 is its Markov chain: hyperexponential and Erlang arrivals, numbers and chance of waiting", () => {
  const SIZE = 400;
  // Arrivals in phases: state 2n + i; in phase i for 1/r[i], then an arrival and phase 0 with chance p.
  const [p, rates] = [0.3, [0.4, 1.9]];
  const mean = p / rates[0] + (1 - p) / rates[1];
  const serviceTime = 0.75 * mean;
  const chain = stationary(2 * SIZE, 3, (state): readonly Jump[] => {
    const [n, i] = [Math.floor(state / 2), state % 2];
    const up = Math.min(n + 1, SIZE - 1);
    return [
      [2 * up, rates[i] * p],
      [2 * up + 1, rates[i] * (1 - p)],
      ...(n > 0 ? [[state - 2, 1 / serviceTime] as const] : []),
    ];
  });
  const ours = giM1({
    interarrival: { distribution: "hyperexponential", p: [p, 1 - p], means: rates.map((r) => 1 / r) },
    serviceTime,
  });
  near(
    ours.inSystem,
    meanOver(chain, (s) => Math.floor(s / 2)),
  );
  // Arrivals see what was there when they came: states weighted by the rates at which arrivals end them.
  const flow = meanOver(chain, (s) => rates[s % 2]);
  near(ours.waitProbability, meanOver(chain, (s) => (s > 1 ? rates[s % 2] : 0)) / flow);
  // Erlang arrivals: state 4n + stage.
  const erlang = stationary(4 * SIZE, 4, (state): readonly Jump[] => {
    const next = state % 4 === 3 ? Math.min(state + 1, 4 * SIZE - 4) : state + 1;
    return [[next, 4 * 0.8], ...(state >= 4 ? [[state - 4, 1] as const] : [])];
  });
  near(
    ekM1({ arrivalRate: 0.8, serviceTime: 1, stages: 4 }).inSystem,
    meanOver(erlang, (s) => Math.floor(s / 4)),
  );
});

test("the quantile of the wait inverts its law, which is that of the chain D/M/1 leaves at arrivals", () => {
  // Found at arrivals: (1 − σ)σⁿ; who finds n waits for n exponentials. Summed for a paced stream.
  const given = { arrivalRate: 0.85, serviceTime: 1, probability: 0.97 };
  const { waitProbability: sigma, waitingTimeQuantile: t } = dM1(given);
  near(Math.exp(-(1 - sigma) / 0.85), sigma, 1e-12);
  let [above, term, sum] = [0, Math.exp(-t), 0];
  for (let n = 1; n < 400; n++) {
    // P(n exponentials last longer than t) = P(fewer than n events by t).
    sum += term;
    term *= t / n;
    above += (1 - sigma) * sigma ** n * sum;
  }
  near(above, 0.03);
});

test("the transform: quadrature agrees with closed forms and with sums of quantiles", () => {
  for (const s of [1e-6, 0.01, 1, 30, 1e4]) {
    // Weibull of shape 1 is exponential, so its quadrature has a closed form to meet.
    near(laplaceComplement({ distribution: "weibull", shape: 1, scale: 2 }, s), (2 * s) / (1 + 2 * s), 1e-10);
    const of = { distribution: "exponential", mean: 2 } as const;
    near(laplaceComplement({ distribution: "shifted", of, by: 1 }, s), 1 - Math.exp(-s) / (1 + 2 * s), 1e-9);
  }
  for (const text of [
    "lognormal(p50=1 s, p99=6 s)",
    "uniform(min=0 ms, max=2000 ms)",
    "pareto(minimum=1 s, shape=2.5)",
  ]) {
    const law = toDistribution("test", text);
    for (const s of [0.1, 1, 5]) {
      // E[e^(−sX)] as the mean over 200,000 equally likely quantiles.
      let sum = 0;
      for (let i = 0; i < 200_000; i++) sum += Math.exp(-s * law.quantile((i + 0.5) / 200_000));
      within(laplaceComplement(law.spec, s), 1 - sum / 200_000, 1e-5);
    }
  }
});

test("finite at the edge, and bad input refused", () => {
  const edge = { arrivalRate: 1 - 1e-6, serviceTime: 1 };
  near(dM1(edge).waitingTime, 0.5e6, 1e-4);
  near(ekM1({ ...edge, stages: 10_000 }).waitingTime, 0.5e6, 1e-3);
  near(
    giM1({ interarrival: { distribution: "exponential", mean: 1 + 1e-6 }, serviceTime: 1 }).waitingTime,
    1e6,
    1e-4,
  );
  const rare = dM1({ arrivalRate: 1e-9, serviceTime: 1 });
  assert.deepEqual([rare.waitProbability, rare.waitingTime, rare.waitingTimeQuantile], [0, 0, 0]);
  const over = ekM1.evaluate({ arrivalRate: 1.2, serviceTime: 1, stages: 3 });
  assert.equal(!over.stable && over.reason, "unstable: utilisation 1.200 must be < 1");
  assert.throws(
    () => giM1({ interarrival: "pareto(minimum=1 s, shape=0.9)", serviceTime: 1 }),
    /interarrival must be >= 0 s with a finite mean/,
  );
});
