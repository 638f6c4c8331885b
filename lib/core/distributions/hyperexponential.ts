/** The hyperexponential distribution: one of several exponentials, chosen at random; more variable than one. */
import { DomainError, refuseUnknown, show } from "../errors.ts";
import { checkNumber } from "../parameters.ts";
import type { RandomStream } from "../random.ts";
import { type Dimension, formatQuantity, parseQuantity, type TimeInput } from "../units.ts";
import { Base, type Distribution } from "./distribution.ts";
import { type Family, make } from "./family.ts";
import { solveQuantile } from "./solve-quantile.ts";

/** With probability p[i] exponential of mean means[i]. */
export interface HyperexponentialSpec {
  readonly distribution: "hyperexponential";
  readonly p: readonly number[];
  readonly means: readonly number[];
}

class Hyperexponential extends Base {
  private readonly p: Float64Array;
  private readonly cumulative: Float64Array;
  private readonly means: Float64Array;

  constructor(p: readonly number[], means: readonly number[]) {
    const total = p.reduce((a, b) => a + b, 0);
    const shares = Float64Array.from(p, (x) => x / total);
    const sum = (f: (mean: number) => number) =>
      shares.reduce((all, share, i) => all + share * f(means[i]), 0);
    const mean = sum((m) => m);
    super(
      { distribution: "hyperexponential", p: [...p], means: [...means] },
      {
        mean,
        variance: sum((m) => m * m + (m - mean) * (m - mean)),
        thirdMoment: sum((m) => 6 * m * m * m),
        minimum: 0,
        maximum: Number.POSITIVE_INFINITY,
      },
    );
    this.p = shares;
    this.means = Float64Array.from(means);
    let reached = 0;
    this.cumulative = shares.map((share) => {
      reached += share;
      return reached;
    });
  }

  sample(stream: RandomStream): number {
    const u = stream.uniform();
    let i = 0;
    const last = this.means.length - 1;
    while (i < last && u >= this.cumulative[i]) i++;
    return this.means[i] * stream.exponential();
  }

  cdf(x: number): number {
    if (x <= 0) return 0;
    let sum = 0;
    for (let i = 0; i < this.p.length; i++) sum -= this.p[i] * Math.expm1(-x / this.means[i]);
    return Math.min(1, sum);
  }

  survival(x: number): number {
    if (x <= 0) return 1;
    let sum = 0;
    for (let i = 0; i < this.p.length; i++) sum += this.p[i] * Math.exp(-x / this.means[i]);
    return Math.min(1, sum);
  }

  protected inverse(p: number): number {
    const unit = -Math.log1p(-p);
    return solveQuantile(
      this,
      p,
      0.99 * unit * Math.min(...this.means),
      1.01 * unit * Math.max(...this.means),
    );
  }

  describe(dimension: Dimension = "time"): string {
    return `hyperexponential(mean ${formatQuantity(this.mean, dimension)}, scv ${Number(this.scv.toPrecision(3))})`;
  }
}

/** Two phases of equal share of the mean (Whitt 1982, "Approximating a point process by a renewal process"). */
function balanced(mean: number, scv: number): Distribution {
  const root = Math.sqrt((scv - 1) / (scv + 1));
  const often = 0.5 * (1 + root);
  // ½(1 − root) without cancellation.
  const seldom = 1 / ((scv + 1) * (1 + root));
  return new Hyperexponential([often, seldom], [mean / (2 * often), mean / (2 * seldom)]);
}

function listOf(where: string, name: string, given: unknown): readonly unknown[] {
  if (!Array.isArray(given) || given.length === 0)
    throw new DomainError(`${where}: ${name} must be a list of at least 1 value, got ${show(given)}`);
  return given;
}

function fromLists(where: string, data: Readonly<Record<string, unknown>>): Distribution {
  refuseUnknown(where, "parameter", Object.getOwnPropertyNames(data), ["p", "means"]);
  const p = listOf(where, "p", data.p).map((value, i) =>
    checkNumber(where, `p[${i}]`, value, { dimension: "one", above: 0, max: 1, meaning: "a probability" }),
  );
  const means = listOf(where, "means", data.means).map((value, i) => {
    const seconds = parseQuantity(`${where}: means[${i}]`, value, "time");
    return checkNumber(where, `means[${i}]`, seconds, { dimension: "time", above: 0, meaning: "a mean" });
  });
  if (p.length !== means.length)
    throw new DomainError(`${where}: p of ${p.length} values must be as long as means of ${means.length}`);
  const total = p.reduce((a, b) => a + b, 0);
  if (Math.abs(total - 1) > 1e-9) throw new DomainError(`${where}: p must sum to 1, got ${show(total)}`);
  return new Hyperexponential(p, means);
}

export const hyperexponentialFamily: Family = {
  name: "hyperexponential",
  example: "hyperexponential(mean=1 ms, scv=4)",
  forms: [
    {
      parameters: (dimension) => ({
        mean: { dimension, above: 0, meaning: "the mean" },
        scv: { dimension: "one", min: 1, meaning: "the squared coefficient of variation" },
      }),
      make: (_where, { mean, scv }) => balanced(mean, scv),
    },
  ],
  fromData: fromLists,
};

/**
 * The hyperexponential distribution: with probability p[i] exponential of mean means[i].
 *
 * @throws DomainError when p does not sum to 1, lengths differ or a mean is not > 0
 * @example hyperexponential({ p: [0.5, 0.5], means: [1, 3] }).mean; // => 2
 */
export function hyperexponential(given: {
  readonly p: readonly number[];
  readonly means: readonly TimeInput[];
}): Distribution {
  return fromLists("hyperexponential", given);
}

/**
 * The hyperexponential of two phases with balanced means, p₁ m₁ = p₂ m₂, of a given mean and scv ≥ 1.
 *
 * @throws DomainError when the mean is not > 0 or the scv is not >= 1
 * @example hyperexponentialFrom({ mean: "1 ms", scv: 4 }).scv; // => 4
 */
export function hyperexponentialFrom(given: {
  readonly mean: TimeInput;
  readonly scv: number;
}): Distribution {
  return make("hyperexponentialFrom", hyperexponentialFamily, given);
}
