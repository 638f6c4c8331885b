/**
 * Queues and nothing else: a balancing policy before n queues of c workers each, first come first served, simulated
 * customer by customer instead of message by message.
 *
 * Source: Lindley, Proc. Cambridge Phil. Soc. 48, 1952, and for c workers Kiefer and Wolfowitz, Trans. AMS 78, 1955: a
 * customer begins when the first of the workers is free, so its departure is known when it arrives. Only policies that
 * look at queue lengths need the departures as events too. What a network, a crash or a retry does is not here; where
 * none of these is asked for, the policies are the very ones that the balancer's dispatchers run.
 */
import type { Distribution } from "../../core/distributions.ts";
import { UsageError } from "../../core/errors.ts";
import { EventQueue } from "../../core/event-queue.ts";
import { type RandomStream, randomStreams } from "../../core/random.ts";
import type { Operation } from "../../simulation/protocol.ts";
import type { BalancerSettings } from "./balancer-settings.ts";
import { Fifo } from "./fifo.ts";
import { Knowledge } from "./knowledge.ts";
import { policyNamed } from "./policies/index.ts";

/** One replication. */
export interface QueueRun {
  readonly settings: BalancerSettings;
  readonly arrivalRate: number;
  readonly service: Distribution;
  /** Workers of each queue. */
  readonly workers: number;
  /** Keys that requests draw from, for hash-affinity. */
  readonly keys: number;
  /** Customers that come first and are not measured. */
  readonly warmUp: number;
  readonly customers: number;
  readonly seed: number;
  readonly replication: number;
}

/** What a replication gives: means over the measured customers in seconds, and the share of time a worker was busy. */
export interface QueueTotals {
  readonly responseTime: number;
  readonly waitingTime: number;
  readonly utilisation: number;
}

/** Mutable: one operation serves all customers, since no policy keeps it. */
interface Asked extends Operation {
  key: number;
}

const LITTLE = 1e-9;

/** The queues of one replication. */
class Queues {
  private readonly run: QueueRun;
  private readonly know: Knowledge;
  /** Whether lengths are told after every change, and the time between two reports or decisions where there is one. */
  private readonly told: boolean;
  private readonly interval: number;
  private readonly hearsIdle: boolean;
  private readonly departures: EventQueue;
  private readonly gaps: RandomStream;
  private readonly services: RandomStream;
  private readonly keys: RandomStream;
  /** When each worker is free again, those of a queue together. */
  private readonly free: Float64Array;
  private readonly length: Int32Array;
  private readonly slowness: Float64Array;
  private readonly service: Distribution;
  private readonly workers: number;
  private readonly alone: boolean;
  /** When those present came and what they take, of each queue; null where no policy asks. */
  private readonly came: readonly Fifo<number>[] | null;
  private readonly works: readonly Fifo<number>[] | null;
  private readonly asked: Asked = { id: 0, kind: "write", key: 0, bytes: 0, client: 0, handle: 0 };
  private readonly gap: number;
  private spent = 0;
  private served = 0;
  private waited = 0;
  private present = 0;
  private area = 0;
  private last = 0;

  constructor(run: QueueRun) {
    const { settings, workers } = run;
    const streams = randomStreams(run.seed).child(run.replication);
    this.run = run;
    this.know = new Knowledge(settings, streams.stream("policy"), settings.servers);
    const reported = settings.information === "reported";
    this.told = reported && settings.reportInterval === 0;
    this.interval = reported
      ? settings.reportInterval
      : this.know.policy.control
        ? settings.controlInterval
        : 0;
    this.hearsIdle = policyNamed(settings.policy).hearsIdle === true;
    this.departures = new EventQueue();
    this.gaps = streams.stream("arrivals");
    this.services = streams.stream("service");
    this.keys = streams.stream("keys");
    this.free = new Float64Array(settings.servers * workers);
    this.length = new Int32Array(settings.servers);
    this.slowness = Float64Array.from({ length: settings.servers }, (_, i) => 1 / this.know.speed(i));
    this.service = run.service;
    this.workers = workers;
    this.alone = settings.servers === 1;
    const fifos = (): Fifo<number>[] => Array.from({ length: settings.servers }, () => new Fifo<number>());
    const answers = this.know.policy.answered !== undefined;
    this.came = answers ? fifos() : null;
    this.works = answers ? fifos() : null;
    this.gap = 1 / run.arrivalRate;
    if (this.hearsIdle)
      for (let server = 0; server < settings.servers; server++) this.know.policy.idle?.(server);
  }

  /** Whether the policy is told anything after the fact. */
  get looks(): boolean {
    const { reads } = policyNamed(this.run.settings.policy);
    return reads !== "nothing" || this.hearsIdle || this.came !== null;
  }

  /** For policies that read nothing: no event but the arrival. */
  blind(): QueueTotals {
    const { warmUp, customers } = this.run;
    let now = 0;
    let begun = 0;
    for (let customer = 0; customer < warmUp + customers; customer++) {
      now += this.gap * this.gaps.exponential();
      if (customer === warmUp) begun = this.begin(now);
      this.join(now, this.choose());
    }
    return this.totals(now - begun);
  }

  /** For policies that look: departures before the next arrival first. */
  seeing(): QueueTotals {
    const { warmUp, customers } = this.run;
    const { departures, know } = this;
    let now = 0;
    let begun = 0;
    let everyone = 0;
    let tick = this.interval > 0 ? this.interval : Number.POSITIVE_INFINITY;
    for (let customer = 0; customer < warmUp + customers; customer++) {
      now += this.gap * this.gaps.exponential();
      for (;;) {
        const until = tick < now ? tick : now;
        const server = departures.popBefore(until, until);
        if (server >= 0) this.depart(server);
        else if (tick < now) {
          this.tick(tick);
          tick += this.interval;
        } else break;
      }
      if (customer === warmUp) begun = this.begin(now);
      this.area += this.present++ * (now - this.last);
      this.last = now;
      know.time = now;
      const server = this.choose();
      this.length[server]++;
      know.sent(server);
      if (this.told) know.report(server, this.length[server]);
      const leaves = this.join(now, server);
      everyone += leaves - now;
      departures.push(leaves, server);
    }
    const ends = now;
    while (departures.size > 0) this.depart(departures.pop());
    // Little's law on the whole sample path: the area under the number present is the sum of the times in system.
    if (Math.abs(this.area - everyone) > LITTLE * everyone)
      throw new UsageError(`queues: area ${this.area} must be the sum of times in system, ${everyone}`);
    return this.totals(ends - begun);
  }

  private begin(now: number): number {
    this.spent = 0;
    this.served = 0;
    this.waited = 0;
    return now;
  }

  private choose(): number {
    if (this.alone) return 0;
    if (this.run.keys > 1) this.asked.key = this.keys.integer(this.run.keys);
    return this.know.policy.choose(this.asked);
  }

  /** Gives a customer to the worker that is free first; returns when it leaves. */
  private join(now: number, server: number): number {
    const { free, workers } = this;
    let worker = server * workers;
    for (let other = worker + 1, end = worker + workers; other < end; other++)
      if (free[other] < free[worker]) worker = other;
    const starts = free[worker] > now ? free[worker] : now;
    const work = this.service.sample(this.services) * this.slowness[server];
    const leaves = starts + work;
    free[worker] = leaves;
    this.served += work;
    this.waited += starts - now;
    this.spent += leaves - now;
    this.came?.[server].push(now);
    this.works?.[server].push(work);
    return leaves;
  }

  /** Reports of all servers, or a decision of the controller. */
  private tick(time: number): void {
    const { know, length } = this;
    know.time = time;
    if (know.policy.control !== undefined) know.policy.control();
    else for (let server = 0; server < length.length; server++) know.report(server, length[server]);
  }

  private depart(server: number): void {
    const now = this.departures.time;
    this.area += this.present-- * (now - this.last);
    this.last = now;
    const left = --this.length[server];
    this.know.time = now;
    this.know.over(server);
    if (this.came !== null && this.works !== null)
      this.know.policy.answered?.(server, now - this.came[server].shift(), this.works[server].shift());
    if (this.told) this.know.report(server, left);
    if (this.hearsIdle && left === 0) this.know.policy.idle?.(server);
  }

  private totals(elapsed: number): QueueTotals {
    const { customers, settings, workers } = this.run;
    return {
      responseTime: this.spent / customers,
      waitingTime: this.waited / customers,
      utilisation: this.served / (elapsed * settings.servers * workers),
    };
  }
}

/** Runs a replication. */
export function queueRun(run: QueueRun): QueueTotals {
  const queues = new Queues(run);
  return queues.looks ? queues.seeing() : queues.blind();
}
