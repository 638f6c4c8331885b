/** A queue in an array: both ends in constant time, room for what is in it and no more than twice that. */

const LEAST_CUT = 256;

export class Fifo<T> {
  private items: T[] = [];
  private head = 0;

  get length(): number {
    return this.items.length - this.head;
  }

  /** The item that would be shifted next; there must be one. */
  get first(): T {
    return this.items[this.head];
  }

  push(item: T): void {
    this.items.push(item);
  }

  /** Puts an item before the oldest. */
  unshift(item: T): void {
    if (this.head > 0) this.items[--this.head] = item;
    else this.items.unshift(item);
  }

  /** Takes the oldest; there must be one. */
  shift(): T {
    const item = this.items[this.head++];
    if (this.head === this.items.length) {
      this.items.length = 0;
      this.head = 0;
    } else if (this.head >= LEAST_CUT && 2 * this.head > this.items.length) {
      this.items.splice(0, this.head);
      this.head = 0;
    }
    return item;
  }

  /** Takes out the first for which `wanted` is true; null when there is none. Linear. */
  remove(wanted: (item: T) => boolean): T | null {
    for (let at = this.head; at < this.items.length; at++)
      if (wanted(this.items[at])) return this.items.splice(at, 1)[0];
    return null;
  }
}
