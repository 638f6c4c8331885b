/**
 * Who takes over when a node leaves a ring, or gives when one comes: how many nodes share the burden.
 *
 * Own derivation: all orders of the points on the ring are equally likely, so the k points of the node that goes fall
 * into the Nk gaps before the points of the N others as k balls that cannot be told apart, every distribution with the
 * same chance (Bose and Einstein; Feller, An Introduction to Probability Theory, vol. 1, 3rd ed. 1968, §II.5). A node
 * inherits nothing when its k gaps stay empty: C(Nk − 1, k)/C(Nk + k − 1, k). With one point a node there is one heir,
 * who has two shares from then on: the reason for virtual nodes that DeCandia et al. give (Dynamo, SOSP 2007, §4.2).
 */
import { defineModel } from "../../core/model.ts";

/** Chance that one of N nodes with k points has none of k further points in the gaps before its own. */
export function untouched(others: number, points: number): number {
  if (others === 1) return 0;
  let sum = 0;
  for (let i = 0; i < points; i++) sum += Math.log1p(-points / (others * points + i));
  return Math.exp(sum);
}

/**
 * Nodes that take over the keys of one that leaves; by symmetry, nodes that give keys to one that comes.
 *
 * @example
 * models.ringHeirs({ nodes: 10, points: 1 }).heirs; // => 1
 * models.ringHeirs({ nodes: 3, points: 2 }).heirs; // => 1.4
 */
export const ringHeirs = defineModel({
  id: "ringHeirs",
  title: "Heirs of a node that leaves a ring",
  cites: ["Feller 1968, §II.5", "DeCandia et al. 2007, §4.2"],
  assumes: ["points are hashed independently and uniformly", "all nodes have the same number of points"],
  inputs: {
    nodes: {
      tex: "n",
      dimension: "one",
      integer: true,
      min: 2,
      max: 1e6,
      meaning: "nodes, the one that goes or comes included",
    },
    points: {
      tex: "k",
      dimension: "one",
      integer: true,
      min: 1,
      max: 1e6,
      meaning: "points of each node",
    },
  },
  outputs: {
    heirs: { tex: "h", dimension: "one", meaning: "mean number of nodes that take over a part" },
    heirShare: { tex: "h/(n - 1)", dimension: "one", meaning: "the same, of the nodes that stay" },
  },
  functions: {
    untouched: {
      tex: "p_0",
      arguments: ["one", "one"],
      result: "one",
      meaning: "chance that a node inherits nothing, C(Nk − 1, k)/C(Nk + k − 1, k), as a product",
      compute: untouched,
    },
  },
  equations: ["heirShare = 1 - untouched(nodes - 1, points)", "heirs = (nodes - 1) * heirShare"],
});
