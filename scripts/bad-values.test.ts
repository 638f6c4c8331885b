/** Bad values: numbers, units, values that do not go together, loads that cannot be carried. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { disk, models, ms, network, raft, workload } from "../lib/index.ts";
import { model, refused, set, simulate } from "./bad-input.fixture.ts";
import { runCli } from "./cli.ts";
import { recordingTerminal } from "./commands/recording-terminal.ts";

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
    [simulate("raft", "nodes=3.5"), 1, "simulate: nodes must be an integer >= 1 and <= 100000, got 3.5"],
    [simulate("raft", "nodes=NaN"), 2, 'simulate: nodes must be a number such as "0.5", got "NaN"'],
    [simulate("raft", "nodes="), 2, 'simulate: nodes must be a number such as "0.5", got ""'],
    [simulate("raft", "keys=0"), 1, "simulate: keys must be an integer >= 1 and <= 1000000, got 0"],
    [simulate("raft", "timeout=0 s"), 1, "simulate: timeout must be > 0 s, got 0"],
    [simulate("raft", "pipeline=1.5"), 1, "raft: pipeline must be an integer >= 0, got 1.5"],
    [simulate("raft", "preVote=yes"), 1, 'raft: preVote must be true or false, got "yes"'],
    [
      simulate("raft", "arrivals=closed:0"),
      1,
      "simulate: users of arrivals must be an integer >= 1 and <= 1000000, got 0",
    ],
    [
      model("mm1", "arrivalRate=1e400 1/s", "serviceTime=1 ms"),
      1,
      'mm1: arrivalRate must be finite, got "1e400 1/s"',
    ],
    [
      model("mg1", "arrivalRate=1 1/s", "serviceTime=1 ms", "serviceScv=-1"),
      1,
      "mg1: serviceScv must be >= 0, got -1",
    ],
    [
      model("mg1", "arrivalRate=1 1/s", "serviceTime=1 ms", "serviceScv=Infinity"),
      2,
      'mg1: serviceScv must be a number such as "0.5", got "Infinity"',
    ],
    [() => models.mm1(null as never), 2, "mm1: inputs must be an object, got null"],
    [() => ms(Number.NaN), 1, "ms: value must be a finite number, got NaN"],
    [() => ms("5" as never), 1, 'ms: value must be a finite number, got "5"'],
    [() => workload.poisson(0), 1, "workload: rate must be > 0 1/s, got 0"],
    [() => workload.poisson(10, { reads: 2 }), 1, "workload: reads must be >= 0 and <= 1, got 2"],
    [() => disk.fsync(-1), 1, "disk: fsync must be >= 0 s, got -1 s"],
    [() => raft({} as never), 1, "raft: network must be given, got undefined"],
    [() => raft(undefined as never), 2, "raft: settings must be an object, got undefined"],
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
    [
      model("mm1", "arrivalRate=1 1/s", "serviceTime=1 MS"),
      2,
      'mm1: serviceTime has unknown unit "MS" (known: s, ms, us, µs, μs, ns, min, h, d; did you mean ms?)',
    ],
    [simulate("raft", "rtt=1 s/B"), 2, 'simulate: rtt must be a time, got "1 s/B" which is a time per byte'],
    [
      simulate("raft", "rtt=uniform(min=1 ms, max=3 ms"),
      2,
      'simulate: rtt must be written as uniform(min=1 ms, max=3 ms), got "uniform(min=1 ms, max=3 ms"',
    ],
    [
      simulate("raft", "rtt=uniform(min=1 ms, maxx=3 ms)"),
      2,
      'simulate: rtt: uniform: unknown parameter "maxx" (known: min, max; did you mean max?)',
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
    [simulate("raft", "members=9"), 1, "raft: members must be <= nodes 3, got 9"],
    [
      simulate("raft", "rtt=uniform(min=3 ms, max=1 ms)"),
      1,
      "simulate: rtt: uniform: min 0.003 must be < max 0.001",
    ],
    [
      simulate("paxos", "quorum=1", "prepareQuorum=2"),
      1,
      "paxos: quorum + prepareQuorum must be > nodes 3 so that any two quorums meet, got 1 and 2",
    ],
    [
      simulate("paxos", "rtt=16 ms", "retryDelay=8 ms", "backOff=4 ms"),
      1,
      "paxos: run must end within 300000 events, got to 259.8 s with 3 operations in flight",
    ],
    [
      () => network.lan({ nodes: 3 } as never),
      1,
      "network.lan: exactly one of rtt and oneWay must be given, got neither",
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
