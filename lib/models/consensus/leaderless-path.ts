/**
 * An operation's way at a replica that leads it, where every replica leads the operations it is asked for (EPaxos).
 *
 * A replica's processor meets two kinds of clusters: of an operation of its own the request with its copies and then the
 * answers, of which the deciding one also tells everybody and answers the client; of another's the copy with its answer
 * and then the commit (Moraru, Andersen and Kaminsky, SOSP 2013, §4.3). All operations wait for the fast quorum's last
 * answer, and a leader names that quorum beforehand: those who answer it soonest, of equals the next by number.
 */
import { type ClusterJob, mixedClusterWaits } from "../queueing/cluster-wait.ts";
import { type Atoms, addDelays, cutDelay, inOrder, meanDelay } from "./atoms.ts";
import { kthVotes, type Voter } from "./decision.ts";
import type { DiskLaw } from "./group-commit.ts";
import {
  type ClientPlace,
  type Delays,
  inBurst,
  jobOf,
  type LeaderlessCosts,
  portWait,
  ratesOf,
  type Storage,
  storageOf,
  sum,
  times,
  type Work,
} from "./leaderless-work.ts";

/** Means over all operations; without `client…` they add up to the commit latency. */
export interface LeaderlessPath {
  readonly clientPropagation: number;
  readonly propagation: number;
  readonly disk: number;
  readonly diskWait: number;
  /** Waits for processors and ports. */
  readonly waiting: number;
  /** Time on processors and ports. */
  readonly service: number;
  /** Share of time the disk of replica 0 is writing. */
  readonly diskBusy: number;
}

/** One replica's part of it. */
type OwnPath = Omit<LeaderlessPath, "clientPropagation" | "diskBusy">;

/** Rounds in which waits and the times of answers are found from one another. */
const ROUNDS = 3;
/** The visit to a leader's processor that answers make. */
const ANSWERS = 2;
/** So much later, in seconds, that nothing of before is left. */
const LATER = 1e6;

/** What waits at a replica's stations come to. */
interface Waits {
  readonly cpu: number;
  readonly egress: number;
  readonly ingress: number;
  /** Further wait at the processor of each answer behind those before it. */
  readonly ownAnswers: readonly number[];
}

/** The round of one replica: when answers come, when they suffice, and what the deciding way was made of. */
interface Round {
  readonly answers: readonly number[];
  readonly decided: number;
  /** Place of the deciding answer among all. */
  readonly place: number;
  readonly propagation: number;
  readonly disk: number;
  readonly diskWait: number;
  readonly waiting: number;
}

class Group {
  private readonly n: number;
  private readonly delays: Delays;
  private readonly costs: LeaderlessCosts;
  private readonly rates: readonly number[];
  private readonly storages: readonly (Storage | null)[];
  private readonly known = new Map<string, Atoms>();
  private waits: readonly Waits[];

  constructor(
    delays: Delays,
    clients: readonly ClientPlace[],
    storage: DiskLaw | null,
    costs: LeaderlessCosts,
  ) {
    this.n = delays.length;
    this.delays = delays;
    this.costs = costs;
    this.rates = ratesOf(this.n, clients, costs.rate);
    this.storages = this.rates.map((own) =>
      storage === null ? null : storageOf(storage, this.n, own, costs),
    );
    this.waits = this.rates.map(() => ({ cpu: 0, egress: 0, ingress: 0, ownAnswers: [] }));
    // Answers come later where others wait, and only their overlap matters: a few rounds are enough.
    for (let i = 0; i < ROUNDS; i++) this.waits = this.rates.map((_, replica) => this.waitsAt(replica));
  }

  /** Copies leave in ascending order of node; a tandem of processor and port, whichever is slower. */
  private copyLeaves(position: number): number {
    const { sendCopy, copyOut } = this.costs;
    return Math.max(sendCopy.mean + position * copyOut, position * sendCopy.mean + copyOut);
  }

  /** Messages a second from one replica to another: copies and commits of its own, answers to the other's. */
  private linkRate(from: number, to: number): number {
    return 2 * this.rates[from] + this.rates[to];
  }

  /** The chance that a message is the first of those that one write lets go on a link. */
  private firstOfWrite(from: number, to: number): number {
    const storage = this.storages[from];
    if (storage === null) return 1;
    return Math.min(1, storage.records / (this.linkRate(from, to) * storage.batch));
  }

  /** The delay of a link, behind messages before it where it keeps order. */
  private linkDelay(from: number, to: number, alone: number): Atoms {
    const link = this.delays[from][to];
    const rate = this.linkRate(from, to);
    const key = `${rate} ${alone} ${JSON.stringify(link.spec)}`;
    let delay = this.known.get(key);
    if (delay === undefined) {
      delay = cutDelay(link, "propagation");
      if (this.costs.ordered) delay = inOrder(delay, rate, alone);
      this.known.set(key, delay);
    }
    return delay;
  }

  /** Out, disk, back. */
  private wayOf(leader: number, peer: number): Atoms {
    const out = this.linkDelay(leader, peer, this.firstOfWrite(leader, peer));
    const storage = this.storages[peer];
    const there = storage === null ? out : addDelays(out, storage.delay);
    return addDelays(there, this.linkDelay(peer, leader, this.firstOfWrite(peer, leader)));
  }

  /** What an answer of a peer costs besides its way, its own stations' waits among it. */
  private atPeer(leader: number, peer: number): { readonly service: number; readonly waiting: number } {
    const { takeInCopy, takeInAnswer, sendAnswer, answerOut, copyOut, copyIn, answerIn } = this.costs;
    const there = this.waits[peer];
    const storage = this.storages[peer];
    const turns = storage === null ? 1 : 2; // after the write the answer waits for its turn again
    const burst = storage === null ? 0 : this.behindBurst(storage);
    const rows =
      (this.rowOf(leader, peer, takeInCopy.mean) * takeInCopy.mean +
        this.rowOf(peer, leader, takeInAnswer.mean) * takeInAnswer.mean) /
      2;
    return {
      service:
        takeInCopy.mean +
        sendAnswer.mean +
        answerOut +
        Math.max(0, copyIn - copyOut) +
        Math.max(0, answerIn - answerOut),
      waiting: there.ingress + turns * there.cpu + burst + rows + there.egress + this.waits[leader].ingress,
    };
  }

  /** What a record lets go waits for half of those that one write made durable with it. */
  private behindBurst({ companions, letGo }: Storage): number {
    return (companions * letGo) / 2;
  }

  /**
   * What one write lets go on a link comes in a row, and waits for one another where it is taken in more slowly: the
   * companions of a message there, times the share of its time in which the next one is there already.
   */
  private rowOf(from: number, to: number, takeIn: number): number {
    const storage = this.storages[from];
    // Messages that overtake one another come one by one.
    if (storage === null || takeIn === 0 || (!this.costs.ordered && this.delays[from][to].variance > 0))
      return 0;
    const perRecord = this.linkRate(from, to) / storage.records;
    return storage.companions * Math.max(0, perRecord - storage.letGo / takeIn);
  }

  /** A message that comes in a row: found by who comes to the processor meanwhile, the row is one job. */
  private inRow(from: number, to: number, { mean, variance }: Work): Work {
    return { mean, variance: variance + this.rowOf(from, to, mean) * mean * mean };
  }

  round(leader: number): Round {
    const { fastQuorum } = this.costs;
    const waits = this.waits[leader];
    const peers = Array.from({ length: this.n - 1 }, (_, k) => (leader + 1 + k) % this.n);
    const voters = peers.map((peer): Voter & { readonly mean: number; readonly waiting: number } => {
      const { service, waiting } = this.atPeer(leader, peer);
      const position = peer < leader ? peer + 1 : peer;
      const offset = this.copyLeaves(position) + waits.egress + service + waiting;
      const delay = this.wayOf(leader, peer);
      return { offset, delay, mean: offset + meanDelay(delay), waiting };
    });
    const answers = kthVotes(voters).map((vote) => vote.mean);
    // Sorting is stable: of equals the next by number.
    const chosen = [...voters].sort((a, b) => a.mean - b.mean).slice(0, fastQuorum - 1);
    const last = kthVotes(chosen)[chosen.length - 1];
    return {
      answers,
      decided: last.mean,
      place: Math.max(chosen.length - 1, answers.filter((answer) => answer < last.mean).length - 1),
      propagation: last.parts.propagation,
      disk: last.parts.disk,
      diskWait: last.parts.diskWait,
      waiting: waits.egress + last.byVoter.reduce((all, p, v) => all + p * chosen[v].waiting, 0),
    };
  }

  /** Jobs that an operation of its own brings a replica's processor, in order of time. */
  private ownJobs(replica: number): ClusterJob[] {
    if (this.rates[replica] === 0) return [];
    const { takeInRequest, takeInAnswer, sendCopy, sendReply } = this.costs;
    const { answers, place, decided } = this.round(replica);
    const copies = times(this.n - 1, sendCopy);
    const ending = sum(copies, sendReply);
    const storage = this.storages[replica];
    if (storage === null) {
      const jobs = answers.map((answer, k) =>
        jobOf(takeInRequest.mean + answer, ANSWERS, k === place ? sum(takeInAnswer, ending) : takeInAnswer),
      );
      return [jobOf(0, 0, sum(takeInRequest, copies)), ...jobs];
    }
    // What follows a write is a turn of its own.
    const written = takeInRequest.mean + storage.wait + storage.write;
    const sent = jobOf(written, 1, inBurst(copies, storage));
    // Answers are taken as of any peer: they come in rows from all of them.
    const rows = this.meanOver(replica, (peer) => this.inRow(peer, replica, takeInAnswer).variance);
    const jobs = answers.map((answer) =>
      jobOf(written + answer, ANSWERS, { mean: takeInAnswer.mean, variance: rows }),
    );
    const end = jobOf(written + decided + storage.wait + storage.write, 3, inBurst(ending, storage));
    // Some answers come when the operation has long been decided.
    return [jobOf(0, 0, takeInRequest), sent, ...jobs, end].sort((a, b) => a.time - b.time);
  }

  /** The mean over the other replicas, of which some lead more operations than others. */
  private meanOver(replica: number, value: (peer: number) => number, weights?: readonly number[]): number {
    let [sum, total] = [0, 0];
    for (let peer = 0; peer < this.n; peer++) {
      if (peer === replica) continue;
      const weight = weights === undefined ? 1 : weights[peer];
      sum += weight * value(peer);
      total += weight;
    }
    return total === 0 ? 0 : sum / total;
  }

  /** The same of an operation that another leads. */
  private theirJobs(replica: number): ClusterJob[] {
    const { takeInCopy, sendAnswer } = this.costs;
    const storage = this.storages[replica];
    const rows = this.meanOver(
      replica,
      (leader) => this.inRow(leader, replica, takeInCopy).variance,
      this.rates,
    );
    const copy = { mean: takeInCopy.mean, variance: rows };
    const commit = jobOf(LATER, 3, copy);
    return storage === null
      ? [jobOf(0, 0, sum(copy, sendAnswer)), commit]
      : [jobOf(0, 0, copy), jobOf(LATER, 1, inBurst(sendAnswer, storage)), commit];
  }

  private waitsAt(replica: number): Waits {
    const { costs, n, rates } = this;
    const others = costs.rate - rates[replica];
    const jobs = this.ownJobs(replica);
    const clusters = [
      { rate: rates[replica], jobs },
      { rate: others, jobs: this.theirJobs(replica) },
    ];
    const { others: cpu, own: behind } = mixedClusterWaits("mg1", clusters, 1, costs.cores);
    const egressAlone = portWait([
      [2 * rates[replica], (n - 1) * costs.copyOut],
      [others, costs.answerOut],
    ]);
    return {
      cpu,
      // Behind a station that queues the same work only the slower one queues (Friedman 1965).
      egress: Math.max(0, egressAlone - cpu),
      ingress: portWait([
        [2 * others, costs.copyIn],
        [(n - 1) * rates[replica], costs.answerIn],
      ]),
      ownAnswers: behind[0].filter((_, i) => jobs[i].visit === ANSWERS),
    };
  }

  diskBusy(replica: number): number {
    const storage = this.storages[replica];
    return storage === null ? 0 : (storage.records * storage.write) / storage.batch;
  }

  /** The way of an operation that a replica leads. */
  path(leader: number): OwnPath {
    const { costs, n } = this;
    const round = this.round(leader);
    const waits = this.waits[leader];
    const storage = this.storages[leader];
    const writes = storage === null ? 0 : 2;
    const turns = 2 + writes; // each write ends in a turn of its own
    const bursts = storage === null ? 0 : writes * this.behindBurst(storage);
    const waiting = turns * waits.cpu + bursts + waits.ownAnswers[round.place] + round.waiting;
    const { takeInRequest, takeInAnswer, sendCopy, sendReply } = costs;
    const processor = takeInRequest.mean + takeInAnswer.mean + (n - 1) * sendCopy.mean + sendReply.mean;
    return {
      propagation: round.propagation,
      disk: round.disk + writes * (storage?.write ?? 0),
      diskWait: round.diskWait + writes * (storage?.wait ?? 0),
      waiting,
      service: processor + round.decided - round.propagation - round.disk - round.diskWait - round.waiting,
    };
  }
}

/** Means over all operations, by the shares of the places they come from. */
export function leaderlessPath(
  delays: Delays,
  clients: readonly ClientPlace[],
  storage: DiskLaw | null,
  costs: LeaderlessCosts,
): LeaderlessPath {
  const group = new Group(delays, clients, storage, costs);
  const total = { clientPropagation: 0, propagation: 0, disk: 0, diskWait: 0, waiting: 0, service: 0 };
  const paths = new Map<number, OwnPath>();
  for (const { replica, share, roundTrip } of clients) {
    if (share === 0) continue;
    const path = paths.get(replica) ?? group.path(replica);
    paths.set(replica, path);
    total.clientPropagation += share * (roundTrip ?? 0);
    for (const part of ["propagation", "disk", "diskWait", "waiting", "service"] as const)
      total[part] += share * path[part];
  }
  return { ...total, diskBusy: group.diskBusy(0) };
}
