/**
 * G/G/c after Allen and Cunneen: the M/M/c wait scaled by the mean variability.
 *
 * Source: Allen, Probability, Statistics, and Queueing Theory (2nd ed. 1990), §5.3.4. Exact for M/M/c and M/G/1.
 */
import { defineModel } from "../../core/model.ts";
import { GG1_INPUTS, GG1_OUTPUTS } from "./gg1-symbols.ts";
import { erlangC } from "./station-wait.ts";

/** Several servers, any renewal arrivals, any service. */
export const allenCunneen = defineModel({
  id: "allenCunneen",
  title: "G/G/c queue, Allen and Cunneen's approximation",
  cites: ["Allen 1990, §5.3.4"],
  assumes: [
    "times between arrivals are independent and alike, and so are service times",
    "two moments of each are enough",
    "one queue for all servers, unlimited, first come first served",
    "steady state",
  ],
  inputs: {
    ...GG1_INPUTS,
    servers: {
      tex: "c",
      dimension: "one",
      integer: true,
      min: 1,
      max: 1e6,
      meaning: "number of servers",
    },
  },
  outputs: GG1_OUTPUTS,
  functions: {
    erlangC: {
      tex: "\\mathrm{C}",
      arguments: ["one", "one"],
      result: "one",
      meaning: "chance that all servers are busy (Erlang C)",
      compute: erlangC,
    },
  },
  equations: [
    "utilisation = arrivalRate * serviceTime / servers",
    "waitingTime = erlangC(servers, arrivalRate * serviceTime) * serviceTime / (servers * (1 - utilisation)) * (arrivalScv + serviceScv) / 2",
    "responseTime = waitingTime + serviceTime",
    "inQueue = arrivalRate * waitingTime",
  ],
  stable: ["utilisation < 1"],
});
