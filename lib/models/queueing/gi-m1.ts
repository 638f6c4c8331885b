/**
 * GI/M/1: one server, any renewal arrivals, exponential service. E_k/M/1 is what round robin over k servers gives
 * each of them; D/M/1 is a paced load.
 *
 * Source: Kleinrock, Queueing Systems I (1975), §6.2–6.4; Gross, Shortle, Thompson and Harris (2008), §5.3. An arrival
 * finds n in system with chance (1 − σ)σⁿ, σ < 1 being the root of σ = A*(μ(1 − σ)), A* the transform of the time
 * between arrivals; the wait is 0 with chance 1 − σ and otherwise exponential with mean S/(1 − σ).
 */
import { type Distribution, type DistributionInput, toDistribution } from "../../core/distributions.ts";
import { DomainError } from "../../core/errors.ts";
import { defineModel, type StructuredInput } from "../../core/model.ts";
import { laplaceComplement } from "./laplace.ts";
import { ARRIVAL_RATE, PROBABILITY, QUANTILE_OUTPUTS, QUEUE_OUTPUTS, SERVICE_TIME } from "./queue-symbols.ts";

/**
 * τ = 1 − σ > 0 with 1 − A*(μτ) = τ. The left side is concave in τ, so that it lies above τ before the root and
 * below it after; bisection on the logarithm keeps the digits of a small τ. At ρ = 1 − ε its relative error is that of
 * the arithmetic over ε.
 */
export function idleRoot(complement: (s: number) => number, serviceTime: number): number {
  const above = (tau: number): boolean => complement(tau / serviceTime) > tau;
  let high = 1;
  let low = 0.5;
  while (!above(low) && low > 1e-300) {
    high = low;
    low /= 2;
  }
  for (;;) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return low;
    if (above(middle)) low = middle;
    else high = middle;
  }
}

const ASSUMES = [
  "service times are exponential and independent",
  "one server, unlimited queue, first come first served",
  "steady state",
] as const;

const CITES = ["Kleinrock 1975, §6.2–6.4", "Gross et al. 2008, §5.3"] as const;

const OUTPUTS = {
  utilisation: { tex: "\\rho", dimension: "one", meaning: "share of time the server is busy" },
  waitProbability: { tex: "\\sigma", dimension: "one", meaning: "chance that an arrival must wait" },
  ...QUEUE_OUTPUTS,
  ...QUANTILE_OUTPUTS,
} as const;

const BETWEEN = {
  idle: { tex: "\\tau", dimension: "one", meaning: "chance that an arrival finds the server idle, 1 − σ" },
} as const;

const REST = [
  "waitingTime = waitProbability / idle * serviceTime",
  "responseTime = serviceTime / idle",
  "inQueue = arrivalRate * waitingTime",
  "inSystem = arrivalRate * responseTime",
  "responseTimeQuantile = -log1p(-probability) * responseTime",
  "waitingTimeQuantile = max(0, log(waitProbability) - log1p(-probability)) * responseTime",
] as const;

const interarrival: StructuredInput<Distribution, DistributionInput> = {
  kind: "structured",
  type: "distribution",
  tex: "A",
  meaning: "time between arrivals",
  unit: "s",
  read(where, given) {
    const time = toDistribution(where, given);
    if (!(time.minimum >= 0 && time.mean > 0 && Number.isFinite(time.mean)))
      throw new DomainError(`${where} must be >= 0 s with a finite mean > 0 s, got ${time.describe()}`);
    return time;
  },
};

/** GI/M/1 queue: means and quantiles for any law of the time between arrivals. */
export const giM1 = defineModel({
  id: "giM1",
  title: "GI/M/1 queue",
  cites: CITES,
  assumes: ["times between arrivals are independent and alike", ...ASSUMES],
  inputs: { interarrival, serviceTime: SERVICE_TIME, probability: PROBABILITY },
  between: {
    ...BETWEEN,
    arrivalRate: { tex: "\\lambda", dimension: "rate", meaning: "mean arrivals per second" },
  },
  outputs: OUTPUTS,
  functions: {
    mean: {
      tex: "\\mathrm{E}",
      arguments: ["distribution"],
      result: "time",
      meaning: "mean",
      compute: (time: Distribution) => time.mean,
    },
    root: {
      tex: "\\tau",
      arguments: ["distribution", "time"],
      result: "one",
      meaning: "root of 1 − A*(τ/S) = τ, by bisection on the transform (laplace.ts)",
      compute: (time: Distribution, service: number) =>
        idleRoot((s) => laplaceComplement(time.spec, s), service),
    },
    meets: {
      tex: "A^*",
      arguments: ["distribution", "time", "one"],
      result: "one",
      meaning: "E[e^(−τA/S)], which is σ with the digits of a small chance",
      compute: (time: Distribution, service: number, tau: number) =>
        Math.max(0, 1 - laplaceComplement(time.spec, tau / service)),
    },
  },
  equations: [
    "arrivalRate = 1 / mean(interarrival)",
    "utilisation = arrivalRate * serviceTime",
    "idle = root(interarrival, serviceTime)",
    "waitProbability = meets(interarrival, serviceTime, idle)",
    ...REST,
  ],
  stable: ["utilisation < 1"],
});

/** E_k/M/1 queue: what each of k servers sees when Poisson arrivals are dealt out in turn; for k servers give each its own rate. */
export const ekM1 = defineModel({
  id: "ekM1",
  title: "E_k/M/1 queue (round robin)",
  cites: CITES,
  assumes: ["times between arrivals are Erlang: every k-th of a Poisson stream", ...ASSUMES],
  inputs: {
    arrivalRate: { ...ARRIVAL_RATE, meaning: "mean arrivals per second at this server" },
    serviceTime: SERVICE_TIME,
    stages: {
      tex: "k",
      dimension: "one",
      integer: true,
      min: 1,
      max: 1e6,
      meaning: "servers dealt to in turn",
    },
    probability: PROBABILITY,
  },
  between: BETWEEN,
  outputs: OUTPUTS,
  functions: {
    root: {
      tex: "\\tau",
      arguments: ["one", "one"],
      result: "one",
      meaning: "root of 1 − (1 + τ/(kρ))^(−k) = τ, by bisection",
      compute: (stages: number, rho: number) =>
        idleRoot((tau) => -Math.expm1(-stages * Math.log1p(tau / (stages * rho))), 1),
    },
  },
  equations: [
    "utilisation = arrivalRate * serviceTime",
    "idle = root(stages, utilisation)",
    "waitProbability = exp(-stages * log1p(idle / (stages * utilisation)))",
    ...REST,
  ],
  stable: ["utilisation < 1"],
});

/** D/M/1 queue: arrivals at a steady pace. */
export const dM1 = defineModel({
  id: "dM1",
  title: "D/M/1 queue (paced arrivals)",
  cites: CITES,
  assumes: ["arrivals come at equal intervals", ...ASSUMES],
  inputs: { arrivalRate: ARRIVAL_RATE, serviceTime: SERVICE_TIME, probability: PROBABILITY },
  between: BETWEEN,
  outputs: OUTPUTS,
  functions: {
    root: {
      tex: "\\tau",
      arguments: ["one"],
      result: "one",
      meaning: "root of 1 − e^(−τ/ρ) = τ, by bisection",
      compute: (rho: number) => idleRoot((tau) => -Math.expm1(-tau / rho), 1),
    },
  },
  equations: [
    "utilisation = arrivalRate * serviceTime",
    "idle = root(utilisation)",
    "waitProbability = exp(-idle / utilisation)",
    ...REST,
  ],
  stable: ["utilisation < 1"],
});
