/**
 * Fit of the universal scalability law X(N) = λN/(1 + α(N − 1) + βN(N − 1)) to measurements, with α, β ≥ 0 and λ > 0.
 *
 * Source: Gunther, Guerrilla Capacity Planning (2007), ch. 5; profile intervals: Bates and Watts, Nonlinear Regression
 * Analysis (1988), §6.1. A fit without bounds of data that never fall gives a negative β and a law that turns infinite;
 * here such data give β = 0, and an interval for β that says what they leave open. An interval holds the values of one
 * constant for which the best law still lies within t²/(n − 3) of the least squares; it may end at the bound.
 */
import { DomainError, show } from "../../core/errors.ts";
import { checkNumber } from "../../core/parameters.ts";
import { studentQuantile } from "../../core/special.ts";
import { ALL_FACES, bestLaw, type Candidate, type Face, firstGuess, type UslData } from "./usl-search.ts";

/** One measurement. */
export interface UslPoint {
  readonly nodes: number;
  readonly throughput: number;
  /** In proportion to 1/variance of the throughput; 1 when left out. */
  readonly weight?: number;
}

/** An interval; null where nothing bounds it from above. */
export interface UslInterval {
  readonly low: number;
  readonly high: number | null;
}

/** The fitted law. */
export interface UslFit {
  /** λ, throughput of one node, in the unit of the data. */
  readonly single: number;
  /** α */
  readonly contention: number;
  /** β */
  readonly coherency: number;
  /** √((1 − α)/β), at least 1; null when β = 0, for then there is no maximum. */
  readonly peakNodes: number | null;
  readonly intervals: {
    readonly single: UslInterval;
    readonly contention: UslInterval;
    readonly coherency: UslInterval;
    readonly peakNodes: UslInterval;
  };
  /** Σ w(X − X̂)² */
  readonly residualSquares: number;
  /** Which constants stand at their bound 0. */
  readonly atBound: readonly ("contention" | "coherency")[];
}

/** Measurements as columns, checked. */
export function readPoints(where: string, points: readonly UslPoint[]): UslData {
  if (!Array.isArray(points) || points.length < 4)
    throw new DomainError(`${where}: points must be a list of at least 4 measurements, got ${show(points)}`);
  const column = (
    name: keyof UslPoint,
    least: { readonly min?: number; readonly above?: number },
  ): number[] =>
    points.map((point, i) =>
      checkNumber(where, `points[${i}].${name}`, point[name] ?? (name === "weight" ? 1 : undefined), {
        dimension: "one",
        meaning: name,
        ...least,
      }),
    );
  const n = column("nodes", { min: 1 });
  if (new Set(n).size < 3)
    throw new DomainError(`${where}: points must have at least 3 different nodes, got ${new Set(n).size}`);
  return { n, x: column("throughput", { above: 0 }), w: column("weight", { above: 0 }) };
}

/** Faces on which α, β or the peak has one value. */
const FIXED: Readonly<Record<"contention" | "coherency" | "peakNodes", (value: number) => readonly Face[]>> =
  {
    contention: (a) => [
      { at: ([b]) => [a, b], from: (_a, b) => [b] },
      { at: () => [a, 0], from: () => [] },
    ],
    coherency: (b) => [
      { at: ([a]) => [a, b], from: (a) => [a] },
      { at: () => [0, b], from: () => [] },
    ],
    peakNodes: (peak) => [
      { at: ([a]) => [a, (1 - a) / (peak * peak)], from: (a) => [a] },
      { at: () => [0, 1 / (peak * peak)], from: () => [] },
    ],
  };

/** Where a function that is at most 0 at `inside` and above 0 at `outside` changes sign. */
function crossing(excess: (value: number) => number, inside: number, outside: number): number {
  let [near, far] = [inside, outside];
  for (let i = 0; i < 40; i++) {
    const middle = (near + far) / 2;
    if (excess(middle) > 0) far = middle;
    else near = middle;
  }
  return near;
}

/** The values about the best one for which the excess is not positive. */
function profile(excess: (value: number) => number, best: number, bound: number, unit: number): UslInterval {
  const low = excess(bound) <= 0 ? bound : crossing(excess, best, bound);
  let [inside, step] = [best, unit];
  while (step < 1e12 * unit && excess(best + step) <= 0) {
    inside = best + step;
    step *= 2;
  }
  return { low, high: step < 1e12 * unit ? crossing(excess, inside, best + step) : null };
}

const peakOf = ({ a, b }: Candidate): number | null => (b > 0 ? Math.sqrt(Math.max(1, (1 - a) / b)) : null);

/**
 * Fits the universal scalability law under its bounds, by weighted least squares.
 *
 * @param points at least 4 measurements at 3 or more different numbers of nodes; throughput in any unit
 * @param level of the intervals, each for itself
 * @throws DomainError for fewer points, or values that are not > 0
 * @example
 * fitUsl([1, 2, 4, 8].map((nodes) => ({ nodes, throughput: 5 * nodes }))).peakNodes; // => null
 */
export function fitUsl(points: readonly UslPoint[], level = 0.95): UslFit {
  const data = readPoints("fitUsl", points);
  checkNumber("fitUsl", "level", level, {
    dimension: "one",
    above: 0,
    below: 1,
    meaning: "level of the intervals",
  });
  const guess = firstGuess(data);
  const best = bestLaw(data, ALL_FACES, guess);
  const freedom = points.length - 3;
  const t = studentQuantile((1 + level) / 2, freedom);
  const limit = best.squares * (1 + (t * t) / freedom);
  const near: readonly [number, number] = [best.a || guess[0], best.b || guess[1]];
  const beyond = (faces: readonly Face[], single?: number): number =>
    bestLaw(data, faces, near, single).squares - limit;
  const along = (name: keyof typeof FIXED, value: number, bound: number, unit: number): UslInterval =>
    profile((v) => beyond(FIXED[name](v)), value, bound, unit);
  const coherency = along("coherency", best.b, 0, near[1]);
  const peak = peakOf(best);
  return {
    single: best.single,
    contention: best.a,
    coherency: best.b,
    peakNodes: peak,
    intervals: {
      single: profile((v) => beyond(ALL_FACES, v), best.single, best.single * 1e-9, best.single / 10),
      contention: along("contention", best.a, 0, near[0]),
      coherency,
      peakNodes: peakInterval(peak, coherency, (value) => beyond(FIXED.peakNodes(value))),
    },
    residualSquares: best.squares,
    atBound: [
      ...(best.a === 0 ? (["contention"] as const) : []),
      ...(best.b === 0 ? (["coherency"] as const) : []),
    ],
  };
}

/** The peaks that the data leave open; with β = 0 left open too, there may be none. */
function peakInterval(
  peak: number | null,
  coherency: UslInterval,
  excess: (value: number) => number,
): UslInterval {
  if (peak !== null) {
    const found = profile(excess, peak, 1, peak / 10);
    return coherency.low === 0 ? { low: found.low, high: null } : found;
  }
  // No maximum at the best: the lowest that is not refused lies below some large number that is not.
  let far = 10;
  while (far < 1e12 && excess(far) > 0) far *= 2;
  return { low: excess(1) <= 0 ? 1 : crossing(excess, far, 1), high: null };
}
