/** Zones of the monitor in flat columns: a zone is a slot, slots are used again. */

/** No slot, no id. */
export const NONE = -1;

const FIRST = 1024;

export class ZoneColumns {
  /** First end of an operation on the value, in seconds; Infinity as long as none is known. */
  since: Float64Array = new Float64Array(FIRST);
  /** Last beginning of an operation on the value, in seconds. */
  until: Float64Array = new Float64Array(FIRST);
  /** Ids of the operations that ended first and began last. */
  sinceId: Float64Array = new Float64Array(FIRST);
  untilId: Float64Array = new Float64Array(FIRST);
  /** When the write began, NaN until its row has come. */
  began: Float64Array = new Float64Array(FIRST);
  value: Float64Array = new Float64Array(FIRST);
  key: Int32Array = new Int32Array(FIRST);
  /** The next zone of the same key, `NONE` for the last; a zone on no list points to itself. */
  next: Int32Array = new Int32Array(FIRST);
  private readonly free: number[] = [];
  private used = 0;

  take(): number {
    const freed = this.free.pop();
    if (freed !== undefined) return freed;
    if (this.used === this.since.length) this.grow();
    return this.used++;
  }

  give(slot: number): void {
    this.free.push(slot);
  }

  /** Zones held. */
  get count(): number {
    return this.used - this.free.length;
  }

  private grow(): void {
    const size = 2 * this.since.length;
    const wider = (from: Float64Array) => grown(from, new Float64Array(size));
    const widerInts = (from: Int32Array) => grown(from, new Int32Array(size));
    this.since = wider(this.since);
    this.until = wider(this.until);
    this.sinceId = wider(this.sinceId);
    this.untilId = wider(this.untilId);
    this.began = wider(this.began);
    this.value = wider(this.value);
    this.key = widerInts(this.key);
    this.next = widerInts(this.next);
  }
}

/** What the monitor keeps of each key, whatever the length of the run. */
export class KeyColumns {
  /** First and last zone on the key's list. */
  head: Int32Array = new Int32Array(0);
  tail: Int32Array = new Int32Array(0);
  /** The last beginning of a read that returned nothing, in seconds; and that read. */
  emptyUntil: Float64Array = new Float64Array(0);
  emptyId: Float64Array = new Float64Array(0);
  /** The first end of any operation on a written value, dropped ones too; and that operation. */
  firstSince: Float64Array = new Float64Array(0);
  firstId: Float64Array = new Float64Array(0);
  /** The last beginning of an operation on a value held, and of a write of the chunk being read that is over. */
  heldUntil: Float64Array = new Float64Array(0);
  chunkUntil: Float64Array = new Float64Array(0);
  /** Whether rows have come since the key was last looked at. */
  touched: Uint8Array = new Uint8Array(0);

  /** Makes room for a key. */
  reach(key: number): void {
    if (key < this.head.length) return;
    const size = Math.max(16, 2 * this.head.length, key + 1);
    const reals = (from: Float64Array, fill: number) => grown(from, new Float64Array(size).fill(fill));
    const ints = (from: Int32Array) => grown(from, new Int32Array(size).fill(NONE));
    this.head = ints(this.head);
    this.tail = ints(this.tail);
    this.emptyUntil = reals(this.emptyUntil, Number.NEGATIVE_INFINITY);
    this.emptyId = reals(this.emptyId, NONE);
    this.firstSince = reals(this.firstSince, Number.POSITIVE_INFINITY);
    this.firstId = reals(this.firstId, NONE);
    this.heldUntil = reals(this.heldUntil, Number.NEGATIVE_INFINITY);
    this.chunkUntil = reals(this.chunkUntil, Number.NEGATIVE_INFINITY);
    const touched = new Uint8Array(size);
    touched.set(this.touched);
    this.touched = touched;
  }

  /** The next chunk begins with nothing known of it. */
  forgetChunk({ rows, key }: { readonly rows: number; readonly key: ArrayLike<number> }): void {
    for (let row = 0; row < rows; row++) this.chunkUntil[key[row]] = Number.NEGATIVE_INFINITY;
  }
}

function grown<A extends Float64Array | Int32Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
