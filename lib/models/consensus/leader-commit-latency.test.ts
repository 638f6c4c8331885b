import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { deterministic, exponential, lognormal, uniform } from "../../core/distributions.ts";
import { FREE_CPU } from "../../core/machines.ts";
import { networks } from "../../core/networks.ts";
import type { SystemSpec } from "../../core/system.ts";
import { workload } from "../../core/workloads.ts";
import { publishedTable } from "../../study/published-table.ts";
import { md1 } from "../queueing/md1.ts";
import { leaderCommitLatency } from "./leader-commit-latency.ts";
import { isolatedOperation, simulateLeader } from "./leader-oracle.ts";
import { quorumLatencyExponential } from "./quorum-latency.ts";

const near = (actual: number, expected: number, relative = 1e-9): void =>
  assert.ok(
    Math.abs(actual - expected) <= relative * Math.abs(expected) + 1e-15,
    `got ${actual}, expected ${expected} within ${relative}`,
  );
const links = (...rtts: number[]) => rtts.map((rtt) => ({ out: rtt / 2, back: rtt / 2 }));
const micros = (max: number) => fc.integer({ min: 0, max }).map((n) => n * 1e-6);
/** So seldom that no two operations meet. */
const SELDOM = 1e-9;
const PARTS = [
  "clientPropagation",
  "ingress",
  "cpuWait",
  "cpu",
  "egressWait",
  "egressTransmission",
  "propagation",
  "quorumWait",
  "diskWait",
  "disk",
  "batchWait",
] as const;

test("five nodes at 10, 20, 30, 40 ms commit at the second round trip, plus stated costs", () => {
  const plain = leaderCommitLatency({ links: links(0.01, 0.02, 0.03, 0.04), arrivalRate: SELDOM });
  near(plain.commitLatency, 0.02);
  near(plain.propagation, 0.01);
  near(plain.quorumWait, 0.01);
  // 1 MB over 1 Gbit/s: the deciding copy is the second and leaves 16 ms after the request.
  const large = leaderCommitLatency({
    links: links(0.01, 0.02, 0.03, 0.04),
    arrivalRate: SELDOM,
    payload: 1e6,
    egressPerByte: 8e-9,
  });
  near(large.commitLatency, 0.036, 1e-7);
  near(large.egressTransmission, 0.008, 1e-7);
  near(large.egressWait, 0.008, 1e-6);
  // Request in, two sends, follower in and out, vote in, answer out.
  const busy = leaderCommitLatency({
    links: links(0.01, 0.02, 0.03, 0.04),
    arrivalRate: SELDOM,
    cpuReceive: 1e-4,
    cpuSend: 1e-5,
    storage: { fsync: deterministic(0.002).spec, bandwidth: null },
    clientRoundTrip: 0.1,
    remoteShare: 1,
  });
  near(busy.commitLatency, 1e-4 + 2e-5 + 0.02 + 1e-4 + 1e-5 + 0.002 + 1e-4 + 1e-5, 1e-7);
  near(busy.clientLatency, busy.commitLatency + 0.1);
});

test("an isolated operation is exact: 300 random systems with constant times, by hand-made events", () => {
  const costs = fc.record({
    rtts: fc.array(micros(100_000), { minLength: 1, maxLength: 8 }),
    quorum: fc.integer({ min: 0, max: 9 }),
    cpuReceive: micros(1000),
    cpuSend: micros(1000),
    transmission: micros(1000),
    fsync: fc.option(micros(10_000), { nil: null }),
  });
  fc.assert(
    fc.property(costs, (c) => {
      const quorum = Math.min(c.quorum, c.rtts.length + 1);
      const majority = Math.floor((c.rtts.length + 1) / 2) + 1;
      const model = leaderCommitLatency({
        links: links(...c.rtts),
        quorum,
        arrivalRate: SELDOM,
        payload: 1000,
        egressPerByte: c.transmission / 1000,
        // With a disk the oracle takes messages in at no cost: the model leaves out the own record's turn behind votes.
        cpuReceive: c.fsync === null ? c.cpuReceive : 0,
        cpuSend: c.cpuSend,
        storage: c.fsync === null ? null : { fsync: deterministic(c.fsync).spec, bandwidth: null },
      });
      const exact = isolatedOperation({ ...c, quorum: quorum === 0 ? majority : quorum });
      near(model.commitLatency, exact, 1e-7);
    }),
    { seed: 11, numRuns: 300 },
  );
});

test("reduces to M/D/1 where one station is all there is", () => {
  for (const rho of [0.1, 0.5, 0.8, 0.95]) {
    const queue = md1({ arrivalRate: rho * 1000, serviceTime: 0.001 });
    // Alone: the processor takes in the request and answers.
    const cpu = leaderCommitLatency({
      links: [],
      arrivalRate: rho * 1000,
      cpuReceive: 0.0006,
      cpuSend: 0.0004,
    });
    near(cpu.commitLatency, queue.responseTime);
    // One follower: the port sends one copy, then a round trip.
    const port = leaderCommitLatency({
      links: links(0.05),
      arrivalRate: rho * 1000,
      payload: 1000,
      egressPerByte: 1e-6,
    });
    near(port.commitLatency, queue.responseTime + 0.05);
    near(port.egressUtilisation, rho);
  }
});

test("reduces to the order statistic of exponential links at light load", () => {
  for (const [nodes, quorum] of [
    [3, 2],
    [5, 3],
    [5, 4],
    [9, 5],
    [7, 7],
  ] as const) {
    const model = leaderCommitLatency({
      links: Array.from({ length: nodes - 1 }, () => ({ out: exponential(0.006), back: 0 })),
      quorum,
      arrivalRate: SELDOM,
    });
    near(
      model.commitLatency,
      quorumLatencyExponential({ nodes, quorum, meanRoundTrip: 0.006 }).latency,
      1e-3,
    );
  }
});

test("the port's limit is the published one, row by row", () => {
  for (const row of publishedTable("leader_nic_bound").rows) {
    const nodes = Number(row.n);
    const at = (arrivalRate: number) =>
      leaderCommitLatency.evaluate({
        links: links(...new Array<number>(nodes - 1).fill(1e-4)),
        arrivalRate,
        payload: Number(row.size_bytes),
        egressPerByte: 8 / Number(row.bandwidth_bit_s),
      });
    const published = Number(row.max_ops_s_computed);
    assert.equal(at(published * 0.9999).stable, true);
    const over = at(published * 1.0001);
    assert.equal(over.stable, false);
    if (!over.stable) assert.match(over.reason, /^unstable: egressUtilisation 1\.000 must be < 1$/);
  }
});

/** Random systems over the whole domain. */
const anywhere = fc.record({
  rtts: fc.array(micros(200_000), { minLength: 0, maxLength: 8 }),
  jitter: fc.constantFrom(0, 0, 0.3),
  load: fc.double({ min: 0.01, max: 0.98, noNaN: true }),
  payload: fc.integer({ min: 0, max: 1_000_000 }),
  payloadScv: fc.constantFrom(0, 1),
  headerBytes: fc.constantFrom(0, 64),
  egressPerByte: fc.constantFrom(0, 8e-9, 8e-7),
  ingressPerByte: fc.constantFrom(0, 8e-9, 8e-7),
  cpuReceive: fc.integer({ min: 1, max: 1000 }).map((n) => n * 1e-7),
  cpuSend: micros(100),
  cpuPerByte: fc.constantFrom(0, 1e-9),
  cores: fc.integer({ min: 1, max: 4 }),
  fsync: fc.constantFrom(null, 0.001),
  order: fc.constantFrom("stream" as const, "datagram" as const),
  waiting: fc.constantFrom("mm1" as const, "md1" as const, "mg1" as const, "gg1" as const),
  remoteShare: fc.constantFrom(0, 0.5, 1),
  clientRoundTrip: micros(200_000),
});

test("parts add up, waits grow with load, and all is finite: 200 random systems", () => {
  fc.assert(
    fc.property(anywhere, (x) => {
      const { rtts, jitter, load, fsync, ...rest } = x;
      const leg = (rtt: number) =>
        jitter > 0 && rtt > 0 ? lognormal({ mean: rtt / 2, scv: jitter ** 2 }) : rtt / 2;
      const given = {
        ...rest,
        links: rtts.map((rtt) => ({ out: leg(rtt), back: leg(rtt) })),
        storage: fsync === null ? null : { fsync: exponential(fsync).spec, bandwidth: null },
      };
      // A rate at which the busiest station is used to the given share.
      const idle = leaderCommitLatency({ ...given, arrivalRate: SELDOM });
      const busiest = Math.max(idle.leaderUtilisation, idle.followerUtilisation) / SELDOM;
      const at = (share: number) => leaderCommitLatency({ ...given, arrivalRate: share / busiest });
      const now = at(load);
      near(
        PARTS.reduce((sum, part) => sum + now[part], 0),
        now.clientLatency,
      );
      for (const [name, value] of Object.entries(now))
        assert.ok(Number.isFinite(value) && value >= -1e-12, name);
      assert.ok(now.commitLatency <= now.clientLatency + 1e-12);
      assert.ok(now.cpuWait >= idle.cpuWait - 1e-9, "waiting for processors");
      assert.ok(now.leaderUtilisation <= 1);
    }),
    { seed: 12, numRuns: 200 },
  );
});

test("agrees with an independent simulation of the stations", () => {
  const lan = links(...new Array<number>(4).fill(0.0005));
  const cases = [
    {
      name: "processor",
      links: lan,
      cpuReceive: 1e-5,
      cpuSend: 2e-6,
      transmission: 0,
      fsync: null,
      rho: 0.8,
      within: 0.03,
    },
    {
      name: "port",
      links: links(0.0006, 0.09, 0.09, 0.23),
      cpuReceive: 0,
      cpuSend: 0,
      transmission: 0.008,
      fsync: null,
      rho: 0.8,
      within: 0.03,
    },
    {
      name: "disk",
      links: lan,
      cpuReceive: 0,
      cpuSend: 0,
      transmission: 0,
      fsync: 0.002,
      rho: 0,
      within: 0.01,
    },
    {
      name: "fan of eight",
      links: links(...new Array<number>(8).fill(0.0005)),
      cpuReceive: 1e-5,
      cpuSend: 2e-6,
      transmission: 0,
      fsync: null,
      rho: 0.8,
      within: 0.06,
    },
  ];
  for (const c of cases) {
    const followers = c.links.length;
    const cpu = (followers + 1) * (c.cpuReceive + c.cpuSend);
    const busiest = Math.max(cpu, followers * c.transmission);
    const rate = c.rho === 0 ? 400 : c.rho / busiest;
    const rtts = c.links.map(({ out, back }) => out + back);
    const simulated = simulateLeader({
      ...c,
      rtts,
      quorum: Math.floor((followers + 1) / 2) + 1,
      rate,
      operations: 60_000,
    });
    const model = leaderCommitLatency({
      links: c.links,
      arrivalRate: rate,
      payload: 1000,
      egressPerByte: c.transmission / 1000,
      cpuReceive: c.cpuReceive,
      cpuSend: c.cpuSend,
      storage: c.fsync === null ? null : { fsync: deterministic(c.fsync).spec, bandwidth: null },
    });
    assert.ok(
      Math.abs(model.commitLatency / simulated - 1) <= c.within,
      `${c.name}: model ${model.commitLatency}, simulated ${simulated}`,
    );
  }
});

test("links that keep order hold messages back: exact for a Poisson stream", () => {
  // P(D ≤ x) for uniform(0, 2a) at rate λ: F(x)·exp(−λ∫(1 − F)); mean by Simpson's rule.
  const [a, rate] = [0.005, 300];
  const law = (x: number): number => (x / (2 * a)) * Math.exp((-rate * (2 * a - x) ** 2) / (4 * a));
  const steps = 2000;
  let below = 0;
  for (let i = 0; i <= steps; i++) {
    const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2;
    below += (weight * law((2 * a * i) / steps) * 2 * a) / steps / 3;
  }
  const one = { links: [{ out: uniform(0, 2 * a), back: 0 }], arrivalRate: rate };
  near(leaderCommitLatency({ ...one, order: "stream" }).commitLatency, 2 * a - below, 1e-3);
  // One follower decides alone: with answers in order, the leader holds back what the link does not.
  near(leaderCommitLatency({ ...one, order: "datagram" }).commitLatency, 2 * a - below, 1e-3);
  near(leaderCommitLatency({ ...one, order: "datagram", answers: "chosen" }).commitLatency, a, 1e-3);
});

test("stays finite at the edges of its domain", () => {
  const edge = leaderCommitLatency({
    links: links(0.01, 0.02),
    arrivalRate: (1 - 1e-6) * 500,
    payload: 1000,
    egressPerByte: 1e-6,
  });
  assert.ok(edge.commitLatency > 900 && edge.commitLatency < 1100, String(edge.commitLatency));
  const wide = leaderCommitLatency({
    links: links(...Array.from({ length: 100 }, (_, i) => 0.001 * (i + 1))),
    arrivalRate: 1,
  });
  near(wide.commitLatency, 0.05);
  assert.throws(
    () => leaderCommitLatency({ links: links(...new Array<number>(101).fill(1)), arrivalRate: 1 }),
    {
      message: "leaderCommitLatency: links must be at most 100 links, got 101",
    },
  );
});

test("bad input gives the exact message", () => {
  const two = links(0.01, 0.02);
  const cases: [unknown, string][] = [
    [
      { arrivalRate: 1 },
      "leaderCommitLatency: links is missing (one-way delays from the leader to each follower and back, in the order in which copies are sent; must be given)",
    ],
    [{ links: 3, arrivalRate: 1 }, "leaderCommitLatency: links must be a list of links, got 3"],
    [{ links: [{ out: 1 }], arrivalRate: 1 }, ""],
    [
      { links: [{ out: 1, bakc: 1 }], arrivalRate: 1 },
      'leaderCommitLatency: links[0]: unknown field "bakc" (known: out, back; did you mean back?)',
    ],
    [
      { links: two, quorum: 4, arrivalRate: 1 },
      "leaderCommitLatency: quorum 4 must be <= count(links) + 1 3",
    ],
    [{ links: two, arrivalRate: 0 }, "leaderCommitLatency: arrivalRate must be > 0 1/s, got 0"],
    [
      { links: two, arrivalRate: 1, order: "tcp" },
      'leaderCommitLatency: unknown order "tcp" (known: stream, datagram)',
    ],
    [{ links: two, arrivalRate: 1, storage: {} }, ""],
    [
      { links: two, arrivalRate: 1, storage: { fsync: 1, disk: 1 } },
      'leaderCommitLatency: storage: unknown field "disk" (known: fsync, bandwidth)',
    ],
  ];
  for (const [given, message] of cases) {
    assert.throws(
      () => leaderCommitLatency(given as never),
      (error: Error) =>
        ["DomainError", "UsageError"].includes(error.name) &&
        (message === "" ? error.message.startsWith("leaderCommitLatency: ") : error.message === message),
      message,
    );
  }
});

test("reads a system: quorum 0 is a majority, links in the order of nodes, clients by share", () => {
  const rtt = [
    [0.0006, 0.09, 0.23],
    [0.09, 0.0006, 0.15],
    [0.23, 0.15, 0.0006],
  ];
  const system: SystemSpec = {
    protocol: "raft",
    settings: { quorum: 0, initialLeader: 2, headerBytes: 64 },
    network: networks.fromMatrix({ sites: ["F", "W", "T"], rtt, place: { F: 2, W: 2, T: 1 }, egress: 1e9 }),
    cpu: FREE_CPU,
    disk: null,
  };
  const load = workload.poisson(10, { payload: 936, clients: ["leader", "T"] });
  const inputs = leaderCommitLatency.fromSystem?.(system, load);
  assert.ok(inputs);
  assert.equal(inputs.quorum, 3);
  near(inputs.clientRoundTrip as number, 0.075);
  assert.equal(inputs.remoteShare, 0.5);
  // Node 2 leads in W: copies go to nodes 0, 1 (F), 3 (W), 4 (T); two votes are needed: W's, then one of F's.
  near(leaderCommitLatency(inputs).commitLatency, 0.09 + (8 * 1000 + 8 * 64) / 1e9, 1e-4);
  assert.throws(() => leaderCommitLatency.fromSystem?.({ ...system, protocol: "paxos" }, load), {
    message: 'leaderCommitLatency: protocol must be one of flexible-paxos, multi-paxos, raft, got "paxos"',
  });
  assert.throws(
    () => leaderCommitLatency.fromSystem?.(system, workload.closed(3, { think: 0 })),
    /leaderCommitLatency: arrivals must be open \(poisson, deterministic, on-off\), got "closed"/,
  );
});
