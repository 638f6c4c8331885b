/** What a balancing policy is: one choice at a time, from what its dispatcher knows. */
import type { RandomStream } from "../../../core/random.ts";
import type { Operation } from "../../../simulation/protocol.ts";
import type { BalancerSettings } from "../balancer-settings.ts";

/** What a dispatcher knows. Servers are numbered from 0 here. */
export interface View {
  readonly settings: BalancerSettings;
  /** The policy's own random numbers: other policies meet the same arrivals and services. */
  readonly random: RandomStream;
  readonly servers: number;
  /** Servers that may be chosen, in no order; never empty when a choice is asked for. */
  readonly members: readonly number[];
  /**
   * Requests at each server as far as the dispatcher knows: those it sent and that are not answered (`own`), or the
   * length that the server last told (`reported`).
   */
  readonly load: Int32Array;
  /** Those it sent and that are not answered, whatever `load` is. */
  readonly outstanding: Int32Array;
  isMember(server: number): boolean;
  /** Known speed of a server; 1 is the speed at which service times are stated. */
  speed(server: number): number;
  /** The dispatcher's clock in seconds. */
  now(): number;
}

/** A policy at one dispatcher. Everything but `choose` is told after the fact. */
export interface Policy {
  choose(operation: Operation): number;
  /** `load` of a server has changed. */
  loaded?(server: number): void;
  /** A server has answered after `latency` seconds, `spent` of them serving. */
  answered?(server: number, latency: number, spent: number): void;
  /** The dispatcher has given up waiting for a server after so many seconds. */
  gaveUp?(server: number, waited: number): void;
  /** A server says that it has nothing to do. */
  idle?(server: number): void;
  /** `members` has changed. */
  membersChanged?(): void;
  /** Called every `controlInterval`. */
  control?(): void;
}

/** A policy by name. */
export interface PolicyKind {
  readonly name: string;
  readonly source: string;
  /** What `load` must be: nothing is read, what the dispatcher sent, what servers report, or as the user says. */
  readonly reads: "nothing" | "own" | "reported" | "either";
  /** Settings that this policy alone reads. */
  readonly settings: readonly (keyof BalancerSettings)[];
  /** True where an idle server must tell one dispatcher. */
  readonly hearsIdle?: boolean;
  create(view: View): Policy;
}
