/** Finds the batch at which messages and rounds agree: larger messages take longer, and longer rounds gather more. */
import type { Distribution } from "../../core/distributions.ts";
import { DomainError, show } from "../../core/errors.ts";
import type { ModelAnswer, ModelGiven, ModelOutputs } from "../../core/model.ts";
import { backlog, type Gathered, gather, pipeline } from "./batching.ts";
import type { COMMIT_INPUTS, COMMIT_OUTPUTS } from "./commit-symbols.ts";
import { leaderCommitLatency } from "./leader-commit-latency.ts";
import type { SlotWait } from "./quorum-round.ts";

export type LeaderGiven = ModelGiven<typeof COMMIT_INPUTS>;
type Outputs = ModelOutputs<typeof COMMIT_OUTPUTS>;

/** How a protocol limits what is under way: slots of the log, or appends to each follower. */
export const PIPELINES = ["shared", "each follower"] as const;
export type PipelineKind = (typeof PIPELINES)[number];

/** Where the iteration settled. */
export interface BatchSolution {
  readonly batch: number;
  /** Operations per round over what the pipeline can take in one: below 1 in steady state. */
  readonly pipelineUtilisation: number;
  readonly leaderUtilisation: number;
  /** Outputs of the inner model; undefined when nothing is stable. */
  readonly outputs: Outputs | undefined;
}

interface Limits {
  readonly batchMax: number;
  readonly pipeline: number;
  readonly kind: PipelineKind;
}

const MAX_ROUNDS = 60;
const SETTLED = 1e-7;

function meanOf(delay: unknown): number {
  return typeof delay === "number" ? delay : (delay as Distribution).mean;
}

function spreadOf(delay: unknown): number {
  return typeof delay === "number" ? 0 : (delay as Distribution).variance;
}

/** Mean propagation of each link, both ways. */
function roundTrips(leader: LeaderGiven): number[] {
  return leader.links.map(({ out, back }) => meanOf(out) + meanOf(back));
}

/** Equal links without spread, and no disk: all followers answer in step, so their pipelines fill and empty together. */
function inStep(leader: LeaderGiven): boolean {
  const trips = roundTrips(leader);
  const sure = leader.links.every(({ out, back }) => [out, back].every((leg) => spreadOf(leg) === 0));
  return (leader.storage ?? null) === null && sure && trips.every((trip) => trip === trips[0]);
}

function inner(
  leader: LeaderGiven,
  gathered: Gathered,
  batch: number,
  extra: object,
): ModelAnswer<typeof COMMIT_OUTPUTS> {
  const natural = Math.max(1, batch / gathered.batch);
  return leaderCommitLatency.evaluate({
    ...leader,
    batch,
    // What gathers behind a full pipeline is a Poisson number on top of the first.
    batchScv: gathered.batchScv / natural + (natural - 1) / (natural * batch),
    gatherWait: gathered.wait,
    gatherLongest: gathered.longest,
    arrivalScv: gathered.wait === 0 && batch === 1 ? (leader.arrivalScv ?? 1) : gathered.gapScv,
    waiting: gathered.wait === 0 && batch === 1 ? (leader.waiting ?? "mg1") : "gg1",
    ...extra,
  });
}

/** What the pipeline makes of rounds that take `rest` besides propagation. */
function throughPipeline(
  leader: LeaderGiven,
  gathered: Gathered,
  limits: Limits,
  outputs: Outputs,
): { readonly batch: number; readonly load: number; readonly extra: object } {
  const rate = Number(leader.arrivalRate) / gathered.batch;
  const most = limits.batchMax / gathered.batch;
  const shared = outputs.commitLatency - outputs.batchWait;
  if (limits.kind === "shared" || (limits.pipeline === 1 && inStep(leader))) {
    const found = pipeline(rate, shared, limits.pipeline);
    const arrivals = (rate * shared) / limits.pipeline;
    const left = backlog(arrivals, most) / rate;
    return {
      batch: gathered.batch * Math.min(found.growth, most),
      load: arrivals / most,
      extra: {
        gatherWait: gathered.wait + found.wait + left,
        gatherLongest: Math.max(gathered.longest, shared),
        arrivalScv: gathered.gapScv * (1 - found.full),
      },
    };
  }
  const rest = shared - outputs.propagation - outputs.quorumWait;
  const rounds = roundTrips(leader).map((trip) => trip + rest);
  const each = rounds.map((round) => pipeline(rate, round, limits.pipeline));
  const slotWaits: SlotWait[] = each.map(({ full, wait }, i) => ({
    chance: full,
    longest:
      full > 0
        ? (2 * (wait + (full * backlog((rate * rounds[i]) / limits.pipeline, most)) / rate)) / full
        : 0,
  }));
  const messages = each.reduce((sum, { growth }) => sum + 1 / Math.min(growth, most), 0);
  const nearest = [...rounds].sort((a, b) => a - b);
  const deciding = nearest[Math.min(rounds.length, Math.max(1, Number(leader.quorum ?? 0) - 1)) - 1] ?? 0;
  const full = each.reduce((sum, one) => sum + one.full, 0) / Math.max(1, each.length);
  return {
    batch: messages > 0 ? (gathered.batch * each.length) / messages : gathered.batch,
    load: (rate * deciding) / limits.pipeline / most,
    extra: { slotWaits, arrivalScv: gathered.gapScv * (1 - full) },
  };
}

/**
 * Settles the batch by damped iteration.
 *
 * @throws DomainError when the iteration does not settle
 */
export function settleBatches(
  leader: LeaderGiven,
  batchMax: number,
  batchDelay: number,
  slots: number,
  kind: PipelineKind,
): BatchSolution {
  const gathered = gather(Number(leader.arrivalRate), batchDelay, batchMax);
  const limits: Limits = { batchMax, pipeline: slots, kind };
  let { batch } = gathered;
  let extra: object = {};
  let load = 0;
  for (let i = 0; i < MAX_ROUNDS; i++) {
    const answer = inner(leader, gathered, batch, extra);
    if (!answer.stable) {
      // Waiting operations gather: larger messages may bring the processor below its limit.
      if (slots === 0 || batch >= batchMax) {
        return {
          batch,
          pipelineUtilisation: load,
          leaderUtilisation: answer.utilisation,
          outputs: undefined,
        };
      }
      batch = Math.min(batchMax, batch * 1.5 + 0.5);
      continue;
    }
    const { outputs } = answer;
    const settled = {
      batch,
      pipelineUtilisation: load,
      leaderUtilisation: outputs.leaderUtilisation,
      outputs,
    };
    if (slots === 0) return settled;
    const next = throughPipeline(leader, gathered, limits, outputs);
    if (next.load >= 1) return { ...settled, pipelineUtilisation: next.load };
    const done =
      i > 0 && Math.abs(next.batch - batch) <= SETTLED * batch && Math.abs(next.load - load) <= SETTLED;
    load = next.load;
    extra = next.extra;
    if (done) return { ...settled, pipelineUtilisation: load };
    batch += 0.7 * (next.batch - batch);
  }
  throw new DomainError(
    `batchedCommitLatency: batch must settle within ${MAX_ROUNDS} rounds, got to ${show(batch)}`,
  );
}
