/**
 * E_k/M/1 and D/M/1: arrivals smoother than Poisson. Dealing a Poisson stream out in turn to k servers gives each of them
 * every k-th arrival; pacing gives equal intervals.
 *
 * Source: Kleinrock, Queueing Systems I (1975), §6.4; Gross, Shortle, Thompson and Harris (2008), §5.3; the general case
 * is in `gi-m1.ts`.
 */
import { defineModel } from "../../core/model.ts";
import { ARRIVAL_RATE, PROBABILITY, SERVICE_TIME } from "./queue-symbols.ts";
import {
  idleRoot,
  RENEWAL_ASSUMES,
  RENEWAL_BETWEEN,
  RENEWAL_CITES,
  RENEWAL_OUTPUTS,
  RENEWAL_REST,
} from "./renewal-symbols.ts";

/**
 * E_k/M/1 queue: what each of k servers sees when Poisson arrivals are dealt out in turn; for k servers give each its
 * own rate.
 *
 * @example
 * models.ekM1({ arrivalRate: 0.8, serviceTime: 1, stages: 2 }).waitProbability; // => (4.2 - Math.sqrt(7.4)) / 2
 */
export const ekM1 = defineModel({
  id: "ekM1",
  title: "E_k/M/1 queue (round robin)",
  cites: RENEWAL_CITES,
  assumes: ["times between arrivals are Erlang: every k-th of a Poisson stream", ...RENEWAL_ASSUMES],
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
  between: RENEWAL_BETWEEN,
  outputs: RENEWAL_OUTPUTS,
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
    ...RENEWAL_REST,
  ],
  stable: ["utilisation < 1"],
});

/**
 * D/M/1 queue: arrivals at a steady pace.
 *
 * @example
 * models.dM1({ arrivalRate: 0.5 / Math.log(2), serviceTime: 1 }).waitingTime; // => 1
 */
export const dM1 = defineModel({
  id: "dM1",
  title: "D/M/1 queue (paced arrivals)",
  cites: RENEWAL_CITES,
  assumes: ["arrivals come at equal intervals", ...RENEWAL_ASSUMES],
  inputs: { arrivalRate: ARRIVAL_RATE, serviceTime: SERVICE_TIME, probability: PROBABILITY },
  between: RENEWAL_BETWEEN,
  outputs: RENEWAL_OUTPUTS,
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
    ...RENEWAL_REST,
  ],
  stable: ["utilisation < 1"],
});
