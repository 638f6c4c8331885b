/**
 * A service station: one node that serves requests with its processor and answers.
 *
 * Source      Kleinrock, "Queueing Systems" vol. 1, 1975, ch. 3 and 5
 * Promises    every request is served once, first come first served
 * Assumes     nothing fails
 * Leaves out  other disciplines, more than one queue
 *
 * With Poisson arrivals and a service time set as the processor's receive time this is M/G/1; with c cores M/G/c.
 * It is how the engine itself is checked against queueing theory.
 */
import type { Protocol } from "../../simulation/protocol.ts";
import { headerBytesSetting } from "../consensus/settings.ts";

const parameters = { headerBytes: { ...headerBytesSetting, default: 0 } } as const;

export interface StationNode {
  served: number;
}

export type StationMessage = { readonly kind: "none" };

export const station: Protocol<typeof parameters, StationNode, StationMessage> = {
  name: "station",
  title: "A service station (M/G/1, M/G/c)",
  source: "Kleinrock, Queueing Systems vol. 1, 1975",
  promises: "every request is served once, first come first served",
  assumes: "nothing fails",
  leavesOut: "other disciplines than FCFS",
  parameters,
  answers: "none",
  entry: "any",
  boot: () => ({ served: 0 }),
  ready: () => true,
  request(node, operation, ctx) {
    node.served++;
    ctx.reply(operation, operation.id);
  },
  timers: {},
  messages: { none: () => {} },
  bytes: (_message, settings) => settings.headerBytes,
  always: {},
  sometimes: { somethingServed: (nodes) => nodes.some((node) => node.served > 0) },
  outcome: (nodes) => ({ served: nodes.reduce((sum, node) => sum + node.served, 0) }),
};
