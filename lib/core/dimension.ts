/**
 * Dimensions as vectors of exponents over second, byte and bit.
 *
 * Bytes and bits are kept apart although both measure information: sizes are in bytes and bandwidths in bit/s, so a
 * formula that forgets the factor 8 has the wrong dimension and does not load. The constant `bitsPerByte` (8 bit/B)
 * joins the two. Counts (operations, nodes, messages) have no dimension.
 */
import { DomainError, show } from "./errors.ts";
import type { Dimension } from "./units.ts";

/** Exponents of second, byte and bit. */
export type DimensionVector = readonly [second: number, byte: number, bit: number];

/**
 * A named dimension of `units.ts` or a product of powers of s, B and bit for quantities between the lines of a
 * formula: `"s^2"`, `"s^2/bit"`, `"bit/B"`.
 */
export type DimensionText = Dimension | (string & {});

export const DIMENSIONLESS: DimensionVector = [0, 0, 0];

const NAMED: { readonly [D in Dimension]: DimensionVector } = {
  time: [1, 0, 0],
  size: [0, 1, 0],
  bandwidth: [-1, 0, 1],
  rate: [-1, 0, 0],
  timePerByte: [1, -1, 0],
  one: DIMENSIONLESS,
};

const NAMES: { readonly [D in Dimension]: string } = {
  time: "time",
  size: "size",
  bandwidth: "bandwidth",
  rate: "rate",
  timePerByte: "time per byte",
  one: "number",
};

const BASE = ["s", "B", "bit"] as const;

/**
 * Reads a dimension: a name of `units.ts` or a product such as `"s^2/bit"`.
 * @throws DomainError when the text is neither
 */
export function readDimension(where: string, text: DimensionText): DimensionVector {
  if (Object.hasOwn(NAMED, text)) return NAMED[text as Dimension];
  const vector: [number, number, number] = [0, 0, 0];
  for (const [i, side] of text.split("/").entries()) {
    for (const factor of side.split("*")) {
      const match = /^\s*(s|B|bit|1)(?:\^(-?\d+(?:\.\d+)?))?\s*$/.exec(factor);
      if (match === null || i > 1) {
        throw new DomainError(
          `${where}: dimension must be one of ${Object.keys(NAMED).join(", ")} or a product such as "s^2/bit", got ${show(text)}`,
        );
      }
      const base = BASE.indexOf(match[1] as "s");
      if (base >= 0) vector[base] += (i === 0 ? 1 : -1) * Number(match[2] ?? 1);
    }
  }
  return vector;
}

export function sameDimension(a: DimensionVector, b: DimensionVector): boolean {
  return a[0] === b[0] && a[1] === b[1] && a[2] === b[2];
}

/** a·b^power, as exponents. */
export function timesPower(a: DimensionVector, b: DimensionVector, power: number): DimensionVector {
  return [a[0] + power * b[0], a[1] + power * b[1], a[2] + power * b[2]];
}

/** The unit of a vector in print: `s^2/bit`, `1/s`, `1`. */
export function unitText(v: DimensionVector): string {
  const part = (sign: number): string =>
    BASE.flatMap((base, i) => {
      const power = sign * v[i];
      return power > 0 ? [power === 1 ? base : `${base}^${power}`] : [];
    }).join("*");
  const over = part(1);
  const under = part(-1);
  return under === "" ? over || "1" : `${over || "1"}/${under}`;
}

/** The name of a vector in messages: `time`, `rate`, or its unit where it has no name. */
export function dimensionName(v: DimensionVector): string {
  const named = (Object.keys(NAMED) as Dimension[]).find((d) => sameDimension(NAMED[d], v));
  return named === undefined ? unitText(v) : NAMES[named];
}
