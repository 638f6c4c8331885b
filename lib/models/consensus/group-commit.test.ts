import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { deterministic, exponential, lognormal, uniform } from "../../core/distributions.ts";
import { type Atoms, addDelays, constantDelay, cutDelay, meanDelay } from "./atoms.ts";
import { completing, kthTimes, kthVotes } from "./decision.ts";
import { groupCommit } from "./group-commit.ts";

const near = (actual: number, expected: number, relative = 1e-12, absolute = 0): void =>
  assert.ok(
    Math.abs(actual - expected) <= relative * Math.abs(expected) + absolute + 1e-300,
    `got ${actual}, expected ${expected}`,
  );
const total = ({ weights }: Atoms): number => weights.reduce((a, b) => a + b, 0);

test("constant writes: busy for a/(a + e^−a) of the time, half a write of wait then", () => {
  for (const a of [0.01, 0.5, 1, 5, 50]) {
    const found = groupCommit({ fsync: deterministic(0.002), perByte: 0 }, a / 0.002, 100);
    const busy = a / (a + Math.exp(-a));
    near(found.busy, busy);
    near(found.batch, a + Math.exp(-a));
    near(meanDelay(found.delay), 0.002 + busy * 0.001, 1e-9);
  }
});

test("exponential writes: against the Markov chain of the disk, solved numerically", () => {
  for (const a of [0.2, 1, 4]) {
    // States: idle, and busy with k = 0, 1, … waiting. In units of a write; from k ≥ 1 a write's end starts the next.
    const size = 400;
    const busy = new Float64Array(size);
    // Balance of state k ≥ 1: p_k (a + 1) = a p_{k−1}; state 0 takes what ends with someone waiting.
    busy[0] = 1;
    for (let k = 1; k < size; k++) busy[k] = (a / (a + 1)) * busy[k - 1];
    const sum = busy.reduce((x, y) => x + y, 0);
    const idle = busy[0] / a;
    const found = groupCommit({ fsync: exponential(1), perByte: 0 }, a, 0);
    near(found.busy, sum / (sum + idle), 1e-3);
    // Whoever finds a write under way waits for what is left of it: one mean write, without memory.
    near(meanDelay(found.delay), 1 + (sum / (sum + idle)) * 1, 1e-3);
  }
});

test("a disk bandwidth adds the bytes of the batch", () => {
  const found = groupCommit({ fsync: deterministic(0.001), perByte: 1e-8 }, 5000, 1000);
  const write = 0.001 + found.batch * 1e-5;
  near(found.batch, 5000 * write + Math.exp(-5000 * write), 1e-9);
  assert.ok(meanDelay(found.delay) > write);
});

test("cut delays keep total and mean: 1,000 random laws, and sums of them", () => {
  const laws = fc.oneof(
    fc.double({ min: 1e-6, max: 1, noNaN: true }).map((mean) => exponential(mean)),
    fc
      .tuple(fc.double({ min: 1e-6, max: 1, noNaN: true }), fc.double({ min: 0.01, max: 3, noNaN: true }))
      .map(([mean, scv]) => lognormal({ mean, scv })),
    fc.double({ min: 1e-6, max: 1, noNaN: true }).map((width) => uniform(0, width)),
  );
  fc.assert(
    fc.property(laws, laws, (first, second) => {
      const [a, b] = [cutDelay(first, "propagation"), cutDelay(second, "disk")];
      near(total(a), 1, 1e-12);
      near(meanDelay(a), first.mean, 1e-9);
      const sum = addDelays(a, b);
      near(total(sum), 1, 1e-9);
      near(meanDelay(sum), first.mean + second.mean, 1e-9);
      assert.ok(sum.values.every((value, i) => i === 0 || value >= sum.values[i - 1]));
      const shares = sum.weights.reduce((x, w, i) => x + w * sum.parts.disk[i], 0);
      near(shares, second.mean, 1e-9);
    }),
    { seed: 21, numRuns: 1000 },
  );
});

test("votes: every order statistic and every decider, against going through all outcomes", () => {
  const atom = fc.record({ value: fc.integer({ min: 0, max: 20 }), weight: fc.integer({ min: 1, max: 5 }) });
  const voter = fc.record({
    offset: fc.integer({ min: 0, max: 5 }),
    brings: fc.integer({ min: 1, max: 3 }),
    atoms: fc.uniqueArray(atom, { minLength: 1, maxLength: 3, selector: (x) => x.value }),
  });
  fc.assert(
    fc.property(fc.array(voter, { minLength: 1, maxLength: 5 }), (given) => {
      const voters = given.map(({ offset, brings, atoms }) => {
        const sorted = [...atoms].sort((a, b) => a.value - b.value);
        const all = sorted.reduce((sum, x) => sum + x.weight, 0);
        const values = Float64Array.from(sorted, (x) => x.value);
        const zero = new Float64Array(values.length);
        return {
          offset,
          weight: brings,
          delay: {
            values,
            weights: Float64Array.from(sorted, (x) => x.weight / all),
            parts: { propagation: values, disk: zero, diskWait: zero, slotWait: zero },
          },
        };
      });
      const found = kthVotes(voters);
      const mean = new Array<number>(voters.length).fill(0);
      const decider = voters.map(() => new Array<number>(voters.length).fill(0));
      // What brings the votes to a number, where voters bring several.
      const total = given.reduce((sum, { brings }) => sum + brings, 0);
      const needed = Array.from({ length: total }, (_, i) => completing(voters, i + 1));
      const reached = needed.map(() => 0);
      const outcomes = (i: number, weight: number, times: readonly number[]): void => {
        if (i < voters.length) {
          const { offset, delay } = voters[i];
          for (const [j, value] of delay.values.entries())
            outcomes(i + 1, weight * delay.weights[j], [...times, offset + value]);
          return;
        }
        const order = [...times.keys()].sort((a, b) => times[a] - times[b] || a - b);
        for (const [k, who] of order.entries()) {
          mean[k] += weight * times[who];
          decider[k][who] += weight;
        }
        let votes = 0;
        for (const who of order)
          for (let i = 0; i < voters[who].weight; i++) reached[votes++] += weight * times[who];
      };
      outcomes(0, 1, []);
      for (const [i, { mean: when, byVoter }] of needed.entries()) {
        near(when, reached[i], 1e-9, 1e-12);
        near(
          byVoter.reduce((sum, p) => sum + p, 0),
          1,
          1e-9,
        );
      }
      for (const [k, time] of kthTimes(voters).entries()) near(time, found[k].mean, 1e-9, 1e-12);
      for (const [k, vote] of found.entries()) {
        near(vote.mean, mean[k], 1e-9, 1e-12);
        near(vote.offset + vote.parts.propagation, vote.mean, 1e-9, 1e-12);
        for (const [who, p] of vote.byVoter.entries()) assert.ok(Math.abs(p - decider[k][who]) < 1e-12);
      }
    }),
    { seed: 22, numRuns: 1000 },
  );
});

test("order statistics of cut delays are right to a thousandth of the spread, waiting for all included", () => {
  const law = cutDelay(exponential(1), "propagation");
  const votes = kthVotes(Array.from({ length: 6 }, () => ({ offset: 0, delay: law })));
  let exact = 0;
  for (const [k, vote] of votes.entries()) {
    exact += 1 / (6 - k);
    assert.ok(Math.abs(vote.mean - exact) < 1.2e-3, `vote ${k + 1}: ${vote.mean} against ${exact}`);
  }
  const sure = addDelays(constantDelay(0.25, "disk"), constantDelay(0.5, "propagation"));
  assert.deepEqual([...sure.values], [0.75]);
});
