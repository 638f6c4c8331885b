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
      [...faulty("clock node=1 drift=0.2 at=0s"), "--set", "reads=lease"],
      1,
      "raft: clock: drift must be within ±0.1, on which leases rest (unsafe allows more), got 0.2",
    ],
    [
      ["check", "paxos", "--quiet", "--mutant", "P99"],
      2,
      `paxos: unknown mutant "P99" (known: ${mutants}; did you mean P9?)`,
    ],
  ]);
});

test("settings that break promises, from the command line: of simulate and of check", async () => {
  const simulate = (protocol: string, ...set: string[]): string[] => [
    "simulate",
    protocol,
    ...quick,
    ...set.flatMap((text) => ["--set", text]),
  ];
  const check = (protocol: string, ...set: string[]): string[] => [
    "check",
    protocol,
    "--quiet",
    "--walks",
    "1",
    "--schedules",
    "0",
    ...set.flatMap((text) => ["--set", text]),
  ];
  const beat = "raft: heartbeatInterval must be < electionTimeoutMin 0.15 s, got 0.15 s";
  const miss = "raft: quorum must be > nodes/2 = 1.5 so that any two quorums meet, got 1";
  await refused([
    [simulate("raft", "heartbeatInterval=150ms", "electionTimeoutMin=150ms"), 1, beat],
    [check("raft", "heartbeatInterval=150ms", "electionTimeoutMin=150ms"), 1, beat],
    [simulate("raft", "quorum=1"), 1, miss],
    [check("raft", "quorum=1"), 1, miss],
    [
      simulate("flexible-paxos", "quorum=1", "prepareQuorum=2"),
      1,
      "flexible-paxos: quorum + prepareQuorum must be > members 3 so that any two quorums meet (unsafe allows it), got 1 and 2",
    ],
    [
      check("raft", "reads=lease", "clockDriftBound=0"),
      1,
      "raft: clockDriftBound must be > 0 with reads lease (no two clocks run alike; unsafe allows it), got 0",
    ],
    [check("raft", "quorum=two"), 2, 'raft: quorum must be a number such as "0.5", got "two"'],
    [check("raft", "quorum=1.5"), 1, "raft: quorum must be an integer >= 0 and <= 31, got 1.5"],
    [
      check("raft", "snapshotAfter=true"),
      2,
      'raft: snapshotAfter must be a number such as "0.5", got "true"',
    ],
    [check("raft", "preVote=1"), 1, 'raft: preVote must be true or false, got "1"'],
  ]);
  const terminal = recordingTerminal();
  const whole = check("raft", "quorum=2", "snapshotAfter=3", "heartbeatInterval=20 ms", "preVote=true");
  assert.equal(await runCli([...whole, "--workers", "1"], terminal), 0, terminal.written.err);
  assert.match(terminal.written.out, /^raft\n {2}1 walks {2}0 violations$/m);
});
