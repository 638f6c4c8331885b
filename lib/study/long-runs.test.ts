import assert from "node:assert/strict";
import { syncBuiltinESMExports } from "node:module";
import { test } from "node:test";
import v8 from "node:v8";
import { networks } from "../core/networks.ts";
import { workload } from "../core/workloads.ts";
import { raft } from "../protocols/builders.ts";
import { protocolNamed } from "../protocols/index.ts";
import { simulateRun } from "../simulation/run.ts";
import { expectLongRuns, simulateOneOfMany } from "./long-runs.ts";

const run = (long?: { readonly from: number; begins(): void }) =>
  simulateRun(
    protocolNamed("raft"),
    raft({ network: networks.lan({ nodes: 3, rtt: 0.001 }) }),
    workload.poisson(1000),
    {
      seed: 5,
      operations: 3000,
      history: "keep",
      ...(long === undefined ? {} : { long }),
    },
  );

test("a run becomes long once, at the first check after so many events, and gives what it gives anyway", () => {
  let times = 0;
  const short = run();
  const long = run({ from: 5000, begins: () => times++ });
  assert.ok(short.events > 10_000, `${short.events} events`);
  assert.equal(times, 1);
  assert.deepEqual(long, short);
  run({ from: short.events + 1, begins: () => assert.fail("was not so long") });
});

test("a thread's compiler is given more where runs are expected to be long, once, and they give what they give anyway", () => {
  const flags: string[] = [];
  const honest = v8.setFlagsFromString;
  v8.setFlagsFromString = (flag) => flags.push(flag);
  syncBuiltinESMExports();
  try {
    const given = [
      protocolNamed("raft"),
      raft({ network: networks.lan({ nodes: 3, rtt: 0.001 }) }),
      workload.poisson(1000),
      { seed: 5, operations: 3000, history: "keep" },
    ] as const;
    const alone = simulateRun(...given);
    assert.deepEqual(simulateOneOfMany(...given), alone);
    assert.deepEqual(flags, []);
    expectLongRuns();
    assert.deepEqual(simulateOneOfMany(...given), alone);
    assert.equal(flags.length, 3);
    expectLongRuns();
    assert.deepEqual(simulateOneOfMany(...given), alone);
    assert.equal(flags.length, 3);
  } finally {
    v8.setFlagsFromString = honest;
    syncBuiltinESMExports();
  }
});
