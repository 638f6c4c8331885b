/**
 * What is measured: every workload with the engines that run it.
 *
 * To add an engine to a workload is one line: its name, the tool that runs it, its first arguments, and roughly how
 * many operations it does a second (which sets how long a run is; the measured rate does not depend on it).
 */
import { UsageError, unknownName } from "../../lib/core/errors.ts";
import { cpp, ours, typescript } from "./engines.ts";
import {
  balancing,
  decisions,
  memoryBalancing,
  placement,
  placementBuild,
  recursions,
} from "./workloads-balancing.ts";

/** How a program comes to be run; `tools.ts` finds each or says what is missing. */
export type Tool =
  | { readonly kind: "c++"; readonly source: string }
  | { readonly kind: "ns-3" }
  | { readonly kind: "python"; readonly module: string; readonly script: string; readonly install: string }
  | { readonly kind: "typescript"; readonly script: string; readonly npm?: string };

/** One program that runs a workload. It is called with `first`, then size, operations and seed. */
export interface Engine {
  readonly engine: string;
  readonly tool: Tool;
  readonly first: readonly string[];
  /** Operations a second, roughly, on the kind of machine this was written on. */
  readonly pace: number;
  /** Seconds that a run takes, roughly; default 1. */
  readonly length?: number;
}

/** A workload that several engines run. */
export interface Workload {
  readonly name: string;
  readonly title: string;
  /** Of the rate: `events/s`, or `MB` where memory is measured. */
  readonly unit: string;
  /** Pending events, servers, nodes or points, by workload. */
  readonly size: number;
  /** Operations of each run, where it is not to be a second's worth. */
  readonly operations?: number;
  /** What every engine's mean must be, and what it is a mean of; null: what the baseline finds. */
  readonly mean: { readonly of: string; readonly expected: number | null };
  /** Engines by rank as a baseline: ratios are to the first that is at hand. */
  readonly engines: readonly Engine[];
  /** Which number of the report is the row's: operations a second (default), or megabytes at the peak. */
  readonly reading?: "rate" | "peak";
  /** Stands in for an engine as what ratios are to. */
  readonly limit?: { readonly name: string; readonly value: number };
}

const NS3: Tool = { kind: "ns-3" };
const SIMPY: Tool = {
  kind: "python",
  module: "simpy",
  script: "baselines/simpy-bench.py",
  install: "pip install simpy",
};
const SIMPY_2: Tool = {
  kind: "python",
  module: "SimPy",
  script: "baselines/simpy2-bench.py",
  install: "apt-get install python3-simpy",
};

/** Engines of others for one of the three workloads; `paces` in their order. */
function others(program: string, paces: readonly number[]): Engine[] {
  const tools: readonly (readonly [engine: string, tool: Tool, first: readonly string[]])[] = [
    ["C++ std::priority_queue", cpp(`${program}.cpp`), ["standard"]],
    ["SimPy", SIMPY, [program]],
    ["SimPy 2", SIMPY_2, [program]],
    ["C++ 4-ary heap", cpp(`${program}.cpp`), ["four-ary"]],
    ["ns-3 map scheduler", NS3, ["Map", program]],
    ["ns-3 priority queue scheduler", NS3, ["PriorityQueue", program]],
    ["simjs", typescript("baselines/simjs.ts", "simjs"), [program]],
    ["simscript", typescript("baselines/simscript.ts", "simscript"), [program]],
  ];
  return tools.map(([engine, tool, first], i) => ({
    engine,
    tool,
    first,
    pace: paces[i],
    // A second of the baseline, to which all are held, would be a second of whatever else this machine does.
    length: i === 0 ? 5 : 1,
  }));
}

function hold(name: string, pending: number, paces: readonly number[]): Workload {
  return {
    name,
    title: `hold: ${pending} pending events`,
    unit: "events/s",
    size: pending,
    mean: { of: "increments", expected: 1 },
    engines: [
      ...others("hold", paces),
      // The workload is the rate of the loop: what its start and the compiler take is little of ten seconds.
      ours("protolab", "hold.ts", "messages", 5e6, 10),
      ours("protolab study", "hold.ts", "study", 3e6),
    ],
  };
}

function mmc(name: string, servers: number, wait: number): Workload {
  return {
    name,
    title: `M/M/${servers} at 80 % load`,
    unit: "customers/s",
    size: servers,
    mean: { of: "waits, in service times", expected: wait },
    engines: [
      ...others("mmc", [1e7, 1e5, 8e4, 1e7, 4e6, 5e6, 4e5, 1.5e4]),
      ours("protolab", "mmc.ts", "study", 2e6),
      // By Lindley's recursion: the same customers without an event queue.
      ours("protolab queues", "queues.ts", "mmc", 1e7),
    ],
  };
}

/** Erlang's formula: mean wait of M/M/c with service rate 1 and 80 % load, C(c, a)/(c − a). */
function erlangWait(servers: number): number {
  const load = 0.8 * servers;
  // Erlang B by its recursion in the number of servers, then C from B.
  let blocked = 1;
  for (let c = 1; c <= servers; c++) blocked = (load * blocked) / (c + load * blocked);
  const delayed = (servers * blocked) / (servers - load * (1 - blocked));
  return delayed / (servers - load);
}

const multiPaxos: Workload = {
  name: "W3",
  title: "Multi-Paxos in steady state, 5 nodes",
  unit: "operations/s",
  size: 5,
  mean: { of: "commit latencies, s", expected: null },
  engines: [
    ...others("multi-paxos", [1e6, 2e4, 8e3, 1e6, 3.5e5, 4e5, 6e4, 2.5e3]),
    // As above; a study has more to start, and five replications.
    ours("protolab", "multi-paxos.ts", "study", 5e5, 30),
    ours("protolab, histories off", "multi-paxos.ts", "bare", 6e5, 30),
  ],
};

const memory: Workload = {
  name: "memory-W3",
  title: "resident memory at its largest in one process of 10^7 operations of W3",
  unit: "MB",
  size: 5,
  operations: 1e7,
  mean: { of: "commit latencies, s", expected: null },
  engines: [ours("protolab", "multi-paxos.ts", "study", 4e5)],
  reading: "peak",
  limit: { name: "limit of 600 MB", value: 600 },
};

const workers: Workload = {
  name: "workers",
  title: "a study of ten seconds on one thread and on two, start-up included",
  unit: "operations/s",
  size: 8,
  operations: 8e6,
  mean: { of: "commit latencies, s", expected: null },
  engines: [
    ours("one thread", "workers.ts", "1", 3e5),
    ours("two threads", "workers.ts", "2", 6e5), //
  ],
};

const formulas: Workload = {
  name: "formulas",
  title: "one equation over 10^6 points",
  unit: "points/s",
  size: 1e6,
  mean: { of: "values", expected: null },
  engines: [
    ours("hand-written JavaScript", "formulas.ts", "hand", 4e7),
    ours("protolab model", "formulas.ts", "model", 4e7),
    ours("mathjs compiled", "formulas.ts", "mathjs", 3e5),
  ],
};

const formulasColumns: Workload = {
  name: "formulas-columns",
  title: "an equation of seven operations on four columns of 10^6 points",
  unit: "points/s",
  size: 1e6,
  mean: { of: "values", expected: null },
  engines: [
    ours("hand-written JavaScript", "formulas.ts", "hand-columns", 1.5e8),
    ours("protolab model", "formulas.ts", "model-columns", 1.5e8),
    ours("mathjs compiled", "formulas.ts", "mathjs-columns", 1e6),
  ],
};

const random: Workload = {
  name: "random",
  title: "exponential draws",
  unit: "draws/s",
  size: 1,
  mean: { of: "draws", expected: 1 },
  engines: [
    ours("-log(1 - u)", "random.ts", "inversion", 5e7),
    ours("protolab ziggurat", "random.ts", "ziggurat", 1e8),
  ],
};

const RIGHT = { of: "runs that are right, as a share", expected: 1 } as const;

const checks: Workload = {
  name: "checks",
  title: "W3 without its checks, with claims and invariants, and with its history judged as it grows",
  unit: "operations/s",
  size: 5,
  mean: RIGHT,
  engines: [
    // As many operations of each, so that what the compiler takes is the same share of all.
    ours("no checks", "checks.ts", "none", 5e5, 6),
    ours("claims and invariants", "checks.ts", "claims", 5e5, 6),
    ours("and histories judged", "checks.ts", "all", 5e5, 6),
  ],
};

const raftOnW3: Workload = {
  name: "raft-W3",
  title: "Raft, all of it, beside Multi-Paxos on W3, both with every check",
  unit: "operations/s",
  size: 5,
  mean: RIGHT,
  engines: [
    ours("Multi-Paxos", "checks.ts", "all", 5e5, 6),
    ours("Raft", "checks.ts", "raft", 5e5, 6), //
  ],
};

const linearizability: Workload = {
  name: "linearizability",
  title: "10^5 operations over 1,000 keys: running them, and judging their history",
  unit: "operations/s",
  size: 5,
  operations: 1e5,
  mean: RIGHT,
  engines: [
    ours("the run itself", "checks.ts", "run", 1e5),
    ours("judging its history", "checks.ts", "judged", 1e5),
  ],
};

/** Protocols in campaigns, and roughly how many walks and fault schedules of each take a second. */
const TRIED = [
  ["paxos", 3e4, 500],
  ["raft", 2e4, 400],
  ["multi-paxos", 2e4, 300],
  ["epaxos", 1e4, 150],
  ["zab", 2e4, 400],
  ["mencius", 6e3, 200],
] as const;

// The prototype's figures are of 200,000 Raft walks and 10,000 Raft schedules: as many here, for compiling weighs as little.
const walks: Workload = {
  name: "walks",
  title: "untimed walks of 200 actions, every action checked, 3 nodes",
  unit: "walks/s",
  size: 3,
  mean: RIGHT,
  engines: TRIED.map(([name, pace]) =>
    ours(name, "campaigns.ts", `walks ${name}`, pace, name === "raft" ? 10 : undefined),
  ),
  limit: { name: "prototype, 0.02 ms a walk", value: 50_000 },
};

const schedules: Workload = {
  name: "schedules",
  title: "fault schedules of ten virtual seconds, histories judged, 3 nodes",
  unit: "schedules/s",
  size: 3,
  mean: RIGHT,
  engines: TRIED.map(([name, , pace]) =>
    ours(name, "campaigns.ts", `schedules ${name}`, pace, name === "raft" ? 25 : undefined),
  ),
  limit: { name: "prototype, 1.6 ms a Raft schedule", value: 625 },
};

function queue(engine: string, variant: string, pace: number): Engine {
  return { engine, tool: typescript("event-queue.ts"), first: [variant], pace };
}

function queues(name: string, pending: number): Workload {
  return {
    name,
    title: `event queues alone: hold with ${pending} pending`,
    unit: "events/s",
    size: pending,
    mean: { of: "increments", expected: 1 },
    engines: [
      { engine: "C++ std::priority_queue", tool: cpp("hold.cpp"), first: ["standard"], pace: 1e7 },
      queue("protolab EventQueue", "ladder", 2e7),
      queue("binary heap, two arrays", "binary", 8e6),
      queue("binary heap, interleaved", "interleaved", 8e6),
      queue("binary heap, open root", "open-root", 1e7),
      queue("4-ary heap", "four-ary", 8e6),
      ...(pending <= 100 ? [queue("sorted array", "sorted", 2e7)] : []),
    ],
  };
}

/** Every workload. The first three are what `bench` runs by default. */
export const WORKLOADS: readonly Workload[] = [
  hold("W1", 10_000, [1e7, 5e5, 1e5, 1e7, 4e6, 6e6, 9e5, 2.5e3]),
  mmc("W2", 1, erlangWait(1)),
  multiPaxos,
  hold("W1-100", 100, [1.8e7, 1e6, 2e5, 1.7e7, 6e6, 8e6, 2.5e6, 5e4]),
  mmc("W2-8", 8, erlangWait(8)),
  balancing,
  memory,
  memoryBalancing,
  decisions,
  placement,
  placementBuild,
  recursions,
  workers,
  formulas,
  formulasColumns,
  random,
  checks,
  raftOnW3,
  linearizability,
  walks,
  schedules,
  queues("event-queue", 10_000),
  queues("event-queue-30", 30),
];

/** What runs when nothing is named. */
export const DEFAULT_WORKLOADS: readonly string[] = ["W1", "W2", "W3"];

/**
 * The workloads of some names, in the order of the table; `all` is every one, no names the default ones.
 *
 * @throws UsageError for a name that is not known
 */
export function workloadsNamed(names: readonly string[]): Workload[] {
  const known = WORKLOADS.map((workload) => workload.name);
  const wanted = names.length === 0 ? DEFAULT_WORKLOADS : names.includes("all") ? known : names;
  for (const name of wanted) {
    if (typeof name !== "string") throw new UsageError(`bench: workload must be a name, got ${String(name)}`);
    if (!known.includes(name)) throw unknownName("bench", "workload", name, ["all", ...known]);
  }
  return WORKLOADS.filter((workload) => wanted.includes(workload.name));
}
