import assert from "node:assert/strict";
import { test } from "node:test";
import { disk } from "../../core/machines.ts";
import { networks } from "../../core/networks.ts";
import type { SystemSpec } from "../../core/system.ts";
import { ms } from "../../core/units.ts";
import { workload } from "../../core/workloads.ts";
import { rttPlusFsync } from "./rtt-plus-fsync.ts";

const system = (quorum: number): SystemSpec => ({
  protocol: "raft",
  settings: { quorum, initialLeader: 0 },
  network: networks.star({ rtts: [ms(40), ms(10), ms(30), ms(20)] }),
  cpu: { receive: disk.fsync(0).fsync, send: disk.fsync(0).fsync, perByte: 0, cores: 1 },
  disk: disk.fsync(ms(2)),
});

test("it takes the round trip that completes the quorum, not the mean and not the longest", () => {
  const load = workload.poisson(10, { clients: "site 1" });
  for (const [quorum, rtt] of [
    [2, 10],
    [3, 20],
    [4, 30],
    [5, 40],
  ]) {
    const inputs = rttPlusFsync.fromSystem?.(system(quorum), load);
    assert.ok(inputs !== undefined);
    const { commitLatency, clientLatency } = rttPlusFsync(inputs);
    assert.ok(Math.abs(commitLatency - ms(rtt + 2)) < 1e-12);
    assert.ok(Math.abs(clientLatency - ms(rtt + 2 + 40)) < 1e-12);
  }
});

test("a group of one waits for its own disk alone; another protocol is refused", () => {
  const load = workload.poisson(10);
  assert.equal(rttPlusFsync.fromSystem?.(system(1), load).roundTrip, 0);
  assert.throws(() => rttPlusFsync.fromSystem?.({ ...system(3), protocol: "paxos" }, load), {
    message: 'rttPlusFsync: protocol must be one of flexible-paxos, multi-paxos, raft, got "paxos"',
  });
  assert.throws(() => rttPlusFsync({ roundTrip: -1, fsync: 0 }), {
    message: "rttPlusFsync: roundTrip must be >= 0 s, got -1",
  });
});
