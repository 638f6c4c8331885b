/**
 * Fit of Amdahl's law X(N) = λN/(1 + α(N − 1)) to measurements: the universal scalability law without its β.
 *
 * Source: Amdahl (AFIPS 1967); Gunther, Guerrilla Capacity Planning (2007), §4.3. Whether the data need a β is told by the
 * interval that `fitUsl` gives it: it leaves out 0 exactly when the squares of this fit are above t²/(n − 3) of the other's.
 */

import { readPoints, type UslPoint } from "./usl-fit.ts";
import { bestLaw, type Face, firstGuess } from "./usl-search.ts";

/** The fitted law. */
export interface AmdahlFit {
  /** λ, throughput of one node, in the unit of the data. */
  readonly single: number;
  /** α */
  readonly contention: number;
  /** λ/α, what no number of nodes exceeds; null when α = 0. */
  readonly limit: number | null;
  /** Σ w(X − X̂)² */
  readonly residualSquares: number;
}

/** β = 0, with α free and with α = 0. */
const FREE: Face = { at: ([a]) => [a, 0], from: (a) => [a] };
const LINE: Face = { at: () => [0, 0], from: () => [] };
/** Part of Σ wX² below which a gain in squares is rounding: data on a line are a line. */
const ROUNDING = 1e-20;

/**
 * Fits Amdahl's law with α ≥ 0, by weighted least squares.
 *
 * @param points at least 4 measurements at 3 or more different numbers of nodes; throughput in any unit
 * @throws DomainError for fewer points, or values that are not > 0
 * @example
 * fitAmdahl([1, 2, 4, 8].map((nodes) => ({ nodes, throughput: 5 * nodes }))).limit; // => null
 */
export function fitAmdahl(points: readonly UslPoint[]): AmdahlFit {
  const data = readPoints("fitAmdahl", points);
  const guess = firstGuess(data);
  const [line, curve] = [bestLaw(data, [LINE], guess), bestLaw(data, [LINE, FREE], guess)];
  const whole = data.x.reduce((sum, x, i) => sum + data.w[i] * x * x, 0);
  const best = line.squares - curve.squares <= ROUNDING * whole ? line : curve;
  return {
    single: best.single,
    contention: best.a,
    limit: best.a > 0 ? best.single / best.a : null,
    residualSquares: best.squares,
  };
}
