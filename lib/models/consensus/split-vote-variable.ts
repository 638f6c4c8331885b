/**
 * Split votes in a Raft election when the latency of requests varies and they may overtake one another.
 *
 * Source: the rules of Ongaro (2014), ch. 9, "Split vote rate with variable latency", which he simulates; here they
 * are integrated (election-split.ts). His contour figure gives about 16 % and nearly 40 % for five servers of which
 * four and three are up, with latencies uniform over 0.1 to 0.2 of the range.
 */
import { type Distribution, type DistributionInput, toDistribution } from "../../core/distributions.ts";
import { DomainError } from "../../core/errors.ts";
import { defineModel, type NumberInput, type StructuredInput } from "../../core/model.ts";
import { MOST_CANDIDATES, TermLaw, timersTogether } from "./election-split.ts";

/** A delay ≥ 0 of finite mean. */
export const delayInput = (tex: string, meaning: string) =>
  ({
    kind: "structured",
    type: "distribution",
    tex,
    meaning,
    unit: "s",
    read(where, given) {
      const delay = toDistribution(where, given);
      if (delay.minimum < 0) throw new DomainError(`${where} must be >= 0 s, got ${delay.describe()}`);
      if (!Number.isFinite(delay.mean))
        throw new DomainError(`${where} must have a finite mean, got ${delay.describe()}`);
      return delay;
    },
  }) as const satisfies StructuredInput<Distribution, DistributionInput>;

/** Servers of the group and how many are up: so many that the rules of quadrature are exact enough. */
export const SERVERS = {
  nodes: { tex: "n", dimension: "one", integer: true, min: 1, max: 25, meaning: "servers in the group" },
  available: { tex: "s", dimension: "one", integer: true, min: 1, meaning: "servers that are up" },
} as const satisfies Record<string, NumberInput>;

/** So that somebody can win, and no more than the integrals take in about a second. */
export const ENOUGH = ["available <= nodes", "available >= floor(nodes / 2) + 1", "rivals <= 5"] as const;
export const RIVALS = "rivals = available - floor(nodes / 2)";
if (MOST_CANDIDATES !== 5) throw new DomainError("election-split.ts and ENOUGH must name the same limit");

/**
 * Chance of a split vote and expected number of terms.
 *
 * @example
 * Math.round(1e4 * models.splitVoteVariable({ nodes: 5, available: 4, timeoutRange: 1, request: "uniform(min=100 ms, max=200 ms)" }).splitVote); // => 1639
 */
export const splitVoteVariable = defineModel({
  id: "splitVoteVariable",
  title: "Raft split vote under a variable latency",
  cites: ["Ongaro 2014, ch. 9"],
  assumes: [
    "timeouts are independent and uniform over the range, all servers wait afresh",
    "requests of one candidate to each server take independent times of one law",
    "nobody stands twice before the votes are in; each term is independent of the one before",
    "every server may be elected by every other (equal logs)",
  ],
  inputs: {
    ...SERVERS,
    request: delayInput("L", "from a timeout until the candidate's request is at another server"),
    timeoutRange: { tex: "r", dimension: "time", above: 0, meaning: "width of the range of timeouts" },
  },
  between: {
    rivals: { tex: "k", dimension: "one", meaning: "most candidates among whom somebody may still win" },
  },
  outputs: {
    splitVote: { tex: "p", dimension: "one", meaning: "chance that a term's vote is split" },
    expectedTerms: { tex: "E[t]", dimension: "one", meaning: "terms until a leader is elected" },
  },
  functions: {
    splitChance: {
      tex: "P_{\\mathrm{split}}",
      arguments: ["one", "one", "time", "distribution"],
      result: "one",
      meaning:
        "chance that nobody wins, by quadrature over the times of candidates (election-split.ts): to 1e-6, with four or five rivals to 1e-3",
      compute: (nodes: number, servers: number, range: number, request: Distribution) =>
        new TermLaw({
          servers,
          quorum: Math.floor(nodes / 2) + 1,
          timers: timersTogether(range),
          request,
        }).split(),
    },
  },
  equations: [
    RIVALS,
    "splitVote = splitChance(nodes, available, timeoutRange, request)",
    "expectedTerms = 1 / (1 - splitVote)",
  ],
  requires: ENOUGH,
  stable: ["splitVote < 1"],
});
