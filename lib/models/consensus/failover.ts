/**
 * Time without service per leader crash: detect, elect, recover.
 *
 * The new leader is of use once an entry of its own term is committed (Ongaro and Ousterhout, ATC 2014, §5.4.2 and
 * §8): one round to a quorum, with the writes on the way, after whatever of its log it has yet to apply.
 */
import type { Distribution } from "../../core/distributions.ts";
import { defineModel, type NumberInput } from "../../core/model.ts";
import { kthMean } from "./quorum-quadrature.ts";
import { delayInput } from "./split-vote-variable.ts";

const time = (tex: string, meaning: string) =>
  ({ tex, dimension: "time", min: 0, default: 0, meaning }) as const satisfies NumberInput;

/**
 * Length and yearly cost of failovers.
 *
 * @example
 * models.failover({ nodes: 5, election: "200 ms", roundTrip: "10 ms", diskWrite: "5 ms", mttf: "1 h" }).unavailable; // => 0.215
 */
export const failover = defineModel({
  id: "failover",
  title: "Unavailability per failover of a leader",
  cites: ["Ongaro, Ousterhout 2014, §5.4.2, §8", "Ongaro 2014, ch. 9"],
  assumes: [
    "nodes that are up stay up during a failover",
    "the leader's own write runs beside those of the followers",
    "clients retry without end and find the new leader within the time stated",
  ],
  inputs: {
    nodes: {
      tex: "n",
      dimension: "one",
      integer: true,
      min: 2,
      max: 100_000,
      meaning: "nodes, the crashed leader among them",
    },
    quorum: {
      tex: "q",
      dimension: "one",
      integer: true,
      min: 0,
      default: 0,
      meaning: "nodes that must agree; 0 is a majority",
    },
    election: {
      tex: "E",
      dimension: "time",
      min: 0,
      meaning: "from the crash to a leader, as electionTime gives it",
    },
    roundTrip: delayInput("R", "round trip between the new leader and a follower"),
    diskWrite: time("W", "a follower's write of an entry"),
    replay: time("P", "log that the new leader has yet to apply"),
    discovery: time("C", "until clients find the new leader"),
    mttf: {
      tex: "\\mathit{MTTF}",
      dimension: "time",
      above: 0,
      meaning: "mean time of the leading node to its failure",
    },
  },
  between: { needed: { tex: "q'", dimension: "one", meaning: "quorum in force" } },
  outputs: {
    recovery: {
      tex: "R_c",
      dimension: "time",
      meaning: "from the election to the first commit of the new term",
    },
    unavailable: { tex: "F", dimension: "time", meaning: "time without service per failover" },
    leaderCrashRate: { tex: "f", dimension: "rate", meaning: "failovers per second: one in MTTF + F" },
    failoverUnavailability: { tex: "U_F", dimension: "one", meaning: "share of time in failover" },
    downPerYear: { tex: "d", dimension: "time", meaning: "time in failover in a year of 365.25 days" },
  },
  functions: {
    round: {
      tex: "E_{(q-1)}",
      arguments: ["distribution", "one", "one"],
      result: "time",
      meaning: "mean of the (q − 1)-th of n − 2 round trips: the crashed node does not answer",
      compute: (trip: Distribution, n: number, q: number) =>
        q === 1 ? 0 : kthMean(new Array<Distribution>(n - 2).fill(trip), q - 1),
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
    "recovery = replay + round(roundTrip, nodes, needed) + diskWrite",
    "unavailable = election + recovery + discovery",
    "leaderCrashRate = 1 / (mttf + unavailable)",
    "failoverUnavailability = leaderCrashRate * unavailable",
    "downPerYear = year(failoverUnavailability)",
  ],
  requires: ["(quorum > 0 ? quorum : floor(nodes / 2) + 1) <= nodes - 1"],
});
