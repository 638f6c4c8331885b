/** Splits `lognormal(p50=1 ms, p99=6 ms)` into its name and named values; values may be calls themselves. */
import { show, UsageError } from "../errors.ts";

export interface Call {
  readonly name: string;
  readonly given: Readonly<Record<string, string>>;
}

const CALL = /^\s*([A-Za-z]\w*)\s*\(([\s\S]*)\)\s*$/;
const NAMED = /^\s*([A-Za-z]\w*)\s*=([\s\S]*)$/;

/** The parts between commas that stand in no parentheses. */
function splitTop(text: string): string[] | undefined {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "(") depth++;
    if (text[i] === ")") depth--;
    if (depth < 0) return undefined;
    if (text[i] === "," && depth === 0) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  parts.push(text.slice(from));
  return depth === 0 ? parts : undefined;
}

/** Whether a text starts like a distribution's name rather than a number. */
export function looksLikeCall(text: string): boolean {
  return /^\s*[A-Za-z]/.test(text);
}

/**
 * Reads a call.
 *
 * @param example what a right one looks like
 * @throws UsageError when the text is not `name(key=value, …)` or a key comes twice
 */
export function parseCall(where: string, text: string, example: string): Call {
  const refuse = (): never => {
    throw new UsageError(`${where} must be written as ${example}, got ${show(text)}`);
  };
  const match = CALL.exec(text);
  if (match === null) return refuse();
  const given: Record<string, string> = {};
  const inside = match[2];
  const parts = splitTop(inside) ?? refuse();
  for (const part of inside.trim() === "" ? [] : parts) {
    const named = NAMED.exec(part);
    if (named === null) return refuse();
    const key = named[1];
    if (Object.hasOwn(given, key)) throw new UsageError(`${where}: ${key} is given twice in ${show(text)}`);
    given[key] = named[2].trim();
  }
  return { name: match[1], given };
}
