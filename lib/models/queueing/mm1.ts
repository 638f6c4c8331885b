/**
 * M/M/1: one server, Poisson arrivals, exponential service, first come first served.
 *
 * Source: Kleinrock, Queueing Systems I (1975), §3.2; Harchol-Balter, Performance Modeling and Design of Computer
 * Systems (2013), ch. 13. The waiting time has an atom 1 − ρ at zero and an exponential tail, the response time is
 * exponential with mean 1/(μ − λ).
 */
import { defineModel } from "../../core/model.ts";

/**
 * M/M/1 queue: mean values and quantiles of waiting and response time.
 *
 * @example
 * models.mm1({ arrivalRate: 800, serviceTime: ms(1) }).responseTime; // => 0.005
 */
export const mm1 = defineModel({
  id: "mm1",
  title: "M/M/1 queue",
  cites: ["Kleinrock 1975, §3.2", "Harchol-Balter 2013, ch. 13"],
  assumes: [
    "arrivals are Poisson and independent of service",
    "service times are exponential and independent",
    "one server, unlimited queue, first come first served",
    "steady state",
  ],
  inputs: {
    arrivalRate: { tex: "\\lambda", dimension: "rate", above: 0, meaning: "mean arrivals per second" },
    serviceTime: { tex: "S", dimension: "time", above: 0, meaning: "mean service time" },
    probability: {
      tex: "p",
      dimension: "one",
      min: 0,
      below: 1,
      default: 0.99,
      meaning: "level of the quantiles",
    },
  },
  outputs: {
    utilisation: { tex: "\\rho", dimension: "one", meaning: "share of time the server is busy" },
    waitingTime: { tex: "W_q", dimension: "time", meaning: "mean time in queue, service excluded" },
    responseTime: { tex: "T", dimension: "time", meaning: "mean time in system" },
    inQueue: { tex: "L_q", dimension: "one", meaning: "mean number waiting" },
    inSystem: { tex: "L", dimension: "one", meaning: "mean number in system" },
    waitingTimeQuantile: { tex: "W_q^{(p)}", dimension: "time", meaning: "p-quantile of the time in queue" },
    responseTimeQuantile: { tex: "T^{(p)}", dimension: "time", meaning: "p-quantile of the time in system" },
  },
  equations: [
    "utilisation = arrivalRate * serviceTime",
    "waitingTime = utilisation / (1 - utilisation) * serviceTime",
    "responseTime = serviceTime / (1 - utilisation)",
    "inQueue = arrivalRate * waitingTime",
    "inSystem = arrivalRate * responseTime",
    "responseTimeQuantile = -log1p(-probability) * responseTime",
    // P(W > t) = ρ e^(−(μ−λ)t), and 0 below its atom at t = 0.
    "waitingTimeQuantile = max(0, log(utilisation) - log1p(-probability)) * responseTime",
  ],
  stable: ["utilisation < 1"],
});
