/**
 * The least squares of the universal scalability law with α, β ≥ 0: the search behind `usl-fit.ts`.
 *
 * For given α and β the best λ is a linear problem, so at most two constants are searched for, by Gauss and Newton's
 * steps with Levenberg and Marquardt's damping (Nocedal and Wright, Numerical Optimization, 2nd ed. 2006, §10.3). A
 * minimum under bounds is a free minimum inside, on an edge, or the corner (ibid., ch. 12): each of these faces is
 * searched without bounds, what is not allowed is dropped, and the best of the rest is the answer.
 */
import { solveLinear } from "./linear-system.ts";

/** Measurements in columns, weights included. */
export interface UslData {
  readonly n: readonly number[];
  readonly x: readonly number[];
  readonly w: readonly number[];
}

/** A law with its weighted squares; `a` and `b` are α and β. */
export interface Candidate {
  readonly a: number;
  readonly b: number;
  readonly single: number;
  readonly squares: number;
}

/** A part of the plane of (α, β), as a function of the constants that are free on it. */
export interface Face {
  at(u: readonly number[]): readonly [a: number, b: number];
  /** Where the search begins, from a guess at α and β. */
  from(a: number, b: number): readonly number[];
}

/** Inside, the two edges, and the corner. */
export const ALL_FACES: readonly Face[] = [
  { at: ([a, b]) => [a, b], from: (a, b) => [a, b] },
  { at: ([a]) => [a, 0], from: (a) => [a] },
  { at: ([b]) => [0, b], from: (_a, b) => [b] },
  { at: () => [0, 0], from: () => [] },
];

const shape = (n: number, a: number, b: number): number => n / (1 + a * (n - 1) + b * n * (n - 1));

/** The law with the best λ for α and β, or with a given one. */
function judge({ n, x, w }: UslData, a: number, b: number, single?: number): Candidate {
  const f = n.map((value) => shape(value, a, b));
  let cross = 0;
  let square = 0;
  for (let i = 0; i < n.length; i++) {
    cross += w[i] * x[i] * f[i];
    square += w[i] * f[i] * f[i];
  }
  const best = single ?? cross / square;
  const squares = n.reduce((sum, _, i) => sum + w[i] * (x[i] - best * f[i]) ** 2, 0);
  return { a, b, single: best, squares };
}

/** (JᵀJ with its diagonal times 1 + damping)⁻¹ Jᵀr; null when J does not tell the constants apart. */
function gaussNewton(
  slopes: readonly (readonly number[])[],
  r: readonly number[],
  damping: number,
): number[] | null {
  const dot = (p: readonly number[], q: readonly number[]): number =>
    p.reduce((sum, v, i) => sum + v * q[i], 0);
  const gram = slopes.map((p, j) => slopes.map((q, k) => dot(p, q) * (j === k ? 1 + damping : 1)));
  // Columns of like size: α and β differ by orders of magnitude.
  const size = gram.map((row, j) => Math.sqrt(row[j]) || 1);
  const scaled = gram.map((row, j) => row.map((v, k) => v / (size[j] * size[k])));
  return (
    solveLinear(
      scaled,
      slopes.map((p, j) => dot(p, r) / size[j]),
    )?.map((v, j) => v / size[j]) ?? null
  );
}

/** The least squares on one face, found from a guess. */
function descend(data: UslData, face: Face, guess: readonly [number, number], single?: number): Candidate {
  const law = (u: readonly number[]): Candidate => judge(data, ...face.at(u), single);
  const residuals = ({ a, b, single: best }: Candidate): number[] =>
    data.n.map((n, i) => Math.sqrt(data.w[i]) * (data.x[i] - best * shape(n, a, b)));
  let u = face.from(...guess);
  let here = law(u);
  let damping = 1e-3;
  for (let round = 0; round < 200 && u.length > 0 && damping < 1e9; round++) {
    const slopes = u.map((value, k) => {
      const h = 1e-6 * Math.abs(value) + 1e-10;
      const moved = (by: number) => residuals(law(u.map((v, j) => (j === k ? v + by : v))));
      const down = moved(-h);
      return moved(h).map((r, i) => (r - down[i]) / (2 * h));
    });
    const step = gaussNewton(slopes, residuals(here), damping);
    if (step === null) break;
    const next = u.map((value, k) => value - step[k]);
    const there = law(next);
    const settled = step.every((by, k) => Math.abs(by) <= 1e-12 * Math.abs(u[k]));
    if (there.squares < here.squares) {
      u = next;
      here = there;
      damping = Math.max(1e-14, damping / 10);
    } else damping *= 10;
    if (settled) break;
  }
  return here;
}

/** The best law on some faces, α and β not negative. The corner, or what stands for it, must be among them. */
export function bestLaw(
  data: UslData,
  faces: readonly Face[],
  guess: readonly [number, number],
  single?: number,
): Candidate {
  const found = faces
    .map((face) => descend(data, face, guess, single))
    .filter(({ a, b, squares }) => a >= 0 && b >= 0 && Number.isFinite(squares));
  return found.reduce((best, next) => (next.squares < best.squares ? next : best));
}

/** α and β from N/X = (1 + α(N − 1) + βN(N − 1))/λ by linear least squares, cut at 0: where the search begins. */
export function firstGuess({ n, x, w }: UslData): readonly [a: number, b: number] {
  const columns = [n.map(() => 1), n.map((v) => v - 1), n.map((v) => v * (v - 1))];
  const sum = (p: readonly number[], q: readonly number[]): number =>
    p.reduce((all, v, i) => all + w[i] * x[i] * x[i] * v * q[i], 0);
  const ratio = n.map((v, i) => v / x[i]);
  const solved = solveLinear(
    columns.map((p) => columns.map((q) => sum(p, q))),
    columns.map((p) => sum(p, ratio)),
  );
  if (solved === null || !(solved[0] > 0)) return [0.01, 1e-6];
  return [Math.max(1e-6, solved[1] / solved[0]), Math.max(1e-9, solved[2] / solved[0])];
}
