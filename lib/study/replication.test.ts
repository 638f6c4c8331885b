/** What a replication keeps of a run is what the run told, number for number. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fault } from "../core/faults.ts";
import { disk } from "../core/machines.ts";
import { networks } from "../core/networks.ts";
import { ms } from "../core/units.ts";
import { workload } from "../core/workloads.ts";
import { multiPaxos } from "../protocols/builders.ts";
import { protocolIndex, protocolNamed } from "../protocols/index.ts";
import { mutantNamed } from "../protocols/mutants.ts";
import { buildSystem } from "../protocols/system.ts";
import { OK } from "../simulation/history.ts";
import type { AnyProtocol } from "../simulation/protocol.ts";
import { simulateRun } from "../simulation/run.ts";
import { LatencyHistogram } from "../statistics/histogram.ts";
import { Moments } from "../statistics/moments.ts";
import { runSeed } from "./replication.ts";
import type { Replication, ReplicationTask } from "./task.ts";

const PLAIN = {
  kind: "measure",
  point: "",
  first: 0,
  warmUp: 0,
  attribution: false,
  histories: true,
  maxEvents: 1e9,
  maxSeconds: null,
} as const;

test("commit and client latencies are kept apart from the first operation in which they differ", () => {
  const system = multiPaxos({ network: networks.lan({ nodes: 3, rtt: ms(2), jitter: 0.3 }) });
  const beside = workload.poisson(200, { clients: ["leader"] });
  const mixed = workload.poisson(200, {
    clients: [
      { at: "leader", share: 0.99 },
      { at: "node 1", share: 0.01 },
    ],
  });
  const differing: number[] = [];
  for (const load of [beside, mixed, workload.poisson(200, { clients: ["node 1"] })]) {
    const told = { commitLatency: [] as number[], clientLatency: [] as number[] };
    const [seed, warmUp, operations] = [3, 20, 1000];
    simulateRun(protocolNamed("multi-paxos"), system, load, {
      ...{ seed, warmUp, operations },
      completion(commit, client, _isRead, outcome) {
        if (outcome !== OK) return;
        told.commitLatency.push(commit);
        told.clientLatency.push(client);
      },
    });
    const outcome = runSeed({ ...PLAIN, system, workload: load, seeds: [seed], warmUp, operations }, seed);
    assert.ok(outcome.is === "done");
    const { latencies } = outcome.value as Replication;
    for (const name of ["commitLatency", "clientLatency"] as const) {
      assert.deepEqual(latencies[name].moments, Moments.of(told[name]).toJSON());
      assert.deepEqual(latencies[name].histogram, LatencyHistogram.of(told[name]).toJSON());
    }
    differing.push(told.clientLatency.filter((client, i) => client !== told.commitLatency[i]).length);
  }
  assert.equal(differing[0], 0);
  assert.ok(differing[1] > 0 && differing[1] < 50 && differing[2] === 1000, `${differing}`);
});

test("a run whose reads may be old is judged by its sessions, and refused where one has read what it must not", () => {
  const zab = protocolNamed("zab");
  const judged = (protocol: AnyProtocol): string[] => {
    (protocolIndex as Map<string, AnyProtocol>).set("zab", protocol);
    const system = buildSystem(protocol, {
      network: networks.lan({ nodes: 3, rtt: ms(40), jitter: 0.3 }),
      disk: disk.fsync(ms(1)),
      reads: "local",
      faults: [fault.crash({ node: "each", mttf: 5, mttr: 0.3 })],
    });
    // Its clients go to another server when theirs is down.
    const load = workload.poisson(100, { keys: 2, reads: 0.6, clients: ["node 1"], retry: 0.1, timeout: 3 });
    return [0, 1, 2, 3].map((seed) => {
      const task: ReplicationTask = { ...PLAIN, system, workload: load, seeds: [seed], operations: 3000 };
      const outcome = runSeed(task, seed);
      return outcome.is === "error" ? outcome.message : outcome.is;
    });
  };
  try {
    assert.deepEqual(judged(zab), ["done", "done", "done", "done"]);
    for (const message of judged(mutantNamed("zab", "Z17").protocol))
      assert.match(
        message,
        /^zab: history must keep the session guarantees, got key [01]: no (read your|monotonic)/,
      );
  } finally {
    (protocolIndex as Map<string, AnyProtocol>).set("zab", zab);
  }
});
