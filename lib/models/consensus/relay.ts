/**
 * Relays between a leader and its followers (PigPaxos): fewer messages at the leader, one hop more each way.
 *
 * Source: Charapko, Ailijiang and Demirbas, "PigPaxos: Devouring the Communication Bottlenecks in Distributed
 * Consensus" (SIGMOD 2021), §3 and the message loads of its analysis: the leader handles 2r + 2 messages an operation
 * instead of 2(n − 1) + 2, a follower 2(n − r − 1)/(n − 1) + 2 on average, since relays are drawn anew each time.
 */
import type { Distribution } from "../../core/distributions.ts";
import { defineModel, type NumberInput } from "../../core/model.ts";
import { incompleteBeta } from "../../core/special.ts";
import { integratePieces } from "./gauss-legendre.ts";
import { delayInput } from "./split-vote-variable.ts";

/** Levels of the relay's own round trip over which a group's law is averaged. */
const LEVELS = [0.001, 0.02, 0.15, 0.5, 0.85, 0.98, 0.999];

/** P(a group of g has not answered by t): the relay's round trip, then the slowest of g − 1 more. */
function groupLate(trip: Distribution, g: number, t: number): number {
  if (g === 1) return trip.survival(t);
  const cuts = [...LEVELS, trip.cdf(t - trip.minimum), trip.cdf(t - trip.maximum)];
  const late = (u: number): number => {
    const rest = t - trip.quantile(u);
    // 1 − F^{g−1} from the survival, so that a small chance keeps its digits.
    return rest < 0 ? 1 : -Math.expm1((g - 1) * Math.log1p(-trip.survival(rest)));
  };
  return Math.min(1, integratePieces(late, 0, 1, cuts, 8));
}

/** Mean of the k-th of so many groups' answers. */
function relayed(trip: Distribution, groups: number, g: number, k: number): number {
  if (trip.variance === 0) return g === 1 ? trip.mean : 2 * trip.mean;
  const late = (t: number): number => {
    const one = groupLate(trip, g, t);
    return one <= 0 ? 0 : one >= 1 ? 1 : incompleteBeta(groups - k + 1, k, one);
  };
  const hops = g === 1 ? 1 : 2;
  let at = hops * trip.minimum;
  let mean = at;
  const end = hops * trip.maximum;
  let step = trip.quantile(0.9) - trip.minimum;
  for (let i = 0; i < 400 && at < end; i++) {
    const next = Math.min(end, at + step);
    const piece = integratePieces(late, at, next, [trip.minimum + trip.maximum], 16);
    mean += piece;
    at = next;
    if (i >= 4) step *= 1.5;
    if (piece <= 1e-11 * mean) break;
  }
  return mean;
}

const message = {
  tex: "m",
  dimension: "time",
  above: 0,
  default: 1e-5,
  meaning: "a node's time to send or take in a message",
} as const satisfies NumberInput;

/**
 * Messages, highest rate and latency with r relay groups.
 *
 * @example
 * models.relay({ nodes: 25, groups: 3, roundTrip: "1 ms" }).leaderMessages; // => 8
 */
export const relay = defineModel({
  id: "relay",
  title: "Relay groups between leader and followers (PigPaxos)",
  cites: ["Charapko, Ailijiang, Demirbas 2021, §3"],
  assumes: [
    "followers stand in groups as equal as can be; each round one of a group at random is its relay",
    "a relay answers when all of its group have; nobody is down",
    "every message costs a node the same; round trips are independent of one law; no queues, no disk",
  ],
  inputs: {
    nodes: {
      tex: "n",
      dimension: "one",
      integer: true,
      min: 2,
      max: 10_000,
      meaning: "nodes, the leader among them",
    },
    groups: {
      tex: "r",
      dimension: "one",
      integer: true,
      min: 1,
      meaning: "relay groups; n − 1 is Multi-Paxos",
    },
    roundTrip: delayInput("R", "round trip between two nodes"),
    messageTime: message,
  },
  between: {
    groupSize: { tex: "g", dimension: "one", meaning: "followers of the largest group" },
    answers: { tex: "k", dimension: "one", meaning: "groups that make a majority with the leader" },
  },
  outputs: {
    leaderMessages: { tex: "M_l", dimension: "one", meaning: "messages of the leader per operation" },
    directMessages: { tex: "M_d", dimension: "one", meaning: "the same without relays" },
    followerMessages: { tex: "M_f", dimension: "one", meaning: "mean messages of a follower per operation" },
    relayMessages: { tex: "M_r", dimension: "one", meaning: "messages of a relay of the largest group" },
    maxThroughput: { tex: "X_{\\max}", dimension: "rate", meaning: "highest rate, by leader or followers" },
    speedUp: { tex: "s", dimension: "one", meaning: "over the rate without relays" },
    latency: { tex: "T", dimension: "time", meaning: "mean time until enough groups have answered" },
    latencyAll: { tex: "T_a", dimension: "time", meaning: "mean time until all have" },
  },
  functions: {
    relayed: {
      tex: "E_{(k)}",
      arguments: ["distribution", "one", "one", "one"],
      result: "time",
      meaning:
        "mean of the k-th group's answer, each a round trip and the slowest of g − 1 more, by quadrature to 1e-6",
      compute: relayed,
    },
  },
  equations: [
    "groupSize = ceil((nodes - 1) / groups)",
    "answers = min(groups, ceil(floor(nodes / 2) / groupSize))",
    "leaderMessages = 2 * groups + 2",
    "directMessages = 2 * (nodes - 1) + 2",
    "followerMessages = 2 * (nodes - groups - 1) / (nodes - 1) + 2",
    "relayMessages = 2 * groupSize",
    "maxThroughput = 1 / (messageTime * max(leaderMessages, followerMessages))",
    "speedUp = maxThroughput * messageTime * directMessages",
    "latency = relayed(roundTrip, groups, groupSize, answers)",
    "latencyAll = relayed(roundTrip, groups, groupSize, groups)",
  ],
  requires: ["groups <= nodes - 1"],
});
