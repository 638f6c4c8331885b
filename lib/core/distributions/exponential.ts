/** The exponential distribution: no memory, scv 1. */
import type { RandomStream } from "../random.ts";
import { type Dimension, formatQuantity, type TimeInput } from "../units.ts";
import { Base, type Distribution } from "./distribution.ts";
import { type Family, make } from "./family.ts";

/** Density e^(−x/mean)/mean. */
export interface ExponentialSpec {
  readonly distribution: "exponential";
  readonly mean: number;
}

export class Exponential extends Base {
  private readonly scale: number;

  constructor(mean: number) {
    super(
      { distribution: "exponential", mean },
      {
        mean,
        variance: mean * mean,
        thirdMoment: 6 * mean * mean * mean,
        minimum: 0,
        maximum: Number.POSITIVE_INFINITY,
      },
    );
    this.scale = mean;
  }

  sample(stream: RandomStream): number {
    return this.scale * stream.exponential();
  }

  cdf(x: number): number {
    return x <= 0 ? 0 : -Math.expm1(-x / this.scale);
  }

  survival(x: number): number {
    return x <= 0 ? 1 : Math.exp(-x / this.scale);
  }

  protected inverse(p: number): number {
    return -this.scale * Math.log1p(-p);
  }

  describe(dimension: Dimension = "time"): string {
    return `exponential(mean ${formatQuantity(this.mean, dimension)})`;
  }
}

export const exponentialFamily: Family = {
  name: "exponential",
  example: "exponential(mean=1 ms)",
  forms: [
    {
      parameters: (dimension) => ({ mean: { dimension, above: 0, meaning: "the mean" } }),
      make: (_where, { mean }) => new Exponential(mean),
    },
  ],
};

/**
 * The exponential distribution of a mean, a number in SI or a text with a time unit.
 *
 * @throws DomainError when the mean is not > 0 and finite
 * @example exponential("1 ms").survival(0.001); // => Math.exp(-1)
 */
export function exponential(mean: TimeInput): Distribution {
  return make("exponential", exponentialFamily, { mean });
}
