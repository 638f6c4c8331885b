import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { publishedTable } from "../study/published-table.ts";
import { AliasTable } from "./alias-table.ts";
import { DomainError } from "./errors.ts";
import { chiSquarePValue, kolmogorovPValue } from "./goodness-of-fit.ts";
import { harmonicNumber } from "./harmonic.ts";
import {
  hottestShare,
  type KeySampler,
  keySampler,
  keysOf,
  type PopularitySpec,
  popularity,
} from "./key-popularity.ts";
import { randomStreams } from "./random.ts";

const Q = 1e-7;
const near = (actual: number, expected: number, relative: number): void =>
  assert.ok(
    Math.abs(actual - expected) <= relative * Math.abs(expected),
    `got ${actual}, expected ${expected} within ${relative}`,
  );

function draws(sampler: KeySampler, count: number, seed: number, operation = 0, time = 0): Float64Array {
  const counts = new Float64Array(keysOf(sampler.spec));
  const stream = randomStreams(seed).stream("keys");
  for (let i = 0; i < count; i++) counts[sampler.key(stream, operation, time)]++;
  return counts;
}

/** Chi-square over cells of neighbouring keys with at least 20 expected draws each. */
function pValue(counts: Float64Array, total: number, probability: (key: number) => number): number {
  const [seen, expected] = [[0], [0]];
  for (let key = 0; key < counts.length; key++) {
    if (expected[expected.length - 1] >= 20) {
      seen.push(0);
      expected.push(0);
    }
    seen[seen.length - 1] += counts[key];
    expected[expected.length - 1] += total * probability(key);
  }
  if (expected[expected.length - 1] < 5) {
    const [rest, weight] = [seen.pop() ?? 0, expected.pop() ?? 0];
    seen[seen.length - 1] += rest;
    expected[expected.length - 1] += weight;
  }
  return chiSquarePValue(seen, expected);
}

test("harmonic numbers are their sums, at any exponent, also beside 1 and beyond the summed terms", () => {
  for (const s of [0, 0.3, 0.8, 0.99, 1 - 1e-9, 1, 1 + 1e-12, 1.2, 2, 7, 20]) {
    for (const n of [0, 1, 5, 64, 65, 200, 30_000]) {
      let sum = 0;
      for (let i = n; i >= 1; i--) sum += i ** -s;
      if (n > 0) near(harmonicNumber(n, s), sum, 2e-14);
      else assert.equal(harmonicNumber(n, s), 0);
    }
  }
  // ζ(2) less the tail 1/n − 1/2n² + …; ln n + γ + 1/2n.
  near(harmonicNumber(1e15, 2), Math.PI ** 2 / 6 - 1e-15, 1e-15);
  near(harmonicNumber(1e15, 1), Math.log(1e15) + 0.5772156649015329, 1e-15);
});

test("Zipf: the published shares of the hottest keys", () => {
  const { rows } = publishedTable("zipf_hot_keys");
  assert.equal(rows.length, 12);
  for (const { s, N, top1_share, top100_share, "top0.1pct_share": thousandth } of rows) {
    const spec = popularity.zipf(Number(N), Number(s));
    const share = (count: number): number => hottestShare(spec, count);
    assert.ok(Math.abs(share(1) - Number(top1_share)) <= 1e-4);
    assert.ok(Math.abs(share(100) - Number(top100_share)) <= 1e-4);
    assert.ok(Math.abs(share(Number(N) / 1000) - Number(thousandth)) <= 1e-4);
  }
});

test("the alias method draws its weights, and never a weight of 0", () => {
  const random = randomStreams(3).stream("weights");
  for (const n of [1, 2, 3, 17, 400]) {
    const weights = Array.from({ length: n }, (_, i) => (i % 3 === 1 ? 0 : random.exponential() ** 3));
    const sum = weights.reduce((a, b) => a + b, 0);
    const table = new AliasTable(weights);
    const stream = randomStreams(4).stream(`draws ${n}`);
    const counts = new Float64Array(n);
    const total = 200_000;
    for (let i = 0; i < total; i++) counts[table.draw(stream)]++;
    weights.forEach((weight, i) => {
      if (weight === 0) assert.equal(counts[i], 0);
    });
    if (n > 2) assert.ok(pValue(counts, total, (i) => weights[i] / sum) > Q, `n ${n}`);
  }
  assert.throws(() => new AliasTable([0, 0]), DomainError);
  assert.throws(() => new AliasTable([1, -1]), DomainError);
  assert.throws(() => new AliasTable([1, Number.NaN]), DomainError);
});

test("samplers draw their exact probabilities: chi-square at 1e-7, 3 seeds", () => {
  const total = 300_000;
  const laws: PopularitySpec[] = [
    popularity.uniform(1000),
    popularity.zipf(1000, 0.99),
    popularity.zipf(50, 3),
    popularity.zipf(10, 0),
    popularity.hot(500, { share: 0.3 }),
    popularity.hot(100, { share: 0.1, hotKeys: 30 }),
    popularity.shifting(popularity.zipf(100, 1.2), { every: 10, step: 7 }),
  ];
  for (const law of laws) {
    const sampler = keySampler(law);
    for (const seed of [1, 2, 3]) {
      const counts = draws(sampler, total, seed, 125, 0);
      const p = pValue(counts, total, (key) => sampler.probability(key, 125));
      assert.ok(p > Q, `${JSON.stringify(law)}: p ${p}`);
    }
  }
});

test("the test sees a wrong law: a Zipf exponent 2 % off, and a shift not made", () => {
  const total = 300_000;
  const off = keySampler(popularity.zipf(1000, 1.01));
  const zipf = keySampler(popularity.zipf(1000, 0.99));
  assert.ok(pValue(draws(off, total, 1), total, zipf.probability) < Q);
  const shifting = keySampler(popularity.shifting(popularity.zipf(100, 1.2), { every: 10, step: 7 }));
  const counts = draws(shifting, total, 1, 125);
  assert.ok(pValue(counts, total, (key) => shifting.probability(key, 0)) < Q);
});

test("Zipf over a million keys: the exact law, by Kolmogorov's distance of the whole and the hottest keys", () => {
  const [keys, total] = [1_000_000, 500_000];
  for (const exponent of [0.99, 1.2]) {
    const sampler = keySampler(popularity.zipf(keys, exponent));
    const counts = draws(sampler, total, 11);
    let [seen, distance] = [0, 0];
    const whole = harmonicNumber(keys, exponent);
    let law = 0;
    for (let key = 0; key < keys; key++) {
      seen += counts[key];
      law += (key + 1) ** -exponent / whole;
      distance = Math.max(distance, Math.abs(seen / total - law));
    }
    near(law, 1, 1e-9);
    assert.ok(kolmogorovPValue(distance, total) > Q, `distance ${distance}`);
    assert.ok(pValue(counts, total, sampler.probability) > Q);
  }
});

test("probabilities add up to 1 for single keys and to the mean length for scans; the cut at the end included", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 300 }),
      fc.double({ min: 0, max: 4, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.nat(1000),
      (keys, exponent, share, operation) => {
        const laws = [
          popularity.uniform(keys),
          popularity.zipf(keys, exponent),
          popularity.hot(keys, { share, hotKeys: 1 + (operation % (keys - 1)) }),
        ];
        for (const law of [...laws, ...laws.map((of) => popularity.shifting(of, { every: 3, step: 5 }))]) {
          const { probability } = keySampler(law);
          let sum = 0;
          const each: number[] = [];
          for (let key = -1; key <= keys; key++) {
            sum += probability(key, operation);
            each.push(probability(key, operation));
          }
          near(sum, 1, 1e-12);
          each.sort((a, b) => b - a);
          const top = 1 + (operation % keys);
          near(
            hottestShare(law, top),
            each.slice(0, top).reduce((a, b) => a + b, 0),
            1e-9,
          );
        }
      },
    ),
    { numRuns: 100, seed: 1 },
  );
  const scan = keySampler(popularity.scan(popularity.zipf(40, 0.8), { longest: 10 }));
  const touched = new Float64Array(40);
  const stream = randomStreams(9).stream("scans");
  const total = 200_000;
  for (let i = 0; i < total; i++) {
    const first = scan.key(stream, i, 0);
    const end = first + scan.length(stream, first);
    assert.ok(end > first && end <= Math.min(40, first + 10));
    for (let key = first; key < end; key++) touched[key]++;
  }
  touched.forEach((seen, key) => {
    const p = scan.probability(key);
    // 5.33 standard deviations of a binomial: 1e-7 on both sides.
    assert.ok(Math.abs(seen - total * p) < 5.33 * Math.sqrt(total * p * (1 - p)), `key ${key}`);
  });
});

test("a hot spot shifts with operations or with seconds, by the spec alone", () => {
  const hot = popularity.hot(10, { share: 1 });
  const byOperations = keySampler(popularity.shifting(hot, { every: 100, step: 3 }));
  const bySeconds = keySampler(popularity.shifting(hot, { every: 0.5, unit: "seconds", step: 4 }));
  const stream = randomStreams(1).stream("keys");
  assert.deepEqual(
    [0, 99, 100, 199, 200, 399, 400].map((operation) => byOperations.key(stream, operation, 1e9)),
    [0, 0, 3, 3, 6, 9, 2],
  );
  assert.deepEqual(
    [0, 0.49, 0.5, 1, 1.5, 2.6].map((time) => bySeconds.key(stream, 1e9, time)),
    [0, 0, 4, 8, 2, 0],
  );
  // A run of 10^15 operations still gives whole keys.
  const far = keySampler(popularity.shifting(popularity.uniform(9_999_991), { every: 1, step: 9_999_990 }));
  assert.ok(Number.isInteger(far.key(stream, 1e15, 0)));
});

test("a popularity is plain data that survives JSON, and refuses what it cannot mean", () => {
  const law = popularity.scan(
    popularity.shifting(popularity.zipf(100), { every: 2, unit: "seconds", step: 1 }),
    {
      longest: 5,
    },
  );
  assert.deepEqual(keySampler(JSON.parse(JSON.stringify(law))).spec, law);
  const refused: [() => unknown, string][] = [
    [() => popularity.uniform(0), "popularity: keys must be an integer >= 1 and <= 9007199254740991, got 0"],
    [() => popularity.zipf(1e8), "popularity: keys must be an integer >= 1 and <= 10000000, got 100000000"],
    [() => popularity.zipf(10, -1), "popularity: exponent must be >= 0 and <= 20, got -1"],
    [() => popularity.hot(10, { share: 1.1 }), "popularity: share must be >= 0 and <= 1, got 1.1"],
    [
      () => popularity.hot(10, { share: 0.5, hotKeys: 11 }),
      "popularity: hotKeys must be an integer >= 1 and <= 10, got 11",
    ],
    [
      () => popularity.hot(3, { share: 0.5, hotKeys: 3 }),
      "popularity: share must be 1 where all keys are hot, got 0.5",
    ],
    [
      () => popularity.shifting(law, { every: 1, step: 1 }),
      "popularity: shifting must be of single keys, got a scan",
    ],
    [
      () => popularity.shifting(popularity.uniform(3), { every: 0, step: 1 }),
      "popularity: every must be > 0, got 0",
    ],
    [
      () => popularity.scan(popularity.uniform(3), { longest: 4 }),
      "popularity: longest must be an integer >= 1 and <= 3, got 4",
    ],
    [() => hottestShare(law, 1), "hottestShare: popularity must be of single keys, got a scan"],
  ];
  for (const [attempt, message] of refused)
    assert.throws(attempt, (error) => error instanceof DomainError && error.message === message, message);
});
