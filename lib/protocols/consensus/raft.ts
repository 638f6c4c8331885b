/**
 * Raft whole: elections, replication, changes of the group, snapshots, sessions and reads.
 *
 * Source      Ongaro & Ousterhout, "In Search of an Understandable Consensus Algorithm", ATC 2014; Ongaro, "Consensus:
 *             Bridging Theory and Practice", Stanford 2014 ("thesis")
 * Promises    at most one leader in a term (§5.2); logs match (§5.3); a leader holds every committed entry (§5.4); an
 *             operation is applied once (thesis §6.3); reads are linearizable (thesis §6.4)
 * Assumes     crash-recovery nodes; messages lost, repeated, reordered, never forged; persist() is durable; with leases
 *             clocks that run with less drift than `clockDriftBound` and never jump
 * Leaves out  sending a snapshot in parts (§7) and going back by whole terms after a mismatch (§5.3): one message, one
 *             entry; resending lost entries before the next heartbeat; the operator's repair of a lost quorum
 *
 * The parts: `raft-state` what there is · `raft-rules` the decisions that safety rests on · `raft-term`,
 * `raft-election`, `raft-replication`, `raft-membership`, `raft-snapshot`, `raft-reads` the handlers ·
 * `raft-durable` the disk · `raft-invariants` what must hold.
 */
import { SlidingLog } from "../../core/sliding-log.ts";
import type { Protocol } from "../../simulation/protocol.ts";
import { leaderMeasures } from "../measure-shapes.ts";
import { firstConfiguration, goBy } from "./raft-config.ts";
import { durableBy, type RaftDurable, type RaftRecord, recordBytes } from "./raft-durable.ts";
import { electionBy } from "./raft-election.ts";
import { always, revision, sometimes } from "./raft-invariants.ts";
import { StateMachine } from "./raft-machine.ts";
import { membershipBy, nodesOf } from "./raft-membership.ts";
import { readsBy } from "./raft-reads.ts";
import { type RaftReplication, replicationBy } from "./raft-replication.ts";
import { type RaftRules, raftRules } from "./raft-rules.ts";
import { check, derive, parameters, type Settings } from "./raft-settings.ts";
import { snapshotsBy } from "./raft-snapshot.ts";
import {
  bytesOf,
  type Configuration,
  type Ctx,
  configUpTo,
  type Entry,
  lastIndex,
  NO_ENTRIES,
  type RaftMessage,
  type RaftNode,
  termAt,
} from "./raft-state.ts";
import { termBy } from "./raft-term.ts";

/** Raft by some rules: `raftRules`, or a mutant's. */
export function raftWith(rules: RaftRules): Protocol<typeof parameters, RaftNode, RaftMessage, RaftDurable> {
  const term = termBy(rules);
  const reads = readsBy(rules);
  const membership = membershipBy(rules, term, () => replication);
  const replication: RaftReplication = replicationBy(rules, term, {
    matched: membership.matched,
    committed(node, lead, before, ctx) {
      reads.committed(node, lead, ctx);
      membership.committed(node, lead, before, ctx);
    },
  });
  const election = electionBy(rules, term, replication);
  const snapshots = snapshotsBy(rules, term);
  // The same for all nodes of a run: made once.
  let first: { readonly settings: Settings; readonly config: Configuration } | null = null;
  const firstFor = (settings: Settings): Configuration => {
    if (first?.settings !== settings) first = { settings, config: firstConfiguration(settings) };
    return first.config;
  };
  return {
    name: "raft",
    title: "Raft: elections, replication, changing groups, snapshots, sessions, reads",
    source:
      "Ongaro & Ousterhout, In Search of an Understandable Consensus Algorithm, ATC 2014; Ongaro, Consensus: Bridging Theory and Practice, Stanford 2014",
    promises:
      "at most one leader in a term; logs match; a leader holds every committed entry; operations are applied once; reads are linearizable",
    assumes:
      "messages are never forged; what is persisted is durable; with leases clocks drift within a bound",
    leavesOut: "snapshots in parts, going back by whole terms, resending before the next heartbeat",
    parameters,
    entry: "leader",
    derive,
    check,
    driftBound: ({ reads, clockDriftBound, unsafe }) =>
      reads === "lease" && !unsafe ? clockDriftBound : Number.POSITIVE_INFINITY,
    durable: durableBy(rules),
    boot(ctx, disk) {
      if (disk === null && ctx.self === ctx.settings.initialLeader) ctx.setTimer("election", 0);
      else term.restartElectionTimer(ctx);
      const node = newNode(ctx, firstFor(ctx.settings));
      return disk === null ? node : recovered(node, disk, ctx);
    },
    ready: (nodes) => nodes.some((node) => node.lead !== null && node.commit > 0),
    request(node, operation, ctx) {
      const { lead } = node;
      if (lead === null) {
        ctx.refuse(operation, node.leader < 0 || node.leader === node.id ? null : node.leader);
        return;
      }
      if (operation.kind === "read" && ctx.settings.reads !== "log") {
        reads.read(node, lead, operation, ctx);
        return;
      }
      if (lead.transferTo >= 0) {
        node.waiting.push(operation); // nothing new while it hands over (thesis §3.10)
        return;
      }
      replication.appendToOwnLog(node, lead, { term: node.term, operation, config: null });
      if (ctx.settings.batchDelay === 0 || lead.unsent >= ctx.settings.batchMax) replication.flush(node, ctx);
      else if (lead.unsent === 1) ctx.setTimer("batch", ctx.settings.batchDelay);
    },
    timers: {
      election: election.timeout,
      batch: replication.flush,
      heartbeat(node, ctx) {
        const { lead } = node;
        if (lead === null) return;
        const next = replication.heartbeats(node, lead, ctx);
        const renewal = ctx.settings.reads === "log" ? next : reads.renew(node, lead, ctx);
        ctx.setTimer("heartbeat", Math.min(next, renewal));
      },
      quorum: election.checkQuorum,
      transfer: membership.abortTransfer,
    },
    messages: {
      appended: replication.appended,
      append: replication.append,
      stored(node, m, _from, ctx) {
        const { lead } = node;
        if (lead !== null && m.term === node.term) replication.noteMatch(node, lead, node.id, m.match, ctx);
      },
      requestVote: election.requestVote,
      vote: election.vote,
      confirm(node, m, from, ctx) {
        term.observeTerm(node, m.term, ctx);
        if (!rules.isFromStaleLeader(node, m.term)) term.follow(node, from, ctx);
        term.save(node, 0, NO_ENTRIES, ctx);
        ctx.send(from, { kind: "confirmed", term: node.term, round: m.round });
      },
      confirmed(node, m, from, ctx) {
        term.observeTerm(node, m.term, ctx);
        const { lead } = node;
        if (lead === null || m.term !== node.term) return;
        lead.heard |= 1 << from;
        reads.confirmed(node, lead, m.round, from, ctx);
      },
      installSnapshot: snapshots.install,
      compact: (node, _m, _from, ctx) => snapshots.compact(node, ctx),
      timeoutNow: (node, m, _from, ctx) => election.timeoutNow(node, m.term, ctx),
    },
    commands: membership.commands,
    bytes(m, settings) {
      if (m.kind === "append") return settings.headerBytes + bytesOf(m.entries);
      return settings.headerBytes + (m.kind === "installSnapshot" ? m.machine.bytes : 0);
    },
    recordBytes: (record, settings) => recordBytes(record as RaftRecord, settings),
    leads: (node) => node.lead !== null,
    always,
    revision,
    sometimes,
    describe,
    counts: ({ timesLed }) => ({ timesLed }),
    measures: leaderMeasures,
    outcome(nodes) {
      const leader = nodes.findIndex((node) => node.lead !== null);
      const most = (of: (node: RaftNode) => number): number => Math.max(...nodes.map(of));
      return { leader, term: most((node) => node.term), committed: most((node) => node.commit) };
    },
  };
}

function newNode(ctx: Ctx, config: Configuration): RaftNode {
  const { settings } = ctx;
  const lease = settings.reads === "lease";
  return {
    id: ctx.self,
    term: 0,
    votedFor: -1,
    log: new SlidingLog<Entry>(1),
    savedTerm: 0,
    savedVote: -1,
    droppedTerm: 0,
    droppedConfig: config,
    role: "follower",
    lead: null,
    leader: -1,
    votes: 0,
    preVotes: 0,
    commit: 0,
    held: 0,
    machine: new StateMachine(settings.snapshotAfter > 0),
    config,
    configIndex: 0,
    listens: settings.preVote || settings.checkQuorum || lease,
    loyal: settings.checkQuorum || lease,
    heardAt: Number.NEGATIVE_INFINITY,
    waiting: [],
    happened: 0,
    timesLed: 0,
  };
}

/** What the disk held, and nothing else: what is committed beyond its state must be learned again. */
function recovered(node: RaftNode, disk: RaftDurable, ctx: Ctx): RaftNode {
  node.term = node.savedTerm = disk.term;
  node.votedFor = node.savedVote = disk.votedFor;
  node.log = new SlidingLog<Entry>(disk.base + 1);
  for (const entry of disk.log) node.log.append(entry);
  node.machine = disk.machine.copy();
  node.commit = disk.base;
  node.held = disk.base;
  node.droppedTerm = disk.baseTerm;
  if (disk.config !== null) node.droppedConfig = disk.config;
  const { config, index } = configUpTo(node, lastIndex(node));
  if (disk.config !== null || config !== node.droppedConfig) goBy(node, config, index);
  // It may have heard a leader just before it stopped, and a lease may rest on that (thesis §6.4.1).
  if (node.loyal) node.heardAt = ctx.localTime();
  return node;
}

/** `leader of term 3, log 1 1 3, committed 2, values 0=4`; what was dropped is told by its number of entries. */
function describe(node: RaftNode): string {
  const { log, config } = node;
  const terms = Array.from({ length: log.length }, (_, i) => String(termAt(node, log.first + i)));
  if (log.first > 1) terms.unshift(`(${log.first - 1} dropped)`);
  const parts = [
    `${node.role} of term ${node.term}`,
    `log ${terms.join(" ") || "empty"}`,
    `committed ${node.commit}`,
  ];
  const values = node.machine.values.entries().map(([key, value]) => `${key}=${value}`);
  if (values.length > 0) parts.push(`values ${values.join(" ")}`);
  if (node.configIndex > 0) {
    const next = config.next === 0 ? "" : ` to ${nodesOf(config.next, -1).join(" ")}`;
    parts.push(`members ${nodesOf(config.voters, -1).join(" ")}${next}`);
  }
  return parts.join(", ");
}

export const raft = raftWith(raftRules);
