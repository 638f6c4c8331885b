/** A protocol's own measures: of the measured window alone, and whole in spite of crashes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fault } from "../core/faults.ts";
import { networks } from "../core/networks.ts";
import { workload } from "../core/workloads.ts";
import { raft, station } from "../protocols/builders.ts";
import { protocolIndex, protocolNamed } from "../protocols/index.ts";
import { largestShare, OwnCounts, perOther, total } from "./own-measures.ts";
import type { AnyProtocol } from "./protocol.ts";
import { simulateRun } from "./run.ts";

interface Counter {
  done: number;
  tried: number;
}

const counting = {
  counts: (node: Counter) => ({ ...node }),
  measures: {
    share: { dimension: "one", title: "", meaning: "", of: perOther("done", "tried") },
    done: { dimension: "one", title: "", meaning: "", of: total("done") },
    most: { dimension: "one", title: "", meaning: "", of: largestShare("done") },
    rate: {
      dimension: "rate",
      title: "",
      meaning: "",
      of: (counts: readonly Record<string, number>[], seconds: number) =>
        total("done")(counts, seconds) / seconds,
    },
  },
} as unknown as AnyProtocol;

test("what was counted before measuring began is left out, what a crash forgot is kept", () => {
  const nodes: Counter[] = [
    { done: 10, tried: 10 },
    { done: 0, tried: 10 },
  ];
  const own = new OwnCounts(counting, nodes);
  own.begin(2);
  nodes[0].done += 3;
  nodes[0].tried += 4;
  own.keep(0); // it starts again
  nodes[0] = { done: 1, tried: 4 };
  own.keep(0); // and again
  nodes[0] = { done: 2, tried: 2 };
  nodes[1] = { done: 2, tried: 16 };
  assert.deepEqual(own.measures(6), { share: 8 / 16, done: 8, most: 6 / 8, rate: 2 });
});

test("nothing to measure is no number, not a share of 0", () => {
  const own = new OwnCounts(counting, [{ done: 0, tried: 0 }]);
  const { share, most, done } = own.measures(1);
  assert.ok(Number.isNaN(share) && Number.isNaN(most));
  assert.equal(done, 0);
});

test("a run's own measures are what its history says of the measured operations", () => {
  const system = station({
    network: networks.lan({ nodes: 1, rtt: 0 }),
    serviceTime: 1e-3,
    servers: 2,
    places: 3,
  });
  const warmUp = 500;
  const run = simulateRun(protocolNamed("station"), system, workload.poisson(2500, { reads: 0.3 }), {
    seed: 5,
    warmUp,
    operations: 2000,
    history: "keep",
  });
  const measured = run.history.filter(({ id }) => id >= warmUp);
  const refused = measured.filter(({ outcome }) => outcome === "failed");
  assert.ok(refused.length > 100);
  assert.equal(run.own.refusedShare, refused.length / measured.length);
  // Those let in before measuring began leave after it: a few requests at the edge.
  const reads = measured.filter(({ kind, outcome }) => kind === "read" && outcome === "ok");
  const mean = reads.reduce((sum, { invoked, completed }) => sum + completed - invoked, 0) / reads.length;
  assert.ok(Math.abs(run.own.readResponseTime / mean - 1) < 0.01);
});

test("measures of one name mean one thing in every protocol that has them", () => {
  const known = new Map<string, string>();
  for (const { measures = {} } of protocolIndex.values()) {
    for (const [name, { dimension, title, meaning }] of Object.entries(measures)) {
      const said = JSON.stringify([dimension, title, meaning]);
      assert.equal(known.get(name) ?? said, said, name);
      known.set(name, said);
      assert.match(name, /^[a-z][A-Za-z0-9]*$/);
    }
  }
  for (const general of ["commitLatency", "clientLatency", "throughput", "messagesPerOperation"])
    assert.ok(!known.has(general));
});

test("a leader that crashes and comes back: each change of leader is counted, and none that was before", () => {
  const system = raft({
    network: networks.lan({ nodes: 3, rtt: 1e-3 }),
    faults: [fault.crash({ node: 0, at: 1, lasts: 0.5 }), fault.crash({ node: 1, at: 3, lasts: 0.5 })],
  });
  const load = workload.poisson(100, { timeout: 5, retry: 0.2 });
  const run = simulateRun(protocolNamed("raft"), system, load, { seed: 3, warmUp: 50, operations: 500 });
  // Node 0 led when measuring began, at half a second.
  const later = run.faults.leaders.filter(({ from }) => from > 0.6);
  assert.ok(later.length >= 1);
  assert.equal(run.own.leaderChanges, later.length);
});
