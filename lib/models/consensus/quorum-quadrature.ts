/**
 * Order statistics of independent delays by quadrature: the exact law, with no sampling and no atoms.
 *
 * The k-th of m delays is later than t when fewer than k are in by t; its mean is the integral of that chance from 0.
 * The integral is adaptive (Gauss-Kronrod 7/15, QUADPACK's rule) between quantiles of the delays; beyond the last of
 * them the steps double until nothing is left, which also reaches the end of a power-law tail.
 */
import { type Distribution, distributionFrom } from "../../core/distributions.ts";
import { incompleteBeta } from "../../core/special.ts";

const KRONROD = [
  [0.9914553711208126, 0.02293532201052922, 0],
  [0.9491079123427585, 0.06309209262997854, 0.1294849661688697],
  [0.8648644233597691, 0.1047900103222502, 0],
  [0.7415311855993945, 0.1406532597159271, 0.2797053914892767],
  [0.5860872354676911, 0.1690047266392679, 0],
  [0.4058451513773972, 0.1903505780647854, 0.3818300505051189],
  [0.2077849550078985, 0.2044329400752989, 0],
] as const;
const CENTRE = [0.2094821410847278, 0.4179591836734694] as const;
/** Quantiles between which a smooth law is easy to integrate: what lies beyond the last weighs less than 1e-12. */
const LEVELS = [
  1e-9,
  1e-6,
  0.001,
  0.01,
  0.1,
  0.3,
  0.5,
  0.7,
  0.9,
  0.99,
  0.999,
  0.9999,
  1 - 1e-6,
  1 - 1e-8,
  1 - 1e-10,
  1 - 1e-12,
];

function panel(f: (t: number) => number, low: number, high: number): readonly [number, number] {
  const half = (high - low) / 2;
  const middle = (low + high) / 2;
  const centre = f(middle);
  let fine = CENTRE[0] * centre;
  let coarse = CENTRE[1] * centre;
  for (const [x, k, g] of KRONROD) {
    const pair = f(middle - half * x) + f(middle + half * x);
    fine += k * pair;
    coarse += g * pair;
  }
  return [fine * half, Math.abs(fine - coarse) * half];
}

/** ∫ f over [low, high] to an absolute tolerance; jumps cost bisections only. */
function integrate(
  f: (t: number) => number,
  low: number,
  high: number,
  tolerance: number,
  depth = 44,
): number {
  const [value, error] = panel(f, low, high);
  if (error <= tolerance || depth === 0) return value;
  const middle = (low + high) / 2;
  // A jump keeps its error until the piece is too short to matter, so the tolerance is not split further.
  return integrate(f, low, middle, tolerance, depth - 1) + integrate(f, middle, high, tolerance, depth - 1);
}

/** P(the k-th of these is later than t). */
export function laterThan(delays: readonly Distribution[], k: number, t: number): number {
  const m = delays.length;
  if (delays.every((delay) => delay === delays[0])) {
    const late = delays[0].survival(t);
    return late <= 0 ? 0 : late >= 1 ? 1 : incompleteBeta(m - k + 1, k, late);
  }
  // Chances that 0, 1, … k − 1 are in: a product of small polynomials, positive terms only.
  const chances = new Float64Array(k);
  chances[0] = 1;
  for (const delay of delays) {
    const inside = delay.cdf(t);
    const late = delay.survival(t);
    for (let r = k - 1; r >= 1; r--) chances[r] = chances[r] * late + chances[r - 1] * inside;
    chances[0] *= late;
  }
  return Math.min(
    1,
    chances.reduce((sum, p) => sum + p, 0),
  );
}

/**
 * Where a law may jump or bend: its ends and its quantiles, and those of each part of a mixture. A panel that holds a
 * jump or a corner between its outermost point and its edge would not see it.
 */
function landmarks(delay: Distribution): number[] {
  const { spec } = delay;
  switch (spec.distribution) {
    case "mixture":
      return spec.parts.flatMap((part) => landmarks(distributionFrom(part.of)));
    case "shifted":
      return landmarks(distributionFrom(spec.of)).map((t) => t + spec.by);
    case "scaled":
      return landmarks(distributionFrom(spec.of)).map((t) => t * spec.factor);
    case "deterministic":
      return [delay.minimum];
    default:
      return [delay.minimum, ...LEVELS.map((p) => delay.quantile(p)), delay.maximum].filter(Number.isFinite);
  }
}

/** Mean of the k-th of independent delays ≥ 0, to about 1e-10 of itself. */
export function kthMean(delays: readonly Distribution[], k: number): number {
  const f = (t: number): number => laterThan(delays, k, t);
  const kinds = [...new Set(delays)];
  const first = Math.min(...kinds.map((delay) => delay.minimum));
  const end = Math.max(...kinds.map((delay) => delay.maximum));
  const knots = kinds.flatMap(landmarks).sort((a, b) => a - b);
  const tolerance = 1e-13 * Math.max(...kinds.map((delay) => delay.quantile(0.999)));
  let mean = first;
  let at = first;
  for (const knot of knots) {
    if (knot > at) mean += integrate(f, at, knot, tolerance);
    at = Math.max(at, knot);
  }
  // Only a tail without end goes on beyond the last knot.
  let step = at > 0 ? at - first || at : 1;
  for (let i = 0; i < 600 && at < end; i++) {
    const piece = integrate(f, at, at + step, tolerance);
    mean += piece;
    at += step;
    step *= 2;
    if (piece <= 1e-14 * mean && f(at) * at <= 1e-12 * mean) break;
  }
  return mean;
}

/** p-quantile of the k-th of independent delays, by bisection on its exact law. */
export function kthQuantile(delays: readonly Distribution[], k: number, p: number): number {
  let low = Math.min(...delays.map((delay) => delay.minimum));
  let high = Math.max(...delays.map((delay) => delay.quantile(p)));
  if (p === 0) return low;
  // The k-th is at most the largest, whose quantile lies above every single one: double until past it.
  for (let i = 0; i < 200 && laterThan(delays, k, high) > 1 - p; i++) high = low + 2 * (high - low || 1e-9);
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) break;
    if (laterThan(delays, k, middle) > 1 - p) low = middle;
    else high = middle;
  }
  return high;
}
