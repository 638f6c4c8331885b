/**
 * Sample statistics of a list of numbers: simple-statistics where it is right, under our names and errors.
 *
 * Not passed on, because wrong or misleading in version 7.12: `probit` (1.957 at 0.975; true 1.960) and
 * `cumulativeStdNormalProbability` (a table in steps of 0.01): use `normalQuantile`, `normalCdf`; `variance`
 * and `standardDeviation` (population, divisor n); `tTest` (a statistic without a p-value);
 * `linearRegression` of one point (slope 0); `sample`, `shuffle`, `permutationTest` (the global generator).
 */
import * as simple from "simple-statistics";
import { DomainError } from "../core/errors.ts";
import { checkEnough, checkSeries, type Series } from "./checks.ts";

function read(where: string, name: string, values: Series, least: number): number[] {
  checkSeries(where, name, values);
  checkEnough(where, values.length, least, `${least === 1 ? "value" : "values"} in ${name}`);
  return Array.isArray(values) ? values : Array.from(values);
}

/**
 * The arithmetic mean, by compensated summation.
 * @throws DomainError for an empty list or values not finite
 * @example
 * sampleMean([1, 2, 6]); // => 3
 */
export function sampleMean(values: Series): number {
  return simple.mean(read("sampleMean", "values", values, 1));
}

/**
 * The sample variance, divisor n - 1, in the square of the values' unit.
 * @throws DomainError for fewer than 2 values or values not finite
 * @example
 * sampleVariance([1, 2, 3, 4]); // => 5 / 3
 */
export function sampleVariance(values: Series): number {
  return simple.sampleVariance(read("sampleVariance", "values", values, 2));
}

/**
 * The square root of the sample variance.
 * @throws DomainError for fewer than 2 values or values not finite
 * @example
 * sampleStandardDeviation([1, 2, 3]); // => 1
 */
export function sampleStandardDeviation(values: Series): number {
  return simple.sampleStandardDeviation(read("sampleStandardDeviation", "values", values, 2));
}

function readPair(where: string, x: Series, y: Series): readonly [number[], number[]] {
  const pair = [read(where, "x", x, 2), read(where, "y", y, 2)] as const;
  if (x.length !== y.length)
    throw new DomainError(`${where}: x and y must have equal length, got ${x.length} and ${y.length}`);
  return pair;
}

function checkVaries(where: string, name: string, values: Series): void {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return;
  throw new DomainError(`${where}: ${name} must not be constant, got ${values.length} times ${values[0]}`);
}

/**
 * Pearson's correlation of two lists, from -1 to 1.
 * @throws DomainError for unequal lengths, fewer than 2 pairs, values not finite, or a constant list
 * @example
 * sampleCorrelation([1, 2, 3], [2, 4, 6]); // => 1
 */
export function sampleCorrelation(x: Series, y: Series): number {
  const where = "sampleCorrelation";
  const [a, b] = readPair(where, x, y);
  checkVaries(where, "x", a);
  checkVaries(where, "y", b);
  return Math.max(-1, Math.min(1, simple.sampleCorrelation(a, b)));
}

/** A straight line y = intercept + slope · x. */
export interface Line {
  /** In the unit of y over the unit of x. */
  readonly slope: number;
  /** In the unit of y. */
  readonly intercept: number;
}

/**
 * The least-squares line through points: the slope of a log-log plot, a service time from measured
 * throughput.
 * @throws DomainError for unequal lengths, fewer than 2 points, values not finite, or a constant x
 * @example
 * fitLine([0, 1, 2], [1, 3, 5]); // => { slope: 2, intercept: 1 }
 */
export function fitLine(x: Series, y: Series): Line {
  const where = "fitLine";
  const [a, b] = readPair(where, x, y);
  checkVaries(where, "x", a);
  const { m, b: intercept } = simple.linearRegression(a.map((value, i) => [value, b[i]]));
  return { slope: m, intercept };
}
