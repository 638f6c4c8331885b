/**
 * Mencius: what is chosen, what was skipped, and executing all of it in order.
 *
 * Source: Mao, Junqueira & Marzullo, OSDI 2008, §4.3 (rules 2 and 4), §4.4 (skips that ride along).
 */
import type { NodeId, Operation } from "../../simulation/protocol.ts";
import type { MenciusRules } from "./mencius-rules.ts";
import {
  CHOSEN,
  type Ctx,
  firstOf,
  isSettled,
  type MenciusNode,
  ownerOf,
  SKIPPED,
  slotAt,
} from "./mencius-state.ts";

/** Makes a request the value of the next own slot (Rule 1). The own vote counts once it is durable. */
export function suggest(node: MenciusNode, operation: Operation, rules: MenciusRules, ctx: Ctx): void {
  const slot = node.next;
  const from = node.skippedFrom;
  node.next = slot + node.group;
  node.skippedFrom = node.next;
  const own = slotAt(node, slot);
  own.ballot = 0;
  own.operation = operation;
  own.suggestion = operation;
  rules.saveSuggestion(node, slot, ctx);
  ctx.broadcast({ kind: "suggest", slot, operation, from });
  ctx.send(node.id, { kind: "accepted", slot, from: node.next, next: node.next });
}

/** An owner's skips are chosen as soon as they are heard of: nobody else may propose anything but a no-op. */
export function noteSkips(
  node: MenciusNode,
  owner: NodeId,
  from: number,
  next: number,
  rules: MenciusRules,
  ctx: Ctx,
): void {
  const { notedFrom, notedTo } = node;
  let begin = rules.skipsBegin(node, owner, from);
  if (begin >= notedFrom[owner] && begin <= notedTo[owner]) {
    if (next <= notedTo[owner]) return;
    begin = notedTo[owner];
  } else notedFrom[owner] = begin;
  notedTo[owner] = next;
  for (let slot = firstOf(node, owner, Math.max(begin, node.slots.first)); slot < next; slot += node.group) {
    if (isSettled(node, slot)) continue;
    node.slots.set(slot, SKIPPED);
    ctx.claim("chosen", slot, 0);
  }
}

/** Notes what was chosen in a slot; true when the disk holds something else, or nothing, of it. */
export function choose(
  node: MenciusNode,
  slot: number,
  operation: Operation | null,
  rules: MenciusRules,
  ctx: Ctx,
): boolean {
  if (isSettled(node, slot)) return false;
  const known = slotAt(node, slot);
  const { suggestion } = known;
  const differs = known.ballot < 0 ? operation !== null : known.operation?.id !== operation?.id;
  ctx.claim("chosen", slot, operation === null ? 0 : operation.id + 1);
  known.ballot = CHOSEN;
  known.operation = operation;
  known.suggestion = null;
  if (ownerOf(node, slot) === node.id) {
    if (slot >= node.next) rules.passRevoked(node, slot + 1);
    if (suggestion !== null && operation === null) node.again.push(suggestion);
    else if (operation !== null) rules.whenChosen(node, operation, ctx);
  }
  return differs;
}

/** Executes what has become ready, answers the own clients, and suggests again what lost its slot (Rule 4). */
export function proceed(node: MenciusNode, rules: MenciusRules, ctx: Ctx): void {
  const { slots, store } = node;
  while (node.executed < slots.end) {
    const slot = slots.get(node.executed);
    if (!rules.isReady(slot)) break;
    const operation = slot?.operation ?? null;
    if (operation !== null) {
      node.operations++;
      if (operation.kind === "write") rules.apply(node, operation);
      if (ownerOf(node, node.executed) === node.id)
        ctx.reply(operation, operation.kind === "write" ? operation.id : store.get(operation.key));
    }
    node.executed++;
  }
  if (node.again.length === 0) return;
  const again = node.again;
  node.again = [];
  node.suggestedAgain += again.length;
  for (const operation of again) suggest(node, operation, rules, ctx);
}
