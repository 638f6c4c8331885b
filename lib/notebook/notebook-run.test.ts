/** Whole notebooks on the real kernel; the cases run side by side, because each starts a kernel of its own. */
import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { joined, type Notebook, readNotebook } from "./notebook-file.ts";
import { failedFile, type NotebookProgress, runNotebook } from "./notebook-run.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "protolab-run-test-")));
const project = join(folder, "project");
const topic = join(project, "notebooks", "topic");
for (const path of [topic, join(project, "data"), join(project, "node_modules"), join(folder, "elsewhere")])
  mkdirSync(path, { recursive: true });
writeFileSync(join(project, "package.json"), '{"name": "p", "private": true}');
writeFileSync(join(project, "data", "rtt.csv"), "a,b,12\n");
const typedPackage = fileURLToPath(new URL("./fixtures/typed-package", import.meta.url));
symlinkSync(typedPackage, join(project, "node_modules", "typed-package"), "junction");
after(() => rmSync(folder, { recursive: true, force: true }));

/** Writes a notebook of code cells; a text starting with `#p` is tagged `parameters`. */
function write(path: string, ...cells: readonly string[]): string {
  const stale = { output_type: "stream", name: "stdout", text: "stale" } as const;
  const notebook: Notebook = {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {
      kernelspec: { name: "protolab", display_name: "Protolab (TypeScript)", language: "typescript" },
    },
    cells: cells.map((source, i) => ({
      cell_type: "code",
      id: `c${i + 1}`,
      metadata: source.startsWith("#p") ? { tags: ["parameters"] } : {},
      source: source.replace("#p", ""),
      execution_count: 99,
      outputs: [stale],
    })),
  };
  writeFileSync(path, JSON.stringify(notebook));
  return path;
}

const texts = (notebook: Notebook): string[] =>
  notebook.cells.map((cell) =>
    cell.cell_type === "code"
      ? cell.outputs.map((o) => (o.output_type === "stream" ? joined(o.text) : o.output_type)).join("|")
      : "",
  );

describe("running a notebook", { concurrency: 3, timeout: 180_000 }, () => {
  test("runs it in the project's root with its parameters, and writes an executed copy", async () => {
    const path = write(
      join(topic, "good.ipynb"),
      "",
      '#pimport { halved, metres } from "typed-package";\nlet nodes = 5; let long = metres(4); let mode: "a" | "b" = "a";',
      'import { readFileSync } from "node:fs";\nconsole.log(readFileSync("data/rtt.csv", "utf8").trim(), process.cwd());',
      "for (let i = 0; i < 2000; i++) console.log(i);\nconsole.error('one'); console.error('two');",
      "[nodes, mode, halved(long)]",
      'import { progressDisplay } from "typed-package";\nconst line = progressDisplay(); line.update("1 of 2");',
      'line.done("2 of 2");',
    );
    const before = readFileSync(path, "utf8");
    const output = join(folder, "out", "good.ipynb");
    const progress: NotebookProgress[] = [];
    const run = await runNotebook(path, {
      parameters: { nodes: "7", mode: "b" },
      output,
      onProgress: (at) => progress.push(at),
    });
    assert.equal(run.ok, true, JSON.stringify(run.failedCell));
    assert.deepEqual(
      [run.folder, run.parameters, run.interrupted],
      [project, { nodes: 7, mode: "b" }, false],
    );
    assert.equal(readFileSync(path, "utf8"), before, "the notebook itself is left alone");

    const copy = readNotebook(output);
    assert.deepEqual(
      copy.cells.map((cell) => [cell.id, cell.cell_type === "code" ? cell.execution_count : -1]),
      [
        ["c1", null],
        ["c2", 1],
        ["injected-parameters", 2],
        ["c3", 3],
        ["c4", 4],
        ["c5", 5],
        ["c6", 6],
        ["c7", 7],
      ],
    );
    const numbers = Array.from({ length: 2000 }, (_, i) => `${i}\n`).join("");
    assert.deepEqual(texts(copy), [
      "",
      "",
      "",
      `a,b,12 ${project}\n`,
      `${numbers}|one\ntwo\n`,
      "execute_result",
      "display_data",
      "",
    ]);
    const [, , , , , result, shown] = copy.cells;
    assert.ok(result?.cell_type === "code" && result.outputs[0]?.output_type === "execute_result");
    assert.deepEqual(result.outputs[0].data, { "text/plain": ["[ 7, 'b', 2 ]"] });
    assert.ok(shown?.cell_type === "code" && shown.outputs[0]?.output_type === "display_data");
    assert.deepEqual(
      shown.outputs[0].data,
      { "text/plain": ["2 of 2"] },
      "a display changed by a later cell",
    );

    const record = copy.metadata["papermill"] as Record<string, unknown>;
    assert.deepEqual(record["parameters"], { nodes: 7, mode: "b" });
    assert.deepEqual([record["input_path"], record["exception"]], ["notebooks/topic/good.ipynb", false]);

    assert.deepEqual(
      progress.filter(({ state }) => state === "started").map(({ index, total, id }) => [index, total, id]),
      ["c2", "injected-parameters", "c3", "c4", "c5", "c6", "c7"].map((id, i) => [i + 1, 7, id]),
    );
    const told = progress.filter(({ state }) => state === "printed");
    assert.deepEqual(
      told.filter(({ id }) => id === "c6" || id === "c7").map(({ text }) => text),
      ["1 of 2", "2 of 2"],
    );
    assert.ok(progress.every(({ elapsed }, i) => i === 0 || elapsed >= progress[i - 1]!.elapsed));
    assert.deepEqual(run.cells.map(({ id, ok }) => [id, ok]).slice(-2), [
      ["c6", true],
      ["c7", true],
    ]);
  });

  test("stops at an error: its outputs are kept, later cells are emptied", async () => {
    const path = write(
      join(topic, "error.ipynb"),
      "console.log('before')",
      "console.log('x');\nnope()",
      "'never'",
    );
    const output = join(folder, "error.ipynb");
    writeFileSync(output, "a whole run");
    const run = await runNotebook(path, { output });
    assert.equal(run.ok, false);
    assert.equal(readFileSync(output, "utf8"), "a whole run", "it keeps its place");
    assert.deepEqual(
      { ...run.failedCell, traceback: [] },
      {
        index: 2,
        id: "c2",
        ename: "TypeScriptError",
        evalue: "Cannot find name 'nope'.",
        traceback: [],
      },
    );
    const copy = readNotebook(failedFile(output));
    assert.deepEqual(texts(copy), ["before\n", "error", ""]);
    assert.deepEqual(
      copy.cells.map((cell) => (cell.cell_type === "code" ? cell.execution_count : -1)),
      [1, 2, null],
    );
    assert.equal((copy.metadata["papermill"] as Record<string, unknown>)["exception"], true);
  });

  test("fails for an exception that comes after its cell, in the middle and at the end", async () => {
    const middle = await runNotebook(
      write(
        join(topic, "middle.ipynb"),
        "setTimeout(() => void Promise.reject(new RangeError('floating')), 20); 1",
        "await new Promise((r) => setTimeout(r, 300))",
        "'never'",
      ),
    );
    assert.deepEqual(
      [middle.ok, middle.failedCell?.id, middle.failedCell?.ename, middle.failedCell?.evalue],
      [false, "c1", "UnhandledRejection", "RangeError: floating"],
      "the cell that set the timer, not the one that ran when it fired",
    );
    assert.ok(!texts(middle.notebook).join().includes("never"));
    const end = await runNotebook(
      write(join(topic, "end.ipynb"), "1", "setTimeout(() => { throw new Error('late'); }, 120); 1"),
    );
    assert.deepEqual(
      [end.ok, end.failedCell?.id, end.failedCell?.ename, end.failedCell?.evalue],
      [false, "c2", "UncaughtException", "Error: late"],
    );
    const busy =
      "setTimeout(() => { for (const end = Date.now() + 900; Date.now() < end; ); throw new Error('busy'); }, 50); 1";
    const slow = await runNotebook(write(join(topic, "busy.ipynb"), busy));
    assert.equal(slow.failedCell?.evalue, "Error: busy", "the wait is on the kernel's clock");
    const gone = await runNotebook(
      write(join(topic, "gone.ipynb"), "setTimeout(() => process.exit(4), 50); 1"),
    );
    assert.deepEqual([gone.failedCell?.id, gone.failedCell?.ename], ["c1", "KernelDied"]);
  });

  test("ends a cell that takes too long, and with it the kernel", async () => {
    const path = write(
      join(topic, "slow.ipynb"),
      "console.log(process.pid)",
      "console.log('in');\nfor (;;) {}",
      "1",
    );
    const run = await runNotebook(path, { cellTimeout: 1 });
    assert.deepEqual(
      [run.ok, run.failedCell?.id, run.failedCell?.ename, run.failedCell?.evalue],
      [false, "c2", "Timeout", "the cell did not end within 1 s"],
    );
    const [pid, printed] = texts(run.notebook);
    assert.equal(printed, "in\n|error");
    assert.throws(() => process.kill(Number(pid), 0), { code: "ESRCH" });
  });

  test("reports a kernel that ends itself", async () => {
    const run = await runNotebook(write(join(topic, "exit.ipynb"), "process.exit(3)", "1"));
    assert.deepEqual(
      [run.ok, run.failedCell?.ename, run.failedCell?.evalue],
      [false, "KernelDied", "the kernel ended (exit code 3)"],
    );
  });

  test("stops when its signal is aborted, and keeps what is finished", async () => {
    const stop = new AbortController();
    const path = write(
      join(topic, "stop.ipynb"),
      "console.log('done')",
      "console.log('waiting'); await new Promise(() => setInterval(() => {}, 1000));",
      "1",
    );
    const output = join(folder, "stop.ipynb");
    const run = await runNotebook(path, {
      output,
      signal: stop.signal,
      onProgress: ({ text }) => {
        if (text === "waiting") stop.abort();
      },
    });
    assert.deepEqual(
      [run.ok, run.interrupted, run.failedCell?.id, run.failedCell?.ename],
      [false, true, "c2", "Interrupted"],
    );
    assert.deepEqual(texts(readNotebook(failedFile(output))), ["done\n", "waiting\n|error", ""]);
  });

  test("outside any project it runs in its own folder, and still finds this installation's packages", async () => {
    const elsewhere = join(folder, "elsewhere");
    const run = await runNotebook(
      write(
        join(elsewhere, "o.ipynb"),
        'import katex from "katex";\nconsole.log(process.cwd(), katex.renderToString("x").length > 9);',
      ),
      { record: false },
    );
    assert.equal(run.ok, true, JSON.stringify(run.failedCell));
    assert.deepEqual(texts(run.notebook), [`${elsewhere} true\n`]);
    assert.equal(run.notebook.metadata["papermill"], undefined);
    assert.deepEqual(readdirSync(elsewhere), ["o.ipynb"], "nothing is written without an output");
  });

  test("refuses bad files, parameters and options before a kernel starts", async () => {
    const path = write(join(topic, "bad.ipynb"), "#pconst nodes = 5;");
    const output = join(folder, "bad.ipynb");
    await assert.rejects(runNotebook(path, { output, parameters: { nodes: 1 } }), { name: "UsageError" });
    await assert.rejects(runNotebook(path, { output, parameters: { node: 1 } }), {
      name: "UsageError",
      message: `${path}: unknown parameter "node" (known: none)`, // all of its parameters are constants
    });
    await assert.rejects(runNotebook(join(topic, "none.ipynb"), { output }), { name: "DataError" });
    await assert.rejects(runNotebook(path, { cellTimeout: 0 }), {
      name: "DomainError",
      message: "runNotebook: cellTimeout must be > 0 s and <= 2000000 s, got 0",
    });
    assert.equal(existsSync(output), false);
  });
});
