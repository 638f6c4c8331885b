/** Fan-out, hedges, retries and fixed splits: published numbers, closed forms, simulations, searches. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { distributionFrom, exponential, lognormal, uniform } from "../../core/distributions.ts";
import { randomStreams } from "../../core/random.ts";
import { mm1 } from "../queueing/mm1.ts";
import { fanOutLatency, fanOutSlow } from "./fan-out.ts";
import { hedgedLatency } from "./hedged-latency.ts";
import { hedgedQueue } from "./hedged-queue.ts";
import { smallestLoad } from "./load-fixed-point.ts";
import { retryAmplification } from "./retry-amplification.ts";
import { optimalSplit, staticSplit } from "./static-split.ts";

const near = (actual: number, expected: number, relative = 1e-9): void =>
  assert.ok(
    Math.abs(actual - expected) <= relative * Math.abs(expected),
    `got ${actual}, expected ${expected} within ${relative}`,
  );
const rhos = fc.double({ min: 0.01, max: 0.99, noNaN: true });
const times = fc.double({ min: 0.01, max: 50, noNaN: true });

/** Simpson's rule. */
function simpson(f: (t: number) => number, from: number, to: number, intervals: number): number {
  const h = (to - from) / intervals;
  let sum = f(from) + f(to);
  for (let i = 1; i < intervals; i++) sum += (i % 2 === 1 ? 4 : 2) * f(from + i * h);
  return (sum * h) / 3;
}

test("fan-out: the numbers of Dean and Barroso 2013, p. 76; one server; small and large chances", () => {
  // "63% of user requests will take more than one second"; with 1 in 10,000 and 2,000 servers "almost one in five".
  assert.equal(fanOutSlow({ slowProbability: 0.01, servers: 100 }).slowRequests.toFixed(2), "0.63");
  assert.equal(fanOutSlow({ slowProbability: 1e-4, servers: 2000 }).slowRequests.toFixed(2), "0.18");
  near(fanOutSlow({ slowProbability: 0.3, servers: 1 }).slowRequests, 0.3, 1e-12);
  near(fanOutSlow({ slowProbability: 1e-15, servers: 1000 }).slowRequests, 1e-12, 1e-9);
  assert.equal(fanOutSlow({ slowProbability: 0, servers: 1e9 }).slowRequests, 0);
  fc.assert(
    fc.property(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.integer({ min: 1, max: 200 }), (p, n) => {
      const { slowRequests } = fanOutSlow({ slowProbability: p, servers: n });
      let fast = 1;
      for (let i = 0; i < n; i++) fast *= 1 - p;
      assert.ok(Math.abs(slowRequests - (1 - fast)) < 1e-12);
      assert.ok(slowRequests >= p - 1e-15 && slowRequests <= Math.min(1, n * p) + 1e-15);
    }),
    { numRuns: 1000, seed: 1 },
  );
});

test("fan-out: uniform and exponential answers in closed form, any answer by quadrature, one server is itself", () => {
  for (const n of [1, 2, 10, 1000, 100_000]) {
    near(fanOutLatency({ response: uniform(0, 1), servers: n }).responseTime, n / (n + 1));
    let harmonic = 0;
    for (let i = n; i >= 1; i--) harmonic += 1 / i;
    const slowest = fanOutLatency({ response: exponential(0.006), servers: n, probability: 0.9 });
    near(slowest.responseTime, 0.006 * harmonic);
    near(slowest.responseTimeQuantile, -0.006 * Math.log(-Math.expm1(Math.log(0.9) / n)), 1e-9);
    near(slowest.serverLevel, 0.9 ** (1 / n), 1e-12);
  }
  const law = lognormal({ p50: 0.005, p99: 0.02 });
  const { responseTime, responseTimeQuantile } = fanOutLatency({ response: law, servers: 30 });
  near(
    responseTime,
    simpson((t) => 1 - law.cdf(t) ** 30, 0, 0.6, 60_000),
    1e-9,
  );
  near(law.cdf(responseTimeQuantile) ** 30, 0.99, 1e-9);
  near(fanOutLatency({ response: law, servers: 1 }).responseTime, law.mean, 1e-9);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), (servers) => {
      const [few, many] = [servers, servers + 1].map((n) => fanOutLatency({ response: law, servers: n }));
      assert.ok(many.responseTime > few.responseTime && many.responseTimeQuantile > few.responseTimeQuantile);
    }),
    { numRuns: 40, seed: 2 },
  );
});

test("hedgedLatency: about 5 % more requests at the 95th percentile; exponential answers in closed form", () => {
  // Dean and Barroso 2013, p. 77: "limits the additional load to approximately 5%".
  for (const law of [exponential(0.01), lognormal({ p50: 0.005, p99: 0.02 }), uniform(0, 1)]) {
    const hedged = hedgedLatency({ response: law, hedgeDelay: law.quantile(0.95) });
    near(hedged.extraRequests, 0.05, 1e-9);
    assert.ok(hedged.responseTimeQuantile < hedged.plainResponseTimeQuantile);
    const f = (t: number): number => law.survival(t) * (t > 0.02 ? law.survival(t - 0.02) : 1);
    const split = simpson(f, 0, 0.02, 4000) + simpson(f, 0.02, 0.12, 20_000) + simpson(f, 0.12, 2, 20_000);
    near(hedgedLatency({ response: law, hedgeDelay: 0.02 }).responseTime, split, 1e-7);
  }
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 5, noNaN: true }),
      fc.double({ min: 0.01, max: 0.999, noNaN: true }),
      (d, p) => {
        const hedged = hedgedLatency({ response: exponential(1), hedgeDelay: d, probability: p });
        near(hedged.responseTime, 1 - Math.exp(-d) / 2, 1e-9);
        near(hedged.extraRequests, Math.exp(-d), 1e-12);
        const alone = -Math.log1p(-p);
        near(hedged.responseTimeQuantile, alone <= d ? alone : (alone + d) / 2, 1e-9);
      },
    ),
    { numRuns: 300, seed: 3 },
  );
  // A delay beyond all answers hedges nothing.
  const never = hedgedLatency({ response: uniform(0, 1), hedgeDelay: 2, probability: 0.9 });
  assert.deepEqual([never.extraRequests, never.responseTime.toFixed(9)], [0, "0.500000000"]);
});

/** The smallest root above `own` of ρ = own(1 + g(ρ)), by small steps and bisection. */
function byScan(own: number, g: (rho: number) => number): number | null {
  const gap = (rho: number): number => own * (1 + g(rho)) - rho;
  const steps = 20_000;
  for (let i = 1; i <= steps; i++) {
    const rho = own + ((1 - own) * i) / steps;
    if (gap(rho) > 0) continue;
    let [low, high] = [own + ((1 - own) * (i - 1)) / steps, rho];
    for (let j = 0; j < 60; j++) {
      const middle = (low + high) / 2;
      if (gap(middle) > 0) low = middle;
      else high = middle;
    }
    return high;
  }
  return null;
}

test("loads that feed on themselves: the smallest root, or none, as a scan of the interval finds it", () => {
  fc.assert(
    fc.property(rhos, times, fc.integer({ min: 1, max: 5 }), (own, tau, r) => {
      const late = (rho: number): number => Math.exp(-(1 - rho) * tau);
      const extra = (rho: number): number => {
        let sum = 0;
        for (let i = 1; i <= r; i++) sum += late(rho) ** i;
        return sum;
      };
      const slope = (rho: number): number => {
        let sum = 0;
        for (let i = 1; i <= r; i++) sum += i * tau * late(rho) ** i;
        return sum;
      };
      const found = smallestLoad(own, (rho) => [extra(rho), slope(rho)]);
      const scanned = byScan(own, extra);
      // A root that the curve only touches may hide between two steps of the scan.
      if (scanned !== null && found !== null) near(found, scanned, 1e-9);
      else if (scanned !== null) assert.ok(scanned > 1 - 1e-6, `missed ${scanned}`);
      else if (found !== null) assert.ok(Math.abs(1 - own * slope(found)) < 0.05, `saw ${found} alone`);
    }),
    { numRuns: 300, seed: 4 },
  );
});

/** Utilisation and mean first answer with hedges: servers of M/M/1 kind, each request to two different ones at most. */
function simulatedHedges(
  servers: number,
  rho: number,
  delay: number,
  requests: number,
): readonly [number, number] {
  const stream = randomStreams(6).stream("hedges");
  // Every server is a FIFO queue: work is known on arrival, so the time it falls idle says all.
  const idleAt = new Float64Array(servers);
  const warm = requests / 5;
  let [time, busy, sum, counted, start] = [0, 0, 0, 0, 0];
  const hedges: { at: number; asked: number; first: number; server: number }[] = [];
  const send = (at: number, server: number): number => {
    const work = stream.exponential();
    if (at >= start && start > 0) busy += work;
    idleAt[server] = Math.max(idleAt[server], at) + work;
    return idleAt[server];
  };
  let next = 0;
  for (let i = 0; i < requests; i++) {
    time += stream.exponential() / (rho * servers);
    while (next < hedges.length && hedges[next].at <= time) {
      const { at, asked, first, server } = hedges[next++];
      const other = (server + 1 + stream.integer(servers - 1)) % servers;
      const second = send(at, other);
      if (asked < start || start === 0) continue;
      sum += Math.min(first, second) - asked;
      counted++;
    }
    if (i >= warm && start === 0) start = time;
    const server = stream.integer(servers);
    const first = send(time, server);
    // The delays are alike, so hedges come due in the order in which requests came.
    if (first > time + delay) hedges.push({ at: time + delay, asked: time, first, server });
    else if (start > 0) {
      sum += first - time;
      counted++;
    }
  }
  return [busy / (servers * (time - start)), sum / counted];
}

test("hedgedQueue: load and mean time of simulated servers; the limits of no and of immediate hedging", () => {
  for (const [rho, delay] of [
    [0.3, 2],
    [0.4, 4],
    [0.2, 0.5],
  ]) {
    const model = hedgedQueue({ arrivalRate: rho, serviceTime: 1, hedgeDelay: delay });
    const [utilisation, time] = simulatedHedges(300, rho, delay, 600_000);
    near(utilisation, model.utilisation, 0.01);
    near(time, model.responseTime, 0.02);
  }
  fc.assert(
    fc.property(rhos, times, (rho, hedgeDelay) => {
      const given = { arrivalRate: 100 * rho, serviceTime: 0.01, hedgeDelay: 0.01 * hedgeDelay };
      const answer = hedgedQueue.evaluate(given);
      if (!answer.stable) {
        assert.ok(2 * rho >= 1 - 1e-12, "below 1/2 there is always a steady state");
        return;
      }
      const { utilisation, extraRequests, responseTime } = answer.outputs;
      near(utilisation, rho * (1 + extraRequests), 1e-9);
      assert.ok(utilisation >= rho && utilisation <= 2 * rho && extraRequests <= 1);
      near(
        answer.outputs.plainResponseTimeQuantile,
        mm1({ arrivalRate: 100 * rho, serviceTime: 0.01 }).responseTimeQuantile,
        1e-9,
      );
      const mean = 0.01 / (1 - utilisation);
      near(
        responseTime,
        hedgedLatency({ response: exponential(mean), hedgeDelay: 0.01 * hedgeDelay }).responseTime,
        1e-8,
      );
    }),
    { numRuns: 1000, seed: 5 },
  );
  const plain = mm1({ arrivalRate: 0.9, serviceTime: 1 });
  const never = hedgedQueue({ arrivalRate: 0.9, serviceTime: 1, hedgeDelay: 1e6 });
  near(never.responseTime, plain.responseTime, 1e-12);
  near(never.responseTimeQuantile, plain.responseTimeQuantile, 1e-12);
  const law = distributionFrom({ distribution: "exponential", mean: 1 / 0.4 });
  const both = hedgedQueue({ arrivalRate: 0.3, serviceTime: 1, hedgeDelay: 0 });
  near(both.responseTimeQuantile, law.quantile(0.99) / 2, 1e-9);
  const storm = hedgedQueue.evaluate({ arrivalRate: 0.6, serviceTime: 1, hedgeDelay: 1 });
  assert.deepEqual(storm, {
    stable: false,
    reason: "unstable: utilisation 1.200 must be < 1",
    utilisation: 1.2,
  });
});

test("retryAmplification: without retries M/M/1; a budget of 10 % adds no more than 10 %; the balance of attempts", () => {
  const given = { arrivalRate: 0.8, serviceTime: 1, timeout: 5 };
  const none = retryAmplification({ ...given, retries: 0 });
  near(none.timeoutProbability, Math.exp(-1), 1e-12);
  near(none.success, 1 - Math.exp(-1), 1e-12);
  assert.equal(none.utilisation, 0.8);
  // The Site Reliability Engineering book, ch. 21: with a budget of 10 % "the load grows to just 1.1x".
  const limited = retryAmplification({ ...given, budget: 0.1 });
  near(limited.amplification, 1.1, 1e-12);
  assert.equal(retryAmplification.evaluate(given).stable, false);
  fc.assert(
    fc.property(
      rhos,
      times,
      fc.integer({ min: 0, max: 6 }),
      fc.double({ min: 0, max: 2, noNaN: true }),
      (rho, timeout, retries, budget) => {
        const answer = retryAmplification.evaluate({
          arrivalRate: rho,
          serviceTime: 1,
          timeout,
          retries,
          budget,
        });
        const ceiling = rho * (1 + Math.min(retries, budget));
        if (!answer.stable) {
          assert.ok(ceiling >= 1 - 1e-9);
          return;
        }
        const { utilisation, timeoutProbability: p, success, amplification, goodput } = answer.outputs;
        near(answer.outputs.stormUtilisation, ceiling, 1e-12);
        assert.ok(utilisation >= rho * (1 - 1e-12) && utilisation <= ceiling * (1 + 1e-9));
        let wanted = 0;
        for (let i = 1; i <= retries; i++) wanted += p ** i;
        near(utilisation, rho * (1 + Math.min(budget, wanted)), 1e-9);
        // Without a budget that binds, a request fails when all its attempts do.
        if (wanted < budget) assert.ok(Math.abs(success - (1 - p ** (retries + 1))) < 1e-9);
        assert.ok(success <= 1 + 1e-12 && amplification >= 1 - 1e-12);
        near(goodput, rho * success, 1e-12);
      },
    ),
    { numRuns: 1000, seed: 6 },
  );
  const edge = retryAmplification({ arrivalRate: 1 - 1e-6, serviceTime: 1, timeout: 1e9, retries: 1000 });
  assert.ok(Number.isFinite(edge.goodput) && edge.utilisation < 1);
});

test("staticSplit: conditions of the optimum on random servers, searches on few, equal servers evenly", () => {
  const rates = fc.array(fc.double({ min: 0.05, max: 20, noNaN: true }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(rates, fc.double({ min: 0.001, max: 0.999, noNaN: true }), (mu, rho) => {
      const total = mu.reduce((a, b) => a + b, 0);
      const lambda = rho * total;
      const split = optimalSplit(mu, lambda);
      near(
        split.reduce((a, b) => a + b, 0),
        lambda,
        1e-9,
      );
      // What one more arrival costs: the same at all servers used, and no less at those left idle.
      const price = (i: number): number => mu[i] / (mu[i] - split[i]) ** 2;
      const used = split.map((part, i) => ({ part, i })).filter(({ part }) => part > 0);
      const prices = used.map(({ i }) => price(i));
      const lowest = Math.min(...prices);
      for (const one of prices) near(one, lowest, 1e-6);
      split.forEach((part, i) => {
        if (part === 0) assert.ok(1 / mu[i] >= lowest * (1 - 1e-9));
      });
      const model = staticSplit({ serviceRates: mu, arrivalRate: lambda });
      assert.ok(model.responseTime <= model.proportionalResponseTime * (1 + 1e-9));
      assert.equal(model.serversUsed, used.length);
      const mean = used.reduce((sum, { part, i }) => sum + part / lambda / (mu[i] - part), 0);
      near(model.responseTime, mean, 1e-9);
    }),
    { numRuns: 1000, seed: 7 },
  );
  for (const [mu, lambda] of [
    [[5, 1], 3],
    [[2, 1.5], 0.2],
    [[10, 9], 18],
  ] as const) {
    const time = (a: number): number => (a / (mu[0] - a) + (lambda - a) / (mu[1] - lambda + a)) / lambda;
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i <= 200_000; i++) {
      const a = (lambda * i) / 200_000;
      if (a < mu[0] && lambda - a < mu[1]) best = Math.min(best, time(a));
    }
    near(staticSplit({ serviceRates: [...mu], arrivalRate: lambda }).responseTime, best, 1e-8);
  }
  near(
    staticSplit({ serviceRates: [3, 3, 3], arrivalRate: 6 }).responseTime,
    mm1({ arrivalRate: 2, serviceTime: 1 / 3 }).responseTime,
    1e-12,
  );
  const edge = staticSplit({ serviceRates: [1e6, 1e-3], arrivalRate: 1e6 * (1 - 1e-9) });
  assert.ok(edge.responseTime > 0 && Number.isFinite(edge.responseTime));
});
