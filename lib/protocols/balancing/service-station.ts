/**
 * A station for a simulated node: jobs that need work, servers that do it, and a rule for who is served.
 *
 * Source      Kleinrock, "Queueing Systems" vol. 2, 1976, ch. 3 (priorities) and 4 (processor sharing)
 *
 * The node gives jobs in and is told when one is done; the station keeps the time with one timer of the node, set to the
 * next job that ends. So any protocol may have one beside its messages.
 */
import type { Context, MessageShape } from "../../simulation/protocol.ts";
import { Fifo } from "./fifo.ts";

export const DISCIPLINES = ["fcfs", "sharing", "priority", "preemptive"] as const;

/**
 * `fcfs`: first come, first served. `sharing`: all present share the servers evenly, none gets more than one.
 * `priority`: a server that is free takes the lowest rank, and ends what it began. `preemptive`: a lower rank interrupts,
 * and what was interrupted goes on later where it stood.
 */
export type Discipline = (typeof DISCIPLINES)[number];

/** What a station needs of its node. */
export type StationHost = Pick<Context<object, MessageShape>, "localTime" | "setTimer" | "queued" | "served">;

interface Present<Job> {
  readonly job: Job;
  readonly rank: number;
  /** When it came, by count. */
  readonly order: number;
  /** Seconds of a server it needs in all. */
  readonly work: number;
  /** Seconds of a server it still needs; when all share, the station's own time at which it ends. */
  left: number;
  /** Since when a server works at it. */
  since: number;
}

/** A station with `servers` servers, at which `timer` of its node fires. */
export class ServiceStation<Job extends object> {
  private readonly discipline: Discipline;
  private readonly servers: number;
  private readonly timer: string;
  /** In service, in the order in which they would be interrupted last; when all share, in the order of their ends. */
  private readonly served: Present<Job>[] = [];
  private readonly waiting: Fifo<Present<Job>>[] = [];
  private arrived = 0;
  private waitingCount = 0;
  private next: Present<Job> | null = null;
  /** Seconds of work that each of those who share has been given, and when that was reckoned. */
  private given = 0;
  private reckoned = 0;
  private busy = 0;

  constructor(discipline: Discipline, servers: number, timer: string) {
    this.discipline = discipline;
    this.servers = servers;
    this.timer = timer;
  }

  /** Jobs here. */
  get length(): number {
    return this.served.length + this.waitingCount;
  }

  /** Seconds that servers have worked, all together, up to the last job that came or left. */
  get busySeconds(): number {
    return this.busy;
  }

  /** A job that needs `work` seconds of a server comes in. Ranks count only with priorities; the lowest is served first. */
  arrive(job: Job, work: number, rank: number, node: StationHost): void {
    const now = this.reckon(node);
    node.queued(job);
    const ranked = this.discipline === "priority" || this.discipline === "preemptive";
    const present: Present<Job> = {
      job,
      rank: ranked ? rank : 0,
      order: this.arrived++,
      work,
      left: work,
      since: now,
    };
    if (this.discipline === "sharing") {
      present.left += this.given;
      this.insert(present, endsLater);
    } else if (this.served.length < this.servers) this.insert(present, servedLater);
    else if (this.discipline === "preemptive" && servedLater(this.last, present))
      this.interrupt(present, now);
    else this.wait(present);
    this.plan(node, now);
  }

  /** The node's timer has fired: the job that is done leaves. */
  leave(node: StationHost): Job {
    const now = this.reckon(node);
    const done = this.next as Present<Job>;
    this.served.splice(this.served.indexOf(done), 1);
    if (this.waitingCount > 0) this.begin(now);
    this.plan(node, now);
    node.served(done.job, done.work);
    return done.job;
  }

  private get last(): Present<Job> {
    return this.served[this.served.length - 1];
  }

  /** Brings the books up to now. */
  private reckon(node: StationHost): number {
    const now = node.localTime();
    const passed = now - this.reckoned;
    const { length } = this.served;
    this.busy += Math.min(this.servers, length) * passed;
    this.given = length === 0 ? 0 : this.given + passed * Math.min(1, this.servers / length);
    this.reckoned = now;
    return now;
  }

  private insert(present: Present<Job>, later: (a: Present<Job>, b: Present<Job>) => boolean): void {
    let at = this.served.length;
    while (at > 0 && later(this.served[at - 1], present)) at--;
    this.served.splice(at, 0, present);
  }

  private wait(present: Present<Job>): void {
    this.line(present.rank).push(present);
    this.waitingCount++;
  }

  /** Those of a rank that wait. */
  private line(rank: number): Fifo<Present<Job>> {
    while (this.waiting.length <= rank) this.waiting.push(new Fifo());
    return this.waiting[rank];
  }

  private interrupt(present: Present<Job>, now: number): void {
    const stopped = this.served.pop() as Present<Job>;
    stopped.left = Math.max(0, stopped.left - (now - stopped.since));
    this.line(stopped.rank).unshift(stopped); // it came before all of its rank that wait
    this.waitingCount++;
    this.insert(present, servedLater);
  }

  private begin(now: number): void {
    const present = (this.waiting.find((line) => line.length > 0) as Fifo<Present<Job>>).shift();
    this.waitingCount--;
    present.since = now;
    this.insert(present, servedLater);
  }

  /** Sets the timer to the next job that ends. */
  private plan(node: StationHost, now: number): void {
    const { served } = this;
    if (served.length === 0) {
      this.next = null;
      return;
    }
    let next = served[0];
    let seconds = 0;
    if (this.discipline === "sharing")
      seconds = (next.left - this.given) * Math.max(1, served.length / this.servers);
    else {
      for (const present of served) if (present.left + present.since < next.left + next.since) next = present;
      seconds = next.left + next.since - now;
    }
    this.next = next;
    node.setTimer(this.timer, Math.max(0, seconds));
  }
}

const endsLater = <Job>(a: Present<Job>, b: Present<Job>): boolean => a.left > b.left;

const servedLater = <Job>(a: Present<Job>, b: Present<Job>): boolean =>
  a.rank > b.rank || (a.rank === b.rank && a.order > b.order);
