/** Plain text for people: columns that line up, paragraphs that fit the screen, numbers with their interval. */
import { type Dimension, formatQuantity, SI_UNIT } from "../../lib/core/units.ts";

/**
 * Rows as lines with aligned columns, two spaces apart.
 *
 * @param right indices of columns that are set to the right
 */
export function columns(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, width(cell));
    });
  }
  return rows.map((row) =>
    row
      .map((cell, i) => {
        const space = " ".repeat(widths[i] - width(cell));
        return right.includes(i) ? space + cell : cell + space;
      })
      .join("  ")
      .trimEnd(),
  );
}

/** Characters on the screen; combining marks take no room. */
function width(text: string): number {
  return [...text.replace(/\p{M}/gu, "")].length;
}

/** A label and a text wrapped beside it. */
export function paragraph(label: string, text: string, indent: number, screen: number): string[] {
  const room = Math.max(30, screen - indent);
  const lines: string[] = [];
  for (const part of text.split("\n")) lines.push(...wrap(part, room));
  return lines.map((line, i) => (i === 0 ? label : "").padEnd(indent) + line);
}

function wrap(text: string, room: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter((w) => w !== "")) {
    if (line !== "" && width(line) + 1 + width(word) > room) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines;
}

/** A value with a unit that suits it, as a user could write it after `--set`. */
export function valueText(value: number | boolean | string, dimension: Dimension | undefined): string {
  if (typeof value !== "number" || dimension === undefined) return String(value);
  if (value === 0) return dimension === "one" ? "0" : `0 ${SI_UNIT[dimension]}`;
  return formatQuantity(value, dimension);
}

/** Significant digits enough to show a number beside its uncertainty. */
export function significant(value: number, digits: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const text = Number(value.toPrecision(digits));
  const size = Math.abs(text);
  return size >= 1e6 || size < 1e-4 ? text.toExponential() : String(text);
}
