/** PigPaxos simulated beside the model of relays: the same numbers from two independent sides. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { lognormal } from "../core/distributions.ts";
import { cpu } from "../core/machines.ts";
import { networks } from "../core/networks.ts";
import { ms, us } from "../core/units.ts";
import { workload } from "../core/workloads.ts";
import { models } from "../models/index.ts";
import { pigPaxos } from "../protocols/builders.ts";
import { study } from "./study.ts";

const jitter = 0.3;
/** Two one-way delays of this spread make a round trip of half the variance; the sum of two is nearly lognormal again. */
const roundTrip = lognormal({ mean: ms(10), scv: jitter ** 2 / 2 });

test("latency by relays: two hops, the slowest of a group, and as many groups as make a majority", async () => {
  const result = await study({
    system: (p) =>
      pigPaxos({
        network: networks.lan({ nodes: p.nodes, rtt: ms(10), jitter }),
        groups: p.groups,
        relayTimeout: 10,
      }),
    workload: workload.poisson(5),
  })
    .zip({ nodes: [5, 7, 13, 25], groups: [2, 2, 3, 3] })
    .compareWith(models.relay, {
      tolerance: 0.02,
      inputs: (p) => ({ nodes: p.nodes, groups: p.groups, roundTrip }),
      map: { commitLatency: "latency" },
    })
    .run({ seed: 4, operations: 1500, minReplications: 5, maxReplications: 5, workers: 1 });
  for (const row of result.rows) {
    const [{ error, verdict }] = row.comparisons;
    assert.equal(verdict, "agrees", `${JSON.stringify(row.point)}: ${error}`);
  }
});

test("the busiest processor is the leader's, as often as the model counts messages", async () => {
  const messageTime = us(20);
  const result = await study({
    system: (p) =>
      pigPaxos({
        network: networks.lan({ nodes: 25, rtt: ms(1) }),
        groups: p.groups,
        cpu: cpu({ receive: messageTime, send: messageTime }),
      }),
    workload: workload.poisson(2000),
  })
    .sweep({ groups: [2, 3, 6] })
    .run({ seed: 5, operations: 2000, minReplications: 5, maxReplications: 5, workers: 1 });
  for (const row of result.rows) {
    const { outputs } = models.relay.evaluate({
      nodes: 25,
      groups: row.point.groups,
      roundTrip: ms(1),
      messageTime,
    }) as { outputs: Record<string, number> };
    const busy = row.measures.cpuUtilisationMax?.mean ?? 0;
    assert.ok(Math.abs(busy / (2000 / outputs.maxThroughput) - 1) < 0.03, `${row.point.groups}: ${busy}`);
  }
});
