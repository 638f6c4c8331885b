/** Bad names, settings without effect, seeds that are none, too little for an interval, ranges and sizes. */
import { test } from "node:test";
import {
  batchMeans,
  claim,
  linearizable,
  linspace,
  logspace,
  models,
  mser5,
  perSecond,
  protocolNamed,
  replicationInterval,
  simulateRun,
  study,
  verdict,
  workload,
} from "../lib/index.ts";
import { modelIndex } from "../lib/models/index.ts";
import { protocolIndex } from "../lib/protocols/index.ts";
import { type Case, group, load, model, refused, seedRule, set, simulate } from "./bad-input.fixture.ts";
import { SHARED_KEYS } from "./commands/simulate-settings.ts";
import { REPRODUCTIONS } from "./reproduce/index.ts";

const raftKeys = Object.keys(protocolNamed("raft").parameters);

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
      ["export", ".", "--formats", "svg,gif"],
      2,
      'export: unknown format "gif" (known: svg, png, pdf, html, csv, parquet; did you mean pdf?)',
    ],
    [
      ["simulat"],
      2,
      'command line: unknown command "simulat" (known: models, protocols, model, simulate, sweep, notebook, export, kernel, check, reproduce, policies, bench; did you mean simulate?)',
    ],
    [
      ["simulate", "raft", "--sett", "a=1"],
      2,
      'simulate: unknown option "--sett" (known: --set, --fault, --workers, --quiet, --json, --help; did you mean --set?)',
    ],
    [["simulate", "raft", "--set"], 2, "simulate: --set <key=value> needs a value"],
    [["simulate", "raft", "nodes=3", "nodes=4"], 2, "simulate: nodes must be set once, got it twice"],
    [
      [
        "model",
        "mm1",
        ...set("serviceTime=1 ms", "arrivalRate=1 1/s"),
        "--grid",
        "arrivalRate=1 1/s:2 1/s:3",
      ],
      2,
      "mm1: arrivalRate must be set or a grid, got both",
    ],
    [["kernel", "remove"], 2, 'kernel: unknown command "remove" (known: install, uninstall, spec)'],
    [["simulate"], 2, "simulate: protocol is missing (see: npx protolab simulate --help)"],
    [
      () => workload.poisson(10, { payloads: 1 } as never),
      2,
      'workload: unknown option "payloads" (known: payload, reads, keys, popularity, clients, timeout, retry; did you mean payload?)',
    ],
    [
      () => study({ system: group, workload: workload.poisson(1), sytem: 1 } as never),
      2,
      'study: unknown field "sytem" (known: system, workload, name, title, units; did you mean system?)',
    ],
    [
      () =>
        load
          .sweep({ rate: [1] })
          .sweep({ rate: [2] })
          .points(),
      2,
      "study: parameter rate must be swept once, got it twice",
    ],
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
    [
      simulate("raft", "rtts=10 ms,20 ms", "nodes=3"),
      2,
      "simulate: nodes has no effect beside rtts: there is a node for each round trip, and node 0",
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
    [
      simulate("raft", "operations=5"),
      1,
      "simulate: operations must be an integer >= 10 and <= 100000000, got 5",
    ],
    [
      simulate("raft", "warmUp=soon"),
      1,
      'simulate: warmUp must be a number of operations or mser-5, got "soon"',
    ],
    [["simulate", "raft", ...set("seed=-1")], 1, `simulate: ${seedRule}, got -1`],
    [["simulate", "raft", ...set("seed=0.5")], 1, `simulate: ${seedRule}, got 0.5`],
    [["simulate", "raft", ...set("seed=9007199254740993")], 1, `simulate: ${seedRule}, got 9007199254740993`],
    [["sweep", "x.ts", "--seed", "-3"], 1, `sweep: ${seedRule}, got -3`],
    [["check", "raft", "--seed", "x"], 2, 'check: seed must be a number such as "0.5", got "x"'],
    [["check", "raft", "--from", "-1"], 1, "check: from must be an integer >= 0, got -1"],
    [["check", "balancer", "--mutants"], 2, "check: balancer must have known bugs to hunt, got none"],
    [
      ["check", "raft", "--walks", "0", "--schedules", "0"],
      2,
      "check: walks or schedules must be > 0, got 0 of both",
    ],
    ...[-1, 1.5, 2 ** 53, "1"].map(
      (seed): Case => [
        () => load.sweep({ rate: [1] }).run({ seed } as never),
        1,
        `study: ${seedRule}, got ${JSON.stringify(seed)}`,
      ],
    ),
    [
      () => load.sweep({ rate: [1] }).run({ seed: 1, minReplications: 1 }),
      1,
      "study: minReplications must be an integer >= 5, got 1",
    ],
    [
      () => load.sweep({ rate: [1] }).run({ seed: 1, minReplications: 9, maxReplications: 5 }),
      1,
      "study: minReplications 9 must be <= maxReplications 5",
    ],
    [
      () => load.compareWith(models.leaderCommitLatency, {} as never),
      2,
      "study: compareWith leaderCommitLatency: tolerance must be stated before the run, for instance { tolerance: 0.05 }",
    ],
    [() => mser5([1]), 1, "mser5: needs at least 50 observations, got 1"],
    [() => linearizable([]), 1, "linearizable: history must have at least 1 operation, got 0"],
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
    [() => load.sweep({ rate: [1, 1] }), 1, "study: sweep rate must hold each value once, got 1 twice"],
    [
      () => load.sweep({ rate: [Number.NaN] }),
      1,
      "study: sweep rate must hold finite numbers, texts or switches, got NaN",
    ],
    [
      () => load.zip({ rate: [1, 2], payload: [1] }),
      1,
      "study: zip lists must have equal lengths, got 2 of rate and 1 of payload",
    ],
    [
      () =>
        load
          .sweep({ rate: [1, 2] })
          .filter(() => false)
          .run({ seed: 1 }),
      1,
      "study: filter must leave at least 1 point, got 0 of 2",
    ],
    [() => logspace(0, 1, 3), 1, "logspace: from must be > 0, got 0"],
    [
      simulate("raft", "operations=1e12"),
      1,
      "simulate: operations must be an integer >= 10 and <= 100000000, got 1000000000000",
    ],
    [
      ["simulate", "raft", "--workers", "0"],
      1,
      "simulate: workers must be an integer >= 1 and <= 256, got 0",
    ],
    [["bench", "--runs", "0"], 1, "bench: runs must be an integer >= 1 and <= 1000, got 0"],
  ]);
});
