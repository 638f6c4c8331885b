/**
 * Fast and slow path under conflicts: EPaxos and Fast Paxos.
 *
 * Sources: EPaxos: Moraru, Andersen and Kaminsky, SOSP 2013, §4.3: fast quorum F + ⌊(F + 1)/2⌋ of n = 2F + 1, one
 * round; a second round to a majority after a conflict, which a fast quorum of two never finds. Fast Paxos: Lamport,
 * "Fast Paxos" (Distributed Computing 19(2), 2006), §2.2 and §3.2: fast quorum ⌈3n/4⌉, one more round to a majority
 * after a collision. Conflicting commands that arrive as a Poisson process while one is under way give the chance
 * 1 − e^{−λcD}.
 */
import type { Distribution } from "../../core/distributions.ts";
import { defineModel } from "../../core/model.ts";
import { kthMean } from "./quorum-quadrature.ts";
import { delayInput } from "./split-vote-variable.ts";

type Protocol = "epaxos" | "fast-paxos";

/** The fewest replicas that EPaxos commits with in one round, the leader among them. */
export function epaxosFastQuorum(n: number): number {
  const faults = Math.floor((n - 1) / 2);
  // With three replicas F + ⌊(F + 1)/2⌋ is 2, with one it is 0: never less than a majority.
  return Math.max(faults + Math.floor((faults + 1) / 2), Math.floor(n / 2) + 1);
}

const fastQuorum = (protocol: Protocol, n: number): number =>
  protocol === "fast-paxos" ? Math.ceil((3 * n) / 4) : epaxosFastQuorum(n);

/**
 * Chance of a conflict, and mean latency with it.
 *
 * @example
 * models.fastPath({ nodes: 5, roundTrip: "100 ms", rate: 0, interference: 1 }).latency; // => 0.1
 */
export const fastPath = defineModel({
  id: "fastPath",
  title: "Fast path under conflicts (EPaxos, Fast Paxos)",
  cites: ["Moraru, Andersen, Kaminsky 2013, §4.3", "Lamport 2006, §2.2, §3.2"],
  assumes: [
    "commands of all others arrive as a Poisson process; each interferes with this one independently",
    "every interfering command within the window costs the slow path, none outside it; with a fast quorum of two EPaxos has none",
    "round trips are independent of one law; no queues, no disk; execution is not waited for",
  ],
  inputs: {
    protocol: {
      kind: "choice",
      choices: ["epaxos", "fast-paxos"],
      default: "epaxos",
      tex: "\\mathit{protocol}",
      meaning: "which fast quorum",
    },
    nodes: { tex: "n", dimension: "one", integer: true, min: 2, max: 10_000, meaning: "replicas" },
    roundTrip: delayInput("R", "round trip between two replicas"),
    rate: {
      tex: "\\lambda",
      dimension: "rate",
      min: 0,
      meaning: "commands per second of all other proposers",
    },
    interference: {
      tex: "c",
      dimension: "one",
      min: 0,
      max: 1,
      meaning: "chance that two commands interfere, as keyConflict gives it",
    },
    window: {
      tex: "w",
      dimension: "time",
      min: 0,
      default: 0,
      meaning: "time within which they conflict; 0 is the mean fast latency",
    },
  },
  between: {
    exposed: { tex: "D", dimension: "time", meaning: "window in force" },
  },
  outputs: {
    fastQuorum: { tex: "Q_f", dimension: "one", meaning: "fast quorum, the proposer's replica among it" },
    fastLatency: { tex: "D_f", dimension: "time", meaning: "mean of the fast path" },
    slowLatency: { tex: "D_s", dimension: "time", meaning: "mean of the slow path's further round" },
    conflict: { tex: "p", dimension: "one", meaning: "chance of the slow path" },
    fastPathShare: { tex: "1 - p", dimension: "one", meaning: "chance of the fast path" },
    latency: { tex: "T", dimension: "time", meaning: "mean latency" },
  },
  functions: {
    sizeOfFast: {
      tex: "Q_f",
      arguments: ["choice", "one"],
      result: "one",
      meaning: "F + ⌊(F + 1)/2⌋ but a majority at least, or ⌈3n/4⌉",
      compute: fastQuorum,
    },
    canDiffer: {
      tex: "\\delta",
      arguments: ["choice", "one"],
      result: "one",
      meaning: "0 for EPaxos where one other decides, whose answer nobody can contradict; else 1",
      compute: (protocol: Protocol, quorum: number) => (protocol === "epaxos" && quorum <= 2 ? 0 : 1),
    },
    round: {
      tex: "E_{(q-1)}",
      arguments: ["distribution", "one", "one"],
      result: "time",
      meaning: "mean of the (q − 1)-th of n − 1 round trips, by quadrature",
      compute: (trip: Distribution, n: number, q: number) =>
        q === 1 ? 0 : kthMean(new Array<Distribution>(n - 1).fill(trip), q - 1),
    },
  },
  equations: [
    "fastQuorum = sizeOfFast(protocol, nodes)",
    "fastLatency = round(roundTrip, nodes, fastQuorum)",
    "slowLatency = round(roundTrip, nodes, floor(nodes / 2) + 1)",
    "exposed = window > 0 ? window : fastLatency",
    "conflict = canDiffer(protocol, fastQuorum) * -expm1(-rate * interference * exposed)",
    "fastPathShare = 1 - conflict",
    "latency = (1 - conflict) * fastLatency + conflict * (fastLatency + slowLatency)",
  ],
});
