/**
 * M/M/∞ and M/G/∞: everybody is served at once; the number in system is Poisson whatever the service law.
 *
 * Source: Kleinrock, Queueing Systems I (1975), §3.4; insensitivity: Takács, Introduction to the Theory of Queues
 * (1962), ch. 3; Harchol-Balter (2013), §15.2. For requests in flight over a network, open connections, failed disks
 * under repair (Cidon et al., USENIX ATC 2015, §4). The way to the steady state is known exactly for exponential
 * service: starting empty, the number at time t is Poisson with mean a(1 − e^(−t/S)).
 */
import { defineModel } from "../../core/model.ts";
import { incompleteGammaP } from "../../core/special.ts";
import { ARRIVAL_RATE, SERVICE_TIME } from "./queue-symbols.ts";

/** P(N > level) for N Poisson: a gamma cdf, accurate where it is tiny. */
export function poissonExceeds(mean: number, level: number): number {
  return incompleteGammaP(level + 1, mean);
}

/**
 * M/M/∞ queue: the number in system, its spread, its tail, and its growth from an empty start.
 *
 * @example
 * models.mmInf({ arrivalRate: 4, serviceTime: 0.5, level: 1 }).exceedProbability; // => 1 - 3 * Math.exp(-2)
 */
export const mmInf = defineModel({
  id: "mmInf",
  title: "M/M/∞ queue (M/G/∞)",
  cites: ["Kleinrock 1975, §3.4", "Takács 1962, ch. 3", "Harchol-Balter 2013, §15.2"],
  assumes: [
    "arrivals are Poisson and independent of service",
    "as many servers as needed: nobody waits",
    "steady state, except for the number at a time after an empty start, which takes service as exponential",
  ],
  inputs: {
    arrivalRate: ARRIVAL_RATE,
    serviceTime: { ...SERVICE_TIME, meaning: "mean service time, of any law" },
    level: {
      tex: "n",
      dimension: "one",
      integer: true,
      min: 0,
      max: 1e9,
      default: 0,
      meaning: "number in system that is to be exceeded",
    },
    time: { tex: "t", dimension: "time", min: 0, default: 0, meaning: "time since an empty start" },
  },
  outputs: {
    inSystem: { tex: "L", dimension: "one", meaning: "mean number in system" },
    responseTime: { tex: "T", dimension: "time", meaning: "mean time in system" },
    numberDeviation: {
      tex: "\\sigma_L",
      dimension: "one",
      meaning: "standard deviation of the number in system",
    },
    idleProbability: { tex: "P_0", dimension: "one", meaning: "chance that nobody is there" },
    exceedProbability: {
      tex: "P(N>n)",
      dimension: "one",
      meaning: "chance that more than `level` are there",
    },
    inSystemAt: { tex: "L(t)", dimension: "one", meaning: "mean number at time t after an empty start" },
  },
  functions: {
    poissonExceeds: {
      tex: "\\bar F",
      arguments: ["one", "one"],
      result: "one",
      meaning: "chance that a Poisson number exceeds a level, as an incomplete gamma function",
      compute: poissonExceeds,
    },
  },
  equations: [
    "inSystem = arrivalRate * serviceTime",
    "responseTime = serviceTime",
    "numberDeviation = sqrt(inSystem)",
    "idleProbability = exp(-inSystem)",
    "exceedProbability = poissonExceeds(inSystem, level)",
    "inSystemAt = -inSystem * expm1(-time / serviceTime)",
  ],
});
