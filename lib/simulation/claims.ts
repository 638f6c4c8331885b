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
/** Slots a name begins with: thousands of short runs are made, and most claim a few dozen. */
const FIRST_WINDOW = 64;

/** The newest claims of one name: slot s and its value stand at s mod size, where a newer slot takes an older's place. */
function newWindow(size: number): Float64Array {
  return new Float64Array(2 * size).fill(-1);
}

/** The claims of one run. */
export class Claims {
  /** Claims too old to be checked. */
  unchecked = 0;
  /** The first contradiction, or null. */
  contradiction: Contradiction | null = null;
  private readonly names: string[] = [];
  private readonly windows: Float64Array[] = [];
  /** What was claimed last: mostly it is claimed again. */
  private lastName = "";
  private lastWindow: Float64Array;
  /** Numbers of a full window: a slot and a value for each. */
  private readonly full: number;

  /** @param window slots remembered by name: a power of two */
  constructor(window: number = DEFAULT_WINDOW) {
    this.full = 2 * window;
    this.lastWindow = newWindow(0);
  }

  /** Checks a claim against those of the same name and slot; `slot` is a whole number from 0. */
  claim(what: string, slot: number, value: number): void {
    const window = what === this.lastName ? this.lastWindow : this.windowOf(what);
    // Slots are whole numbers, so the low bits are the remainder by the size.
    const at = (2 * slot) & (window.length - 1);
    const known = window[at];
    if (known === slot) {
      if (window[at + 1] !== value) this.contradict(what, slot, window[at + 1], value);
    } else if (known >= 0 && window.length < this.full) {
      this.grow(what, window);
      this.claim(what, slot, value);
    } else if (known < slot) {
      window[at] = slot;
      window[at + 1] = value;
    } else {
      this.unchecked++;
    }
  }

  /** Two slots meet at one place: the window is made twice as long, until nothing is forgotten that need not be. */
  private grow(what: string, window: Float64Array): void {
    const wider = newWindow(window.length);
    for (let from = 0; from < window.length; from += 2) {
      if (window[from] < 0) continue;
      const at = (2 * window[from]) & (wider.length - 1);
      wider[at] = window[from];
      wider[at + 1] = window[from + 1];
    }
    this.windows[this.names.indexOf(what)] = wider;
    this.lastName = "";
  }

  /** The value claimed of a slot, or NaN when none is remembered. */
  valueOf(what: string, slot: number): number {
    const window = this.windowOf(what);
    const at = (2 * slot) & (window.length - 1);
    return window[at] === slot ? window[at + 1] : Number.NaN;
  }

  /** Forgets everything, for the next run. */
  clear(): void {
    this.unchecked = 0;
    this.contradiction = null;
    for (const window of this.windows) window.fill(-1);
  }

  private windowOf(what: string): Float64Array {
    let at = this.names.indexOf(what);
    if (at < 0) {
      at = this.names.push(what) - 1;
      this.windows.push(newWindow(Math.min(FIRST_WINDOW, this.full / 2)));
    }
    this.lastName = what;
    this.lastWindow = this.windows[at];
    return this.lastWindow;
  }

  private contradict(what: string, slot: number, before: number, now: number): void {
    this.contradiction ??= { what, slot, before, now };
  }
}
