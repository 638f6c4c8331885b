/**
 * Commit latency of a stable leader that batches operations and limits what is under way.
 *
 * Source: the full model (leader-commit-latency.ts) at the batch that batching.ts finds. Batching by delay is as
 * exact as the full model; a limited pipeline is an approximation, within 10 % of simulation up to 80 % of what the
 * pipeline can take (tested on Multi-Paxos with one and four slots and on Raft).
 */
import type { StructuredInput } from "../../core/model.ts";
import { defineModel, type ModelFunction } from "../../core/model.ts";
import type { SystemSpec, WorkloadSpec } from "../../core/system.ts";
import { type BatchSolution, type LeaderGiven, PIPELINES, settleBatches } from "./batch-solution.ts";
import { LEADER_PROTOCOLS, readCommitInputs } from "./commit-inputs.ts";
import { COMMIT_OUTPUTS } from "./commit-symbols.ts";

const leaderInput: StructuredInput<LeaderGiven, LeaderGiven> = {
  kind: "structured",
  type: "leader",
  tex: "\\mathcal{M}",
  meaning: "inputs of leaderCommitLatency",
  unit: "as there",
  read: (_where, given) => given,
};

type Output = keyof typeof COMMIT_OUTPUTS;
const NAMES = (Object.keys(COMMIT_OUTPUTS) as Output[]).filter((name) => name !== "leaderUtilisation");

const read = (result: string, meaning: string, compute: (s: BatchSolution) => number): ModelFunction => ({
  tex: `\\mathrm{${meaning.replace(/[^a-zA-Z]/g, "")}}`,
  arguments: ["solution"],
  result,
  meaning,
  compute,
});

/** One reader for each output: `commitLatencyOf(solution)`. */
const readers = Object.fromEntries(
  NAMES.map((name) => [
    `${name}Of`,
    read(COMMIT_OUTPUTS[name].dimension, `${name} of the full model at the batch found`, (s) =>
      s.outputs === undefined ? Number.NaN : s.outputs[name],
    ),
  ]),
);

/**
 * Commit and client latency with batching and a limited pipeline, with the batch it leads to.
 *
 * @example
 * models.batchedCommitLatency({ leader: { links: [{ out: 0.005, back: 0.005 }, { out: 0.01, back: 0.01 }], arrivalRate: 100 }, pipeline: 0 }).commitLatency; // => 0.01
 */
export const batchedCommitLatency = defineModel({
  id: "batchedCommitLatency",
  title: "Commit latency of a stable leader with batching and a limited pipeline",
  cites: [
    "Bailey 1954 (bulk service)",
    "Spitzer 1956 (random walk)",
    "Santos and Schiper 2012 (tuning batching and pipelining)",
  ],
  assumes: [
    "those of leaderCommitLatency, messages taken as alike",
    "operations that find the pipeline full go together into the next slot",
    "slots come free at evenly spread times",
  ],
  ignores: ["heartbeats", "overload in bursts", "client timeout", "bunched requests", "overtaken appends"],
  inputs: {
    leader: leaderInput,
    batchMax: {
      tex: "B",
      dimension: "one",
      integer: true,
      min: 1,
      default: 1,
      meaning: "operations that may share one message",
    },
    batchDelay: {
      tex: "T_B",
      dimension: "time",
      min: 0,
      default: 0,
      meaning: "how long the leader waits to fill a message",
    },
    pipeline: {
      tex: "P",
      dimension: "one",
      integer: true,
      min: 0,
      max: 1000,
      default: 0,
      meaning: "messages that may be under way unanswered; 0 is unlimited",
    },
    sharing: {
      kind: "choice",
      choices: PIPELINES,
      default: "shared",
      tex: "\\mathit{sharing}",
      meaning: "whether the pipeline is one for the log (Multi-Paxos) or one for each follower (Raft)",
    },
  },
  between: {
    solution: { tex: "\\mathcal{B}", type: "solution", meaning: "the full model at the batch found" },
  },
  outputs: {
    batch: { tex: "m", dimension: "one", meaning: "mean operations in one message" },
    pipelineUtilisation: {
      tex: "\\rho_P",
      dimension: "one",
      meaning: "operations per round over what the pipeline takes in one",
    },
    ...COMMIT_OUTPUTS,
  },
  functions: {
    settleBatches: {
      tex: "\\mathrm{Settle}",
      arguments: ["leader", "one", "time", "one", "choice"],
      result: "solution",
      meaning: "fixed point of batch and round time by damped iteration, to 1e-7 (batch-solution.ts)",
      compute: settleBatches,
    },
    batchOf: read("one", "batch found", (s) => s.batch),
    pipelineUtilisationOf: read("one", "use of the pipeline", (s) => s.pipelineUtilisation),
    leaderUtilisationOf: read("one", "use of the busiest station", (s) => s.leaderUtilisation),
    ...readers,
  },
  equations: [
    "solution = settleBatches(leader, batchMax, batchDelay, pipeline, sharing)",
    "batch = batchOf(solution)",
    "pipelineUtilisation = pipelineUtilisationOf(solution)",
    "leaderUtilisation = leaderUtilisationOf(solution)",
    ...NAMES.map((name) => `${name} = ${name}Of(solution)`),
  ],
  stable: ["pipelineUtilisation < 1", "leaderUtilisation < 1"],
  reads: LEADER_PROTOCOLS,
  fromSystem(system: SystemSpec, workload: WorkloadSpec) {
    const { settings } = system;
    return {
      leader: readCommitInputs(system, workload),
      batchMax: Number(settings.batchMax ?? 1),
      batchDelay: Number(settings.batchDelay ?? 0),
      pipeline: Number(settings.pipeline ?? 0),
      sharing: system.protocol === "raft" ? ("each follower" as const) : ("shared" as const),
    };
  },
});
