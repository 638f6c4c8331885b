/**
 * Hot shards: the node with the hottest key saturates first, however many nodes there are.
 *
 * Source: X_max = μ/max_j P_j for a system whose node j gets a share P_j of the operations, each at most μ (asymptotic
 * bounds: Lazowska et al., Quantitative System Performance, 1984, §5.2); Zipf's law as in YCSB (Cooper et al., SoCC 2010, §5.1).
 * The share of the node of the hottest key is p_1 + (1 − p_1)/n on average over placements. A front cache that holds the
 * hottest keys takes their operations away, and what is left is led by the first key outside.
 */
import { harmonicNumber } from "../../core/harmonic.ts";
import { defineModel } from "../../core/model.ts";

/**
 * Throughput of sharded nodes under Zipf's law, with a front cache of the hottest keys.
 *
 * @example
 * models.hotShard({ keys: 1, exponent: 0.99, nodes: 10, nodeCapacity: 1000 }).maxThroughput; // => 1000
 * models.hotShard({ keys: 1e6, exponent: 0, nodes: 10, nodeCapacity: 1000 }).evenThroughput; // => 10_000
 */
export const hotShard = defineModel({
  id: "hotShard",
  title: "Hot shard under Zipf's law",
  cites: ["Lazowska et al. 1984, §5.2", "Cooper et al. 2010, §5.1"],
  assumes: [
    "keys are placed at random, all nodes alike, every operation costs a node the same",
    "the node of the hottest key outside the cache is the fullest: an upper bound of the throughput otherwise",
    "the cache costs nothing and holds exactly the hottest keys",
  ],
  inputs: {
    keys: { tex: "N", dimension: "one", integer: true, min: 1, max: 1e12, meaning: "keys" },
    exponent: {
      tex: "s",
      dimension: "one",
      min: 0,
      max: 20,
      default: 0.99,
      meaning: "exponent of Zipf's law",
    },
    nodes: { tex: "n", dimension: "one", integer: true, min: 1, max: 1e9, meaning: "nodes" },
    nodeCapacity: {
      tex: "\\mu",
      dimension: "rate",
      above: 0,
      meaning: "operations per second that a node can do",
    },
    cachedKeys: {
      tex: "c",
      dimension: "one",
      integer: true,
      min: 0,
      default: 0,
      meaning: "hottest keys held by a front cache",
    },
  },
  between: {
    whole: { tex: "H", dimension: "one", meaning: "harmonic number of all keys" },
  },
  outputs: {
    hitShare: { tex: "h", dimension: "one", meaning: "share of operations that the cache answers" },
    topKeyShare: {
      tex: "p_{c+1}",
      dimension: "one",
      meaning: "share of operations on the hottest key outside the cache",
    },
    hottestShare: {
      tex: "P_{\\max}",
      dimension: "one",
      meaning: "mean share of all operations at that key's node",
    },
    maxThroughput: {
      tex: "X_{\\max}",
      dimension: "rate",
      meaning: "operations per second when that node saturates",
    },
    evenThroughput: {
      tex: "n\\mu/(1 - h)",
      dimension: "rate",
      meaning: "the same were all nodes evenly loaded",
    },
    efficiency: { tex: "\\eta", dimension: "one", meaning: "first over second" },
  },
  functions: {
    harmonic: {
      tex: "\\mathrm{H}",
      arguments: ["one", "one"],
      result: "one",
      meaning: "generalised harmonic number, sum of i^−s, relative error below 1e-14",
      compute: harmonicNumber,
    },
  },
  equations: [
    "whole = harmonic(keys, exponent)",
    "hitShare = harmonic(cachedKeys, exponent) / whole",
    "topKeyShare = (cachedKeys + 1)^(-exponent) / whole",
    "hottestShare = topKeyShare + (1 - hitShare - topKeyShare) / nodes",
    "maxThroughput = nodeCapacity / hottestShare",
    "evenThroughput = nodes * nodeCapacity / (1 - hitShare)",
    "efficiency = maxThroughput / evenThroughput",
  ],
  requires: ["cachedKeys < keys"],
});
