/**
 * Draws from any finite distribution in constant time: the alias method.
 *
 * Source: Walker, ACM Trans. Math. Software 3(3), 1977; built in linear time after Vose, "A linear algorithm for
 * generating random numbers with a given distribution", IEEE Trans. Software Engineering 17(9), 1991. Each of n cells
 * holds a part of one outcome and, above it, of one other.
 */
import { DomainError, show } from "./errors.ts";
import type { RandomStream } from "./random.ts";

/**
 * A table to draw 0 … n − 1 from, one uniform number a draw.
 *
 * @example
 * new AliasTable([0, 1, 0]).draw(randomStreams(1).stream("keys")); // => 1
 */
export class AliasTable {
  readonly length: number;
  private readonly parts: Float64Array;
  private readonly others: Int32Array;

  /**
   * @param weights in proportion to the probabilities
   * @throws DomainError when a weight is negative or not finite, or all are 0
   */
  constructor(weights: ArrayLike<number>) {
    const n = weights.length;
    let sum = 0;
    for (let i = 0; i < n; i++) {
      if (!(weights[i] >= 0 && weights[i] < Number.POSITIVE_INFINITY))
        throw new DomainError(`AliasTable: weight must be >= 0 and finite, got ${show(weights[i])}`);
      sum += weights[i];
    }
    if (!(sum > 0)) throw new DomainError(`AliasTable: weights must not all be 0, got ${n} of them`);
    this.length = n;
    this.parts = Float64Array.from({ length: n }, (_, i) => (weights[i] * n) / sum);
    this.others = Int32Array.from({ length: n }, (_, i) => i);
    this.pair();
  }

  /** Fills each cell that has less than its share from one that has more. */
  private pair(): void {
    const { parts, others, length } = this;
    // Both lists in one array: cells with less from the front, cells with more from the back.
    const cells = new Int32Array(length);
    let small = 0;
    let large = length;
    for (let i = 0; i < length; i++) {
      if (parts[i] < 1) cells[small++] = i;
      else cells[--large] = i;
    }
    while (small > 0 && large < length) {
      const less = cells[--small];
      const more = cells[large];
      others[less] = more;
      parts[more] -= 1 - parts[less];
      if (parts[more] < 1) {
        large++;
        cells[small++] = more;
      }
    }
    // What rounding has left over is whole.
    while (small > 0) parts[cells[--small]] = 1;
    while (large < length) parts[cells[large++]] = 1;
  }

  /** One draw. */
  draw(stream: RandomStream): number {
    const u = stream.uniform() * this.length;
    const cell = Math.floor(u);
    return u - cell < this.parts[cell] ? cell : this.others[cell];
  }
}
