/** A distribution moved by a constant: a propagation delay plus jitter. */
import { refuseUnknown } from "../errors.ts";
import { checkNumber } from "../parameters.ts";
import type { RandomStream } from "../random.ts";
import { type Dimension, formatQuantity, parseQuantity } from "../units.ts";
import { Deterministic } from "./deterministic.ts";
import { Base, type Distribution, type DistributionSpec, type Summary } from "./distribution.ts";
import { Exponential } from "./exponential.ts";
import type { Family, Reader } from "./family.ts";

/** `of` plus the constant `by`. */
export interface ShiftedSpec {
  readonly distribution: "shifted";
  readonly of: DistributionSpec;
  readonly by: number;
}

function summaryOf(of: Distribution, by: number): Summary {
  const second = of.variance + of.mean * of.mean;
  const third = of.thirdMoment + by * (3 * second + by * (3 * of.mean + by));
  return {
    mean: of.mean + by,
    variance: of.variance,
    // A term of −Infinity cannot win against a higher moment that is infinite too.
    thirdMoment: of.thirdMoment === Number.POSITIVE_INFINITY ? of.thirdMoment : third,
    minimum: of.minimum + by,
    maximum: of.maximum + by,
  };
}

export class Shifted extends Base {
  readonly of: Distribution;
  readonly by: number;

  constructor(of: Distribution, by: number) {
    super({ distribution: "shifted", of: of.spec, by }, summaryOf(of, by));
    this.of = of;
    this.by = by;
  }

  sample(stream: RandomStream): number {
    return this.by + this.of.sample(stream);
  }

  cdf(x: number): number {
    return this.of.cdf(x - this.by);
  }

  survival(x: number): number {
    return this.of.survival(x - this.by);
  }

  protected inverse(p: number): number {
    return this.by + this.of.quantile(p);
  }

  describe(dimension: Dimension = "time"): string {
    return `${formatQuantity(this.by, dimension)} + ${this.of.describe(dimension)}`;
  }
}

/** The usual link, drawn without a second virtual call. */
class ShiftedExponential extends Shifted {
  private readonly scale: number;

  constructor(of: Distribution, by: number) {
    super(of, by);
    this.scale = of.mean;
  }

  override sample(stream: RandomStream): number {
    return this.by + this.scale * stream.exponential();
  }
}

/** Adds a constant; constants and shifts are folded into one. */
export function shiftedBy(of: Distribution, by: number): Distribution {
  if (by === 0) return of;
  if (of instanceof Deterministic) return new Deterministic(of.mean + by);
  if (of instanceof Shifted) return shiftedBy(of.of, of.by + by);
  return of instanceof Exponential ? new ShiftedExponential(of, by) : new Shifted(of, by);
}

/** Reads the constant, which may be negative. */
export function readShift(
  where: string,
  of: Distribution,
  given: unknown,
  dimension: Dimension,
): Distribution {
  const by = parseQuantity(`${where}: by`, given, dimension);
  return shiftedBy(of, checkNumber(where, "by", by, { dimension, meaning: "the constant" }));
}

export const shiftedFamily: Family = {
  name: "shifted",
  example: "shifted(of=exponential(mean=1 ms), by=5 ms)",
  forms: [],
  fromData: (where, data, read: Reader, dimension) => {
    refuseUnknown(where, "parameter", Object.getOwnPropertyNames(data), ["of", "by"]);
    return readShift(where, read(`${where}: of`, data.of), data.by, dimension);
  },
};
