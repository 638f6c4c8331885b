/** The Pareto distribution: a tail that falls as a power of x. */
import type { RandomStream } from "../random.ts";
import { type Dimension, formatQuantity, type TimeInput } from "../units.ts";
import { Base, type Distribution } from "./distribution.ts";
import { type Family, make } from "./family.ts";

/** P(X > x) = (minimum/x)^shape for x ≥ minimum. The mean is finite for shape > 1, the variance for shape > 2. */
export interface ParetoSpec {
  readonly distribution: "pareto";
  readonly minimum: number;
  readonly shape: number;
}

class Pareto extends Base {
  private readonly scale: number;
  private readonly shape: number;

  constructor(minimum: number, shape: number) {
    const raw = (k: number) => (shape > k ? shape / (shape - k) : Number.POSITIVE_INFINITY);
    super(
      { distribution: "pareto", minimum, shape },
      {
        mean: minimum * raw(1),
        variance:
          shape > 2
            ? (minimum * minimum * shape) / ((shape - 1) * (shape - 1) * (shape - 2))
            : Number.POSITIVE_INFINITY,
        thirdMoment: minimum * minimum * minimum * raw(3),
        minimum,
        maximum: Number.POSITIVE_INFINITY,
      },
    );
    this.scale = minimum;
    this.shape = shape;
  }

  /** log(X/minimum) is exponential of mean 1/shape. */
  sample(stream: RandomStream): number {
    return this.scale * Math.exp(stream.exponential() / this.shape);
  }

  cdf(x: number): number {
    return x <= this.scale ? 0 : -Math.expm1(this.shape * this.logRatio(x));
  }

  survival(x: number): number {
    return x <= this.scale ? 1 : Math.exp(this.shape * this.logRatio(x));
  }

  /** log(minimum/x), with its digits next to the minimum too. */
  private logRatio(x: number): number {
    const excess = (x - this.scale) / this.scale;
    return excess < 0.5 ? -Math.log1p(excess) : Math.log(this.scale / x);
  }

  protected inverse(p: number): number {
    return this.scale * Math.exp(-Math.log1p(-p) / this.shape);
  }

  describe(dimension: Dimension = "time"): string {
    return `pareto(minimum ${formatQuantity(this.minimum, dimension)}, shape ${this.shape})`;
  }
}

export const paretoFamily: Family = {
  name: "pareto",
  example: "pareto(minimum=1 ms, shape=2.5)",
  forms: [
    {
      parameters: (dimension) => ({
        minimum: { dimension, above: 0, meaning: "the smallest value" },
        // Below this a draw can overflow: e^(50/0.1) is near the largest double.
        shape: { dimension: "one", min: 0.1, meaning: "the power of the tail" },
      }),
      make: (_where, { minimum, shape }) => new Pareto(minimum, shape),
    },
  ],
};

/**
 * The Pareto distribution P(X > x) = (minimum/x)^shape; moments of order ≥ shape are Infinity.
 *
 * @throws DomainError when minimum is not > 0 or shape is not >= 0.1
 * @example pareto({ minimum: "1 ms", shape: 2 }).mean; // => 0.002
 */
export function pareto(given: { readonly minimum: TimeInput; readonly shape: number }): Distribution {
  return make("pareto", paretoFamily, given);
}
