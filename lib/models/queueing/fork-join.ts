/**
 * Fork-join: every job splits into one task for each of n servers with a queue of its own, and is done with the last.
 *
 * Source: Flatto and Hahn (SIAM J. Appl. Math. 44, 1984) for n = 2, where T₂ = (12 − ρ)/(8(μ − λ)) is exact; Nelson and
 * Tantawi, "Approximate analysis of fork/join synchronization in parallel queues" (IEEE TC 37(6), 1988), whose scaling
 * of T₂ is fitted to simulation for n ≤ 32 and states an error below 5 %. Bounds: H(n)/μ without any queueing, and
 * H(n)/(μ − λ), as if the n response times were independent, which bounds because they are associated. For a read that
 * needs an answer of every shard, where each shard is loaded by the fan-out alone.
 */
import { defineModel } from "../../core/model.ts";
import { ARRIVAL_RATE, SERVICE_TIME } from "./queue-symbols.ts";

/** H(n) = Σ 1/i, small terms first. */
export function harmonic(n: number): number {
  let sum = 0;
  for (let i = n; i >= 1; i--) sum += 1 / i;
  return sum;
}

/**
 * Fork-join of n alike servers with exponential tasks: mean response of the whole job.
 *
 * @example
 * models.forkJoin({ arrivalRate: 0.4, serviceTime: 2, servers: 2 }).responseTime; // => 14
 */
export const forkJoin = defineModel({
  id: "forkJoin",
  title: "Fork-join queue (Nelson and Tantawi)",
  cites: ["Flatto and Hahn 1984", "Nelson and Tantawi 1988"],
  assumes: [
    "jobs arrive as Poisson and split into one task for each server",
    "service times of tasks are exponential and independent",
    "every server has its own queue, first come first served",
    "between n = 3 and 32 a fit to simulations; beyond 32 out of the range of the fit; n = 1 and 2 are exact",
    "steady state",
  ],
  inputs: {
    arrivalRate: { ...ARRIVAL_RATE, meaning: "mean jobs per second" },
    serviceTime: { ...SERVICE_TIME, meaning: "mean service time of a task" },
    servers: {
      tex: "n",
      dimension: "one",
      integer: true,
      min: 1,
      max: 1e6,
      meaning: "servers, and tasks of a job",
    },
  },
  between: {
    one: { tex: "T_1", dimension: "time", meaning: "mean response of one task" },
    two: { tex: "T_2", dimension: "time", meaning: "mean response for two servers" },
    scale: { tex: "h", dimension: "one", meaning: "H(n)/H(2)" },
  },
  outputs: {
    utilisation: { tex: "\\rho", dimension: "one", meaning: "share of time each server is busy" },
    responseTime: { tex: "T_n", dimension: "time", meaning: "mean time until the last task is done" },
    lowerBound: { tex: "T_n^-", dimension: "time", meaning: "lower bound: no queueing, or one task alone" },
    upperBound: { tex: "T_n^+", dimension: "time", meaning: "upper bound: independent response times" },
    inSystem: { tex: "L", dimension: "one", meaning: "mean number of unfinished jobs" },
  },
  functions: {
    harmonic: {
      tex: "\\mathrm{H}",
      arguments: ["one"],
      result: "one",
      meaning: "harmonic number, summed",
      compute: harmonic,
    },
  },
  equations: [
    "utilisation = arrivalRate * serviceTime",
    "one = serviceTime / (1 - utilisation)",
    "two = (12 - utilisation) / 8 * one",
    "scale = harmonic(servers) / harmonic(2)",
    "responseTime = servers == 1 ? one : (scale + 4 / 11 * (1 - scale) * utilisation) * two",
    "lowerBound = max(harmonic(servers) * serviceTime, one)",
    "upperBound = harmonic(servers) * one",
    "inSystem = arrivalRate * responseTime",
  ],
  stable: ["utilisation < 1"],
});
