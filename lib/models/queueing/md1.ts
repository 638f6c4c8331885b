/**
 * M/D/1: one server, Poisson arrivals, constant service.
 *
 * Source: Erlang (1909); Kleinrock, Queueing Systems I (1975), §5.6; the law of the wait after Franx (2001), in
 * `md1-wait.ts`. Half the mean wait of M/M/1. The leader model of Ailijiang, Charapko and Demirbas (SIGMOD 2019, §3.3).
 */
import { defineModel } from "../../core/model.ts";
import { md1WaitQuantile } from "./md1-wait.ts";

/**
 * M/D/1 queue: mean values and exact quantiles of waiting and response time.
 *
 * @example
 * models.md1({ arrivalRate: 800, serviceTime: ms(1) }).waitingTime; // => 0.002
 * models.md1({ arrivalRate: 800, serviceTime: ms(1), probability: 0.2 }).responseTimeQuantile; // => 0.001
 */
export const md1 = defineModel({
  id: "md1",
  title: "M/D/1 queue",
  cites: ["Erlang 1909", "Kleinrock 1975, §5.6", "Franx 2001"],
  assumes: [
    "arrivals are Poisson and independent of service",
    "every service takes the same time",
    "one server, unlimited queue, first come first served",
    "steady state",
  ],
  inputs: {
    arrivalRate: { tex: "\\lambda", dimension: "rate", above: 0, meaning: "mean arrivals per second" },
    serviceTime: { tex: "S", dimension: "time", above: 0, meaning: "service time" },
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
  functions: {
    waitInServices: {
      tex: "w",
      arguments: ["one", "one"],
      result: "one",
      meaning:
        "quantile of the wait in service times by Franx's sums of positive terms; relative error below 1e-9",
      compute: md1WaitQuantile,
    },
  },
  equations: [
    "utilisation = arrivalRate * serviceTime",
    "waitingTime = utilisation / (2 * (1 - utilisation)) * serviceTime",
    "responseTime = waitingTime + serviceTime",
    "inQueue = arrivalRate * waitingTime",
    "inSystem = arrivalRate * responseTime",
    "waitingTimeQuantile = waitInServices(utilisation, probability) * serviceTime",
    "responseTimeQuantile = waitingTimeQuantile + serviceTime",
  ],
  stable: ["utilisation < 1"],
});
