/**
 * What d = t(n − 1)/b becomes when each of its readings is made well posed.
 *
 * Each is the time one resource needs for one operation at the sender, without queueing or propagation, and its
 * inverse is the highest rate that resource allows. Ongaro (thesis 2014, ch. 10) makes the check of `nicBound`:
 * gigabit Ethernet limits three servers to about 60,000 writes of 1 kB per second.
 */
import { defineModel, type NumberInput } from "../../core/model.ts";

const nodes = {
  tex: "n",
  dimension: "one",
  integer: true,
  min: 2,
  meaning: "number of nodes, sender included",
} as const satisfies NumberInput;
const size = {
  tex: "s",
  dimension: "size",
  above: 0,
  meaning: "message size",
} as const satisfies NumberInput;
const bandwidth = {
  tex: "b",
  dimension: "bandwidth",
  above: 0,
  meaning: "egress bandwidth of the sender",
} as const satisfies NumberInput;
const IGNORES = [
  "jitter",
  "unequal links",
  "client distance",
  "disk",
  "batching",
  "limited pipeline",
] as const;
const delay = (meaning: string) => ({ tex: "d", dimension: "time", meaning }) as const;
const maxRate = { tex: "X", dimension: "rate", meaning: "highest rate this resource allows" } as const;

/**
 * The sender's port: (n − 1) copies one after the other.
 *
 * @example
 * nicBound({ nodes: 3, size: "1 KiB", bandwidth: "1 Gbit/s" }).maxRate; // => 61035.15625
 */
export const nicBound = defineModel({
  id: "nicBound",
  title: "Broadcast bound by the sender's network port",
  cites: ["Ongaro 2014, ch. 10", "Junqueira, Reed and Serafini 2011, fig. 6"],
  assumes: ["n − 1 copies leave one port one after the other", "nothing else takes time"],
  ignores: [...IGNORES, "cpu"],
  inputs: { nodes, size, bandwidth },
  outputs: { delay: delay("until the last copy has left"), maxRate },
  equations: ["delay = (nodes - 1) * size * bitsPerByte / bandwidth", "maxRate = 1 / delay"],
});

/**
 * The sender's processor: (n − 1) messages one after the other.
 *
 * @example
 * cpuBound({ nodes: 5, messageTime: us(25) }).delay; // => 0.0001
 */
export const cpuBound = defineModel({
  id: "cpuBound",
  title: "Broadcast bound by the sender's processor",
  cites: ["Ailijiang, Charapko and Demirbas 2019, §3.3"],
  assumes: ["n − 1 messages are handled one after the other", "nothing else takes time"],
  ignores: [...IGNORES, "egress bandwidth", "payload size"],
  inputs: {
    nodes,
    messageTime: { tex: "t", dimension: "time", above: 0, meaning: "processor time for a message" },
  },
  outputs: { delay: delay("until the last message is handled"), maxRate },
  equations: ["delay = (nodes - 1) * messageTime", "maxRate = 1 / delay"],
});

/**
 * Only a quorum is waited for: the copies up to the deciding one, and a round trip. Latency hardly grows with n
 * while the highest rate still falls as 1/(n − 1).
 *
 * @example
 * quorumBound({ nodes: 5, size: 1e6, bandwidth: 1e9, roundTrip: 0 }).delay; // => 0.016
 */
export const quorumBound = defineModel({
  id: "quorumBound",
  title: "Broadcast until a majority has answered, equal links",
  cites: ["Lamport 2001, §3", "Ongaro 2014, ch. 10"],
  assumes: [
    "copies leave one port one after the other",
    "all links have the same sure round-trip time; answers cost nothing",
    "the sender counts as one of the quorum",
  ],
  ignores: [...IGNORES, "cpu"],
  inputs: {
    nodes,
    size,
    bandwidth,
    roundTrip: { tex: "D", dimension: "time", min: 0, meaning: "round-trip time of every link" },
  },
  between: { quorum: { tex: "q", dimension: "one", meaning: "majority" } },
  outputs: { delay: delay("until the quorum's last answer is in"), maxRate },
  equations: [
    "quorum = floor(nodes / 2) + 1",
    "delay = (quorum - 1) * size * bitsPerByte / bandwidth + roundTrip",
    "maxRate = bandwidth / ((nodes - 1) * size * bitsPerByte)",
  ],
});

/**
 * b sender threads: ⌈(n − 1)/b⌉ turns.
 *
 * @example
 * parallelBound({ nodes: 8, threads: 3, messageTime: ms(1) }).delay; // => 0.003
 */
export const parallelBound = defineModel({
  id: "parallelBound",
  title: "Broadcast by several sender threads",
  cites: ["derivation: ⌈(n − 1)/b⌉ turns of one message time"],
  assumes: ["each thread handles one message at a time", "threads do not slow one another down"],
  ignores: [...IGNORES, "egress bandwidth", "payload size"],
  inputs: {
    nodes,
    threads: { tex: "b", dimension: "one", integer: true, min: 1, meaning: "sender threads" },
    messageTime: { tex: "t", dimension: "time", above: 0, meaning: "time one thread needs for a message" },
  },
  outputs: { delay: delay("until the last message is handled"), maxRate },
  equations: [
    "delay = ceil((nodes - 1) / threads) * messageTime",
    "maxRate = threads / ((nodes - 1) * messageTime)",
  ],
});
