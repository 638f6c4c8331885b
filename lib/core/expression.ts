/**
 * The expressions a model may write: a closed union, made from mathjs text and nothing else.
 *
 * mathjs parses, typesets and differentiates; everything that computes works on this small tree. What is not in the
 * union (assignments, matrices, strings, units, implicit products) is refused where the text is read.
 */
import type {
  ConditionalNode,
  ConstantNode,
  FunctionNode,
  MathNode,
  OperatorNode,
  ParenthesisNode,
  SymbolNode,
} from "mathjs/number";
import { DomainError, show } from "./errors.ts";

export type Arithmetic = "+" | "-" | "*" | "/" | "^";
export type Comparison = "<" | "<=" | ">" | ">=" | "==" | "!=";

export type Expression =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "symbol"; readonly name: string }
  | { readonly kind: "negate"; readonly of: Expression }
  | {
      readonly kind: "arithmetic";
      readonly op: Arithmetic;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: "compare";
      readonly op: Comparison;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: "logic";
      readonly op: "and" | "or";
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: "not"; readonly of: Expression }
  | {
      readonly kind: "choose";
      readonly when: Expression;
      readonly yes: Expression;
      readonly no: Expression;
    }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Expression[] };

/** Functions every equation may call, with the number of arguments (−1: two or more). */
export const BUILT_IN: Readonly<Record<string, number>> = {
  sqrt: 1,
  exp: 1,
  expm1: 1,
  log: 1,
  log1p: 1,
  abs: 1,
  floor: 1,
  ceil: 1,
  min: -1,
  max: -1,
};

/** Names with a fixed value. `bitsPerByte` has the dimension bit/B. */
export const CONSTANTS: Readonly<Record<string, number>> = { pi: Math.PI, bitsPerByte: 8 };

const ARITHMETIC = ["+", "-", "*", "/", "^"];
const COMPARISONS = ["<", "<=", ">", ">=", "==", "!="];

/**
 * Turns a mathjs tree into an expression.
 *
 * @param where model and equation, first words of the error
 * @throws DomainError naming what is not allowed
 */
export function expressionOf(where: string, node: MathNode): Expression {
  switch (node.type) {
    case "ConstantNode": {
      const { value } = node as ConstantNode;
      if (typeof value === "number" && Number.isFinite(value)) return { kind: "number", value };
      throw new DomainError(`${where} holds ${show(value)}; constants must be finite numbers`);
    }
    case "SymbolNode":
      return { kind: "symbol", name: (node as SymbolNode).name };
    case "ParenthesisNode":
      return expressionOf(where, (node as ParenthesisNode).content);
    case "ConditionalNode": {
      const { condition, trueExpr, falseExpr } = node as ConditionalNode;
      return {
        kind: "choose",
        when: expressionOf(where, condition),
        yes: expressionOf(where, trueExpr),
        no: expressionOf(where, falseExpr),
      };
    }
    case "FunctionNode":
      return callOf(where, node as FunctionNode);
    case "OperatorNode":
      return operatorOf(where, node as OperatorNode);
    default:
      throw new DomainError(
        `${where} holds a ${node.type} (${show(node.toString())}); allowed are numbers, symbols, + - * / ^, comparisons, and, or, not, ?: and functions`,
      );
  }
}

function callOf(where: string, node: FunctionNode): Expression {
  const callee = node.fn as unknown as SymbolNode | string;
  const name = typeof callee === "string" ? callee : callee.name;
  return { kind: "call", name, args: node.args.map((arg) => expressionOf(where, arg)) };
}

function operatorOf(where: string, node: OperatorNode): Expression {
  const op: string = node.op;
  const args = node.args.map((arg) => expressionOf(where, arg));
  if (args.length === 1 && op === "-") return { kind: "negate", of: args[0] };
  if (args.length === 1 && op === "+") return args[0];
  if (args.length === 1 && op === "not") return { kind: "not", of: args[0] };
  if (args.length === 2) {
    const [left, right] = args;
    if (node.implicit) {
      throw new DomainError(`${where} has a product without a sign (${show(node.toString())}); write *`);
    }
    if (ARITHMETIC.includes(op)) return { kind: "arithmetic", op: op as Arithmetic, left, right };
    if (COMPARISONS.includes(op)) return { kind: "compare", op: op as Comparison, left, right };
    if (op === "and" || op === "or") return { kind: "logic", op, left, right };
  }
  throw new DomainError(
    `${where} uses the operator ${op}; allowed are + - * / ^ < <= > >= == != and or not ?:`,
  );
}

/** The parts of an expression, one level down. */
export function partsOf(e: Expression): readonly Expression[] {
  switch (e.kind) {
    case "number":
    case "symbol":
      return [];
    case "negate":
    case "not":
      return [e.of];
    case "choose":
      return [e.when, e.yes, e.no];
    case "call":
      return e.args;
    default:
      return [e.left, e.right];
  }
}

/** The symbols an expression reads, each once, in order of appearance; constants such as pi are left out. */
export function symbolsOf(e: Expression, found: Set<string> = new Set()): Set<string> {
  if (e.kind === "symbol" && !Object.hasOwn(CONSTANTS, e.name)) found.add(e.name);
  for (const part of partsOf(e)) symbolsOf(part, found);
  return found;
}

/** The functions an expression calls that are not built in. */
export function callsOf(e: Expression, found: Set<string> = new Set()): Set<string> {
  if (e.kind === "call" && !Object.hasOwn(BUILT_IN, e.name)) found.add(e.name);
  for (const part of partsOf(e)) callsOf(part, found);
  return found;
}

/** The value of an expression of literals only, such as `1/2`; undefined when it reads anything. */
export function literalValue(e: Expression): number | undefined {
  if (e.kind === "number") return e.value;
  if (e.kind === "negate") {
    const of = literalValue(e.of);
    return of === undefined ? undefined : -of;
  }
  if (e.kind !== "arithmetic" || e.op === "^") return undefined;
  const left = literalValue(e.left);
  const right = literalValue(e.right);
  if (left === undefined || right === undefined) return undefined;
  return e.op === "+"
    ? left + right
    : e.op === "-"
      ? left - right
      : e.op === "*"
        ? left * right
        : left / right;
}
