/** The leader's model on systems drawn at random, of all kinds it says it covers: tolerance stated before the run. */
import { after, test } from "node:test";
import { exponential } from "../core/distributions.ts";
import { disk } from "../core/machines.ts";
import { ms } from "../core/units.ts";
import { workload } from "../core/workloads.ts";
import { multiPaxos, raft } from "../protocols/builders.ts";
import { closeWorkers } from "./execution.ts";
import { assertAgreesAtRandom, type Draw, drawPorts, drawProcessor } from "./random-systems.fixture.ts";
import { network } from "./rtt-matrix.ts";

after(closeWorkers);

/** A group at random distances with random machines, and a load. */
const draw: Draw = (one, random) => {
  const furthest = one(0.002, 0.02, 0.1);
  const rtts = Array.from({ length: one(2, 3, 4, 6) }, () => furthest * (0.3 + random.uniform()));
  const ports = drawPorts(one);
  const machines = drawProcessor(one);
  const disks = one(
    {},
    { disk: disk.fsync(ms(1)) },
    { disk: disk.fsync(exponential(0.002)) },
    { disk: disk.fsync({ p50: ms(1), p99: ms(5) }) },
  );
  const order = one("stream", "stream", "datagram");
  const jitter = one(0, 0.1, 0.3);
  const protocol = order === "stream" ? one(raft, multiPaxos) : multiPaxos;
  const load = workload.poisson(one(20, 200, 1000, 2500), {
    payload: Object.keys(ports).length > 0 ? one(0, 1000, 5000) : 0,
    reads: one(0, 0.5),
  });
  const group = { network: network.star({ rtts, order, jitter, ...ports }), ...machines, ...disks };
  return { system: protocol(group), load };
};

test("16 random systems up to 80 % load: the leader's model within 5 %, and mostly within 1 %", () =>
  assertAgreesAtRandom("leaderCommitLatency", 16, 0.8, ["leaderUtilisation"], draw));
