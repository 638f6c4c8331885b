/**
 * The normal distribution and the error function, to a few units in the last place, in both tails.
 *
 * One series serves the centre and one continued fraction the tail, each as a ratio to the density φ, so that the
 * only large exponent is the density's own, and that one is split to keep its digits.
 */
import { DomainError, show } from "./errors.ts";

const INVERSE_SQRT_TWO_PI = 0.3989422804014327;
/** Stops sums: half a unit in the last place. */
const EPSILON = 1.1e-16;

/** e^−(factor·x²) whose error does not grow with x: the square is split into an exact and a small part. */
function expMinusSquare(x: number, factor: number): number {
  const head = Math.round(x * 16) / 16;
  return Math.exp(-factor * head * head) * Math.exp(-factor * (x - head) * (x + head));
}

/** Where the functions change from the central series to the tail fraction; the series has lost a digit. */
const TAIL_FROM = 2;
/** Beyond this the normal tail is below the smallest double. */
const NO_TAIL = 40;

/** (Φ(x) − ½)/φ(x) = x + x³/3 + x⁵/15 + … (Abramowitz & Stegun 26.2.11); for |x| < 2. */
function centralRatio(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 3; Math.abs(term) > Math.abs(sum) * EPSILON; n += 2) {
    term *= (x * x) / n;
    sum += term;
  }
  return sum;
}

/** (1 − Φ(x))/φ(x) = 1/(x + 1/(x + 2/(x + 3/(x + …)))) (Abramowitz & Stegun 26.2.14); for x ≥ 2. */
function tailRatio(x: number): number {
  // The n-th convergent is off by about e^(−2x√n): so many levels reach the last digit.
  let fraction = x;
  for (let n = Math.ceil(380 / (x * x)) + 8; n >= 1; n--) fraction = x + n / fraction;
  return 1 / fraction;
}

/**
 * Mills' ratio of the normal distribution, (1 − Φ(x))/φ(x), for x ≥ −30; used by the moments of truncated normals.
 *
 * @throws DomainError when x is not >= -30
 * @example
 * millsRatio(0); // => Math.sqrt(Math.PI / 2)
 */
export function millsRatio(x: number): number {
  if (!(x >= -30)) throw new DomainError(`millsRatio: x must be >= -30, got ${show(x)}`);
  return x < TAIL_FROM ? normalSurvival(x) / normalDensity(x) : tailRatio(x);
}

/**
 * The error function, odd, to the last digits near 0 too.
 * @example
 * erf(1); // => 0.8427007929497149
 */
export function erf(x: number): number {
  const z = x * Math.SQRT2;
  if (Math.abs(z) < TAIL_FROM) return 2 * INVERSE_SQRT_TWO_PI * expMinusSquare(x, 1) * centralRatio(z);
  return x > 0 ? 1 - erfc(x) : erfc(-x) - 1;
}

/**
 * The complementary error function 1 − erf(x), accurate to a few 1e-15 relative where it is tiny.
 * @example
 * erfc(2); // => 0.004677734981047266
 */
export function erfc(x: number): number {
  const z = x * Math.SQRT2;
  if (Number.isNaN(z)) return z;
  if (z <= -TAIL_FROM) return 2 - erfc(-x);
  if (z < TAIL_FROM) return 1 - erf(x);
  return z > NO_TAIL ? 0 : 2 * INVERSE_SQRT_TWO_PI * expMinusSquare(x, 1) * tailRatio(z);
}

/**
 * The standard normal density φ(x).
 * @example
 * normalDensity(0); // => 1 / Math.sqrt(2 * Math.PI)
 */
export function normalDensity(x: number): number {
  return Math.abs(x) > NO_TAIL ? 0 : INVERSE_SQRT_TWO_PI * expMinusSquare(x, 0.5);
}

/**
 * The standard normal survival function 1 − Φ(x), accurate in the upper tail.
 * @example
 * normalSurvival(6); // => 9.865876450376981e-10
 */
export function normalSurvival(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x >= TAIL_FROM) return x > NO_TAIL ? 0 : normalDensity(x) * tailRatio(x);
  return x > -TAIL_FROM ? 0.5 - normalDensity(x) * centralRatio(x) : 1 - normalSurvival(-x);
}

/**
 * The standard normal cdf Φ(x), accurate to a few 1e-15 relative in the lower tail.
 * @example
 * normalCdf(1.959963984540054); // => 0.975
 */
export function normalCdf(x: number): number {
  return normalSurvival(-x);
}

/** z > 0 with 1 − Φ(z) = q, for 0 < q < ½: the approximation 26.2.23 of Abramowitz & Stegun, then Halley's steps. */
function normalUpperQuantile(q: number): number {
  const t = Math.sqrt(-2 * Math.log(q));
  let z =
    t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  for (let round = 0; round < 8; round++) {
    const density = normalDensity(z);
    // Near ½ the tail has lost the digits that the centre still has.
    const excess = q > 0.25 ? (0.5 - q) / density - centralRatio(z) : (normalSurvival(z) - q) / density;
    const step = excess / (1 - 0.5 * z * excess);
    z += step;
    if (Math.abs(step) < 1e-7 * z) break;
  }
  return z;
}

/**
 * The standard normal quantile: x with Φ(x) = p, to about 1e-15, in both tails.
 *
 * @returns −Infinity at 0, Infinity at 1
 * @throws DomainError when p is outside [0, 1]
 * @example
 * normalQuantile(0.975); // => 1.959963984540054
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) throw new DomainError(`normalQuantile: p must be >= 0 and <= 1, got ${show(p)}`);
  if (p === 0) return Number.NEGATIVE_INFINITY;
  if (p === 1) return Number.POSITIVE_INFINITY;
  if (p === 0.5) return 0;
  return p < 0.5 ? -normalUpperQuantile(p) : normalUpperQuantile(1 - p);
}
