/**
 * Mencius: the slots of the log belong to the servers in turn, so that every server leads and none is the bottleneck.
 *
 * Source      Mao, Junqueira & Marzullo, "Mencius: Building Efficient Replicated State Machines for WANs", OSDI 2008, §4
 * Promises    servers execute the same operations in one order; operations are linearizable
 * Assumes     crash-recovery servers; messages lost, repeated, reordered, never forged; persist() is durable
 * Leaves out  executing commutable operations out of order (§4.4), the α bound on skips not yet told (Accelerator 1 has
 *             its τ alone), snapshots sent to servers (slots are kept until every server has executed them); what the
 *             paper takes from FIFO channels is carried in the messages: which slots exactly their sender skipped
 *
 * A request becomes the value of its server's next slot: suggest, accept, learn. A server that hears of a slot beyond its
 * own next one skips up to it, and says so in its answer. A slot is executed once it and all before it are chosen, so a
 * commit needs an answer from every server, not from a quorum: the farthest round trip. When a server fails the others
 * stop, until one of them has revoked its slots by a round of Paxos.
 */
import { DomainError } from "../../core/errors.ts";
import { majority } from "../../core/system.ts";
import type { NodeId, Protocol } from "../../simulation/protocol.ts";
import { choose, noteSkips, proceed, suggest } from "./mencius-execution.ts";
import { onAccept, onAcceptedRange, onPrepare, onPromise, revoke, takeChosen } from "./mencius-revocation.ts";
import { type MenciusRules, menciusRules } from "./mencius-rules.ts";
import {
  CHOSEN,
  type Ctx,
  durable,
  firstOf,
  isSettled,
  type MenciusDurable,
  type MenciusMessage,
  type MenciusNode,
  messageBytes,
  newNode,
  ownerOf,
  parameters,
  recordBytes,
  sameExecuted,
  save,
  slotAt,
  type Vote,
} from "./mencius-state.ts";
import { everyPair } from "./pairs.ts";
import { checkGroup, countVotes } from "./settings.ts";

const nextIsOwn = (node: MenciusNode): boolean => ownerOf(node, node.next) === node.id;

/** Slots told, or suggestions made, again at a time. */
const BATCH = 256;

/** Tells what is chosen from a slot on. */
function sendChosen(node: MenciusNode, to: NodeId, from: number, ctx: Ctx): void {
  const votes: Vote[] = [];
  const { slots } = node;
  for (let slot = Math.max(from, slots.first); slot < slots.end && votes.length < BATCH; slot++) {
    const known = slots.get(slot);
    if (known?.ballot === CHOSEN) votes.push({ slot, ballot: CHOSEN, operation: known.operation });
  }
  if (votes.length > 0) ctx.send(to, { kind: "chosen", votes, more: votes.length === BATCH });
}

/** The slot after the last operation this server knows of and has not executed; `executed` when there is none. */
function wantedUntil(node: MenciusNode): number {
  for (let slot = node.slots.end - 1; slot >= node.executed; slot--) {
    const known = node.slots.get(slot);
    if (known !== undefined && known.operation !== null) return slot + 1;
  }
  return Math.max(node.executed, ...node.executedAt);
}

/** Suggestions that have waited since the watch before last are made again; without word of what was skipped. */
function remind(node: MenciusNode, ctx: Ctx): void {
  ctx.barrier();
  let left = BATCH;
  for (
    let slot = firstOf(node, node.id, node.executed);
    slot < node.nextThen && left > 0;
    slot += node.group
  ) {
    const known = node.slots.get(slot);
    if (known === undefined || known.ballot !== 0 || known.operation === null) continue;
    ctx.broadcast({ kind: "suggest", slot, operation: known.operation, from: slot });
    left--;
  }
}

/** Nothing has moved since the last watch though something should: ask again, ask others, at last take over. */
function unblock(node: MenciusNode, until: number, rules: MenciusRules, ctx: Ctx): void {
  const owner = ownerOf(node, node.executed);
  const isSuspected = ((node.suspected >> owner) & 1) === 1;
  node.stuck++;
  remind(node, ctx);
  const other = (node.id + 1 + ctx.random.integer(Math.max(1, node.group - 1))) % node.group;
  const asked = owner !== node.id && !isSuspected && node.stuck % 2 === 1 ? owner : other;
  if (asked !== node.id) ctx.send(asked, { kind: "fetch", from: node.executed, until });
  if (isSuspected || node.stuck > 1)
    revoke(node, owner, node.executed, until + (isSuspected ? 2 * ctx.settings.revokeAhead : 0), rules, ctx);
}

/** Rule 3 with Optimization 3: whoever is first among those not suspected keeps the slots of the suspected revoked. */
function revokeAhead(node: MenciusNode, rules: MenciusRules, ctx: Ctx): void {
  const alive = ~node.suspected & ((2 << (node.group - 1)) - 1);
  if (node.suspected === 0 || node.revocation !== null || (alive & -alive) !== 1 << node.id) return;
  const { revokeAhead: ahead } = ctx.settings;
  for (let owner = 0; owner < node.group; owner++) {
    if (((node.suspected >> owner) & 1) === 0) continue;
    let from = firstOf(node, owner, node.executed);
    while (isSettled(node, from)) from += node.group;
    if (from >= node.next + ahead) continue;
    revoke(node, owner, from, node.next + 2 * ahead, rules, ctx);
    return; // one at a time
  }
}

/** Mencius by some rules: `menciusRules`, or a mutant's. */
export function menciusWith(
  rules: MenciusRules,
): Protocol<typeof parameters, MenciusNode, MenciusMessage, MenciusDurable> {
  return {
    name: "mencius",
    title: "Mencius: a log whose slots belong to the servers in turn",
    source:
      "Mao, Junqueira & Marzullo, Mencius: Building Efficient Replicated State Machines for WANs, OSDI 2008, §4",
    promises: "servers execute the same operations in one order; operations are linearizable",
    assumes: "messages are never forged; what is persisted is durable",
    leavesOut: "out-of-order execution of commutable operations, the bound α, snapshots sent to servers",
    parameters,
    entry: "any",
    derive(settings, { nodes, longestRtt }) {
      const skipDelay = settings.skipDelay || Math.max(0.05, longestRtt);
      return {
        ...settings,
        quorum: settings.quorum || majority(nodes),
        skipDelay,
        suspectAfter: settings.suspectAfter || 4 * skipDelay + 5 * longestRtt,
      };
    },
    check(settings, nodes) {
      checkGroup("mencius", settings, nodes);
      const { skipDelay, suspectAfter } = settings;
      if (skipDelay >= suspectAfter)
        throw new DomainError(
          `mencius: skipDelay must be < suspectAfter ${suspectAfter} s, got ${skipDelay} s`,
        );
    },
    durable,
    boot(ctx, disk) {
      const { skipDelay, suspectAfter } = ctx.settings;
      const node = newNode(ctx.self, ctx.nodes, disk ?? durable.empty());
      ctx.setTimer("beat", skipDelay * ctx.random.uniform());
      ctx.setTimer("watch", suspectAfter * (1 + ctx.random.uniform()));
      proceed(node, rules, ctx);
      return node;
    },
    ready: () => true,
    request(node, operation, ctx) {
      suggest(node, operation, rules, ctx);
      if (node.suspected !== 0) revokeAhead(node, rules, ctx);
    },
    timers: {
      beat(node, ctx) {
        save(node, [], ctx); // what others drop because of this must be here after a crash
        const { skippedFrom: from, next, executed } = node;
        ctx.broadcast({ kind: "beat", from, next, executed });
        ctx.send(node.id, { kind: "beat", from, next, executed });
        revokeAhead(node, rules, ctx);
        ctx.setTimer("beat", ctx.settings.skipDelay);
      },
      watch(node, ctx) {
        const everybody = (2 << (node.group - 1)) - 1;
        node.suspected = everybody & ~node.heard & ~(1 << node.id);
        node.heard = 0;
        node.revocation = null; // what has not come to an end will not
        const until = wantedUntil(node);
        if (until > node.executed && node.executed === node.executedThen) unblock(node, until, rules, ctx);
        else node.stuck = 0;
        node.executedThen = node.executed;
        node.nextThen = node.next;
        ctx.setTimer("watch", ctx.settings.suspectAfter * (1 + ctx.random.uniform()));
      },
    },
    messages: {
      /** An acceptor's part of the owner's ballot 0, and Rule 2. */
      suggest(node, m, from, ctx) {
        node.heard |= 1 << from;
        noteSkips(node, from, m.from, m.slot, rules, ctx);
        if (isSettled(node, m.slot)) {
          proceed(node, rules, ctx);
          rules.saveVotes(node, [], ctx); // skips of its own may be among them
          sendChosen(node, from, m.slot, ctx);
          return;
        }
        const known = slotAt(node, m.slot);
        if (!rules.mayVote(known, 0)) {
          ctx.send(from, { kind: "refused", ballot: known.promised });
          return;
        }
        known.ballot = 0;
        known.operation = m.operation;
        rules.skipTo(node, m.slot);
        proceed(node, rules, ctx);
        rules.saveVotes(node, [m.slot], ctx);
        ctx.send(from, { kind: "accepted", slot: m.slot, from: node.skippedFrom, next: node.next });
        if (node.suspected !== 0) revokeAhead(node, rules, ctx);
      },
      accepted(node, m, from, ctx) {
        node.heard |= 1 << from;
        if (from !== node.id) noteSkips(node, from, m.from, m.next, rules, ctx);
        const own = node.slots.get(m.slot);
        if (own?.ballot === 0) {
          own.votes |= 1 << from;
          if (countVotes(own.votes) >= rules.quorum(ctx.settings)) {
            choose(node, m.slot, own.operation, rules, ctx);
            ctx.broadcast({ kind: "learn", slot: m.slot });
          }
        }
        proceed(node, rules, ctx);
      },
      learn(node, m, from, ctx) {
        node.heard |= 1 << from;
        const known = node.slots.get(m.slot);
        if (known === undefined || known.ballot < 0) return; // the suggestion was lost: fetched when it is missed
        choose(node, m.slot, known.operation, rules, ctx);
        proceed(node, rules, ctx);
      },
      beat(node, m, from, ctx) {
        node.executedAt[from] = Math.max(node.executedAt[from], m.executed);
        let held = m.executed;
        for (let i = 0; i < node.group; i++) if (node.executedAt[i] < held) held = node.executedAt[i];
        if (held > node.held) {
          node.held = held;
          node.slots.dropBefore(Math.min(held, node.executed));
        }
        if (from === node.id) return;
        node.heard |= 1 << from;
        node.suspected &= ~(1 << from);
        noteSkips(node, from, m.from, m.next, rules, ctx);
        proceed(node, rules, ctx);
      },
      fetch(node, m, from, ctx) {
        rules.skipTo(node, m.until);
        rules.saveVotes(node, [], ctx);
        sendChosen(node, from, m.from, ctx);
      },
      chosen(node, m, from, ctx) {
        takeChosen(node, m.votes, rules, ctx);
        if (m.more) ctx.send(from, { kind: "fetch", from: m.votes[m.votes.length - 1].slot + 1, until: 0 });
      },
      prepare: (node, m, from, ctx) => onPrepare(node, m, from, rules, ctx),
      promise: (node, m, from, ctx) => onPromise(node, m, from, rules, ctx),
      accept: (node, m, from, ctx) => onAccept(node, m, from, rules, ctx),
      acceptedRange: (node, m, from, ctx) => onAcceptedRange(node, m, from, rules, ctx),
      refused(node, m) {
        node.highestBallot = Math.max(node.highestBallot, m.ballot);
        if (node.revocation !== null && m.ballot > node.revocation.ballot) node.revocation = null;
      },
    },
    bytes: messageBytes,
    recordBytes,
    describe(node) {
      const { slots, executed, next } = node;
      const shown = Array.from({ length: Math.min(24, slots.end - executed) }, (_, i) => {
        const slot = slots.get(executed + i);
        if (slot === undefined || slot.ballot < 0) return "?";
        return `${slot.operation?.id ?? "–"}${slot.ballot === CHOSEN ? "" : "…"}`;
      });
      return `next ${next}, executed ${executed}, then ${shown.join(" ") || "nothing"}`;
    },
    always: {
      sameExecuted: (nodes, changed) => everyPair(nodes, changed, sameExecuted),
      nextIsOwn: (nodes, changed) => (changed === undefined ? nodes.every(nextIsOwn) : nextIsOwn(changed)),
    },
    sometimes: {
      somethingExecuted: (nodes) => nodes.some((node) => node.operations > 1),
      slotsSkipped: (nodes) => nodes.some((node) => node.skips > 0),
      slotsRevoked: (nodes) => nodes.some((node) => node.revocations > 0),
      suggestionRecovered: (nodes) => nodes.some((node) => node.recovered > 0),
      suggestedAgain: (nodes) => nodes.some((node) => node.suggestedAgain > 0),
    },
    outcome: (nodes) => ({
      executed: Math.max(...nodes.map((node) => node.executed)),
      skips: nodes.reduce((sum, node) => sum + node.skips, 0),
      revocations: nodes.reduce((sum, node) => sum + node.revocations, 0),
    }),
  };
}

export const mencius = menciusWith(menciusRules);
