/**
 * Zab: the atomic broadcast of ZooKeeper.
 *
 * Source      Junqueira, Reed & Serafini, "Zab: High-performance broadcast for primary-backup systems", DSN 2011, §V;
 *             reads: Hunt, Konar, Junqueira & Reed, "ZooKeeper", USENIX ATC 2010, §2.3 and §4.4
 * Promises    servers deliver the same transactions in one order; what was delivered survives leaders; writes, and reads
 *             by sync, are linearizable; local reads keep the session guarantees
 * Assumes     crash-recovery nodes; messages lost, repeated, reordered, never forged; persist() is durable
 * Leaves out  Fast Leader Election: a server whose leader falls silent stands after a random wait, and whoever has no
 *             leader either joins it (of two that stand, the one with the older history joins the other); observers,
 *             reconfiguration, snapshots sent to followers (transactions are kept until every server has them)
 *
 * Discovery finds an epoch above all others and the newest history of a quorum; synchronisation gives that history to a
 * quorum; broadcast then takes three messages a follower: propose, ack, commit. Channels here may lose and reorder,
 * where the paper's are those of TCP: a follower that finds a gap joins its leader again and is sent what it lacks.
 */
import { DomainError } from "../../core/errors.ts";
import type { NodeId, Operation, Protocol } from "../../simulation/protocol.ts";
import { leaderMeasures } from "../measure-shapes.ts";
import { everyPair } from "./pairs.ts";
import { checkGroup, countVotes, deriveCommon } from "./settings.ts";
import { askForMissing, join, openEpoch, restartElectionTimer, stand, turnTo } from "./zab-discovery.ts";
import { answer, answerReads, endRound, gather, readLocally } from "./zab-reads.ts";
import { type ZabRules, zabRules } from "./zab-rules.ts";
import {
  ackEpochOf,
  type Ctx,
  compareHistories,
  dropHeld,
  durable,
  epochAt,
  isEstablished,
  lastIndex,
  leaderHasDelivered,
  messageBytes,
  newNode,
  newnessOf,
  notBothLead,
  parameters,
  recordBytes,
  revision,
  sameDelivered,
  stretchFrom,
  type Txn,
  type ZabDurable,
  type ZabMessage,
  type ZabNode,
} from "./zab-state.ts";

/** Transactions are told apart in claims by epoch and operation: ids stay below this. */
const MOST_OPERATIONS = 2 ** 32;

/** Zab by some rules: `zabRules`, or a mutant's. */
export function zabWith(rules: ZabRules): Protocol<typeof parameters, ZabNode, ZabMessage, ZabDurable> {
  /** Phase 1, l.1.2 and phase 2, l.2.1: takes over the newest history of the quorum and gives it to its members. */
  const establish = (node: ZabNode, ctx: Ctx): void => {
    const { promised: epoch, best, answers } = node;
    ctx.claim("leader", epoch, node.id);
    node.timesLed++;
    node.role = "synchronising";
    let changed = -1;
    if (best !== null) {
      changed = rules.takeHistory(node, epoch, best.from, best.txns);
      node.adoptions++;
    }
    node.current = epoch;
    node.match.fill(0);
    node.answers = 0;
    node.heard = 0;
    for (let peer = 0; peer < ctx.nodes; peer++)
      if (peer !== node.id && (answers >> peer) & 1) sendHistory(node, peer, node.lacksFrom[peer], ctx);
    rules.saveHistory(node, changed, ctx);
    ctx.send(node.id, { kind: "ackLeader", epoch, index: lastIndex(node) });
    ctx.setTimer("ping", ctx.settings.heartbeatInterval);
    restartElectionTimer(ctx);
  };

  const sendHistory = (node: ZabNode, to: NodeId, wanted: number, ctx: Ctx): void => {
    const { from, before, txns } = stretchFrom(node, wanted);
    ctx.send(to, { kind: "newLeader", epoch: node.promised, from, before, txns });
  };

  /** Phase 3, l.3.1. The leader is one of the quorum: its own write goes on beside the messages. */
  const propose = (node: ZabNode, operation: Operation, origin: NodeId, ctx: Ctx): void => {
    const { current: epoch, held } = node;
    const txn: Txn = { epoch, operation, origin };
    const index = node.log.end;
    node.log.append(txn);
    ctx.broadcast({ kind: "propose", epoch, index, txn, held });
    rules.saveTxn(node, index, ctx);
    ctx.send(node.id, { kind: "ack", epoch, index });
  };

  const deliver = (node: ZabNode, upTo: number, ctx: Ctx): void => {
    while (node.delivered < upTo) {
      const index = ++node.delivered;
      const txn = node.log.get(index) as Txn;
      const { operation } = txn;
      ctx.claim("committed", index, txn.epoch * MOST_OPERATIONS + operation.id);
      rules.apply(node, txn);
      if (txn.origin === node.id) answer(node, operation, operation.id, ctx);
    }
    if (node.awaiting.length > 0) answerReads(node, ctx);
  };

  /** Phase 3, l.3.2: a follower's disk has the history up to a place; commits what a quorum has. */
  const noteMatch = (node: ZabNode, peer: NodeId, match: number, ctx: Ctx): void => {
    const { match: matches } = node;
    node.heard |= 1 << peer;
    if (match <= matches[peer]) return;
    matches[peer] = match;
    let held = match;
    for (let other = 0; other < matches.length; other++) if (matches[other] < held) held = matches[other];
    if (held > node.held) {
      node.held = held;
      dropHeld(node);
    }
    if (node.role !== "broadcasting" || match <= node.delivered) return;
    const quorum = rules.quorum(ctx.settings);
    let index = node.delivered;
    for (let holders = quorum; index <= match && holders >= quorum; ) {
      index++;
      holders = 0;
      for (let other = 0; other < matches.length; other++) if (matches[other] >= index) holders++;
    }
    commit(node, index - 1, ctx);
  };

  const commit = (node: ZabNode, index: number, ctx: Ctx): void => {
    if (index <= node.delivered) return;
    deliver(node, index, ctx);
    ctx.broadcast({ kind: "commit", epoch: node.current, index });
  };

  /** A message of an epoch below the promised one is answered so that its sender learns of the newer. */
  const isOld = (node: ZabNode, epoch: number, from: NodeId, ctx: Ctx): boolean => {
    if (epoch >= node.promised) return false;
    ctx.send(from, { kind: "refused", promised: node.promised });
    return true;
  };
  const leads = (node: ZabNode, epoch: number): boolean => isEstablished(node) && epoch === node.promised;

  return {
    name: "zab",
    title: "Zab: ZooKeeper atomic broadcast",
    source:
      "Junqueira, Reed & Serafini, Zab: High-performance broadcast for primary-backup systems, DSN 2011, §V",
    promises:
      "one order of delivery that survives leaders; writes and synced reads are linearizable, local reads keep the session guarantees",
    assumes: "messages are never forged; what is persisted is durable",
    leavesOut: "Fast Leader Election, observers, reconfiguration, snapshots sent to followers",
    parameters,
    entry: "any",
    answers: ({ reads }) => (reads === "local" ? "sessions" : "register"),
    derive(settings, facts) {
      const common = deriveCommon(settings, facts);
      const min =
        settings.electionTimeoutMin || Math.max(0.15, 3 * common.heartbeatInterval, 5 * facts.longestRtt);
      return {
        ...common,
        electionTimeoutMin: min,
        electionTimeoutMax: settings.electionTimeoutMax || 2 * min,
      };
    },
    check(settings, nodes) {
      checkGroup("zab", settings, nodes);
      const { heartbeatInterval: beat, electionTimeoutMin: min, electionTimeoutMax: max } = settings;
      if (max < min)
        throw new DomainError(`zab: electionTimeoutMin must be <= electionTimeoutMax ${max} s, got ${min} s`);
      if (beat >= min)
        throw new DomainError(`zab: heartbeatInterval must be < electionTimeoutMin ${min} s, got ${beat} s`);
    },
    durable,
    boot(ctx, disk) {
      if (disk === null && ctx.self === ctx.settings.initialLeader) ctx.setTimer("election", 0);
      else restartElectionTimer(ctx);
      return newNode(ctx.self, ctx.nodes, disk ?? durable.empty());
    },
    ready: (nodes) => nodes.every((node) => node.role === "following" || node.role === "broadcasting"),
    request(node, operation, ctx) {
      const { role, leader } = node;
      if (role !== "broadcasting" && role !== "following") ctx.refuse(operation, null);
      else if (operation.kind === "read" && ctx.settings.reads === "local")
        readLocally(node, operation, rules, ctx);
      else if (role === "following")
        ctx.send(leader, { kind: operation.kind === "read" ? "sync" : "forward", operation });
      else if (operation.kind === "read") gather(node, operation, node.id, rules, ctx);
      else propose(node, operation, node.id, ctx);
    },
    timers: {
      /** No word from a leader: stand. A leader without word from a quorum leads nobody (§V-B). */
      election(node, ctx) {
        const followed = countVotes(node.heard | (1 << node.id)) >= ctx.settings.quorum;
        node.heard = 0;
        if (node.role === "broadcasting" && followed) restartElectionTimer(ctx);
        else stand(node, rules, ctx);
      },
      ping(node, ctx) {
        if (!isEstablished(node)) return;
        const { promised: epoch, delivered, held, round } = node;
        ctx.broadcast({ kind: "ping", epoch, last: lastIndex(node), delivered, held });
        if (node.confirming.length > 0) ctx.broadcast({ kind: "confirm", epoch, round }); // it may have been lost
        ctx.setTimer("ping", ctx.settings.heartbeatInterval);
      },
    },
    messages: {
      ack(node, m, from, ctx) {
        if (leads(node, m.epoch)) noteMatch(node, from, m.index, ctx);
      },
      /** Phase 3, f.3.1. */
      propose(node, m, from, ctx) {
        if (!rules.mayTake(node, m.epoch)) {
          isOld(node, m.epoch, from, ctx);
          return;
        }
        if (m.held > node.held) {
          node.held = m.held;
          dropHeld(node);
        }
        if (rules.isNext(node, m.index)) {
          node.log.append(m.txn);
          rules.saveTxn(node, lastIndex(node), ctx);
          ctx.send(from, { kind: "ack", epoch: m.epoch, index: lastIndex(node) });
        } else if (m.index >= node.log.end) askForMissing(node, from, ctx);
      },
      commit(node, m, from, ctx) {
        if (!rules.mayDeliver(node, m.epoch)) return;
        deliver(node, Math.min(m.index, lastIndex(node)), ctx);
        if (m.index >= node.log.end) askForMissing(node, from, ctx);
      },
      stand(node, m, from, ctx) {
        const mine = compareHistories(m, newnessOf(node)) || from - node.id;
        const free = node.role === "looking" && (node.leader < 0 || node.leader === from);
        if (!free && !(node.role === "standing" && mine > 0)) return;
        turnTo(node, from, "looking", ctx);
        join(node, from, ctx);
      },
      join(node, m, from, ctx) {
        node.highest = Math.max(node.highest, m.promised);
        node.lacksFrom[from] = m.delivered + 1;
        const { promised: epoch, delivered } = node;
        if (node.role === "standing") {
          node.answers |= 1 << from;
          openEpoch(node, rules, ctx);
        } else if (node.role === "discovering") ctx.send(from, { kind: "newEpoch", epoch, delivered });
        else if (!isEstablished(node)) return;
        else if (m.promised > epoch) turnTo(node, -1, "looking", ctx);
        else sendHistory(node, from, m.current === epoch ? m.last + 1 : m.delivered + 1, ctx);
      },
      /** Phase 1, f.1.2. */
      newEpoch(node, m, from, ctx) {
        if (node.leader !== from || node.role !== "looking" || !rules.mayPromise(node, m.epoch)) return;
        node.promised = m.epoch;
        rules.savePromise(node, ctx);
        restartElectionTimer(ctx);
        ctx.send(from, ackEpochOf(node, m.epoch, stretchFrom(node, m.delivered + 1)));
      },
      ackEpoch(node, m, from, ctx) {
        if (m.epoch !== node.promised) return;
        if (isEstablished(node)) sendHistory(node, from, m.delivered + 1, ctx);
        if (node.role !== "discovering") return;
        node.lacksFrom[from] = m.delivered + 1;
        if (from !== node.id && rules.isNewer(m, node.best ?? newnessOf(node))) node.best = m;
        node.answers |= 1 << from;
        if (countVotes(node.answers) >= rules.quorum(ctx.settings)) establish(node, ctx);
      },
      /** Phase 2, f.2.1. Of an established leader it says what NEWEPOCH says, too. */
      newLeader(node, m, from, ctx) {
        if (isOld(node, m.epoch, from, ctx)) return;
        node.asked = false;
        const known = m.from < node.log.first || epochAt(node, m.from - 1) === m.before;
        turnTo(node, from, "looking", ctx);
        if (!known) {
          askForMissing(node, from, ctx);
          return;
        }
        const changed = rules.takeHistory(node, m.epoch, m.from, m.txns);
        node.role = "following";
        node.promised = m.epoch;
        node.current = m.epoch;
        rules.saveHistory(node, changed, ctx);
        ctx.send(from, { kind: "ackLeader", epoch: m.epoch, index: lastIndex(node) });
      },
      /** Phase 2, l.2.2: once a quorum has the history, all of it is committed. */
      ackLeader(node, m, from, ctx) {
        if (!leads(node, m.epoch)) return;
        noteMatch(node, from, m.index, ctx);
        if (node.role === "broadcasting") {
          if (from !== node.id)
            ctx.send(from, { kind: "commit", epoch: node.current, index: node.delivered });
          return;
        }
        node.answers |= 1 << from;
        if (!rules.isSynchronised(node, ctx.settings)) return;
        node.role = "broadcasting";
        node.leader = node.id;
        commit(node, lastIndex(node), ctx);
      },
      ping(node, m, from, ctx) {
        if (isOld(node, m.epoch, from, ctx)) return;
        const synchronised = node.current === m.epoch;
        turnTo(node, from, synchronised ? "following" : "looking", ctx);
        node.asked = false;
        if (!synchronised || m.last > lastIndex(node)) askForMissing(node, from, ctx);
        if (!synchronised) return;
        node.held = Math.max(node.held, m.held);
        deliver(node, Math.min(m.delivered, lastIndex(node)), ctx);
        ctx.barrier(); // vouches for what the disk has
        ctx.send(from, { kind: "ack", epoch: m.epoch, index: lastIndex(node) });
      },
      refused(node, m, _from, ctx) {
        node.highest = Math.max(node.highest, m.promised);
        if (m.promised > node.promised && isEstablished(node)) turnTo(node, -1, "looking", ctx);
      },
      forward(node, m, from, ctx) {
        if (node.role === "broadcasting") propose(node, m.operation, from, ctx);
      },
      sync(node, m, from, ctx) {
        if (node.role === "broadcasting") gather(node, m.operation, from, rules, ctx);
      },
      synced(node, { operation, index }, _from, ctx) {
        node.awaiting.push({ operation, origin: node.id, index });
        answerReads(node, ctx);
      },
      confirm(node, m, from, ctx) {
        if (isOld(node, m.epoch, from, ctx) || m.epoch !== node.promised) return;
        ctx.send(from, { kind: "confirmed", epoch: m.epoch, round: m.round });
      },
      confirmed(node, m, from, ctx) {
        if (!leads(node, m.epoch) || m.round !== node.round || node.confirming.length === 0) return;
        node.confirmations |= 1 << from;
        endRound(node, rules, ctx);
      },
    },
    bytes: messageBytes,
    recordBytes,
    leads: isEstablished,
    describe(node) {
      const epochs = Array.from({ length: node.log.length }, (_, i) => epochAt(node, node.log.first + i));
      return `${node.role}, promised ${node.promised}, current ${node.current}, history ${epochs.join(" ") || "empty"}, delivered ${node.delivered}`;
    },
    always: {
      oneLeaderPerEpoch: (nodes, changed) => everyPair(nodes, changed, notBothLead),
      sameDelivered: (nodes, changed) => everyPair(nodes, changed, sameDelivered),
      leaderHasDelivered,
    },
    revision,
    sometimes: {
      someoneBroadcasts: (nodes) => nodes.some((node) => node.role === "broadcasting"),
      somethingDelivered: (nodes) => nodes.some((node) => node.delivered > 1),
      leaderChanged: (nodes) =>
        nodes.some((node) => node.delivered > 0 && node.role === "broadcasting" && node.current > 1),
      historyAdopted: (nodes) => nodes.some((node) => node.adoptions > 0),
      historyTruncated: (nodes) => nodes.some((node) => node.truncations > 0),
    },
    counts: ({ timesLed }) => ({ timesLed }),
    measures: leaderMeasures,
    outcome: (nodes) => ({
      leader: nodes.findIndex((node) => node.role === "broadcasting"),
      epoch: Math.max(...nodes.map((node) => node.current)),
      delivered: Math.max(...nodes.map((node) => node.delivered)),
    }),
  };
}

export const zab = zabWith(zabRules);
