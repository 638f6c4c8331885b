import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { parquetReadObjects } from "hyparquet";
import { checkColumn, type DataColumn } from "./columns.ts";
import { numberIn, readDataFile } from "./data-file.ts";
import { csvText, jsonText, parquetBytes } from "./table-files.ts";

const folder = mkdtempSync(join(tmpdir(), "protolab-table-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Doubles of all sizes and signs, from a fixed linear congruential generator. */
function doubles(count: number): number[] {
  const words = new Uint32Array(2);
  const view = new Float64Array(words.buffer);
  let state = 12345;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state;
  };
  const list: number[] = [];
  while (list.length < count) {
    words[0] = next();
    words[1] = next();
    if (Number.isFinite(view[0])) list.push(view[0]);
  }
  return list;
}

const EDGES = [
  0,
  -0,
  5e-324,
  -5e-324,
  1.7976931348623157e308,
  2 ** 53 - 1,
  -(2 ** 53 - 1),
  0.1,
  1 / 3,
  1e21,
  1e-7,
];
const numbers = [...EDGES, ...doubles(10_000)];
const column = (name: string, type: DataColumn["type"], values: DataColumn["values"]): DataColumn => ({
  name,
  type,
  unit: "",
  meaning: "",
  values,
});
const texts = ["", "a,b", 'say "hi"', "two\nlines", "Größe µs", null];
const columns = [
  column("number", "number", numbers),
  // Few values, many times: what a dictionary would be made of.
  column(
    "sign",
    "number",
    numbers.map((_, i) => (i % 2 === 0 ? 0 : -0)),
  ),
  column(
    "gaps",
    "number",
    numbers.map((value, i) => (i % 3 === 0 ? null : value)),
  ),
  column(
    "text",
    "text",
    numbers.map((_, i) => texts[i % texts.length]),
  ),
  column(
    "switch",
    "boolean",
    numbers.map((_, i) => (i % 5 === 0 ? null : i % 2 === 0)),
  ),
];

const sameBits = (a: unknown, b: unknown): boolean => Object.is(a, b);

test("numbers come back from CSV bit for bit", () => {
  const path = join(folder, "rows.csv");
  const plain = columns.filter(({ name }) => name !== "text");
  writeFileSync(path, csvText(plain));
  const table = readDataFile(path);
  assert.deepEqual(table.columns, ["number", "sign", "gaps", "switch"]);
  assert.equal(table.rows.length, numbers.length);
  for (const [i, { cells }] of table.rows.entries()) {
    assert.ok(sameBits(numberIn(cells[0]), numbers[i]), `${numbers[i]} came back as ${cells[0]}`);
    assert.ok(sameBits(numberIn(cells[2]) ?? null, columns[2].values[i]));
  }
});

test("texts are quoted by RFC 4180, and null is not an empty text", () => {
  const text = csvText([column("t", "text", texts), column("n", "number", [1, 2, 3, 4, 5, 6])]);
  assert.equal(text, 't,n\r\n"",1\r\n"a,b",2\r\n"say ""hi""",3\r\n"two\nlines",4\r\nGröße µs,5\r\n,6\r\n');
});

test("Parquet has the same columns and gives every value back bit for bit", async () => {
  const bytes = await parquetBytes(columns);
  assert.deepEqual(await parquetBytes(columns), bytes, "the same table gives the same bytes");
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const rows = (await parquetReadObjects({ file })) as Record<string, unknown>[];
  assert.equal(rows.length, numbers.length);
  assert.deepEqual(Object.keys(rows[0]), ["number", "sign", "gaps", "text", "switch"]);
  for (const [i, row] of rows.entries()) {
    for (const { name, values } of columns)
      assert.ok(
        sameBits(row[name] ?? null, values[i]),
        `${name} ${i}: ${values[i]} came back as ${row[name]}`,
      );
  }
});

test("numbers come back from JSON bit for bit, and no other value is let in", () => {
  const back = JSON.parse(jsonText({ list: numbers, text: "-0", none: null })) as {
    list: number[];
    text: string;
  };
  assert.ok(back.list.every((value, i) => sameBits(value, numbers[i])));
  assert.equal(back.text, "-0");
  assert.throws(() => jsonText({ a: [1, Number.NaN] }), {
    name: "DomainError",
    message: "export: 1 must be finite, got NaN",
  });
});

test("NaN and infinities are refused in result columns", () => {
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    assert.throws(() => checkColumn(column("x", "number", [1, bad])), {
      name: "DomainError",
      message: `export: column x must be a finite number or null at row 1, got ${bad}`,
    });
  }
  assert.throws(() => checkColumn(column("x", "text", [1])), {
    message: "export: column x must be a string or null at row 0, got 1",
  });
});
