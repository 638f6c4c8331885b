/** A mixture: each draw comes from one of several distributions, chosen by weight. Say, 95 % cache hits, 5 % misses. */
import { DomainError, refuseUnknown, show } from "../errors.ts";
import { checkNumber } from "../parameters.ts";
import type { RandomStream } from "../random.ts";
import type { Dimension } from "../units.ts";
import { Base, type Distribution, type DistributionSpec } from "./distribution.ts";
import type { Family, Reader } from "./family.ts";
import { solveQuantile } from "./solve-quantile.ts";

/** Weights need not sum to 1; only their ratios count. */
export interface MixtureSpec {
  readonly distribution: "mixture";
  readonly parts: readonly { readonly weight: number; readonly of: DistributionSpec }[];
}

class Mixture extends Base {
  private readonly parts: readonly Distribution[];
  private readonly shares: Float64Array;
  private readonly cumulative: Float64Array;

  constructor(weights: readonly number[], parts: readonly Distribution[]) {
    const total = weights.reduce((a, b) => a + b, 0);
    const shares = Float64Array.from(weights, (w) => w / total);
    const sum = (f: (part: Distribution) => number) =>
      parts.reduce((all, part, i) => all + shares[i] * f(part), 0);
    const mean = sum((part) => part.mean);
    const spread = sum((part) => part.variance + (part.mean - mean) * (part.mean - mean));
    super(
      {
        distribution: "mixture",
        parts: parts.map((part, i) => ({ weight: weights[i], of: part.spec })),
      },
      {
        mean,
        variance: mean === Number.POSITIVE_INFINITY ? mean : spread,
        thirdMoment: sum((part) => part.thirdMoment),
        minimum: Math.min(...parts.map((part) => part.minimum)),
        maximum: Math.max(...parts.map((part) => part.maximum)),
      },
    );
    this.parts = parts;
    this.shares = shares;
    let reached = 0;
    this.cumulative = shares.map((share) => {
      reached += share;
      return reached;
    });
  }

  sample(stream: RandomStream): number {
    const u = stream.uniform();
    let i = 0;
    const last = this.parts.length - 1;
    while (i < last && u >= this.cumulative[i]) i++;
    return this.parts[i].sample(stream);
  }

  cdf(x: number): number {
    let sum = 0;
    for (let i = 0; i < this.parts.length; i++) sum += this.shares[i] * this.parts[i].cdf(x);
    return Math.min(1, sum);
  }

  survival(x: number): number {
    let sum = 0;
    for (let i = 0; i < this.parts.length; i++) sum += this.shares[i] * this.parts[i].survival(x);
    return Math.min(1, sum);
  }

  protected inverse(p: number): number {
    const each = this.parts.map((part) => part.quantile(p));
    return solveQuantile(this, p, Math.min(...each), Math.max(...each));
  }

  describe(dimension: Dimension = "time"): string {
    const text = this.parts.map(
      (part, i) => `${Number((this.shares[i] * 100).toPrecision(3))} % ${part.describe(dimension)}`,
    );
    return `mixture(${text.join(", ")})`;
  }
}

/** Reads the parts, each with its weight and what `read` understands. */
export function mixtureOf(where: string, given: unknown, read: Reader): Distribution {
  if (!Array.isArray(given) || given.length === 0)
    throw new DomainError(`${where}: parts must be a list of at least 1 { weight, of }, got ${show(given)}`);
  const weights: number[] = [];
  const parts: Distribution[] = [];
  given.forEach((part: unknown, i) => {
    const at = `${where}: part ${i + 1}`;
    if (part === null || typeof part !== "object")
      throw new DomainError(`${at} must be { weight, of }, got ${show(part)}`);
    refuseUnknown(at, "parameter", Object.getOwnPropertyNames(part), ["weight", "of"]);
    const { weight, of } = part as { weight?: unknown; of?: unknown };
    weights.push(checkNumber(at, "weight", weight, { dimension: "one", above: 0, meaning: "the weight" }));
    parts.push(read(`${at}: of`, of));
  });
  return new Mixture(weights, parts);
}

export const mixtureFamily: Family = {
  name: "mixture",
  example: "mixture([{ weight: 0.9, of: exponential(ms(1)) }, { weight: 0.1, of: ms(20) }])",
  forms: [],
  fromData: (where, data, read) => {
    refuseUnknown(where, "parameter", Object.getOwnPropertyNames(data), ["parts"]);
    return mixtureOf(where, data.parts, read);
  },
};
