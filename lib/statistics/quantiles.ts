/**
 * Quantiles with intervals: of independent samples by order statistics, of simulation runs by sectioning.
 *
 * Percentiles come from merged samples or histograms, never from averaged percentiles: the mean of p99s is
 * not the p99.
 */
import { DomainError, show } from "../core/errors.ts";
import { incompleteBeta } from "../core/special.ts";
import { checkEnough, checkLevel, checkProbability, checkSeries, type Series } from "./checks.ts";
import { LatencyHistogram } from "./histogram.ts";
import { DEFAULT_LEVEL, type Interval, studentInterval } from "./interval.ts";
import { Moments } from "./moments.ts";
import { quantileRank } from "./rank.ts";

/**
 * Which sample quantile: `inverse-cdf` is the k-th smallest value, k the least with k/n >= p (definition 1 of
 * R. J. Hyndman & Y. Fan, The American Statistician 50(4), 1996; what histograms give), always a value that
 * occurred; `type-7` interpolates linearly at (n-1)·p (definition 7: the default of R, NumPy and Excel).
 */
export type QuantileDefinition = "inverse-cdf" | "type-7";

function checkSorted(where: string, sorted: Series): void {
  checkSeries(where, "sorted", sorted);
  for (let i = 1; i < sorted.length; i++) {
    if (sorted[i] < sorted[i - 1])
      throw new DomainError(
        `${where}: sorted must be ascending, got ${sorted[i - 1]} before ${sorted[i]} at index ${i}`,
      );
  }
}

/**
 * The p-quantile of a sample sorted in ascending order.
 *
 * @param sorted at least 1 value, ascending, one unit
 * @param p from 0 (minimum) to 1 (maximum)
 * @throws DomainError for an empty or unsorted sample, values not finite, p outside [0, 1], an unknown
 * definition
 * @example
 * sampleQuantile([1, 2, 3, 4], 0.5); // => 2
 * sampleQuantile([1, 2, 3, 4], 0.5, "type-7"); // => 2.5
 */
export function sampleQuantile(
  sorted: Series,
  p: number,
  definition: QuantileDefinition = "inverse-cdf",
): number {
  const where = "sampleQuantile";
  checkProbability(where, "p", p);
  checkEnough(where, sorted.length, 1, "value");
  checkSorted(where, sorted);
  if (definition === "inverse-cdf") return sorted[quantileRank(p, sorted.length) - 1];
  if (definition !== "type-7")
    throw new DomainError(`${where}: definition must be "inverse-cdf" or "type-7", got ${show(definition)}`);
  const place = (sorted.length - 1) * p;
  const i = Math.floor(place);
  if (i + 1 >= sorted.length) return sorted[sorted.length - 1];
  return sorted[i] + (place - i) * (sorted[i + 1] - sorted[i]);
}

/** P(B <= k) for B binomial with n trials of probability p in (0, 1). */
function binomialCdf(k: number, n: number, p: number): number {
  if (k < 0) return 0;
  return k >= n ? 1 : incompleteBeta(n - k, k + 1, 1 - p);
}

/** The least k in 0..n with P(B <= k) >= target. */
function binomialQuantile(target: number, n: number, p: number): number {
  let low = 0;
  let high = n;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (binomialCdf(middle, n, p) >= target) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The interval of a quantile, with the coverage that its ranks really have. */
export interface QuantileInterval extends Interval {
  /** Ranks of `low` and `high` in the sorted sample, from 1. */
  readonly ranks: readonly [number, number];
  /** Exact coverage for a continuous distribution: at least `level`. */
  readonly coverage: number;
}

/**
 * Distribution-free interval of the p-quantile from independent, identically distributed values: two order
 * statistics whose ranks leave at most (1-level)/2 of the binomial distribution on either side (H. A. David &
 * H. N. Nagaraja, Order Statistics, 3rd ed. 2003, §7.1). Not for the successive latencies of one run, which
 * are correlated: use `sectionedQuantile`.
 *
 * @param sorted independent values, ascending, one unit
 * @param p strictly between 0 and 1
 * @throws DomainError when no order statistic bounds the quantile at this level, naming the sample size that
 * would do
 * @example
 * quantileInterval(Array.from({ length: 100 }, (_, i) => i + 1), 0.5).ranks; // => [40, 61]
 */
export function quantileInterval(sorted: Series, p: number, level = DEFAULT_LEVEL): QuantileInterval {
  const where = "quantileInterval";
  checkLevel(where, level);
  if (!(p > 0 && p < 1)) throw new DomainError(`${where}: p must be > 0 and < 1, got ${show(p)}`);
  const n = sorted.length;
  const tail = (1 - level) / 2;
  const least = Math.ceil(Math.log(tail) / Math.log(Math.max(p, 1 - p)));
  if (n < least)
    throw new DomainError(
      `${where}: needs at least ${least} values for p = ${p} at level ${level}, got ${n}`,
    );
  checkSorted(where, sorted);
  // X(l) <= quantile <= X(u) exactly when l <= B <= u - 1, B the number of values at or below the quantile.
  const l = Math.max(binomialQuantile(tail, n, p), 1);
  const u = Math.min(binomialQuantile(1 - tail, n, p) + 1, n);
  const [low, high] = [sorted[l - 1], sorted[u - 1]];
  return {
    mean: sorted[quantileRank(p, n) - 1],
    low,
    high,
    halfWidth: (high - low) / 2,
    level,
    n,
    ranks: [l, u],
    coverage: binomialCdf(u - 1, n, p) - binomialCdf(l - 1, n, p),
  };
}

/**
 * Observations that must lie beyond the quantile on each side in every section: the usual n·min(p, 1-p) >= 5.
 */
const LEAST_BEYOND = 5;

/**
 * The p-quantile of a measure over independent replications, by sectioning: the estimate is the quantile of
 * all observations merged, and its standard error comes from the spread of the replications' own quantiles
 * about that estimate, with Student's t. A batch quantile's bias, which averaged percentiles keep however
 * many there are, is thus out of the estimate (S. Asmussen & P. W. Glynn, Stochastic Simulation, 2007,
 * §III.5; M. K. Nakayama, Confidence intervals for quantiles using sectioning when applying
 * variance-reduction techniques, ACM TOMACS 24(4), 2014).
 *
 * Observations within a replication may be correlated; replications are independent and of about equal
 * length. The interval is widened by the histogram's resolution (2^-10 of the value), so it never claims more
 * than the buckets know, and cut at 0, below which no quantile can be (`halfWidth` is of the uncut one): where a quantile
 * falls between two modes the replications' own lie far apart.
 *
 * @param replications one histogram each, warm-up cut, at least 2
 * @param p strictly between 0 and 1
 * @throws DomainError for fewer than 2 replications, or one with fewer than 5 values expected beyond the
 * quantile
 * @example
 * sectionedQuantile([LatencyHistogram.of(Array(20).fill(2)), LatencyHistogram.of(Array(20).fill(2))], 0.5).mean; // => 2
 */
export function sectionedQuantile(
  replications: readonly LatencyHistogram[],
  p: number,
  level = DEFAULT_LEVEL,
): Interval {
  const where = "sectionedQuantile";
  checkLevel(where, level);
  if (!(p > 0 && p < 1)) throw new DomainError(`${where}: p must be > 0 and < 1, got ${show(p)}`);
  const n = replications.length;
  checkEnough(where, n, 2, "replications");
  const least = Math.ceil(LEAST_BEYOND / Math.min(p, 1 - p) - 1e-9);
  replications.forEach((part, i) => {
    if (part.count < least)
      throw new DomainError(
        `${where}: replication ${i} needs at least ${least} values for p = ${p}, got ${part.count}`,
      );
  });
  const merged = LatencyHistogram.merged(replications);
  const mean = merged.quantile(p);
  const bounds = merged.quantileBounds(p);
  // Spread about the merged estimate, not about the mean of the parts: that is what makes it sectioning.
  const squares = new Moments();
  for (const part of replications) squares.add((part.quantile(p) - mean) ** 2);
  const standardError = Math.sqrt(squares.mean / (n - 1));
  const interval = studentInterval(where, { mean, standardError, degrees: n - 1, n }, level);
  const halfWidth = interval.halfWidth + (bounds.high - bounds.low) / 2;
  return { ...interval, low: Math.max(0, mean - halfWidth), high: mean + halfWidth, halfWidth };
}
