/**
 * Zab, phases 0 and 1: whom to follow, and an epoch above all others.
 *
 * Source: Junqueira, Reed & Serafini, DSN 2011, §V-A, phase 1. Phase 0 is ours: the paper takes a leader oracle as given.
 */
import type { NodeId } from "../../simulation/protocol.ts";
import { countVotes } from "./settings.ts";
import type { ZabRules } from "./zab-rules.ts";
import { ackEpochOf, type Ctx, isEstablished, lastIndex, newnessOf, type ZabNode } from "./zab-state.ts";

export function restartElectionTimer(ctx: Ctx): void {
  const { electionTimeoutMin: min, electionTimeoutMax: max } = ctx.settings;
  ctx.setTimer("election", min + (max - min) * ctx.random.uniform());
}

/** Ends whatever lead this node had; `leader` is whom it turns to, −1 for nobody. Reads it was asked for are dropped. */
export function turnTo(node: ZabNode, leader: NodeId, role: "looking" | "following", ctx: Ctx): void {
  if (isEstablished(node)) ctx.clearTimer("ping");
  node.confirming = [];
  node.gathering = [];
  node.role = role;
  node.leader = leader;
  restartElectionTimer(ctx);
}

/** CEPOCH. To an established leader it means: I lack something. */
export function join(node: ZabNode, to: NodeId, ctx: Ctx): void {
  const { promised, current, delivered } = node;
  ctx.send(to, { kind: "join", promised, current, last: lastIndex(node), delivered });
}

export function askForMissing(node: ZabNode, leader: NodeId, ctx: Ctx): void {
  if (node.asked) return; // what follows a gap is refused too; once is enough
  node.asked = true;
  join(node, leader, ctx);
}

/** Nobody leads this node: it asks whoever has no leader either to follow it. */
export function stand(node: ZabNode, rules: ZabRules, ctx: Ctx): void {
  turnTo(node, node.id, "looking", ctx);
  node.role = "standing";
  node.answers = 1 << node.id;
  node.highest = Math.max(node.highest, node.promised);
  const { current, lastEpoch, last } = newnessOf(node);
  ctx.broadcast({ kind: "stand", current, lastEpoch, last });
  openEpoch(node, rules, ctx);
}

/** Phase 1, l.1.1: with a quorum of CEPOCHs, an epoch above all of theirs; durable first, so that it is used once. */
export function openEpoch(node: ZabNode, rules: ZabRules, ctx: Ctx): void {
  if (countVotes(node.answers) < rules.quorum(ctx.settings)) return;
  node.role = "discovering";
  node.promised = node.highest + 1;
  node.best = null;
  rules.savePromise(node, ctx);
  const { promised: epoch, answers, delivered } = node;
  for (let peer = 0; peer < ctx.nodes; peer++)
    if (peer !== node.id && (answers >> peer) & 1) ctx.send(peer, { kind: "newEpoch", epoch, delivered });
  node.answers = 0;
  ctx.send(node.id, ackEpochOf(node, epoch, { from: 0, before: 0, txns: [] }));
}
