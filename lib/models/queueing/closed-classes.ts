/**
 * Closed networks with several classes of customers, each with its own demands, number and think time.
 *
 * Source: Reiser and Lavenberg (JACM 27(2), 1980); Schweitzer (1979); Bard (1979); Lazowska et al. (1984), §7.4. The
 * recursion and its approximation stand in `mva.ts`.
 */
import { DomainError } from "../../core/errors.ts";
import { defineModel } from "../../core/model.ts";
import { CLOSED_ASSUMES, CLOSED_OUTPUTS, READ, SOLUTION, totalOf } from "./closed-symbols.ts";
import { approximateMva, exactMvaClasses, MAX_STEPS } from "./mva.ts";
import { listInput, matrixInput, type Numbers, sameLength } from "./queue-symbols.ts";

/** Refuses lists that do not belong together, and classes that need nothing. */
function checkClasses(demands: readonly Numbers[], thinks: Numbers, customers: Numbers, k: number): void {
  sameLength("closedClasses", { demands, thinkTimes: thinks });
  sameLength("closedClasses", { demands, customers });
  if (k > demands.length)
    throw new DomainError(
      `closedClasses: rank must be at most the number of classes, ${demands.length}, got ${k}`,
    );
  for (const [i, row] of demands.entries())
    if (!(totalOf(row) > 0)) throw new DomainError(`closedClasses: demands[${i}] must not all be 0`);
  if (customers[k - 1] === 0) throw new DomainError(`closedClasses: customers[${k - 1}] must be > 0, got 0`);
}

/**
 * Closed network of several classes: exact, or after Schweitzer and Bard for many customers.
 *
 * @example
 * models.closedClasses({ demands: [[1, 3], [2, 4]], thinkTimes: [0, 0], customers: [1, 1] }).throughput; // => 3 / 19
 */
export const closedClasses = defineModel({
  id: "closedClasses",
  title: "Closed network of several classes, mean value analysis",
  cites: ["Reiser and Lavenberg 1980", "Schweitzer 1979", "Bard 1979", "Lazowska et al. 1984, §7.4"],
  assumes: CLOSED_ASSUMES,
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
  outputs: CLOSED_OUTPUTS,
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
