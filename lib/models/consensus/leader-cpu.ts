/** The leader's processor: one operation is a request with its sends and, later, one vote of every follower. */
import { type ClusterJob, clusterWaits } from "../queueing/cluster-wait.ts";
import type { Waiting } from "../queueing/station-wait.ts";
import type { Round } from "./quorum-round.ts";

/** Waits at the leader's processor. */
export interface CpuWaits {
  /** Of a request behind other operations. */
  readonly others: number;
  /** Further wait of the deciding vote behind its own operation's jobs. */
  readonly deciding: number;
  readonly typicalJob: number;
}

/**
 * Waits at the leader's processor.
 *
 * @param takeIn time from a request's service beginning to the times of the round being counted
 * @param request time and `requestVariance` of a request with its sends
 * @param peak of arrivals on and off, their rate while on over the mean rate
 * @param vote time and `voteVariance` to take in a vote; the deciding one also puts out the answer
 */
export function leaderCpu(
  round: Round,
  waiting: Waiting,
  rate: number,
  takeIn: number,
  request: number,
  requestVariance: number,
  vote: number,
  voteVariance: number,
  answer: number,
  arrivalScv: number,
  cores: number,
  peak: number,
): CpuWaits {
  const jobs: ClusterJob[] = [{ time: 0, visit: 0, mean: request, variance: requestVariance }];
  for (const time of round.votes)
    jobs.push({ time: takeIn + time, visit: 1, mean: vote, variance: voteVariance });
  // Votes count from 1, and the request stands before them; without followers the request's own job answers.
  const answering = Math.min(jobs.length - 1, round.late > 0.5 ? round.quorum : round.quorum - 1);
  jobs[answering] = { ...jobs[answering], mean: jobs[answering].mean + answer };
  const { others, own, typicalJob } = clusterWaits(waiting, rate, jobs, arrivalScv, cores, peak);
  const { byFollower, late, quorum } = round;
  const deciding = (byFollower - late) * (own[quorum - 1] ?? 0) + late * (own[quorum] ?? 0);
  return { others, deciding, typicalJob };
}
