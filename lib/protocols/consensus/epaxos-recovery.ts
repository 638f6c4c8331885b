/**
 * EPaxos: finishing the instance of a replica that does not.
 *
 * Source: Moraru et al., SOSP 2013, §4.3.3 and figure 3 (explicit prepare).
 *
 * Promises of a majority say what may have happened: an accepted command may be committed; equal votes of all those among
 * them that are of the leader's fast quorum may be the trace of a fast commit; anything else was not committed, and goes
 * through both phases again, never fast. (A leader here sends to everybody, for the slow path, so each message names the
 * fast quorum: votes of others left no trace.) Of floor(n/2) such votes and the leader's own, a majority has voted so, and
 * the attributes can be accepted. Of fewer, they must be tried first: `epaxos-trial.ts`.
 */
import type { NodeId } from "../../simulation/protocol.ts";
import { beginAccept, beginPreAccept, type EPaxosRules, newLead, sendLead } from "./epaxos-rounds.ts";
import {
  type Ctx,
  type EPaxosMessage,
  type EPaxosNode,
  type Instance,
  type Lead,
  sameAttributes,
  save,
} from "./epaxos-state.ts";
import { beginTrial } from "./epaxos-trial.ts";

type Promised = Extract<EPaxosMessage, { kind: "promise" }>;

/** Asks for promises in a ballot of this replica's above any it knows. */
export function takeOver(node: EPaxosNode, instance: Instance, ctx: Ctx): void {
  const ballot = (Math.floor(instance.ballot / node.group) + 1) * node.group + node.id;
  node.recoveries++;
  const own = { by: node.id, promise: promiseOf(instance, ballot) };
  instance.ballot = ballot;
  instance.lead = newLead(node, "prepare", ballot, { seq: 0, deps: [] }, ctx);
  instance.lead.promises.push(own);
  save(instance, ctx);
  sendLead(instance, ctx);
}

function promiseOf(instance: Instance, ballot: number): Promised {
  const { replica, index, operation, seq, deps, status, voted, quorum } = instance;
  return { kind: "promise", ballot, replica, index, operation, seq, deps, status, voted, quorum };
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
  const { promises, ballot } = instance.lead as Lead;
  const highest = Math.max(...promises.map(({ promise }) => promise.voted));
  const latest = promises
    .map(({ promise }) => promise)
    .filter((p) => p.voted === highest && p.status !== "none");
  const accepted = latest.find((p) => p.status === "accepted");
  if (accepted !== undefined) {
    beginAccept(node, instance, ballot, accepted, rules, ctx);
    return;
  }
  // Its ballot of round 0 is its leader's number.
  const trace = highest === instance.replica ? traceOfFastCommit(promises, instance.replica) : [];
  const read = trace.length === 0 ? "ignore" : rules.readTrace(trace.length, node.group);
  if (read === "accept") beginAccept(node, instance, ballot, trace[0], rules, ctx);
  else if (read === "try") beginTrial(node, instance, trace[0], rules, ctx);
  else {
    const known = latest.find((p) => p.status === "preaccepted");
    beginPreAccept(node, instance, ballot, known?.operation ?? null, false, rules, ctx);
  }
}

/**
 * Equal votes for what the leader may have committed fast; none when it has not: it would have told itself, or a vote of
 * its fast quorum is missing or differs.
 */
function traceOfFastCommit(promises: Lead["promises"], leader: NodeId): readonly Promised[] {
  if (promises.some(({ by }) => by === leader)) return [];
  const quorum = promises.find(({ promise }) => promise.voted === leader)?.promise.quorum ?? 0;
  const votes = promises.filter(({ by }) => ((quorum >> by) & 1) === 1).map(({ promise }) => promise);
  return votes.every((vote) => vote.voted === leader && sameAttributes(vote, votes[0])) ? votes : [];
}
