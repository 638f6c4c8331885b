/** A dispatcher: what becomes of each request, attempt by attempt. */
import type { Distribution } from "../../core/distributions.ts";
import { type RandomStream, randomStreams } from "../../core/random.ts";
import type { NodeId, Operation } from "../../simulation/protocol.ts";
import { serviceLaw } from "../service-law.ts";
import { Autoscaler } from "./autoscaler.ts";
import type { BalancerSettings } from "./balancer-settings.ts";
import { Fifo } from "./fifo.ts";
import { Knowledge } from "./knowledge.ts";
import { Pauses } from "./pauses.ts";
import type { BalancerContext } from "./server-node.ts";

/** One operation in hand; with fan-out it has several parts, each of which needs an answer. */
interface Request {
  readonly operation: Operation;
  /** Parts without an answer. */
  left: number;
  over: boolean;
  /** Servers asked so far; null where no second one will be. */
  readonly asked: number[] | null;
}

interface Part {
  readonly request: Request;
  answered: boolean;
  attempts: number;
  retries: number;
  /** Attempts under way, and retries that pause. */
  open: number;
  /** All attempts; null where none is ever called off. */
  readonly tickets: number[] | null;
}

interface Attempt {
  readonly part: Part;
  readonly server: number;
  readonly at: number;
}

interface Deadline {
  readonly ticket: number;
  readonly at: number;
}

/** Tokens that a budget of retries can save up. */
const MOST_TOKENS = 10;
const SEEDS = 2 ** 31;
const TICKETS = 2 ** 50;

/** What a dispatcher counts. */
export const COUNTS = {
  requests: 0,
  answered: 0,
  refused: 0,
  failed: 0,
  attempts: 0,
  retries: 0,
  withoutBudget: 0,
  hedges: 0,
  gaveUp: 0,
  rejected: 0,
  calledOff: 0,
  late: 0,
  ejected: 0,
};

export class DispatcherNode {
  readonly role = "dispatcher";
  readonly counts = { ...COUNTS };
  readonly know: Knowledge;
  readonly attempts = new Map<number, Attempt>();
  readonly scaler: Autoscaler | null;
  /** Requests in hand. */
  open = 0;
  private nextTicket = 0;
  private tokens = MOST_TOKENS;
  private readonly settings: BalancerSettings;
  private readonly service: Distribution;
  /** First attempts draw from a stream of their own: the n-th request takes as long under every policy. */
  private readonly firsts: RandomStream;
  private readonly copies: RandomStream;
  private readonly jitters: RandomStream;
  private readonly patience = new Fifo<Deadline>();
  private readonly hedges = new Fifo<Deadline>();
  private readonly pauses = new Pauses<Part>();
  private readonly banned = new Fifo<{ readonly server: number; readonly at: number }>();
  private readonly misses: Int32Array;
  private readonly several: boolean;

  constructor(context: BalancerContext) {
    const { settings } = context;
    const streams = randomStreams(context.random.integer(SEEDS));
    this.settings = settings;
    // Answers to a dispatcher that has crashed must not pass for answers to the one that comes after it.
    if (context.localTime() > 0) this.nextTicket = context.random.integer(TICKETS);
    this.firsts = streams.stream("service");
    this.copies = streams.stream("copies");
    this.jitters = streams.stream("jitter");
    this.service = serviceLaw(settings.serviceTime, settings.serviceScv);
    this.misses = new Int32Array(settings.servers);
    this.several = settings.fanOut > 1 || settings.hedgeDelay > 0 || settings.tied || settings.retries > 0;
    this.scaler = settings.scaleInterval > 0 ? new Autoscaler(settings) : null;
    this.know = new Knowledge(settings, streams.stream("policy"), this.scaler?.target ?? settings.servers);
    if (this.scaler !== null) context.setTimer("scale", settings.scaleInterval);
    if (settings.policy === "controller") context.setTimer("control", settings.controlInterval);
  }

  request(operation: Operation, context: BalancerContext): void {
    const { fanOut, inFlightLimit, retryBudget, tied } = this.settings;
    this.know.time = context.localTime();
    this.counts.requests++;
    this.tokens = Math.min(MOST_TOKENS, this.tokens + retryBudget);
    if (this.know.members.length === 0 || (inFlightLimit > 0 && this.open >= inFlightLimit)) {
      this.counts.refused++;
      context.refuse(operation, null);
      return;
    }
    this.open++;
    const request = { operation, left: fanOut, over: false, asked: this.several ? [] : null };
    for (let i = 0; i < fanOut; i++) {
      const tickets = this.settings.cancel ? [] : null;
      const part = { request, answered: false, attempts: 0, retries: 0, open: 0, tickets };
      if (tied) this.launchTied(part, context);
      else this.launch(part, context);
    }
  }

  done(ticket: number, spent: number, context: BalancerContext): void {
    const attempt = this.attempts.get(ticket);
    if (attempt === undefined) {
      this.counts.late++;
      return;
    }
    this.know.time = context.localTime();
    this.close(ticket, attempt);
    this.misses[attempt.server] = 0;
    this.know.policy.answered?.(attempt.server, this.know.time - attempt.at, spent);
    this.scaler?.served(spent);
    const { part } = attempt;
    if (part.answered || part.request.over) {
      this.counts.late++;
      return;
    }
    part.answered = true;
    if (this.settings.cancel && part.open > 0) this.callOffOthers(part, context);
    const { request } = part;
    if (--request.left > 0) return;
    request.over = true;
    this.open--;
    this.counts.answered++;
    context.reply(request.operation, request.operation.id);
  }

  /** A server has not served an attempt: full, or called off in time. */
  dropped(ticket: number, full: boolean, context: BalancerContext): void {
    const attempt = this.attempts.get(ticket);
    if (attempt === undefined) return;
    this.know.time = context.localTime();
    this.close(ticket, attempt);
    if (full) {
      this.counts.rejected++;
      this.retry(attempt.part, context);
    } else {
      this.counts.calledOff++;
    }
  }

  /** A server has started anew: what it had is lost. */
  hello(server: number, context: BalancerContext): void {
    this.know.time = context.localTime();
    this.misses[server] = 0;
    this.know.report(server, 0);
    const lost = [...this.attempts].filter(([, attempt]) => attempt.server === server);
    for (const [ticket, attempt] of lost) {
      this.close(ticket, attempt);
      this.retry(attempt.part, context);
    }
    if (lost.length === 0 || !this.know.isMember(server)) return;
    this.know.leave(server);
    this.know.join(server);
  }

  // ---- timers

  giveUp(context: BalancerContext): void {
    const { attempts, patience } = this;
    this.know.time = context.localTime();
    while (patience.length > 0) {
      const { ticket, at } = patience.first;
      const attempt = attempts.get(ticket);
      if (attempt !== undefined && at > this.know.time) break;
      patience.shift();
      if (attempt === undefined) continue;
      this.close(ticket, attempt);
      this.counts.gaveUp++;
      this.know.policy.gaveUp?.(attempt.server, this.know.time - attempt.at);
      this.missed(attempt.server, context);
      this.retry(attempt.part, context);
    }
    if (patience.length > 0) context.setTimer("patience", patience.first.at - this.know.time);
  }

  hedge(context: BalancerContext): void {
    const { attempts, hedges } = this;
    this.know.time = context.localTime();
    while (hedges.length > 0) {
      const { ticket, at } = hedges.first;
      const attempt = attempts.get(ticket);
      if (attempt !== undefined && at > this.know.time) break;
      hedges.shift();
      if (attempt === undefined || attempt.part.answered || attempt.part.request.over) continue;
      this.counts.hedges++;
      this.launch(attempt.part, context);
    }
    if (hedges.length > 0) context.setTimer("hedge", hedges.first.at - this.know.time);
  }

  /** Retries whose pause has ended are made, but not of what was answered meanwhile. */
  resume(context: BalancerContext): void {
    const { pauses } = this;
    this.know.time = context.localTime();
    while (pauses.length > 0 && pauses.first <= this.know.time) {
      const part = pauses.shift();
      part.open--;
      if (!part.answered && !part.request.over) this.launch(part, context);
    }
    if (pauses.length > 0) context.setTimer("resume", pauses.first - this.know.time);
  }

  readmit(context: BalancerContext): void {
    this.know.time = context.localTime();
    while (this.banned.length > 0 && this.banned.first.at <= this.know.time) {
      const { server } = this.banned.shift();
      this.misses[server] = 0;
      this.know.join(server);
    }
    if (this.banned.length > 0) context.setTimer("readmit", this.banned.first.at - this.know.time);
  }

  control(context: BalancerContext): void {
    this.know.time = context.localTime();
    this.know.policy.control?.();
    context.setTimer("control", this.settings.controlInterval);
  }

  // ---- inside

  private launch(part: Part, context: BalancerContext): void {
    const { hedgeDelay } = this.settings;
    const ticket = this.nextTicket++;
    const first = part.attempts === 0;
    const server = this.begin(ticket, part, context);
    const work = this.service.sample(first ? this.firsts : this.copies);
    context.send(this.node(server), {
      kind: "job",
      asker: context.self,
      ticket,
      work,
      ...sizesOf(part.request.operation),
      twin: -1,
      twinTicket: -1,
    });
    if (first && hedgeDelay > 0) {
      this.hedges.push({ ticket, at: this.know.time + hedgeDelay });
      if (this.hedges.length === 1) context.setTimer("hedge", hedgeDelay);
    }
  }

  /** Two copies that know of each other (Dean and Barroso, CACM 56(2), 2013, p. 79). */
  private launchTied(part: Part, context: BalancerContext): void {
    const tickets = [this.nextTicket++, this.nextTicket++];
    const servers = tickets.map((ticket) => this.begin(ticket, part, context));
    const works = [this.service.sample(this.firsts), this.service.sample(this.copies)];
    for (const i of [0, 1]) {
      const twin = servers[0] === servers[1] ? -1 : this.node(servers[1 - i]);
      context.send(this.node(servers[i]), {
        kind: "job",
        asker: context.self,
        ticket: tickets[i],
        work: works[i],
        ...sizesOf(part.request.operation),
        twin,
        twinTicket: tickets[1 - i],
      });
    }
  }

  /** Chooses a server for an attempt and writes the attempt down. */
  private begin(ticket: number, part: Part, context: BalancerContext): number {
    const { tryTimeout } = this.settings;
    const server = this.choose(part.request);
    part.request.asked?.push(server);
    part.attempts++;
    part.open++;
    this.counts.attempts++;
    part.tickets?.push(ticket);
    this.attempts.set(ticket, { part, server, at: this.know.time });
    this.know.sent(server);
    if (tryTimeout > 0) {
      this.patience.push({ ticket, at: this.know.time + tryTimeout });
      if (this.patience.length === 1) context.setTimer("patience", tryTimeout);
    }
    return server;
  }

  /** By the policy, but a server that this request has not yet been sent to, as long as there is one. */
  private choose({ operation, asked }: Request): number {
    const { know } = this;
    const { members } = know;
    let server = know.policy.choose(operation);
    for (let attempt = 0; !know.accepts(server, attempt); attempt++) server = know.policy.choose(operation);
    if (asked === null || !asked.includes(server)) return server;
    for (let attempt = 0; attempt < 4; attempt++) {
      server = know.policy.choose(operation);
      if (!asked.includes(server)) return server;
    }
    const from = know.random.integer(members.length);
    for (let i = 0; i < members.length; i++) {
      const other = members[(from + i) % members.length];
      if (!asked.includes(other)) return other;
    }
    return server;
  }

  private close(ticket: number, attempt: Attempt): void {
    this.attempts.delete(ticket);
    attempt.part.open--;
    this.know.over(attempt.server);
  }

  private retry(part: Part, context: BalancerContext): void {
    const { request } = part;
    if (part.answered || request.over) return;
    if (part.retries < this.settings.retries && this.know.members.length > 0) {
      if (this.tokens >= 1) {
        this.tokens--;
        part.retries++;
        this.counts.retries++;
        this.launchAgain(part, context);
        return;
      }
      this.counts.withoutBudget++;
    }
    if (part.open > 0) return;
    request.over = true;
    this.open--;
    this.counts.failed++;
    context.refuse(request.operation, null);
  }

  /** At once, or after a pause that doubles from retry to retry and is drawn, so that clients do not come back in step. */
  private launchAgain(part: Part, context: BalancerContext): void {
    const { backoff, backoffJitter } = this.settings;
    if (backoff === 0) {
      this.launch(part, context);
      return;
    }
    const longest = backoff * 2 ** (part.retries - 1);
    const at = this.know.time + (backoffJitter ? longest * this.jitters.uniform() : longest);
    part.open++;
    this.pauses.push(at, part);
    if (at <= this.pauses.first) context.setTimer("resume", this.pauses.first - this.know.time);
  }

  private callOffOthers(part: Part, context: BalancerContext): void {
    for (const ticket of part.tickets ?? []) {
      const attempt = this.attempts.get(ticket);
      if (attempt !== undefined)
        context.send(this.node(attempt.server), { kind: "cancel", asker: context.self, ticket });
    }
  }

  private missed(server: number, context: BalancerContext): void {
    const { ejectAfter, ejectFor } = this.settings;
    if (ejectAfter === 0 || ++this.misses[server] < ejectAfter || !this.know.isMember(server)) return;
    // The last one stays: a dispatcher that ejects all has a problem of its own (Envoy's panic threshold).
    if (this.know.members.length === 1) return;
    this.know.leave(server);
    this.counts.ejected++;
    this.banned.push({ server, at: this.know.time + ejectFor });
    if (this.banned.length === 1) context.setTimer("readmit", ejectFor);
  }

  private node(server: number): NodeId {
    return this.settings.dispatchers + server;
  }
}

/** A write carries its value to the server, a read brings it back. */
function sizesOf({ kind, bytes }: Operation): { readonly bytes: number; readonly answerBytes: number } {
  return kind === "write" ? { bytes, answerBytes: 0 } : { bytes: 0, answerBytes: bytes };
}
