/**
 * Axes: SI values in, a readable unit, range and ticks out.
 *
 * The unit is chosen once for an axis (0.012 s is drawn as 12 ms) and stands in its title: `commit latency [ms]`.
 */
import type { LayoutAxis } from "plotly.js";
import { DomainError, refuseUnknown, show, UsageError } from "../core/errors.ts";
import { type Dimension, parseQuantity, SI_UNIT } from "../core/units.ts";
import { INK } from "./palette.ts";
import { escapeText, textWidth } from "./text.ts";

/** What an axis shows. Values are in SI: seconds, bytes, bits per second, per second. */
export interface AxisInput {
  /** The quantity in words: `commit latency`. */
  readonly name: string;
  /** Which units it may have; `one` (a plain number) unless given. */
  readonly dimension?: Dimension;
  /** The unit to show, instead of the one chosen from the values. */
  readonly unit?: string;
  readonly scale?: "linear" | "log";
  /** Ends of the axis in SI, instead of those chosen from the values. */
  readonly range?: readonly [number, number];
}

/** A tick: where (in the unit shown) and what it says. */
export interface Tick {
  readonly at: number;
  readonly text: string;
}

/** An axis ready to draw. `factor` is the SI size of one unit. */
export interface Axis {
  readonly name: string;
  readonly unit: string;
  readonly title: string;
  readonly log: boolean;
  readonly factor: number;
  /** Ends in the unit shown (not logarithms). */
  readonly range: readonly [number, number];
  readonly ticks: readonly Tick[];
  readonly minor: readonly number[];
  /** Ticks are fixed (log axes, few integers); elsewhere plotly chooses them anew on each zoom. */
  readonly fixedTicks: boolean;
}

const KEYS = ["name", "dimension", "unit", "scale", "range"];

/** Units by dimension, each with the least SI value from which it is used. */
const LADDERS: { readonly [D in Dimension]: readonly (readonly [string, number])[] } = {
  time: [
    ["d", 864_000],
    ["h", 36_000],
    ["min", 6000],
    ["s", 1],
    ["ms", 1e-3],
    ["µs", 1e-6],
    ["ns", 0],
  ],
  size: [
    ["TB", 1e12],
    ["GB", 1e9],
    ["MB", 1e6],
    ["kB", 1e3],
    ["B", 0],
  ],
  bandwidth: [
    ["Tbit/s", 1e12],
    ["Gbit/s", 1e9],
    ["Mbit/s", 1e6],
    ["kbit/s", 1e3],
    ["bit/s", 0],
  ],
  rate: [["1/s", 0]],
  timePerByte: [
    ["s/B", 1],
    ["ms/B", 1e-3],
    ["us/B", 1e-6],
    ["ns/B", 0],
  ],
  one: [["", 0]],
};

const BINARY_SIZES: readonly (readonly [string, number])[] = [
  ["TiB", 1024 ** 4],
  ["GiB", 1024 ** 3],
  ["MiB", 1024 ** 2],
  ["KiB", 1024],
  ["B", 0],
];

/** Sizes are binary when every one that could be is a whole number of KiB, else decimal. */
function ladderOf(dimension: Dimension, values: readonly number[]): readonly (readonly [string, number])[] {
  if (dimension !== "size") return LADDERS[dimension];
  const large = values.filter((v) => v >= 1000);
  return large.length > 0 && large.every((v) => v % 1024 === 0) ? BINARY_SIZES : LADDERS.size;
}

/**
 * The unit in which values are best read: that of the largest value on a linear axis, of the geometric middle on a
 * logarithmic one.
 */
export function chooseUnit(
  values: readonly number[],
  dimension: Dimension,
  scale: "linear" | "log" = "linear",
): string {
  const sizes = values.map(Math.abs).filter((v) => v > 0);
  if (sizes.length === 0) return LADDERS[dimension].find(([, least]) => least <= 1)?.[0] ?? "";
  const [low, high] = extent(sizes);
  const typical = (scale === "log" ? Math.sqrt(low) * Math.sqrt(high) : high) * (1 + 1e-9);
  const ladder = ladderOf(dimension, sizes);
  return (ladder.find(([, least]) => typical >= least) ?? ladder[ladder.length - 1])[0];
}

/** Least and greatest of a list that is not empty. */
export function extent(values: readonly number[]): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const v of values) {
    if (v < low) low = v;
    if (v > high) high = v;
  }
  return [low, high];
}

/** The SI size of a unit of a dimension. */
export function unitFactor(where: string, unit: string, dimension: Dimension): number {
  if (unit === "" || unit === SI_UNIT[dimension]) return 1;
  return parseQuantity(`${where}: unit`, `1 ${unit}`, dimension);
}

/**
 * Makes an axis for values in SI.
 *
 * @param where builder and axis, first words of any error
 * @param values everything the axis must show, finite
 * @throws DomainError for an empty name or range, and for values <= 0 on a log axis; UsageError for unknown keys
 */
export function makeAxis(
  where: string,
  input: AxisInput,
  values: readonly number[],
  options: { fromZero?: boolean; pad?: number } = {},
): Axis {
  checkAxisInput(where, input);
  const dimension = input.dimension ?? "one";
  const log = input.scale === "log";
  for (const value of [...values, ...(input.range ?? [])]) {
    if (log && !(value > 0))
      throw new DomainError(`${where}: ${input.name} must be > 0 on a log axis, got ${show(value)}`);
  }
  const unit = input.unit ?? chooseUnit(values, dimension, log ? "log" : "linear");
  const factor = unitFactor(where, unit, dimension);
  const shown = values.map((v) => v / factor);
  const range = input.range
    ? ([input.range[0] / factor, input.range[1] / factor] as const)
    : log
      ? logRange(shown, options.pad ?? 0.04)
      : linearRange(shown, options.pad ?? 0.04, options.fromZero ?? false);
  const few = fewIntegers(shown);
  const places = log ? logTicks(range) : (few ?? linearTicks(range));
  return {
    name: input.name,
    unit,
    factor,
    log,
    range,
    title: unit === "" ? input.name : `${input.name} [${unit}]`,
    ticks: places.map((at, _, all) => ({ at, text: tickText(at, all) })),
    minor: log ? logMinor(range) : [],
    fixedTicks: log || few !== undefined,
  };
}

/** The axis with ticks at given places (in the unit shown), each with a text. */
export function withTicks(axis: Axis, ticks: readonly Tick[]): Axis {
  return { ...axis, ticks, minor: [], fixedTicks: true };
}

/** Pixels between two texts that are read apart. */
const APART = 8;

/**
 * A horizontal axis of so many pixels, on which no two texts of fixed ticks run into one another: the rounder ones stay.
 */
export function withRoom(axis: Axis, pixels: number, size = 12): Axis {
  if (!axis.fixedTicks) return axis;
  const kept: { at: number; half: number }[] = [];
  const rounder = [...axis.ticks].sort((a, b) => digitsOf(a.at) - digitsOf(b.at) || a.at - b.at);
  const stay = new Set<Tick>();
  for (const tick of rounder) {
    const at = fractionAt(axis, tick.at) * pixels;
    const half = textWidth(tick.text, size) / 2;
    if (kept.some((other) => Math.abs(other.at - at) < half + other.half + APART)) continue;
    kept.push({ at, half });
    stay.add(tick);
  }
  return { ...axis, ticks: axis.ticks.map((tick) => (stay.has(tick) ? tick : { ...tick, text: "" })) };
}

/** How round a number is: its leading digits, 1 before 5 before all others. */
function digitsOf(value: number): number {
  const digits = Number(value.toExponential().split("e")[0]);
  return digits === 1 ? 0 : digits === 5 ? 1 : digits;
}

function checkAxisInput(where: string, input: AxisInput): void {
  if (input === null || typeof input !== "object")
    throw new DomainError(`${where}: axis must be { name, dimension, ... }, got ${show(input)}`);
  refuseUnknown(where, "axis option", Object.keys(input), KEYS);
  if (typeof input.name !== "string" || input.name.trim() === "")
    throw new DomainError(`${where}: name must be the quantity in words, got ${show(input.name)}`);
  if (input.scale !== undefined && input.scale !== "linear" && input.scale !== "log")
    throw new UsageError(`${where}: scale must be linear or log, got ${show(input.scale)}`);
  if (input.dimension !== undefined && !Object.hasOwn(LADDERS, input.dimension))
    throw new UsageError(
      `${where}: dimension must be one of ${Object.keys(LADDERS).join(", ")}, got ${show(input.dimension)}`,
    );
  if (input.range !== undefined) {
    const [low, high] = input.range;
    if (!Number.isFinite(low) || !Number.isFinite(high) || !(low < high))
      throw new DomainError(
        `${where}: range must be two finite numbers, low < high, got ${show(input.range)}`,
      );
  }
}

function logRange(values: readonly number[], pad: number): [number, number] {
  const [low, high] = values.length === 0 ? [1, 10] : extent(values);
  const span = Math.max(Math.log10(high / low), 0.2);
  const room = 10 ** (span * pad + (high / low < 1.5 ? 0.15 : 0));
  return [low / room, high * room];
}

function linearRange(values: readonly number[], pad: number, fromZero: boolean): [number, number] {
  let [low, high] = values.length === 0 ? [0, 1] : extent(values);
  const zero = fromZero && low >= 0;
  if (zero) low = 0;
  if (low === high) {
    const room = low === 0 ? 1 : Math.abs(low) * 0.2;
    return zero ? [0, high === 0 ? 1 : high * 1.2] : [low - room, high + room];
  }
  const room = (high - low) * pad;
  return [zero ? 0 : low - room, high + room];
}

/** Distinct values where an axis has only a few whole numbers, such as node counts. */
function fewIntegers(values: readonly number[]): number[] | undefined {
  const distinct = [...new Set(values)].sort((a, b) => a - b);
  if (distinct.length < 2 || distinct.length > 9 || !distinct.every(Number.isInteger)) return undefined;
  const span = distinct[distinct.length - 1] - distinct[0];
  return distinct.slice(1).every((v, i) => v - distinct[i] >= span / 18) ? distinct : undefined;
}

/** Round numbers inside a range, at most so many: steps of 1, 2 or 5, as plotly chooses them. */
export function linearTicks([low, high]: readonly [number, number], most = 8): number[] {
  const raw = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5].find((m) => m * power >= raw) ?? 10);
  const ticks: number[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++)
    ticks.push(Number((i * step).toPrecision(12)));
  return ticks;
}

/** Labelled places of a log axis: decades when there are many, more digits between them when there are few. */
export function logTicks(range: readonly [number, number]): number[] {
  const decades = Math.log10(range[1] / range[0]);
  if (decades < 0.35) return linearTicks(range, 5).filter((v) => v > 0);
  const digits = decades > 2.3 ? [1] : decades > 1 ? [1, 2, 5] : [1, 1.5, 2, 3, 4, 5, 7];
  const every = Math.max(1, Math.ceil(decades / 9));
  return logPlaces(range, digits, every);
}

function logMinor(range: readonly [number, number]): number[] {
  const decades = Math.log10(range[1] / range[0]);
  if (decades < 0.35) return [];
  return decades > 9 ? logPlaces(range, [1], 1) : logPlaces(range, [1, 2, 3, 4, 5, 6, 7, 8, 9], 1);
}

function logPlaces(
  [low, high]: readonly [number, number],
  digits: readonly number[],
  every: number,
): number[] {
  const places: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
    if (power % every !== 0) continue;
    for (const digit of digits) {
      const at = Number(`${digit}e${power}`);
      if (at >= low * (1 - 1e-9) && at <= high * (1 + 1e-9)) places.push(at);
    }
  }
  return places;
}

const PREFIXES: readonly (readonly [string, number])[] = [
  ["T", 1e12],
  ["G", 1e9],
  ["M", 1e6],
  ["k", 1e3],
];

const SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** A number as a tick says it; an axis that reaches 100,000 says 1k, 10k, 100k throughout. */
export function tickText(value: number, all: readonly number[] = [value]): string {
  const size = Math.abs(value);
  const largest = all.length === 0 ? 0 : Math.max(...extent(all).map(Math.abs));
  const sign = value < 0 ? "−" : "";
  if (size === 0) return "0";
  if (size < 1e-4 || size >= 1e13) {
    const power = Math.floor(Math.log10(size) + 1e-9);
    const digits = Number((size / 10 ** power).toPrecision(3));
    const raised = [...String(power)].map((c) => (c === "-" ? "⁻" : SUPERSCRIPT[Number(c)])).join("");
    return `${sign}${digits === 1 ? "" : `${digits}×`}10${raised}`;
  }
  if (largest >= 1e5 && size >= 1000) {
    const [letter, unit] = PREFIXES.find(([, least]) => size >= least) ?? PREFIXES[PREFIXES.length - 1];
    return `${sign}${Number((size / unit).toPrecision(6))}${letter}`;
  }
  const [whole, fraction] = String(Number(size.toPrecision(6))).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return `${sign}${grouped}${fraction === undefined ? "" : `.${fraction}`}`;
}

/** A number cut to what a reader needs: three digits, or all of them from 1,000 to 100,000. */
export function shortened(value: number): number {
  const size = Math.abs(value);
  return size >= 1000 && size < 1e5 ? Math.round(value) : Number(value.toPrecision(3));
}

/** A value of an axis with its unit: for hovering and labels. */
export function valueText(axis: Axis, si: number): string {
  if (!Number.isFinite(si)) return si > 0 ? "∞" : "−∞";
  const text = tickText(shortened(si / axis.factor));
  return axis.unit === "" ? text : `${text} ${axis.unit}`;
}

/** Width in pixels of the widest tick text. */
export function tickWidth(axis: Axis, size: number): number {
  return Math.max(0, ...axis.ticks.map((tick) => textWidth(tick.text, size)));
}

/** A place in the coordinates in which plotly wants ranges and annotations: the logarithm on a log axis. */
export function coordinate(axis: Axis, shown: number): number {
  return axis.log ? Math.log10(shown) : shown;
}

/** Where in the range a value lies, 0 to 1. */
export function fractionAt(axis: Axis, shown: number): number {
  const [low, high] = axis.range.map((end) => coordinate(axis, end));
  return (coordinate(axis, shown) - low) / (high - low);
}

/** The axis in plotly's words. */
export function plotlyAxis(
  axis: Axis,
  options: { title?: boolean; labels?: boolean } = {},
): Partial<LayoutAxis> {
  const { title = true, labels = true } = options;
  return {
    type: axis.log ? "log" : "linear",
    range: axis.range.map((end) => coordinate(axis, end)),
    autorange: false,
    ...(title ? { title: { text: escapeText(axis.title), standoff: 10, font: { size: 13 } } } : {}),
    ...(axis.fixedTicks
      ? {
          tickmode: "array",
          tickvals: axis.ticks.map((tick) => tick.at),
          ticktext: axis.ticks.map((tick) => escapeText(tick.text)),
        }
      : { tickmode: "auto", nticks: 8, separatethousands: true, exponentformat: "SI", minexponent: 5 }),
    ...(axis.minor.length > 0
      ? {
          minor: {
            tickmode: "array",
            tickvals: [...axis.minor],
            ticks: "outside",
            ticklen: 3,
            tickcolor: INK.axis,
            showgrid: true,
            gridcolor: INK.minorGrid,
          },
        }
      : {}),
    showticklabels: labels,
    ticks: "outside",
    ticklen: 5,
    tickcolor: INK.axis,
    tickfont: { size: 12 },
    showline: true,
    linecolor: INK.axis,
    linewidth: 1,
    gridcolor: INK.grid,
    zeroline: false,
    automargin: false,
  };
}
