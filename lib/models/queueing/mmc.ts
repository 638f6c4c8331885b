/**
 * M/M/c: several servers, one queue, Poisson arrivals, exponential service.
 *
 * Source: Erlang (1917); Kleinrock, Queueing Systems I (1975), §3.5; Harchol-Balter, Performance Modeling and Design of
 * Computer Systems (2013), ch. 14. An arrival waits with Erlang's chance C, and who waits does so for an exponential
 * time with mean 1/(cμ − λ). For a machine with several cores or several machines behind one queue.
 */
import { defineModel } from "../../core/model.ts";
import { erlangC } from "./station-wait.ts";

/**
 * M/M/c queue (Erlang C): chance of waiting, mean values, quantile of the wait.
 *
 * @example
 * models.mmc({ arrivalRate: 1, serviceTime: 1, servers: 2 }).waitProbability; // => 1 / 3
 * models.mmc({ arrivalRate: 800, serviceTime: ms(1), servers: 1 }).waitingTime; // => 0.004
 */
export const mmc = defineModel({
  id: "mmc",
  title: "M/M/c queue (Erlang C)",
  cites: ["Erlang 1917", "Kleinrock 1975, §3.5", "Harchol-Balter 2013, ch. 14"],
  assumes: [
    "arrivals are Poisson and independent of service",
    "service times are exponential and independent, the same at every server",
    "one queue for all servers, unlimited, first come first served",
    "steady state",
  ],
  inputs: {
    arrivalRate: { tex: "\\lambda", dimension: "rate", above: 0, meaning: "mean arrivals per second" },
    serviceTime: { tex: "S", dimension: "time", above: 0, meaning: "mean service time" },
    servers: { tex: "c", dimension: "one", integer: true, min: 1, max: 1e6, meaning: "number of servers" },
    probability: {
      tex: "p",
      dimension: "one",
      min: 0,
      below: 1,
      default: 0.99,
      meaning: "level of the quantile",
    },
  },
  between: {
    load: { tex: "a", dimension: "one", meaning: "offered load in servers" },
    relief: { tex: "r", dimension: "time", meaning: "mean wait of those who wait" },
  },
  outputs: {
    utilisation: { tex: "\\rho", dimension: "one", meaning: "share of time each server is busy" },
    waitProbability: { tex: "P_w", dimension: "one", meaning: "chance that an arrival must wait" },
    waitingTime: { tex: "W_q", dimension: "time", meaning: "mean time in queue, service excluded" },
    responseTime: { tex: "T", dimension: "time", meaning: "mean time in system" },
    inQueue: { tex: "L_q", dimension: "one", meaning: "mean number waiting" },
    inSystem: { tex: "L", dimension: "one", meaning: "mean number in system" },
    waitingTimeQuantile: { tex: "W_q^{(p)}", dimension: "time", meaning: "p-quantile of the time in queue" },
  },
  functions: {
    erlangC: {
      tex: "\\mathrm{C}",
      arguments: ["one", "one"],
      result: "one",
      meaning:
        "Erlang's C from the recursion B(n) = aB(n−1)/(n + aB(n−1)) for his B; relative error below 1e-11",
      compute: erlangC,
    },
  },
  equations: [
    "load = arrivalRate * serviceTime",
    "utilisation = load / servers",
    "waitProbability = erlangC(servers, load)",
    "relief = serviceTime / (servers - load)",
    "waitingTime = waitProbability * relief",
    "responseTime = waitingTime + serviceTime",
    "inQueue = arrivalRate * waitingTime",
    "inSystem = arrivalRate * responseTime",
    "waitingTimeQuantile = max(0, log(waitProbability) - log1p(-probability)) * relief",
  ],
  stable: ["utilisation < 1"],
});
