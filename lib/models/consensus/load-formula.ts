/**
 * Load on the busiest node and latency of leader-based and leaderless protocols in one formula.
 *
 * Source: Ailijiang, Charapko and Demirbas, "Dissecting the Performance of Strongly-Consistent Replication Protocols"
 * (SIGMOD 2019), §6: L = (1 + c)(Q + L_n − 2)/L_n, latency (1 + c)((1 − l)(D_L + D_Q) + l·D_Q).
 */
import { defineModel } from "../../core/model.ts";

const time = (tex: string, meaning: string) =>
  ({ tex, dimension: "time", min: 0, default: 0, meaning }) as const;

/**
 * Load per operation, capacity relative to one message, latency.
 *
 * @example
 * models.dissectingLoad({ leaders: 1, quorum: 5 }).load; // => 4
 */
export const dissectingLoad = defineModel({
  id: "dissectingLoad",
  title: "Load and latency of replication protocols",
  cites: ["Ailijiang, Charapko, Demirbas 2019, §6"],
  assumes: [
    "all leaders carry the same share",
    "a conflict costs one more round",
    "load counts messages, all alike",
  ],
  inputs: {
    leaders: { tex: "L_n", dimension: "one", integer: true, min: 1, meaning: "nodes that lead operations" },
    quorum: {
      tex: "Q",
      dimension: "one",
      integer: true,
      min: 1,
      meaning: "size of the quorum, leader included",
    },
    conflict: { tex: "c", dimension: "one", min: 0, max: 1, default: 0, meaning: "chance of a conflict" },
    locality: {
      tex: "l",
      dimension: "one",
      min: 0,
      max: 1,
      default: 0,
      meaning: "chance that the leader is local",
    },
    leaderRoundTrip: time("D_L", "round trip between client and leader"),
    quorumRoundTrip: time("D_Q", "round trip to the quorum"),
  },
  outputs: {
    load: { tex: "L", dimension: "one", meaning: "messages of the busiest node per operation" },
    capacity: { tex: "1/L", dimension: "one", meaning: "operations per message of the busiest node" },
    latency: { tex: "T", dimension: "time", meaning: "mean latency without waiting" },
  },
  equations: [
    "load = (1 + conflict) * (quorum + leaders - 2) / leaders",
    "capacity = 1 / load",
    "latency = (1 + conflict) * ((1 - locality) * (leaderRoundTrip + quorumRoundTrip) + locality * quorumRoundTrip)",
  ],
  requires: ["quorum + leaders > 2"],
});
