/**
 * Runs the tests: every `*.test.ts` under lib and scripts, or those whose path contains one of the words given.
 *
 * Node 20's runner takes no glob, so the files are listed here. It runs each file in a process of its own, and half of
 * what a short one takes is reading the same sources again: files of rooms in which nothing is global (no process, no
 * clock, no files) share processes, some of them at a time. What may be slow has a process to itself.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** Rooms whose tests touch nothing outside themselves, and files of theirs that are slow or do. */
const SHARED = /^lib\/(core|models|statistics|checkers|simulation|protocols|charts)\//;
const ALONE = /\.(campaign|mutants)\.test\.ts$|-mutants\.test\.ts$|(scenarios|browser|export)\.test\.ts$/;
/** Files that share a process. */
const TOGETHER = 8;

const words = process.argv.slice(2).filter((word) => !word.startsWith("-"));
const flags = process.argv.slice(2).filter((word) => word.startsWith("-"));
const files = ["lib", "scripts"]
  .flatMap((folder) => readdirSync(folder, { recursive: true }).map((file) => `${folder}/${file}`))
  .filter((file) => file.endsWith(".test.ts") && !file.includes("node_modules"))
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  .sort((a, b) => (a < b ? -1 : 1));
if (files.length === 0) {
  console.error(`test: no test file matches ${words.join(" ")}`);
  process.exit(2);
}

/** Files that import several tests each, in a folder of their own. */
function together(paths: readonly string[], folder: string): string[] {
  const groups = Math.ceil(paths.length / TOGETHER);
  return Array.from({ length: groups }, (_, group) => {
    const members = paths.filter((_path, i) => i % groups === group);
    const entry = join(folder, `together-${group + 1}.mjs`);
    const lines = members.map(
      (path) => `await import(${JSON.stringify(pathToFileURL(resolve(path)).href)});`,
    );
    writeFileSync(entry, `${lines.join("\n")}\n`);
    return entry;
  });
}

const folder = mkdtempSync(join(tmpdir(), "protolab-tests-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const shared = files.filter((file) => SHARED.test(file) && !ALONE.test(file));
const alone = files.filter((file) => !shared.includes(file));
// The longest first, or one of them would run alone at the end.
const longest = alone.filter((file) => ALONE.test(file));
const others = alone.filter((file) => !ALONE.test(file));
const entries = [...longest, ...others, ...together(shared, folder)];
// One more than there are cores: kernels, browsers and commands are waited for.
const concurrency = `--test-concurrency=${availableParallelism() + 1}`;
const child = spawn(process.execPath, ["--import", "tsx", "--test", concurrency, ...flags, ...entries], {
  stdio: "inherit",
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));
