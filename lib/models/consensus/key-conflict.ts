/**
 * How often two commands meet on a key: one hot key, and the others drawn by Zipf's law.
 *
 * Source: Zipf's law p_i = i^{−s}/H_{N,s} as the Yahoo! Cloud Serving Benchmark draws keys (Cooper et al., SoCC 2010,
 * §4.1; s = 0.99 by default); two independent draws meet with Σ p_i² = H_{N,2s}/H_{N,s}².
 */
import { harmonicNumber } from "../../core/harmonic.ts";
import { defineModel } from "../../core/model.ts";

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
      meaning: "generalised harmonic number, to 1e-14 by Euler and Maclaurin's formula",
      compute: harmonicNumber,
    },
  },
  equations: [
    "total = harmonic(keys, exponent)",
    "topShare = 1 / total",
    "sameKey = hotShare^2 + (1 - hotShare)^2 * harmonic(keys, 2 * exponent) / total^2",
    "interference = sameKey * writes * (2 - writes)",
  ],
});
