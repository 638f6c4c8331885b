/** Scans through the sharded store: how many pieces they meet, what that costs, and that they stay right while ranges move. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { linearizable } from "../checkers/linearizable.ts";
import { fault } from "../core/faults.ts";
import { popularity } from "../core/key-popularity.ts";
import { ms } from "../core/units.ts";
import { workload } from "../core/workloads.ts";
import { models } from "../models/index.ts";
import { raft, shardedStore } from "../protocols/builders.ts";
import { closeWorkers } from "./execution.ts";
import { runStore } from "./resharding.fixture.ts";
import { network } from "./rtt-matrix.ts";
import { study } from "./study.ts";

after(closeWorkers);

const KEYS = 1200;
const SERVERS = 6;
const scans = (longest: number) => popularity.scan(popularity.uniform(KEYS), { longest });

test("pieces that a scan meets, in ranges and in slots of hashes: within 3 % of the formula", async () => {
  for (const [placement, output] of [
    ["range", "rangeParts"],
    ["modulo", "hashParts"],
  ] as const) {
    const result = await study({
      title: "scans",
      system: shardedStore({
        network: network.lan({ nodes: SERVERS + 1, rtt: ms(1) }),
        keySpace: KEYS,
        placement,
        ...(placement === "range" ? {} : { slots: 60 }),
      }),
      workload: (p: { readonly longest: number }) =>
        workload.poisson(100, { reads: 1, popularity: scans(p.longest) }),
      units: { longest: "one" },
    })
      .sweep({ longest: [10, 100] })
      .compareWith(models.scanFanOut, {
        tolerance: 0.03,
        map: { partsPerRequest: output },
        inputs: (p) => ({ keys: KEYS, longest: p.longest, ranges: SERVERS, slots: 60 }),
      })
      .run({ seed: 4, progress: false, measure: "partsPerRequest", precision: 0.01, operations: 4000 });
    for (const row of result.rows)
      assert.equal(row.comparisons[0].verdict, "agrees", JSON.stringify([row.point, row.comparisons[0]]));
  }
});

test("a scan takes as long as its slowest part, and a server as long as its keys need", () => {
  const settings = { keySpace: 100, serviceTime: 1e-3, serviceScv: 0, scanTime: 1e-4 };
  const load = workload.poisson(5, {
    reads: 1,
    popularity: popularity.scan(popularity.uniform(100), { longest: 100 }),
  });
  // Two servers with 50 keys each, and nobody else about: a round trip, a service, and what further keys take.
  const run = runStore(3, settings, load, { operations: 300, seed: 1 });
  let checked = 0;
  for (const { key, invoked, completed } of run.history) {
    if (run.history.some((other) => other.key !== key && Math.abs(other.invoked - invoked) < 0.03)) continue;
    checked++;
    const latency = completed - invoked;
    assert.ok(latency >= 1e-3 && latency <= 1e-3 + 49e-4 + 2e-3, `key ${key}: ${latency}`);
  }
  assert.ok(checked > 30);
});

test("scans and writes while ranges move, servers crash and messages are lost: linearizable in the first key, all answered", () => {
  const faults = [
    fault.crash({ node: 2, at: 2, until: 3 }),
    fault.loss({ probability: 0.02, at: 1, until: 6 }),
  ];
  const settings = { keySpace: 40, planInterval: 0.2, imbalance: 0.05, serviceTime: 2e-3, faults };
  const popular = popularity.scan(popularity.zipf(40), { longest: 8 });
  const load = workload.poisson(400, { reads: 0.5, popularity: popular, timeout: 20, retry: 1 });
  const run = runStore(5, settings, load, {
    operations: 4000,
    seed: 3,
  });
  assert.ok(Number(run.outcome.moves) > 0, "ranges moved");
  assert.equal(run.operations.failed + run.operations.unknown, 0);
  assert.equal(linearizable(run.history).verdict, "linearizable");
});

test("who reads one key at a time refuses scans, and scans need reads", () => {
  const load = workload.poisson(10, { reads: 1, popularity: scans(5) });
  const asked = study({
    title: "raft",
    system: raft({ network: network.lan({ nodes: 3, rtt: ms(1) }) }),
    workload: load,
  });
  return assert.rejects(asked.run({ seed: 1, progress: false }), {
    name: "UsageError",
    message: /popularity must be of single keys, got a scan: the protocol reads one key at a time/,
  });
});
