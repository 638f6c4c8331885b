/**
 * Reads that do not go through the log (thesis §6.4): by a round of messages that confirms the leader, or by a lease.
 *
 * A round is numbered; a read belongs to the first round that begins after it came. A lease counts from the moment the
 * round that earned it began, and is shorter than the shortest election timeout by twice the drift of clocks.
 */
import type { NodeId, Operation } from "../../simulation/protocol.ts";
import type { RaftRules } from "./raft-rules.ts";
import { type Ctx, LEASE_READ, type Leadership, type RaftNode, ROUND_READ, termAt } from "./raft-state.ts";

export interface RaftReads {
  read(node: RaftNode, lead: Leadership, operation: Operation, ctx: Ctx): void;
  /** Once in a heartbeat interval: asks again, and renews the lease. Returns the seconds to the next time. */
  renew(node: RaftNode, lead: Leadership, ctx: Ctx): number;
  confirmed(node: RaftNode, lead: Leadership, round: number, from: NodeId, ctx: Ctx): void;
  /** Something of the own term has been committed: reads that waited for that begin. */
  committed(node: RaftNode, lead: Leadership, ctx: Ctx): void;
}

/** Clocks are read and timers set in floating point: an interval is over a little before its end. */
const ALMOST_NOTHING = 1e-9;

export function readsBy(rules: RaftRules): RaftReads {
  const answer = (node: RaftNode, operation: Operation, ctx: Ctx): void =>
    ctx.reply(operation, node.machine.values.get(operation.key));

  /** A new leader does not know what is committed until an entry of its own term is (§6.4, step 1). */
  const begin = (node: RaftNode, lead: Leadership, ctx: Ctx): void => {
    if (termAt(node, node.commit) !== node.term) return;
    lead.round++;
    lead.roundSince = rules.leaseTime(ctx);
    lead.roundFrom = 1 << node.id;
    lead.reads = lead.laterReads;
    lead.laterReads = [];
    ask(node, lead, ctx);
    conclude(node, lead, ctx);
  };

  const ask = (node: RaftNode, lead: Leadership, ctx: Ctx): void => {
    const m = { kind: "confirm", term: node.term, round: lead.round } as const;
    for (const peer of lead.peers) if (((lead.roundFrom >>> peer) & 1) === 0) ctx.send(peer, m);
  };

  const conclude = (node: RaftNode, lead: Leadership, ctx: Ctx): void => {
    if (!rules.isConfirmed(node)) return;
    if (ctx.settings.reads === "lease" && !lead.leaseLost)
      lead.leaseUntil = lead.roundSince + rules.leaseLength(ctx.settings);
    if (lead.reads.length > 0) node.happened |= ROUND_READ;
    for (const operation of lead.reads.splice(0)) answer(node, operation, ctx);
    if (lead.laterReads.length > 0) begin(node, lead, ctx);
  };

  return {
    read(node, lead, operation, ctx) {
      if (ctx.settings.reads === "lease" && rules.holdsLease(node, rules.leaseTime(ctx))) {
        node.happened |= LEASE_READ;
        answer(node, operation, ctx);
        return;
      }
      lead.laterReads.push(operation);
      if (lead.reads.length === 0) begin(node, lead, ctx);
    },
    renew(node, lead, ctx) {
      const { heartbeatInterval } = ctx.settings;
      const now = ctx.localTime();
      const left = heartbeatInterval - (now - lead.renewedAt);
      if (left > heartbeatInterval * ALMOST_NOTHING) return left;
      lead.renewedAt = now;
      if (lead.reads.length > 0) ask(node, lead, ctx);
      else if (ctx.settings.reads === "lease" || lead.laterReads.length > 0) begin(node, lead, ctx);
      return heartbeatInterval;
    },
    confirmed(node, lead, round, from, ctx) {
      if (round !== lead.round) return;
      lead.roundFrom |= 1 << from;
      conclude(node, lead, ctx);
    },
    committed(node, lead, ctx) {
      if (lead.laterReads.length > 0 && lead.reads.length === 0) begin(node, lead, ctx);
    },
  };
}
