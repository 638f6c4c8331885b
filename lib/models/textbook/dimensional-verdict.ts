/**
 * What a formula's dimensions say of it, found from its text and not written down beforehand.
 *
 * A textbook formula is evaluated as printed, with bare numbers; whether the result can be what it is called is a
 * separate question, answered here by the same check that every other model must pass to load.
 */
import { type DimensionText, readDimension, sameDimension, unitText } from "../../core/dimension.ts";
import { kindOf } from "../../core/dimension-check.ts";
import { readEquation } from "../../core/equation.ts";
import { DomainError, refuseUnknown, UsageError } from "../../core/errors.ts";

/** The outcome of a dimensional check. */
export interface DimensionalVerdict {
  /** The formula as it is checked. */
  readonly formula: string;
  /** What each symbol was taken to be. */
  readonly dimensions: Readonly<Record<string, DimensionText>>;
  /** Unit of the right side; null when it adds or compares quantities that are not alike. */
  readonly unit: string | null;
  /** Unit that the left side needs. */
  readonly wanted: string;
  readonly holds: boolean;
  /** The verdict in one sentence. */
  readonly text: string;
}

/**
 * Checks `symbol = expression` under given dimensions of all its symbols.
 *
 * @param where first word of any error
 * @param dimensions a dimension of `units.ts` or a product such as `"s^2/bit"` for each symbol, the result among them
 * @throws UsageError when a symbol has no dimension, DomainError for a dimension that cannot be read
 */
export function dimensionalVerdict(
  where: string,
  formula: string,
  dimensions: Readonly<Record<string, DimensionText>>,
): DimensionalVerdict {
  const equation = readEquation(where, formula);
  const symbols = new Map(
    Object.entries(dimensions).map(([name, text]) => [name, readDimension(`${where}: ${name}`, text)]),
  );
  const target = symbols.get(equation.target);
  if (target === undefined) throw new UsageError(`${where}: dimension of ${equation.target} is missing`);
  const wanted = unitText(target);
  const said = (unit: string | null, holds: boolean, text: string): DimensionalVerdict => ({
    formula,
    dimensions,
    unit,
    wanted,
    holds,
    text: `${formula}: ${text}`,
  });
  try {
    const kind = kindOf(equation.expression, { where: formula, symbols, functions: new Map() });
    if (typeof kind === "string") return said(null, false, `the right side is a ${kind}`);
    const unit = unitText(kind);
    return sameDimension(kind, target)
      ? said(unit, true, `both sides are in ${unit}`)
      : said(unit, false, `the right side is in ${unit}, ${equation.target} must be in ${wanted}`);
  } catch (error) {
    if (error instanceof DomainError) return said(null, false, error.message);
    throw error;
  }
}

/** What a model of a formula as printed has besides: its verdict, and the verdict under another reading. */
export interface PrintedFormula {
  /** Under the reading the article gives. */
  readonly dimensionalVerdict: DimensionalVerdict;
  /** Under other dimensions of some symbols: `readAs({ t: "bit" })`. */
  readAs(other: Readonly<Record<string, DimensionText>>): DimensionalVerdict;
}

/** Adds the verdict to a model of one equation over bare numbers. */
export function withVerdict<M extends { readonly id: string; readonly equations: readonly string[] }>(
  model: M,
  dimensions: Readonly<Record<string, DimensionText>>,
): M & PrintedFormula {
  const [formula] = model.equations;
  return Object.assign(model, {
    dimensionalVerdict: dimensionalVerdict(model.id, formula, dimensions),
    readAs(other: Readonly<Record<string, DimensionText>>): DimensionalVerdict {
      refuseUnknown(model.id, "symbol", Object.keys(other), Object.keys(dimensions));
      return dimensionalVerdict(model.id, formula, { ...dimensions, ...other });
    },
  });
}
