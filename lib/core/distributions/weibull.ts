/** The Weibull distribution: a hazard that falls (shape < 1) or rises (shape > 1) as a power of time. */
import type { RandomStream } from "../random.ts";
import { logGamma } from "../special.ts";
import { type Dimension, formatQuantity, type TimeInput } from "../units.ts";
import { Base, type Distribution } from "./distribution.ts";
import { type Family, make } from "./family.ts";

/** P(X > x) = exp(−(x/scale)^shape). */
export interface WeibullSpec {
  readonly distribution: "weibull";
  readonly shape: number;
  readonly scale: number;
}

class Weibull extends Base {
  private readonly shape: number;
  private readonly scale: number;

  constructor(shape: number, scale: number) {
    // E[Xᵏ] = scaleᵏ Γ(1 + k/shape).
    const log1 = logGamma(1 + 1 / shape);
    const mean = scale * Math.exp(log1);
    super(
      { distribution: "weibull", shape, scale },
      {
        mean,
        variance: mean * mean * Math.expm1(logGamma(1 + 2 / shape) - 2 * log1),
        thirdMoment: scale * scale * scale * Math.exp(logGamma(1 + 3 / shape)),
        minimum: 0,
        maximum: Number.POSITIVE_INFINITY,
      },
    );
    this.shape = shape;
    this.scale = scale;
  }

  /** (X/scale)^shape is exponential of mean 1; a draw of 0 gives log 0 = −Infinity and then 0. */
  sample(stream: RandomStream): number {
    return this.scale * Math.exp(Math.log(stream.exponential()) / this.shape);
  }

  cdf(x: number): number {
    return x <= 0 ? 0 : -Math.expm1(-this.power(x));
  }

  survival(x: number): number {
    return x <= 0 ? 1 : Math.exp(-this.power(x));
  }

  private power(x: number): number {
    return Math.exp(this.shape * Math.log(x / this.scale));
  }

  protected inverse(p: number): number {
    return this.scale * Math.exp(Math.log(-Math.log1p(-p)) / this.shape);
  }

  describe(dimension: Dimension = "time"): string {
    return `weibull(shape ${this.shape}, scale ${formatQuantity(this.scale, dimension)})`;
  }
}

export const weibullFamily: Family = {
  name: "weibull",
  example: "weibull(shape=0.7, scale=1 ms)",
  forms: [
    {
      parameters: (dimension) => ({
        // Outside these the moments overflow, or the variance loses its digits.
        shape: { dimension: "one", min: 0.05, max: 100, meaning: "the power of time in the exponent" },
        scale: { dimension, above: 0, meaning: "the 63rd percentile" },
      }),
      make: (_where, { shape, scale }) => new Weibull(shape, scale),
    },
  ],
};

/**
 * The Weibull distribution P(X > x) = exp(−(x/scale)^shape).
 *
 * @throws DomainError when shape is outside [0.05, 100] or scale is not > 0
 * @example weibull({ shape: 2, scale: 1 }).mean; // => Math.sqrt(Math.PI) / 2
 */
export function weibull(given: { readonly shape: number; readonly scale: TimeInput }): Distribution {
  return make("weibull", weibullFamily, given);
}
