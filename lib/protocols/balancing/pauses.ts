/** What waits for a time of its own: the earliest first, of equal times the one that was put in first. */

interface Entry<T> {
  readonly at: number;
  readonly order: number;
  readonly item: T;
}

const isBefore = <T>(a: Entry<T>, b: Entry<T>): boolean =>
  a.at < b.at || (a.at === b.at && a.order < b.order);

/** A binary heap: pauses before retries are drawn, so that a later one may end earlier. */
export class Pauses<T> {
  private readonly heap: Entry<T>[] = [];
  private put = 0;

  get length(): number {
    return this.heap.length;
  }

  /** When the first one ends; there must be one. */
  get first(): number {
    return this.heap[0].at;
  }

  push(at: number, item: T): void {
    const { heap } = this;
    let hole = heap.length;
    const entry = { at, order: this.put++, item };
    heap.push(entry);
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (!isBefore(entry, heap[parent])) break;
      heap[hole] = heap[parent];
      hole = parent;
    }
    heap[hole] = entry;
  }

  /** Takes the first one; there must be one. */
  shift(): T {
    const { heap } = this;
    const { item } = heap[0];
    const last = heap.pop() as Entry<T>;
    const { length } = heap;
    if (length === 0) return item;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= length) break;
      if (child + 1 < length && isBefore(heap[child + 1], heap[child])) child++;
      if (!isBefore(heap[child], last)) break;
      heap[hole] = heap[child];
      hole = child;
    }
    heap[hole] = last;
    return item;
  }
}
