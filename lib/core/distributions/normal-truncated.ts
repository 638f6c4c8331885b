/**
 * The normal distribution cut off at 0: the usual "mean ± sd" of a duration without its negative draws.
 *
 * The parameters are those of the normal before it is cut; `mean` and `variance` of the object are those after.
 */
import { DomainError, show } from "../errors.ts";
import type { RandomStream } from "../random.ts";
import { millsRatio, normalSurvival } from "../special.ts";
import { type Dimension, formatQuantity, type TimeInput } from "../units.ts";
import { Base, type Distribution } from "./distribution.ts";
import { type Family, make } from "./family.ts";
import { solveQuantile } from "./solve-quantile.ts";

/** A normal of this mean and standard deviation, given that it is ≥ 0. */
export interface NormalTruncatedSpec {
  readonly distribution: "normalTruncated";
  readonly mean: number;
  readonly sd: number;
}

/** Beyond so many standard deviations above 0 nothing is cut off that a double could tell. */
const UNCUT = 30;

class NormalTruncated extends Base {
  private readonly centre: number;
  private readonly sd: number;
  /** Where the cut stands on the standard scale, and the mass above it. */
  private readonly cut: number;
  private readonly mass: number;

  constructor(mean: number, sd: number) {
    const cut = -mean / sd;
    // φ(cut)/(1 − Φ(cut)): the moments follow by E[Xⁿ⁺¹] = μ E[Xⁿ] + n σ² E[Xⁿ⁻¹] (Johnson, Kotz & Balakrishnan 1994, 13.10.1).
    const hazard = cut < -UNCUT ? 0 : 1 / millsRatio(cut);
    const first = mean + sd * hazard;
    const second = mean * first + sd * sd;
    super(
      { distribution: "normalTruncated", mean, sd },
      {
        mean: first,
        variance: sd * sd * (1 + cut * hazard - hazard * hazard),
        thirdMoment: mean * second + 2 * sd * sd * first,
        minimum: 0,
        maximum: Number.POSITIVE_INFINITY,
      },
    );
    this.centre = mean;
    this.sd = sd;
    this.cut = cut;
    this.mass = normalSurvival(cut);
  }

  sample(stream: RandomStream): number {
    if (this.centre < 0) return this.tail(stream);
    for (;;) {
      const x = this.centre + this.sd * stream.normal();
      if (x >= 0) return x;
    }
  }

  /** Robert (1995), "Simulation of truncated normal variables", for a cut above the centre. */
  private tail(stream: RandomStream): number {
    const rate = 0.5 * (this.cut + Math.sqrt(this.cut * this.cut + 4));
    for (;;) {
      const excess = stream.exponential() / rate;
      const off = this.cut + excess - rate;
      if (stream.uniform() < Math.exp(-0.5 * off * off)) return this.sd * excess;
    }
  }

  cdf(x: number): number {
    if (x <= 0) return 0;
    const step = x / this.sd;
    if (step * Math.max(1, Math.abs(this.cut)) < 1) return this.nearCut(step);
    // Of two nearly equal masses take the smaller ones, on the side of the cut.
    const between =
      this.cut < 0
        ? normalSurvival(-this.cut - step) - normalSurvival(-this.cut)
        : this.mass - normalSurvival(this.cut + step);
    return between / this.mass;
  }

  /** The mass within `step` above the cut, by the Taylor series of the density: a difference would cancel. */
  private nearCut(step: number): number {
    let before = 0;
    let coefficient = 1;
    let power = step;
    let sum = step;
    for (let n = 1; n < 40; n++) {
      const next = -(this.cut * coefficient + before) / n;
      before = coefficient;
      coefficient = next;
      power *= step;
      sum += (coefficient * power) / (n + 1);
    }
    return this.cut < -UNCUT ? 0 : sum / millsRatio(this.cut);
  }

  survival(x: number): number {
    return x <= 0 ? 1 : normalSurvival(this.cut + x / this.sd) / this.mass;
  }

  protected inverse(p: number): number {
    return solveQuantile(this, p, 0, Math.max(0, this.centre) + 40 * this.sd);
  }

  describe(dimension: Dimension = "time"): string {
    const value = (x: number) => formatQuantity(x, dimension);
    return `normalTruncated(mean ${value(this.centre)}, sd ${value(this.sd)})`;
  }
}

export const normalTruncatedFamily: Family = {
  name: "normalTruncated",
  example: "normalTruncated(mean=5 ms, sd=1 ms)",
  forms: [
    {
      parameters: (dimension) => ({
        mean: { dimension, meaning: "the mean before the cut at 0" },
        sd: { dimension, above: 0, meaning: "the standard deviation before the cut at 0" },
      }),
      make: (where, { mean, sd }) => {
        // Further out the moments would lose digits, and such a distribution is an exponential by another name.
        if (mean < -10 * sd)
          throw new DomainError(`${where}: mean ${show(mean)} must be >= -10 times sd ${show(sd)}`);
        return new NormalTruncated(mean, sd);
      },
    },
  ],
};

/**
 * The normal distribution of `mean` and `sd` cut off at 0 (not rounded up to it): draws below 0 are drawn again.
 *
 * The moments of the result are those after the cut, so `mean` comes out larger than the one given.
 *
 * @throws DomainError when sd is not > 0 or mean is below −10 sd
 * @example normalTruncated({ mean: 0, sd: 1 }).mean; // => Math.sqrt(2 / Math.PI)
 */
export function normalTruncated(given: { readonly mean: TimeInput; readonly sd: TimeInput }): Distribution {
  return make("normalTruncated", normalTruncatedFamily, given);
}
