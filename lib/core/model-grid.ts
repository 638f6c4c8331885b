/** A model over a grid: columns in, columns out, one generated loop. */
import { DomainError, refuseUnknown, show, UsageError } from "./errors.ts";
import { build } from "./model-code.ts";
import { type GridFunction, gridSource } from "./model-loop.ts";
import {
  answerOf,
  comma,
  type Given,
  missing,
  readInput,
  type Values,
  type Workings,
} from "./model-point.ts";
import { isNumberInput, pickNames } from "./model-program.ts";
import type { AnyModel, ModelTable } from "./model-types.ts";

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

/** The `table` method of a model; loops are generated once for each set of columns and outputs. */
export function tableOf(w: Workings): AnyModel["table"] {
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
    if (stopped < 0)
      throw rowError(w, values, columns, length + stopped) ?? unexplained(id, length + stopped);
    if (Number.isNaN(stopped)) refuseNotFinite(w, values, columns, length, skip);
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
