/**
 * Stations against their formulas: processor sharing, priorities with and without interruption, bounded queues, losses.
 * The formulas' measures are the station's own, so this is also the test that such measures are estimated right.
 */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { exponential } from "../core/distributions.ts";
import type { WorkloadSpec } from "../core/system.ts";
import { ms } from "../core/units.ts";
import { workload } from "../core/workloads.ts";
import { models } from "../models/index.ts";
import { station } from "../protocols/builders.ts";
import type { ComparableModel, CompareOptions } from "./comparison.ts";
import { closeWorkers } from "./execution.ts";
import { network } from "./rtt-matrix.ts";
import { study } from "./study.ts";

after(closeWorkers);

const SERVICE = ms(1);
const served = (settings: object) =>
  station({ network: network.lan({ nodes: 1, rtt: 0 }), serviceTime: SERVICE, ...settings });
const run = {
  seed: 11,
  precision: 0.02,
  operations: 20_000,
  warmUp: { rule: "fixed", operations: 2000 } as const,
};

type Point = { readonly load: number; readonly scv: number };
type Compared = readonly [model: ComparableModel, options: Pick<CompareOptions<Point>, "map" | "inputs">];

/** Every comparison at every point must agree within 5 %, stated before any run. */
async function agrees(
  title: string,
  settings: object,
  arrivals: (load: number) => WorkloadSpec,
  grid: { readonly load: readonly number[]; readonly scv: readonly number[] },
  [model, options]: Compared,
): Promise<void> {
  const measure = Object.keys(options.map ?? {});
  const result = await study({
    title,
    system: (p: Point) => served({ ...settings, serviceScv: p.scv }),
    workload: (p: Point) => arrivals(p.load),
    units: { load: "one", scv: "one" },
  })
    .sweep(grid)
    .compareWith(model, { tolerance: 0.05, ...options })
    .run({ ...run, measure });
  const comparisons = result.rows.flatMap((row) => row.comparisons.map((c) => ({ ...c, point: row.point })));
  assert.equal(comparisons.length, result.rows.length * measure.length);
  for (const { point, model, measure, verdict, error } of comparisons)
    assert.equal(verdict, "agrees", `${title} ${JSON.stringify(point)} ${model} ${measure}: error ${error}`);
}

const poisson = (load: number): WorkloadSpec => workload.poisson(load / SERVICE);

test("sharing is M/G/1-PS: the mean response does not know the law of the service", async () => {
  const inputs = (p: Point) => ({ arrivalRate: p.load / SERVICE, serviceTime: SERVICE });
  const map = { commitLatency: "responseTime", busyServers: "utilisation" };
  await agrees("sharing", { discipline: "sharing" }, poisson, { load: [0.8], scv: [0, 4] }, [
    models.mg1Ps,
    { map, inputs },
  ]);
});

for (const [discipline, model] of [
  ["priority", models.mg1Priority],
  ["preemptive", models.mg1Preemptive],
] as const) {
  test(`${discipline}: reads before writes as in Cobham's formulas, both ranks`, async () => {
    const inputs = (rank: number) => (p: Point) => ({
      arrivalRates: [p.load / ms(1.5), p.load / ms(1.5)],
      serviceTimes: [ms(0.5), SERVICE],
      serviceScvs: [p.scv, p.scv],
      rank,
    });
    const half = (load: number): WorkloadSpec => workload.poisson(load / ms(0.75), { reads: 0.5 });
    for (const [rank, measure] of ["readResponseTime", "writeResponseTime"].entries())
      await agrees(discipline, { discipline, readTime: ms(0.5) }, half, { load: [0.8], scv: [2] }, [
        model,
        { map: { [measure]: "responseTime" }, inputs: inputs(rank + 1) },
      ]);
  });
}

test("no more places than servers is Erlang's loss system, whatever the law of the service", async () => {
  const inputs = (p: Point) => ({ arrivalRate: p.load / SERVICE, serviceTime: SERVICE, servers: 4 });
  const map = { refusedShare: "blocking", busyServers: "inSystem" };
  await agrees("loss", { servers: 4, places: 4 }, poisson, { load: [3], scv: [0, 4] }, [
    models.erlangB,
    { map, inputs },
  ]);
});

test("a bounded queue is M/M/c/K: who is refused, and how long the others take, past saturation too", async () => {
  const inputs = (p: Point) => ({
    arrivalRate: p.load / SERVICE,
    serviceTime: SERVICE,
    servers: 2,
    capacity: 6,
  });
  const map = { refusedShare: "blocking", commitLatency: "responseTime" };
  await agrees("bounded", { servers: 2, places: 6 }, poisson, { load: [2, 3], scv: [1] }, [
    models.mmck,
    { map, inputs },
  ]);
});

test("many servers are M/G/∞, several are M/M/c", async () => {
  const at = (p: Point) => ({ arrivalRate: p.load / SERVICE, serviceTime: SERVICE });
  await agrees("many", { servers: 1000 }, poisson, { load: [3], scv: [1, 4] }, [
    models.mmInf,
    { map: { commitLatency: "responseTime", busyServers: "inSystem" }, inputs: at },
  ]);
  await agrees("several", { servers: 4 }, poisson, { load: [2, 3.2], scv: [1] }, [
    models.mmc,
    { map: { commitLatency: "responseTime" }, inputs: (p: Point) => ({ ...at(p), servers: 4 }) },
  ]);
});

test("a fixed number of clients who think is the closed network of one station: alone, busy, and full", async () => {
  const think = ms(10); // 11 clients would keep the station busy if none ever waited
  const inputs = (p: Point) => ({ demands: [SERVICE], thinkTime: think, customers: p.load });
  const map = { commitLatency: "responseTime", throughput: "throughput", busyServers: "utilisation" };
  const clients = (load: number): WorkloadSpec => workload.closed(load, { think: exponential(think) });
  await agrees("closed", {}, clients, { load: [1, 5, 20], scv: [1] }, [models.closedMva, { map, inputs }]);
});

test("settings that could not move a station's result are refused, with what they need", () => {
  const bare = (settings: object) => () =>
    station({ network: network.lan({ nodes: 1, rtt: 0 }), ...settings });
  assert.throws(bare({ discipline: "sharing" }), {
    name: "DomainError",
    message: 'station: discipline must have a serviceTime to have an effect, got "sharing"',
  });
  assert.throws(bare({ servers: 3 }), /servers must have a serviceTime to have an effect, got 3/);
  assert.throws(() => served({ servers: 4, places: 3 }), /places must be >= servers 4, got 3/);
});

test("requests that go onward make a Jackson network: half of those served go on around three stations", async () => {
  const result = await study({
    title: "network",
    system: station({
      network: network.lan({ nodes: 3, rtt: 0 }),
      serviceTime: SERVICE,
      servers: 2,
      onward: 0.5,
    }),
    workload: (p: { readonly load: number }) =>
      workload.poisson(p.load / SERVICE, {
        clients: [
          { at: "node 0", share: 0.75 },
          { at: "node 1", share: 0.25 },
        ],
      }),
    units: { load: "one" },
  })
    .sweep({ load: [1, 1.8] })
    .compareWith(models.jackson, {
      tolerance: 0.05,
      map: { clientLatency: "responseTime" },
      inputs: ({ load }) => ({
        externalRates: [0.75, 0.25, 0].map((share) => (share * load) / SERVICE),
        serviceTimes: [SERVICE, SERVICE, SERVICE],
        servers: [2, 2, 2],
        routing: [
          [0, 0.5, 0],
          [0, 0, 0.5],
          [0.5, 0, 0],
        ],
      }),
    })
    .run({ ...run, measure: "clientLatency" });
  for (const row of result.rows)
    assert.equal(row.comparisons[0].verdict, "agrees", JSON.stringify([row.point, row.comparisons[0]]));
});
