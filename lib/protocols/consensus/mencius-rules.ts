/**
 * The decisions of Mencius on which safety rests, one by one, so that each can be read, and broken (`mencius.mutants.ts`).
 *
 * Source: Mao, Junqueira & Marzullo, OSDI 2008, §4.2–4.4.
 */
import type { NodeId, Operation } from "../../simulation/protocol.ts";
import {
  apply,
  CHOSEN,
  type Ctx,
  firstOf,
  isSettled,
  type MenciusNode,
  type Settings,
  SKIPPED,
  type Slot,
  save,
  type Vote,
} from "./mencius-state.ts";

export interface MenciusRules {
  quorum(settings: Settings): number;
  /** Paxos: what was promised to a higher ballot binds. */
  mayVote(slot: Slot, ballot: number): boolean;
  /** A suggestion is durable before anybody hears of it: an owner must not use a slot twice. */
  saveSuggestion(node: MenciusNode, slot: number, ctx: Ctx): void;
  /** A vote, and the skips that its answer tells of: durable before the answer. */
  saveVotes(node: MenciusNode, slots: readonly number[], ctx: Ctx): void;
  /** A ballot is used once, whatever crashes. */
  saveBallot(node: MenciusNode, ctx: Ctx): void;
  savePromises(node: MenciusNode, slots: readonly number[], ctx: Ctx): void;
  /** Rule 2: an owner behind a slot that is used skips up to it. */
  skipTo(node: MenciusNode, slot: number): void;
  /** An owner whose slots are revoked uses none of them any more. */
  passRevoked(node: MenciusNode, to: number): void;
  /** From where on an owner's slots are skips, when it says it skipped from `from` on: there and no earlier. */
  skipsBegin(node: MenciusNode, owner: NodeId, from: number): number;
  /** Revocation, phase 1: does a vote outrank the best one known? */
  outranks(vote: Vote, best: Vote | undefined): boolean;
  /** Revocation, phase 2: what was accepted may be chosen; only where nothing was is a no-op proposed. */
  valueToPropose(best: Vote | undefined): Operation | null;
  /** A slot is executed once it and every slot before it are known to be chosen. */
  isReady(slot: Slot | undefined): boolean;
  /** What is done when an own slot is chosen: nothing, its client waits for the slots before it. */
  whenChosen(node: MenciusNode, operation: Operation, ctx: Ctx): void;
  apply(node: MenciusNode, operation: Operation): void;
}

/** Own slots before `slot` become no-ops, of which nobody needs to be asked: chosen, once the disk has `next`. */
function skipTo(node: MenciusNode, slot: number): void {
  const next = firstOf(node, node.id, slot);
  for (; node.next < next; node.next += node.group) {
    if (isSettled(node, node.next)) continue;
    node.slots.set(node.next, SKIPPED);
    node.skips++;
  }
}

export const menciusRules: MenciusRules = {
  quorum: (settings) => settings.quorum,
  mayVote: (slot, ballot) => ballot >= slot.promised,
  saveSuggestion: (node, slot, ctx) => save(node, [slot], ctx),
  saveVotes: save,
  saveBallot: (node, ctx) => save(node, [], ctx),
  savePromises: save,
  skipTo,
  passRevoked: skipTo,
  skipsBegin: (_node, _owner, from) => from,
  outranks: (vote, best) => best === undefined || vote.ballot > best.ballot,
  valueToPropose: (best) => best?.operation ?? null,
  isReady: (slot) => slot?.ballot === CHOSEN,
  whenChosen: () => {},
  apply,
};
