/**
 * Join-idle-queue: idle servers queue up at dispatchers; a dispatcher with none sends at random.
 *
 * Source: Lu, Xie, Kliot, Geller, Larus and Greenberg, "Join-Idle-Queue: a novel load balancing algorithm for dynamically
 * scalable web services", Performance Evaluation 68(11), 2011, §3 (JIQ-Random, r = n/m servers a dispatcher, both many):
 * the share of dispatchers with an idle server obeys a/(1 − a) = r(1 − ρ), as M/M/1 queues of idle servers. A busy server then
 * gets λ(1 − a) only, the jobs sent at random, so that T = S/(1 − ρ(1 − a)): the wait of random dispatch over 1 + r.
 */
import { defineModel } from "../../core/model.ts";
import { ARRIVAL_RATE, SERVICE_TIME, UTILISATION } from "../queueing/queue-symbols.ts";

/**
 * Join-idle-queue with random reports, many servers and dispatchers.
 *
 * @example
 * models.joinIdleQueue({ arrivalRate: 900, serviceTime: 1, servers: 1000, dispatchers: 100 }).waitingTime; // => 9 / 11
 */
export const joinIdleQueue = defineModel({
  id: "joinIdleQueue",
  title: "Join-idle-queue, random reports",
  cites: ["Lu et al. 2011, §3"],
  assumes: [
    "arrivals are Poisson, service times exponential and independent",
    "a server that falls idle reports to one dispatcher at random, without delay",
    "many servers and dispatchers in a fixed ratio; a report is not withdrawn when the server gets a job at random (the share of such is neglected)",
    "servers alike, first come first served, steady state",
  ],
  inputs: {
    arrivalRate: { ...ARRIVAL_RATE, meaning: "mean arrivals per second at all servers together" },
    serviceTime: SERVICE_TIME,
    servers: { tex: "n", dimension: "one", integer: true, min: 1, max: 1e9, meaning: "servers" },
    dispatchers: { tex: "m", dimension: "one", integer: true, min: 1, max: 1e9, meaning: "dispatchers" },
  },
  between: {
    ratio: { tex: "r", dimension: "one", meaning: "servers a dispatcher" },
    idlers: { tex: "q", dimension: "one", meaning: "mean idle servers known to a dispatcher" },
  },
  outputs: {
    utilisation: UTILISATION,
    informedShare: {
      tex: "a",
      dimension: "one",
      meaning: "share of jobs whose dispatcher knows an idle server",
    },
    responseTime: { tex: "T", dimension: "time", meaning: "mean time in system" },
    waitingTime: { tex: "W_q", dimension: "time", meaning: "mean time in queue, service excluded" },
  },
  equations: [
    "utilisation = arrivalRate * serviceTime / servers",
    "ratio = servers / dispatchers",
    "idlers = ratio * (1 - utilisation)",
    "informedShare = idlers / (1 + idlers)",
    "responseTime = serviceTime / (1 - utilisation * (1 - informedShare))",
    "waitingTime = utilisation / ((1 - utilisation) * (1 + ratio)) * serviceTime",
  ],
  requires: ["dispatchers <= servers"],
  stable: ["utilisation < 1"],
});
