/**
 * Broadcast along a tree in which every node that has the message passes it on.
 *
 * Source: derivation. When every holder sends to b others in each round, the number of holders is multiplied by
 * b + 1, so n nodes need the least r with (b + 1)^r ≥ n rounds. The count is by multiplication: a logarithm can be
 * one off where n is a power of b + 1.
 */
import { defineModel } from "../../core/model.ts";

/** The least r with (fanOut + 1)^r ≥ nodes. */
export function roundsToReach(nodes: number, fanOut: number): number {
  let rounds = 0;
  for (let holders = 1; holders < nodes; holders *= fanOut + 1) rounds++;
  return rounds;
}

/**
 * Rounds and time of a broadcast in which holders double, triple, … each round.
 *
 * @example
 * treeFanOut({ nodes: 9, fanOut: 2, roundTime: ms(1) }).rounds; // => 2
 */
export const treeFanOut = defineModel({
  id: "treeFanOut",
  title: "Broadcast along a tree",
  cites: ["derivation: holders grow by a factor b + 1 each round"],
  assumes: [
    "in a round every holder sends to b nodes that have nothing yet",
    "all rounds take the same time",
  ],
  ignores: ["jitter", "unequal links", "client distance", "disk", "batching", "limited pipeline"],
  inputs: {
    nodes: {
      tex: "n",
      dimension: "one",
      integer: true,
      min: 1,
      max: 1e9,
      meaning: "number of nodes, sender included",
    },
    fanOut: {
      tex: "b",
      dimension: "one",
      integer: true,
      min: 1,
      max: 1e9,
      meaning: "nodes every holder sends to in a round",
    },
    roundTime: { tex: "t", dimension: "time", min: 0, meaning: "time of a round" },
  },
  outputs: {
    rounds: { tex: "r", dimension: "one", meaning: "rounds until everybody has it" },
    delay: { tex: "d", dimension: "time", meaning: "until everybody has it" },
  },
  functions: {
    roundsToReach: {
      tex: "\\mathrm{rounds}",
      arguments: ["one", "one"],
      result: "one",
      meaning: "least r with (b + 1)^r ≥ n, exactly",
      compute: roundsToReach,
    },
  },
  equations: ["rounds = roundsToReach(nodes, fanOut)", "delay = rounds * roundTime"],
});
