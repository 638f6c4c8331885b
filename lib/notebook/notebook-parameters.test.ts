import assert from "node:assert/strict";
import { test } from "node:test";
import type { Notebook } from "./notebook-file.ts";
import { declaredParameters, injectParameters, type ParameterValue } from "./notebook-parameters.ts";

const DECLARATIONS = `import { ms, KiB, perSecond, logspace, type Seconds } from "protolab";
let nodes = 5; // group size
let offset = -1.5, rate = 1e3;
let label = "base";
let full = false;
let sizes = [1, 2]; let names = ["a"]; let mixed = [1, "a"]; let none = [];
let rtt = ms(5); // round trip
let timeout: Seconds = ms(5);
let payload = [KiB(1), KiB(100)];
let rates = perSecond.logspace(10, 100, 3);
let grid = logspace(1, 10, 4);
let mode: "raft" | "paxos" = "raft";
let kind = "lan" as "lan" | "wan";
let free: unknown;
let list: readonly number[] = [];
const limit = 3;
let { a } = { a: 1 };
`;

function notebook(declarations = DECLARATIONS, extra: Notebook["cells"] = []): Notebook {
  const outputs: [] = [];
  const cell = { cell_type: "code", execution_count: null, outputs } as const;
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: "protolab", language: "typescript" } },
    cells: [
      { cell_type: "markdown", id: "title", metadata: {}, source: "# T" },
      { ...cell, id: "p", metadata: { tags: ["parameters"] }, source: declarations },
      { ...cell, id: "use", metadata: {}, source: "nodes" },
      ...extra,
    ],
  };
}

const inject = (
  given: Record<string, ParameterValue>,
): { source: string; values: Record<string, unknown> } => {
  const { notebook: ready, values } = injectParameters(notebook(), given, "n.ipynb");
  return { source: String(ready.cells[2]!.source), values };
};

test("reads names, kinds, defaults and comments without running anything", () => {
  const declared = declaredParameters(notebook(), "n.ipynb");
  const kinds = Object.fromEntries(declared.map(({ name, type }) => [name, type]));
  const time = { kind: "quantity", dimension: "time" };
  assert.deepEqual(kinds, {
    nodes: { kind: "number" },
    offset: { kind: "number" },
    rate: { kind: "number" },
    label: { kind: "text" },
    full: { kind: "boolean" },
    sizes: { kind: "list", of: { kind: "number" } },
    names: { kind: "list", of: { kind: "text" } },
    mixed: { kind: "list", of: { kind: "any" } },
    none: { kind: "list", of: { kind: "any" } },
    rtt: time,
    timeout: time,
    payload: { kind: "list", of: { kind: "quantity", dimension: "size" } },
    rates: { kind: "list", of: { kind: "quantity", dimension: "rate" } },
    grid: { kind: "list", of: { kind: "number" } },
    mode: { kind: "choice", choices: ["raft", "paxos"] },
    kind: { kind: "choice", choices: ["lan", "wan"] },
    free: { kind: "any" },
    list: { kind: "list", of: { kind: "number" } },
    limit: { kind: "number" },
  });
  const nodes = declared[0]!;
  assert.deepEqual([nodes.default, nodes.meaning, nodes.constant], ["5", "group size", false]);
  assert.equal(declared.find((p) => p.name === "limit")!.constant, true);
  assert.equal(declared.find((p) => p.name === "rtt")!.meaning, "round trip");
});

test("reads texts of a command line by the declared kind", () => {
  const { values, source } = inject({
    nodes: "7",
    rate: "2.5e3",
    label: "7",
    full: "true",
    sizes: "[3, 4]",
    rtt: "10 ms",
    payload: '["4 KiB", "1 MiB"]',
    mode: "paxos",
    free: "12",
    mixed: '[1, "x"]',
  });
  assert.deepEqual(values, {
    nodes: 7,
    rate: 2500,
    label: "7",
    full: true,
    sizes: [3, 4],
    rtt: 0.01,
    payload: [4096, 1048576],
    mode: "paxos",
    free: 12,
    mixed: [1, "x"],
  });
  assert.equal(
    source,
    [
      "// The parameters of this run.",
      "nodes = 7;",
      "rate = 2500;",
      'label = "7";',
      "full = true;",
      "sizes = [3,4];",
      "rtt = 0.01 as typeof rtt;",
      "payload = [4096,1048576] as typeof payload;",
      'mode = "paxos";',
      "free = 12;",
      'mixed = [1,"x"];',
    ].join("\n"),
  );
});

test("takes values of code as they are", () => {
  assert.deepEqual(inject({ nodes: 7, full: false, sizes: [1], rtt: 0.02, label: "x" }).values, {
    nodes: 7,
    full: false,
    sizes: [1],
    rtt: 0.02,
    label: "x",
  });
});

const REFUSED: readonly (readonly [given: Record<string, ParameterValue>, name: string, message: string])[] =
  [
    [
      { node: "7" },
      "UsageError",
      'n.ipynb: unknown parameter "node" (known: nodes, offset, rate, label, full, sizes, names, mixed, none, rtt, timeout, payload, rates, grid, mode, kind, free, list; did you mean nodes?)',
    ],
    [
      { limit: "4" },
      "UsageError",
      "n.ipynb: parameter limit is declared with const; declare it with let to set it",
    ],
    [{ nodes: "seven" }, "DomainError", 'n.ipynb: parameter nodes must be a finite number, got "seven"'],
    [{ nodes: "" }, "DomainError", 'n.ipynb: parameter nodes must be a finite number, got ""'],
    [{ nodes: "NaN" }, "DomainError", 'n.ipynb: parameter nodes must be a finite number, got "NaN"'],
    [
      { nodes: Number.POSITIVE_INFINITY },
      "DomainError",
      "n.ipynb: parameter nodes must be a finite number, got Infinity",
    ],
    [{ nodes: true }, "DomainError", "n.ipynb: parameter nodes must be a finite number, got true"],
    [{ label: 7 }, "DomainError", "n.ipynb: parameter label must be a text, got 7"],
    [{ full: "yes" }, "DomainError", 'n.ipynb: parameter full must be true or false, got "yes"'],
    [{ sizes: "3" }, "DomainError", 'n.ipynb: parameter sizes must be a JSON list, got "3"'],
    [{ sizes: "[1," }, "DomainError", 'n.ipynb: parameter sizes must be a JSON list, got "[1,"'],
    [{ sizes: ["x"] }, "DomainError", 'n.ipynb: parameter sizes[0] must be a finite number, got "x"'],
    [{ mode: "zab" }, "DomainError", 'n.ipynb: parameter mode must be one of raft, paxos, got "zab"'],
    [{ rtt: "5" }, "UsageError", 'n.ipynb: parameter rtt needs a unit (s, ms, us, µs, μs, ns), got "5"'],
    [{ rtt: "5 KiB" }, "UsageError", 'n.ipynb: parameter rtt must be a time, got "5 KiB" which is a size'],
    [
      { rtt: true },
      "DomainError",
      "n.ipynb: parameter rtt must be a number of s or a text with a unit, got true",
    ],
  ];

for (const [given, name, message] of REFUSED) {
  test(`refuses ${JSON.stringify(given)}`, () => {
    assert.throws(() => injectParameters(notebook(), given, "n.ipynb"), { name, message });
  });
}

test("refuses every parameter of a notebook that declares none, and two cells that declare", () => {
  const bare = { ...notebook(), cells: notebook().cells.slice(0, 1) };
  assert.throws(() => injectParameters(bare, { nodes: 1 }, "n.ipynb"), {
    message: 'n.ipynb: a cell must be tagged "parameters" to set parameter nodes, got none',
  });
  const second = { ...notebook().cells[1]!, id: "q" };
  assert.throws(() => injectParameters(notebook(DECLARATIONS, [second]), {}, "n.ipynb"), {
    name: "DataError",
    message: 'n.ipynb: one cell may be tagged "parameters", got 2',
  });
});

test("the injected cell follows the declarations, is replaced by the next and goes without parameters", () => {
  const ids = (book: Notebook): string[] => book.cells.map((cell) => cell.id);
  const once = injectParameters(notebook(), { nodes: 7 }, "n.ipynb").notebook;
  assert.deepEqual(ids(once), ["title", "p", "injected-parameters", "use"]);
  assert.deepEqual(once.cells[2]!.metadata.tags, ["injected-parameters"]);
  const twice = injectParameters(once, { nodes: 9 }, "n.ipynb").notebook;
  assert.deepEqual(ids(twice), ["title", "p", "injected-parameters", "use"]);
  assert.equal(twice.cells[2]!.source, "// The parameters of this run.\nnodes = 9;");
  assert.deepEqual(injectParameters(twice, {}, "n.ipynb").notebook, notebook());
});
