/**
 * What an operation of a group without a leader costs, and what a replica's disk makes of it.
 *
 * Everything that one write made durable goes on at the same moment, sent one after the other. So jobs come in bursts,
 * and second moments grow by what comes with a job (a batch arrival is one job to whoever finds it).
 */
import type { Distribution } from "../../core/distributions.ts";
import type { ClusterJob } from "../queueing/cluster-wait.ts";
import { type Atoms, meanDelay } from "./atoms.ts";
import { type DiskLaw, groupCommit } from "./group-commit.ts";

/** One-way delays from each replica to each other. */
export type Delays = readonly (readonly Distribution[])[];

/** Where clients stand: the replica they turn to, their share, the round trip to it (null beside it). */
export interface ClientPlace {
  readonly replica: number;
  readonly share: number;
  readonly roundTrip: number | null;
}

/** A station's time for one thing, and the variance of that. */
export interface Work {
  readonly mean: number;
  readonly variance: number;
}

/** What an operation costs, in seconds. */
export interface LeaderlessCosts {
  readonly rate: number;
  readonly fastQuorum: number;
  readonly cores: number;
  readonly ordered: boolean;
  /** Processor: to take in a request, a copy (or commit), an answer; to put out a copy (or commit), an answer, a reply. */
  readonly takeInRequest: Work;
  readonly takeInCopy: Work;
  readonly takeInAnswer: Work;
  readonly sendCopy: Work;
  readonly sendAnswer: Work;
  readonly sendReply: Work;
  /** Egress and ingress time of a copy and of an answer. */
  readonly copyOut: number;
  readonly answerOut: number;
  readonly copyIn: number;
  readonly answerIn: number;
  /** Bytes of a vote's record, and of a commit's. */
  readonly copyBytes: number;
  readonly answerBytes: number;
}

const NONE: Work = { mean: 0, variance: 0 };
/** One after the other. */
export const sum = (...parts: readonly Work[]): Work =>
  parts.reduce((a, b) => ({ mean: a.mean + b.mean, variance: a.variance + b.variance }), NONE);
/** So many times. */
export const times = (k: number, { mean, variance }: Work): Work => ({
  mean: k * mean,
  variance: k * variance,
});
/** A job of a cluster. */
export const jobOf = (time: number, visit: number, work: Work): ClusterJob => ({ time, visit, ...work });

/** Mean wait of what comes at random at a port that other things pass too: rates and times. */
export function portWait(passing: readonly (readonly [rate: number, time: number])[]): number {
  const load = passing.reduce((all, [rate, time]) => all + rate * time, 0);
  return load === 0
    ? 0
    : passing.reduce((all, [rate, time]) => all + rate * time * time, 0) / (2 * (1 - load));
}

/** Rates of operations that each replica leads. */
export function ratesOf(replicas: number, clients: readonly ClientPlace[], rate: number): number[] {
  const rates = new Array<number>(replicas).fill(0);
  for (const { replica, share } of clients) rates[replica] += share * rate;
  return rates;
}

/** A replica's disk: what asking for a record to be durable adds. */
export interface Storage {
  readonly delay: Atoms;
  readonly wait: number;
  readonly write: number;
  /** Records a second, and their mean in one write. */
  readonly records: number;
  readonly batch: number;
  /** Records that become durable at the same moment as one of them; what they let go is sent one after the other. */
  readonly companions: number;
  /** Mean processor time of what a record lets go. */
  readonly letGo: number;
}

/** A job that comes with others of its write: found by who comes to the processor meanwhile, they are one. */
export function inBurst({ mean, variance }: Work, { companions, letGo }: Storage): Work {
  return { mean, variance: variance + companions * mean * letGo };
}

/** Group commit at a replica: its own votes and commits, and votes on the others' operations. */
export function storageOf(disk: DiskLaw, replicas: number, own: number, costs: LeaderlessCosts): Storage {
  const { rate: votes, sendCopy, sendAnswer, sendReply } = costs;
  const records = votes + own;
  const bytes = (votes * costs.copyBytes + own * costs.answerBytes) / records;
  const { delay, wait, write, batch, companions } = groupCommit(disk, records, bytes);
  const ofOwn = 2 * (replicas - 1) * sendCopy.mean + sendReply.mean;
  const letGo = (own * ofOwn + (votes - own) * sendAnswer.mean) / records;
  return { delay, wait: meanDelay(wait), write: meanDelay(write), records, batch, companions, letGo };
}
