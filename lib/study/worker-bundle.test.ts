import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import { workload } from "../core/workloads.ts";
import { closeWorkers, inThisThread, onThreads } from "./execution.ts";
import { runTask } from "./replication.ts";
import { raftSystem } from "./study.fixture.ts";
import type { ReplicationTask } from "./task.ts";
import { bundledCode, workerBundle } from "./worker-bundle.ts";

const folder = mkdtempSync(join(tmpdir(), "protolab-bundle-"));
after(() => rmSync(folder, { recursive: true, force: true }));
after(closeWorkers);
const require = createRequire(import.meta.url);
const WORKER = fileURLToPath(new URL("./worker.ts", import.meta.url));

const TASK: ReplicationTask = {
  kind: "measure",
  system: raftSystem(),
  workload: workload.poisson(200, { payload: 1000 }),
  point: "{}",
  first: 0,
  seeds: [1, 2],
  warmUp: 50,
  operations: 300,
  attribution: true,
  histories: true,
  maxEvents: 1e6,
  maxSeconds: null,
};

test("a bundle computes what its sources compute, to the bit", async () => {
  const file = workerBundle(WORKER, join(folder, "whole"));
  assert.ok(file !== null);
  const bundle = require(file) as { runTask: typeof runTask };
  assert.notEqual(bundle.runTask, runTask);
  const expected = runTask(TASK);
  assert.deepEqual(
    expected.map((outcome) => outcome.is),
    ["done", "done"],
  );
  assert.deepEqual(bundle.runTask(TASK), expected);
  assert.deepEqual(bundledCode<typeof bundle>("test", WORKER).runTask(TASK), expected);
  assert.deepEqual(await onThreads(1).run(TASK), expected);
  assert.deepEqual(await inThisThread.run(TASK), expected);
});

test("a study of many operations is compiled for long runs, and computes the same", async () => {
  const file = workerBundle(WORKER, join(folder, "long"));
  assert.ok(file !== null);
  const bundle = require(file) as { runTask: typeof runTask; runLongTask: typeof runTask };
  const expected = runTask(TASK);
  assert.deepEqual(bundle.runLongTask(TASK), expected);
  assert.deepEqual(bundle.runTask(TASK), expected);
  const names: unknown[] = [];
  const honest = Piscina.prototype.run;
  Piscina.prototype.run = function (task, options) {
    names.push(options?.name);
    return honest.call(this, task, options);
  };
  after(() => {
    Piscina.prototype.run = honest;
  });
  for (const operations of [0, 999_999, 1e6])
    assert.deepEqual(await onThreads(1, operations).run(TASK), expected);
  assert.deepEqual(names, ["runTask", "runTask", "runLongTask"]);
});

/** A source that imports another, both old enough to be kept. */
function sources(name: string, value: number): string {
  const [outer, inner] = [`${name}.ts`, `${name}-inner.ts`].map((file) => join(folder, file));
  writeFileSync(
    outer,
    `import { value } from "./${name}-inner.ts";\nexport const twice: number = 2 * value;\n`,
  );
  change(inner, value);
  age(outer);
  return outer;
}

function age(path: string): void {
  utimesSync(path, new Date(Date.now() - 60_000), new Date(Date.now() - 60_000));
}

function change(path: string, value: number): void {
  writeFileSync(path, `export const value: number = ${value};\n`);
  age(path);
}

/** What a new process would find: a folder under another name is another key of this process's memory. */
function twice(source: string, kept: string): number {
  const file = workerBundle(source, kept);
  assert.ok(file !== null);
  delete require.cache[file];
  return (require(file) as { twice: number }).twice;
}

test("a bundle is kept while its sources are the same, and made again when any of them changes", () => {
  const source = sources("kept", 21);
  const kept = join(folder, "kept");
  assert.equal(twice(source, kept), 42);
  const files = (): string[] => readdirSync(kept).sort((a, b) => a.localeCompare(b));
  const [manifest] = files().filter((name) => name.endsWith(".json"));
  const text = readFileSync(join(kept, manifest), "utf8");
  assert.match(text, /kept-inner\.ts/);
  // The manifest is believed: a bundle of other content under its name is found again.
  const bundle = join(kept, JSON.parse(text).file as string);
  writeFileSync(bundle, "exports.twice = 7;\n");
  assert.equal(twice(source, `${kept}/.`), 7);
  change(join(folder, "kept-inner.ts"), 100);
  assert.equal(twice(source, `${kept}/./.`), 200);
});

test("a source that has just been changed is bundled but not kept", () => {
  const source = sources("fresh", 1);
  writeFileSync(join(folder, "fresh-inner.ts"), "export const value: number = 3;\n");
  const kept = join(folder, "fresh");
  assert.equal(twice(source, kept), 6);
  assert.deepEqual(
    readdirSync(kept).filter((name) => name.endsWith(".json")),
    [],
  );
});

test("where no bundle can be made there is none, and the sources run as they are", () => {
  const source = sources("none", 1);
  writeFileSync(join(folder, "a-file"), "");
  assert.equal(workerBundle(source, join(folder, "a-file", "inside")), null);
  writeFileSync(source, "export const where = import.meta.url;\n");
  assert.equal(workerBundle(source, join(folder, "meta")), null);
  assert.throws(() => bundledCode("bench", source), {
    name: "DataError",
    message: "bench: none.ts must bundle, got no file in .protolab/worker",
  });
  assert.equal(workerBundle(join(folder, "nowhere.ts"), join(folder, "nowhere")), null);
});
