/**
 * Quantiles of distributions whose inverse has no formula: bisection over the doubles themselves.
 *
 * Positive doubles are ordered like their bit patterns, so halving the pattern finds the exact smallest double with
 * cdf ≥ p in at most 64 steps, at any scale, with atoms and flat stretches, and without a derivative.
 */

const view = new DataView(new ArrayBuffer(8));
const SIGN = 1n << 63n;

/** The place of a double among all doubles. */
function rank(x: number): bigint {
  view.setFloat64(0, x === 0 ? 0 : x);
  const bits = view.getBigInt64(0);
  return bits < 0n ? -(bits + SIGN) : bits;
}

function atRank(place: bigint): number {
  view.setBigInt64(0, place < 0n ? -place - SIGN : place);
  return view.getFloat64(0);
}

/**
 * The smallest double x in [low, high] with P(X ≤ x) ≥ p; `high` when there is none before it.
 *
 * Above the median the test is on the survival function, which has the digits there.
 */
export function solveQuantile(
  distribution: { cdf(x: number): number; survival(x: number): number },
  p: number,
  low: number,
  high: number,
): number {
  const q = 1 - p;
  let below = rank(low) - 1n;
  let reached = rank(high);
  while (reached - below > 1n) {
    const middle = (below + reached) >> 1n;
    const x = atRank(middle);
    const enough = p < 0.5 ? distribution.cdf(x) >= p : distribution.survival(x) <= q;
    if (enough) reached = middle;
    else below = middle;
  }
  return atRank(reached);
}
