/**
 * The supermarket model: Poisson arrivals, each to the shortest of d queues chosen at random.
 *
 * Source: Vvedenskaya, Dobrushin and Karpelevich, Problems of Information Transmission 32(1), 1996; Mitzenmacher, "The
 * power of two choices in randomized load balancing", IEEE TPDS 12(10), 2001, §3, table 1; for finitely many servers
 * Gast and Van Houdt 2017 (supermarket-law.ts). The tail falls doubly exponentially for d ≥ 2, geometrically for d = 1.
 */
import { defineModel } from "../../core/model.ts";
import { ARRIVAL_RATE, PROBABILITY, SERVICE_TIME, UTILISATION } from "../queueing/queue-symbols.ts";
import { correction, limitQuantile, limitTime } from "./supermarket-law.ts";

/**
 * Power of d choices: mean time in system for n servers and for n → ∞, tail and quantile of the limit.
 *
 * @example
 * models.supermarket({ arrivalRate: 50, serviceTime: 1, servers: 100, choices: 1 }).responseTime; // => 2
 * models.supermarket({ arrivalRate: 50, serviceTime: 1, servers: 100, choices: 2, level: 3 }).atLeast; // => 0.5 ** 7
 */
export const supermarket = defineModel({
  id: "supermarket",
  title: "Power of d choices (supermarket model)",
  cites: ["Vvedenskaya et al. 1996", "Mitzenmacher 2001, §3", "Gast, Van Houdt 2017"],
  assumes: [
    "arrivals are Poisson, service times exponential and independent",
    "each arrival sees the present lengths of d queues and joins the shortest",
    "servers alike, first come first served, steady state",
    "the first correction for finite n suffices: n(1 − ρ) well above 1 (at n = 100 and ρ = 0.99 it is 0.5 % low for d = 2)",
    "tail and quantile are those of infinitely many servers",
  ],
  inputs: {
    arrivalRate: { ...ARRIVAL_RATE, meaning: "mean arrivals per second at all servers together" },
    serviceTime: SERVICE_TIME,
    servers: { tex: "n", dimension: "one", integer: true, min: 1, max: 1e9, meaning: "servers" },
    choices: {
      tex: "d",
      dimension: "one",
      integer: true,
      min: 1,
      max: 100,
      default: 2,
      meaning: "queues looked at",
    },
    sampling: {
      kind: "choice",
      choices: ["distinct", "independent"],
      default: "distinct",
      meaning: "whether the d queues are all different, or may be the same one twice",
    },
    level: {
      tex: "k",
      dimension: "one",
      integer: true,
      min: 1,
      max: 1e6,
      default: 1,
      meaning: "queue length asked for",
    },
    probability: PROBABILITY,
  },
  between: {
    exponent: { tex: "e_k", dimension: "one", meaning: "1 + d + … + d^(k − 1)" },
  },
  outputs: {
    utilisation: UTILISATION,
    responseTime: { tex: "T_n", dimension: "time", meaning: "mean time in system with n servers" },
    waitingTime: { tex: "W_n", dimension: "time", meaning: "mean time in queue with n servers" },
    limitResponseTime: { tex: "T_\\infty", dimension: "time", meaning: "mean time in system, n → ∞" },
    atLeast: { tex: "s_k", dimension: "one", meaning: "share of servers with at least k customers, n → ∞" },
    responseTimeQuantile: {
      tex: "T^{(p)}",
      dimension: "time",
      meaning: "p-quantile of the time in system, n → ∞",
    },
  },
  functions: {
    limit: {
      tex: "t",
      arguments: ["one", "one"],
      result: "one",
      meaning: "sum over i >= 1 of λ^((d^i − d)/(d − 1)), in services",
      compute: limitTime,
    },
    correction: {
      tex: "v",
      arguments: ["one", "one", "choice"],
      result: "one",
      meaning:
        "n times what n servers add to the mean customers a server, to first order in 1/n, by refined mean field",
      compute: (rho: number, d: number, sampling: string) => correction(rho, d, sampling === "distinct"),
    },
    quantile: {
      tex: "q",
      arguments: ["one", "one", "one"],
      result: "one",
      meaning: "quantile of the time in system in services: a mixture of Erlang laws, by bisection",
      compute: limitQuantile,
    },
  },
  equations: [
    "utilisation = arrivalRate * serviceTime / servers",
    "limitResponseTime = limit(utilisation, choices) * serviceTime",
    "responseTime = limitResponseTime + correction(utilisation, choices, sampling) / (utilisation * servers) * serviceTime",
    "waitingTime = max(0, responseTime - serviceTime)",
    "exponent = choices > 1 ? (choices^level - 1) / (choices - 1) : level",
    "atLeast = utilisation^exponent",
    "responseTimeQuantile = quantile(utilisation, choices, probability) * serviceTime",
  ],
  requires: ["choices <= servers"],
  stable: ["utilisation < 1"],
});
