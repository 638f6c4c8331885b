/** Protocols' own measures through a study: estimated, compared, tabulated, exported, and refused where nobody has them. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { popularity } from "../core/key-popularity.ts";
import { ms } from "../core/units.ts";
import { workload } from "../core/workloads.ts";
import { models } from "../models/index.ts";
import { epaxos, raft, shardedStore } from "../protocols/builders.ts";
import { closeWorkers } from "./execution.ts";
import { network } from "./rtt-matrix.ts";
import { study } from "./study.ts";

after(closeWorkers);

const lan = (nodes: number) => network.lan({ nodes, rtt: ms(1) });
const RUN = { seed: 2, workers: 1, progress: false, operations: 1500, maxReplications: 5 } as const;

test("hits of a cache are estimated with an interval, agree with Che's formula, and stand in table, figure and columns", async () => {
  const keys = 200;
  const result = await study({
    title: "front cache",
    system: (p: { readonly cache: number }) =>
      shardedStore({ network: lan(4), keySpace: keys, frontKeys: p.cache, serviceTime: ms(0.1) }),
    workload: workload.poisson(1000, { reads: 1, popularity: popularity.zipf(keys) }),
    units: { cache: "one" },
  })
    .sweep({ cache: [5, 40] })
    .compareWith(models.lruHitShare, {
      tolerance: 0.05,
      map: { hitShare: "hitShare" },
      inputs: (p) => ({ keys, entries: p.cache }),
    })
    .run({ ...RUN, operations: 20_000, measure: "hitShare" });
  for (const row of result.rows) {
    assert.equal(row.comparisons[0].verdict, "agrees", JSON.stringify(row.comparisons[0]));
    const { hitShare } = row.measures;
    assert.ok(hitShare !== null && hitShare.halfWidth > 0 && hitShare.n >= 2);
  }
  const table = String(result.table());
  assert.match(table, /hits of the front cache/);
  assert.match(JSON.stringify(result.plot({ x: "cache", y: "hitShare" })), /hits of the front cache/);
});

test("points of other protocols have no such measure: nothing is shown there, and nobody is asked for what none has", async () => {
  const build = { raft, epaxos };
  const of = (names: readonly (keyof typeof build)[]) =>
    study({
      title: "two",
      system: (p: { readonly protocol: keyof typeof build }) => build[p.protocol]({ network: lan(3) }),
      workload: workload.poisson(100),
    }).sweep({ protocol: [...names] });
  const both = await of(["raft", "epaxos"]).run(RUN);
  const [first, second] = both.rows.map((row) => row.measures);
  assert.equal(first.fastPathShare, undefined);
  assert.equal(second.fastPathShare?.mean, 1, "three replicas never go the slow way");
  assert.equal(first.leaderChanges?.mean, 0, "the first election is before measuring begins");
  assert.match(
    String(both.table({ measures: ["fastPathShare", "leaderChanges"] })),
    /share of the fast path/,
  );
  await assert.rejects(of(["raft"]).run({ ...RUN, measure: "fastPathShar" }), {
    message:
      /^study: unknown measure "fastPathShar" \(known: commitLatency, .*; did you mean fastPathShare\?\)$/,
  });
  await assert.rejects(of(["raft"]).run({ ...RUN, measure: "fastPathShare" }), {
    name: "UsageError",
    message: /^study: unknown measure of raft "fastPathShare" \(known: commitLatency, .*leaderChanges/,
  });
});

test("EPaxos' share of the fast path is the formula's, with the window that its rule leaves: within 2 %", async () => {
  // Two commands that interfere are seen in one order by all but their own leaders: the other's, when it is one of the two
  // of five that decide, answers otherwise if its command was sent in the one-way delay before this one came. So the window
  // is half a round trip, and two in five of the commands count: own ones do not, and of four others two are asked.
  const keys = 20;
  const clients = [0, 1, 2, 3, 4].map((node) => `node ${node}`);
  const result = await study({
    title: "fast path",
    system: epaxos({ network: network.lan({ nodes: 5, rtt: ms(20), jitter: 0 }), patience: 10 }),
    workload: (p: { readonly rate: number }) => workload.poisson(p.rate, { keys, clients }),
  })
    .sweep({ rate: [200, 800, 2000] })
    .compareWith(models.fastPath, {
      tolerance: 0.02,
      map: { fastPathShare: "fastPathShare" },
      inputs: ({ rate }) => ({
        nodes: 5,
        roundTrip: ms(20),
        rate: (2 / 5) * rate,
        interference: 1 / keys,
        window: ms(10),
      }),
    })
    .run({ ...RUN, operations: 4000, maxReplications: 30, precision: 0.01, measure: "fastPathShare" });
  for (const row of result.rows)
    assert.equal(row.comparisons[0].verdict, "agrees", JSON.stringify([row.point, row.comparisons[0]]));
});
