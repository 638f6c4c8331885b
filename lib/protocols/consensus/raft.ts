/**
 * Raft: leader election and log replication.
 *
 * Source      Ongaro & Ousterhout, "In Search of an Understandable Consensus Algorithm", ATC 2014, §5.1–5.4
 * Promises    at most one leader in a term (§5.2); logs match (§5.3); a leader holds every committed entry (§5.4)
 * Assumes     crash-recovery nodes; messages lost, repeated, reordered, never forged; persist() is durable
 * Leaves out  membership change (§6), snapshots (§7: entries are kept until every node has them), client sessions
 *             and read-only optimisations (§8: reads go through the log), resending lost entries before the next
 *             heartbeat
 */
import { DomainError } from "../../core/errors.ts";
import { SlidingLog } from "../../core/sliding-log.ts";
import { ValueStore } from "../../core/value-store.ts";
import type { NodeId, Operation, Protocol, SystemFacts } from "../../simulation/protocol.ts";
import {
  type Append,
  bytesOf,
  type Ctx,
  dropHeld,
  durable,
  type Entry,
  lastIndex,
  parameters,
  type RaftDurable,
  type RaftMessage,
  type RaftNode,
  type RaftRecord,
  sameCommitted,
  takeEntries,
  termAt,
  upToDate,
} from "./raft-state.ts";
import { checkGroup, countVotes, deriveCommon } from "./settings.ts";

/** Entries are told apart in claims by term and operation: ids stay below this. */
const MOST_OPERATIONS = 2 ** 32;

function restartElectionTimer(ctx: Ctx): void {
  const { electionTimeoutMin: min, electionTimeoutMax: max } = ctx.settings;
  ctx.setTimer("election", min + (max - min) * ctx.random.uniform());
}

/** §5.1: a larger term, in any message, ends the role this node had. */
function observeTerm(node: RaftNode, term: number, ctx: Ctx): void {
  if (term <= node.term) return;
  node.term = term;
  node.votedFor = -1;
  if (node.role !== "follower") restartElectionTimer(ctx);
  node.role = "follower";
}

function becomeLeader(node: RaftNode, ctx: Ctx): void {
  ctx.claim("leader", node.term, node.id);
  node.role = "leader";
  node.leader = node.id;
  ctx.clearTimer("election");
  ctx.setTimer("heartbeat", ctx.settings.heartbeatInterval);
  for (let peer = 0; peer < ctx.nodes; peer++) {
    node.nextIndex[peer] = node.log.end;
    node.matchIndex[peer] = 0;
    node.outstanding[peer] = 0;
    node.probing[peer] = false;
    node.quietSinceHeartbeat[peer] = true;
  }
  appendToOwnLog(node, null);
  flush(node, ctx);
}

function appendToOwnLog(node: RaftNode, operation: Operation | null): void {
  node.log.append({ term: node.term, operation });
  node.unsent++;
}

/** Sends every follower what it lacks, as far as the pipeline allows, then writes to the own disk (in parallel, §10.2.1 of the thesis). */
function flush(node: RaftNode, ctx: Ctx): void {
  const { pipeline } = ctx.settings;
  let built: Append | null = null;
  for (let peer = 0; peer < ctx.nodes; peer++) {
    if (peer === node.id) continue;
    const most = node.probing[peer] ? 1 : pipeline || Number.POSITIVE_INFINITY;
    while (node.nextIndex[peer] < node.log.end && node.outstanding[peer] < most) {
      if (node.probing[peer] || built === null || built.previousIndex !== node.nextIndex[peer] - 1)
        built = buildAppend(node, peer, ctx);
      sendAppend(node, peer, built, ctx);
      if (node.probing[peer]) built = null;
    }
  }
  if (node.unsent > 0) storeUnsent(node, ctx);
  ctx.clearTimer("batch");
}

function buildAppend(node: RaftNode, peer: NodeId, ctx: Ctx): Append {
  const from = node.nextIndex[peer];
  // Catching up takes one message for all that is lacking: single ones would overtake each other and be refused again.
  const upTo = node.probing[peer] ? node.log.end : Math.min(node.log.end, from + ctx.settings.batchMax);
  const entries: Entry[] = [];
  for (let index = from; index < upTo; index++) entries.push(node.log.get(index) as Entry);
  return {
    kind: "append",
    term: node.term,
    previousIndex: from - 1,
    previousTerm: termAt(node, from - 1),
    entries,
    commit: node.commit,
    held: node.held,
  };
}

function sendAppend(node: RaftNode, peer: NodeId, message: Append, ctx: Ctx): void {
  node.nextIndex[peer] = message.previousIndex + 1 + message.entries.length;
  node.outstanding[peer]++;
  if (node.probing[peer]) node.probe[peer] = message.previousIndex;
  node.quietSinceHeartbeat[peer] = false;
  ctx.send(peer, message);
}

/** Term, vote and entries must be durable before anybody hears of them (figure 2). */
function save(node: RaftNode, from: number, entries: readonly Entry[], ctx: Ctx): void {
  const known = node.savedTerm === node.term && node.savedVote === node.votedFor;
  if (known && entries.length === 0) {
    ctx.barrier(); // an answer must not vouch for entries still on their way to the disk
    return;
  }
  node.savedTerm = node.term;
  node.savedVote = node.votedFor;
  ctx.persist({ term: node.term, votedFor: node.votedFor, from, entries } satisfies RaftRecord);
}

/** The leader's own write counts as one of the quorum once it is durable. */
function storeUnsent(node: RaftNode, ctx: Ctx): void {
  const entries: Entry[] = [];
  const from = node.log.end - node.unsent;
  for (let index = from; index < node.log.end; index++) entries.push(node.log.get(index) as Entry);
  node.unsent = 0;
  save(node, from, entries, ctx);
  ctx.send(node.id, { kind: "stored", term: node.term, match: lastIndex(node) });
}

/** §5.3, §5.4.2: commits what a quorum holds, but only by counting an entry of the own term. */
function advanceCommit(node: RaftNode, ctx: Ctx): void {
  let commit = node.commit;
  for (let index = commit + 1; index < node.log.end; index++) {
    let holders = 0;
    for (let peer = 0; peer < ctx.nodes; peer++) if (node.matchIndex[peer] >= index) holders++;
    if (holders < ctx.settings.quorum) break;
    if (termAt(node, index) === node.term) commit = index;
  }
  if (commit > node.commit) applyUpTo(node, commit, ctx);
}

function applyUpTo(node: RaftNode, upTo: number, ctx: Ctx): void {
  while (node.commit < upTo) {
    const entry = node.log.get(++node.commit) as Entry;
    const { operation } = entry;
    ctx.claim(
      "committed",
      node.commit,
      entry.term * MOST_OPERATIONS + (operation === null ? 0 : operation.id + 1),
    );
    if (operation === null) continue;
    if (operation.kind === "write") node.store.set(operation.key, operation.id);
    if (node.role !== "leader") continue;
    ctx.reply(operation, operation.kind === "write" ? operation.id : node.store.get(operation.key));
  }
}

/**
 * §5.3: a follower lacks what comes before. Messages under way will be refused for the same reason, so those
 * refusals count once: the leader goes back, and sends one append at a time until one succeeds.
 */
function stepBack(
  node: RaftNode,
  peer: NodeId,
  m: { readonly match: number; readonly previousIndex: number },
): void {
  const expected = node.probing[peer]
    ? m.previousIndex === node.probe[peer]
    : m.previousIndex > node.matchIndex[peer];
  if (!expected) return;
  node.nextIndex[peer] = Math.max(node.matchIndex[peer] + 1, Math.min(m.match + 1, m.previousIndex));
  node.probing[peer] = true;
  node.outstanding[peer] = 0;
}

/** A follower (or the leader itself) is known to hold everything up to an index. */
function noteMatch(node: RaftNode, peer: NodeId, match: number, ctx: Ctx): void {
  if (match <= node.matchIndex[peer]) return;
  node.matchIndex[peer] = match;
  if (match > node.commit) advanceCommit(node, ctx);
  let held = match;
  for (let other = 0; other < ctx.nodes; other++)
    if (node.matchIndex[other] < held) held = node.matchIndex[other];
  if (held > node.held) {
    node.held = held;
    dropHeld(node, held);
  }
}

export const raft: Protocol<typeof parameters, RaftNode, RaftMessage, RaftDurable> = {
  name: "raft",
  title: "Raft: leader election and log replication",
  source: "Ongaro & Ousterhout, In Search of an Understandable Consensus Algorithm, ATC 2014, §5.1–5.4",
  promises: "at most one leader in a term; logs match; a leader holds every committed entry",
  assumes: "messages are never forged; what is persisted is durable",
  leavesOut: "membership change, snapshots, client sessions, read-only optimisations",
  parameters,
  entry: "leader",
  derive(settings, facts: SystemFacts) {
    const common = deriveCommon(settings, facts);
    const min =
      settings.electionTimeoutMin || Math.max(0.15, 3 * common.heartbeatInterval, 5 * facts.longestRtt);
    return { ...common, electionTimeoutMin: min, electionTimeoutMax: settings.electionTimeoutMax || 2 * min };
  },
  check(settings, nodes) {
    checkGroup("raft", settings, nodes);
    const { heartbeatInterval: beat, electionTimeoutMin: min, electionTimeoutMax: max } = settings;
    if (max < min)
      throw new DomainError(`raft: electionTimeoutMin must be <= electionTimeoutMax ${max} s, got ${min} s`);
    if (beat >= min)
      throw new DomainError(`raft: heartbeatInterval must be < electionTimeoutMin ${min} s, got ${beat} s`);
  },
  durable,
  boot(ctx, disk) {
    if (disk === null && ctx.self === ctx.settings.initialLeader) ctx.setTimer("election", 0);
    else restartElectionTimer(ctx);
    const { term, votedFor } = disk ?? durable.empty();
    const log = new SlidingLog<Entry>(1);
    for (const entry of disk?.log ?? []) log.append(entry);
    return {
      id: ctx.self,
      term,
      votedFor,
      savedTerm: term,
      savedVote: votedFor,
      log,
      droppedTerm: 0,
      role: "follower",
      leader: -1,
      votes: 0,
      commit: 0,
      held: 0,
      nextIndex: new Array<number>(ctx.nodes).fill(1),
      matchIndex: new Array<number>(ctx.nodes).fill(0),
      outstanding: new Array<number>(ctx.nodes).fill(0),
      probing: new Array<boolean>(ctx.nodes).fill(false),
      probe: new Array<number>(ctx.nodes).fill(0),
      quietSinceHeartbeat: new Array<boolean>(ctx.nodes).fill(true),
      unsent: 0,
      store: new ValueStore(),
    };
  },
  ready: (nodes) => nodes.some((node) => node.role === "leader" && node.commit > 0),
  request(node, operation, ctx) {
    if (node.role !== "leader") {
      ctx.refuse(operation, node.leader < 0 || node.leader === node.id ? null : node.leader);
      return;
    }
    appendToOwnLog(node, operation);
    if (ctx.settings.batchDelay === 0 || node.unsent >= ctx.settings.batchMax) flush(node, ctx);
    else if (node.unsent === 1) ctx.setTimer("batch", ctx.settings.batchDelay);
  },
  timers: {
    /** §5.2: no word from a leader: stand. */
    election(node, ctx) {
      if (node.role === "leader") return;
      node.term++;
      node.votedFor = node.id;
      node.role = "candidate";
      node.votes = 1 << node.id;
      restartElectionTimer(ctx);
      const ask = {
        kind: "requestVote",
        term: node.term,
        lastIndex: lastIndex(node),
        lastTerm: termAt(node, lastIndex(node)),
      } as const;
      save(node, 0, [], ctx); // before asking: a vote forgotten in a crash is a second vote
      ctx.broadcast(ask);
      if (ctx.settings.quorum === 1) becomeLeader(node, ctx);
    },
    batch: flush,
    heartbeat(node, ctx) {
      if (node.role !== "leader") return;
      for (let peer = 0; peer < ctx.nodes; peer++) {
        if (peer === node.id) continue;
        if (node.quietSinceHeartbeat[peer])
          sendAppend(node, peer, { ...buildAppend(node, peer, ctx), entries: [] }, ctx);
        node.quietSinceHeartbeat[peer] = true;
      }
      ctx.setTimer("heartbeat", ctx.settings.heartbeatInterval);
    },
  },
  messages: {
    appended(node, m, from, ctx) {
      observeTerm(node, m.term, ctx);
      if (node.role !== "leader" || m.term !== node.term) return;
      if (m.success) {
        if (node.outstanding[from] > 0) node.outstanding[from]--;
        if (m.match >= lastIndex(node)) node.probing[from] = false; // caught up
        noteMatch(node, from, m.match, ctx);
        // A refusal that was overtaken may have set it back behind what is known, and dropped, by now.
        node.nextIndex[from] = Math.max(node.nextIndex[from], node.matchIndex[from] + 1);
      } else {
        stepBack(node, from, m);
      }
      const gathering = ctx.settings.batchDelay > 0 && node.unsent > 0; // the batch timer will flush
      if (node.nextIndex[from] < node.log.end && !gathering) flush(node, ctx);
    },
    append(node, m, from, ctx) {
      observeTerm(node, m.term, ctx);
      if (m.term < node.term) {
        save(node, 0, [], ctx);
        ctx.send(from, {
          kind: "appended",
          term: node.term,
          success: false,
          match: 0,
          previousIndex: m.previousIndex,
        });
        return;
      }
      node.role = "follower";
      node.leader = from;
      restartElectionTimer(ctx);
      const known = m.previousIndex < node.log.first - 1 || termAt(node, m.previousIndex) === m.previousTerm;
      if (m.previousIndex > lastIndex(node) || !known) {
        const match = Math.min(m.previousIndex - 1, lastIndex(node));
        save(node, 0, [], ctx);
        ctx.send(from, {
          kind: "appended",
          term: node.term,
          success: false,
          match,
          previousIndex: m.previousIndex,
        });
        return;
      }
      takeEntries(node, m);
      const match = m.previousIndex + m.entries.length;
      applyUpTo(node, Math.min(m.commit, match), ctx);
      dropHeld(node, m.held);
      save(node, m.previousIndex + 1, m.entries, ctx);
      ctx.send(from, {
        kind: "appended",
        term: node.term,
        success: true,
        match,
        previousIndex: m.previousIndex,
      });
    },
    stored(node, m, _from, ctx) {
      if (node.role === "leader" && m.term === node.term) noteMatch(node, node.id, m.match, ctx);
    },
    requestVote(node, m, from, ctx) {
      observeTerm(node, m.term, ctx);
      const free = node.votedFor === -1 || node.votedFor === from;
      const granted = m.term === node.term && free && upToDate(node, m);
      if (granted) {
        node.votedFor = from;
        restartElectionTimer(ctx);
      }
      save(node, 0, [], ctx);
      ctx.send(from, { kind: "vote", term: node.term, granted });
    },
    vote(node, m, from, ctx) {
      observeTerm(node, m.term, ctx);
      if (node.role !== "candidate" || m.term !== node.term || !m.granted) return; // a stale vote is no vote
      node.votes |= 1 << from; // a set: a repeated vote counts once
      if (countVotes(node.votes) >= ctx.settings.quorum) becomeLeader(node, ctx);
    },
  },
  bytes: (m, settings) => settings.headerBytes + (m.kind === "append" ? bytesOf(m.entries) : 0),
  recordBytes: (record, settings) => settings.headerBytes + bytesOf((record as RaftRecord).entries),
  always: {
    electionSafety: (nodes) => {
      const terms = nodes.filter((node) => node.role === "leader").map((node) => node.term);
      return new Set(terms).size === terms.length;
    },
    logMatching: (nodes) => nodes.every((a) => nodes.every((b) => sameCommitted(a, b))),
    leaderCompleteness: (nodes) => {
      const newest = Math.max(...nodes.map((node) => node.term));
      const leader = nodes.find((node) => node.role === "leader" && node.term === newest);
      return leader === undefined || nodes.every((node) => node.commit <= lastIndex(leader));
    },
  },
  leads: (node) => node.role === "leader",
  describe: (node) => {
    const terms = Array.from({ length: node.log.length }, (_, i) => termAt(node, node.log.first + i));
    return `${node.role} of term ${node.term}, log ${terms.join(" ") || "empty"}, committed ${node.commit}`;
  },
  sometimes: {
    someoneLeads: (nodes) => nodes.some((node) => node.role === "leader"),
    somethingCommitted: (nodes) => nodes.some((node) => node.commit > 1),
  },
  outcome: (nodes) => {
    const leader = nodes.findIndex((node) => node.role === "leader");
    return {
      leader,
      term: Math.max(...nodes.map((n) => n.term)),
      committed: Math.max(...nodes.map((n) => n.commit)),
    };
  },
};
