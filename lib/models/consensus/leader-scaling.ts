/**
 * How a leader's throughput falls with the size of the group: X(n) = 1/(a + c(n − 1)), from two measured groups.
 *
 * An operation costs the leader a fixed time a and a time c for every follower (messages counted as in Ailijiang,
 * Charapko and Demirbas 2019, §3). Two rows of a published table fix both; the others test it.
 */
import { DomainError } from "../../core/errors.ts";
import { defineModel } from "../../core/model.ts";

function timeAt(base: number, perFollower: number, nodes: number): number {
  const time = base + perFollower * (nodes - 1);
  if (time > 0) return time;
  throw new DomainError(
    `leaderScaling: nodes must be where the fitted time per operation is > 0 s, got ${nodes} (time ${time} s)`,
  );
}

/**
 * Throughput of a group of n, calibrated on two others.
 *
 * @example
 * models.leaderScaling({ nodes: 9, firstNodes: 3, firstThroughput: 20000, secondNodes: 5, secondThroughput: 10000 }).throughput; // => 5000
 */
export const leaderScaling = defineModel({
  id: "leaderScaling",
  title: "Leader's throughput over group size, from two measurements",
  cites: ["Ailijiang, Charapko, Demirbas 2019, §3"],
  assumes: [
    "the leader is the bottleneck in every group",
    "each follower adds the same time to every operation",
  ],
  inputs: {
    nodes: { tex: "n", dimension: "one", integer: true, min: 1, meaning: "nodes, the leader among them" },
    firstNodes: { tex: "n_1", dimension: "one", integer: true, min: 1, meaning: "nodes of the first group" },
    firstThroughput: { tex: "X_1", dimension: "rate", above: 0, meaning: "its measured throughput" },
    secondNodes: {
      tex: "n_2",
      dimension: "one",
      integer: true,
      min: 1,
      meaning: "nodes of the second group",
    },
    secondThroughput: { tex: "X_2", dimension: "rate", above: 0, meaning: "its measured throughput" },
  },
  outputs: {
    throughput: { tex: "X", dimension: "rate", meaning: "predicted throughput" },
    base: { tex: "a", dimension: "time", meaning: "leader's time for an operation without followers" },
    perFollower: { tex: "c", dimension: "time", meaning: "leader's further time for each follower" },
  },
  functions: {
    timeAt: {
      tex: "t",
      arguments: ["time", "time", "one"],
      result: "time",
      meaning: "a + c(n - 1), refused where it is not positive",
      compute: timeAt,
    },
  },
  equations: [
    "perFollower = (1 / secondThroughput - 1 / firstThroughput) / (secondNodes - firstNodes)",
    "base = 1 / firstThroughput - perFollower * (firstNodes - 1)",
    "throughput = 1 / timeAt(base, perFollower, nodes)",
  ],
  requires: ["firstNodes != secondNodes"],
});
