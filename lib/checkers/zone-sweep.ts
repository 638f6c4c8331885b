/**
 * One key's zones in the monitor: looked at together, and dropped when nothing can clash with them any more.
 *
 * The rule and its proof stand in `register-zones.ts`: two zones clash when v.since < u.until and u.since < v.until.
 */
import { type KeyColumns, NONE, type ZoneColumns } from "./zone-columns.ts";

/** Two zones that clash, as operations: `a` ended before `b` began, and `c` before `d`, on values the other way round. */
export interface Clash {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

export class ZoneSweep {
  private sorted = new Int32Array(256);
  /** Of the first i + 1 sorted zones the one with the latest `until`. */
  private longest = new Int32Array(256);
  private count = 0;
  /** Whether a value taken up was read and its write is not known yet. */
  waits = false;
  private readonly zones: ZoneColumns;
  private readonly keys: KeyColumns;

  constructor(zones: ZoneColumns, keys: KeyColumns) {
    this.zones = zones;
    this.keys = keys;
  }

  /** Takes up a key's zones, in order of `since`. */
  gather(key: number): void {
    const { next, since, began } = this.zones;
    let count = 0;
    this.waits = false;
    for (let slot = this.keys.head[key]; slot !== NONE; slot = next[slot]) {
      if (Number.isNaN(began[slot])) this.waits = true;
      if (count === this.sorted.length) this.grow();
      this.sorted[count++] = slot;
    }
    this.count = count;
    // Nearly in order already, as rows come in order of completion; if not, insertion would be quadratic.
    const { sorted } = this;
    let patience = 8 * count;
    for (let i = 1; i < count && patience > 0; i++) {
      const slot = sorted[i];
      const at = since[slot];
      let j = i - 1;
      for (; j >= 0 && since[sorted[j]] > at; j--, patience--) sorted[j + 1] = sorted[j];
      sorted[j + 1] = slot;
    }
    if (patience <= 0) sorted.subarray(0, count).sort((a, b) => since[a] - since[b]);
    if (count > 0 && since[sorted[0]] < this.keys.firstSince[key]) {
      this.keys.firstSince[key] = since[sorted[0]];
      this.keys.firstId[key] = this.zones.sinceId[sorted[0]];
    }
  }

  /** A zone with a read that ended before `settled` and a write that did not begin by then; `NONE` if there is none. */
  unwritten(settled: number): number {
    const { since, began } = this.zones;
    if (!this.waits) return NONE;
    for (let i = 0; i < this.count; i++) {
      const slot = this.sorted[i];
      if (since[slot] >= settled) break;
      if (Number.isNaN(began[slot])) return slot;
    }
    return NONE;
  }

  /** The first clash among the key's zones, or with the value it had before any write. */
  clash(key: number): Clash | null {
    const { zones, keys, sorted, longest, count } = this;
    const { since, until, sinceId, untilId } = zones;
    if (keys.firstSince[key] < keys.emptyUntil[key]) {
      return { a: NONE, b: NONE, c: keys.firstId[key], d: keys.emptyId[key] };
    }
    for (let j = 0; j < count; j++) {
      const slot = sorted[j];
      const before = j === 0 ? NONE : longest[j - 1];
      if (before !== NONE && since[slot] < until[before]) {
        const rivals = this.countSince(j, until[slot]);
        const rival = rivals === 0 ? NONE : longest[rivals - 1];
        if (rival !== NONE && since[slot] < until[rival]) {
          return { a: sinceId[rival], b: untilId[slot], c: sinceId[slot], d: untilId[rival] };
        }
      }
      longest[j] = before === NONE || until[slot] > until[before] ? slot : before;
    }
    return null;
  }

  /**
   * Drops the zones that are over: v with v.since < settled and v.since < u.until for another u with u.since < settled.
   * To be called when no two zones clash.
   *
   * One more read of v would begin at `settled` or later, hence after u.since, and clash with u: without v it is found
   * out as a read of a value that nobody wrote. And nothing else can clash with v, which takes w.since < v.until. As v
   * and u do not clash, v.until <= u.since < settled; so values first seen from now on have a later `since`. Those
   * already seen by `settled` with a w.since < v.until are dropped with v, by this very rule.
   *
   * @param settled seconds: nothing that is still to be reported began before
   * @param drop called with each slot dropped
   */
  release(key: number, settled: number, drop: (slot: number) => void): void {
    const { keys, sorted, count } = this;
    const { since, until, next } = this.zones;
    /** The latest `until` of zones seen by `settled`, and the latest of all but that zone. */
    let latest = Number.NEGATIVE_INFINITY;
    let second = Number.NEGATIVE_INFINITY;
    let owner = NONE;
    for (let i = 0; i < count && since[sorted[i]] < settled; i++) {
      const at = until[sorted[i]];
      if (at > latest) [second, latest, owner] = [latest, at, sorted[i]];
      else if (at > second) second = at;
    }
    let last = NONE;
    let heldUntil = Number.NEGATIVE_INFINITY;
    keys.head[key] = NONE;
    for (let i = 0; i < count; i++) {
      const slot = sorted[i];
      if (since[slot] < settled && since[slot] < (slot === owner ? second : latest)) {
        drop(slot);
        continue;
      }
      if (last === NONE) keys.head[key] = slot;
      else next[last] = slot;
      next[slot] = NONE;
      last = slot;
      if (until[slot] > heldUntil) heldUntil = until[slot];
    }
    keys.tail[key] = last;
    keys.heldUntil[key] = heldUntil;
  }

  /** How many of the first `limit` zones have `since` before a moment. */
  private countSince(limit: number, moment: number): number {
    const { since } = this.zones;
    let [low, high] = [0, limit];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (since[this.sorted[middle]] < moment) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private grow(): void {
    const wider = new Int32Array(2 * this.sorted.length);
    wider.set(this.sorted);
    this.sorted = wider;
    this.longest = new Int32Array(wider.length);
  }
}
