/** A binary heap of servers by a column of keys: the least in O(1), a changed key in O(log n). */

export class IndexHeap {
  private readonly key: Float64Array;
  private order: number[] = [];

  /** @param key by server; the caller may change keys of servers outside the heap only, or rebuild */
  constructor(key: Float64Array) {
    this.key = key;
  }

  get size(): number {
    return this.order.length;
  }

  get least(): number {
    return this.order[0];
  }

  rebuild(members: readonly number[]): void {
    this.order = [...members];
    for (let at = (this.order.length >> 1) - 1; at >= 0; at--) this.sink(at);
  }

  /** Adds to the key of the least. */
  raiseLeast(by: number): void {
    this.key[this.order[0]] += by;
    this.sink(0);
  }

  private sink(from: number): void {
    const { order, key } = this;
    const server = order[from];
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= order.length) break;
      if (child + 1 < order.length && key[order[child + 1]] < key[order[child]]) child++;
      if (key[order[child]] >= key[server]) break;
      order[at] = order[child];
      at = child;
    }
    order[at] = server;
  }
}
