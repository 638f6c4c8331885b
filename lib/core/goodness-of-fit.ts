/**
 * Tests of a sample against a stated distribution: Kolmogorov–Smirnov and chi-square, with their p-values.
 *
 * They judge the samplers of this folder and any other generator; small p-values (here usually below 1e-7) mean that
 * the sample did not come from the distribution.
 */
import { DomainError, show } from "./errors.ts";
import { incompleteGammaQ } from "./special.ts";

/**
 * The largest distance between a sample's cdf and a stated one.
 *
 * @param sorted the sample in ascending order
 * @param below P(X < x), for distributions with atoms; `cdf` itself when there are none
 * @example
 * kolmogorovDistance([0.25, 0.75], (x) => x); // => 0.25
 */
export function kolmogorovDistance(
  sorted: ArrayLike<number>,
  cdf: (x: number) => number,
  below: (x: number) => number = cdf,
): number {
  const n = sorted.length;
  if (n === 0) throw new DomainError("kolmogorovDistance: sorted must have at least 1 value, got 0");
  let distance = 0;
  for (let i = 0; i < n; ) {
    let next = i + 1;
    while (next < n && sorted[next] === sorted[i]) next++;
    distance = Math.max(distance, Math.abs(next / n - cdf(sorted[i])), Math.abs(below(sorted[i]) - i / n));
    i = next;
  }
  return distance;
}

/**
 * The p-value of a Kolmogorov–Smirnov distance over n draws.
 *
 * Kolmogorov's limit with Stephens's correction (1970, J. Royal Stat. Soc. B 32), good from n = 5 on and conservative
 * when the distribution has atoms.
 *
 * @throws DomainError when n is not an integer >= 5
 * @example
 * kolmogorovPValue(1.3580986 / 1000, 1_000_000) < 0.05; // => true
 */
export function kolmogorovPValue(distance: number, n: number): number {
  if (!Number.isInteger(n) || n < 5)
    throw new DomainError(`kolmogorovPValue: n must be an integer >= 5, got ${show(n)}`);
  const root = Math.sqrt(n);
  const scaled = (root + 0.12 + 0.11 / root) * distance;
  // Below this the alternating sum is 1 to the last digit, and converges slowly.
  if (scaled < 0.2) return 1;
  let sum = 0;
  for (let k = 1; k <= 60; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * scaled * scaled);
  return Math.min(1, Math.max(0, sum));
}

/**
 * The p-value of Pearson's chi-square statistic of counts against expected counts.
 *
 * @throws DomainError when the lists differ in length, have fewer than 2 cells, or an expected count is below 5
 * @example
 * chiSquarePValue([10, 10], [10, 10]); // => 1
 */
export function chiSquarePValue(counts: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (counts.length !== expected.length || counts.length < 2) {
    throw new DomainError(
      `chiSquarePValue: counts must be of the length of expected and >= 2, got ${counts.length} and ${expected.length}`,
    );
  }
  let statistic = 0;
  for (let i = 0; i < counts.length; i++) {
    if (!(expected[i] >= 5))
      throw new DomainError(`chiSquarePValue: expected must be >= 5, got ${show(expected[i])}`);
    const difference = counts[i] - expected[i];
    statistic += (difference * difference) / expected[i];
  }
  return incompleteGammaQ((counts.length - 1) / 2, statistic / 2);
}
