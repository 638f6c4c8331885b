/** Faults that cannot be: the exact message and exit code of each, from the command line. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { paxosMutants } from "../lib/protocols/consensus/paxos.mutants.ts";
import { runCli } from "./cli.ts";
import { recordingTerminal } from "./commands/recording-terminal.ts";

const quick = ["--quiet", "--set", "seed=1", "--set", "operations=20", "--set", "replications=5"];
const faulty = (...texts: string[]): string[] => [
  "simulate",
  "raft",
  ...quick,
  ...texts.flatMap((t) => ["--fault", t]),
];

async function refused(
  cases: readonly (readonly [argv: readonly string[], code: number, message: string])[],
) {
  for (const [argv, code, message] of cases) {
    const terminal = recordingTerminal();
    const got = await runCli(argv, terminal);
    assert.deepEqual(
      { code: got, err: terminal.written.err },
      { code, err: `protolab: ${message}\n` },
      argv.join(" "),
    );
  }
}

test("faults that do not exist, or not there", async () => {
  await refused([
    [
      faulty("crush node=1 at=1s"),
      2,
      '--fault: unknown fault "crush" (known: crash, pause, slow-node, slow-disk, failing-disk, clock, loss, duplication, reordering, delay, partition, cut, isolation, command; did you mean crash?)',
    ],
    [
      faulty("crash node=1 att=1s"),
      2,
      '--fault crash: unknown option "att" (known: node, at, lasts, every, until, mttf, mttr; did you mean at?)',
    ],
    [faulty("crash at=1s"), 2, "--fault: node is missing"],
    [faulty("crash node=1"), 2, "crash: at (or mttf and mttr) must be given, got nothing"],
    [faulty("crash node=7 at=1s"), 1, "raft: crash: node must be from 0 to 2, got 7"],
    [faulty("partition groups=0,1|5 at=1s"), 1, "raft: partition: node must be from 0 to 2, got 5"],
    [faulty("partition groups=0,1|1 at=1s"), 1, "raft: partition: node 1 must be in one group, got it twice"],
    [faulty("cut links=0-1 at=1s"), 1, '--fault: links must be like 0>1,2>0, got "0-1"'],
    [faulty("crash node=1 at=1s at=2s"), 2, "--fault crash: at must be given once, got it twice"],
    [faulty("crash node"), 2, '--fault crash: options must be option=value, got "node"'],
  ]);
});

test("faults with values that cannot be", async () => {
  const mutants = paxosMutants.map(({ id }) => id).join(", ");
  await refused([
    [faulty("loss probability=1.5"), 1, "loss: probability must be >= 0 and <= 1, got 1.5"],
    [faulty("loss probability=often"), 1, '--fault: probability must be a number, got "often"'],
    [faulty("slow-node node=1 factor=0 at=0s"), 1, "slow node: factor must be > 0, got 0"],
    [faulty("crash node=1 at=1s lasts=3s every=2s"), 1, "crash: lasts must be < every 2 s, got 3 s"],
    [faulty("crash node=1 mttf=1s"), 2, "crash: times must be at, lasts, every or mttf with mttr, got mttf"],
    [
      faulty("pause node=1 at=1s"),
      2,
      "pause: lasts must be given (a pause that never ends is a crash), got at alone",
    ],
    [faulty("clock node=1 drift=-1 at=0s"), 1, "clock: drift must be > -1, got -1"],
    [
      faulty("crash node=1 at=1s"),
      2,
      "simulate raft: workload must have a timeout or a retry where requests can be lost (crash), got neither (point {}, replication 0, seed 6042696472138655)",
    ],
    [
      ["simulate", "station", ...quick, "--set", "nodes=1", "--fault", "crash node=0 at=1s"],
      1,
      "station: crash: protocol must be able to recover from its disk, got station, which cannot",
    ],
    [
      ["check", "paxos", "--quiet", "--mutant", "P99"],
      2,
      `paxos: unknown mutant "P99" (known: ${mutants}; did you mean P9?)`,
    ],
  ]);
});
