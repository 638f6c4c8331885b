/**
 * Reads of Zab: by sync, or from a server's own state.
 *
 * By sync a server asks the leader how far it must have come, and the leader a quorum whether it still leads. A server that
 * answers from its own state may be behind, but not behind what the client has seen: answers say how far the state was,
 * and who has seen more has to wait, at whatever server (§4.4).
 *
 * Source: Hunt, Konar, Junqueira & Reed, "ZooKeeper", USENIX ATC 2010, §4.4 (sync puts itself behind all that is under way
 * at the leader). There the leader trusts that it still leads; a read is linearizable only if somebody asks, so here a
 * quorum is asked, one round for all the reads that gathered during the round before.
 */
import type { NodeId, Operation } from "../../simulation/protocol.ts";
import { countVotes } from "./settings.ts";
import type { ZabRules } from "./zab-rules.ts";
import type { Ctx, Read, ZabNode } from "./zab-state.ts";

/** Answers a client of this server, from all that is delivered here. */
export function answer(node: ZabNode, operation: Operation, value: number, ctx: Ctx): void {
  if (ctx.settings.reads === "local") ctx.reply(operation, value, node.delivered);
  else ctx.reply(operation, value);
}

/** A read from this server's own state: now, or once that is as far as the client has seen. */
export function readLocally(node: ZabNode, operation: Operation, rules: ZabRules, ctx: Ctx): void {
  if (rules.isFarEnough(node, operation)) answer(node, operation, node.store.get(operation.key), ctx);
  else node.awaiting.push({ operation, origin: node.id, index: operation.seen ?? 0 });
}

/** A read must see whatever was delivered anywhere before it was asked: so much this leader has, if it still leads. */
export function gather(node: ZabNode, operation: Operation, origin: NodeId, rules: ZabRules, ctx: Ctx): void {
  node.gathering.push({ operation, origin, index: node.delivered });
  if (node.confirming.length === 0) beginRound(node, rules, ctx);
}

function beginRound(node: ZabNode, rules: ZabRules, ctx: Ctx): void {
  node.confirming = node.gathering;
  node.gathering = [];
  node.confirmations = 1 << node.id;
  node.round++;
  ctx.broadcast({ kind: "confirm", epoch: node.current, round: node.round });
  endRound(node, rules, ctx);
}

/** Lets the reads of a round go once enough have confirmed it. */
export function endRound(node: ZabNode, rules: ZabRules, ctx: Ctx): void {
  if (countVotes(node.confirmations) < rules.confirmationsNeeded(ctx.settings)) return;
  const reads = node.confirming;
  node.confirming = [];
  for (const read of reads) release(node, read, ctx);
  if (node.gathering.length > 0) beginRound(node, rules, ctx);
}

function release(node: ZabNode, { operation, origin, index }: Read, ctx: Ctx): void {
  if (origin === node.id) answer(node, operation, node.store.get(operation.key), ctx);
  else ctx.send(origin, { kind: "synced", operation, index });
}

/** Answers the reads of this server's clients for which it has come far enough. */
export function answerReads(node: ZabNode, ctx: Ctx): void {
  const { awaiting, delivered, store } = node;
  node.awaiting = awaiting.filter((read) => read.index > delivered);
  for (const { index, operation } of awaiting)
    if (index <= delivered) answer(node, operation, store.get(operation.key), ctx);
}
