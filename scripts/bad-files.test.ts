/** Bad files: data, notebooks and their parameters, sweeps, results; and what the processes end with. */
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Case, model, refused, simulate } from "./bad-input.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "protolab-bad-"));
after(() => rmSync(folder, { recursive: true }));

const HEAD = "from,to,rtt_ms\n";
/** What is in a file, and what is wrong with it after its path. */
const FILES: readonly (readonly [name: string, content: string | Uint8Array, message: string])[] = [
  ["empty.csv", "", ":1: file must not be empty, got 0 bytes"],
  ["bom.csv", `\ufeff${HEAD}A,B,1\n`, ":1: file must begin without a byte order mark, got EF BB BF"],
  [
    "truncated.csv",
    `${HEAD}A,B,1\nA,C,`,
    ':3: last line must end with a newline, got "A,C," (file cut short?)',
  ],
  ["ragged.csv", `${HEAD}A,B\n`, ":2: row must have 3 fields, got 2"],
  ["decimal-comma.csv", `${HEAD}A,B,1,5\n`, ":2: row must have 3 fields, got 4 (a decimal comma?)"],
  ["text.csv", `${HEAD}A,B,fast\n`, ':2: column "rtt_ms" must be a number >= 0, got "fast"'],
  ["negative.csv", `${HEAD}A,B,-1\n`, ':2: column "rtt_ms" must be a number >= 0, got "-1"'],
  [
    "duplicate.csv",
    `${HEAD}A,B,1\nA,B,2\n`,
    ':3: column "from" to "to": "A", "B" must occur once, got it again after line 2',
  ],
  ["column.csv", "from,to,rtt\nA,B,1\n", ':1: column "rtt_ms" is missing (columns: from, to, rtt)'],
  ["no-rows.csv", HEAD, ":2: table must have at least 1 row, got none"],
  ["twice.csv", "from,to,rtt_ms,to\nA,B,1,2\n", ':1: column "to" must occur once, got it twice'],
  ["pair.csv", `${HEAD}A,C,1\nB,C,2\n`, ': round trip between "A" and "B" is missing'],
  ["quote.csv", `${HEAD}A,B,"1\n`, ":2: quote must be closed before the end of the file"],
  ["semicolons.csv", "from;to;rtt_ms\nA;B;1\n", ':1: column "from" is missing (columns: from;to;rtt_ms)'],
  ["blank.csv", `${HEAD}A,B,1\n\nA,C,2\n`, ":3: row must have 3 fields, got an empty line"],
  ["nan.csv", `${HEAD}A,B,NaN\n`, ':2: column "rtt_ms" must be a number >= 0, got "NaN"'],
  ["infinite.csv", `${HEAD}A,B,1e999\n`, ':2: column "rtt_ms" must be a number >= 0, got "1e999"'],
  ["latin1.csv", Uint8Array.of(0x61, 0xe9, 0x0a), ": file must be UTF-8"],
];

test("data files that are not what they must be", async () => {
  for (const [name, content] of FILES) writeFileSync(join(folder, name), content);
  const read = (path: string): string[] => simulate("raft", `rttMatrix=${path}`, "place=A=1,B=1");
  const missing = join(folder, "nowhere.csv");
  const matrix = "rttMatrix=data/rtt/ibm-cloud-regions-2026.csv";
  await refused([
    ...FILES.map(
      ([name, , message]): Case => [read(join(folder, name)), 1, `${join(folder, name)}${message}`],
    ),
    [read(folder), 1, `${folder}: cannot be read (EISDIR: illegal operation on a directory)`],
    [simulate("raft", matrix, "place=Tokyo"), 2, 'simulate: place: each part must be key=value, got "Tokyo"'],
    [
      simulate("raft", matrix, "place=Tokyo=1,Tokyo=2"),
      2,
      "simulate: place: Tokyo must be set once, got it twice",
    ],
    [
      simulate("raft", matrix, "place=Tokyo=0"),
      1,
      'network.fromMatrix: place must hold at least 1 node, got {"Tokyo":0}',
    ],
    [read(missing), 1, `${missing}: cannot be read (ENOENT: no such file or directory)`],
    [
      simulate("raft", matrix, "place=Tokio=3"),
      2,
      'network.fromRttMatrix: unknown place "Tokio" (known: Dallas, Toronto, Washington DC, Frankfurt, London, Madrid, Montreal, Chennai, Mumbai, Osaka, Sydney, Tokyo, Sao Paulo; did you mean Tokyo?)',
    ],
    [
      simulate("raft", matrix, "place=Tokyo=3"),
      1,
      'network.fromRttMatrix: within must be given where nodes share a place (Tokyo: 3): a time such as "0.8 ms", or the path of a file of zones',
    ],
    [
      simulate("raft", matrix),
      2,
      'simulate: place is missing (nodes at each place of the matrix, such as "Frankfurt=2,Tokyo=1")',
    ],
  ]);
});

const METADATA = { kernelspec: { name: "python3", display_name: "Python", language: "python" } };
const NOTEBOOKS: readonly (readonly [name: string, content: string, message: string])[] = [
  ["bad.ipynb", '{"cells": [\n 1,,\n]}', ':2: must be JSON: expected a value, got ","'],
  ["empty.ipynb", "", ":1: must be a notebook (JSON), got an empty file"],
  ["list.ipynb", "[]", ":1: the notebook must be an object, got []"],
  [
    "truncated.ipynb",
    '{"cells": [], "metad',
    ":1: must be JSON: expected a name in quotes, got a text that does not end",
  ],
  ["three.ipynb", '{"nbformat": 3, "worksheets": []}', ":1: nbformat must be 4, got 3"],
  [
    "python.ipynb",
    JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: METADATA, cells: [] }),
    ':1: metadata.kernelspec.language must be "typescript", got "python"',
  ],
  [
    "no-kernel.ipynb",
    '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}',
    ':1: metadata.kernelspec must name the kernel ("protolab", language "typescript"), got none',
  ],
];

/** A notebook whose cells are these. */
function book(...cells: readonly object[]): string {
  const metadata = { kernelspec: { name: "protolab", display_name: "Protolab", language: "typescript" } };
  return JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata, cells });
}

function parameterCell(id: string, tags: readonly string[]): object {
  const rest = { metadata: { tags }, execution_count: null, outputs: [] };
  return { cell_type: "code", id, source: "let nodes = 3;", ...rest };
}

test("parameters of notebooks that they do not have, or not so", async () => {
  const [none, one, two] = ["none", "one", "two"].map((name) => join(folder, `${name}-tagged.ipynb`));
  writeFileSync(none, book(parameterCell("a", [])));
  writeFileSync(one, book(parameterCell("a", ["parameters"])));
  writeFileSync(two, book(parameterCell("a", ["parameters"]), parameterCell("b", ["parameters"])));
  const odd = join(folder, "odd-cell.ipynb");
  writeFileSync(odd, book({ cell_type: "kode", id: "a", metadata: {}, source: "1" }));
  await refused([
    [
      ["notebook", none, "-p", "nodes=5"],
      2,
      `${none}: a cell must be tagged "parameters" to set parameter nodes, got none`,
    ],
    [
      ["notebook", one, "-p", "node=5"],
      2,
      `${one}: unknown parameter "node" (known: nodes; did you mean nodes?)`,
    ],
    [["notebook", one, "-p", "nodes=five"], 1, `${one}: parameter nodes must be a finite number, got "five"`],
    [["notebook", one, "-p", "nodes"], 2, 'notebook: -p must be key=value, got "nodes"'],
    [
      ["notebook", one, "-p", "nodes=5", "-p", "nodes=7"],
      2,
      "notebook: nodes must be set once, got it twice",
    ],
    [["notebook", one, "--timeout", "0 s"], 1, "notebook: --timeout must be > 0 s, got 0"],
    [["notebook", two, "-p", "nodes=5"], 2, `${two}: one cell may be tagged "parameters", got 2`],
    [["notebook", odd], 2, `${odd}:1: cell 1: cell_type must be "code", "markdown" or "raw", got "kode"`],
  ]);
});

test("notebooks, sweep files and results that are none", async () => {
  for (const [name, content] of NOTEBOOKS) writeFileSync(join(folder, name), content);
  writeFileSync(join(folder, "no-study.ts"), "export const x = 1;\n");
  writeFileSync(join(folder, "throws.ts"), 'throw new Error("not today");\n');
  writeFileSync(join(folder, "torn.json"), '{"a":\n1,,}');
  writeFileSync(join(folder, "result.json"), "{}");
  const at = (name: string): string => join(folder, name);
  await refused([
    ...NOTEBOOKS.map(([name, , message]): Case => [["notebook", at(name)], 2, `${at(name)}${message}`]),
    [["notebook", at("no.ipynb")], 2, `${at("no.ipynb")}:1: must be a notebook file, got no such file`],
    [["notebook", folder], 2, `${folder}:1: must be a notebook file, got a folder`],
    [
      ["notebook", "a.ipynb", "b/a.ipynb", "--report", "c"],
      2,
      "notebook: --report must be for notebooks of different names, got a twice",
    ],
    [
      ["notebook", "a.ipynb", "b.ipynb", "--out", "c.ipynb"],
      2,
      "notebook: --out must be for one notebook, got 2",
    ],
    [
      ["notebook", "a.ipynb", "--in-place", "--out", "c.ipynb"],
      2,
      "notebook: --in-place must be without --out",
    ],
    [
      ["notebook", "a.ipynb", "--in-place", "-p", "nodes=5"],
      2,
      "notebook: --in-place must be without -p, got nodes=5; --out FILE keeps a run with other values",
    ],
    [["sweep", at("no.ts")], 1, `${at("no.ts")}: cannot be read (ENOENT: no such file or directory)`],
    [
      ["sweep", at("no-study.ts")],
      2,
      `${at("no-study.ts")}: must export one study, or one named study, got x`,
    ],
    [["sweep", at("throws.ts")], 1, `${at("throws.ts")}: cannot be loaded (not today)`],
    [["export", at("no")], 1, `${at("no")}: cannot be read (ENOENT: no such file or directory)`],
    [["export", at("torn.json")], 1, `${at("torn.json")}:2: must be JSON (a name in quotes, got ",}")`],
    [
      ["export", at("result.json")],
      1,
      `${at("result.json")}:1: must be the result of a study with study, got {}`,
    ],
  ]);
});

test("the processes themselves end with these codes, in one line", async () => {
  const command = fileURLToPath(new URL("./protolab.mjs", import.meta.url));
  const run = (words: readonly string[]): Promise<{ code: number | null; err: string }> =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, [command, ...words], { stdio: ["ignore", "ignore", "pipe"] });
      let err = "";
      child.stderr.on("data", (chunk: Buffer) => {
        err += chunk.toString();
      });
      child.on("close", (code) => resolve({ code, err }));
    });
  const unstable = model("mm1", "arrivalRate=1200 1/s", "serviceTime=1 ms");
  const results = await Promise.all(
    [["--version"], unstable, ["models", "mn1"], ["notebook", join(folder, "bad.ipynb")]].map(run),
  );
  assert.deepEqual(
    results.map(({ code }) => code),
    [0, 1, 2, 2],
  );
  assert.equal(results[1].err, "protolab: mm1: unstable, utilisation 1.200 must be < 1\n");
  for (const { err } of results) assert.ok(err.split("\n").length <= 2, err);
});

test("a Node that is too old is told so in one line, before anything is loaded", async () => {
  const command = fileURLToPath(new URL("./protolab.mjs", import.meta.url));
  const runAs = (version: string): Promise<object> =>
    new Promise((resolve) => {
      const old = `Object.defineProperty(process.versions, "node", { value: "${version}" })`;
      const words = ["--import", `data:text/javascript,${encodeURIComponent(old)}`, command, "--version"];
      execFile(process.execPath, words, (error, _out, err) => resolve({ code: error?.code ?? 0, err }));
    });
  const refusal = (version: string): object => ({
    code: 1,
    err: `protolab: Node must be >= 20.19, got ${version}\n`,
  });
  assert.deepEqual(await runAs("18.20.4"), refusal("18.20.4"));
  assert.deepEqual(await runAs("20.18.3"), refusal("20.18.3"));
  assert.deepEqual(await runAs("20.19.0"), { code: 0, err: "" });
});
