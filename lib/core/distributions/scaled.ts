/** A distribution times a constant: half of a round-trip time, a disk twice as slow. */
import { refuseUnknown } from "../errors.ts";
import { readParameter } from "../parameters.ts";
import type { RandomStream } from "../random.ts";
import type { Dimension } from "../units.ts";
import { Deterministic } from "./deterministic.ts";
import { Base, type Distribution, type DistributionSpec } from "./distribution.ts";
import { Exponential } from "./exponential.ts";
import type { Family, Reader } from "./family.ts";
import { Shifted, shiftedBy } from "./shifted.ts";

/** `of` times the constant `factor`. */
export interface ScaledSpec {
  readonly distribution: "scaled";
  readonly of: DistributionSpec;
  readonly factor: number;
}

class Scaled extends Base {
  private readonly of: Distribution;
  private readonly factor: number;

  constructor(of: Distribution, factor: number) {
    super(
      { distribution: "scaled", of: of.spec, factor },
      {
        mean: of.mean * factor,
        variance: of.variance * factor * factor,
        thirdMoment: of.thirdMoment * factor * factor * factor,
        minimum: of.minimum * factor,
        maximum: of.maximum * factor,
      },
    );
    this.of = of;
    this.factor = factor;
  }

  sample(stream: RandomStream): number {
    return this.factor * this.of.sample(stream);
  }

  cdf(x: number): number {
    return this.of.cdf(x / this.factor);
  }

  survival(x: number): number {
    return this.of.survival(x / this.factor);
  }

  protected inverse(p: number): number {
    return this.factor * this.of.quantile(p);
  }

  describe(dimension: Dimension = "time"): string {
    return `${Number(this.factor.toPrecision(3))} * ${this.of.describe(dimension)}`;
  }
}

/** Multiplies by a constant, inside a shift; constants and exponentials stay what they are, and so stay fast. */
export function scaledBy(of: Distribution, factor: number): Distribution {
  if (factor === 1) return of;
  if (of instanceof Deterministic) return new Deterministic(of.mean * factor);
  if (of instanceof Shifted) return shiftedBy(scaledBy(of.of, factor), of.by * factor);
  return of instanceof Exponential ? new Exponential(of.mean * factor) : new Scaled(of, factor);
}

/** Reads the factor. */
export function readScale(where: string, of: Distribution, given: unknown, text = false): Distribution {
  const factor = readParameter(
    where,
    "factor",
    given,
    { dimension: "one", above: 0, meaning: "the factor" },
    text,
  );
  return scaledBy(of, factor as number);
}

export const scaledFamily: Family = {
  name: "scaled",
  example: "scaled(of=lognormal(p50=1 ms, p99=6 ms), factor=0.5)",
  forms: [],
  fromData: (where, data, read: Reader, _dimension, text) => {
    refuseUnknown(where, "parameter", Object.getOwnPropertyNames(data), ["of", "factor"]);
    return readScale(where, read(`${where}: of`, data.of), data.factor, text);
  },
};
