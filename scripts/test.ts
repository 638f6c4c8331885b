/**
 * Runs the tests: every `*.test.ts` under lib and scripts, or those whose path contains one of the words given.
 *
 * Node 20's runner takes no glob, so the files are listed here; node:test runs each in a process of its own.
 */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";

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
const concurrency = `--test-concurrency=${availableParallelism()}`;
const child = spawn(process.execPath, ["--import", "tsx", "--test", concurrency, ...flags, ...files], {
  stdio: "inherit",
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));
