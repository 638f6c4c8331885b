/**
 * The checks that every file of this room makes on what it is given, in the one error grammar.
 */
import { DomainError, show } from "../core/errors.ts";

/** Numbers in a row: an array or a typed array. */
export type Series = ArrayLike<number>;

/** Refuses a confidence level that is not strictly between 0 and 1. */
export function checkLevel(where: string, level: number): void {
  if (!(typeof level === "number" && level > 0 && level < 1))
    throw new DomainError(`${where}: level must be > 0 and < 1, got ${show(level)}`);
}

/** Refuses a probability outside [0, 1]. */
export function checkProbability(where: string, name: string, p: number): void {
  if (!(typeof p === "number" && p >= 0 && p <= 1))
    throw new DomainError(`${where}: ${name} must be >= 0 and <= 1, got ${show(p)}`);
}

/** Refuses anything that is not a finite number. */
export function checkFinite(where: string, name: string, value: unknown): void {
  if (typeof value !== "number" || !Number.isFinite(value))
    throw new DomainError(`${where}: ${name} must be finite, got ${show(value)}`);
}

/** Refuses anything that is not an integer of at least `min` (and, when given, at most `max`). */
export function checkInteger(where: string, name: string, value: unknown, min: number, max?: number): void {
  if (Number.isInteger(value) && (value as number) >= min && (max === undefined || (value as number) <= max))
    return;
  const upper = max === undefined ? "" : ` and <= ${max}`;
  throw new DomainError(`${where}: ${name} must be an integer >= ${min}${upper}, got ${show(value)}`);
}

/** Refuses a series with a value that is not a finite number, naming its place. */
export function checkSeries(where: string, name: string, values: Series): void {
  if (values === null || typeof values !== "object" || typeof values.length !== "number")
    throw new DomainError(`${where}: ${name} must be a list of numbers, got ${show(values)}`);
  for (let i = 0; i < values.length; i++) {
    // The name is put together only for the error: a string for each of 10^7 values would cost seconds.
    if (!Number.isFinite(values[i])) checkFinite(where, `${name}[${i}]`, values[i]);
  }
}

/** Refuses to work with fewer than `least` of something: `where: needs at least 2 replications, got 1`. */
export function checkEnough(where: string, count: number, least: number, what: string): void {
  if (count < least) throw new DomainError(`${where}: needs at least ${least} ${what}, got ${count}`);
}
