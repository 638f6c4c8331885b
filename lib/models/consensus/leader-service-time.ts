/**
 * What one operation costs a leader's processor and port, and the rates they allow.
 *
 * Source: Ailijiang, Charapko and Demirbas (SIGMOD 2019), §3.3: t_s = 2 t_o + N t_i + 2 N s_m/b puts processor and
 * port in a row; here they are kept apart, since they work at the same time, and the slower one sets the limit.
 */
import { defineModel } from "../../core/model.ts";
import type { SystemSpec, WorkloadSpec } from "../../core/system.ts";
import { LEADER_PROTOCOLS, readCommitInputs } from "./commit-inputs.ts";
import { COMMIT_INPUTS } from "./commit-symbols.ts";
import type { Links } from "./quorum-round.ts";

/**
 * Service time of one operation at a leader, station by station, and the highest rate.
 *
 * @example
 * models.leaderServiceTime({ followers: 2, payload: 1024, egressPerByte: 8e-9 }).maxThroughput; // => 61035.15625
 */
export const leaderServiceTime = defineModel({
  id: "leaderServiceTime",
  title: "Service time and highest rate of a leader",
  cites: ["Ailijiang, Charapko, Demirbas 2019, §3.3", "Ongaro 2014, ch. 10"],
  assumes: [
    "every follower gets every operation in a message of its own and answers it",
    "processor, egress and ingress port work at the same time; the busiest sets the limit",
  ],
  ignores: [
    "jitter",
    "unequal links",
    "in-order links",
    "disk",
    "batching",
    "batch delay",
    "limited pipeline",
    "heartbeats",
  ],
  inputs: {
    followers: { tex: "f", dimension: "one", integer: true, min: 0, meaning: "followers, n − 1" },
    payload: COMMIT_INPUTS.payload,
    replyPayload: COMMIT_INPUTS.replyPayload,
    headerBytes: COMMIT_INPUTS.headerBytes,
    egressPerByte: COMMIT_INPUTS.egressPerByte,
    ingressPerByte: COMMIT_INPUTS.ingressPerByte,
    cpuReceive: COMMIT_INPUTS.cpuReceive,
    cpuSend: COMMIT_INPUTS.cpuSend,
    cpuPerByte: COMMIT_INPUTS.cpuPerByte,
    cores: COMMIT_INPUTS.cores,
    remoteShare: COMMIT_INPUTS.remoteShare,
  },
  between: {
    copyBytes: { tex: "s'", dimension: "size", meaning: "bytes of a copy or a request" },
    replyBytes: { tex: "s_a", dimension: "size", meaning: "bytes of an answer" },
  },
  outputs: {
    cpuTime: { tex: "S_c", dimension: "time", meaning: "processor time over cores" },
    egressTime: { tex: "S_x", dimension: "time", meaning: "egress port" },
    ingressTime: { tex: "S_y", dimension: "time", meaning: "ingress port" },
    serviceTime: { tex: "t_s", dimension: "time", meaning: "the busiest of them" },
    maxThroughput: { tex: "X_{max}", dimension: "rate", meaning: "highest rate of operations" },
  },
  equations: [
    "copyBytes = payload + headerBytes",
    "replyBytes = headerBytes + replyPayload",
    "cpuTime = (cpuReceive * (1 + followers) + cpuSend * (followers + 1) + cpuPerByte * (remoteShare * copyBytes + followers * (copyBytes + headerBytes) + replyBytes)) / cores",
    "egressTime = egressPerByte * (followers * copyBytes + remoteShare * replyBytes)",
    "ingressTime = ingressPerByte * (remoteShare * copyBytes + followers * headerBytes)",
    "serviceTime = max(cpuTime, egressTime, ingressTime)",
    "maxThroughput = 1 / serviceTime",
  ],
  // Without any cost there is no limit to name.
  requires: ["serviceTime > 0"],
  reads: LEADER_PROTOCOLS,
  fromSystem(system: SystemSpec, workload: WorkloadSpec) {
    const inputs = readCommitInputs(system, workload);
    return {
      followers: (inputs.links as Links).length,
      payload: inputs.payload,
      replyPayload: inputs.replyPayload,
      headerBytes: inputs.headerBytes,
      egressPerByte: inputs.egressPerByte,
      ingressPerByte: inputs.ingressPerByte,
      cpuReceive: inputs.cpuReceive,
      cpuSend: inputs.cpuSend,
      cpuPerByte: inputs.cpuPerByte,
      cores: inputs.cores,
      remoteShare: inputs.remoteShare,
    };
  },
});
