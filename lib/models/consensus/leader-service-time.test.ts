import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { networks } from "../../core/networks.ts";
import { workload } from "../../core/workloads.ts";
import { publishedTable } from "../../study/published-table.ts";
import { leaderCommitLatency } from "./leader-commit-latency.ts";
import { leaderServiceTime } from "./leader-service-time.ts";

const near = (actual: number, expected: number, relative = 1e-9): void =>
  assert.ok(
    Math.abs(actual - expected) <= relative * Math.abs(expected),
    `got ${actual}, expected ${expected}`,
  );

test("the port's limit is the published one, and so are the parts of the well-posed table", () => {
  for (const row of publishedTable("leader_nic_bound").rows) {
    const found = leaderServiceTime({
      followers: Number(row.n) - 1,
      payload: Number(row.size_bytes),
      egressPerByte: 8 / Number(row.bandwidth_bit_s),
    });
    assert.equal(Math.round(found.maxThroughput), Number(row.max_ops_s_computed));
  }
  for (const row of publishedTable("seed_formula_wellposed").rows) {
    const [n, bytes, bandwidth] = [Number(row.n), Number(row.msg_bytes), Number(row.bandwidth_bit_s)];
    const found = leaderServiceTime({
      followers: n - 1,
      payload: bytes,
      egressPerByte: 8 / bandwidth,
      cpuSend: 25e-6,
    });
    near(found.egressTime * 1e6, Number(row["nic_us=(n-1)s/b"]), 5e-3);
    // The table counts the sends to followers; the answer to the client is one more.
    near((found.cpuTime - 25e-6) * 1e6, Number(row["cpu_us=(n-1)t"]), 1e-9);
  }
});

test("reduces to one processor and to one port", () => {
  const cpu = leaderServiceTime({ followers: 4, cpuReceive: 1e-5 });
  near(cpu.serviceTime, 5e-5);
  assert.equal(cpu.egressTime, 0);
  const port = leaderServiceTime({ followers: 1, payload: 1000, egressPerByte: 1e-6 });
  near(port.maxThroughput, 1000);
});

test("is the rate at which the full model loses its steady state: 1,000 random leaders", () => {
  const micros = fc.integer({ min: 1, max: 1000 }).map((n) => n * 1e-6);
  const leaders = fc.record({
    followers: fc.integer({ min: 1, max: 3 }),
    payload: fc.integer({ min: 0, max: 100_000 }),
    headerBytes: fc.constantFrom(0, 64),
    egressPerByte: fc.constantFrom(0, 8e-9, 1e-7),
    cpuReceive: micros,
    cpuSend: micros,
    cores: fc.integer({ min: 1, max: 3 }),
    remoteShare: fc.constantFrom(0, 1),
  });
  fc.assert(
    fc.property(leaders, (x) => {
      const { followers, ...costs } = x;
      const { maxThroughput } = leaderServiceTime(x);
      const links = new Array(followers).fill({ out: 0.001, back: 0.001 });
      const over = leaderCommitLatency.evaluate({ ...costs, links, arrivalRate: maxThroughput * (1 + 1e-9) });
      assert.equal(over.stable, false);
      // Linear in the rate, so one point below tells the whole line.
      const idle = leaderCommitLatency.evaluate({ ...costs, links, arrivalRate: maxThroughput * 1e-6 });
      assert.ok(idle.stable);
      if (idle.stable) near(idle.outputs.leaderUtilisation, 1e-6);
    }),
    { seed: 31, numRuns: 1000 },
  );
});

test("reads a system, stays finite at 10,000 nodes, and refuses a leader that costs nothing", () => {
  const system = {
    protocol: "multi-paxos",
    settings: { headerBytes: 24 },
    network: networks.lan({ nodes: 3, rtt: 0.001, bandwidth: 1e9 }),
    cpu: {
      receive: { distribution: "deterministic", value: 0 },
      send: { distribution: "deterministic", value: 0 },
      perByte: 0,
      cores: 1,
    },
    disk: null,
  } as const;
  const inputs = leaderServiceTime.fromSystem?.(system as never, workload.poisson(1, { payload: 1000 }));
  near(leaderServiceTime(inputs as never).maxThroughput, 1e9 / (2 * 1024 * 8));
  near(leaderServiceTime({ followers: 9999, cpuSend: 1e-6 }).serviceTime, 0.01);
  assert.throws(() => leaderServiceTime({ followers: 2 }), {
    name: "DomainError",
    message: "leaderServiceTime: serviceTime 0 must be > 0",
  });
  assert.throws(() => leaderServiceTime({ followers: 1.5, cpuSend: 1 }), {
    message: "leaderServiceTime: followers must be an integer >= 0, got 1.5",
  });
});
