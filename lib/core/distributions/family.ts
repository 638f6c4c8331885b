/**
 * A family of distributions as data: its name, its parameters with their domains, and how to make one. Constructors,
 * specs and texts all go through it, so that a bad value gives the same error from each.
 */
import { UsageError } from "../errors.ts";
import { type ParameterTable, readParameters } from "../parameters.ts";
import type { Dimension } from "../units.ts";
import type { Distribution } from "./distribution.ts";

/** One way to give a family's parameters; the values arrive checked and in SI. */
export interface Form {
  parameters(dimension: Dimension): ParameterTable;
  make(where: string, values: Readonly<Record<string, number>>): Distribution;
}

/** Reads a component of a composite: a distribution, a spec, a number or a text. */
export type Reader = (where: string, given: unknown) => Distribution;

/** Reads what no table of numbers holds: lists and other distributions. */
export type DataReader = (
  where: string,
  data: Readonly<Record<string, unknown>>,
  read: Reader,
  dimension: Dimension,
  /** true when numbers arrive as texts. */
  text: boolean,
) => Distribution;

/** One family. */
export interface Family {
  readonly name: string;
  /** How it is written, as text where it can be; shown in errors and help. */
  readonly example: string;
  readonly forms: readonly Form[];
  readonly fromData?: DataReader;
}

/** The form all of whose parameters are there, or the one that shares most names with what was given. */
function formFor(family: Family, given: Readonly<Record<string, unknown>>, dimension: Dimension): Form {
  const score = (form: Form) => {
    const names = Object.keys(form.parameters(dimension));
    return names.filter((name) => Object.hasOwn(given, name)).length / names.length;
  };
  let best = family.forms[0];
  for (const form of family.forms) if (score(form) > score(best)) best = form;
  return best;
}

/**
 * Makes a distribution from named parameters, numbers or texts with a unit.
 *
 * @param text true when all values are texts, where `3` is a number
 * @throws UsageError for unknown or missing parameters, DomainError for values outside their domain
 */
export function make(
  where: string,
  family: Family,
  given: Readonly<Record<string, unknown>>,
  dimension: Dimension = "time",
  text = false,
): Distribution {
  if (given === null || typeof given !== "object")
    throw new UsageError(`${where}: parameters are missing (write ${family.example})`);
  const form = formFor(family, given, dimension);
  const values = readParameters(where, form.parameters(dimension), given, { text });
  return form.make(where, values as Readonly<Record<string, number>>);
}
