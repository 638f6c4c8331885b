/** Balancing policies on the engine against the formulas of each, and against one another on the same random numbers. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { workload } from "../core/workloads.ts";
import { exactTime } from "../models/balancing/sorted-queues.fixture.ts";
import { models } from "../models/index.ts";
import { balancer } from "../protocols/builders.ts";
import { verdict } from "../statistics/verdict.ts";
import { balancerTheory } from "./balancer-theory.ts";
import { balanced, type Length, measure } from "./balancing.fixture.ts";
import { closeWorkers } from "./execution.ts";
import { network } from "./rtt-matrix.ts";
import { study } from "./study.ts";

after(closeWorkers);

type Settings = Parameters<typeof balanced>[1];

function agrees(
  servers: number,
  settings: Settings,
  rate: number,
  truth: number,
  tolerance: number,
  length: Length,
) {
  const { time } = measure(balanced(servers, settings), rate, length);
  const told = `${JSON.stringify(settings)} n ${servers} rate ${rate}: ${time.mean} ± ${time.halfWidth}, theory ${truth}`;
  assert.equal(verdict(time, truth, tolerance), "agrees", told);
}

/** Operations of a replication and the tolerance, by load: at 0.9 a queue forgets forty times as slowly as at 0.5. */
const LOADS = [
  [0.5, 8_000, 0.05],
  [0.7, 15_000, 0.06],
  [0.9, 70_000, 0.1],
] as const;
const SIZES = [2, 10] as const;

for (const servers of SIZES) {
  test(`random is M/M/1 and round robin E_${servers}/M/1 at ${servers} servers`, () => {
    for (const [rho, operations, tolerance] of LOADS) {
      const load = { arrivalRate: rho, serviceTime: 1 };
      const random = models.mm1(load).responseTime;
      const inTurn = models.ekM1({ ...load, stages: servers }).responseTime;
      const length = { operations, replications: 12 };
      agrees(servers, { policy: "random" }, rho * servers, random, tolerance, length);
      agrees(servers, { policy: "round-robin" }, rho * servers, inTurn, tolerance, length);
      if (rho < 0.9)
        agrees(servers, { policy: "weighted-round-robin" }, rho * servers, inTurn, tolerance, length);
    }
  });
}

test("two servers: shortest queue and both samplings of d choices against the Markov chain", () => {
  for (const [rho, most, tolerance] of LOADS) {
    const length = { operations: Math.max(8000, most / 4), replications: 10 };
    const shortest = exactTime(2, rho, 2, true, 30);
    const independent = exactTime(2, rho, 2, false, 30);
    agrees(2, { policy: "shortest-queue" }, 2 * rho, shortest, tolerance, length);
    agrees(2, { policy: "least-connections" }, 2 * rho, shortest, tolerance, length);
    agrees(2, { policy: "d-choices" }, 2 * rho, shortest, tolerance, length);
    agrees(2, { policy: "d-choices", replacement: true }, 2 * rho, independent, tolerance, length);
  }
});

test("three servers: d = 2 and 3 against the Markov chain", () => {
  for (const choices of [2, 3]) {
    const truth = exactTime(3, 0.7, choices, true, 14);
    agrees(3, { policy: "d-choices", choices }, 2.1, truth, 0.04, { operations: 10_000, replications: 12 });
  }
});

test("ten servers: two choices by the supermarket's finite-n correction, shortest queue within its bounds", () => {
  for (const [rho, operations, tolerance] of LOADS) {
    const load = { arrivalRate: 10 * rho, serviceTime: 1, servers: 10 };
    const length = { operations: operations / 2, replications: 6 };
    agrees(10, { policy: "d-choices" }, 10 * rho, models.supermarket(load).responseTime, tolerance, length);
    const { lowerResponseTime, upperResponseTime } = models.joinShortestQueue(load);
    const bounded = { operations: 30_000, replications: 8 };
    const { time } = measure(balanced(10, { policy: "shortest-queue" }), 10 * rho, bounded);
    assert.ok(lowerResponseTime < time.low && time.high < upperResponseTime, `${time.mean} at ${rho}`);
  }
});

test("join-idle-queue of many dispatchers: the formula of Lu et al. is low, as it neglects reports grown stale", () => {
  // A server that got a job by chance is still listed as idle elsewhere: at half load a tenth of the reports.
  for (const rho of [0.5, 0.7, 0.9]) {
    const load = { arrivalRate: 200 * rho, serviceTime: 1, servers: 200, dispatchers: 20 };
    const clients = Array.from({ length: 20 }, (_, i) => `node ${i}`);
    const length = {
      operations: 40_000,
      replications: 5,
      load: workload.poisson(200 * rho, { clients }),
    };
    const settings = { policy: "idle-queue", dispatchers: 20 } as const;
    agrees(200, settings, 200 * rho, models.joinIdleQueue(load).responseTime, 0.12, length);
  }
});

test("unequal servers: the fixed split of the formula, and a controller that knows no speed comes close to it", () => {
  const fast = { fastServers: 2, fastSpeed: 4 };
  const rates = [4, 4, 1, 1, 1, 1];
  const arrivalRate = 0.6 * 12;
  const { responseTime, proportionalResponseTime } = models.staticSplit({ serviceRates: rates, arrivalRate });
  const length = { operations: 30_000, replications: 12 };
  const split = { policy: "static-split", plannedRate: arrivalRate, ...fast } as const;
  agrees(6, split, arrivalRate, responseTime, 0.06, length);
  const controlled = { policy: "controller", controlInterval: 50, ...fast } as const;
  const { time } = measure(balanced(6, controlled), arrivalRate, length);
  assert.ok(
    time.high < (responseTime + proportionalResponseTime) / 2,
    `${time.mean} against ${responseTime}`,
  );
  const blind = measure(balanced(6, { policy: "random", ...fast }), 0.3 * 12, { operations: 5000 });
  assert.ok(blind.time.low > 1, "equal shares leave the slow servers nearly full");
});

test("mean waits on the same random numbers: shortest queue <= two choices <= round robin <= random", () => {
  // Of two servers the first two are one policy but for their ties.
  const policies = ["shortest-queue", "d-choices", "round-robin", "random"] as const;
  for (const servers of SIZES)
    for (const [rho] of LOADS) {
      const length = { operations: 20_000, replications: 3 };
      const times = policies.map(
        (policy) => measure(balanced(servers, { policy }), rho * servers, length).time.mean,
      );
      for (let i = 1; i < policies.length; i++)
        assert.ok(
          times[i - 1] <= times[i] * (servers === 2 ? 1.01 : 1),
          `n ${servers}, ${rho}: ${policies.join(", ")}: ${times}`,
        );
    }
});

test("every policy meets the same arrivals and the same services", () => {
  const work = (policy: "random" | "shortest-queue" | "idle-queue"): number => {
    const { runs } = measure(balanced(4, { policy }), 1.2, { operations: 3000, replications: 2 });
    return runs[0].utilisation.cpu.reduce((sum, share) => sum + share, 0) * runs[0].seconds;
  };
  // The last services are cut where the run ends: as many as there are servers, of some seconds each.
  assert.ok(Math.abs(work("random") - work("shortest-queue")) < 30);
  assert.ok(Math.abs(work("random") - work("idle-queue")) < 30);
});

test("a study over policies compares each with its theory, and says where there is none", async () => {
  const result = await study({
    system: (p: { readonly policy: string; readonly rho: number }) =>
      balancer({
        network: network.lan({ nodes: 51, rtt: 0.2 }),
        serviceTime: 1,
        policy: p.policy as "random",
      }),
    workload: (p) => workload.poisson(50 * p.rho),
  })
    .sweep({ policy: ["random", "round-robin", "least-connections"], rho: [0.5, 0.7] })
    .compareWith(balancerTheory, { tolerance: 0.05 })
    .run({ seed: 5, precision: 0.02, progress: false });
  const verdicts = result.rows.map((row) => row.comparisons[0].verdict);
  assert.deepEqual(verdicts, ["agrees", "agrees", "agrees", "agrees", null, null]);
});

test("a closed loop that is called open is caught", async () => {
  const run = async (users: number | null) => {
    const result = await study({
      system: () => balanced(4, { policy: "random" }),
      workload: () => (users === null ? workload.poisson(3.2) : workload.closed(users, { think: 0 })),
    })
      .sweep({ run: [1] })
      .compareWith(balancerTheory, {
        tolerance: 0.1,
        // What the load is taken for, whatever it is.
        inputs: (_p, system) => balancerTheory.fromSystem(system, workload.poisson(3.2)),
      })
      .run({ seed: 5, precision: 0.05, progress: false });
    return result.rows[0].comparisons[0].verdict;
  };
  assert.equal(await run(null), "agrees");
  assert.equal(await run(12), "differs");
});
