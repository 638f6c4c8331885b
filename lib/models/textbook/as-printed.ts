/**
 * Two formulas for the delay of a distributed system as they are found in introductory texts, exactly as printed.
 *
 * d = t(n − 1)/b, "t transmission time, n nodes, b bandwidth", and d = L/(n·t), "L load, n nodes, t processing time".
 * Neither right side is a time. They are kept to be held against the simulation and against the well-posed models
 * that the readings name; the numbers they give are in the unit found, whatever they are called.
 */
import { defineModel } from "../../core/model.ts";

/**
 * d = t(n − 1)/b: comes out in s²/bit.
 *
 * @example
 * textbookBroadcast({ transmissionTime: 0.001, nodes: 5, bandwidth: 1e9 }).delay; // => 4e-12
 * @example
 * textbookBroadcast.dimensionalVerdicts[0].found; // => "s^2/bit"
 */
export const textbookBroadcast = defineModel({
  id: "textbookBroadcast",
  title: "Textbook delay of a broadcast, d = t(n − 1)/b, as printed",
  cites: ["introductory texts on distributed systems, without a derivation"],
  assumes: ["nothing is stated; as printed the right side is no time"],
  ignores: [
    "payload size",
    "cpu",
    "disk",
    "jitter",
    "unequal links",
    "client distance",
    "batching",
    "limited pipeline",
  ],
  inputs: {
    transmissionTime: { tex: "t", dimension: "time", min: 0, meaning: "transmission time of a message" },
    nodes: { tex: "n", dimension: "one", integer: true, min: 1, meaning: "number of nodes" },
    bandwidth: { tex: "b", dimension: "bandwidth", above: 0, meaning: "bandwidth" },
  },
  outputs: { delay: { tex: "d", dimension: "time", meaning: "delay, by its name; see the verdict" } },
  equations: ["delay = transmissionTime * (nodes - 1) / bandwidth"],
  asPrinted: {
    readings: [
      { reading: "t is the message's size: serialisation at the sender's port", model: "nicBound" },
      { reading: "b is 1: processor time per message", model: "cpuBound" },
      { reading: "b is a number of sender threads", model: "parallelBound" },
      { reading: "b is the fan-out of a tree", model: "treeFanOut" },
      { reading: "only a quorum is waited for", model: "quorumBound" },
    ],
  },
});

/**
 * d = L/(n·t): comes out in 1/s when t is a time.
 *
 * @example
 * textbookLoad({ load: 1000, nodes: 5, processingTime: 0.001 }).delay; // => 200000
 * @example
 * textbookLoad.dimensionalVerdicts[0].found; // => "1/s"
 */
export const textbookLoad = defineModel({
  id: "textbookLoad",
  title: "Textbook delay under load, d = L/(n·t), as printed",
  cites: ["introductory texts on distributed systems, without a derivation"],
  assumes: ["nothing is stated; as printed the right side is no time"],
  ignores: [
    "payload size",
    "egress bandwidth",
    "disk",
    "jitter",
    "client distance",
    "batching",
    "limited pipeline",
  ],
  inputs: {
    load: { tex: "L", dimension: "one", min: 0, meaning: "load, as a number of operations" },
    nodes: { tex: "n", dimension: "one", integer: true, min: 1, meaning: "number of nodes" },
    processingTime: { tex: "t", dimension: "time", above: 0, meaning: "processing time of an operation" },
  },
  outputs: { delay: { tex: "d", dimension: "time", meaning: "delay, by its name; see the verdict" } },
  equations: ["delay = load / (nodes * processingTime)"],
  asPrinted: {
    readings: [
      { reading: "t is a rate: time to drain a backlog", model: "drainTime" },
      { reading: "steady state, operations split at random", model: "randomSplit" },
      { reading: "steady state, one queue for all nodes", model: "centralQueue" },
    ],
  },
});
