/** Power of d choices, join the shortest queue, join idle queue: published numbers, small chains solved, limits. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { randomStreams } from "../../core/random.ts";
import { publishedTable } from "../../study/published-table.ts";
import { ekM1 } from "../queueing/gi-m1.ts";
import { mm1 } from "../queueing/mm1.ts";
import { mmc } from "../queueing/mmc.ts";
import { joinIdleQueue } from "./join-idle-queue.ts";
import { joinShortestQueue } from "./join-shortest-queue.ts";
import { exactTime } from "./sorted-queues.fixture.ts";
import { supermarket } from "./supermarket.ts";
import { correction, limitSurvival, limitTime } from "./supermarket-law.ts";

const near = (actual: number, expected: number, relative = 1e-9): void =>
  assert.ok(
    Math.abs(actual - expected) <= relative * Math.abs(expected),
    `got ${actual}, expected ${expected} within ${relative}`,
  );
const rhos = fc.double({ min: 0.01, max: 0.995, noNaN: true });

test("supermarket: the published predictions, and with the correction for n = 100 the published simulations", () => {
  const { rows } = publishedTable("supermarket_mitzenmacher");
  assert.equal(rows.length, 12);
  for (const row of rows) {
    const [choices, lambda] = [Number(row.d), Number(row.lambda)];
    const given = { arrivalRate: 100 * lambda, serviceTime: 1, servers: 100, choices };
    const model = supermarket(given);
    assert.ok(Math.abs(model.limitResponseTime - Number(row.prediction)) <= 1e-3);
    // The file's own: 0.5 %, and 1.5 % at 0.99. The sampling with replacement was recomputed only.
    const tolerance = lambda === 0.99 ? 0.015 : 0.005;
    near(model.responseTime, Number(row.recomputed_sim_without_replacement), tolerance);
    near(
      supermarket({ ...given, sampling: "independent" }).responseTime,
      Number(row.recomputed_sim_with_replacement),
      tolerance,
    );
  }
});

test("supermarket: what n servers add is the first term in 1/n of chains solved exactly", () => {
  for (const [lambda, d, distinct] of [
    [0.5, 2, false],
    [0.5, 2, true],
    [0.4, 3, true],
    [0.6, 3, false],
  ] as const) {
    const scaled = [
      [4, 9],
      [5, 8],
      [7, 6],
    ].map(([n, longest]) => {
      const excess = exactTime(n, lambda, d, distinct, longest) - limitTime(lambda, d);
      return { x: 1 / n, y: excess * n };
    });
    // The parabola in 1/n through three sizes, at 1/n = 0 (Lagrange).
    const first = scaled.reduce((sum, { x, y }, i) => {
      const others = scaled.filter((_, j) => j !== i);
      return sum + others.reduce((term, other) => (term * -other.x) / (x - other.x), y);
    }, 0);
    near(correction(lambda, d, distinct) / lambda, first, 0.03);
  }
});

test("supermarket: one choice is M/M/1; many servers reach the limit; the fixed point is one", () => {
  fc.assert(
    fc.property(rhos, fc.integer({ min: 2, max: 8 }), (rho, choices) => {
      const one = supermarket({ arrivalRate: 10 * rho, serviceTime: 1, servers: 10, choices: 1, level: 4 });
      const alone = mm1({ arrivalRate: rho, serviceTime: 1 });
      near(one.responseTime, alone.responseTime, 1e-12);
      near(one.responseTimeQuantile, alone.responseTimeQuantile, 1e-9);
      near(one.atLeast, rho ** 4, 1e-12);
      const given = { arrivalRate: 1e9 * rho, serviceTime: 1, servers: 1e9, choices };
      near(supermarket(given).responseTime, supermarket(given).limitResponseTime, 1e-4);
      // λ(s_{k−1}^d − s_k^d) = s_k − s_{k+1}.
      const share = (level: number): number => (level === 0 ? 1 : supermarket({ ...given, level }).atLeast);
      for (let k = 1; k < 5; k++) {
        const up = rho * (share(k - 1) ** choices - share(k) ** choices);
        assert.ok(Math.abs(up - (share(k) - share(k + 1))) < 1e-12);
      }
    }),
    { numRuns: 300, seed: 1 },
  );
});

test("supermarket: two choices are exponentially better; more choices and distinct ones wait less; time scales", () => {
  fc.assert(
    fc.property(rhos, fc.integer({ min: 1, max: 8 }), (rho, choices) => {
      const given = { arrivalRate: 100 * rho, serviceTime: 1, servers: 100, choices };
      const here = supermarket(given);
      assert.ok(here.limitResponseTime >= 1 && here.limitResponseTime <= 1 / (1 - rho) + 1e-9);
      const [more, twice] = [
        supermarket({ ...given, choices: choices + 1 }),
        supermarket({ ...given, sampling: "independent" }),
      ];
      assert.ok(more.limitResponseTime <= here.limitResponseTime && twice.responseTime >= here.responseTime);
      if (rho > 0.3 && choices < 4) assert.ok(more.limitResponseTime < here.limitResponseTime);
      if (rho > 0.3 && choices > 1) assert.ok(twice.responseTime > here.responseTime);
      near(
        supermarket({ ...given, arrivalRate: 1e5 * rho, serviceTime: 0.001 }).responseTime,
        here.responseTime / 1000,
        1e-12,
      );
    }),
    { numRuns: 300, seed: 2 },
  );
  for (const [lambda, d] of [
    [0.5, 2],
    [0.9, 2],
    [0.95, 3],
    [0.7, 1],
  ]) {
    // The law integrates to the mean.
    const h = 1 / 32;
    let sum = 0;
    for (let i = 0; i <= 6400; i++)
      sum += ((i === 0 || i === 6400 ? 1 : i % 2 === 1 ? 4 : 2) * limitSurvival(lambda, d, i * h) * h) / 3;
    near(sum, limitTime(lambda, d), 1e-7);
    const { responseTimeQuantile } = supermarket({
      arrivalRate: 50 * lambda,
      serviceTime: 1,
      servers: 50,
      choices: d,
    });
    near(limitSurvival(lambda, d, responseTimeQuantile), 0.01, 1e-9);
  }
  // Near saturation time grows with the logarithm of that of one choice (Mitzenmacher 2001, theorem 4: over ln d).
  const rho = 1 - 1e-6;
  const edge = supermarket({ arrivalRate: rho * 1e9, serviceTime: 1, servers: 1e9, choices: 2 });
  near(edge.limitResponseTime, Math.log(1e6) / Math.LN2, 0.1);
  assert.ok(Number.isFinite(edge.responseTime) && edge.responseTimeQuantile > edge.limitResponseTime);
});

test("joinShortestQueue: chains of two and three queues lie between the bounds", () => {
  for (const [n, rho, longest] of [
    [2, 0.3, 20],
    [2, 0.7, 40],
    [2, 0.85, 45],
    [3, 0.6, 15],
  ]) {
    const exact = exactTime(n, rho, n, true, longest);
    const bounds = joinShortestQueue({ arrivalRate: n * rho, serviceTime: 1, servers: n });
    assert.ok(
      bounds.lowerResponseTime < exact && exact < bounds.upperResponseTime,
      `n ${n}, ρ ${rho}: ${exact}`,
    );
  }
  // Two queues, towards saturation: the excess over S/(n(1 − ρ)) stays finite.
  const excess = [0.7, 0.85].map((rho) => exactTime(2, rho, 2, true, 45) - 1 / (2 * (1 - rho)));
  assert.ok(Math.abs(excess[1] - excess[0]) < 0.15, `${excess}`);
});

test("joinShortestQueue: one server is M/M/1; the bounds are M/M/n and E_n/M/1; order and edges", () => {
  fc.assert(
    fc.property(rhos, fc.integer({ min: 1, max: 300 }), (rho, servers) => {
      const bounds = joinShortestQueue({ arrivalRate: rho * servers * 100, serviceTime: 0.01, servers });
      near(
        bounds.lowerResponseTime,
        mmc({ arrivalRate: rho * servers * 100, serviceTime: 0.01, servers }).responseTime,
      );
      near(
        bounds.upperResponseTime,
        ekM1({ arrivalRate: rho * 100, serviceTime: 0.01, stages: servers }).responseTime,
      );
      assert.ok(bounds.lowerResponseTime <= bounds.upperResponseTime * (1 + 1e-12));
      assert.ok(bounds.lowerResponseTime >= 0.01 * (1 - 1e-12));
      assert.ok(bounds.upperResponseTime <= (0.01 / (1 - rho)) * (1 + 1e-9));
      if (servers === 1) near(bounds.lowerResponseTime, bounds.upperResponseTime);
    }),
    { numRuns: 1000, seed: 3 },
  );
  const edge = joinShortestQueue({ arrivalRate: 1e4 * (1 - 1e-6), serviceTime: 1, servers: 1e4 });
  near(edge.lowerResponseTime, edge.heavyTrafficResponseTime + 1, 0.02);
});

/** Mean wait of join-idle-queue by simulation: idle servers stay in a dispatcher's list until it uses them. */
function simulatedWait(servers: number, dispatchers: number, rho: number, jobs: number): number {
  const stream = randomStreams(4).stream("jiq");
  const lengths = new Int32Array(servers);
  const lists: number[][] = Array.from({ length: dispatchers }, () => []);
  const report = (server: number): void => {
    lists[stream.integer(dispatchers)].push(server);
  };
  for (let server = 0; server < servers; server++) report(server);
  const busy: number[] = [];
  const place = new Int32Array(servers).fill(-1);
  let [area, time, present, done] = [0, 0, 0, 0];
  const warm = jobs / 5;
  while (done < jobs) {
    const rate = rho * servers + busy.length;
    const step = stream.exponential() / rate;
    if (done >= warm) {
      area += present * step;
      time += step;
    }
    if (stream.uniform() * rate < rho * servers) {
      const list = lists[stream.integer(dispatchers)];
      const server = list.pop() ?? stream.integer(servers);
      if (lengths[server]++ === 0) {
        place[server] = busy.length;
        busy.push(server);
      }
      present++;
    } else {
      const server = busy[stream.integer(busy.length)];
      present--;
      done++;
      if (--lengths[server] > 0) continue;
      const last = busy.pop() ?? server;
      if (last !== server) {
        busy[place[server]] = last;
        place[last] = place[server];
      }
      report(server);
    }
  }
  return area / time / (rho * servers) - 1;
}

test("joinIdleQueue: simulated with 1000 servers, 100 dispatchers; random dispatch over 1 + r; bounds and edges", () => {
  for (const rho of [0.7, 0.9]) {
    const model = joinIdleQueue({ arrivalRate: 1000 * rho, serviceTime: 1, servers: 1000, dispatchers: 100 });
    near(1 + model.waitingTime, model.responseTime, 1e-12);
    const simulated = simulatedWait(1000, 100, rho, 1_500_000);
    near(simulated, model.waitingTime, 0.05);
  }
  fc.assert(
    fc.property(
      rhos,
      fc.integer({ min: 1, max: 1000 }),
      fc.integer({ min: 1, max: 50 }),
      (rho, dispatchers, r) => {
        const servers = dispatchers * r;
        const model = joinIdleQueue({ arrivalRate: rho * servers, serviceTime: 1, servers, dispatchers });
        near(model.waitingTime * (1 + r), mm1({ arrivalRate: rho, serviceTime: 1 }).waitingTime, 1e-9);
        near(model.responseTime, 1 + model.waitingTime, 1e-9);
        // Dispatchers that know of an idle server hold the idle servers: a/(1 − a) of them on average.
        near(model.informedShare / (1 - model.informedShare), r * (1 - rho), 1e-9);
      },
    ),
    { numRuns: 1000, seed: 4 },
  );
  const edge = joinIdleQueue({ arrivalRate: 1e4 * (1 - 1e-6), serviceTime: 1, servers: 1e4, dispatchers: 1 });
  assert.ok(edge.waitingTime > 0 && edge.waitingTime < 101);
});
