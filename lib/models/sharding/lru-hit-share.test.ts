/** Hits of a cache: the published limit of the misses, exact chains of small caches, sums and a root found another way. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DomainError } from "../../core/errors.ts";
import { keySampler, popularity } from "../../core/key-popularity.ts";
import { hotShard } from "./hot-shard.ts";
import { lruHitShare } from "./lru-hit-share.ts";

const near = (actual: number, expected: number, relative = 1e-9): void =>
  assert.ok(
    Math.abs(actual - expected) <= relative * Math.abs(expected),
    `got ${actual}, expected ${expected} within ${relative}`,
  );

const lawOf = (keys: number, exponent: number): number[] => {
  const { probability } = keySampler(popularity.zipf(keys, exponent));
  return Array.from({ length: keys }, (_, key) => probability(key));
};

test("lruHitShare: misses over those of the perfect cache tend to (1 − 1/α)Γ(1 − 1/α)^α, and to e^γ ≈ 1.78", () => {
  // Jelenković, Annals of Applied Probability 9(2), 1999, p. 430 (abstract) and theorem 3: for α = 2, π/2.
  const ratio = (exponent: number, entries: number): number => {
    const { hitShare, perfectShare } = lruHitShare({ keys: 1e5, exponent, entries });
    return (1 - hitShare) / (1 - perfectShare);
  };
  near(ratio(2, 300), Math.PI / 2, 0.01);
  // Γ(2/3) = 1.3541179394264.
  near(ratio(3, 30), (2 / 3) * 1.3541179394264 ** 3, 0.03);
  assert.ok(ratio(6, 5) < 1.7811 * 1.1 && ratio(3, 30) > ratio(2, 300));
});

test("lruHitShare: even keys are hit as often as they are held; writes halve that; the perfect cache is the hot shard's", () => {
  for (const [keys, entries] of [
    [10, 1],
    [1000, 999],
    [1e6, 10],
  ]) {
    const even = lruHitShare({ keys, exponent: 0, entries });
    near(even.hitShare, entries / keys, 1e-9);
    near(even.stay, -keys * Math.log1p(-entries / keys), 1e-9);
  }
  // Half the operations write: as many keys are held, by keys touched twice as far back, of which half are hits.
  near(lruHitShare({ keys: 1000, exponent: 0, entries: 100, reads: 0.5 }).hitShare, 0.1, 1e-9);
  for (const exponent of [0.5, 0.99, 2])
    near(
      lruHitShare({ keys: 5000, exponent, entries: 70 }).perfectShare,
      Number(hotShard({ keys: 5000, exponent, nodes: 3, nodeCapacity: 1, cachedKeys: 70 }).hitShare),
      1e-12,
    );
});

test("lruHitShare: the root by bisection and plain sums, on 1,000 random inputs; below the perfect cache; more keys, more hits", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 3, max: 150 }),
      fc.double({ min: 0, max: 3, noNaN: true }),
      fc.nat(1000),
      fc.double({ min: 0.05, max: 1, noNaN: true }),
      (keys, exponent, some, reads) => {
        const most = Math.ceil(reads * keys) - 1;
        if (most < 1) return;
        const entries = 1 + (some % most);
        const law = lawOf(keys, exponent);
        const held = (time: number): number =>
          law.reduce((sum, p) => sum + reads * (1 - Math.exp(-p * time)), 0);
        let [low, high] = [0, 1];
        while (held(high) < entries && high < 1e15) high *= 2;
        if (high >= 1e12) return; // so steep a law that the last keys never come: the bisection loses its digits
        for (let i = 0; i < 200; i++) {
          const middle = (low + high) / 2;
          if (held(middle) < entries) low = middle;
          else high = middle;
        }
        const model = lruHitShare({ keys, exponent, entries, reads });
        near(
          model.hitShare,
          law.reduce((sum, p) => sum + reads * p * (1 - Math.exp(-p * low)), 0),
          1e-9,
        );
        assert.ok(reads < 1 || model.hitShare <= model.perfectShare * (1 + 1e-9));
        if (entries + 1 < reads * keys)
          assert.ok(lruHitShare({ keys, exponent, entries: entries + 1, reads }).hitShare >= model.hitShare);
      },
    ),
    { numRuns: 1000, seed: 11 },
  );
});

/** The chain of all ordered contents of a cache: its stationary law by iteration, and the hits. */
function exactHits(law: readonly number[], entries: number): number {
  let states = new Map<string, number>([
    [
      law
        .map((_, key) => key)
        .slice(0, entries)
        .join(),
      1,
    ],
  ]);
  let hits = 0;
  for (let step = 0; step < 400; step++) {
    const next = new Map<string, number>();
    hits = 0;
    for (const [state, weight] of states) {
      const held = state.split(",").map(Number);
      for (let key = 0; key < law.length; key++) {
        const kept = held.filter((other) => other !== key);
        if (kept.length < held.length) hits += weight * law[key];
        const after = [key, ...kept].slice(0, entries).join();
        next.set(after, (next.get(after) ?? 0) + weight * law[key]);
      }
    }
    states = next;
  }
  return hits;
}

test("lruHitShare: the exact chain of a cache of 2 in 5 keys and of 3 in 6 lies within 3 % of the approximation", () => {
  for (const [keys, entries, exponent] of [
    [5, 2, 0.6],
    [6, 3, 0.99],
  ]) {
    const exact = exactHits(lawOf(keys, exponent), entries);
    near(lruHitShare({ keys, exponent, entries }).hitShare, exact, 0.03);
  }
});

test("lruHitShare: finite at the edges of its domain; a cache of everything is refused", () => {
  for (const given of [
    { keys: 1e6, exponent: 0.99, entries: 999_999 },
    { keys: 2, exponent: 20, entries: 1 },
    { keys: 1000, exponent: 20, entries: 1 },
  ])
    for (const value of Object.values(lruHitShare(given))) assert.ok(Number.isFinite(value), `${value}`);
  assert.throws(() => lruHitShare({ keys: 10, entries: 10 }), DomainError);
  assert.throws(() => lruHitShare({ keys: 10, entries: 5, reads: 0.5 }), DomainError);
});
