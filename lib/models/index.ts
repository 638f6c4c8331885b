/**
 * Every model, by id: to add one, write its file and one line here.
 */
import { unknownName } from "../core/errors.ts";
import type { AnyModel } from "../core/model.ts";
import { ballsInBins } from "./balancing/balls-in-bins.ts";
import { dChoicesFluid } from "./balancing/d-choices-fluid.ts";
import { fanOutLatency, fanOutSlow } from "./balancing/fan-out.ts";
import { hedgedLatency } from "./balancing/hedged-latency.ts";
import { hedgedQueue } from "./balancing/hedged-queue.ts";
import { joinIdleQueue } from "./balancing/join-idle-queue.ts";
import { joinShortestQueue } from "./balancing/join-shortest-queue.ts";
import { retryAmplification } from "./balancing/retry-amplification.ts";
import { retryRecovery } from "./balancing/retry-recovery.ts";
import { staticSplit } from "./balancing/static-split.ts";
import { supermarket } from "./balancing/supermarket.ts";
import { batchedCommitLatency } from "./consensus/batched-commit-latency.ts";
import { catchUp } from "./consensus/catch-up.ts";
import { closedLoop } from "./consensus/closed-loop.ts";
import { clusterAvailability } from "./consensus/cluster-availability.ts";
import { compartmentalized } from "./consensus/compartmentalized.ts";
import { duellingProposers } from "./consensus/duelling-proposers.ts";
import { electionTime } from "./consensus/election-time.ts";
import { epaxosWanCommit } from "./consensus/epaxos-wan-commit.ts";
import { failover } from "./consensus/failover.ts";
import { fastPath } from "./consensus/fast-path.ts";
import { fastPaxosCommitLatency } from "./consensus/fast-paxos-commit-latency.ts";
import { flexiblePaxos } from "./consensus/flexible-paxos.ts";
import { keyConflict } from "./consensus/key-conflict.ts";
import { leaderCommitLatency } from "./consensus/leader-commit-latency.ts";
import { leaderScaling } from "./consensus/leader-scaling.ts";
import { leaderServiceTime } from "./consensus/leader-service-time.ts";
import { leaderlessCommitLatency } from "./consensus/leaderless-commit-latency.ts";
import { dissectingLoad } from "./consensus/load-formula.ts";
import { menciusCommitLatency } from "./consensus/mencius-commit-latency.ts";
import { menciusWanCommit } from "./consensus/mencius-wan-commit.ts";
import { messagesPerOperation } from "./consensus/messages-per-operation.ts";
import { multiLeader } from "./consensus/multi-leader.ts";
import { pigPaxosCommitLatency } from "./consensus/pig-paxos-commit-latency.ts";
import { paxosLeader } from "./consensus/published-paxos.ts";
import { quorumAvailability } from "./consensus/quorum-availability.ts";
import { quorumLatency, quorumLatencyExponential, quorumLatencyUnequal } from "./consensus/quorum-latency.ts";
import { relay } from "./consensus/relay.ts";
import { retransmission } from "./consensus/retransmission.ts";
import { rttPlusFsync } from "./consensus/rtt-plus-fsync.ts";
import { splitVote } from "./consensus/split-vote.ts";
import { splitVoteVariable } from "./consensus/split-vote-variable.ts";
import { wanCommit } from "./consensus/wan-commit.ts";
import { zabCommitLatency } from "./consensus/zab-commit-latency.ts";
import { allenCunneen } from "./queueing/allen-cunneen.ts";
import { closedBounds } from "./queueing/closed-bounds.ts";
import { closedClasses } from "./queueing/closed-classes.ts";
import { closedMva, closedSchweitzer } from "./queueing/closed-network.ts";
import { dM1, ekM1 } from "./queueing/ek-m1.ts";
import { erlangB } from "./queueing/erlang-b.ts";
import { erlangBCapacity, erlangBServers } from "./queueing/erlang-b-planning.ts";
import { forkJoin } from "./queueing/fork-join.ts";
import { kingman, kraemerLangenbachBelz, marchal } from "./queueing/gg1.ts";
import { giM1 } from "./queueing/gi-m1.ts";
import { jackson } from "./queueing/jackson.ts";
import { md1 } from "./queueing/md1.ts";
import { mg1 } from "./queueing/mg1.ts";
import { mg1Preemptive, mg1Priority } from "./queueing/mg1-priority.ts";
import { mg1Ps } from "./queueing/mg1-ps.ts";
import { mg1GammaQuantile, mg1Quantiles } from "./queueing/mg1-quantiles.ts";
import { mmInf } from "./queueing/mm-inf.ts";
import { mm1 } from "./queueing/mm1.ts";
import { mm1Transient } from "./queueing/mm1-transient.ts";
import { mmc } from "./queueing/mmc.ts";
import { mm1k, mmck } from "./queueing/mmck.ts";
import { amdahl, little, usl } from "./queueing/scalability.ts";
import { boundedLoad } from "./sharding/bounded-load.ts";
import { hotShard } from "./sharding/hot-shard.ts";
import { keyShares } from "./sharding/key-shares.ts";
import { keysMoved } from "./sharding/keys-moved.ts";
import { lruHitShare } from "./sharding/lru-hit-share.ts";
import { resharding } from "./sharding/resharding.ts";
import { ringHeirs } from "./sharding/ring-heirs.ts";
import { scanFanOut } from "./sharding/scan-fan-out.ts";
import { smallCache } from "./sharding/small-cache.ts";
import { cpuBound, nicBound, parallelSends, treeFanOut } from "./textbook/delay-readings.ts";
import { centralQueue, drainTime, randomSplit } from "./textbook/load-readings.ts";
import { quorumBound } from "./textbook/quorum-bound.ts";
import { textbookDelay } from "./textbook/textbook-delay.ts";
import { textbookLoad } from "./textbook/textbook-load.ts";

/** All models under the names by which programs know them. */
export const models = {
  mm1,
  mmc,
  md1,
  mg1,
  mg1Ps,
  kingman,
  marchal,
  kraemerLangenbachBelz,
  allenCunneen,
  mmck,
  mm1k,
  mmInf,
  erlangB,
  erlangBCapacity,
  erlangBServers,
  mg1Priority,
  mg1Preemptive,
  giM1,
  ekM1,
  dM1,
  forkJoin,
  jackson,
  closedBounds,
  closedMva,
  closedSchweitzer,
  closedClasses,
  little,
  amdahl,
  usl,
  mg1Quantiles,
  mg1GammaQuantile,
  mm1Transient,
  leaderCommitLatency,
  leaderlessCommitLatency,
  zabCommitLatency,
  pigPaxosCommitLatency,
  fastPaxosCommitLatency,
  menciusCommitLatency,
  menciusWanCommit,
  epaxosWanCommit,
  batchedCommitLatency,
  leaderServiceTime,
  rttPlusFsync,
  paxosLeader,
  leaderScaling,
  closedLoop,
  quorumLatency,
  quorumLatencyExponential,
  quorumLatencyUnequal,
  wanCommit,
  splitVote,
  splitVoteVariable,
  electionTime,
  failover,
  quorumAvailability,
  clusterAvailability,
  duellingProposers,
  keyConflict,
  fastPath,
  flexiblePaxos,
  multiLeader,
  relay,
  compartmentalized,
  catchUp,
  retransmission,
  dissectingLoad,
  messagesPerOperation,
  textbookDelay,
  nicBound,
  cpuBound,
  quorumBound,
  parallelSends,
  treeFanOut,
  textbookLoad,
  drainTime,
  randomSplit,
  centralQueue,
  ballsInBins,
  dChoicesFluid,
  supermarket,
  joinShortestQueue,
  joinIdleQueue,
  staticSplit,
  fanOutSlow,
  fanOutLatency,
  hedgedLatency,
  hedgedQueue,
  retryAmplification,
  retryRecovery,
  keyShares,
  keysMoved,
  ringHeirs,
  boundedLoad,
  hotShard,
  scanFanOut,
  smallCache,
  lruHitShare,
  resharding,
} as const;

/** The same by id, in this order, their input and output types forgotten. */
export const modelIndex: ReadonlyMap<string, AnyModel> = new Map(
  Object.values(models).map((model) => [model.id, model as unknown as AnyModel]),
);

/**
 * The model of an id.
 *
 * @throws UsageError with the known ids and the nearest
 * @example
 * modelNamed("mm1").title; // => "M/M/1 queue"
 */
export function modelNamed(id: string): AnyModel {
  const found = modelIndex.get(id);
  if (found === undefined) throw unknownName("models", "model", id, [...modelIndex.keys()]);
  return found;
}
