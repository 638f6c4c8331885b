/**
 * The README's code is what runs: its blocks are taken out of the page as they are printed and executed, as types are
 * checked in `lib/notebook/kernel-check.test.ts`. Only the knob outside of them is turned: a package `protolab` that
 * hands everything through and runs every study with fewer operations.
 */
import assert from "node:assert/strict";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { StudyResult } from "../../lib/index.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = realpathSync(mkdtempSync(join(tmpdir(), "protolab-readme-")));
const before = process.cwd();
// A reader may stand anywhere: files of the project are found, files written land in the working folder.
process.chdir(folder);
// A browser would take most of the time; what it draws is tested in `lib/charts/export.test.ts`.
process.env["PROTOLAB_BROWSER"] = "none";
after(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
});

/** What each study of a block gave, in order. */
const results: StudyResult[] = [];
Object.assign(globalThis, { keepResult: (result: StudyResult) => results.push(result) });
const door = pathToFileURL(join(root, "lib/index.ts")).href;
const knob = join(folder, "node_modules", "protolab");
mkdirSync(knob, { recursive: true });
writeFileSync(join(knob, "package.json"), '{ "name": "protolab", "type": "module", "main": "index.mjs" }');
writeFileSync(
  join(knob, "index.mjs"),
  `export * from ${JSON.stringify(door)};
import { Study } from ${JSON.stringify(door)};
const whole = Study.prototype.run;
Study.prototype.run = async function (options) {
  const warmUp = { rule: "fixed", operations: 50 };
  const short = { operations: 500, warmUp, minReplications: 5, maxReplications: 5 };
  const result = await whole.call(this, { ...options, ...short, progress: false, workers: 1 });
  globalThis.keepResult(result);
  return result;
};
`,
);

/** The TypeScript of the page, a module each. */
const blocks = [...readFileSync(join(root, "README.md"), "utf8").matchAll(/^```ts\n(.*?)^```$/gms)].map(
  ([, code]) => code,
);

async function runBlock(index: number): Promise<StudyResult> {
  const path = join(folder, `block-${index}.mts`);
  writeFileSync(path, blocks[index]);
  await import(pathToFileURL(path).href);
  const result = results.pop();
  assert.ok(result !== undefined && results.length === 0, "a block runs one study");
  return result;
}

test("the ten lines run as they are printed: table, figure, knee, and every kind of file", async () => {
  assert.equal(blocks.length, 2);
  const result = await runBlock(0);
  const { rows } = result;
  assert.equal(rows.length, 36);
  assert.ok(rows.every(({ comparisons }) => comparisons.length > 0));
  // Without load a write takes a round trip to Washington, about 90 ms, and a write to two disks.
  const idle = rows[0].measures.commitLatency;
  assert.ok(idle !== null && idle.mean > 0.085 && idle.mean < 0.11, `${idle?.mean}`);
  assert.equal(rows.at(-1)?.state, "unstable", "20,000 writes of 1 MiB a second are past any 1 Gbit/s");
  assert.match(result.table().toString(), /agrees/);
  const knees = result.knee({ p99: 0.2 });
  assert.deepEqual(knees.length, 3, "one for each payload");
  for (const { point, simulated, modelled } of knees.slice(1)) {
    const [{ value }] = modelled;
    const inside = value !== null && value > (simulated.meets ?? 0) && value < (simulated.misses ?? 0);
    assert.ok(inside, `${JSON.stringify(point)}: ${value} is not between the points that meet and miss it`);
  }
  const written = readdirSync(join(folder, "report/raft-3-regions"), { recursive: true }).map(String);
  for (const file of ["report.html", "rows.csv", "rows.parquet", "provenance.json"])
    assert.ok(written.includes(file), file);
  assert.ok(
    written.some((file) => file.endsWith(".svg")),
    "charts are drawn without a browser too",
  );
});

test("the lines under faults run as they are printed", async () => {
  const result = await runBlock(1);
  const [row] = result.rows;
  assert.ok(row.measures.clientLatency !== null || row.transient !== null);
  const { trace } = result.point({}).replay({ from: "4.6 s", to: "9 s" });
  assert.ok(JSON.stringify(trace).includes("crash"), "the window shows the leader's crash");
});
