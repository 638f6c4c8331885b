/** `protolab model NAME --set key=value`: a closed form at a point, or over a grid. */
import { DomainError, refuseUnknown, show, UsageError } from "../../lib/core/errors.ts";
import { disk } from "../../lib/core/machines.ts";
import type { AnyModel, ModelInput, NumberInput } from "../../lib/core/model.ts";
import { readParameter } from "../../lib/core/parameters.ts";
import { logspace, parseQuantity } from "../../lib/core/units.ts";
import { modelNamed } from "../../lib/models/index.ts";
import { equationLines } from "./models.ts";
import { readSettings } from "./settings.ts";
import type { Terminal } from "./terminal.ts";
import { columns, significant, valueText } from "./text-table.ts";

/** More rows than this are for a study, not for a screen. */
const MAX_ROWS = 100_000;

/** Evaluates a model and prints its outputs. */
export async function model(
  terminal: Terminal,
  name: string,
  options: { readonly set: readonly string[]; readonly grid: readonly string[]; readonly json?: boolean },
): Promise<number> {
  const chosen = modelNamed(name);
  const where = chosen.id;
  const texts = readSettings(where, "--set", options.set);
  const ranges = readSettings(where, "--grid", options.grid);
  refuseUnknown(
    where,
    "parameter",
    [...Object.keys(texts), ...Object.keys(ranges)],
    Object.keys(chosen.inputs),
  );
  const twice = Object.keys(ranges).find((key) => Object.hasOwn(texts, key));
  if (twice !== undefined) throw new UsageError(`${where}: ${twice} must be set or a grid, got both`);
  const given: Record<string, unknown> = {};
  for (const [key, text] of Object.entries(texts))
    given[key] = readInput(where, key, text, chosen.inputs[key]);
  const axes = Object.entries(ranges).map(([key, text]) => readRange(where, key, text, chosen.inputs[key]));
  if (axes.length === 0) printPoint(terminal, chosen, given, options.json ?? false);
  else printGrid(terminal, chosen, given, axes, options.json ?? false);
  return 0;
}

/** A text of the command line as what the model's input takes. */
function readInput(where: string, key: string, text: string, input: ModelInput): unknown {
  if (input.kind === "choice") return text;
  if (input.kind !== "structured") return readParameter(where, key, text, input as NumberInput, true);
  const { type } = input as { readonly type: string };
  if (/^[[{"]|^null$/.test(text)) return parseJson(where, key, text);
  if (type === "links")
    return text.split(",").map((rtt) => linkOf(parseQuantity(`${where}: ${key}`, rtt, "time")));
  if (type === "distributions") return partsOf(text);
  return type === "disk" ? disk.fsync(text) : text;
}

/** Splits at commas that stand in no parentheses: `10 ms, lognormal(p50=1 ms, p99=6 ms)` has two parts. */
function partsOf(text: string): string[] {
  return (text.match(/(?:\([^)]*\)|[^,(])+/g) ?? []).map((part) => part.trim());
}

/** A link by its round-trip time, the same both ways. */
function linkOf(rtt: number): { readonly out: number; readonly back: number } {
  return { out: rtt / 2, back: rtt / 2 };
}

function parseJson(where: string, key: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`${where}: ${key} must be JSON where it begins like JSON, got ${show(text)}`);
  }
}

interface Axis {
  readonly key: string;
  readonly values: readonly number[];
}

/** Values with equal differences, ends included; unlike a rate, an input may begin at 0. */
function evenly(from: number, to: number, count: number): number[] {
  if (count === 1) return [from];
  return Array.from({ length: count }, (_, i) =>
    Number((from + ((to - from) * i) / (count - 1)).toPrecision(12)),
  );
}

/** `from:to:count` with equal differences, `from:to:countlog` with equal ratios. */
function readRange(where: string, key: string, text: string, input: ModelInput): Axis {
  const match = /^(.+):(.+):(\d+)(log)?$/.exec(text);
  if (match === null)
    throw new UsageError(
      `${where}: --grid ${key} must be from:to:count or from:to:countlog, got ${show(text)}`,
    );
  if (input.kind === "choice" || input.kind === "structured")
    throw new UsageError(`${where}: --grid ${key} must be a number, got a ${input.kind} input`);
  const [, first, last, count, log] = match;
  const [from, to] = [first, last].map(
    (end) => readParameter(where, key, end, input as NumberInput, true) as number,
  );
  if (Number(count) < 1)
    throw new DomainError(`${where}: --grid ${key} must have a count >= 1, got ${count}`);
  if (from > to) throw new DomainError(`${where}: --grid ${key} from ${from} must be <= to ${to}`);
  if (log !== undefined && from <= 0)
    throw new DomainError(`${where}: --grid ${key} must begin above 0 to be logarithmic, got ${from}`);
  const values = log === undefined ? evenly(from, to, Number(count)) : logspace(from, to, Number(count));
  if ((input as NumberInput).integer && values.some((value) => !Number.isInteger(value)))
    throw new DomainError(`${where}: --grid ${key} must give integers, got ${show(values)}`);
  return { key, values };
}

function shownInputs(
  chosen: AnyModel,
  given: Readonly<Record<string, unknown>>,
): [string, unknown, string, boolean][] {
  return chosen
    .symbols()
    .filter((symbol) => symbol.role === "input")
    .map(({ name, unit, default: fallback }) => {
      const set = Object.hasOwn(given, name);
      return [name, set ? given[name] : (fallback ?? null), unit, set];
    });
}

function unitsOf(chosen: AnyModel, role: "input" | "output"): ReadonlyMap<string, string> {
  return new Map(
    chosen
      .symbols()
      .filter((s) => s.role === role)
      .map((s) => [s.name, s.unit]),
  );
}

function printPoint(
  terminal: Terminal,
  chosen: AnyModel,
  given: Readonly<Record<string, unknown>>,
  json: boolean,
): void {
  const outputs = chosen(given);
  const units = unitsOf(chosen, "output");
  if (json) {
    const inputs = shownInputs(chosen, given).map(([name, value, unit, set]) => [name, { value, unit, set }]);
    const result = {
      model: chosen.id,
      inputs: Object.fromEntries(inputs),
      outputs: Object.fromEntries(
        Object.entries(outputs).map(([name, value]) => [name, { value, unit: units.get(name) }]),
      ),
      equations: chosen.equations,
    };
    terminal.out(`${JSON.stringify(result, null, 2)}\n`);
    return;
  }
  const inputRows = shownInputs(chosen, given).map(([name, value, unit, set]) => [
    `  ${name}`,
    inputText(value, unit),
    set ? "" : "(default)",
  ]);
  const outputRows = Object.entries(outputs).map(([name, value]) => [
    `  ${name}`,
    quantityText(value, units.get(name) ?? ""),
    chosen.outputs[name].meaning,
  ]);
  const lines = [
    `${chosen.id}: ${chosen.title}`,
    ...columns(inputRows),
    "equations",
    ...equationLines(chosen, "  "),
    "outputs",
    ...columns(outputRows),
  ];
  terminal.out(`${lines.join("\n")}\n`);
}

const READABLE = { s: "time", B: "size", "bit/s": "bandwidth", "1/s": "rate", "s/B": "timePerByte" } as const;

/** A number with a unit that suits it; units that have no prefixes of ours stay as they are. */
function quantityText(value: number, unit: string): string {
  if (Object.hasOwn(READABLE, unit)) return valueText(value, READABLE[unit as keyof typeof READABLE]);
  return unit === "1" || unit === "" ? significant(value, 6) : `${significant(value, 6)} ${unit}`;
}

function inputText(value: unknown, unit: string): string {
  if (typeof value === "number") return quantityText(value, unit);
  return typeof value === "string" ? value : JSON.stringify(value);
}

function printGrid(
  terminal: Terminal,
  chosen: AnyModel,
  given: Readonly<Record<string, unknown>>,
  axes: readonly Axis[],
  json: boolean,
): void {
  const size = axes.reduce((product, axis) => product * axis.values.length, 1);
  if (size > MAX_ROWS) throw new DomainError(`${chosen.id}: grid must be <= ${MAX_ROWS} points, got ${size}`);
  let points: Record<string, number>[] = [{}];
  for (const { key, values } of axes)
    points = points.flatMap((point) => values.map((value) => ({ ...point, [key]: value })));
  const rows = points.map((point) => ({ point, answer: chosen.evaluate({ ...given, ...point }) }));
  const names = Object.keys(chosen.outputs);
  const units = {
    ...Object.fromEntries(unitsOf(chosen, "input")),
    ...Object.fromEntries(unitsOf(chosen, "output")),
  };
  if (json) {
    const list = rows.map(({ point, answer }) =>
      answer.stable
        ? { point, outputs: answer.outputs, stable: true, reason: null }
        : { point, outputs: null, stable: false, reason: answer.reason },
    );
    terminal.out(`${JSON.stringify({ model: chosen.id, units, rows: list }, null, 2)}\n`);
    return;
  }
  const keys = axes.map((axis) => axis.key);
  const head = [...keys, ...names];
  const body = rows.map(({ point, answer }) => [
    ...keys.map((key) => quantityText(point[key], units[key])),
    ...names.map((name) => (answer.stable ? quantityText(answer.outputs[name], units[name]) : "unstable")),
  ]);
  const reasons = rows.flatMap(({ answer }) => (answer.stable ? [] : [answer.reason]));
  terminal.out(`${[...columns([head, ...body]), ...new Set(reasons)].join("\n")}\n`);
}
