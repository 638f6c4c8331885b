/**
 * Proposers of Multi-Paxos: a node that misses its leader stands (phase 1 for all slots at once), settles what was left
 * open, and then leads: one round trip a slot.
 *
 * Source: Lamport, "Paxos Made Simple", 2001, §2.2, §2.4, §3.
 */
import { SlidingLog } from "../../core/sliding-log.ts";
import type { NodeId, Operation } from "../../simulation/protocol.ts";
import type { MultiPaxosLearner } from "./multi-paxos-learner.ts";
import type { MultiPaxosRules } from "./multi-paxos-rules.ts";
import type { Accept, Ctx, MultiPaxosNode, PromiseMessage } from "./multi-paxos-state.ts";
import * as state from "./multi-paxos-state.ts";
import { countVotes } from "./settings.ts";

// Copies: an imported binding is read through its module at each use.
const { ADOPTED, CHOSEN, configOf, FILLED_GAP, fingerprint, RESENT, TOOK_OVER } = state;
const votesIn = countVotes;

const NONE: readonly Operation[] = [];
/** Heartbeat intervals without a move after which something is taken for lost; each is at least a round trip. */
const PATIENT = 2;
/** Clocks are read and timers set in floating point: an interval is over a little before its end. */
const ALMOST = 1 - 1e-9;
/** Open slots sent again at a time. */
const AGAIN = 64;

export interface MultiPaxosLeader {
  campaign(node: MultiPaxosNode, ctx: Ctx): void;
  promise(node: MultiPaxosNode, m: PromiseMessage, from: NodeId, ctx: Ctx): void;
  /** Takes an operation that waits for no other in a batch: mostly it is proposed at once. */
  ask(node: MultiPaxosNode, operation: Operation, ctx: Ctx): void;
  /** Proposes what is to be settled and what is pending, as far as the window allows. */
  flush(node: MultiPaxosNode, ctx: Ctx): void;
  /** Proposes a new group. */
  regroup(node: MultiPaxosNode, members: number, ctx: Ctx): void;
  vote(node: MultiPaxosNode, from: NodeId, slot: number, ctx: Ctx): void;
  heartbeat(node: MultiPaxosNode, ctx: Ctx): void;
  /** A higher ballot is about. */
  stepDown(node: MultiPaxosNode, ctx: Ctx): void;
}

/** What an acceptor answers to a prepare; a value it knows to be chosen says so. */
export function promiseOf(node: MultiPaxosNode, from: number): PromiseMessage {
  const { promised: ballot, accepted: log, chosen, held } = node;
  const accepted: Accept[] = [];
  for (let slot = Math.max(from, log.first); slot < log.end; slot++) {
    const accept = log.get(slot);
    if (accept !== undefined) accepted.push(slot < chosen ? { ...accept, ballot: CHOSEN } : accept);
  }
  return { kind: "promise", ballot, accepted, chosen, held, first: log.first };
}

export function leaderBy(rules: MultiPaxosRules, learner: MultiPaxosLearner): MultiPaxosLeader {
  /** Phase 1a (§2.2). The own promise counts once it is durable: a ballot is never used twice. */
  const campaign = (node: MultiPaxosNode, ctx: Ctx): void => {
    rules.notePromise(node, rules.nextBallot(node, ctx));
    node.role = "candidate";
    node.leader = -1;
    rules.forget(node);
    node.holds.fill(0);
    const prepare = { kind: "prepare", ballot: node.promised, from: node.chosen } as const;
    const own = promiseOf(node, node.accepted.end);
    rules.savePromise(node, ctx);
    ctx.broadcast(prepare);
    if (ctx.nodes === 1)
      promise(node, own, ctx.self, ctx); // nobody else could be misled by it
    else ctx.send(ctx.self, own);
  };

  /** Phase 1b arrives: of what the acceptors tell of a slot, the value of the highest ballot counts (P2c). */
  const promise = (node: MultiPaxosNode, m: PromiseMessage, from: NodeId, ctx: Ctx): void => {
    if (node.role === "acceptor" || !rules.isOfBallot(node, m.ballot)) return; // of an earlier campaign
    if (m.chosen > node.holds[from]) node.holds[from] = m.chosen;
    const leads = node.role === "leader";
    if (!leads) learner.applyUpTo(node, m.held, -1, m.held, ctx);
    // A leader has proposed before `next`; of later slots it may still hear.
    const open = leads ? node.next : node.chosen;
    if (!rules.canTell(m.first, open)) {
      if (leads) stepDown(node, ctx);
      ctx.send(from, { kind: "learn", from: node.chosen });
      return;
    }
    const settled: Accept[] = [];
    for (const accept of m.accepted) {
      if (accept.slot < open || !rules.adopts(node.accepted.get(accept.slot), accept)) continue;
      node.accepted.set(accept.slot, accept);
      if (accept.ballot === CHOSEN) settled.push(accept);
      if (leads) node.fill = Math.max(node.fill, accept.slot + 1);
    }
    // What it calls chosen from now on it must hold, also after a crash.
    if (settled.length > 0) ctx.persist({ kind: "learned", entries: settled, chosen: m.chosen });
    node.promises = rules.addPromise(node.promises, from);
    if (leads) {
      if (node.next < node.fill || node.configs.length > 1) flush(node, ctx);
      return;
    }
    learner.applyUpTo(node, node.accepted.end, CHOSEN, 0, ctx);
    if (rules.hasPromises(configOf(node, node.chosen), node.promises)) lead(node, ctx);
  };

  const lead = (node: MultiPaxosNode, ctx: Ctx): void => {
    ctx.claim("leader", node.promised, ctx.self);
    node.timesLed++;
    node.role = "leader";
    node.leader = ctx.self;
    if (node.promised >= ctx.nodes) node.happened |= TOOK_OVER;
    node.votes = new SlidingLog<number>(node.chosen);
    node.next = node.chosen;
    node.fill = Math.max(node.chosen, node.accepted.end);
    node.stalled.fill(0);
    node.stuck = 0;
    node.spokeAt = Number.NEGATIVE_INFINITY;
    node.lookedAt = ctx.localTime();
    ctx.clearTimer("election");
    flush(node, ctx);
    heartbeat(node, ctx);
  };

  /** Phase 2a for one slot. The leader accepts too, in parallel with the others: its own write is one vote. */
  const propose = (
    node: MultiPaxosNode,
    operations: readonly Operation[],
    members: number,
    ctx: Ctx,
  ): void => {
    const slot = node.next++;
    const { promised: ballot, chosen, held } = node;
    const vote = { kind: "accepted", ballot, slot } as const;
    const accept: Accept = { kind: "accept", ballot, slot, operations, members, chosen, held, vote };
    node.accepted.set(slot, accept);
    node.votes.set(slot, 0);
    node.spokeAt = ctx.localTime();
    ctx.broadcast(accept);
    rules.saveAccept(accept, ctx);
    ctx.send(ctx.self, vote);
  };

  /** The window is not full, and the group that votes on the next slot has promised enough (§3). */
  const mayPropose = (node: MultiPaxosNode): boolean => {
    if (node.next - node.chosen >= node.window) return false;
    return node.configs.length === 1 || rules.hasPromises(configOf(node, node.next), node.promises);
  };

  const ask = (node: MultiPaxosNode, operation: Operation, ctx: Ctx): void => {
    if (node.pending.length > 0 || node.next < node.fill || !mayPropose(node)) {
      node.pending.push(operation);
      flush(node, ctx);
    } else propose(node, [operation], 0, ctx);
  };

  const flush = (node: MultiPaxosNode, ctx: Ctx): void => {
    const { batchMax } = ctx.settings;
    while (node.next < node.fill && mayPropose(node)) settle(node, ctx);
    while (node.next >= node.fill && node.pending.length > 0 && mayPropose(node)) {
      const batch = node.pending.length > batchMax ? node.pending.splice(0, batchMax) : node.pending;
      if (batch === node.pending) node.pending = [];
      propose(node, batch, 0, ctx);
    }
    node.gathering = false;
    ctx.clearTimer("batch");
  };

  /**
   * Values accepted under earlier ballots are proposed again (§2.2, P2c), and gaps between them get no-ops (§3). A
   * client's command must not go into a gap: a later slot may have been answered before that client asked.
   */
  const settle = (node: MultiPaxosNode, ctx: Ctx): void => {
    const found = node.accepted.get(node.next);
    node.happened |= found === undefined ? FILLED_GAP : ADOPTED;
    if (found !== undefined) propose(node, found.operations, found.members, ctx);
    else if (rules.fillsGaps) propose(node, NONE, 0, ctx);
    else node.next++;
  };

  const regroup = (node: MultiPaxosNode, members: number, ctx: Ctx): void => {
    if (node.next < node.fill || !mayPropose(node)) return;
    propose(node, NONE, members, ctx);
    node.fill = node.next + ctx.settings.alpha; // no-ops bring the new group into force (§3)
    flush(node, ctx);
  };

  /**
   * A slot has its quorum. A write has no result to wait for: it may be answered at once, before earlier slots are
   * applied.
   */
  const settledNow = (node: MultiPaxosNode, slot: number, ctx: Ctx): void => {
    const early = ctx.settings.answerWhen === "chosen";
    if (slot === node.chosen && !early) return; // it is applied in a moment
    const accept = node.accepted.get(slot) as Accept;
    if (slot > node.chosen) ctx.claim("chosen", slot, fingerprint(accept));
    if (!early) return;
    const { operations } = accept;
    for (let i = 0; i < operations.length; i++)
      if (operations[i].kind === "write") ctx.reply(operations[i], operations[i].id);
  };

  /** One more vote on a slot that is not known to be chosen. */
  const count = (node: MultiPaxosNode, slot: number, before: number, after: number, ctx: Ctx): void => {
    const { configs } = node;
    const { quorum, members } = configs.length === 1 ? configs[0] : configOf(node, slot);
    const votes = votesIn(after & members);
    if (votes < quorum) return;
    if (votes === quorum && ((after ^ before) & members) !== 0) settledNow(node, slot, ctx);
    if (slot !== node.chosen) return;
    learner.applyUpTo(node, chosenFrom(node, slot + 1), node.promised, 0, ctx);
    if ((node.pending.length > 0 && !node.gathering) || node.next < node.fill) flush(node, ctx);
  };

  const vote = (node: MultiPaxosNode, from: NodeId, slot: number, ctx: Ctx): void => {
    const before = node.votes.get(slot);
    if (before === undefined) return; // every node has voted already
    const after = rules.addVote(before, from);
    node.votes.set(slot, after);
    if (slot >= node.chosen) count(node, slot, before, after, ctx); // else it had its quorum before
    const everybody = ctx.nodes === 31 ? 0x7fffffff : (1 << ctx.nodes) - 1;
    if (after === everybody && slot === node.held) {
      let held = slot;
      while (held < node.chosen && node.votes.get(held) === everybody) held++;
      hold(node, held, ctx);
    }
  };

  /** The end of the slots chosen in a row. */
  const chosenFrom = (node: MultiPaxosNode, from: number): number => {
    let slot = from;
    while (slot < node.votes.end) {
      const { members, quorum } = configOf(node, slot);
      if (votesIn((node.votes.get(slot) ?? 0) & members) < quorum) break;
      slot++;
    }
    return slot;
  };

  const hold = (node: MultiPaxosNode, held: number, ctx: Ctx): void => {
    learner.drop(node, held, ctx);
    const { first } = node.accepted;
    node.votes.dropBefore(first < node.chosen ? first : node.chosen);
  };

  /**
   * To a group that it has sent nothing for a whole interval. Looking at the moment of the last message, not at whether there
   * was one since the last heartbeat, keeps every silence at one interval; so it does not look after others at each.
   */
  const heartbeat = (node: MultiPaxosNode, ctx: Ctx): void => {
    if (node.role !== "leader") return;
    const { heartbeatInterval } = ctx.settings;
    const now = ctx.localTime();
    const over = now - heartbeatInterval * ALMOST;
    if (node.spokeAt <= over) {
      const { promised: ballot, chosen, held } = node;
      ctx.broadcast({ kind: "heartbeat", ballot, chosen, held });
      node.spokeAt = now;
    }
    if (node.lookedAt <= over) {
      lookAfter(node, ctx);
      node.lookedAt = now;
    }
    ctx.setTimer("heartbeat", heartbeatInterval - (now - Math.min(node.spokeAt, node.lookedAt)));
  };

  /** Who holds what, by the votes; and what may have been lost is sent again. */
  const lookAfter = (node: MultiPaxosNode, ctx: Ctx): void => {
    const { votes, holds, stalled } = node;
    let held = node.next;
    for (let peer = 0; peer < ctx.nodes; peer++) {
      const before = holds[peer];
      let upTo = Math.max(before, node.held);
      if (upTo >= votes.first)
        while (upTo < node.next && (((votes.get(upTo) ?? 0) >>> peer) & 1) === 1) upTo++;
      holds[peer] = upTo;
      held = Math.min(held, upTo);
      const promised = ((node.promises >>> peer) & 1) === 1;
      stalled[peer] = upTo > before || (upTo === node.next && promised) ? 0 : stalled[peer] + 1;
      if (peer === ctx.self || stalled[peer] < PATIENT || (promised && upTo >= node.chosen)) continue;
      // Its promise is missing, or it lacks what is chosen by now: its answer tells.
      ctx.send(peer, { kind: "prepare", ballot: node.promised, from: node.next });
      node.happened |= RESENT;
    }
    hold(node, Math.min(held, node.chosen), ctx);
    const moved = node.chosen > node.chosenBefore || node.next === node.chosen;
    node.stuck = moved ? 0 : node.stuck + 1;
    node.chosenBefore = node.chosen;
    if (node.stuck >= PATIENT) sendAgain(node, ctx);
  };

  /** Open slots, to those who have not voted. */
  const sendAgain = (node: MultiPaxosNode, ctx: Ctx): void => {
    const upTo = Math.min(node.next, node.chosen + AGAIN);
    node.happened |= RESENT;
    for (let slot = node.chosen; slot < upTo; slot++) {
      const accept = node.accepted.get(slot);
      if (accept === undefined) continue;
      const votes = node.votes.get(slot) ?? 0;
      for (let peer = 0; peer < ctx.nodes; peer++)
        if (peer !== ctx.self && ((votes >>> peer) & 1) === 0) ctx.send(peer, accept);
    }
  };

  /** What it has not proposed is turned away; what it has proposed may yet be chosen, so nothing is said of it. */
  const stepDown = (node: MultiPaxosNode, ctx: Ctx): void => {
    if (node.role === "leader") {
      for (const operation of node.pending.splice(0)) ctx.refuse(operation, null);
      node.gathering = false;
      ctx.clearTimer("heartbeat");
      ctx.clearTimer("batch");
      ctx.setTimer("election", node.patience);
    }
    node.role = "acceptor";
    node.leader = -1;
  };

  return { campaign, promise, ask, flush, regroup, vote, heartbeat, stepDown };
}
