import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { loadStudyFile } from "./study-file.ts";

// Nothing above this folder says that .ts files are ES modules, and no node_modules holds this package.
const folder = mkdtempSync(join(tmpdir(), "protolab-sweep-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, lines.join("\n"));
  return path;
}

test("a .ts sweep file loads from any folder, with what it imports and what it awaits", async () => {
  write("rates.ts", ["export const rates: readonly number[] = [100, 200];"]);
  const path = write("sweep.ts", [
    'import { ms, network, raft, study, workload } from "protolab";',
    'import { rates } from "./rates.ts";',
    "const nodes: number = await Promise.resolve(3);",
    "const system = raft({ network: network.lan({ nodes, rtt: ms(1) }) });",
    "export const sweep = study({ system, workload: (p) => workload.poisson(p.rate) }).sweep({ rate: rates });",
    "export const run = { seed: 7, operations: 200, precision: 0.5, workers: 1, progress: false };",
  ]);
  const { study, run } = await loadStudyFile(path);
  assert.deepEqual(study.points(), [{ rate: 100 }, { rate: 200 }]);
  const result = await study.run({ ...run, seed: 7 });
  assert.equal(result.rows.length, 2);
});

test("what a sweep file imports and nobody has is named", async () => {
  const path = write("stranger.ts", ['import { x } from "no-such-package";', "export const y = x;"]);
  await assert.rejects(loadStudyFile(path), (error: Error) => {
    assert.equal(error.name, "DataError");
    assert.match(error.message, /stranger\.ts: cannot be loaded \(Cannot find package 'no-such-package'/);
    return true;
  });
});
