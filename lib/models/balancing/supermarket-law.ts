/**
 * The supermarket model: the law of its limit, and the first correction for a finite number of servers.
 *
 * With s_i the share of servers with at least i customers, ds_i/dt = λ(s_{i−1}^d − s_i^d) − (s_i − s_{i+1}) has the fixed
 * point s_i = λ^{(d^i − 1)/(d − 1)} (Vvedenskaya, Dobrushin and Karpelevich 1996; Mitzenmacher 1996, §4.2). With n servers the
 * mean of s is that plus V/n: refined mean field (Gast and Van Houdt, "A refined mean field approximation", Proc. ACM
 * Meas. Anal. Comput. Syst. 1(2), 2017, theorem 1). W being n times the covariance, A the slope of the drift, B its
 * curvature and Q the rate of jumps: AW + WAᵀ + Q = 0 and AV + B:W/2 + C = 0. C is what choosing d different servers
 * adds to the drift, −λ·d(d − 1)/2·(s^{d−1} − s^d) differenced, and 0 when a server may be chosen twice.
 */
import { incompleteGammaP } from "../../core/special.ts";
import { solveLinear } from "../queueing/linear-system.ts";

/** Levels with a smaller share than this are empty. */
const NEGLIGIBLE = 1e-18;

/** s_0, s_1, … of the fixed point, down to nothing; λ < 1. */
export function fixedPoint(lambda: number, d: number): number[] {
  const shares = [1];
  // ln s_i = d·ln s_{i−1} + ln λ.
  for (let log = Math.log(lambda); Math.exp(log) > NEGLIGIBLE; log = d * log + Math.log(lambda))
    shares.push(Math.exp(log));
  return shares;
}

/** Mean time in system in services, n → ∞: Σ λ^{(d^i − d)/(d − 1)}, i ≥ 1. */
export function limitTime(lambda: number, d: number): number {
  if (d === 1) return 1 / (1 - lambda);
  let sum = 0;
  // s_i/λ from i = 1 on, by logarithms: the first is exactly 1.
  for (let log = 0; log > -50; log = d * (log + Math.log(lambda))) sum += Math.exp(log);
  return sum;
}

/** P(T > t), t in services, n → ∞: who joins i − 1 others stays for i services. */
export function limitSurvival(lambda: number, d: number, t: number): number {
  if (d === 1) return Math.exp(-(1 - lambda) * t);
  const shares = fixedPoint(lambda, d);
  let sum = 0;
  for (let i = 1; i <= shares.length; i++) {
    const joins = shares[i - 1] ** d - (shares[i] ?? 0) ** d;
    sum += t === 0 ? joins : joins * (1 - incompleteGammaP(i, t));
  }
  return sum;
}

/** p-quantile of the time in system, in services. */
export function limitQuantile(lambda: number, d: number, p: number): number {
  let low = 0;
  let high = 1;
  while (limitSurvival(lambda, d, high) > 1 - p) high *= 2;
  for (let i = 0; i < 200 && high - low > 1e-15 * high; i++) {
    const middle = (low + high) / 2;
    if (limitSurvival(lambda, d, middle) > 1 - p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Slope A of the drift: [from below, own, from above] for each level 1 … K. */
function slopes(lambda: number, d: number, s: readonly number[]): (readonly [number, number, number])[] {
  return s
    .slice(1)
    .map(
      (share, i) =>
        [i === 0 ? 0 : lambda * d * s[i] ** (d - 1), -lambda * d * share ** (d - 1) - 1, 1] as const,
    );
}

/** The diagonal of W from AW + WAᵀ + Q = 0, unknowns being the upper triangle. */
function variances(A: readonly (readonly [number, number, number])[], q: readonly number[]): number[] | null {
  const K = A.length;
  const index = (i: number, j: number): number => {
    const [a, b] = i <= j ? [i, j] : [j, i];
    return (b * (b + 1)) / 2 + a;
  };
  const size = (K * (K + 1)) / 2;
  const rows = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  const right = new Array<number>(size).fill(0);
  for (let i = 0; i < K; i++)
    for (let j = i; j < K; j++) {
      const row = rows[index(i, j)];
      for (const step of [-1, 0, 1]) {
        if (i + step >= 0 && i + step < K) row[index(i + step, j)] += A[i][step + 1];
        if (j + step >= 0 && j + step < K) row[index(i, j + step)] += A[j][step + 1];
      }
      if (i === j) right[index(i, i)] = -q[i];
    }
  const W = solveLinear(rows, right);
  return W === null ? null : Array.from({ length: K }, (_, i) => W[index(i, i)]);
}

/**
 * n(E[customers a server] − Σ s_i): the first correction, in customers.
 *
 * @param distinct whether the d servers are all different
 */
export function correction(lambda: number, d: number, distinct: boolean): number {
  if (d === 1) return 0;
  const s = fixedPoint(lambda, d);
  const K = s.length - 1;
  const A = slopes(lambda, d, s);
  const next = (i: number): number => s[i + 1] ?? 0;
  // At the fixed point as many come as go: each level jumps at twice the rate of its departures.
  const W = variances(
    A,
    Array.from({ length: K }, (_, i) => 2 * (s[i + 1] - next(i + 1))),
  );
  if (W === null) return Number.NaN;
  const curvature = (i: number): number => (i === 0 ? 0 : lambda * d * (d - 1) * s[i] ** (d - 2) * W[i - 1]);
  const twice = (i: number): number =>
    distinct ? -((lambda * d * (d - 1)) / 2) * (s[i] ** (d - 1) - s[i] ** d) : 0;
  const matrix = A.map(([below, own, above], i) => {
    const row = new Array<number>(K).fill(0);
    if (i > 0) row[i - 1] = below;
    row[i] = own;
    if (i + 1 < K) row[i + 1] = above;
    return row;
  });
  const V = solveLinear(
    matrix,
    A.map((_, i) => -(curvature(i) - curvature(i + 1)) / 2 - (twice(i) - twice(i + 1))),
  );
  return V === null ? Number.NaN : V.reduce((sum, v) => sum + v, 0);
}
