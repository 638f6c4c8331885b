/** Results as tables: aligned text for a console, HTML for a notebook or a report, plain objects for programs. */
import { inspect } from "node:util";
import { escapeHtml } from "../charts/html.ts";
import type { Dimension } from "../core/units.ts";

/** A column with its heading; text is set left, numbers right. */
export interface TableColumn {
  readonly heading: string;
  readonly align?: "left" | "right";
}

/** The same key as in Deno's and our kernel: a value that has it is shown richly in a notebook. */
const RICH_DISPLAY = Symbol.for("Jupyter.display");

/** Rows that a console and a notebook show as their table; to programs they are the array they were. */
export function shownAs<Row>(rows: Row[], table: () => TextTable): Row[] {
  const text = (): string => table().toString();
  return Object.defineProperties(rows, {
    [inspect.custom]: { value: text },
    [RICH_DISPLAY]: { value: () => ({ "text/html": table().html(), "text/plain": text() }) },
  });
}

/** A printed table. Text and HTML show rounded numbers; `toJSON` gives them in full, in SI, with stable names. */
export class TextTable {
  readonly columns: readonly TableColumn[];
  readonly cells: readonly (readonly string[])[];
  /** Lines below the table. */
  readonly notes: readonly string[];
  private readonly records: readonly object[];

  constructor(
    columns: readonly TableColumn[],
    cells: readonly (readonly string[])[],
    records: readonly object[],
    notes: readonly string[] = [],
  ) {
    this.columns = columns;
    this.cells = cells;
    this.records = records;
    this.notes = notes;
  }

  /** Aligned text, one line a row. */
  toString(): string {
    const { columns, cells } = this;
    const widths = columns.map((column, i) =>
      Math.max(column.heading.length, ...cells.map((row) => [...row[i]].length)),
    );
    const pad = (text: string, i: number): string => {
      const space = " ".repeat(widths[i] - [...text].length);
      return columns[i].align === "left" ? text + space : space + text;
    };
    const line = (texts: readonly string[]): string => texts.map(pad).join("  ").trimEnd();
    const rule = widths.map((width) => "-".repeat(width)).join("  ");
    const body = [line(columns.map((column) => column.heading)), rule, ...cells.map(line)];
    return [...body, ...(this.notes.length > 0 ? ["", ...this.notes] : [])].join("\n");
  }

  /** An HTML table. */
  html(): string {
    const cell = (tag: "th" | "td", text: string, i: number): string =>
      `<${tag} style="text-align:${this.columns[i].align ?? "right"}">${escapeHtml(text)}</${tag}>`;
    const row = (tag: "th" | "td", texts: readonly string[]): string =>
      `<tr>${texts.map((text, i) => cell(tag, text, i)).join("")}</tr>`;
    const head = row(
      "th",
      this.columns.map((column) => column.heading),
    );
    const notes = this.notes.map((note) => `<p class="note">${escapeHtml(note)}</p>`).join("\n");
    return `<table class="protolab-table">\n<thead>${head}</thead>\n<tbody>\n${this.cells
      .map((texts) => row("td", texts))
      .join("\n")}\n</tbody>\n</table>${notes === "" ? "" : `\n${notes}`}`;
  }

  /** Full numbers in SI. */
  toJSON(): readonly object[] {
    return this.records;
  }

  /** Prints the table to standard output. */
  print(): void {
    console.log(this.toString());
  }

  [inspect.custom](): string {
    return this.toString();
  }

  [RICH_DISPLAY](): Readonly<Record<string, unknown>> {
    return { "text/html": this.html(), "text/plain": this.toString() };
  }
}

/** Units of a column, each with its size in SI, from large to small. */
const LADDERS: { readonly [D in Dimension]: readonly (readonly [string, number])[] } = {
  time: [
    ["s", 1],
    ["ms", 1e-3],
    ["us", 1e-6],
    ["ns", 1e-9],
  ],
  size: [
    ["GiB", 1024 ** 3],
    ["MiB", 1024 ** 2],
    ["KiB", 1024],
    ["B", 1],
  ],
  bandwidth: [
    ["Gbit/s", 1e9],
    ["Mbit/s", 1e6],
    ["kbit/s", 1e3],
    ["bit/s", 1],
  ],
  rate: [["1/s", 1]],
  timePerByte: [["ns/B", 1e-9]],
  one: [["", 1]],
};

/** One unit for a whole column: the largest in which the middle value is at least 1. */
export interface ColumnUnit {
  readonly unit: string;
  readonly factor: number;
}

/** Chooses the unit of a column from its values. */
export function columnUnit(dimension: Dimension, values: readonly number[]): ColumnUnit {
  const ladder = LADDERS[dimension];
  const sizes = values.map(Math.abs).filter((value) => value > 0);
  sizes.sort((a, b) => a - b);
  const middle = sizes[Math.floor(sizes.length / 2)] ?? 0;
  const [unit, factor] = ladder.find(([, size]) => middle >= size) ?? ladder[ladder.length - 1];
  return { unit, factor };
}

/** A heading with its unit: `rate [1/s]`. */
export function headed(name: string, { unit }: ColumnUnit): string {
  return unit === "" ? name : `${name} [${unit}]`;
}

/** A number with so many significant digits, in plain notation where that is short. */
export function digits(value: number, significant = 4): string {
  const text = Number(value.toPrecision(significant)).toString();
  return text.includes("e") ? value.toExponential(significant - 1) : text;
}

/** An estimate and its half-width to the digits that the half-width carries: `12.34 ± 0.56`. */
export function plusMinus(mean: number, halfWidth: number, { factor }: ColumnUnit): string {
  const [value, half] = [mean / factor, halfWidth / factor];
  // Equal values but for rounding: a saturated port is busy for exactly all of the time.
  if (half <= 1e-9 * Math.abs(value)) return `${digits(value, 5)} ± 0`;
  // Two digits of the half-width, but no more than six of the value.
  const least = 5 - Math.floor(Math.log10(Math.max(Math.abs(value), half)));
  const place = Math.min(12, Math.max(0, Math.min(1 - Math.floor(Math.log10(half)), least)));
  const shown = half.toFixed(place);
  return `${value.toFixed(place)} ± ${Number(shown) === 0 ? digits(half, 1) : shown}`;
}

/** A share as a signed percentage: `+1.2 %`. */
export function signedPercent(share: number): string {
  const value = Number((100 * share).toPrecision(3));
  return `${value > 0 ? "+" : ""}${Math.abs(value) >= 1000 ? value.toExponential(1) : value} %`;
}
