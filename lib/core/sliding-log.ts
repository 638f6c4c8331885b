/**
 * A log of which only a window is kept: append at the end, cut at either side, address by index.
 *
 * Replicated logs grow for ever; once every node has an entry nobody needs it. A ring of a power of two holds the
 * window, so that memory follows the window and not the run.
 */
import { DomainError } from "./errors.ts";

/** A power of two, and small: walks make many logs that stay short. */
const FIRST_CAPACITY = 8;

export class SlidingLog<T> {
  /** Index of the first entry kept; entries before it have been dropped. */
  first: number;
  /** Index after the last entry. */
  end: number;
  /** How often entries were replaced or cut off the end: where this and `end` stay, the log is what it was. */
  rewrites = 0;
  private ring: (T | undefined)[];
  private mask: number;

  /** @param start index of the first entry to come */
  constructor(start: number) {
    this.first = start;
    this.end = start;
    this.ring = new Array<T | undefined>(FIRST_CAPACITY).fill(undefined);
    this.mask = FIRST_CAPACITY - 1;
  }

  get length(): number {
    return this.end - this.first;
  }

  /** The entry at an index, or undefined outside the window or in a gap. */
  get(index: number): T | undefined {
    return index < this.first || index >= this.end ? undefined : this.ring[index & this.mask];
  }

  append(entry: T): void {
    if (this.end - this.first > this.mask) this.grow(this.end - this.first);
    this.ring[this.end++ & this.mask] = entry;
  }

  /** Puts an entry at an index at or after `first`; indices skipped over become gaps. */
  set(index: number, entry: T): void {
    if (index === this.end && index - this.first <= this.mask) {
      this.ring[index & this.mask] = entry;
      this.end = index + 1;
    } else {
      this.put(index, entry);
    }
  }

  /** `set` anywhere but at the end. */
  private put(index: number, entry: T): void {
    if (index < this.first) throw new DomainError(`log: index must be >= ${this.first}, got ${index}`);
    if (index - this.first > this.mask) this.grow(index - this.first);
    if (index < this.end) this.rewrites++;
    while (this.end <= index) this.ring[this.end++ & this.mask] = undefined;
    this.ring[index & this.mask] = entry;
  }

  /** Drops entries before `index`. */
  dropBefore(index: number): void {
    if (index <= this.first) return;
    const upTo = index < this.end ? index : this.end; // stays a whole number for the compiler
    while (this.first < upTo) this.ring[this.first++ & this.mask] = undefined;
  }

  /** Drops entries from `index` on. */
  truncateFrom(index: number): void {
    const from = Math.max(index, this.first);
    if (this.end > from) this.rewrites++;
    while (this.end > from) this.ring[--this.end & this.mask] = undefined;
  }

  /** Makes room for the entry at a distance from the first. */
  private grow(distance: number): void {
    let size = 2 * this.ring.length;
    while (size <= distance) size *= 2;
    const ring = new Array<T | undefined>(size).fill(undefined);
    for (let i = this.first; i < this.end; i++) ring[i & (size - 1)] = this.ring[i & this.mask];
    this.ring = ring;
    this.mask = size - 1;
  }
}
