/** The value last written to each key: keys are small whole numbers, so a column does. */

/** Shared by all stores in which nothing has been written: many are made, and few of them live long. */
const NOTHING = new Float64Array(0);
const FIRST_CAPACITY = 16;

export class ValueStore {
  private values = NOTHING;

  /** The value of a key, −1 when it was never written. */
  get(key: number): number {
    return key < this.values.length ? this.values[key] : -1;
  }

  set(key: number, value: number): void {
    if (key >= this.values.length) this.grow(key);
    this.values[key] = value;
  }

  /** Keys that were written, in ascending order, with their values. */
  entries(): [key: number, value: number][] {
    const written: [number, number][] = [];
    for (const [key, value] of this.values.entries()) if (value !== -1) written.push([key, value]);
    return written;
  }

  /** A store of the same values that changes on its own. */
  copy(): ValueStore {
    const copy = new ValueStore();
    if (this.values.length > 0) copy.values = this.values.slice();
    return copy;
  }

  private grow(key: number): void {
    const wider = new Float64Array(Math.max(FIRST_CAPACITY, 2 * this.values.length, key + 1)).fill(-1);
    wider.set(this.values);
    this.values = wider;
  }
}
