/**
 * Kolmogorov-Smirnov tests: does a sample come from a distribution, do two samples come from the same one?
 *
 * For continuous distributions and independent values. With ties (discrete data, histograms) the p-values are
 * too large: conservative.
 */
import { DomainError, show } from "../core/errors.ts";
import { logGamma } from "../core/special.ts";
import { checkEnough, checkSeries, type Series } from "./checks.ts";

/** The largest distance between two distribution functions, and how likely chance alone makes it as large. */
export interface KolmogorovSmirnov {
  /** D: from 0 to 1. */
  readonly statistic: number;
  readonly pValue: number;
}

/**
 * P(K > x) of Kolmogorov's limit distribution: 2 · sum over k >= 1 of (-1)^(k-1) exp(-2 k² x²), and below x =
 * 1 its theta transform 1 - √(2π)/x · sum of exp(-(2k-1)² π²/(8x²)), each where it converges fast.
 */
function limitTail(x: number): number {
  if (x <= 0) return 1;
  let sum = 0;
  if (x < 1) {
    for (let k = 1; k <= 7; k += 2) sum += Math.exp((-k * k * Math.PI * Math.PI) / (8 * x * x));
    return Math.max(0, 1 - (Math.sqrt(2 * Math.PI) / x) * sum);
  }
  for (let k = 1; k <= 5; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * x * x);
  return sum;
}

/**
 * Exact P(D+ >= d) for the one-sided statistic: d · sum over j of C(n,j) (d + j/n)^(j-1) (1 - d - j/n)^(n-j)
 * (Z. W. Birnbaum & F. H. Tingey, Annals of Mathematical Statistics 22, 1951). All terms are positive: no
 * cancellation.
 */
function oneSidedTail(d: number, n: number): number {
  let sum = 0;
  const logFactorial = logGamma(n + 1);
  for (let j = 0; j <= n * (1 - d); j++) {
    const rest = 1 - d - j / n;
    if (rest <= 0) continue;
    const choose = logFactorial - logGamma(j + 1) - logGamma(n - j + 1);
    sum += Math.exp(choose + (j - 1) * Math.log(d + j / n) + (n - j) * Math.log(rest));
  }
  return Math.min(1, d * sum);
}

/**
 * P(D >= d) for one sample of n values.
 *
 * For n·d² >= 1.2 (p below 0.2) and up to 10,000 values: twice the exact one-sided tail, too large only by
 * the chance that both sides exceed d: by less than 1e-3 of itself, at p < 0.02 by less than 1e-5 (Miller's
 * approximation; R. Simard & P. L'Ecuyer, J. Statistical Software 39(11), 2011). Elsewhere Kolmogorov's limit
 * at J. Vrbik's shifted argument (Pioneer J. Theoretical and Applied Statistics 15, 2018), off by at most
 * about 0.06/n for n >= 4.
 */
function oneSampleTail(d: number, n: number): number {
  if (d <= 1 / (2 * n)) return 1;
  if (d >= 1) return 0;
  if (n * d * d >= 1.2 && n <= 10_000) return Math.min(1, 2 * oneSidedTail(d, n));
  const x = Math.sqrt(n) * d;
  return limitTail(x + 1 / (6 * Math.sqrt(n)) + (x - 1) / (4 * n));
}

function sortedCopy(where: string, name: string, values: Series): Float64Array {
  checkSeries(where, name, values);
  checkEnough(where, values.length, 1, `value in ${name}`);
  return Float64Array.from(values).sort((a, b) => a - b);
}

/**
 * One-sample test of independent values against a continuous distribution function.
 *
 * @param values the sample, in any order, at least 1 value
 * @param cdf the hypothesis, its parameters not fitted to this sample
 * @throws DomainError for an empty sample, values not finite, a cdf outside [0, 1]
 * @example
 * kolmogorovSmirnov([0.1, 0.4, 0.7], (x) => x).statistic; // => 0.3
 */
export function kolmogorovSmirnov(values: Series, cdf: (x: number) => number): KolmogorovSmirnov {
  const where = "kolmogorovSmirnov";
  const sorted = sortedCopy(where, "values", values);
  const n = sorted.length;
  let statistic = 0;
  for (let i = 0; i < n; i++) {
    const f = cdf(sorted[i]);
    if (!(f >= 0 && f <= 1))
      throw new DomainError(`${where}: cdf(${show(sorted[i])}) must be >= 0 and <= 1, got ${show(f)}`);
    statistic = Math.max(statistic, f - i / n, (i + 1) / n - f);
  }
  return { statistic, pValue: oneSampleTail(statistic, n) };
}

/** Below this many grid points the two-sample p-value counts paths exactly. */
const EXACT_GRID = 1_000_000;

/**
 * Exact P(D >= steps/(n·m)): the share of lattice paths from (0,0) to (n,m) that somewhere have |i·m - j·n|
 * >= steps (J. L. Hodges, Arkiv för Matematik 3, 1958). Path counts overflow, so each cell holds the
 * probability of having got there unharmed.
 */
function pathTail(n: number, m: number, steps: number): number {
  const safe = new Float64Array(m + 1);
  for (let i = 0; i <= n; i++) {
    for (let j = 0; j <= m; j++) {
      if (Math.abs(i * m - j * n) >= steps) safe[j] = 0;
      else if (i === 0 && j === 0) safe[j] = 1;
      // A uniform path to (i,j) came from the left with probability i/(i+j).
      else safe[j] = (i * safe[j] + (j === 0 ? 0 : j * safe[j - 1])) / (i + j);
    }
  }
  return Math.max(0, 1 - safe[m]);
}

/**
 * Two-sample test: do two independent samples come from one continuous distribution?
 *
 * The p-value is exact (to 1e-15, absolutely) up to 10^6 pairs of values, beyond that Kolmogorov's limit at
 * √(nm/(n+m)) · D.
 *
 * @throws DomainError for an empty sample or values not finite
 * @example
 * kolmogorovSmirnovTwo([1, 2, 3], [4, 5, 6]); // => { statistic: 1, pValue: 0.1 }
 */
export function kolmogorovSmirnovTwo(a: Series, b: Series): KolmogorovSmirnov {
  const where = "kolmogorovSmirnovTwo";
  const x = sortedCopy(where, "a", a);
  const y = sortedCopy(where, "b", b);
  const [n, m] = [x.length, y.length];
  let [i, j, steps] = [0, 0, 0];
  while (i < n && j < m) {
    const value = Math.min(x[i], y[j]);
    while (i < n && x[i] === value) i++;
    while (j < m && y[j] === value) j++;
    steps = Math.max(steps, Math.abs(i * m - j * n));
  }
  const statistic = steps / (n * m);
  const pValue =
    n * m <= EXACT_GRID ? pathTail(n, m, steps) : limitTail(Math.sqrt((n * m) / (n + m)) * statistic);
  return { statistic, pValue };
}
