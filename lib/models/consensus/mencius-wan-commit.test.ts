import assert from "node:assert/strict";
import { test } from "node:test";
import { deterministic } from "../../core/distributions.ts";
import { models } from "../index.ts";
import { meanDelay } from "./atoms.ts";
import { MenciusWan } from "./mencius-wan-law.ts";
import { beside, equal } from "./regions.fixture.ts";

const close = (a: number, b: number, tolerance: number): void =>
  assert.ok(Math.abs(a - b) < tolerance, `${a} is not ${b}`);

const REGIONS = [
  [0, 0.02, 0.06],
  [0.02, 0, 0.05],
  [0.06, 0.05, 0],
];

test("one that proposes alone waits for the farthest, as where processors are reckoned, too", () => {
  for (const replica of [0, 1, 2]) {
    const given = { oneWay: REGIONS, clients: beside(replica), arrivalRate: 3 };
    const { commitLatency, aloneLatency, commitLatencyP50 } = models.menciusWanCommit(given);
    close(commitLatency, aloneLatency, 1e-12);
    close(commitLatencyP50, aloneLatency, 1e-12);
    close(commitLatency, models.menciusCommitLatency(given).commitLatency, 1e-12);
  }
});

test("two that propose seldom: half of what comes within a delay before or after is waited for", () => {
  // What the other proposes at u, in an earlier slot half of the time, is known at u + 3d: later than 2d by u + d. So the
  // mean is 2d + ∫ (λ/2)(u + d) du from −d to d = 2d + λd², but for λ²d³ and less.
  const [delay, rate] = [0.05, 0.02];
  const given = { oneWay: equal(3, delay), clients: beside(0, 1), arrivalRate: 2 * rate };
  close(
    models.menciusWanCommit(given).commitLatency,
    2 * delay + rate * delay ** 2,
    4 * rate ** 2 * delay ** 3,
  );
});

test("two that propose all the time take turns: half a round trip more; who proposes seldom is always before the other", () => {
  const even = { oneWay: equal(3, 0.05), clients: beside(0, 1), arrivalRate: 40_000 };
  close(models.menciusWanCommit(even).commitLatency, 0.15, 0.003);
  // The slot of one that proposes seldom lies before all that the other proposes until it hears of it.
  const uneven = [
    { replica: 0, share: 1 - 1e-6, roundTrip: null },
    { replica: 1, share: 1e-6, roundTrip: null },
  ];
  const driving = models.menciusWanCommit({ ...even, clients: uneven });
  // So ∫ λ(u + d) du from −d to d, λ = 0.04/s; its own 0.2 s, once in a million, is no more than rounding.
  close(driving.commitLatency, 0.1 + 2 * 0.04 * 0.05 ** 2, 1e-6);
});

test("of two that propose seldom the last who proposed is not waited for, nor who comes after in turn", () => {
  // Server 2 is far. If 0 was last, 1 takes the next slot, and 2's turn comes after it: told of long ago, as is 0's.
  const far = [
    [0, 0.01, 0.2],
    [0.01, 0, 0.2],
    [0.2, 0.2, 0],
  ];
  const { commitLatency } = models.menciusWanCommit({
    oneWay: far,
    clients: beside(0, 1),
    arrivalRate: 1e-4,
  });
  // By 0 after 0, by 1 after 1 and by 0 after 1 it is: 2 stands between. By 1 after 0 the majority's answer is enough.
  close(commitLatency, (3 * 0.4 + 0.02) / 4, 1e-4);
});

test("who is far behind is told at once: all that the others propose or tell from now on is beyond its slot", () => {
  // Servers 0 and 1 are neighbours, as are 2, 3 and 4; 0 proposes all the time. Of what 2 has not heard yet all is in later
  // slots, and is on its way already: with a quorum of neighbours it waits for these, not for 100 ms there and back.
  const near = (i: number): boolean => i < 2;
  const delays = Array.from({ length: 5 }, (_, i) =>
    Array.from({ length: 5 }, (__, j) => deterministic(near(i) === near(j) ? 0.001 : 0.1)),
  );
  const far = new MenciusWan(delays, [20_000, 0, 0.01, 0, 0], 2, 0.001);
  const mean = meanDelay(far.lawOf(2));
  assert.ok(mean > 0.002 && mean < 0.01, `${mean} s`);
  assert.equal(far.farthest(2), 0.2);
});

test("clients of a server that is not there are refused", () => {
  assert.throws(
    () => models.menciusWanCommit({ oneWay: REGIONS, clients: beside(3), arrivalRate: 1 }),
    /menciusWanCommit: clients must ask a node of 0 to 2, got 3/,
  );
});
