/**
 * Confidence intervals: what a simulated number means. No simulated number is given without one.
 *
 * The interval of a mean over independent replications is Student's t, mean ± t(n-1) · s/√n (A. M. Law,
 * Simulation Modeling and Analysis, 5th ed. 2015, §4.5 and §9.4.1). It is taken over replication means, never
 * over the single observations of one run: those are autocorrelated, and the naive s/√n covers the truth of
 * an M/M/1 wait at utilisation 0.8 in some 17 % of runs instead of 95 % (coverage.test.ts measures it).
 */
import { DomainError, show } from "../core/errors.ts";
import { normalQuantile, studentQuantile } from "../core/special.ts";
import { checkEnough, checkFinite, checkInteger, checkLevel, checkSeries, type Series } from "./checks.ts";
import { Moments } from "./moments.ts";

/** An estimate with the interval that covers the truth with probability `level`. Values share one unit. */
export interface Interval {
  /** The estimate: a mean, a proportion or a quantile. */
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** Half of high - low, where nothing is cut off. */
  readonly halfWidth: number;
  /** Nominal coverage, between 0 and 1. */
  readonly level: number;
  /** How many independent values the interval rests on: replications, batches, trials or observations. */
  readonly n: number;
}

/** The level of an interval when none is stated. */
export const DEFAULT_LEVEL = 0.95;

/**
 * `mean` ± t · `standardError` with t of the given degrees of freedom: the common last step of all intervals
 * here.
 *
 * @param n what the interval rests on, for the record
 * @throws DomainError when the level is not in (0, 1), or a number is not finite (the sample overflowed)
 */
export function studentInterval(
  where: string,
  estimate: {
    readonly mean: number;
    readonly standardError: number;
    readonly degrees: number;
    readonly n: number;
  },
  level: number,
): Interval {
  checkLevel(where, level);
  const { mean, standardError, degrees, n } = estimate;
  const halfWidth = studentQuantile((1 + level) / 2, degrees) * standardError;
  checkFinite(where, "mean", mean);
  checkFinite(where, "half-width", halfWidth);
  return { mean, low: mean - halfWidth, high: mean + halfWidth, halfWidth, level, n };
}

/**
 * Student-t interval of the mean of independent values: one value a replication.
 *
 * @param values one number a replication, all in one unit, at least 2
 * @param level nominal coverage, default 0.95
 * @throws DomainError for fewer than 2 values (one run has no interval), values not finite, level outside (0,
 * 1)
 * @example
 * replicationInterval([9, 10, 11]).mean; // => 10
 * replicationInterval([9, 10, 11]).halfWidth; // => 2.484137712
 */
export function replicationInterval(values: Series, level = DEFAULT_LEVEL): Interval {
  const where = "replicationInterval";
  checkSeries(where, "values", values);
  checkEnough(where, values.length, 2, "replications");
  return momentsInterval(Moments.of(Array.from(values)), level, where);
}

/**
 * The Student-t interval of the mean of the independent values that a `Moments` has seen.
 *
 * @param where first words of any error
 * @throws DomainError for fewer than 2 values, level outside (0, 1)
 * @example
 * momentsInterval(Moments.of([9, 10, 11])).halfWidth; // => 2.484137712
 */
export function momentsInterval(
  moments: Moments,
  level = DEFAULT_LEVEL,
  where = "momentsInterval",
): Interval {
  checkEnough(where, moments.count, 2, "replications");
  const { mean, count: n } = moments;
  const standardError = Math.sqrt(moments.variance / n);
  return studentInterval(where, { mean, standardError, degrees: n - 1, n }, level);
}

/**
 * Wilson's score interval of a proportion (E. B. Wilson, JASA 22, 1927): stays within [0, 1] and never
 * shrinks to nothing at 0 or n successes; recommended over the textbook p ± z√(p(1-p)/n) by Brown, Cai &
 * DasGupta, Statistical Science 16(2), 2001.
 *
 * Not symmetric about the estimate: `halfWidth` is half the length, `mean` is successes/trials.
 *
 * @param successes integer from 0 to `trials`; the trials are independent
 * @throws DomainError when there is no trial or the counts are not such integers
 * @example
 * proportionInterval(0, 10).low; // => 0
 * proportionInterval(0, 10).high; // => 0.2775327998628892
 */
export function proportionInterval(successes: number, trials: number, level = DEFAULT_LEVEL): Interval {
  const where = "proportionInterval";
  checkInteger(where, "trials", trials, 1);
  checkInteger(where, "successes", successes, 0, trials);
  checkLevel(where, level);
  const mean = successes / trials;
  const z2 = normalQuantile((1 + level) / 2) ** 2;
  const centre = (mean + z2 / (2 * trials)) / (1 + z2 / trials);
  const reach =
    Math.sqrt((z2 * mean * (1 - mean)) / trials + (z2 * z2) / (4 * trials * trials)) / (1 + z2 / trials);
  // In exact arithmetic the ends are 0 and 1 there; rounding must not leave the truth outside.
  const low = successes === 0 ? 0 : Math.max(0, centre - reach);
  const high = successes === trials ? 1 : Math.min(1, centre + reach);
  return { mean, low, high, halfWidth: (high - low) / 2, level, n: trials };
}

/** The interval of a mean difference, with what pairing has gained. */
export interface PairedInterval extends Interval {
  /**
   * Fraction of the variance of the difference that pairing removed: 1 - Var(a-b)/(Var a + Var b). Near 1
   * when common random numbers work, near 0 when the pairs are independent, negative when they hurt; 0 when
   * nothing varies.
   */
  readonly varianceReduction: number;
}

/**
 * The interval of mean(a) - mean(b) where a[i] and b[i] come from the same random numbers: two designs under
 * the same arrivals, sizes and faults (paired t; Law 2015, §10.2.1 and §11.2). Pair by replication number;
 * both lists in the same unit.
 *
 * @throws DomainError for lists of unequal length, fewer than 2 pairs, values not finite
 * @example
 * pairedDifference([10, 20, 30], [9, 19, 29]).mean; // => 1
 * pairedDifference([10, 20, 30], [9, 19, 29]).halfWidth; // => 0
 * pairedDifference([10, 20, 30], [9, 19, 29]).varianceReduction; // => 1
 */
export function pairedDifference(a: Series, b: Series, level = DEFAULT_LEVEL): PairedInterval {
  const where = "pairedDifference";
  checkSeries(where, "a", a);
  checkSeries(where, "b", b);
  if (a.length !== b.length)
    throw new DomainError(`${where}: a and b must have equal length, got ${a.length} and ${b.length}`);
  checkEnough(where, a.length, 2, "replications");
  const difference = new Moments();
  for (let i = 0; i < a.length; i++) difference.add(a[i] - b[i]);
  const apart = Moments.of(Array.from(a)).variance + Moments.of(Array.from(b)).variance;
  const varianceReduction = apart === 0 ? 0 : 1 - difference.variance / apart;
  return { ...momentsInterval(difference, level, where), varianceReduction };
}

/**
 * The level each of `count` intervals needs so that all hold together with probability at least `level`
 * (Bonferroni's inequality): what a table of many verdicts should be read at.
 *
 * @throws DomainError when level is not in (0, 1) or count is not an integer >= 1
 * @example
 * simultaneousLevel(0.95, 10); // => 0.995
 */
export function simultaneousLevel(level: number, count: number): number {
  checkLevel("simultaneousLevel", level);
  checkInteger("simultaneousLevel", "count", count, 1);
  return 1 - (1 - level) / count;
}

/**
 * halfWidth/|mean|, the relative precision of an interval; Infinity when the mean is 0 and the half-width is
 * not.
 *
 * @throws DomainError when the interval's numbers are not finite
 * @example
 * relativeHalfWidth({ mean: 10, low: 9, high: 11, halfWidth: 1, level: 0.95, n: 20 }); // => 0.1
 */
export function relativeHalfWidth(interval: Interval): number {
  const { mean, halfWidth } = interval;
  if (!Number.isFinite(mean) || !Number.isFinite(halfWidth))
    throw new DomainError(
      `relativeHalfWidth: interval must be finite, got ${show(mean)} ± ${show(halfWidth)}`,
    );
  return halfWidth === 0 ? 0 : halfWidth / Math.abs(mean);
}
