/** A server: a queue, one worker, first come first served. */
import type { Context, NodeId } from "../../simulation/protocol.ts";
import type { BalancerMessage, Job } from "./balancer-messages.ts";
import type { BalancerSettings } from "./balancer-settings.ts";
import { Fifo } from "./fifo.ts";
import { policyNamed } from "./policies/index.ts";

export type BalancerContext = Context<BalancerSettings, BalancerMessage>;

/** Speed of a server by its number. */
export function speedOf(server: number, { fastServers, fastSpeed }: BalancerSettings): number {
  return server < fastServers ? fastSpeed : 1;
}

export class ServerNode {
  readonly role = "server";
  readonly waiting = new Fifo<Job>();
  serving: Job | null = null;
  served = 0;
  rejected = 0;
  private spent = 0;
  private readonly speed: number;
  private readonly started: number;
  private readonly tellsLength: boolean;
  private readonly tellsIdle: boolean;

  constructor(context: BalancerContext) {
    const { settings } = context;
    this.speed = speedOf(context.self - settings.dispatchers, settings);
    this.started = context.localTime();
    const reported = settings.information === "reported";
    this.tellsLength = reported && settings.reportInterval === 0;
    this.tellsIdle = policyNamed(settings.policy).hearsIdle === true;
    // Not at the first start: over a network it would come after the first requests, and call them lost.
    if (this.started > 0)
      for (let to = 0; to < settings.dispatchers; to++) context.send(to, { kind: "hello" });
    if (this.tellsIdle) this.tellIdle(context);
    if (reported && settings.reportInterval > 0) context.setTimer("report", settings.reportInterval);
  }

  /** Requests here, the one in service included. */
  get length(): number {
    return this.waiting.length + (this.serving === null ? 0 : 1);
  }

  take(job: Job, context: BalancerContext): void {
    const { queueLimit } = context.settings;
    if (queueLimit > 0 && this.length >= queueLimit) {
      this.rejected++;
      context.send(job.asker, { kind: "dropped", ticket: job.ticket, full: true });
      return;
    }
    context.queued(job);
    if (this.serving === null) this.serve(job, context);
    else this.waiting.push(job);
    if (this.tellsLength) this.tellLength(context);
  }

  finish(context: BalancerContext): void {
    const job = this.serving;
    if (job === null) return;
    this.served++;
    this.serving = null;
    context.send(job.asker, {
      kind: "done",
      ticket: job.ticket,
      spent: this.spent,
      bytes: job.answerBytes,
    });
    if (this.waiting.length > 0) this.serve(this.waiting.shift(), context);
    else if (this.tellsIdle) this.tellIdle(context);
    if (this.tellsLength) this.tellLength(context);
  }

  /** Takes an attempt out of the queue, unless it is in service or gone. */
  callOff(asker: NodeId, ticket: number, context: BalancerContext): void {
    const job = this.waiting.remove((waits) => waits.asker === asker && waits.ticket === ticket);
    if (job === null) return;
    context.send(asker, { kind: "dropped", ticket, full: false });
    if (this.tellsLength) this.tellLength(context);
  }

  report(context: BalancerContext): void {
    this.tellLength(context);
    context.setTimer("report", context.settings.reportInterval);
  }

  private serve(job: Job, context: BalancerContext): void {
    const { coldTime, coldFactor } = context.settings;
    const cold = coldTime > 0 && context.localTime() - this.started < coldTime;
    this.serving = job;
    this.spent = (job.work / this.speed) * (cold ? coldFactor : 1);
    if (job.twin >= 0) context.send(job.twin, { kind: "cancel", asker: job.asker, ticket: job.twinTicket });
    context.work("served", this.spent, job);
  }

  private tellLength(context: BalancerContext): void {
    const { length } = this;
    for (let to = 0; to < context.settings.dispatchers; to++) context.send(to, { kind: "length", length });
  }

  private tellIdle(context: BalancerContext): void {
    context.send(context.random.integer(context.settings.dispatchers), { kind: "idle" });
  }
}
