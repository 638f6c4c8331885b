import assert from "node:assert/strict";
import { test } from "node:test";
import { networks } from "../core/networks.ts";
import { workload } from "../core/workloads.ts";
import { raft } from "../protocols/builders.ts";
import { protocolNamed } from "../protocols/index.ts";
import { simulateRun } from "../simulation/run.ts";

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
