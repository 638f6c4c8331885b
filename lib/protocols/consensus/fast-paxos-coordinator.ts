/**
 * The coordinator of Fast Paxos: it settles what was left open, opens a fast round, and sees that every slot ends.
 *
 * Source: Lamport, "Fast Paxos", Distributed Computing 19(2), 2006, §3.1 to §3.3. After a collision the votes of round i
 * stand for promises of round i + 1, which the same node coordinates: phase 1 is left out (§3.2, coordinated recovery).
 */
import { SlidingLog } from "../../core/sliding-log.ts";
import type { NodeId, Operation } from "../../simulation/protocol.ts";
import { type FastPaxosMember, PATIENT } from "./fast-paxos-member.ts";
import { type FastPaxosRules, mostVotes } from "./fast-paxos-rules.ts";
import type { Ctx, FastPaxosNode, PromiseMessage, Tally, Vote, Voted } from "./fast-paxos-state.ts";
import * as state from "./fast-paxos-state.ts";
import { countVotes } from "./settings.ts";

const { CHOSE_FAST, CHOSEN, COLLIDED, classicRound, FILLED_GAP, fastRound, idOf, newTally, TOOK_OVER } =
  state;

/** Slots looked after at a time. */
const AT_ONCE = 64;

export interface FastPaxosCoordinator {
  campaign(node: FastPaxosNode, ctx: Ctx): void;
  promise(node: FastPaxosNode, m: PromiseMessage, from: NodeId, ctx: Ctx): void;
  voted(node: FastPaxosNode, m: Voted, from: NodeId, ctx: Ctx): void;
  /** A value proposed in a slot, though this node may have voted for another. */
  see(node: FastPaxosNode, slot: number, operation: Operation | null, ctx: Ctx): void;
  /** Now and then: says again that its round is open, and moves what does not move. */
  watch(node: FastPaxosNode, ctx: Ctx): void;
}

export function promiseOf(node: FastPaxosNode, from: number, ballot: number): PromiseMessage {
  const votes: Vote[] = [];
  for (let slot = Math.max(from, node.log.first); slot < node.log.end; slot++) {
    const vote = node.log.get(slot);
    if (vote !== undefined) votes.push(vote);
  }
  return { kind: "promise", ballot, votes, held: node.held };
}

export function coordinatorBy(rules: FastPaxosRules, member: FastPaxosMember): FastPaxosCoordinator {
  /** Phase 1a. The own promise counts once it is durable: a ballot is never used twice. */
  const campaign = (node: FastPaxosNode, ctx: Ctx): void => {
    node.promised = (Math.floor(node.promised / ctx.nodes) + 1) * ctx.nodes + ctx.self;
    node.role = "candidate";
    node.promises = new Array<PromiseMessage | undefined>(ctx.nodes).fill(undefined);
    const own = promiseOf(node, node.applied, node.promised);
    rules.savePromise(node, ctx);
    ctx.broadcast({ kind: "prepare", ballot: node.promised, from: node.applied });
    ctx.send(ctx.self, own);
  };

  const promise: FastPaxosCoordinator["promise"] = (node, m, from, ctx) => {
    if (node.role !== "candidate" || m.ballot !== node.promised) return;
    node.promises[from] = m;
    member.hold(node, m.held, ctx);
    for (const { slot, round, operation } of m.votes)
      if (round === CHOSEN) member.settle(node, slot, operation, ctx);
    const promises = node.promises.filter((known): known is PromiseMessage => known !== undefined);
    if (promises.length >= rules.promisesNeeded(ctx.settings)) lead(node, promises, ctx);
  };

  const lead = (node: FastPaxosNode, promises: readonly PromiseMessage[], ctx: Ctx): void => {
    ctx.claim("leader", node.promised, ctx.self);
    node.timesLed++;
    node.role = "coordinator";
    if (node.promised >= ctx.nodes) node.happened |= TOOK_OVER;
    node.tallies = new SlidingLog<Tally>(node.applied);
    node.appliedAt.fill(0);
    let end = node.log.end;
    for (const { votes } of promises) for (const { slot } of votes) end = Math.max(end, slot + 1);
    node.fastBallot = node.promised;
    node.fastFrom = rules.openFrom(node.applied, end);
    node.next = Math.max(node.next, node.fastFrom);
    ctx.clearTimer("election");
    for (let slot = node.applied; slot < node.fastFrom; slot++) {
      if (node.log.get(slot)?.round === CHOSEN) continue;
      const votes = promises.flatMap((m) => m.votes.filter((vote) => vote.slot === slot));
      if (votes.length === 0) {
        if (!rules.fillsGaps) continue;
        node.happened |= FILLED_GAP;
      }
      const { fastQuorum } = ctx.settings;
      begin(node, slot, rules.pick(votes, promises.length, ctx.nodes, fastQuorum), ctx);
    }
    sayOpen(node, ctx);
    member.proposePending(node, ctx);
  };

  /** Phase 2a of the fast round, for all slots at once: any value may be voted for (§3.1). */
  const sayOpen = (node: FastPaxosNode, ctx: Ctx): void => {
    const { promised: ballot, fastFrom: from, applied: known, held } = node;
    ctx.broadcast({ kind: "any", ballot, from, known, held });
  };

  /** Phase 2a of the classic round: one value for a slot, and never another in this ballot. */
  const begin = (node: FastPaxosNode, slot: number, operation: Operation | null, ctx: Ctx): void => {
    const tally = tallyOf(node, slot);
    tally.settling = true;
    tally.value = operation;
    tally.age = 0;
    ctx.broadcast({ kind: "accept", ballot: node.promised, slot, operation });
    member.voteClassic(node, slot, operation, ctx);
  };

  const tallyOf = (node: FastPaxosNode, slot: number): Tally => {
    const known = node.tallies.get(slot);
    if (known !== undefined) return known;
    const made = newTally(node.group);
    node.tallies.set(slot, made);
    return made;
  };

  const isSettled = (node: FastPaxosNode, slot: number): boolean =>
    slot < node.tallies.first || slot < node.applied || node.log.get(slot)?.round === CHOSEN;

  const voted: FastPaxosCoordinator["voted"] = (node, m, from, ctx) => {
    if (m.applied > node.appliedAt[from]) node.appliedAt[from] = m.applied;
    const { slot } = m;
    if (isSettled(node, slot)) return;
    const tally = tallyOf(node, slot);
    if (tally.settling) {
      if (!rules.isOfRound(m.round, classicRound(node.promised))) return;
      tally.classic = rules.addVote(tally.classic, from);
      if (countVotes(tally.classic) >= rules.classicNeeded(ctx.settings))
        decide(node, slot, tally.value, ctx);
      return;
    }
    if (m.round !== fastRound(node.promised) || tally.ids[from] !== undefined) return;
    tally.ids[from] = m.id;
    tally.voters++;
    consider(node, slot, tally, false, ctx);
  };

  /** A fast quorum for one value chooses it; when none can have one any more, the votes have collided. */
  const consider = (node: FastPaxosNode, slot: number, tally: Tally, late: boolean, ctx: Ctx): void => {
    const most = mostVotes(tally);
    const needed = rules.fastNeeded(ctx.settings);
    if (most >= needed) {
      if (tally.chosenId === undefined) node.fastCommits++;
      tally.chosenId = tally.ids.find((id) => tally.ids.filter((other) => other === id).length === most);
      node.happened |= CHOSE_FAST;
      decideById(node, slot, tally, ctx);
      return;
    }
    const collided = most + ctx.nodes - tally.voters < needed;
    if ((collided || late) && tally.voters >= rules.promisesNeeded(ctx.settings))
      recover(node, slot, tally, ctx);
  };

  /** §3.2: the votes of the fast round are promises for the classic one. */
  const recover = (node: FastPaxosNode, slot: number, tally: Tally, ctx: Ctx): void => {
    const round = fastRound(node.promised);
    const votes: Vote[] = [];
    for (let voter = 0; voter < ctx.nodes; voter++) {
      const id = tally.ids[voter];
      if (id === undefined) continue;
      const operation = valueNumbered(node, slot, tally, id);
      if (operation === undefined) ctx.send(voter, { kind: "fetch", slot });
      else votes.push({ slot, round, operation });
    }
    if (votes.length < tally.voters) return; // until their values are known
    node.happened |= COLLIDED;
    node.slowCommits++;
    begin(node, slot, rules.pick(votes, tally.voters, ctx.nodes, ctx.settings.fastQuorum), ctx);
  };

  const decideById = (node: FastPaxosNode, slot: number, tally: Tally, ctx: Ctx): void => {
    const id = tally.chosenId as number;
    const operation = valueNumbered(node, slot, tally, id);
    if (operation !== undefined) decide(node, slot, operation, ctx);
    else ctx.send(tally.ids.indexOf(id), { kind: "fetch", slot });
  };

  /** The value of a number, as far as this node has seen it proposed in the slot. */
  const valueNumbered = (
    node: FastPaxosNode,
    slot: number,
    tally: Tally,
    id: number,
  ): Operation | null | undefined => {
    if (id < 0) return null;
    const vote = node.log.get(slot);
    if (vote !== undefined && idOf(vote.operation) === id) return vote.operation;
    return tally.seen.find((operation) => idOf(operation) === id);
  };

  const decide = (node: FastPaxosNode, slot: number, operation: Operation | null, ctx: Ctx): void => {
    ctx.broadcast({ kind: "chosen", slot, id: idOf(operation) });
    member.settle(node, slot, operation, ctx);
    node.tallies.dropBefore(node.applied);
  };

  const watch = (node: FastPaxosNode, ctx: Ctx): void => {
    member.hold(node, Math.min(node.applied, ...node.appliedAt), ctx);
    ctx.barrier(); // what is said again may not have been durable enough to be said at all
    sayOpen(node, ctx);
    const upTo = Math.min(node.applied + AT_ONCE, Math.max(node.tallies.end, node.next));
    for (let slot = node.applied; slot < upTo; slot++) {
      if (isSettled(node, slot)) continue;
      const tally = tallyOf(node, slot);
      if (++tally.age > PATIENT) move(node, slot, tally, ctx);
    }
  };

  /** A slot that does not end by itself: something was lost, or too few acceptors are up for a fast quorum. */
  const move = (node: FastPaxosNode, slot: number, tally: Tally, ctx: Ctx): void => {
    if (tally.settling) {
      const accept = { kind: "accept", ballot: node.promised, slot, operation: tally.value } as const;
      for (let to = 0; to < ctx.nodes; to++)
        if (to !== ctx.self && ((tally.classic >>> to) & 1) === 0) ctx.send(to, accept);
    } else if (tally.chosenId !== undefined) {
      decideById(node, slot, tally, ctx);
    } else if (tally.voters >= rules.promisesNeeded(ctx.settings)) {
      consider(node, slot, tally, true, ctx);
    } else {
      const [id] = tally.ids.filter((known) => known !== undefined);
      if (id === undefined && !rules.fillsGaps) return;
      const operation = id === undefined ? null : valueNumbered(node, slot, tally, id);
      if (id === undefined) node.happened |= FILLED_GAP;
      if (operation === undefined) {
        ctx.send(tally.ids.indexOf(id), { kind: "fetch", slot });
        return;
      }
      ctx.broadcast({ kind: "propose", slot, operation });
      member.voteFast(node, slot, operation, ctx.self, ctx);
    }
  };

  return {
    campaign,
    promise,
    voted,
    see(node, slot, operation, ctx) {
      if (isSettled(node, slot)) return;
      const tally = tallyOf(node, slot);
      const vote = node.log.get(slot);
      if (tally.settling || (vote !== undefined && idOf(vote.operation) === idOf(operation))) return;
      if (tally.seen.some((known) => idOf(known) === idOf(operation))) return;
      tally.seen.push(operation);
      if (tally.chosenId !== undefined) decideById(node, slot, tally, ctx);
      else if (tally.voters > 0) consider(node, slot, tally, false, ctx);
    },
    watch,
  };
}
