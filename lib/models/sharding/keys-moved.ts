/**
 * How many keys change their node when the number of nodes changes.
 *
 * Source: Karger et al., STOC 1997, §4 (ring); Thaler and Ravishankar 1998 (rendezvous); Lamping and Veach 2014, §2 (jump):
 * none of these moves more than it must, |n' − n|/max(n, n'). Modulo leaves a key where it is only when its hash is the same
 * modulo both: min(n, n') of the lcm(n, n') residues, which is 1/(n + 1) when one node comes to n.
 */
import { defineModel } from "../../core/model.ts";

/** Least common multiple. */
function leastCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y > 0) [x, y] = [y, x % y];
  return (a / x) * b;
}

/**
 * Share of keys moved by a change of the number of nodes: the least possible, and that of modulo.
 *
 * @example
 * models.keysMoved({ nodesBefore: 4, nodesAfter: 5 }).consistentShare; // => 0.2
 * models.keysMoved({ nodesBefore: 4, nodesAfter: 5 }).moduloShare; // => 0.8
 */
export const keysMoved = defineModel({
  id: "keysMoved",
  title: "Keys moved when nodes come or go",
  cites: ["Karger et al. 1997, §4", "Lamping, Veach 2014, §2"],
  assumes: ["hashes are uniform, all nodes alike; many keys"],
  inputs: {
    nodesBefore: { tex: "n", dimension: "one", integer: true, min: 1, max: 1e7, meaning: "nodes before" },
    nodesAfter: { tex: "n'", dimension: "one", integer: true, min: 1, max: 1e7, meaning: "nodes after" },
  },
  outputs: {
    consistentShare: {
      tex: "f",
      dimension: "one",
      meaning: "mean share of keys moved by ring, rendezvous and jump, the least that keeps the balance",
    },
    moduloShare: { tex: "f_{\\bmod}", dimension: "one", meaning: "share of keys moved by modulo" },
  },
  functions: {
    lcm: {
      tex: "\\mathrm{lcm}",
      arguments: ["one", "one"],
      result: "one",
      meaning: "least common multiple",
      compute: leastCommonMultiple,
    },
  },
  equations: [
    "consistentShare = abs(nodesAfter - nodesBefore) / max(nodesBefore, nodesAfter)",
    "moduloShare = 1 - min(nodesBefore, nodesAfter) / lcm(nodesBefore, nodesAfter)",
  ],
});
