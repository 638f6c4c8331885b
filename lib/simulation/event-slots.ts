/**
 * Event records in columns, reused: the queue holds a slot number, the columns say what happens.
 *
 * Columns of typed arrays keep the garbage collector out of the event loop; only the message itself is an object.
 */

/** A message's last bit reaches a port. */
export const MESSAGE = 0;
/** A message has passed the ingress port and reaches the processor. */
export const PASSED = 1;
/** A processor with several cores has finished taking a job in. */
export const TAKEN_IN = 2;
/** A core becomes free after the sends of its job. */
export const CORE_FREE = 3;
/** A timer may be due. */
export const TIMER = 4;
/** A disk write ends. */
export const WRITTEN = 5;
/** A client's request reaches a node's port. */
export const REQUEST = 6;
/** A request has passed the ingress port. */
export const REQUEST_PASSED = 7;
/** An answer reaches its client. */
export const ANSWER = 8;
/** A refusal reaches its client. */
export const REFUSAL = 9;
/** A closed-loop client has finished thinking. */
export const THOUGHT = 10;
/** A client gives up waiting. */
export const TIMEOUT = 11;

/** A fault begins or ends. */
export const FAULT = 12;
/** A client without an answer asks again. */
export const RETRY = 13;
/** What a crash left behind: nothing happens. */
export const DEAD = 14;

const FIRST_CAPACITY = 256;
const NONE = -1;
/** Slots of which a copy every few thousand events costs nothing. */
const SMALL = 2 ** 14;

/** Whole-number columns of a slot, side by side so that one event touches one cache line. */
export const TYPE = 0;
export const TO = 1;
export const FROM = 2;
/** The chain of causes this event continues, when a tracer is on. */
export const TRACE = 3;
/** `ints[slot * INTS + TYPE]` and so on. */
export const INTS = 4;

/** Real-number columns. */
export const BYTES = 0;
/** When the first bit reaches the port; other events keep a time or value of theirs here. */
export const FIRST_BIT = 1;
export const REALS = 2;

export class EventSlots {
  ints = new Int32Array(FIRST_CAPACITY * INTS);
  reals = new Float64Array(FIRST_CAPACITY * REALS);
  body: (object | null)[] = new Array<object | null>(FIRST_CAPACITY).fill(null);
  private capacity = FIRST_CAPACITY;
  /** Idle slots are linked: the first, then by their TRACE column, −1 at the end. */
  private free = NONE;

  constructor() {
    this.addFree(0, FIRST_CAPACITY);
  }

  /** Takes a slot; `bytes` and `firstBit` fill its real columns. */
  take(type: number, to: number, from: number, body: object | null, bytes: number, firstBit: number): number {
    if (this.free === NONE) this.grow();
    const slot = this.free;
    const { ints, reals } = this;
    this.free = ints[slot * INTS + TRACE];
    ints[slot * INTS] = type;
    ints[slot * INTS + TO] = to;
    ints[slot * INTS + FROM] = from;
    reals[slot * REALS] = bytes;
    reals[slot * REALS + FIRST_BIT] = firstBit;
    this.body[slot] = body;
    return slot;
  }

  /** Takes a slot for a message whose size and first bit nobody asks for. */
  takeMessage(to: number, from: number, body: object): number {
    if (this.free === NONE) this.grow();
    const slot = this.free;
    const { ints } = this;
    const at = slot * INTS;
    this.free = ints[at + TRACE];
    ints[at + TYPE] = MESSAGE;
    ints[at + TO] = to;
    ints[at + FROM] = from;
    this.body[slot] = body;
    return slot;
  }

  give(slot: number): void {
    this.ints[slot * INTS + TRACE] = this.free;
    this.free = slot;
  }

  /**
   * Every now and then the array of messages is made anew: into an old one the collector must note each store of a young
   * message, which takes a run a twentieth of its time.
   */
  renew(): void {
    if (this.capacity <= SMALL) this.body = this.body.slice();
  }

  type(slot: number): number {
    return this.ints[slot * INTS];
  }

  setType(slot: number, type: number): void {
    this.ints[slot * INTS] = type;
  }

  /** How many of the slots in use satisfy a condition on their type. */
  count(wanted: (type: number, slot: number) => boolean): number {
    const idle = new Uint8Array(this.capacity);
    for (let slot = this.free; slot !== NONE; slot = this.ints[slot * INTS + TRACE]) idle[slot] = 1;
    let found = 0;
    for (let slot = 0; slot < idle.length; slot++)
      if (idle[slot] === 0 && wanted(this.type(slot), slot)) found++;
    return found;
  }

  private grow(): void {
    const old = this.capacity;
    this.capacity = 2 * old;
    this.ints = grown(this.ints, new Int32Array(this.capacity * INTS));
    this.reals = grown(this.reals, new Float64Array(this.capacity * REALS));
    for (let i = old; i < this.capacity; i++) this.body.push(null);
    this.addFree(old, this.capacity);
  }

  /** Links slots so that the lowest is taken first. */
  private addFree(from: number, to: number): void {
    for (let slot = to - 1; slot >= from; slot--) this.give(slot);
  }
}

function grown<A extends Int32Array | Float64Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
