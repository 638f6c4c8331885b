/**
 * Equation text: reading, typesetting and differentiating it. The only file that imports mathjs.
 *
 * mathjs is taken in its build of one file: as some seven hundred modules it loads ten times as long, a second and more of
 * every command and kernel. Worker threads never import models, so they never pay for it.
 */
/// <reference path="./mathjs-in-one-file.d.ts" />
import type { MathNode, SymbolNode } from "mathjs";
import mathjs from "mathjs/lib/browser/math.js";
import { DomainError, show } from "./errors.ts";
import { CONSTANTS, type Expression, expressionOf, symbolsOf } from "./expression.ts";

const { derivative, OperatorNode, ParenthesisNode, parse, simplify } = mathjs;

/** One line of a model: `target = expression`. */
export interface Equation {
  readonly text: string;
  readonly target: string;
  readonly expression: Expression;
  /** mathjs's tree of the right side, for typesetting and derivatives. */
  readonly tree: MathNode;
}

/** A relation such as `utilisation < 1`. */
export interface Condition {
  readonly text: string;
  readonly expression: Extract<Expression, { kind: "compare" }>;
  readonly tree: MathNode;
}

const NAME = /^[A-Za-z][A-Za-z0-9]*$/;
/** What a name must not be, since it becomes a variable of the generated JavaScript. */
const RESERVED =
  /^(?:Math|arguments|await|break|case|catch|class|const|continue|debugger|default|delete|do|else|enum|eval|export|extends|false|finally|for|function|if|import|in|instanceof|interface|let|new|null|package|private|protected|public|return|static|super|switch|this|throw|true|try|typeof|undefined|var|void|while|with|yield|and|or|not|xor|mod|to|e|i)$/;

/** Refuses names that the generated code or mathjs would read as something else. */
export function checkName(where: string, name: string): void {
  if (!NAME.test(name) || RESERVED.test(name) || Object.hasOwn(CONSTANTS, name)) {
    throw new DomainError(
      `${where}: symbol name must be letters and digits and not a reserved word, got ${show(name)}`,
    );
  }
}

function parseTree(where: string, text: string): MathNode {
  try {
    return parse(text);
  } catch (error) {
    throw new DomainError(`${where} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}

/**
 * Reads `"waitingTime = utilisation / (1 - utilisation) * serviceTime"`.
 * @throws DomainError naming the model and the equation
 */
export function readEquation(id: string, text: string): Equation {
  const where = `${id}: equation ${JSON.stringify(text)}`;
  const split = /^\s*([A-Za-z][A-Za-z0-9]*)\s*=(?!=)\s*(.+)$/s.exec(text);
  if (split === null) throw new DomainError(`${where} must have the form "symbol = expression"`);
  const tree = parseTree(where, split[2]);
  return { text, target: split[1], expression: expressionOf(where, tree), tree };
}

/** Reads `"utilisation < 1"`. */
export function readCondition(id: string, text: string): Condition {
  const where = `${id}: condition ${JSON.stringify(text)}`;
  const tree = parseTree(where, text);
  const expression = expressionOf(where, tree);
  if (expression.kind !== "compare") throw new DomainError(`${where} must compare two sides`);
  return { text, expression, tree };
}

/** How symbols and functions are typeset. */
export interface Notation {
  readonly symbol: (name: string) => string;
  readonly call: (name: string) => string;
}

/** LaTeX of one side of an equation. */
export function latexOf(tree: MathNode, notation: Notation): string {
  const options: { parenthesis: "auto"; handler?: unknown } = { parenthesis: "auto" };
  options.handler = (node: MathNode): string | undefined => {
    if (node.type === "SymbolNode") return ` ${notation.symbol((node as SymbolNode).name)}`;
    if (node.type !== "FunctionNode") return undefined;
    const call = expressionOf("latex", node);
    if (call.kind !== "call") return undefined;
    const own = notation.call(call.name);
    if (own === "") return undefined;
    const args = (node as unknown as { args: MathNode[] }).args.map((arg) => arg.toTex(options));
    return `${own}\\left(${args.join(",\\, ")}\\right)`;
  };
  return tree.toTex(options).replace(/\s+/g, " ").trim();
}

/**
 * The partial derivative of an expression, or null where mathjs has none (functions of ours, conditionals, min).
 *
 * Symbols defined by earlier lines are put in place where they depend on the variable; the others stay symbols,
 * constant as far as the variable goes.
 *
 * @param tidy simplifies the result for reading, which takes most of the time
 */
export function differentiate(
  tree: MathNode,
  variable: string,
  definitions: ReadonlyMap<string, Equation>,
  tidy = true,
): { readonly expression: Expression; readonly tree: MathNode } | null {
  const inlined = inline(tree, variable, definitions);
  if (!dependsOn(inlined, variable)) {
    const zero = parse("0");
    return { expression: expressionOf("derivative", zero), tree: zero };
  }
  try {
    const raw = derivative(inlined, variable, { simplify: false });
    // Decimals stay decimals: one half of a fraction is a fraction in a fraction.
    const result = tidy ? simplify(raw, {}, { exactFractions: false }) : raw;
    return { expression: expressionOf("derivative", result), tree: result };
  } catch {
    return null;
  }
}

function dependsOn(tree: MathNode, variable: string): boolean {
  return symbolsOf(expressionOf("derivative", tree)).has(variable);
}

function inline(tree: MathNode, variable: string, definitions: ReadonlyMap<string, Equation>): MathNode {
  return tree.transform((node) => {
    if (node.type !== "SymbolNode") return node;
    const definition = definitions.get((node as SymbolNode).name);
    if (definition === undefined) return node;
    const inner = inline(definition.tree, variable, definitions);
    if (!dependsOn(inner, variable)) return node;
    return inner instanceof OperatorNode ? new ParenthesisNode(inner) : inner;
  });
}
