/**
 * Split votes in a Raft election with a fixed network latency.
 *
 * Source: Ongaro, "Consensus: Bridging Theory and Practice" (2014), ch. 9. Of s servers with timeouts uniform over a
 * range, the c-th times out within the latency l of the first with P(Bin(s, l) ≥ c − 1) by his count; with
 * c = s − ⌊n/2⌋ + 1 candidates nobody can gather a majority. Terms are then geometric.
 */
import { defineModel } from "../../core/model.ts";
import { incompleteBeta } from "../../core/special.ts";

/** P(Bin(trials, p) ≥ least). */
function atLeast(trials: number, least: number, p: number): number {
  if (least <= 0) return 1;
  if (least > trials) return 0;
  return incompleteBeta(least, trials - least + 1, p);
}

/**
 * Chance of a split vote, expected number of terms, and when the first of the servers times out.
 *
 * @example
 * models.splitVote({ nodes: 5, available: 4, latency: ms(15), timeoutRange: ms(150) }).splitVote; // => 0.0523
 */
export const splitVote = defineModel({
  id: "splitVote",
  title: "Raft split vote under a fixed latency",
  cites: ["Ongaro 2014, ch. 9"],
  assumes: [
    "timeouts are independent and uniform over the range, all servers wait afresh",
    "every message takes the same time",
    "each term is independent of the one before",
  ],
  inputs: {
    nodes: { tex: "n", dimension: "one", integer: true, min: 1, meaning: "servers in the group" },
    available: { tex: "s", dimension: "one", integer: true, min: 1, meaning: "servers that are up" },
    latency: { tex: "\\ell", dimension: "time", min: 0, meaning: "one-way latency" },
    timeoutRange: {
      tex: "r",
      dimension: "time",
      above: 0,
      meaning: "width of the range of election timeouts",
    },
  },
  between: {
    spread: { tex: "l", dimension: "one", meaning: "latency over range, 1 at most" },
    rivals: { tex: "c", dimension: "one", meaning: "candidates with whom the vote is split" },
  },
  outputs: {
    splitVote: { tex: "p", dimension: "one", meaning: "chance that a term's vote is split" },
    expectedTerms: { tex: "E[t]", dimension: "one", meaning: "terms until a leader is elected" },
    firstTimeout: { tex: "E[M_s]", dimension: "time", meaning: "mean first timeout after the range begins" },
  },
  functions: {
    atLeast: {
      tex: "P_{\\mathrm{Bin}}",
      arguments: ["one", "one", "one"],
      result: "one",
      meaning: "chance of at least k successes in s trials of chance l, by the incomplete beta function",
      compute: atLeast,
    },
  },
  equations: [
    "spread = min(1, latency / timeoutRange)",
    "rivals = available - floor(nodes / 2) + 1",
    "splitVote = nodes > 1 ? atLeast(available, rivals - 1, spread) : 0",
    "expectedTerms = 1 / (1 - splitVote)",
    "firstTimeout = timeoutRange / (available + 1)",
  ],
  requires: ["available <= nodes", "available >= floor(nodes / 2) + 1"],
  stable: ["splitVote < 1"],
});
