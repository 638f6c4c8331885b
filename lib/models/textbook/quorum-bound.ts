/**
 * The reading of d = t(n − 1)/b that counts the quorum: the sender waits for a majority and not for everybody.
 *
 * Source: Lamport, "Paxos Made Simple" (2001), §3, for the quorum; Ongaro (2014), ch. 10, for the port that limits the
 * rate. The delay to the deciding copy is about half that of `nicBound`, while the highest rate still falls as
 * 1/(n − 1), since all copies must leave. Links of unequal or random length: `quorumLatencyUnequal`, `quorumLatency`.
 */
import { allFeaturesBut } from "../../core/features.ts";
import { defineModel } from "../../core/model.ts";

/**
 * Until a majority has answered, over equal links: the copies up to the deciding one, and a round trip.
 *
 * @example
 * models.quorumBound({ nodes: 5, messageSize: "1 MB", bandwidth: "8 Mbit/s", roundTrip: "10 ms" }).delay; // => 2.01
 * models.quorumBound({ nodes: 5, messageSize: "1 MB", bandwidth: "8 Mbit/s", roundTrip: "10 ms" }).maxRate; // => 0.25
 */
export const quorumBound = defineModel({
  id: "quorumBound",
  title: "Quorum: until a majority has answered, equal links",
  cites: ["Lamport 2001, §3", "Ongaro 2014, ch. 10"],
  assumes: [
    "copies leave one after the other through one port",
    "all links have the same sure round-trip time; answers cost nothing",
    "the sender counts as one of the quorum",
  ],
  ignores: allFeaturesBut("payload size", "egress bandwidth", "unequal links"),
  inputs: {
    nodes: { tex: "n", dimension: "one", integer: true, min: 2, meaning: "nodes, the sender among them" },
    messageSize: { tex: "s", dimension: "size", above: 0, meaning: "bytes of one copy" },
    bandwidth: { tex: "b", dimension: "bandwidth", above: 0, meaning: "of the sender's port" },
    roundTrip: { tex: "D", dimension: "time", min: 0, meaning: "round-trip time of every link" },
  },
  between: {
    quorum: { tex: "q", dimension: "one", meaning: "majority" },
    copyTime: { tex: "t", dimension: "time", meaning: "time of one copy at the port" },
  },
  outputs: {
    delay: { tex: "d", dimension: "time", meaning: "until the quorum's last answer is in" },
    maxRate: {
      tex: "X_{\\max}",
      dimension: "rate",
      meaning: "operations per second at which the sender saturates",
    },
  },
  equations: [
    "quorum = floor(nodes / 2) + 1",
    "copyTime = messageSize * bitsPerByte / bandwidth",
    "delay = (quorum - 1) * copyTime + roundTrip",
    "maxRate = 1 / ((nodes - 1) * copyTime)",
  ],
});
