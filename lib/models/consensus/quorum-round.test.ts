/** One replication round of the leader's model: links that keep order, and bursts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { lognormal } from "../../core/distributions.ts";
import { RandomStream } from "../../core/random.ts";
import { leaderCommitLatency } from "./leader-commit-latency.ts";

const near = (actual: number, expected: number, relative: number): void =>
  assert.ok(
    Math.abs(actual - expected) <= relative * Math.abs(expected),
    `got ${actual}, expected ${expected} within ${relative}`,
  );

test("in order both ways: as messages played out one by one", () => {
  const draw = new RandomStream(1, 2, 3, 4);
  for (const [rate, scv] of [
    [20, 0.16],
    [200, 0.16],
    [1000, 0.16],
    [3000, 0.01],
  ]) {
    const leg = lognormal({ mean: 0.01, scv });
    let [sent, arrived, back, sum] = [0, 0, 0, 0];
    const messages = 200_000;
    for (let i = 0; i < messages; i++) {
      sent -= Math.log(1 - draw.uniform()) / rate;
      arrived = Math.max(arrived, sent + leg.sample(draw));
      back = Math.max(back, arrived + leg.sample(draw));
      sum += back - sent;
    }
    const model = leaderCommitLatency({
      links: [{ out: leg, back: leg }],
      arrivalRate: rate,
      order: "stream",
    });
    near(model.commitLatency, sum / messages, 0.015);
  }
});

test("bursts above capacity leave a number, also where receiving costs nothing", () => {
  const links = [{ out: 0.005, back: 0.005 }];
  const burst = { links, arrivalRate: 2000, arrivalScv: 9, arrivalPeak: 4, waiting: "gg1" as const };
  const { commitLatency, cpuUtilisation } = leaderCommitLatency({ ...burst, cpuSend: 1e-4 });
  assert.ok(commitLatency > 0.01 && 4 * cpuUtilisation > 1);
});
