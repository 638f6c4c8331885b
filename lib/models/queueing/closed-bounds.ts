/**
 * Asymptotic bounds of a closed network: what no scheduling or law of service can better, and the knee where they meet.
 *
 * Source: Denning and Buzen, "The operational analysis of queueing network models" (ACM Computing Surveys 10(3), 1978);
 * Lazowska, Zahorjan, Graham and Sevcik, Quantitative System Performance (1984), §5.2.
 */
import { defineModel } from "../../core/model.ts";
import { CUSTOMERS, DEMANDS, SUMS, THINK } from "./closed-symbols.ts";

/**
 * Asymptotic bounds of a closed network, and the knee where they meet.
 *
 * @example
 * models.closedBounds({ demands: [2, 3, 1], thinkTime: 4, customers: 20 }).knee; // => 10 / 3
 */
export const closedBounds = defineModel({
  id: "closedBounds",
  title: "Asymptotic bounds of a closed network",
  cites: ["Denning and Buzen 1978", "Lazowska et al. 1984, §5.2"],
  assumes: ["every station is a single server", "operational: no law of service or routing is assumed"],
  inputs: { demands: DEMANDS, thinkTime: THINK, customers: { ...CUSTOMERS, max: 1e12 } },
  between: {
    demand: { tex: "D", dimension: "time", meaning: "demand at all stations together" },
    bottleneck: { tex: "D_{\\max}", dimension: "time", meaning: "demand at the bottleneck" },
  },
  outputs: {
    throughputMax: { tex: "X^+", dimension: "rate", meaning: "upper bound on throughput" },
    throughputMin: {
      tex: "X^-",
      dimension: "rate",
      meaning: "lower bound: every customer waits for all others",
    },
    responseMin: { tex: "R^-", dimension: "time", meaning: "lower bound on response time" },
    responseMax: { tex: "R^+", dimension: "time", meaning: "upper bound on response time" },
    knee: { tex: "N^*", dimension: "one", meaning: "customers from which the bottleneck must queue" },
  },
  functions: SUMS,
  equations: [
    "demand = sum(demands)",
    "bottleneck = largest(demands)",
    "throughputMax = min(1 / bottleneck, customers / (demand + thinkTime))",
    "throughputMin = customers / (customers * demand + thinkTime)",
    "responseMin = max(demand, customers * bottleneck - thinkTime)",
    "responseMax = customers * demand",
    "knee = (demand + thinkTime) / bottleneck",
  ],
  requires: ["bottleneck > 0"],
});
