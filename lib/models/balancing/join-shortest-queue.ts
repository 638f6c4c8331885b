/**
 * Join the shortest queue: what no policy that only sees queue lengths can beat, and what it tends to.
 *
 * Source: Winston, J. Applied Probability 14(1), 1977, and Weber, same 15(2), 1978 (JSQ is the best such policy for
 * exponential service, so it beats round robin, whose queues are E_n/M/1); one queue for all servers (M/M/n) wastes no
 * server and beats it; Foschini and Salz, Bell System Tech. J. 57(6), 1978 (towards saturation all queues are equal, and
 * the whole is one M/M/1 of n times the speed). With ρ fixed and n → ∞ nobody waits.
 */
import { defineModel } from "../../core/model.ts";
import { ekM1 } from "../queueing/gi-m1.ts";
import { ARRIVAL_RATE, SERVERS, SERVICE_TIME, UTILISATION } from "../queueing/queue-symbols.ts";
import { erlangC } from "../queueing/station-wait.ts";

/**
 * Bounds on the mean time in system under join-the-shortest-queue, and its limit towards saturation.
 *
 * @example
 * models.joinShortestQueue({ arrivalRate: 0.5, serviceTime: 1, servers: 1 }).upperResponseTime; // => 2
 * models.joinShortestQueue({ arrivalRate: 1, serviceTime: 1, servers: 2 }).lowerResponseTime; // => 4 / 3
 */
export const joinShortestQueue = defineModel({
  id: "joinShortestQueue",
  title: "Join the shortest queue: bounds and heavy traffic",
  cites: ["Winston 1977", "Weber 1978", "Foschini, Salz 1978"],
  assumes: [
    "arrivals are Poisson, service times exponential and independent",
    "each arrival sees the present lengths of all queues",
    "servers alike, first come first served, steady state",
  ],
  inputs: {
    arrivalRate: { ...ARRIVAL_RATE, meaning: "mean arrivals per second at all servers together" },
    serviceTime: SERVICE_TIME,
    servers: { ...SERVERS, tex: "n" },
  },
  outputs: {
    utilisation: UTILISATION,
    lowerResponseTime: {
      tex: "T_{M/M/n}",
      dimension: "time",
      meaning: "mean time in system with one queue for all",
    },
    upperResponseTime: {
      tex: "T_{E_n/M/1}",
      dimension: "time",
      meaning: "mean time in system under round robin",
    },
    heavyTrafficResponseTime: {
      tex: "T_{\\rho \\to 1}",
      dimension: "time",
      meaning: "S/(n(1 − ρ)), to which the mean tends relatively as ρ → 1",
    },
  },
  functions: {
    erlangC: {
      tex: "\\mathrm{C}",
      arguments: ["one", "one"],
      result: "one",
      meaning: "Erlang's C",
      compute: erlangC,
    },
    inTurn: {
      tex: "t_{E_n/M/1}",
      arguments: ["one", "one"],
      result: "one",
      meaning: "mean time in system of E_n/M/1, in services",
      compute: (n: number, rho: number) => ekM1({ arrivalRate: rho, serviceTime: 1, stages: n }).responseTime,
    },
  },
  equations: [
    "utilisation = arrivalRate * serviceTime / servers",
    "heavyTrafficResponseTime = serviceTime / (servers * (1 - utilisation))",
    "lowerResponseTime = serviceTime + erlangC(servers, arrivalRate * serviceTime) * heavyTrafficResponseTime",
    "upperResponseTime = inTurn(servers, utilisation) * serviceTime",
  ],
  stable: ["utilisation < 1"],
});
