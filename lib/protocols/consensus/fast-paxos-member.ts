/**
 * What every node of Fast Paxos does: it proposes for its clients, votes, and applies what is chosen.
 *
 * Source: Lamport, "Fast Paxos", Distributed Computing 19(2), 2006, §3.1 (fast rounds) and §3.2 (uncoordinated retry of
 * what lost: the proposer itself tries again, in a later slot).
 */
import type { NodeId, Operation } from "../../simulation/protocol.ts";
import type { FastPaxosRules } from "./fast-paxos-rules.ts";
import type { Ctx, FastPaxosMessage, FastPaxosNode, Mine, Vote, Voted } from "./fast-paxos-state.ts";
import * as state from "./fast-paxos-state.ts";
import { countVotes } from "./settings.ts";

const { CAUGHT_UP, CHOSE_FAST, CHOSEN, classicRound, fastRound, idOf, isFast, REPEATED, TRIED_AGAIN } = state;

/** Slots told in one answer, and proposals made again at a time. */
const AT_ONCE = 256;
/** Looks at the clock after which something is taken for lost; each is at least a round trip. */
export const PATIENT = 2;

type Of<K extends FastPaxosMessage["kind"]> = Extract<FastPaxosMessage, { kind: K }>;

export interface FastPaxosMember {
  /** Proposes an operation of an own client in the next slot (or later, when no fast round is open). */
  propose(node: FastPaxosNode, operation: Operation, ctx: Ctx): void;
  /** Proposes what has waited for a fast round. */
  proposePending(node: FastPaxosNode, ctx: Ctx): void;
  /** Makes proposals again that may have been lost. */
  proposeAgain(node: FastPaxosNode, ctx: Ctx): void;
  /** Phase 2b of the fast round. */
  voteFast(node: FastPaxosNode, slot: number, operation: Operation | null, proposer: NodeId, ctx: Ctx): void;
  /** Phase 2b of the classic round of this node's ballot. */
  voteClassic(node: FastPaxosNode, slot: number, operation: Operation | null, ctx: Ctx): void;
  /** A vote for an own proposal. */
  countOwn(node: FastPaxosNode, m: Voted, from: NodeId, ctx: Ctx): void;
  /** The value of a slot is known. */
  settle(node: FastPaxosNode, slot: number, operation: Operation | null, ctx: Ctx): void;
  /** Every node has applied the slots before `held`: so has this one, before it was down. */
  hold(node: FastPaxosNode, held: number, ctx: Ctx): void;
  hearChosen(node: FastPaxosNode, m: Of<"chosen">, from: NodeId, ctx: Ctx): void;
  tell(node: FastPaxosNode, slot: number, to: NodeId, ctx: Ctx): void;
  teach(node: FastPaxosNode, from: number, to: NodeId, ctx: Ctx): void;
  learned(node: FastPaxosNode, m: Of<"learned">, from: NodeId, ctx: Ctx): void;
}

/** Whether a fast round is open for this node. */
export const isOpen = (node: FastPaxosNode): boolean =>
  node.promised >= 0 && node.fastBallot === node.promised;
export const coordinatorOf = (node: FastPaxosNode): NodeId => node.promised % node.group;

export function memberBy(rules: FastPaxosRules): FastPaxosMember {
  const propose = (node: FastPaxosNode, operation: Operation, ctx: Ctx): void => {
    if (!isOpen(node)) {
      node.pending.push(operation);
      return;
    }
    const slot = Math.max(node.next, node.fastFrom);
    node.mine.set(slot, { operation, ballot: node.promised, votes: 0, age: 0 });
    ctx.broadcast({ kind: "propose", slot, operation });
    voteFast(node, slot, operation, ctx.self, ctx);
  };

  const proposeAgain = (node: FastPaxosNode, ctx: Ctx): void => {
    if (!isOpen(node)) return;
    let left = AT_ONCE;
    for (const [slot, mine] of node.mine) {
      if (++mine.age < PATIENT || slot < node.fastFrom || left-- === 0) continue;
      if (node.log.get(slot)?.round === CHOSEN) continue;
      if (mine.ballot !== node.promised) Object.assign(mine, { ballot: node.promised, votes: 0 });
      ctx.broadcast({ kind: "propose", slot, operation: mine.operation });
      voteFast(node, slot, mine.operation, ctx.self, ctx);
    }
  };

  const put = (node: FastPaxosNode, vote: Vote): void => {
    node.log.set(vote.slot, vote);
    if (vote.slot >= node.next) node.next = vote.slot + 1;
  };

  const sendVoted = (node: FastPaxosNode, vote: Vote, proposer: NodeId, ctx: Ctx): void => {
    const { slot, round, operation } = vote;
    const voted = { kind: "voted", round, slot, id: idOf(operation), applied: node.applied } as const;
    const coordinator = coordinatorOf(node);
    ctx.send(coordinator, voted);
    if (proposer !== coordinator) ctx.send(proposer, voted);
  };

  const voteFast: FastPaxosMember["voteFast"] = (node, slot, operation, proposer, ctx) => {
    if (slot < node.log.first) return; // everybody has applied it
    const known = node.log.get(slot);
    if (known?.round === CHOSEN) {
      if (proposer !== ctx.self) tell(node, slot, proposer, ctx);
    } else if (rules.mayVoteFast(node, slot)) {
      const vote = { slot, round: fastRound(node.promised), operation };
      put(node, vote);
      rules.saveVote(node, vote, ctx);
      sendVoted(node, vote, proposer, ctx);
    } else if (known?.round === fastRound(node.promised)) {
      // What it said may have been lost; to a coordinator that proposes again its vote for another value matters too.
      const isSame = idOf(known.operation) === idOf(operation);
      if (!isSame && proposer !== coordinatorOf(node)) return;
      ctx.barrier();
      sendVoted(node, known, proposer, ctx);
    }
  };

  const voteClassic: FastPaxosMember["voteClassic"] = (node, slot, operation, ctx) => {
    if (slot < node.log.first) return;
    const vote = { slot, round: classicRound(node.promised), operation };
    if (node.log.get(slot)?.round === CHOSEN) {
      ctx.barrier();
    } else {
      put(node, vote);
      rules.saveVote(node, vote, ctx);
    }
    const coordinator = coordinatorOf(node);
    sendVoted(node, vote, coordinator, ctx);
    retryLoser(node, slot, operation, ctx);
  };

  /** In this slot another value is chosen, or will be: the own one goes into a later slot. */
  const retryLoser = (node: FastPaxosNode, slot: number, winner: Operation | null, ctx: Ctx): void => {
    const mine = node.mine.get(slot);
    if (mine === undefined || mine.operation.id === idOf(winner)) return;
    node.mine.delete(slot);
    node.happened |= TRIED_AGAIN;
    propose(node, mine.operation, ctx);
  };

  const settle: FastPaxosMember["settle"] = (node, slot, operation, ctx) => {
    const vote = node.log.get(slot);
    if (slot < node.log.first || vote?.round === CHOSEN) return;
    ctx.claim("chosen", slot, idOf(operation) + 1);
    const entry = { slot, round: CHOSEN, operation };
    put(node, entry);
    // What this node calls applied it must hold after a crash too.
    if (vote === undefined || idOf(vote.operation) !== idOf(operation)) rules.saveVote(node, entry, ctx);
    let next = node.log.get(node.applied);
    while (next?.round === CHOSEN) {
      apply(node, next, ctx);
      next = node.log.get(node.applied);
    }
    retryLoser(node, slot, operation, ctx);
  };

  const apply = (node: FastPaxosNode, { slot, operation }: Vote, ctx: Ctx): void => {
    node.applied = slot + 1;
    if (operation === null) return;
    const mine: Mine | undefined = node.mine.get(slot);
    const answers = mine?.operation.id === operation.id;
    if (answers) node.mine.delete(slot);
    const { machine } = node;
    if (operation.kind === "read") {
      if (answers) ctx.reply(operation, machine.values.get(operation.key));
      return;
    }
    const repeated = rules.isRepeated(machine, operation);
    if (repeated) node.happened |= REPEATED;
    state.applyWrite(machine, operation, repeated);
    if (answers && machine.applied.has(operation.id)) ctx.reply(operation, operation.id);
  };

  const tell: FastPaxosMember["tell"] = (node, slot, to, ctx) => {
    const vote = node.log.get(slot);
    if (vote === undefined) return;
    if (vote.round === CHOSEN) ctx.send(to, { kind: "learned", entries: [vote], known: 0 });
    else ctx.send(to, { kind: "value", slot, operation: vote.operation });
  };

  return {
    propose,
    proposeAgain,
    proposePending(node, ctx) {
      if (node.pending.length === 0 || !isOpen(node)) return;
      for (const operation of node.pending.splice(0)) propose(node, operation, ctx);
    },
    voteFast,
    voteClassic,
    countOwn(node, m, from, ctx) {
      const mine = node.mine.get(m.slot);
      if (mine === undefined || !isFast(m.round) || m.id !== mine.operation.id) return;
      if (m.round !== fastRound(mine.ballot)) return;
      mine.votes = rules.addVote(mine.votes, from);
      if (countVotes(mine.votes) < rules.fastNeeded(ctx.settings)) return;
      node.happened |= CHOSE_FAST;
      settle(node, m.slot, mine.operation, ctx);
    },
    settle,
    hold(node, held, ctx) {
      if (held <= node.held) return;
      node.held = held;
      while (node.applied < held) {
        const vote = node.log.get(node.applied);
        if (vote === undefined) return;
        settle(node, vote.slot, vote.operation, ctx);
      }
      node.log.dropBefore(held);
    },
    hearChosen(node, { slot, id }, from, ctx) {
      if (slot < node.log.first) return;
      const vote = node.log.get(slot);
      const own = node.mine.get(slot)?.operation;
      if (vote?.round === CHOSEN) return;
      if (vote !== undefined && rules.isSame(vote, id)) settle(node, slot, vote.operation, ctx);
      else if (own?.id === id) settle(node, slot, own, ctx);
      else if (id < 0) settle(node, slot, null, ctx);
      else ctx.send(from, { kind: "fetch", slot });
    },
    tell,
    teach(node, from, to, ctx) {
      const entries: Vote[] = [];
      const upTo = Math.min(node.log.end, from + AT_ONCE);
      for (let slot = Math.max(from, node.log.first); slot < upTo; slot++) {
        const vote = node.log.get(slot);
        if (vote?.round === CHOSEN) entries.push(vote);
      }
      if (entries.length > 0) ctx.send(to, { kind: "learned", entries, known: node.applied });
    },
    learned(node, m, from, ctx) {
      const before = node.applied;
      for (const { slot, operation } of m.entries) settle(node, slot, operation, ctx);
      if (node.applied === before) return;
      node.happened |= CAUGHT_UP;
      if (m.known > node.applied) ctx.send(from, { kind: "learn", from: node.applied });
    },
  };
}
