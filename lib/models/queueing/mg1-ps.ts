/**
 * M/G/1 with processor sharing: all jobs present share the server evenly.
 *
 * Source: Kleinrock (1967), "Time-shared systems: a theoretical treatment", J. ACM 14(2); Harchol-Balter (2013),
 * ch. 30. The mean response does not depend on the service law beyond its mean.
 */
import { defineModel } from "../../core/model.ts";

/**
 * M/G/1 processor sharing: mean response of all jobs and of a job of a given size, which is its size over 1 − ρ.
 *
 * The quick estimate for a processor with many threads: short jobs do not wait behind long ones.
 *
 * @example
 * models.mg1Ps({ arrivalRate: 0.9, serviceTime: 1 }).responseTime; // => 10
 * models.mg1Ps({ arrivalRate: 500, serviceTime: ms(1), size: ms(3) }).responseOfSize; // => 0.006
 */
export const mg1Ps = defineModel({
  id: "mg1Ps",
  title: "M/G/1 queue with processor sharing",
  cites: ["Kleinrock 1967", "Harchol-Balter 2013, ch. 30"],
  assumes: [
    "arrivals are Poisson and independent of service",
    "the server is shared evenly among all jobs present, without cost",
    "steady state",
  ],
  inputs: {
    arrivalRate: { tex: "\\lambda", dimension: "rate", above: 0, meaning: "mean arrivals per second" },
    serviceTime: { tex: "S", dimension: "time", above: 0, meaning: "mean service time when alone" },
    size: { tex: "x", dimension: "time", min: 0, default: 0, meaning: "service time of one particular job" },
  },
  outputs: {
    utilisation: { tex: "\\rho", dimension: "one", meaning: "share of time the server is busy" },
    responseTime: { tex: "T", dimension: "time", meaning: "mean time in system" },
    slowdown: { tex: "1/(1-\\rho)", dimension: "one", meaning: "response over service time, for every size" },
    responseOfSize: { tex: "T(x)", dimension: "time", meaning: "mean time in system of a job of size x" },
    inSystem: { tex: "L", dimension: "one", meaning: "mean number in system" },
  },
  equations: [
    "utilisation = arrivalRate * serviceTime",
    "slowdown = 1 / (1 - utilisation)",
    "responseTime = serviceTime * slowdown",
    "responseOfSize = size * slowdown",
    "inSystem = arrivalRate * responseTime",
  ],
  stable: ["utilisation < 1"],
});
