/** The timed engine against cases worked out by hand, and its booked processors against queued ones. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { deterministic, exponential } from "../core/distributions.ts";
import { cpu, disk, FREE_CPU } from "../core/machines.ts";
import { networks } from "../core/networks.ts";
import type { SystemSpec, WorkloadSpec } from "../core/system.ts";
import { Gbps, KiB, Mbps, ms, us } from "../core/units.ts";
import { workload } from "../core/workloads.ts";
import { protocolNamed } from "../protocols/index.ts";
import { buildSystem } from "../protocols/system.ts";
import { erased, type Protocol } from "./protocol.ts";
import { type SimulateOptions, simulateRun } from "./run.ts";

const near = (actual: number, expected: number, tolerance = 1e-12): void =>
  assert.ok(
    Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)),
    `${actual} is not ${expected}`,
  );

/** Node 0 sends `count` messages of 1 MB to node 1 at boot; node 1 notes nothing: times are read from the events. */
function burst(
  count: number,
  bytes: number,
): { protocol: Protocol<Record<never, never>, { got: number[] }, { kind: "data" }> } {
  return {
    protocol: {
      name: "burst",
      title: "burst",
      source: "test",
      promises: "",
      assumes: "",
      leavesOut: "",
      parameters: {},
      entry: "any",
      boot(ctx) {
        if (ctx.self === 0) for (let i = 0; i < count; i++) ctx.send(1, { kind: "data" });
        return { got: [] };
      },
      ready: () => true,
      request: () => {},
      timers: {},
      messages: { data: (node) => node.got.push(1) },
      bytes: () => bytes,
      always: {},
      sometimes: {},
    },
  };
}

const bare = (network: SystemSpec["network"], more: Partial<SystemSpec> = {}): SystemSpec => ({
  protocol: "burst",
  settings: {},
  network,
  cpu: FREE_CPU,
  disk: null,
  ...more,
});

test("100 messages of 1 MB over 8 Mbit/s arrive at 1, 2 … 100 s", () => {
  for (let count = 1; count <= 100; count++) {
    const network = networks.lan({ nodes: 2, rtt: 0, bandwidth: Mbps(8) });
    const run = simulateRun(erased(burst(count, 1e6).protocol), bare(network), null, { seed: 1 });
    near(run.seconds, count);
    assert.equal(run.messages.delivered, count);
  }
});

test("a slower ingress port is what counts; an equal one adds nothing (cut-through)", () => {
  const seconds = (egress: number, ingress: number): number =>
    simulateRun(
      erased(burst(10, 1e6).protocol),
      bare(networks.lan({ nodes: 2, rtt: 0.2, egress, ingress })),
      null,
      { seed: 1 },
    ).seconds;
  near(seconds(Mbps(8), Mbps(8)), 10.1);
  near(seconds(Mbps(8), Mbps(4)), 1.1 - 1 + 20); // first bit at 0.1 s, then 2 s a message
});

test("sender and receiver processors take their times per message and per byte, in FIFO order", () => {
  const machine = cpu({ receive: ms(3), send: ms(1), perByte: 1e-6 });
  const run = simulateRun(
    erased(burst(5, 1000).protocol),
    bare(networks.lan({ nodes: 2, rtt: ms(20) }), { cpu: machine }),
    null,
    { seed: 1 },
  );
  // Sends leave every 1 + 1 ms, the first at 2 ms, arrive 10 ms later, and each takes 3 + 1 ms.
  near(run.seconds, 0.002 + 0.01 + 5 * 0.004);
  near(run.utilisation.cpu[0], (5 * 0.002) / run.seconds);
  near(run.utilisation.cpu[1], (5 * 0.004) / run.seconds);
});

function latencies(system: SystemSpec, load: WorkloadSpec, options: Partial<SimulateOptions> = {}): number[] {
  const found: number[] = [];
  simulateRun(protocolNamed(system.protocol), system, load, {
    seed: 1,
    operations: 20,
    completion: (commit) => found.push(commit),
    ...options,
  });
  return found;
}

const RTTS = [ms(10), ms(20), ms(30), ms(40)];

for (const name of ["raft", "multi-paxos"]) {
  const quiet = { heartbeatInterval: 1000, ...(name === "raft" ? { electionTimeoutMin: 2000 } : {}) };
  const build = (given: Record<string, unknown>): SystemSpec =>
    buildSystem(protocolNamed(name), { network: networks.star({ rtts: RTTS }), ...quiet, ...given });

  test(`${name}: a 5-node leader with 10/20/30/40 ms links commits at the second shortest round trip, 20 ms`, () => {
    for (const latency of latencies(build({}), workload.deterministic(1))) near(latency, 0.02, 1e-9);
  });

  test(`${name}: quorum 4 commits at the third shortest, and all costs add up as stated`, () => {
    for (const latency of latencies(build({ quorum: 4 }), workload.deterministic(1)))
      near(latency, 0.03, 1e-9);
    // Leader takes the request in (3 ms), puts out 4 messages (1 ms each); the deciding one is the second.
    const machine = cpu({ receive: ms(3), send: ms(1) });
    const system = build({ cpu: machine, disk: disk.fsync(ms(5)) });
    for (const latency of latencies(system, workload.deterministic(1))) {
      // 3 + 2 + 10 (there) + 3 + 5 (fsync) + 1 + 10 (back) + 3 (ack in) + 1 (answer out); the leader's own fsync
      // and the nearer follower (done at 3 + 1 + 5 + 3 + 5 + 1 + 5 = 23) are over by then.
      near(latency, 0.038, 1e-9);
    }
  });

  test(`${name}: message counts per operation equal 2(n − 1)`, () => {
    for (const nodes of [1, 2, 3, 5, 8]) {
      const system = buildSystem(protocolNamed(name), {
        network: networks.lan({ nodes, rtt: ms(1) }),
        ...quiet,
      });
      const count = (operations: number): number =>
        simulateRun(protocolNamed(name), system, workload.deterministic(10), { seed: 3, operations }).messages
          .sent;
      assert.equal(count(120) - count(20), 100 * 2 * (nodes - 1));
    }
  });

  test(`${name}: booked and queued processors give the same latencies`, () => {
    const system = build({
      cpu: cpu({ receive: us(400), send: us(50) }),
      disk: disk.fsync(ms(1)),
      network: networks.star({ rtts: RTTS, bandwidth: Mbps(20) }),
    });
    const load = workload.poisson(150, { payload: KiB(2) });
    const booked = latencies(system, load, { operations: 2000 });
    const queued = latencies(system, load, { operations: 2000, queuedCpu: true });
    assert.equal(booked.length, 2000);
    const sorted = (xs: readonly number[]): number[] => [...xs].sort((a, b) => a - b);
    const [a, b] = [sorted(booked), sorted(queued)];
    for (const [i, x] of a.entries()) near(x, b[i], 1e-9);
  });

  test(`${name}: clients at a site add their round trip, and nothing else`, () => {
    const system = build({});
    const at = (place: string): number[] => {
      const found: number[] = [];
      simulateRun(protocolNamed(name), system, workload.deterministic(1, { clients: place }), {
        seed: 1,
        operations: 5,
        completion: (_commit, client) => found.push(client),
      });
      return found;
    };
    for (const latency of at("site 3")) near(latency, 0.02 + 0.03, 1e-9);
    for (const latency of at("leader")) near(latency, 0.02, 1e-9);
  });

  test(`${name}: bandwidth, payload, fsync and pipelining each move the result`, () => {
    const mean = (given: Record<string, unknown>, payload = 1000, rate = 20): number => {
      const found = latencies(build(given), workload.poisson(rate, { payload }), { operations: 200 });
      return found.reduce((a, b) => a + b, 0) / found.length;
    };
    const base = mean({});
    const limited = networks.star({ rtts: RTTS, bandwidth: Mbps(100) });
    assert.ok(mean({ network: limited }) > base + 100e-6);
    assert.ok(mean({ network: limited }, 100_000) > mean({ network: limited }) + 5e-3);
    assert.ok(mean({ disk: disk.fsync(ms(2)) }) > base + 1.9e-3);
    assert.ok(mean({ pipeline: 1 }, 1000, 40) > base + 2e-3, "stop-and-wait queues behind the round trip");
    assert.ok(mean({ batchDelay: ms(3), batchMax: 10 }) > base + 1e-3, "waiting for a batch costs");
  });

  test(`${name}: attribution adds up to each operation's latency`, () => {
    const variants: Record<string, unknown>[] = [
      {},
      { cpu: cpu({ receive: us(300), send: us(40) }), disk: disk.fsync(exponential(ms(1))) },
      {
        network: networks.star({ rtts: RTTS, bandwidth: Mbps(20), jitter: 0.1 }),
        cpu: cpu({ receive: us(100), send: us(40) }),
      },
      { pipeline: 1, batchMax: 100, disk: disk.fsync(ms(1)) },
      { batchDelay: ms(2), batchMax: 4 },
    ];
    for (const given of variants) {
      for (const clients of ["leader", "site 2"]) {
        let checked = 0;
        const run = simulateRun(
          protocolNamed(name),
          build(given),
          workload.poisson(100, { payload: 4000, clients }),
          {
            seed: 5,
            operations: 500,
            attribution: true,
            completion: (_commit, client, _read, _outcome, parts) => {
              if (parts === null) return;
              checked++;
              near(
                Object.values(parts).reduce((a, b) => a + b, 0),
                client,
                1e-9,
              );
              for (const [part, seconds] of Object.entries(parts))
                assert.ok(seconds >= -1e-12, `${part} is ${seconds}`);
            },
          },
        );
        assert.equal(run.untraced, 0);
        assert.equal(checked, 500);
      }
    }
  });
}

test("attribution names the parts: second shortest link beyond the shortest is quorum wait", () => {
  const system = buildSystem(protocolNamed("raft"), {
    network: networks.star({ rtts: RTTS, egress: Mbps(8) }),
    disk: disk.fsync(ms(5)),
    headerBytes: 0,
  });
  simulateRun(protocolNamed("raft"), system, workload.deterministic(1, { payload: 1000 }), {
    seed: 1,
    operations: 5,
    attribution: true,
    completion: (_commit, _client, _read, _outcome, parts) => {
      assert.ok(parts !== null);
      near(parts.propagation, 0.01, 1e-9);
      near(parts.quorumWait, 0.01, 1e-9);
      near(parts.egressTransmission, 0.001, 1e-9);
      near(parts.egressWait, 0.001, 1e-9); // behind the copy for node 1
      near(parts.disk, 0.005, 1e-9);
    },
  });
});

test("utilisation is that of the measured window, elections and warm-up left out", () => {
  const network = networks.lan({ nodes: 3, rtt: ms(500), bandwidth: Mbps(80) });
  const system = buildSystem(protocolNamed("raft"), {
    network,
    cpu: cpu({ receive: ms(1) }),
    headerBytes: 0,
    heartbeatInterval: 100,
    electionTimeoutMin: 200,
  });
  const run = simulateRun(protocolNamed("raft"), system, workload.deterministic(100, { payload: 10_000 }), {
    seed: 1,
    warmUp: 100,
    operations: 1000,
  });
  // Each operation: one request and two votes taken in at 1 ms each; two copies of 1 ms each leave the port.
  near(run.utilisation.cpu[0], 0.3, 0.01);
  near(run.utilisation.cpu[1], 0.1, 0.01);
  near(run.utilisation.egress[0], 0.2, 0.01);
  const over = simulateRun(protocolNamed("raft"), system, workload.deterministic(400, { payload: 10_000 }), {
    seed: 1,
    warmUp: 2000,
    operations: 1000,
  });
  near(over.utilisation.cpu[0], 1, 0.01);
});

test("group commit: what arrives during a write goes into the next one together", () => {
  const system = buildSystem(protocolNamed("multi-paxos"), {
    network: networks.lan({ nodes: 1, rtt: 0 }),
    disk: disk.fsync(ms(10.5)),
  });
  // Arrivals every 1 ms from 1 ms on. The leader's ballot is written until 10.5 ms, the ten operations of
  // 1 … 10 ms together until 21 ms, those of 11 … 20 ms until 31.5 ms.
  const found = latencies(system, workload.deterministic(1000), { operations: 20 });
  for (let i = 0; i < 10; i++) near(found[i], 0.021 - (i + 1) * 0.001, 1e-9);
  for (let i = 10; i < 20; i++) near(found[i], 0.0315 - (i + 1) * 0.001, 1e-9);
});

test("the same seed gives the same run, another seed another", () => {
  const system = buildSystem(protocolNamed("raft"), {
    network: networks.lan({ nodes: 3, rtt: deterministic(ms(1)), jitter: 0.3, bandwidth: Gbps(1) }),
  });
  const once = (seed: number): string =>
    latencies(system, workload.poisson(1000), { seed, operations: 200 }).join();
  assert.equal(once(4), once(4));
  assert.notEqual(once(4), once(5));
});
