/**
 * The three errors a user can cause, in one grammar: `where: what must hold, got value`.
 *
 * `where` names the model, protocol, file or command; `what` names the parameter and the rule; the value is
 * printed as the user would write it. Scripts map `DomainError` and `DataError` to exit code 1, `UsageError` to 2.
 */

/** A value outside the domain of a parameter, or a relation between parameters that does not hold. */
export class DomainError extends Error {
  override readonly name = "DomainError";
}

/** A name, option or call that does not exist: unknown parameters, unknown models, missing arguments. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A data file, notebook or journal whose content is not what it must be; the message starts with `path:line:`. */
export class DataError extends Error {
  override readonly name = "DataError";
}

/** A run that reached a stated limit (events, queue length, virtual time) before it finished. */
export class LimitError extends Error {
  override readonly name = "LimitError";
}

/** Shows any value as a user would write it: strings in quotes, NaN and BigInt by name, long values cut. */
export function show(value: unknown): string {
  if (typeof value === "string")
    return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
  if (typeof value === "bigint") return `${value}n`;
  if (Object.is(value, -0)) return "-0";
  if (value === null || typeof value !== "object") return String(value);
  if (typeof (value as { toString: unknown }).toString === "function" && !Array.isArray(value)) {
    const text = String(value);
    if (!text.startsWith("[object")) return text;
  }
  const json = JSON.stringify(value) ?? String(value);
  return json.length > 60 ? `${json.slice(0, 57)}...` : json;
}

/** Edit distance with swaps of neighbours (optimal string alignment), used to find the nearest known name. */
function distance(a: string, b: string): number {
  const rows = a.length + 1;
  const cols = b.length + 1;
  const d = new Int32Array(rows * cols);
  for (let i = 0; i < rows; i++) d[i * cols] = i;
  for (let j = 0; j < cols; j++) d[j] = j;
  for (let i = 1; i < rows; i++) {
    for (let j = 1; j < cols; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(
        d[(i - 1) * cols + j] + 1,
        d[i * cols + j - 1] + 1,
        d[(i - 1) * cols + j - 1] + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, d[(i - 2) * cols + j - 2] + 1);
      }
      d[i * cols + j] = best;
    }
  }
  return d[rows * cols - 1];
}

/**
 * The known name nearest to a misspelt one, or `undefined` when none is near.
 *
 * @example
 * nearest("lamda", ["lambda", "mu"]); // => "lambda"
 */
export function nearest(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const d = distance(name.toLowerCase(), candidate.toLowerCase());
    if (d < least) {
      least = d;
      best = candidate;
    }
  }
  return least <= Math.max(2, Math.floor(name.length / 3)) ? best : undefined;
}

/**
 * Refuses names that are not known: `mm1: unknown parameter "lamda" (known: lambda, mu; did you mean lambda?)`.
 *
 * Own keys only, so `__proto__` and `constructor` are unknown like any other stray name.
 */
export function refuseUnknown(
  where: string,
  what: string,
  names: Iterable<string>,
  known: readonly string[],
): void {
  for (const name of names) {
    if (known.includes(name)) continue;
    throw unknownName(where, what, name, known);
  }
}

/** The error for one unknown name, with the known names and the nearest of them. */
export function unknownName(where: string, what: string, name: string, known: readonly string[]): UsageError {
  const near = nearest(name, known);
  const list = known.length === 0 ? "none" : known.join(", ");
  return new UsageError(
    `${where}: unknown ${what} ${show(name)} (known: ${list}${near ? `; did you mean ${near}?` : ""})`,
  );
}
