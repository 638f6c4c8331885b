/** Disks in step against arrivals played out one by one, and at both ends: sure links, and links of no order at all. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Distribution, deterministic, exponential, lognormal } from "../../core/distributions.ts";
import { RandomStream } from "../../core/random.ts";
import { cutDelay, meanDelay } from "./atoms.ts";
import { diskStates, waitInStep } from "./disks-in-step.ts";
import { groupCommit } from "./group-commit.ts";
import { quorumRound, type Round } from "./quorum-round.ts";

const WRITE = 2;

function round(links: number, leg: Distribution, rate: number, quorum: number, write = WRITE): Round {
  return quorumRound(
    Array.from({ length: links }, () => ({ out: leg, back: leg })),
    { fsync: deterministic(write), perByte: 0 },
    false,
    {
      arrivalPeak: 1,
      arrivalScv: 1,
      messageRate: rate,
      quorum,
      slotWaits: [],
      recordBytes: 0,
      send: 0,
      inOrderAnswers: false,
      transmission: 0,
      overhead: 0,
    },
  );
}

/** Each operation's k-th vote, every disk a group commit of its own. */
function played(links: number, leg: Distribution, rate: number, quorum: number, count: number): number[] {
  const random = new RandomStream(5, 6, 7, 8);
  const gap = exponential(1 / rate);
  const sent: number[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    at += gap.sample(random);
    sent.push(at);
  }
  const votes = Array.from({ length: links + 1 }, (_, voter) => {
    const came = sent.map((at) => at + (voter === 0 ? 0 : leg.sample(random)));
    const order = [...came.keys()].sort((a, b) => came[a] - came[b]);
    const done = new Float64Array(count);
    for (let i = 0, free = 0; i < count; ) {
      const start = Math.max(free, came[order[i]]);
      free = start + WRITE;
      while (i < count && came[order[i]] <= start) done[order[i++]] = free;
    }
    return Array.from(done, (at, i) => at - sent[i] + (voter === 0 ? 0 : leg.sample(random)));
  });
  return sent.map((_, i) => votes.map((list) => list[i]).sort((a, b) => a - b)[quorum - 1]);
}

const mean = (list: readonly number[]): number => list.reduce((sum, x) => sum + x, 0) / list.length;
const p99 = (list: readonly number[]): number =>
  [...list].sort((a, b) => a - b)[Math.floor(0.99 * list.length)];

function p99Of({ times, weights }: Round): number {
  let sum = 0;
  for (let i = 0; i < times.length; i++) {
    sum += weights[i];
    if (sum >= 0.99) return times[i];
  }
  return times[times.length - 1];
}

test("mean and p99 of the deciding vote, arrivals played out: within 1.5 % while links are surer than a write", () => {
  for (const scv of [0.01, 0.25])
    for (const rate of [0.2, 2])
      for (const [links, quorum] of [
        [2, 2],
        [4, 3],
      ]) {
        const leg = lognormal({ mean: 0.3, scv });
        const ours = round(links, leg, rate, quorum);
        const list = played(links, leg, rate, quorum, 30_000).slice(1000);
        const told = `${links} links, rate ${rate}, scv ${scv}`;
        const average = ours.times.reduce((sum, time, i) => sum + time * ours.weights[i], 0);
        assert.ok(Math.abs(average / mean(list) - 1) < 0.015, `${told}: mean ${average}, ${mean(list)}`);
        assert.ok(Math.abs(p99Of(ours) / p99(list) - 1) < 0.015, `${told}: p99 ${p99Of(ours)}, ${p99(list)}`);
      }
});

test("a vote's own law is that of group commit: only votes together are not independent", () => {
  const out = cutDelay(lognormal({ mean: 0.7, scv: 0.5 }), "propagation");
  for (const rate of [0.2, 1, 5]) {
    const { busy, wait } = groupCommit({ fsync: deterministic(WRITE), perByte: 0 }, rate, 0);
    const states = diskStates(busy, WRITE);
    assert.ok(Math.abs(states.reduce((sum, { chance }) => sum + chance, 0) - 1) < 1e-12);
    const waits = states.map((state) => meanDelay(waitInStep(out, state, WRITE)) - meanDelay(out));
    const average = states.reduce((sum, { chance }, i) => sum + chance * waits[i], 0);
    assert.ok(Math.abs(average / meanDelay(wait) - 1) < 2e-3, `${average}, ${meanDelay(wait)}`);
  }
});

test("links of next to no spread: all wait alike, as with sure links", () => {
  for (const rate of [0.1, 1, 4]) {
    const sure = round(4, deterministic(0.3), rate, 3);
    const nearly = round(4, lognormal({ mean: 0.3, scv: 1e-8 }), rate, 3);
    const average = ({ times, weights }: Round): number =>
      times.reduce((sum, time, i) => sum + time * weights[i], 0);
    assert.ok(Math.abs(average(nearly) / average(sure) - 1) < 1e-3);
  }
});

test("writes that take nothing or next to nothing, on links of wide spread: finite, and the links alone decide", () => {
  const leg = lognormal({ mean: 10, scv: 1 });
  const average = (write: number): number => {
    const { times, weights } = round(4, leg, 1, 3, write);
    return times.reduce((sum, time, i) => sum + time * weights[i], 0);
  };
  const none = average(0);
  for (const write of [1e-9, 1e-5])
    assert.ok(Math.abs(average(write) / none - 1) < 2e-3, `${average(write)}, ${none}`);
});
