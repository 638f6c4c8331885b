/** The constant. */
import type { RandomStream } from "../random.ts";
import { type Dimension, formatQuantity, type TimeInput } from "../units.ts";
import { Base, type Distribution } from "./distribution.ts";
import { type Family, make } from "./family.ts";

/** Always `value`. */
export interface DeterministicSpec {
  readonly distribution: "deterministic";
  readonly value: number;
}

export class Deterministic extends Base {
  private readonly value: number;

  constructor(value: number) {
    super(
      { distribution: "deterministic", value },
      { mean: value, variance: 0, thirdMoment: value * value * value, minimum: value, maximum: value },
    );
    this.value = value;
  }

  sample(_stream: RandomStream): number {
    return this.value;
  }

  cdf(x: number): number {
    return x >= this.value ? 1 : 0;
  }

  survival(x: number): number {
    return x >= this.value ? 0 : 1;
  }

  protected inverse(): number {
    return this.value;
  }

  describe(dimension: Dimension = "time"): string {
    return formatQuantity(this.value, dimension);
  }
}

export const deterministicFamily: Family = {
  name: "deterministic",
  example: "deterministic(value=1 ms)",
  forms: [
    {
      parameters: (dimension) => ({ value: { dimension, meaning: "the constant value" } }),
      make: (_where, { value }) => new Deterministic(value),
    },
  ],
};

/**
 * The constant `value`, a number in SI or a text with a time unit.
 *
 * @throws DomainError when the value is not finite
 * @example deterministic("5 ms").mean; // => 0.005
 */
export function deterministic(value: TimeInput): Distribution {
  return make("deterministic", deterministicFamily, { value });
}
