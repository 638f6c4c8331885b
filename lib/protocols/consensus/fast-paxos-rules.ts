/**
 * The decisions on which the safety of Fast Paxos rests, one function each. A known bug is one of them replaced.
 *
 * Sections are those of Lamport, "Fast Paxos", Distributed Computing 19(2), 2006.
 */
import type { Operation } from "../../simulation/protocol.ts";
import {
  type Ctx,
  type FastPaxosNode,
  fastRound,
  idOf,
  isFast,
  type Settings,
  type Tally,
  type Vote,
} from "./fast-paxos-state.ts";
import type { StateMachine } from "./raft-machine.ts";

export interface FastPaxosRules {
  mayPromise(node: FastPaxosNode, ballot: number): boolean;
  mayAccept(node: FastPaxosNode, ballot: number): boolean;
  /** §3.1: an acceptor votes in a fast round once, only when it was opened, and never below its promise. */
  mayVoteFast(node: FastPaxosNode, slot: number): boolean;
  /** What is durable before an answer leaves. */
  savePromise(node: FastPaxosNode, ctx: Ctx): void;
  saveVote(node: FastPaxosNode, vote: Vote, ctx: Ctx): void;
  /** Fast votes and classic votes that choose a value. */
  fastNeeded(settings: Settings): number;
  classicNeeded(settings: Settings): number;
  /** Promises, or votes in the fast round that stand for promises (§3.2), from which a value may be picked. */
  promisesNeeded(settings: Settings): number;
  /** A vote counts in its round only. */
  isOfRound(round: number, expected: number): boolean;
  addVote(votes: number, from: number): number;
  /** §3.2, observation 4: the value that may have been chosen, by the votes of a quorum of so many nodes. */
  pick(votes: readonly Vote[], quorum: number, nodes: number, fastQuorum: number): Operation | null;
  /** Where a new coordinator opens its fast round: after every slot that anybody voted on. */
  openFrom(chosen: number, end: number): number;
  /** Word that a value is chosen applies to a vote for that value, not to another in that slot. */
  isSame(vote: Vote, id: number): boolean;
  fillsGaps: boolean;
  isRepeated(machine: StateMachine, write: Operation): boolean;
}

export const fastPaxosRules: FastPaxosRules = {
  mayPromise: (node, ballot) => ballot >= node.promised,
  mayAccept: (node, ballot) => ballot >= node.promised,
  mayVoteFast(node, slot) {
    if (node.fastBallot !== node.promised || node.promised < 0 || slot < node.fastFrom) return false;
    const vote = node.log.get(slot);
    return vote === undefined || vote.round < fastRound(node.promised);
  },
  savePromise(node, ctx) {
    if (node.savedPromise >= node.promised) {
      ctx.barrier(); // what is told may still be on its way to the disk
      return;
    }
    node.savedPromise = node.promised;
    ctx.persist({ promised: node.promised });
  },
  saveVote({ promised, held }, { slot, round, operation }, ctx) {
    ctx.persist({ slot, round, operation, promised, held }); // field by field: a spread is twenty times as slow
  },
  fastNeeded: (settings) => settings.fastQuorum,
  classicNeeded: (settings) => settings.quorum,
  promisesNeeded: (settings) => settings.quorum,
  isOfRound: (round, expected) => round === expected,
  addVote: (votes, from) => votes | (1 << from),
  /**
   * Of the highest round voted in: the only value there is, or the one that all of some fast quorum may have voted for:
   * at most n - qf nodes outside a fast quorum, so all but that many of those heard. There is at most one such value, as
   * any two fast quorums meet within any quorum heard. Without one, nothing was chosen and any value will do.
   */
  pick(votes, quorum, nodes, fastQuorum) {
    let highest = -1;
    for (const { round } of votes) if (round > highest) highest = round;
    const last = votes.filter((vote) => vote.round === highest);
    if (last.length === 0) return null;
    if (!isFast(highest)) return last[0].operation;
    const mayBeChosen = last.find(
      ({ operation }) => countOf(last, idOf(operation)) >= quorum + fastQuorum - nodes,
    );
    return (mayBeChosen ?? last[0]).operation;
  },
  openFrom: (_chosen, end) => end,
  isSame: (vote, id) => idOf(vote.operation) === id,
  fillsGaps: true,
  isRepeated: (machine, write) => machine.applied.mayHave(write.id),
};

export function countOf(votes: readonly Vote[], id: number): number {
  let count = 0;
  for (const { operation } of votes) if (idOf(operation) === id) count++;
  return count;
}

/** The most votes one value has in a slot. */
export function mostVotes({ ids }: Tally): number {
  let most = 0;
  for (const id of ids) {
    if (id === undefined) continue;
    let count = 0;
    for (const other of ids) if (other === id) count++;
    if (count > most) most = count;
  }
  return most;
}
