import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type DistributionInput,
  type DistributionSpec,
  deterministic,
  distributionFrom,
  empirical,
  erlang,
  exponential,
  hyperexponential,
  hyperexponentialFrom,
  lognormal,
  mixture,
  normalTruncated,
  pareto,
  scaled,
  shifted,
  toDistribution,
  uniform,
  weibull,
} from "./distributions.ts";

test("texts, numbers, specs and objects give the same distribution", () => {
  const pairs: readonly (readonly [DistributionInput, DistributionSpec])[] = [
    [0.005, deterministic(0.005).spec],
    ["5 ms", deterministic(0.005).spec],
    ["deterministic(value=5 ms)", deterministic(0.005).spec],
    [" uniform( min = 1 ms , max = 3 ms ) ", uniform(0.001, 0.003).spec],
    ["exponential(mean=1 ms)", exponential(0.001).spec],
    ["erlang(shape=4, mean=1 ms)", erlang(4, 0.001).spec],
    ["hyperexponential(mean=1 ms, scv=4)", hyperexponentialFrom({ mean: 0.001, scv: 4 }).spec],
    ["normalTruncated(mean=5 ms, sd=1 ms)", normalTruncated({ mean: 0.005, sd: 0.001 }).spec],
    ["lognormal(p50=1 ms, p99=6 ms)", lognormal({ p50: 0.001, p99: 0.006 }).spec],
    ["lognormal(mean=1 ms, scv=2)", lognormal({ mean: 0.001, scv: 2 }).spec],
    ["pareto(minimum=1 ms, shape=2.5)", pareto({ minimum: 0.001, shape: 2.5 }).spec],
    ["weibull(shape=0.7, scale=1 ms)", weibull({ shape: 0.7, scale: 0.001 }).spec],
    ["shifted(of=exponential(mean=1 ms), by=5 ms)", shifted(exponential(0.001), 0.005).spec],
    [
      "scaled(of=lognormal(mean=1 ms, scv=2), factor=0.5)",
      scaled(lognormal({ mean: 0.001, scv: 2 }), 0.5).spec,
    ],
    ["scaled(of=4 ms, factor=0.5)", deterministic(0.002).spec],
    [exponential(2), { distribution: "exponential", mean: 2 }],
    [
      { distribution: "exponential", mean: 2 },
      { distribution: "exponential", mean: 2 },
    ],
  ];
  for (const [given, spec] of pairs) assert.deepEqual(toDistribution("demo: rtt", given).spec, spec);
  assert.deepEqual(
    toDistribution("demo: payload", "exponential(mean=4 KiB)", "size").spec,
    exponential(4096).spec,
  );
  assert.equal(exponential(4096).describe("size"), "exponential(mean 4 KiB)");
});

test("texts with a unit are taken by every constructor", () => {
  assert.deepEqual(hyperexponential({ p: [0.5, 0.5], means: ["1 ms", 0.003] }).spec, {
    distribution: "hyperexponential",
    p: [0.5, 0.5],
    means: [0.001, 0.003],
  });
  assert.deepEqual(empirical(["2 ms", "1 ms"]).spec, { distribution: "empirical", values: [0.001, 0.002] });
  assert.deepEqual(empirical(Float64Array.of(3, 1)).spec, { distribution: "empirical", values: [1, 3] });
  assert.equal(shifted("exponential(mean=1 ms)", "5 ms").mean, 0.006);
  assert.equal(
    mixture([
      { weight: 1, of: "1 ms" },
      { weight: 1, of: "3 ms" },
    ]).mean,
    0.002,
  );
});

test("shifts and scales of constants and exponentials are folded", () => {
  assert.deepEqual(scaled(exponential(2), 3).spec, exponential(6).spec);
  assert.deepEqual(scaled(shifted(exponential(2), 4), 0.5).spec, shifted(exponential(1), 2).spec);
  assert.deepEqual(shifted(shifted(erlang(2, 1), 1), 2).spec, shifted(erlang(2, 1), 3).spec);
  assert.deepEqual(shifted(1, 2).spec, deterministic(3).spec);
  assert.deepEqual(shifted(exponential(2), 0).spec, exponential(2).spec);
});

test("people read what a distribution is", () => {
  assert.equal(lognormal({ p50: "1 ms", p99: "6 ms" }).describe(), "lognormal(mean 1.35 ms, p99 6 ms)");
  assert.equal(shifted(exponential("1 ms"), "5 ms").describe(), "5 ms + exponential(mean 1 ms)");
  assert.equal(uniform(1, 2).describe("one"), "uniform(1 to 2)");
  assert.equal(
    mixture([
      { weight: 9, of: "1 ms" },
      { weight: 1, of: exponential("20 ms") },
    ]).describe(),
    "mixture(90 % 1 ms, 10 % exponential(mean 20 ms))",
  );
});

const KNOWN =
  "known: deterministic, uniform, exponential, erlang, hyperexponential, normalTruncated, lognormal, pareto, weibull, mixture, empirical, shifted, scaled";

/** What a caller without a type checker can do wrong, and the exact answer. */
const REFUSED: readonly (readonly [() => unknown, "DomainError" | "UsageError", string])[] = [
  [() => deterministic(Number.NaN), "DomainError", "deterministic: value must be finite, got NaN"],
  [() => uniform(3, 1), "DomainError", "uniform: min 3 must be < max 1"],
  [
    () => uniform("1 ms", undefined as never),
    "UsageError",
    "uniform: max is missing (the largest value; must be finite)",
  ],
  [() => exponential(0), "DomainError", "exponential: mean must be > 0 s, got 0"],
  [() => exponential(-0), "DomainError", "exponential: mean must be > 0 s, got -0"],
  [
    () => exponential(Number.POSITIVE_INFINITY),
    "DomainError",
    "exponential: mean must be > 0 s, got Infinity",
  ],
  [() => exponential(null as never), "DomainError", "exponential: mean must be > 0 s, got null"],
  [() => exponential(5n as never), "DomainError", "exponential: mean must be > 0 s, got 5n"],
  [() => exponential("5"), "UsageError", 'exponential: mean needs a unit (s, ms, us, µs, μs, ns), got "5"'],
  [() => exponential("5 KiB"), "UsageError", 'exponential: mean must be a time, got "5 KiB" which is a size'],
  [() => erlang(0, 1), "DomainError", "erlang: shape must be an integer >= 1 and <= 1000000, got 0"],
  [() => erlang(2.5, 1), "DomainError", "erlang: shape must be an integer >= 1 and <= 1000000, got 2.5"],
  [
    () => hyperexponentialFrom({ mean: 1, scv: 0.5 }),
    "DomainError",
    "hyperexponentialFrom: scv must be >= 1, got 0.5",
  ],
  [
    () => hyperexponential({ p: [0.5], means: [1, 2] }),
    "DomainError",
    "hyperexponential: p of 1 values must be as long as means of 2",
  ],
  [
    () => hyperexponential({ p: [0.5, 0.4], means: [1, 2] }),
    "DomainError",
    "hyperexponential: p must sum to 1, got 0.9",
  ],
  [
    () => hyperexponential({ p: [0.5, 0.5], means: [1, -2] }),
    "DomainError",
    "hyperexponential: means[1] must be > 0 s, got -2",
  ],
  [
    () => hyperexponential({ p: [], means: [] }),
    "DomainError",
    "hyperexponential: p must be a list of at least 1 value, got []",
  ],
  [() => normalTruncated({ mean: 1, sd: 0 }), "DomainError", "normalTruncated: sd must be > 0 s, got 0"],
  [
    () => normalTruncated({ mean: -11, sd: 1 }),
    "DomainError",
    "normalTruncated: mean -11 must be >= -10 times sd 1",
  ],
  [() => lognormal({ p50: 2, p99: 1 }), "DomainError", "lognormal: p50 2 must be < p99 1"],
  [() => lognormal({ mean: 1, scv: 0 }), "DomainError", "lognormal: scv must be > 0, got 0"],
  [
    () => lognormal({ mean: 1, p99: 2 } as never),
    "UsageError",
    'lognormal: unknown parameter "p99" (known: mean, scv)',
  ],
  [
    () => lognormal(undefined as never),
    "UsageError",
    "lognormal: parameters are missing (write lognormal(p50=1 ms, p99=6 ms))",
  ],
  [() => pareto({ minimum: 0, shape: 2 }), "DomainError", "pareto: minimum must be > 0 s, got 0"],
  [() => weibull({ shape: 0, scale: 1 }), "DomainError", "weibull: shape must be >= 0.05 and <= 100, got 0"],
  [() => mixture([]), "DomainError", "mixture: parts must be a list of at least 1 { weight, of }, got []"],
  [() => mixture([{ weight: 0, of: 1 }]), "DomainError", "mixture: part 1: weight must be > 0, got 0"],
  [
    () => mixture([{ weight: 1, of: "exponential(mean=0 s)" }]),
    "DomainError",
    "mixture: part 1: of: exponential: mean must be > 0 s, got 0",
  ],
  [() => empirical([]), "DomainError", "empirical: values must be a list of at least 1 value, got []"],
  [() => empirical([1, Number.NaN]), "DomainError", "empirical: values[1] must be finite, got NaN"],
  [
    () => empirical({ values: [1, 2], weights: [1] }),
    "DomainError",
    "empirical: weights must be a list as long as values (2), got 1 values",
  ],
  [
    () => empirical({ values: [1, 2], weights: [1, -1] }),
    "DomainError",
    "empirical: weights[1] must be >= 0, got -1",
  ],
  [() => empirical({ values: [1], weights: [0] }), "DomainError", "empirical: weights must not all be 0"],
  [() => shifted(1, Number.NaN), "DomainError", "shifted: by must be finite, got NaN"],
  [() => scaled(exponential(1), 0), "DomainError", "scaled: factor must be > 0, got 0"],
  [() => exponential(1).quantile(1.5), "DomainError", "exponential: p must be >= 0 and <= 1, got 1.5"],
  [
    () => distributionFrom(null as never),
    "UsageError",
    "distributionFrom: spec must be an object with distribution, got null",
  ],
  [
    () => distributionFrom({ mean: 1 } as never),
    "UsageError",
    `distributionFrom: distribution is missing (${KNOWN})`,
  ],
  [
    () => distributionFrom({ distribution: "exponental", mean: 1 } as never),
    "UsageError",
    `distributionFrom: unknown distribution "exponental" (${KNOWN}; did you mean exponential?)`,
  ],
  [
    () => distributionFrom({ distribution: "__proto__" } as never),
    "UsageError",
    `distributionFrom: unknown distribution "__proto__" (${KNOWN})`,
  ],
  [
    () => distributionFrom({ distribution: "exponential", mean: 1, scv: 2 } as never),
    "UsageError",
    'exponential: unknown parameter "scv" (known: mean)',
  ],
  [
    () => distributionFrom(JSON.parse('{"distribution":"exponential","__proto__":1}')),
    "UsageError",
    'exponential: unknown parameter "__proto__" (known: mean)',
  ],
  [
    () => toDistribution("demo: rtt", undefined as never),
    "DomainError",
    "demo: rtt must be a number, a text or a distribution, got undefined",
  ],
  [
    () => toDistribution("demo: rtt", [1] as never),
    "DomainError",
    "demo: rtt must be a number, a text or a distribution, got [1]",
  ],
  [() => toDistribution("demo: rtt", Number.NaN), "DomainError", "demo: rtt must be finite, got NaN"],
  [
    () => toDistribution("demo: rtt", "5"),
    "UsageError",
    'demo: rtt needs a unit (s, ms, us, µs, μs, ns), got "5"',
  ],
  [
    () => toDistribution("demo: rtt", "lognorml(mean=1 ms, scv=2)"),
    "UsageError",
    `demo: rtt: unknown distribution "lognorml" (${KNOWN}; did you mean lognormal?)`,
  ],
  [
    () => toDistribution("demo: rtt", "exponential"),
    "UsageError",
    'demo: rtt must be written as exponential(mean=1 ms), got "exponential"',
  ],
  [
    () => toDistribution("demo: rtt", "exponential(1 ms)"),
    "UsageError",
    'demo: rtt must be written as exponential(mean=1 ms), got "exponential(1 ms)"',
  ],
  [
    () => toDistribution("demo: rtt", "exponential(mean=1 ms))"),
    "UsageError",
    'demo: rtt must be written as exponential(mean=1 ms), got "exponential(mean=1 ms))"',
  ],
  [
    () => toDistribution("demo: rtt", "exponential(mean=1 ms, mean=2 ms)"),
    "UsageError",
    'demo: rtt: mean is given twice in "exponential(mean=1 ms, mean=2 ms)"',
  ],
  [
    () => toDistribution("demo: rtt", "exponential(men=1 ms)"),
    "UsageError",
    'demo: rtt: exponential: unknown parameter "men" (known: mean; did you mean mean?)',
  ],
  [
    () => toDistribution("demo: rtt", "mixture(a=1)"),
    "UsageError",
    "demo: rtt: mixture cannot be written as text (write mixture([{ weight: 0.9, of: exponential(ms(1)) }, { weight: 0.1, of: ms(20) }]) in code)",
  ],
];

test("bad input is refused in the grammar, word for word", () => {
  for (const [call, name, message] of REFUSED) assert.throws(call, { name, message });
});
