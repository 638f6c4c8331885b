import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RandomStream } from "../../core/random.ts";
import { clusterWaits, leftAfter, mixedClusterWaits } from "./cluster-wait.ts";
import { gammaQuantile, waitQuantile } from "./gamma-wait.ts";
import { md1WaitQuantile } from "./md1-wait.ts";
import { stationWait, WAITING } from "./station-wait.ts";

const near = (actual: number, expected: number, relative = 1e-9): void =>
  assert.ok(
    Math.abs(actual - expected) <= relative * Math.abs(expected),
    `got ${actual}, expected ${expected}`,
  );

test("one job is M/G/1, a batch at once is M/G/1 of the whole batch", () => {
  const rate = 0.1;
  const single = clusterWaits("mg1", rate, [{ time: 0, visit: 0, mean: 5, variance: 10 }], 1, 1);
  near(single.others, (rate * 35) / 2 / 0.5);
  const batch = clusterWaits(
    "mg1",
    rate,
    [1, 2, 3].map((mean) => ({ time: 0, visit: 0, mean, variance: 0 })),
    1,
    1,
  );
  near(batch.others, (rate * 36) / 2 / 0.4, 1e-8);
  assert.deepEqual(
    batch.own.map((x) => Math.round(x * 1e6) / 1e6),
    [0, 1, 3],
  );
  // Visits far apart count as independent.
  const apart = clusterWaits(
    "mg1",
    rate,
    [0, 1, 2].map((visit) => ({ time: 100 * visit, visit, mean: 2, variance: 0 })),
    1,
    1,
  );
  near(apart.others, (rate * 12) / 2 / 0.4);
});

test("clusters of several kinds: M/G/1 of their mixture, and a load that rounds to 1 still has an answer", () => {
  const jobs = (mean: number, variance = 0) => [{ time: 0, visit: 0, mean, variance }];
  const mixed = mixedClusterWaits(
    "mg1",
    [
      { rate: 0.1, jobs: jobs(5, 10) },
      { rate: 0.2, jobs: jobs(1) },
      { rate: 0, jobs: jobs(100) },
    ],
    1,
    1,
  );
  near(mixed.others, (0.1 * 35 + 0.2) / 2 / (1 - 0.7));
  // What a job meets of its own kind is told by kind.
  const own = mixedClusterWaits(
    "mg1",
    [
      { rate: 0.1, jobs: jobs(1) },
      { rate: 0.1, jobs: [...jobs(2), ...jobs(3)] },
    ],
    1,
    1,
  );
  assert.deepEqual(own.own, [[0], [0, 2]]);
  const third = 1 / 3;
  const full = [third, third, third + 1e-16].map((mean) => ({ rate: 1, jobs: jobs(mean) }));
  assert.ok(mixedClusterWaits("mg1", full, 1, 1).others > 1e9);
  assert.throws(
    () => mixedClusterWaits("mg1", [{ rate: 1, jobs: jobs(1.001) }], 1, 1),
    /utilisation must be < 1/,
  );
});

test("what is left of a job: all at once, nothing later; less with time, more with load", () => {
  assert.equal(leftAfter(0, 1, 0.5, 1), 1);
  near(leftAfter(0.25, 1, 0, 0), 0.75);
  assert.equal(leftAfter(2, 1, 0, 0), 0);
  assert.ok(leftAfter(100, 1, 0.5, 0.5) < 1e-6);
  fc.assert(
    fc.property(
      fc.double({ min: 0.01, max: 0.95, noNaN: true }),
      fc.double({ min: 1e-3, max: 10, noNaN: true }),
      fc.double({ min: 1.01, max: 3, noNaN: true }),
      (rho, gap, more) => {
        const wait = rho / (2 * (1 - rho));
        const here = leftAfter(gap, 1, rho, wait);
        assert.ok(here >= 0 && here <= 1);
        assert.ok(leftAfter(gap * more, 1, rho, wait) <= here + 1e-9);
      },
    ),
    { seed: 51, numRuns: 1000 },
  );
});

test("work found is worn off as a regulated Brownian motion says, checked by hitting times drawn on a grid", () => {
  // P(level u + V₀ not hit by time t), V₀ exponential with mean V: backward recursion of a fine random walk.
  const [rho, wait, size, gap] = [0.8, 2, 1, 6];
  const dt = 2e-3;
  const dx = Math.sqrt(2 * (1 - rho) * wait * dt);
  const up = 0.5 * (1 - ((1 - rho) * dt) / dx);
  const cells = 1200;
  let alive = new Float64Array(cells).fill(1);
  for (let step = 0; step < gap / dt; step++) {
    const next = new Float64Array(cells).fill(1);
    for (let i = 1; i < cells - 1; i++) next[i] = up * alive[i + 1] + (1 - up) * (i === 1 ? 0 : alive[i - 1]);
    next[0] = 0;
    alive = next;
  }
  let share = 0;
  const cuts = 200;
  for (let u = 0; u < cuts; u++) {
    let chance = 0;
    let mass = 0;
    for (let i = 0; i < cells; i++) {
      const weight = Math.exp((-i * dx) / wait);
      const at = Math.min(cells - 1, Math.round(i + ((u + 0.5) / cuts) * (size / dx)));
      chance += weight * alive[at];
      mass += weight;
    }
    share += chance / mass / cuts;
  }
  near(leftAfter(gap, size, rho, wait), share, 0.02);
});

test("station waits: the four methods where they are exact", () => {
  const mm1 = 0.8 / 0.2;
  for (const way of WAITING) near(stationWait(way, 0.8, 1, 2, 1, 1), way === "md1" ? mm1 / 2 : mm1);
  near(stationWait("mg1", 0.8, 1, 1, 1, 1), mm1 / 2);
  near(stationWait("gg1", 0.8, 1, 5, 1, 1), (mm1 * 5) / 2);
  // M/M/2 at ρ = 0.9, published: Wq = 4.26316 service times.
  near(stationWait("mm1", 1.8, 1, 2, 1, 2), 4.26316, 1e-5);
  assert.equal(stationWait("mg1", 0, 1, 1, 1, 1), 0);
  assert.throws(() => stationWait("mg1", 1, 1, 1, 1, 1), /utilisation must be < 1, got 1/);
});

test("the wait of on-off arrivals is bounded by that of a burst that never ends, and is near it when bursts are long", () => {
  // Customer by customer, service constant 1 s, 0.6 a second while on, on and off for 200 s each.
  const draw = new RandomStream(1, 2, 3, 4);
  const exponential = (mean: number): number => -mean * Math.log(1 - draw.uniform());
  const [rate, on, customers] = [0.6, 200, 200_000];
  let [left, wait, sum] = [exponential(on), 0, 0];
  for (let i = 0; i < customers; i++) {
    let gap = exponential(1 / rate);
    // What is left of a burst, then pauses and further bursts: arrivals wait for their own turn on the clock of bursts.
    let apart = 0;
    for (; gap > left; left = exponential(on)) {
      apart += left + exponential(on);
      gap -= left;
    }
    left -= gap;
    wait = Math.max(0, wait + 1 - apart - gap);
    sum += wait;
  }
  const mean = rate / 2;
  const scv = 1 + 2 * rate * on * 0.25;
  const bound = stationWait("gg1", mean, 1, 1, scv, 1, 2);
  near(bound, rate / (2 * (1 - rate)));
  assert.ok(sum / customers < bound && sum / customers > 0.95 * bound, `${sum / customers} of ${bound}`);
  assert.ok(stationWait("gg1", mean, 1, 1, scv, 1) > 15 * bound);
  // Short bursts are no bound: there the two moments tell more; and none is where a burst alone is too much.
  assert.equal(stationWait("gg1", mean, 1, 1, 1.01, 1, 2), stationWait("gg1", mean, 1, 1, 1.01, 1));
  assert.equal(stationWait("gg1", 0.6, 1, 1, scv, 1, 2), stationWait("gg1", 0.6, 1, 1, scv, 1));
});

test("the gamma law of a wait: exact for M/M/1, within 2 % of M/D/1 at the 99th percentile", () => {
  for (const rho of [0.2, 0.5, 0.8, 0.95]) {
    near(waitQuantile(0.99, rho / (1 - rho), rho, 3), Math.log(rho / 0.01) / (1 - rho), 1e-6);
    near(waitQuantile(0.99, rho / (2 * (1 - rho)), rho, 1), md1WaitQuantile(rho, 0.99), 0.02);
  }
  assert.equal(waitQuantile(0.3, 1, 0.5, 1), 0);
  near(gammaQuantile(1, 0.5), Math.LN2);
});
