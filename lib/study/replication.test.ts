/** What a replication keeps of a run is what the run told, number for number. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { networks } from "../core/networks.ts";
import { ms } from "../core/units.ts";
import { workload } from "../core/workloads.ts";
import { multiPaxos } from "../protocols/builders.ts";
import { protocolNamed } from "../protocols/index.ts";
import { OK } from "../simulation/history.ts";
import { simulateRun } from "../simulation/run.ts";
import { LatencyHistogram } from "../statistics/histogram.ts";
import { Moments } from "../statistics/moments.ts";
import { runSeed } from "./replication.ts";
import type { Replication } from "./task.ts";

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
    const outcome = runSeed(
      {
        ...{
          kind: "measure",
          system,
          workload: load,
          point: "",
          first: 0,
          seeds: [seed],
          warmUp,
          operations,
        },
        ...{ attribution: false, histories: true, maxEvents: 1e9, maxSeconds: null },
      },
      seed,
    );
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
