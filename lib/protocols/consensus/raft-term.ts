/** Terms and roles (§5.1): how a node comes to follow, and what it writes down before it speaks (figure 2). */
import type { NodeId } from "../../simulation/protocol.ts";
import { noteConfigs } from "./raft-config.ts";
import type { RaftRules, Save } from "./raft-rules.ts";
import { type Ctx, DEPOSED, type RaftNode } from "./raft-state.ts";

export interface RaftTerm {
  readonly save: Save;
  restartElectionTimer(ctx: Ctx): void;
  /** §5.1: a larger term, in any message, ends the role this node had. */
  observeTerm(node: RaftNode, term: number, ctx: Ctx): void;
  stepDown(node: RaftNode, ctx: Ctx): void;
  /** A leader of this term has been heard. */
  follow(node: RaftNode, leader: NodeId, ctx: Ctx): void;
  /** Whether this node leads, or has heard the leader within the shortest election timeout. */
  hearsLeader(node: RaftNode, ctx: Ctx): boolean;
}

/** Clocks are read and timers set in floating point: a timeout is over a little before its end. */
const ALMOST = 1 - 1e-9;

export function termBy(rules: RaftRules): RaftTerm {
  const save: Save = (node, from, entries, ctx) => {
    if (node.savedTerm === node.term && node.savedVote === node.votedFor && from === 0) {
      ctx.barrier(); // an answer must not vouch for entries still on their way to the disk
      return;
    }
    node.savedTerm = node.term;
    node.savedVote = node.votedFor;
    ctx.persist(rules.record(node, from, entries));
  };

  const restartElectionTimer = (ctx: Ctx): void => {
    const { electionTimeoutMin: min, electionTimeoutMax: max } = ctx.settings;
    ctx.setTimer("election", min + (max - min) * ctx.random.uniform());
  };

  const stepDown = (node: RaftNode, ctx: Ctx): void => {
    if (node.lead !== null) endLeadership(node, ctx);
    node.role = "follower";
    node.preVotes = 0;
    restartElectionTimer(ctx);
  };

  const observeTerm = (node: RaftNode, term: number, ctx: Ctx): void => {
    if (!rules.isNewTerm(node, term)) return;
    rules.enterTerm(node, term);
    node.preVotes = 0;
    if (node.lead !== null) node.happened |= DEPOSED;
    if (node.role !== "follower") stepDown(node, ctx);
  };

  const follow = (node: RaftNode, leader: NodeId, ctx: Ctx): void => {
    if (node.role !== "follower") stepDown(node, ctx);
    node.leader = leader;
    node.preVotes = 0;
    if (node.listens) node.heardAt = ctx.localTime();
    restartElectionTimer(ctx);
    if (node.waiting.length === 0) return;
    for (const operation of node.waiting.splice(0)) ctx.refuse(operation, leader);
  };

  const hearsLeader = (node: RaftNode, ctx: Ctx): boolean =>
    node.lead !== null ||
    (node.listens && ctx.localTime() - node.heardAt < ctx.settings.electionTimeoutMin * ALMOST);

  return { save, restartElectionTimer, observeTerm, stepDown, follow, hearsLeader };
}

/** What it has not answered waits for the next leader; entries that nobody has seen go. */
function endLeadership(node: RaftNode, ctx: Ctx): void {
  const { lead, log } = node;
  if (lead === null) return;
  node.lead = null;
  node.leader = -1;
  for (const name of ["heartbeat", "batch", "quorum", "transfer"]) ctx.clearTimer(name);
  node.waiting.push(...lead.reads, ...lead.laterReads);
  if (lead.unsent === 0) return;
  const from = log.end - lead.unsent;
  for (let index = from; index < log.end; index++) {
    const operation = log.get(index)?.operation ?? null;
    if (operation !== null) node.waiting.push(operation);
  }
  log.truncateFrom(from);
  noteConfigs(node, from);
}
