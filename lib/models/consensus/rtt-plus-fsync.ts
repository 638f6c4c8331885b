/**
 * "One round trip and one disk write": what is said of the commit latency of a replicated log when nobody measures.
 *
 * Source: folklore; for instance the cost argument of Ongaro's thesis (2014), §10.2, "one round trip and one disk
 * write". It leaves out everything that grows with load or size, and is compared to show where that is enough.
 */
import { distributionFrom } from "../../core/distributions.ts";
import { defineModel } from "../../core/model.ts";
import type { SystemSpec, WorkloadSpec } from "../../core/system.ts";
import { LEADER_PROTOCOLS, leaderView } from "./commit-inputs.ts";

function readInputs(system: SystemSpec, workload: WorkloadSpec) {
  const view = leaderView("rttPlusFsync", system, workload);
  const roundTrips = view.links.map(({ out, back }) => meanOf(out) + meanOf(back)).sort((a, b) => a - b);
  return {
    roundTrip: view.quorum < 2 ? 0 : roundTrips[view.quorum - 2],
    fsync: system.disk === null ? 0 : distributionFrom(system.disk.fsync).mean,
    clientRoundTrip: view.clientRoundTrip,
  };
}

const meanOf = (delay: { readonly mean: number } | number): number =>
  typeof delay === "number" ? delay : delay.mean;

/**
 * Mean round trip to the follower that completes the quorum, plus one mean fsync.
 *
 * @example
 * models.rttPlusFsync({ roundTrip: ms(86), fsync: ms(2) }).commitLatency; // => 0.088
 */
export const rttPlusFsync = defineModel({
  id: "rttPlusFsync",
  title: "Round trip + fsync",
  cites: ["Ongaro 2014, §10.2"],
  assumes: [
    "nothing waits: no load at all",
    "messages take no time to leave or to be handled",
    "the follower with the (q−1)-th smallest mean round trip always completes the quorum",
  ],
  ignores: [
    "payload size",
    "payload spread",
    "non-Poisson arrivals",
    "egress bandwidth",
    "ingress bandwidth",
    "jitter",
    "in-order links",
    "cpu",
    "cores",
    "disk bandwidth",
    "headers",
    "batching",
    "batch delay",
    "limited pipeline",
    "heartbeats",
    "client timeout",
  ],
  inputs: {
    roundTrip: {
      tex: "D_Q",
      dimension: "time",
      min: 0,
      meaning: "mean round trip to the follower that completes the quorum",
    },
    fsync: { tex: "D_F", dimension: "time", min: 0, meaning: "mean time of a synchronous disk write" },
    clientRoundTrip: {
      tex: "D_L",
      dimension: "time",
      min: 0,
      default: 0,
      meaning: "mean round trip between client and leader",
    },
  },
  outputs: {
    commitLatency: {
      tex: "T_c",
      dimension: "time",
      meaning: "from the request at the leader to its answer, mean",
    },
    clientLatency: { tex: "T", dimension: "time", meaning: "as the client sees it, mean" },
  },
  equations: ["commitLatency = roundTrip + fsync", "clientLatency = commitLatency + clientRoundTrip"],
  reads: LEADER_PROTOCOLS,
  fromSystem: readInputs,
});
