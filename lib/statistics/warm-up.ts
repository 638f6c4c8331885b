/**
 * Cutting the warm-up: the observations made before the system has forgotten that it started empty.
 *
 * The rule is stated before the run, and is one of two: a fixed count, or MSER-5 (K. P. White, An effective
 * truncation heuristic for bias reduction in simulation output, Simulation 69(6), 1997; K. P. White, M. J.
 * Cobb & S. C. Spratt, A comparison of five steady-state truncation heuristics for simulation, Winter
 * Simulation Conference 2000).
 */
import { DomainError, refuseUnknown, show, unknownName } from "../core/errors.ts";
import { checkEnough, checkInteger, checkSeries, type Series } from "./checks.ts";

/** How the warm-up is cut: so many observations, or as many as MSER-5 says. */
export type WarmUpRule = { readonly rule: "fixed"; readonly count: number } | { readonly rule: "mser-5" };

/** What the MSER statistic says about a series. */
export interface MserResult {
  /** Observations to drop from the front: a multiple of the batch size, at most half of the series. */
  readonly count: number;
  /** The least value of the statistic over the first half, in the square of the values' unit. */
  readonly statistic: number;
  /**
   * True when the statistic falls further beyond the middle: the transient has not ended, no truncation can
   * be trusted, and the run must be longer.
   */
  readonly tooShort: boolean;
}

/** Last truncations left out of the search: over so few batches the statistic is small by chance. */
const LAST = 5;

/**
 * MSER on batches of `batchSize` (5: MSER-5): the truncation d that makes the squared standard error of what
 * remains, sum of (y - mean)² over the k - d batch means that remain / (k - d)², least.
 *
 * The search runs over d up to k - 5 (the last few are known to mislead: K. Hoad, S. Robinson & R. Davies,
 * Automating warm-up length estimation, J. Oper. Res. Soc. 61, 2010); a minimum beyond k/2 is reported as
 * `tooShort`. Ties go to the smallest d; an incomplete last batch is left out. For several replications,
 * apply it to their average, observation by observation.
 *
 * @throws DomainError for fewer than 10 batches, values not finite, batchSize not an integer >= 1
 */
export function mser(series: Series, batchSize: number): MserResult {
  const where = batchSize === 5 ? "mser5" : "mser";
  checkInteger(where, "batchSize", batchSize, 1);
  checkSeries(where, "series", series);
  checkEnough(where, series.length, 10 * batchSize, "observations");
  const k = Math.floor(series.length / batchSize);
  const middle = Math.floor(k / 2);
  let best = { d: 0, z: Number.POSITIVE_INFINITY };
  let late = Number.POSITIVE_INFINITY;
  let mean = 0;
  let m2 = 0;
  // Backwards, so that one pass of Welford's recurrence serves every truncation.
  for (let d = k - 1; d >= 0; d--) {
    let sum = 0;
    for (let i = d * batchSize; i < (d + 1) * batchSize; i++) sum += series[i];
    const y = sum / batchSize;
    const left = k - d;
    const delta = y - mean;
    mean += delta / left;
    m2 += delta * (y - mean);
    const z = m2 / (left * left);
    if (d > k - LAST) continue;
    if (d > middle) late = Math.min(late, z);
    else if (z <= best.z) best = { d, z };
  }
  return { count: best.d * batchSize, statistic: best.z, tooShort: late < best.z };
}

/**
 * MSER-5: how many observations of one run to drop, and whether the run was long enough to tell.
 *
 * @param series observations in order, at least 50, one unit
 * @throws DomainError for fewer than 50 observations or values not finite
 * @example
 * mser5(Array.from({ length: 200 }, (_, i) => (i < 20 ? 100 : i % 2))).count; // => 20
 */
export function mser5(series: Series): MserResult {
  return mser(series, 5);
}

/**
 * The rule "drop the first `count` observations".
 *
 * @throws DomainError when count is not an integer >= 0
 * @example
 * fixedWarmUp(500); // => { rule: "fixed", count: 500 }
 */
export function fixedWarmUp(count: number): WarmUpRule {
  checkInteger("fixedWarmUp", "count", count, 0);
  return { rule: "fixed", count };
}

/**
 * Checks a rule that a user wrote and returns it.
 *
 * @throws UsageError for an unknown rule or key, DomainError for a bad count
 * @example
 * readWarmUpRule("study", { rule: "mser-5" }); // => { rule: "mser-5" }
 */
export function readWarmUpRule(where: string, given: unknown): WarmUpRule {
  if (typeof given !== "object" || given === null)
    throw new DomainError(
      `${where}: warmUp must be { rule: "fixed", count } or { rule: "mser-5" }, got ${show(given)}`,
    );
  const { rule, count } = given as { rule?: unknown; count?: unknown };
  const keys = Object.getOwnPropertyNames(given);
  if (rule === "mser-5") {
    refuseUnknown(where, "key of warmUp", keys, ["rule"]);
    return { rule };
  }
  if (rule !== "fixed") throw unknownName(where, "warm-up rule", String(rule), ["fixed", "mser-5"]);
  refuseUnknown(where, "key of warmUp", keys, ["rule", "count"]);
  checkInteger(where, "warm-up count", count, 0);
  return { rule, count: count as number };
}

/** A series with its warm-up cut. */
export interface WarmedUp {
  /** What is left: a view of a Float64Array given, a copy of anything else. */
  readonly kept: Float64Array;
  /** How many observations were dropped. */
  readonly dropped: number;
  /** True when MSER-5 says that the run has not settled; always false for a fixed count. */
  readonly tooShort: boolean;
}

/**
 * Cuts the warm-up off a series by a stated rule.
 *
 * @throws DomainError when the warm-up is as long as the series or longer, or MSER-5 has fewer than 50
 * observations
 * @example
 * Array.from(applyWarmUp([9, 9, 1, 2, 3], fixedWarmUp(2)).kept); // => [1, 2, 3]
 */
export function applyWarmUp(series: Series, given: WarmUpRule): WarmedUp {
  const where = "applyWarmUp";
  const rule = readWarmUpRule(where, given);
  const all = series instanceof Float64Array ? series : Float64Array.from(series);
  if (rule.rule === "fixed") {
    if (rule.count >= all.length)
      throw new DomainError(`${where}: warm-up ${rule.count} must be < the series' length ${all.length}`);
    return { kept: all.subarray(rule.count), dropped: rule.count, tooShort: false };
  }
  const { count, tooShort } = mser5(all);
  return { kept: all.subarray(count), dropped: count, tooShort };
}
