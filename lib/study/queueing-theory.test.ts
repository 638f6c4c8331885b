/**
 * The engine's own nodes against queueing theory: M/M/1, M/D/1, M/M/c and M/G/1 at ρ = 0.5, 0.8 and 0.9, and the
 * coverage of our intervals over 1,000 experiments run through the engine.
 */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import {
  type Distribution,
  deterministic,
  exponential,
  hyperexponentialFrom,
} from "../core/distributions.ts";
import { cpu } from "../core/machines.ts";
import type { WorkloadSpec } from "../core/system.ts";
import { ms } from "../core/units.ts";
import { workload } from "../core/workloads.ts";
import { models } from "../models/index.ts";
import { station } from "../protocols/builders.ts";
import { protocolNamed } from "../protocols/index.ts";
import { simulateRun } from "../simulation/run.ts";
import { replicationInterval } from "../statistics/interval.ts";
import { Moments } from "../statistics/moments.ts";
import { closeWorkers } from "./execution.ts";
import { network } from "./rtt-matrix.ts";
import { study } from "./study.ts";

after(closeWorkers);

const SERVICE = ms(1);
const served = (time: Distribution, cores = 1) =>
  station({ network: network.lan({ nodes: 1, rtt: 0 }), cpu: cpu({ receive: time, cores }) });
const load =
  (cores = 1) =>
  (p: { readonly rho: number }): WorkloadSpec =>
    workload.poisson((p.rho * cores) / SERVICE);
const run = {
  seed: 3,
  precision: 0.02,
  operations: 40_000,
  warmUp: { rule: "fixed", operations: 4000 } as const,
};

const cases = [
  { name: "M/M/1", time: exponential(SERVICE), cores: 1, model: models.mm1, inputs: {} },
  { name: "M/D/1", time: deterministic(SERVICE), cores: 1, model: models.md1, inputs: {} },
  { name: "M/M/4", time: exponential(SERVICE), cores: 4, model: models.mmc, inputs: { servers: 4 } },
  {
    name: "M/G/1, scv 4",
    time: hyperexponentialFrom({ mean: SERVICE, scv: 4 }),
    cores: 1,
    model: models.mg1,
    inputs: { serviceScv: 4 },
  },
];

for (const { name, time, cores, model, inputs } of cases) {
  test(`${name} built from the engine's node agrees with its closed form`, async () => {
    const result = await study({
      title: name,
      system: served(time, cores),
      workload: load(cores),
      units: { rho: "one" },
    })
      .sweep({ rho: [0.5, 0.8, 0.9] })
      .compareWith(model, {
        tolerance: 0.05,
        map: { commitLatency: "responseTime" },
        inputs: (p) => ({ arrivalRate: (p.rho * cores) / SERVICE, serviceTime: SERVICE, ...inputs }),
      })
      .run(run);
    for (const row of result.rows) {
      for (const comparison of row.comparisons.filter((c) => c.measure === "commitLatency")) {
        assert.equal(comparison.verdict, "agrees", `rho ${row.point.rho}: error ${comparison.error}`);
      }
    }
  });
}

test("95 % intervals cover the truth in 92.5–97.5 % of 1,000 experiments; the naive formula in under half", () => {
  const rho = 0.7;
  const truth = models.mm1({ arrivalRate: rho / SERVICE, serviceTime: SERVICE }).responseTime;
  const [system, arrivals] = [served(exponential(SERVICE)), load()({ rho })];
  const protocol = protocolNamed("station");
  let covered = 0;
  let naive = 0;
  for (let experiment = 0; experiment < 1000; experiment++) {
    const means: number[] = [];
    const all = new Moments();
    for (let replication = 0; replication < 20; replication++) {
      const times = new Moments();
      simulateRun(protocol, system, arrivals, {
        seed: experiment * 20 + replication,
        warmUp: 150,
        operations: 600,
        history: "off",
        completion: (latency) => times.add(latency),
      });
      means.push(times.mean);
      all.merge(times);
    }
    const { low, high } = replicationInterval(means);
    if (low <= truth && truth <= high) covered++;
    if (Math.abs(all.mean - truth) <= (1.96 * all.standardDeviation) / Math.sqrt(all.count)) naive++;
  }
  assert.ok(covered >= 925 && covered <= 975, `intervals covered the truth ${covered} times of 1000`);
  assert.ok(naive < 500, `the naive formula covered it ${naive} times of 1000`);
});
