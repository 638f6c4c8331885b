/**
 * The waiting-time law of a single server as an atom at 0 and a gamma law with the right two moments.
 *
 * Pollaczek and Khinchine give E[W²] = 2·E[W]² + λE[S³]/(3(1 − ρ)); with S* = E[S³]/E[S²], the size of a typical job
 * that one waits for, the second term is ⅔·E[W]·S*. For M/M/1 the law is exact; for M/D/1 its 99th percentile is
 * within 2 % of the exact one for 0.2 ≤ ρ ≤ 0.95 (tested).
 */
import { incompleteGammaP, logGamma, normalQuantile } from "../../core/special.ts";

/**
 * Quantile of the gamma law with a shape and unit mean: Newton's method from Wilson and Hilferty's cube (1931), with
 * bisection where a step would leave the bracket.
 */
export function gammaQuantile(shape: number, p: number): number {
  if (p <= 0) return 0;
  const z = normalQuantile(p);
  const scale = Math.exp(shape * Math.log(shape) - logGamma(shape));
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  let x = Math.max(1e-3, (1 - 1 / (9 * shape) + z / (3 * Math.sqrt(shape))) ** 3);
  for (let i = 0; i < 200; i++) {
    const above = incompleteGammaP(shape, shape * x) - p;
    if (above > 0) high = x;
    else low = x;
    const density = scale * x ** (shape - 1) * Math.exp(-shape * x);
    const step = x - above / density;
    const next =
      step > low && step < high ? step : high === Number.POSITIVE_INFINITY ? 2 * x : (low + high) / 2;
    if (Math.abs(next - x) <= 1e-10 * x) return next;
    x = next;
  }
  return x;
}

/** Shape of the gamma law of a wait that is not 0. */
export function waitShape(mean: number, busy: number, typicalJob: number): number {
  const scv = 2 * busy + ((2 / 3) * typicalJob * busy) / mean - 1;
  return 1 / Math.min(4, Math.max(0.05, scv));
}

/**
 * p-quantile of a wait with a mean, a chance of waiting at all, and a typical job S*.
 */
export function waitQuantile(p: number, mean: number, busy: number, typicalJob: number): number {
  if (mean === 0 || p <= 1 - busy) return 0;
  return (mean / busy) * gammaQuantile(waitShape(mean, busy, typicalJob), 1 - (1 - p) / busy);
}
