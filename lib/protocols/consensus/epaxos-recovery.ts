/**
 * EPaxos: finishing the instance of a replica that does not.
 *
 * Source: Moraru et al., SOSP 2013, §4.3.3 and figure 3 (explicit prepare), basic protocol.
 *
 * Promises of a majority say what may have happened: an accepted command may be committed; untouched votes of
 * floor(n/2) replicas other than the leader, for the leader's own attributes, may be the trace of a fast commit; anything
 * else was not committed, and goes through both phases again, never fast. (The paper asks for identical votes; since a
 * leader here sends to everybody and not to one fast quorum, they must be identical to the leader's.)
 */
import type { NodeId } from "../../simulation/protocol.ts";
import { beginAccept, beginPreAccept, type EPaxosRules, sendLead } from "./epaxos-rounds.ts";
import { type Ctx, type EPaxosMessage, type EPaxosNode, type Instance, save } from "./epaxos-state.ts";

type Promised = Extract<EPaxosMessage, { kind: "promise" }>;

/** Asks for promises in a ballot of this replica's above any it knows. */
export function takeOver(node: EPaxosNode, instance: Instance, ctx: Ctx): void {
  const ballot = (Math.floor(instance.ballot / node.group) + 1) * node.group + node.id;
  node.recoveries++;
  const own = { by: node.id, promise: promiseOf(instance, ballot) };
  instance.ballot = ballot;
  instance.lead = {
    phase: "prepare",
    ballot,
    answers: 1 << node.id,
    fast: false,
    seq: 0,
    deps: [],
    promises: [own],
  };
  save(instance, ctx);
  sendLead(instance, ctx);
}

function promiseOf(instance: Instance, ballot: number): Promised {
  const { replica, index, operation, seq, deps, status, voted, untouched } = instance;
  return { kind: "promise", ballot, replica, index, operation, seq, deps, status, voted, untouched };
}

/** Promises a higher ballot, with what was voted for before; false when a higher one was promised. */
export function answerPrepare(
  instance: Instance,
  ballot: number,
  from: NodeId,
  rules: EPaxosRules,
  ctx: Ctx,
): boolean {
  if (ballot < instance.ballot || !rules.mayVote(instance, ballot)) return false;
  instance.ballot = ballot;
  instance.lead = null;
  instance.touched = ctx.localTime();
  rules.saveVote(instance, ctx);
  ctx.send(from, promiseOf(instance, ballot));
  return true;
}

/** Figure 3, lines 28–40: a majority has promised; what must the instance become? */
export function considerPromises(node: EPaxosNode, instance: Instance, rules: EPaxosRules, ctx: Ctx): void {
  const { promises, ballot } = instance.lead as NonNullable<Instance["lead"]>;
  const highest = Math.max(...promises.map(({ promise }) => promise.voted));
  const latest = promises
    .map(({ promise }) => promise)
    .filter((p) => p.voted === highest && p.status !== "none");
  const accepted = latest.find((p) => p.status === "accepted");
  if (accepted !== undefined) {
    beginAccept(node, instance, ballot, accepted, rules, ctx);
    return;
  }
  const first = instance.replica; // also its ballot of round 0
  // Of others than the leader: with the leader's own they are a majority that found the same attributes.
  const untouched = promises.filter(
    ({ by, promise }) => promise.untouched && promise.voted === first && by !== first,
  );
  const trace =
    highest === first && untouched.length >= rules.fastTrace(node.group) ? untouched[0]?.promise : undefined;
  if (trace !== undefined) {
    beginAccept(node, instance, ballot, trace, rules, ctx);
    return;
  }
  const known = latest.find((p) => p.status === "preaccepted");
  beginPreAccept(node, instance, ballot, known?.operation ?? null, false, rules, ctx);
}
