/**
 * After faults that have healed, everybody is whole again: a minority may fail for good, whichever it is, and the others serve.
 *
 * A node that never catches up goes unnoticed as long as the others are a majority; here they are not without it.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fault } from "../core/faults.ts";
import { RandomStream } from "../core/random.ts";
import { workload } from "../core/workloads.ts";
import { protocolNamed } from "../protocols/index.ts";
import { simulateRun } from "../simulation/run.ts";
import { drawSwarm } from "../simulation/swarm.ts";
import { campaignSystem } from "./campaign.ts";

/** Seconds: all has healed, a minority fails, and by when somebody must be served. */
const [HEALED, FAILED, SERVED] = [8, 12, 27];
const SEEDS = 20;

/** A minority, another one for each seed. */
function minority(nodes: number, seed: number): number[] {
  const first = seed % nodes;
  return nodes === 3 ? [first] : [first, (first + 1 + (seed % (nodes - 1))) % nodes];
}

for (const name of [
  "raft",
  "multi-paxos",
  "flexible-paxos",
  "fast-paxos",
  "pig-paxos",
  "zab",
  "mencius",
  "epaxos",
])
  test(`${name}: when all has healed, any minority may fail for good`, () => {
    const protocol = protocolNamed(name);
    for (const nodes of [3, 5])
      for (let seed = 0; seed < SEEDS; seed++) {
        const draw = new RandomStream(1, 2, 3, 4);
        draw.restart(seed);
        const drawn = drawSwarm(protocol, draw, { nodes, until: HEALED, patience: 0.3 });
        // An operator may have made the group so small that the minority is of it.
        const faults = drawn.filter((spec) => spec.fault !== "command");
        for (const node of minority(nodes, seed)) faults.push(fault.crash({ node, at: FAILED, lasts: 100 }));
        const { history } = simulateRun(
          protocol,
          { ...campaignSystem(protocol, nodes), faults },
          workload.poisson(12, {
            ...{ payload: 100, reads: 0.5, keys: 2, timeout: 2, retry: 0.4 },
            clients: Array.from({ length: nodes }, (_, node) => `node ${node}`),
          }),
          { seed, operations: 12 * SERVED, history: "keep", maxSeconds: SERVED },
        );
        const served = history.some(({ outcome, invoked }) => outcome === "ok" && invoked > FAILED + 0.1);
        assert.ok(served, `${nodes} nodes, seed ${seed}`);
      }
  });
