/**
 * Non-overlapping batch means: an interval for the steady-state mean from one long run.
 *
 * The run, its warm-up cut, is split into equal batches long enough that their means are nearly independent
 * and normal; Student's t then applies to those means. Between 10 and 30 batches are enough, more gain
 * nothing (B. Schmeiser, Batch size effects in the analysis of simulation output, Operations Research 30(3),
 * 1982). What matters is the length of the run: at utilisation 0.9 an M/M/1 wait needs some 400,000 customers
 * before 20 batches cover 95 %; at 10,000 they cover 82 %.
 */
import { DomainError } from "../core/errors.ts";
import { normalQuantile } from "../core/special.ts";
import { checkFinite, checkInteger, checkSeries, type Series } from "./checks.ts";
import { DEFAULT_LEVEL, type Interval, momentsInterval } from "./interval.ts";
import { Moments } from "./moments.ts";

const LEAST_BATCHES = 10;
/** Below this a batch mean is hardly a mean, and its neighbours' dependence hardly reduced. */
const LEAST_BATCH_SIZE = 10;

/** An interval from batch means; `n` is the number of batches. */
export interface BatchInterval extends Interval {
  readonly batches: number;
  /** Observations in each batch. */
  readonly batchSize: number;
  /** Observations in no batch: the first ones of a series, the last ones of a stream. */
  readonly unused: number;
  /** Correlation of neighbouring batch means; near 0 when the batches are long enough. */
  readonly lag1: number;
  /**
   * True when neighbouring batch means are correlated beyond chance (von Neumann's ratio, one-sided 1 %; G.
   * S. Fishman, Management Science 24(5), 1978): the interval is then too narrow and the run too short.
   */
  readonly correlated: boolean;
}

function checkBatches(where: string, batches: number): void {
  checkInteger(where, "batches", batches, LEAST_BATCHES);
}

function tooShort(where: string, batches: number, size: number, got: number): DomainError {
  const least = batches * size;
  return new DomainError(
    `${where}: needs at least ${least} observations for ${batches} batches of ${size}, got ${got}`,
  );
}

function intervalOf(where: string, means: Float64Array, batchSize: number, unused: number, level: number) {
  const interval = momentsInterval(Moments.of(means), level, where);
  const k = means.length;
  let squares = 0;
  let products = 0;
  for (let j = 0; j < k; j++) {
    const deviation = means[j] - interval.mean;
    squares += deviation * deviation;
    if (j > 0) products += deviation * (means[j - 1] - interval.mean);
  }
  const ends = (means[0] - interval.mean) ** 2 + (means[k - 1] - interval.mean) ** 2;
  const lag1 = squares === 0 ? 0 : products / squares;
  const score = squares === 0 ? 0 : Math.sqrt((k * k - 1) / (k - 2)) * (lag1 + ends / (2 * squares));
  const correlated = score > normalQuantile(0.99);
  return { ...interval, batches: k, batchSize, unused, lag1, correlated };
}

/**
 * Interval of the steady-state mean from one run's observations in order, warm-up already cut.
 *
 * @param series observations in the order they were made, one unit; when it does not divide evenly the first
 * few are left out, being the nearest to the warm-up
 * @param options `batches` (default 20, at least 10), `level` (default 0.95)
 * @throws DomainError for fewer than 10 batches, fewer than 10 observations a batch, values not finite
 * @example
 * batchMeans(Array.from({ length: 400 }, (_, i) => i % 2)).mean; // => 0.5
 * batchMeans(Array.from({ length: 409 }, (_, i) => i % 2)).unused; // => 9
 */
export function batchMeans(
  series: Series,
  options: { readonly batches?: number; readonly level?: number } = {},
): BatchInterval {
  const where = "batchMeans";
  const batches = options.batches ?? 20;
  checkBatches(where, batches);
  checkSeries(where, "series", series);
  const batchSize = Math.floor(series.length / batches);
  if (batchSize < LEAST_BATCH_SIZE) throw tooShort(where, batches, LEAST_BATCH_SIZE, series.length);
  const unused = series.length - batches * batchSize;
  const means = new Float64Array(batches);
  for (let j = 0, i = unused; j < batches; j++) {
    let sum = 0;
    for (const end = i + batchSize; i < end; i++) sum += series[i];
    means[j] = sum / batchSize;
  }
  return intervalOf(where, means, batchSize, unused, options.level ?? DEFAULT_LEVEL);
}

/**
 * Batch means of a stream in constant memory, its length not known beforehand.
 *
 * Keeps between k and 2k - 1 full batches: when there are 2k, neighbours are joined and the batch size
 * doubles (dynamic batch means: Y. Yeh & B. Schmeiser, Winter Simulation Conference 2000). After n
 * observations the batch size is the power of two with n/(2k) < size <= n/k. The mean is that of the full
 * batches; at most one batch's worth of the last observations is left out.
 *
 * @throws DomainError from the constructor for fewer than 10 batches; from `add` for values not finite; from
 * `interval` when the batches are still shorter than 10 observations
 */
export class BatchMeans {
  readonly #least: number;
  readonly #sums: Float64Array;
  #full = 0;
  #size = 1;
  #sum = 0;
  #inside = 0;

  /** @param options `batches`: the least number kept, default 20 */
  constructor(options: { readonly batches?: number } = {}) {
    const least = options.batches ?? 20;
    checkBatches("BatchMeans", least);
    this.#least = least;
    this.#sums = new Float64Array(2 * least);
  }

  /** Adds the next observation. */
  add(value: number): void {
    if (!Number.isFinite(value)) checkFinite("BatchMeans", "value", value);
    this.#sum += value;
    this.#inside += 1;
    if (this.#inside === this.#size) this.#close();
  }

  #close(): void {
    this.#sums[this.#full] = this.#sum;
    this.#full += 1;
    this.#sum = 0;
    this.#inside = 0;
    if (this.#full < 2 * this.#least) return;
    for (let j = 0; j < this.#least; j++) this.#sums[j] = this.#sums[2 * j] + this.#sums[2 * j + 1];
    this.#full = this.#least;
    this.#size *= 2;
  }

  /** Observations so far. */
  get count(): number {
    return this.#full * this.#size + this.#inside;
  }

  /** The interval of the mean from what was added so far. */
  interval(level = DEFAULT_LEVEL): BatchInterval {
    // Sizes are powers of two, so the first that reaches the least is 16.
    if (this.#size < LEAST_BATCH_SIZE) throw tooShort("BatchMeans", this.#least, 16, this.count);
    const means = this.#sums.slice(0, this.#full).map((sum) => sum / this.#size);
    return intervalOf("BatchMeans", means, this.#size, this.#inside, level);
  }
}
