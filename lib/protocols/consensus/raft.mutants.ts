/**
 * Raft with one rule broken at a time.
 *
 * Sources: the rules are those of Ongaro & Ousterhout, ATC 2014 (§ numbers) and Ongaro, Stanford 2014 (thesis); the list
 * collects mistakes known from implementations. What a mutant's class rests on is measured by campaigns; where chance does
 * not find it, a scenario shows it.
 */
import type { Mutant } from "../../simulation/mutant.ts";
import { erased } from "../../simulation/protocol.ts";
import { raftWith } from "./raft.ts";
import { type RaftRules, raftRules } from "./raft-rules.ts";
import { type Append, lastIndex, type RaftNode, TRUNCATED, termAt } from "./raft-state.ts";
import { countVotes } from "./settings.ts";

const PAPER = "Ongaro & Ousterhout, In Search of an Understandable Consensus Algorithm, ATC 2014";
const THESIS = "Ongaro, Consensus: Bridging Theory and Practice, Stanford 2014";

function mutant(
  id: string,
  name: string,
  source: string,
  patch: Partial<RaftRules>,
  more: Partial<Pick<Mutant, "kind" | "reason" | "nodes" | "settings" | "scenario">> = {},
): Mutant {
  const protocol = erased(raftWith({ ...raftRules, ...patch }));
  return { id, name, source, kind: "safety", ...more, protocol };
}

/** Appends the entries of a message as `place` says; returns the index from which the log changed, 0 for nowhere. */
function takeBy(place: (node: RaftNode, m: Append, index: number, i: number) => boolean) {
  return (node: RaftNode, m: Append): number => {
    let changed = 0;
    m.entries.forEach((_, i) => {
      const index = m.previousIndex + 1 + i;
      if (index >= node.log.first && place(node, m, index, i) && changed === 0) changed = index;
    });
    return changed;
  };
}

/** A follower that lacks entries hears a bare heartbeat only while the leader gathers a batch. */
const BATCHES = { batchMax: 4, batchDelay: 0.002 } as const;
const FIVE = { nodes: 5 } as const;
const RARE = "needs a chain of elections that chance hardly ever draws";

export const raftMutants: readonly Mutant[] = [
  mutant(
    "R1",
    "commit-prior-term",
    `${PAPER}, §5.4.2, figure 8`,
    { mayCommit: () => true },
    { kind: "scripted", reason: RARE, settings: BATCHES, scenario: "raft-figure-8" },
  ),
  mutant(
    "R2",
    "vote-not-persisted",
    `${PAPER}, §5.2`,
    { record: (node, from, entries) => ({ ...raftRules.record(node, from, entries), votedFor: -1 }) },
    { scenario: "raft-forgotten-vote" },
  ),
  mutant("R3", "term-not-persisted", `${PAPER}, figure 2`, {
    record: (node, from, entries) => ({ ...raftRules.record(node, from, entries), term: 0, votedFor: -1 }),
  }),
  mutant("R4", "ack-before-fsync", `${PAPER}, figure 2`, {
    saveAndAnswer(save, node, from, entries, to, answer, ctx) {
      ctx.send(to, answer);
      save(node, from, entries, ctx);
    },
  }),
  mutant("R5", "no-up-to-date-check", `${PAPER}, §5.4.1`, { isUpToDate: () => true }),
  mutant("R6", "longer-log-wins", `${PAPER}, §5.4.1`, {
    isUpToDate: (node, candidate) => candidate.lastIndex >= lastIndex(node),
  }),
  mutant("R7", "up-to-date-term-only", `${PAPER}, §5.4.1`, {
    isUpToDate: (node, candidate) => candidate.lastTerm >= termAt(node, lastIndex(node)),
  }),
  mutant("R8", "vote-twice-in-a-term", `${PAPER}, §5.2`, { mayVote: () => true }),
  mutant("R9", "quorum-off-by-one", `${PAPER}, §5.2`, {
    isQuorum: (config, nodes) => countVotes(nodes & config.voters) >= config.quorum - 1,
  }),
  mutant("R10", "no-previous-log-check", `${PAPER}, §5.3`, { matchesPrevious: () => true }),
  mutant("R11", "truncate-on-stale-append", `${PAPER}, figure 2, AppendEntries step 3`, {
    takeEntries(node, m) {
      const changed = raftRules.takeEntries(node, m);
      const end = m.previousIndex + m.entries.length + 1;
      if (m.entries.length === 0 || end >= node.log.end || end < node.log.first) return changed;
      node.log.truncateFrom(end);
      return changed === 0 ? end : changed;
    },
  }),
  mutant("R12", "count-stale-votes", `${PAPER}, §5.2`, { isVoteFor: () => true }),
  mutant(
    "R13",
    "count-duplicate-votes",
    `${PAPER}, §5.2`,
    { addVote: (votes) => votes | (votes + 1) }, // counts messages, not nodes
    FIVE,
  ),
  mutant("R14", "never-truncate-conflict", `${PAPER}, §5.3`, {
    takeEntries: takeBy((node, m, index, i) => {
      if (index < node.log.end) return false;
      node.log.append(m.entries[i]);
      return true;
    }),
  }),
  mutant("R15", "keep-conflicting-suffix", `${PAPER}, §5.3`, {
    takeEntries: takeBy((node, m, index, i) => {
      if (index < node.log.end && termAt(node, index) === m.entries[i].term) return false;
      if (index < node.log.end) node.happened |= TRUNCATED;
      node.log.set(index, m.entries[i]);
      return true;
    }),
  }),
  mutant(
    "R16",
    "commit-past-match",
    `${PAPER}, figure 2, AppendEntries step 5`,
    { commitOfFollower: (_node, m) => m.commit },
    { settings: BATCHES },
  ),
  mutant("R17", "optimistic-match", `${PAPER}, §5.3`, {
    afterSending(node, to, upTo) {
      if (node.lead !== null) node.lead.matchIndex[to] = Math.max(node.lead.matchIndex[to], upTo);
    },
  }),
  mutant(
    "R18",
    "ack-own-length",
    `${PAPER}, §5.3`,
    { acknowledged: (node) => lastIndex(node) },
    { kind: "scripted", reason: RARE, settings: BATCHES, scenario: "raft-own-length" },
  ),
  mutant("R19", "accept-stale-leader", `${PAPER}, §5.1`, { isFromStaleLeader: () => false }),
  mutant(
    "R20",
    "vote-not-cleared-on-new-term",
    `${PAPER}, §5.2`,
    {
      enterTerm(node, term) {
        node.term = term;
      },
    },
    { kind: "liveness", reason: "who has voted never votes for another again, so elections stop" },
  ),
  mutant(
    "R21",
    "match-regress",
    `${PAPER}, §5.3`,
    { newMatch: (_known, match) => match },
    {
      kind: "equivalent",
      reason:
        "an old acknowledgement lowers what the leader believes; it commits later, and the next acknowledgement mends it",
    },
  ),
  mutant(
    "R22",
    "no-step-down",
    `${PAPER}, §5.1`,
    { isOverBy: () => false },
    {
      kind: "liveness",
      reason:
        "an old leader commits nothing more, and keeps clients; only a newer leader's messages depose it",
    },
  ),
  mutant(
    "R23",
    "count-stale-acks",
    `${PAPER}, §5.3`,
    { isAnswerTo: () => true },
    { kind: "scripted", reason: RARE, scenario: "raft-stale-ack" },
  ),
  mutant(
    "R24",
    "single-server-change-without-commit",
    `${THESIS}, §4.1; Ongaro, bug in single-server membership changes, raft-dev, 10 July 2015`,
    { mayChangeMembers: (node) => node.configIndex <= node.commit },
    { kind: "scripted", reason: RARE, nodes: 5, scenario: "raft-single-server-change" },
  ),
  mutant(
    "R25",
    "lease-without-drift",
    `${THESIS}, §6.4.1`,
    { leaseLength: (settings) => settings.electionTimeoutMin },
    {
      kind: "scripted",
      reason: "all clocks of a walk run alike",
      settings: { reads: "lease" },
      scenario: "raft-lease-drift",
    },
  ),
  mutant(
    "R26",
    "retry-applied-twice",
    `${THESIS}, §6.3`,
    { isRepeated: () => false },
    { scenario: "raft-retry" },
  ),
  mutant(
    "R27",
    "read-without-round",
    `${THESIS}, §6.4`,
    { isConfirmed: (node) => node.lead !== null },
    { settings: { reads: "readIndex" }, scenario: "raft-stale-read" },
  ),
  mutant(
    "R28",
    "lease-by-wall-clock",
    `${THESIS}, §6.4.1: a lease assumes that clocks do not jump`,
    { leaseTime: (ctx) => ctx.wallTime() },
    {
      kind: "scripted",
      reason: "no clock of a walk is set",
      settings: { reads: "lease" },
      scenario: "raft-wall-clock-lease",
    },
  ),
];
