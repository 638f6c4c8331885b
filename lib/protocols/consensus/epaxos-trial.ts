/**
 * EPaxos: trying attributes that may have been committed fast, where the votes that are left do not tell.
 *
 * Source: Moraru et al., SOSP 2013, §4.3.3, and TryPreAccept of its optimised recovery (fast quorums of F +
 * floor((F + 1)/2)). Readers found the paper's conditions ambiguous and wrong in places (Ryabinin, Gotsman & Sutra, "Making
 * Democracy Work", OPODIS 2025), so the conditions here are derived anew, for leaders that name their fast quorum:
 *
 * Let `a` be the instance, D its dependencies in the equal votes, Q its fast quorum, of which the leader and perhaps others
 * are silent. A fast commit of `a` means that all of Q took `a` with D: whatever interferes and is not in D came to each of
 * them after `a`. Any two quorums meet, so every interfering `b` outside D that has dependencies to be accepted, in any way,
 * has `a` among them. Hence `a` was not committed fast when a replica knows of an interfering `b`, outside D and with
 * dependencies that lack `a`, that is accepted or committed; or that still has its leader's vote, where this leader is
 * of Q: it had `b` before `a`, and would have answered with it. Any other such `b` leaves it open: it is on its way to one
 * or the other, and is asked about again. Where a majority knows of none, these take `a` with D: what comes to them later
 * comes after it, so D can be accepted, whether or not it was committed.
 *
 * Waiting ends. Where `a` and `b` wait for each other, both leaders are silent and neither is of the other's fast quorum;
 * but the two quorums meet in others, and one that is not silent has taken either `a` or `b` first, and has refuted
 * one. Longer circles need as many silent leaders; up to seven replicas the votes left over are then floor(n/2), and are
 * not tried at all. Above seven, larger fast quorums make every trace that long.
 */
import type { NodeId, Operation } from "../../simulation/protocol.ts";
import { beginAccept, beginPreAccept, type EPaxosRules, newLead, sendLead } from "./epaxos-rounds.ts";
import {
  type Attributes,
  type Ctx,
  type EPaxosNode,
  type Instance,
  interfere,
  type Lead,
  latestInterfering,
  noteConflict,
  sameAttributes,
  type TryPreAccept,
  type Verdict,
} from "./epaxos-state.ts";
import { countVotes } from "./settings.ts";

/** The fewest replicas that may commit in one round: the paper's size where circles cannot wait, else the basic protocol's. */
export function leastFastQuorum(nodes: number): number {
  if (nodes > 7) return 2 * (nodes >> 1);
  const faults = (nodes - 1) >> 1;
  return nodes - Math.min(faults, (nodes - faults + 1) >> 1);
}

/** Asks everybody, this replica first, whether the attributes of a trace may have been committed. */
export function beginTrial(
  node: EPaxosNode,
  instance: Instance,
  trace: Attributes & { readonly operation: Operation | null; readonly quorum: number },
  rules: EPaxosRules,
  ctx: Ctx,
): void {
  const { replica, index, ballot } = instance;
  const { operation, seq, deps, quorum } = trace;
  const lead = newLead(node, "try", ballot, { seq, deps }, ctx);
  lead.tried = { kind: "tryPreAccept", ballot, replica, index, operation, seq, deps, quorum };
  lead.answers = 0;
  instance.lead = lead;
  instance.touched = ctx.localTime();
  askAgain(node, instance, lead, rules, ctx);
}

/** Asks, for the first time or again: what was open may be settled by now. */
export function askAgain(
  node: EPaxosNode,
  instance: Instance,
  lead: Lead,
  rules: EPaxosRules,
  ctx: Ctx,
): void {
  const m = lead.tried as TryPreAccept;
  noteVerdict(node, instance, lead, node.id, take(node, instance, m, rules, ctx), rules, ctx);
  if (instance.lead === lead) sendLead(instance, ctx);
}

/** What a replica says, and what follows from it. */
export function noteVerdict(
  node: EPaxosNode,
  instance: Instance,
  lead: Lead,
  from: NodeId,
  verdict: Verdict,
  rules: EPaxosRules,
  ctx: Ctx,
): void {
  const { operation } = lead.tried as TryPreAccept;
  if (verdict === "impossible") {
    beginPreAccept(node, instance, lead.ballot, operation, false, rules, ctx);
    return;
  }
  if (verdict === "possible") lead.answers |= 1 << from;
  if (countVotes(lead.answers) >= rules.majority(node.group))
    beginAccept(node, instance, lead.ballot, { seq: lead.seq, deps: lead.deps, operation }, rules, ctx);
}

/** Judges, and takes the instance where it may; promises the ballot, so that no vote of an earlier one comes after. */
export function take(
  node: EPaxosNode,
  instance: Instance,
  m: TryPreAccept,
  rules: EPaxosRules,
  ctx: Ctx,
): Verdict {
  const verdict = rules.verdict(node, instance, m);
  const promised = instance.ballot === m.ballot;
  instance.ballot = m.ballot;
  if (verdict === "possible" && ((m.quorum >> node.id) & 1) === 0) {
    // As if the leader's own message had come only now: of those outside its fast quorum nobody asks when it did.
    const { operation, seq, deps, replica, quorum } = m;
    Object.assign(instance, { operation, seq, deps, quorum, status: "preaccepted", voted: replica });
    noteConflict(node, instance);
    rules.saveVote(instance, ctx);
  } else if (promised) ctx.barrier();
  else rules.saveVote(instance, ctx);
  return verdict;
}

/** What this replica can say of it: the conditions above. */
export function verdictOf(node: EPaxosNode, instance: Instance, m: TryPreAccept): Verdict {
  const { replica, operation, deps, quorum } = m;
  if (instance.voted > replica) return "open"; // voted in a later ballot, which was not chosen: it cannot tell any more
  if (node.id === replica) return "impossible"; // its leader has not committed it, and never will in this ballot
  if (((quorum >> node.id) & 1) === 1)
    return instance.voted === replica && sameAttributes(instance, m) ? "possible" : "impossible";
  const known = operation === null ? undefined : node.conflicts.get(operation.key);
  if (operation === null || known === undefined) return "possible";
  let verdict: Verdict = "possible";
  for (let r = 0; r < node.group; r++) {
    const gone =
      operation.kind === "write" ? Math.max(known.goneWrites[r], known.goneReads[r]) : known.goneWrites[r];
    if (gone > deps[r]) return "impossible"; // executed everywhere, and this one nowhere
    const last = latestInterfering(operation, known, r);
    for (let index = Math.max(deps[r] + 1, node.logs[r].first); index <= last; index++) {
      const other = node.logs[r].get(index);
      if (other === undefined || other === instance || !interfere(other.operation, operation)) continue;
      if (other.deps[replica] >= instance.index) continue; // it comes after this one
      const led = other.voted === r && ((quorum >> r) & 1) === 1;
      if (other.status !== "preaccepted" || led) return "impossible";
      verdict = "open";
    }
  }
  return verdict;
}
