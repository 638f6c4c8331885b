/**
 * Load balancing: dispatchers that give each request to one of several servers, by one of many policies.
 *
 * Source      each policy's own (policies/); copies: Dean and Barroso, "The tail at scale", CACM 56(2), 2013; retry budgets:
 *             Beyer et al., Site Reliability Engineering, 2016, ch. 22; pauses before retries: Brooker, "Exponential backoff
 *             and jitter", AWS Architecture Blog, 2015
 * Promises    every request let in is answered once or refused; a server does one thing at a time, first come first served
 * Assumes     servers are found by number; a server that crashes forgets what it had
 * Leaves out  connections and their set-up, preemption, more than one worker a server, requests of unequal kinds
 *
 * Nodes 0 … dispatchers − 1 dispatch, the others serve. Clients beside node 0 (the default) see no network between.
 */
import { perOther } from "../../simulation/own-measures.ts";
import type { NodeId, Protocol } from "../../simulation/protocol.ts";
import { busiestShare, refusedShare } from "../measure-shapes.ts";
import type { BalancerMessage } from "./balancer-messages.ts";
import {
  type BalancerTable,
  balancerParameters,
  checkBalancer,
  deriveBalancer,
} from "./balancer-settings.ts";
import { COUNTS, DispatcherNode } from "./dispatcher-node.ts";
import { type BalancerContext, ServerNode } from "./server-node.ts";

export type BalancerNode = DispatcherNode | ServerNode;

/** Runs a handler of dispatchers; what reaches a server by mistake comes to nothing. */
function atDispatcher(node: BalancerNode, handle: (node: DispatcherNode) => void): void {
  if (node.role === "dispatcher") handle(node);
}

const indexOf = (from: NodeId, context: BalancerContext): number => from - context.settings.dispatchers;

const dispatchersOf = (nodes: readonly BalancerNode[]): DispatcherNode[] =>
  nodes.filter((node): node is DispatcherNode => node.role === "dispatcher");

export const balancer: Protocol<BalancerTable, BalancerNode, BalancerMessage> = {
  name: "balancer",
  title: "Load balancing over servers",
  source: "Mitzenmacher 2001; Winston 1977; Lu et al. 2011; Dean, Barroso 2013; and each policy's own",
  promises: "every request let in is answered once or refused; servers serve first come, first served",
  assumes: "servers are known by number; a crash loses what a server had",
  leavesOut: "connections, preemption, several workers a server, requests of unequal kinds",
  parameters: balancerParameters,
  derive: deriveBalancer,
  check: checkBalancer,
  answers: "none",
  entry: "any",
  durable: { empty: () => ({}), store: () => {} },
  boot: (context) =>
    context.self < context.settings.dispatchers ? new DispatcherNode(context) : new ServerNode(context),
  ready: () => true,
  request(node, operation, context) {
    if (node.role === "dispatcher") node.request(operation, context);
    else context.refuse(operation, operation.id % context.settings.dispatchers);
  },
  timers: {
    served(node, context) {
      if (node.role === "server") node.finish(context);
    },
    report(node, context) {
      if (node.role === "server") node.report(context);
    },
    patience: (node, context) => atDispatcher(node, (dispatcher) => dispatcher.giveUp(context)),
    hedge: (node, context) => atDispatcher(node, (dispatcher) => dispatcher.hedge(context)),
    resume: (node, context) => atDispatcher(node, (dispatcher) => dispatcher.resume(context)),
    readmit: (node, context) => atDispatcher(node, (dispatcher) => dispatcher.readmit(context)),
    control: (node, context) => atDispatcher(node, (dispatcher) => dispatcher.control(context)),
    scale: (node, context) =>
      atDispatcher(node, ({ know, scaler }) => {
        know.time = context.localTime();
        if (scaler?.look(know) === true) context.setTimer("scaled", context.settings.scaleDelay);
        context.setTimer("scale", context.settings.scaleInterval);
      }),
    scaled: (node, context) =>
      atDispatcher(node, ({ know, scaler }) => {
        know.time = context.localTime();
        scaler?.arrive(know);
      }),
  },
  messages: {
    job(node, message, _from, context) {
      if (node.role === "server") node.take(message, context);
    },
    done(node, message, _from, context) {
      if (node.role === "dispatcher") node.done(message.ticket, message.spent, context);
    },
    length(node, message, from, context) {
      if (node.role !== "dispatcher") return;
      node.know.time = context.localTime();
      node.know.report(indexOf(from, context), message.length);
    },
    idle(node, _message, from, context) {
      if (node.role === "dispatcher") node.know.policy.idle?.(indexOf(from, context));
    },
    dropped: (node, message, _from, context) =>
      atDispatcher(node, (dispatcher) => dispatcher.dropped(message.ticket, message.full, context)),
    cancel(node, message, _from, context) {
      if (node.role === "server") node.callOff(message.asker, message.ticket, context);
    },
    hello: (node, _message, from, context) =>
      atDispatcher(node, (dispatcher) => dispatcher.hello(indexOf(from, context), context)),
  },
  bytes: (message, settings) => settings.headerBytes + ("bytes" in message ? message.bytes : 0),
  always: {
    attemptsAreCounted: (nodes) =>
      dispatchersOf(nodes).every(
        ({ attempts, know }) => know.outstanding.reduce((sum, count) => sum + count, 0) === attempts.size,
      ),
    nobodyWaitsForAnIdleServer: (nodes) =>
      nodes.every((node) => node.role === "dispatcher" || node.serving !== null || node.waiting.length === 0),
    requestsAreConserved: (nodes) =>
      dispatchersOf(nodes).every(
        ({ counts, open }) => counts.requests === counts.answered + counts.failed + counts.refused + open,
      ),
  },
  sometimes: {
    somethingAnswered: (nodes) => dispatchersOf(nodes).some(({ counts }) => counts.answered > 0),
  },
  describe: (node) =>
    node.role === "dispatcher"
      ? `dispatcher, ${node.open} in hand, ${node.attempts.size} attempts under way`
      : `server, ${node.length} here, ${node.served} served`,
  counts: (node) => (node.role === "dispatcher" ? node.counts : { served: node.served }),
  measures: {
    attemptsPerRequest: {
      dimension: "one",
      title: "attempts per request",
      meaning: "attempts sent to servers per request: parts of a fan-out, retries and copies",
      of: perOther("attempts", "requests"),
    },
    refusedShare: refusedShare("refused", "requests"),
    rejectedShare: {
      dimension: "one",
      title: "attempts rejected",
      meaning: "share of the attempts that found a server's queue full",
      of: perOther("rejected", "attempts"),
    },
    busiestShare: busiestShare("served"),
  },
  outcome(nodes) {
    const counts: Record<string, number> = { ...COUNTS };
    for (const dispatcher of dispatchersOf(nodes))
      for (const [name, value] of Object.entries(dispatcher.counts)) counts[name] += value;
    const scaler = dispatchersOf(nodes)[0]?.scaler ?? null;
    return scaler === null ? counts : { ...counts, serverSeconds: scaler.serverSeconds };
  },
};
