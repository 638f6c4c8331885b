/**
 * Which of a run's operations have been seen: numbers from 0 up, one bit each.
 *
 * It remembers the newest `MOST` of them in a ring, so that its memory does not follow the run. What is older than
 * that is *forgotten*: not known to be new, so nobody may take it for new.
 */

/** Operations remembered: 128 KiB of bits. A power of two. */
const MOST = 1 << 20;

export class IdSet {
  /** Bits in words of 32. Grows up to `MOST` bits; only then places are used again. */
  private words: number[] = [];
  private highest = -1;

  /** Whether `id` was added and is not forgotten. */
  has(id: number): boolean {
    if (id > this.highest || id <= this.highest - MOST) return false;
    return ((this.words[(id & (MOST - 1)) >>> 5] >>> (id & 31)) & 1) === 1;
  }

  /** True for an id so old that nobody knows whether it was added. */
  forgets(id: number): boolean {
    return id <= this.highest - MOST;
  }

  /** Whether `id` may have been added: it was, or it is forgotten. */
  mayHave(id: number): boolean {
    if (id > this.highest) return false; // the common case
    return this.forgets(id) || this.has(id);
  }

  /** Adds an id; one that is forgotten stays so. */
  add(id: number): void {
    const word = (id & (MOST - 1)) >>> 5;
    // In order is the common case: its own place, whatever is forgotten there now, is all that changes.
    if (id === this.highest + 1 && word < this.words.length) this.highest = id;
    else if (id > this.highest) this.advance(id);
    else if (this.forgets(id)) return;
    this.words[word] |= 1 << (id & 31);
  }

  /** A set of the same ids that changes on its own. */
  copy(): IdSet {
    const copy = new IdSet();
    copy.words = this.words.slice();
    copy.highest = this.highest;
    return copy;
  }

  /** Adds all that another set remembers; what only the other forgets stays unknown here. */
  merge(other: IdSet): void {
    if (other.highest < MOST && this.highest < MOST) {
      if (other.highest > this.highest) this.advance(other.highest);
      for (let i = 0; i < other.words.length; i++) this.words[i] |= other.words[i];
      return;
    }
    for (let id = Math.max(0, other.highest - MOST + 1); id <= other.highest; id++)
      if (other.has(id)) this.add(id);
  }

  /** Makes room up to `id`: new words at first, then the places of ids that are forgotten now. */
  private advance(id: number): void {
    const { words } = this;
    for (let at = this.highest + 1; at <= id; at++) {
      const word = (at & (MOST - 1)) >>> 5;
      if (word === words.length) words.push(0);
      else if (at >= MOST) words[word] &= ~(1 << (at & 31));
    }
    this.highest = id;
  }
}
