import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RandomStream } from "../../core/random.ts";
import { publishedTable } from "../../study/published-table.ts";
import { clusterAvailability } from "./cluster-availability.ts";
import { failover } from "./failover.ts";
import { flexiblePaxos } from "./flexible-paxos.ts";
import { quorumAvailability } from "./quorum-availability.ts";
import { quorumLatency } from "./quorum-latency.ts";

const near = (actual: number, expected: number, relative = 1e-9): void =>
  assert.ok(
    Math.abs(actual - expected) <= relative * Math.abs(expected) + 1e-300,
    `got ${actual}, expected ${expected} within ${relative}`,
  );
const HOUR = 3600;

test("clusterAvailability without failover is the binomial with a crew each, and the table", () => {
  for (const row of publishedTable("quorum_availability").rows) {
    const [nodes, quorum, a] = [Number(row.N), Number(row.q), Number(row.node_availability)];
    const answer = clusterAvailability({ nodes, quorum, mttf: a, mttr: 1 - a, failover: 0 });
    assert.ok(Math.abs(answer.availability - Number(row.quorum_availability)) <= 5.1e-10);
  }
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 30 }),
      fc.nat(29),
      fc.double({ min: 0.3, max: 0.9999, noNaN: true }),
      fc.double({ min: 0, max: 0.2, noNaN: true }),
      (nodes, k, a, wait) => {
        const quorum = 1 + (k % nodes);
        const given = { nodes, quorum, mttf: a, mttr: 1 - a };
        const binomial = quorumAvailability({ nodes, quorum, nodeAvailability: a }).unavailability;
        // The nodes do not care whether there is a leader.
        const answer = clusterAvailability({ ...given, failover: wait });
        near(answer.quorumUnavailability, binomial, 1e-9);
        near(answer.availability + answer.unavailability, 1);
        assert.ok(answer.unavailability >= binomial * (1 - 1e-12));
        const slower = clusterAvailability({ ...given, failover: 2 * wait });
        assert.ok(slower.unavailability >= answer.unavailability * (1 - 1e-12));
      },
    ),
    { numRuns: 1000, seed: 1 },
  );
});

test("clusterAvailability of nodes that are almost never up is next to nothing, and never negative", () => {
  for (const [mttf, mttr] of [
    [0.8, 401],
    [1e-6, 1e6],
    [0.007, 0.002],
  ]) {
    const answer = clusterAvailability({ nodes: 150, mttf, mttr, crews: mttr < 1 ? 2 : 0, failover: 1e-7 });
    assert.ok(answer.availability >= 0 && answer.availability < 1e-9, `${answer.availability}`);
    near(answer.unavailability, 1);
  }
});

test("clusterAvailability of a mirrored pair is the published time to data loss of RAID", () => {
  // Patterson, Gibson and Katz 1988, §7: 100 mirrored pairs of 30,000 h disks repaired in 1 h lose data every 4.5e6 h.
  const row = publishedTable("raid_mttdl").rows.find(({ level }) => level === 1);
  assert.ok(row);
  const pair = clusterAvailability({
    nodes: 2,
    quorum: 1,
    mttf: Number(row.mttf_disk_h) * HOUR,
    mttr: Number(row.mttr_h) * HOUR,
    crews: 1,
    failover: 0,
  });
  near(1 / (Number(row.D) * pair.quorumLossRate * HOUR), Number(row.published_h), 1e-3);
});

test("clusterAvailability agrees with its chain solved densely, and with one crew with the birth-death product", () => {
  const [n, q, mttf, mttr, wait] = [5, 3, 7, 2, 0.3];
  const answer = clusterAvailability({ nodes: n, quorum: q, mttf, mttr, failover: wait });
  // Another way: power iteration of the uniformised chain over (down, led).
  const names = Array.from({ length: n + 1 }, (_, d) => [`${d}`, ...(d <= n - q ? [`${d} led`] : [])]).flat();
  const at = (name: string): number => names.indexOf(name);
  let share = names.map(() => 1 / names.length);
  const step = 0.02;
  for (let round = 0; round < 40_000; round++) {
    const next = [...share];
    const move = (from: string, to: string, rate: number): void => {
      const mass = share[at(from)] * rate * step;
      next[at(from)] -= mass;
      next[at(to)] += mass;
    };
    for (let d = 0; d <= n; d++) {
      if (d < n) move(`${d}`, `${d + 1}`, (n - d) / mttf);
      if (d > 0) move(`${d}`, `${d - 1}`, d / mttr);
      if (d > n - q) continue;
      move(`${d}`, `${d} led`, 1 / wait);
      move(`${d} led`, `${d + 1}`, 1 / mttf);
      move(`${d} led`, d + 1 > n - q ? `${d + 1}` : `${d + 1} led`, (n - d - 1) / mttf);
      if (d > 0) move(`${d} led`, `${d - 1} led`, d / mttr);
    }
    share = next;
  }
  const led = names.reduce((sum, name, i) => sum + (name.endsWith("led") ? share[i] : 0), 0);
  near(answer.availability, led, 1e-9);
  near(answer.failoverUnavailability, share[at("0")] + share[at("1")] + share[at("2")], 1e-9);
  // One crew: π_k ∝ Π (n − i)·MTTR/MTTF.
  const single = clusterAvailability({ nodes: n, quorum: q, mttf, mttr, crews: 1, failover: 0 });
  let [weight, total, lost] = [1, 1, 0];
  for (let k = 1; k <= n; k++) {
    weight *= ((n - k + 1) * mttr) / mttf;
    total += weight;
    if (k > n - q) lost += weight;
  }
  near(single.unavailability, lost / total, 1e-12);
});

test("clusterAvailability: played crashes, repairs and elections", () => {
  const given = { nodes: 3, mttf: 50, mttr: 5, failover: 0.5 };
  const { unavailability } = clusterAvailability(given);
  const stream = new RandomStream(1, 2, 3, 4);
  const batches: number[] = [];
  for (let batch = 0; batch < 40; batch++) {
    let [now, down, led, dark] = [0, 0, true, 0];
    while (now < 30_000) {
      const rates = [(3 - down) / given.mttf, down / given.mttr, !led && down <= 1 ? 1 / given.failover : 0];
      const total = rates[0] + rates[1] + rates[2];
      const wait = stream.exponential() / total;
      now += wait;
      if (!led) dark += wait;
      const pick = stream.uniform() * total;
      if (pick < rates[0]) {
        if (led && stream.uniform() < 1 / (3 - down)) led = false;
        down++;
        if (down > 1) led = false;
      } else if (pick < rates[0] + rates[1]) down--;
      else led = true;
    }
    batches.push(dark / now);
  }
  const mean = batches.reduce((a, b) => a + b, 0) / batches.length;
  const variance = batches.reduce((sum, b) => sum + (b - mean) ** 2, 0) / (batches.length - 1);
  assert.ok(
    Math.abs(mean - unavailability) < 4 * Math.sqrt(variance / batches.length),
    `${mean} ${unavailability}`,
  );
});

test("clusterAvailability keeps the digits of many nines and refuses what cannot be", () => {
  const many = clusterAvailability({ nodes: 150, mttf: "1000 d", mttr: "1 h", failover: "1 s" });
  assert.ok(many.quorumUnavailability > 0 && many.quorumUnavailability < 1e-200);
  near(many.unavailability, 1 / (1000 * 86_400), 1e-3);
  near(many.failoversPerYear, 0.36525, 1e-3);
  assert.equal(
    clusterAvailability({ nodes: 1, mttf: 99, mttr: 1, failover: 0 }).downPerYear,
    0.01 * 365.25 * 86_400,
  );
  assert.throws(
    () => clusterAvailability({ nodes: 3, quorum: 4, mttf: 1, mttr: 1, failover: 0 }),
    /clusterAvailability: quorum 4 must be <= nodes 3/,
  );
});

test("failover: detect, elect and recover add up; small against MTTF its share is rate times length", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 3, max: 15 }),
      fc.double({ min: 0, max: 2, noNaN: true }),
      fc.double({ min: 1e-4, max: 0.5, noNaN: true }),
      fc.double({ min: 10, max: 1e7, noNaN: true }),
      (nodes, election, trip, mttf) => {
        const answer = failover({ nodes, election, roundTrip: trip, diskWrite: 0.01, mttf });
        near(answer.unavailable, election + trip + 0.01);
        near(answer.failoverUnavailability, answer.unavailable / (mttf + answer.unavailable));
        assert.ok(
          failover({ nodes, election, roundTrip: 2 * trip, mttf }).unavailable >= election + 2 * trip,
        );
      },
    ),
    { numRuns: 1000, seed: 2 },
  );
  // The crashed leader is missing: of five, two of the other three followers must answer.
  const roundTrip = "uniform(min=0 ms, max=40 ms)";
  near(failover({ nodes: 5, election: 0, roundTrip, mttf: 1 }).recovery, 0.02);
  near(
    failover({ nodes: 9, election: 0, roundTrip, mttf: 1 }).recovery,
    quorumLatency({ nodes: 8, quorum: 5, roundTrip }).latency,
  );
  assert.equal(failover({ nodes: 2, quorum: 1, election: 0, roundTrip, mttf: 1 }).recovery, 0);
  // Ongaro 2014, ch. 9: a median downtime of 287 ms per crash; with a crash a month that is 3.4 s a year.
  const year = failover({ nodes: 5, election: 0.287, roundTrip: 0, mttf: "30.4375 d" });
  near(year.downPerYear, 12 * 0.287, 1e-6);
  assert.ok(
    failover({ nodes: 10_000, election: 1e-9, roundTrip: "exponential(mean=1 ms)", mttf: 1e12 }).recovery <
      1e-3,
  );
  assert.throws(
    () => failover({ nodes: 2, election: 1, roundTrip: 0, mttf: 1 }),
    /failover: .* must be <= nodes - 1/,
  );
});

test("flexiblePaxos: its ends are known, and what replication saves recovery pays", () => {
  // Howard, Malkhi and Spiegelman 2016, §1: ten acceptors, replication quorums of three need recovery quorums of eight.
  const ten = { nodes: 10, roundTrip: "uniform(min=0 ms, max=100 ms)", nodeAvailability: 0.99 } as const;
  near(
    flexiblePaxos({ ...ten, replication: 3 }).recoveryLatency,
    flexiblePaxos({ ...ten, replication: 8 }).latency,
  );
  assert.throws(
    () => flexiblePaxos({ ...ten, replication: 3, recovery: 7 }),
    /flexiblePaxos: accepting \+ promising 10 must be > nodes 10/,
  );
  // Reductions: majorities of an odd group; and every acceptor writes, any recovers (read one, write all).
  const odd = flexiblePaxos({ nodes: 5, roundTrip: "exponential(mean=1 ms)", nodeAvailability: 0.9 });
  near(odd.latency, odd.recoveryLatency);
  near(odd.commitAvailability, quorumAvailability({ nodes: 5, nodeAvailability: 0.9 }).availability);
  const all = flexiblePaxos({ nodes: 5, replication: 5, roundTrip: 1, nodeAvailability: 0.9 });
  near(all.commitAvailability, 0.9 ** 5);
  near(all.recoveryUnavailability, 0.1 ** 5);
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 12 }),
      fc.nat(11),
      fc.double({ min: 0.05, max: 0.99, noNaN: true }),
      (nodes, k, a) => {
        const replication = 1 + (k % nodes);
        const answer = flexiblePaxos({ nodes, replication, roundTrip: 1, nodeAvailability: a });
        // Every set of live nodes, one by one.
        let [commit, recover] = [0, 0];
        for (let set = 0; set < 1 << nodes; set++) {
          const up = set.toString(2).replaceAll("0", "").length;
          const chance = a ** up * (1 - a) ** (nodes - up);
          if (up >= replication) commit += chance;
          if (up >= nodes - replication + 1) recover += chance;
        }
        near(answer.commitAvailability, commit);
        near(answer.recoveryAvailability, recover);
      },
    ),
    { numRuns: 100, seed: 3 },
  );
  assert.ok(
    flexiblePaxos({ nodes: 10_000, roundTrip: "uniform(min=0 s, max=1 s)", nodeAvailability: 1 }).latency <
      0.51,
  );
});
