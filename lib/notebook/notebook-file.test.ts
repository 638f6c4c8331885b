import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { jsonLines } from "./json-lines.ts";
import {
  asLines,
  joined,
  type Notebook,
  notebookText,
  parseNotebook,
  publishFile,
  readNotebook,
  writeNotebook,
} from "./notebook-file.ts";

const folder = mkdtempSync(join(tmpdir(), "protolab-file-"));
after(() => rmSync(folder, { recursive: true }));

const KERNEL = '"kernelspec": {"name": "protolab", "display_name": "P", "language": "typescript"}';
/** A notebook text with these lines of cells; the metadata stand on line 3, the first cell on line 5. */
const book = (
  cells: string,
  metadata = `{${KERNEL}}`,
  version = '"nbformat": 4, "nbformat_minor": 5',
): string => `{\n ${version},\n "metadata": ${metadata},\n "cells": [\n${cells}\n ]\n}\n`;
const code = (extra = "", id = "a"): string =>
  `{"cell_type": "code", "id": "${id}", "metadata": {}, "source": "1", "outputs": [], "execution_count": null${extra}}`;

/** Each kind of malformed notebook with its whole message. */
const MALFORMED: readonly (readonly [name: string, text: string, message: string])[] = [
  ["empty file", " \n", "n.ipynb:1: must be a notebook (JSON), got an empty file"],
  [
    "cut off",
    '{\n "cells": [\n  {"a":',
    "n.ipynb:3: must be JSON: expected a value, got the end of the file",
  ],
  [
    "missing comma",
    '{\n "a": 1\n "b": 2\n}',
    'n.ipynb:3: must be JSON: expected a comma or }, got "\\"b\\": 2"',
  ],
  ["trailing comma", '{\n "a": 1,\n}', 'n.ipynb:3: must be JSON: expected a name in quotes, got "}"'],
  ["open quote", '{\n "a": "b,\n "c": 1}', 'n.ipynb:2: must be JSON: expected a text, got "\\"b,"'],
  [
    "merge marks",
    '{\n<<<<<<< HEAD\n "a": 1}',
    'n.ipynb:2: must be JSON: expected a name in quotes, got "<<<<<<< HEAD"',
  ],
  ["two values", '{}\n{"a": 1}', 'n.ipynb:2: must be JSON: expected the end of the file, got "{\\"a\\": 1}"'],
  ["a list", "[1]", "n.ipynb:1: the notebook must be an object, got [1]"],
  ["no nbformat", '{\n "cells": []\n}', "n.ipynb:1: nbformat must be 4, got none"],
  [
    "nbformat 3",
    book("", undefined, '"nbformat": 3, "nbformat_minor": 0'),
    "n.ipynb:2: nbformat must be 4, got 3",
  ],
  [
    "nbformat 5",
    book("", undefined, '"nbformat": 5, "nbformat_minor": 0'),
    "n.ipynb:2: nbformat must be 4, got 5",
  ],
  [
    "no minor",
    book("", undefined, '"nbformat": 4'),
    "n.ipynb:1: nbformat_minor must be an integer >= 0, got undefined",
  ],
  [
    "no metadata",
    '{\n "nbformat": 4,\n "nbformat_minor": 5,\n "cells": []\n}',
    "n.ipynb:1: metadata must be an object, got none",
  ],
  [
    "no kernelspec",
    book("", "{}"),
    'n.ipynb:3: metadata.kernelspec must name the kernel ("protolab", language "typescript"), got none',
  ],
  [
    "nameless kernel",
    book("", '{"kernelspec": {"language": "typescript"}}'),
    "n.ipynb:3: metadata.kernelspec.name must be a name, got undefined",
  ],
  [
    "python",
    book("", '{\n  "kernelspec": {\n   "name": "python3",\n   "language": "python"\n  }\n }'),
    'n.ipynb:6: metadata.kernelspec.language must be "typescript", got "python"',
  ],
  [
    "python by language_info",
    book("", '{\n  "kernelspec": {"name": "python3"},\n  "language_info": {"name": "python"}\n }'),
    'n.ipynb:5: metadata.language_info.name must be "typescript", got "python"',
  ],
  [
    "unknown kernel without a language",
    book("", '{"kernelspec": {"name": "mystery"}}'),
    'n.ipynb:3: metadata.kernelspec.language must be "typescript", got none',
  ],
  [
    "cells an object",
    `{\n "nbformat": 4,\n "nbformat_minor": 5,\n "metadata": {${KERNEL}},\n "cells": {}\n}`,
    "n.ipynb:5: cells must be a list, got {}",
  ],
  ["cell a text", book('"x"'), 'n.ipynb:5: cell 1 must be an object, got "x"'],
  [
    "cell type",
    book(`${code()},\n{"cell_type": "heading"}`),
    'n.ipynb:6: cell 2: cell_type must be "code", "markdown" or "raw", got "heading"',
  ],
  [
    "source",
    book(code(', "source": 3').replace('"source": "1", ', "")),
    "n.ipynb:5: cell 1: source must be a text or a list of lines, got 3",
  ],
  [
    "no cell metadata",
    book('{"cell_type": "raw", "id": "a", "source": ""}'),
    "n.ipynb:5: cell 1: metadata must be an object, got none",
  ],
  [
    "tags",
    book('{"cell_type": "raw", "id": "a", "source": "", "metadata": {\n "tags": "x"}}'),
    'n.ipynb:6: cell 1: tags must be a list of texts, got "x"',
  ],
  [
    "id",
    book(code().replace('"a"', '"a b"')),
    'n.ipynb:5: cell 1: id must be 1 to 64 letters, digits, - or _, got "a b"',
  ],
  ["same id", book(`${code()},\n${code()}`), 'n.ipynb:6: cell 2: id must be used once, got "a" again'],
  ["outputs", book(code().replace("[]", "{}")), "n.ipynb:5: cell 1: outputs must be a list, got {}"],
  [
    "count",
    book(code().replace("null", '"1"')),
    'n.ipynb:5: cell 1: execution_count must be an integer or null, got "1"',
  ],
  [
    "output type",
    book(code().replace("[]", '[\n{"output_type": "pyout"}]')),
    'n.ipynb:6: cell 1: output_type must be "stream", "display_data", "execute_result" or "error", got "pyout"',
  ],
  [
    "stream",
    book(code().replace("[]", '[{"output_type": "stream"}]')),
    "n.ipynb:5: cell 1: stream text must be a text or a list of lines, got undefined",
  ],
  [
    "data",
    book(code().replace("[]", '[{"output_type": "display_data"}]')),
    "n.ipynb:5: cell 1: output data must be an object, got none",
  ],
  [
    "traceback",
    book(code().replace("[]", '[{"output_type": "error"}]')),
    "n.ipynb:5: cell 1: traceback must be a list, got undefined",
  ],
];

for (const [name, text, message] of MALFORMED) {
  test(`refuses a malformed notebook: ${name}`, () => {
    assert.throws(() => parseNotebook(text, "n.ipynb"), { name: "DataError", message });
  });
}

test("names what stands in the place of a file", () => {
  const missing = join(folder, "none.ipynb");
  assert.throws(() => readNotebook(missing), {
    name: "DataError",
    message: `${missing}:1: must be a notebook file, got no such file`,
  });
  assert.throws(() => readNotebook(folder), {
    name: "DataError",
    message: `${folder}:1: must be a notebook file, got a folder`,
  });
});

test("reads what other programs write: a byte order mark, old minors without ids, tslab's kernel", () => {
  const old = `\ufeff${book(code().replace('"id": "a", ', ""), '{"kernelspec": {"name": "tslab"}}').replace('minor": 5', 'minor": 2')}`;
  const read = parseNotebook(old, "n.ipynb");
  assert.equal(read.nbformat_minor, 5);
  assert.match(read.cells[0]!.id, /^[0-9a-f]{8}$/);
  assert.equal(parseNotebook(old, "n.ipynb").cells[0]!.id, read.cells[0]!.id, "the same file, the same ids");
});

test("writes keys sorted and texts as lines, and reads back the same", () => {
  const notebook: Notebook = {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: "protolab", language: "typescript" }, own: 1 },
    cells: [
      {
        cell_type: "code",
        id: "a",
        metadata: {},
        source: "let a = 1;\nlet ü = '\u2028';",
        execution_count: 1,
        outputs: [
          { output_type: "stream", name: "stdout", text: "x\ny" },
          {
            output_type: "display_data",
            metadata: {},
            data: { "text/plain": "a\nb", "application/x+json": "a\nb" },
          },
        ],
      },
    ],
  };
  const text = notebookText(notebook);
  assert.ok(text.startsWith('{\n "cells": [\n  {\n   "cell_type": "code",\n   "execution_count": 1,\n'));
  const back = parseNotebook(text, "n.ipynb");
  const cell = back.cells[0]!;
  assert.ok(cell.cell_type === "code");
  assert.deepEqual(cell.source, ["let a = 1;\n", "let ü = '\u2028';"]);
  assert.equal(joined(cell.source), "let a = 1;\nlet ü = '\u2028';");
  assert.deepEqual(cell.outputs[1], {
    output_type: "display_data",
    metadata: {},
    data: { "text/plain": ["a\n", "b"], "application/x+json": "a\nb" },
  });
  assert.equal(back.metadata["own"], 1);
  assert.equal(notebookText(back), text, "a second writing changes nothing");
  assert.deepEqual(asLines("a\n\nb"), ["a\n", "\n", "b"]);
  assert.deepEqual(asLines(""), []);
});

test("a reader of the file never sees a part of it", () => {
  const path = join(folder, "sub", "big.ipynb");
  publishFile(path, "old");
  publishFile(path, "x".repeat(3_000_000));
  assert.equal(readFileSync(path, "utf8").length, 3_000_000);
  assert.deepEqual(readdirSync(join(folder, "sub")), ["big.ipynb"], "no temporary file is left");
  writeFileSync(join(folder, "file"), "kept");
  assert.throws(() => publishFile(join(folder, "file", "x"), "y"), { code: "EEXIST" });
  assert.equal(readFileSync(join(folder, "file"), "utf8"), "kept");
  assert.throws(() => publishFile(join(folder, "sub"), "y"), { code: "EISDIR" });
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.endsWith(".tmp")),
    [],
    "a failed writing leaves nothing",
  );
  writeNotebook(path, {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: "protolab" } },
    cells: [],
  });
  assert.deepEqual(readNotebook(path).cells, []);
});

test("finds the line of every value of a JSON text", () => {
  const { lineOf, mistake } = jsonLines('{\n "a": [1,\n\n  {"b": "x"}],\n "c": null}');
  assert.equal(mistake, undefined);
  assert.deepEqual(
    [[], ["a"], ["a", 0], ["a", 1], ["a", 1, "b"], ["c"], ["a", 1, "missing"], ["none"]].map(lineOf),
    [1, 2, 2, 4, 4, 5, 4, 1],
  );
});
