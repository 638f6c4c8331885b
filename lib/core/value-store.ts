/** The value last written to each key: keys are small whole numbers, so a column does. */
export class ValueStore {
  private values = new Float64Array(16).fill(-1);

  /** The value of a key, −1 when it was never written. */
  get(key: number): number {
    return key < this.values.length ? this.values[key] : -1;
  }

  set(key: number, value: number): void {
    if (key >= this.values.length) this.grow(key);
    this.values[key] = value;
  }

  private grow(key: number): void {
    const wider = new Float64Array(Math.max(2 * this.values.length, key + 1)).fill(-1);
    wider.set(this.values);
    this.values = wider;
  }
}
