/** Claims: what a notebook says it has shown, checked where it says so. */
import { DomainError, show } from "../core/errors.ts";

/**
 * States a claim: prints `holds: …` when it does and stops the notebook when it does not.
 *
 * @throws DomainError when `holds` is false, or no truth value at all
 * @example
 * claim("twice two is four", 2 * 2 === 4); // => undefined
 */
export function claim(text: string, holds: boolean): void {
  if (typeof text !== "string" || text.trim() === "")
    throw new DomainError(`claim: text must say what is claimed, got ${show(text)}`);
  if (typeof holds !== "boolean")
    throw new DomainError(`claim: ${show(text)} must be true or false, got ${show(holds)}`);
  if (!holds) throw new DomainError(`claim: ${show(text)} must hold, got false`);
  console.log(`holds: ${text}`);
}
