/** The leader's model on systems drawn at random, of all kinds it says it covers: tolerance stated before the run. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { exponential } from "../core/distributions.ts";
import { cpu, disk } from "../core/machines.ts";
import { RandomStream } from "../core/random.ts";
import { ms, us } from "../core/units.ts";
import { workload } from "../core/workloads.ts";
import { models } from "../models/index.ts";
import { multiPaxos, raft } from "../protocols/builders.ts";
import { closeWorkers } from "./execution.ts";
import { network } from "./rtt-matrix.ts";
import { study } from "./study.ts";

after(closeWorkers);

const SYSTEMS = 24;

/** A group at random distances with random machines, and a load. */
function draw(random: RandomStream) {
  const one = <T>(...of: T[]): T => of[random.integer(of.length)];
  const furthest = one(0.002, 0.02, 0.1);
  const rtts = Array.from({ length: one(2, 3, 4, 6) }, () => furthest * (0.3 + random.uniform()));
  const ports = one({}, { egress: 1e9 }, { bandwidth: 1e9 });
  const machines = one(
    {},
    { cpu: cpu({ receive: us(10), send: us(10) }) },
    { cpu: cpu({ receive: exponential(50e-6), send: us(10) }) },
    { cpu: cpu({ receive: us(20), send: exponential(20e-6) }) },
  );
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
}

test("24 random systems up to 80 % load: the leader's model within 5 %, and mostly within 1 %", async () => {
  const random = new RandomStream(1, 2, 3, 4);
  const errors: number[] = [];
  for (let seed = 0; errors.length < SYSTEMS; seed++) {
    random.restart(seed);
    const { system, load } = draw(random);
    const formula = models.leaderCommitLatency.evaluate(
      models.leaderCommitLatency.fromSystem?.(system, load) as never,
    );
    if (!formula.stable || formula.outputs.leaderUtilisation > 0.8) continue;
    const result = await study({ title: `system ${seed}`, system, workload: load })
      .compareWith(models.leaderCommitLatency, {
        tolerance: 0.05,
        map: { commitLatency: "commitLatency" },
      })
      .run({ seed, precision: 0.02, maxReplications: 30, operations: 3000, progress: false });
    const [{ verdict, error }] = result.rows[0].comparisons;
    assert.equal(verdict, "agrees", `system ${seed}: error ${error}`);
    errors.push(Math.abs(Number(error)));
  }
  errors.sort((a, b) => a - b);
  assert.ok(errors[SYSTEMS / 2] < 0.01, `median error ${errors[SYSTEMS / 2]}`);
});
