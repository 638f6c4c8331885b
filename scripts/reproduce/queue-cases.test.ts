/** The small simulations and sums behind the reproductions of queues, against closed forms. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { deterministic, exponential } from "../../lib/core/distributions.ts";
import { randomStreams } from "../../lib/core/random.ts";
import { erlangB } from "../../lib/models/queueing/erlang-b.ts";
import { replicationInterval } from "../../lib/statistics/interval.ts";
import { batchCosts, batchedRate } from "./kafka-batching.ts";
import { lostShare } from "./queue-erlang-b-capacity.ts";
import { controlled, forkJoinRun, WIDTHS } from "./queue-forkjoin-nelson-tantawi.ts";
import { zipfShares } from "./zipf-hot-keys.ts";

const about = (interval: { readonly mean: number; readonly halfWidth: number }, truth: number): void =>
  assert.ok(Math.abs(interval.mean - truth) < 2.5 * interval.halfWidth, `${interval.mean} for ${truth}`);

test("the loss simulated is Erlang's, whatever the service law", () => {
  const { blocking } = erlangB({ arrivalRate: 3, serviceTime: 1, servers: 4 });
  for (const service of [exponential(1), deterministic(1)]) {
    const shares = Array.from({ length: 10 }, (_, i) =>
      lostShare(4, 3, service, 20_000, randomStreams(i).stream("queue")),
    );
    about(replicationInterval(shares), blocking);
  }
});

test("the fork-join simulated is Flatto and Hahn's for two, and the control takes most of the error out", () => {
  const runs = Array.from({ length: 16 }, (_, i) =>
    forkJoinRun(0.8, 4000, randomStreams(i).stream("queues")),
  );
  const ours = controlled(runs, WIDTHS.indexOf(2), 5);
  about(ours, (12 - 0.8) / 8 / 0.2);
  const plain = replicationInterval(runs.map((run) => run.jobs[0]));
  assert.ok(ours.halfWidth < plain.halfWidth / 3, `${ours.halfWidth} against ${plain.halfWidth}`);
});

test("shares of hot keys and costs of batches, by hand", () => {
  const shares = zipfShares(1, 4, [1, 2, 4]);
  [12 / 25, 18 / 25, 1].forEach((share, i) => {
    assert.ok(Math.abs(shares[i] - share) < 1e-15, `${shares[i]} for ${share}`);
  });
  const { fixed, each } = batchCosts({ batch: 1, rate: 1 / 5 }, { batch: 3, rate: 1 / 3 });
  assert.ok(Math.abs(fixed - 3) < 1e-12 && Math.abs(each - 2) < 1e-12, `${fixed} and ${each}`);
  assert.ok(Math.abs(batchedRate(3, fixed, each) - 1 / 3) < 1e-15, "the rate goes back");
});
