/** The value last written to each key: keys are small whole numbers, so a column does. */

export class ValueStore {
  /** A list and not a typed array: many stores are made, few live long, and what is short is made faster. */
  private values: number[] = [];

  /** The value of a key, −1 when it was never written. */
  get(key: number): number {
    return key < this.values.length ? this.values[key] : -1;
  }

  set(key: number, value: number): void {
    while (this.values.length <= key) this.values.push(-1);
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
    copy.values = this.values.slice();
    return copy;
  }
}
