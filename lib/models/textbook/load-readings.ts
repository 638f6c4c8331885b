/**
 * Readings of d = L/(n·t): the time to drain a batch, and the latency in steady state, which is another thing.
 *
 * Source: Kleinrock, Queueing Systems I (1975), §3.2 and §3.5. A batch of L operations on n nodes of rate μ takes at
 * least L/(nμ). Under a steady load λ an operation takes S/(1 − λS/n) when it is sent to a node at random and less
 * from one common queue; neither falls below S however many nodes there are, and both grow without bound as λS → n.
 */

import { allFeaturesBut } from "../../core/features.ts";
import type { NumberInput, Quantity } from "../../core/model.ts";
import { defineModel } from "../../core/model.ts";
import { erlangC } from "../queueing/station-wait.ts";

const nodes = {
  tex: "n",
  dimension: "one",
  integer: true,
  min: 1,
  max: 100_000,
  meaning: "nodes, all alike",
} as const satisfies NumberInput;
const steady = {
  arrivalRate: {
    tex: "\\lambda",
    dimension: "rate",
    above: 0,
    meaning: "operations per second, over all nodes",
  },
  serviceTime: { tex: "S", dimension: "time", above: 0, meaning: "mean time of an operation on a node" },
  nodes,
} as const satisfies Readonly<Record<string, NumberInput>>;
const outputs = {
  utilisation: { tex: "\\rho", dimension: "one", meaning: "share of time a node is busy" },
  waitingTime: { tex: "W_q", dimension: "time", meaning: "mean time in queue" },
  responseTime: { tex: "T", dimension: "time", meaning: "mean time in system" },
} as const satisfies Readonly<Record<string, Quantity>>;

/**
 * Batch bound: L operations on n nodes.
 *
 * @example
 * models.drainTime({ operations: 1e6, nodes: 4, nodeRate: 1000 }).time; // => 250
 */
export const drainTime = defineModel({
  id: "drainTime",
  title: "Time to drain a batch",
  cites: ["reading of d = L/(n t) with t as a node's rate"],
  assumes: ["all operations are there at the start", "the busiest node has `imbalance` times its fair share"],
  ignores: allFeaturesBut("cpu"),
  inputs: {
    operations: { tex: "L", dimension: "one", min: 0, meaning: "operations in the batch" },
    nodes,
    nodeRate: { tex: "\\mu", dimension: "rate", above: 0, meaning: "operations per second of one node" },
    imbalance: {
      tex: "\\kappa",
      dimension: "one",
      min: 1,
      default: 1,
      meaning: "busiest node's share over the fair share; 1 is perfect balance",
    },
  },
  outputs: { time: { tex: "d", dimension: "time", meaning: "until the busiest node is done" } },
  equations: ["time = imbalance * operations / (nodes * nodeRate)"],
});

/**
 * Steady state, every operation to a node at random: n queues M/M/1.
 *
 * @example
 * models.randomSplit({ arrivalRate: 3200, serviceTime: ms(1), nodes: 4 }).responseTime; // => 0.005
 */
export const randomSplit = defineModel({
  id: "randomSplit",
  title: "Random split over n nodes, each M/M/1",
  cites: ["Kleinrock 1975, §3.2"],
  assumes: ["Poisson arrivals, each to a node at random", "exponential times", "steady state"],
  ignores: allFeaturesBut("cpu"),
  inputs: steady,
  outputs,
  equations: [
    "utilisation = arrivalRate * serviceTime / nodes",
    "waitingTime = utilisation / (1 - utilisation) * serviceTime",
    "responseTime = serviceTime / (1 - utilisation)",
  ],
  stable: ["utilisation < 1"],
});

/**
 * Steady state, one queue for all nodes: M/M/n.
 *
 * @example
 * models.centralQueue({ arrivalRate: 800, serviceTime: ms(1), nodes: 1 }).responseTime; // => 0.005
 */
export const centralQueue = defineModel({
  id: "centralQueue",
  title: "One queue for n nodes, M/M/n",
  cites: ["Kleinrock 1975, §3.5 (Erlang C)"],
  assumes: ["Poisson arrivals into one queue", "exponential times", "steady state"],
  ignores: allFeaturesBut("cpu", "cores"),
  inputs: steady,
  outputs,
  functions: {
    erlangC: {
      tex: "C",
      arguments: ["one", "one"],
      result: "one",
      meaning: "chance that all servers are busy (Erlang C), by the stable recursion for Erlang B",
      compute: erlangC,
    },
  },
  equations: [
    "utilisation = arrivalRate * serviceTime / nodes",
    "waitingTime = erlangC(nodes, arrivalRate * serviceTime) * serviceTime / (nodes * (1 - utilisation))",
    "responseTime = waitingTime + serviceTime",
  ],
  stable: ["utilisation < 1"],
});
