/**
 * A closed loop: k clients who think, send one operation to a leader and wait for the answer.
 *
 * Source: Reiser and Lavenberg, "Mean-value analysis of closed multichain queuing networks" (J. ACM 27(2), 1980), for
 * one queueing station and one delay; the asymptotic bounds after Denning and Buzen (1978): X ≤ min(1/S, k/(S + Z)).
 */
import { defineModel } from "../../core/model.ts";

/** R(k) = S(1 + Q(k − 1)), X = k/(R + Z), Q = XR: one step a client. */
function meanValue(clients: number, service: number, think: number): number {
  let queue = 0;
  let response = service;
  for (let k = 1; k <= clients; k++) {
    response = service * (1 + queue);
    queue = (k / (response + think)) * response;
  }
  return response;
}

/**
 * Throughput and latency of k clients at one bottleneck, exact and by bounds.
 *
 * @example
 * models.closedLoop({ clients: 1, serviceTime: ms(1), thinkTime: ms(9) }).throughput; // => 100
 */
export const closedLoop = defineModel({
  id: "closedLoop",
  title: "Closed loop of k clients at one bottleneck",
  cites: ["Reiser, Lavenberg 1980", "Denning, Buzen 1978"],
  assumes: [
    "every client has one operation under way",
    "exponential service at the bottleneck, first come first served; everything else is a delay without waiting",
    "steady state",
  ],
  inputs: {
    clients: { tex: "k", dimension: "one", integer: true, min: 1, max: 10_000_000, meaning: "clients" },
    serviceTime: {
      tex: "S",
      dimension: "time",
      above: 0,
      meaning: "bottleneck's mean time for one operation",
    },
    thinkTime: {
      tex: "Z",
      dimension: "time",
      min: 0,
      default: 0,
      meaning: "think time plus all delays that do not queue, such as round trips",
    },
  },
  outputs: {
    throughput: { tex: "X", dimension: "rate", meaning: "operations per second" },
    responseTime: { tex: "R", dimension: "time", meaning: "mean time at the bottleneck, waiting included" },
    utilisation: { tex: "\\rho", dimension: "one", meaning: "of the bottleneck" },
    throughputBound: { tex: "X^+", dimension: "rate", meaning: "upper bound on the throughput" },
    responseTimeBound: { tex: "R^-", dimension: "time", meaning: "lower bound on the response time" },
    knee: { tex: "k^*", dimension: "one", meaning: "clients at which the two bounds meet" },
  },
  functions: {
    meanValue: {
      tex: "\\mathrm{MVA}",
      arguments: ["one", "time", "time"],
      result: "time",
      meaning: "response time by exact mean-value analysis",
      compute: meanValue,
    },
  },
  equations: [
    "responseTime = meanValue(clients, serviceTime, thinkTime)",
    "throughput = clients / (responseTime + thinkTime)",
    "utilisation = throughput * serviceTime",
    "throughputBound = min(1 / serviceTime, clients / (serviceTime + thinkTime))",
    "responseTimeBound = max(serviceTime, clients * serviceTime - thinkTime)",
    "knee = (serviceTime + thinkTime) / serviceTime",
  ],
});
