import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FREE_CPU } from "../../core/machines.ts";
import { networks } from "../../core/networks.ts";
import { workload } from "../../core/workloads.ts";
import { publishedTable } from "../../study/published-table.ts";
import { batchedCommitLatency } from "./batched-commit-latency.ts";
import { backlog, gather, pipeline } from "./batching.ts";
import { leaderCommitLatency } from "./leader-commit-latency.ts";

const near = (actual: number, expected: number, relative = 1e-9): void =>
  assert.ok(
    Math.abs(actual - expected) <= relative * Math.abs(expected) + 1e-15,
    `got ${actual}, expected ${expected}`,
  );
const LAN = new Array(4).fill({ out: 0.005, back: 0.005 });

test("without batching it is the full model", () => {
  for (const arrivalRate of [1, 500, 5000]) {
    const leader = {
      links: LAN,
      arrivalRate,
      cpuReceive: 1e-5,
      cpuSend: 2e-6,
      payload: 1000,
      egressPerByte: 8e-9,
    };
    const batched = batchedCommitLatency({ leader });
    const plain = leaderCommitLatency(leader);
    assert.equal(batched.batch, 1);
    for (const name of Object.keys(plain) as (keyof typeof plain)[]) near(batched[name], plain[name]);
  }
});

test("gathering by delay: against enumeration and Simpson's rule, 1,000 random cases", () => {
  const cases = fc.record({
    rate: fc.integer({ min: 1, max: 2000 }),
    delay: fc.integer({ min: 1, max: 20 }).map((n) => n * 1e-3),
    batchMax: fc.integer({ min: 2, max: 60 }),
  });
  fc.assert(
    fc.property(cases, ({ rate, delay, batchMax }) => {
      const found = gather(rate, delay, batchMax);
      /** P(N = j) at time t. */
      const poisson = (t: number): number[] => {
        const chances = [Math.exp(-rate * t)];
        for (let j = 1; j < batchMax; j++) chances.push((chances[j - 1] * rate * t) / j);
        return chances;
      };
      const last = poisson(delay);
      let batch = 0;
      let rest = 1;
      for (let j = 0; j < batchMax - 1; j++) {
        batch += (1 + j) * last[j];
        rest -= last[j];
      }
      batch += batchMax * Math.max(0, rest);
      near(found.batch, batch, 1e-7);
      // Operation-seconds spent waiting: everyone in an open message, over the time it is open.
      const steps = 400;
      let waited = 0;
      for (let i = 0; i <= steps; i++) {
        const chances = poisson((delay * i) / steps);
        let present = 0;
        for (let j = 0; j <= batchMax - 2; j++) present += (1 + j) * chances[j];
        waited += ((i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2) * present * delay) / steps / 3;
      }
      near(found.wait, waited / batch, 1e-5);
      assert.ok(found.batch <= batchMax && found.wait <= delay && found.gapScv <= 1 + 1e-12);
    }),
    { seed: 41, numRuns: 1000 },
  );
});

test("one slot and constant rounds: the exact law of bulk service", () => {
  for (const load of [0.01, 0.5, 1, 8, 60]) {
    const found = pipeline(load / 0.01, 0.01, 1);
    const busy = load / (load + Math.exp(-load));
    near(found.full, busy);
    near(found.wait, busy * 0.005);
  }
  assert.deepEqual(pipeline(100, 0.01, 0), { full: 0, growth: 1, wait: 0 });
  // More slots, less waiting: 1,000 random pipelines.
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 20 }), (rate, slots) => {
      const [few, more] = [pipeline(rate, 0.01, slots), pipeline(rate, 0.01, slots + 1)];
      assert.ok(more.wait <= few.wait + 1e-12);
      assert.ok(more.full <= few.full + 1e-12 && few.growth >= 1);
    }),
    { seed: 42, numRuns: 1000 },
  );
});

test("one slot, batches without limit: half a round more than the round, at high load", () => {
  const leader = { links: LAN, arrivalRate: 2000, order: "stream" as const };
  const found = batchedCommitLatency({ leader, batchMax: 1000, pipeline: 1 });
  near(found.commitLatency, 0.015, 1e-6);
  near(found.batch, 20, 1e-3);
  near(found.commitLatencyP99, 0.01995, 5e-3);
});

test("the backlog of a limit: against the random walk with Gaussian steps, solved on a grid", () => {
  for (const [arrivals, limit] of [
    [50, 60],
    [50, 55],
    [200, 210],
  ] as const) {
    // L' = (L + A − B)⁺ iterated on a fine grid until it settles.
    const deviation = Math.sqrt(arrivals);
    const step = deviation / 40;
    const size = 4000;
    const reach = Math.ceil((8 * deviation) / step);
    const kernel = Array.from({ length: 2 * reach + 1 }, (_, i) =>
      Math.exp((-0.5 * ((i - reach) * step) ** 2) / arrivals),
    );
    const norm = kernel.reduce((a, b) => a + b, 0);
    const drift = Math.round((limit - arrivals) / step);
    let law = new Float64Array(size);
    law[0] = 1;
    let mean = 0;
    for (let round = 0; round < 60; round++) {
      const next = new Float64Array(size);
      for (let i = 0; i < size; i++) {
        if (law[i] < 1e-14) continue;
        for (let k = -reach; k <= reach; k++) {
          const to = Math.min(size - 1, Math.max(0, i + k - drift));
          next[to] += (law[i] * kernel[k + reach]) / norm;
        }
      }
      law = next;
      const now = law.reduce((sum, p, i) => sum + p * i * step, 0);
      if (Math.abs(now - mean) < 1e-4 * now) break;
      mean = now;
    }
    near(backlog(arrivals, limit), mean, 0.05);
  }
  assert.equal(backlog(10, 10), 0);
});

test("batching pays as published: a message costs a + b·B, 50,000 a second alone, 400,000 in fifties", () => {
  // The two rows give b = 2.14 µs an operation and a = 17.86 µs a message. A leader of eight followers that spends
  // 2.14 µs on taking in and nothing on putting out has a = 8 votes: the same line within the table's 10 %.
  for (const row of publishedTable("kafka_batching").rows) {
    const published = Number(row.producer_msgs_per_s);
    const found = batchedCommitLatency({
      leader: {
        links: new Array(8).fill({ out: 0, back: 0 }),
        arrivalRate: 0.9 * published,
        cpuReceive: 2.14e-6,
      },
      batchMax: Number(row.batch),
      batchDelay: 1,
    });
    near(found.batch, Number(row.batch), 1e-6);
    near(found.cpuUtilisation, 0.9, 0.1);
  }
});

test("a pipeline that cannot keep up is unstable, and says so", () => {
  const leader = { links: LAN, arrivalRate: 2000 };
  assert.throws(() => batchedCommitLatency({ leader, batchMax: 10, pipeline: 1 }), {
    name: "DomainError",
    message: "batchedCommitLatency: unstable, pipelineUtilisation 2.000 must be < 1",
  });
  const slow = batchedCommitLatency.evaluate({ leader: { ...leader, cpuReceive: 1e-3 }, batchMax: 1 });
  assert.equal(slow.stable, false);
  if (!slow.stable) assert.match(slow.reason, /^unstable: leaderUtilisation 10\.000 must be < 1/);
  assert.throws(
    () => batchedCommitLatency({ leader, pipelin: 1 } as never),
    /unknown parameter "pipelin" .*did you mean pipeline\?/,
  );
  assert.throws(
    () => batchedCommitLatency({ leader: { links: LAN } as never }),
    /leaderCommitLatency: arrivalRate is missing/,
  );
});

test("finite close to what the pipeline takes, and with a thousand slots", () => {
  const near1 = batchedCommitLatency({ leader: { links: LAN, arrivalRate: 999 }, batchMax: 10, pipeline: 1 });
  assert.ok(Number.isFinite(near1.commitLatency) && near1.commitLatency > 0.02);
  const wide = batchedCommitLatency({
    leader: { links: LAN, arrivalRate: 999 },
    batchMax: 10,
    pipeline: 1000,
  });
  near(wide.commitLatency, 0.01, 1e-6);
});

test("reads a system", () => {
  const system = {
    protocol: "raft",
    settings: { batchMax: 100, batchDelay: 0.002, pipeline: 4, headerBytes: 64 },
    network: networks.lan({ nodes: 3, rtt: 0.01 }),
    cpu: FREE_CPU,
    disk: null,
  };
  const given = batchedCommitLatency.fromSystem?.(system, workload.poisson(1000, { payload: 100 }));
  assert.equal(given?.sharing, "each follower");
  assert.equal(given?.batchMax, 100);
  const found = batchedCommitLatency(given as never);
  assert.ok(found.batch > 2.9 && found.commitLatency > 0.01 && found.commitLatency < 0.013);
});
