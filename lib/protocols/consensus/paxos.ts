/**
 * Single-decree Paxos with contending proposers.
 *
 * Source      Lamport, "Paxos Made Simple", 2001, §2
 * Promises    only a proposed value is chosen; only one is; nobody learns a value that was not chosen (§2.1)
 * Assumes     crash-recovery nodes; messages lost, repeated, reordered, never forged; persist() is durable
 * Leaves out  electing a distinguished proposer (§2.4): proposers that collide back off at random instead
 *
 * Every node is proposer, acceptor and learner. Each client's request proposes its own value; the answer is the
 * value chosen, whoever proposed it. The decisions of an acceptor and a proposer stand in `PaxosRules`, one a line, so
 * that what the proof rests on can be read in one place, and broken one at a time (`paxos.mutants.ts`).
 */
import { DomainError } from "../../core/errors.ts";
import { majority } from "../../core/system.ts";
import type { Context, Operation, Protocol } from "../../simulation/protocol.ts";
import { countVotes, headerBytesSetting, MAX_NODES, quorumSetting } from "./settings.ts";

const parameters = {
  quorum: quorumSetting,
  prepareQuorum: {
    dimension: "one",
    integer: true,
    min: 0,
    max: MAX_NODES,
    default: 0,
    tex: "q_1",
    meaning:
      "nodes whose promise a proposer needs; 0 is a majority, or as many as make any two quorums meet if that is more",
    source: "Howard, Malkhi & Spiegelman, Flexible Paxos: quorum intersection revisited, OPODIS 2016",
  },
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

/** What reaches the disk. */
export interface PaxosDurable {
  promised: number;
  acceptedBallot: number;
  accepted: Value | null;
}

export interface PaxosNode {
  readonly id: number;
  /** Acceptors, and how many of them an accepted value needs. */
  readonly group: number;
  readonly quorum: number;
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

/** The decisions on which the proof rests (§2.2, P1a, P2c). */
export interface PaxosRules {
  /** The next ballot: above any this node has seen, and nobody else's. */
  nextBallot(node: PaxosNode, ctx: Ctx): number;
  /** P1a: promise only what is above every promise made. */
  mayPromise(node: PaxosNode, ballot: number): boolean;
  notePromise(node: PaxosNode, ballot: number): void;
  /** Accept unless something higher was promised; accepting promises too. */
  mayAccept(node: PaxosNode, ballot: number): boolean;
  noteAccept(node: PaxosNode, ballot: number, value: Value): void;
  /** What is durable before an answer leaves: promises, and what was accepted. */
  savePromise(node: PaxosNode, ctx: Ctx): void;
  saveAccept(node: PaxosNode, ctx: Ctx): void;
  /** P2c: whether a promise's value replaces what the proposer would propose. */
  adopts(node: PaxosNode, value: Value, acceptedBallot: number): boolean;
  /** An answer counts for the ballot that asked, and for no other. */
  isPromiseTo(node: PaxosNode, ballot: number): boolean;
  isAcceptanceOf(node: PaxosNode, ballot: number): boolean;
  /** Who has answered is a set: a repeated message counts once. */
  addPromise(promises: number, from: number): number;
  addAcceptance(acceptances: number, from: number): number;
  /** What a new ballot forgets of the one before. */
  forget(node: PaxosNode): void;
  promisesNeeded(settings: Settings): number;
  acceptancesNeeded(settings: Settings): number;
}

const save = (node: PaxosNode, ctx: Ctx): void => {
  const { promised, acceptedBallot, accepted } = node;
  ctx.persist({ promised, acceptedBallot, accepted } satisfies PaxosDurable);
};

export const paxosRules: PaxosRules = {
  nextBallot: (node, ctx) => (Math.floor(Math.max(node.promised, 0) / ctx.nodes) + 1) * ctx.nodes + ctx.self,
  mayPromise: (node, ballot) => ballot > node.promised,
  notePromise(node, ballot) {
    node.promised = ballot;
  },
  mayAccept: (node, ballot) => ballot >= node.promised,
  noteAccept(node, ballot, value) {
    node.promised = ballot;
    node.acceptedBallot = ballot;
    node.accepted = value;
  },
  savePromise: save,
  saveAccept: save,
  adopts: (node, _value, acceptedBallot) => acceptedBallot > node.highestAccepted,
  isPromiseTo: (node, ballot) => ballot === node.ballot,
  isAcceptanceOf: (node, ballot) => ballot === node.ballot,
  addPromise: (promises, from) => promises | (1 << from),
  addAcceptance: (acceptances, from) => acceptances | (1 << from),
  forget(node) {
    node.promises = 0;
    node.acceptances = 0;
    node.highestAccepted = -1;
  },
  promisesNeeded: (settings) => settings.prepareQuorum,
  acceptancesNeeded: (settings) => settings.quorum,
};

function learn(node: PaxosNode, value: Value, ctx: Ctx): void {
  ctx.claim("chosen", 0, value.id);
  if (node.learned === null) node.learned = value;
  node.phase = "idle";
  ctx.clearTimer("retry");
  for (const operation of node.waiting.splice(0)) ctx.reply(operation, node.learned.id);
}

/** Single-decree Paxos by some rules: `paxosRules`, or a mutant's. */
export function paxosWith(
  rules: PaxosRules,
): Protocol<typeof parameters, PaxosNode, PaxosMessage, PaxosDurable> {
  /** Phase 1a (§2.2). The proposer is the first acceptor to promise, durably: a ballot is never used twice. */
  const attempt = (node: PaxosNode, ctx: Ctx): void => {
    if (node.learned !== null || node.waiting.length === 0) return;
    const [own] = node.waiting;
    node.ballot = rules.nextBallot(node, ctx);
    rules.forget(node);
    node.phase = "prepare";
    node.proposal = { id: own.id, bytes: own.bytes, proposer: ctx.self };
    node.attempts++;
    ctx.setTimer("retry", ctx.settings.retryDelay + ctx.settings.backOff * ctx.random.uniform());
    const { acceptedBallot, accepted: value } = node;
    rules.notePromise(node, node.ballot);
    rules.savePromise(node, ctx);
    ctx.broadcast({ kind: "prepare", ballot: node.ballot });
    ctx.send(ctx.self, { kind: "promise", ballot: node.ballot, acceptedBallot, value });
  };
  return {
    name: "paxos",
    title: "Single-decree Paxos with contending proposers",
    source: "Lamport, Paxos Made Simple, 2001, §2",
    promises: "only a proposed value is chosen, and only one",
    assumes: "messages are never forged; what is persisted is durable",
    leavesOut: "a distinguished proposer",
    parameters,
    entry: "any",
    answers: "decision",
    derive(settings, { nodes, longestRtt }) {
      const wait = 4 * longestRtt;
      const quorum = settings.quorum || majority(nodes);
      return {
        ...settings,
        quorum,
        prepareQuorum: settings.prepareQuorum || Math.max(majority(nodes), nodes - quorum + 1),
        retryDelay: settings.retryDelay || wait,
        backOff: settings.backOff || wait,
      };
    },
    check: checkQuorums,
    durable: {
      empty: () => ({ promised: -1, acceptedBallot: -1, accepted: null }),
      store: (disk, record) => Object.assign(disk, record),
    },
    boot: (ctx, disk) => ({
      id: ctx.self,
      group: ctx.nodes,
      quorum: ctx.settings.quorum,
      promised: disk?.promised ?? -1,
      acceptedBallot: disk?.acceptedBallot ?? -1,
      accepted: disk?.accepted ?? null,
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
        if (!rules.mayPromise(node, m.ballot)) {
          ctx.send(from, { kind: "refused", ballot: m.ballot, promised: node.promised });
          return;
        }
        const { acceptedBallot, accepted: value } = node;
        rules.notePromise(node, m.ballot);
        rules.savePromise(node, ctx);
        ctx.send(from, { kind: "promise", ballot: m.ballot, acceptedBallot, value });
      },
      /** Phase 2a: with a quorum of promises, propose the value of the highest-numbered proposal among them. */
      promise(node, m, from, ctx) {
        if (node.phase !== "prepare" || !rules.isPromiseTo(node, m.ballot)) return;
        if (m.value !== null && rules.adopts(node, m.value, m.acceptedBallot)) {
          node.highestAccepted = m.acceptedBallot;
          node.proposal = m.value;
        }
        node.promises = rules.addPromise(node.promises, from);
        if (countVotes(node.promises) < rules.promisesNeeded(ctx.settings) || node.proposal === null) return;
        node.phase = "accept";
        ctx.broadcast({ kind: "accept", ballot: node.ballot, value: node.proposal });
        ctx.send(ctx.self, { kind: "accept", ballot: node.ballot, value: node.proposal });
      },
      /** Phase 2b: accept unless promised higher; accepting is a promise too. */
      accept(node, m, from, ctx) {
        if (!rules.mayAccept(node, m.ballot)) {
          ctx.send(from, { kind: "refused", ballot: m.ballot, promised: node.promised });
          return;
        }
        ctx.claim("proposed", m.ballot, m.value.id);
        rules.noteAccept(node, m.ballot, m.value);
        rules.saveAccept(node, ctx);
        ctx.send(from, { kind: "accepted", ballot: m.ballot });
      },
      accepted(node, m, from, ctx) {
        if (node.phase !== "accept" || !rules.isAcceptanceOf(node, m.ballot) || node.proposal === null)
          return;
        node.acceptances = rules.addAcceptance(node.acceptances, from);
        if (countVotes(node.acceptances) < rules.acceptancesNeeded(ctx.settings)) return;
        const value = node.proposal;
        learn(node, value, ctx);
        ctx.broadcast({ kind: "chosen", value });
      },
      /** A higher ballot is about: wait a random time, or two proposers may take turns for ever (§2.4). */
      refused(node, m, _from, ctx) {
        if (m.ballot !== node.ballot || (node.phase !== "prepare" && node.phase !== "accept")) return;
        node.phase = "backing off";
        node.promised = Math.max(node.promised, m.promised); // so that the next ballot is above it
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
    recordBytes: (record, settings) => settings.headerBytes + ((record as PaxosDurable).accepted?.bytes ?? 0),
    describe(node) {
      const accepted = node.accepted === null ? "nothing" : `${node.accepted.id} at ${node.acceptedBallot}`;
      const learned = node.learned === null ? "" : `, learned ${node.learned.id}`;
      return `${node.phase}, promised ${node.promised}, accepted ${accepted}${learned}`;
    },
    always: { learnedHasQuorum },
    sometimes: {
      somethingChosen: (nodes) => nodes.some((node) => node.learned !== null),
      proposersCollided: (nodes) => nodes.some((node) => node.attempts > 1),
      valueAdopted: (nodes) =>
        nodes.some((node) => node.proposal !== null && node.proposal.proposer !== node.id),
    },
    outcome(nodes) {
      const value = nodes.find((node) => node.learned !== null)?.learned;
      const text =
        value === undefined || value === null
          ? "none yet"
          : `${value.id} (proposed by node ${value.proposer})`;
      return { attempts: nodes.reduce((sum, node) => sum + node.attempts, 0), Value: text };
    },
  };
}

/** Any quorum of promises and any of acceptances must meet (Howard et al. 2016, §3). */
function checkQuorums(settings: Settings, nodes: number): void {
  const { quorum, prepareQuorum } = settings;
  if (nodes > MAX_NODES) throw new DomainError(`paxos: nodes must be <= ${MAX_NODES}, got ${nodes}`);
  for (const [name, size] of [
    ["quorum", quorum],
    ["prepareQuorum", prepareQuorum],
  ] as const) {
    if (size > nodes) throw new DomainError(`paxos: ${name} must be <= nodes ${nodes}, got ${size}`);
  }
  if (quorum + prepareQuorum <= nodes)
    throw new DomainError(
      `paxos: quorum + prepareQuorum must be > nodes ${nodes} so that any two quorums meet, got ${quorum} and ${prepareQuorum}`,
    );
}

/** A learned value is held by a quorum of acceptors: what is chosen is never accepted otherwise later. */
function learnedHasQuorum(nodes: readonly PaxosNode[]): boolean {
  for (const { learned, group, quorum } of nodes) {
    if (learned === null) continue;
    let mayHold = group - nodes.length; // of those that are down nobody knows
    for (const { accepted } of nodes) if (accepted !== null && accepted.id === learned.id) mayHold++;
    return mayHold >= quorum;
  }
  return true;
}

export const paxos = paxosWith(paxosRules);
