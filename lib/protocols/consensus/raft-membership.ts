/**
 * Changes of the group by its leader: single servers (thesis §4.1), joint consensus (§4.3), handing over (§3.10).
 *
 * A change waits until those to come have caught up (§4.2.1), the one before it is committed, and so is an entry of the
 * leader's own term (Ongaro, "bug in single-server membership changes", raft-dev, 10 July 2015).
 */
import type { NodeId } from "../../simulation/protocol.ts";
import { configuration, goBy, membersOf } from "./raft-config.ts";
import type { RaftReplication } from "./raft-replication.ts";
import type { RaftRules } from "./raft-rules.ts";
import {
  type Configuration,
  type Ctx,
  HANDED_OVER,
  type Leadership,
  lastIndex,
  type MemberChange,
  type RaftNode,
} from "./raft-state.ts";
import type { RaftTerm } from "./raft-term.ts";

export interface RaftMembership {
  /** What an operator orders; only a leader obeys, and an order that makes no sense is ignored. */
  readonly commands: {
    add(node: RaftNode, server: number, ctx: Ctx): void;
    remove(node: RaftNode, server: number, ctx: Ctx): void;
    members(node: RaftNode, mask: number, ctx: Ctx): void;
    transfer(node: RaftNode, server: number, ctx: Ctx): void;
  };
  matched(node: RaftNode, lead: Leadership, peer: NodeId, ctx: Ctx): void;
  committed(node: RaftNode, lead: Leadership, before: number, ctx: Ctx): void;
  abortTransfer(node: RaftNode, ctx: Ctx): void;
}

/** The nodes of a mask but one, in ascending order. */
export function nodesOf(mask: number, but: NodeId): number[] {
  const nodes: number[] = [];
  for (let node = 0; mask >>> node > 0 && node < 31; node++)
    if (((mask >>> node) & 1) === 1 && node !== but) nodes.push(node);
  return nodes;
}

export function membershipBy(
  rules: RaftRules,
  term: RaftTerm,
  replication: () => RaftReplication,
): RaftMembership {
  const begin = (node: RaftNode, change: MemberChange, ctx: Ctx): void => {
    const { lead } = node;
    if (lead === null || change.add >= 2 ** ctx.nodes) return;
    lead.change = change;
    addPeers(node, lead, change.add);
    proceed(node, lead, ctx);
    replication().flush(node, ctx);
  };

  /** Writes the change into the log as soon as it may: when those to come have caught up (§4.2.1). */
  const proceed = (node: RaftNode, lead: Leadership, ctx: Ctx): void => {
    const { change } = lead;
    if (change === null || node.config.next !== 0 || !rules.mayChangeMembers(node)) return;
    const { voters } = node.config;
    const group = (voters & ~change.remove) | change.add;
    for (const learner of nodesOf(group & ~voters, node.id))
      if (lead.matchIndex[learner] < node.commit) return;
    lead.change = null;
    if (group === voters || group === 0) return;
    const config = change.joint
      ? configuration(voters, group, ctx.settings)
      : configuration(group, 0, ctx.settings);
    write(node, lead, config, ctx);
  };

  /** A configuration holds from the moment it stands in the log (§4.1). */
  const write = (node: RaftNode, lead: Leadership, config: Configuration, ctx: Ctx): void => {
    addPeers(node, lead, membersOf(config));
    replication().appendToOwnLog(node, lead, { term: node.term, operation: null, config });
    goBy(node, config, lastIndex(node));
    replication().flush(node, ctx);
  };

  /** §4.3: when both groups have agreed, the new one goes on alone; whoever has left goes (§4.2.2). */
  const settled = (node: RaftNode, lead: Leadership, ctx: Ctx): void => {
    const { voters, next } = node.config;
    if (next !== 0) {
      write(node, lead, configuration(next, 0, ctx.settings), ctx);
      return;
    }
    for (const peer of lead.peers) {
      if (((voters >>> peer) & 1) === 1) continue;
      replication().heartbeat(node, lead, peer, ctx); // those who leave learn that they have left
    }
    lead.peers = nodesOf(voters | (lead.change?.add ?? 0), node.id);
    if (((voters >>> node.id) & 1) === 0) term.stepDown(node, ctx);
  };

  const handOver = (node: RaftNode, lead: Leadership, ctx: Ctx): void => {
    if (lead.matchIndex[lead.transferTo] < lastIndex(node)) return;
    node.happened |= HANDED_OVER;
    // The order may come late, after this leader has taken over again: its leases are worth nothing in this term.
    lead.leaseLost = true;
    lead.leaseUntil = Number.NEGATIVE_INFINITY;
    ctx.send(lead.transferTo, { kind: "timeoutNow", term: node.term });
  };

  return {
    commands: {
      add: (node, server, ctx) => {
        if (server < ctx.nodes) begin(node, { add: 1 << server, remove: 0, joint: false }, ctx);
      },
      remove: (node, server, ctx) => {
        if (server < ctx.nodes) begin(node, { add: 0, remove: 1 << server, joint: false }, ctx);
      },
      members: (node, mask, ctx) => begin(node, { add: mask, remove: -1, joint: true }, ctx),
      transfer(node, server, ctx) {
        const { lead } = node;
        const isMember = server < ctx.nodes && ((membersOf(node.config) >>> server) & 1) === 1;
        if (lead === null || !isMember || server === node.id || lead.transferTo >= 0) return;
        replication().flush(node, ctx);
        lead.transferTo = server;
        ctx.setTimer("transfer", ctx.settings.electionTimeoutMin);
        handOver(node, lead, ctx);
      },
    },
    matched(node, lead, peer, ctx) {
      if (lead.transferTo === peer) handOver(node, lead, ctx);
      proceed(node, lead, ctx);
    },
    committed(node, lead, before, ctx) {
      const index = node.configIndex;
      if (index > before && index <= node.commit) settled(node, lead, ctx);
      if (node.lead === lead) proceed(node, lead, ctx);
    },
    /** It has not come to anything within a timeout: this leader goes on (§3.10). */
    abortTransfer(node, ctx) {
      const { lead } = node;
      if (lead === null || lead.transferTo < 0) return;
      lead.transferTo = -1;
      for (const operation of node.waiting.splice(0))
        replication().appendToOwnLog(node, lead, { term: node.term, operation, config: null });
      replication().flush(node, ctx);
    },
  };
}

/** Begins to send entries to nodes it did not send to. */
function addPeers(node: RaftNode, lead: Leadership, mask: number): void {
  for (const peer of nodesOf(mask, node.id)) {
    if (lead.peers.includes(peer)) continue;
    lead.nextIndex[peer] = node.log.end;
    lead.outstanding[peer] = 0;
    lead.probing[peer] = false;
    lead.sentAt[peer] = Number.NEGATIVE_INFINITY;
    // As if all had been sent: the answer to the next heartbeat tells what is lacking.
    lead.peers = nodesOf(
      lead.peers.reduce((all, other) => all | (1 << other), 1 << peer),
      node.id,
    );
  }
}
