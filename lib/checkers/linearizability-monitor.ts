/**
 * Linearizability while a run goes on: reads finished operations as they come and keeps only what can still matter.
 *
 * Every write must write a value of its own, its id, as the engine's do. Then the zones of `register-zones.ts` tell
 * everything, and a zone is two numbers that grow with each row: `since` only falls, `until` only rises, so that a
 * clash once found never goes away and may be looked for now and then.
 *
 * Memory. Whoever feeds the monitor says with each chunk `openSince`: nothing that is still to come was invoked
 * before. A zone is dropped once a newer value had been there by then: any later read of it would clash (the proof
 * stands at `ZoneSweep.release`). What stays is, for each key, the present value and what overlaps the
 * open operations, and every unread write of unknown outcome, which may take effect for ever. An operation that never
 * ends holds everything after it: let clients give up.
 *
 * On a violation it names operations by id; run again with the history kept and let `linearizable` judge the key for
 * the name of the anomaly and the smallest witness.
 */
import { DomainError, show } from "../core/errors.ts";
import type { CheckedOperation, OperationColumns } from "../core/history-types.ts";
import { IdTable } from "./id-table.ts";
import { KeyColumns, NONE as NO_SLOT, ZoneColumns } from "./zone-columns.ts";
import { ZoneSweep } from "./zone-sweep.ts";

// A copy: the compiler folds constants of this module, but reads an imported binding each time.
const NONE = NO_SLOT;
const FAILED = 1;
const UNKNOWN = 2;
const LARGEST_KEY = 2 ** 24 - 1;

/** What the monitor found. */
export interface MonitorViolation {
  readonly key: number;
  /** Ids of the operations that show it. */
  readonly operations: readonly number[];
  /** One sentence that names them. */
  readonly message: string;
}

/** What a monitor says in the end. */
export interface MonitorResult {
  readonly verdict: "linearizable" | "violation";
  /** Rows read; after a violation none are. */
  readonly operations: number;
  /** The largest number of values held at a time. */
  readonly held: number;
  readonly violation?: MonitorViolation;
}

/**
 * Judges a history of reads and writes chunk by chunk.
 *
 * @example
 * new LinearizabilityMonitor().held; // => 0
 */
export class LinearizabilityMonitor {
  /** What is wrong, as soon as it is known; then no more rows are read. */
  violation: MonitorViolation | null = null;
  private readonly slots = new IdTable();
  private readonly zones = new ZoneColumns();
  private readonly keys = new KeyColumns();
  private readonly sweep = new ZoneSweep(this.zones, this.keys);
  private readonly touched: number[] = [];
  private rows = 0;
  private unseen = 0;
  /** Values read whose write is not known yet. */
  private waiting = 0;
  private most = 0;
  private settled = Number.NEGATIVE_INFINITY;

  /** Values held at present. */
  get held(): number {
    return this.zones.count;
  }

  /**
   * Reads finished operations, in any order.
   *
   * @param openSince seconds: nothing that is reported later was invoked before
   * @throws DomainError for a row that ends before it begins, begins before an earlier `openSince`, writes another
   *   value than its id, or has a key that is not a whole number from 0 to 2^24 − 1; for an `openSince` that falls
   */
  add(chunk: OperationColumns, openSince: number): void {
    if (this.violation !== null) return;
    if (!(openSince >= this.settled))
      throw new DomainError(
        `monitor: openSince must be >= ${show(this.settled)} s, got ${show(openSince)} s`,
      );
    const quick = this.waiting === 0 && this.onlyWrites(chunk, openSince);
    for (let row = 0; row < chunk.rows && this.violation === null; row++)
      if (!quick || !this.passes(chunk, row)) this.read(chunk, row);
    if (quick) this.keys.forgetChunk(chunk);
    this.settled = openSince;
    this.unseen += chunk.rows;
    if (this.zones.count > this.most) this.most = this.zones.count;
    // Looking costs a step for each zone held, so it must be worth a share of them.
    if (4 * this.unseen >= this.zones.count) this.look();
  }

  /** Whether a chunk has no reads; then notes for each key the last beginning of a write that ended before `settled`. */
  private onlyWrites(chunk: OperationColumns, settled: number): boolean {
    const { rows, isRead, key, invoked, completed, outcome } = chunk;
    for (let row = 0; row < rows; row++)
      if (isRead[row] === 1 || !(key[row] >= 0 && key[row] <= LARGEST_KEY)) return false;
    const { keys } = this;
    for (let row = 0; row < rows; row++) {
      keys.reach(key[row]);
      if (outcome[row] === 0 && completed[row] < settled && invoked[row] > keys.chunkUntil[key[row]])
        keys.chunkUntil[key[row]] = invoked[row];
    }
    return true;
  }

  /**
   * A write that nobody has read, in a chunk without reads, would be dropped as soon as it is looked at where a later
   * write of its chunk began after its end (`ZoneSweep.release`); that later one is taken up and stands for both. So it
   * need not be taken up, if it clashes with no value held: it ended after the last operation on any of them began.
   */
  private passes(chunk: OperationColumns, row: number): boolean {
    const key = chunk.key[row];
    const id = chunk.id[row];
    const invoked = chunk.invoked[row];
    const completed = chunk.completed[row];
    const { keys } = this;
    if (
      chunk.outcome[row] !== 0 ||
      chunk.value[row] !== id ||
      !(id >= 0 && completed >= invoked && invoked >= this.settled) ||
      !(
        completed < keys.chunkUntil[key] &&
        completed >= keys.heldUntil[key] &&
        completed >= keys.firstSince[key]
      )
    )
      return false;
    this.rows++;
    return true;
  }

  /**
   * Judges what is left.
   *
   * @param inProgress operations that had not ended when the run did; their writes may have taken effect
   * @throws DomainError when no operation was ever added: no evidence of anything
   */
  finish(inProgress: readonly CheckedOperation[] = []): MonitorResult {
    if (this.rows + inProgress.length === 0)
      throw new DomainError("monitor: history must have at least 1 operation, got 0");
    for (const { kind, key, id, invoked } of inProgress) {
      if (kind === "write" && this.violation === null) this.write(id, key, invoked, Number.POSITIVE_INFINITY);
    }
    this.settled = Number.POSITIVE_INFINITY;
    if (this.violation === null) this.look();
    const { violation, rows, most } = this;
    if (violation !== null) return { verdict: "violation", operations: rows, held: most, violation };
    return { verdict: "linearizable", operations: rows, held: most };
  }

  private read(chunk: OperationColumns, row: number): void {
    const id = chunk.id[row];
    const key = chunk.key[row];
    const invoked = chunk.invoked[row];
    const completed = chunk.completed[row];
    const outcome = chunk.outcome[row];
    this.rows++;
    if (!(id >= 0 && key >= 0 && key <= LARGEST_KEY && completed >= invoked && invoked >= this.settled))
      this.refuse(id, key, invoked, completed);
    if (chunk.isRead[row] === 1) {
      if (outcome === 0) this.answer(id, key, chunk.value[row], invoked, completed);
    } else if (outcome === FAILED) {
      const slot = this.slots.get(id);
      if (slot !== NONE) {
        const reader = this.zones.sinceId[slot];
        this.violate(key, [id, reader], `read ${reader} returned ${id}, of a write that surely was not done`);
      }
    } else {
      if (outcome === 0 && chunk.value[row] !== id)
        throw new DomainError(`monitor: write ${id} must write its id, got ${chunk.value[row]}`);
      this.write(id, key, invoked, outcome === UNKNOWN ? Number.POSITIVE_INFINITY : completed);
    }
  }

  private refuse(id: number, key: number, invoked: number, completed: number): never {
    const wrong = (what: string) => new DomainError(`monitor: ${what}`);
    if (!(id >= 0)) throw wrong(`id must be >= 0, got ${show(id)}`);
    if (!(key >= 0 && key <= LARGEST_KEY)) throw wrong(`key must be >= 0 and <= ${LARGEST_KEY}, got ${key}`);
    if (invoked < this.settled)
      throw wrong(
        `operation ${id} must be invoked at or after openSince ${this.settled} s, got ${invoked} s`,
      );
    throw wrong(`operation ${id} must end at or after ${show(invoked)} s, got ${show(completed)} s`);
  }

  /** A read returned a value. */
  private answer(id: number, key: number, value: number, invoked: number, completed: number): void {
    const { keys, zones } = this;
    this.touch(key);
    if (value === -1) {
      if (invoked > keys.emptyUntil[key]) {
        keys.emptyUntil[key] = invoked;
        keys.emptyId[key] = id;
      }
      return;
    }
    let slot = this.slots.get(value);
    if (slot === NONE) {
      slot = this.open(value, key);
      this.waiting++;
    }
    if (zones.key[slot] !== key) {
      this.violate(key, [id], `read ${id} returned ${value}, which was not written to it`);
      return;
    }
    if (completed < zones.began[slot]) {
      this.violate(key, [id, value], `read ${id} returned ${value} before write ${value} began`);
      return;
    }
    if (invoked > zones.until[slot]) this.last(slot, invoked, id);
    if (completed < zones.since[slot]) this.show(slot, completed, id);
  }

  /** A write is known: when it began, and by when it took effect, Infinity if it may not have. */
  private write(id: number, key: number, invoked: number, done: number): void {
    const { zones } = this;
    this.touch(key);
    let slot = this.slots.get(id);
    if (slot === NONE) slot = this.open(id, key);
    else if (!Number.isNaN(zones.began[slot])) {
      throw new DomainError(`monitor: ids must be unique, got ${id} twice`);
    } else if (zones.key[slot] !== key || zones.since[slot] < invoked) {
      const reader = zones.sinceId[slot];
      const how = zones.key[slot] === key ? "before it began" : `on key ${zones.key[slot]}`;
      this.violate(key, [id, reader], `read ${reader} returned what write ${id} wrote ${how}`);
      return;
    } else this.waiting--;
    zones.began[slot] = invoked;
    if (invoked > zones.until[slot]) this.last(slot, invoked, id);
    if (done < zones.since[slot]) this.show(slot, done, id);
  }

  /** An operation on a value began later than all known before. */
  private last(slot: number, invoked: number, id: number): void {
    const { zones, keys } = this;
    zones.until[slot] = invoked;
    zones.untilId[slot] = id;
    const key = zones.key[slot];
    if (invoked > keys.heldUntil[key]) keys.heldUntil[key] = invoked;
  }

  /** A value was in the register by a moment. */
  private show(slot: number, moment: number, id: number): void {
    const { zones, keys } = this;
    zones.since[slot] = moment;
    zones.sinceId[slot] = id;
    if (zones.next[slot] !== slot) return;
    const key = zones.key[slot];
    if (keys.head[key] === NONE) keys.head[key] = slot;
    else zones.next[keys.tail[key]] = slot;
    keys.tail[key] = slot;
    zones.next[slot] = NONE;
  }

  private open(value: number, key: number): number {
    const { zones } = this;
    const slot = zones.take();
    zones.since[slot] = Number.POSITIVE_INFINITY;
    zones.until[slot] = Number.NEGATIVE_INFINITY;
    zones.began[slot] = Number.NaN;
    zones.value[slot] = value;
    zones.key[slot] = key;
    zones.next[slot] = slot;
    this.slots.add(value, slot);
    return slot;
  }

  private touch(key: number): void {
    const { keys } = this;
    keys.reach(key);
    if (keys.touched[key] === 1) return;
    keys.touched[key] = 1;
    this.touched.push(key);
  }

  /** Looks at every key that rows have come for. */
  private look(): void {
    const { sweep, zones } = this;
    const drop = (slot: number): void => {
      this.slots.remove(zones.value[slot]);
      zones.give(slot);
    };
    let kept = 0;
    for (const key of this.touched) {
      if (this.violation !== null) break;
      sweep.gather(key);
      this.judge(key);
      if (this.violation === null) sweep.release(key, this.settled, drop);
      // Who waits for a write is looked at again even if no more rows come.
      if (sweep.waits) this.touched[kept++] = key;
      else this.keys.touched[key] = 0;
    }
    this.touched.length = kept;
    this.unseen = 0;
  }

  private judge(key: number): void {
    const { zones, sweep } = this;
    const orphan = sweep.unwritten(this.settled);
    if (orphan !== NONE) {
      const reader = zones.sinceId[orphan];
      const value = zones.value[orphan];
      this.violate(key, [reader], `read ${reader} returned ${value}, never written or long overwritten`);
      return;
    }
    const clash = sweep.clash(key);
    if (clash === null) return;
    const { a, b, c, d } = clash;
    const forth = a === NONE ? "its value had been there" : `${a} ended`;
    const back = `${c} ended before ${d} began`;
    const message = `operations on one value came before and after those on another: ${
      b === NONE ? "" : `${forth} before ${b} began, and `
    }${back}`;
    this.violate(
      key,
      [...new Set([a, b, c, d])].filter((id) => id !== NONE),
      message,
    );
  }

  private violate(key: number, operations: readonly number[], message: string): void {
    this.violation ??= { key, operations, message: `key ${key}: ${message}` };
  }
}
