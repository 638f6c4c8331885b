/** The distribution of a sample: every value as likely as it was observed; nothing between, nothing beyond. */
import { DomainError, refuseUnknown, show } from "../errors.ts";
import { checkNumber } from "../parameters.ts";
import type { RandomStream } from "../random.ts";
import { type Dimension, formatQuantity, parseQuantity, type TimeInput } from "../units.ts";
import { Base, type Distribution } from "./distribution.ts";
import type { Family } from "./family.ts";

/** Values in ascending order; without weights all count alike. */
export interface EmpiricalSpec {
  readonly distribution: "empirical";
  readonly values: readonly number[];
  readonly weights?: readonly number[];
}

interface Atom {
  readonly value: number;
  readonly weight: number;
}

class Empirical extends Base {
  private readonly values: Float64Array;
  /** P(X ≤ values[i]) at i + 1, with 0 before the first; and P(X > values[i]) at i + 1, with 1 before the first. */
  private readonly reached: Float64Array;
  private readonly left: Float64Array;
  private readonly equal: boolean;

  constructor(atoms: readonly Atom[], equal: boolean) {
    const n = atoms.length;
    const values = Float64Array.from(atoms, (atom) => atom.value);
    const total = atoms.reduce((sum, atom) => sum + atom.weight, 0);
    const average = (f: (x: number) => number) =>
      atoms.reduce((sum, atom) => sum + (atom.weight / total) * f(atom.value), 0);
    const mean = average((x) => x);
    const spec: EmpiricalSpec = { distribution: "empirical", values: Array.from(values) };
    super(equal ? spec : { ...spec, weights: atoms.map((atom) => atom.weight) }, {
      mean: values[0] === values[n - 1] ? values[0] : mean,
      variance: values[0] === values[n - 1] ? 0 : average((x) => (x - mean) * (x - mean)),
      thirdMoment: average((x) => x * x * x),
      minimum: values[0],
      maximum: values[n - 1],
    });
    this.values = values;
    this.equal = equal;
    this.reached = new Float64Array(n + 1);
    this.left = new Float64Array(n + 1);
    let sum = 0;
    for (let i = 0; i < n; i++) {
      sum += atoms[i].weight;
      this.reached[i + 1] = equal ? (i + 1) / n : sum / total;
    }
    this.reached[n] = 1;
    sum = 0;
    for (let i = n - 1; i >= 0; i--) {
      sum += atoms[i].weight;
      this.left[i] = equal ? (n - i) / n : sum / total;
    }
    this.left[0] = 1;
  }

  sample(stream: RandomStream): number {
    if (this.equal) return this.values[stream.integer(this.values.length)];
    return this.values[this.first(this.reached, stream.uniform(), true)];
  }

  /** The first index whose entry after it is ≥ p (or > p when strict). */
  private first(table: Float64Array, p: number, strict: boolean): number {
    let low = 0;
    let high = this.values.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const entry = table[middle + 1];
      if (strict ? entry > p : entry >= p) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** How many values are ≤ x. */
  private upTo(x: number): number {
    let low = 0;
    let high = this.values.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.values[middle] <= x) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  cdf(x: number): number {
    return this.reached[this.upTo(x)];
  }

  survival(x: number): number {
    return this.left[this.upTo(x)];
  }

  /** The order statistic: the smallest value with cdf ≥ p. */
  protected inverse(p: number): number {
    return this.values[this.first(this.reached, p, false)];
  }

  describe(dimension: Dimension = "time"): string {
    const value = (x: number) => formatQuantity(x, dimension);
    return `empirical(${this.values.length} values, mean ${value(this.mean)}, p99 ${value(this.quantile(0.99))})`;
  }
}

function isList(given: unknown): given is ArrayLike<unknown> {
  return Array.isArray(given) || given instanceof Float64Array || given instanceof Float32Array;
}

function read(where: string, data: Readonly<Record<string, unknown>>): Distribution {
  refuseUnknown(where, "parameter", Object.getOwnPropertyNames(data), ["values", "weights"]);
  const { values, weights } = data;
  if (!isList(values) || values.length === 0)
    throw new DomainError(`${where}: values must be a list of at least 1 value, got ${show(values)}`);
  if (weights !== undefined && (!isList(weights) || weights.length !== values.length)) {
    throw new DomainError(
      `${where}: weights must be a list as long as values (${values.length}), got ${isList(weights) ? `${weights.length} values` : show(weights)}`,
    );
  }
  const atoms = Array.from(values, (value, i): Atom => {
    const weight = weights === undefined ? 1 : weights[i];
    return {
      value: parseQuantity(`${where}: values[${i}]`, value, "time"),
      weight: checkNumber(where, `weights[${i}]`, weight, {
        dimension: "one",
        min: 0,
        meaning: "the weight",
      }),
    };
  }).filter((atom) => atom.weight > 0);
  if (atoms.length === 0) throw new DomainError(`${where}: weights must not all be 0`);
  atoms.sort((a, b) => a.value - b.value);
  return new Empirical(atoms, weights === undefined);
}

export const empiricalFamily: Family = {
  name: "empirical",
  example: "empirical([ms(1), ms(2), ms(2.5)])",
  forms: [],
  fromData: read,
};

/**
 * The distribution of observed values (numbers in SI or texts with a time unit), all alike or with weights.
 *
 * The cdf is a step function and the quantile an order statistic: the smallest value with cdf ≥ p.
 *
 * @throws DomainError when there is no value, a value is not finite, or a weight is negative
 * @example empirical([1, 2, 2, 5]).cdf(2); // => 0.75
 * @example empirical({ values: [1, 3], weights: [3, 1] }).mean; // => 1.5
 */
export function empirical(
  given:
    | readonly TimeInput[]
    | Float64Array
    | {
        readonly values: readonly TimeInput[] | Float64Array;
        readonly weights?: readonly number[] | Float64Array;
      },
): Distribution {
  const data = isList(given) ? { values: given } : given;
  if (data === null || typeof data !== "object")
    throw new DomainError(`empirical: values must be a list of at least 1 value, got ${show(given)}`);
  return read("empirical", data as Readonly<Record<string, unknown>>);
}
