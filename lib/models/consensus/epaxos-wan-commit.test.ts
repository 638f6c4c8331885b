import assert from "node:assert/strict";
import { test } from "node:test";
import { popularity } from "../../core/key-popularity.ts";
import { RandomStream } from "../../core/random.ts";
import { models } from "../index.ts";
import { meanDelay } from "./atoms.ts";
import { EPaxosPairs } from "./epaxos-pair.ts";
import { lawAmong } from "./epaxos-wan-law.ts";
import { epaxosFastQuorum } from "./fast-path.ts";
import { keyGroupsOf } from "./key-groups.ts";
import { beside, equal } from "./regions.fixture.ts";

const close = (a: number, b: number, tolerance: number): void =>
  assert.ok(Math.abs(a - b) < tolerance, `${a} is not ${b}`);

const FIVE = [
  [0, 0.02, 0.05, 0.08, 0.06],
  [0.02, 0, 0.035, 0.065, 0.05],
  [0.05, 0.035, 0, 0.045, 0.075],
  [0.08, 0.065, 0.045, 0, 0.1],
  [0.06, 0.05, 0.075, 0.1, 0],
];

test("commands that meet no other take the round trip to the fast quorum, in every region", () => {
  const roundTrips = FIVE.map((row) => row.map((delay) => 2 * delay));
  for (const replica of [0, 1, 2, 3, 4]) {
    const { leaderlessLatency } = models.wanCommit({ roundTrips, client: replica, leader: 0 });
    const given = { oneWay: FIVE, clients: beside(replica), arrivalRate: 1000 };
    const alone = models.epaxosWanCommit(given);
    const reading = models.epaxosWanCommit({ ...given, clients: beside(0, 1, 2, 3, 4), reads: 1 });
    for (const latency of [alone.commitLatency, alone.commitLatencyP99, alone.aloneLatency])
      close(latency, leaderlessLatency, 1e-12);
    assert.equal(alone.fastPathShare, 1);
    assert.equal(reading.fastPathShare, 1);
    close(reading.commitLatency, reading.aloneLatency, 1e-12);
  }
});

test("with three replicas none is slow, and a command waits for the commit of the other it comes after", () => {
  // Replica 0 goes by the answer of 1, the other's leader, which comes after all that was asked for up to d later; it knows
  // of the commit 3d after that request: later than its own 2d by s + d for s from −d to d. Replica 1 goes by the answer
  // of 2, which hears of what was asked for at the same time at the same moment: so s from −d to 0 alone.
  const [delay, rate] = [0.05, 0.02];
  const given = { oneWay: equal(3, delay), clients: beside(0, 1), arrivalRate: 2 * rate };
  const { commitLatency, fastPathShare } = models.epaxosWanCommit(given);
  const lateness = (rate * (2 * delay ** 2 + delay ** 2 / 2)) / 2;
  close(commitLatency - 2 * delay, lateness, 0.01 * lateness);
  assert.equal(fastPathShare, 1);
});

test("with five replicas the one whose two peers hear of the other at different times is slow", () => {
  // Replica 0 asks 1 and 2, and 2 leads the other: from the same time to d later 2 has heard of it and 1 has not. Then 0 asks
  // again: 2d more, and knows of the other's commit by then. Replica 2 asks 3 and 4, which hear of anything at the same
  // time; it comes after what 0 was asked for up to d before, which is slow and known 5d after that request.
  const [delay, rate] = [0.05, 0.02];
  const given = { oneWay: equal(5, delay), clients: beside(0, 2), arrivalRate: 2 * rate };
  const { commitLatency, fastPathShare } = models.epaxosWanCommit(given);
  close(1 - fastPathShare, (1 - Math.exp(-rate * delay)) / 2, 1e-5 * rate);
  const byZero = delay ** 2 / 2 + delay * 2 * delay; // ∫ (s + d) from −d to 0, and 2d for d
  const byTwo = 3 * delay * delay - delay ** 2 / 2; // ∫ (s + 3d) from −d to 0
  const lateness = (rate * (byZero + byTwo)) / 2;
  close(commitLatency - 2 * delay, lateness, 0.02 * lateness);
});

test("a third command counts where it makes the other one later than the pair is, and there alone", () => {
  // As before, at 0.2 commands a delay. How many others make a command later than x after 2d, by their moments:
  const [delay, rate] = [0.05, 4];
  const late = (from: number, to: number): number => rate * Math.max(0, to - from);
  const ofZero = (x: number): number => late(x - delay, 0) + (x < 2 * delay ? late(0, delay) : 0);
  // Replica 2 comes after what 0 was asked for up to 3d before, too, where one of its own had made that slow: λd of them.
  const ofTwo = (x: number): number =>
    late(Math.max(-delay, x - 3 * delay), 0) + rate * delay * late(x - 3 * delay, -delay);
  const lateness = (of: (x: number) => number): number => {
    const [looks, end] = [30_000, 3 * delay];
    let sum = 0;
    for (let i = 0; i < looks; i++) sum += (-Math.expm1(-of(((i + 0.5) * end) / looks)) * end) / looks;
    return sum;
  };
  const given = { oneWay: equal(5, delay), clients: beside(0, 2), arrivalRate: 2 * rate };
  const { commitLatency } = models.epaxosWanCommit(given);
  const expected = (lateness(ofZero) + lateness(ofTwo)) / 2;
  close(commitLatency - 2 * delay, expected, 0.01 * expected);
});

test("the law adds up what it says: moments of others, and of third ones where those make it later than the pair is", () => {
  const pairs = new EPaxosPairs(FIVE, 3);
  const rates = [1, 0.5, 2, 1.5, 1];
  const meeting = { share: 1, chance: 1, next: 0.6 };
  const { law } = lawAmong(pairs, 3, rates, [meeting]);
  // By the definition, on a grid of its own.
  const [step, end] = [1e-3, 0.75];
  const moments = Array.from({ length: Math.round((2 * end) / step) }, (_, i) => -end + (i + 0.31) * step);
  const slowBy = (leader: number): { committed: number; count: number }[] => {
    const counts: Record<string, number> = {};
    for (const [other, rate] of rates.entries())
      for (const after of other === leader ? [] : moments) {
        const { fast, committed } = pairs.outcome(leader, other, after);
        if (!fast) counts[committed] = (counts[committed] ?? 0) + rate * step;
      }
    return Object.entries(counts).map(([committed, count]) => ({ committed: Number(committed), count }));
  };
  const lates: { latency: number; later: readonly { latency: number; count: number }[]; count: number }[] =
    [];
  for (const [other, rate] of rates.entries()) {
    if (other === 3) continue;
    const thirds = slowBy(other);
    for (const after of moments) {
      const { waits, committed } = pairs.outcome(3, other, after);
      const told = after + FIVE[other][3];
      const known = waits ? told + pairs.outcome(other, 3, -after).committed : 0;
      const later = waits ? thirds.map((third) => ({ ...third, latency: told + third.committed })) : [];
      lates.push({ latency: Math.max(committed, known), later, count: rate * step });
    }
  }
  let mean = pairs.alone(3);
  for (let x = pairs.alone(3) + step; x < end; x += 2 * step) {
    let expected = 0;
    for (const { latency, later, count } of lates)
      if (latency > x) expected += count;
      else for (const third of later) if (third.latency > x) expected += 0.6 * count * third.count;
    mean += 2 * step * -Math.expm1(-expected);
  }
  const lateness = mean - pairs.alone(3);
  close(meanDelay(law) - pairs.alone(3), lateness, 0.01 * lateness);
});

test("a slow command asks again once a majority has answered, not the whole fast quorum", () => {
  // Seven in a row, 10 ms apart: 0 asks 1 to 4. Of a command that 2 leads 5 ms later 2 has heard and 1 has not; so with the
  // answer of 3, after 60 ms, the four of a majority are asked again, 60 ms more.
  const row = Array.from({ length: 7 }, (_, i) =>
    Array.from({ length: 7 }, (__, j) => 0.01 * Math.abs(i - j)),
  );
  const pairs = new EPaxosPairs(row, 5);
  const slow = pairs.outcome(0, 2, 0.005);
  assert.deepEqual({ ...slow, committed: 0 }, { fast: false, committed: 0, waits: true });
  close(slow.committed, 0.12, 1e-12);
  // Earlier than 1 hears of this one it has heard of the other: all say the same.
  assert.equal(pairs.outcome(0, 2, -0.001).fast, true);
  close(pairs.outcome(0, 2, -0.001).committed, 0.08, 1e-12);
  assert.equal(pairs.outcome(0, 2, -0.021).waits, true);
  assert.equal(pairs.outcome(0, 2, 0.021).waits, false);
  // What the leader knows it tells, whoever else has not heard of it: here 2's own word takes a second to 1.
  const detour = row.map((delays, i) => delays.map((delay, j) => (i === 2 && j === 1 ? 1 : delay)));
  assert.equal(new EPaxosPairs(detour, 5).outcome(0, 2, -0.021).fast, true);
});

test("what is looked at is all there is: nothing is later, and who waits long has asked long before", () => {
  const random = new RandomStream(1, 2, 3, 4);
  let latest = 0;
  for (let seed = 0; seed < 60; seed++) {
    random.restart(seed);
    const replicas = 3 + random.integer(5);
    // One way may take far longer than the other.
    const delays = equal(replicas, 1).map((row) => row.map((one) => one * 0.2 * random.uniform() ** 3));
    const pairs = new EPaxosPairs(delays, epaxosFastQuorum(replicas));
    const whoever = delays.map((_, i) => i);
    for (const leader of whoever)
      for (const other of whoever) {
        if (leader === other) continue;
        for (let look = -pairs.looks; look < pairs.looks; look++) {
          const { waits, committed } = pairs.at(leader, other, look);
          const told =
            (look + 0.5) * pairs.tick + pairs.at(other, leader, -look - 1).committed + delays[other][leader];
          const latency = waits ? Math.max(committed, told) : committed;
          latest = Math.max(latest, latency / pairs.reach);
          if (look === -pairs.looks) assert.ok(told < 0, "it is known when this one is asked for");
          if (look === pairs.looks - 1) assert.equal(waits, false);
        }
      }
  }
  assert.ok(latest > 0.5 && latest < 1, `${latest}`);
});

test("a read meets writes alone, and an operation those of its own key", () => {
  const given = { oneWay: FIVE, clients: beside(0, 1, 2, 3, 4), arrivalRate: 2 };
  const late = (more: Partial<Parameters<typeof models.epaxosWanCommit>[0]>): number => {
    const { commitLatency, aloneLatency } = models.epaxosWanCommit({ ...given, ...more });
    return commitLatency - aloneLatency;
  };
  const one = late({ arrivalRate: 0.002 });
  // Ten keys: a tenth of the others. Half reads: a write meets all, a read the half that write.
  close(late({ arrivalRate: 0.02, keys: [{ share: 1, keys: 10 }] }), one, 0.002 * one);
  close(late({ arrivalRate: 0.002, reads: 0.5 }), 0.75 * one, 0.002 * one);
  // A fifth on one key, the rest on so many that it meets none.
  const hot = [
    { share: 0.2, keys: 1 },
    { share: 0.8, keys: 1e9 },
  ];
  close(late({ arrivalRate: 0.01, keys: hot }), 0.2 * one, 0.002 * one);
  // More commands are later, and reads less so.
  assert.ok(late({}) > late({ reads: 0.5 }) && late({ reads: 0.5 }) > late({ arrivalRate: 1 }) / 2);
});

test("keys of a popularity become groups: as many keys, all of the operations, the same chance that two meet", () => {
  const meet = (groups: readonly { share: number; keys: number }[]): number =>
    groups.reduce((sum, { share, keys }) => sum + share ** 2 / keys, 0);
  for (const keys of [1, 7, 16, 100, 1e6]) {
    const groups = keyGroupsOf("test", 5, popularity.zipf(keys, 0.99));
    assert.equal(
      groups.reduce((sum, group) => sum + group.keys, 0),
      keys,
    );
    close(
      groups.reduce((sum, { share }) => sum + share, 0),
      1,
      1e-9,
    );
    const { sameKey } = models.keyConflict({ keys, exponent: 0.99 });
    close(meet(groups), sameKey, 0.005 * sameKey);
  }
  const hot = keyGroupsOf("test", 5, popularity.hot(100, { share: 0.3, hotKeys: 2 }));
  assert.deepEqual(hot, [
    { share: 0.3, keys: 2 },
    { share: 0.7, keys: 98 },
  ]);
  assert.deepEqual(keyGroupsOf("test", 5), [{ share: 1, keys: 5 }]);
  assert.throws(
    () => keyGroupsOf("test", 5, popularity.scan(popularity.uniform(9), { longest: 2 })),
    /^DomainError: test: popularity must be uniform, zipf or hot, got "scan"$/,
  );
});

test("clients of two places beside one replica are as many beside it", () => {
  const given = { oneWay: FIVE, arrivalRate: 2 };
  const at = (replica: number, share: number) => ({ replica, share, roundTrip: null });
  const once = models.epaxosWanCommit({ ...given, clients: [at(0, 0.6), at(3, 0.4)] });
  const twice = models.epaxosWanCommit({ ...given, clients: [at(0, 0.2), at(3, 0.4), at(0, 0.4)] });
  close(twice.commitLatency, once.commitLatency, 1e-12);
  close(twice.fastPathShare, once.fastPathShare, 1e-12);
});

test("clients of a replica that is not there and shares that do not add up are refused", () => {
  const given = { oneWay: equal(3, 0.01), clients: beside(3), arrivalRate: 1 };
  assert.throws(
    () => models.epaxosWanCommit(given),
    /epaxosWanCommit: clients must ask a node of 0 to 2, got 3/,
  );
  assert.throws(
    () => models.epaxosWanCommit({ ...given, clients: beside(0), keys: [{ share: 0.5, keys: 1 }] }),
    /epaxosWanCommit: keys must have shares that add up to 1, got 0.5/,
  );
  assert.throws(
    () => models.epaxosWanCommit({ ...given, clients: beside(0), fastQuorum: 4 }),
    /epaxosWanCommit: fastQuorum 4 must be <= size\(oneWay\) 3/,
  );
  assert.throws(
    () => models.epaxosWanCommit({ ...given, oneWay: FIVE, fastQuorum: 2 }),
    /epaxosWanCommit: fastQuorum must be 0 or >= 3 of 5 replicas, got 2/,
  );
});
