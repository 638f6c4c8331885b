/** The uniform distribution on an interval. */
import { DomainError, show } from "../errors.ts";
import type { RandomStream } from "../random.ts";
import { type Dimension, formatQuantity, type TimeInput } from "../units.ts";
import { Base, type Distribution } from "./distribution.ts";
import { type Family, make } from "./family.ts";

/** Every value from `min` to `max` equally likely. */
export interface UniformSpec {
  readonly distribution: "uniform";
  readonly min: number;
  readonly max: number;
}

class Uniform extends Base {
  private readonly low: number;
  private readonly width: number;

  constructor(min: number, max: number) {
    super(
      { distribution: "uniform", min, max },
      {
        mean: 0.5 * (min + max),
        variance: ((max - min) * (max - min)) / 12,
        thirdMoment: 0.25 * (min + max) * (min * min + max * max),
        minimum: min,
        maximum: max,
      },
    );
    this.low = min;
    this.width = max - min;
  }

  sample(stream: RandomStream): number {
    return this.low + this.width * stream.uniform();
  }

  cdf(x: number): number {
    return x <= this.low ? 0 : Math.min(1, (x - this.low) / this.width);
  }

  survival(x: number): number {
    return x >= this.maximum ? 0 : Math.min(1, (this.maximum - x) / this.width);
  }

  protected inverse(p: number): number {
    return p < 0.5 ? this.low + p * this.width : this.maximum - (1 - p) * this.width;
  }

  describe(dimension: Dimension = "time"): string {
    return `uniform(${formatQuantity(this.minimum, dimension)} to ${formatQuantity(this.maximum, dimension)})`;
  }
}

export const uniformFamily: Family = {
  name: "uniform",
  example: "uniform(min=1 ms, max=3 ms)",
  forms: [
    {
      parameters: (dimension) => ({
        min: { dimension, meaning: "the smallest value" },
        max: { dimension, meaning: "the largest value" },
      }),
      make: (where, { min, max }) => {
        if (!(min < max)) throw new DomainError(`${where}: min ${show(min)} must be < max ${show(max)}`);
        return new Uniform(min, max);
      },
    },
  ],
};

/**
 * The uniform distribution from `min` to `max`, numbers in SI or texts with a time unit.
 *
 * @throws DomainError when min is not < max
 * @example uniform("1 ms", "3 ms").mean; // => 0.002
 */
export function uniform(min: TimeInput, max: TimeInput): Distribution {
  return make("uniform", uniformFamily, { min, max });
}
