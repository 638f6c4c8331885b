/**
 * How often two commands meet on a key: one hot key, and the others drawn by Zipf's law.
 *
 * Source: Zipf's law p_i = i^{−s}/H_{N,s} as the Yahoo! Cloud Serving Benchmark draws keys (Cooper et al., SoCC 2010,
 * §4.1; s = 0.99 by default); two independent draws meet with Σ p_i² = H_{N,2s}/H_{N,s}².
 */
import { defineModel } from "../../core/model.ts";

/** Exact terms of a harmonic number; the rest is a series. */
const EXACT = 64;

/** H_{N,s} = Σ i^{−s}: 64 terms, then Euler-Maclaurin's formula, whose next term is below 1e-13 of the sum. */
export function generalHarmonic(n: number, s: number): number {
  const last = Math.min(n, EXACT);
  let sum = 0;
  for (let i = last; i >= 1; i--) sum += i ** -s;
  if (n <= EXACT) return sum;
  const [a, b] = [EXACT, n];
  // ∫ x^{−s} with expm1, so that s near 1 loses nothing.
  const ratio = Math.log(b / a);
  const t = (1 - s) * ratio;
  const integral = a ** (1 - s) * ratio * (Math.abs(t) < 1e-300 ? 1 : Math.expm1(t) / t);
  const tail = (x: number): number => {
    const f = x ** -s;
    const d1 = (-s * f) / x;
    const d3 = (d1 * (s + 1) * (s + 2)) / (x * x);
    const d5 = (d3 * (s + 3) * (s + 4)) / (x * x);
    return f / 2 + d1 / 12 - d3 / 720 + d5 / 30_240;
  };
  // Σ_{a+1}^{b} f = ∫ + (f(b) − f(a))/2 + B_2/2! (f'(b) − f'(a)) + …
  return sum + integral + tail(b) - tail(a);
}

/**
 * Chance that two commands interfere, and the hottest keys' shares.
 *
 * @example
 * models.keyConflict({ keys: 1000, exponent: 0 }).interference; // => 0.001
 */
export const keyConflict = defineModel({
  id: "keyConflict",
  title: "Chance that two commands interfere",
  cites: ["Cooper et al. 2010, §4.1"],
  assumes: ["commands choose keys and whether to write independently", "two reads never interfere"],
  inputs: {
    keys: { tex: "N", dimension: "one", integer: true, min: 1, max: 1e12, meaning: "keys" },
    exponent: {
      tex: "s",
      dimension: "one",
      min: 0,
      max: 4,
      default: 0.99,
      meaning: "Zipf's exponent; 0 is uniform",
    },
    hotShare: {
      tex: "h",
      dimension: "one",
      min: 0,
      max: 1,
      default: 0,
      meaning: "commands on one further key that all share",
    },
    writes: { tex: "w", dimension: "one", min: 0, max: 1, default: 1, meaning: "commands that write" },
  },
  between: { total: { tex: "H_{N,s}", dimension: "one", meaning: "sum of the weights" } },
  outputs: {
    topShare: {
      tex: "p_1",
      dimension: "one",
      meaning: "share of the first of the N keys, the hot key aside",
    },
    sameKey: { tex: "\\kappa", dimension: "one", meaning: "chance that two commands have the same key" },
    interference: { tex: "c", dimension: "one", meaning: "chance that they interfere" },
  },
  functions: {
    harmonic: {
      tex: "H",
      arguments: ["one", "one"],
      result: "one",
      meaning: "generalised harmonic number, to 1e-13 by Euler-Maclaurin",
      compute: generalHarmonic,
    },
  },
  equations: [
    "total = harmonic(keys, exponent)",
    "topShare = 1 / total",
    "sameKey = hotShare^2 + (1 - hotShare)^2 * harmonic(keys, 2 * exponent) / total^2",
    "interference = sameKey * writes * (2 - writes)",
  ],
});
