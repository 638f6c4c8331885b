/**
 * Closed networks: a fixed number of customers (clients, worker threads) that circulate between stations and thinking.
 *
 * Source: Reiser and Lavenberg (JACM 27(2), 1980); Lazowska, Zahorjan, Graham and Sevcik, Quantitative System
 * Performance (1984), ch. 5–7; Schweitzer (1979); Bard (1979). The right model for benchmarks with k clients, each of
 * which waits for its answer; the recursions stand in `mva.ts`, their equations here.
 */
import { DomainError } from "../../core/errors.ts";
import { defineModel } from "../../core/model.ts";
import { approximateMva, type ClosedSolution, exactMva, exactMvaClasses, MAX_STEPS } from "./mva.ts";
import { listInput, matrixInput, type Numbers, sameLength } from "./queue-symbols.ts";

const DEMANDS = listInput("times", "D", "s", {
  dimension: "time",
  min: 0,
  meaning: "mean service a customer needs at each station in one cycle: visits times service time",
});
const THINK = {
  tex: "Z",
  dimension: "time",
  min: 0,
  default: 0,
  meaning: "mean time between an answer and the next request, and all delay without a queue",
} as const;
const CUSTOMERS = {
  tex: "N",
  dimension: "one",
  integer: true,
  min: 1,
  max: 1e6,
  meaning: "number of customers",
} as const;
const ASSUMES = [
  "every station is a single server; with first come first served its service is exponential and alike for all classes, with processor sharing it may be of any law",
  "the number of customers is fixed; each waits for its answer",
  "steady state",
] as const;

const total = (times: Numbers): number => times.reduce((a, b) => a + b, 0);
const SUMS = {
  sum: { tex: "\\Sigma", arguments: ["times"], result: "time", meaning: "sum of demands", compute: total },
  largest: {
    tex: "\\max",
    arguments: ["times"],
    result: "time",
    meaning: "largest demand",
    compute: (times: Numbers) => Math.max(...times),
  },
} as const;

/** Asymptotic bounds of a closed network, and the knee where they meet. */
export const closedBounds = defineModel({
  id: "closedBounds",
  title: "Asymptotic bounds of a closed network",
  cites: ["Denning and Buzen 1978", "Lazowska et al. 1984, §5.2"],
  assumes: ["every station is a single server", "operational: no law of service or routing is assumed"],
  inputs: { demands: DEMANDS, thinkTime: THINK, customers: { ...CUSTOMERS, max: 1e12 } },
  between: {
    demand: { tex: "D", dimension: "time", meaning: "demand at all stations together" },
    bottleneck: { tex: "D_{\\max}", dimension: "time", meaning: "demand at the bottleneck" },
  },
  outputs: {
    throughputMax: { tex: "X^+", dimension: "rate", meaning: "upper bound on throughput" },
    throughputMin: {
      tex: "X^-",
      dimension: "rate",
      meaning: "lower bound: every customer waits for all others",
    },
    responseMin: { tex: "R^-", dimension: "time", meaning: "lower bound on response time" },
    responseMax: { tex: "R^+", dimension: "time", meaning: "upper bound on response time" },
    knee: { tex: "N^*", dimension: "one", meaning: "customers from which the bottleneck must queue" },
  },
  functions: SUMS,
  equations: [
    "demand = sum(demands)",
    "bottleneck = largest(demands)",
    "throughputMax = min(1 / bottleneck, customers / (demand + thinkTime))",
    "throughputMin = customers / (customers * demand + thinkTime)",
    "responseMin = max(demand, customers * bottleneck - thinkTime)",
    "responseMax = customers * demand",
    "knee = (demand + thinkTime) / bottleneck",
  ],
  requires: ["bottleneck > 0"],
});

type Solution = ClosedSolution;
const SOLUTION = {
  tex: "\\mathcal{N}",
  type: "network",
  meaning: "throughput, times and queues of the network",
} as const;

const OUTPUTS = {
  throughput: { tex: "X", dimension: "rate", meaning: "cycles per second" },
  responseTime: { tex: "R", dimension: "time", meaning: "mean time of a cycle without thinking" },
  longestQueue: { tex: "Q_{\\max}", dimension: "one", meaning: "mean number at the fullest station" },
} as const;

const READ = {
  rateOf: {
    tex: "X",
    arguments: ["network", "one"],
    result: "rate",
    meaning: "throughput of a class",
    compute: (solution: Solution, k: number) => solution.throughput[k - 1],
  },
  fullest: {
    tex: "\\max Q",
    arguments: ["network"],
    result: "one",
    meaning: "mean number at the fullest station",
    compute: (solution: Solution) => Math.max(...solution.inQueue),
  },
} as const;

const ONE_CLASS = {
  inputs: { demands: DEMANDS, thinkTime: THINK, customers: CUSTOMERS },
  between: { solution: SOLUTION },
  outputs: {
    ...OUTPUTS,
    utilisation: { tex: "\\rho_{\\max}", dimension: "one", meaning: "share of time the bottleneck is busy" },
  },
  equations: [
    "solution = solve(demands, thinkTime, customers)",
    "throughput = rateOf(solution, 1)",
    "responseTime = customers / throughput - thinkTime",
    "utilisation = throughput * largest(demands)",
    "longestQueue = fullest(solution)",
  ],
  requires: ["largest(demands) > 0"],
} as const;

const solve = (meaning: string, compute: (demands: Numbers, think: number, n: number) => Solution) => ({
  tex: "\\mathrm{MVA}",
  arguments: ["times", "time", "one"],
  result: "network",
  meaning,
  compute,
});

/** Closed network of one class, exact. */
export const closedMva = defineModel({
  id: "closedMva",
  title: "Closed network, exact mean value analysis",
  cites: ["Reiser and Lavenberg 1980", "Lazowska et al. 1984, §6.4"],
  assumes: ASSUMES,
  ...ONE_CLASS,
  functions: {
    ...SUMS,
    ...READ,
    solve: solve("exact recursion over customers; linear in their number", exactMva),
  },
});

/** Closed network of one class after Schweitzer: the same cost for any number of customers. */
export const closedSchweitzer = defineModel({
  id: "closedSchweitzer",
  title: "Closed network, approximate mean value analysis (Schweitzer)",
  cites: ["Schweitzer 1979", "Bard 1979", "Lazowska et al. 1984, §6.4"],
  assumes: [...ASSUMES, "a customer away shortens each queue by the share 1/N"],
  ...ONE_CLASS,
  functions: {
    ...SUMS,
    ...READ,
    solve: solve("fixed point of Schweitzer and Bard, to 1e-14", (demands, think, n) =>
      approximateMva([demands], [think], [n]),
    ),
  },
});

/** Refuses lists that do not belong together, and classes that need nothing. */
function checkClasses(demands: readonly Numbers[], thinks: Numbers, customers: Numbers, k: number): void {
  sameLength("closedClasses", { demands, thinkTimes: thinks });
  sameLength("closedClasses", { demands, customers });
  if (k > demands.length)
    throw new DomainError(
      `closedClasses: rank must be at most the number of classes, ${demands.length}, got ${k}`,
    );
  for (const [i, row] of demands.entries())
    if (!(total(row) > 0)) throw new DomainError(`closedClasses: demands[${i}] must not all be 0`);
  if (customers[k - 1] === 0) throw new DomainError(`closedClasses: customers[${k - 1}] must be > 0, got 0`);
}

/** Closed network of several classes: exact, or after Schweitzer and Bard for many customers. */
export const closedClasses = defineModel({
  id: "closedClasses",
  title: "Closed network of several classes, mean value analysis",
  cites: ["Reiser and Lavenberg 1980", "Schweitzer 1979", "Bard 1979", "Lazowska et al. 1984, §7.4"],
  assumes: ASSUMES,
  inputs: {
    demands: matrixInput("matrix", "D", "s", {
      dimension: "time",
      min: 0,
      meaning: "mean service that a customer of the row's class needs at the column's station in one cycle",
    }),
    thinkTimes: listInput("times", "Z", "s", {
      dimension: "time",
      min: 0,
      meaning: "mean think time of each class",
    }),
    customers: listInput("counts", "N", "1", {
      dimension: "one",
      integer: true,
      min: 0,
      max: MAX_STEPS,
      meaning: "customers of each class",
    }),
    rank: {
      tex: "k",
      dimension: "one",
      integer: true,
      min: 1,
      max: 10_000,
      default: 1,
      meaning: "class that the outputs are of",
    },
    method: {
      kind: "choice",
      choices: ["exact", "approximate"],
      default: "exact",
      meaning: "exact costs the product of the populations, approximate does not depend on them",
    },
  },
  between: { solution: SOLUTION },
  outputs: OUTPUTS,
  functions: {
    ...READ,
    solve: {
      tex: "\\mathrm{MVA}",
      arguments: ["matrix", "times", "counts", "one", "choice"],
      result: "network",
      meaning: "exact recursion over all populations, or the fixed point of Schweitzer and Bard",
      compute: (
        demands: readonly Numbers[],
        thinks: Numbers,
        customers: Numbers,
        k: number,
        method: string,
      ) => {
        checkClasses(demands, thinks, customers, k);
        return (method === "exact" ? exactMvaClasses : approximateMva)(demands, thinks, customers);
      },
    },
    countOf: {
      tex: "N",
      arguments: ["counts", "one"],
      result: "one",
      meaning: "customers of a class",
      compute: (customers: Numbers, k: number) => customers[k - 1],
    },
    thinkOf: {
      tex: "Z",
      arguments: ["times", "one"],
      result: "time",
      meaning: "think time of a class",
      compute: (thinks: Numbers, k: number) => thinks[k - 1],
    },
  },
  equations: [
    "solution = solve(demands, thinkTimes, customers, rank, method)",
    "throughput = rateOf(solution, rank)",
    "responseTime = countOf(customers, rank) / throughput - thinkOf(thinkTimes, rank)",
    "longestQueue = fullest(solution)",
  ],
});
