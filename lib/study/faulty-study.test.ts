/** Studies of systems in which things go wrong: measured, said beside the numbers, played again, drawn. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fault } from "../core/faults.ts";
import { disk } from "../core/machines.ts";
import { networks } from "../core/networks.ts";
import { workload } from "../core/workloads.ts";
import { raft } from "../protocols/builders.ts";
import { faultText } from "./fault-words.ts";
import { study } from "./study.ts";

const crash = fault.crash({ node: "leader", at: "5 s", lasts: "4 s" });
const system = raft({
  network: networks.lan({ nodes: 5, rtt: 0.01 }),
  disk: disk.fsync(0.001),
  faults: [crash],
});
const load = workload.poisson(20, { timeout: "10 s", retry: "300 ms", clients: ["node 1", "node 2"] });

test("a crash of the leader shows in the tail, in the notes and in the diagram, and the replay is the same run", async () => {
  // The crash, at 5 s, is not to be dropped with the warm-up.
  const warmUp = { rule: "fixed", operations: 10 } as const;
  const options = {
    warmUp,
    quantiles: [0.99],
    seed: 7,
    operations: 600,
    minReplications: 5,
    maxReplications: 5,
    workers: 1,
  } as const;
  const result = await study({ system, workload: load }).run(options);
  const row = result.rows[0];
  assert.equal(row.state, "steady");
  // Who asks in the gap waits for an election, 0.15 s at least: far above a round trip of 10 ms and a write.
  const { clientLatency } = row.measures;
  assert.ok(clientLatency !== null && clientLatency.quantiles.p99.mean > 0.15, JSON.stringify(clientLatency));
  const shown = result.table().toString();
  assert.match(shown, /faults: crash of the leader at 5 s for 4 s/);
  assert.doesNotMatch(shown, /unsafe/);
  const replay = result.point({}).replay({ from: 4.9, to: 10 });
  assert.deepEqual(
    replay.trace.marks.filter(({ kind }) => kind === "crash" || kind === "restart").map(({ time }) => time),
    [5, 9],
  );
  const leaders = replay.trace.spans.filter(({ kind }) => kind === "leads");
  assert.ok(leaders.length >= 2 && leaders[0].to === 5, JSON.stringify(leaders));
  assert.match(replay.diagram().svg(), /^<svg/);
  assert.deepEqual(result.point({}).replay({ from: 4.9, to: 10 }).trace, replay.trace);
  assert.throws(() => result.point({}).replay({ from: "1 h" }), {
    message: /^replay: from must be < \d[\d.]* s, when the run ends, got 3600 s$/,
  });
});

test("settings that may break promises are shown on tables and figures", async () => {
  const unsafe = raft({
    network: networks.lan({ nodes: 3, rtt: 0.01 }),
    reads: "lease",
    clockDriftBound: 0,
    unsafe: true,
  });
  const result = await study({ system: unsafe, workload: workload.poisson(50) }).run({
    seed: 1,
    operations: 5000,
    minReplications: 5,
    maxReplications: 5,
    workers: 1,
  });
  assert.match(result.table().toString(), /unsafe: raft runs with settings that may break its promises/);
});

test("histories that nobody judged are said on tables; the numbers are the same", async () => {
  const system = raft({ network: networks.lan({ nodes: 3, rtt: 0.01 }) });
  const run = (histories: boolean) =>
    study({ system, workload: workload.poisson(50) }).run({
      ...{ seed: 1, operations: 500, minReplications: 5, maxReplications: 5, workers: 1 },
      histories,
    });
  const [judged, unjudged] = [await run(true), await run(false)];
  assert.match(unjudged.table().toString(), /what clients saw was not judged/);
  assert.doesNotMatch(judged.table().toString(), /not judged/);
  assert.deepEqual(unjudged.rows[0].measures, judged.rows[0].measures);
});

test("faults in words", () => {
  const told: readonly (readonly [string, string])[] = [
    [faultText(fault.loss({ probability: 0.05 })), "loss of 5 % of the messages all the time"],
    [
      faultText(fault.partition({ groups: [[0, 1], [2]], at: 1, lasts: 2, every: 10, until: 60 })),
      "partition {0, 1} | {2} at 1 s for 2 s every 10 s until 60 s",
    ],
    [
      faultText(fault.crash({ node: "each", mttf: 30, mttr: 2 })),
      "crash of each node at random, mean 30 s apart for 2 s",
    ],
    [
      faultText(fault.slowDisk({ node: 1, factor: 10, at: 3, lasts: 1 })),
      "slow disk of node 1 by a factor of 10 at 3 s for 1 s",
    ],
  ];
  for (const [got, expected] of told) assert.equal(got, expected);
});
