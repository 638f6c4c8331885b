/**
 * Every `*.scenario` file: its output is what the file says; the correct protocol violates nothing, the mutant does.
 * `UPDATE_SCENARIOS=1 npm test -- scenario` writes the outputs anew: review them as a diff.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { expectUnchanged } from "../simulation/script.ts";
import { walkJudge } from "../study/campaign.ts";
import { mutantIndex } from "./mutants.ts";
import { runScenario } from "./scenarios.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const files = readdirSync(here, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".scenario"))
  .sort((a, b) => (a < b ? -1 : 1));
const update = process.env.UPDATE_SCENARIOS === "1";

for (const file of files) {
  test(`scenario ${file}`, () => {
    const text = readFileSync(`${here}${file}`, "utf8");
    const { script, result } = runScenario(text, file, walkJudge);
    if (update) writeFileSync(`${here}${file}`, result.text);
    else expectUnchanged(script, result);
    assert.equal(result.violation, null, "the correct protocol must pass");
    if (script.mutant !== null) assert.notEqual(result.mutantViolation, null, `${script.mutant} must show`);
    assert.ok(script.steps.length <= 40, `${script.steps.length} actions`);
  });
}

test("every mutant that names a scenario is shown by it", () => {
  for (const [protocol, mutants] of mutantIndex) {
    for (const { id, scenario, kind } of mutants) {
      if (kind === "scripted") assert.ok(scenario !== undefined, `${protocol} ${id} needs a scenario`);
      if (scenario === undefined) continue;
      const file = files.find((name) => name.endsWith(`/${scenario}.scenario`));
      assert.ok(file !== undefined, `${scenario}.scenario must exist`);
      assert.match(readFileSync(`${here}${file}`, "utf8"), new RegExp(`^mutant ${id}$`, "m"));
    }
  }
});

test("scenarios that cannot be read or run say where and why", () => {
  const refuse = (lines: readonly string[], message: string | RegExp): void => {
    assert.throws(() => runScenario(lines.join("\n"), "a.scenario", () => null), { message });
  };
  const raft = ["protocol raft", "nodes 3"];
  refuse(["nodes 3"], "a.scenario: header must name a protocol, got none");
  refuse(["protocol raft"], "a.scenario: header must give nodes, got none");
  refuse(
    ["protocol raft", "nodes three"],
    'a.scenario:2: header must be of the form "nodes NUMBER", got "nodes three"',
  );
  refuse(["protocol rafft", "nodes 3"], /unknown protocol "rafft".*did you mean raft\?/);
  refuse([...raft, "mutant R99"], /unknown mutant "R99"/);
  refuse([...raft, "set qourum=2"], /^a\.scenario: raft: unknown parameter "qourum".*did you mean quorum\?/);
  refuse([...raft, "set quorum=one"], /^a\.scenario: raft: quorum/);
  refuse(
    [...raft, "settle", "nodes 5"],
    'a.scenario:4: header must stand before the first action, got "nodes 5"',
  );
  refuse(
    [...raft, "# of time", "frie 0 election"],
    /^a\.scenario:4: unknown action "frie" .*did you mean fire\?/,
  );
  refuse([...raft, "fire 3 election"], "a.scenario:3: node must be from 0 to 2, got 3");
  refuse([...raft, "fire 0 elections"], /^a\.scenario:3: unknown timer "elections".*did you mean election\?/);
  refuse([...raft, "deliver 0>1 apend"], /^a\.scenario:3: unknown message "apend".*did you mean append\?/);
  refuse([...raft, "command 0 promote 1"], /^a\.scenario:3: unknown command "promote"/);
  refuse([...raft, "wait long"], 'a.scenario:3: action must be of the form "wait STEPS", got "wait long"');
  refuse(
    [...raft, "settle all"],
    'a.scenario:3: action must be of the form "settle [NODE …]", got "settle all"',
  );
});

test("an output that has changed is told with both lines, and written anew only where it changed", () => {
  const text = "protocol raft\nnodes 3\n# a leader\nfire 0 election\n| told before\nsettle\n";
  const { script, result } = runScenario(text, "a.scenario", () => null);
  assert.throws(() => expectUnchanged(script, result), {
    message:
      'a.scenario:5: output must be "| told before", got "| 0 candidate of term 1, log empty, committed 0"',
  });
  const again = runScenario(result.text, "a.scenario", () => null);
  expectUnchanged(again.script, again.result);
  assert.equal(again.result.text, result.text);
  assert.ok(result.text.startsWith("protocol raft\nnodes 3\n# a leader\nfire 0 election\n| 0 candidate"));
});
