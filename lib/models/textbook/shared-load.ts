/**
 * What d = L/(n·t) becomes when made well posed: the time to drain a backlog, and the latency in steady state.
 *
 * The two are different questions. A backlog drains in L/(nμ) however its pieces arrive; in steady state the delay
 * never falls below one service time, and grows without bound as λ nears nμ.
 */
import { defineModel, type NumberInput } from "../../core/model.ts";
import { erlangC } from "../queueing/station-wait.ts";

const nodes = {
  tex: "n",
  dimension: "one",
  integer: true,
  min: 1,
  max: 1e6,
  meaning: "number of nodes",
} as const satisfies NumberInput;
const arrivalRate = {
  tex: "\\lambda",
  dimension: "rate",
  above: 0,
  meaning: "operations per second, all nodes together",
} as const satisfies NumberInput;
const serviceTime = {
  tex: "t",
  dimension: "time",
  above: 0,
  meaning: "mean time one node needs for an operation",
} as const satisfies NumberInput;
const IGNORES = [
  "payload size",
  "egress bandwidth",
  "disk",
  "jitter",
  "client distance",
  "batching",
] as const;
const utilisation = { tex: "\\rho", dimension: "one", meaning: "share of time a node is busy" } as const;
const waitingTime = { tex: "W_q", dimension: "time", meaning: "mean time in queue" } as const;
const responseTime = { tex: "T", dimension: "time", meaning: "mean time in system" } as const;

/**
 * Time to drain a backlog of L operations, the imbalance of the nodes included.
 *
 * @example
 * drainTime({ backlog: 1000, nodes: 5, serviceTime: ms(1) }).delay; // => 0.2
 */
export const drainTime = defineModel({
  id: "drainTime",
  title: "Time to drain a backlog",
  cites: ["derivation: makespan of divisible work"],
  assumes: ["the backlog is there at the start and nothing more arrives", "the fullest node decides"],
  ignores: IGNORES,
  inputs: {
    backlog: { tex: "L", dimension: "one", min: 0, meaning: "operations waiting at the start" },
    nodes,
    serviceTime,
    imbalance: {
      tex: "\\beta",
      dimension: "one",
      min: 1,
      default: 1,
      meaning: "operations of the fullest node over the mean",
    },
  },
  outputs: { delay: { tex: "d", dimension: "time", meaning: "until the last operation is done" } },
  equations: ["delay = imbalance * backlog * serviceTime / nodes"],
  requires: ["imbalance <= nodes"],
});

/**
 * Steady state when every operation goes to a node drawn at random: n separate M/M/1 queues.
 *
 * @example
 * randomSplit({ arrivalRate: 4000, nodes: 5, serviceTime: ms(1) }).responseTime; // => 0.005
 */
export const randomSplit = defineModel({
  id: "randomSplit",
  title: "Load split at random over n nodes, steady state",
  cites: ["Harchol-Balter 2013, ch. 13"],
  assumes: [
    "Poisson arrivals, each to a node drawn evenly and blindly",
    "exponential service, one operation at a time at each node",
    "steady state",
  ],
  ignores: IGNORES,
  inputs: { arrivalRate, nodes, serviceTime },
  outputs: { utilisation, waitingTime, responseTime },
  equations: [
    "utilisation = arrivalRate * serviceTime / nodes",
    "responseTime = serviceTime / (1 - utilisation)",
    "waitingTime = utilisation * responseTime",
  ],
  stable: ["utilisation < 1"],
});

/**
 * Steady state when all nodes serve one queue: M/M/n, the least delay any split of Poisson load can have.
 *
 * @example
 * centralQueue({ arrivalRate: 4000, nodes: 5, serviceTime: ms(1) }).responseTime; // => 0.001554112554112554
 */
export const centralQueue = defineModel({
  id: "centralQueue",
  title: "One queue served by n nodes, steady state",
  cites: ["Erlang 1917", "Harchol-Balter 2013, ch. 14"],
  assumes: ["Poisson arrivals into one queue", "exponential service at n equal nodes", "steady state"],
  ignores: IGNORES,
  inputs: { arrivalRate, nodes, serviceTime },
  between: { load: { tex: "a", dimension: "one", meaning: "offered load in nodes" } },
  outputs: { utilisation, waitingTime, responseTime },
  functions: {
    erlangC: {
      tex: "\\mathrm{C}",
      arguments: ["one", "one"],
      result: "one",
      meaning: "Erlang's C: the chance that all nodes are busy (queueing/station-wait.ts)",
      compute: erlangC,
    },
  },
  equations: [
    "load = arrivalRate * serviceTime",
    "utilisation = load / nodes",
    "waitingTime = erlangC(nodes, load) * serviceTime / (nodes - load)",
    "responseTime = waitingTime + serviceTime",
  ],
  stable: ["utilisation < 1"],
});
