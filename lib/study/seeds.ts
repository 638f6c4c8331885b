/**
 * Seeds: every replication of every point has its own, derived from what it is and not from when it runs.
 *
 * SHA-256 of the study's seed, the point's key and the replication's number, cut to 53 bits: any worker count, any
 * order, and any other set of points give the same numbers.
 */
import { createHash } from "node:crypto";
import { checkNumber } from "../core/parameters.ts";
import { canonicalJson } from "../core/system.ts";

/** What the random numbers are for: the measured replications, or the pilots that find the warm-up. */
export type SeedPurpose = "replication" | "pilot";

/**
 * The seed of one replication: a whole number from 0 to 2^53 − 1.
 *
 * @param key canonical text of the point, or "" for numbers common to all points
 */
export function replicationSeed(
  seed: number,
  key: string,
  replication: number,
  purpose: SeedPurpose = "replication",
): number {
  const text = canonicalJson([purpose, seed, key, replication]);
  const digest = createHash("sha256").update(text).digest();
  return digest.readUIntBE(0, 6) * 32 + (digest[6] >> 3);
}

/** Checks the seed of a study: it must be given, as a whole number from 0 to 2^53 − 1. */
export function checkSeed(seed: unknown): number {
  const rule = { dimension: "one", integer: true, min: 0, max: Number.MAX_SAFE_INTEGER } as const;
  return checkNumber("study", "seed", seed, { ...rule, meaning: "seed" });
}
