/** The lognormal distribution: the usual shape of measured latencies. */
import { DomainError, show } from "../errors.ts";
import type { RandomStream } from "../random.ts";
import { normalCdf, normalQuantile, normalSurvival } from "../special.ts";
import { type Dimension, formatQuantity, type TimeInput } from "../units.ts";
import { Base, type Distribution } from "./distribution.ts";
import { type Family, make } from "./family.ts";

/** Given by its mean and scv, or by its median and its 99th percentile. */
export type LognormalSpec =
  | { readonly distribution: "lognormal"; readonly mean: number; readonly scv: number }
  | { readonly distribution: "lognormal"; readonly p50: number; readonly p99: number };

const Z99 = normalQuantile(0.99);

class Lognormal extends Base {
  private readonly median: number;
  private readonly sigma: number;

  constructor(spec: LognormalSpec, median: number, sigma: number, mean: number, scv: number) {
    const grown = mean * (1 + scv);
    super(spec, {
      mean,
      variance: scv * mean * mean,
      // E[X³] = e^(3μ + 9σ²/2) = mean³ (1 + scv)³.
      thirdMoment: grown * grown * grown,
      minimum: 0,
      maximum: Number.POSITIVE_INFINITY,
    });
    this.median = median;
    this.sigma = sigma;
  }

  sample(stream: RandomStream): number {
    return this.median * Math.exp(this.sigma * stream.normal());
  }

  cdf(x: number): number {
    return x <= 0 ? 0 : normalCdf(Math.log(x / this.median) / this.sigma);
  }

  survival(x: number): number {
    return x <= 0 ? 1 : normalSurvival(Math.log(x / this.median) / this.sigma);
  }

  protected inverse(p: number): number {
    return this.median * Math.exp(this.sigma * normalQuantile(p));
  }

  describe(dimension: Dimension = "time"): string {
    const value = (x: number) => formatQuantity(x, dimension);
    return `lognormal(mean ${value(this.mean)}, p99 ${value(this.quantile(0.99))})`;
  }
}

function fromMoments(mean: number, scv: number): Distribution {
  const median = mean / Math.sqrt(1 + scv);
  const sigma = Math.sqrt(Math.log1p(scv));
  return new Lognormal({ distribution: "lognormal", mean, scv }, median, sigma, mean, scv);
}

function fromPercentiles(where: string, p50: number, p99: number): Distribution {
  if (!(p50 < p99)) throw new DomainError(`${where}: p50 ${show(p50)} must be < p99 ${show(p99)}`);
  const sigma = Math.log(p99 / p50) / Z99;
  const mean = p50 * Math.exp(0.5 * sigma * sigma);
  return new Lognormal({ distribution: "lognormal", p50, p99 }, p50, sigma, mean, Math.expm1(sigma * sigma));
}

export const lognormalFamily: Family = {
  name: "lognormal",
  example: "lognormal(p50=1 ms, p99=6 ms)",
  forms: [
    {
      parameters: (dimension) => ({
        mean: { dimension, above: 0, meaning: "the mean" },
        scv: { dimension: "one", above: 0, meaning: "the squared coefficient of variation" },
      }),
      make: (_where, { mean, scv }) => fromMoments(mean, scv),
    },
    {
      parameters: (dimension) => ({
        p50: { dimension, above: 0, meaning: "the median" },
        p99: { dimension, above: 0, meaning: "the 99th percentile" },
      }),
      make: (where, { p50, p99 }) => fromPercentiles(where, p50, p99),
    },
  ],
};

/**
 * The lognormal distribution from its mean and scv, or from its median and 99th percentile.
 *
 * @throws DomainError when a value is not > 0 or p50 is not < p99
 * @example lognormal({ mean: "1 ms", scv: 2 }).variance; // => 2e-6
 * @example lognormal({ p50: "1 ms", p99: "6 ms" }).quantile(0.99); // => 0.006
 */
export function lognormal(
  given:
    | { readonly mean: TimeInput; readonly scv: number }
    | { readonly p50: TimeInput; readonly p99: TimeInput },
): Distribution {
  return make("lognormal", lognormalFamily, given);
}
