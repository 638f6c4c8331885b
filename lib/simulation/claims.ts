/**
 * Claims: facts that nothing may ever contradict, checked as they are made.
 *
 * Agreement is a property of all claims of a run, not of the states that happen to be alive: two leaders of one term
 * that were never up together, or an entry chosen, lost in a crash and chosen otherwise, leave no two states to compare.
 * A claim costs a comparison, so it stays on in every run.
 *
 * A run remembers the newest claims of each name (slots grow: terms, log indices), as many as `window`; an older slot
 * is counted as unchecked. Short runs remember everything.
 */

/** Two nodes, or one node twice, claimed different values of one slot. */
export interface Contradiction {
  readonly what: string;
  readonly slot: number;
  readonly before: number;
  readonly now: number;
}

/** Slots remembered by name in long runs; a power of two. */
const DEFAULT_WINDOW = 1 << 14;

/** The newest claims of one name: slot s stands at s mod window, where a newer slot takes an older one's place. */
class Window {
  readonly slots: Float64Array;
  readonly values: Float64Array;
  constructor(size: number) {
    this.slots = new Float64Array(size).fill(-1);
    this.values = new Float64Array(size);
  }
}

/** The claims of one run. */
export class Claims {
  /** Claims too old to be checked. */
  unchecked = 0;
  /** The first contradiction, or null. */
  contradiction: Contradiction | null = null;
  private readonly names: string[] = [];
  private readonly windows: Window[] = [];
  private readonly size: number;

  /** @param window slots remembered by name: a power of two */
  constructor(window: number = DEFAULT_WINDOW) {
    this.size = window;
  }

  /** Checks a claim against those of the same name and slot; `slot` is a whole number from 0. */
  claim(what: string, slot: number, value: number): void {
    const window = this.windows[this.indexOf(what)];
    const at = slot % this.size;
    const known = window.slots[at];
    if (known === slot) {
      if (window.values[at] !== value) this.contradict(what, slot, window.values[at], value);
    } else if (known < slot) {
      window.slots[at] = slot;
      window.values[at] = value;
    } else {
      this.unchecked++;
    }
  }

  /** The value claimed of a slot, or NaN when none is remembered. */
  valueOf(what: string, slot: number): number {
    const window = this.windows[this.indexOf(what)];
    const at = slot % this.size;
    return window.slots[at] === slot ? window.values[at] : Number.NaN;
  }

  /** Forgets everything, for the next run. */
  clear(): void {
    this.unchecked = 0;
    this.contradiction = null;
    for (const window of this.windows) window.slots.fill(-1);
  }

  private indexOf(what: string): number {
    for (let i = 0; i < this.names.length; i++) if (this.names[i] === what) return i;
    this.names.push(what);
    this.windows.push(new Window(this.size));
    return this.names.length - 1;
  }

  private contradict(what: string, slot: number, before: number, now: number): void {
    this.contradiction ??= { what, slot, before, now };
  }
}
