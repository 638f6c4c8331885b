/** What models of closed networks share: demands, customers, thinking, and how a solution is read. */
import type { ClosedSolution } from "./mva.ts";
import { listInput, type Numbers } from "./queue-symbols.ts";

export const DEMANDS = listInput("times", "D", "s", {
  dimension: "time",
  min: 0,
  meaning: "mean service a customer needs at each station in one cycle: visits times service time",
});
export const THINK = {
  tex: "Z",
  dimension: "time",
  min: 0,
  default: 0,
  meaning: "mean time between an answer and the next request, and all delay without a queue",
} as const;
export const CUSTOMERS = {
  tex: "N",
  dimension: "one",
  integer: true,
  min: 1,
  max: 1e6,
  meaning: "number of customers",
} as const;
export const CLOSED_ASSUMES = [
  "every station is a single server; with first come first served its service is exponential and alike for all classes, with processor sharing it may be of any law",
  "the number of customers is fixed; each waits for its answer",
  "steady state",
] as const;

export const totalOf = (times: Numbers): number => times.reduce((a, b) => a + b, 0);
export const SUMS = {
  sum: { tex: "\\Sigma", arguments: ["times"], result: "time", meaning: "sum of demands", compute: totalOf },
  largest: {
    tex: "\\max",
    arguments: ["times"],
    result: "time",
    meaning: "largest demand",
    compute: (times: Numbers) => Math.max(...times),
  },
} as const;

export const SOLUTION = {
  tex: "\\mathcal{N}",
  type: "network",
  meaning: "throughput, times and queues of the network",
} as const;

export const CLOSED_OUTPUTS = {
  throughput: { tex: "X", dimension: "rate", meaning: "cycles per second" },
  responseTime: { tex: "R", dimension: "time", meaning: "mean time of a cycle without thinking" },
  longestQueue: { tex: "Q_{\\max}", dimension: "one", meaning: "mean number at the fullest station" },
} as const;

export const READ = {
  rateOf: {
    tex: "X",
    arguments: ["network", "one"],
    result: "rate",
    meaning: "throughput of a class",
    compute: (solution: ClosedSolution, k: number) => solution.throughput[k - 1],
  },
  fullest: {
    tex: "\\max Q",
    arguments: ["network"],
    result: "one",
    meaning: "mean number at the fullest station",
    compute: (solution: ClosedSolution) => Math.max(...solution.inQueue),
  },
} as const;
