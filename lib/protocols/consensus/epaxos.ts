/**
 * EPaxos: any replica leads the commands it is asked for; commands that do not interfere never wait for one another.
 *
 * Source      Moraru, Andersen & Kaminsky, "There Is More Consensus in Egalitarian Parliaments", SOSP 2013, §4; Sutra, "On
 *             the correctness of Egalitarian Paxos", IPL 156, 2020 (an instance keeps the ballot promised and the ballot
 *             voted in apart); Ryabinin, Gotsman & Sutra, "Making Democracy Work", OPODIS 2025 (what recovery must ask)
 * Promises    interfering commands execute in one order everywhere; operations on a key are linearizable
 * Assumes     crash-recovery replicas; messages lost, repeated, reordered, never forged; persist() is durable
 * Leaves out  fast quorums below 2·floor(n/2) with more than seven replicas; thrifty sending; reconfiguration
 *
 * Where interfering commands come at several replicas faster than one reaches the others, each comes after some that are not
 * committed yet, and those after newer ones: all would be committed and none executed while the load lasts. Against this
 * execution livelock §4.3.2 completes old commands before it proposes new ones. Here a replica keeps a request while a
 * command of its key has been committed for longer than `patience` and still waits; so behind a hot key all take some
 * patiences, whatever the load.
 *
 * A leader names its fast quorum, those who answer it soonest, in the message, and sends it to everybody: the others' answers
 * serve the slow path. With three replicas one other decides, so that nothing is ever slow but for a replica that is down.
 *
 * A leader's commit is durable before anybody hears of it: in a recovery the leader's word weighs as much as that of a
 * fast quorum, and a leader that forgot it had committed would mislead (the paper's replicas log synchronously, §5).
 *
 * The parts: `epaxos-state` what there is · `epaxos-rounds` the rounds of a leader and the rules that safety rests on ·
 * `epaxos-recovery`, `epaxos-trial` finishing another's instance · `epaxos-nudge` when · `epaxos-execution`,
 * `epaxos-pending` the order · `epaxos-memory` the disk and what is forgotten.
 */
import { DomainError } from "../../core/errors.ts";
import type { NodeId, Operation, Protocol } from "../../simulation/protocol.ts";
import { fastPathMeasures } from "../measure-shapes.ts";
import { execute, executeWoken, wakeStrangers } from "./epaxos-execution.ts";
import { noteExecutedAt, noteExecutedEverywhere, restore, saveHeard } from "./epaxos-memory.ts";
import { nudge } from "./epaxos-nudge.ts";
import { holdBack, isBehind, letGo, noteCommitted } from "./epaxos-pending.ts";
import { answerPrepare, considerPromises } from "./epaxos-recovery.ts";
import { beginAccept, beginPreAccept, type EPaxosRules, vote } from "./epaxos-rounds.ts";
import {
  type Attributes,
  attributesFor,
  type Ctx,
  durable,
  type EPaxosDurable,
  type EPaxosMessage,
  type EPaxosNode,
  type Instance,
  instanceOf,
  isCommitted,
  type Lead,
  messageBytes,
  newNode,
  parameters,
  recordBytes,
  sameAttributes,
  sameValues,
  save,
  union,
} from "./epaxos-state.ts";
import { leastFastQuorum, noteVerdict, take, verdictOf } from "./epaxos-trial.ts";
import { everyPair } from "./pairs.ts";
import { countVotes, MAX_NODES } from "./settings.ts";

export const epaxosRules: EPaxosRules = {
  mayCommitFast: (answers, alike, fastQuorum) => alike && answers >= fastQuorum,
  isOfFastQuorum: ({ quorum }, from) => ((quorum >> from) & 1) === 1,
  answerTo: (node, instance, m) => union(m, attributesFor(node, m.operation, instance)),
  merge: union,
  majority: (group) => (group >> 1) + 1,
  mayVote: (instance, ballot) => ballot >= instance.ballot,
  saveCommit: save,
  saveVote: save,
  execute,
  readTrace: (votes, group) => (votes >= group >> 1 ? "accept" : "try"),
  verdict: verdictOf,
  saveHeard,
};

export function commit(
  node: EPaxosNode,
  instance: Instance,
  attributes: Attributes,
  rules: EPaxosRules,
  ctx: Ctx,
): void {
  if (isCommitted(instance)) return;
  const { replica, index, operation } = instance;
  instance.seq = attributes.seq;
  instance.deps = attributes.deps;
  noteCommitted(node, instance);
  rules.saveCommit(instance, ctx);
  const { seq, deps } = instance;
  const executed = node.executedEverywhere;
  const told = { kind: "commit", replica, index, operation, seq, deps, executed } as const;
  ctx.broadcast(told);
  ctx.send(node.id, told); // once durable, it is a claim
  executeWhatCan(node, instance, rules, ctx);
}

/** One number of a command and its attributes, for claims. */
function fingerprint({ operation, seq, deps }: Pick<Instance, "operation" | "seq" | "deps">): number {
  let hash = seq;
  for (const dep of deps) hash = (Math.imul(hash, 31) + dep + 1) | 0;
  return (operation === null ? 0 : operation.id + 1) * 2 ** 20 + ((hash >>> 0) % 2 ** 20);
}

/** What a command comes after, and nobody has told of yet: its leader may be about to, or it must be taken over. */
function noteUnheardOf(node: EPaxosNode, { deps }: Instance, ctx: Ctx): void {
  for (let replica = 0; replica < node.group; replica++)
    for (let index = node.logs[replica].end; index <= deps[replica]; index++) {
      const unheardOf = instanceOf(node, replica, index);
      if (unheardOf !== null) unheardOf.touched = ctx.localTime();
    }
}

/** Executes what has become executable; the rest waits for another commit. */
export function executeWhatCan(node: EPaxosNode, instance: Instance, rules: EPaxosRules, ctx: Ctx): void {
  instance.touched = ctx.localTime();
  noteUnheardOf(node, instance, ctx);
  ctx.barrier(); // an answer must not leave before the commits it rests on are durable here
  if (!rules.execute(node, instance, ctx)) {
    node.blocked.add(instance);
    wakeStrangers(node, instance);
  }
  executeWoken(node, rules, ctx);
  if (node.held.size > 0) for (const operation of letGo(node, ctx)) propose(node, operation, rules, ctx);
}

function propose(node: EPaxosNode, operation: Operation, rules: EPaxosRules, ctx: Ctx): void {
  const instance = instanceOf(node, node.id, node.next++);
  if (instance === null) return; // own instances are dropped only once executed: never here
  beginPreAccept(node, instance, node.id, operation, true, rules, ctx);
  if (node.group === 1) commit(node, instance, instance, rules, ctx);
}

/** What a replica answered in phase 1, and how soon. */
function noteAnswer(
  node: EPaxosNode,
  lead: Lead,
  m: Attributes,
  from: NodeId,
  rules: EPaxosRules,
  ctx: Ctx,
): void {
  lead.answers |= 1 << from;
  const took = ctx.localTime() - lead.begun;
  node.lag[from] = node.lag[from] === 0 ? took : node.lag[from] + (took - node.lag[from]) / 8;
  if (rules.isOfFastQuorum(lead, from)) {
    lead.fastAnswers |= 1 << from;
    if (lead.alike === null) lead.alike = m;
    else if (!sameAttributes(m, lead.alike)) lead.fast = false;
  }
  if (sameAttributes(m, lead)) return;
  const merged = rules.merge(lead, m);
  lead.seq = merged.seq;
  lead.deps = merged.deps;
}

export function epaxosWith(
  rules: EPaxosRules,
): Protocol<typeof parameters, EPaxosNode, EPaxosMessage, EPaxosDurable> {
  /** The round this replica leads that an answer belongs to, or null. */
  const leadOf = (
    node: EPaxosNode,
    m: { readonly replica: NodeId; readonly index: number; readonly ballot: number },
    phase: Lead["phase"],
  ): Instance | null => {
    const instance = instanceOf(node, m.replica, m.index);
    return instance?.lead?.phase === phase && instance.lead.ballot === m.ballot ? instance : null;
  };
  const refuse = (instance: Instance, to: NodeId, ctx: Ctx): void => {
    const { replica, index, ballot } = instance;
    ctx.send(to, { kind: "refused", replica, index, ballot });
  };
  /** Whoever asks about what is settled is told. */
  const tellCommitted = (node: EPaxosNode, instance: Instance, to: NodeId, ctx: Ctx): void => {
    const { replica, index, operation, seq, deps } = instance;
    ctx.barrier();
    const executed = node.executedEverywhere;
    ctx.send(to, { kind: "commit", replica, index, operation, seq, deps, executed });
  };
  return {
    name: "epaxos",
    title: "EPaxos: leaderless consensus that orders only what interferes",
    source: "Moraru, Andersen & Kaminsky, There Is More Consensus in Egalitarian Parliaments, SOSP 2013, §4",
    promises: "interfering commands execute in one order everywhere; operations on a key are linearizable",
    assumes: "messages are never forged; what is persisted is durable",
    leavesOut: "small fast quorums with more than seven replicas, thrifty sending, reconfiguration",
    parameters,
    entry: "any",
    derive(settings, { nodes, longestRtt }) {
      return {
        ...settings,
        fastQuorum: settings.fastQuorum || leastFastQuorum(nodes),
        patience: settings.patience || 2 * longestRtt + 0.02,
      };
    },
    check({ fastQuorum }, nodes) {
      if (nodes > MAX_NODES) throw new DomainError(`epaxos: nodes must be <= ${MAX_NODES}, got ${nodes}`);
      const least = leastFastQuorum(nodes);
      if (fastQuorum < least || fastQuorum > nodes)
        throw new DomainError(
          `epaxos: fastQuorum must be >= ${least} (or recovery could not tell) and <= nodes ${nodes}, got ${fastQuorum}`,
        );
    },
    durable,
    boot(ctx, disk) {
      const node = newNode(ctx.self, ctx.nodes);
      if (disk !== null) restore(node, disk, ctx);
      ctx.setTimer("nudge", ctx.settings.patience * (0.5 + ctx.random.uniform()));
      for (const log of node.logs)
        for (let index = log.first; index < log.end; index++) {
          const instance = log.get(index);
          if (instance?.status === "committed") executeWhatCan(node, instance, rules, ctx);
        }
      return node;
    },
    ready: () => true,
    request(node, operation, ctx) {
      if (isBehind(node, operation.key, ctx)) holdBack(node, operation);
      else propose(node, operation, rules, ctx);
    },
    timers: { nudge: (node, ctx) => nudge(node, rules, ctx) },
    messages: {
      preAccept(node, m, from, ctx) {
        const instance = instanceOf(node, m.replica, m.index);
        if (instance === null) return;
        if (isCommitted(instance)) {
          tellCommitted(node, instance, from, ctx);
          return;
        }
        if (!rules.mayVote(instance, m.ballot)) {
          refuse(instance, from, ctx);
          return;
        }
        // Sent again: the vote stands as it was given. What was accepted in this ballot is not preaccepted any more.
        if (instance.voted !== m.ballot) {
          instance.lead = null;
          const answer = rules.answerTo(node, instance, m);
          const command = { seq: answer.seq, deps: answer.deps, operation: m.operation };
          vote(node, instance, "preaccepted", m.ballot, command, m.quorum);
          instance.touched = ctx.localTime();
          rules.saveVote(instance, ctx);
        } else if (instance.status !== "preaccepted") return;
        else ctx.barrier();
        const { replica, index, seq, deps } = instance;
        const executed = node.executedAt[node.id];
        ctx.send(from, { kind: "preAccepted", ballot: m.ballot, replica, index, seq, deps, executed });
      },
      preAccepted(node, m, from, ctx) {
        noteExecutedAt(node, from, m.executed);
        const instance = leadOf(node, m, "preaccept");
        const lead = instance?.lead;
        if (instance === null || lead === null || lead === undefined || ((lead.answers >> from) & 1) === 1)
          return;
        noteAnswer(node, lead, m, from, rules, ctx);
        if (rules.mayCommitFast(countVotes(lead.fastAnswers), lead.fast, ctx.settings.fastQuorum)) {
          node.fastCommits++;
          commit(node, instance, lead.alike ?? lead, rules, ctx);
        } else if (
          !(lead.fast && lead.quorum !== 0) &&
          countVotes(lead.answers) >= rules.majority(node.group)
        ) {
          beginAccept(node, instance, lead.ballot, { ...lead, operation: instance.operation }, rules, ctx);
        }
      },
      accept(node, m, from, ctx) {
        const instance = instanceOf(node, m.replica, m.index);
        if (instance === null) return;
        if (isCommitted(instance)) {
          tellCommitted(node, instance, from, ctx);
          return;
        }
        if (!rules.mayVote(instance, m.ballot)) {
          refuse(instance, from, ctx);
          return;
        }
        instance.lead = null;
        vote(node, instance, "accepted", m.ballot, m);
        instance.touched = ctx.localTime();
        rules.saveVote(instance, ctx);
        const { ballot, replica, index } = m;
        ctx.send(from, { kind: "accepted", ballot, replica, index, executed: node.executedAt[node.id] });
      },
      accepted(node, m, from, ctx) {
        noteExecutedAt(node, from, m.executed);
        const instance = leadOf(node, m, "accept");
        const lead = instance?.lead;
        if (instance === null || lead === null || lead === undefined) return;
        lead.answers |= 1 << from;
        if (countVotes(lead.answers) < rules.majority(node.group)) return;
        node.slowCommits++;
        commit(node, instance, lead, rules, ctx);
      },
      commit(node, m, _from, ctx) {
        noteExecutedEverywhere(node, m.executed);
        ctx.claim("committed", m.index * node.group + m.replica, fingerprint(m));
        const instance = instanceOf(node, m.replica, m.index);
        if (instance === null || isCommitted(instance)) return;
        instance.operation = m.operation;
        instance.seq = m.seq;
        instance.deps = m.deps;
        noteCommitted(node, instance);
        node.unsaved.push(instance);
        executeWhatCan(node, instance, rules, ctx);
      },
      saved: (node, m) => noteExecutedAt(node, node.id, m.executed),
      prepare(node, m, from, ctx) {
        const instance = instanceOf(node, m.replica, m.index);
        if (instance === null) return;
        if (isCommitted(instance)) tellCommitted(node, instance, from, ctx);
        else if (!answerPrepare(instance, m.ballot, from, rules, ctx)) refuse(instance, from, ctx);
      },
      promise(node, m, from, ctx) {
        const instance = leadOf(node, m, "prepare");
        const lead = instance?.lead;
        if (instance === null || lead === null || lead === undefined || ((lead.answers >> from) & 1) === 1)
          return;
        lead.answers |= 1 << from;
        lead.promises.push({ by: from, promise: m });
        if (countVotes(lead.answers) >= rules.majority(node.group))
          considerPromises(node, instance, rules, ctx);
      },
      tryPreAccept(node, m, from, ctx) {
        const instance = instanceOf(node, m.replica, m.index);
        if (instance === null) return;
        if (isCommitted(instance)) tellCommitted(node, instance, from, ctx);
        else if (!rules.mayVote(instance, m.ballot)) refuse(instance, from, ctx);
        else {
          instance.lead = null;
          instance.touched = ctx.localTime();
          const { replica, index, ballot } = m;
          const verdict = take(node, instance, m, rules, ctx);
          ctx.send(from, { kind: "tried", replica, index, ballot, verdict });
        }
      },
      tried(node, m, from, ctx) {
        const instance = leadOf(node, m, "try");
        if (instance !== null && instance.lead !== null)
          noteVerdict(node, instance, instance.lead, from, m.verdict, rules, ctx);
      },
      refused(node, m, _from, ctx) {
        const instance = instanceOf(node, m.replica, m.index);
        if (instance === null || isCommitted(instance) || m.ballot <= instance.ballot) return;
        instance.ballot = m.ballot;
        instance.lead = null; // somebody else has taken it over; if that fails, the timer takes it back
        instance.touched = ctx.localTime();
      },
    },
    bytes: messageBytes,
    recordBytes,
    describe(node) {
      const told = node.logs.flatMap((log) =>
        Array.from({ length: log.length }, (_, i) => {
          const instance = log.get(log.first + i);
          return instance === undefined ? "" : `${instance.replica}.${instance.index} ${instance.status}`;
        }).filter((text) => text !== ""),
      );
      return told.length === 0 ? "nothing" : told.join(", ");
    },
    always: {
      sameWritesSameValue: (nodes, changed) => everyPair(nodes, changed, sameValues),
    },
    revision: ({ writes, stored }) => writes * 65536 + stored.length,
    sometimes: {
      fastCommit: (nodes) => nodes.some((node) => node.fastCommits > 0),
      slowCommit: (nodes) => nodes.some((node) => node.slowCommits > 0),
      recovered: (nodes) => nodes.some((node) => node.recoveries > 0),
      waitedForDependency: (nodes) => nodes.some((node) => node.blocked.size > 0),
      heldBack: (nodes) => nodes.some((node) => node.heldBack > 0),
    },
    counts: ({ fastCommits, slowCommits, heldBack }) => ({ fastCommits, slowCommits, heldBack }),
    measures: fastPathMeasures,
    outcome: (nodes) => ({
      fastCommits: nodes.reduce((sum, node) => sum + node.fastCommits, 0),
      slowCommits: nodes.reduce((sum, node) => sum + node.slowCommits, 0),
      heldBack: nodes.reduce((sum, node) => sum + node.heldBack, 0),
    }),
  };
}

export const epaxos = epaxosWith(epaxosRules);
