/**
 * Flexible Paxos: a small quorum for replication, paid for when a leader must be replaced.
 *
 * Source: Howard, Malkhi and Spiegelman, "Flexible Paxos: Quorum Intersection Revisited" (OPODIS 2016), §3: only
 * quorums of different phases must intersect, q_1 + q_2 > n.
 */
import type { Distribution } from "../../core/distributions.ts";
import { defineModel, type NumberInput } from "../../core/model.ts";
import { incompleteBeta } from "../../core/special.ts";
import { kthMean } from "./quorum-quadrature.ts";
import { delayInput } from "./split-vote-variable.ts";

const size = (tex: string, meaning: string) =>
  ({ tex, dimension: "one", integer: true, min: 0, default: 0, meaning }) as const satisfies NumberInput;

/**
 * Latency of replication and what must be up to commit and to recover.
 *
 * @example
 * models.flexiblePaxos({ nodes: 5, replication: 2, roundTrip: "uniform(min=0 ms, max=50 ms)", nodeAvailability: 0.9 }).latency; // => 0.01
 */
export const flexiblePaxos = defineModel({
  id: "flexiblePaxos",
  title: "Flexible Paxos: latency against recovery",
  cites: ["Howard, Malkhi, Spiegelman 2016, §3"],
  assumes: [
    "round trips are independent of one law; no queues, no disk",
    "nodes fail independently and stop",
  ],
  inputs: {
    nodes: {
      tex: "n",
      dimension: "one",
      integer: true,
      min: 1,
      max: 10_000,
      meaning: "acceptors, the leader among them",
    },
    replication: size("q_2", "quorum that accepts a value, the leader among it; 0 is a majority"),
    recovery: size("q_1", "quorum that promises a new leader; 0 is the least that intersects, n − q₂ + 1"),
    roundTrip: delayInput("R", "round trip between the leader and an acceptor"),
    nodeAvailability: { tex: "A", dimension: "one", min: 0, max: 1, meaning: "chance that a node is up" },
  },
  between: {
    accepting: { tex: "q_2'", dimension: "one", meaning: "replication quorum in force" },
    promising: { tex: "q_1'", dimension: "one", meaning: "recovery quorum in force" },
  },
  outputs: {
    latency: { tex: "D_Q", dimension: "time", meaning: "mean time to the replication quorum" },
    recoveryLatency: { tex: "D_1", dimension: "time", meaning: "mean time to the recovery quorum" },
    commitAvailability: { tex: "A_2", dimension: "one", meaning: "chance that a replication quorum is up" },
    recoveryAvailability: { tex: "A_1", dimension: "one", meaning: "chance that a recovery quorum is up" },
    recoveryUnavailability: { tex: "U_1", dimension: "one", meaning: "chance that it is not" },
  },
  functions: {
    round: {
      tex: "E_{(q-1)}",
      arguments: ["distribution", "one", "one"],
      result: "time",
      meaning: "mean of the (q − 1)-th of n − 1 round trips, by quadrature",
      compute: (trip: Distribution, n: number, q: number) =>
        q === 1 ? 0 : kthMean(new Array<Distribution>(n - 1).fill(trip), q - 1),
    },
    atLeast: {
      tex: "P_{\\mathrm{Bin}}",
      arguments: ["one", "one", "one"],
      result: "one",
      meaning: "chance of at least k successes in n trials, by the incomplete beta function",
      compute: (n: number, k: number, p: number) => incompleteBeta(k, n - k + 1, p),
    },
  },
  equations: [
    "accepting = replication > 0 ? replication : floor(nodes / 2) + 1",
    "promising = recovery > 0 ? recovery : nodes - accepting + 1",
    "latency = round(roundTrip, nodes, accepting)",
    "recoveryLatency = round(roundTrip, nodes, promising)",
    "commitAvailability = atLeast(nodes, accepting, nodeAvailability)",
    "recoveryAvailability = atLeast(nodes, promising, nodeAvailability)",
    "recoveryUnavailability = atLeast(nodes, nodes - promising + 1, 1 - nodeAvailability)",
  ],
  requires: ["replication <= nodes", "recovery <= nodes", "accepting + promising > nodes"],
});
