/**
 * A hash table from operation ids to small numbers, in two flat columns.
 *
 * Ids are handed out in order and live shortly, so the hash is the id itself: neighbours in time are neighbours in
 * memory. A built-in Map costs three times as much here, most of it in the garbage collector.
 *
 * Source: P. Celis, P.-Å. Larson & J. I. Munro, "Robin Hood hashing", FOCS 1985: whoever is further from home takes
 * the place. Entries then stand in order of their homes, so that a search can stop early and a removal closes its
 * gap by moving back those behind it until one is at home, which with ids in order is the next. Plain probing would
 * have to look to the end of the run, and ids in order are one long run.
 */

const EMPTY = -1;

export class IdTable {
  private ids = new Float64Array(1024).fill(EMPTY);
  private slots = new Int32Array(1024);
  private mask = 1023;
  private used = 0;

  /** The number kept for an id, −1 for none. Ids are whole numbers >= 0. */
  get(id: number): number {
    const at = this.find(id);
    return at < 0 ? -1 : this.slots[at];
  }

  /** Adds an id that is not there. */
  add(id: number, slot: number): void {
    if (2 * ++this.used > this.mask) this.grow();
    this.place(id, slot);
  }

  /** Takes an id out. */
  remove(id: number): void {
    const { ids, slots, mask } = this;
    let hole = this.find(id);
    if (hole < 0) return;
    this.used--;
    for (let at = (hole + 1) & mask; ids[at] !== EMPTY && ((ids[at] >>> 0) & mask) !== at; ) {
      ids[hole] = ids[at];
      slots[hole] = slots[at];
      hole = at;
      at = (at + 1) & mask;
    }
    ids[hole] = EMPTY;
  }

  private find(id: number): number {
    const { ids, mask } = this;
    let at = (id >>> 0) & mask;
    for (let distance = 0; ids[at] !== EMPTY; distance++) {
      if (ids[at] === id) return at;
      // Who stands here is nearer to home than the id would be: it would have taken the place.
      if (((at - (ids[at] >>> 0)) & mask) < distance) return -1;
      at = (at + 1) & mask;
    }
    return -1;
  }

  private place(newId: number, newSlot: number): void {
    const { ids, slots, mask } = this;
    let id = newId;
    let slot = newSlot;
    let at = (id >>> 0) & mask;
    for (let distance = 0; ids[at] !== EMPTY; distance++) {
      const other = (at - (ids[at] >>> 0)) & mask;
      if (other < distance) {
        const [pushedId, pushedSlot] = [ids[at], slots[at]];
        ids[at] = id;
        slots[at] = slot;
        id = pushedId;
        slot = pushedSlot;
        distance = other;
      }
      at = (at + 1) & mask;
    }
    ids[at] = id;
    slots[at] = slot;
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
