/**
 * Mean and variance in one pass, in constant memory, without the cancellation of "sum of squares minus square
 * of sum"; and a compensated sum.
 *
 * Sources: B. P. Welford, Technometrics 4(3), 1962 (one value at a time); T. F. Chan, G. H. Golub, R. J.
 * LeVeque, The American Statistician 37(3), 1983, and P. Pébay, Sandia report SAND2008-6212 (merging); A.
 * Neumaier, ZAMM 54, 1974 (the sum).
 */
import { DomainError } from "../core/errors.ts";
import { checkEnough, checkFinite, checkInteger, checkSeries, type Series } from "./checks.ts";

/** What `Moments.toJSON` writes; `min` and `max` are null when nothing was added. */
export interface MomentsData {
  readonly count: number;
  readonly mean: number;
  /** Sum of squared deviations from the mean, in the square of the values' unit. */
  readonly m2: number;
  readonly min: number | null;
  readonly max: number | null;
}

/**
 * Running count, mean, variance, minimum and maximum of a stream of finite numbers (any unit).
 *
 * Merging is exact for count, min and max; mean and variance agree with one long pass to rounding, so results
 * that must be equal byte for byte are merged in a stated order (replication 0, 1, 2, ...).
 *
 * @throws DomainError from `add` for NaN and infinities; from `mean`, `min`, `max` when empty; from
 * `variance` when there are fewer than 2 values
 * @example
 * Moments.of([1, 2, 3, 4]).mean; // => 2.5
 * Moments.of([1, 2, 3, 4]).variance; // => 5 / 3
 * Moments.of([1, 2]).merge(Moments.of([3, 4])).variance; // => 5 / 3
 */
export class Moments {
  #count = 0;
  #mean = 0;
  #m2 = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  /** The moments of a list of numbers. */
  static of(values: Iterable<number>): Moments {
    const moments = new Moments();
    for (const value of values) moments.add(value);
    return moments;
  }

  /** Adds one finite value. */
  add(value: number): void {
    if (!Number.isFinite(value)) checkFinite("Moments", "value", value);
    const delta = value - this.#mean;
    this.#count += 1;
    this.#mean += delta / this.#count;
    this.#m2 += delta * (value - this.#mean);
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
  }

  /** Adds everything another holds; the other is left as it was. */
  merge(other: Moments): this {
    if (other.#count === 0) return this;
    const count = this.#count + other.#count;
    const delta = other.#mean - this.#mean;
    this.#m2 += other.#m2 + delta * delta * ((this.#count * other.#count) / count);
    this.#mean += delta * (other.#count / count);
    this.#count = count;
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
    return this;
  }

  get count(): number {
    return this.#count;
  }

  /** Arithmetic mean, in the values' unit. */
  get mean(): number {
    return this.#some(this.#mean);
  }

  /** Sample variance (divisor n - 1), in the square of the values' unit. */
  get variance(): number {
    checkEnough("Moments: variance", this.#count, 2, "values");
    return this.#m2 / (this.#count - 1);
  }

  /** Square root of the sample variance, in the values' unit. */
  get standardDeviation(): number {
    return Math.sqrt(this.variance);
  }

  get min(): number {
    return this.#some(this.#min);
  }

  get max(): number {
    return this.#some(this.#max);
  }

  #some(value: number): number {
    checkEnough("Moments", this.#count, 1, "value");
    return value;
  }

  toJSON(): MomentsData {
    const empty = this.#count === 0;
    return {
      count: this.#count,
      mean: this.#mean,
      m2: this.#m2,
      min: empty ? null : this.#min,
      max: empty ? null : this.#max,
    };
  }

  /** Reads back what `toJSON` wrote. */
  static fromJSON(data: MomentsData): Moments {
    const where = "Moments.fromJSON";
    const moments = new Moments();
    checkInteger(where, "count", data.count, 0);
    if (data.count === 0) return moments;
    for (const name of ["mean", "m2", "min", "max"] as const) checkFinite(where, name, data[name]);
    const { mean, m2, min, max } = data;
    if (m2 < 0) throw new DomainError(`${where}: m2 must be >= 0, got ${m2}`);
    if (min === null || max === null || min > max)
      throw new DomainError(`${where}: min ${min} must be <= max ${max}`);
    moments.#count = data.count;
    moments.#mean = mean;
    moments.#m2 = m2;
    moments.#min = min;
    moments.#max = max;
    return moments;
  }
}

/**
 * A running sum that keeps the low-order bits that plain addition drops (Neumaier's variant of Kahan's sum):
 * the error stays at about one rounding of the result, whatever the number of terms.
 */
export class CompensatedSum {
  #sum = 0;
  #lost = 0;

  /** Adds one number. */
  add(value: number): void {
    const next = this.#sum + value;
    // The smaller of the two lost its low bits; what it lost is exact in floating point.
    this.#lost +=
      Math.abs(this.#sum) >= Math.abs(value) ? this.#sum - next + value : value - next + this.#sum;
    this.#sum = next;
  }

  get value(): number {
    return this.#sum + this.#lost;
  }
}

/**
 * The sum of finite numbers to about one rounding.
 *
 * @throws DomainError when a value is not finite
 * @example
 * compensatedSum([1, 1e100, 1, -1e100]); // => 2
 */
export function compensatedSum(values: Series): number {
  checkSeries("compensatedSum", "values", values);
  const sum = new CompensatedSum();
  for (let i = 0; i < values.length; i++) sum.add(values[i]);
  return sum.value;
}
