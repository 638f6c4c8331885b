/**
 * EPaxos: what a replica looks after from time to time.
 *
 * Source: when is left open by Moraru et al., SOSP 2013, §4.3.3 ("if a replica suspects another has failed").
 */
import { checkpoint } from "./epaxos-memory.ts";
import { takeOver } from "./epaxos-recovery.ts";
import { beginAccept, type EPaxosRules, sendLead } from "./epaxos-rounds.ts";
import { type Ctx, type EPaxosNode, instanceOf, isCommitted, type Lead } from "./epaxos-state.ts";
import { askAgain } from "./epaxos-trial.ts";
import { countVotes } from "./settings.ts";

/** Who has not answered by now is further than was thought: the next command asks others to be fast. */
function blameTheSilent(node: EPaxosNode, lead: Lead, now: number): void {
  for (let peer = 0; peer < node.group; peer++)
    if (((lead.answers >> peer) & 1) === 0) node.lag[peer] = Math.max(node.lag[peer], now - lead.begun);
}

/** Patiences after which an instance is looked after again, at most. */
const MOST_CALM = 8;

/**
 * Now and then: what has not moved goes the slow way, is sent again, or is taken over.
 *
 * Each time an instance is left alone for twice as long: nobody answers a replica that is cut off, and replicas that take
 * over one instance undo each other's work.
 */
export function nudge(node: EPaxosNode, rules: EPaxosRules, ctx: Ctx): void {
  const { patience } = ctx.settings;
  ctx.barrier(); // what is sent again may not have been durable enough to be sent at all
  const now = ctx.localTime();
  for (let replica = 0; replica < node.group; replica++) {
    const log = node.logs[replica];
    for (let index = node.executed[replica]; index < log.end; index++) {
      const heardOf = log.get(index) !== undefined;
      const instance = instanceOf(node, replica, index);
      if (instance === null || isCommitted(instance)) continue;
      // A later one has overtaken it, or it is lost: of a gap patience begins when it is seen.
      if (!heardOf) instance.touched = now;
      if (!(now - instance.touched >= patience * instance.calm)) continue;
      const { lead } = instance;
      instance.touched = now;
      instance.calm = Math.min(MOST_CALM, 2 * instance.calm);
      if (lead?.phase === "preaccept") blameTheSilent(node, lead, now);
      if (lead?.phase === "preaccept" && countVotes(lead.answers) >= rules.majority(node.group)) {
        beginAccept(node, instance, lead.ballot, { ...lead, operation: instance.operation }, rules, ctx);
      } else if (lead?.phase === "try") askAgain(node, instance, lead, rules, ctx);
      else if (lead !== null) sendLead(instance, ctx);
      else takeOver(node, instance, ctx);
    }
  }
  ctx.setTimer("nudge", patience * (0.5 + ctx.random.uniform()));
  checkpoint(node, rules, ctx);
}
