/**
 * G/G/c after Allen and Cunneen: the M/M/c wait scaled by the mean variability of arrivals and service.
 *
 * Source: Allen, Probability, Statistics, and Queueing Theory (2nd ed. 1990), §5.3.4. Exact for M/M/c and for M/G/1; for
 * one server it is Kingman's approximation. With several servers and service other than exponential it is good in
 * heavy traffic and no more than an estimate at low load, where few wait.
 */
import { defineModel } from "../../core/model.ts";
import { GG1_INPUTS } from "./gg1-symbols.ts";
import { erlangC } from "./station-wait.ts";

/**
 * G/G/c queue after Allen and Cunneen: several servers, any renewal arrivals, any service.
 *
 * @example
 * models.allenCunneen({ arrivalRate: 1, serviceTime: 1, servers: 2, arrivalScv: 1, serviceScv: 0 }).waitingTime; // => 1 / 6
 * models.allenCunneen({ arrivalRate: 800, serviceTime: ms(1), servers: 1, arrivalScv: 1, serviceScv: 4 }).waitingTime; // => 0.01
 */
export const allenCunneen = defineModel({
  id: "allenCunneen",
  title: "G/G/c queue, Allen and Cunneen's approximation",
  cites: ["Allen 1990, §5.3.4"],
  assumes: [
    "times between arrivals are independent and alike, and so are service times",
    "two moments of each are enough",
    "the chance of waiting is that of M/M/c with the same load",
    "one queue for all servers, unlimited, first come first served",
    "steady state",
  ],
  inputs: {
    ...GG1_INPUTS,
    servers: { tex: "c", dimension: "one", integer: true, min: 1, max: 1e6, meaning: "number of servers" },
  },
  between: {
    load: { tex: "a", dimension: "one", meaning: "offered load in servers" },
  },
  outputs: {
    utilisation: { tex: "\\rho", dimension: "one", meaning: "share of time each server is busy" },
    waitProbability: { tex: "P_w", dimension: "one", meaning: "chance that an arrival must wait" },
    waitingTime: { tex: "W_q", dimension: "time", meaning: "mean time in queue, service excluded" },
    responseTime: { tex: "T", dimension: "time", meaning: "mean time in system" },
    inQueue: { tex: "L_q", dimension: "one", meaning: "mean number waiting" },
    inSystem: { tex: "L", dimension: "one", meaning: "mean number in system" },
  },
  functions: {
    erlangC: {
      tex: "\\mathrm{C}",
      arguments: ["one", "one"],
      result: "one",
      meaning: "Erlang's C, as in M/M/c (station-wait.ts)",
      compute: erlangC,
    },
  },
  equations: [
    "load = arrivalRate * serviceTime",
    "utilisation = load / servers",
    "waitProbability = erlangC(servers, load)",
    "waitingTime = waitProbability * serviceTime / (servers - load) * (arrivalScv + serviceScv) / 2",
    "responseTime = waitingTime + serviceTime",
    "inQueue = arrivalRate * waitingTime",
    "inSystem = arrivalRate * responseTime",
  ],
  stable: ["utilisation < 1"],
});
