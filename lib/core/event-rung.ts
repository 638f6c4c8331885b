/**
 * One rung of the event queue's ladder: buckets of equal width over a span of times (see `event-queue.ts`).
 *
 * A bucket is the head of a linked list whose nodes the queue keeps. Which bucket a time belongs to is a monotone
 * function of the time, rounding included, so buckets never disagree with the order of the times in them.
 */

/** The end of a list of nodes. */
const NIL = -1;

/** Buckets per event: few empty ones to skip, few events in each. */
const BUCKETS_PER_EVENT = 2;

/** A span of times cut into buckets. */
export class EventRung {
  /** Times below this belong here, or to an earlier rung; -Infinity: none do. */
  max = Number.NEGATIVE_INFINITY;
  /** The list of each bucket, newest node first. */
  head = new Int32Array(256).fill(NIL);
  /** Events in all buckets together. */
  count = 0;
  /** Buckets before this one are used up. */
  next = 0;
  private start = 0;
  private bucketsPerSecond = 0;
  /** The bucket behind the regular ones; it may be emptied and filled again. */
  private spare = 0;

  /** Prepares the empty rung for `count` events in [min, max]; false when no bucket width tells them apart. */
  open(min: number, max: number, count: number): boolean {
    const buckets = BUCKETS_PER_EVENT * count;
    const rate = buckets / (max - min);
    if (!(rate > 0 && rate < Number.POSITIVE_INFINITY)) return false;
    // Bucket `buckets` holds max itself; the spare one comes after it.
    let length = this.head.length;
    if (length < buckets + 2) {
      while (length < buckets + 2) length *= 2;
      this.head = new Int32Array(length).fill(NIL);
    }
    this.start = min;
    this.max = max;
    this.bucketsPerSecond = rate;
    this.spare = buckets + 1;
    this.next = 0;
    this.count = 0;
    return true;
  }

  /** The bucket for a time below `max`. Where the right one is used up it is the next: later ones hold later times. */
  bucketOf(time: number): number {
    const x = (time - this.start) * this.bucketsPerSecond;
    return x > this.next ? x | 0 : this.next;
  }

  /** Takes the list of the earliest bucket in use; only when `count` is not 0. The caller lowers `count`. */
  takeFirst(): number {
    const head = this.head;
    let b = this.next;
    while (head[b] === NIL) b++;
    const list = head[b];
    head[b] = NIL;
    this.next = b < this.spare ? b + 1 : b;
    return list;
  }
}
