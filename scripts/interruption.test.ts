/** Ctrl-C and SIGTERM: what is finished is kept, nothing is half written, and the exit code says what happened. */
import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { findBrowser } from "../lib/charts/browser.ts";
import { failedFile } from "../lib/notebook/notebook-run.ts";
import { runCli } from "./cli.ts";
import { descendantsOf, endOf, leftOf, startCommand, writeCells, writeStudy } from "./command.fixture.ts";
import { type RecordingTerminal, recordingTerminal } from "./commands/recording-terminal.ts";
import { Interrupted } from "./commands/terminal.ts";
import { holdJson } from "./json-shapes.fixture.ts";
import { LOADS, POLICIES, type PolicyCase } from "./policies/cases.ts";
import { runGrid } from "./policies/run-grid.ts";

const folder = mkdtempSync(join(tmpdir(), "protolab interruption "));
after(() => rmSync(folder, { recursive: true }));

const browser = findBrowser();
// Only the last test is about charts.
process.env["PROTOLAB_BROWSER"] = "none";

/** A screen on which Ctrl-C is pressed as soon as the progress line says so. */
function pressedAt(word: string): RecordingTerminal {
  const terminal = recordingTerminal();
  return {
    ...terminal,
    interactive: true,
    err(text) {
      terminal.err(text);
      if (text.includes(word)) terminal.controller.abort(new Interrupted("SIGINT"));
    },
  };
}

test("Ctrl-C ends a long simulation with 130, SIGTERM with 143", async () => {
  const length = ["--set", "operations=1000000", "--set", "replications=50", "--workers", "2"];
  const codes = (["SIGINT", "SIGTERM"] as const).map(async (signal) => {
    const child = startCommand(["simulate", "raft", ...length]);
    child.stderr?.once("data", () => child.kill(signal));
    return endOf(child);
  });
  assert.deepEqual(await Promise.all(codes), [130, 143]);
});

/** What a sweep has written. */
const storedIn = (path: string): Stored =>
  JSON.parse(readFileSync(join(path, "result.json"), "utf8")) as Stored;

interface Stored {
  readonly complete: boolean;
  readonly points: number;
  readonly rows: readonly { readonly point: { readonly rate: number } }[];
}

test("a sweep leaves the points that are finished, with the bytes that an undisturbed run gives", async () => {
  const at = (name: string): string => join(folder, name);
  const options = "operations: 2000, workers: 1";
  const endless = writeStudy(at("endless.mts"), "Array.from({ length: 400 }, (_, i) => 10 + i)", options);
  const child = startCommand(["sweep", endless, "--seed", "1", "--out", at("stopped")]);
  // The first line of progress comes when a tenth of all is done.
  child.stderr?.once("data", () => child.kill("SIGINT"));
  assert.equal(await endOf(child), 130);
  const { complete, points, rows } = storedIn(at("stopped"));
  assert.deepEqual([complete, points], [false, 400]);
  assert.ok(rows.length > 10 && rows.length < 400, `${rows.length} points`);
  assert.ok(!readdirSync(at("stopped"), { recursive: true }).some((name) => String(name).endsWith(".tmp")));
  // What a point gives depends on the seed and itself, so the rest may be run later, or elsewhere.
  const some = rows.slice(0, 3);
  const rates = JSON.stringify(some.map(({ point }) => point.rate));
  const again = writeStudy(at("again.mts"), rates, options);
  const { code } = await runToEnd("sweep", again, "--seed", "1", "--out", at("again"), "--quiet");
  assert.equal(code, 0);
  assert.equal(JSON.stringify(storedIn(at("again")).rows), JSON.stringify(some));
});

test("a sweep that is killed goes on by its journal, and writes the files that an undisturbed one writes", async () => {
  const at = (name: string): string => join(folder, name);
  const file = writeStudy(
    at("killed.mts"),
    "Array.from({ length: 40 }, (_, i) => 10 + i)",
    "operations: 1000, workers: 2",
  );
  const words = ["sweep", file, "--seed", "1", "--quiet"];
  const journal = at("killed.journal");
  const child = startCommand([...words, "--journal", journal, "--out", at("never")]);
  while (child.exitCode === null && (!existsSync(journal) || statSync(journal).size < 100_000))
    await wait(20);
  child.kill("SIGKILL");
  assert.equal(await endOf(child), null);
  assert.ok(!existsSync(at("never")));
  const [killed, whole] = [at("killed"), at("whole")];
  assert.equal((await runToEnd(...words, "--journal", journal, "--out", killed)).code, 0);
  assert.equal((await runToEnd(...words, "--out", whole)).code, 0);
  for (const name of readdirSync(whole).filter((one) => /\.(csv|parquet)$/.test(one)))
    assert.deepEqual(readFileSync(join(killed, name)), readFileSync(join(whole, name)), name);
  const { rows } = storedIn(killed);
  assert.equal(JSON.stringify(rows), JSON.stringify(storedIn(whole).rows));
});

async function runToEnd(...words: readonly string[]): Promise<{ code: number; err: string }> {
  const terminal = recordingTerminal();
  return { code: await runCli(words, terminal), err: terminal.written.err };
}

test("a notebook's outputs so far are written beside those of the last whole run, and it is left alone", async () => {
  const begun = join(folder, "begun");
  const [copy, report] = [join(folder, "copy.ipynb"), join(folder, "report")];
  mkdirSync(report);
  const whole = [copy, join(report, "slow.html")]; // of an earlier run
  for (const path of whole) writeFileSync(path, "whole");
  const file = writeCells(
    join(folder, "slow.ipynb"),
    "console.log('first');",
    `import { writeFileSync } from "node:fs";\nconsole.log('second');\nwriteFileSync(${JSON.stringify(begun)}, "");\nawait new Promise((done) => setTimeout(done, 300_000));`,
    "console.log('third');",
  );
  const before = readFileSync(file);
  const child = startCommand(["notebook", file, "--out", copy, "--report", report]);
  while (!existsSync(begun) && child.exitCode === null) await wait(100);
  const started = descendantsOf(child.pid as number);
  if (process.platform !== "win32") assert.ok(started.length > 0, "the kernel is a process of its own");
  child.kill("SIGINT");
  assert.equal(await endOf(child), 130);
  assert.deepEqual(await leftOf(started), []);
  assert.deepEqual(readFileSync(file), before);
  type Outputs = { readonly cells: readonly { readonly outputs: readonly Record<string, unknown>[] }[] };
  for (const path of whole) assert.equal(readFileSync(path, "utf8"), "whole");
  const { cells } = JSON.parse(readFileSync(failedFile(copy), "utf8")) as Outputs;
  assert.deepEqual(
    cells.map(({ outputs }) => outputs.map((one) => one["ename"] ?? one["text"])),
    [[["first\n"]], [["second\n"], "Interrupted"], []],
  );
  assert.match(readFileSync(join(report, "slow.failed.html"), "utf8"), /first/);
  assert.ok(!readdirSync(folder, { recursive: true }).some((name) => String(name).endsWith(".tmp")));
});

test("reproduce and check give what is finished as whole JSON", async () => {
  const tables = ["queue_erlang_c", "queue_forkjoin_nelson_tantawi"];
  const reproduce = pressedAt("queue_forkjoin");
  assert.equal(await runCli(["reproduce", ...tables, "--json"], reproduce), 130);
  const rows = JSON.parse(reproduce.written.out) as { readonly table: string }[];
  assert.deepEqual([...new Set(rows.map(({ table }) => table))], ["queue_erlang_c"]);
  const check = pressedAt("% raft");
  const little = ["--walks", "40000", "--schedules", "0", "--workers", "1", "--json"];
  assert.equal(await runCli(["check", "paxos", "raft", ...little], check), 130);
  const counted = JSON.parse(check.written.out) as { readonly protocol: string }[];
  holdJson("check", counted);
  assert.deepEqual(
    counted.map(({ protocol }) => protocol),
    ["paxos"],
  );
});

test("policies judges the points that are finished, with the numbers of an undisturbed run", async () => {
  const policies = ["random", "round-robin"].map(
    (name) => POLICIES.find(({ policy }) => policy === name) as PolicyCase,
  );
  const small = { policies, sizes: [2], loads: LOADS.slice(0, 1), effort: 0.02, messages: false, workers: 1 };
  const stop = new AbortController();
  const part = await runGrid({
    ...small,
    signal: stop.signal,
    progress: (_, text) => void (text.startsWith("round-robin") && stop.abort(new Interrupted("SIGINT"))),
  });
  const all = await runGrid({ ...small, signal: new AbortController().signal });
  assert.deepEqual([part.complete, part.points, all.complete, all.rows.length], [false, 2, true, 2]);
  assert.deepEqual([part.rows, part.orders, all.orders.length], [all.rows.slice(0, 1), [], 1]);
  holdJson("policies", all);
  const early = recordingTerminal();
  early.controller.abort(new Interrupted("SIGTERM"));
  assert.equal(await runCli(["policies", "random", "--workers", "1"], early), 143);
  assert.equal(early.written.out, "stopped: 0 of 12 points are finished\n");
});

test("bench gives the workloads that are finished", async () => {
  const file = join(folder, "bench", "rows.json");
  const words = ["bench", "random", "event-queue", "--quick", "--runs", "1"];
  const stopped = pressedAt("event-queue");
  assert.equal(await runCli([...words, "--out", file], stopped), 130);
  assert.match(stopped.written.out, /^workload .*\nrandom .*\nstopped: 1 of 2 workloads are finished\n/s);
  assert.ok(stopped.written.out.includes(file), stopped.written.out);
  const rows = JSON.parse(readFileSync(file, "utf8")) as { readonly workload: string }[];
  holdJson("bench", rows);
  assert.deepEqual([...new Set(rows.map(({ workload }) => workload))], ["random"]);
});

test("export says what is written, and no browser stays behind", {
  skip: browser === undefined ? "no Chromium on this machine" : false,
}, async () => {
  process.env["PROTOLAB_BROWSER"] = browser?.path;
  const [figures, drawn] = [join(folder, "figures"), join(folder, "drawn")];
  mkdirSync(figures);
  const figure = JSON.stringify({ data: [{ x: [1, 2], y: [1, 3] }], layout: {}, config: {} });
  for (let i = 0; i < 300; i++) writeFileSync(join(figures, `f${i}.json`), figure);
  const child = startCommand(["export", figures, "--formats", "svg,png", "--out", drawn]);
  let out = "";
  child.stdout?.on("data", (text) => {
    out += String(text);
  });
  while (
    child.exitCode === null &&
    !(existsSync(drawn) && readdirSync(drawn).some((f) => f.endsWith(".png")))
  )
    await wait(50);
  const started = descendantsOf(child.pid as number);
  child.kill("SIGINT");
  assert.equal(await endOf(child), 130);
  const files = readdirSync(drawn);
  assert.ok(files.length < 600 && !files.some((name) => name.endsWith(".tmp")), `${files.length} files`);
  assert.match(out, new RegExp(`stopped: ${files.length} files are written`));
  if (process.platform !== "win32") assert.ok(started.length > 0);
  assert.deepEqual(await leftOf(started), []);
});
