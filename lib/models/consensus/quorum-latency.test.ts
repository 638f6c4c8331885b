import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  deterministic,
  exponential,
  mixture,
  normalTruncated,
  pareto,
  shifted,
  uniform,
} from "../../core/distributions.ts";
import { publishedTable } from "../../study/published-table.ts";
import { quorumLatency, quorumLatencyExponential, quorumLatencyUnequal } from "./quorum-latency.ts";

const near = (actual: number, expected: number, relative = 1e-10): void =>
  assert.ok(
    Math.abs(actual - expected) <= relative * Math.abs(expected),
    `got ${actual}, expected ${expected} within ${relative}`,
  );
const group = fc
  .tuple(fc.integer({ min: 2, max: 25 }), fc.nat(23))
  .map(([nodes, k]) => ({ nodes, quorum: 2 + (k % (nodes - 1)) }));

test("uniform and exponential round trips have their closed forms", () => {
  fc.assert(
    fc.property(group, fc.double({ min: 1e-4, max: 10, noNaN: true }), ({ nodes, quorum }, scale) => {
      const flat = quorumLatency({ nodes, quorum, roundTrip: uniform(0, scale) }).latency;
      near(flat, (scale * (quorum - 1)) / nodes);
      const law = exponential(scale);
      const closed = quorumLatencyExponential({ nodes, quorum, meanRoundTrip: scale }).latency;
      near(quorumLatency({ nodes, quorum, roundTrip: law }).latency, closed);
    }),
    { numRuns: 200, seed: 1 },
  );
});

test("followers that are alike give the same through the product form", () => {
  fc.assert(
    fc.property(group, ({ nodes, quorum }) => {
      const law = exponential(0.01);
      const equal = quorumLatency({ nodes, quorum, roundTrip: law });
      // Equal laws in objects of their own take the other path.
      const roundTrips = Array.from({ length: nodes - 1 }, () => exponential(0.01));
      const unequal = quorumLatencyUnequal({ quorum, roundTrips });
      near(unequal.latency, equal.latency);
      near(unequal.latencyQuantile, equal.latencyQuantile);
    }),
    { numRuns: 60, seed: 2 },
  );
});

test("unequal exponentials: the first of them, and the two nearest of four", () => {
  const rates = [100, 50, 20, 10];
  const roundTrips = rates.map((rate) => exponential(1 / rate));
  near(quorumLatencyUnequal({ roundTrips, quorum: 2 }).latency, 1 / 180);
  // E of the second: the first at rate Λ, then the rest without the one that was first.
  const all = rates.reduce((a, b) => a + b, 0);
  const second = 1 / all + rates.reduce((sum, r) => sum + r / all / (all - r), 0);
  near(quorumLatencyUnequal({ roundTrips }).latency, second);
  near(quorumLatencyUnequal({ roundTrips, quorum: 2, probability: 0.9 }).latencyQuantile, Math.log(10) / 180);
});

test("constants, jumps and heavy tails", () => {
  const roundTrips = ["40 ms", "10 ms", "30 ms", "20 ms"];
  near(quorumLatencyUnequal({ roundTrips }).latency, 0.02, 1e-9);
  near(quorumLatencyUnequal({ roundTrips }).latencyQuantile, 0.02, 1e-9);
  // Two values: a binomial count of slow followers.
  const roundTrip = mixture([
    { weight: 0.8, of: deterministic("1 ms") },
    { weight: 0.2, of: deterministic("11 ms") },
  ]);
  const slow = 6 * 0.2 ** 2 * 0.8 ** 2 + 4 * 0.2 ** 3 * 0.8 + 0.2 ** 4;
  near(quorumLatency({ nodes: 5, quorum: 4, roundTrip }).latency, 0.001 + 0.01 * slow, 1e-9);
  // The smallest of m Paretos is Pareto of m times the shape.
  const heavy = pareto({ minimum: 0.01, shape: 1.5 });
  near(quorumLatency({ nodes: 2, quorum: 2, roundTrip: heavy }).latency, heavy.mean, 1e-9);
  near(quorumLatency({ nodes: 5, quorum: 2, roundTrip: heavy }).latency, (0.01 * 6) / 5);
});

test("what a panel could miss: rare atoms, narrow laws, corners within a mixture", () => {
  // 0.01 … 0.02 evenly, but rarely a fixed time: the faster and the slower of two, case by case.
  const late = [0.05, 0.0437];
  for (const p of [0.3, 0.01, 1 / 1350, 5.6e-6]) {
    const delays = late.map((value) =>
      mixture([
        { weight: 1 - p, of: uniform(0.01, 0.02) },
        { weight: p, of: deterministic(value) },
      ]),
    );
    const mean = [2, 3].map((quorum) => quorumLatencyUnequal({ roundTrips: delays, quorum }).latency);
    const q = 1 - p;
    near(mean[0], q * q * (0.01 + 0.01 / 3) + p * q * 0.03 + p * p * 0.0437, 1e-11);
    near(mean[1], q * q * (0.01 + 0.02 / 3) + p * q * (0.05 + 0.0437) + p * p * 0.05, 1e-11);
  }
  // A microsecond of jitter on a tenth of a second, beside links that never vary.
  const jittered = shifted(exponential(1e-6), 0.1);
  near(quorumLatencyUnequal({ roundTrips: [jittered, 0.2, 0.3], quorum: 2 }).latency, 0.100001, 1e-11);
  near(quorumLatencyUnequal({ roundTrips: [jittered, 0.2, 0.3], quorum: 3 }).latency, 0.2, 1e-11);
});

test("the published round trips give the published quorum delay", () => {
  const roundTrip = normalTruncated({ mean: 0.427e-3, sd: 0.0476e-3 });
  for (const row of publishedTable("paxos_lan_max_throughput").rows) {
    const { latency } = quorumLatency({ nodes: Number(row.N), roundTrip });
    // The table's values come from Monte Carlo, to four digits.
    near(latency * 1e3, Number(row.DQ_majority_ms), 1e-3);
  }
});

test("the quantile inverts the law; more nodes needed never means earlier; large groups stay finite", () => {
  fc.assert(
    fc.property(
      group,
      fc.double({ min: 0.01, max: 0.9999, noNaN: true }),
      ({ nodes, quorum }, probability) => {
        const roundTrip = exponential(1);
        const here = quorumLatency({ nodes, quorum, roundTrip, probability });
        // Enumerated: at least quorum − 1 of nodes − 1 are in by then.
        const inside = -Math.expm1(-here.latencyQuantile);
        let below = 0;
        for (let k = quorum - 1; k < nodes; k++) {
          let term = inside ** k * (1 - inside) ** (nodes - 1 - k);
          for (let i = 1; i <= k; i++) term *= (nodes - 1 - k + i) / i;
          below += term;
        }
        near(below, probability, 1e-9);
        if (quorum < nodes)
          assert.ok(quorumLatency({ nodes, quorum: quorum + 1, roundTrip }).latency >= here.latency);
      },
    ),
    { numRuns: 200, seed: 3 },
  );
  const large = quorumLatency({ nodes: 10_001, roundTrip: exponential(1) }).latency;
  near(large, quorumLatencyExponential({ nodes: 10_001, meanRoundTrip: 1 }).latency);
  assert.equal(quorumLatency({ nodes: 5, quorum: 1, roundTrip: 1 }).latency, 0);
});

test("bad input is refused by name", () => {
  assert.throws(
    () => quorumLatency({ nodes: 3, quorum: 4, roundTrip: 1 }),
    /quorumLatency: quorum 4 must be <= nodes 3/,
  );
  assert.throws(() => quorumLatency({ nodes: 3, roundTrip: -1 }), /roundTrip must be >= 0 s, got/);
  assert.throws(() => quorumLatencyUnequal({ roundTrips: [] }), /roundTrips must be a list of round trips/);
  assert.throws(
    () => quorumLatency({ nodes: 3, roundTrip: pareto({ minimum: 1, shape: 0.9 }) }),
    /must have a finite mean/,
  );
});
