/** Columns as CSV and Parquet, and results as JSON, so that every number comes back bit for bit. */
import type { ColumnSource } from "hyparquet-writer";
import { DomainError, show } from "../core/errors.ts";
import type { CellValue, DataColumn } from "./columns.ts";

function csvField(value: CellValue): string {
  if (value === null) return "";
  // String(-0) is "0".
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value === "boolean") return String(value);
  return value === "" || /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/**
 * A table as CSV by RFC 4180: a header, CRLF, shortest decimal that reads back as the same number, an empty field
 * for null and `""` for an empty text.
 */
export function csvText(columns: readonly DataColumn[]): string {
  const rows = columns[0]?.values.length ?? 0;
  const lines = [columns.map((column) => csvField(column.name)).join(",")];
  for (let row = 0; row < rows; row++)
    lines.push(columns.map((column) => csvField(column.values[row])).join(","));
  return lines.map((line) => `${line}\r\n`).join("");
}

const PARQUET_TYPE = { number: "DOUBLE", text: "STRING", boolean: "BOOLEAN" } as const;

/** A table as Parquet, the same columns under the same names; the same table gives the same bytes. */
export async function parquetBytes(columns: readonly DataColumn[]): Promise<Uint8Array> {
  // Loaded when it is needed: a study that writes no Parquet does not pay for it.
  const { parquetWriteBuffer } = await import("hyparquet-writer");
  const columnData = columns.map(
    (column): ColumnSource => ({
      name: column.name,
      data: [...column.values],
      type: PARQUET_TYPE[column.type],
      nullable: true,
      // A dictionary would hold one zero for both 0 and -0.
      ...(column.type === "number" ? { encoding: "PLAIN" as const } : {}),
    }),
  );
  return new Uint8Array(parquetWriteBuffer({ columnData, createdBy: "protolab" }));
}

const MINUS_ZERO = "\u0000-0\u0000";

/**
 * A value as JSON text, one field a line: −0 stays −0, which `JSON.stringify` makes 0.
 *
 * @throws DomainError for NaN and infinities, which `JSON.stringify` makes null
 */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(
    value,
    (key, item: unknown) => {
      if (typeof item !== "number" || (Number.isFinite(item) && !Object.is(item, -0))) return item;
      if (item === 0) return MINUS_ZERO;
      throw new DomainError(`export: ${key} must be finite, got ${show(item)}`);
    },
    1,
  );
  return `${text.replaceAll(JSON.stringify(MINUS_ZERO), "-0")}\n`;
}
