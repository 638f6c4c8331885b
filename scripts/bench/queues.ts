/** Event queues that were tried beside `lib/core/event-queue.ts`: heaps and a sorted array, all with ties by order. */

/** What the hold loop needs of a queue. Payloads are integers below 2^20. */
export interface BareQueue {
  time: number;
  push(time: number, payload: number): void;
  pop(): number;
}

/** Sequence number and payload in one number: ties by sequence, payload by remainder. */
const PAYLOADS = 1 << 20;
const FIRST_LENGTH = 1 << 15;

/** Binary heap, times and tags in an array each. */
export class BinaryHeap implements BareQueue {
  time = 0;
  private size = 0;
  private sequence = 0;
  private readonly times = new Float64Array(FIRST_LENGTH);
  private readonly tags = new Float64Array(FIRST_LENGTH);

  push(time: number, payload: number): void {
    const { times, tags } = this;
    let hole = this.size++;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (times[parent] <= time) break;
      times[hole] = times[parent];
      tags[hole] = tags[parent];
      hole = parent;
    }
    times[hole] = time;
    tags[hole] = this.sequence++ * PAYLOADS + payload;
  }

  pop(): number {
    const { times, tags } = this;
    const first = tags[0];
    this.time = times[0];
    const size = --this.size;
    const time = times[size];
    const tag = tags[size];
    let hole = 0;
    for (let child = 1; child < size; child = 2 * hole + 1) {
      const right = child + 1;
      if (right < size) {
        const a = times[child];
        const b = times[right];
        if (b < a || (b === a && tags[right] < tags[child])) child = right;
      }
      const least = times[child];
      if (least > time || (least === time && tags[child] > tag)) break;
      times[hole] = least;
      tags[hole] = tags[child];
      hole = child;
    }
    times[hole] = time;
    tags[hole] = tag;
    return first % PAYLOADS;
  }
}

/** Binary heap, time and tag side by side in one array. */
export class InterleavedHeap implements BareQueue {
  time = 0;
  private size = 0;
  private sequence = 0;
  private readonly cells = new Float64Array(2 * FIRST_LENGTH);

  push(time: number, payload: number): void {
    const { cells } = this;
    let hole = this.size++;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (cells[2 * parent] <= time) break;
      cells[2 * hole] = cells[2 * parent];
      cells[2 * hole + 1] = cells[2 * parent + 1];
      hole = parent;
    }
    cells[2 * hole] = time;
    cells[2 * hole + 1] = this.sequence++ * PAYLOADS + payload;
  }

  pop(): number {
    const { cells } = this;
    const first = cells[1];
    this.time = cells[0];
    const size = --this.size;
    const time = cells[2 * size];
    const tag = cells[2 * size + 1];
    let hole = 0;
    for (let child = 1; child < size; child = 2 * hole + 1) {
      if (child + 1 < size) {
        const a = cells[2 * child];
        const b = cells[2 * child + 2];
        if (b < a || (b === a && cells[2 * child + 3] < cells[2 * child + 1])) child++;
      }
      const least = cells[2 * child];
      if (least > time || (least === time && cells[2 * child + 1] > tag)) break;
      cells[2 * hole] = least;
      cells[2 * hole + 1] = cells[2 * child + 1];
      hole = child;
    }
    cells[2 * hole] = time;
    cells[2 * hole + 1] = tag;
    return first % PAYLOADS;
  }
}

/** Binary heap whose root stays open after a pop, for the next push to fill: one sift instead of two. */
export class OpenRootHeap implements BareQueue {
  time = 0;
  private size = 0;
  private sequence = 0;
  private open = false;
  private readonly times = new Float64Array(FIRST_LENGTH);
  private readonly tags = new Float64Array(FIRST_LENGTH);

  push(time: number, payload: number): void {
    const tag = this.sequence++ * PAYLOADS + payload;
    if (this.open) {
      this.open = false;
      this.size++;
      this.siftDown(time, tag);
      return;
    }
    const { times, tags } = this;
    let hole = this.size++;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (times[parent] <= time) break;
      times[hole] = times[parent];
      tags[hole] = tags[parent];
      hole = parent;
    }
    times[hole] = time;
    tags[hole] = tag;
  }

  pop(): number {
    if (this.open) this.siftDown(this.times[this.size], this.tags[this.size]);
    this.open = true;
    this.size--;
    this.time = this.times[0];
    return this.tags[0] % PAYLOADS;
  }

  private siftDown(time: number, tag: number): void {
    const { times, tags, size } = this;
    let hole = 0;
    for (let child = 1; child < size; child = 2 * hole + 1) {
      const right = child + 1;
      if (right < size) {
        const a = times[child];
        const b = times[right];
        if (b < a || (b === a && tags[right] < tags[child])) child = right;
      }
      const least = times[child];
      if (least > time || (least === time && tags[child] > tag)) break;
      times[hole] = least;
      tags[hole] = tags[child];
      hole = child;
    }
    times[hole] = time;
    tags[hole] = tag;
  }
}

/** Heap of four children a node. */
export class FourAryHeap implements BareQueue {
  time = 0;
  private size = 0;
  private sequence = 0;
  private readonly times = new Float64Array(FIRST_LENGTH);
  private readonly tags = new Float64Array(FIRST_LENGTH);

  push(time: number, payload: number): void {
    const { times, tags } = this;
    let hole = this.size++;
    while (hole > 0) {
      const parent = (hole - 1) >> 2;
      if (times[parent] <= time) break;
      times[hole] = times[parent];
      tags[hole] = tags[parent];
      hole = parent;
    }
    times[hole] = time;
    tags[hole] = this.sequence++ * PAYLOADS + payload;
  }

  pop(): number {
    const { times, tags } = this;
    const first = tags[0];
    this.time = times[0];
    const size = --this.size;
    const time = times[size];
    const tag = tags[size];
    let hole = 0;
    for (let child = 1; child < size; child = 4 * hole + 1) {
      const end = child + 4 < size ? child + 4 : size;
      let at = child;
      let least = times[child];
      for (let k = child + 1; k < end; k++) {
        const candidate = times[k];
        if (candidate < least || (candidate === least && tags[k] < tags[at])) {
          least = candidate;
          at = k;
        }
      }
      if (least > time || (least === time && tags[at] > tag)) break;
      times[hole] = least;
      tags[hole] = tags[at];
      hole = at;
    }
    times[hole] = time;
    tags[hole] = tag;
    return first % PAYLOADS;
  }
}

/** Sorted array, latest first: insertion moves what is earlier. */
export class SortedArray implements BareQueue {
  time = 0;
  private size = 0;
  private readonly times = new Float64Array(FIRST_LENGTH);
  private readonly payloads = new Int32Array(FIRST_LENGTH);

  push(time: number, payload: number): void {
    const { times, payloads } = this;
    let i = this.size++;
    while (i > 0 && times[i - 1] <= time) {
      times[i] = times[i - 1];
      payloads[i] = payloads[i - 1];
      i--;
    }
    times[i] = time;
    payloads[i] = payload;
  }

  pop(): number {
    const i = --this.size;
    this.time = this.times[i];
    return this.payloads[i];
  }
}
