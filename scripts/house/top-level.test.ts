/** What stands at the top of the project: what it states, and nothing that a tool has left there. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const STATED = [
  ...[
    "notebooks",
    "lib",
    "data",
    "scripts",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "biome.json",
  ],
  ...["README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md"],
];
const tracked = spawnSync("git", ["ls-files"], {
  cwd: fileURLToPath(new URL("../../", import.meta.url)),
  encoding: "utf8",
});

test("of the files that are kept, the top level holds what the project states, and names that begin with a dot", {
  skip: tracked.status === 0 ? false : "no git, or no repository of it here",
}, () => {
  const tops = tracked.stdout.split("\n").map((path) => path.split("/")[0]);
  assert.deepEqual(new Set(tops.filter((name) => name !== "" && !name.startsWith("."))), new Set(STATED));
});
