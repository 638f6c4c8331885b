import assert from "node:assert/strict";
import { test } from "node:test";
import { modelIndex } from "../models/index.ts";
import { readDimension, unitText } from "./dimension.ts";
import { lognormal } from "./distributions.ts";
import { FEATURES, unrepresented } from "./features.ts";
import { popularity } from "./key-popularity.ts";
import { cpu, disk, FREE_CPU } from "./machines.ts";
import { networks } from "./networks.ts";
import type { SystemSpec } from "./system.ts";
import { workload } from "./workloads.ts";

const PLAIN: SystemSpec = {
  protocol: "raft",
  settings: {},
  network: networks.lan({ nodes: 3, rtt: 0.001, order: "datagram" }),
  cpu: FREE_CPU,
  disk: null,
};
const EVERYTHING: SystemSpec = {
  protocol: "raft",
  settings: { headerBytes: 64, batchMax: 8, batchDelay: 0.001, pipeline: 2, heartbeatInterval: 0.1 },
  network: networks.fromMatrix({
    sites: ["A", "B"],
    rtt: [
      [0.001, 0.1],
      [0.1, 0.001],
    ],
    place: { A: 2, B: 1 },
    bandwidth: 1e9,
    jitter: 0.1,
  }),
  cpu: cpu({ receive: 1e-5, cores: 2 }),
  disk: disk.fsync(lognormal({ p50: 0.001, p99: 0.006 }), { bandwidth: 1e9 }),
};
const all = { id: "all", ignores: FEATURES };

test("a plain system uses no feature, a full one every one", () => {
  assert.deepEqual(unrepresented(all, PLAIN, workload.poisson(1)), []);
  const load = workload.onOff(
    1,
    { on: 1, off: 1 },
    {
      payload: lognormal({ mean: 100, scv: 1 }),
      reads: 0.5,
      popularity: popularity.zipf(10),
      clients: "B",
      timeout: 1,
    },
  );
  const either = ["in-order links", "overtaken appends"];
  const ofRaft = FEATURES.filter(
    (feature) => feature !== "interfering commands" && feature !== "concurrent proposers",
  );
  assert.deepEqual(
    unrepresented(all, EVERYTHING, load),
    ofRaft.filter((feature) => feature !== either[1]),
  );
  const network = { ...EVERYTHING.network, order: "datagram" } as const;
  assert.deepEqual(
    unrepresented(all, { ...EVERYTHING, network }, load),
    ofRaft.filter((feature) => feature !== either[0] && feature !== "bunched requests"),
  );
  const calm = { ...PLAIN, network: networks.lan({ nodes: 3, rtt: 0.001, jitter: 0.1, order: "datagram" }) };
  assert.deepEqual(unrepresented(all, calm, load).includes("overtaken appends"), true);
  const other = { ...calm, protocol: "multi-paxos" };
  assert.deepEqual(unrepresented(all, other, load).includes("overtaken appends"), false);
});

test("commands interfere where a key is often asked for while another of it is under way", () => {
  const leaderless = { ...PLAIN, protocol: "epaxos" };
  const often = (load: ReturnType<typeof workload.poisson>, system: SystemSpec = leaderless): boolean =>
    unrepresented(all, system, load).includes("interfering commands");
  // 1 ms there and back: 1000 a second on one key are one at a time, on 10,000 keys one in ten thousand meets another.
  assert.ok(often(workload.poisson(1000)) && !often(workload.poisson(1000, { keys: 10_000 })));
  assert.ok(!often(workload.poisson(1000, { reads: 1 })), "reads never interfere");
  assert.ok(often(workload.closed(1, { think: 1 })), "nobody knows the rate");
  assert.ok(!often(workload.poisson(1000), PLAIN), "a log orders everything anyway");
});

test("clients beside the node they turn to are at no distance: the leader, or any node where nobody leads", () => {
  const far = (system: SystemSpec, at: string): boolean =>
    unrepresented(all, system, workload.poisson(1, { clients: at })).includes("client distance");
  const led = { ...PLAIN, settings: { initialLeader: 1 } };
  assert.deepEqual(
    ["leader", "node 1", "node 0"].map((at) => far(led, at)),
    [false, false, true],
  );
  assert.ok(!far({ ...PLAIN, protocol: "epaxos" }, "node 2"));
});

test("only what a model says it ignores is named, and only known words may be said", () => {
  const model = { id: "m", ignores: ["disk", "batching"] } as const;
  assert.deepEqual(unrepresented(model, EVERYTHING, workload.poisson(1)), ["disk", "batching"]);
  assert.throws(() => unrepresented({ id: "m", ignores: ["disks" as never] }, PLAIN, workload.poisson(1)), {
    name: "UsageError",
    message: /^m: unknown feature "disks" \(known: .*; did you mean disk\?\)$/,
  });
  for (const one of modelIndex.values()) unrepresented(one, PLAIN, workload.poisson(1));
});

test("dimensions: names, products, and what is neither", () => {
  assert.equal(unitText(readDimension("t", "bandwidth")), "bit/s");
  assert.equal(unitText(readDimension("t", "s^2/bit")), "s^2/bit");
  assert.equal(unitText(readDimension("t", "1/s*B")), "1/s*B");
  assert.equal(unitText(readDimension("t", "one")), "1");
  assert.throws(() => readDimension("t", "seconds"), {
    message:
      't: dimension must be one of time, size, bandwidth, rate, timePerByte, one or a product such as "s^2/bit", got "seconds"',
  });
});
