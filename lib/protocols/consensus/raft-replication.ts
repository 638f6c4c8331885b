/**
 * Replication (§5.3, §5.4.2): the leader's log to the others, and from what they hold to what is committed.
 *
 * What every node has stored is dropped (or, by setting, what a snapshot covers); a follower that needs more than the
 * leader has kept gets a snapshot (§7).
 */
import type { NodeId, Operation } from "../../simulation/protocol.ts";
import { noteConfigs } from "./raft-config.ts";
import type { RaftRules } from "./raft-rules.ts";
import {
  type Append,
  type Appended,
  type Ctx,
  dropUpTo,
  type Entry,
  type Leadership,
  lastIndex,
  NO_ENTRIES,
  type RaftNode,
  REPEATED,
  termAt,
} from "./raft-state.ts";
import type { RaftTerm } from "./raft-term.ts";

/** Entries are told apart in claims by term and operation: ids stay below this. */
const MOST_OPERATIONS = 2 ** 32;
/** Clocks are read and timers set in floating point: an interval is over a little before its end. */
const ALMOST_NOTHING = 1e-9;

// Copies: an imported function is read through its module at each call.
const [termOf, lastOf, drop, noteAll, NONE] = [termAt, lastIndex, dropUpTo, noteConfigs, NO_ENTRIES];

/** What replication tells the parts that are not always on. */
export interface ReplicationListener {
  /** A node is known to hold more. */
  matched(node: RaftNode, lead: Leadership, peer: NodeId, ctx: Ctx): void;
  /** The leader has committed more, from `before` on. */
  committed(node: RaftNode, lead: Leadership, before: number, ctx: Ctx): void;
}

export interface RaftReplication {
  appendToOwnLog(node: RaftNode, lead: Leadership, entry: Entry): void;
  flush(node: RaftNode, ctx: Ctx): void;
  heartbeat(node: RaftNode, lead: Leadership, peer: NodeId, ctx: Ctx): void;
  /** Heartbeats to those who are due; returns after how long the next may be, in seconds. */
  heartbeats(node: RaftNode, lead: Leadership, ctx: Ctx): number;
  noteMatch(node: RaftNode, lead: Leadership, peer: NodeId, match: number, ctx: Ctx): void;
  append(node: RaftNode, m: Append, from: NodeId, ctx: Ctx): void;
  appended(node: RaftNode, m: Appended, from: NodeId, ctx: Ctx): void;
}

export function replicationBy(
  rules: RaftRules,
  term: RaftTerm,
  listener: ReplicationListener,
): RaftReplication {
  const { save, observeTerm, follow } = term;

  const appendToOwnLog = (node: RaftNode, lead: Leadership, entry: Entry): void => {
    node.log.append(entry);
    lead.unsent++;
  };

  /** Sends every follower what it lacks, as far as the pipeline allows, then writes to the own disk (in parallel, thesis §10.2.1). */
  const flush = (node: RaftNode, ctx: Ctx): void => {
    const { lead, log } = node;
    if (lead === null) return;
    const { pipeline } = ctx.settings;
    const { nextIndex, outstanding, probing, peers } = lead;
    let built: Append | null = null;
    for (let i = 0; i < peers.length; i++) {
      const peer = peers[i];
      const most = probing[peer] ? 1 : pipeline || Number.POSITIVE_INFINITY;
      while (nextIndex[peer] < log.end && outstanding[peer] < most) {
        if (nextIndex[peer] < log.first) {
          sendSnapshot(node, lead, peer, ctx);
          break;
        }
        if (probing[peer] || built === null || built.previousIndex !== nextIndex[peer] - 1)
          built = buildAppend(node, lead, peer, ctx);
        sendAppend(node, lead, peer, built, ctx);
        if (probing[peer]) built = null;
      }
    }
    if (lead.unsent > 0) storeUnsent(node, lead, ctx);
    ctx.clearTimer("batch");
  };

  const buildAppend = (node: RaftNode, lead: Leadership, peer: NodeId, ctx: Ctx): Append => {
    const from = lead.nextIndex[peer];
    const { log } = node;
    // Catching up takes one message for all that is lacking: single ones would overtake each other and be refused again.
    const upTo = lead.probing[peer] ? log.end : Math.min(log.end, from + ctx.settings.batchMax);
    const entries: Entry[] = [];
    for (let index = from; index < upTo; index++) entries.push(log.get(index) as Entry);
    return appendOf(node, from - 1, entries);
  };

  const appendOf = (node: RaftNode, previousIndex: number, entries: readonly Entry[]): Append => ({
    kind: "append",
    term: node.term,
    previousIndex,
    previousTerm: termOf(node, previousIndex),
    entries,
    commit: node.commit,
    held: node.held,
  });

  const sendAppend = (node: RaftNode, lead: Leadership, peer: NodeId, m: Append, ctx: Ctx): void => {
    const upTo = m.previousIndex + m.entries.length;
    lead.nextIndex[peer] = upTo + 1;
    lead.outstanding[peer]++;
    if (lead.probing[peer]) lead.probe[peer] = m.previousIndex;
    lead.sentAt[peer] = ctx.localTime();
    rules.afterSending(node, peer, upTo);
    ctx.send(peer, m);
  };

  /** §7: the state up to the commit index instead of entries that are gone; the answer is that to an append. */
  const sendSnapshot = (node: RaftNode, lead: Leadership, peer: NodeId, ctx: Ctx): void => {
    const index = node.commit;
    lead.nextIndex[peer] = index + 1;
    lead.probing[peer] = true;
    lead.probe[peer] = index;
    lead.outstanding[peer]++;
    lead.sentAt[peer] = ctx.localTime();
    const config = node.configIndex <= index ? node.config : node.droppedConfig;
    const machine = node.machine.copy();
    ctx.send(peer, {
      kind: "installSnapshot",
      term: node.term,
      index,
      lastTerm: termOf(node, index),
      config,
      machine,
    });
  };

  /** It lives, and what is committed. */
  const heartbeat = (node: RaftNode, lead: Leadership, peer: NodeId, ctx: Ctx): void => {
    if (lead.nextIndex[peer] < node.log.first) sendSnapshot(node, lead, peer, ctx);
    else sendAppend(node, lead, peer, appendOf(node, lead.nextIndex[peer] - 1, NONE), ctx);
  };

  /**
   * §5.2: to each that it has sent nothing for a whole interval. Looking at the moment of the last message, not at whether there
   * was one since the last heartbeat, keeps every silence at one interval; else a new leader's first, and one after an
   * entry, would be nearly two, and a follower with a timeout between the two would stand.
   */
  const heartbeats = (node: RaftNode, lead: Leadership, ctx: Ctx): number => {
    const { heartbeatInterval } = ctx.settings;
    const now = ctx.localTime();
    let next = heartbeatInterval;
    for (const peer of lead.peers) {
      const left = heartbeatInterval - (now - lead.sentAt[peer]);
      if (left <= heartbeatInterval * ALMOST_NOTHING) heartbeat(node, lead, peer, ctx);
      else if (left < next) next = left;
    }
    return next;
  };

  /** The leader's own write counts as one of the quorum once it is durable. */
  const storeUnsent = (node: RaftNode, lead: Leadership, ctx: Ctx): void => {
    const { log } = node;
    const entries: Entry[] = [];
    const from = log.end - lead.unsent;
    for (let index = from; index < log.end; index++) entries.push(log.get(index) as Entry);
    lead.unsent = 0;
    save(node, from, entries, ctx);
    ctx.send(node.id, { kind: "stored", term: node.term, match: lastOf(node) });
  };

  /** §5.3, §5.4.2: commits what a quorum holds, but only by counting an entry of the own term. */
  const advanceCommit = (node: RaftNode, lead: Leadership, ctx: Ctx): void => {
    const { matchIndex } = lead;
    const before = node.commit;
    let commit = before;
    for (let index = before + 1; index < node.log.end; index++) {
      let holders = 0;
      for (let peer = 0; peer < matchIndex.length; peer++)
        if (matchIndex[peer] >= index) holders |= 1 << peer;
      if (!rules.isQuorum(node.config, holders)) break;
      if (rules.mayCommit(node, index)) commit = index;
    }
    if (commit === before) return;
    applyUpTo(node, commit, ctx);
    listener.committed(node, lead, before, ctx);
  };

  const applyUpTo = (node: RaftNode, upTo: number, ctx: Ctx): void => {
    const { snapshotAfter } = ctx.settings;
    while (node.commit < upTo) {
      const entry = node.log.get(node.commit + 1) as Entry;
      node.commit++;
      const { operation } = entry;
      ctx.claim(
        "committed",
        node.commit,
        entry.term * MOST_OPERATIONS + (operation === null ? 0 : operation.id + 1),
      );
      if (operation === null) continue;
      const known = operation.kind !== "write" || applyWrite(node, operation, ctx);
      // Only the leader that took an operation in has its client to answer.
      if (!known || node.lead === null || entry.term !== node.term) continue;
      ctx.reply(
        operation,
        operation.kind === "write" ? operation.id : node.machine.values.get(operation.key),
      );
    }
    if (snapshotAfter > 0 && node.commit - node.log.first + 1 >= snapshotAfter)
      ctx.send(node.id, { kind: "compact" });
  };

  /** Thesis §6.3: a write is applied once. False when its session has expired, so that nobody knows. */
  const applyWrite = (node: RaftNode, operation: Operation, ctx: Ctx): boolean => {
    const { machine } = node;
    if (ctx.settings.sessions) {
      if (rules.isRepeated(machine, operation)) {
        node.happened |= REPEATED;
        return machine.applied.has(operation.id);
      }
      machine.applied.add(operation.id);
    }
    machine.write(operation);
    return true;
  };

  /** A node is known to hold everything up to an index. */
  const noteMatch = (node: RaftNode, lead: Leadership, peer: NodeId, match: number, ctx: Ctx): void => {
    const { matchIndex } = lead;
    const known = matchIndex[peer];
    matchIndex[peer] = rules.newMatch(known, match);
    if (match <= known) return;
    if (match > node.commit) advanceCommit(node, lead, ctx);
    if (node.lead !== lead) return; // it has just committed that it leaves
    if (lead.change !== null || lead.transferTo >= 0) listener.matched(node, lead, peer, ctx);
    if (ctx.settings.snapshotAfter > 0) return;
    let held = match;
    for (let other = 0; other < matchIndex.length; other++)
      if (matchIndex[other] < held) held = matchIndex[other];
    if (held > node.held) {
      node.held = held;
      drop(node, held);
    }
  };

  /**
   * §5.3: a follower lacks what comes before. Messages under way will be refused for the same reason, so those
   * refusals count once: the leader goes back, and sends one append at a time until one succeeds.
   */
  const stepBack = (lead: Leadership, peer: NodeId, m: Appended): void => {
    const known = lead.matchIndex[peer];
    const expected = lead.probing[peer] ? m.previousIndex === lead.probe[peer] : m.previousIndex > known;
    if (!expected) return;
    lead.nextIndex[peer] = Math.max(known + 1, Math.min(m.match + 1, m.previousIndex));
    lead.probing[peer] = true;
    lead.outstanding[peer] = 0;
  };

  /**
   * A follower holds what was sent to it: one message with all that has come since, and the pipeline runs again. Under
   * load something always has; who waited for a follower that lacks nothing would never leave one append at a time.
   */
  const endProbing = (node: RaftNode, lead: Leadership, peer: NodeId, ctx: Ctx): void => {
    const { nextIndex } = lead;
    const lacks = nextIndex[peer] < node.log.end && lead.unsent === 0;
    if (lacks && nextIndex[peer] < node.log.first) return; // a snapshot first, which is a probe as well
    if (lacks) sendAppend(node, lead, peer, buildAppend(node, lead, peer, ctx), ctx);
    lead.probing[peer] = false;
  };

  const append = (node: RaftNode, m: Append, from: NodeId, ctx: Ctx): void => {
    observeTerm(node, m.term, ctx);
    if (rules.isFromStaleLeader(node, m.term)) {
      save(node, 0, NONE, ctx);
      ctx.send(from, appendedOf(node, false, 0, m.previousIndex));
      return;
    }
    follow(node, from, ctx);
    const last = lastOf(node);
    if (m.previousIndex > last || !rules.matchesPrevious(node, m)) {
      save(node, 0, NONE, ctx);
      ctx.send(from, appendedOf(node, false, Math.min(m.previousIndex - 1, last), m.previousIndex));
      return;
    }
    const changed = rules.takeEntries(node, m);
    if (changed > 0) noteAll(node, changed);
    const match = rules.acknowledged(node, m);
    applyUpTo(node, Math.min(rules.commitOfFollower(node, m), lastOf(node)), ctx);
    if (m.held >= node.log.first) drop(node, m.held);
    const entries = changed === 0 ? NONE : newEntries(node, m, changed);
    rules.saveAndAnswer(
      save,
      node,
      changed,
      entries,
      from,
      appendedOf(node, true, match, m.previousIndex),
      ctx,
    );
  };

  const appended = (node: RaftNode, m: Appended, from: NodeId, ctx: Ctx): void => {
    if (rules.isOverBy(node, m.term)) observeTerm(node, m.term, ctx);
    const { lead } = node;
    if (lead === null || !rules.isAnswerTo(node, m)) return;
    lead.heard |= 1 << from;
    if (m.success) {
      if (lead.outstanding[from] > 0) lead.outstanding[from]--;
      if (m.match >= lead.nextIndex[from] - 1) lead.outstanding[from] = 0; // also what was lost on the way
      const found = lead.probing[from] && m.match >= lead.nextIndex[from] - 1;
      noteMatch(node, lead, from, m.match, ctx);
      // A refusal that was overtaken may have set it back behind what is known by now.
      if (lead.nextIndex[from] <= lead.matchIndex[from]) lead.nextIndex[from] = lead.matchIndex[from] + 1;
      if (found && node.lead === lead) endProbing(node, lead, from, ctx);
    } else {
      stepBack(lead, from, m);
    }
    const gathering = lead.unsent > 0 && ctx.settings.batchDelay > 0; // the batch timer will flush
    if (lead.nextIndex[from] < node.log.end && !gathering) flush(node, ctx);
  };

  return { appendToOwnLog, flush, heartbeat, heartbeats, noteMatch, append, appended };
}

function appendedOf(node: RaftNode, success: boolean, match: number, previousIndex: number): Appended {
  return { kind: "appended", term: node.term, success, match, previousIndex };
}

/** Entries of an append from index `changed` on: mostly all of them. */
const newEntries = (_node: RaftNode, m: Append, changed: number): readonly Entry[] =>
  changed === m.previousIndex + 1 ? m.entries : m.entries.slice(changed - m.previousIndex - 1);
