/**
 * Special functions behind the distributions and the confidence intervals: gamma, beta, Student t, and the normal
 * ones of normal.ts.
 *
 * simple-statistics tabulates the normal cdf at steps of 0.01 and has no Student t; mathjs has no inverse and no
 * incomplete beta. So they stand here, to about 1e-14 relative, in both tails.
 *
 * The incomplete functions are a prefactor times a sum or a continued fraction. The prefactor is taken in the
 * saddle-point form of Loader (2000, "Fast and accurate computation of binomial probabilities"): differences of log
 * gammas would lose all digits at shapes of 10^6.
 */
import { DomainError, show } from "./errors.ts";
import { normalQuantile, normalSurvival } from "./normal.ts";

export {
  erf,
  erfc,
  millsRatio,
  normalCdf,
  normalDensity,
  normalQuantile,
  normalSurvival,
} from "./normal.ts";

const HALF_LOG_TWO_PI = 0.9189385332046728;
const INVERSE_SQRT_TWO_PI = 0.3989422804014327;
/** Stops sums: half a unit in the last place. */
const EPSILON = 1.1e-16;
/** Stops fractions: factors this close to 1 are rounding. */
const SETTLED = 1e-15;
/** Stands in for a zero denominator in Lentz's method. */
const TINY = 1e-300;
/** Above so many degrees of freedom the first correction to the normal is exact to the last digit. */
const NEARLY_NORMAL = 1e10;

function refuse(where: string, name: string, rule: string, value: number): never {
  throw new DomainError(`${where}: ${name} must be ${rule}, got ${show(value)}`);
}

function checkProbability(where: string, p: number): void {
  if (!(p >= 0 && p <= 1)) refuse(where, "p", ">= 0 and <= 1", p);
}

function checkPositive(where: string, name: string, value: number): void {
  if (!(value > 0) || value === Number.POSITIVE_INFINITY) refuse(where, name, "> 0 and finite", value);
}

/** log Γ(a+1) − [(a+½) log a − a + ½ log 2π], the error of Stirling's formula, for a > 0. */
function stirlingError(a: number): number {
  let sum = 0;
  let x = a;
  // δ(x) − δ(x+1) = (x+½) log(1+1/x) − 1 climbs to where six terms of the asymptotic series are exact.
  while (x < 16) {
    sum += (x + 0.5) * Math.log1p(1 / x) - 1;
    x += 1;
  }
  const y = 1 / (x * x);
  const series =
    1 / 12 - y * (1 / 360 - y * (1 / 1260 - y * (1 / 1680 - y * (1 / 1188 - (y * 691) / 360360))));
  return sum + series / x;
}

/** x log(x/m) + m − x ≥ 0 without cancellation near x = m (Loader 2000, section 4). */
function deviance(x: number, m: number): number {
  if (Math.abs(x - m) >= 0.1 * (x + m)) return x * Math.log(x / m) + m - x;
  const v = (x - m) / (x + m);
  const square = v * v;
  let sum = (x - m) * v;
  let power = 2 * x * v;
  for (let j = 3; ; j += 2) {
    power *= square;
    const next = sum + power / j;
    if (next === sum) return sum;
    sum = next;
  }
}

/**
 * Natural logarithm of the gamma function for x > 0, absolute error below 1e-15 or relative 1e-15.
 *
 * Stirling's series after shifting the argument upwards (Abramowitz & Stegun 1964, 6.1.41 and 6.1.15).
 *
 * @throws DomainError when x is not > 0 and finite
 * @example
 * logGamma(5); // => Math.log(24)
 */
export function logGamma(x: number): number {
  checkPositive("logGamma", "x", x);
  return stirlingError(x) + (x - 0.5) * Math.log(x) - x + HALF_LOG_TWO_PI;
}

/** x^a e^−x / Γ(a), for a > 0 and x > 0. */
function gammaPrefactor(a: number, x: number): number {
  return Math.sqrt(a) * INVERSE_SQRT_TWO_PI * Math.exp(-stirlingError(a) - deviance(a, x));
}

/** P(a,x) by its power series (Abramowitz & Stegun 6.5.29); for x < a + 1. */
function gammaSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = a + 1; term > sum * EPSILON; n++) {
    term *= x / n;
    sum += term;
  }
  return gammaPrefactor(a, x) * sum;
}

/** Q(a,x) by its continued fraction (Abramowitz & Stegun 6.5.31) with the modified Lentz method; for x ≥ a + 1. */
function gammaFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1; ; n++) {
    const numerator = -n * (n - a);
    b += 2;
    d = numerator * d + b;
    if (Math.abs(d) < TINY) d = TINY;
    c = b + numerator / c;
    if (Math.abs(c) < TINY) c = TINY;
    d = 1 / d;
    const factor = d * c;
    fraction *= factor;
    if (!(Math.abs(factor - 1) > SETTLED)) return gammaPrefactor(a, x) * fraction;
  }
}

function checkGamma(where: string, a: number, x: number): void {
  checkPositive(where, "a", a);
  if (!(x >= 0)) refuse(where, "x", ">= 0", x);
}

/**
 * Regularised lower incomplete gamma function P(a, x): the cdf at x of a gamma variable of shape a and scale 1.
 *
 * @throws DomainError when a is not > 0 or x is not >= 0
 * @example
 * incompleteGammaP(1, 2); // => 1 - Math.exp(-2)
 */
export function incompleteGammaP(a: number, x: number): number {
  checkGamma("incompleteGammaP", a, x);
  if (x === 0) return 0;
  if (x === Number.POSITIVE_INFINITY) return 1;
  return x < a + 1 ? gammaSeries(a, x) : 1 - gammaFraction(a, x);
}

/**
 * Regularised upper incomplete gamma function Q(a, x) = 1 − P(a, x), accurate where it is tiny.
 *
 * @throws DomainError when a is not > 0 or x is not >= 0
 * @example
 * incompleteGammaQ(1, 50); // => Math.exp(-50)
 */
export function incompleteGammaQ(a: number, x: number): number {
  checkGamma("incompleteGammaQ", a, x);
  if (x === 0) return 1;
  if (x === Number.POSITIVE_INFINITY) return 0;
  return x < a + 1 ? 1 - gammaSeries(a, x) : gammaFraction(a, x);
}

/** x^a y^b / B(a,b) with y = 1 − x, for positive a, b, x, y (Loader 2000, binomial form). */
function betaPrefactor(a: number, b: number, x: number, y: number): number {
  const n = a + b;
  const exponent =
    stirlingError(n) - stirlingError(a) - stirlingError(b) - deviance(a, n * x) - deviance(b, n * y);
  return Math.sqrt((a * b) / n) * INVERSE_SQRT_TWO_PI * Math.exp(exponent);
}

/**
 * I_x(a,b) for x below the mean, by the fraction of DiDonato & Morris (1992, ACM TOMS 18(3), section 3): its terms
 * are positive, where those of Abramowitz & Stegun's 26.5.8 cancel when a and b differ much.
 */
function betaFraction(a: number, b: number, x: number, y: number): number {
  const lead = a * y - b * x + 1;
  let fraction = (a * lead) / (a + 1);
  let c = fraction;
  let d = 0;
  for (let m = 1; ; m++) {
    const k = a + 2 * m - 1;
    const step = (m * (b - m) * x) / k;
    const numerator = (((a + m - 1) * (a + b + m - 1)) / k) * x * step;
    const denominator = m + step + ((a + m) * (lead + m * (2 - x))) / (k + 2);
    d = 1 / (denominator + numerator * d);
    c = denominator + numerator / c;
    fraction *= c * d;
    if (!(Math.abs(c * d - 1) > SETTLED)) return betaPrefactor(a, b, x, y) / fraction;
  }
}

/** I_x(a,b) with both x and y = 1 − x given, so that neither tail loses digits. */
function betaRatio(a: number, b: number, x: number, y: number): number {
  if (x <= 0) return 0;
  if (y <= 0) return 1;
  return x < (a + 1) / (a + b + 2) ? betaFraction(a, b, x, y) : 1 - betaFraction(b, a, y, x);
}

/**
 * Regularised incomplete beta function I_x(a, b): the cdf at x of a beta variable.
 *
 * @throws DomainError when a or b is not > 0 or x is outside [0, 1]
 * @example
 * incompleteBeta(2, 3, 0.5); // => 0.6875
 */
export function incompleteBeta(a: number, b: number, x: number): number {
  checkPositive("incompleteBeta", "a", a);
  checkPositive("incompleteBeta", "b", b);
  if (!(x >= 0 && x <= 1)) refuse("incompleteBeta", "x", ">= 0 and <= 1", x);
  return betaRatio(a, b, x, 1 - x);
}

function checkFreedom(where: string, df: number): void {
  if (!(df > 0)) refuse(where, "df", "> 0", df);
}

/** From here on P(T > t) is its leading power of t to the last digit, and t² may overflow. */
const FAR = 1e100;

/** log of c in P(T > t) → c t^−df: x^(df/2) / (df B(df/2, ½)) with x = df/t². */
function logFarConstant(df: number): number {
  const logBeta = logGamma(0.5 * df) + 0.5 * Math.log(Math.PI) - logGamma(0.5 * df + 0.5);
  return (0.5 * df - 1) * Math.log(df) - logBeta;
}

/** P(T > t) for t ≥ 0. */
function studentTail(t: number, df: number): number {
  if (df >= NEARLY_NORMAL) return normalSurvival(t < 100 ? t - (t * t * t + t) / (4 * df) : t);
  if (t > FAR) return Math.exp(logFarConstant(df) - df * Math.log(t));
  const square = t * t;
  return 0.5 * betaRatio(0.5 * df, 0.5, df / (df + square), square / (df + square));
}

/** P(0 < T < t) for t ≥ 0. */
function studentCentre(t: number, df: number): number {
  const square = t * t;
  return 0.5 * betaRatio(0.5, 0.5 * df, square / (df + square), df / (df + square));
}

/** t times the density of T at t, for 0 < t: the slope of both probabilities in log t. */
function studentSlope(t: number, df: number): number {
  const square = t * t;
  return betaPrefactor(0.5 * df, 0.5, df / (df + square), square / (df + square));
}

/**
 * Student's t cdf with `df` > 0 degrees of freedom (need not be whole; Infinity is the normal distribution).
 *
 * @throws DomainError when df is not > 0 or t is NaN
 * @example
 * studentCdf(1, 1); // => 0.75
 */
export function studentCdf(t: number, df: number): number {
  checkFreedom("studentCdf", df);
  if (Number.isNaN(t)) refuse("studentCdf", "t", "a number", t);
  return t < 0 ? studentTail(-t, df) : 1 - studentTail(t, df);
}

/**
 * t with P(T > t) = q for q < ¼. In logarithms of both the tail is concave, so Newton's first step from the normal
 * quantile, which is below t, lands above t, and the later ones close in. The leading power bounds t from above.
 */
function studentFarQuantile(q: number, df: number): number {
  const asymptote = Math.exp((logFarConstant(df) - Math.log(q)) / df);
  if (asymptote > FAR) return asymptote;
  let t = -normalQuantile(q);
  for (let round = 0; round < 60; round++) {
    const tail = studentTail(t, df);
    const step = (Math.log(tail / q) * tail) / studentSlope(t, df);
    t = Math.min(t * Math.exp(step), asymptote);
    if (Math.abs(step) < 1e-9) break;
  }
  return t;
}

/** t with P(0 < T < t) = p for p ≤ ¼. In logarithms of both the probability is concave: Newton from below. */
function studentNearQuantile(p: number, df: number): number {
  let t = p * Math.sqrt(df * Math.PI) * Math.exp(logGamma(0.5 * df) - logGamma(0.5 * df + 0.5));
  for (let round = 0; round < 60; round++) {
    const centre = studentCentre(t, df);
    const step = (Math.log(p / centre) * centre) / studentSlope(t, df);
    t *= Math.exp(step);
    if (Math.abs(step) < 1e-9) break;
  }
  return t;
}

/**
 * Student's t quantile: t with P(T ≤ t) = p, to about 1e-14 relative in the centre and in both tails.
 *
 * A two-sided 95 % interval over n means uses `studentQuantile(0.975, n - 1)`.
 *
 * @returns −Infinity at 0, Infinity at 1
 * @throws DomainError when p is outside [0, 1] or df is not > 0
 * @example
 * studentQuantile(0.975, 10); // => 2.228138851986275
 */
export function studentQuantile(p: number, df: number): number {
  checkProbability("studentQuantile", p);
  checkFreedom("studentQuantile", df);
  if (p === 0) return Number.NEGATIVE_INFINITY;
  if (p === 1) return Number.POSITIVE_INFINITY;
  if (p === 0.5) return 0;
  const q = p < 0.5 ? p : 1 - p;
  const sign = p < 0.5 ? -1 : 1;
  if (df >= NEARLY_NORMAL) {
    const z = -normalQuantile(q);
    return sign * (z + (z * z * z + z) / (4 * df));
  }
  return sign * (q < 0.25 ? studentFarQuantile(q, df) : studentNearQuantile(0.5 - q, df));
}
