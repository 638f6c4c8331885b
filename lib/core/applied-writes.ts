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

/** The newest writes applied, by number. */
export class AppliedWrites {
  private readonly bits: Uint8Array;
  private newest = -1;

  constructor(window: number = WINDOW) {
    this.bits = new Uint8Array(window);
  }

  /** Notes a write; false when it had been applied before, or is too old to be new. */
  add(id: number): boolean {
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
}
