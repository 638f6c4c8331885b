/**
 * Availability of a quorum: at least q of n independent nodes are up.
 *
 * Source: the binomial k-out-of-n (Barlow and Proschan 1975, §2.1). The unavailability is computed as a tail of its
 * own, so nine nines keep their digits.
 */
import { defineModel } from "../../core/model.ts";
import { incompleteBeta } from "../../core/special.ts";

/**
 * Chance that a quorum is up, and the time a year it is not.
 *
 * @example
 * models.quorumAvailability({ nodes: 3, nodeAvailability: 0.9 }).availability; // => 0.972
 */
export const quorumAvailability = defineModel({
  id: "quorumAvailability",
  title: "Availability of a quorum",
  cites: ["Barlow, Proschan 1975, §2.1"],
  assumes: ["nodes fail independently and stop", "failover takes no time"],
  inputs: {
    nodes: { tex: "n", dimension: "one", integer: true, min: 1, max: 1_000_000, meaning: "nodes" },
    quorum: {
      tex: "q",
      dimension: "one",
      integer: true,
      min: 0,
      default: 0,
      meaning: "nodes that must be up; 0 is a majority",
    },
    nodeAvailability: { tex: "A", dimension: "one", min: 0, max: 1, meaning: "chance that a node is up" },
  },
  between: { needed: { tex: "q'", dimension: "one", meaning: "quorum in force" } },
  outputs: {
    availability: { tex: "A_q", dimension: "one", meaning: "chance that a quorum is up" },
    unavailability: { tex: "U_q", dimension: "one", meaning: "chance that it is not" },
    downPerYear: { tex: "d", dimension: "time", meaning: "time without a quorum in a year of 365.25 days" },
  },
  functions: {
    atLeast: {
      tex: "P_{\\mathrm{Bin}}",
      arguments: ["one", "one", "one"],
      result: "one",
      meaning: "chance of at least k successes in n trials, by the incomplete beta function",
      compute: (n: number, k: number, p: number) => incompleteBeta(k, n - k + 1, p),
    },
    year: {
      tex: "\\mathrm{year}",
      arguments: ["one"],
      result: "time",
      meaning: "so many years of 365.25 days",
      compute: (count: number) => count * 365.25 * 86_400,
    },
  },
  equations: [
    "needed = quorum > 0 ? quorum : floor(nodes / 2) + 1",
    "availability = atLeast(nodes, needed, nodeAvailability)",
    "unavailability = atLeast(nodes, nodes - needed + 1, 1 - nodeAvailability)",
    "downPerYear = year(unavailability)",
  ],
  requires: ["quorum <= nodes"],
});
