/**
 * Single-decree Paxos with contending proposers.
 *
 * Source      Lamport, "Paxos Made Simple", 2001, §2
 * Promises    only a proposed value is chosen; only one is; nobody learns a value that was not chosen (§2.1)
 * Assumes     crash-recovery nodes; messages lost, repeated, reordered, never forged; persist() is durable
 * Leaves out  electing a distinguished proposer (§2.4): proposers that collide back off at random instead
 *
 * Every node is proposer, acceptor and learner. Each client's request proposes its own value; the answer is the
 * value chosen, whoever proposed it.
 */
import type { Context, Operation, Protocol } from "../../simulation/protocol.ts";
import { checkGroup, countVotes, deriveCommon, headerBytesSetting, quorumSetting } from "./settings.ts";

const parameters = {
  quorum: quorumSetting,
  headerBytes: headerBytesSetting,
  retryDelay: {
    dimension: "time",
    min: 0,
    default: 0,
    meaning:
      "a proposer without an answer tries again after this plus a back-off; 0 is four longest round trips",
    source: "own choice",
  },
  backOff: {
    dimension: "time",
    min: 0,
    default: 0,
    tex: "B",
    meaning: "a proposer that lost waits uniformly between 0 and this; 0 is four longest round trips",
    source: "own choice",
  },
} as const;

type Settings = { readonly [K in keyof typeof parameters]: number };
type Ctx = Context<Settings, PaxosMessage>;

/** A proposed value: the operation's id stands for its content. */
export interface Value {
  readonly id: number;
  readonly bytes: number;
  readonly proposer: number;
}

export type PaxosMessage =
  | { readonly kind: "prepare"; readonly ballot: number }
  | {
      readonly kind: "promise";
      readonly ballot: number;
      readonly acceptedBallot: number;
      readonly value: Value | null;
    }
  | { readonly kind: "accept"; readonly ballot: number; readonly value: Value }
  | { readonly kind: "accepted"; readonly ballot: number }
  | { readonly kind: "refused"; readonly ballot: number; readonly promised: number }
  | { readonly kind: "chosen"; readonly value: Value };

export interface PaxosNode {
  readonly id: number;
  /** Durable: the promise made and the proposal accepted. */
  promised: number;
  acceptedBallot: number;
  accepted: Value | null;
  /** The proposer's own attempt. */
  ballot: number;
  phase: "idle" | "prepare" | "accept" | "backing off";
  promises: number;
  acceptances: number;
  highestAccepted: number;
  proposal: Value | null;
  attempts: number;
  readonly waiting: Operation[];
  learned: Value | null;
}

/** Phase 1a (§2.2) with a ballot above any seen; ballots are round·nodes + node, so no two proposers share one. */
function attempt(node: PaxosNode, ctx: Ctx): void {
  if (node.learned !== null || node.waiting.length === 0) return;
  const [own] = node.waiting;
  const round = Math.floor(Math.max(node.promised, node.ballot, 0) / ctx.nodes) + 1;
  node.ballot = round * ctx.nodes + ctx.self;
  node.phase = "prepare";
  node.promises = 0;
  node.acceptances = 0;
  node.highestAccepted = -1;
  node.proposal = { id: own.id, bytes: own.bytes, proposer: ctx.self };
  node.attempts++;
  ctx.broadcast({ kind: "prepare", ballot: node.ballot });
  ctx.send(ctx.self, { kind: "prepare", ballot: node.ballot });
  ctx.setTimer("retry", ctx.settings.retryDelay + ctx.settings.backOff * ctx.random.uniform());
}

function learn(node: PaxosNode, value: Value, ctx: Ctx): void {
  if (node.learned === null) node.learned = value;
  node.phase = "idle";
  ctx.clearTimer("retry");
  for (const operation of node.waiting.splice(0)) ctx.reply(operation, node.learned.id);
}

export const paxos: Protocol<typeof parameters, PaxosNode, PaxosMessage> = {
  name: "paxos",
  title: "Single-decree Paxos with contending proposers",
  source: "Lamport, Paxos Made Simple, 2001, §2",
  promises: "only a proposed value is chosen, and only one",
  assumes: "messages are never forged; what is persisted is durable",
  leavesOut: "a distinguished proposer",
  parameters,
  entry: "any",
  derive(settings, facts) {
    const wait = 4 * facts.longestRtt;
    return {
      ...deriveCommon(settings, facts),
      retryDelay: settings.retryDelay || wait,
      backOff: settings.backOff || wait,
    };
  },
  check: (settings, nodes) => checkGroup("paxos", settings, nodes),
  boot: (ctx) => ({
    id: ctx.self,
    promised: -1,
    acceptedBallot: -1,
    accepted: null,
    ballot: -1,
    phase: "idle",
    promises: 0,
    acceptances: 0,
    highestAccepted: -1,
    proposal: null,
    attempts: 0,
    waiting: [],
    learned: null,
  }),
  ready: () => true,
  request(node, operation, ctx) {
    if (node.learned !== null) {
      ctx.reply(operation, node.learned.id);
      return;
    }
    node.waiting.push(operation);
    if (node.phase === "idle") attempt(node, ctx);
  },
  timers: { retry: attempt },
  messages: {
    /** Phase 1b: promise not to accept less, and tell what was accepted. */
    prepare(node, m, from, ctx) {
      if (m.ballot <= node.promised) {
        ctx.send(from, { kind: "refused", ballot: m.ballot, promised: node.promised });
        return;
      }
      node.promised = m.ballot;
      ctx.persist(m);
      ctx.send(from, {
        kind: "promise",
        ballot: m.ballot,
        acceptedBallot: node.acceptedBallot,
        value: node.accepted,
      });
    },
    /** Phase 2a: with a quorum of promises, propose the value of the highest-numbered proposal among them. */
    promise(node, m, from, ctx) {
      if (node.phase !== "prepare" || m.ballot !== node.ballot) return; // an answer to an earlier ballot
      if (m.value !== null && m.acceptedBallot > node.highestAccepted) {
        node.highestAccepted = m.acceptedBallot;
        node.proposal = m.value;
      }
      node.promises |= 1 << from;
      if (countVotes(node.promises) < ctx.settings.quorum || node.proposal === null) return;
      node.phase = "accept";
      ctx.broadcast({ kind: "accept", ballot: node.ballot, value: node.proposal });
      ctx.send(ctx.self, { kind: "accept", ballot: node.ballot, value: node.proposal });
    },
    /** Phase 2b: accept unless promised higher; accepting is a promise too. */
    accept(node, m, from, ctx) {
      if (m.ballot < node.promised) {
        ctx.send(from, { kind: "refused", ballot: m.ballot, promised: node.promised });
        return;
      }
      node.promised = m.ballot;
      node.acceptedBallot = m.ballot;
      node.accepted = m.value;
      ctx.persist(m);
      ctx.send(from, { kind: "accepted", ballot: m.ballot });
    },
    accepted(node, m, from, ctx) {
      if (node.phase !== "accept" || m.ballot !== node.ballot || node.proposal === null) return;
      node.acceptances |= 1 << from; // a set: a repeated message counts once
      if (countVotes(node.acceptances) < ctx.settings.quorum) return;
      const value = node.proposal;
      learn(node, value, ctx);
      ctx.broadcast({ kind: "chosen", value });
    },
    /** A higher ballot is about: wait a random time, or two proposers may take turns for ever (§2.4). */
    refused(node, m, _from, ctx) {
      if (m.ballot !== node.ballot || (node.phase !== "prepare" && node.phase !== "accept")) return;
      node.phase = "backing off";
      node.promised = Math.max(node.promised, m.promised);
      ctx.setTimer("retry", ctx.settings.backOff * ctx.random.uniform());
    },
    chosen(node, m, _from, ctx) {
      learn(node, m.value, ctx);
    },
  },
  bytes(m, settings) {
    const value = m.kind === "accept" || m.kind === "chosen" || m.kind === "promise" ? m.value : null;
    return settings.headerBytes + (value?.bytes ?? 0);
  },
  recordBytes: (record, settings) =>
    settings.headerBytes + ("value" in record ? (record as { value: Value }).value.bytes : 0),
  always: {
    agreement: (nodes) =>
      new Set(nodes.filter((n) => n.learned !== null).map((n) => n.learned?.id)).size <= 1,
    /** A learned value has a quorum of acceptors that accepted it last, or later ballots carry the same value. */
    learnedWasAccepted: (nodes) => {
      const learned = nodes.find((node) => node.learned !== null)?.learned;
      return (
        learned === undefined || learned === null || nodes.some((node) => node.accepted?.id === learned.id)
      );
    },
  },
  sometimes: {
    somethingChosen: (nodes) => nodes.some((node) => node.learned !== null),
    proposersCollided: (nodes) => nodes.some((node) => node.attempts > 1),
  },
  outcome(nodes) {
    const value = nodes.find((node) => node.learned !== null)?.learned;
    const text =
      value === undefined || value === null ? "none yet" : `${value.id} (proposed by node ${value.proposer})`;
    return { attempts: nodes.reduce((sum, node) => sum + node.attempts, 0), Value: text };
  },
};
