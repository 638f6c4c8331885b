/**
 * EPaxos: the rounds that a replica leads on an instance, and the rules on which their safety rests.
 *
 * Source: Moraru, Andersen & Kaminsky, SOSP 2013, §4.3 and figure 2.
 */
import type { NodeId, Operation } from "../../simulation/protocol.ts";
import {
  type Attributes,
  attributesFor,
  type Ctx,
  type EPaxosMessage,
  type EPaxosNode,
  type Instance,
  type Lead,
  noteConflict,
  type TryPreAccept,
  type Verdict,
} from "./epaxos-state.ts";

export type Of<K extends EPaxosMessage["kind"]> = Extract<EPaxosMessage, { kind: K }>;

/** The decisions on which safety rests. */
export interface EPaxosRules {
  /** §4.3.1: may this leader commit in one round, by so many answers of its fast quorum? */
  mayCommitFast(answers: number, alike: boolean, fastQuorum: number): boolean;
  /** Whose answers count for that. */
  isOfFastQuorum(lead: Lead, from: NodeId): boolean;
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
  /** Of a failed leader's instance: what equal votes of its fast quorum, and so many, tell. */
  readTrace(votes: number, group: number): "accept" | "try" | "ignore";
  /** What a replica can say of attributes that may have been committed fast. */
  verdict(node: EPaxosNode, instance: Instance, m: TryPreAccept): Verdict;
  /** What is told to be executed is durable before, for nobody keeps it then. */
  saveHeard(node: EPaxosNode, ctx: Ctx): void;
}

/** Makes the attributes an instance's own, voted for in a ballot. */
export function vote(
  node: EPaxosNode,
  instance: Instance,
  status: "preaccepted" | "accepted",
  ballot: number,
  command: Attributes & { readonly operation: Operation | null },
  quorum = 0,
): void {
  instance.quorum = quorum;
  instance.status = status;
  instance.ballot = ballot;
  instance.voted = ballot;
  instance.operation = command.operation;
  instance.seq = command.seq;
  instance.deps = command.deps;
  noteConflict(node, instance);
}

/** A round that nobody else has answered yet. */
export function newLead(
  node: EPaxosNode,
  phase: Lead["phase"],
  ballot: number,
  { seq, deps }: Attributes,
  ctx: Ctx,
): Lead {
  const answers = 1 << node.id;
  const begun = ctx.localTime();
  return {
    phase,
    ballot,
    answers,
    quorum: 0,
    fastAnswers: 0,
    alike: null,
    fast: true,
    begun,
    seq,
    deps,
    promises: [],
    tried: null,
  };
}

/** This replica and those that have answered it soonest, as a set; of equals the next by number. */
function nearest({ id, group, lag }: EPaxosNode, size: number): number {
  let quorum = 1 << id;
  for (let k = 1; k < size; k++) {
    let best = -1;
    for (let step = 1; step < group; step++) {
      const peer = (id + step) % group;
      if (((quorum >> peer) & 1) === 0 && (best < 0 || lag[peer] < lag[best])) best = peer;
    }
    quorum |= 1 << best;
  }
  return quorum;
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
  const quorum = fast ? nearest(node, ctx.settings.fastQuorum) : 0;
  vote(node, instance, "preaccepted", ballot, { seq, deps, operation }, quorum);
  instance.lead = newLead(node, "preaccept", ballot, { seq, deps }, ctx);
  instance.lead.quorum = quorum;
  instance.lead.fastAnswers = quorum & (1 << node.id);
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
  instance.lead = newLead(node, "accept", ballot, command, ctx);
  instance.touched = ctx.localTime();
  rules.saveVote(instance, ctx);
  sendLead(instance, ctx);
}

/** Sends what the round of this leader asks, for the first time or again. */
export function sendLead(instance: Instance, ctx: Ctx): void {
  const { replica, index, operation, quorum, lead } = instance;
  if (lead === null) return;
  const { ballot, seq, deps, phase } = lead;
  if (lead.tried !== null) ctx.broadcast(lead.tried);
  else if (phase === "prepare") ctx.broadcast({ kind: "prepare", ballot, replica, index });
  else if (phase === "accept")
    ctx.broadcast({ kind: "accept", ballot, replica, index, operation, seq, deps });
  else ctx.broadcast({ kind: "preAccept", ballot, replica, index, operation, seq, deps, quorum });
}
