/**
 * The decisions on which the safety of Multi-Paxos rests, one function each. A known bug is one of them replaced.
 *
 * Sections are those of Lamport, "Paxos Made Simple", 2001.
 */
import { majority } from "../../core/system.ts";
import type { Operation } from "../../simulation/protocol.ts";
import {
  type Accept,
  CHOSEN,
  type Configuration,
  type Ctx,
  type MultiPaxosNode,
  type Settings,
} from "./multi-paxos-state.ts";
import type { StateMachine } from "./raft-machine.ts";
import { countVotes } from "./settings.ts";

// Copies: an imported binding is read through its module at each use.
const [votesIn, KNOWN] = [countVotes, CHOSEN];

export interface MultiPaxosRules {
  /** The next ballot: above any this node has seen, and nobody else's. */
  nextBallot(node: MultiPaxosNode, ctx: Ctx): number;
  /** §2.2, P1a: nothing below a promise is promised or accepted; both promise the ballot they answer. */
  mayPromise(node: MultiPaxosNode, ballot: number): boolean;
  notePromise(node: MultiPaxosNode, ballot: number): void;
  mayAccept(node: MultiPaxosNode, ballot: number): boolean;
  noteAccept(node: MultiPaxosNode, ballot: number): void;
  /** What is durable before an answer leaves. */
  savePromise(node: MultiPaxosNode, ctx: Ctx): void;
  saveAccept(accept: Accept, ctx: Ctx): void;
  /** P2c: whether what an acceptor tells replaces what the candidate knows of a slot. */
  adopts(known: Accept | undefined, told: Accept): boolean;
  /** An answer counts for the ballot that asked, and for no other; who has answered is a set. */
  isOfBallot(node: MultiPaxosNode, ballot: number): boolean;
  isVoteFor(node: MultiPaxosNode, ballot: number): boolean;
  addPromise(promises: number, from: number): number;
  addVote(votes: number, from: number): number;
  /** What a new ballot forgets of the one before. */
  forget(node: MultiPaxosNode): void;
  /** Phase 1 and phase 2 quorums of a group. */
  quorums(
    settings: Settings,
    members: number,
    first: number,
  ): Pick<Configuration, "prepareQuorum" | "quorum">;
  hasPromises(config: Configuration, promises: number): boolean;
  /** An acceptor that has dropped slots cannot tell what it accepted there. */
  canTell(firstKept: number, firstOpen: number): boolean;
  /** §3: a slot nobody is known to have voted on, below one somebody did, gets a no-op. */
  fillsGaps: boolean;
  /** What a node holds of a slot is the chosen value, given that the leader of `ballot` calls the slot chosen. */
  isChosen(accept: Accept, ballot: number, held: number): boolean;
  /** §3: a group chosen at a slot votes alpha slots later. */
  inForceFrom(slot: number, alpha: number): number;
  /** A write that a client asked for twice is applied once. */
  isRepeated(machine: StateMachine, write: Operation): boolean;
}

export const multiPaxosRules: MultiPaxosRules = {
  nextBallot: (node, ctx) => (Math.floor(node.promised / ctx.nodes) + 1) * ctx.nodes + ctx.self,
  mayPromise: (node, ballot) => ballot >= node.promised,
  notePromise(node, ballot) {
    node.promised = ballot;
  },
  mayAccept: (node, ballot) => ballot >= node.promised,
  noteAccept(node, ballot) {
    node.promised = ballot;
  },
  savePromise(node, ctx) {
    if (node.savedPromise >= node.promised) {
      ctx.barrier(); // what the promise tells may still be on its way to the disk
      return;
    }
    node.savedPromise = node.promised;
    ctx.persist({ kind: "promised", ballot: node.promised });
  },
  saveAccept(accept, ctx) {
    ctx.persist(accept);
  },
  adopts: (known, told) => known === undefined || known.ballot < told.ballot,
  isOfBallot: (node, ballot) => ballot === node.promised,
  isVoteFor: (node, ballot) => ballot === node.promised,
  addPromise: (promises, from) => promises | (1 << from),
  addVote: (votes, from) => votes | (1 << from),
  forget(node) {
    node.promises = 0;
  },
  quorums(settings, members, first) {
    const common = majority(first);
    const sized = (quorum: number): number =>
      Math.max(1, Math.min(members, majority(members) + quorum - common));
    const quorum = sized(settings.quorum);
    const prepareQuorum = sized(settings.prepareQuorum ?? settings.quorum);
    // Of another group than the one the settings speak of, what is stated may not suffice for quorums to meet.
    return {
      quorum,
      prepareQuorum: members === first ? prepareQuorum : Math.max(prepareQuorum, members - quorum + 1),
    };
  },
  hasPromises: (config, promises) => votesIn(promises & config.members) >= config.prepareQuorum,
  canTell: (firstKept, firstOpen) => firstKept <= firstOpen,
  fillsGaps: true,
  /**
   * The leader's own proposal, or what every node held once, or what was learned. Anything else may have been
   * overtaken: accepted in an older ballot than the one in which the slot was settled.
   */
  isChosen: (accept, ballot, held) =>
    accept.ballot === ballot || accept.ballot === KNOWN || accept.slot < held,
  inForceFrom: (slot, alpha) => slot + alpha,
  isRepeated: (machine, write) => machine.applied.mayHave(write.id),
};

/** A group as it votes from a slot on. */
export function configuration(
  from: number,
  members: number,
  settings: Settings,
  rules: MultiPaxosRules,
): Configuration {
  return { from, members, ...rules.quorums(settings, votesIn(members), settings.members) };
}

/** Groups after a new one was chosen at `slot`: those that no open slot can need any more go. */
export function regrouped(
  configs: readonly Configuration[],
  { slot, members }: Accept,
  settings: Settings,
  rules: MultiPaxosRules,
): readonly Configuration[] {
  const added = [
    ...configs,
    configuration(rules.inForceFrom(slot, settings.alpha), members, settings, rules),
  ];
  return added.filter((_, i) => i + 1 === added.length || added[i + 1].from > slot);
}
