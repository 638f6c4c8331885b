/**
 * A small cache in front of the servers: answers reads of hot keys itself, so that no server has to.
 *
 * Sources: Fan, Lim, Andersen and Kaminsky, "Small cache, big effect", SoCC 2011, §2 (one front end that every request passes);
 * Nishtala et al., "Scaling Memcache at Facebook", NSDI 2013, §3.2.1 (a value that was read before a write must not be
 * filled in after it). Writes go through and drop the key; an answer fills it in when no write of the key is under way and
 * no answer has told of a newer version. Between its invocation and its answer a write may or may not be seen: so a hit is
 * linearizable, and what a crash takes from the cache is only copies.
 */
import type { Operation } from "../../simulation/protocol.ts";

/** A key with requests under way at the servers. */
interface OpenKey {
  asked: number;
  writes: number;
  /** The newest version that any answer has told of since the first of them was asked. */
  newest: number;
}

export class FrontCache {
  readonly counts = { reads: 0, hits: 0 };
  private readonly capacity: number;
  private readonly perfect: boolean;
  /** Values by key, the one used longest ago first. */
  private readonly held = new Map<number, number>();
  private readonly open = new Map<number, OpenKey>();

  /** @param perfect keeps keys 0 … capacity − 1 only, the most popular ones, instead of those used last */
  constructor(capacity: number, perfect: boolean) {
    this.capacity = capacity;
    this.perfect = perfect;
  }

  get size(): number {
    return this.held.size;
  }

  /** The value that a read gets here, or `undefined` where the owner must be asked. */
  look(operation: Operation): number | undefined {
    if (operation.kind === "write") return undefined;
    const { key } = operation;
    this.counts.reads++;
    const value = this.held.get(key);
    if (value === undefined) return undefined;
    this.counts.hits++;
    if (!this.perfect) {
      this.held.delete(key);
      this.held.set(key, value);
    }
    return value;
  }

  /** A request goes to the key's owner. */
  asked({ key, kind }: Operation): void {
    const open = this.open.get(key) ?? { asked: 0, writes: 0, newest: 0 };
    this.open.set(key, open);
    open.asked++;
    if (kind === "write") open.writes++;
  }

  drop(key: number): void {
    this.held.delete(key);
  }

  /** The owner has answered; returns whether what it said is surely the newest that anybody knows. */
  answered({ key, kind }: Operation, version: number): boolean {
    const open = this.open.get(key);
    if (open === undefined) return false;
    const newest = open.writes === 0 && version >= open.newest;
    open.newest = Math.max(open.newest, version);
    if (kind === "write") open.writes--;
    if (--open.asked === 0) this.open.delete(key);
    return newest;
  }

  fill(key: number, value: number): void {
    if (this.perfect && key >= this.capacity) return;
    this.held.delete(key);
    this.held.set(key, value);
    if (this.held.size <= this.capacity) return;
    for (const oldest of this.held.keys()) {
      this.held.delete(oldest);
      return;
    }
  }
}
