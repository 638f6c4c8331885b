/**
 * One replication round: from the leader having taken in a request to the quorum being complete.
 *
 * Copies leave the leader in ascending order of node, so the k-th is behind by k sends or k transmissions, whichever
 * is slower (a tandem of two stations with constant times). Each follower's vote then takes its way out, its disk
 * and its way back, all independent and not alike; the leader's own write is one more vote. `kthVotes` says which
 * vote completes the quorum, when, and what it was made of.
 */
import type { Distribution } from "../../core/distributions.ts";
import {
  type Atoms,
  addDelays,
  constantDelay,
  cutDelay,
  cutQuantile,
  inOrder,
  meanDelay,
  mixDelays,
  notHeldBack,
  partsOf,
  shiftLevels,
} from "./atoms.ts";
import { type KthVote, kthVotes, type VoteMeans, type Voter } from "./decision.ts";
import { diskStates, lawOverStates, overStates, ownWait, waitInStep } from "./disks-in-step.ts";
import { type DiskLaw, type GroupCommit, groupCommit } from "./group-commit.ts";

/** The two directions between the leader and one follower. */
export interface Link {
  readonly out: Distribution;
  readonly back: Distribution;
}

/** Links of the leader in the order in which copies are sent. */
export type Links = readonly Link[];

/** What a copy waits for a slot of its follower's pipeline: nothing, or with a chance up to a longest time. */
export interface SlotWait {
  readonly chance: number;
  readonly longest: number;
}

/** What a round needs besides its links. Times in seconds. */
export interface RoundCosts {
  /** Messages per second to each follower. */
  readonly messageRate: number;
  /** Of arrivals on and off: their rate while on over the mean rate, 1 for others; and the scv of the gaps. */
  readonly arrivalPeak: number;
  readonly arrivalScv: number;
  readonly quorum: number;
  /** One entry for each link, or none when pipelines have no limit. */
  readonly slotWaits: readonly SlotWait[];
  /** Bytes of one record on disk. */
  readonly recordBytes: number;
  /** Leader's processor time to send one copy. */
  readonly send: number;
  /** Answers go out in the order of the log: an operation waits for those before it. */
  readonly inOrderAnswers: boolean;
  /** Transmission of one copy. */
  readonly transmission: number;
  /** What every follower's vote costs besides: waits, ports and processors on its way. */
  readonly overhead: number;
}

/** What a round comes to. All times are means, counted from the request having been taken in. */
export interface Round {
  /** When the operation can be answered: times with their probabilities. */
  readonly times: Float64Array;
  readonly weights: Float64Array;
  /** Mean time from the quorum being complete to all earlier operations having theirs. */
  readonly orderWait: number;
  /** Probability that it is a follower's. */
  readonly byFollower: number;
  /** Mean position of the deciding follower's copy, 0 counted for the leader's own vote. */
  readonly copies: number;
  /** 1 when the decision is a job of its own at the leader's processor, 0 when the request's handler decides alone. */
  readonly decisions: number;
  /** Mean time of the sends that go before the leader's own vote, where that decides. */
  readonly ownSends: number;
  readonly propagation: number;
  /** Propagation of the vote that comes back first. */
  readonly nearest: number;
  readonly disk: number;
  readonly diskWait: number;
  readonly slotWait: number;
  /** Share of time a disk is writing. */
  readonly diskBusy: number;
  /** Mean votes that leave a disk at the same moment as a vote. */
  readonly companions: number;
  /** Mean times of the followers' first, second, … vote. */
  readonly votes: readonly number[];
  readonly quorum: number;
  /** Chance that a follower's vote decides while the leader's own is still missing. */
  readonly late: number;
}

/** What the disk adds to the way out. */
type AtDisk = (out: Atoms) => Atoms;

/**
 * A follower's way: out, disk, back. Links that keep order delay messages behind slower ones; what was held back behind
 * one goes on together with it, and what one write made durable.
 */
function wayOf(link: Link, ordered: boolean, rate: number, batch: number, atDisk: AtDisk): Atoms {
  const [out, back] = [cutDelay(link.out, "propagation"), cutDelay(link.back, "propagation")];
  if (!ordered) return addDelays(atDisk(out), back);
  const alone = Math.min(notHeldBack(out, rate), 1 / batch);
  return addDelays(atDisk(inOrder(out, rate)), inOrder(back, rate, alone));
}

/** The wait for a slot that comes free at a time spread evenly up to the longest. */
function slotLaw({ chance, longest }: SlotWait): Atoms {
  const none = constantDelay(0, "slotWait");
  if (chance === 0 || longest === 0) return none;
  return mixDelays(
    none,
    cutQuantile((p) => p * longest, longest / 2, "slotWait"),
    chance,
  );
}

/** Each follower's way. Equal links share one, found once. */
function waysOf(links: Links, ordered: boolean, costs: RoundCosts, batch: number, atDisk: AtDisk): Atoms[] {
  const known = new Map<string, Atoms>();
  return links.map((link, i) => {
    const slot = costs.slotWaits[i] ?? { chance: 0, longest: 0 };
    const key = JSON.stringify([link.out.spec, link.back.spec, slot]);
    const way =
      known.get(key) ?? addDelays(wayOf(link, ordered, costs.messageRate, batch, atDisk), slotLaw(slot));
    known.set(key, way);
    return way;
  });
}

/** A vote's law as atoms, without those that cannot happen. */
function lawOf({ times, weights }: KthVote): Atoms {
  const kept = [...times.keys()].filter((i) => weights[i] > 0);
  const values = Float64Array.from(kept, (i) => times[i]);
  const zero = new Float64Array(kept.length);
  return {
    values,
    weights: Float64Array.from(kept, (i) => weights[i]),
    parts: partsOf(zero),
  };
}

/**
 * With sure links and writes that all take the same time, every disk meets the same arrivals and is in the same
 * state when an operation comes: all votes wait alike, and the wait is no one voter's.
 */
function disksInStep(links: Links, disk: DiskLaw | null): boolean {
  return (
    disk !== null &&
    disk.fsync.variance === 0 &&
    links.every(({ out, back }) => out.variance === 0 && back.variance === 0)
  );
}

/** Votes of the followers with the leader's own, first to last, and of the followers alone. */
interface Votes {
  readonly all: readonly VoteMeans[];
  readonly followers: readonly VoteMeans[];
  /** When the one that completes the quorum comes. */
  readonly decided: Atoms;
}

/** The votes, with what the disk adds to the way of a copy, and the leader's own delay; null without a disk. */
function votesOf(
  links: Links,
  ordered: boolean,
  costs: RoundCosts,
  batch: number,
  atDisk: AtDisk,
  own: Atoms | null,
): Votes {
  const { quorum, send, transmission, overhead } = costs;
  const followers: Voter[] = waysOf(links, ordered, costs, batch, atDisk).map((delay, i) => ({
    offset: Math.max(send + (i + 1) * transmission, (i + 1) * send + transmission) + overhead,
    delay,
  }));
  // The leader's own vote is free, but what its handler does next waits for the sends before it.
  const offset = own === null && quorum > 1 ? 0 : links.length * send;
  const leader = { offset, delay: own ?? constantDelay(0, "disk") };
  const all = kthVotes([leader, ...followers]);
  return { all, followers: kthVotes(followers), decided: lawOf(all[quorum - 1]) };
}

/** The same with disks that write in step, over all states they may be in when an operation comes. */
function votesInStep(links: Links, ordered: boolean, costs: RoundCosts, commit: GroupCommit): Votes {
  const { busy, write } = commit;
  const [length] = write.values;
  const states = diskStates(busy, length);
  const each = states.map((state) =>
    votesOf(
      links,
      ordered,
      costs,
      commit.batch,
      (out) => addDelays(waitInStep(out, state, length), write),
      addDelays(ownWait(state), write),
    ),
  );
  const over = (list: readonly (readonly VoteMeans[])[]): VoteMeans[] =>
    list[0].map((_, k) =>
      overStates(
        states,
        list.map((votes) => votes[k]),
      ),
    );
  return {
    all: over(each.map(({ all }) => all)),
    followers: over(each.map(({ followers }) => followers)),
    decided: lawOverStates(
      states,
      each.map(({ decided }) => decided),
    ),
  };
}

/**
 * When an operation can be answered after all before it, on links where messages overtake one another.
 *
 * Disks write in the order in which records come, and delay neighbours alike: nobody overtakes there. So the wait is
 * that of a round without disks, at the same level of its law: what comes late by its links waits little.
 */
function answeredInOrder(law: Atoms, links: Links, disk: DiskLaw | null, costs: RoundCosts): Atoms {
  const { messageRate } = costs;
  if (disk === null) return inOrder(law, messageRate);
  const alone = votesOf(links, false, { ...costs, slotWaits: [] }, 1, (out) => out, null).decided;
  return shiftLevels(law, alone, inOrder(alone, messageRate));
}

/**
 * The rate of messages that one of them finds in the last `horizon` seconds. One that comes comes in a burst, and so did
 * most just before it: of an interrupted Poisson process κ times the mean rate, falling to it as bursts end and pauses too.
 */
function rateBefore({ messageRate, arrivalPeak, arrivalScv }: RoundCosts, horizon: number): number {
  if (arrivalPeak === 1) return messageRate;
  const paused = 1 - 1 / arrivalPeak;
  // By Kuczura (1973) the gaps' scv is 1 + 2·κλ·on·paused²; bursts and pauses forget each other in on·paused.
  const memory = Math.max(0, arrivalScv - 1) / (2 * messageRate * arrivalPeak * paused);
  const kept = horizon > 0 ? (memory / horizon) * (1 - Math.exp(-horizon / memory)) : 1;
  return messageRate * (1 + (arrivalPeak - 1) * (memory > 0 ? kept : 0));
}

/** For how long messages mind those before them: on a link by its spread, at a disk by a write. */
const horizonOf = (links: Links, disk: DiskLaw | null): number =>
  (disk?.fsync.mean ?? 0) +
  Math.max(0, ...links.map(({ out, back }) => Math.sqrt(out.variance + back.variance)));

/** What a round comes to. */
export function quorumRound(links: Links, disk: DiskLaw | null, ordered: boolean, mean: RoundCosts): Round {
  const costs = { ...mean, messageRate: rateBefore(mean, horizonOf(links, disk)) };
  const { messageRate, quorum, send } = costs;
  const commit = disk === null ? null : groupCommit(disk, messageRate, costs.recordBytes);
  const allAlike = disksInStep(links, disk);
  const common = commit === null || !allAlike ? null : commit.wait;
  const commonWait = common === null ? 0 : meanDelay(common);
  const delay = commit === null ? null : allAlike ? commit.write : commit.delay;
  const voted =
    commit !== null && commit.busy > 0 && disk?.fsync.variance === 0 && !allAlike
      ? votesInStep(links, ordered, costs, commit)
      : votesOf(
          links,
          ordered,
          costs,
          commit?.batch ?? 1,
          (out) => (delay === null ? out : addDelays(out, delay)),
          delay,
        );
  const { all, followers: votes, decided: alone } = voted;
  const decided = all[quorum - 1];
  const byFollower = 1 - decided.byVoter[0];
  const law = common === null ? alone : addDelays(alone, common);
  // On links that keep order every voter's votes come in order, so quorums are complete in order anyway.
  const answered = costs.inOrderAnswers && !ordered ? answeredInOrder(law, links, disk, costs) : law;
  return {
    times: answered.values,
    weights: answered.weights,
    orderWait: answered === law ? 0 : Math.max(0, meanDelay(answered) - meanDelay(law)),
    byFollower,
    copies: decided.byVoter.reduce((sum, p, i) => sum + p * i, 0),
    decisions: commit === null && quorum === 1 ? 0 : 1,
    ownSends: (1 - byFollower) * (commit === null && quorum > 1 ? 0 : links.length * send),
    propagation: decided.parts.propagation,
    nearest: Math.min(votes[0]?.parts.propagation ?? 0, decided.parts.propagation),
    disk: decided.parts.disk,
    diskWait: decided.parts.diskWait + commonWait,
    slotWait: decided.parts.slotWait,
    // Writes per second are messages per second over those that go together.
    diskBusy: commit === null ? 0 : (mean.messageRate * meanDelay(commit.write)) / commit.batch,
    companions: commit?.companions ?? 0,
    votes: votes.map((vote) => vote.mean + commonWait),
    quorum,
    late: all.slice(quorum).reduce((sum, vote) => sum + vote.byVoter[0], 0),
  };
}
