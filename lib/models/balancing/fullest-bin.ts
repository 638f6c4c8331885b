/**
 * The mean of the fullest bin when balls are thrown at random.
 *
 * Up to SMALL balls exactly: P(all bins ≤ k) = m!/n^m · [x^m] (Σ x^j/j!, j ≤ k)^n (Johnson & Kotz, Urn Models 1977, §3.2).
 * Above, bins as independent Poisson variables: averaged over a Poisson number of balls that is no approximation, and the
 * curvature of the mean in the number of balls leaves an error below 1/(2m) of the excess over m/n.
 */
import { incompleteGammaP, incompleteGammaQ } from "../../core/special.ts";

const SMALL = 256;
/** Values of k between two evaluations where the law is wide, as a share of its standard deviation. */
const STRIDE = 1 / 64;

/** Coefficients 0 … degree of a product of two polynomials. */
function product(a: Float64Array, b: Float64Array): Float64Array {
  const degree = a.length - 1;
  const c = new Float64Array(degree + 1);
  for (let i = 0; i <= degree; i++) {
    if (a[i] === 0) continue;
    for (let j = 0; i + j <= degree; j++) c[i + j] += a[i] * b[j];
  }
  return c;
}

/** P(no bin holds more than k of m balls), n bins: the exact sum of positive terms. */
export function atMost(m: number, n: number, k: number): number {
  if (k >= m) return 1;
  if (k * n < m) return 0;
  // Poisson weights of mean m/n keep the numbers near 1; the sum of n bins is then m with chance e^(−m)m^m/m!.
  const mean = m / n;
  let power: Float64Array = new Float64Array(m + 1);
  power[0] = Math.exp(-mean);
  for (let j = 1; j <= k; j++) power[j] = (power[j - 1] * mean) / j;
  let whole: Float64Array = new Float64Array(m + 1);
  whole[0] = 1;
  for (let bits = n; bits > 0; bits = Math.floor(bits / 2)) {
    if (bits % 2 === 1) whole = product(whole, power);
    if (bits > 1) power = product(power, power);
  }
  let sure = Math.exp(-m);
  for (let i = 1; i <= m; i++) sure *= m / i;
  return whole[m] / sure;
}

/** E[max] for independent Poisson bins: Σ P(max > k), by steps where the law is wide. */
function poissonMaximum(mean: number, n: number): number {
  // With one of n bins at or below k: 1 − (1 − Q)^n, kept for small Q.
  const above = (k: number): number => -Math.expm1(n * Math.log1p(-incompleteGammaP(k + 1, mean)));
  const step = Math.max(1, Math.floor(Math.sqrt(mean) * STRIDE));
  // Below the first k the maximum surely lies above.
  let k = Math.max(0, Math.floor(mean - 10 * Math.sqrt(mean)));
  let sum = k;
  for (; ; k += step) {
    // The middle of the stretch stands for all of it; a stretch of one is exact.
    const p = above(k + (step - 1) / 2);
    sum += step * p;
    if (p < 1e-16 && k > mean) return sum;
  }
}

/** Mean number of balls in the fullest of n bins, m balls. */
export function fullestBin(m: number, n: number): number {
  if (n === 1) return m;
  if (m > SMALL) return poissonMaximum(m / n, n);
  let sum = 0;
  for (let k = 0; k < m; k++) {
    const more = 1 - atMost(m, n, k);
    sum += more;
    if (more < 1e-17) break;
  }
  return sum;
}

/** P(a Poisson number of this mean is at least k). */
export function poissonAtLeast(mean: number, k: number): number {
  return k <= 0 ? 1 : k > 0 && mean === 0 ? 0 : 1 - incompleteGammaQ(k, mean);
}
