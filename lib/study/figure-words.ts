/** What the figures of a result share: words, scales, and the rows that a figure is drawn from. */
import type { FigureText } from "../charts/figure.ts";
import { DomainError, show, UsageError, unknownName } from "../core/errors.ts";
import { canonicalJson } from "../core/system.ts";
import { formatQuantity } from "../core/units.ts";
import { unsafeNotes } from "./fault-words.ts";
import type { PointShape, PointValue } from "./points.ts";
import type { StudyResult } from "./result.ts";
import { notesOf, parameterNames } from "./result-tables.ts";
import type { StudyRow } from "./row.ts";

/** Words and sizes that a caller may set; the rest is made from the result. */
export type FigureWords = Partial<Pick<FigureText, "title" | "subtitle" | "width" | "height">>;

/** Keys of `FigureWords`. */
export const WORD_KEYS: readonly string[] = ["title", "subtitle", "width", "height"];

/** Values of the parameters that a figure does not vary. */
export type FixedValues = Readonly<Record<string, PointValue>>;

/** Values of a parameter as legends and labels show them. */
export function valueText(result: StudyResult, name: string, value: PointValue): string {
  if (typeof value !== "number") return String(value);
  const dimension = result.study.unitOf(name);
  return dimension === "one" ? `${value}` : formatQuantity(value, dimension);
}

export function pointText(result: StudyResult, point: PointShape, leave: readonly string[] = []): string {
  return Object.entries(point)
    .filter(([name]) => !leave.includes(name))
    .map(([name, value]) => `${name} ${valueText(result, name, value)}`)
    .join(", ");
}

export function requireParameter(where: string, rows: readonly StudyRow[], name: unknown): string {
  const names = parameterNames(rows);
  if (typeof name !== "string" || !names.includes(name))
    throw unknownName(where, "parameter", String(name), names);
  return name;
}

/** A parameter along an axis must be a number everywhere. */
export function requireNumbers(where: string, rows: readonly StudyRow[], name: unknown): string {
  const known = requireParameter(where, rows, name);
  const odd = rows.find((row) => typeof row.point[known] !== "number");
  if (odd !== undefined)
    throw new DomainError(`${where}: ${known} must be a number along an axis, got ${show(odd.point[known])}`);
  return known;
}

/** The rows at fixed values of some parameters. */
export function rowsAt(where: string, result: StudyResult, at: FixedValues = {}): StudyRow[] {
  for (const name of Object.keys(at)) requireParameter(where, result.rows, name);
  const rows = result.rows.filter((row) =>
    Object.entries(at).every(([name, value]) => row.point[name] === value),
  );
  if (rows.length === 0)
    throw new UsageError(
      `${where}: at must leave at least 1 finished point, got 0 for ${show(canonicalJson(at))}`,
    );
  return rows;
}

/** Refuses rows that a figure would draw on top of one another. */
export function requireDistinct(where: string, rows: readonly StudyRow[], used: readonly string[]): void {
  const seen = new Set<string>();
  for (const row of rows) {
    const key = canonicalJson(used.map((name) => row.point[name] ?? null));
    if (!seen.has(key)) {
      seen.add(key);
      continue;
    }
    const others = parameterNames(rows).filter((name) => !used.includes(name));
    throw new UsageError(
      `${where}: at must fix ${others.join(", ")}, for example { at: ${show(canonicalJson(Object.fromEntries(others.map((name) => [name, row.point[name]]))))} }`,
    );
  }
}

/** What a figure says besides. */
export interface FurtherWords {
  readonly notes?: readonly string[];
  readonly warning?: readonly string[];
  /** The one model that is shown; by default the notes are of all that were compared. */
  readonly model?: string;
}

/** Shared words of a figure: what is fixed, where the numbers come from, what is wrong. */
export function wordsOf(
  result: StudyResult,
  given: FigureWords,
  fallback: string,
  fixed: string,
  { notes = [], warning = [], model }: FurtherWords = {},
): FigureText {
  const warnings = [
    ...(result.complete ? [] : [`stopped after ${result.rows.length} of ${result.facts.points} points`]),
    ...unsafeNotes(result.rows),
    ...warning,
  ];
  return {
    title: given.title ?? fallback,
    ...(given.subtitle !== undefined
      ? { subtitle: given.subtitle }
      : fixed === ""
        ? {}
        : { subtitle: fixed }),
    note: [...notes, ...notesOf(result, model)].join(". "),
    ...(warnings.length > 0 ? { warning: warnings } : {}),
    ...(given.width === undefined ? {} : { width: given.width }),
    ...(given.height === undefined ? {} : { height: given.height }),
  };
}

/** Parameters that are the same at all rows shown, in words. */
export function fixedText(
  result: StudyResult,
  rows: readonly StudyRow[],
  used: readonly (string | null)[],
): string {
  const point = rows[0].point;
  const fixed = Object.entries(point).filter(
    ([name, value]) => !used.includes(name) && rows.every((row) => row.point[name] === value),
  );
  return pointText(result, Object.fromEntries(fixed));
}

/** Logarithmic where values are positive and span more than a factor of 20. */
export function scaleOf(values: readonly number[]): "linear" | "log" {
  const low = Math.min(...values);
  return low > 0 && Math.max(...values) / low > 20 ? "log" : "linear";
}
