/**
 * papermill's parameters for TypeScript notebooks: `-p nodes=7`.
 *
 * The cell tagged `parameters` declares them with `let` and gives the defaults. A run adds a cell tagged
 * `injected-parameters` after it, which assigns the given values, and replaces the one of an earlier run. Assigning
 * (not declaring again) keeps the declared types, so that the compiler checks the values too. The tags are papermill's
 * (https://papermill.readthedocs.io, "Parameterize"); unlike there, an unknown name is an error and never a warning.
 */
import type ts from "typescript";
import { DataError, DomainError, show, UsageError, unknownName } from "../core/errors.ts";
import { type Dimension, parseQuantity, SI_UNIT } from "../core/units.ts";
import { loadKernelTypeScript } from "./kernel-typescript.ts";
import { type Cell, type CodeCell, joined, type Notebook } from "./notebook-file.ts";

/** What a value may be: text from a command line is read by the declared kind. */
export type ParameterValue = string | number | boolean | null | readonly ParameterValue[];

/** What a declaration allows. `any` is a type this reader does not know; the compiler then judges the value. */
export type ParameterKind =
  | { readonly kind: "number" | "text" | "boolean" | "any" }
  | { readonly kind: "choice"; readonly choices: readonly string[] }
  | { readonly kind: "quantity"; readonly dimension: Dimension }
  | { readonly kind: "list"; readonly of: ParameterKind };

export interface DeclaredParameter {
  readonly name: string;
  readonly type: ParameterKind;
  /** The default as written in the notebook. */
  readonly default: string;
  readonly constant: boolean;
  /** The comment on the line of the declaration. */
  readonly meaning: string;
}

const PARAMETERS_TAG = "parameters";
const INJECTED_TAG = "injected-parameters";

const tagged = (cell: Cell, tag: string): boolean => cell.metadata.tags?.includes(tag) ?? false;

/** The unit constructors of `core/units.ts` by the dimension they give; a call of one is a quantity. */
const QUANTITY_CALLS: Readonly<Record<string, Dimension>> = {
  seconds: "time",
  ms: "time",
  us: "time",
  bytes: "size",
  KiB: "size",
  MiB: "size",
  kB: "size",
  MB: "size",
  Mbps: "bandwidth",
  Gbps: "bandwidth",
  perSecond: "rate",
};
/** The same for declared types. */
const QUANTITY_TYPES: Readonly<Record<string, Dimension>> = {
  Seconds: "time",
  OneWayDelay: "time",
  RoundTripTime: "time",
  Bytes: "size",
  BitsPerSecond: "bandwidth",
  PerSecond: "rate",
};

/**
 * The parameters a notebook declares, in their order; empty when no cell is tagged `parameters`.
 *
 * @param path what errors call the notebook
 * @throws DataError when two cells are tagged `parameters`
 */
export function declaredParameters(notebook: Notebook, path: string): DeclaredParameter[] {
  const cell = parametersCell(notebook, path);
  if (cell === undefined) return [];
  const compiler = loadKernelTypeScript();
  const source = compiler.createSourceFile(
    "parameters.ts",
    joined(cell.source),
    compiler.ScriptTarget.ES2022,
    true,
  );
  const reader = new TypeReader(compiler, source);
  return source.statements.flatMap((statement) =>
    compiler.isVariableStatement(statement) ? reader.parameters(statement) : [],
  );
}

function parametersCell(notebook: Notebook, path: string): CodeCell | undefined {
  const cells = notebook.cells.filter((cell) => cell.cell_type === "code" && tagged(cell, PARAMETERS_TAG));
  if (cells.length > 1)
    throw new DataError(`${path}: one cell may be tagged "${PARAMETERS_TAG}", got ${cells.length}`);
  return cells[0] as CodeCell | undefined;
}

/** Reads the kind of a parameter off its declaration, without running anything. */
class TypeReader {
  readonly #ts: typeof ts;
  readonly #source: ts.SourceFile;

  constructor(compiler: typeof ts, source: ts.SourceFile) {
    this.#ts = compiler;
    this.#source = source;
  }

  parameters(statement: ts.VariableStatement): DeclaredParameter[] {
    const constant = (statement.declarationList.flags & this.#ts.NodeFlags.Const) !== 0;
    return statement.declarationList.declarations.flatMap((declaration) => {
      const { name, type, initializer } = declaration;
      if (!this.#ts.isIdentifier(name)) return [];
      const kind = type !== undefined ? this.#ofType(type) : this.#ofValue(initializer);
      const text = initializer?.getText(this.#source) ?? "undefined";
      return [{ name: name.text, type: kind, default: text, constant, meaning: this.#comment(declaration) }];
    });
  }

  #comment(declaration: ts.VariableDeclaration): string {
    const rest = this.#source.text.slice(declaration.end).split("\n", 1)[0] ?? "";
    return /\/\/\s*(.*)$/.exec(rest)?.[1]?.trim() ?? "";
  }

  #ofType(type: ts.TypeNode): ParameterKind {
    const { SyntaxKind } = this.#ts;
    if (type.kind === SyntaxKind.NumberKeyword) return { kind: "number" };
    if (type.kind === SyntaxKind.StringKeyword) return { kind: "text" };
    if (type.kind === SyntaxKind.BooleanKeyword) return { kind: "boolean" };
    if (this.#ts.isArrayTypeNode(type)) return { kind: "list", of: this.#ofType(type.elementType) };
    if (this.#ts.isTypeOperatorNode(type)) return this.#ofType(type.type); // readonly T[]
    if (this.#ts.isUnionTypeNode(type)) return this.#ofUnion(type);
    const dimension = QUANTITY_TYPES[type.getText(this.#source)];
    return dimension === undefined ? { kind: "any" } : { kind: "quantity", dimension };
  }

  #ofUnion(type: ts.UnionTypeNode): ParameterKind {
    const choices = type.types.map((member) =>
      this.#ts.isLiteralTypeNode(member) && this.#ts.isStringLiteral(member.literal)
        ? member.literal.text
        : undefined,
    );
    const texts = choices.filter((choice): choice is string => choice !== undefined);
    return texts.length === choices.length ? { kind: "choice", choices: texts } : { kind: "any" };
  }

  #ofValue(value: ts.Expression | undefined): ParameterKind {
    const compiler = this.#ts;
    if (value === undefined) return { kind: "any" };
    if (compiler.isAsExpression(value)) return this.#ofType(value.type);
    if (compiler.isNumericLiteral(value)) return { kind: "number" };
    if (compiler.isPrefixUnaryExpression(value) && compiler.isNumericLiteral(value.operand))
      return { kind: "number" };
    if (compiler.isStringLiteralLike(value)) return { kind: "text" };
    if (value.kind === compiler.SyntaxKind.TrueKeyword || value.kind === compiler.SyntaxKind.FalseKeyword)
      return { kind: "boolean" };
    if (compiler.isArrayLiteralExpression(value))
      return { kind: "list", of: this.#ofElements(value.elements) };
    if (compiler.isCallExpression(value)) return this.#ofCall(value);
    return { kind: "any" };
  }

  #ofElements(elements: readonly ts.Expression[]): ParameterKind {
    const kinds = elements.map((element) => this.#ofValue(element));
    const first = kinds[0];
    const same = kinds.every((kind) => JSON.stringify(kind) === JSON.stringify(first));
    return first !== undefined && same ? first : { kind: "any" };
  }

  #ofCall(call: ts.CallExpression): ParameterKind {
    const [name = "", method] = call.expression.getText(this.#source).split(".");
    const dimension = Object.hasOwn(QUANTITY_CALLS, name) ? QUANTITY_CALLS[name] : undefined;
    const grid = method === "logspace" || method === "linspace";
    if (dimension === undefined)
      return name === "logspace" || name === "linspace"
        ? { kind: "list", of: { kind: "number" } }
        : { kind: "any" };
    const quantity: ParameterKind = { kind: "quantity", dimension };
    return grid ? { kind: "list", of: quantity } : method === undefined ? quantity : { kind: "any" };
  }
}

/** A notebook with its parameters set, and the values as they were understood (quantities in SI). */
export interface ParameterisedNotebook {
  readonly notebook: Notebook;
  readonly values: Readonly<Record<string, ParameterValue>>;
}

/**
 * Sets parameters: adds (or replaces) the injected cell. With nothing given, an injected cell of an earlier run goes.
 *
 * @param given values by name; a text is read by the declared kind (`"7"` for a number, `"5 ms"` for a time, a JSON
 *   list for a list), as it comes from a command line
 * @throws UsageError for an unknown name or a constant, DomainError for a value of another kind
 */
export function injectParameters(
  notebook: Notebook,
  given: Readonly<Record<string, ParameterValue>>,
  path: string,
): ParameterisedNotebook {
  const declared = declaredParameters(notebook, path);
  const values: Record<string, ParameterValue> = {};
  const lines: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    const parameter = declared.find((p) => p.name === name);
    if (parameter === undefined) {
      if (parametersCell(notebook, path) === undefined)
        throw new UsageError(
          `${path}: a cell must be tagged "${PARAMETERS_TAG}" to set parameter ${name}, got none`,
        );
      const known = declared.filter((p) => !p.constant).map((p) => p.name);
      throw unknownName(path, "parameter", name, known);
    }
    if (parameter.constant)
      throw new UsageError(
        `${path}: parameter ${name} is declared with const; declare it with let to set it`,
      );
    const read = readValue(`${path}: parameter ${name}`, value, parameter.type);
    values[name] = read;
    lines.push(`${name} = ${assignable(name, read, parameter.type)};`);
  }
  const cells = notebook.cells.filter((cell) => !tagged(cell, INJECTED_TAG));
  if (lines.length > 0) {
    const at = cells.findIndex((cell) => cell.cell_type === "code" && tagged(cell, PARAMETERS_TAG));
    cells.splice(at + 1, 0, injectedCell(lines, cells));
  }
  return { notebook: { ...notebook, cells }, values };
}

function injectedCell(lines: readonly string[], cells: readonly Cell[]): CodeCell {
  let id = INJECTED_TAG;
  for (let i = 2; cells.some((cell) => cell.id === id); i++) id = `${INJECTED_TAG}-${i}`;
  return {
    cell_type: "code",
    id,
    metadata: { tags: [INJECTED_TAG] },
    source: ["// The parameters of this run.", ...lines].join("\n"),
    execution_count: null,
    outputs: [],
  };
}

/** A quantity is a plain number with a brand that exists in the type only. */
function assignable(name: string, value: ParameterValue, type: ParameterKind): string {
  const text = JSON.stringify(value);
  const branded = (kind: ParameterKind): boolean =>
    kind.kind === "quantity" || (kind.kind === "list" && branded(kind.of));
  return branded(type) ? `${text} as typeof ${name}` : text;
}

/** Reads one given value as what the declaration allows. */
function readValue(where: string, value: ParameterValue, type: ParameterKind): ParameterValue {
  const refuse = (rule: string): never => {
    throw new DomainError(`${where} must be ${rule}, got ${show(value)}`);
  };
  switch (type.kind) {
    case "number": {
      const number = typeof value === "string" ? readNumber(value) : value;
      return typeof number === "number" && Number.isFinite(number) ? number : refuse("a finite number");
    }
    case "boolean": {
      const flag = value === "true" ? true : value === "false" ? false : value;
      return typeof flag === "boolean" ? flag : refuse("true or false");
    }
    case "text":
      return typeof value === "string" ? value : refuse("a text");
    case "choice":
      return typeof value === "string" && type.choices.includes(value)
        ? value
        : refuse(`one of ${type.choices.join(", ")}`);
    case "quantity":
      if (typeof value !== "string" && typeof value !== "number")
        return refuse(`a number of ${SI_UNIT[type.dimension]} or a text with a unit`);
      return parseQuantity(where, value, type.dimension);
    case "list": {
      const list = typeof value === "string" ? readJson(value) : value;
      return Array.isArray(list)
        ? list.map((item: ParameterValue, i) => readValue(`${where}[${i}]`, item, type.of))
        : refuse("a JSON list");
    }
    case "any":
      return typeof value === "string" ? readAny(value) : value;
  }
}

function readNumber(text: string): number | undefined {
  return /^\s*[+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/.test(text)
    ? Number(text.replaceAll("_", ""))
    : undefined;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Where the declaration does not tell: a number, true or false, a JSON list, else a text. */
function readAny(text: string): ParameterValue {
  const number = readNumber(text);
  if (number !== undefined) return number;
  if (text === "true" || text === "false") return text === "true";
  const list = text.trimStart().startsWith("[") ? readJson(text) : undefined;
  return Array.isArray(list) ? (list as ParameterValue[]) : text;
}
