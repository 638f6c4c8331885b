/** One rule for "which order statistic is the p-quantile", shared by sorted samples and histograms. */

/**
 * The rank k, from 1 to n, of the p-quantile of n values as the inverse of the empirical distribution
 * function: the smallest k with k/n >= p (Hyndman & Fan, The American Statistician 50(4), 1996, definition
 * 1); p = 0 gives 1.
 *
 * A product within two roundings of an integer is that integer: 0.07 · 100 is 7.000000000000001 in doubles,
 * and the 7 % quantile of 100 values is the 7th.
 */
export function quantileRank(p: number, n: number): number {
  const exact = p * n;
  const near = Math.round(exact);
  const k = Math.abs(exact - near) <= exact * 2 ** -51 ? near : Math.ceil(exact);
  return Math.min(Math.max(k, 1), n);
}
