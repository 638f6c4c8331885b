/**
 * The queue of pending events: earliest time first, events of equal time in the order in which they were pushed.
 *
 * It is a ladder queue (W. T. Tang, R. S. M. Goh, I. L.-J. Thng, "Ladder queue: an O(1) priority queue structure
 * for large-scale discrete event simulation", ACM TOMACS 15(3), 2005) with a sorted short array in front:
 *
 * - *near*: the next few events, sorted. As long as no more than `CROWDED` events are pending it holds all of them and
 *   is an insertion sort from the nearer end, which at that size beats every heap.
 * - *rungs*: buckets of equal width. Each rung but the first cuts one crowded bucket of the rung before it, so the
 *   last rung is the earliest.
 * - *far*: everything later than the first rung, in one unsorted list. When the rungs are used up it becomes the next
 *   first rung.
 *
 * Lists are newest first and every move keeps the order of equal times, so no sequence number is stored, compared or
 * able to overflow. Push and pop cost O(1) amortised, whatever the number of pending events. A cluster of times too
 * narrow for `DEPTH` nested rungs is sorted as a whole.
 */
import { DomainError, show, UsageError } from "./errors.ts";
import { EventRung } from "./event-rung.ts";

/** The end of a list; not imported: a constant of another module is a call where modules are CommonJS. */
const NIL = -1;
/** Near events above which a push cuts the near array into a rung. */
const CROWDED = 96;
/** Events of one bucket (or of the far list) that are sorted in place; more become a rung of their own. */
const SPLIT = 32;
/** Most rungs one below another; each divides a width by at least 64, and 64^12 is past a number's precision. */
const DEPTH = 12;
/** Near events later than the first by this many times the median's distance are put behind. */
const FAR = 16;
/** First length of the near array: long enough that its drift is corrected only once in hundreds of pushes. */
const NEAR_LENGTH = 1024;

/** Stands for "no rung": no time is below its maximum. */
const NO_RUNG = new EventRung();

/**
 * Pending events by time; equal times come out in the order of their pushes.
 *
 * `payload` is any 32-bit integer, usually an index into the caller's event records. Times are finite numbers in any
 * unit; they may be pushed in any order, also before an event already popped.
 *
 * @example
 * ((queue) => [queue.push(2, 20), queue.push(1, 10), queue.push(1, 11), queue.pop(), queue.pop(), queue.peekTime()].slice(3))(new EventQueue()); // => [10, 11, 2]
 */
export class EventQueue {
  /** The time of the event popped last. Read only for callers. */
  time = 0;

  /** Events in the rungs and the far list; the near ones are told by where they stand. */
  private behind = 0;

  // The near events stand in [nearStart, nearEnd), earliest first.
  private nearTime = new Float64Array(NEAR_LENGTH);
  private nearPayload = new Int32Array(NEAR_LENGTH);
  private nearStart = NEAR_LENGTH >> 1;
  private nearEnd = NEAR_LENGTH >> 1;
  /** Times below this go to the near array: nothing in it is later, nothing outside it is earlier. */
  private nearMax = Number.POSITIVE_INFINITY;

  private readonly rungs: EventRung[] = [];
  private depth = 0;
  /** The earliest rung, `rungs[depth - 1]`. */
  private rung = NO_RUNG;

  private far = NIL;
  private farCount = 0;
  private farMin = Number.POSITIVE_INFINITY;
  private farMax = Number.NEGATIVE_INFINITY;

  // The list nodes of rungs and far list: parallel arrays, unused ones linked from `free`.
  private nodeTime = new Float64Array(0);
  private nodePayload = new Int32Array(0);
  private nodeNext = new Int32Array(0);
  private free = NIL;

  /** How many events are pending. */
  get size(): number {
    return this.nearEnd - this.nearStart + this.behind;
  }

  /**
   * Adds one event.
   *
   * @throws DomainError when the time is NaN or Infinity, or the payload is no 32-bit integer
   */
  push(time: number, payload: number): void {
    if (payload !== (payload | 0)) refusePayload(payload);
    const { nearTime: times, nearPayload: payloads, nearStart: start, nearEnd: end } = this;
    // Rare: behind the near events, among too many of them, at the end of their memory, or in their earlier half.
    if (
      !(time < this.nearMax) ||
      end - start >= CROWDED ||
      end === times.length ||
      (start < end && time < times[(start + end) >> 1])
    ) {
      this.pushRare(time, payload);
      return;
    }
    // Sorted insertion by moving the later events one place up.
    let i = end;
    while (i > start) {
      const before = times[i - 1];
      if (before <= time) break;
      times[i] = before;
      payloads[i] = payloads[i - 1];
      i--;
    }
    times[i] = time;
    payloads[i] = payload;
    this.nearEnd = end + 1;
  }

  private pushRare(time: number, payload: number): void {
    const { nearStart: start, nearEnd: end } = this;
    if (!(time < this.nearMax)) this.pushBehind(time, payload);
    // The start never drifts down to 0: it falls by one a push, and rises by one a pop of what was pushed.
    else if (end - start >= CROWDED || end === this.nearTime.length) this.pushCrowded(time, payload);
    else this.insertFromStart(time, payload);
  }

  /**
   * Removes the earliest event and returns its payload; its time is then in `time`.
   *
   * @throws UsageError when the queue is empty
   */
  pop(): number {
    if (this.nearStart === this.nearEnd) this.refill();
    const i = this.nearStart++;
    this.time = this.nearTime[i];
    return this.nearPayload[i];
  }

  /**
   * Removes the earliest event if its time is before `limit` and not after `last`, and returns its payload; its time is
   * then in `time`. Otherwise −1. A look and a pop in one step, for callers whose payloads are not negative.
   */
  popBefore(limit: number, last: number): number {
    const i = this.nearStart;
    if (i === this.nearEnd) {
      if (this.behind === 0) return -1;
      this.refill();
      return this.popBefore(limit, last);
    }
    const time = this.nearTime[i];
    if (time >= limit || time > last) return -1;
    this.nearStart = i + 1;
    this.time = time;
    return this.nearPayload[i];
  }

  /** The time of the earliest event without removing it; Infinity when the queue is empty. */
  peekTime(): number {
    if (this.nearStart === this.nearEnd) {
      if (this.behind === 0) return Number.POSITIVE_INFINITY;
      this.refill();
    }
    return this.nearTime[this.nearStart];
  }

  /** Sorted insertion by moving the earlier events one place down, equal ones too; some near event must be later. */
  private insertFromStart(time: number, payload: number): void {
    const { nearTime: times, nearPayload: payloads } = this;
    let i = --this.nearStart;
    while (times[i + 1] <= time) {
      times[i] = times[i + 1];
      payloads[i] = payloads[i + 1];
      i++;
    }
    times[i] = time;
    payloads[i] = payload;
  }

  /** A push to the earliest rung whose span holds the time, or to the far list. */
  private pushBehind(time: number, payload: number): void {
    if (!(time < Number.POSITIVE_INFINITY)) {
      throw new DomainError(`event queue: time must be finite, got ${show(time)}`);
    }
    this.behind++;
    const k = this.node(time, payload);
    let rung = this.rung;
    for (let d = this.depth - 2; d >= 0 && time >= rung.max; d--) rung = this.rungs[d];
    if (time < rung.max) {
      this.link(rung, k);
      return;
    }
    this.nodeNext[k] = this.far;
    this.far = k;
    this.farCount++;
    if (time < this.farMin) this.farMin = time;
    if (time > this.farMax) this.farMax = time;
  }

  /** A push into a near array that is full, or has drifted to the end of its memory. */
  private pushCrowded(time: number, payload: number): void {
    const count = this.nearEnd - this.nearStart;
    this.centreNear(count + 1);
    if (count < CROWDED) {
      this.shedTail();
      this.push(time, payload);
      return;
    }
    // Whatever is not before the last near event may as well wait behind; so a burst of equal times costs O(1) each.
    this.nearMax = this.nearTime[this.nearEnd - 1];
    if (time >= this.nearMax) {
      this.pushBehind(time, payload);
      return;
    }
    if (!this.openRung(this.nearTime[this.nearStart], this.nearMax, count)) {
      this.insertFromStart(time, payload);
      return;
    }
    this.behind += count;
    for (let i = this.nearStart; i < this.nearEnd; i++) {
      this.link(this.rung, this.node(this.nearTime[i], this.nearPayload[i]));
    }
    this.nearStart = this.nearEnd;
    this.nearMax = Number.NEGATIVE_INFINITY;
    this.pushBehind(time, payload);
  }

  /**
   * Puts behind what is far later than the rest, timers mostly, which each push would move. Called once in hundreds.
   */
  private shedTail(): void {
    const { nearTime: times, nearPayload: payloads, nearStart: start, nearEnd: end } = this;
    // Of equal times the ones behind are the later pushed: none of those may go in front of them.
    if (end === start || times[end - 1] >= this.nearMax) return;
    const first = times[start];
    const horizon = first + FAR * (times[(start + end) >> 1] - first);
    let cut = end;
    while (times[cut - 1] > horizon) cut--;
    if (cut === end) return;
    this.nearEnd = cut;
    this.nearMax = times[cut];
    for (let i = cut; i < end; i++) this.pushBehind(times[i], payloads[i]);
  }

  /** Moves the earliest bucket into the (empty) near array, cutting it first where it is crowded. */
  private refill(): void {
    if (this.behind === 0) throw new UsageError("event queue: pop must follow a push, got an empty queue");
    for (;;) {
      if (this.depth === 0) {
        const count = this.farCount;
        const opened = count > SPLIT && this.openRung(this.farMin, this.farMax, count);
        const list = this.takeFar();
        if (!opened) {
          this.drain(list, count);
          // Nothing is left behind, so all times are near: a small queue lives here alone.
          this.nearMax = Number.POSITIVE_INFINITY;
          return;
        }
        this.scatter(list);
      }
      const rung = this.rung;
      if (rung.count === 0) {
        this.depth--;
        this.rung = this.depth === 0 ? NO_RUNG : this.rungs[this.depth - 1];
        continue;
      }
      const list = rung.takeFirst();
      let count = 0;
      for (let k = list; k !== NIL; k = this.nodeNext[k]) count++;
      rung.count -= count;
      if (count > SPLIT && this.splitList(list, count)) continue;
      this.drain(list, count);
      this.nearMax = this.nearTime[this.nearEnd - 1];
      return;
    }
  }

  /** Makes a rung of a list; false when no rung can tell its times apart. */
  private splitList(list: number, count: number): boolean {
    let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let k = list; k !== NIL; k = this.nodeNext[k]) {
      min = Math.min(min, this.nodeTime[k]);
      max = Math.max(max, this.nodeTime[k]);
    }
    if (!this.openRung(min, max, count)) return false;
    this.scatter(list);
    return true;
  }

  /** Opens an empty rung below the present one; false when the depth or the span forbids it. */
  private openRung(min: number, max: number, count: number): boolean {
    if (this.depth === DEPTH) return false;
    if (this.depth === this.rungs.length) this.rungs.push(new EventRung());
    const rung = this.rungs[this.depth];
    if (!rung.open(min, max, count)) return false;
    this.rung = rung;
    this.depth++;
    return true;
  }

  private link(rung: EventRung, k: number): void {
    const b = rung.bucketOf(this.nodeTime[k]);
    this.nodeNext[k] = rung.head[b];
    rung.head[b] = k;
    rung.count++;
  }

  /** Spreads a list over the present rung: oldest first, because the newest must come to stand first again. */
  private scatter(list: number): void {
    let oldest = NIL;
    for (let k = list; k !== NIL; ) {
      const after = this.nodeNext[k];
      this.nodeNext[k] = oldest;
      oldest = k;
      k = after;
    }
    for (let k = oldest; k !== NIL; ) {
      const after = this.nodeNext[k];
      this.link(this.rung, k);
      k = after;
    }
  }

  /** Sorts a list into the empty near array and frees its nodes. */
  private drain(list: number, count: number): void {
    if (this.nearTime.length < 4 * count) this.centreNear(count);
    this.nearStart = this.nearEnd = (this.nearTime.length - count) >> 1;
    this.behind -= count;
    if (list === NIL) return;
    if (count > SPLIT) this.sortAll(list, count);
    else this.insertAll(list);
    let last = list;
    while (this.nodeNext[last] !== NIL) last = this.nodeNext[last];
    this.nodeNext[last] = this.free;
    this.free = list;
  }

  private insertAll(list: number): void {
    const { nearTime: times, nearPayload: payloads, nearStart: start } = this;
    let end = start;
    // Newest first, so an older event of equal time goes before those already there.
    for (let k = list; k !== NIL; k = this.nodeNext[k]) {
      const time = this.nodeTime[k];
      let i = end++;
      while (i > start && times[i - 1] >= time) {
        times[i] = times[i - 1];
        payloads[i] = payloads[i - 1];
        i--;
      }
      times[i] = time;
      payloads[i] = this.nodePayload[k];
    }
    this.nearEnd = end;
  }

  private sortAll(list: number, count: number): void {
    const nodes = new Array<number>(count);
    let n = count;
    for (let k = list; k !== NIL; k = this.nodeNext[k]) nodes[--n] = k;
    // The sort is stable and begins with the oldest first.
    nodes.sort((a, b) => this.nodeTime[a] - this.nodeTime[b]);
    for (const k of nodes) {
      this.nearTime[this.nearEnd] = this.nodeTime[k];
      this.nearPayload[this.nearEnd++] = this.nodePayload[k];
    }
  }

  /** Moves the near events to the middle of memory that holds `count` of them twice. */
  private centreNear(count: number): void {
    const { nearTime: times, nearPayload: payloads, nearStart: start, nearEnd: end } = this;
    if (times.length < 4 * count) {
      this.nearTime = new Float64Array(8 * count);
      this.nearPayload = new Int32Array(8 * count);
    }
    const to = (this.nearTime.length - (end - start)) >> 1;
    this.nearStart = to;
    this.nearEnd = to + end - start;
    if (to > start) {
      this.nearTime.set(times.subarray(start, end), to);
      this.nearPayload.set(payloads.subarray(start, end), to);
      return;
    }
    // The usual case, after some hundred pushes: a few dozen moves, cheaper than making views.
    for (let i = 0; i < end - start; i++) {
      this.nearTime[to + i] = times[start + i];
      this.nearPayload[to + i] = payloads[start + i];
    }
  }

  private takeFar(): number {
    const list = this.far;
    this.far = NIL;
    this.farCount = 0;
    this.farMin = Number.POSITIVE_INFINITY;
    this.farMax = Number.NEGATIVE_INFINITY;
    return list;
  }

  /** A node, not yet linked, for one event. */
  private node(time: number, payload: number): number {
    if (this.free === NIL) this.growNodes();
    const k = this.free;
    this.free = this.nodeNext[k];
    this.nodeTime[k] = time;
    this.nodePayload[k] = payload;
    return k;
  }

  private growNodes(): void {
    const { nodeTime, nodePayload, nodeNext } = this;
    const [first, length] = [nodeTime.length, Math.max(256, 2 * nodeTime.length)];
    this.nodeTime = new Float64Array(length);
    this.nodeTime.set(nodeTime);
    this.nodePayload = new Int32Array(length);
    this.nodePayload.set(nodePayload);
    this.nodeNext = new Int32Array(length);
    this.nodeNext.set(nodeNext);
    for (let k = first; k < length; k++) this.nodeNext[k] = k + 1 === length ? NIL : k + 1;
    this.free = first;
  }
}

function refusePayload(payload: number): never {
  throw new DomainError(`event queue: payload must be a 32-bit integer, got ${show(payload)}`);
}
