/** Means of the first and of the second half of a series as it comes, in memory that does not grow with it. */
import { checkInteger } from "./checks.ts";

/** Sums kept at most, half a megabyte of them. */
const MOST_SUMS = 2 ** 16;

/**
 * A series whose length is not known before it ends, summed in batches of one size. When there are more batches than are kept,
 * neighbours are joined: so up to 65,536 values the halves are exact, and beyond the middle is missed by less than
 * 1/32,768 of the series, a batch where they have just been joined.
 */
export class Halves {
  private readonly sums: Float64Array;
  private size = 1;
  private count = 0;
  /** Batches begun, the last of which holds `inLast` values. */
  private begun = 0;
  private inLast = 0;

  /**
   * @param expected values that are expected; a longer series is no error
   * @throws DomainError when it is not an integer >= 1
   */
  constructor(expected: number) {
    checkInteger("halves", "expected", expected, 1);
    this.sums = new Float64Array(Math.min(MOST_SUMS, Math.max(2, expected + (expected % 2))));
  }

  add(value: number): void {
    if (this.begun === 0 || this.inLast === this.size) this.begin();
    this.sums[this.begun - 1] += value;
    this.inLast++;
    this.count++;
  }

  /** Both means; null for fewer than 2 values. */
  get means(): [number, number] | null {
    const { sums, size, begun, count } = this;
    if (count < 2) return null;
    const middle = Math.max(1, Math.floor(count / 2 / size));
    const mean = (from: number, to: number, values: number): number => {
      let sum = 0;
      for (let batch = from; batch < to; batch++) sum += sums[batch];
      return sum / values;
    };
    return [mean(0, middle, middle * size), mean(middle, begun, count - middle * size)];
  }

  private begin(): void {
    const { sums } = this;
    if (this.begun === sums.length) {
      for (let batch = 0; batch < sums.length; batch += 2) sums[batch >> 1] = sums[batch] + sums[batch + 1];
      sums.fill(0, sums.length >> 1);
      this.begun = sums.length >> 1;
      this.size *= 2;
    }
    this.begun++;
    this.inLast = 0;
  }
}
