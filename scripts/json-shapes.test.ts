/** The JSON of calls that no other test makes; `cli.test.ts` and `interruption.test.ts` hold the rest. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { runCli } from "./cli.ts";
import { recordingTerminal } from "./commands/recording-terminal.ts";
import { holdJson } from "./json-shapes.fixture.ts";

// A browser would take most of the time; what it draws is tested in `lib/charts/export.test.ts`.
process.env["PROTOLAB_BROWSER"] = "none";

async function held(command: string, words: readonly string[], index = 0): Promise<unknown> {
  const terminal = recordingTerminal();
  const code = await runCli([command, ...words, "--json"], terminal);
  assert.equal(code, 0, terminal.written.err);
  const value: unknown = JSON.parse(terminal.written.out);
  holdJson(command, value, index);
  return value;
}

test("the JSON of a sweep, a list of tables, a bug walked again and an export has the fields that help tells", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "protolab-json-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const study = join(folder, "study.ts");
  writeFileSync(
    study,
    `import { models, network, raft, study, workload } from "protolab";
const system = raft({ network: network.lan({ nodes: 3, rtt: "10 ms" }) });
export const load = study({ system, workload: (p) => workload.poisson(p.rate) }).sweep({ rate: [10] })
  .compareWith(models.leaderCommitLatency, { tolerance: 0.05 });
export const run = { seed: 1, operations: 100, attribution: true, minReplications: 5, maxReplications: 5, workers: 1 };
`,
  );
  const swept = (await held("sweep", [study, "--quiet", "--out", folder])) as {
    units: Record<string, string>;
  };
  const { rate, commitLatency, cpuUtilisation } = swept.units;
  assert.deepEqual([rate, commitLatency, cpuUtilisation], ["1/s", "s", "1"]);
  await held("export", [folder, "--formats", "csv"]);
  await held("reproduce", ["--list"], 1);
  await held("check", ["paxos", "--mutant", "P5", "--seed", "44"], 1);
});

test("a name that is printed and not told fails, and one that is told and not printed", () => {
  const told = [{ notebook: "a", ok: true, error: null, seconds: 1, findings: [], files: ["b"] }];
  holdJson("notebook", told);
  const { ok: _, ...less } = told[0];
  assert.throws(() => holdJson("notebook", [less]), /notebook\[\]\.ok is told by --help and not printed/);
  assert.throws(
    () => holdJson("notebook", [{ ...told[0], more: 1 }]),
    /notebook\[\]\.more is printed and not told/,
  );
  assert.throws(
    () => holdJson("notebook", [{ ...told[0], seconds: {} }]),
    /seconds must be told with its fields/,
  );
});
