/**
 * Mutants: known bugs as named patches of a correct protocol, to measure what the checks would find.
 *
 * A mutant is made by replacing one rule of its protocol, never by an `if` inside it. Each is classed:
 * *safety* (some check must see it), *liveness* (nothing wrong is ever decided, but progress stops), *scripted* (so rare
 * that only a scenario shows it) or *equivalent* (no run can tell it from the correct protocol; the reason says why).
 */
import type { AnyProtocol } from "./protocol.ts";

export type MutantClass = "safety" | "liveness" | "scripted" | "equivalent";

/** One known bug. */
export interface Mutant {
  /** As in the literature's or our own list: `R1`, `P6`. */
  readonly id: string;
  /** In words: `commit-prior-term`. */
  readonly name: string;
  /** Where the rule it breaks is stated. */
  readonly source: string;
  readonly kind: MutantClass;
  /** Of an equivalent mutant: why nothing can tell. Of a scripted one: why chance does not find it. */
  readonly reason?: string;
  readonly protocol: AnyProtocol;
  /** Settings that differ from the defaults when it is hunted. */
  readonly settings?: Readonly<Record<string, number | boolean | string>>;
  /** Nodes of the group in which it is hunted; default 3. */
  readonly nodes?: number;
  /** Name of the scenario that shows it. */
  readonly scenario?: string;
}
