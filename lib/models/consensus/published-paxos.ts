/**
 * Maximum throughput of a Multi-Paxos leader, in the form of the code behind "Dissecting the Performance of
 * Strongly-Consistent Replication Protocols" (Ailijiang, Charapko, Demirbas, SIGMOD 2019).
 *
 * Source: the authors' model (acharapko/ppm, computeRmax): R_max = n_p/(N(m_d + t_tx) + 2(m_s + t_tx)). The leader
 * takes in N messages a round (the request and N − 1 votes), serialises two (the broadcast once, and the answer).
 * The defaults are the parameters of that code.
 */
import { defineModel } from "../../core/model.ts";

/**
 * Rounds per second at which the leader saturates.
 *
 * @example
 * models.paxosLeader({ nodes: 3, messageSize: 0, deserialise: us(100), serialise: us(50) }).maxThroughput; // => 2500
 */
export const paxosLeader = defineModel({
  id: "paxosLeader",
  title: "Published Paxos leader: maximum throughput",
  cites: ["Ailijiang, Charapko, Demirbas 2019", "acharapko/ppm, model_multipaxos.computeRmax"],
  assumes: [
    "the leader's pipelines are the only bottleneck",
    "every message costs its processing and its transmission, one after the other",
    "the broadcast is serialised and transmitted once",
  ],
  inputs: {
    nodes: { tex: "N", dimension: "one", integer: true, min: 1, meaning: "nodes, the leader among them" },
    pipelines: {
      tex: "n_p",
      dimension: "one",
      integer: true,
      min: 1,
      default: 1,
      meaning: "parallel pipelines",
    },
    deserialise: {
      tex: "m_d",
      dimension: "time",
      above: 0,
      default: 25e-6,
      meaning: "time to take in a message",
    },
    serialise: {
      tex: "m_s",
      dimension: "time",
      min: 0,
      default: 1e-6,
      meaning: "time to serialise a message",
    },
    messageSize: { tex: "s", dimension: "size", min: 0, default: 100, meaning: "bytes of a message" },
    bandwidth: { tex: "b", dimension: "bandwidth", above: 0, default: 980e6, meaning: "of the network" },
  },
  outputs: {
    transmission: { tex: "t_{tx}", dimension: "time", meaning: "transmission of one message" },
    roundTime: { tex: "t_r", dimension: "time", meaning: "leader's time for one round" },
    maxThroughput: { tex: "R_{\\max}", dimension: "rate", meaning: "rounds per second at saturation" },
  },
  equations: [
    "transmission = messageSize * bitsPerByte / bandwidth",
    "roundTime = nodes * (deserialise + transmission) + 2 * (serialise + transmission)",
    "maxThroughput = pipelines / roundTime",
  ],
});
