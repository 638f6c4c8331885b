/**
 * Readings of d = t(n − 1)/b under which it is a time: the sender's port, the sender's processor, parallel senders,
 * a tree.
 *
 * Source: the check of the port by Ongaro, "Consensus: Bridging Theory and Practice" (2014), ch. 10: 1 KiB entries
 * over 1 Gbit/s limit three servers to about 60,000 a second. All are the time to the last follower, or a saturated
 * leader; a quorum needs only the (q − 1)-th answer (`quorumLatency`).
 */

import { allFeaturesBut } from "../../core/features.ts";
import type { NumberInput, Quantity } from "../../core/model.ts";
import { defineModel } from "../../core/model.ts";

const nodes = {
  tex: "n",
  dimension: "one",
  integer: true,
  min: 2,
  meaning: "nodes, the sender among them",
} as const satisfies NumberInput;
const messageTime = {
  tex: "t",
  dimension: "time",
  above: 0,
  meaning: "time of one message",
} as const satisfies NumberInput;
const delay = {
  tex: "d",
  dimension: "time",
  meaning: "until the last follower's copy is out",
} as const satisfies Quantity;
const maxRate = {
  tex: "X_{\\max}",
  dimension: "rate",
  meaning: "operations per second at which the sender saturates",
} as const satisfies Quantity;

/**
 * The sender's port: n − 1 copies one after the other.
 *
 * @example
 * models.nicBound({ nodes: 5, messageSize: "1 MB", bandwidth: "8 Mbit/s" }).delay; // => 4
 */
export const nicBound = defineModel({
  id: "nicBound",
  title: "Port of the sender: n - 1 copies in a row",
  cites: ["Ongaro 2014, ch. 10"],
  assumes: ["copies leave one after the other through one port", "nothing else uses the port"],
  ignores: allFeaturesBut("payload size", "egress bandwidth"),
  inputs: {
    nodes,
    messageSize: { tex: "s", dimension: "size", above: 0, meaning: "bytes of one copy" },
    bandwidth: { tex: "b", dimension: "bandwidth", above: 0, meaning: "of the sender's port" },
  },
  outputs: { delay, maxRate },
  equations: ["delay = (nodes - 1) * messageSize * bitsPerByte / bandwidth", "maxRate = 1 / delay"],
});

/**
 * The sender's processor: n − 1 messages one after the other.
 *
 * @example
 * models.cpuBound({ nodes: 5, messageTime: us(25) }).delay; // => 1e-4
 */
export const cpuBound = defineModel({
  id: "cpuBound",
  title: "Processor of the sender: n - 1 messages in a row",
  cites: ["reading (iii) of d = t(n-1)/b"],
  assumes: ["one core handles one message at a time", "nothing else uses the core"],
  ignores: allFeaturesBut("cpu"),
  inputs: { nodes, messageTime },
  outputs: { delay, maxRate },
  equations: ["delay = (nodes - 1) * messageTime", "maxRate = 1 / delay"],
});

/**
 * b sender threads: n − 1 messages in rounds of b.
 *
 * @example
 * models.parallelSends({ nodes: 8, messageTime: ms(1), senders: 3 }).delay; // => 0.003
 */
export const parallelSends = defineModel({
  id: "parallelSends",
  title: "Parallel senders: n - 1 messages in rounds of b",
  cites: ["reading (ii) of d = t(n-1)/b"],
  assumes: ["b threads send at the same speed and share nothing"],
  ignores: allFeaturesBut("cpu"),
  inputs: {
    nodes,
    messageTime,
    senders: { tex: "b", dimension: "one", integer: true, min: 1, meaning: "messages under way at once" },
  },
  outputs: { delay },
  equations: ["delay = ceil((nodes - 1) / senders) * messageTime"],
});

/** Rounds until all know, when everybody who knows tells `fanOut` others: ⌈log_{b+1} n⌉ without logarithms, whose rounding would add a round at exact powers. */
function treeRounds(nodes: number, fanOut: number): number {
  let rounds = 0;
  for (let informed = 1; informed < nodes; informed *= fanOut + 1) rounds++;
  return rounds;
}

/**
 * A tree: in every round, everybody who has the message passes it on to b others.
 *
 * @example
 * models.treeFanOut({ nodes: 125, fanOut: 4, hopTime: ms(2) }).delay; // => 0.006
 */
export const treeFanOut = defineModel({
  id: "treeFanOut",
  title: "Tree: every holder passes on to b others",
  cites: ["reading (ii) of d = t(n-1)/b, as a tree"],
  assumes: ["rounds of equal length", "whoever has the message keeps passing it on"],
  ignores: allFeaturesBut(),
  inputs: {
    nodes: { ...nodes, min: 1 },
    fanOut: {
      tex: "b",
      dimension: "one",
      integer: true,
      min: 1,
      meaning: "messages of one holder in one round",
    },
    hopTime: { tex: "t", dimension: "time", above: 0, meaning: "length of one round" },
  },
  outputs: {
    hops: { tex: "h", dimension: "one", meaning: "rounds until all have it" },
    delay: { tex: "d", dimension: "time", meaning: "until the last node has it" },
  },
  functions: {
    treeRounds: {
      tex: "\\left\\lceil\\log_{b+1} n\\right\\rceil",
      arguments: ["one", "one"],
      result: "one",
      meaning: "smallest h with (b + 1)^h >= n, counted in whole numbers",
      compute: treeRounds,
    },
  },
  equations: ["hops = treeRounds(nodes, fanOut)", "delay = hops * hopTime"],
});
