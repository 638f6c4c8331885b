/**
 * The distributions: one object each, for the simulator to draw from and the models to read.
 *
 * Each family stands in a file of its own under distributions/; here they are listed, read from data and texts, and
 * combined. To add one: its file, its line in `FAMILIES`, its type in `DistributionSpec`, its line in the test's list.
 */
import { deterministicFamily } from "./distributions/deterministic.ts";
import type { Distribution, DistributionSpec } from "./distributions/distribution.ts";
import { empiricalFamily } from "./distributions/empirical.ts";
import { erlangFamily } from "./distributions/erlang.ts";
import { exponentialFamily } from "./distributions/exponential.ts";
import { type Family, make } from "./distributions/family.ts";
import { hyperexponentialFamily } from "./distributions/hyperexponential.ts";
import { lognormalFamily } from "./distributions/lognormal.ts";
import { mixtureFamily, mixtureOf } from "./distributions/mixture.ts";
import { normalTruncatedFamily } from "./distributions/normal-truncated.ts";
import { paretoFamily } from "./distributions/pareto.ts";
import { readScale, scaledFamily } from "./distributions/scaled.ts";
import { readShift, shiftedFamily } from "./distributions/shifted.ts";
import { looksLikeCall, parseCall } from "./distributions/text.ts";
import { uniformFamily } from "./distributions/uniform.ts";
import { weibullFamily } from "./distributions/weibull.ts";
import { DomainError, show, UsageError, unknownName } from "./errors.ts";
import { type Dimension, parseQuantity, type TimeInput } from "./units.ts";

export { type DeterministicSpec, deterministic } from "./distributions/deterministic.ts";
export type { Distribution, DistributionSpec } from "./distributions/distribution.ts";
export { type EmpiricalSpec, empirical } from "./distributions/empirical.ts";
export { type ErlangSpec, erlang } from "./distributions/erlang.ts";
export { type ExponentialSpec, exponential } from "./distributions/exponential.ts";
export {
  type HyperexponentialSpec,
  hyperexponential,
  hyperexponentialFrom,
} from "./distributions/hyperexponential.ts";
export { type LognormalSpec, lognormal } from "./distributions/lognormal.ts";
export type { MixtureSpec } from "./distributions/mixture.ts";
export { type NormalTruncatedSpec, normalTruncated } from "./distributions/normal-truncated.ts";
export { type ParetoSpec, pareto } from "./distributions/pareto.ts";
export type { ScaledSpec } from "./distributions/scaled.ts";
export type { ShiftedSpec } from "./distributions/shifted.ts";
export { type UniformSpec, uniform } from "./distributions/uniform.ts";
export { type WeibullSpec, weibull } from "./distributions/weibull.ts";

const FAMILIES: readonly Family[] = [
  deterministicFamily,
  uniformFamily,
  exponentialFamily,
  erlangFamily,
  hyperexponentialFamily,
  normalTruncatedFamily,
  lognormalFamily,
  paretoFamily,
  weibullFamily,
  mixtureFamily,
  empiricalFamily,
  shiftedFamily,
  scaledFamily,
];

/** The names and how each is written, for help texts. */
export const DISTRIBUTIONS: readonly { readonly name: string; readonly example: string }[] = FAMILIES.map(
  ({ name, example }) => ({ name, example }),
);

/** What a caller may give for a distribution: the object, its data, an SI number or a text. */
export type DistributionInput = Distribution | DistributionSpec | TimeInput;

function familyOf(where: string, name: unknown): Family {
  const known = FAMILIES.map((family) => family.name);
  if (typeof name !== "string")
    throw new UsageError(
      `${where}: distribution must be a name, got ${show(name)} (known: ${known.join(", ")})`,
    );
  const family = FAMILIES.find((candidate) => candidate.name === name);
  if (family === undefined) throw unknownName(where, "distribution", name, known);
  return family;
}

function fromData(
  prefix: string,
  data: Readonly<Record<string, unknown>>,
  dimension: Dimension,
): Distribution {
  if (!Object.hasOwn(data, "distribution")) {
    throw new UsageError(
      `${prefix === "" ? "distributionFrom" : prefix}: distribution is missing (known: ${FAMILIES.map((f) => f.name).join(", ")})`,
    );
  }
  const { distribution, ...given } = data;
  const family = familyOf(prefix === "" ? "distributionFrom" : prefix, distribution);
  const where = prefix === "" ? family.name : `${prefix}: ${family.name}`;
  // A hyperexponential has lists as data and two numbers as text: what is there decides.
  if (family.fromData !== undefined && !(family.forms.length > 0 && Object.hasOwn(given, "scv")))
    return family.fromData(
      where,
      given,
      (at, value) => toDistribution(at, value as never, dimension),
      dimension,
      false,
    );
  return make(where, family, given, dimension);
}

function fromText(where: string, text: string, dimension: Dimension): Distribution {
  if (!looksLikeCall(text)) {
    const value = parseQuantity(where, text, dimension);
    return make(where, deterministicFamily, { value }, dimension);
  }
  const bare = /^\s*(\w+)/.exec(text)?.[1];
  const family = familyOf(where, bare);
  const { name, given } = parseCall(where, text, family.example);
  const at = `${where}: ${name}`;
  if (family.forms.length > 0) return make(at, family, given, dimension, true);
  if (family.fromData === undefined || family.example.includes("["))
    throw new UsageError(`${where}: ${name} cannot be written as text (write ${family.example} in code)`);
  return family.fromData(
    at,
    given,
    (w, value) => toDistribution(w, value as never, dimension),
    dimension,
    true,
  );
}

/**
 * Makes the distribution that a spec describes.
 *
 * @throws UsageError for an unknown family or parameter, DomainError for a value outside its domain
 * @example distributionFrom({ distribution: "exponential", mean: 0.001 }).variance; // => 1e-6
 */
export function distributionFrom(spec: DistributionSpec): Distribution {
  if (spec === null || typeof spec !== "object" || Array.isArray(spec))
    throw new UsageError(`distributionFrom: spec must be an object with distribution, got ${show(spec)}`);
  return fromData("", spec as unknown as Readonly<Record<string, unknown>>, "time");
}

function isDistribution(given: object): given is Distribution {
  return typeof (given as { sample?: unknown }).sample === "function";
}

/**
 * Reads whatever a caller may give for a distribution: the object, its spec, a number (the constant, in SI), or a
 * text: `5 ms`, `exponential(mean=1 ms)`, `lognormal(p50=1 ms, p99=6 ms)`, `shifted(of=…, by=5 ms)`.
 *
 * @param where first words of any error, for instance `network.lan: rtt`
 * @param dimension what units the texts have; default time
 * @throws UsageError for an unknown name, missing value or unreadable text, DomainError for a value outside its domain
 * @example toDistribution("demo: rtt", "5 ms").mean; // => 0.005
 * @example toDistribution("demo: rtt", "exponential(mean=1 ms)").scv; // => 1
 */
export function toDistribution(
  where: string,
  given: DistributionInput,
  dimension: Dimension = "time",
): Distribution {
  if (typeof given === "string") return fromText(where, given, dimension);
  if (typeof given === "number")
    return make(where, deterministicFamily, { value: parseQuantity(where, given, dimension) });
  if (given !== null && typeof given === "object" && !Array.isArray(given)) {
    if (isDistribution(given)) return given;
    return fromData(where, given as unknown as Readonly<Record<string, unknown>>, dimension);
  }
  throw new DomainError(`${where} must be a number, a text or a distribution, got ${show(given)}`);
}

/**
 * A mixture: each draw comes from one part, chosen by weight; only the ratios of weights count.
 *
 * @throws DomainError when there is no part or a weight is not > 0
 * @example mixture([{ weight: 0.9, of: "1 ms" }, { weight: 0.1, of: "11 ms" }]).mean; // => 0.002
 */
export function mixture(
  parts: readonly { readonly weight: number; readonly of: DistributionInput }[],
): Distribution {
  return mixtureOf("mixture", parts, (where, given) => toDistribution(where, given as DistributionInput));
}

/**
 * A distribution plus a constant, which may be negative: propagation plus jitter.
 *
 * @example shifted(exponential("1 ms"), "5 ms").mean; // => 0.006
 */
export function shifted(of: DistributionInput, by: TimeInput): Distribution {
  return readShift("shifted", toDistribution("shifted: of", of), by, "time");
}

/**
 * A distribution times a factor > 0.
 *
 * @throws DomainError when the factor is not > 0 and finite
 * @example scaled(exponential("10 ms"), 0.5).mean; // => 0.005
 */
export function scaled(of: DistributionInput, factor: number): Distribution {
  return readScale("scaled", toDistribution("scaled: of", of), factor);
}
