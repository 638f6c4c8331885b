/**
 * Processors with several cores: one FIFO queue a node, `cores` servers.
 *
 * With more than one core, jobs overtake one another, so taking a job in ends with an event of its own, and its
 * event slot says TAKEN_IN meanwhile. What the job was, and when, stands in columns here, by slot.
 */
import { type EventSlots, MESSAGE, PASSED, TAKEN_IN } from "./event-slots.ts";

const FIRST_CAPACITY = 256;

export class Cores {
  /** By slot: the job's own event type, when it reached the port, was offered to the processor, and was begun. */
  type = new Uint8Array(FIRST_CAPACITY);
  arrived = new Float64Array(FIRST_CAPACITY);
  offered = new Float64Array(FIRST_CAPACITY);
  begun = new Float64Array(FIRST_CAPACITY);
  /** When taking it in ends. */
  ends = new Float64Array(FIRST_CAPACITY);
  private readonly perNode: number;
  private readonly idle: Int32Array;
  private readonly queues: readonly number[][];
  private readonly heads: Int32Array;

  constructor(nodes: number, cores: number) {
    this.perNode = cores;
    this.idle = new Int32Array(nodes).fill(cores);
    this.queues = Array.from({ length: nodes }, () => []);
    this.heads = new Int32Array(nodes);
  }

  /** Notes what a slot is when it is offered to a processor. */
  note(slot: number, type: number, arrived: number, now: number): void {
    if (slot >= this.type.length) this.grow(slot);
    this.type[slot] = type;
    this.arrived[slot] = arrived;
    this.offered[slot] = now;
  }

  /** Takes a core of a node; false when all are busy. */
  take(node: number): boolean {
    if (this.idle[node] === 0) return false;
    this.idle[node]--;
    return true;
  }

  wait(node: number, slot: number): void {
    this.queues[node].push(slot);
  }

  /** A core has come free: the job it turns to, or −1 when none waits. */
  next(node: number): number {
    const queue = this.queues[node];
    const head = this.heads[node];
    if (head === queue.length) {
      this.idle[node]++;
      return -1;
    }
    this.heads[node] = head + 1;
    const slot = queue[head];
    if (head > 1024 && head * 2 > queue.length) {
      queue.splice(0, head + 1);
      this.heads[node] = 0;
    }
    return slot;
  }

  /** The processor of a node begins anew, all cores idle; returns the jobs that waited. */
  reset(node: number): number[] {
    const waited = this.queues[node].slice(this.heads[node]);
    this.queues[node].length = 0;
    this.heads[node] = 0;
    this.idle[node] = this.perNode;
    return waited;
  }

  /** Messages being taken in; those still waiting keep their own type in the slots. */
  messages(slots: EventSlots): number {
    return slots.count(
      (type, slot) => type === TAKEN_IN && (this.type[slot] === MESSAGE || this.type[slot] === PASSED),
    );
  }

  private grow(slot: number): void {
    const wider = <A extends Uint8Array | Float64Array>(from: A, to: A): A => {
      to.set(from);
      return to;
    };
    const size = Math.max(2 * this.type.length, slot + 1);
    this.type = wider(this.type, new Uint8Array(size));
    this.arrived = wider(this.arrived, new Float64Array(size));
    this.offered = wider(this.offered, new Float64Array(size));
    this.begun = wider(this.begun, new Float64Array(size));
    this.ends = wider(this.ends, new Float64Array(size));
  }
}
