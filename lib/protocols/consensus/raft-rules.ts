/**
 * The decisions on which Raft's safety rests, one function each. A known bug is one of them replaced.
 *
 * Sections are those of Ongaro & Ousterhout, ATC 2014; "thesis" is Ongaro, Stanford 2014.
 */
import type { NodeId, Operation } from "../../simulation/protocol.ts";
import { type RaftRecord, recordOf } from "./raft-durable.ts";
import type { StateMachine } from "./raft-machine.ts";
import type { Settings } from "./raft-settings.ts";
import {
  type Append,
  type Appended,
  type Configuration,
  type Ctx,
  type Entry,
  lastIndex,
  type RaftNode,
  type RequestVote,
  TRUNCATED,
  termAt,
} from "./raft-state.ts";
import { countVotes } from "./settings.ts";

// Copies: an imported function is read through its module at each call.
const [termOf, lastOf, votesIn] = [termAt, lastIndex, countVotes];

/** Writes term, vote and entries before what is sent afterwards leaves. */
export type Save = (node: RaftNode, from: number, entries: readonly Entry[], ctx: Ctx) => void;

export interface RaftRules {
  // -- terms and votes (§5.1, §5.2, §5.4.1)
  isNewTerm(node: RaftNode, term: number): boolean;
  /** Whether an answer to a leader shows that its term is over. */
  isOverBy(node: RaftNode, term: number): boolean;
  enterTerm(node: RaftNode, term: number): void;
  mayVote(node: RaftNode, candidate: NodeId): boolean;
  isUpToDate(node: RaftNode, candidate: RequestVote): boolean;
  isVoteFor(node: RaftNode, term: number): boolean;
  addVote(votes: number, from: NodeId): number;
  isQuorum(config: Configuration, nodes: number): boolean;
  // -- what is durable, and when it is vouched for (figure 2)
  record(node: RaftNode, from: number, entries: readonly Entry[]): RaftRecord;
  /** Answers an append only once its entries are on the disk. */
  saveAndAnswer(
    save: Save,
    node: RaftNode,
    from: number,
    entries: readonly Entry[],
    to: NodeId,
    answer: Appended,
    ctx: Ctx,
  ): void;
  // -- replication (§5.3, §5.4.2)
  isFromStaleLeader(node: RaftNode, term: number): boolean;
  matchesPrevious(node: RaftNode, m: Append): boolean;
  /** A conflicting suffix goes, new entries come; returns the index from which the log changed, 0 for nowhere. */
  takeEntries(node: RaftNode, m: Append): number;
  acknowledged(node: RaftNode, m: Append): number;
  commitOfFollower(node: RaftNode, m: Append): number;
  isAnswerTo(node: RaftNode, answer: Appended): boolean;
  newMatch(known: number, match: number): number;
  afterSending(node: RaftNode, to: NodeId, upTo: number): void;
  mayCommit(node: RaftNode, index: number): boolean;
  // -- members, sessions, reads (thesis §4, §6)
  mayChangeMembers(node: RaftNode): boolean;
  isRepeated(machine: StateMachine, write: Operation): boolean;
  leaseLength(settings: Settings): number;
  /** The clock by which a leader times its lease. */
  leaseTime(ctx: Ctx): number;
  /** Whether the leader may answer a read at once, and whether a round has confirmed it. */
  holdsLease(node: RaftNode, now: number): boolean;
  isConfirmed(node: RaftNode): boolean;
}

const hasCommittedInTerm = (node: RaftNode): boolean => termOf(node, node.commit) === node.term;

export const raftRules: RaftRules = {
  isNewTerm: (node, term) => term > node.term,
  isOverBy: (node, term) => term > node.term,
  enterTerm(node, term) {
    node.term = term;
    node.votedFor = -1;
  },
  mayVote: (node, candidate) => node.votedFor === -1 || node.votedFor === candidate,
  /** The later last term wins; on a tie the longer log does. */
  isUpToDate(node, candidate) {
    const last = lastOf(node);
    const term = termOf(node, last);
    return candidate.lastTerm > term || (candidate.lastTerm === term && candidate.lastIndex >= last);
  },
  isVoteFor: (node, term) => term === node.term,
  /** A set: a repeated vote counts once. */
  addVote: (votes, from) => votes | (1 << from),
  isQuorum: (config, nodes) =>
    votesIn(nodes & config.voters) >= config.quorum &&
    (config.next === 0 || votesIn(nodes & config.next) >= config.nextQuorum),
  record: recordOf,
  saveAndAnswer(save, node, from, entries, to, answer, ctx) {
    save(node, from, entries, ctx);
    ctx.send(to, answer);
  },
  isFromStaleLeader: (node, term) => term < node.term,
  /** What comes before the first entry kept is committed, and committed logs match. */
  matchesPrevious: (node, m) =>
    m.previousIndex < node.log.first - 1 || termOf(node, m.previousIndex) === m.previousTerm,
  takeEntries(node, m) {
    const { log } = node;
    let changed = 0;
    let index = m.previousIndex;
    for (const entry of m.entries) {
      index++;
      if (index < log.first) continue; // dropped, so held before
      if (index < log.end) {
        if (termOf(node, index) === entry.term) continue; // held already
        log.truncateFrom(index);
        node.happened |= TRUNCATED;
      }
      if (changed === 0) changed = index;
      log.append(entry);
    }
    return changed;
  },
  acknowledged: (_node, m) => m.previousIndex + m.entries.length,
  /** What lies beyond the entries of this message may be an old leader's. */
  commitOfFollower: (_node, m) => Math.min(m.commit, m.previousIndex + m.entries.length),
  isAnswerTo: (node, answer) => answer.term === node.term,
  newMatch: (known, match) => (match > known ? match : known),
  afterSending() {},
  /** An entry of an earlier term is committed only by one of the own term after it (figure 8). */
  mayCommit: (node, index) => termOf(node, index) === node.term,
  /** One change at a time, and only after an entry of the own term (Ongaro, raft-dev, July 2015). */
  mayChangeMembers: (node) => node.configIndex <= node.commit && hasCommittedInTerm(node),
  isRepeated: (machine, write) => machine.applied.mayHave(write.id),
  /** The shortest timeout by the fastest clock, measured with the slowest. */
  leaseLength: ({ electionTimeoutMin, clockDriftBound: drift }) =>
    (electionTimeoutMin * (1 - drift)) / (1 + drift),
  leaseTime: (ctx) => ctx.localTime(),
  holdsLease: (node, now) => node.lead !== null && now < node.lead.leaseUntil && hasCommittedInTerm(node),
  isConfirmed: (node) => node.lead !== null && raftRules.isQuorum(node.config, node.lead.roundFrom),
};
