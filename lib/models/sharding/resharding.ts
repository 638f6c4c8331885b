/**
 * Re-sharding: how long the copy takes, and what it takes from the requests that go on meanwhile.
 *
 * Own model after the practice of Dynamo (DeCandia et al., SOSP 2007, §6.2: background copies get a share of the port that
 * leaves requests alone) and of live migration (Clark et al., NSDI 2005, §3: what is written meanwhile is copied again). Each
 * of `sources` nodes sends to `targets` nodes, and no port gives the copy more than its share: the side with fewer nodes
 * is the bottleneck. A node that comes takes 1/(n + 1) of the data through its one port; a hot range goes from one to one.
 */
import { defineModel } from "../../core/model.ts";

/**
 * Time and cost of moving a share of the data between nodes.
 *
 * @example
 * models.resharding({ dataSize: "100 GB", movedShare: 0.1, sources: 9, targets: 1, bandwidth: "1 Gbit/s", copyShare: 0.5 }).duration; // => 160
 */
export const resharding = defineModel({
  id: "resharding",
  title: "Re-sharding: time and throughput dip",
  cites: ["DeCandia et al. 2007, §6.2", "Clark et al. 2005, §3"],
  assumes: [
    "ports are the bottleneck of the copy and of the requests, all alike, and send and receive at once",
    "the copy gets its share whenever it is needed; sources and targets are loaded evenly",
    "what is written meanwhile is copied again, as fast as it is written",
  ],
  inputs: {
    dataSize: { tex: "D", dimension: "size", above: 0, meaning: "data in the whole system" },
    movedShare: {
      tex: "f",
      dimension: "one",
      above: 0,
      max: 1,
      meaning: "share of the data that moves (see keysMoved)",
    },
    sources: { tex: "s", dimension: "one", integer: true, min: 1, max: 1e6, meaning: "nodes that send" },
    targets: { tex: "t", dimension: "one", integer: true, min: 1, max: 1e6, meaning: "nodes that receive" },
    bandwidth: { tex: "b", dimension: "bandwidth", above: 0, meaning: "bandwidth of each node's port" },
    copyShare: {
      tex: "q",
      dimension: "one",
      above: 0,
      max: 1,
      meaning: "share of a port that the copy may take",
    },
    writeBandwidth: {
      tex: "w",
      dimension: "bandwidth",
      min: 0,
      default: 0,
      meaning: "rate at which the moving data is overwritten",
    },
    portUtilisation: {
      tex: "u",
      dimension: "one",
      above: 0,
      max: 1,
      default: 1,
      meaning: "share of a source's port that requests use without the copy",
    },
  },
  between: {
    copyBandwidth: { tex: "B", dimension: "bandwidth", meaning: "rate of the whole copy" },
    rewritten: { tex: "w/B", dimension: "one", meaning: "share of the copy that is overwritten" },
  },
  outputs: {
    movedSize: {
      tex: "fD",
      dimension: "size",
      meaning: "data that moves, what is written meanwhile excluded",
    },
    duration: { tex: "\\Delta", dimension: "time", meaning: "time until all is moved" },
    copiedSize: {
      tex: "B\\Delta",
      dimension: "size",
      meaning: "data sent, what is written meanwhile included",
    },
    sourcePortShare: {
      tex: "q_s",
      dimension: "one",
      meaning: "share of each source's port that the copy takes",
    },
    targetPortShare: {
      tex: "q_t",
      dimension: "one",
      meaning: "share of each target's port that the copy takes",
    },
    throughputKept: {
      tex: "X/X_0",
      dimension: "one",
      meaning: "throughput of a source during the copy, over that before",
    },
  },
  equations: [
    "copyBandwidth = copyShare * bandwidth * min(sources, targets)",
    "rewritten = writeBandwidth / copyBandwidth",
    "movedSize = dataSize * movedShare",
    "duration = movedSize * bitsPerByte / (copyBandwidth * (1 - rewritten))",
    "copiedSize = movedSize / (1 - rewritten)",
    "sourcePortShare = copyShare * min(sources, targets) / sources",
    "targetPortShare = copyShare * min(sources, targets) / targets",
    "throughputKept = min(1, (1 - sourcePortShare) / portUtilisation)",
  ],
  stable: ["rewritten < 1"],
});
