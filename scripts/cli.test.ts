/** The command line: help, fields of its JSON, what it ends with, and exit codes. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { NO_BROWSER_HINT } from "../lib/charts/browser.ts";
import { protocolIndex } from "../lib/protocols/index.ts";
import { runCli } from "./cli.ts";
import { endOf, startCommand, writeCells, writeStudy } from "./command.fixture.ts";
import { recordingTerminal } from "./commands/recording-terminal.ts";
import { SHARED_KEYS } from "./commands/simulate-settings.ts";
import { holdJson } from "./json-shapes.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "protolab cli ä "));
after(() => rmSync(folder, { recursive: true }));
const here = dirname(fileURLToPath(import.meta.url));
const COMMANDS = [
  "models",
  "protocols",
  "model",
  "simulate",
  "sweep",
  "notebook",
  "export",
  "kernel",
  "check",
  "reproduce",
  "policies",
  "bench",
];

async function run(...argv: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const terminal = recordingTerminal();
  const code = await runCli(argv, terminal);
  return { code, ...terminal.written };
}

async function json<T>(...argv: readonly string[]): Promise<T> {
  const { code, out, err } = await run(...argv, "--json");
  assert.equal(code, 0, err);
  return JSON.parse(out) as T;
}

test("every command has help with an example, and help loads nothing heavy", async () => {
  const all = await run("--help");
  assert.equal(all.code, 0);
  for (const name of COMMANDS) {
    assert.match(all.out, new RegExp(`^ {2}${name}\\b`, "m"));
    const { code, out, err } = await run(name, "--help");
    assert.deepEqual([code, err], [0, ""], name);
    assert.ok(out.includes("Example:") && out.includes(`npx protolab ${name}`), out);
    assert.match(out, /[^\n]\n$/, name);
    assert.doesNotMatch(out, /\n\n\n/, name);
  }
  assert.match((await run("simulate", "--help")).out, /rttMatrix +instead of nodes and rtt/);
  const nothing = await run();
  assert.equal(nothing.code, 2);
  assert.match(nothing.err, /Usage: protolab/);
  assert.deepEqual(closure(join(here, "cli.ts")), [
    "lib/core/errors.ts",
    "scripts/cli.ts",
    "scripts/commands/json-shapes.ts",
    "scripts/commands/simulate-settings.ts",
    "scripts/commands/terminal.ts",
  ]);
});

/** Files of ours that a file loads when it is loaded: its static imports, and theirs. */
function closure(file: string, seen = new Set<string>()): string[] {
  if (!seen.has(file)) {
    seen.add(file);
    const text = readFileSync(file, "utf8");
    for (const [, specifier] of text.matchAll(/^(?:import|export) (?!type )[^;]*? from "(\.[^"]+)"/gm))
      closure(resolve(dirname(file), specifier), seen);
  }
  const root = dirname(here);
  return [...seen].map((path) => relative(root, path)).sort((a, b) => (a < b ? -1 : 1));
}

test("models and protocols: listed and told in full, as text and with stable fields", async () => {
  type Listed = Record<string, unknown> & { readonly name: string; readonly inputs: readonly object[] };
  const listed = await json<Listed[]>("models");
  assert.ok(listed.some(({ name }) => name === "leaderCommitLatency"));
  holdJson("models", listed);
  holdJson("models", [await json<Listed>("models", "mm1")]);
  const text = (await run("models", "mm1")).out;
  assert.match(text, /utilisation = arrivalRate \* serviceTime/);
  assert.match(text, /Kleinrock/);
  // What may be left out says so, also where it is no number.
  const leader = (await run("models", "leaderCommitLatency")).out;
  assert.match(leader, /\n +links +required .*\n(.*\n)+ +storage +none /);
  type Protocol = Record<string, unknown> & { readonly parameters: readonly Record<string, unknown>[] };
  const raft = await json<Protocol>("protocols", "raft");
  holdJson("protocols", [raft]);
  const timeout = raft.parameters.find(({ name }) => name === "electionTimeoutMin");
  assert.deepEqual(timeout?.["unit"], "s");
  assert.match((await run("protocols", "raft")).out, /electionTimeoutMin +0 s +>= 0 s/);
});

test("model: values take units, outputs have them, and a grid says where it is unstable", async () => {
  const words = ["model", "mm1", "--set", "arrivalRate=0.8 1/ms", "serviceTime=1 ms"];
  type Point = { readonly outputs: Record<string, { readonly value: number; readonly unit: string }> };
  const point = await json<Point>(...words);
  holdJson("model", point);
  const { outputs } = point;
  assert.equal(outputs["waitingTime"].unit, "s");
  assert.ok(Math.abs(outputs["waitingTime"].value - 0.004) < 1e-15);
  const text = (await run(...words)).out;
  assert.match(text, /waitingTime +4 ms/);
  assert.match(text, /waitingTime = utilisation/);
  const unequal = [
    "model",
    "quorumLatencyUnequal",
    "--set",
    "roundTrips=10 ms, uniform(min=20 ms, max=30 ms), 1 s, 2 s",
  ];
  const quorum = (await json<Point>(...unequal)).outputs["latency"];
  assert.ok(Math.abs(quorum.value - 0.025) < 1e-7, "the second of 10, 20 to 30, 1000 and 2000 ms");
  type Grid = { readonly rows: readonly { readonly stable: boolean; readonly point: object }[] };
  const grid = await json<Grid>(
    "model",
    "mm1",
    "--set",
    "serviceTime=1 ms",
    "--grid",
    "arrivalRate=10 1/s:1000 1/s:3log",
  );
  holdJson("model", grid, 1);
  assert.deepEqual(
    grid.rows.map(({ point, stable }) => [point, stable]),
    [
      [{ arrivalRate: 10 }, true],
      [{ arrivalRate: 100 }, true],
      [{ arrivalRate: 1000 }, false],
    ],
  );
});

test("simulate paxos ends with the value that every node agrees on", async () => {
  const words = ["simulate", "paxos", "--set", "nodes=3", "--set", "quorum=2", "--set", "seed=7"];
  const { code, out } = await run(...words);
  assert.equal(code, 0);
  const last = out.trimEnd().split("\n").at(-1) ?? "";
  assert.match(last, /^Value: [012] \(proposed by node [012]\)$/);
  assert.equal((await run(...words)).out, out, "the same seed gives the same bytes");
  type Simulated = { readonly outcome: Record<string, unknown>; readonly replications: number };
  const { outcome, replications } = await json<Simulated>(...words);
  assert.equal(`Value: ${outcome["Value"]}`, last);
  assert.equal(replications, 1000);
});

test("simulate: measures with unit, mean, interval, quantiles and sample size; a seed that was chosen is told", async () => {
  const words = [
    "simulate",
    "raft",
    "nodes=5",
    "rtt=10 ms",
    "fsync=1 ms",
    "replications=5",
    "operations=500",
  ];
  type Estimate = Record<string, unknown> & {
    readonly mean: number;
    readonly quantiles: Record<string, object>;
  };
  type Simulated = Record<string, unknown> & {
    readonly seed: number;
    readonly measures: Record<string, Estimate>;
    readonly audits: { readonly checked: number; readonly hold: boolean };
  };
  const result = await json<Simulated>(...words);
  holdJson("simulate", result);
  const latency = result.measures["commitLatency"];
  assert.equal(latency["unit"], "s");
  assert.ok(latency.mean > 0.011 && latency.mean < 0.0125, "a round trip of 10 ms and a write of 1 ms");
  assert.ok("p50" in latency.quantiles);
  assert.deepEqual(result.audits.hold, true);
  assert.ok(result.audits.checked >= 5 * 4);
  const text = (await run(...words, `seed=${result.seed}`)).out;
  assert.match(text, /commit latency \[ms\] +11\.\d+ ± 0\.\d+ +11\.\d+ ms \(/);
  assert.match(text, /quorum +3 +\(default\)/);
  assert.match(text, /all 20 audits hold\nleader: 0\nterm: 1\ncommitted: /);
  const chosen = await run(...words);
  assert.match(chosen.err, /^seed \d+ \(chosen\)\n/);
});

test("simulate: places of a matrix, stars, bursts, closed loops and several cores are all reachable", async () => {
  const short = ["seed=1", "replications=5", "operations=100", "--quiet"];
  const matrix = [
    "rttMatrix=data/rtt/ibm-cloud-regions-2026.csv",
    "place=Frankfurt=2,Tokyo=1",
    "within=1 ms",
  ];
  const cases = [
    ["multi-paxos", ...matrix, "leaderIn=Tokyo", "clients=Frankfurt", "rate=50 1/s"],
    ["multi-paxos", "rtts=10 ms,20 ms,30 ms,40 ms", "order=datagram", "jitter=0.2"],
    ["raft", "arrivals=on-off", "on=1 s", "off=2 s", "egress=1 Gbit/s", "ingress=2 Gbit/s"],
    ["raft", "arrivals=closed:8", "think=lognormal(p50=1 ms, p99=6 ms)", "fsync=p50 1 ms, p99 6 ms"],
    ["station", "cores=2", "arrivals=deterministic", "warmUp=mser-5"],
  ];
  for (const words of cases) {
    const { code, err } = await run("simulate", ...words, ...short);
    assert.deepEqual([code, err], [0, ""], words.join(" "));
  }
});

test("reproduce: exactly these fields, a formula has no width, a tolerance stands in the table's file", async () => {
  type Row = Record<string, unknown> & { readonly ours: number; readonly low: number; readonly high: number };
  const tables = ["dissecting_load_formula", "zookeeper_throughput", "quorum_availability"];
  const rows = await json<Row[]>("reproduce", ...tables);
  holdJson("reproduce", rows);
  assert.deepEqual(
    [...new Set(rows.map((row) => row["table"]))].sort((a, b) => (String(a) < String(b) ? -1 : 1)),
    ["dissecting_load_formula", "quorum_availability", "zookeeper_throughput"],
  );
  for (const { ours, low, high } of rows) assert.ok(low === ours && high === ours);
  assert.deepEqual([...new Set(rows.map((row) => row["verdict"]))], ["agrees", "calibration"]);
  const text = (await run("reproduce", "zookeeper_throughput")).out;
  assert.match(text, /source +Hunt et al\. USENIX ATC 2010/);
  assert.match(
    text,
    /6 numbers of 1 table: 6 agree, 0 differ, 0 undecided; 4 more were calibrated, which shows nothing\n/,
  );
});

test("sweep writes a folder, and export writes the same again from it", async () => {
  const [first, second] = [join(folder, "first"), join(folder, "second")];
  const words = ["--seed", "7", "--out", first, "--quiet"];
  const swept = await run(
    "sweep",
    writeStudy(join(folder, "three.mts"), "[10, 20, 40]", "operations: 100"),
    ...words,
  );
  assert.equal(swept.code, 0, swept.err);
  assert.match(swept.out, /three: seed 7\n/);
  for (const name of ["report.html", "rows.csv", "rows.parquet", "result.json", "provenance.json"])
    assert.ok(existsSync(join(first, name)), name);
  const written = await run("export", first, "--out", second, "--formats", "csv,parquet,html");
  assert.equal(written.code, 0, written.err);
  for (const name of ["report.html", "rows.csv", "rows.parquet", "columns.json", "provenance.json"])
    assert.deepEqual(readFileSync(join(second, name)), readFileSync(join(first, name)), name);
  const blocked = await run("export", first, "--out", join(first, "rows.csv"), "--formats", "csv");
  assert.equal(blocked.code, 1);
  assert.match(blocked.err, /^protolab: .*rows\.csv.*: cannot be written \(.*rows\.csv is a file\)/);
  // Before the work: nobody should wait for a campaign whose table has no place.
  for (const words of [
    ["policies", "--out", join(first, "rows.csv", "x")],
    ["bench", "--out", folder],
    ["check", "--out", folder],
  ])
    assert.match(
      (await run(...words)).err,
      /^protolab: .*: (cannot be written|must be a file, got a folder)/,
    );
});

test("kernel: printed, installed into a folder, removed", async () => {
  const at = join(folder, "kernel");
  const spec = await run("kernel", "spec");
  assert.equal((JSON.parse(spec.out) as { language: string }).language, "typescript");
  const installed = (await run("kernel", "install", "--folder", at)).out;
  assert.equal(installed.split("\n")[0], `Kernel: ${join(at, "kernel.json")}`);
  assert.match(installed, /\nIn Jupyter or VS Code choose the kernel Protolab \(TypeScript\)\.\n$/);
  assert.equal(readFileSync(join(at, "kernel.json"), "utf8"), spec.out);
  assert.equal(
    (await run("kernel", "uninstall", "--folder", at)).out,
    `Removed: ${join(at, "kernel.json")}\n`,
  );
  assert.equal((await run("kernel", "uninstall", "--folder", at)).out, "No kernel was installed.\n");
});

test("notebook: one that is broken does not keep the next from running, and findings are told", async () => {
  const broken = join(folder, "broken.ipynb");
  writeFileSync(broken, "{");
  const fine = writeCells(
    join(folder, "fine.ipynb"),
    '#plet nodes = 3;\nlet reportFolder = "";',
    "console.log('Finding 1: ' + nodes + ' nodes');\nconsole.log(reportFolder.length > 0);",
  );
  const report = join(folder, "report");
  type Done = {
    readonly ok: boolean;
    readonly findings: readonly string[];
    readonly files: readonly string[];
  };
  const words = ["-p", "nodes=5", "--report", report, "--json"];
  const { code, out, err } = await run("notebook", broken, fine, ...words);
  assert.equal(code, 2);
  assert.match(err, /broken\.ipynb:1: must be JSON/);
  const done = JSON.parse(out) as Done[];
  holdJson("notebook", done);
  const [first, second] = done;
  assert.equal(first.ok, false);
  assert.deepEqual([second.ok, second.findings], [true, ["Finding 1: 5 nodes"]]);
  const page = join(report, "fine", "fine.html");
  assert.deepEqual(second.files, [page]);
  assert.match(readFileSync(page, "utf8"), /Finding 1: 5 nodes/);
});

test("notebook: outputs go into the notebook when asked, only where all of it ran; else it says they are gone", async () => {
  const whole = writeCells(join(folder, "whole.ipynb"), "console.log('Finding 1: seven')");
  const failing = writeCells(join(folder, "failing.ipynb"), "console.log(1)", "throw new Error('no')");
  const before = readFileSync(failing);
  const lost = await run("notebook", whole);
  assert.equal(lost.code, 0, lost.err);
  assert.match(lost.out, /\nFinding 1: seven\n\nOutputs were not kept: --in-place writes .*--out FILE/);
  const kept = await run("notebook", whole, failing, "--in-place");
  assert.equal(kept.code, 1);
  assert.match(kept.out, /\ndata +\S.*whole\.ipynb\n$/);
  assert.match(kept.err, /failing\.ipynb: cell 2 \(c2\): Error: no\n/);
  assert.match(readFileSync(whole, "utf8"), /"Finding 1: seven\\n"/);
  assert.deepEqual(readFileSync(failing), before, "a notebook whose run fails keeps what it had");
});

test("notebook: a run that drew charts where no browser is says in one line what installs one", async () => {
  const drawn = writeCells(
    join(folder, "drawn.ipynb"),
    '#plet reportFolder = "";',
    "import { writeFileSync } from 'node:fs';\nwriteFileSync(reportFolder + '/chart.svg', '<svg/>');",
  );
  const report = join(folder, "drawn");
  mkdirSync(report);
  const before = process.env["PROTOLAB_BROWSER"];
  process.env["PROTOLAB_BROWSER"] = "none";
  try {
    const { code, out } = await run("notebook", drawn, "--report", report);
    assert.equal(code, 0);
    assert.ok(out.endsWith(`\n${NO_BROWSER_HINT}\n`), out);
    assert.equal(out.split("install one with").length, 2, "once");
  } finally {
    if (before === undefined) delete process.env["PROTOLAB_BROWSER"];
    else process.env["PROTOLAB_BROWSER"] = before;
  }
});

test("a reader that goes away is no error, a full disk is one", async () => {
  const left = startCommand(["models", "--json"]);
  left.stdout?.once("data", () => left.stdout?.destroy());
  assert.equal(await endOf(left), 0);
  if (!existsSync("/dev/full")) return;
  const full = startCommand(["protocols"], openSync("/dev/full", "w"));
  let err = "";
  full.stderr?.on("data", (chunk: Buffer) => {
    err += chunk.toString();
  });
  assert.equal(await endOf(full), 1);
  assert.match(err, /^protolab: output cannot be written \(ENOSPC/);
});

test("no protocol's own setting has the name of one that all have: each word means one thing", () => {
  for (const [name, { parameters }] of protocolIndex)
    for (const key of Object.keys(parameters))
      assert.ok(!(SHARED_KEYS as readonly string[]).includes(key), `${name}: ${key}`);
});
