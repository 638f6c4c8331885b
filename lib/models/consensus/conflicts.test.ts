import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { exponential } from "../../core/distributions.ts";
import { RandomStream } from "../../core/random.ts";
import { publishedTable } from "../../study/published-table.ts";
import { duellingProposers } from "./duelling-proposers.ts";
import { fastPath } from "./fast-path.ts";
import { keyConflict } from "./key-conflict.ts";
import { quorumLatency } from "./quorum-latency.ts";

const near = (actual: number, expected: number, relative = 1e-9): void =>
  assert.ok(
    Math.abs(actual - expected) <= relative * Math.abs(expected),
    `got ${actual}, expected ${expected} within ${relative}`,
  );

/** Mean of draws and its standard error. */
function played(runs: number, draw: () => number): { readonly mean: number; readonly error: number } {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < runs; i++) {
    const x = draw();
    sum += x;
    squares += x * x;
  }
  const mean = sum / runs;
  return { mean, error: Math.sqrt((squares / runs - mean * mean) / runs) };
}

test("duellingProposers agrees with duels played out, restarting and pre-empting", () => {
  for (const [backOff, phase, notice] of [
    [1, 0.2, 0],
    [1, 0.7, 0.3],
    [0.05, 0.01, 0.004],
    [2, 1.9, 0.5],
  ]) {
    const answer = duellingProposers({ backOff, phase, notice });
    const stream = new RandomStream(1, 2, 3, Math.round(1000 * phase));
    const restart = played(60_000, () => {
      for (let at = 0; ; ) {
        const [a, b] = [backOff * stream.uniform(), backOff * stream.uniform()];
        if (Math.abs(a - b) >= phase) return at + Math.min(a, b) + phase;
        at += Math.max(a, b) + phase;
      }
    });
    assert.ok(
      Math.abs(restart.mean - answer.decisionTime) < 4 * restart.error,
      `${restart.mean}, ${answer.decisionTime}`,
    );
    let preemptions = 0;
    const duel = played(60_000, () => {
      const draws = [backOff * stream.uniform(), backOff * stream.uniform()];
      let [now, next] = [Math.min(...draws), Math.max(...draws)];
      while (next - now < phase) {
        preemptions++;
        [now, next] = [next, next + notice + backOff * stream.uniform()];
      }
      return now + phase;
    });
    assert.ok(
      Math.abs(duel.mean - answer.preemptionTime) < 4 * duel.error,
      `${duel.mean}, ${answer.preemptionTime}`,
    );
    assert.ok(
      Math.abs(preemptions / 60_000 - answer.expectedPreemptions) < 0.02 * (1 + answer.expectedPreemptions),
    );
  }
});

test("duellingProposers: no phase, no collision; geometric rounds; longer back-offs collide less", () => {
  const none = duellingProposers({ backOff: 3, phase: 0 });
  assert.deepEqual([none.collision, none.expectedRounds], [0, 1]);
  near(none.decisionTime, 1);
  near(none.preemptionTime, 1);
  // Heard of at once and as long as the phase: nobody disturbs in turn.
  assert.equal(duellingProposers({ backOff: 1, phase: 0.3, notice: 0.3 }).preemption, 0);
  fc.assert(
    fc.property(
      fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
      fc.double({ min: 1e-6, max: 0.98, noNaN: true }),
      (backOff, x) => {
        const answer = duellingProposers({ backOff, phase: x * backOff });
        near(answer.collision, x * (2 - x), 1e-9);
        near(answer.expectedRounds * (1 - answer.collision), 1);
        assert.ok(answer.decisionTime >= answer.preemptionTime * (1 - 1e-12));
        assert.ok(
          duellingProposers({ backOff: 1.01 * backOff, phase: x * backOff }).collision < answer.collision,
        );
      },
    ),
    { numRuns: 1000, seed: 1 },
  );
  assert.ok(Number.isFinite(duellingProposers({ backOff: 1, phase: 1 - 1e-6 }).decisionTime));
  const never = duellingProposers.evaluate({ backOff: 1, phase: 1 });
  assert.equal(!never.stable && never.reason, "unstable: phase / backOff 1.000 must be < 1");
});

test("fastPath: the published quorums, both ends, and Poisson conflicts counted", () => {
  // Moraru et al. 2013, §4.3 and §7: 2 of 3, 3 of 5, 5 of 7. Lamport 2006, §2.2: 3 of 4, 6 of 7.
  const size = (nodes: number, protocol: "epaxos" | "fast-paxos") =>
    fastPath({ nodes, protocol, roundTrip: 1, rate: 0, interference: 0 }).fastQuorum;
  assert.deepEqual(
    [3, 5, 7].map((n) => size(n, "epaxos")),
    [2, 3, 5],
  );
  assert.deepEqual(
    [3, 4, 5, 7].map((n) => size(n, "fast-paxos")),
    [3, 3, 4, 6],
  );
  const roundTrip = exponential(0.05);
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 15 }),
      fc.double({ min: 0, max: 1e3, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (nodes, rate, interference) => {
        const calm = fastPath({ nodes, roundTrip, rate: 0, interference });
        const busy = fastPath({ nodes, roundTrip, rate, interference });
        near(calm.latency, calm.fastLatency);
        near(busy.latency, busy.fastLatency + busy.conflict * busy.slowLatency);
        assert.ok(busy.conflict >= 0 && busy.conflict <= 1);
        near(busy.fastPathShare, 1 - busy.conflict);
        assert.ok(fastPath({ nodes, roundTrip, rate: 2 * rate, interference }).latency >= busy.latency);
        near(calm.slowLatency, quorumLatency({ nodes, roundTrip }).latency, 1e-8);
      },
    ),
    { numRuns: 1000, seed: 2 },
  );
  // §4.3.1: with three replicas one other decides, so EPaxos always commits in one round; Fast Paxos needs all three.
  const busyThree = { nodes: 3, roundTrip: 0.1, rate: 1e9, interference: 1 } as const;
  near(fastPath(busyThree).latency, 0.1);
  near(fastPath({ ...busyThree, protocol: "fast-paxos" }).latency, 0.2);
  // Every round trip the same, always a conflict: two rounds.
  near(fastPath({ nodes: 5, roundTrip: 0.1, rate: 1e9, interference: 1 }).latency, 0.2);
  // Arrivals one by one: does one that interferes fall into the window?
  const stream = new RandomStream(5, 6, 7, 8);
  const [rate, interference, window] = [40, 0.2, 0.05];
  const { conflict } = fastPath({ nodes: 5, roundTrip, rate, interference, window });
  const counted = played(50_000, () => {
    for (let at = stream.exponential() / rate; at < window; at += stream.exponential() / rate)
      if (stream.uniform() < interference) return 1;
    return 0;
  });
  assert.ok(Math.abs(counted.mean - conflict) < 4 * counted.error, `${counted.mean}, ${conflict}`);
  assert.ok(fastPath({ nodes: 10_000, roundTrip, rate: 1, interference: 1e-6 }).latency > 0);
  assert.throws(
    () => fastPath({ nodes: 3, roundTrip, rate: 1, interference: 2 }),
    /fastPath: interference must be/,
  );
});

test("keyConflict: the shares of the published table, and sums by hand", () => {
  for (const row of publishedTable("zipf_hot_keys").rows) {
    const answer = keyConflict({ keys: Number(row.N), exponent: Number(row.s) });
    assert.ok(Math.abs(answer.topShare - Number(row.top1_share)) <= 1e-4);
  }
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 3000 }),
      fc.double({ min: 0, max: 3, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (keys, exponent, hotShare, writes) => {
        const weights = Array.from({ length: keys }, (_, i) => (i + 1) ** -exponent).reverse();
        const total = weights.reduce((a, b) => a + b, 0);
        const square = weights.reduce((sum, w) => sum + (w / total) ** 2, 0);
        const answer = keyConflict({ keys, exponent, hotShare, writes });
        near(answer.topShare * total, 1, 1e-12);
        near(answer.sameKey, hotShare ** 2 + (1 - hotShare) ** 2 * square, 1e-9);
        near(answer.interference, answer.sameKey * writes * (2 - writes), 1e-9);
        assert.ok(answer.sameKey >= ((1 - hotShare) ** 2 / keys) * (1 - 1e-9));
      },
    ),
    { numRuns: 1000, seed: 3 },
  );
  near(keyConflict({ keys: 10, exponent: 0 }).interference, 0.1);
  assert.equal(keyConflict({ keys: 10, hotShare: 1 }).interference, 1);
  // Σ 1/i over 1e12 keys: ln N + γ + 1/(2N).
  near(1 / keyConflict({ keys: 1e12, exponent: 1 }).topShare, Math.log(1e12) + 0.5772156649015329, 1e-12);
});
