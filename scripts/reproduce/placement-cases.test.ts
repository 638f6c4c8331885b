/** What the reproductions of placement and dispatch are made of: chains by enumeration, dispatch against M/M/1. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { replicationInterval } from "../../lib/statistics/interval.ts";
import { thrown } from "./balls-bins-fluid.ts";
import type { ReproduceContext } from "./case.ts";
import { ringLoads } from "./chord-load.ts";
import { jumpShares } from "./jump-hash-uniformity.ts";
import { overprovision } from "./maglev-imbalance.ts";
import { rrVsRandom } from "./rr-vs-random.ts";
import { controlledInterval, simulateChoices } from "./supermarket-simulation.ts";
import { tailAtScaleFanout } from "./tail-at-scale-fanout.ts";

const context: ReproduceContext = {
  seed: 1,
  effort: 1,
  workers: 1,
  signal: new AbortController().signal,
  progress: () => {},
};

test("jump: the chain of shares is that of all sequences of small random numbers", () => {
  const [steps, buckets] = [32, 4];
  const counts = new Array<number>(buckets).fill(0);
  // At most buckets − 1 jumps: all sequences of that length, x from 1 to steps.
  for (let a = 1; a <= steps; a++)
    for (let b = 1; b <= steps; b++)
      for (let c = 1; c <= steps; c++)
        for (let d = 1; d <= steps; d++) {
          const xs = [a, b, c, d];
          let [bucket, next] = [0, 0];
          for (let i = 0; next < buckets; i++) {
            bucket = next;
            next = Math.floor((bucket + 1) * (steps / xs[i]));
          }
          counts[bucket]++;
        }
  const shares = jumpShares(buckets, steps);
  counts.forEach((count, i) => {
    assert.ok(Math.abs(count / steps ** 4 - shares[i]) < 1e-12, `bucket ${i}`);
  });
  assert.ok(Math.abs(jumpShares(1000).reduce((sum, share) => sum + share, 0) - 1) < 1e-12);
});

test("supermarket: one choice is M/M/1, and the known number of busy servers halves the interval for two", () => {
  const runs = (choices: number, lambda: number) =>
    Array.from({ length: 12 }, (_, replication) =>
      simulateChoices({
        servers: 20,
        choices,
        lambda,
        distinct: true,
        events: 100_000,
        seed: 1,
        replication,
      }),
    );
  const one = controlledInterval(runs(1, 0.5));
  assert.ok(Math.abs(one.mean - 2) < 2 * one.halfWidth, `${one.mean} ± ${one.halfWidth}`);
  const paired = runs(2, 0.7);
  const plain = replicationInterval(paired.map(({ time }) => time));
  assert.ok(controlledInterval(paired).halfWidth < plain.halfWidth / 2);
  // All of two servers looked at: the shortest queue; twice the same is one choice half the time.
  const two = (distinct: boolean): number =>
    simulateChoices({
      servers: 2,
      choices: 2,
      lambda: 0.6,
      distinct,
      events: 200_000,
      seed: 1,
      replication: 0,
    }).time;
  assert.ok(two(true) < two(false) && two(false) < 2.5);
  const exactLine = [1, 2, 3, 4].map((i) => ({ time: 5 + 2 * (i / 10), busy: 1 + i / 10 }));
  const line = controlledInterval(exactLine);
  assert.ok(Math.abs(line.mean - 5) < 1e-12 && line.halfWidth < 1e-6);
});

test("balls are thrown as often as there are bins; loads on a ring add up; entries over the mean", () => {
  const shares = thrown(100_000, 4, 1, 0);
  assert.ok(Math.abs(shares.reduce((sum, share, load) => sum + load * share, 0) - 1) < 1e-3);
  assert.ok(shares[0] < thrown(100_000, 1, 1, 0)[0] / 2);
  const loads = ringLoads(100, 5000, 1, 3);
  assert.equal(
    loads.reduce((a, b) => a + b, 0),
    5000,
  );
  assert.ok(loads.every((load, i) => i === 0 || load >= loads[i - 1]));
  assert.equal(
    overprovision(10, 5, (slot) => Math.min(4, Math.floor(slot / 2.5))),
    0.5,
  );
});

test("round robin and fan-out: every row agrees with its formula", async () => {
  for (const reproduction of [rrVsRandom, tailAtScaleFanout]) {
    const cases = await reproduction.run(context);
    assert.ok(cases.length >= 5);
    for (const { verdict, case: name, measure } of cases)
      assert.equal(verdict, "agrees", `${name}: ${measure}`);
  }
});
