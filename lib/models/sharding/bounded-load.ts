/**
 * Consistent hashing with bounded loads: the bound, and what it costs in displaced keys.
 *
 * Source: Mirrokni, Thorup and Zadimoghaddam, SODA 2018, §1: no node holds more than ⌈cm/n⌉ of m keys. The cost is an own
 * derivation for one point a node and many keys: going round the ring, a node takes the overflow of the one before and its
 * own arc, exponential with the mean load as unit, and passes on what exceeds c. That is the recursion of the wait in
 * D/M/1 with services of 1 and arrivals every c (Lindley, Proc. Cambridge Phil. Soc. 48, 1952): a node is full with
 * chance σ, the root of σ = e^{−c(1 − σ)}, and a key passes σ/(1 − σ) nodes on average. For c = 1 + ε that is about 1/(2ε).
 */
import { defineModel } from "../../core/model.ts";
import { dM1 } from "../queueing/gi-m1.ts";

/**
 * Bounded loads: largest load, share of full nodes, and how far keys are pushed on.
 *
 * @example
 * models.boundedLoad({ keys: 1000, nodes: 10, factor: 1.25 }).capacity; // => 125
 */
export const boundedLoad = defineModel({
  id: "boundedLoad",
  title: "Consistent hashing with bounded loads",
  cites: ["Mirrokni et al. 2018, §1", "Lindley 1952"],
  assumes: [
    "one point a node, hashes uniform; many nodes, and many keys a node",
    "a key goes to the first node clockwise with room",
  ],
  inputs: {
    keys: { tex: "m", dimension: "one", integer: true, min: 1, max: 1e12, meaning: "keys" },
    nodes: { tex: "n", dimension: "one", integer: true, min: 1, max: 1e9, meaning: "nodes" },
    factor: { tex: "c", dimension: "one", above: 1, max: 700, meaning: "bound over the mean load, 1 + ε" },
  },
  between: { room: { tex: "1 - \\sigma", dimension: "one", meaning: "share of nodes with room" } },
  outputs: {
    capacity: { tex: "C", dimension: "one", meaning: "keys that a node may hold" },
    maxOverMean: { tex: "C n/m", dimension: "one", meaning: "largest possible load over the mean" },
    fullShare: { tex: "\\sigma", dimension: "one", meaning: "share of nodes that pass keys on" },
    nodesPassed: { tex: "h", dimension: "one", meaning: "mean number of full nodes that a key passes" },
  },
  functions: {
    root: {
      tex: "\\tau",
      arguments: ["one"],
      result: "one",
      meaning: "root of 1 − e^(−cτ) = τ: the chance that an arrival of D/M/1 at ρ = 1/c need not wait",
      compute: (factor: number) => 1 / dM1({ arrivalRate: 1 / factor, serviceTime: 1 }).responseTime,
    },
  },
  equations: [
    "capacity = ceil(factor * keys / nodes)",
    "maxOverMean = capacity * nodes / keys",
    "room = root(factor)",
    "fullShare = exp(-factor * room)",
    "nodesPassed = fullShare / room",
  ],
});
