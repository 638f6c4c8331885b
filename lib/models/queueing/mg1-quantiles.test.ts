/** Percentiles of M/G/1 against the published means, M/M/1 and M/D/1, a phase-type chain, and the gamma law's stated error. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { distributionFrom, exponential, mixture } from "../../core/distributions.ts";
import { publishedTable } from "../../study/published-table.ts";
import { holds, near, within } from "./checks.fixture.ts";
import { md1 } from "./md1.ts";
import { mg1 } from "./mg1.ts";
import { mg1GammaQuantile, mg1Quantiles } from "./mg1-quantiles.ts";
import { mg1WaitLaw } from "./mg1-wait.ts";
import { mm1 } from "./mm1.ts";

/** Two phases of mean 1/2 and 3: mean 1, scv 3. */
const TWO = distributionFrom({ distribution: "hyperexponential", p: [0.8, 0.2], means: [0.5, 3] });
/** With balanced means and scv 4. */
const SCV4 = (() => {
  const p = (1 + Math.sqrt(3 / 5)) / 2;
  return distributionFrom({
    distribution: "hyperexponential",
    p: [p, 1 - p],
    means: [0.5 / p, 0.5 / (1 - p)],
  });
})();

/** ∫₀^∞ of a survival function that falls exponentially, by Gauss and Legendre's five points on pieces. */
function area(survival: (t: number) => number, piece: number): number {
  const nodes = [0.04691007703066802, 0.23076534494715845, 0.5, 0.7692346550528415, 0.9530899229693319];
  const weights = [
    0.11846344252809454, 0.2393143352496832, 0.28444444444444444, 0.2393143352496832, 0.11846344252809454,
  ];
  let sum = 0;
  for (let i = 0; i < 2000; i++) {
    const part = nodes.reduce((all, x, k) => all + weights[k] * survival((i + x) * piece), 0) * piece;
    sum += part;
    if (part < 1e-13 * sum) break;
  }
  return sum;
}

test("published: the law of the wait integrates to the tabulated Pollaczek–Khinchine means", () => {
  for (const row of publishedTable("queue_mg1_pk").rows.filter((r) => Number(r.rho) <= 0.9)) {
    const rho = Number(row.rho);
    within(area(mg1WaitLaw("test", rho, SCV4).wait, 0.5), Number(row.Wq_MG1_cv2_4), 6e-6);
    within(area(mg1WaitLaw("test", rho, exponential(1)).wait, 0.5), Number(row.Wq_MM1), 6e-6);
  }
});

test("published: Tijms' percentiles of the delayed customers' wait, E2 services and H2 with a gamma's third moment", () => {
  // Tijms, A First Course in Stochastic Models (2003), Table 9.2.2, p. 353, rows "exa": of those who wait a share p waits no
  // longer than η(p); of all a share 1 − (1 − p)ρ. The two phases of H2 are those of his appendix: scv 2, E[S³] = 15.
  const e2 = distributionFrom({ distribution: "erlang", shape: 2, mean: 1 });
  const h2 = distributionFrom({
    distribution: "hyperexponential",
    p: [0.5, 0.5],
    means: [1 / (2 + Math.SQRT2), 1 / (2 - Math.SQRT2)],
  });
  const printed = [
    { rho: 0.2, service: e2, eta: [0.25, 0.7, 2.06, 3.9, 5.73] },
    { rho: 0.5, service: e2, eta: [0.39, 1.09, 3.34, 6.54, 9.75] },
    { rho: 0.8, service: e2, eta: [0.91, 2.64, 8.52, 16.9, 25.4] },
    { rho: 0.2, service: h2, eta: [0.32, 1.2, 4.53, 9.3, 14.1] },
    { rho: 0.5, service: h2, eta: [0.54, 2.0, 7.12, 14.5, 21.8] },
    { rho: 0.8, service: h2, eta: [1.53, 5.14, 17.49, 35.2, 52.8] },
  ];
  for (const { rho, service, eta } of printed)
    for (const [i, p] of [0.2, 0.5, 0.9, 0.99, 0.999].entries()) {
      const probability = 1 - (1 - p) * rho;
      const { waitingTimeQuantile } = mg1Quantiles({ arrivalRate: rho, service, probability });
      within(waitingTimeQuantile, eta[i], eta[i] >= 10 ? 0.051 : 0.0051);
    }
});

test("reductions: exponential service is M/M/1, constant service is M/D/1, a mixture of one is that one", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.02, max: 0.995, noNaN: true }),
      fc.double({ min: 0, max: 0.9999, noNaN: true }),
      (rho, probability) => {
        const given = { arrivalRate: rho * 100, probability };
        const [one, poisson] = [
          mg1Quantiles({ ...given, service: exponential(0.01) }),
          mm1({ ...given, serviceTime: 0.01 }),
        ];
        within(one.waitingTimeQuantile, poisson.waitingTimeQuantile, 1e-9 * poisson.responseTime);
        within(one.responseTimeQuantile, poisson.responseTimeQuantile, 1e-9 * poisson.responseTime);
        const constant = mg1Quantiles({ ...given, service: "10 ms" });
        near(constant.responseTimeQuantile, md1({ ...given, serviceTime: 0.01 }).responseTimeQuantile, 1e-9);
        near(constant.waitingTime, md1({ ...given, serviceTime: 0.01 }).waitingTime, 1e-12);
        const mixed = mg1Quantiles({ ...given, service: mixture([{ weight: 2, of: exponential(0.01) }]) });
        assert.deepEqual(mixed, one);
        // The gamma law is exact for M/M/1 too.
        const gamma = mg1GammaQuantile({ ...given, service: exponential(0.01) });
        within(gamma.waitingTimeQuantile, poisson.waitingTimeQuantile, 1e-6 * poisson.responseTime);
      },
    ),
    { numRuns: 100, seed: 81 },
  );
});

/**
 * P(W > t) by the phases of the work found: in steady state the wait is phase-type (Neuts 1981, §3.2), a geometric number
 * of residual services; its chain is stepped by uniformisation. `rates` and `p` are those of a hyperexponential law.
 */
function phaseSurvival(rho: number, p: readonly number[], means: readonly number[], t: number): number {
  const mean = p.reduce((sum, x, i) => sum + x * means[i], 0);
  const residual = p.map((x, i) => (x * means[i]) / mean);
  const top = Math.max(...means.map((m) => 1 / m));
  let state = residual.map((x) => rho * x);
  let weight = Math.exp(-top * t);
  let sum = 0;
  for (let k = 0; k < 4000; k++) {
    sum += weight * state.reduce((a, b) => a + b, 0);
    weight *= (top * t) / (k + 1);
    const ended = state.reduce((all, x, i) => all + x / means[i] / top, 0);
    state = state.map((x, i) => x * (1 - 1 / means[i] / top) + rho * ended * residual[i]);
  }
  return sum;
}

test("the inverted transform is the phase-type law of the wait, far into the tail", () => {
  for (const rho of [0.1, 0.5, 0.9])
    for (const t of [0.05, 1, 7, 30, 100]) {
      const exact = phaseSurvival(rho, [0.8, 0.2], [0.5, 3], t);
      near(mg1WaitLaw("test", rho, TWO).wait(t), exact, 1e-9);
    }
});

test("Erlang service: the wait is that of the discrete work in exponential pieces, and the response adds the service", () => {
  // Each job is three exponential pieces; the pieces found are counted by M^[3]/M/1, whose chances obey
  // λ(chance of at least n + 1 − 3 … n pieces) = μ·p(n + 1): equal flows across each level.
  const rho = 0.7;
  const [arrival, piece] = [rho, 3];
  const chance = [1 - rho];
  for (let n = 0; n < 400; n++) {
    let flow = 0;
    for (let k = Math.max(0, n - 2); k <= n; k++) flow += chance[k];
    chance.push((arrival * flow) / piece);
  }
  const later = (pieces: number, t: number): number => {
    let [term, sum] = [Math.exp(-piece * t), 0];
    for (let k = 0; k < pieces; k++) {
      sum += term;
      term *= (piece * t) / (k + 1);
    }
    return sum;
  };
  const law = mg1WaitLaw("test", rho, distributionFrom({ distribution: "erlang", shape: 3, mean: 1 }));
  for (const t of [0.1, 1, 4, 12]) {
    near(
      law.wait(t),
      chance.reduce((sum, p, n) => sum + p * later(n, t), 0),
    );
    near(
      law.response(t),
      chance.reduce((sum, p, n) => sum + p * later(n + 3, t), 0),
    );
  }
});

test("properties: quantiles rise with level and load, the response is later than the wait, means are M/G/1's", () => {
  const shapes = fc.integer({ min: 1, max: 8 });
  fc.assert(
    fc.property(
      fc.double({ min: 0.02, max: 0.97, noNaN: true }),
      fc.double({ min: 0, max: 0.99, noNaN: true }),
      shapes,
      (rho, probability, shape) => {
        const service = distributionFrom({ distribution: "erlang", shape, mean: 2 });
        const at = (p: number, load: number) =>
          mg1GammaQuantile({ arrivalRate: load / 2, service, probability: p });
        const here = at(probability, rho);
        holds(
          at(probability + 0.009, rho).waitingTimeQuantile >= here.waitingTimeQuantile,
          "a higher level is earlier",
        );
        holds(
          at(probability, rho * 1.02).waitingTimeQuantile >= here.waitingTimeQuantile * (1 - 1e-9),
          "more load waits less",
        );
        near(
          here.waitingTime,
          mg1({ arrivalRate: rho / 2, serviceTime: 2, serviceScv: 1 / shape }).waitingTime,
          1e-12,
        );
        if (shape > 3) return;
        const exact = mg1Quantiles({ arrivalRate: rho / 2, service, probability });
        holds(exact.responseTimeQuantile >= exact.waitingTimeQuantile, "the response is before the wait");
        const law = mg1WaitLaw("test", rho / 2, service);
        near(law.response(exact.responseTimeQuantile), 1 - probability, 1e-8);
      },
    ),
    { numRuns: 1000, seed: 82 },
  );
});

test("the gamma law's error: within 4 % of the exact 99th percentile for scv from 1/8 to 4 and ρ from 0.3 to 0.95", () => {
  for (const rho of [0.3, 0.6, 0.8, 0.95])
    for (const service of [distributionFrom({ distribution: "erlang", shape: 8, mean: 1 }), TWO, SCV4]) {
      const given = { arrivalRate: rho, service };
      const [exact, gamma] = [
        mg1Quantiles(given).waitingTimeQuantile,
        mg1GammaQuantile(given).waitingTimeQuantile,
      ];
      near(gamma, exact, 0.04);
    }
});

test("finite at the edge, and laws without a transform are refused by name", () => {
  const edge = mg1Quantiles({ arrivalRate: 1 - 1e-6, service: exponential(1) });
  near(edge.waitingTimeQuantile, edge.waitingTime * Math.log(100), 1e-5);
  assert.equal(mg1Quantiles({ arrivalRate: 1e-9, service: TWO }).waitingTimeQuantile, 0);
  const over = mg1Quantiles.evaluate({ arrivalRate: 2, service: TWO });
  assert.equal(!over.stable && over.reason, "unstable: utilisation 2.000 must be < 1");
  assert.throws(
    () => mg1Quantiles({ arrivalRate: 0.5, service: "lognormal(p50=1 s, p99=6 s)" }),
    /service must be exponential, erlang, hyperexponential or a mixture of them, got lognormal/,
  );
  assert.throws(
    () => mg1GammaQuantile({ arrivalRate: 0.1, service: "pareto(minimum=1 s, shape=2.5)" }),
    /must have a finite third moment/,
  );
});
