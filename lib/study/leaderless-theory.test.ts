/** EPaxos between measured regions: its fast path takes the round trip that the matrix alone predicts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { distributionFrom } from "../core/distributions.ts";
import { workload } from "../core/workloads.ts";
import { models } from "../models/index.ts";
import { epaxos } from "../protocols/builders.ts";
import { protocolNamed } from "../protocols/index.ts";
import { simulateRun } from "../simulation/run.ts";
import { network } from "./rtt-matrix.ts";

test("five and seven replicas commit with the nearest 2 and 4 others, as wanCommit predicts", () => {
  for (const sites of [
    ["Dallas", "Frankfurt", "London", "Tokyo", "Sydney"],
    ["Dallas", "Frankfurt", "London", "Tokyo", "Sydney", "Toronto", "Osaka"],
  ]) {
    const net = network.fromRttMatrix("data/rtt/ibm-cloud-regions-2026.csv", {
      place: Object.fromEntries(sites.map((site) => [site, 1])),
    });
    const roundTrips = net.oneWay.map((row) => row.map((oneWay) => 2 * distributionFrom(oneWay).mean));
    for (const [client, site] of sites.entries()) {
      const commits: number[] = [];
      simulateRun(
        protocolNamed("epaxos"),
        epaxos({ network: net, patience: 10 }),
        workload.deterministic(1, { clients: site, keys: 1000 }),
        { seed: 1, operations: 12, completion: (commit) => commits.push(commit) },
      );
      const { leaderlessLatency } = models.wanCommit({ roundTrips, client, leader: 0 });
      // Who is near it learns from its first commands.
      for (const commit of commits.slice(6))
        assert.ok(Math.abs(commit - leaderlessLatency) < 1e-6, `${site}: ${commit} and ${leaderlessLatency}`);
    }
  }
});
