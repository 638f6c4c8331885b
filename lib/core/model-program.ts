/**
 * A model's text made into a checked program: its equations in order, and each condition right after the last symbol
 * it reads. Everything wrong with a definition is refused here, when it loads.
 */
import { type DimensionText, readDimension } from "./dimension.ts";
import { checkAssignment, type Kind, kindOf, type Signature } from "./dimension-check.ts";
import { type Condition, checkName, type Equation, readCondition, readEquation } from "./equation.ts";
import { DomainError, show, unknownName } from "./errors.ts";
import { symbolsOf } from "./expression.ts";
import type { InputTable, ModelDefinition, ModelInput, ModelSymbol, Quantity } from "./model-types.ts";

export type AnyDefinition = ModelDefinition<InputTable, Readonly<Record<string, Quantity>>>;

export type Statement =
  | { readonly does: "assign"; readonly equation: Equation; readonly reads: ReadonlySet<string> }
  /** A relation that belongs to the domain: DomainError where it does not hold. */
  | { readonly does: "require"; readonly condition: Condition; readonly reads: ReadonlySet<string> }
  /** A condition for a steady state. */
  | { readonly does: "stabilise"; readonly condition: Condition; readonly reads: ReadonlySet<string> };

type Guard = Exclude<Statement, { readonly does: "assign" }>;

function guards(id: string, does: Guard["does"], texts: readonly string[] = []): Guard[] {
  return texts.map((text) => {
    const condition = readCondition(id, text);
    return { does, condition, reads: symbolsOf(condition.expression) };
  });
}

export interface Program {
  readonly id: string;
  readonly inputs: InputTable;
  readonly outputs: readonly string[];
  readonly statements: readonly Statement[];
  readonly equations: ReadonlyMap<string, Equation>;
  readonly functions: ReadonlyMap<string, (...args: never[]) => unknown>;
}

export function isNumberInput(input: ModelInput): input is Extract<ModelInput, { dimension: DimensionText }> {
  return input.kind === undefined || input.kind === "number";
}

function kindOfInput(where: string, input: ModelInput): Kind {
  if (isNumberInput(input)) return readDimension(where, input.dimension);
  return input.kind === "choice" ? "choice" : (input as { readonly type: string }).type;
}

function kindOfSymbol(where: string, symbol: ModelSymbol): Kind {
  return "type" in symbol ? symbol.type : readDimension(where, symbol.dimension);
}

/** An argument or result text of a function: a dimension, or else a label of a structured value. */
function kindOfText(text: string, labels: ReadonlySet<string>, where: string): Kind {
  return labels.has(text) ? text : readDimension(where, text);
}

function signatures(definition: AnyDefinition): Map<string, Signature> {
  const labels = new Set<string>(["choice"]);
  for (const input of Object.values(definition.inputs)) {
    if (input.kind === "structured") labels.add(input.type);
  }
  for (const symbol of Object.values(definition.between ?? {})) if ("type" in symbol) labels.add(symbol.type);
  const found = new Map<string, Signature>();
  for (const [name, f] of Object.entries(definition.functions ?? {})) {
    const where = `${definition.id}: function ${name}`;
    checkName(where, name);
    found.set(name, {
      arguments: f.arguments.map((text) => kindOfText(text, labels, where)),
      result: kindOfText(f.result, labels, where),
    });
  }
  return found;
}

/**
 * Reads and checks a definition.
 * @throws DomainError or UsageError naming the model and the line
 */
export function programOf(definition: AnyDefinition): Program {
  const { id, inputs, outputs } = definition;
  const functions = signatures(definition);
  const known = new Map<string, Kind>();
  for (const [name, input] of Object.entries(inputs)) {
    checkName(`${id}: input`, name);
    known.set(name, kindOfInput(`${id}: input ${name}`, input));
  }
  const declared = new Map<string, Kind>();
  for (const [name, symbol] of [...Object.entries(definition.between ?? {}), ...Object.entries(outputs)]) {
    checkName(`${id}: symbol`, name);
    if (known.has(name) || declared.has(name))
      throw new DomainError(`${id}: symbol ${name} is declared twice`);
    declared.set(name, kindOfSymbol(`${id}: symbol ${name}`, symbol));
  }
  const statements: Statement[] = [];
  const equations = new Map<string, Equation>();
  const check = ({ text, expression }: Condition): void => {
    kindOf(expression, { where: `${id}: condition ${JSON.stringify(text)}`, symbols: known, functions });
  };
  let waiting: Guard[] = [
    ...guards(id, "require", definition.requires),
    ...guards(id, "stabilise", definition.stable),
  ];
  const settle = (): void => {
    waiting = waiting.filter((guard) => {
      if (![...guard.reads].every((name) => known.has(name))) return true;
      check(guard.condition);
      statements.push(guard);
      return false;
    });
  };
  settle();
  for (const text of definition.equations) {
    const equation = readEquation(id, text);
    const at = { where: `${id}: equation ${JSON.stringify(text)}`, symbols: known, functions };
    const wanted = declared.get(equation.target);
    if (wanted === undefined) throw unknownName(at.where, "symbol", equation.target, [...declared.keys()]);
    if (known.has(equation.target)) throw new DomainError(`${at.where} defines ${equation.target} again`);
    checkAssignment(equation.expression, equation.target, wanted, at);
    known.set(equation.target, wanted);
    equations.set(equation.target, equation);
    statements.push({ does: "assign", equation, reads: symbolsOf(equation.expression) });
    settle();
  }
  for (const guard of waiting) check(guard.condition);
  const program: Program = {
    id,
    inputs,
    outputs: Object.keys(outputs),
    statements,
    equations,
    functions: new Map(Object.entries(definition.functions ?? {}).map(([name, f]) => [name, f.compute])),
  };
  checkUse(program, declared);
  return program;
}

/** Everything declared is defined, and everything given has an effect: an idle parameter is a defect. */
function checkUse(program: Program, declared: ReadonlyMap<string, Kind>): void {
  for (const name of declared.keys()) {
    if (!program.equations.has(name)) {
      throw new DomainError(`${program.id}: symbol ${name} is declared but no equation defines it`);
    }
  }
  const live = neededFor(program, program.outputs);
  for (const name of [...Object.keys(program.inputs), ...declared.keys()]) {
    if (!live.has(name)) throw new DomainError(`${program.id}: ${name} has no effect on any output`);
  }
}

/** The symbols that the given outputs, and every condition, depend on (themselves included). */
export function neededFor(program: Program, outputs: readonly string[]): Set<string> {
  const needed = new Set<string>(outputs);
  for (let i = program.statements.length - 1; i >= 0; i--) {
    const statement = program.statements[i];
    if (statement.does === "assign" && !needed.has(statement.equation.target)) continue;
    for (const name of statement.reads) needed.add(name);
  }
  return needed;
}

/** The names of a list, or a UsageError with the nearest. */
export function pickNames(
  where: string,
  what: string,
  names: readonly string[],
  known: readonly string[],
): void {
  for (const name of names) {
    if (!known.includes(name)) throw unknownName(where, what, String(name), known);
  }
}

/** `utilisation 1.200` in messages: three decimals, or the number in full where those say nothing. */
export function showMeasure(value: number): string {
  if (!Number.isFinite(value)) return show(value);
  return Math.abs(value) < 1e6 && Math.abs(value) >= 0.001 ? value.toFixed(3) : value.toPrecision(4);
}
