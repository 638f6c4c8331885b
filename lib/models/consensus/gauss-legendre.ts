/**
 * Gauss-Legendre rules and integrals over pieces: exact for polynomials up to degree 2n − 1 on each piece.
 *
 * Nodes are the roots of the Legendre polynomial, by Newton's method from Chebyshev's guess (Abramowitz and Stegun
 * 1964, 25.4.29).
 */

/** Nodes and weights on [0, 1]. */
export interface Rule {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

const known = new Map<number, Rule>();

/** The rule of n nodes on [0, 1]. */
export function gaussLegendre(n: number): Rule {
  const found = known.get(n);
  if (found !== undefined) return found;
  const rule = { nodes: new Float64Array(n), weights: new Float64Array(n) };
  for (let i = 0; i < n; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    let slope = 1;
    for (let round = 0; round < 50; round++) {
      let [before, value] = [1, x];
      for (let k = 2; k <= n; k++)
        [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
      slope = n === 1 ? 1 : (n * (before - x * value)) / (1 - x * x);
      const step = value / slope;
      x -= step;
      if (Math.abs(step) < 1e-16) break;
    }
    rule.nodes[n - 1 - i] = (1 + x) / 2;
    rule.weights[n - 1 - i] = 1 / ((1 - x * x) * slope * slope);
  }
  known.set(n, rule);
  return rule;
}

/**
 * The cuts inside (low, high), ascending, between the two ends; cuts nearer than rounding are put together.
 */
export function pieces(low: number, high: number, cuts: readonly number[]): number[] {
  const inside = cuts.filter((cut) => cut > low && cut < high).sort((a, b) => a - b);
  const least = 1e-13 * Math.max(Math.abs(low), Math.abs(high));
  const kept = [low];
  for (const cut of inside) if (cut - kept[kept.length - 1] > least) kept.push(cut);
  if (high - kept[kept.length - 1] > least || kept.length === 1) kept.push(high);
  else kept[kept.length - 1] = high;
  return kept;
}

/** ∫ f over [low, high], n nodes on every piece between cuts. */
export function integratePieces(
  f: (x: number) => number,
  low: number,
  high: number,
  cuts: readonly number[],
  n: number,
): number {
  if (!(high > low)) return 0;
  const { nodes, weights } = gaussLegendre(n);
  const ends = pieces(low, high, cuts);
  let sum = 0;
  for (let piece = 1; piece < ends.length; piece++) {
    const from = ends[piece - 1];
    const width = ends[piece] - from;
    for (let i = 0; i < n; i++) sum += width * weights[i] * f(from + width * nodes[i]);
  }
  return sum;
}
