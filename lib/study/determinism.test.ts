/** Same seed, same bytes: with 1, 2 and 4 workers and in a fresh process, every data file is equal. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { closeWorkers } from "./execution.ts";
import { hashes } from "./study.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "protolab-same-"));
after(async () => {
  await closeWorkers();
  rmSync(folder, { recursive: true, force: true });
});

test("files are byte-identical with 1, 2 and 4 workers and in a fresh process", async () => {
  const one = await hashes(1, join(folder, "1"));
  const rows = readFileSync(join(folder, "1", "rows.csv"), "utf8")
    .trim()
    .split("\r\n");
  // Both kinds of state and different numbers of replications, or the comparison would show little.
  const cells = rows.slice(1).map((row) => row.split(","));
  const [state, replications] = ["state", "replications"].map((name) => rows[0].split(",").indexOf(name));
  assert.ok(new Set(cells.map((row) => row[state])).size > 1);
  assert.ok(new Set(cells.map((row) => row[replications])).size > 1);
  assert.deepEqual(await hashes(2, join(folder, "2")), one);
  assert.deepEqual(await hashes(4, join(folder, "4")), one);
  const fixture = pathToFileURL(fileURLToPath(new URL("./study.fixture.ts", import.meta.url))).href;
  const program = `const { hashes } = await import(${JSON.stringify(fixture)});
    console.log("HASHES" + JSON.stringify(await hashes(2, ${JSON.stringify(join(folder, "fresh"))})));`;
  const loader = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  // The process ends by itself: idle worker threads do not hold it.
  const printed = execFileSync(process.execPath, ["--import", loader, "--input-type=module", "-e", program], {
    encoding: "utf8",
    cwd: folder,
    timeout: 60_000,
  });
  const line = printed.split("\n").find((text) => text.startsWith("HASHES")) ?? "";
  assert.deepEqual(JSON.parse(line.slice("HASHES".length)), one);
});
