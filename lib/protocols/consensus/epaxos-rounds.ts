/**
 * EPaxos: the rounds that a replica leads on an instance, and the rules on which their safety rests.
 *
 * Source: Moraru, Andersen & Kaminsky, SOSP 2013, §4.3 and figure 2.
 */
import type { Operation } from "../../simulation/protocol.ts";
import {
  type Attributes,
  attributesFor,
  type Ctx,
  type EPaxosMessage,
  type EPaxosNode,
  type Instance,
  noteConflict,
} from "./epaxos-state.ts";

export type Of<K extends EPaxosMessage["kind"]> = Extract<EPaxosMessage, { kind: K }>;

/** The decisions on which safety rests. */
export interface EPaxosRules {
  /** §4.3.1: may this leader commit in one round? */
  mayCommitFast(answers: number, unchanged: boolean, fastQuorum: number): boolean;
  /** What a replica answers to a leader's attributes: those and what it knows itself. */
  answerTo(node: EPaxosNode, instance: Instance, m: Of<"preAccept">): Attributes;
  /** Attributes of the slow path: everything that anybody in the quorum knew. */
  merge(known: Attributes, answer: Attributes): Attributes;
  /** A majority, for the slow path and for recovery. */
  majority(group: number): number;
  /** Promises made to a higher ballot bind. */
  mayVote(instance: Instance, ballot: number): boolean;
  /** A leader's commit is durable before it is told. */
  saveCommit(instance: Instance, ctx: Ctx): void;
  saveVote(instance: Instance, ctx: Ctx): void;
  /** §4.3.2: a command waits for what it depends on. */
  execute(node: EPaxosNode, instance: Instance, ctx: Ctx): boolean;
  /** Of a failed leader's instance: how many untouched votes of others tell that it may have committed fast. */
  fastTrace(group: number): number;
}

/** Makes the attributes an instance's own, voted for in a ballot. */
export function vote(
  node: EPaxosNode,
  instance: Instance,
  status: "preaccepted" | "accepted",
  ballot: number,
  command: Attributes & { readonly operation: Operation | null },
  untouched = false,
): void {
  instance.untouched = untouched;
  instance.status = status;
  instance.ballot = ballot;
  instance.voted = ballot;
  instance.operation = command.operation;
  instance.seq = command.seq;
  instance.deps = command.deps;
  noteConflict(node, instance);
}

/** Phase 1 of an instance in a ballot this replica leads: what must the command come after? */
export function beginPreAccept(
  node: EPaxosNode,
  instance: Instance,
  ballot: number,
  operation: Operation | null,
  fast: boolean,
  rules: EPaxosRules,
  ctx: Ctx,
): void {
  const { seq, deps } = attributesFor(node, operation, instance);
  vote(node, instance, "preaccepted", ballot, { seq, deps, operation }, true);
  instance.lead = { phase: "preaccept", ballot, answers: 1 << node.id, fast, seq, deps, promises: [] };
  instance.touched = ctx.localTime();
  rules.saveVote(instance, ctx);
  sendLead(instance, ctx);
}

/** Phase 2: the attributes are fixed, if a majority takes them. */
export function beginAccept(
  node: EPaxosNode,
  instance: Instance,
  ballot: number,
  command: Attributes & { readonly operation: Operation | null },
  rules: EPaxosRules,
  ctx: Ctx,
): void {
  vote(node, instance, "accepted", ballot, command);
  const { seq, deps } = command;
  instance.lead = { phase: "accept", ballot, answers: 1 << node.id, fast: false, seq, deps, promises: [] };
  instance.touched = ctx.localTime();
  rules.saveVote(instance, ctx);
  sendLead(instance, ctx);
}

/** Sends what the round of this leader asks, for the first time or again. */
export function sendLead(instance: Instance, ctx: Ctx): void {
  const { replica, index, operation, lead } = instance;
  if (lead === null) return;
  const { ballot, seq, deps, phase } = lead;
  if (phase === "prepare") ctx.broadcast({ kind: "prepare", ballot, replica, index });
  else if (phase === "accept")
    ctx.broadcast({ kind: "accept", ballot, replica, index, operation, seq, deps });
  else ctx.broadcast({ kind: "preAccept", ballot, replica, index, operation, seq, deps });
}
