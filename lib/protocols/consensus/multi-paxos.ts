/**
 * Multi-Paxos: a replicated log with a stable leader, taken over when the leader is missed.
 *
 * Source      Lamport, "Paxos Made Simple", 2001, §3; Chandra, Griesemer & Redstone, "Paxos Made Live", PODC 2007
 * Promises    agreement: no two nodes learn different values for a slot; a chosen value stays chosen; operations are
 *             linearizable, and one asked for twice is applied once
 * Assumes     crash-recovery nodes; messages lost, repeated, reordered, never forged; persist() is durable
 * Leaves out  reads by lease; a leader that nobody answers any more steps down only when it hears of a higher ballot
 *
 * One phase 1 covers all slots; afterwards each slot costs one round trip (phase 2). The value of a slot is a batch
 * of operations, a new group, or nothing. What is chosen is told to the others with the next accept, or by a heartbeat
 * when idle. Every node learns; only members of a slot's group vote. What the proof rests on stands in
 * `multi-paxos-rules.ts`, one decision a line; broken one at a time in `multi-paxos.mutants.ts`.
 */
import { DomainError } from "../../core/errors.ts";
import type { Protocol, SystemFacts } from "../../simulation/protocol.ts";
import { leaderMeasures } from "../measure-shapes.ts";
import { durableBy, type MultiPaxosDurable, newNode, recordBytes } from "./multi-paxos-durable.ts";
import { leaderBy, promiseOf } from "./multi-paxos-leader.ts";
import { learnerBy } from "./multi-paxos-learner.ts";
import { type MultiPaxosRules, multiPaxosRules } from "./multi-paxos-rules.ts";
import * as state from "./multi-paxos-state.ts";
import {
  type Ctx,
  type MultiPaxosMessage,
  type MultiPaxosNode,
  messageBytes,
  parameters,
  type Settings,
} from "./multi-paxos-state.ts";
import { checkGroup, deriveCommon, MAX_NODES } from "./settings.ts";

const { ADOPTED, CAUGHT_UP, CHOSEN, FILLED_GAP, GOT_STATE, REGROUPED, REPEATED, RESENT, TOOK_OVER } = state;

/** Clocks are read and timers set in floating point: patience is over a little before its end. */
const ALMOST = 1 - 1e-9;

const happened =
  (bit: number) =>
  (nodes: readonly MultiPaxosNode[]): boolean =>
    nodes.some((node) => (node.happened & bit) !== 0);

/** Multi-Paxos by some rules: `multiPaxosRules`, or a mutant's. */
export function multiPaxosWith(
  rules: MultiPaxosRules,
): Protocol<typeof parameters, MultiPaxosNode, MultiPaxosMessage, MultiPaxosDurable> {
  const learner = learnerBy(rules);
  const leader = leaderBy(rules, learner);
  const { applyUpTo, drop } = learner;

  const waitForLeader = (node: MultiPaxosNode, ctx: Ctx): void => {
    const { electionTimeoutMin: min, electionTimeoutMax: max } = ctx.settings;
    node.patience = min + (max - min) * ctx.random.uniform();
    ctx.setTimer("election", node.patience);
  };

  /** A higher ballot ends this node's lead. */
  const yieldTo = (node: MultiPaxosNode, ballot: number, ctx: Ctx): void => {
    if (ballot > node.promised && node.role !== "acceptor") leader.stepDown(node, ctx);
  };

  /** Whether a leader's word counts; then `node.promised` is its ballot. */
  const heeds = (node: MultiPaxosNode, ballot: number, from: number, ctx: Ctx): boolean => {
    if (ballot !== node.promised) {
      if (!rules.mayAccept(node, ballot)) {
        ctx.send(from, { kind: "refused", ballot: node.promised });
        return false;
      }
      yieldTo(node, ballot, ctx);
      rules.noteAccept(node, ballot);
    }
    node.leader = from;
    node.heardAt = ctx.localTime();
    return true;
  };

  /** Nobody need hear of the leader's every message: the clock looks whether it was heard. */
  const election = (node: MultiPaxosNode, ctx: Ctx): void => {
    if (node.role === "leader") return;
    const waited = ctx.localTime() - node.heardAt;
    if (waited < node.patience * ALMOST) {
      ctx.setTimer("election", node.patience - waited);
      if (node.told > node.chosen && node.chosen === node.chosenBefore && node.leader >= 0)
        ctx.send(node.leader, { kind: "learn", from: node.chosen }); // it has been behind for long
      node.chosenBefore = node.chosen;
      return;
    }
    waitForLeader(node, ctx);
    leader.campaign(node, ctx);
  };

  return {
    name: "multi-paxos",
    title: "Multi-Paxos with a stable leader",
    source: "Lamport, Paxos Made Simple, 2001, §3",
    promises: "no two nodes learn different values for a slot; a chosen value stays chosen",
    assumes: "messages are never forged; what is persisted is durable",
    leavesOut: "reads by lease",
    parameters,
    entry: "leader",
    derive: (settings, facts) => deriveMultiPaxos(settings, facts),
    check(settings, nodes) {
      checkMultiPaxos("multi-paxos", settings, nodes);
      checkGroup("multi-paxos", { quorum: settings.quorum }, settings.members);
    },
    durable: durableBy(rules),
    boot(ctx, disk) {
      const node = newNode(disk, rules, ctx);
      if (disk !== null) applyUpTo(node, Math.max(disk.told, disk.held), disk.toldBy, disk.held, ctx);
      waitForLeader(node, ctx);
      if (disk !== null || ctx.self !== ctx.settings.initialLeader) return node;
      node.heardAt = Number.NEGATIVE_INFINITY;
      ctx.setTimer("election", 0);
      return node;
    },
    ready: (nodes) => nodes.some((node) => node.role === "leader"),
    request(node, operation, ctx) {
      if (node.role !== "leader") {
        ctx.refuse(operation, node.leader >= 0 && node.leader !== ctx.self ? node.leader : null);
        return;
      }
      const { batchDelay, batchMax } = ctx.settings;
      if (batchDelay === 0) {
        leader.ask(node, operation, ctx);
        return;
      }
      node.pending.push(operation);
      if (node.pending.length >= batchMax) leader.flush(node, ctx);
      else if (!node.gathering) {
        node.gathering = true;
        ctx.setTimer("batch", ctx.settings.batchDelay);
      }
    },
    timers: { election, batch: leader.flush, heartbeat: leader.heartbeat },
    commands: {
      /** A new group, as a bit mask of nodes; only a leader with alpha > 0 heeds it. */
      regroup(node, argument, ctx) {
        const members = argument % 2 ** ctx.nodes;
        if (node.role === "leader" && ctx.settings.alpha > 0 && members > 0)
          leader.regroup(node, members, ctx);
      },
    },
    messages: {
      accepted(node, m, from, ctx) {
        if (node.role === "leader" && rules.isVoteFor(node, m.ballot)) leader.vote(node, from, m.slot, ctx);
      },
      accept(node, m, from, ctx) {
        if (!heeds(node, m.ballot, from, ctx)) return;
        const { accepted } = node;
        const { slot } = m;
        if (slot >= accepted.end || (slot >= accepted.first && accepted.get(slot)?.ballot !== CHOSEN))
          accepted.set(slot, m);
        if (m.chosen > node.told) node.told = m.chosen;
        if (m.chosen > node.chosen) applyUpTo(node, m.chosen, m.ballot, m.held, ctx);
        drop(node, m.held, ctx);
        rules.saveAccept(m, ctx); // before the vote leaves (§2.2)
        ctx.send(from, m.vote);
      },
      heartbeat(node, m, from, ctx) {
        if (!heeds(node, m.ballot, from, ctx)) return;
        if (m.chosen > node.told) node.told = m.chosen;
        applyUpTo(node, m.chosen, m.ballot, m.held, ctx);
        drop(node, m.held, ctx);
      },
      prepare(node, m, from, ctx) {
        if (!rules.mayPromise(node, m.ballot)) {
          ctx.send(from, { kind: "refused", ballot: node.promised });
          return;
        }
        yieldTo(node, m.ballot, ctx);
        rules.notePromise(node, m.ballot);
        node.leader = from;
        node.heardAt = ctx.localTime(); // time to lead
        const told = { ...promiseOf(node, m.from), ballot: m.ballot };
        rules.savePromise(node, ctx);
        ctx.send(from, told);
      },
      promise: leader.promise,
      refused(node, m, _from, ctx) {
        if (m.ballot <= node.promised) return;
        yieldTo(node, m.ballot, ctx);
        node.promised = m.ballot; // so that its next ballot is above it
      },
      learn: (node, m, from, ctx) => learner.teach(node, m.from, from, ctx),
      learned: learner.learned,
      state: (node, m, _from, ctx) => learner.takeState(node, m, ctx),
    },
    bytes: messageBytes,
    recordBytes,
    leads: (node) => node.role === "leader",
    always: { oneLeaderPerBallot },
    sometimes: {
      someoneLeads: (nodes) => nodes.some((node) => node.role === "leader"),
      somethingChosen: (nodes) => nodes.some((node) => node.chosen > 0),
      leaderChanged: happened(TOOK_OVER),
      gapFilled: happened(FILLED_GAP),
      valueAdopted: happened(ADOPTED),
      sentAgain: happened(RESENT),
      nodeCaughtUp: happened(CAUGHT_UP),
      retryAppliedOnce: happened(REPEATED),
    },
    describe(node) {
      const { role, promised, chosen, accepted, next } = node;
      return `${role}, ballot ${promised}, chosen ${chosen}, open to ${role === "leader" ? next : accepted.end}`;
    },
    counts: ({ timesLed }) => ({ timesLed }),
    measures: leaderMeasures,
    outcome: (nodes) => ({
      leader: nodes.findIndex((node) => node.role === "leader"),
      slotsChosen: Math.max(...nodes.map((node) => node.chosen)),
    }),
  };
}

export const multiPaxos = multiPaxosWith(multiPaxosRules);

/** Happens only where settings ask for it: alpha and keep above 0. */
export const multiPaxosOnRequest = {
  groupChanged: happened(REGROUPED),
  stateTransferred: happened(GOT_STATE),
} as const;

function oneLeaderPerBallot(nodes: readonly MultiPaxosNode[]): boolean {
  for (let i = 1; i < nodes.length; i++) {
    if (nodes[i].role !== "leader") continue;
    for (let j = 0; j < i; j++)
      if (nodes[j].role === "leader" && nodes[j].promised === nodes[i].promised) return false;
  }
  return true;
}

/** Fills what follows from the system. */
export function deriveMultiPaxos<S extends Settings>(settings: S, facts: SystemFacts): S {
  const members = settings.members || facts.nodes;
  const common = deriveCommon(settings, { ...facts, nodes: members });
  const min =
    settings.electionTimeoutMin || Math.max(0.15, 3 * common.heartbeatInterval, 5 * facts.longestRtt);
  return {
    ...common,
    members,
    electionTimeoutMin: min,
    electionTimeoutMax: settings.electionTimeoutMax || 2 * min,
  };
}

/** Refuses what cannot work, quorums apart. */
export function checkMultiPaxos(where: string, settings: Settings, nodes: number): void {
  const { members, initialLeader, heartbeatInterval: beat } = settings;
  const { electionTimeoutMin: min, electionTimeoutMax: max } = settings;
  if (nodes > MAX_NODES) throw new DomainError(`${where}: nodes must be <= ${MAX_NODES}, got ${nodes}`);
  if (members > nodes) throw new DomainError(`${where}: members must be <= nodes ${nodes}, got ${members}`);
  if (initialLeader >= nodes)
    throw new DomainError(`${where}: initialLeader must be < nodes ${nodes}, got ${initialLeader}`);
  if (max < min)
    throw new DomainError(
      `${where}: electionTimeoutMin must be <= electionTimeoutMax ${max} s, got ${min} s`,
    );
  if (beat >= min)
    throw new DomainError(`${where}: heartbeatInterval must be < electionTimeoutMin ${min} s, got ${beat} s`);
}
