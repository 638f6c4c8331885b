/**
 * Models: closed forms whose one equation text gives the number, the LaTeX, the unit check and the derivatives.
 *
 * A model never returns NaN or Infinity: outside its domain it throws a `DomainError`, and "unstable" is an answer
 * that names the utilisation. Reading inputs, printing and differentiating happen here; the arithmetic is generated
 * JavaScript (`model-code.ts`).
 */

import { type DimensionText, readDimension, unitText } from "./dimension.ts";
import { differentiate, latexOf, type Notation } from "./equation.ts";
import { DomainError, refuseUnknown, show, UsageError } from "./errors.ts";
import { BUILT_IN } from "./expression.ts";
import { build, type GridFunction, gridSource, type PointFunction, pointSource } from "./model-code.ts";
import {
  type AnyDefinition,
  isNumberInput,
  type Program,
  pickNames,
  programOf,
  showMeasure,
} from "./model-program.ts";
import type {
  AnyModel,
  Derivative,
  InputTable,
  Model,
  ModelAnswer,
  ModelDefinition,
  ModelInput,
  ModelTable,
  NumberInput,
  Quantity,
  SymbolRow,
} from "./model-types.ts";
import { domainText, readParameter } from "./parameters.ts";

export type * from "./model-types.ts";

type Values = readonly unknown[];
type Given = Readonly<Record<string, unknown>>;

/** Everything about one model that its methods share. */
interface Workings {
  readonly definition: AnyDefinition;
  readonly program: Program;
  readonly names: readonly string[];
  readonly point: PointFunction;
  readonly source: string;
  readonly out: Float64Array;
  readonly notation: Notation;
}

/**
 * Defines a model. Its equations are read, checked for dimensions and compiled at once: a model that is wrong does
 * not load.
 *
 * @param definition inputs, outputs, equations as mathjs text, and what must hold
 * @returns a function from inputs to outputs that also knows its LaTeX, symbols, derivatives and grid form
 * @throws DomainError naming the equation that does not parse or whose dimensions are wrong
 * @example
 * defineModel({ id: "demo", title: "Transmission", cites: [], assumes: [], inputs: { size: { tex: "s", dimension: "size", min: 0, meaning: "message" }, bandwidth: { tex: "b", dimension: "bandwidth", above: 0, meaning: "port" } }, outputs: { time: { tex: "t", dimension: "time", meaning: "transmission" } }, equations: ["time = size * bitsPerByte / bandwidth"] })({ size: "1 MB", bandwidth: "8 Mbit/s" }); // => { time: 1 }
 */
export function defineModel<const I extends InputTable, O extends Readonly<Record<string, Quantity>>>(
  definition: ModelDefinition<I, O>,
): Model<I, O> {
  const own = definition as unknown as AnyDefinition;
  if (!/^[A-Za-z][A-Za-z0-9]*$/.test(own.id))
    throw new DomainError(`model: id must be letters and digits, got ${show(own.id)}`);
  const program = programOf(own);
  const source = pointSource(program, program.outputs);
  const workings: Workings = {
    definition: own,
    program,
    names: Object.keys(own.inputs),
    point: build<PointFunction>(source, program),
    source,
    out: new Float64Array(Math.max(2, program.outputs.length)),
    notation: notationOf(own),
  };
  const call = (given: Given): Readonly<Record<string, number>> => {
    const answer = evaluate(workings, given);
    if (answer.stable) return answer.outputs;
    throw new DomainError(`${own.id}: ${comma(answer.reason)}`);
  };
  const methods: Omit<AnyModel, keyof AnyDefinition> = {
    evaluate: (given: Given) => evaluate(workings, given),
    table: tableOf(workings),
    latex: (symbol?: string) => latex(workings, symbol),
    symbols: () => symbolRows(own),
    derivative: (output: string, input: string) => derivativeOf(workings, output, input),
    sensitivity: (given: Given) => sensitivityOf(workings, given),
    source,
  };
  // A function has a `name` of its own; `id` and the rest are plain properties.
  return Object.assign(call, definition, methods) as unknown as Model<I, O>;
}

/** The reason as it stands after a model's name. */
function comma(reason: string): string {
  return reason.replace("unstable:", "unstable,");
}

// ---- reading inputs ---------------------------------------------------------------------------------------------

function readInput(id: string, name: string, given: unknown, input: ModelInput): unknown {
  if (input.kind === "structured") {
    return (input as { read(where: string, given: unknown): unknown }).read(`${id}: ${name}`, given);
  }
  return readParameter(id, name, given, input as Exclude<ModelInput, { kind: "structured" }>);
}

function missing(id: string, name: string, input: ModelInput): UsageError {
  const rule = isNumberInput(input) ? domainText(input) : "given";
  return new UsageError(`${id}: ${name} is missing (${input.meaning}; must be ${rule})`);
}

function readAll(w: Workings, given: Given): Values {
  const { id, inputs } = w.definition;
  if (given === null || typeof given !== "object")
    throw new UsageError(`${id}: inputs must be an object, got ${show(given)}`);
  refuseUnknown(id, "parameter", Object.getOwnPropertyNames(given), w.names);
  return w.names.map((name) => {
    const input = inputs[name];
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value !== undefined) return readInput(id, name, value, input);
    if (input.default === undefined) throw missing(id, name, input);
    return input.default;
  });
}

// ---- one point --------------------------------------------------------------------------------------------------

function evaluate(w: Workings, given: Given): ModelAnswer<Readonly<Record<string, Quantity>>> {
  return answerOf(w, readAll(w, given));
}

function answerOf(w: Workings, values: Values): ModelAnswer<Readonly<Record<string, Quantity>>> {
  // A function of this model may evaluate the model again, so the shared buffer is read out before anything else.
  const code = w.point(w.out, ...values);
  if (code !== 0) return refusal(w, code - 1, w.out[0], w.out[1]);
  const outputs: Record<string, number> = {};
  for (const [i, name] of w.program.outputs.entries()) {
    const value = w.out[i];
    if (!Number.isFinite(value)) throw notFinite(w, name, value, values);
    outputs[name] = value;
  }
  return { stable: true, outputs };
}

function notFinite(w: Workings, name: string, value: number, values: Values): DomainError {
  const at = w.names.map((input, i) => `${input} ${show(values[i])}`).join(", ");
  return new DomainError(`${w.definition.id}: ${name} must be finite, got ${show(value)} (at ${at})`);
}

/** A relation that does not hold is an error; a missing steady state is an answer. */
function refusal(
  w: Workings,
  index: number,
  left: number,
  right: number,
): { readonly stable: false; readonly reason: string; readonly utilisation: number } {
  const statement = w.program.statements[index];
  if (statement.does === "assign") throw new UsageError(`${w.definition.id}: statement ${index} cannot fail`);
  const { condition } = statement;
  const [leftText, rightText] = condition.text.split(condition.expression.op).map((side) => side.trim());
  const { op } = condition.expression;
  if (statement.does === "require") {
    const limit = condition.expression.right.kind === "number" ? rightText : `${rightText} ${show(right)}`;
    throw new DomainError(`${w.definition.id}: ${leftText} ${show(left)} must be ${op} ${limit}`);
  }
  if (!Number.isFinite(left))
    throw new DomainError(`${w.definition.id}: ${leftText} must be finite, got ${show(left)}`);
  const limit =
    condition.expression.right.kind === "number" ? rightText : `${rightText} ${showMeasure(right)}`;
  return {
    stable: false,
    reason: `unstable: ${leftText} ${showMeasure(left)} must be ${op} ${limit}`,
    utilisation: left,
  };
}

// ---- a grid -----------------------------------------------------------------------------------------------------

function isColumn(value: unknown): value is ArrayLike<number> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

function toColumn(where: string, values: ArrayLike<number>): Float64Array {
  if (values instanceof Float64Array) return values;
  const column = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    if (typeof values[i] !== "number") {
      throw new DomainError(`${where} at row ${i} must be a number, got ${show(values[i])}`);
    }
    column[i] = values[i];
  }
  return column;
}

function tableOf(w: Workings): AnyModel["table"] {
  const compiled = new Map<string, GridFunction>();
  return (given, options = {}) => {
    const { id } = w.definition;
    const wanted = options.outputs ?? w.program.outputs;
    pickNames(id, "output", wanted, w.program.outputs);
    const { values, columns, length } = readGrid(w, given);
    const skip = options.unstable === "skip";
    const key = `${[...columns].join(" ")}|${wanted.join(" ")}|${skip}`;
    let grid = compiled.get(key);
    if (grid === undefined) {
      grid = build<GridFunction>(gridSource(w.program, columns, wanted, skip), w.program);
      compiled.set(key, grid);
    }
    // One place more than rows: the loop leaves the number of kept rows there.
    const rows = skip ? new Uint32Array(length + 1) : null;
    const out = wanted.map(() => new Float64Array(length));
    const stopped = grid(length, rows, values, out);
    if (stopped >= 0) throw rowError(w, values, columns, stopped) ?? unexplained(id, stopped);
    if (stopped === -2) refuseNotFinite(w, values, columns, length, skip);
    const kept = rows === null ? length : rows[length];
    const entries = wanted.map((name, i) => [name, out[i].subarray(0, kept)] as const);
    const table: ModelTable<string> = {
      length: kept,
      rows: rows === null ? null : rows.subarray(0, kept),
      columns: Object.fromEntries(entries),
    };
    return table;
  };
}

function readGrid(
  w: Workings,
  given: Given,
): { readonly values: unknown[]; readonly columns: Set<string>; readonly length: number } {
  const { id, inputs } = w.definition;
  refuseUnknown(id, "parameter", Object.getOwnPropertyNames(given), w.names);
  const columns = new Set<string>();
  let length = -1;
  const values = w.names.map((name) => {
    const input = inputs[name];
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === undefined) {
      if (input.default === undefined) throw missing(id, name, input);
      return input.default;
    }
    if (!isNumberInput(input) || !isColumn(value)) return readInput(id, name, value, input);
    const column = toColumn(`${id}: ${name}`, value);
    if (length >= 0 && column.length !== length) {
      throw new DomainError(`${id}: ${name} has ${column.length} rows, other columns have ${length}`);
    }
    length = column.length;
    columns.add(name);
    return column;
  });
  if (columns.size === 0) throw new UsageError(`${id}: table needs at least one column of numbers`);
  return { values, columns, length };
}

function rowOf(w: Workings, values: readonly unknown[], columns: ReadonlySet<string>, row: number): Values {
  return w.names.map((name, i) => (columns.has(name) ? (values[i] as Float64Array)[row] : values[i]));
}

/** What is wrong with one row, found by evaluating it alone; null when nothing is. */
function rowError(
  w: Workings,
  values: readonly unknown[],
  columns: ReadonlySet<string>,
  row: number,
): DomainError | null {
  const { id, inputs } = w.definition;
  const point = rowOf(w, values, columns, row);
  try {
    for (const [i, name] of w.names.entries()) {
      if (columns.has(name)) readInput(id, name, point[i], inputs[name]);
    }
    const answer = answerOf(w, point);
    return answer.stable ? null : new DomainError(`${id}: ${comma(answer.reason)} (row ${row})`);
  } catch (error) {
    if (error instanceof DomainError) return new DomainError(`${error.message} (row ${row})`);
    throw error;
  }
}

function unexplained(id: string, row: number): DomainError {
  return new DomainError(`${id}: row ${row} must be computable, got no reason why it is not`);
}

/** Looks for the row that is not finite. The sum of finite values may itself overflow: then there is none. */
function refuseNotFinite(
  w: Workings,
  values: readonly unknown[],
  columns: ReadonlySet<string>,
  length: number,
  skip: boolean,
): void {
  for (let row = 0; row < length; row++) {
    const error = rowError(w, values, columns, row);
    if (error !== null && !(skip && error.message.includes(": unstable, "))) throw error;
  }
}

// ---- printing ---------------------------------------------------------------------------------------------------

function notationOf(definition: AnyDefinition): Notation {
  const { inputs, outputs, between = {}, functions = {} } = definition;
  return {
    symbol: (name) => {
      if (name === "bitsPerByte") return "8";
      if (name === "pi") return "\\pi";
      const tex = (inputs[name] ?? outputs[name] ?? between[name])?.tex;
      return tex ?? `\\mathrm{${name}}`;
    },
    call: (name) => (Object.hasOwn(BUILT_IN, name) ? "" : functions[name].tex),
  };
}

function latex(w: Workings, symbol?: string): string {
  const line = (target: string, mark: string): string => {
    const equation = w.program.equations.get(target);
    if (equation === undefined) {
      pickNames(w.definition.id, "symbol", [target], [...w.program.equations.keys()]);
      return "";
    }
    return `${w.notation.symbol(target)} ${mark}= ${latexOf(equation.tree, w.notation)}`;
  };
  if (symbol !== undefined) return line(symbol, "");
  const lines = [...w.program.equations.keys()].map((target) => line(target, "&"));
  return `\\begin{aligned}\n${lines.join(" \\\\\n")}\n\\end{aligned}`;
}

function unitOf(dimension: DimensionText): string {
  return unitText(readDimension("symbols", dimension));
}

function symbolRows(definition: AnyDefinition): readonly SymbolRow[] {
  const { inputs, outputs, between = {} } = definition;
  const rows: SymbolRow[] = Object.entries(inputs).map(([name, input]) => {
    const number = isNumberInput(input) ? input : null;
    const choice = input.kind === "choice" ? input.choices.join(", ") : "";
    const fallback = input.default;
    return {
      name,
      tex: input.tex ?? `\\mathrm{${name}}`,
      unit: number !== null ? unitOf(number.dimension) : "unit" in input ? String(input.unit) : "",
      meaning: input.meaning,
      role: "input",
      domain: number !== null ? domainText(number) : choice,
      default: typeof fallback === "number" || typeof fallback === "string" ? fallback : undefined,
    };
  });
  const add = (name: string, s: AnyDefinition["outputs"][string], role: "output" | "between"): void => {
    const unit = "dimension" in s ? unitOf(s.dimension) : "";
    rows.push({ name, tex: s.tex, unit, meaning: s.meaning, role, domain: "", default: undefined });
  };
  for (const [name, symbol] of Object.entries(between)) add(name, symbol as Quantity, "between");
  for (const [name, symbol] of Object.entries(outputs)) add(name, symbol, "output");
  return rows;
}

// ---- derivatives ------------------------------------------------------------------------------------------------

/** Cube root of the rounding unit: the step that balances truncation and rounding of a central difference. */
const STEP = 6.055454452393343e-6;

function derivativeOf(w: Workings, output: string, input: string): Derivative<InputTable> {
  const { id, inputs } = w.definition;
  pickNames(id, "output", [output], w.program.outputs);
  pickNames(id, "parameter", [input], w.names);
  const parameter = inputs[input];
  if (!isNumberInput(parameter) || parameter.integer) {
    throw new DomainError(`${id}: ${input} must be a continuous number to differentiate by`);
  }
  const equation = w.program.equations.get(output);
  if (equation === undefined) throw new UsageError(`${id}: ${output} has no equation`);
  const symbolic = differentiate(equation.tree, input, w.program.equations);
  const head = `\\frac{\\partial ${w.notation.symbol(output)}}{\\partial ${w.notation.symbol(input)}}`;
  if (symbolic === null) {
    return {
      kind: "numeric",
      text: `central difference of ${output} in ${input}`,
      latex: head,
      at: (given) => slope(w, readAll(w, given), output, input, parameter),
    };
  }
  const source = pointSource(w.program, [], [symbolic.expression]);
  const compiled = build<PointFunction>(source, w.program);
  return {
    kind: "symbolic",
    text: symbolic.tree.toString(),
    latex: `${head} = ${latexOf(symbolic.tree, w.notation)}`,
    at: (given) => {
      const values = readAll(w, given);
      const out = new Float64Array(2);
      const code = compiled(out, ...values);
      if (code !== 0) {
        const { reason } = refusal(w, code - 1, out[0], out[1]);
        throw new DomainError(`${id}: ${comma(reason)}`);
      }
      // At an edge of the domain the expression may be 0/0 where the slope itself exists.
      return Number.isFinite(out[0]) ? out[0] : slope(w, values, output, input, parameter);
    },
  };
}

/** Central difference, one-sided where a neighbour lies outside the domain. */
function slope(w: Workings, values: Values, output: string, input: string, parameter: NumberInput): number {
  const { id } = w.definition;
  const index = w.names.indexOf(input);
  const x = values[index] as number;
  const h = STEP * Math.max(Math.abs(x), Number.MIN_VALUE / STEP) || STEP;
  const at = (shifted: number): { readonly x: number; readonly y: number } | null => {
    try {
      readParameter(id, input, shifted, parameter);
      const answer = answerOf(
        w,
        values.map((v, i) => (i === index ? shifted : v)),
      );
      return answer.stable ? { x: shifted, y: answer.outputs[output] } : null;
    } catch (error) {
      if (error instanceof DomainError) return null;
      throw error;
    }
  };
  const here = answerOf(w, values);
  if (!here.stable) throw new DomainError(`${id}: ${comma(here.reason)}`);
  const middle = { x, y: here.outputs[output] };
  const right = at(x + h) ?? middle;
  const left = at(x - h) ?? middle;
  if (right.x === left.x) throw new DomainError(`${id}: ${output} has no slope at ${input} ${show(x)}`);
  return (right.y - left.y) / (right.x - left.x);
}

function sensitivityOf(
  w: Workings,
  given: Given,
): Readonly<Record<string, Readonly<Record<string, number | null>>>> {
  const values = readAll(w, given);
  const answer = answerOf(w, values);
  if (!answer.stable) throw new DomainError(`${w.definition.id}: ${comma(answer.reason)}`);
  const continuous = w.names.filter((name) => {
    const input = w.definition.inputs[name];
    return isNumberInput(input) && !input.integer;
  });
  const result: Record<string, Record<string, number | null>> = {};
  for (const output of w.program.outputs) {
    const y = answer.outputs[output];
    result[output] = {};
    for (const input of continuous) {
      const x = values[w.names.indexOf(input)] as number;
      const value = y === 0 ? null : (x / y) * derivativeOf(w, output, input).at(given as never);
      result[output][input] = value !== null && Number.isFinite(value) ? value : null;
    }
  }
  return result;
}
