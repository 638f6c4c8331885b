/**
 * Load and latency where every replica leads: Mencius and EPaxos beside Multi-Paxos.
 *
 * Sources: Mencius: Mao, Junqueira and Marzullo, OSDI 2008, §4: slots rotate, so a command commits once all others
 * have said that they skip theirs: the farthest answer. EPaxos: Moraru, Andersen and Kaminsky, SOSP 2013, §4.3 and
 * §7.2: a fast quorum's answers, a second round to a majority after a conflict, and commit messages to all. Each
 * message loads two of the n replicas but for those of the client, which load one; the load per replica is the mean.
 */
import type { Distribution } from "../../core/distributions.ts";
import { defineModel } from "../../core/model.ts";
import { kthMean } from "./quorum-quadrature.ts";
import { delayInput } from "./split-vote-variable.ts";

const load = (tex: string, meaning: string) => ({ tex, dimension: "one", meaning }) as const;
const mean = (tex: string, meaning: string) => ({ tex, dimension: "time", meaning }) as const;

/**
 * Messages per operation and replica, highest rates, mean commit latencies.
 *
 * @example
 * models.multiLeader({ nodes: 3, roundTrip: "uniform(min=0 ms, max=30 ms)" }).menciusLatency; // => 0.02
 */
export const multiLeader = defineModel({
  id: "multiLeader",
  title: "Multi-leader protocols: load and latency of Mencius and EPaxos",
  cites: ["Mao, Junqueira, Marzullo 2008, §4", "Moraru, Andersen, Kaminsky 2013, §4.3, §7.2"],
  assumes: [
    "clients are spread evenly and speak to the replica beside them",
    "every message costs a replica the same; nothing is batched; skips ride on acknowledgements",
    "EPaxos asks its quorum only, and tells all of the commit; Mencius and Multi-Paxos put commits on later messages",
    "round trips are independent of one law; no queues, no disk",
  ],
  inputs: {
    nodes: { tex: "n", dimension: "one", integer: true, min: 2, max: 10_000, meaning: "replicas" },
    roundTrip: delayInput("R", "round trip between two replicas"),
    conflict: {
      tex: "c",
      dimension: "one",
      min: 0,
      max: 1,
      default: 0,
      meaning: "chance of EPaxos' slow path",
    },
    messageTime: {
      tex: "m",
      dimension: "time",
      above: 0,
      default: 1e-5,
      meaning: "time to send or take in a message",
    },
  },
  between: {
    fast: load("Q_f", "EPaxos' fast quorum"),
    majority: load("q", "majority"),
  },
  outputs: {
    leaderLoad: load("L_P", "messages of Multi-Paxos' leader per operation"),
    menciusLoad: load("L_M", "messages of each replica of Mencius"),
    epaxosLoad: load("L_E", "messages of each replica of EPaxos"),
    leaderThroughput: { tex: "X_P", dimension: "rate", meaning: "highest rate of Multi-Paxos" },
    menciusThroughput: { tex: "X_M", dimension: "rate", meaning: "highest rate of Mencius" },
    epaxosThroughput: { tex: "X_E", dimension: "rate", meaning: "highest rate of EPaxos" },
    leaderLatency: mean("T_P", "Multi-Paxos: to the leader, if it is not here, and its majority"),
    menciusLatency: mean("T_M", "Mencius: all others' answers"),
    epaxosLatency: mean("T_E", "EPaxos: fast quorum, and a majority after a conflict"),
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
    mean: {
      tex: "E",
      arguments: ["distribution"],
      result: "time",
      meaning: "mean round trip",
      compute: (trip: Distribution) => trip.mean,
    },
  },
  equations: [
    "majority = floor(nodes / 2) + 1",
    "fast = max(majority, floor((nodes - 1) / 2) + floor((floor((nodes - 1) / 2) + 1) / 2))",
    "leaderLoad = 2 * (nodes - 1) + 2",
    "menciusLoad = (2 + 2 * 2 * (nodes - 1)) / nodes",
    "epaxosLoad = (2 + 2 * (2 * (fast - 1) + conflict * 2 * (majority - 1) + nodes - 1)) / nodes",
    "leaderThroughput = 1 / (leaderLoad * messageTime)",
    "menciusThroughput = 1 / (menciusLoad * messageTime)",
    "epaxosThroughput = 1 / (epaxosLoad * messageTime)",
    "leaderLatency = (nodes - 1) / nodes * mean(roundTrip) + round(roundTrip, nodes, majority)",
    "menciusLatency = round(roundTrip, nodes, nodes)",
    "epaxosLatency = round(roundTrip, nodes, fast) + conflict * round(roundTrip, nodes, majority)",
  ],
});
