import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type Distribution,
  deterministic,
  exponential,
  lognormal,
  uniform,
} from "../../core/distributions.ts";
import { RandomStream } from "../../core/random.ts";
import { catchUp } from "./catch-up.ts";
import { leaderServiceTime } from "./leader-service-time.ts";
import { quorumLatency } from "./quorum-latency.ts";
import { retransmission } from "./retransmission.ts";

const near = (actual: number, expected: number, relative = 1e-9): void =>
  assert.ok(
    Math.abs(actual - expected) <= relative * Math.abs(expected) + 1e-300,
    `got ${actual}, expected ${expected} within ${relative}`,
  );

test("catchUp agrees with sending round by round what came meanwhile (Ongaro 2014, §4.2.1)", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1, max: 1e12, noNaN: true }),
      fc.double({ min: 0, max: 0.9, noNaN: true }),
      fc.double({ min: 1e6, max: 1e11, noNaN: true }),
      fc.double({ min: 0, max: 1e12, noNaN: true }),
      (missed, load, bandwidth, snapshot) => {
        const writes = load * bandwidth;
        const answer = catchUp({ missed, writes, bandwidth, snapshot });
        // Each round sends what was missing when it began, in bytes; the rounds shrink by the load.
        const rounds = (bytes: number): number => {
          let [left, time] = [bytes, 0];
          for (let round = 0; round < 600 && left > 0; round++) {
            const took = (8 * left) / bandwidth;
            time += took;
            left = (writes * took) / 8;
          }
          return time;
        };
        near(answer.byLog, rounds(missed));
        const first = (8 * snapshot) / bandwidth;
        near(answer.bySnapshot, first + rounds((writes * first) / 8));
        // At the crossover both take as long.
        const even = catchUp({ missed: answer.crossover, writes, bandwidth, snapshot });
        near(even.byLog, even.bySnapshot);
        assert.ok(catchUp({ missed: 2 * missed, writes, bandwidth, snapshot }).byLog >= answer.byLog);
      },
    ),
    { numRuns: 1000, seed: 1 },
  );
});

test("catchUp: idle group, slow appliers, edges; a gigabit port carries what the thesis says", () => {
  // Ongaro 2014, ch. 10: gigabit Ethernet limits a group of three to about 60,000 kB written a second, two followers.
  const { maxThroughput } = leaderServiceTime({ followers: 2, payload: 1024, egressPerByte: 8e-9 });
  assert.ok(Math.abs(maxThroughput - 60_000) < 3000);
  const free = { missed: 1024 * maxThroughput * 60, writes: 0, bandwidth: 1e9, snapshot: 0 };
  near(catchUp(free).byLog, 30, 1e-6);
  assert.equal(catchUp(free).bySnapshot, 0);
  // An applier twice as slow as the link sets the speed, and doubles the crossover's worth of a snapshot.
  const slow = catchUp({ ...free, snapshot: 1e9, applyLog: 5e8 });
  near(slow.byLog, 60, 1e-6);
  near(slow.crossover, 5e8);
  near(catchUp({ ...free, snapshot: 1e9, loadSnapshot: 5e8 }).crossover, 2e9);
  assert.ok(
    Number.isFinite(catchUp({ missed: 1e12, writes: 1e9 * (1 - 1e-6), bandwidth: 1e9, snapshot: 1 }).byLog),
  );
  const stuck = catchUp.evaluate({ missed: 1, writes: 1e9, bandwidth: 1e9, snapshot: 1 });
  assert.equal(!stuck.stable && stuck.reason, "unstable: headroom 1.000 must be < 1");
});

test("retransmission refuses time-outs that leave hundreds of attempts under way: it would take minutes", () => {
  assert.ok(retransmission({ roundTrip: 1, loss: 0.1, timeout: 0.005 }).latency > 1);
  assert.throws(() => retransmission({ roundTrip: 1, loss: 0.1, timeout: 0.003 }), {
    name: "DomainError",
    message:
      "retransmission: timeout must leave at most 300 attempts under way in a round trip of 1 s, got 0.003 s",
  });
});

test("retransmission has its geometric closed forms while answers beat the time-out", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 0.4, noNaN: true }),
      fc.double({ min: 1, max: 1.5, noNaN: true }),
      fc.double({ min: 0.1, max: 1, noNaN: true }),
      fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
      (loss, backOff, share, timeout) => {
        const lost = 1 - (1 - loss) ** 2;
        if (lost * backOff > 0.9) return;
        const trip = share * timeout;
        const answer = retransmission({ roundTrip: trip, loss, timeout, backOff });
        near(answer.attempts, 1 / (1 - lost));
        near(answer.latency, trip + (timeout * lost) / (1 - lost * backOff), 1e-8);
        const more = retransmission({ roundTrip: trip, loss: loss + 0.01, timeout, backOff });
        assert.ok(more.latency >= answer.latency);
      },
    ),
    { numRuns: 1000, seed: 2 },
  );
  // RFC 6298, §2.1 and §5.5: 1 s at first, doubled: one loss costs 1 s, two 3 s.
  const tcp = { roundTrip: 0.1, loss: 0.1, timeout: 1, backOff: 2 };
  near(retransmission({ ...tcp, probability: 0.9 }).latencyQuantile, 1.1);
  near(retransmission({ ...tcp, probability: 0.98 }).latencyQuantile, 3.1);
});

test("retransmission without loss and with patience is the quorum's round trip", () => {
  for (const roundTrip of [uniform(0.01, 0.05), exponential(0.02)]) {
    const answer = retransmission({
      roundTrip,
      loss: 0,
      timeout: 10,
      peers: 4,
      answers: 2,
      probability: 0.9,
    });
    near(answer.quorumLatency, quorumLatency({ nodes: 5, roundTrip }).latency, 1e-8);
    near(
      answer.quorumQuantile,
      quorumLatency({ nodes: 5, roundTrip, probability: 0.9 }).latencyQuantile,
      1e-8,
    );
    assert.ok(Math.abs(answer.penalty) < 1e-10);
  }
});

test("retransmission agrees with requests played out, also where answers come after the time-out", () => {
  const cases: readonly (readonly [Distribution, number, number, number])[] = [
    [exponential(0.02), 0.1, 0.03, 2],
    [lognormal({ p50: 0.01, p99: 0.04 }), 0.3, 0.008, 1],
    [deterministic(0.05), 0.2, 0.02, 1.5],
  ];
  for (const [i, [roundTrip, loss, timeout, backOff]] of cases.entries()) {
    const [peers, answers, probability, runs] = [4, 2, 0.95, 40_000];
    const model = retransmission({ roundTrip, loss, timeout, backOff, peers, answers, probability });
    const stream = new RandomStream(9, 9, 9, i + 1);
    const one = (): number => {
      let best = Number.POSITIVE_INFINITY;
      for (let at = 0, step = timeout; at < best; at += step, step *= backOff) {
        const lost = stream.uniform() < loss || stream.uniform() < loss;
        if (!lost) best = Math.min(best, at + roundTrip.sample(stream));
      }
      return best;
    };
    const [single, kth] = [new Float64Array(runs), new Float64Array(runs)];
    for (let run = 0; run < runs; run++) {
      const times = Array.from({ length: peers }, one);
      single[run] = times[0];
      kth[run] = times.sort((a, b) => a - b)[answers - 1];
    }
    for (const [times, mean, quantile] of [
      [single, model.latency, model.latencyQuantile],
      [kth, model.quorumLatency, model.quorumQuantile],
    ] as const) {
      const average = times.reduce((a, b) => a + b, 0) / runs;
      const spread = Math.sqrt(times.reduce((sum, t) => sum + (t - average) ** 2, 0) / runs);
      assert.ok(
        Math.abs(average - mean) < (4 * spread) / Math.sqrt(runs),
        `${roundTrip.describe()}: ${average}, ${mean}`,
      );
      const below = times.filter((t) => t < quantile * (1 - 1e-9)).length / runs;
      const upTo = times.filter((t) => t <= quantile * (1 + 1e-9)).length / runs;
      const error = 4 * Math.sqrt((probability * (1 - probability)) / runs);
      assert.ok(below - error < probability && probability < upTo + error, `${below} ${upTo}`);
    }
  }
});

test("retransmission at the edges: infinite means are unstable, five-nines quantiles finite", () => {
  const never = retransmission.evaluate({ roundTrip: 1, loss: 0.5, timeout: 1, backOff: 4 });
  assert.equal(!never.stable && never.reason, "unstable: loss * (2 - loss) * backOff 3.000 must be < 0.98");
  const hard = retransmission({ roundTrip: 0.01, loss: 0.5, timeout: 1, backOff: 1.3, probability: 0.99999 });
  assert.ok(hard.latencyQuantile > hard.latency && Number.isFinite(hard.latency));
  assert.throws(
    () => retransmission({ roundTrip: 1, loss: 0.1, timeout: 1, peers: 2, answers: 3 }),
    /retransmission: answers 3 must be <= peers 2/,
  );
});
