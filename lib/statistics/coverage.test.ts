/**
 * Do the 95 % intervals cover the truth 95 % of the time? Measured on the M/M/1 queue, whose mean wait is
 * known.
 *
 * 1,000 experiments with fixed seeds each; the standard error of a share near 95 % is then 0.69 points, and
 * the window 92.5 to 97.5 % is 3.6 of them wide on either side. The negative controls show that the
 * measurement can fail.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type RandomStream, randomStreams } from "../core/random.ts";
import { BatchMeans, batchMeans } from "./batch-means.ts";
import { LatencyHistogram } from "./histogram.ts";
import { type Interval, replicationInterval } from "./interval.ts";
import { Moments } from "./moments.ts";
import { sectionedQuantile } from "./quantiles.ts";

const EXPERIMENTS = 1000;
const REPLICATIONS = 20;

/** Mean wait in an M/M/1 queue of utilisation rho and service mean 1: rho/(1 - rho). */
const meanWait = (rho: number) => rho / (1 - rho);
/** Quantile of the wait: P(W > t) = rho·exp(-(1 - rho)t). */
const waitQuantile = (rho: number, p: number) => Math.log(rho / (1 - p)) / (1 - rho);
const covers = (interval: Interval, truth: number) =>
  interval.low <= truth && truth <= interval.high ? 1 : 0;

/** Waits of successive customers, from an empty queue, by Lindley's recurrence W' = max(0, W + S - A). */
function waits(stream: RandomStream, rho: number, warmUp: number, into: Float64Array): void {
  const gap = 1 / rho;
  let wait = 0;
  for (let i = -warmUp; i < into.length; i++) {
    if (i >= 0) into[i] = wait;
    wait = Math.max(0, wait + stream.exponential() - gap * stream.exponential());
  }
}

function meanOf(series: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < series.length; i++) sum += series[i];
  return sum / series.length;
}

/** The share of experiments that cover: each 20 replications of `length` customers, made into an interval. */
function replicated(
  rho: number,
  length: number,
  warmUp: number,
  coversTruth: (replications: readonly Float64Array[]) => number,
): number {
  const streams = randomStreams(2026);
  const replications = Array.from({ length: REPLICATIONS }, () => new Float64Array(length));
  let covered = 0;
  for (let e = 0; e < EXPERIMENTS; e++) {
    replications.forEach((series, r) => {
      waits(streams.stream(`replicated ${rho} ${length} ${e} ${r}`), rho, warmUp, series);
    });
    covered += coversTruth(replications);
  }
  return covered / EXPERIMENTS;
}

const meanCovers = (rho: number) => (replications: readonly Float64Array[]) =>
  covers(replicationInterval(replications.map(meanOf)), meanWait(rho));

/**
 * Shares of experiments that cover from one run of 100,000 customers after 1,000: by batch means, and
 * naively.
 */
function oneRun(rho: number) {
  const streams = randomStreams(2027);
  const series = new Float64Array(100_000);
  const truth = meanWait(rho);
  let [batched, streamed, naive] = [0, 0, 0];
  for (let e = 0; e < EXPERIMENTS; e++) {
    waits(streams.stream(`one run ${rho} ${e}`), rho, 1000, series);
    batched += covers(batchMeans(series), truth);
    const batches = new BatchMeans();
    const moments = new Moments();
    for (let i = 0; i < series.length; i++) {
      batches.add(series[i]);
      moments.add(series[i]);
    }
    streamed += covers(batches.interval(), truth);
    const half = (1.96 * moments.standardDeviation) / Math.sqrt(series.length);
    naive += Math.abs(moments.mean - truth) <= half ? 1 : 0;
  }
  return { batched: batched / EXPERIMENTS, streamed: streamed / EXPERIMENTS, naive: naive / EXPERIMENTS };
}

function inWindow(share: number, what: string): void {
  assert.ok(
    share >= 0.925 && share <= 0.975,
    `${what} covers in ${(100 * share).toFixed(1)} % of experiments`,
  );
}

for (const rho of [0.5, 0.8]) {
  test(`20 replications of 5,000 after 500 at utilisation ${rho} cover in 92.5 to 97.5 %`, (t) => {
    const share = replicated(rho, 5000, 500, meanCovers(rho));
    t.diagnostic(`share ${share}`);
    inWindow(share, "the mean");
  });
}

test("the p99 by sectioning, 20 replications of 2,000 after 200 at utilisation 0.5, covers", (t) => {
  const share = replicated(0.5, 2000, 200, (replications) =>
    covers(
      sectionedQuantile(
        replications.map((series) => LatencyHistogram.of(series)),
        0.99,
      ),
      waitQuantile(0.5, 0.99),
    ),
  );
  t.diagnostic(`share ${share}`);
  inWindow(share, "the p99");
});

test("one run of 100,000 at utilisation 0.8: batch means cover, the naive interval does not", (t) => {
  const share = oneRun(0.8);
  t.diagnostic(JSON.stringify(share));
  inWindow(share.batched, "20 batches");
  inWindow(share.streamed, "20 to 39 streamed batches");
  assert.ok(share.naive < 0.5, `naive ${share.naive}`);
});

test("negative control: 20 replications of 500 without warm-up at utilisation 0.9 cover in under 70 %", (t) => {
  const share = replicated(0.9, 500, 0, meanCovers(0.9));
  t.diagnostic(`share ${share}`);
  assert.ok(share < 0.7, `covers ${share}`);
});
