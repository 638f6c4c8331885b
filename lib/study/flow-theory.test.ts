/** Models by message flows on systems drawn at random: tolerance stated before the run. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { exponential } from "../core/distributions.ts";
import { cpu, disk } from "../core/machines.ts";
import type { SystemSpec, WorkloadSpec } from "../core/system.ts";
import { ms, us } from "../core/units.ts";
import { workload } from "../core/workloads.ts";
import { modelIndex, modelNamed } from "../models/index.ts";
import { fastPaxos, mencius, pigPaxos, zab } from "../protocols/builders.ts";
import { protocolIndex, protocolNamed } from "../protocols/index.ts";
import { systemBuilder } from "../protocols/system.ts";
import { closeWorkers } from "./execution.ts";
import {
  assertAgreesAtRandom,
  type Choose,
  type Draw,
  drawPorts,
  drawProcessor,
} from "./random-systems.fixture.ts";
import { network } from "./rtt-matrix.ts";
import { study } from "./study.ts";

after(closeWorkers);

test("a model says whose systems it reads: it reads those, and refuses others with the reason", () => {
  const net = network.lan({ nodes: 5, rtt: ms(1) });
  const machine = { network: net, cpu: cpu({ receive: us(10) }) } as never;
  const [systems, load] = [[...protocolIndex.values()].map((one) => systemBuilder(one)), workload.poisson(1)];
  for (const model of modelIndex.values()) {
    const { id, reads, fromSystem } = model;
    assert.equal(reads === undefined, fromSystem === undefined, id);
    if (reads === undefined) continue;
    for (const name of reads) protocolNamed(name);
    for (const build of systems) {
      let system: SystemSpec;
      try {
        system = build(machine);
      } catch {
        continue; // of those that must be told more, no model reads any
      }
      if (reads.includes(system.protocol))
        assert.ok(model.evaluate(fromSystem?.(system, load) ?? {}).stable, id);
      else
        assert.throws(() => fromSystem?.(system, load), {
          name: "DomainError",
          message: new RegExp(`: protocol must be .*${reads[0]}.*, got "${system.protocol}"$`),
        });
    }
  }
  // Every protocol that replicates a log has one.
  for (const name of [
    "raft",
    "multi-paxos",
    "flexible-paxos",
    "epaxos",
    "zab",
    "mencius",
    "fast-paxos",
    "pig-paxos",
  ])
    assert.ok(
      [...modelIndex.values()].some(({ reads }) => reads?.includes(name)),
      name,
    );
});

type Group = { readonly network: SystemSpec["network"] };

/** A group at random distances with random machines, and a load; `one` draws what is of the protocol alone. */
function drawOf(
  build: (group: Group, nodes: number, one: Choose) => SystemSpec,
  places: (nodes: number, one: Choose) => readonly string[],
  orders: readonly ("stream" | "datagram")[],
  reads: number,
): Draw {
  return (one, random) => {
    const furthest = one(0.002, 0.02, 0.1);
    const nodes = one(4, 5, 7);
    const alike = one(true, false);
    const rtts = Array.from({ length: nodes - 1 }, () => furthest * (alike ? 1 : 0.3 + random.uniform()));
    const ports = drawPorts(one);
    const machines = drawProcessor(one);
    const disks = one(
      {},
      { disk: disk.fsync(exponential(0.002)) },
      { disk: disk.fsync({ p50: ms(1), p99: ms(5) }) },
    );
    const net = network.star({ rtts, order: one(...orders), jitter: one(0, 0.1, 0.3), ...ports });
    const load = workload.poisson(one(20, 200, 1000, 2500), {
      payload: Object.keys(ports).length > 0 ? one(0, 1000, 5000) : 0,
      reads: one(0, reads),
      clients: places(nodes, one),
    });
    return { system: build({ network: net, ...machines, ...disks }, nodes, one), load };
  };
}

const everywhere = (nodes: number): string[] => Array.from({ length: nodes }, (_, i) => `node ${i}`);
const BUSIEST = ["busiestCpu", "busiestEgress", "busiestIngress"];

const zabs = drawOf(zab, (nodes, one) => one(["node 0"], everywhere(nodes)), ["stream"], 0);
test("3 random systems up to 60 % load: Zab's model within 5 %, and mostly within 1 %", () =>
  assertAgreesAtRandom("zabCommitLatency", 3, 0.6, BUSIEST, zabs));

const pigs = drawOf(
  (group, nodes, one) => pigPaxos({ ...group, groups: one(1, 2, nodes - 1) }),
  (_nodes, one) => one(["leader"], ["node 1"]),
  ["stream", "datagram"],
  0.5,
);
test("4 random systems up to 60 % load: PigPaxos' model within 5 %, and mostly within 1 %", () =>
  assertAgreesAtRandom("pigPaxosCommitLatency", 4, 0.6, BUSIEST, pigs));

const alone = (_nodes: number, one: Choose): readonly string[] => [one("node 0", "node 1")];
const inTurn = drawOf(mencius, alone, ["stream", "datagram"], 0.5);
test("3 random systems up to 60 % load: Mencius' model within 5 %, and mostly within 3 %", () =>
  assertAgreesAtRandom("menciusCommitLatency", 3, 0.6, BUSIEST, inTurn, 0.03));

const fast = drawOf(fastPaxos, alone, ["stream", "datagram"], 0.5);
test("3 random systems up to 60 % load: Fast Paxos' model within 5 %, and mostly within 3 %", () =>
  assertAgreesAtRandom("fastPaxosCommitLatency", 3, 0.6, BUSIEST, fast, 0.03));

/** One system whose model must be within a tolerance, and what it is off by without the part in question. */
async function assertWithin(
  name: string,
  tolerance: number,
  system: SystemSpec,
  load: WorkloadSpec,
): Promise<void> {
  const result = await study({ title: name, system, workload: load })
    .compareWith(modelNamed(name), { tolerance, map: { commitLatency: "commitLatency" } })
    .run({ seed: 1, precision: 0.005, operations: 4000, progress: false });
  const [{ verdict, error }] = result.rows[0].comparisons;
  assert.equal(verdict, "agrees", `${name}: error ${error}`);
}

test("relays at different distances lose the order of operations: without that 18 % too low", () =>
  assertWithin(
    "pigPaxosCommitLatency",
    0.03,
    pigPaxos({ network: network.star({ rtts: [ms(6), ms(24), ms(12), ms(18)] }), groups: 1 }),
    workload.poisson(500),
  ));

test("what a link held back goes on together: taken one by one it would be 3 % too low", () =>
  assertWithin(
    "zabCommitLatency",
    0.015,
    zab({
      network: network.lan({ nodes: 5, rtt: ms(100), jitter: 0.3 }),
      heartbeatInterval: 1,
      electionTimeoutMin: 10,
    }),
    workload.poisson(200),
  ));

test("several cores take in what one write lets go side by side: by one core it would be 36 % too high", () =>
  assertWithin(
    "zabCommitLatency",
    0.05,
    zab({
      network: network.lan({ nodes: 5, rtt: ms(1), jitter: 0.05 }),
      cpu: cpu({ receive: us(50), send: us(20), cores: 4 }),
      disk: disk.fsync(exponential(0.001)),
    }),
    workload.poisson(7500),
  ));
