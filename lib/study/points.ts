/**
 * The points of a sweep: a grid of axes, axes that go together, and what a filter leaves.
 *
 * A point is plain data. Its canonical text is its key: results are named by it and its random numbers derive from
 * it, so a point's numbers do not change when other points come or go.
 */
import { DomainError, show, UsageError } from "../core/errors.ts";
import { canonicalJson } from "../core/system.ts";

/** What may be swept: quantities as SI numbers, words and switches. */
export type PointValue = number | string | boolean;
/** The values of one point, by parameter. */
export type PointShape = Readonly<Record<string, PointValue>>;
/** Points whose parameters are all numbers: what a study has unless its functions say otherwise. */
export type NumericPoint = Readonly<Record<string, number>>;
/** Values to take for each parameter. */
export type Axes<P> = { readonly [K in keyof P]?: readonly P[K][] };

/** A factor of the grid: one axis, or several that go together, value by value. */
export interface GridFactor {
  readonly names: readonly string[];
  /** One list a name, all of one length. */
  readonly values: readonly (readonly PointValue[])[];
}

/** More points than this are refused: see `maxPoints`. */
export const MAX_POINTS = 1_000_000;

const NAME = /^[A-Za-z][A-Za-z0-9_]*$/;
/** Names that columns of a result have. */
const TAKEN = ["point", "state", "reason", "replications", "operations", "ok", "failed", "unknown", "warmUp"];

/** Reads the axes of one `sweep` call: each is a factor of its own. */
export function gridFactors(axes: Readonly<Record<string, unknown>>): GridFactor[] {
  return Object.entries(axes).map(([name, values]) => ({
    names: [name],
    values: [axis("sweep", name, values)],
  }));
}

/** Reads the axes of one `zip` call: together they are one factor. */
export function zipFactor(axes: Readonly<Record<string, unknown>>): GridFactor {
  const names = Object.keys(axes);
  if (names.length === 0) throw new UsageError("study: zip must name at least 1 parameter, got {}");
  const values = names.map((name) => axis("zip", name, axes[name]));
  const odd = values.findIndex((list) => list.length !== values[0].length);
  if (odd >= 0) {
    throw new DomainError(
      `study: zip lists must have equal lengths, got ${values[0].length} of ${names[0]} and ${values[odd].length} of ${names[odd]}`,
    );
  }
  return { names, values };
}

function axis(verb: "sweep" | "zip", name: string, given: unknown): readonly PointValue[] {
  if (!NAME.test(name) || TAKEN.includes(name))
    throw new DomainError(
      `study: ${verb} parameter must be a name of letters and digits other than ${TAKEN.join(", ")}, got ${show(name)}`,
    );
  if (!Array.isArray(given))
    throw new DomainError(`study: ${verb} ${name} must be a list of values, got ${show(given)}`);
  if (given.length === 0) throw new DomainError(`study: ${verb} ${name} must hold at least 1 value, got []`);
  const seen = new Set<string>();
  for (const value of given) {
    const fine = typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
    if (!fine)
      throw new DomainError(
        `study: ${verb} ${name} must hold finite numbers, texts or switches, got ${show(value)}`,
      );
    // Values that go together may repeat one by one; the points are checked as wholes.
    if (verb === "sweep" && seen.has(canonicalJson(value)))
      throw new DomainError(`study: ${verb} ${name} must hold each value once, got ${show(value)} twice`);
    seen.add(canonicalJson(value));
  }
  return [...(given as PointValue[])];
}

/** Number of points of the whole grid, before any filter. */
export function gridSize(factors: readonly GridFactor[]): number {
  return factors.reduce((product, factor) => product * factor.values[0].length, 1);
}

/**
 * All points: the first factor varies slowest. Without a factor, the one empty point.
 *
 * @throws DomainError when a parameter is named twice, a filter leaves nothing, or two points are equal
 */
export function expandPoints(
  factors: readonly GridFactor[],
  filters: readonly ((point: PointShape) => boolean)[],
): PointShape[] {
  const names = factors.flatMap((factor) => factor.names);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new UsageError(`study: parameter ${twice} must be swept once, got it twice`);
  let points: Record<string, PointValue>[] = [{}];
  for (const { names: own, values } of factors) {
    points = points.flatMap((point) =>
      values[0].map((_, i) => ({
        ...point,
        ...Object.fromEntries(own.map((name, j) => [name, values[j][i]])),
      })),
    );
  }
  const kept = points.filter((point) => filters.every((keep) => keep(point)));
  if (kept.length === 0)
    throw new DomainError(`study: filter must leave at least 1 point, got 0 of ${points.length}`);
  const keys = new Set<string>();
  for (const point of kept) {
    const key = pointKey(point);
    if (keys.has(key)) throw new DomainError(`study: points must differ, got ${key} twice`);
    keys.add(key);
  }
  return kept;
}

/** The canonical text of a point: parameters in alphabetical order. */
export function pointKey(point: PointShape): string {
  return canonicalJson(point);
}

/** The distinct values of a parameter over some points, in order of appearance. */
export function valuesOfParameter(points: readonly PointShape[], name: string): PointValue[] {
  return [...new Set(points.map((point) => point[name]))];
}
