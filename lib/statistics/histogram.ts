/**
 * A mergeable histogram of non-negative numbers with a fixed relative resolution, for latencies in
 * particular.
 *
 * Buckets are log-linear, as in HdrHistogram (G. Tene, hdrhistogram.org): each power of two is cut into 512
 * equal parts. The bucket of a value is then nothing but the sign, exponent and first 9 mantissa bits of its
 * double, so that recording costs two memory accesses and no logarithm. All counts are integers and nothing
 * is summed in floating point: merging is exactly commutative and associative, and the merged histogram does
 * not depend on worker count or order.
 */
import { DomainError, show } from "../core/errors.ts";
import { checkEnough, checkFinite, checkInteger, checkProbability } from "./checks.ts";
import { quantileRank } from "./rank.ts";

/** Mantissa bits that tell buckets apart: 2^9 buckets to each power of two. */
const BITS = 9;
const OCTAVE = 2 ** BITS;
const SHIFT = 20 - BITS;
/** Bucket of 2^-1022, the least normal double. Anything below is counted as 0. */
const FIRST = OCTAVE;
const LEAST = 2 ** -1022;
/** One past the bucket of the largest double. */
const END = 2047 * OCTAVE;

const DOUBLE = new Float64Array(1);
const WORDS = new Uint32Array(DOUBLE.buffer);
DOUBLE[0] = 1;
/** Where the high half of a double lies: 1 on little-endian machines, 0 on big-endian ones. */
const HIGH = WORDS[1] === 0x3ff00000 ? 1 : 0;

/** The smallest value of a bucket; for END it is Infinity. */
function lowerEdge(bucket: number): number {
  WORDS[HIGH] = bucket << SHIFT;
  WORDS[1 - HIGH] = 0;
  return DOUBLE[0];
}

function bucketOf(value: number): number {
  DOUBLE[0] = value;
  return WORDS[HIGH] >>> SHIFT;
}

/** What `LatencyHistogram.toJSON` writes: sparse, the same text for equal histograms. */
export interface HistogramData {
  /** log2 of the buckets to each power of two; always 9. */
  readonly bits: number;
  /** Number of values equal to 0. */
  readonly zeros: number;
  /** Smallest and largest value, exact; null when nothing was recorded. */
  readonly min: number | null;
  readonly max: number | null;
  /** Distance of each bucket in use to the one before it (the first: to bucket 0). */
  readonly gaps: readonly number[];
  /** The count of each bucket in use, > 0. */
  readonly counts: readonly number[];
}

/** One bucket in use: `count` values v with `low <= v < high` (zeros: both 0). */
export interface HistogramBucket {
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

/**
 * Counts non-negative finite values in buckets no wider than 2^-9 (0.2 %) of the value.
 *
 * `quantile` is within 2^-10 (0.098 %) of the sample quantile, relative; `count`, `min` and `max` are exact,
 * and zeros are kept apart. Values below 2^-1022 count as 0. There is no upper limit but that of doubles: the
 * table grows by whole powers of two, 4 KiB each, so values from 1 µs to 100 s take about 110 KiB. Counts are
 * exact to 2^53. The unit is the values' own (seconds, in this house).
 *
 * @throws DomainError from `record` for NaN, infinities and negative values; from questions about an empty
 * histogram
 * @example
 * LatencyHistogram.of([0.001, 0.002, 0.003, 0.004]).count; // => 4
 * LatencyHistogram.of([0.001, 0.002, 0.003, 0.004]).max; // => 0.004
 * Math.abs(LatencyHistogram.of([0.001, 0.002, 0.003]).quantile(0.5) / 0.002 - 1) < 2 ** -10; // => true
 */
export class LatencyHistogram {
  /** Bound of `|quantile(p) / sample quantile - 1|`. */
  static readonly relativeError = 2 ** -(BITS + 1);

  #counts = new Float64Array(0);
  #base = FIRST;
  #zeros = 0;
  #count = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  /** The histogram of a list of values. */
  static of(values: Iterable<number>): LatencyHistogram {
    const histogram = new LatencyHistogram();
    for (const value of values) histogram.record(value);
    return histogram;
  }

  /** The sum of several histograms, which are left as they were. */
  static merged(parts: Iterable<LatencyHistogram>): LatencyHistogram {
    const sum = new LatencyHistogram();
    for (const part of parts) sum.merge(part);
    return sum;
  }

  /** Adds one value. */
  record(value: number): void {
    DOUBLE[0] = value;
    // Negative values, infinities and NaN have a word beyond every table: one test catches all that is rare.
    const slot = (WORDS[HIGH] >>> SHIFT) - this.#base;
    const counts = this.#counts;
    if (slot >= 0 && slot < counts.length) {
      counts[slot] += 1;
      this.#count += 1;
      if (value < this.#min) this.#min = value;
      if (value > this.#max) this.#max = value;
    } else this.#recordRare(value);
  }

  #recordRare(value: number): void {
    if (!(typeof value === "number" && value >= 0 && value < Number.POSITIVE_INFINITY))
      throw new DomainError(`LatencyHistogram: value must be finite and >= 0, got ${show(value)}`);
    if (value < LEAST) {
      this.#zeros += 1;
      this.#count += 1;
      this.#min = 0;
      if (this.#max < 0) this.#max = 0;
      return;
    }
    const bucket = bucketOf(value);
    this.#cover(bucket, bucket + 1);
    this.record(value);
  }

  /** Makes the table reach from bucket `from` to before bucket `to`, in whole powers of two. */
  #cover(from: number, to: number): void {
    const used = this.#counts.length > 0;
    const first = Math.floor(from / OCTAVE) * OCTAVE;
    const last = Math.ceil(to / OCTAVE) * OCTAVE;
    const base = used ? Math.min(this.#base, first) : first;
    const end = used ? Math.max(this.#base + this.#counts.length, last) : last;
    if (end - base === this.#counts.length) return;
    const wider = new Float64Array(end - base);
    if (used) wider.set(this.#counts, this.#base - base);
    this.#counts = wider;
    this.#base = base;
  }

  /** Adds everything another histogram holds; the other is left as it was. Exact in any order. */
  merge(other: LatencyHistogram): this {
    if (other.#counts.length > 0) {
      this.#cover(other.#base, other.#base + other.#counts.length);
      const shift = other.#base - this.#base;
      for (let i = 0; i < other.#counts.length; i++) this.#counts[i + shift] += other.#counts[i];
    }
    this.#zeros += other.#zeros;
    this.#count += other.#count;
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
    return this;
  }

  /** How many values were recorded. */
  get count(): number {
    return this.#count;
  }

  /** The smallest value, exact. */
  get min(): number {
    checkEnough("LatencyHistogram", this.#count, 1, "value");
    return this.#min;
  }

  /** The largest value, exact. */
  get max(): number {
    checkEnough("LatencyHistogram", this.#count, 1, "value");
    return this.#max;
  }

  /**
   * Numbers between which the sample p-quantile lies for certain: the edges of its bucket, cut at min and
   * max.
   *
   * The sample quantile is the k-th smallest value, k the least with k/n >= p (`quantileRank`).
   */
  quantileBounds(p: number): { readonly low: number; readonly high: number } {
    const where = "LatencyHistogram.quantile";
    checkProbability(where, "p", p);
    checkEnough(where, this.#count, 1, "value");
    const k = quantileRank(p, this.#count);
    if (k === 1) return { low: this.#min, high: this.#min };
    if (k === this.#count) return { low: this.#max, high: this.#max };
    let below = this.#zeros;
    if (k <= below) return { low: 0, high: 0 };
    let slot = -1;
    while (below < k) below += this.#counts[++slot];
    const bucket = this.#base + slot;
    return {
      low: Math.max(lowerEdge(bucket), this.#min),
      high: Math.min(lowerEdge(bucket + 1), this.#max),
    };
  }

  /**
   * The p-quantile, p from 0 (the minimum) to 1 (the maximum): the middle of `quantileBounds(p)`, hence
   * within 2^-10 relative of the k-th smallest value itself.
   */
  quantile(p: number): number {
    const { low, high } = this.quantileBounds(p);
    return low + (high - low) / 2;
  }

  /**
   * The fraction of values > x, from 0 to 1.
   *
   * Exact when x is below the minimum, at or above the maximum, or x's bucket is empty; else values in x's
   * own bucket are taken as spread evenly over it, so that the answer lies between the true fractions above
   * x·(1 + 2^-9) and above x·(1 - 2^-9).
   */
  fractionAbove(x: number): number {
    const where = "LatencyHistogram.fractionAbove";
    checkFinite(where, "x", x);
    checkEnough(where, this.#count, 1, "value");
    if (x < this.#min) return 1;
    if (x >= this.#max) return 0;
    if (x < LEAST) return (this.#count - this.#zeros) / this.#count;
    const bucket = bucketOf(x);
    const slot = bucket - this.#base;
    let above = 0;
    for (let i = Math.max(slot + 1, 0); i < this.#counts.length; i++) above += this.#counts[i];
    if (slot >= 0 && slot < this.#counts.length) {
      const low = Math.max(lowerEdge(bucket), this.#min);
      const high = Math.min(lowerEdge(bucket + 1), this.#max);
      above += this.#counts[slot] * ((high - x) / (high - low));
    }
    return above / this.#count;
  }

  /** The buckets in use, ascending: for charts and for the empirical distribution function. */
  buckets(): HistogramBucket[] {
    const list: HistogramBucket[] = [];
    if (this.#zeros > 0) list.push({ low: 0, high: 0, count: this.#zeros });
    this.#counts.forEach((count, slot) => {
      if (count === 0) return;
      const bucket = this.#base + slot;
      list.push({ low: lowerEdge(bucket), high: lowerEdge(bucket + 1), count });
    });
    return list;
  }

  toJSON(): HistogramData {
    const gaps: number[] = [];
    const counts: number[] = [];
    let last = 0;
    this.#counts.forEach((count, slot) => {
      if (count === 0) return;
      gaps.push(this.#base + slot - last);
      counts.push(count);
      last = this.#base + slot;
    });
    const empty = this.#count === 0;
    return {
      bits: BITS,
      zeros: this.#zeros,
      min: empty ? null : this.#min,
      max: empty ? null : this.#max,
      gaps,
      counts,
    };
  }

  /** Reads back what `toJSON` wrote, checking that it is a histogram. */
  static fromJSON(data: HistogramData): LatencyHistogram {
    const where = "LatencyHistogram.fromJSON";
    if (data.bits !== BITS) throw new DomainError(`${where}: bits must be ${BITS}, got ${show(data.bits)}`);
    checkInteger(where, "zeros", data.zeros, 0);
    const { gaps, counts } = data;
    if (!Array.isArray(gaps) || !Array.isArray(counts) || gaps.length !== counts.length)
      throw new DomainError(`${where}: gaps and counts must be lists of equal length`);
    const histogram = new LatencyHistogram();
    histogram.#zeros = data.zeros;
    histogram.#count = data.zeros;
    let bucket = 0;
    for (let i = 0; i < gaps.length; i++) {
      checkInteger(where, `gaps[${i}]`, gaps[i], 1);
      checkInteger(where, `counts[${i}]`, counts[i], 1);
      bucket += gaps[i];
      checkInteger(where, `bucket of gaps[${i}]`, bucket, FIRST, END - 1);
      histogram.#cover(bucket, bucket + 1);
      histogram.#counts[bucket - histogram.#base] = counts[i];
      histogram.#count += counts[i];
    }
    histogram.#readExtremes(where, data, bucket);
    return histogram;
  }

  /** Takes min and max from data, refusing those that do not lie in the lowest and highest bucket in use. */
  #readExtremes(where: string, data: HistogramData, highest: number): void {
    if (this.#count === 0) {
      if (data.min !== null || data.max !== null)
        throw new DomainError(`${where}: min and max must be null when there are no counts`);
      return;
    }
    const { min, max } = data;
    checkFinite(where, "min", min);
    checkFinite(where, "max", max);
    const lowest = this.#zeros > 0 ? 0 : data.gaps[0];
    const inPlace =
      min !== null && max !== null && min <= max && bucketOf(min) === lowest && bucketOf(max) === highest;
    if (!inPlace)
      throw new DomainError(
        `${where}: min and max must lie in the first and last bucket, got ${show(min)} and ${show(max)}`,
      );
    this.#min = min;
    this.#max = max;
  }
}
