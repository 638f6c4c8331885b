/**
 * Scans over sharded keys: how many pieces of the map a scan meets where ranges are owned, and where hashes are.
 *
 * Source: DeWitt and Gray, "Parallel database systems", Communications of the ACM 35(6), 1992, p. 91 (range partitioning
 * clusters what is read together, hashing spreads it); workload E of YCSB (Cooper et al., SoCC 2010, §4: a first key, and
 * up to so many from it on, each length alike). A boundary between ranges is crossed by the scans that begin before it and
 * reach it; among m slots the j-th key of a scan meets one that none before it did with chance (1 − 1/m)^(j−1).
 */
import { defineModel } from "../../core/model.ts";

/** Σ P(length >= j) q^(j−1), q = 1 − 1/slots, over lengths 1 … longest that the last key cuts: mean number of slots met. */
function slotsMet(keys: number, longest: number, slots: number): number {
  const other = 1 - 1 / slots;
  let power = 1;
  let sum = 0;
  for (let j = 1; j <= longest; j++) {
    sum += ((longest - j + 1) / longest) * ((keys - j + 1) / keys) * power;
    power *= other;
  }
  return sum;
}

/**
 * Mean length of a scan and the pieces it meets, its first key any of all keys alike.
 *
 * @example
 * models.scanFanOut({ keys: 4, longest: 2, ranges: 2, slots: 2 }).rangeParts; // => 1.125
 * models.scanFanOut({ keys: 1e6, longest: 1, ranges: 10, slots: 100 }).hashParts; // => 1
 */
export const scanFanOut = defineModel({
  id: "scanFanOut",
  title: "Pieces that a scan meets",
  cites: ["DeWitt, Gray 1992, p. 91", "Cooper et al. 2010, §4"],
  assumes: [
    "scans begin at every key alike, have every length up to the longest alike, and end at the last key",
    "ranges are equal and no shorter than the longest scan; hashes are independent and even",
  ],
  inputs: {
    keys: { tex: "N", dimension: "one", integer: true, min: 1, max: 1e12, meaning: "keys" },
    longest: {
      tex: "\\ell",
      dimension: "one",
      integer: true,
      min: 1,
      max: 1e6,
      meaning: "keys of the longest scan",
    },
    ranges: { tex: "r", dimension: "one", integer: true, min: 1, max: 1e9, meaning: "ranges of keys" },
    slots: {
      tex: "m",
      dimension: "one",
      integer: true,
      min: 1,
      max: 1e9,
      meaning: "slots of hashes that are asked apart",
    },
  },
  outputs: {
    meanLength: { tex: "E[\\ell]", dimension: "one", meaning: "mean number of keys of a scan" },
    rangeParts: { tex: "k_r", dimension: "one", meaning: "mean number of ranges that a scan meets" },
    hashParts: { tex: "k_h", dimension: "one", meaning: "mean number of slots that a scan meets" },
    spread: {
      tex: "k_h/k_r",
      dimension: "one",
      meaning: "how many times as many requests hashing makes of it",
    },
  },
  functions: {
    slotsMet: {
      tex: "\\mathrm{K}",
      arguments: ["one", "one", "one"],
      result: "one",
      meaning: "Σ P(length ≥ j)(1 − 1/m)^(j−1)",
      compute: slotsMet,
    },
  },
  equations: [
    "meanLength = (longest + 1) / keys * ((keys - longest) / 2 + (2 * longest + 1) / 6)",
    "rangeParts = 1 + (ranges - 1) * (longest - 1) / (2 * keys)",
    "hashParts = slotsMet(keys, longest, slots)",
    "spread = hashParts / rangeParts",
  ],
  requires: ["ranges * (longest - 1) <= keys", "ranges <= keys", "longest <= keys"],
});
