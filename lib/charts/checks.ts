/** Checks of plotted data: every number finite, every list filled, and the error says which one is not. */
import { DomainError, show } from "../core/errors.ts";

/** A finite number, or an error that names it. */
export function finite(where: string, name: string, value: unknown): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new DomainError(`${where}: ${name} must be finite, got ${show(value)}`);
}

/** A list with at least one element. */
export function filled<T>(where: string, name: string, list: readonly T[], what: string): readonly T[] {
  if (Array.isArray(list) && list.length > 0) return list;
  throw new DomainError(`${where}: ${name} must hold at least one ${what}, got ${show(list)}`);
}

/** An estimate with its interval: both ends or neither, low <= value <= high; an end may be infinite. */
export function interval(
  where: string,
  name: string,
  value: number,
  ends: { readonly low?: number; readonly high?: number },
): [number, number] | undefined {
  const { low, high } = ends;
  if (low === undefined && high === undefined) return undefined;
  if (typeof low !== "number" || typeof high !== "number" || Number.isNaN(low) || Number.isNaN(high))
    throw new DomainError(`${where}: ${name} interval must have both ends, got ${show([low, high])}`);
  if (!(low <= value && value <= high))
    throw new DomainError(
      `${where}: ${name} interval must hold the estimate ${show(value)}, got ${show(low)} to ${show(high)}`,
    );
  return [low, high];
}
