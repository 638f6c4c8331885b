/**
 * Dimensional analysis of expressions: a formula whose dimensions are wrong does not load.
 *
 * Rules: a sum, difference or comparison needs equal dimensions; a product adds exponents; a power needs a constant
 * exponent unless its base is a number; exp and log take numbers. A literal 0 fits any dimension (`max(0, x)`).
 */
import {
  DIMENSIONLESS,
  type DimensionVector,
  dimensionName,
  readDimension,
  sameDimension,
  timesPower,
} from "./dimension.ts";
import { DomainError, unknownName } from "./errors.ts";
import { BUILT_IN, CONSTANTS, type Expression, literalValue } from "./expression.ts";

/** What a symbol is: a quantity with a dimension, a structured value known by its label, or a literal zero. */
export type Kind = DimensionVector | string | "zero";

/** What the check knows of functions: kinds of the arguments and of the result. */
export interface Signature {
  readonly arguments: readonly Kind[];
  readonly result: Kind;
}

/** What stands around an expression. */
export interface Surroundings {
  /** Model and equation, first words of any error. */
  readonly where: string;
  readonly symbols: ReadonlyMap<string, Kind>;
  readonly functions: ReadonlyMap<string, Signature>;
}

const ZERO = "zero";
const VERBS = { "+": "adds", "-": "subtracts" } as const;

function nameOf(kind: Kind): string {
  return typeof kind === "string" ? kind : dimensionName(kind);
}

function fits(actual: Kind, wanted: Kind): boolean {
  if (actual === ZERO) return typeof wanted !== "string" || wanted === ZERO;
  if (typeof actual === "string" || typeof wanted === "string") return actual === wanted;
  return sameDimension(actual, wanted);
}

function fail(at: Surroundings, what: string): never {
  throw new DomainError(`${at.where} ${what}`);
}

/** The quantity a kind stands for; structured values cannot be calculated with. */
function quantity(at: Surroundings, kind: Kind): DimensionVector {
  if (kind === ZERO) return DIMENSIONLESS;
  if (typeof kind === "string") fail(at, `calculates with a ${kind}`);
  return kind;
}

/** Two sides that must be alike; returns what they are. */
function alike(at: Surroundings, left: Kind, right: Kind, says: string): Kind {
  if (left !== ZERO) quantity(at, left);
  if (right !== ZERO) quantity(at, right);
  if (left === ZERO) return right;
  if (!fits(right, left)) fail(at, `${says} ${nameOf(left)} and ${nameOf(right)}`);
  return left;
}

/**
 * The kind of an expression.
 * @throws DomainError such as `mm1: equation "a = b + c" adds time and rate`
 */
export function kindOf(e: Expression, at: Surroundings): Kind {
  switch (e.kind) {
    case "number":
      return e.value === 0 ? ZERO : DIMENSIONLESS;
    case "symbol": {
      if (e.name === "bitsPerByte") return readDimension(at.where, "bit/B");
      if (Object.hasOwn(CONSTANTS, e.name)) return DIMENSIONLESS;
      const kind = at.symbols.get(e.name);
      if (kind === undefined) throw unknownName(at.where, "symbol", e.name, [...at.symbols.keys()]);
      return kind;
    }
    case "negate": {
      const kind = kindOf(e.of, at);
      quantity(at, kind);
      return kind;
    }
    case "arithmetic":
      return arithmeticKind(e, at);
    case "compare":
      alike(at, kindOf(e.left, at), kindOf(e.right, at), "compares");
      return "truth";
    case "logic":
      for (const side of [e.left, e.right]) needTruth(side, at);
      return "truth";
    case "not":
      needTruth(e.of, at);
      return "truth";
    case "choose":
      needTruth(e.when, at);
      return alike(at, kindOf(e.yes, at), kindOf(e.no, at), "chooses between");
    case "call":
      return Object.hasOwn(BUILT_IN, e.name) ? builtInKind(e, at) : callKind(e, at);
  }
}

function needTruth(e: Expression, at: Surroundings): void {
  const kind = kindOf(e, at);
  if (kind !== "truth") fail(at, `takes a ${nameOf(kind)} for a condition`);
}

function arithmeticKind(e: Extract<Expression, { kind: "arithmetic" }>, at: Surroundings): Kind {
  const left = kindOf(e.left, at);
  const right = kindOf(e.right, at);
  if (e.op === "+" || e.op === "-") return alike(at, left, right, VERBS[e.op]);
  const base = quantity(at, left);
  const other = quantity(at, right);
  if (e.op === "*") return timesPower(base, other, 1);
  if (e.op === "/") return timesPower(base, other, -1);
  if (!sameDimension(other, DIMENSIONLESS)) fail(at, `has the exponent ${nameOf(right)}`);
  if (sameDimension(base, DIMENSIONLESS)) return DIMENSIONLESS;
  const power = literalValue(e.right);
  if (power === undefined) fail(at, `raises ${nameOf(left)} to a power that is not a constant`);
  return timesPower(DIMENSIONLESS, base, power);
}

function builtInKind(e: Extract<Expression, { kind: "call" }>, at: Surroundings): Kind {
  const count = BUILT_IN[e.name];
  const kinds = e.args.map((arg) => kindOf(arg, at));
  if (count < 0 ? kinds.length < 2 : kinds.length !== count) {
    fail(at, `gives ${e.name} ${kinds.length} arguments`);
  }
  if (e.name === "min" || e.name === "max")
    return kinds.reduce((a, b) => alike(at, a, b, `takes the ${e.name} of`));
  const kind = quantity(at, kinds[0]);
  if (e.name === "sqrt") return timesPower(DIMENSIONLESS, kind, 0.5);
  if (e.name === "abs") return kind;
  if (!sameDimension(kind, DIMENSIONLESS)) fail(at, `takes ${e.name} of ${nameOf(kind)}`);
  return DIMENSIONLESS;
}

function callKind(e: Extract<Expression, { kind: "call" }>, at: Surroundings): Kind {
  const signature = at.functions.get(e.name);
  if (signature === undefined) {
    throw unknownName(at.where, "function", e.name, [...Object.keys(BUILT_IN), ...at.functions.keys()]);
  }
  if (signature.arguments.length !== e.args.length) {
    fail(at, `gives ${e.name} ${e.args.length} arguments instead of ${signature.arguments.length}`);
  }
  for (const [i, arg] of e.args.entries()) {
    const kind = kindOf(arg, at);
    if (!fits(kind, signature.arguments[i])) {
      fail(
        at,
        `gives ${e.name} ${nameOf(kind)} for its argument ${i + 1}, a ${nameOf(signature.arguments[i])}`,
      );
    }
  }
  return signature.result;
}

/** Checks `target = expression`. */
export function checkAssignment(e: Expression, target: string, wanted: Kind, at: Surroundings): void {
  const kind = kindOf(e, at);
  if (!fits(kind, wanted)) fail(at, `gives ${nameOf(kind)}, but ${target} is a ${nameOf(wanted)}`);
}
