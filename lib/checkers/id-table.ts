/**
 * A hash table from operation ids to small numbers, in two flat columns.
 *
 * Ids are handed out in order and live shortly, so the hash is the id itself: neighbours in time are neighbours in
 * memory. A built-in Map costs three times as much here, most of it in the garbage collector.
 */

const EMPTY = -1;

export class IdTable {
  private ids = new Float64Array(1024).fill(EMPTY);
  private slots = new Int32Array(1024);
  private mask = 1023;
  private used = 0;

  /** The number kept for an id, −1 for none. Ids are whole numbers >= 0. */
  get(id: number): number {
    const { ids, mask } = this;
    for (let at = (id >>> 0) & mask; ; at = (at + 1) & mask) {
      if (ids[at] === id) return this.slots[at];
      if (ids[at] === EMPTY) return -1;
    }
  }

  /** Adds an id that is not there. */
  add(id: number, slot: number): void {
    if (2 * ++this.used > this.mask) this.grow();
    this.place(id, slot);
  }

  /** Takes an id out, and moves back those it had pushed on: no grave stones, so nothing slows down with age. */
  remove(id: number): void {
    const { ids, slots, mask } = this;
    let hole = (id >>> 0) & mask;
    while (ids[hole] !== id) {
      if (ids[hole] === EMPTY) return;
      hole = (hole + 1) & mask;
    }
    this.used--;
    for (let at = (hole + 1) & mask; ids[at] !== EMPTY; at = (at + 1) & mask) {
      const home = (ids[at] >>> 0) & mask;
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      ids[hole] = ids[at];
      slots[hole] = slots[at];
      hole = at;
    }
    ids[hole] = EMPTY;
  }

  private place(id: number, slot: number): void {
    let at = (id >>> 0) & this.mask;
    while (this.ids[at] !== EMPTY) at = (at + 1) & this.mask;
    this.ids[at] = id;
    this.slots[at] = slot;
  }

  private grow(): void {
    const { ids, slots } = this;
    const size = 2 * ids.length;
    this.ids = new Float64Array(size).fill(EMPTY);
    this.slots = new Int32Array(size);
    this.mask = size - 1;
    for (const [at, id] of ids.entries()) if (id !== EMPTY) this.place(id, slots[at]);
  }
}
