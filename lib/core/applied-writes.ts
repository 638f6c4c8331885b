/**
 * Which writes have been applied: a client that asks again must not have its write applied a second time.
 *
 * Source: Ongaro, "Consensus: Bridging Theory and Practice", 2014, §6.3 (sessions). Operations are numbered in the order
 * in which clients issue them, so a window of the newest numbers is enough: what is older than the window has long been
 * answered or given up, and is taken as applied. The window is part of the replicated state: every node that applies
 * the same writes in the same order has the same one.
 */

/** Numbers remembered below the largest: a power of two. */
const WINDOW = 1 << 14;
/** Many sets are made that stay small. */
const FIRST_CAPACITY = 64;

/** The newest writes applied, by number. */
export class AppliedWrites {
  /** Number modulo length; shorter than the window only while every number so far has a place of its own. */
  private bits: Uint8Array;
  private readonly window: number;
  private newest = -1;

  /** @param window numbers remembered: a power of two */
  constructor(window: number = WINDOW) {
    this.window = window;
    this.bits = new Uint8Array(Math.min(window, FIRST_CAPACITY));
  }

  /** Notes a write; false when it had been applied before, or is too old to be new. */
  add(id: number): boolean {
    if (id >= this.bits.length && this.bits.length < this.window) this.grow(id);
    const { bits } = this;
    const size = bits.length;
    if (id <= this.newest - size) return false;
    const at = id & (size - 1);
    if (id > this.newest) {
      const gap = id - this.newest;
      if (gap >= size) bits.fill(0);
      else for (let skipped = this.newest + 1; skipped < id; skipped++) bits[skipped & (size - 1)] = 0;
      this.newest = id;
      bits[at] = 1;
      return true;
    }
    if (bits[at] === 1) return false;
    bits[at] = 1;
    return true;
  }

  /** A set of the same writes that changes on its own. */
  copy(): AppliedWrites {
    const copy = new AppliedWrites(this.window);
    copy.bits = this.bits.slice();
    copy.newest = this.newest;
    return copy;
  }

  private grow(id: number): void {
    let size = this.bits.length;
    while (size <= id && size < this.window) size *= 2;
    const wider = new Uint8Array(size);
    wider.set(this.bits);
    this.bits = wider;
  }
}
