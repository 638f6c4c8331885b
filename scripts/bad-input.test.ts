/**
 * Bad input: every kind of mistake with its exact message and exit code.
 *
 * A command line says `protolab: <message>` in one line, with 1 for a value, a file or a run that is not what it must
 * be and 2 for a name, an option or a call that does not exist. Calls from code throw the same errors.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  batchMeans,
  claim,
  linspace,
  models,
  network,
  perSecond,
  protocolNamed,
  raft,
  replicationInterval,
  simulateRun,
  study,
  verdict,
  workload,
} from "../lib/index.ts";
import { modelIndex } from "../lib/models/index.ts";
import { protocolIndex } from "../lib/protocols/index.ts";
import { describeError, runCli } from "./cli.ts";
import { recordingTerminal } from "./commands/recording-terminal.ts";
import { SHARED_KEYS } from "./commands/simulate-settings.ts";
import { REPRODUCTIONS } from "./reproduce/index.ts";

/** Words of a command line, or a call; the exit code; the message. */
type Case = readonly [readonly string[] | (() => unknown), 1 | 2, string];

const folder = mkdtempSync(join(tmpdir(), "protolab-bad-"));
after(() => rmSync(folder, { recursive: true }));
let cases = 0;

async function refused(list: readonly Case[]): Promise<void> {
  for (const [input, code, message] of list) {
    cases++;
    if (typeof input === "function") {
      const thrown = await outcomeOf(input);
      assert.deepEqual(thrown, { code, message });
      continue;
    }
    const terminal = recordingTerminal();
    const given = await runCli(input, terminal);
    const shown = { code: given, err: terminal.written.err, out: terminal.written.out };
    assert.deepEqual(shown, { code, err: `protolab: ${message}\n`, out: "" }, input.join(" "));
  }
}

async function outcomeOf(call: () => unknown): Promise<object> {
  try {
    await call();
  } catch (error) {
    return describeError(error);
  }
  return { code: 0, message: "no error" };
}

const set = (...settings: readonly string[]): string[] => settings.flatMap((setting) => ["--set", setting]);
const model = (name: string, ...settings: readonly string[]): string[] => [
  "model",
  name,
  ...set(...settings),
];
const simulate = (name: string, ...settings: readonly string[]): string[] => [
  "simulate",
  name,
  ...set("seed=1", ...settings),
];
const raftKeys = Object.keys(protocolNamed("raft").parameters);
const seedRule = "seed must be an integer >= 0 and <= 9007199254740991";
const group = raft({ network: network.lan({ nodes: 3, rtt: "1 ms" }) });
const load = study({ system: group, workload: (p) => workload.poisson(p.rate) });

test("a number that is none, or not in its domain", async () => {
  const mg1 = (serviceTime: unknown) => () => models.mg1({ arrivalRate: 100, serviceTime } as never);
  await refused([
    [mg1(Number.NaN), 1, "mg1: serviceTime must be > 0 s, got NaN"],
    [mg1(Number.POSITIVE_INFINITY), 1, "mg1: serviceTime must be > 0 s, got Infinity"],
    [mg1(null), 1, "mg1: serviceTime must be > 0 s, got null"],
    [mg1(5n), 1, "mg1: serviceTime must be > 0 s, got 5n"],
    [mg1(-0), 1, "mg1: serviceTime must be > 0 s, got -0"],
    [mg1(undefined), 2, "mg1: serviceTime is missing (mean service time; must be > 0 s)"],
    [mg1("5"), 2, 'mg1: serviceTime needs a unit (s, ms, us, µs, μs, ns), got "5"'],
    [model("mm1", "arrivalRate=-5 1/s", "serviceTime=1 ms"), 1, "mm1: arrivalRate must be > 0 1/s, got -5"],
    [
      model("mm1", "arrivalRate=1 1/s", "serviceTime=1 ms", "probability=1.5"),
      1,
      "mm1: probability must be >= 0 and < 1, got 1.5",
    ],
    [
      model("mmc", "arrivalRate=1 1/s", "serviceTime=1 ms", "servers=2.5"),
      1,
      "mmc: servers must be an integer >= 1 and <= 1000000, got 2.5",
    ],
    [simulate("raft", "nodes=0"), 1, "simulate: nodes must be an integer >= 1 and <= 100000, got 0"],
    [simulate("raft", "nodes=40"), 1, "raft: nodes must be <= 31, got 40"],
    [simulate("raft", "rtt=-1 ms"), 1, 'simulate: rtt must be >= 0 s, got "-1 ms"'],
    [simulate("raft", "bandwidth=0 bit/s"), 1, "simulate: bandwidth must be > 0 bit/s, got 0"],
    [simulate("raft", "rate=0 1/s"), 1, "simulate: rate must be > 0 1/s, got 0"],
    [simulate("raft", "payload=-1 B"), 1, 'simulate: payload must be >= 0 B, got "-1 B"'],
    [simulate("raft", "readShare=1.5"), 1, "simulate: readShare must be >= 0 and <= 1, got 1.5"],
    [
      simulate("raft", "reads=0.5"),
      2,
      "simulate: reads names how a protocol reads; the share of reads is readShare, got reads=0.5",
    ],
    [
      simulate("raft", "reads=leas"),
      2,
      'raft: unknown reads "leas" (known: log, readIndex, lease; did you mean lease?)',
    ],
    [simulate("raft", "cores=0"), 1, "simulate: cores must be an integer >= 1, got 0"],
    [simulate("raft", "jitter=-1"), 1, "simulate: jitter must be >= 0 and <= 10, got -1"],
  ]);
});

test("a unit that is missing, of another kind, or unknown", async () => {
  await refused([
    [
      model("mm1", "arrivalRate=100", "serviceTime=1 ms"),
      2,
      'mm1: arrivalRate needs a unit (1/s, /s, Hz, kHz, op/s, ops/s), got "100"',
    ],
    [
      model("mm1", "arrivalRate=100 ms", "serviceTime=1 ms"),
      2,
      'mm1: arrivalRate must be a rate, got "100 ms" which is a time',
    ],
    [
      model("mm1", "arrivalRate=100 1/z", "serviceTime=1 ms"),
      2,
      'mm1: arrivalRate has unknown unit "1/z" (known: 1/s, /s, Hz, kHz, op/s, ops/s, kop/s, Mop/s, 1/ms, 1/us, 1/min, 1/h; did you mean 1/s?)',
    ],
    [
      model("mm1", "arrivalRate=fast", "serviceTime=1 ms"),
      2,
      'mm1: arrivalRate must be a number with a unit such as "1000 1/s", got "fast"',
    ],
    [simulate("raft", "rtt=5"), 2, 'simulate: rtt needs a unit (s, ms, us, µs, μs, ns), got "5"'],
    [
      simulate("raft", "rtt=1 Gbit/s"),
      2,
      'simulate: rtt must be a time, got "1 Gbit/s" which is a bandwidth',
    ],
    [simulate("raft", "rtts=10 ms,20"), 2, 'simulate: rtts needs a unit (s, ms, us, µs, μs, ns), got "20"'],
    [
      simulate("raft", "rtt=lognormaal(p50=1 ms, p99=2 ms)"),
      2,
      'simulate: rtt: unknown distribution "lognormaal" (known: deterministic, uniform, exponential, erlang, hyperexponential, normalTruncated, lognormal, pareto, weibull, mixture, empirical, shifted, scaled; did you mean lognormal?)',
    ],
    [
      simulate("raft", "rtt=lognormal(p50=1 ms)"),
      2,
      "simulate: rtt: lognormal: p99 is missing (the 99th percentile; must be > 0 s)",
    ],
    [
      simulate("raft", "fsync=p50 1 ms"),
      2,
      'simulate: fsync must be a time, a distribution or "p50 1 ms, p99 6 ms", got "p50 1 ms"',
    ],
    [
      ["notebook", "x.ipynb", "--timeout", "10"],
      2,
      'notebook: --timeout needs a unit (s, ms, us, µs, μs, ns), got "10"',
    ],
  ]);
});

test("values that do not go together name both", async () => {
  await refused([
    [
      model("quorumAvailability", "nodes=3", "quorum=4", "nodeAvailability=0.9"),
      1,
      "quorumAvailability: quorum 4 must be <= nodes 3",
    ],
    [simulate("raft", "nodes=3", "quorum=4"), 1, "raft: quorum must be <= nodes 3, got 4"],
    [
      simulate("raft", "nodes=4", "quorum=2"),
      1,
      "raft: quorum must be > nodes/2 = 2 so that any two quorums meet, got 2",
    ],
    [simulate("raft", "initialLeader=3"), 1, "raft: initialLeader must be < nodes 3, got 3"],
    [
      simulate("raft", "electionTimeoutMin=300 ms", "electionTimeoutMax=150 ms"),
      1,
      "raft: electionTimeoutMin must be <= electionTimeoutMax 0.15 s, got 0.3 s",
    ],
    [
      simulate("raft", "heartbeatInterval=1 s", "electionTimeoutMin=150 ms"),
      1,
      "raft: heartbeatInterval must be < electionTimeoutMin 0.15 s, got 1 s",
    ],
    [simulate("raft", "fsync=p50 6 ms, p99 1 ms"), 1, "lognormal: p50 0.006 must be < p99 0.001"],
    [
      ["model", "mm1", ...set("serviceTime=1 ms"), "--grid", "arrivalRate=900 1/s:100 1/s:5"],
      1,
      "mm1: --grid arrivalRate from 900 must be <= to 100",
    ],
  ]);
});

test("a load that cannot be carried", async () => {
  await refused([
    [
      model("mm1", "arrivalRate=1000 1/s", "serviceTime=1 ms"),
      1,
      "mm1: unstable, utilisation 1.000 must be < 1",
    ],
    [
      model("mm1", "arrivalRate=1200 1/s", "serviceTime=1 ms"),
      1,
      "mm1: unstable, utilisation 1.200 must be < 1",
    ],
  ]);
  // The simulator has no error for it: unstable is what it finds, and no mean is claimed.
  const terminal = recordingTerminal();
  assert.equal(await runCli([...simulate("station", "rate=1200 1/s"), "--json"], terminal), 0);
  assert.equal((JSON.parse(terminal.written.out) as { state: string }).state, "unstable");
});

test("names that do not exist, or come twice", async () => {
  const settings = [...raftKeys, ...SHARED_KEYS].join(", ");
  const known = [...modelIndex.keys()].join(", ");
  const tables = REPRODUCTIONS.map(({ table }) => table).join(", ");
  await refused([
    [
      model("mm1", "arivalRate=1 1/s"),
      2,
      'mm1: unknown parameter "arivalRate" (known: arrivalRate, serviceTime, probability; did you mean arrivalRate?)',
    ],
    [
      model("mm1", "__proto__=1"),
      2,
      'mm1: unknown parameter "__proto__" (known: arrivalRate, serviceTime, probability)',
    ],
    [
      () => models.mm1({ arrivalRate: 1, serviceTime: 0.1, constructor: 1 } as never),
      2,
      'mm1: unknown parameter "constructor" (known: arrivalRate, serviceTime, probability)',
    ],
    [
      model("mm1", "serviceTime=1 ms", "serviceTime=2 ms"),
      2,
      "mm1: serviceTime must be set once, got it twice",
    ],
    [model("mm1", "serviceTime"), 2, 'mm1: --set must be key=value, got "serviceTime"'],
    [model("mm1", "=5"), 2, 'mm1: --set must be key=value, got "=5"'],
    [
      simulate("raft", "quorom=2"),
      2,
      `simulate raft: unknown setting "quorom" (known: ${settings}; did you mean quorum?)`,
    ],
    [
      simulate("raft", "order=streem"),
      2,
      'simulate: unknown order "streem" (known: stream, datagram; did you mean stream?)',
    ],
    [
      simulate("raft", "keys=9", "popularity=zip"),
      2,
      'simulate: unknown popularity "zip" (known: uniform, zipf, hot; did you mean zipf?)',
    ],
    [
      simulate("raft", "popularity=hot"),
      2,
      'simulate: popularity must be uniform, zipf:EXPONENT or hot:SHARE:KEYS, got "hot"',
    ],
    [
      simulate("raft", "clients=node 7"),
      2,
      'simulate: unknown client place "node 7" (known: leader, every node, node 0, node 1, node 2, LAN; did you mean node 0?)',
    ],
    [["models", "mn1"], 2, `models: unknown model "mn1" (known: ${known}; did you mean mm1?)`],
    [
      ["protocols", "paxo"],
      2,
      `protocols: unknown protocol "paxo" (known: ${[...protocolIndex.keys()].join(", ")}; did you mean paxos?)`,
    ],
    [
      ["reproduce", "queue_erlang"],
      2,
      `reproduce: unknown table "queue_erlang" (known: ${tables}; did you mean queue_erlang_c?)`,
    ],
    [
      ["export", folder, "--formats", "svg,gif"],
      2,
      'export: unknown format "gif" (known: svg, png, pdf, html, csv, parquet; did you mean pdf?)',
    ],
    [
      ["simulat"],
      2,
      'command line: unknown command "simulat" (known: models, protocols, model, simulate, sweep, notebook, export, kernel, check, reproduce, bench; did you mean simulate?)',
    ],
    [
      ["simulate", "raft", "--sett", "a=1"],
      2,
      'simulate: unknown option "--sett" (known: --set, --fault, --workers, --quiet, --json, --help; did you mean --set?)',
    ],
    [["simulate", "raft", "--set"], 2, "simulate: --set <key=value> needs a value"],
    [["model"], 2, "model: name is missing (see: npx protolab model --help)"],
    [["models", "a", "b"], 2, "models: too many arguments for 'models'. Expected 1 argument but got 2"],
  ]);
});

test("settings without effect are refused, not ignored", async () => {
  await refused([
    [
      simulate("raft", "jitter=0.5", "rtt=exponential(mean=1 ms)"),
      2,
      "simulate: jitter has no effect where rtt is a distribution",
    ],
    [
      simulate("raft", "diskBandwidth=1 Gbit/s"),
      2,
      "simulate: diskBandwidth has no effect without fsync: there is no disk",
    ],
    [
      simulate("raft", "arrivals=closed:4", "rate=100 1/s"),
      2,
      "simulate: rate has no effect with closed arrivals: users wait for their answers",
    ],
    [simulate("raft", "think=1 s"), 2, "simulate: think has no effect with arrivals=poisson"],
    [simulate("raft", "place=Tokyo=1"), 2, "simulate: place has no effect without rttMatrix"],
    [
      simulate("raft", "replications=6", "precision=0.1"),
      2,
      "simulate: precision has no effect beside replications",
    ],
    [
      simulate("raft", "bandwidth=none", "payload=1 KiB"),
      1,
      "study: payload must have an effect, got 1 KiB on raft without a bandwidth of network or disk and without CPU time per byte",
    ],
    [
      () =>
        study({ system: group, workload: workload.poisson(1) })
          .sweep({ rate: [1, 2] })
          .run({ seed: 1 }),
      1,
      "study: swept parameter rate must have an effect, got 2 values that change neither system nor workload",
    ],
  ]);
});

test("too little for an interval, and seeds that are none", async () => {
  await refused([
    [() => replicationInterval([1]), 1, "replicationInterval: needs at least 2 replications, got 1"],
    [() => batchMeans([1, 2, 3], { batches: 2 }), 1, "batchMeans: batches must be an integer >= 10, got 2"],
    [() => verdict({ low: 1, high: 2 }, 1, -1), 1, "verdict: tolerance must be finite and >= 0, got -1"],
    [() => claim("it holds", false), 1, 'claim: "it holds" must hold, got false'],
    [simulate("raft", "replications=1"), 1, "simulate: replications must be an integer >= 5, got 1"],
    [simulate("raft", "precision=0"), 1, "simulate: precision must be > 0 and < 1, got 0"],
    [simulate("raft", "operations=5"), 1, "simulate: operations must be an integer >= 10, got 5"],
    [
      simulate("raft", "warmUp=soon"),
      1,
      'simulate: warmUp must be a number of operations or mser-5, got "soon"',
    ],
    [["simulate", "raft", ...set("seed=-1")], 1, `simulate: ${seedRule}, got -1`],
    [["simulate", "raft", ...set("seed=0.5")], 1, `simulate: ${seedRule}, got 0.5`],
    [["simulate", "raft", ...set("seed=9007199254740993")], 1, `simulate: ${seedRule}, got 9007199254740993`],
    [["sweep", "x.ts", "--seed", "-3"], 1, `sweep: ${seedRule}, got -3`],
    [
      () => load.sweep({ rate: [1] }).run({} as never),
      2,
      "study: seed is missing (a whole number from 0 to 2^53 - 1)",
    ],
  ]);
});

test("ranges that are empty or too large, and runs without end", async () => {
  const rates = perSecond.linspace(1, 1e4, 1001);
  await refused([
    [() => load.sweep({ rate: [] }), 1, "study: sweep rate must hold at least 1 value, got []"],
    [() => linspace(10, 1, 3), 1, "linspace: to 1 must be >= from 10"],
    [
      () => load.sweep({ rate: rates, payload: linspace(1, 1000, 1000) }).run({ seed: 1 }),
      1,
      "study: grid must be <= 1000000 points, got 1001000 (about 28 hours of one thread; maxPoints: 1001000 allows it)",
    ],
    [
      ["model", "mm1", "--grid", "serviceTime=1 us:2 us:1000", "--grid", "arrivalRate=1 1/s:9 1/s:1000"],
      1,
      "mm1: grid must be <= 100000 points, got 1000000",
    ],
    [
      () =>
        simulateRun(protocolNamed("raft"), group, workload.poisson(100), {
          seed: 1,
          maxEvents: 3,
        }),
      1,
      "raft: run must end within 3 events, got to 0.0005000 s with 0 operations in flight",
    ],
    [["reproduce", "--effort", "0"], 1, "reproduce: effort must be an integer >= 1 and <= 1000, got 0"],
    [["bench", "--runs", "0"], 1, "bench: runs must be an integer >= 1 and <= 1000, got 0"],
  ]);
});

const HEAD = "from,to,rtt_ms\n";
/** What is in a file, and what is wrong with it after its path. */
const FILES: readonly (readonly [name: string, content: string | Uint8Array, message: string])[] = [
  ["empty.csv", "", ":1: file must not be empty, got 0 bytes"],
  ["bom.csv", `\ufeff${HEAD}A,B,1\n`, ":1: file must begin without a byte order mark, got EF BB BF"],
  [
    "truncated.csv",
    `${HEAD}A,B,1\nA,C,`,
    ':3: last line must end with a newline, got "A,C," (file cut short?)',
  ],
  ["ragged.csv", `${HEAD}A,B\n`, ":2: row must have 3 fields, got 2"],
  ["decimal-comma.csv", `${HEAD}A,B,1,5\n`, ":2: row must have 3 fields, got 4 (a decimal comma?)"],
  ["text.csv", `${HEAD}A,B,fast\n`, ':2: column "rtt_ms" must be a number >= 0, got "fast"'],
  ["negative.csv", `${HEAD}A,B,-1\n`, ':2: column "rtt_ms" must be a number >= 0, got "-1"'],
  [
    "duplicate.csv",
    `${HEAD}A,B,1\nA,B,2\n`,
    ':3: column "from" to "to": "A", "B" must occur once, got it again after line 2',
  ],
  ["column.csv", "from,to,rtt\nA,B,1\n", ':1: column "rtt_ms" is missing (columns: from, to, rtt)'],
  ["no-rows.csv", HEAD, ":2: table must have at least 1 row, got none"],
  ["twice.csv", "from,to,rtt_ms,to\nA,B,1,2\n", ':1: column "to" must occur once, got it twice'],
  ["pair.csv", `${HEAD}A,C,1\nB,C,2\n`, ': round trip between "A" and "B" is missing'],
  ["quote.csv", `${HEAD}A,B,"1\n`, ":2: quote must be closed before the end of the file"],
  ["latin1.csv", Uint8Array.of(0x61, 0xe9, 0x0a), ": file must be UTF-8"],
];

test("data files that are not what they must be", async () => {
  for (const [name, content] of FILES) writeFileSync(join(folder, name), content);
  const read = (path: string): string[] => simulate("raft", `rttMatrix=${path}`, "place=A=1,B=1");
  const missing = join(folder, "nowhere.csv");
  const matrix = "rttMatrix=data/rtt/ibm-cloud-regions-2026.csv";
  await refused([
    ...FILES.map(
      ([name, , message]): Case => [read(join(folder, name)), 1, `${join(folder, name)}${message}`],
    ),
    [read(missing), 1, `${missing}: cannot be read (ENOENT: no such file or directory)`],
    [
      simulate("raft", matrix, "place=Tokio=3"),
      2,
      'network.fromRttMatrix: unknown place "Tokio" (known: Dallas, Toronto, Washington DC, Frankfurt, London, Madrid, Montreal, Chennai, Mumbai, Osaka, Sydney, Tokyo, Sao Paulo; did you mean Tokyo?)',
    ],
    [
      simulate("raft", matrix, "place=Tokyo=3"),
      1,
      'network.fromRttMatrix: within must be given where nodes share a place (Tokyo: 3): a time such as "0.8 ms", or the path of a file of zones',
    ],
    [
      simulate("raft", matrix),
      2,
      'simulate: place is missing (nodes at each place of the matrix, such as "Frankfurt=2,Tokyo=1")',
    ],
  ]);
});

const METADATA = { kernelspec: { name: "python3", display_name: "Python", language: "python" } };
const NOTEBOOKS: readonly (readonly [name: string, content: string, message: string])[] = [
  ["bad.ipynb", '{"cells": [\n 1,,\n]}', ':2: must be JSON: expected a value, got ","'],
  ["empty.ipynb", "", ":1: must be a notebook (JSON), got an empty file"],
  ["list.ipynb", "[]", ":1: the notebook must be an object, got []"],
  ["three.ipynb", '{"nbformat": 3, "worksheets": []}', ":1: nbformat must be 4, got 3"],
  [
    "python.ipynb",
    JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: METADATA, cells: [] }),
    ':1: metadata.kernelspec.language must be "typescript", got "python"',
  ],
  [
    "no-kernel.ipynb",
    '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}',
    ':1: metadata.kernelspec must name the kernel ("protolab", language "typescript"), got none',
  ],
];

test("notebooks, sweep files and results that are none", async () => {
  for (const [name, content] of NOTEBOOKS) writeFileSync(join(folder, name), content);
  writeFileSync(join(folder, "no-study.ts"), "export const x = 1;\n");
  writeFileSync(join(folder, "torn.json"), '{"a":\n1,,}');
  writeFileSync(join(folder, "result.json"), "{}");
  const at = (name: string): string => join(folder, name);
  await refused([
    ...NOTEBOOKS.map(([name, , message]): Case => [["notebook", at(name)], 2, `${at(name)}${message}`]),
    [["notebook", at("no.ipynb")], 2, `${at("no.ipynb")}:1: must be a notebook file, got no such file`],
    [["notebook", folder], 2, `${folder}:1: must be a notebook file, got a folder`],
    [
      ["notebook", "a.ipynb", "b.ipynb", "--out", "c.ipynb"],
      2,
      "notebook: --out must be for one notebook, got 2",
    ],
    [["sweep", at("no.ts")], 1, `${at("no.ts")}: cannot be read (ENOENT: no such file or directory)`],
    [
      ["sweep", at("no-study.ts")],
      2,
      `${at("no-study.ts")}: must export one study, or one named study, got x`,
    ],
    [["export", at("no")], 1, `${at("no")}: cannot be read (ENOENT: no such file or directory)`],
    [["export", at("torn.json")], 1, `${at("torn.json")}:2: must be JSON (a name in quotes, got ",}")`],
    [
      ["export", at("result.json")],
      1,
      `${at("result.json")}:1: must be the result of a study with study, got {}`,
    ],
  ]);
});

test("the processes themselves end with these codes, in one line", async () => {
  const command = fileURLToPath(new URL("./protolab.mjs", import.meta.url));
  const run = (words: readonly string[]): Promise<{ code: number | null; err: string }> =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, [command, ...words], { stdio: ["ignore", "ignore", "pipe"] });
      let err = "";
      child.stderr.on("data", (chunk: Buffer) => {
        err += chunk.toString();
      });
      child.on("close", (code) => resolve({ code, err }));
    });
  const unstable = model("mm1", "arrivalRate=1200 1/s", "serviceTime=1 ms");
  const results = await Promise.all(
    [["--version"], unstable, ["models", "mn1"], ["notebook", join(folder, "bad.ipynb")]].map(run),
  );
  assert.deepEqual(
    results.map(({ code }) => code),
    [0, 1, 2, 2],
  );
  assert.equal(results[1].err, "protolab: mm1: unstable, utilisation 1.200 must be < 1\n");
  for (const { err } of results) assert.ok(err.split("\n").length <= 2, err);
});

test("at least 60 kinds of bad input are tried", () => {
  assert.ok(cases >= 60, `${cases} cases`);
});
