/**
 * Fast Paxos as a replicated log: clients' nodes propose to the acceptors themselves, past the coordinator.
 *
 * Source      Lamport, "Fast Paxos", Distributed Computing 19(2), 2006
 * Promises    agreement: no two nodes learn different values for a slot; operations are linearizable, and one asked for
 *             twice is applied once
 * Assumes     crash-recovery nodes; messages lost, repeated, reordered, never forged; persist() is durable
 * Leaves out  uncoordinated recovery (§3.2); classic rounds under constant contention; snapshots for nodes that fall
 *             behind (slots are kept until every node has applied them)
 *
 * A coordinator opens a fast round for all slots at once. A node then proposes its client's operation in the next slot it
 * knows to be free; what a fast quorum of ceil(3n/4) votes for is chosen, two message delays after it was proposed. When
 * two nodes take the same slot, votes may split: the coordinator sees it and settles the slot in a classic round; the
 * nodes whose operations lost propose them again, in later slots. Decisions on which the proof rests stand in
 * `fast-paxos-rules.ts`.
 */
import { DomainError } from "../../core/errors.ts";
import { SlidingLog } from "../../core/sliding-log.ts";
import type { NodeId, Protocol, SystemFacts } from "../../simulation/protocol.ts";
import { fastPathMeasures, leaderMeasures } from "../measure-shapes.ts";
import { coordinatorBy, promiseOf } from "./fast-paxos-coordinator.ts";
import { coordinatorOf, isOpen, memberBy } from "./fast-paxos-member.ts";
import { type FastPaxosRules, fastPaxosRules } from "./fast-paxos-rules.ts";
import * as state from "./fast-paxos-state.ts";
import {
  applyWrite,
  type Ctx,
  emptyLog,
  emptyMachine,
  type FastPaxosDurable,
  type FastPaxosMessage,
  type FastPaxosNode,
  messageBytes,
  type Promised,
  parameters,
  recordBytes,
  type Settings,
  type Tally,
  type VoteRecord,
} from "./fast-paxos-state.ts";
import { deriveCommon, MAX_NODES } from "./settings.ts";

const { CAUGHT_UP, CHOSE_FAST, CHOSEN, COLLIDED, FILLED_GAP, REPEATED, TOOK_OVER, TRIED_AGAIN } = state;

/** Clocks are read and timers set in floating point: patience is over a little before its end. */
const ALMOST = 1 - 1e-9;
/** Slots folded into the state on the disk at a time. */
const FOLD_AT_ONCE = 64;

const happened =
  (bit: number) =>
  (nodes: readonly FastPaxosNode[]): boolean =>
    nodes.some((node) => (node.happened & bit) !== 0);

/** Fast Paxos by some rules: `fastPaxosRules`, or a mutant's. */
export function fastPaxosWith(
  rules: FastPaxosRules,
): Protocol<typeof parameters, FastPaxosNode, FastPaxosMessage, FastPaxosDurable> {
  const member = memberBy(rules);
  const coordinator = coordinatorBy(rules, member);

  const waitForCoordinator = (node: FastPaxosNode, ctx: Ctx): void => {
    const { electionTimeoutMin: min, electionTimeoutMax: max } = ctx.settings;
    node.patience = min + (max - min) * ctx.random.uniform();
    ctx.setTimer("election", node.patience);
  };
  const follow = (node: FastPaxosNode, ballot: number, ctx: Ctx): void => {
    if (ballot > node.promised && node.role !== "acceptor") {
      if (node.role === "coordinator") ctx.setTimer("election", node.patience);
      node.role = "acceptor";
    }
    node.promised = ballot;
    node.heardAt = ctx.localTime();
  };
  /** Whether a coordinator's word counts; then `node.promised` is its ballot. */
  const heeds = (node: FastPaxosNode, ballot: number, from: NodeId, ctx: Ctx): boolean => {
    if (!rules.mayAccept(node, ballot)) {
      ctx.send(from, { kind: "refused", ballot: node.promised });
      return false;
    }
    follow(node, ballot, ctx);
    return true;
  };

  return {
    name: "fast-paxos",
    title: "Fast Paxos: clients' nodes propose past the coordinator",
    source: "Lamport, Fast Paxos, Distributed Computing 19(2), 2006",
    promises: "no two nodes learn different values for a slot; operations are linearizable",
    assumes: "messages are never forged; what is persisted is durable",
    leavesOut: "uncoordinated recovery, snapshots",
    parameters,
    entry: "any",
    derive: deriveFast,
    check: checkFast,
    durable: {
      empty: () => ({ promised: -1, log: emptyLog(0), base: 0, machine: emptyMachine() }),
      store: (disk, record) => store(disk, record as Promised | VoteRecord, rules),
    },
    boot(ctx, disk) {
      const node = newNode(disk, ctx);
      waitForCoordinator(node, ctx);
      ctx.setTimer("watch", ctx.settings.heartbeatInterval);
      if (disk !== null || ctx.self !== ctx.settings.initialLeader) return node;
      node.heardAt = Number.NEGATIVE_INFINITY;
      ctx.setTimer("election", 0);
      return node;
    },
    ready: (nodes) => nodes.every(isOpen),
    request: member.propose,
    timers: {
      election(node, ctx) {
        if (node.role === "coordinator") return;
        const waited = ctx.localTime() - node.heardAt;
        if (waited < node.patience * ALMOST) {
          ctx.setTimer("election", node.patience - waited);
          return;
        }
        waitForCoordinator(node, ctx);
        coordinator.campaign(node, ctx);
      },
      watch(node, ctx) {
        ctx.setTimer("watch", ctx.settings.heartbeatInterval);
        if (node.role === "coordinator") coordinator.watch(node, ctx);
        else if (node.known > node.applied && node.applied === node.appliedBefore && isOpen(node))
          ctx.send(coordinatorOf(node), { kind: "learn", from: node.applied });
        node.appliedBefore = node.applied;
        if (node.mine.size > 0) member.proposeAgain(node, ctx);
      },
    },
    messages: {
      voted(node, m, from, ctx) {
        if (node.role === "coordinator" && Math.floor(m.round / 2) === node.promised)
          coordinator.voted(node, m, from, ctx);
        else member.countOwn(node, m, from, ctx);
      },
      propose(node, m, from, ctx) {
        member.voteFast(node, m.slot, m.operation, from, ctx);
        if (node.role === "coordinator") coordinator.see(node, m.slot, m.operation, ctx);
      },
      chosen: member.hearChosen,
      any(node, m, from, ctx) {
        if (!heeds(node, m.ballot, from, ctx)) return;
        node.fastBallot = m.ballot;
        node.fastFrom = m.from;
        if (m.known > node.known) node.known = m.known;
        member.hold(node, m.held, ctx);
        member.proposePending(node, ctx);
      },
      accept(node, m, from, ctx) {
        if (heeds(node, m.ballot, from, ctx)) member.voteClassic(node, m.slot, m.operation, ctx);
      },
      prepare(node, m, from, ctx) {
        if (!rules.mayPromise(node, m.ballot)) {
          ctx.send(from, { kind: "refused", ballot: node.promised });
          return;
        }
        follow(node, m.ballot, ctx);
        const promise = promiseOf(node, m.from, m.ballot);
        rules.savePromise(node, ctx);
        ctx.send(from, promise);
      },
      promise: coordinator.promise,
      refused(node, m, _from, ctx) {
        if (m.ballot > node.promised) follow(node, m.ballot, ctx); // so that its next ballot is above it
      },
      fetch: (node, m, from, ctx) => member.tell(node, m.slot, from, ctx),
      value(node, m, _from, ctx) {
        if (node.role === "coordinator") coordinator.see(node, m.slot, m.operation, ctx);
      },
      learn: (node, m, from, ctx) => member.teach(node, m.from, from, ctx),
      learned: member.learned,
    },
    bytes: messageBytes,
    recordBytes,
    leads: (node) => node.role === "coordinator",
    always: {},
    sometimes: {
      someoneCoordinates: (nodes) => nodes.some((node) => node.role === "coordinator"),
      somethingApplied: (nodes) => nodes.some((node) => node.applied > 0),
      chosenFast: happened(CHOSE_FAST),
      votesCollided: happened(COLLIDED),
      loserTriedAgain: happened(TRIED_AGAIN),
      coordinatorChanged: happened(TOOK_OVER),
      gapFilled: happened(FILLED_GAP),
      nodeCaughtUp: happened(CAUGHT_UP),
      retryAppliedOnce: happened(REPEATED),
    },
    describe: ({ role, promised, applied, log }) =>
      `${role}, ballot ${promised}, applied ${applied}, open to ${log.end}`,
    counts: ({ timesLed, fastCommits, slowCommits }) => ({ timesLed, fastCommits, slowCommits }),
    measures: { ...leaderMeasures, ...fastPathMeasures },
    outcome: (nodes) => ({
      coordinator: nodes.findIndex((node) => node.role === "coordinator"),
      slotsApplied: Math.max(...nodes.map((node) => node.applied)),
    }),
  };
}

export const fastPaxos = fastPaxosWith(fastPaxosRules);

function store(disk: FastPaxosDurable, record: Promised | VoteRecord, rules: FastPaxosRules): void {
  if (record.promised > disk.promised) disk.promised = record.promised;
  if (!("slot" in record)) return;
  const { slot, round, operation, held } = record;
  if (slot >= disk.log.first) disk.log.set(slot, { slot, round, operation });
  if (held - disk.base < FOLD_AT_ONCE) return;
  for (let vote = disk.log.get(disk.base); vote !== undefined && disk.base < held; ) {
    const write = vote.operation?.kind === "write" ? vote.operation : null;
    if (write !== null) applyWrite(disk.machine, write, rules.isRepeated(disk.machine, write));
    vote = disk.log.get(++disk.base);
  }
  disk.log.dropBefore(disk.base);
}

/** A node as it starts: what its disk has folded it has applied, and of the rest it will hear what is chosen. */
function newNode(disk: FastPaxosDurable | null, ctx: Ctx): FastPaxosNode {
  const log = emptyLog(disk?.log.first ?? 0);
  if (disk !== null) {
    for (let slot = log.first; slot < disk.log.end; slot++) {
      const vote = disk.log.get(slot);
      if (vote !== undefined) log.set(slot, vote);
    }
  }
  const node: FastPaxosNode = {
    id: ctx.self,
    group: ctx.nodes,
    promised: disk?.promised ?? -1,
    savedPromise: disk?.promised ?? -1,
    log,
    fastBallot: -1,
    fastFrom: 0,
    applied: disk?.base ?? 0,
    appliedBefore: 0,
    known: 0,
    held: disk?.base ?? 0,
    machine: disk?.machine.copy() ?? emptyMachine(),
    next: log.end,
    mine: new Map(),
    pending: [],
    role: "acceptor",
    heardAt: ctx.localTime(),
    patience: 0,
    promises: [],
    tallies: new SlidingLog<Tally>(0),
    appliedAt: new Array<number>(ctx.nodes).fill(0),
    happened: 0,
    timesLed: 0,
    fastCommits: 0,
    slowCommits: 0,
  };
  // Word that a slot is chosen may be on the disk beyond the first that is not: it is applied when its turn comes.
  for (let vote = log.get(node.applied); vote?.round === CHOSEN; vote = log.get(node.applied)) {
    const write = vote.operation?.kind === "write" ? vote.operation : null;
    if (write !== null) applyWrite(node.machine, write, node.machine.applied.has(write.id));
    node.applied++;
  }
  return node;
}

/** Fills what follows from the system: the least fast quorum that meets any other within any classic one (§3.3). */
function deriveFast(settings: Settings, facts: SystemFacts): Settings {
  const common = deriveCommon(settings, facts);
  const min =
    settings.electionTimeoutMin || Math.max(0.15, 3 * common.heartbeatInterval, 5 * facts.longestRtt);
  return {
    ...common,
    fastQuorum: settings.fastQuorum || Math.floor((2 * facts.nodes - common.quorum) / 2) + 1,
    electionTimeoutMin: min,
    electionTimeoutMax: settings.electionTimeoutMax || 2 * min,
  };
}

function checkFast(settings: Settings, nodes: number): void {
  const { quorum, fastQuorum, initialLeader, heartbeatInterval: beat, unsafe } = settings;
  const { electionTimeoutMin: min, electionTimeoutMax: max } = settings;
  const refuse = (text: string): never => {
    throw new DomainError(`fast-paxos: ${text}`);
  };
  if (nodes > MAX_NODES) refuse(`nodes must be <= ${MAX_NODES}, got ${nodes}`);
  if (quorum > nodes) refuse(`quorum must be <= nodes ${nodes}, got ${quorum}`);
  if (fastQuorum > nodes) refuse(`fastQuorum must be <= nodes ${nodes}, got ${fastQuorum}`);
  if (initialLeader >= nodes) refuse(`initialLeader must be < nodes ${nodes}, got ${initialLeader}`);
  if (max < min) refuse(`electionTimeoutMin must be <= electionTimeoutMax ${max} s, got ${min} s`);
  if (beat >= min) refuse(`heartbeatInterval must be < electionTimeoutMin ${min} s, got ${beat} s`);
  if (unsafe) return;
  if (2 * quorum <= nodes)
    refuse(`quorum must be > nodes/2 = ${nodes / 2} so that any two quorums meet, got ${quorum}`);
  if (quorum + 2 * fastQuorum <= 2 * nodes)
    refuse(
      `quorum + 2 fastQuorum must be > 2 nodes = ${2 * nodes} so that any two fast quorums meet within any quorum, got ${quorum} and ${fastQuorum}`,
    );
}
