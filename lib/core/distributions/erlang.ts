/** The Erlang distribution: the sum of `shape` equal exponential phases; less variable than one, scv 1/shape. */
import type { RandomStream } from "../random.ts";
import { incompleteGammaP, incompleteGammaQ } from "../special.ts";
import { type Dimension, formatQuantity, type TimeInput } from "../units.ts";
import { Base, type Distribution } from "./distribution.ts";
import { type Family, make } from "./family.ts";
import { solveQuantile } from "./solve-quantile.ts";

/** The sum of `shape` independent exponentials, of this mean in all. */
export interface ErlangSpec {
  readonly distribution: "erlang";
  readonly shape: number;
  readonly mean: number;
}

/** Up to here adding the phases is faster than the gamma sampler. */
const FEW_PHASES = 4;

class Erlang extends Base {
  private readonly shape: number;
  private readonly phase: number;
  private readonly d: number;
  private readonly c: number;

  constructor(shape: number, mean: number) {
    super(
      { distribution: "erlang", shape, mean },
      {
        mean,
        variance: (mean * mean) / shape,
        thirdMoment: mean * mean * mean * (1 + 1 / shape) * (1 + 2 / shape),
        minimum: 0,
        maximum: Number.POSITIVE_INFINITY,
      },
    );
    this.shape = shape;
    this.phase = mean / shape;
    this.d = shape - 1 / 3;
    this.c = 1 / Math.sqrt(9 * this.d);
  }

  sample(stream: RandomStream): number {
    if (this.shape <= FEW_PHASES) {
      let sum = stream.exponential();
      for (let i = 1; i < this.shape; i++) sum += stream.exponential();
      return this.phase * sum;
    }
    return this.phase * this.gamma(stream);
  }

  /** Marsaglia & Tsang (2000), "A simple method for generating gamma variables", ACM TOMS 26(3). */
  private gamma(stream: RandomStream): number {
    for (;;) {
      const z = stream.normal();
      const root = 1 + this.c * z;
      if (root <= 0) continue;
      const v = root * root * root;
      const u = stream.uniform();
      const square = z * z;
      if (u < 1 - 0.0331 * square * square) return this.d * v;
      if (Math.log(u) < 0.5 * square + this.d * (1 - v + Math.log(v))) return this.d * v;
    }
  }

  cdf(x: number): number {
    return x <= 0 ? 0 : incompleteGammaP(this.shape, x / this.phase);
  }

  survival(x: number): number {
    return x <= 0 ? 1 : incompleteGammaQ(this.shape, x / this.phase);
  }

  protected inverse(p: number): number {
    // The sum is at least its largest phase and at most `shape` times it; the largest has cdf (1 − e^−x)^shape.
    const root = Math.exp(Math.log(p) / this.shape);
    const rest = -Math.expm1(Math.log(p) / this.shape);
    const largest = -this.phase * (root < 0.5 ? Math.log1p(-root) : Math.log(rest));
    return solveQuantile(this, p, 0.5 * largest, 2 * this.shape * largest);
  }

  describe(dimension: Dimension = "time"): string {
    return `erlang(shape ${this.shape}, mean ${formatQuantity(this.mean, dimension)})`;
  }
}

export const erlangFamily: Family = {
  name: "erlang",
  example: "erlang(shape=4, mean=1 ms)",
  forms: [
    {
      parameters: (dimension) => ({
        shape: { dimension: "one", integer: true, min: 1, max: 1_000_000, meaning: "the number of phases" },
        mean: { dimension, above: 0, meaning: "the mean of the whole" },
      }),
      make: (_where, { shape, mean }) => new Erlang(shape, mean),
    },
  ],
};

/**
 * The Erlang distribution of `shape` phases and a mean of the whole, in SI or as a text with a time unit.
 *
 * @throws DomainError when the shape is not an integer from 1 to 10^6 or the mean is not > 0
 * @example erlang(4, "1 ms").scv; // => 0.25
 */
export function erlang(shape: number, mean: TimeInput): Distribution {
  return make("erlang", erlangFamily, { shape, mean });
}
