/**
 * One node's disk: synchronous writes with group commit.
 *
 * A write under way cannot be joined; everything that arrives meanwhile goes into the next one, together. The
 * engine may ask for a write ahead of its event clock (a booked processor runs handlers early), so each record
 * carries the time it was asked for and joins only a write that starts at or after that time.
 */
import { type Distribution, distributionFrom } from "../core/distributions.ts";
import type { RandomStream } from "../core/random.ts";
import type { DiskSpec } from "../core/system.ts";

/** Sends and replies that wait for a write, in order. */
export interface Held {
  readonly actions: HeldAction[];
  /** When the write that makes them durable began. */
  begun: number;
  /** The record, where a crash may ask what was durable. */
  record?: object;
}

/** One thing held: a message to a node, an answer, or a refusal. */
export interface HeldAction {
  readonly what: "send" | "reply" | "refuse";
  readonly to: number;
  readonly value: number;
  readonly body: object;
  /** The step of the handler that asked, and when it did, for attribution. */
  readonly trace: number;
  readonly asked: number;
}

interface Waiting {
  readonly time: number;
  bytes: number;
  readonly held: Held;
}

export class Disk {
  busy = 0;
  writes = 0;
  /** End of the write under way, or −1. */
  end = -1;
  /** Writes take so many times as long. */
  factor = 1;
  private current: Held[] = [];
  private waiting: Waiting[] = [];
  private readonly fsync: Distribution;
  private readonly perByte: number;
  private readonly random: RandomStream;

  constructor(spec: DiskSpec, random: RandomStream) {
    this.fsync = distributionFrom(spec.fsync);
    this.perByte = spec.bandwidth === null ? 0 : 8 / spec.bandwidth;
    this.random = random;
  }

  /** Asks for a write of `bytes` at `time`; returns what will hold the sends that follow. */
  write(time: number, bytes: number): Held {
    const held: Held = { actions: [], begun: time };
    this.waiting.push({ time, bytes, held });
    return held;
  }

  /** What a barrier at `time` must wait for: the last record not yet durable, or null. */
  pending(time: number): Held | null {
    const last = this.waiting[this.waiting.length - 1];
    if (last !== undefined) return last.held;
    if (this.end > time) return this.current[this.current.length - 1] ?? null;
    return null;
  }

  /** Starts the next write if the disk is idle and something waits; returns its end, or −1. */
  startNext(now: number): number {
    if (this.end >= 0 || this.waiting.length === 0) return -1;
    const first = this.waiting[0].time;
    const start = first > now ? first : now;
    let count = 0;
    let bytes = 0;
    while (count < this.waiting.length && this.waiting[count].time <= start)
      bytes += this.waiting[count++].bytes;
    this.current = this.waiting.splice(0, count).map((record) => record.held);
    const time = this.factor * (this.fsync.sample(this.random) + bytes * this.perByte);
    for (const held of this.current) held.begun = start;
    this.end = start + time;
    this.busy += time;
    this.writes++;
    return this.end;
  }

  /** The node died: what had not ended is lost. */
  lose(now: number): void {
    if (this.end > now) this.busy -= Math.min(this.end - now, this.busy);
    this.end = -1;
    this.current = [];
    this.waiting = [];
  }

  /** Ends the write under way and hands over what waited for it. */
  finish(): Held[] {
    const done = this.current;
    this.current = [];
    this.end = -1;
    return done;
  }
}
