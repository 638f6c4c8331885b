import assert from "node:assert/strict";
import { test } from "node:test";
import { disk } from "../../core/machines.ts";
import { ms, us } from "../../core/units.ts";
import { workload } from "../../core/workloads.ts";
import { epaxos, raft } from "../../protocols/builders.ts";
import { network } from "../../study/rtt-matrix.ts";
import { models } from "../index.ts";
import { equal } from "./regions.fixture.ts";

const near = (actual: number, expected: number, relative = 1e-9): void =>
  assert.ok(Math.abs(actual - expected) <= relative * expected, `got ${actual}, expected ${expected}`);

const beside = (replica: number, share = 1) => ({ replica, share, roundTrip: null });
/** So few operations that none meets another. */
const SELDOM = 1e-9;

test("nothing costs anything: the round trip to the last of the nearest, as wanCommit reads it off the matrix", () => {
  const roundTrips = [
    [0, 30, 80, 90, 140],
    [30, 0, 60, 110, 120],
    [80, 60, 0, 40, 70],
    [90, 110, 40, 0, 50],
    [140, 120, 70, 50, 0],
  ].map((row) => row.map((x) => x / 1e3));
  const oneWay = roundTrips.map((row) => row.map((x) => x / 2));
  for (let client = 0; client < 5; client++) {
    const { commitLatency } = models.leaderlessCommitLatency({
      oneWay,
      clients: [beside(client)],
      fastQuorum: 3,
      arrivalRate: SELDOM,
    });
    near(commitLatency, models.wanCommit({ roundTrips, client, leader: 0 }).leaderlessLatency);
  }
  // Clients of all five: their mean, and the way to the replica besides for those that stand elsewhere.
  const clients = [0, 1, 2, 3, 4].map((replica) => beside(replica, 0.2));
  const { commitLatency, clientLatency } = models.leaderlessCommitLatency({
    oneWay,
    clients: [...clients.slice(1), { replica: 0, share: 0.2, roundTrip: 0.01 }],
    fastQuorum: 3,
    arrivalRate: SELDOM,
  });
  near(commitLatency, (80 + 60 + 60 + 50 + 70) / 5e3);
  near(clientLatency - commitLatency, 0.2 * 0.01);
});

test("an isolated operation by hand: every message counted once, in its order", () => {
  // Five replicas 10 ms apart; 10 us in, 20 us out. A leader names the two next by number, to whom its first two copies go.
  const given = {
    oneWay: equal(5, 0.005),
    fastQuorum: 3,
    arrivalRate: SELDOM,
    cpuReceive: us(10),
    cpuSend: us(20),
  };
  const at = (replica: number) => models.leaderlessCommitLatency({ ...given, clients: [beside(replica)] });
  // In, copies up to the second of the quorum, there in and out, answer in, four commits, the client's answer.
  const others = 10 + 10 + 20 + 10 + 4 * 20 + 20;
  near(at(0).commitLatency, 0.01 + (others + 2 * 20) * 1e-6);
  near(at(4).commitLatency, 0.01 + (others + 2 * 20) * 1e-6);
  near(at(0).service, (others + 2 * 20) * 1e-6, 1e-6);
  // Of two disk writes of its own and one of the quorum's.
  const stored = models.leaderlessCommitLatency({
    ...given,
    clients: [beside(0)],
    storage: disk.fsync(ms(2)),
  });
  near(stored.disk, 0.006);
  near(stored.commitLatency, at(0).commitLatency + 0.006);
});

test("loads: what a replica leads and what it answers to, and no more than it can do", () => {
  const given = { oneWay: equal(3, 0.005), fastQuorum: 2, cpuReceive: us(10), cpuSend: us(10) };
  const clients = [beside(0, 0.5), beside(1, 0.3), beside(2, 0.2)];
  // Own: 1 in, 4 out, 2 in, 1 out; another's: 2 in, 1 out.
  const { busiestCpu } = models.leaderlessCommitLatency({ ...given, clients, arrivalRate: 1000 });
  near(busiestCpu, 1000 * (0.5 * 80e-6 + 0.5 * 30e-6));
  const answer = models.leaderlessCommitLatency.evaluate({ ...given, clients, arrivalRate: 20_000 });
  assert.ok(!answer.stable && answer.reason.includes("busiestCpu"));
  // A study measures replica 0: here the busiest, and the idlest when it leads least.
  const last = models.leaderlessCommitLatency({ ...given, clients: [beside(2)], arrivalRate: 1000 });
  near(last.cpuUtilisation, 1000 * 30e-6);
  // The bytes alone are more than a disk writes: votes on all, and the commits of its own.
  const slow = { ...given, clients, arrivalRate: 1000, payload: 1000, headerBytes: 100 };
  const bytes = 1000 * (1000 + 112 + 0.5 * 112);
  const onDisk = (bandwidth: number) =>
    models.leaderlessCommitLatency.evaluate({ ...slow, storage: disk.fsync(ms(0.1), { bandwidth }) });
  assert.ok(onDisk(8 * bytes * 1.01).stable);
  const full = onDisk(8 * bytes * 0.99);
  assert.ok(!full.stable && full.reason.includes("diskBytes"));
  // Just at what is possible, however the sums round.
  for (const rate of [1 / 55e-6, 1 / 55e-6 - 1e-9, 1 / 55e-6 + 1e-9])
    models.leaderlessCommitLatency.evaluate({ ...given, clients, arrivalRate: rate });
});

test("reads a system: clients beside nodes, at sites, and who their replica is; bad input gets a clear error", () => {
  const net = network.star({ rtts: [ms(10), ms(30)] });
  const load = workload.poisson(10, {
    clients: [
      { at: "node 2", share: 0.5 },
      { at: "site 1", share: 0.5 },
    ],
    keys: 1000,
  });
  const read = models.leaderlessCommitLatency.fromSystem?.(epaxos({ network: net }), load) as {
    readonly clients: readonly object[];
    readonly fastQuorum: number;
  };
  assert.equal(read.fastQuorum, 2);
  assert.deepEqual(read.clients[0], { replica: 2, share: 0.5, roundTrip: null });
  assert.throws(() => models.leaderlessCommitLatency.fromSystem?.(raft({ network: net }), load), {
    name: "DomainError",
    message: 'leaderlessCommitLatency: protocol must be epaxos, got "raft"',
  });
  const given = { oneWay: equal(3, 1), clients: [beside(0)], fastQuorum: 2, arrivalRate: 1 };
  for (const [wrong, message] of [
    [{ oneWay: [] }, /leaderlessCommitLatency: oneWay must be delays between 2 nodes or more, got \[\]/],
    [{ oneWay: [[0, 1], [1]] }, /leaderlessCommitLatency: oneWay\[1\] must have 2 delays, got \[1\]/],
    [
      { clients: [beside(0, 0.5)] },
      /leaderlessCommitLatency: clients must have shares that add up to 1, got 0.5/,
    ],
    [{ clients: [beside(3)] }, /leaderlessCommitLatency: clients must ask a node of 0, 1, 2, got 3/],
    [
      { oneWay: [[0]] },
      /leaderlessCommitLatency: oneWay must be delays between 2 nodes or more, got \[\[0\]\]/,
    ],
    [{ fastQuorum: 1 }, /leaderlessCommitLatency: fastQuorum must be .*>= 2, got 1/],
    [
      { oneWay: equal(5, 1), fastQuorum: 2 },
      /leaderlessCommitLatency: fastQuorum 2 must be > size\(oneWay\) \/ 2 2.5/,
    ],
    [{ fastQuorum: 4 }, /leaderlessCommitLatency: fastQuorum 4 must be <= size\(oneWay\) 3/],
  ] as const)
    assert.throws(() => models.leaderlessCommitLatency({ ...given, ...wrong } as never), message);
});
