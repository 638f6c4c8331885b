/**
 * Tables in CSV files, read strictly: a file is what it must be, or a `DataError` says at which line it is not.
 *
 * RFC 4180 with lines beginning with `#` as comments before the header. Lines end with LF or CRLF. No repair and no
 * partial load: a truncated file, a ragged row or a number in another notation stops everything.
 */
import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { DataError, nearest, show } from "../core/errors.ts";
import { projectFile } from "./project-file.ts";

/** One row with the line it stands on. */
export interface DataRow {
  readonly line: number;
  readonly cells: readonly string[];
}

/** A file's comments, header and rows. */
export interface DataTable {
  /** As the caller wrote it: first word of every error. */
  readonly path: string;
  /** Comment lines without `#`. */
  readonly comments: readonly string[];
  readonly columns: readonly string[];
  readonly rows: readonly DataRow[];
}

/**
 * Reads a table.
 *
 * @param required columns that must be there, in any order
 * @throws DataError `path:line: ...` for a missing or empty file, a byte order mark, bytes that are not UTF-8, a last
 * line without an end, a stray carriage return, quotes out of place, missing or repeated columns, rows of another
 * length than the header, and a table without rows
 */
export function readDataFile(path: string, required: readonly string[] = []): DataTable {
  const text = readText(path);
  const lines = text.split("\n");
  const comments: string[] = [];
  for (const line of lines) {
    if (!line.startsWith("#")) break;
    comments.push(line.slice(1).trim());
  }
  const records = parseRecords(path, lines, comments.length);
  const header = records.shift();
  if (header === undefined) throw new DataError(`${path}:${comments.length + 1}: header is missing`);
  checkHeader(path, header, required);
  for (const row of records) {
    if (row.cells.length !== header.cells.length) throw raggedRow(path, row, header.cells.length);
  }
  if (records.length === 0)
    throw new DataError(`${path}:${header.line + 1}: table must have at least 1 row, got none`);
  return { path, comments, columns: header.cells, rows: records };
}

function readText(path: string): string {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(projectFile(path));
  } catch (error) {
    throw new DataError(`${path}: cannot be read (${reasonOf(error)})`);
  }
  if (bytes.length === 0) throw new DataError(`${path}:1: file must not be empty, got 0 bytes`);
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf)
    throw new DataError(`${path}:1: file must begin without a byte order mark, got EF BB BF`);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new DataError(`${path}: file must be UTF-8`);
  }
  const lines = text.split("\n");
  if (lines[lines.length - 1] !== "")
    throw new DataError(
      `${path}:${lines.length}: last line must end with a newline, got ${show(lines[lines.length - 1])} (file cut short?)`,
    );
  const stray = lines.findIndex((line) => line.slice(0, -1).includes("\r"));
  if (stray >= 0) throw new DataError(`${path}:${stray + 1}: carriage return must stand before a newline`);
  return text;
}

/** The reason of a failed file operation, in the system's words: `ENOENT: no such file or directory`. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/, \w+(?: '.*')?$/, "");
}

function parseRecords(path: string, lines: readonly string[], skipped: number): DataRow[] {
  try {
    const parsed = parse(lines.slice(skipped).join("\n"), {
      info: true,
      relax_column_count: true,
      record_delimiter: ["\r\n", "\n"],
    }) as unknown as readonly { readonly record: string[]; readonly info: { readonly lines: number } }[];
    return parsed.map(({ record, info }) => ({ line: info.lines + skipped, cells: record }));
  } catch (error) {
    const { message, lines: line } = error as { message: string; lines?: number };
    throw new DataError(`${path}:${(line ?? 1) + skipped}: ${readably(message)}`);
  }
}

function readably(message: string): string {
  if (message.startsWith("Quote Not Closed")) return "quote must be closed before the end of the file";
  if (message.startsWith("Invalid Closing Quote")) return "quote must end its field";
  return `row cannot be read (${message})`;
}

function checkHeader(path: string, header: DataRow, required: readonly string[]): void {
  const names = header.cells;
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new DataError(`${path}:${header.line}: column ${show(twice)} must occur once, got it twice`);
  for (const name of required) {
    if (names.includes(name)) continue;
    const near = nearest(name, names);
    const hint = near === undefined ? "" : `; did you mean ${show(near)}?`;
    throw new DataError(
      `${path}:${header.line}: column ${show(name)} is missing (columns: ${names.join(", ")}${hint})`,
    );
  }
}

function raggedRow(path: string, row: DataRow, width: number): DataError {
  if (row.cells.length === 1 && row.cells[0] === "")
    return new DataError(`${path}:${row.line}: row must have ${width} fields, got an empty line`);
  const commas = row.cells.length > width ? " (a decimal comma?)" : "";
  return new DataError(
    `${path}:${row.line}: row must have ${width} fields, got ${row.cells.length}${commas}`,
  );
}

/** The text of a cell, not empty. */
export function textCell(table: DataTable, row: DataRow, column: string): string {
  const text = row.cells[table.columns.indexOf(column)];
  if (text === "" || text !== text.trim())
    throw new DataError(
      `${table.path}:${row.line}: column ${show(column)} must be a text, got ${show(text)}`,
    );
  return text;
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** The number in a text with a decimal point, or `undefined` when it is none or overflows. */
export function numberIn(text: string): number | undefined {
  const value = NUMBER.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}

/** The number in a cell, at least `min`. */
export function numberCell(
  table: DataTable,
  row: DataRow,
  column: string,
  min = Number.NEGATIVE_INFINITY,
): number {
  const text = row.cells[table.columns.indexOf(column)];
  const value = numberIn(text);
  if (value !== undefined && value >= min) return value;
  const rule = min === Number.NEGATIVE_INFINITY ? "a number with a decimal point" : `a number >= ${min}`;
  throw new DataError(`${table.path}:${row.line}: column ${show(column)} must be ${rule}, got ${show(text)}`);
}
