import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { publishedTable } from "../../study/published-table.ts";
import { kingman } from "./gg1.ts";
import { md1 } from "./md1.ts";
import { decayRate, md1Survival } from "./md1-wait.ts";
import { mg1 } from "./mg1.ts";
import { mg1Ps } from "./mg1-ps.ts";
import { mm1 } from "./mm1.ts";
import { mmc } from "./mmc.ts";

const near = (actual: number, expected: number, relative = 1e-11): void =>
  assert.ok(
    Math.abs(actual - expected) <= relative * Math.abs(expected),
    `got ${actual}, expected ${expected} within ${relative}`,
  );
const within = (actual: number, expected: number, absolute: number): void =>
  assert.ok(
    Math.abs(actual - expected) <= absolute,
    `got ${actual}, expected ${expected} within ${absolute}`,
  );

const rhos = fc.double({ min: 0.01, max: 0.999, noNaN: true });
const levels = fc.double({ min: 0, max: 0.9999, noNaN: true });

test("mmc gives the published values and every row of the Erlang C table", () => {
  for (const row of publishedTable("queue_mmc_published").rows) {
    const answer = mmc({
      arrivalRate: Number(row.lambda),
      serviceTime: 1 / Number(row.mu),
      servers: Number(row.c),
    });
    within(answer.inQueue, Number(row.Lq_published), 1e-3);
    within(answer.responseTime, Number(row.R_published), 1e-3);
  }
  const { rows } = publishedTable("queue_erlang_c");
  assert.ok(rows.length >= 40);
  for (const row of rows) {
    const servers = Number(row.c);
    const answer = mmc({ arrivalRate: Number(row.rho) * servers, serviceTime: 1, servers });
    // Printed to five decimals.
    within(answer.waitProbability, Number(row.p_wait), 6e-6);
    within(answer.waitingTime, Number(row.Wq_over_service_time), 6e-6);
  }
});

/** Chances of 0, 1, … in M/M/c: what flows up across a level flows down, state after state. */
function birthDeath(rate: number, servers: number): number[] {
  const weights = [1];
  let total = 1;
  for (let n = 1; n <= servers || weights[n - 1] > 1e-15 * weights[servers]; n++) {
    weights.push((weights[n - 1] * rate) / Math.min(n, servers));
    total += weights[n];
  }
  return weights.map((weight) => weight / total);
}

/** P(N ≤ k) for N Poisson. */
function poissonAtMost(mean: number, k: number): number {
  let term = Math.exp(-mean);
  let sum = term;
  for (let i = 1; i <= k; i++) {
    term *= mean / i;
    sum += term;
  }
  return sum;
}

test("mmc is the stationary Markov chain, quantile of the wait included", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.double({ min: 0.01, max: 0.97, noNaN: true }),
      (servers, rho) => {
        const answer = mmc({ arrivalRate: rho * servers, serviceTime: 1, servers });
        const chain = birthDeath(rho * servers, servers);
        const mean = (of: (n: number) => number): number => chain.reduce((sum, p, n) => sum + p * of(n), 0);
        near(
          answer.waitProbability,
          mean((n) => (n >= servers ? 1 : 0)),
          1e-9,
        );
        near(
          answer.inQueue,
          mean((n) => Math.max(0, n - servers)),
          1e-9,
        );
        near(
          answer.inSystem,
          mean((n) => n),
          1e-9,
        );
      },
    ),
    { numRuns: 200, seed: 1 },
  );
  // Who finds n ≥ c waits for n − c + 1 departures, which come at rate c.
  for (const [servers, rho, probability] of [
    [1, 0.6, 0.95],
    [3, 0.8, 0.9],
    [8, 0.9, 0.99],
  ]) {
    const t = mmc({ arrivalRate: rho * servers, serviceTime: 1, servers, probability }).waitingTimeQuantile;
    const longer = birthDeath(rho * servers, servers).reduce(
      (sum, p, n) => sum + (n < servers ? 0 : p * poissonAtMost(servers * t, n - servers)),
      0,
    );
    near(longer, 1 - probability, 1e-9);
  }
});

test("mmc: one server is M/M/1; more servers at the same utilisation wait less; more load waits more", () => {
  fc.assert(
    fc.property(rhos, levels, (rho, probability) => {
      const given = { arrivalRate: rho * 1000, serviceTime: 0.001, probability };
      const [many, one] = [mmc({ ...given, servers: 1 }), mm1(given)];
      near(many.waitProbability, rho);
      near(many.waitingTime, one.waitingTime);
      near(many.inSystem, one.inSystem);
      within(many.waitingTimeQuantile, one.waitingTimeQuantile, 1e-11 * one.responseTime);
    }),
    { numRuns: 500, seed: 2 },
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      rhos,
      fc.double({ min: 0.5, max: 0.999, noNaN: true }),
      (servers, rho, less) => {
        const at = (c: number, load: number) => mmc({ arrivalRate: load * c, serviceTime: 1, servers: c });
        const here = at(servers, rho);
        assert.ok(here.waitProbability > 0 && here.waitProbability <= rho * (1 + 1e-12));
        assert.ok(at(servers + 1, rho).waitingTime < here.waitingTime);
        assert.ok(at(servers, rho * less).waitingTime < here.waitingTime);
      },
    ),
    { numRuns: 300, seed: 3 },
  );
});

test("mmc neither overflows nor loses its digits: 100,000 servers, utilisation 1 - 1e-6", () => {
  const servers = 100_000;
  const load = servers * (1 - 1e-6);
  const many = mmc({ arrivalRate: load, serviceTime: 1, servers });
  // 1/B = Σ c(c − 1)…(c − j + 1)/a^j, from its own terms.
  let [term, inverse] = [1, 1];
  for (let j = 0; j < servers; j++) {
    term *= (servers - j) / load;
    inverse += term;
  }
  const blocked = 1 / inverse;
  near(many.waitProbability, blocked / (1 - (load / servers) * (1 - blocked)), 1e-11);
  near(many.waitingTime, many.waitProbability / (servers - load), 1e-11);
  const idle = mmc({ arrivalRate: 10, serviceTime: 1, servers });
  assert.deepEqual([idle.waitProbability, idle.waitingTime, idle.waitingTimeQuantile], [0, 0, 0]);
});

const ONE = 10n ** 80n;

/** e^x in fixed point. */
function expFixed(x: bigint): bigint {
  let [term, sum] = [ONE, ONE];
  for (let n = 1n; term !== 0n; n++) {
    term = (term * x) / (ONE * n);
    sum += term;
  }
  return sum;
}

/** P(W > x) of M/D/1 by Erlang's alternating sum in 80 decimals; rho and x as fractions. */
function erlangSurvival(rhoPercent: bigint, xTenths: bigint): number {
  const rho = (ONE * rhoPercent) / 100n;
  let sum = 0n;
  for (let k = 0n; 10n * k <= xTenths; k++) {
    const step = (rho * (xTenths - 10n * k)) / 10n;
    let term = expFixed(step);
    for (let j = 1n; j <= k; j++) term = (term * -step) / (ONE * j);
    sum += term;
  }
  const atMost = (sum * (ONE - rho)) / ONE;
  return Number(((ONE - atMost) * 10n ** 60n) / ONE) / 1e60;
}

test("md1: the law of the wait is Erlang's with 80 decimals, to the last digits far out", () => {
  for (const percent of [3, 20, 45, 70, 90, 99]) {
    const survival = md1Survival(percent / 100);
    for (const tenths of [0, 4, 10, 17, 55, 101, 160, 199]) {
      const exact = erlangSurvival(BigInt(percent), BigInt(tenths));
      if (exact > 1e-40) near(survival(tenths / 10), exact, 1e-11);
    }
    for (const tenths of [200, 233, 300]) {
      const exact = erlangSurvival(BigInt(percent), BigInt(tenths));
      if (exact > 1e-17) near(survival(tenths / 10), exact, 1e-10);
    }
  }
});

test("md1: the law integrates to the mean wait, and the quantiles invert it", () => {
  for (const rho of [0.2, 0.5, 0.8, 0.95]) {
    const survival = md1Survival(rho);
    // Simpson on ∫ P(W > x) dx and ∫ 2x P(W > x) dx, service by service (the law has corners there), then the tail.
    let [mean, second] = [0, 0];
    const h = 1 / 64;
    for (let i = 0; i < 40 * 64; i++) {
      const ends = [i * h, (i + 0.5) * h, (i + 1) * h * (1 - 1e-15)];
      const [a, b, c] = ends.map(survival);
      mean += (h / 6) * (a + 4 * b + c);
      second += (h / 3) * (ends[0] * a + 4 * ends[1] * b + ends[2] * c);
    }
    const z = decayRate(rho);
    mean += survival(40) / z;
    second += 2 * survival(40) * (40 / z + 1 / (z * z));
    const given = { arrivalRate: rho, serviceTime: 1 };
    near(md1(given).waitingTime, mean, 1e-9);
    near(mg1({ ...given, serviceScv: 0 }).waitingDeviation, Math.sqrt(second - mean * mean), 1e-8);
  }
  fc.assert(
    fc.property(rhos, levels, (rho, probability) => {
      const given = { arrivalRate: rho * 1000, serviceTime: 0.001, probability };
      const { waitingTimeQuantile: wait, responseTimeQuantile: response } = md1(given);
      near(response, wait + 0.001);
      const survival = md1Survival(rho);
      if (wait > 0) near(survival(wait * 1000), 1 - probability, 1e-9);
      else assert.ok(probability <= 1 - survival(0) + 1e-12);
      assert.ok(wait <= mm1(given).waitingTimeQuantile * (1 + 1e-9));
    }),
    { numRuns: 300, seed: 4 },
  );
  // In heavy traffic the wait is exponential.
  const edge = md1({ arrivalRate: 1 - 1e-6, serviceTime: 1 });
  near(edge.waitingTimeQuantile, edge.waitingTime * Math.log(100), 1e-5);
});

test("M/M/1, M/D/1, M/G/1, processor sharing and Kingman give the tabulated values", () => {
  for (const row of publishedTable("queue_mg1_pk").rows) {
    const given = { arrivalRate: Number(row.rho), serviceTime: 1 };
    within(mm1(given).waitingTime, Number(row.Wq_MM1), 6e-6);
    within(md1(given).waitingTime, Number(row.Wq_MD1), 6e-6);
    within(mg1({ ...given, serviceScv: 4 }).waitingTime, Number(row.Wq_MG1_cv2_4), 6e-6);
    within(mg1Ps(given).responseTime, Number(row.Wq_PS_sojourn), 6e-6);
    const regular = kingman({ ...given, arrivalScv: 0, serviceScv: 1 });
    within(regular.waitingTime, Number(row.Wq_Kingman_DM1_upper), 6e-6);
  }
});

test("published: a pharmacy's window, copiers, jobs of 2 h, and two rows of Hillier and Yu's tables", () => {
  // Rossetti, Simulation Modeling and Arena (open text), Examples C.1 and C.2. (Its 25.02 minutes of waiting are 25:
  // 0.416… h was rounded before the change of unit.)
  const window = mm1({ arrivalRate: 10 / 3600, serviceTime: 300 });
  near(window.inQueue, 25 / 6);
  near(window.responseTime, 1800);
  // P(N >= 4) with 1, 2, 3 and 4 copiers.
  [0.586182, 0.050972, 0.019034, 0.013022].forEach((printed, i) => {
    const { waitProbability, utilisation } = mmc({ arrivalRate: 0.5, serviceTime: 1.75, servers: i + 1 });
    within(waitProbability * utilisation ** (3 - i), printed, 5e-7);
  });
  // Van Foreest, open queueing book, first exercise on M/G/1: three jobs in 8 h, 2 h each; 3 h when all take alike.
  near(mg1({ arrivalRate: 3 / 8, serviceTime: 2, serviceScv: 1 / 2 }).waitingTime, 4.5);
  near(md1({ arrivalRate: 3 / 8, serviceTime: 2 }).waitingTime, 3);
  // Benchmarks after Hillier and Yu, Queueing Tables and Graphs (1981), quoted in the tests of the LINE solver.
  within(mmc({ arrivalRate: 3.96, serviceTime: 1, servers: 4 }).inQueue, 96.8126, 5e-5);
  within(mg1({ arrivalRate: 0.99, serviceTime: 1, serviceScv: 1 / 3 }).inQueue, 65.34, 5e-5);
});

/** Means of N and N(N − 1) in M/G/1, from the chain at departures; `during(k)` is P(k arrivals in one service). */
function atDepartures(during: (k: number) => number, length: number): readonly [number, number, number] {
  const more = new Float64Array(length);
  for (let k = length - 2; k >= 0; k--) more[k] = more[k + 1] + during(k + 1);
  const chance = [1];
  for (let j = 0; j + 1 < length; j++) {
    let up = chance[0] * more[j];
    for (let i = 1; i <= j; i++) up += chance[i] * more[j - i + 1];
    chance.push(up / during(0));
  }
  const total = chance.reduce((sum, p) => sum + p, 0);
  const mean = chance.reduce((sum, p, n) => sum + p * n, 0) / total;
  return [chance[0] / total, mean, chance.reduce((sum, p, n) => sum + p * n * (n - 1), 0) / total];
}

test("mg1 is the embedded chain for Erlang and for two-phase service: both moments", () => {
  const check = (given: Parameters<typeof mg1>[0], during: (k: number) => number): void => {
    const answer = mg1(given);
    const [idle, mean, factorial] = atDepartures(during, 600);
    near(1 - answer.utilisation, idle, 1e-9);
    near(answer.inSystem, mean, 1e-9);
    // Who departs leaves those behind who came during his response, a Poisson number: E[N(N − 1)] = λ²E[T²].
    const square = answer.responseDeviation ** 2 + answer.responseTime ** 2;
    near(square * Number(given.arrivalRate) ** 2, factorial, 1e-9);
  };
  for (const [rho, stages] of [
    [0.3, 2],
    [0.8, 3],
    [0.9, 10],
  ]) {
    const p = rho / stages / (1 + rho / stages);
    check({ arrivalRate: rho, serviceTime: 1, serviceScv: 1 / stages }, (k) => {
      let chance = (1 - p) ** stages * p ** k;
      for (let i = 1; i < stages; i++) chance *= (k + i) / i;
      return chance;
    });
  }
  // Exponential of mean 1/2 with chance 0.8, of mean 3 with chance 0.2: E[S] = 1, E[S²] = 4, E[S³] = 33.
  const geometric = (mean: number, k: number): number => (mean / (1 + mean)) ** k / (1 + mean);
  check(
    { arrivalRate: 0.6, serviceTime: 1, serviceScv: 3, thirdMomentRatio: 33 },
    (k) => 0.8 * geometric(0.3, k) + 0.2 * geometric(1.8, k),
  );
});

test("mg1 reduces to M/M/1 and M/D/1 and grows with load and with variability", () => {
  fc.assert(
    fc.property(
      rhos,
      fc.double({ min: 0, max: 50, noNaN: true }),
      fc.double({ min: 0.3, max: 0.999, noNaN: true }),
      (rho, serviceScv, less) => {
        const given = { arrivalRate: rho, serviceTime: 1 };
        const exponential = mg1({ ...given, serviceScv: 1 });
        near(exponential.waitingTime, mm1(given).waitingTime);
        // M/M/1: the response is exponential, and E[W²] = 2ρ/(1 − ρ)².
        near(exponential.responseDeviation, mm1(given).responseTime, 1e-10);
        near(exponential.waitingDeviation, Math.sqrt(2 * rho - rho * rho) / (1 - rho), 1e-10);
        near(
          mg1({ ...given, serviceScv: 1, thirdMomentRatio: 6 }).waitingDeviation,
          exponential.waitingDeviation,
        );
        near(mg1({ ...given, serviceScv: 0 }).waitingTime, md1(given).waitingTime);
        const here = mg1({ ...given, serviceScv });
        near(here.inSystem, rho * here.responseTime);
        assert.ok(here.waitingTime >= md1(given).waitingTime * (1 - 1e-12));
        assert.ok(mg1({ ...given, arrivalRate: rho * less, serviceScv }).waitingTime < here.waitingTime);
        assert.ok(mg1({ ...given, serviceScv: serviceScv + 0.1 }).waitingDeviation > here.waitingDeviation);
      },
    ),
    { numRuns: 300, seed: 5 },
  );
});

test("mg1Ps has as many jobs as M/M/1, whatever the law; a job's time is proportional to its size", () => {
  fc.assert(
    fc.property(rhos, fc.double({ min: 1e-3, max: 100, noNaN: true }), (rho, size) => {
      const given = { arrivalRate: rho, serviceTime: 1 };
      const shared = mg1Ps({ ...given, size });
      near(shared.inSystem, mm1(given).inSystem);
      near(shared.responseOfSize, size * mm1(given).responseTime);
      near(shared.slowdown, shared.responseTime);
      assert.ok(shared.responseOfSize > size);
      // The shorter way: sharing beats queueing in order from scv 1 on.
      const ordered = mg1({ ...given, serviceScv: 1.5 }).responseTime;
      assert.ok(shared.responseTime < ordered);
    }),
    { numRuns: 300, seed: 6 },
  );
});

test("finite just below saturation, an answer past it, and bad input refused by name", () => {
  const edge = { arrivalRate: 1 - 1e-6, serviceTime: 1 };
  near(md1(edge).waitingTime, 0.5e6, 1e-5);
  near(mg1({ ...edge, serviceScv: 4 }).waitingTime, 2.5e6, 1e-5);
  near(mg1({ ...edge, serviceScv: 4 }).waitingDeviation, 2.5e6, 1e-5);
  near(mg1Ps(edge).responseTime, 1e6, 1e-9);
  const over = { arrivalRate: 1.2, serviceTime: 1 };
  for (const answer of [
    md1.evaluate(over),
    mg1.evaluate({ ...over, serviceScv: 1 }),
    mg1Ps.evaluate(over),
    mmc.evaluate({ ...over, servers: 1 }),
  ]) {
    assert.equal(!answer.stable && answer.reason, "unstable: utilisation 1.200 must be < 1");
  }
  const refused = (call: () => unknown, message: string): void => {
    assert.throws(call, (error) => error instanceof Error && error.message === message);
  };
  refused(
    () => mmc({ arrivalRate: 3, serviceTime: 1, servers: 2 }),
    "mmc: unstable, utilisation 1.500 must be < 1",
  );
  refused(
    () => mmc({ arrivalRate: 3, serviceTime: 1, servers: 1.5 }),
    "mmc: servers must be an integer >= 1 and <= 1000000, got 1.5",
  );
  refused(() => md1({ arrivalRate: 0, serviceTime: 1 }), "md1: arrivalRate must be > 0 1/s, got 0");
  refused(
    () => md1({ arrivalRate: 0.5, serviceTime: 1, probability: 1 }),
    "md1: probability must be >= 0 and < 1, got 1",
  );
  refused(
    () => mg1({ arrivalRate: 0.5, serviceTime: 1, serviceScv: -1 }),
    "mg1: serviceScv must be >= 0, got -1",
  );
  refused(
    () => mg1({ arrivalRate: 0.5, serviceTime: 1, serviceScv: 1, thirdMomentRatio: 3 }),
    "mg1: thirdMomentRatio 3 must be >= (1 + serviceScv)^2 * (thirdMomentRatio > 0 ? 1 - 1e-12 : 0) 3.999999999996",
  );
  refused(
    () => mg1Ps({ arrivalRate: 0.5, serviceTime: "1 kg" }),
    'mg1Ps: serviceTime has unknown unit "kg" (known: s, ms, us, µs, μs, ns, min, h, d; did you mean s?)',
  );
});
