/** Independent times, as a mean, quantiles and a distribution, each with its interval. */
import { DEFAULT_LEVEL, type Interval, momentsInterval } from "../statistics/interval.ts";
import { Moments } from "../statistics/moments.ts";
import { type QuantileInterval, quantileInterval } from "../statistics/quantiles.ts";

/**
 * Times in seconds, one an independent run.
 *
 * @example
 * new TimeSample([3, 1, 2]).mean().mean; // => 2
 * new TimeSample([3, 1, 2]).cdf(2); // => 2 / 3
 */
export class TimeSample {
  /** Ascending. */
  readonly sorted: Float64Array;
  private readonly moments: Moments;

  constructor(times: Iterable<number>) {
    const given = Float64Array.from(times);
    this.moments = Moments.of(given);
    this.sorted = given.sort((a, b) => a - b);
  }

  get count(): number {
    return this.sorted.length;
  }

  get max(): number {
    return this.moments.max;
  }

  /** The mean with its Student-t interval. @throws DomainError for fewer than 2 times */
  mean(level = DEFAULT_LEVEL): Interval {
    return momentsInterval(this.moments, level, "mean");
  }

  /** A quantile with the interval of its order statistics. @throws DomainError when there are too few times for it */
  quantile(p: number, level = DEFAULT_LEVEL): QuantileInterval {
    return quantileInterval(this.sorted, p, level);
  }

  /** Share of the times up to `time`. */
  cdf(time: number): number {
    let [low, high] = [0, this.sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.sorted[middle] <= time) low = middle + 1;
      else high = middle;
    }
    return low / this.sorted.length;
  }
}
