/**
 * How many reads a cache of the keys read last answers.
 *
 * Source: Che, Tung and Wang, "Hierarchical Web caching systems", IEEE JSAC 20(7), 2002, §III: a key stays for a time T that is
 * taken for the same for all keys, the root of Σ (1 − e^(−p_i T)) = c; why that is so accurate: Fricker, Robert and Roberts,
 * "A versatile and accurate approximation for LRU cache performance", ITC 24, 2012, §2. Time counts operations. Writes drop
 * their key: then a key is in the cache when the last operation on it, within T, was a read (our addition).
 */
import { harmonicNumber } from "../../core/harmonic.ts";
import { defineModel } from "../../core/model.ts";

/** Over keys touched within a time: their number, its growth with the time, and the share of the operations on them. */
function touchedWithin(
  time: number,
  keys: number,
  exponent: number,
): { readonly number: number; readonly growth: number; readonly share: number } {
  const whole = harmonicNumber(keys, exponent);
  let [number, growth, share] = [0, 0, 0];
  for (let key = keys; key >= 1; key--) {
    const probability = key ** -exponent / whole;
    const touched = -Math.expm1(-probability * time);
    number += touched;
    growth += probability * (1 - touched);
    share += probability * touched;
  }
  return { number, growth, share };
}

/** Operations within which so many keys are touched. The number is concave in time: Newton climbs from the left to the root. */
function stayOf(entries: number, keys: number, exponent: number): number {
  let time = entries;
  for (;;) {
    const { number, growth } = touchedWithin(time, keys, exponent);
    const step = (entries - number) / growth;
    if (!(step > 1e-13 * time)) return time;
    time += step;
  }
}

/**
 * Che's approximation under Zipf's law, beside the cache that holds the most popular keys.
 *
 * @example
 * models.lruHitShare({ keys: 1000, exponent: 0, entries: 100 }).perfectShare; // => 0.1
 * models.lruHitShare({ keys: 10_000, entries: 100 }).hitShare < 0.45; // => true
 */
export const lruHitShare = defineModel({
  id: "lruHitShare",
  title: "Hits of a least-recently-used cache",
  cites: ["Che, Tung, Wang 2002, §III", "Fricker, Robert, Roberts 2012, §2"],
  assumes: [
    "every operation draws its key anew: no key is more likely because it was just asked for",
    "all keys stay equally long after their last use: true of large caches, close for small ones",
    "a key that missed is in the cache before it is asked for again",
  ],
  inputs: {
    keys: { tex: "N", dimension: "one", integer: true, min: 1, max: 1e6, meaning: "keys" },
    exponent: {
      tex: "s",
      dimension: "one",
      min: 0,
      max: 20,
      default: 0.99,
      meaning: "exponent of Zipf's law",
    },
    entries: { tex: "c", dimension: "one", integer: true, min: 1, max: 1e6, meaning: "keys in the cache" },
    reads: {
      tex: "r",
      dimension: "one",
      above: 0,
      max: 1,
      default: 1,
      meaning: "share of reads; writes drop their key",
    },
  },
  outputs: {
    stay: { tex: "T", dimension: "one", meaning: "operations for which a key stays after it was read last" },
    hitShare: { tex: "h", dimension: "one", meaning: "share of the reads that the cache answers" },
    perfectShare: {
      tex: "h^*",
      dimension: "one",
      meaning: "the same of a cache that holds the most popular keys and no other",
    },
  },
  functions: {
    stayOf: {
      tex: "\\mathrm{T}",
      arguments: ["one", "one", "one"],
      result: "one",
      meaning: "root T of Σ (1 − e^(−p_i T)) = c",
      compute: stayOf,
    },
    touched: {
      tex: "\\mathrm{A}",
      arguments: ["one", "one", "one"],
      result: "one",
      meaning: "Σ p_i (1 − e^(−p_i T))",
      compute: (time, keys, exponent) => touchedWithin(time, keys, exponent).share,
    },
    harmonic: {
      tex: "\\mathrm{H}",
      arguments: ["one", "one"],
      result: "one",
      meaning: "generalised harmonic number, sum of i^−s",
      compute: harmonicNumber,
    },
  },
  equations: [
    "stay = stayOf(entries / reads, keys, exponent)",
    "hitShare = reads * touched(stay, keys, exponent)",
    "perfectShare = reads * harmonic(entries, exponent) / harmonic(keys, exponent)",
  ],
  requires: ["entries < reads * keys"],
});
