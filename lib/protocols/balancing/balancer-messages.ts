/** What dispatchers and servers say to one another. */
import type { NodeId } from "../../simulation/protocol.ts";

/** A piece of work for a server: one attempt at a request, or at a part of one. */
export interface Job {
  readonly kind: "job";
  /** The dispatcher that asks, and its number of the attempt. */
  readonly asker: NodeId;
  readonly ticket: number;
  /** Seconds it takes at speed 1. */
  readonly work: number;
  /** Bytes of the value it carries, and of the one its answer will. */
  readonly bytes: number;
  readonly answerBytes: number;
  /** The server with the other copy and its number, for tied requests; −1 for none. */
  readonly twin: NodeId;
  readonly twinTicket: number;
}

export type BalancerMessage =
  | Job
  /** Served, in so many seconds. */
  | { readonly kind: "done"; readonly ticket: number; readonly spent: number; readonly bytes: number }
  /** A server's queue, the request in service included. */
  | { readonly kind: "length"; readonly length: number }
  | { readonly kind: "idle" }
  /** Not served: the queue was full, or the attempt was called off in time. */
  | { readonly kind: "dropped"; readonly ticket: number; readonly full: boolean }
  | { readonly kind: "cancel"; readonly asker: NodeId; readonly ticket: number }
  /** A server has started: whatever it had is lost. */
  | { readonly kind: "hello" };
