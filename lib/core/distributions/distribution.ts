/**
 * What a distribution is: one object from which the simulator draws and whose moments and cdf a model reads, so
 * that the two cannot disagree about the input.
 */
import { DomainError, show } from "../errors.ts";
import type { RandomStream } from "../random.ts";
import type { Dimension } from "../units.ts";
import type { DeterministicSpec } from "./deterministic.ts";
import type { EmpiricalSpec } from "./empirical.ts";
import type { ErlangSpec } from "./erlang.ts";
import type { ExponentialSpec } from "./exponential.ts";
import type { HyperexponentialSpec } from "./hyperexponential.ts";
import type { LognormalSpec } from "./lognormal.ts";
import type { MixtureSpec } from "./mixture.ts";
import type { NormalTruncatedSpec } from "./normal-truncated.ts";
import type { ParetoSpec } from "./pareto.ts";
import type { ScaledSpec } from "./scaled.ts";
import type { ShiftedSpec } from "./shifted.ts";
import type { UniformSpec } from "./uniform.ts";
import type { WeibullSpec } from "./weibull.ts";

/** A distribution as plain data in SI units; survives JSON and structured clone. Closed by `distribution`. */
export type DistributionSpec =
  | DeterministicSpec
  | UniformSpec
  | ExponentialSpec
  | ErlangSpec
  | HyperexponentialSpec
  | NormalTruncatedSpec
  | LognormalSpec
  | ParetoSpec
  | WeibullSpec
  | MixtureSpec
  | EmpiricalSpec
  | ShiftedSpec
  | ScaledSpec;

/** A distribution of one quantity; values are seconds unless said otherwise. */
export interface Distribution {
  /** The same distribution as plain data. */
  readonly spec: DistributionSpec;
  /** Infinity where the integral diverges. */
  readonly mean: number;
  /** Infinity where the second moment is infinite. */
  readonly variance: number;
  /** Squared coefficient of variation, variance / mean²; 0 for a constant, also the constant 0. */
  readonly scv: number;
  /** The raw third moment E[X³]; Infinity where infinite. */
  readonly thirdMoment: number;
  /** The ends of the support; the upper one may be Infinity. */
  readonly minimum: number;
  readonly maximum: number;
  /** One draw; allocates nothing. */
  sample(stream: RandomStream): number;
  /** P(X ≤ x), accurate where it is tiny. */
  cdf(x: number): number;
  /** P(X > x), accurate where it is tiny. */
  survival(x: number): number;
  /** The smallest x with P(X ≤ x) ≥ p; the ends of the support at 0 and 1. @throws DomainError outside [0, 1] */
  quantile(p: number): number;
  /** For people: `exponential(mean 1 ms)`. */
  describe(dimension?: Dimension): string;
}

/** Moments and support, as a family computes them from its parameters. */
export interface Summary {
  readonly mean: number;
  readonly variance: number;
  readonly thirdMoment: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** What all families share. A family adds its draw, its cdf on both sides, and its inverse. */
export abstract class Base implements Distribution {
  readonly spec: DistributionSpec;
  readonly mean: number;
  readonly variance: number;
  readonly scv: number;
  readonly thirdMoment: number;
  readonly minimum: number;
  readonly maximum: number;

  constructor(spec: DistributionSpec, summary: Summary) {
    this.spec = spec;
    this.mean = summary.mean;
    this.variance = summary.variance;
    this.thirdMoment = summary.thirdMoment;
    this.minimum = summary.minimum;
    this.maximum = summary.maximum;
    // Of an infinite variance the ratio is infinite whatever the mean.
    const { mean, variance } = summary;
    this.scv =
      variance === 0 ? 0 : variance === Number.POSITIVE_INFINITY ? variance : variance / (mean * mean);
  }

  abstract sample(stream: RandomStream): number;
  abstract cdf(x: number): number;
  abstract survival(x: number): number;
  abstract describe(dimension?: Dimension): string;
  /** The quantile for 0 < p < 1. */
  protected abstract inverse(p: number): number;

  quantile(p: number): number {
    if (!(p >= 0 && p <= 1))
      throw new DomainError(`${this.spec.distribution}: p must be >= 0 and <= 1, got ${show(p)}`);
    return p === 0 ? this.minimum : p === 1 ? this.maximum : this.inverse(p);
  }
}
