/**
 * Closed networks: a fixed number of customers (clients, worker threads) that circulate between stations and thinking.
 *
 * Source: Reiser and Lavenberg (JACM 27(2), 1980); Lazowska, Zahorjan, Graham and Sevcik, Quantitative System
 * Performance (1984), ch. 5–7; Schweitzer (1979); Bard (1979). The right model for benchmarks with k clients, each of
 * which waits for its answer; the recursions stand in `mva.ts`, their equations here.
 */
import { defineModel } from "../../core/model.ts";
import {
  CLOSED_ASSUMES,
  CLOSED_OUTPUTS,
  CUSTOMERS,
  DEMANDS,
  READ,
  SOLUTION,
  SUMS,
  THINK,
} from "./closed-symbols.ts";
import { approximateMva, type ClosedSolution, exactMva } from "./mva.ts";
import type { Numbers } from "./queue-symbols.ts";

const ONE_CLASS = {
  inputs: { demands: DEMANDS, thinkTime: THINK, customers: CUSTOMERS },
  between: { solution: SOLUTION },
  outputs: {
    ...CLOSED_OUTPUTS,
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

const solve = (meaning: string, compute: (demands: Numbers, think: number, n: number) => ClosedSolution) => ({
  tex: "\\mathrm{MVA}",
  arguments: ["times", "time", "one"],
  result: "network",
  meaning,
  compute,
});

/**
 * Closed network of one class, exact.
 *
 * @example
 * models.closedMva({ demands: [1, 2], thinkTime: 1, customers: 2 }).throughput; // => 8 / 21
 */
export const closedMva = defineModel({
  id: "closedMva",
  title: "Closed network, exact mean value analysis",
  cites: ["Reiser and Lavenberg 1980", "Lazowska et al. 1984, §6.4"],
  assumes: CLOSED_ASSUMES,
  ...ONE_CLASS,
  functions: {
    ...SUMS,
    ...READ,
    solve: solve("exact recursion over customers; linear in their number", exactMva),
  },
});

/**
 * Closed network of one class after Schweitzer: the same cost for any number of customers.
 *
 * @example
 * models.closedSchweitzer({ demands: [2], thinkTime: 2, customers: 2 }).responseTime; // => 1 + Math.sqrt(5)
 */
export const closedSchweitzer = defineModel({
  id: "closedSchweitzer",
  title: "Closed network, approximate mean value analysis (Schweitzer)",
  cites: ["Schweitzer 1979", "Bard 1979", "Lazowska et al. 1984, §6.4"],
  assumes: [...CLOSED_ASSUMES, "a customer away shortens each queue by the share 1/N"],
  ...ONE_CLASS,
  functions: {
    ...SUMS,
    ...READ,
    solve: solve("fixed point of Schweitzer and Bard, to 1e-14", (demands, think, n) =>
      approximateMva([demands], [think], [n]),
    ),
  },
});
