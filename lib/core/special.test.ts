import assert from "node:assert/strict";
import { test } from "node:test";
import {
  erf,
  erfc,
  incompleteBeta,
  incompleteGammaP,
  incompleteGammaQ,
  logGamma,
  millsRatio,
  normalCdf,
  normalDensity,
  normalQuantile,
  normalSurvival,
  studentCdf,
  studentQuantile,
} from "./special.ts";

function near(actual: number, expected: number, relative: number, what: string): void {
  const error = Math.abs(actual - expected);
  assert.ok(
    error <= relative * Math.abs(expected),
    `${what}: ${actual} is not ${expected} within ${relative}`,
  );
}

/** The integral over (a, b), a < b, by tanh-sinh quadrature: independent of every series in the code. */
function integral(f: (x: number) => number, a: number, b: number): number {
  let sum = 0;
  const step = 1 / 64;
  for (let k = -64 * 4; k <= 64 * 4; k++) {
    const t = k * step;
    const u = (Math.PI / 2) * Math.sinh(t);
    const weight = ((Math.PI / 2) * Math.cosh(t)) / (Math.cosh(u) * Math.cosh(u));
    const x = (a + b) / 2 + ((b - a) / 2) * Math.tanh(u);
    if (x > a && x < b) sum += weight * f(x);
  }
  return (sum * step * (b - a)) / 2;
}

// Abramowitz & Stegun (1964), table 26.10 gives these to three decimals; the digits are from 40-digit arithmetic.
const STUDENT: readonly (readonly [p: number, df: number, t: number])[] = [
  [0.975, 10, 2.228138851986275],
  [0.975, 1, 12.706204736174694],
  [0.975, 2, 4.302652729749464],
  [0.995, 100, 2.6258905214380177],
  [0.9995, 100_000, 3.2906240314119137],
  [0.001, 1, -318.30883898555044],
  [1e-12, 3, -10331.108244292485],
  [1e-12, 0.5, -1.02849115631634e23],
  [1e-6, 30, -5.871117120418883],
  [0.26, 4.5, -0.6972570529417441],
  [0.5000001, 10, 2.5699780335778006e-7],
];

test("Student t quantiles agree with tables and 40-digit arithmetic", () => {
  for (const [p, df, t] of STUDENT) near(studentQuantile(p, df), t, 5e-15, `t(${p}, ${df})`);
  // Closed forms: one degree of freedom is the Cauchy distribution, two is algebraic.
  for (const p of [1e-200, 1e-9, 0.2, 0.3, 0.45]) {
    const two = (2 * p - 1) * Math.sqrt(2 / (4 * p * (1 - p)));
    near(studentQuantile(p, 1), -1 / Math.tan(Math.PI * p), 2e-14, `Cauchy ${p}`);
    near(studentQuantile(p, 2), two, 2e-14, `df 2 ${p}`);
  }
  near(studentQuantile(0.975, 1e12), normalQuantile(0.975) * (1 + 1.2103e-12), 1e-15, "df 1e12");
  assert.equal(studentQuantile(0.975, Number.POSITIVE_INFINITY), normalQuantile(0.975));
  assert.equal(studentQuantile(0.5, 3), 0);
  assert.equal(studentQuantile(0, 3), Number.NEGATIVE_INFINITY);
  assert.equal(studentQuantile(1, 3), Number.POSITIVE_INFINITY);
});

test("Student t cdf and quantile are inverse in both tails, and the cdf is the integral of the density", () => {
  for (const df of [0.7, 1, 2.5, 9, 40, 1e3, 1e6]) {
    for (const p of [1e-12, 1e-6, 0.01, 0.2, 0.24, 0.26, 0.499]) {
      near(studentCdf(studentQuantile(p, df), df), p, 5e-13, `cdf(quantile(${p})), df ${df}`);
      near(
        studentQuantile(1 - p, df),
        -studentQuantile(p, df),
        p < 1e-5 ? 1e-3 : 1e-11,
        `symmetry ${p} ${df}`,
      );
    }
    const scale = Math.exp(logGamma(df / 2 + 0.5) - logGamma(df / 2)) / Math.sqrt(df * Math.PI);
    const density = (t: number) => scale * (1 + (t * t) / df) ** (-(df + 1) / 2);
    for (const t of [0.3, 1.7, 6])
      near(
        studentCdf(t, df) - 0.5,
        integral(density, 0, t),
        1e-15 * df + 1e-12,
        `integral to ${t}, df ${df}`,
      );
  }
});

test("normal quantiles and cdf agree with tables and 40-digit arithmetic, and invert each other", () => {
  const known: readonly (readonly [number, number])[] = [
    [0.975, 1.959963984540054],
    [0.995, 2.5758293035489004],
    [0.3, -0.5244005127080408],
    [0.49999999, -2.5066282733116222e-8],
    [1e-9, -5.9978070150076865],
    [1e-300, -37.0470962993612],
  ];
  for (const [p, z] of known) {
    near(normalQuantile(p), z, 1e-15, `z(${p})`);
    near(normalCdf(normalQuantile(p)), p, 3e-13, `cdf(z(${p}))`);
  }
  near(normalCdf(-38), 2.885428e-316, 1e-6, "a subnormal tail");
  near(normalSurvival(6), 9.865876450376981e-10, 3e-15, "survival 6");
  for (let x = -4; x <= 4; x += 0.05)
    near(
      normalCdf(x),
      0.5 + Math.sign(x) * integral(normalDensity, 0, Math.abs(x)),
      1e-11,
      `integral of the density to ${x}`,
    );
  near(millsRatio(0), Math.sqrt(Math.PI / 2), 1e-15, "Mills 0");
  near(millsRatio(-30) * normalDensity(30), 1, 1e-14, "Mills -30");
  near(millsRatio(1e8), 1e-8, 1e-14, "Mills far out");
});

test("erf and erfc agree with 40-digit arithmetic on both sides of every switch", () => {
  const known: readonly (readonly [number, number, number])[] = [
    [0.1, 0.1124629160182849, 0.887537083981715],
    [1, 0.8427007929497149, 0.15729920705028513],
    [1.07, 0.8697732971635866, 0.13022670283641333],
    [1.5, 0.9661051464753108, 0.033894853524689274],
    [3, 0.9999779095030014, 2.209049699858544e-5],
    [10, 1, 2.088487583762545e-45],
    [26, 1, 5.663192408856143e-296],
  ];
  for (const [x, e, c] of known) {
    near(erf(x), e, 1e-15, `erf(${x})`);
    near(erfc(x), c, 4e-15, `erfc(${x})`);
    near(erf(-x), -e, 1e-15, `erf(-${x})`);
    near(erfc(-x), 1 + e, 1e-15, `erfc(-${x})`);
  }
  near(erf(1e-300), 2e-300 / Math.sqrt(Math.PI), 1e-15, "erf of almost nothing");
  assert.ok(
    Number.isNaN(erf(Number.NaN)) && Number.isNaN(erfc(Number.NaN)) && Number.isNaN(normalCdf(Number.NaN)),
  );
});

test("log gamma gives factorials, the half-integer values and the duplication formula", () => {
  let factorial = 1;
  for (let n = 1; n <= 170; n++) {
    factorial *= n;
    near(Math.exp(logGamma(n + 1)), factorial, 5e-13, `${n}!`);
  }
  near(logGamma(0.5), Math.log(Math.PI) / 2, 2e-15, "gamma(1/2)");
  near(logGamma(1e300), 6.897755278982137e302, 1e-15, "gamma(1e300)");
  for (const x of [1e-8, 0.013, 0.999, 3.7, 15.99, 16.01, 1234.5]) {
    const twice = logGamma(x) + logGamma(x + 0.5) + (2 * x - 1) * Math.LN2 - Math.log(Math.PI) / 2;
    assert.ok(
      Math.abs(twice - logGamma(2 * x)) < 3e-15 * Math.max(1, Math.abs(twice)),
      `duplication at ${x}`,
    );
  }
});

test("incomplete gamma agrees with 40-digit arithmetic, Poisson sums and quadrature, in both tails", () => {
  const known: readonly (readonly [number, number, number, number])[] = [
    [0.001, 0.001, 0.9936876467088603, 0.00631235329113971],
    [0.5, 0.005, 0.07965567455405796, 0.920344325445942],
    [10, 1, 1.1142547833872067e-7, 0.9999998885745217],
    [10, 100, 1, 1.1253473960842733e-31],
    [100, 101, 0.5528962934345113, 0.44710370656548876],
    [1e6, 1.01e6, 1, 1.0606997477586902e-23],
  ];
  for (const [a, x, p, q] of known) {
    near(incompleteGammaP(a, x), p, 5e-14, `P(${a}, ${x})`);
    near(incompleteGammaQ(a, x), q, 5e-13, `Q(${a}, ${x})`);
  }
  for (const shape of [1, 2, 7, 30]) {
    for (const x of [0.01, 1, 6.5, 29, 80]) {
      let term = Math.exp(-x);
      let sum = 0;
      for (let k = 0; k < shape; k++, term *= x / k) sum += term;
      near(incompleteGammaQ(shape, x), sum, 2e-13, `Poisson sum ${shape} ${x}`);
    }
  }
  const density = (x: number) => Math.exp(2.3 * Math.log(x) - x - logGamma(3.3));
  near(incompleteGammaP(3.3, 2.9), integral(density, 0, 2.9), 1e-12, "quadrature");
  assert.equal(incompleteGammaP(2, 0), 0);
  assert.equal(incompleteGammaQ(2, Number.POSITIVE_INFINITY), 0);
});

test("incomplete beta agrees with 40-digit arithmetic, binomial sums and its symmetry", () => {
  const known: readonly (readonly [number, number, number, number])[] = [
    [0.01, 0.5, 1e-10, 0.7835195022145378],
    [0.5, 12.5, 0.001, 0.12442439414396658],
    [30.5, 3, 0.4552238805970149, 6.032216696990926e-9],
    [30.5, 3, 0.999, 0.9999949097747582],
    [500, 200, 0.5, 4.522550316730565e-31],
    [500, 200, 0.6928571428571428, 0.10587263387807781],
    [1e5, 1e4, 0.9118181818181817, 0.9992440720773516],
  ];
  for (const [a, b, x, value] of known) near(incompleteBeta(a, b, x), value, 1e-12, `I_${x}(${a}, ${b})`);
  for (const n of [5, 40]) {
    for (let k = 1; k <= n; k++) {
      // P(Bin(n, x) ≥ k) = I_x(k, n − k + 1), the distribution of an order statistic.
      const x = 0.37;
      let sum = 0;
      for (let j = k; j <= n; j++)
        sum += Math.exp(
          logGamma(n + 1) -
            logGamma(j + 1) -
            logGamma(n - j + 1) +
            j * Math.log(x) +
            (n - j) * Math.log1p(-x),
        );
      near(incompleteBeta(k, n - k + 1, x), sum, 1e-12, `binomial ${n} ${k}`);
      near(1 - incompleteBeta(n - k + 1, k, 1 - x), sum, 1e-15 / sum + 1e-12, `symmetry ${n} ${k}`);
    }
  }
  assert.equal(incompleteBeta(2, 3, 0), 0);
  assert.equal(incompleteBeta(2, 3, 1), 1);
});

test("arguments outside the domain are refused in the grammar", () => {
  const cases: readonly (readonly [() => number, string])[] = [
    [() => studentQuantile(1.5, 3), "studentQuantile: p must be >= 0 and <= 1, got 1.5"],
    [() => studentQuantile(0.5, 0), "studentQuantile: df must be > 0, got 0"],
    [() => studentCdf(Number.NaN, 3), "studentCdf: t must be a number, got NaN"],
    [() => normalQuantile(Number.NaN), "normalQuantile: p must be >= 0 and <= 1, got NaN"],
    [() => incompleteBeta(0, 1, 0.5), "incompleteBeta: a must be > 0 and finite, got 0"],
    [() => incompleteBeta(1, 1, -0.1), "incompleteBeta: x must be >= 0 and <= 1, got -0.1"],
    [() => incompleteGammaP(-1, 1), "incompleteGammaP: a must be > 0 and finite, got -1"],
    [() => incompleteGammaQ(1, -1), "incompleteGammaQ: x must be >= 0, got -1"],
    [() => logGamma(0), "logGamma: x must be > 0 and finite, got 0"],
    [() => millsRatio(-31), "millsRatio: x must be >= -30, got -31"],
  ];
  for (const [call, message] of cases) assert.throws(call, { name: "DomainError", message });
});
