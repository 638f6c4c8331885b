/**
 * Elections (§5.2, §5.4.1), with a vote beforehand (thesis §9.6), leaders that make sure of their quorum (§6.2), and
 * nodes that do not desert a leader they hear (§4.2.3).
 */
import type { NodeId } from "../../simulation/protocol.ts";
import { mayStand, membersOf } from "./raft-config.ts";
import { nodesOf } from "./raft-membership.ts";
import type { RaftReplication } from "./raft-replication.ts";
import type { RaftRules } from "./raft-rules.ts";
import {
  type Ctx,
  type Leadership,
  lastIndex,
  NO_ENTRIES,
  PRE_VOTE_LOST,
  type RaftNode,
  type RequestVote,
  STEPPED_DOWN,
  termAt,
  VOTE_SPLIT,
  type Vote,
} from "./raft-state.ts";
import type { RaftTerm } from "./raft-term.ts";

// Copies: an imported function is read through its module at each call.
const [standing, members, nodesIn, lastOf] = [mayStand, membersOf, nodesOf, lastIndex];

export interface RaftElection {
  /** No word from a leader for a timeout. */
  timeout(node: RaftNode, ctx: Ctx): void;
  /** The leader hands over (thesis §3.10). */
  timeoutNow(node: RaftNode, term: number, ctx: Ctx): void;
  requestVote(node: RaftNode, m: RequestVote, from: NodeId, ctx: Ctx): void;
  vote(node: RaftNode, m: Vote, from: NodeId, ctx: Ctx): void;
  checkQuorum(node: RaftNode, ctx: Ctx): void;
}

export function electionBy(rules: RaftRules, term: RaftTerm, replication: RaftReplication): RaftElection {
  const { save, observeTerm, restartElectionTimer } = term;

  const ask = (node: RaftNode, forTerm: number, preVote: boolean, transfer: boolean, ctx: Ctx): void => {
    const last = lastOf(node);
    const lastTerm = termAt(node, last);
    const m = { kind: "requestVote", term: forTerm, lastIndex: last, lastTerm, preVote, transfer } as const;
    const asked = members(node.config) & ~(1 << node.id);
    for (let peer = 0; peer < ctx.nodes; peer++) if (((asked >>> peer) & 1) === 1) ctx.send(peer, m);
  };

  const stand = (node: RaftNode, transfer: boolean, ctx: Ctx): void => {
    rules.enterTerm(node, node.term + 1);
    node.votedFor = node.id;
    node.role = "candidate";
    node.preVotes = 0;
    node.votes = 1 << node.id;
    restartElectionTimer(ctx);
    save(node, 0, NO_ENTRIES, ctx); // before asking: a vote forgotten in a crash is a second vote
    ask(node, node.term, false, transfer, ctx);
    if (rules.isQuorum(node.config, node.votes))
      ctx.send(node.id, { kind: "vote", term: node.term, granted: true, preVote: false });
  };

  const becomeLeader = (node: RaftNode, ctx: Ctx): void => {
    ctx.claim("leader", node.term, node.id);
    node.timesLed++;
    const lead = newLeadership(node, ctx);
    node.role = "leader";
    node.lead = lead;
    node.leader = node.id;
    ctx.clearTimer("election");
    ctx.setTimer("heartbeat", ctx.settings.heartbeatInterval);
    if (ctx.settings.checkQuorum) ctx.setTimer("quorum", ctx.settings.electionTimeoutMin);
    replication.appendToOwnLog(node, lead, { term: node.term, operation: null, config: null });
    replication.flush(node, ctx);
  };

  /** Would it be elected? A pre-vote changes nothing with those who are asked (thesis §9.6). */
  const answerPreVote = (node: RaftNode, m: RequestVote, from: NodeId, ctx: Ctx): void => {
    const granted = m.term > node.term && rules.isUpToDate(node, m) && !term.hearsLeader(node, ctx);
    save(node, 0, NO_ENTRIES, ctx); // its own term may still be on its way to the disk
    ctx.send(from, { kind: "vote", term: granted ? m.term : node.term, granted, preVote: true });
  };

  const notePreVote = (node: RaftNode, m: Vote, from: NodeId, ctx: Ctx): void => {
    if (!m.granted) {
      observeTerm(node, m.term, ctx);
      return;
    }
    if (node.role === "leader" || node.preVotes === 0 || m.term !== node.term + 1) return;
    node.preVotes = rules.addVote(node.preVotes, from);
    if (rules.isQuorum(node.config, node.preVotes)) stand(node, false, ctx);
  };

  return {
    timeout(node, ctx) {
      if (node.role === "leader") return;
      node.leader = -1; // whom clients would be sent to in vain
      if (!standing(node) || (node.loyal && term.hearsLeader(node, ctx))) {
        restartElectionTimer(ctx);
        return;
      }
      if (node.role === "candidate") node.happened |= VOTE_SPLIT;
      if (!ctx.settings.preVote) {
        stand(node, false, ctx);
        return;
      }
      if (node.preVotes !== 0) node.happened |= PRE_VOTE_LOST;
      node.preVotes = 1 << node.id;
      if (rules.isQuorum(node.config, node.preVotes)) {
        stand(node, false, ctx);
        return;
      }
      restartElectionTimer(ctx);
      ask(node, node.term + 1, true, false, ctx);
    },
    timeoutNow(node, forTerm, ctx) {
      if (forTerm === node.term && node.role === "follower" && standing(node)) stand(node, true, ctx);
    },
    requestVote(node, m, from, ctx) {
      if (m.preVote) {
        answerPreVote(node, m, from, ctx);
        return;
      }
      // Not even its term is taken in: a node cut off for long must not depose the leader all others hear.
      if (node.loyal && !m.transfer && term.hearsLeader(node, ctx)) return;
      observeTerm(node, m.term, ctx);
      const granted = m.term === node.term && rules.mayVote(node, from) && rules.isUpToDate(node, m);
      if (granted) {
        node.votedFor = from;
        restartElectionTimer(ctx);
      }
      save(node, 0, NO_ENTRIES, ctx);
      ctx.send(from, { kind: "vote", term: node.term, granted, preVote: false });
    },
    vote(node, m, from, ctx) {
      if (m.preVote) {
        notePreVote(node, m, from, ctx);
        return;
      }
      observeTerm(node, m.term, ctx);
      if (node.role !== "candidate" || !m.granted || !rules.isVoteFor(node, m.term)) return;
      node.votes = rules.addVote(node.votes, from);
      if (rules.isQuorum(node.config, node.votes)) becomeLeader(node, ctx);
    },
    checkQuorum(node, ctx) {
      const { lead } = node;
      if (lead === null) return;
      if (!rules.isQuorum(node.config, lead.heard | (1 << node.id))) {
        node.happened |= STEPPED_DOWN;
        term.stepDown(node, ctx);
        return;
      }
      lead.heard = 0;
      ctx.setTimer("quorum", ctx.settings.electionTimeoutMin);
    },
  };
}

function list<T>(nodes: number, value: T): T[] {
  const values: T[] = [];
  for (let node = 0; node < nodes; node++) values.push(value);
  return values;
}

/** Figure 2: the next entry for each is the one after the last, and none is known to hold anything. */
function newLeadership(node: RaftNode, ctx: Ctx): Leadership {
  const { nodes } = ctx;
  return {
    nextIndex: list(nodes, node.log.end),
    matchIndex: list(nodes, 0),
    outstanding: list(nodes, 0),
    probing: list(nodes, false),
    probe: list(nodes, 0),
    sentAt: list(nodes, Number.NEGATIVE_INFINITY),
    peers: nodesIn(members(node.config), node.id),
    unsent: 0,
    heard: 0,
    round: 0,
    roundSince: 0,
    renewedAt: ctx.localTime(),
    roundFrom: 0,
    reads: [],
    laterReads: [],
    leaseUntil: Number.NEGATIVE_INFINITY,
    leaseLost: false,
    change: null,
    transferTo: -1,
  };
}
