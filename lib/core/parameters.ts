/**
 * Parameter tables: the one description from which a protocol, a model and the command line read their settings.
 *
 * A table names each parameter with its dimension, domain, default, meaning and source. `readParameters` turns what
 * a user wrote (SI numbers, branded quantities or texts with units) into a complete set of SI numbers, and refuses
 * unknown names, missing values and values outside the domain in one grammar:
 * `mg1: serviceScv must be >= 0, got -1`.
 */
import { DomainError, refuseUnknown, show, UsageError } from "./errors.ts";
import { type Dimension, parseQuantity, SI_UNIT } from "./units.ts";

/** One numeric parameter. Bounds are in SI; `above`/`below` are exclusive, `min`/`max` inclusive. */
export interface NumberParameter {
  readonly kind?: "number";
  readonly dimension: Dimension;
  readonly meaning: string;
  readonly default?: number;
  readonly integer?: boolean;
  readonly min?: number;
  readonly above?: number;
  readonly max?: number;
  readonly below?: number;
  /** The symbol in formulas, as LaTeX. */
  readonly tex?: string;
  /** Where the default comes from. */
  readonly source?: string;
}

/** A switch. */
export interface BooleanParameter {
  readonly kind: "boolean";
  readonly meaning: string;
  readonly default: boolean;
  readonly source?: string;
}

/** One of a closed list of words. */
export interface ChoiceParameter {
  readonly kind: "choice";
  readonly choices: readonly string[];
  readonly meaning: string;
  readonly default: string;
  readonly source?: string;
}

export type Parameter = NumberParameter | BooleanParameter | ChoiceParameter;
export type ParameterTable = Readonly<Record<string, Parameter>>;

/** The value type of one parameter. */
export type ValueOf<P extends Parameter> = P extends BooleanParameter
  ? boolean
  : P extends ChoiceParameter
    ? P["choices"][number]
    : number;
/** The filled set of values of a table. */
export type ValuesOf<T extends ParameterTable> = { readonly [K in keyof T]: ValueOf<T[K]> };
/** What a caller may give for a table: any part of it, quantities as numbers or texts with units. */
export type GivenFor<T extends ParameterTable> = {
  readonly [K in keyof T]?: ValueOf<T[K]> extends number ? number | string : ValueOf<T[K]>;
};

/** The rule of a numeric domain as it is printed: `an integer >= 1`, `> 0 s`, `>= 0 and <= 1`. */
export function domainText(p: NumberParameter): string {
  const unit = p.dimension === "one" ? "" : ` ${SI_UNIT[p.dimension]}`;
  const bounds = [
    p.min === undefined ? "" : `>= ${p.min}${unit}`,
    p.above === undefined ? "" : `> ${p.above}${unit}`,
    p.max === undefined ? "" : `<= ${p.max}${unit}`,
    p.below === undefined ? "" : `< ${p.below}${unit}`,
  ].filter((text) => text !== "");
  if (p.integer) return ["an integer", bounds.join(" and ")].filter((t) => t !== "").join(" ");
  return bounds.length === 0 ? "finite" : bounds.join(" and ");
}

/**
 * Checks one number against its domain and returns it.
 *
 * @param where first word of the error, for instance the model's name
 * @throws DomainError when the value is not a finite number of the domain
 */
export function checkNumber(where: string, name: string, value: unknown, p: NumberParameter): number {
  const ok =
    typeof value === "number" &&
    Number.isFinite(value) &&
    (!p.integer || Number.isInteger(value)) &&
    (p.min === undefined || value >= p.min) &&
    (p.above === undefined || value > p.above) &&
    (p.max === undefined || value <= p.max) &&
    (p.below === undefined || value < p.below);
  if (!ok) throw new DomainError(`${where}: ${name} must be ${domainText(p)}, got ${show(value)}`);
  return value as number;
}

/**
 * Reads one value of a table entry.
 *
 * @param text true when values come from a command line, where `7` and `true` arrive as text
 */
export function readParameter(
  where: string,
  name: string,
  given: unknown,
  p: Parameter,
  text = false,
): number | boolean | string {
  if (p.kind === "boolean") {
    const value = text && given === "true" ? true : text && given === "false" ? false : given;
    if (typeof value !== "boolean")
      throw new DomainError(`${where}: ${name} must be true or false, got ${show(given)}`);
    return value;
  }
  if (p.kind === "choice") {
    if (typeof given !== "string")
      throw new DomainError(`${where}: ${name} must be one of ${p.choices.join(", ")}, got ${show(given)}`);
    if (!p.choices.includes(given)) refuseUnknown(where, name, [given], p.choices);
    return given;
  }
  // A bare "5" is a number only where text is all there is; from code it is a mistake (is it 5 s or 5 ms?).
  if (typeof given === "string" && (text || p.dimension !== "one")) {
    return checkNumber(where, name, parseQuantity(`${where}: ${name}`, given, p.dimension), p);
  }
  return checkNumber(where, name, given, p);
}

/**
 * Fills a table with what was given and the defaults.
 *
 * @throws UsageError on an unknown name or a missing value, DomainError on a value outside its domain
 * @example
 * readParameters("demo", { nodes: { dimension: "one", integer: true, min: 1, default: 3, meaning: "group size" } }, {}); // => { nodes: 3 }
 */
export function readParameters<T extends ParameterTable>(
  where: string,
  table: T,
  given: Readonly<Record<string, unknown>>,
  options: { readonly text?: boolean } = {},
): ValuesOf<T> {
  refuseUnknown(where, "parameter", Object.getOwnPropertyNames(given), Object.keys(table));
  const filled: Record<string, unknown> = {};
  for (const [name, p] of Object.entries(table)) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === undefined) {
      if (p.default === undefined) {
        const rule = p.kind === undefined || p.kind === "number" ? domainText(p as NumberParameter) : "given";
        throw new UsageError(`${where}: ${name} is missing (${p.meaning}; must be ${rule})`);
      }
      filled[name] = p.default;
      continue;
    }
    filled[name] = readParameter(where, name, value, p, options.text ?? false);
  }
  return filled as ValuesOf<T>;
}
