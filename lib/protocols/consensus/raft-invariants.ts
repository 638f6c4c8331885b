/**
 * What must always hold of Raft's states, and what must happen now and then.
 *
 * That a term has one leader and an index one committed entry is claimed as it happens (`context.claim`), so it holds
 * across crashes; what stands here is said of the nodes that are up. `changed` is the one node whose state may be
 * another than when all this last held: then only what concerns it is looked at.
 */
import { everyPair } from "./pairs.ts";
import {
  DEPOSED,
  HANDED_OVER,
  INSTALLED,
  LEASE_READ,
  lastIndex,
  PRE_VOTE_LOST,
  type RaftNode,
  REPEATED,
  ROUND_READ,
  STEPPED_DOWN,
  TRUNCATED,
  termAt,
  VOTE_SPLIT,
} from "./raft-state.ts";
import { countVotes } from "./settings.ts";

// Copies: an imported function is read through its module at each call.
const [termOf, lastOf, votesIn, eachPair] = [termAt, lastIndex, countVotes, everyPair];

/** Entries looked at where logs are compared. */
const FAR = 4;

/** §5.2: no two leaders of one term. */
const notBothLead = (a: RaftNode, b: RaftNode): boolean =>
  a.lead === null || b.lead === null || a.term !== b.term;

/** §5.3: where two logs have an entry of one index and term, it is the same entry, and so are those before it. */
function logsMatch(a: RaftNode, b: RaftNode): boolean {
  const end = a.log.end < b.log.end ? a.log.end : b.log.end;
  let first = a.log.first > b.log.first ? a.log.first : b.log.first;
  if (end - FAR > first) first = end - FAR;
  let same = false;
  for (let index = end - 1; index >= first; index--) {
    const x = a.log.get(index);
    const y = b.log.get(index);
    if (x === y) {
      same = true;
    } else if (x === undefined || y === undefined || x.term !== y.term) {
      if (same) return false;
    } else {
      if (x.operation !== y.operation || x.config !== y.config) return false;
      same = true;
    }
  }
  return true;
}

/** Terms never fall along a log, and none is above the node's own; what is committed it has. */
function isSound(node: RaftNode): boolean {
  const { log } = node;
  const last = log.end - 1;
  if (node.commit > last) return false;
  let term = node.term;
  const from = Math.max(log.first, Math.min(node.commit, last - FAR));
  for (let index = last; index >= from; index--) {
    const own = termOf(node, index);
    if (own > term) return false;
    term = own;
  }
  return true;
}

/** The node that leads the newest term anybody knows, or null. */
function newestLeader(nodes: readonly RaftNode[]): RaftNode | null {
  let newest = 0;
  let leader: RaftNode | null = null;
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i];
    if (node.term > newest) {
      newest = node.term;
      leader = null;
    }
    if (node.lead !== null && node.term === newest) leader = node;
  }
  return leader;
}

/**
 * §5.4: the leader of the newest term has every entry that anybody knows to be committed; and as long as the group has
 * not changed, a quorum holds what this leader has committed (of those that are down nobody knows).
 */
function newestLeaderIsComplete(nodes: readonly RaftNode[]): boolean {
  const leader = newestLeader(nodes);
  if (leader === null) return true;
  const last = lastOf(leader);
  const { commit: settled, config } = leader;
  const term = termOf(leader, settled);
  let holders = leader.configIndex > 0 ? config.quorum : votesIn(config.voters) - nodes.length;
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i];
    const { commit } = node;
    if (commit > last) return false;
    const known = commit >= node.log.first && commit >= leader.log.first;
    if (known && termOf(leader, commit) !== termOf(node, commit)) return false;
    if (settled < node.log.first || settled < leader.log.first || termOf(node, settled) === term) holders++;
    else if (((config.voters >>> node.id) & 1) === 0) holders++; // it need not
  }
  return holders >= config.quorum;
}

type Invariant = (nodes: readonly RaftNode[], changed?: RaftNode) => boolean;

export const always: Readonly<Record<string, Invariant>> = {
  electionSafety: (nodes, changed) =>
    (changed !== undefined && changed.lead === null) || eachPair(nodes, changed, notBothLead),
  logMatching: (nodes, changed) => eachPair(nodes, changed, logsMatch),
  logTermsMonotonic: (nodes, changed) => (changed === undefined ? nodes.every(isSound) : isSound(changed)),
  leaderCompleteness: newestLeaderIsComplete,
};

/** Who leads, terms, commits and logs: all that is read above. Configurations stand in the log. */
export const revision = ({ term, commit, log, lead }: RaftNode): number =>
  (((term * 1024 + commit) * 1024 + log.end) * 1024 + log.rewrites) * 2 + (lead === null ? 0 : 1);

const happened = (event: number) => (nodes: readonly RaftNode[]) => {
  for (let i = 0; i < nodes.length; i++) if ((nodes[i].happened & event) !== 0) return true;
  return false;
};

export const sometimes: Readonly<Record<string, (nodes: readonly RaftNode[]) => boolean>> = {
  someoneLeads: (nodes) => nodes.some((node) => node.lead !== null),
  somethingCommitted: (nodes) => nodes.some((node) => node.commit > 1),
  leaderChanged: (nodes) => nodes.some((node) => node.lead !== null && node.term > 1 && node.commit > 1),
  logTruncated: happened(TRUNCATED),
  voteSplit: happened(VOTE_SPLIT),
  staleLeaderDeposed: happened(DEPOSED),
  operationRepeated: happened(REPEATED),
  groupChanged: (nodes) => nodes.some((node) => node.configIndex > 0 && node.configIndex <= node.commit),
  leadershipHandedOver: happened(HANDED_OVER),
  snapshotInstalled: happened(INSTALLED),
  readConfirmed: happened(ROUND_READ),
  leaseReadServed: happened(LEASE_READ),
  leaderLostQuorum: happened(STEPPED_DOWN),
  preVoteLost: happened(PRE_VOTE_LOST),
};
