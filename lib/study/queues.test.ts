/** Queues without messages: against closed forms, a Markov chain, and the balancer that sends every message. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { deterministic, lognormal } from "../core/distributions.ts";
import { DomainError } from "../core/errors.ts";
import { exactTime } from "../models/balancing/sorted-queues.fixture.ts";
import { models } from "../models/index.ts";
import { verdict } from "../statistics/verdict.ts";
import { balanced, measure } from "./balancing.fixture.ts";
import { type QueueGroup, type QueueOptions, simulateQueues } from "./queues.ts";

const LONG: QueueOptions = { seed: 1, customers: 150_000, replications: 10 };

/** Times in services; the tolerance is stated with each. */
function agrees(group: QueueGroup, truth: number, tolerance: number, wait = false): void {
  const result = simulateQueues(group, LONG);
  const { mean, halfWidth, low, high } = wait ? result.waitingTime : result.responseTime;
  const told = `${JSON.stringify(group)}: ${mean} ± ${halfWidth}, theory ${truth}`;
  assert.equal(verdict({ low, high }, truth, tolerance), "agrees", told);
}

test("one queue: M/M/1, M/M/c, M/D/1 and M/G/1 by their formulas", () => {
  const load = { arrivalRate: 0.7, serviceTime: 1 };
  agrees(load, models.mm1(load).responseTime, 0.03);
  agrees({ ...load, serviceTime: deterministic(1) }, models.md1(load).responseTime, 0.03);
  const heavy = models.mg1({ ...load, serviceScv: 2 });
  agrees({ ...load, serviceTime: lognormal({ mean: 1, scv: 2 }) }, heavy.responseTime, 0.05);
  for (const servers of [2, 8]) {
    const many = { arrivalRate: 0.8 * servers, serviceTime: 1, servers };
    agrees({ ...many, servers: 1, workers: servers }, models.mmc(many).waitingTime, 0.05, true);
  }
});

test("several queues: each policy with a formula by it", () => {
  const load = { arrivalRate: 7, serviceTime: 1, servers: 10 } as const;
  const one = { arrivalRate: 0.7, serviceTime: 1 };
  agrees({ ...load, policy: "random" }, models.mm1(one).responseTime, 0.03);
  const inTurn = models.ekM1({ ...one, stages: 10 }).responseTime;
  agrees({ ...load, policy: "round-robin" }, inTurn, 0.03);
  agrees({ ...load, policy: "weighted-round-robin" }, inTurn, 0.03);
  agrees({ ...load, policy: "hash-affinity", keys: 1_000_000 }, models.mm1(one).responseTime, 0.03);
  agrees({ ...load, policy: "d-choices" }, models.supermarket(load).responseTime, 0.02);
  const two = { arrivalRate: 1.4, serviceTime: 1, servers: 2 } as const;
  const shortest = exactTime(2, 0.7, 2, true, 30);
  agrees({ ...two, policy: "shortest-queue" }, shortest, 0.03);
  agrees({ ...two, policy: "least-connections" }, shortest, 0.03);
  // Two servers, one dispatcher: (1 + ρ)/((1 − ρ)(1 + 2ρ)), from the balance of E[x² + y²] and of E[xy].
  agrees({ ...two, policy: "idle-queue" }, 1.7 / (0.3 * 2.4), 0.03);
});

test("unequal servers: the best fixed split of the formula", () => {
  const rates = [4, 1, 1];
  const { responseTime } = models.staticSplit({ serviceRates: rates, arrivalRate: 3.6 });
  const split = { policy: "static-split", plannedRate: 3.6, fastServers: 1, fastSpeed: 4 } as const;
  agrees({ arrivalRate: 3.6, serviceTime: 1, servers: 3, ...split }, responseTime, 0.03);
});

test("what the balancer gives message by message, these queues give", () => {
  for (const group of [
    { policy: "d-choices" },
    { policy: "shortest-queue" },
    { policy: "idle-queue" },
    { policy: "round-robin" },
    { policy: "least-loaded", reportInterval: 0.5 },
    { policy: "peak-ewma", decay: 5 },
    { policy: "controller", controlInterval: 200, fastServers: 2, fastSpeed: 2 },
  ] as const) {
    const { time } = measure(balanced(6, group), 4.8, { operations: 15_000, replications: 8 });
    const ours = simulateQueues(
      { arrivalRate: 4.8, serviceTime: 1, servers: 6, ...group },
      LONG,
    ).responseTime;
    const apart = Math.abs(time.mean - ours.mean);
    const told = `${group.policy}: ${time.mean} ± ${time.halfWidth}, ${ours.mean} ± ${ours.halfWidth}`;
    assert.ok(apart < 2 * Math.hypot(time.halfWidth, ours.halfWidth), told);
  }
});

test("the same seed gives the same numbers; a worker is busy for its share of the time", () => {
  const group = {
    arrivalRate: 6,
    serviceTime: "100 ms",
    servers: 2,
    workers: 1,
    policy: "d-choices",
  } as const;
  const short = { seed: 5, customers: 20_000, replications: 4 };
  const [a, b] = [simulateQueues(group, short), simulateQueues(group, short)];
  assert.deepEqual(a, b);
  assert.notDeepEqual(a, simulateQueues(group, { ...short, seed: 6 }));
  assert.ok(Math.abs(a.utilisation.mean - 0.3) < 2 * a.utilisation.halfWidth, `${a.utilisation.mean}`);
  for (const { responseTime, waitingTime } of a.replications)
    assert.ok(Math.abs(responseTime - waitingTime - 0.1) < 0.005, "the rest is the service");
});

test("what cannot run here is refused with the reason", () => {
  const load = { arrivalRate: 1, serviceTime: 0.5 };
  const options = { seed: 1, customers: 10 };
  const refused: readonly (readonly [group: QueueGroup, message: string])[] = [
    [{ ...load, arrivalRate: 2 }, "queues: unstable, utilisation must be < 1, got 1.000"],
    [
      { ...load, policy: "peak-ewma", servers: 2, workers: 2 },
      "queues: workers must be 1 for peak-ewma, got 2",
    ],
    [{ ...load, keys: 5 }, "queues: keys must have policy hash-affinity to have an effect, got 5"],
    [{ ...load, servers: 0 }, "queues: servers must be an integer >= 1 and <= 1000000, got 0"],
    [{ ...load, serviceTime: 0 }, "queues: serviceTime must be > 0 s, got 0"],
    [
      { ...load, policy: "d-choices", servers: 2, choices: 3 },
      "balancer: choices must be <= servers 2 without replacement, got 3",
    ],
  ];
  for (const [group, message] of refused)
    assert.throws(() => simulateQueues(group, options), new DomainError(message));
  assert.throws(() => simulateQueues(load, { ...options, replications: 1 }), /replications must be/);
  assert.throws(() => simulateQueues({ ...load, server: 2 } as QueueGroup, options), /servers/);
});
