/**
 * Multi-Paxos with a stable leader.
 *
 * Source      Lamport, "Paxos Made Simple", 2001, §3; Chandra, Griesemer & Redstone, "Paxos Made Live", PODC 2007
 * Promises    agreement: no two nodes learn different values for a slot; a chosen value stays chosen
 * Assumes     crash-recovery nodes; messages lost, repeated, reordered, never forged; persist() is durable
 * Leaves out  a second leader: when the leader stops, nobody takes over; reconfiguration; snapshots for nodes that
 *             fall behind (entries are kept until every node has them)
 *
 * One phase 1 covers all slots; afterwards each slot costs one round trip (phase 2). The value of a slot is a batch
 * of operations. What is chosen is told to the others with the next accept, or by a heartbeat when idle.
 */
import type { ParameterTable, ValuesOf } from "../../core/parameters.ts";
import { SlidingLog } from "../../core/sliding-log.ts";
import { ValueStore } from "../../core/value-store.ts";
import type { Context, NodeId, Operation, Protocol } from "../../simulation/protocol.ts";
import {
  batchDelaySetting,
  batchMaxSetting,
  checkGroup,
  countVotes,
  deriveCommon,
  headerBytesSetting,
  heartbeatIntervalSetting,
  initialLeaderSetting,
  pipelineSetting,
  quorumSetting,
} from "./settings.ts";

const parameters = {
  quorum: quorumSetting,
  initialLeader: initialLeaderSetting,
  headerBytes: headerBytesSetting,
  batchMax: batchMaxSetting,
  batchDelay: batchDelaySetting,
  pipeline: pipelineSetting,
  heartbeatInterval: heartbeatIntervalSetting,
  answerWhen: {
    kind: "choice",
    choices: ["applied", "chosen"],
    default: "applied",
    meaning: "writes are answered once applied in order of slots, or already once their own slot is chosen",
  },
} as const satisfies ParameterTable;

type Settings = ValuesOf<typeof parameters>;
type Ctx = Context<Settings, MultiPaxosMessage>;

/** Phase 2a for one slot; acceptors keep it as the record of what they accepted. */
export interface Accept {
  readonly kind: "accept";
  readonly ballot: number;
  readonly slot: number;
  readonly operations: readonly Operation[];
  /** Every slot before this one is chosen. */
  readonly chosen: number;
  /** Every node holds every slot before this one. */
  readonly held: number;
}

export type MultiPaxosMessage =
  | Accept
  | { readonly kind: "accepted"; readonly ballot: number; readonly slot: number }
  | { readonly kind: "prepare"; readonly ballot: number; readonly from: number }
  | { readonly kind: "promise"; readonly ballot: number; readonly accepted: readonly Accept[] }
  | { readonly kind: "refused"; readonly ballot: number }
  | { readonly kind: "heartbeat"; readonly ballot: number; readonly chosen: number; readonly held: number };

export interface MultiPaxosNode {
  /** Highest ballot promised (durable). Ballots are round·nodes + node, so no two nodes share one. */
  promised: number;
  /** What was accepted, by slot (durable). */
  readonly accepted: SlidingLog<Accept>;
  role: "acceptor" | "candidate" | "leader";
  leader: NodeId;
  promises: number;
  /** Votes for each slot the leader proposed, as a set of nodes. */
  readonly votes: SlidingLog<number>;
  pending: Operation[];
  /** The batch timer runs: what is pending waits for it. */
  gathering: boolean;
  /** Slots before this one are chosen and applied. */
  chosen: number;
  /** Slots before this one are held by every node. */
  held: number;
  proposedSinceHeartbeat: boolean;
  /** Value last written to each key. */
  readonly store: ValueStore;
}

const bytesOf = (operations: readonly Operation[]): number => {
  let bytes = 0;
  for (const operation of operations) if (operation.kind === "write") bytes += operation.bytes;
  return bytes;
};

/** Phase 1 (§2.2, for all slots at once): asks the others to promise a higher ballot. */
function campaign(node: MultiPaxosNode, ctx: Ctx): void {
  const round = Math.floor(node.promised / ctx.nodes) + 1;
  node.promised = round * ctx.nodes + ctx.self;
  node.role = "candidate";
  node.promises = 1 << ctx.self;
  const prepare = { kind: "prepare", ballot: node.promised, from: node.chosen } as const;
  ctx.persist(prepare);
  ctx.broadcast(prepare);
  if (ctx.nodes === 1) lead(node, ctx);
}

function lead(node: MultiPaxosNode, ctx: Ctx): void {
  node.role = "leader";
  node.leader = ctx.self;
  // Values accepted under earlier ballots must be proposed again (§2.2, P2c).
  for (let slot = node.chosen; slot < node.accepted.end; slot++) {
    propose(node, slot, node.accepted.get(slot)?.operations ?? [], ctx);
  }
  ctx.setTimer("heartbeat", ctx.settings.heartbeatInterval);
  flush(node, ctx);
}

/** Phase 2a for one slot. The leader accepts too, in parallel with the others: its own write is one vote. */
function propose(node: MultiPaxosNode, slot: number, operations: readonly Operation[], ctx: Ctx): void {
  const accept: Accept = {
    kind: "accept",
    ballot: node.promised,
    slot,
    operations,
    chosen: node.chosen,
    held: node.held,
  };
  node.accepted.set(slot, accept);
  node.votes.set(slot, 0);
  node.proposedSinceHeartbeat = true;
  ctx.broadcast(accept);
  ctx.persist(accept);
  ctx.send(ctx.self, { kind: "accepted", ballot: node.promised, slot });
}

/** Proposes what is pending, as far as the pipeline allows. */
function flush(node: MultiPaxosNode, ctx: Ctx): void {
  const { batchMax, pipeline } = ctx.settings;
  while (node.pending.length > 0 && (pipeline === 0 || node.accepted.end - node.chosen < pipeline)) {
    const batch = node.pending.length > batchMax ? node.pending.splice(0, batchMax) : node.pending;
    if (batch === node.pending) node.pending = [];
    propose(node, node.accepted.end, batch, ctx);
  }
  node.gathering = false;
  ctx.clearTimer("batch");
}

/** Applies chosen slots in order; the leader answers its clients. */
function applyUpTo(node: MultiPaxosNode, upTo: number, ctx: Ctx): void {
  const early = ctx.settings.answerWhen === "chosen";
  while (node.chosen < upTo) {
    const accept = node.accepted.get(node.chosen);
    if (accept === undefined) return; // a gap: the accept was overtaken and is still to come
    node.chosen++;
    for (const operation of accept.operations) {
      if (operation.kind === "write") node.store.set(operation.key, operation.id);
      if (node.role !== "leader" || (early && operation.kind === "write")) continue;
      ctx.reply(operation, operation.kind === "write" ? operation.id : node.store.get(operation.key));
    }
  }
}

/** A write has no result to wait for: it may be answered once chosen, before earlier slots are applied. */
function answerWrites(node: MultiPaxosNode, slot: number, ctx: Ctx): void {
  for (const operation of node.accepted.get(slot)?.operations ?? []) {
    if (operation.kind === "write") ctx.reply(operation, operation.id);
  }
}

/** Drops what every node holds and has applied. */
function dropHeld(node: MultiPaxosNode, held: number): void {
  node.accepted.dropBefore(Math.min(held, node.chosen));
}

function vote(node: MultiPaxosNode, from: NodeId, slot: number, ctx: Ctx): void {
  const before = node.votes.get(slot);
  if (before === undefined) return; // every node has voted already
  const after = before | (1 << from);
  node.votes.set(slot, after);
  const votes = countVotes(after);
  const { quorum } = ctx.settings;
  if (votes === quorum && after !== before && ctx.settings.answerWhen === "chosen")
    answerWrites(node, slot, ctx);
  if (slot === node.chosen && votes >= quorum) {
    let upTo = slot + 1;
    while (upTo < node.votes.end && countVotes(node.votes.get(upTo) ?? 0) >= quorum) upTo++;
    applyUpTo(node, upTo, ctx);
    if (node.pending.length > 0 && !node.gathering) flush(node, ctx);
  }
  const everybody = ctx.nodes === 31 ? 0x7fffffff : (1 << ctx.nodes) - 1;
  if (after === everybody && slot === node.held) {
    while (node.held < node.chosen && node.votes.get(node.held) === everybody) node.held++;
    node.votes.dropBefore(node.held);
    dropHeld(node, node.held);
  }
}

/** A message of a newer ballot ends this node's lead. */
function observe(node: MultiPaxosNode, ballot: number, from: NodeId, ctx: Ctx): boolean {
  if (ballot < node.promised) {
    ctx.send(from, { kind: "refused", ballot: node.promised });
    return false;
  }
  if (ballot > node.promised) {
    node.promised = ballot;
    node.role = "acceptor";
  }
  node.leader = from;
  return true;
}

export const multiPaxos: Protocol<typeof parameters, MultiPaxosNode, MultiPaxosMessage> = {
  name: "multi-paxos",
  title: "Multi-Paxos with a stable leader",
  source: "Lamport, Paxos Made Simple, 2001, §3",
  promises: "no two nodes learn different values for a slot; a chosen value stays chosen",
  assumes: "messages are never forged; what is persisted is durable",
  leavesOut: "leader change, reconfiguration, snapshots",
  parameters,
  entry: "leader",
  derive: deriveCommon,
  check: (settings, nodes) => checkGroup("multi-paxos", settings, nodes),
  boot(ctx) {
    if (ctx.self === ctx.settings.initialLeader) ctx.setTimer("campaign", 0);
    return {
      promised: -1,
      accepted: new SlidingLog<Accept>(0),
      role: "acceptor",
      leader: ctx.settings.initialLeader,
      promises: 0,
      votes: new SlidingLog<number>(0),
      pending: [],
      gathering: false,
      chosen: 0,
      held: 0,
      proposedSinceHeartbeat: false,
      store: new ValueStore(),
    };
  },
  ready: (nodes) => nodes.some((node) => node.role === "leader"),
  request(node, operation, ctx) {
    if (node.role !== "leader") {
      ctx.refuse(operation, node.leader === ctx.self ? null : node.leader);
      return;
    }
    node.pending.push(operation);
    if (ctx.settings.batchDelay === 0 || node.pending.length >= ctx.settings.batchMax) flush(node, ctx);
    else if (!node.gathering) {
      node.gathering = true;
      ctx.setTimer("batch", ctx.settings.batchDelay);
    }
  },
  timers: {
    campaign,
    batch: flush,
    heartbeat(node, ctx) {
      if (node.role !== "leader") return;
      if (!node.proposedSinceHeartbeat) {
        ctx.broadcast({ kind: "heartbeat", ballot: node.promised, chosen: node.chosen, held: node.held });
      }
      node.proposedSinceHeartbeat = false;
      ctx.setTimer("heartbeat", ctx.settings.heartbeatInterval);
    },
  },
  messages: {
    accepted(node, m, from, ctx) {
      if (node.role === "leader" && m.ballot === node.promised) vote(node, from, m.slot, ctx);
    },
    accept(node, m, from, ctx) {
      if (!observe(node, m.ballot, from, ctx)) return;
      if (m.slot >= node.accepted.first) node.accepted.set(m.slot, m);
      applyUpTo(node, m.chosen, ctx);
      dropHeld(node, m.held);
      ctx.persist(m); // before the vote leaves (§2.2)
      ctx.send(from, { kind: "accepted", ballot: m.ballot, slot: m.slot });
    },
    heartbeat(node, m, from, ctx) {
      if (!observe(node, m.ballot, from, ctx)) return;
      applyUpTo(node, m.chosen, ctx);
      dropHeld(node, m.held);
    },
    prepare(node, m, from, ctx) {
      if (!observe(node, m.ballot, from, ctx)) return;
      ctx.persist(m);
      const accepted: Accept[] = [];
      for (let slot = Math.max(m.from, node.accepted.first); slot < node.accepted.end; slot++) {
        const accept = node.accepted.get(slot);
        if (accept !== undefined) accepted.push(accept);
      }
      ctx.send(from, { kind: "promise", ballot: m.ballot, accepted });
    },
    promise(node, m, from, ctx) {
      if (node.role !== "candidate" || m.ballot !== node.promised) return; // of an earlier campaign
      for (const accept of m.accepted) {
        const own = node.accepted.get(accept.slot);
        if (own === undefined || own.ballot < accept.ballot) node.accepted.set(accept.slot, accept);
      }
      node.promises |= 1 << from;
      if (countVotes(node.promises) >= ctx.settings.quorum) lead(node, ctx);
    },
    refused(node, m, _from, ctx) {
      if (m.ballot <= node.promised) return;
      node.promised = m.ballot;
      node.role = "acceptor";
      node.leader = m.ballot % ctx.nodes;
    },
  },
  bytes(m, settings) {
    if (m.kind === "accept") return settings.headerBytes + bytesOf(m.operations);
    if (m.kind === "promise")
      return settings.headerBytes + m.accepted.reduce((sum, a) => sum + bytesOf(a.operations), 0);
    return settings.headerBytes;
  },
  recordBytes: (record, settings) =>
    settings.headerBytes + ("operations" in record ? bytesOf((record as Accept).operations) : 0),
  leads: (node) => node.role === "leader",
  always: {
    oneLeaderPerBallot: (nodes) => {
      const leading = nodes.filter((node) => node.role === "leader").map((node) => node.promised);
      return new Set(leading).size === leading.length;
    },
    agreement: (nodes) => agreeOnChosen(nodes),
  },
  sometimes: {
    someoneLeads: (nodes) => nodes.some((node) => node.role === "leader"),
    somethingChosen: (nodes) => nodes.some((node) => node.chosen > 0),
  },
  outcome: (nodes) => ({
    leader: nodes.findIndex((node) => node.role === "leader"),
    slotsChosen: Math.max(...nodes.map((node) => node.chosen)),
  }),
};

/** Slots two nodes both have as chosen hold the same operations, as far as both still keep them. */
function agreeOnChosen(nodes: readonly MultiPaxosNode[]): boolean {
  for (const a of nodes) {
    for (const b of nodes) {
      const upTo = Math.min(a.chosen, b.chosen);
      const from = Math.max(a.accepted.first, b.accepted.first, upTo - 16);
      for (let slot = from; slot < upTo; slot++) {
        const [x, y] = [a.accepted.get(slot)?.operations ?? [], b.accepted.get(slot)?.operations ?? []];
        if (x.length !== y.length || x.some((operation, i) => operation.id !== y[i].id)) return false;
      }
    }
  }
  return true;
}
