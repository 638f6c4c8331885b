/** M/M/1 before the steady state against Bessel tables, both limits, an integral, and a chain stepped through time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { holds, near, within } from "./checks.fixture.ts";
import { mm1 } from "./mm1.ts";
import { mm1MeanAt, mm1Transient } from "./mm1-transient.ts";

test("published: at ρ = 1 from the tables of Bessel functions", () => {
  // At ρ = 1 from empty, L(t) = [2x·e^(−x)(I₀ + I₁)(x) + e^(−x)I₀(x) − 1]/2 with x = 2t; Abramowitz and Stegun 1964,
  // Table 9.8, p. 416 and 417: e^(−x)I₀(x) and e^(−x)I₁(x) at x = 2 and 10.
  const mean = (x: number, i0: number, i1: number): number => (2 * x * (i0 + i1) + i0 - 1) / 2;
  within(mm1MeanAt(1, 1, 0), mean(2, 0.3085083225, 0.2152692892), 1e-9);
  within(mm1MeanAt(1, 5, 0), mean(10, 0.1278333372, 0.1212626814), 1e-8);
});

/**
 * L(t) from n₀ by the spectral integral (Karlin and McGregor 1958; Takács 1962, ch. 1), with γ = 1 + ρ − 2√ρ cos θ:
 * dL/dt = ρ − 1 + P₀(t), and P₀(t) − (1 − ρ) is an integral over e^(−γt), so that L − L(t) has γ² below.
 */
function byIntegral(rho: number, t: number, start: number): number {
  const root = Math.sqrt(rho);
  const count = 4000;
  let sum = 0;
  for (let i = 1; i < count; i++) {
    const angle = (Math.PI * i) / count;
    const gamma = 1 + rho - 2 * root * Math.cos(angle);
    const wave = Math.sin((start + 1) * angle) - Math.sin(start * angle) / root;
    sum += (Math.exp(-gamma * t) * Math.sin(angle) * wave) / (gamma * gamma);
  }
  return rho / (1 - rho) - ((2 * rho) / count) * root ** -start * sum;
}

test("uniformisation agrees with the spectral integral, from empty and from a queue", () => {
  for (const rho of [0.1, 0.5, 0.8, 0.95])
    for (const t of [0.01, 0.7, 5, 40, 300])
      for (const start of [0, 1, 6]) {
        const steady = rho / (1 - rho);
        within(mm1MeanAt(rho, t, start), byIntegral(rho, t, start), 1e-9 * (steady + start));
      }
});

test("reductions: the start at t = 0, the steady state at last, and M/M/∞'s slope at first", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.01, max: 0.7, noNaN: true }),
      fc.integer({ min: 0, max: 30 }),
      (rho, start) => {
        const given = { arrivalRate: rho * 100, serviceTime: 0.01, start };
        near(mm1Transient({ ...given, time: 0 }).inSystem, start, 1e-12);
        const late = mm1Transient({ ...given, time: 20 });
        within(late.inSystem, mm1(given_(rho)).inSystem, 1e-9);
        near(late.steadyInSystem, mm1(given_(rho)).inSystem, 1e-12);
        const soon = mm1Transient({ ...given, time: 1e-9 });
        within(soon.inSystem - start, 1e-7 * (rho - (start > 0 ? 1 : 0)), 1e-12 * (1 + start));
      },
    ),
    { numRuns: 60, seed: 71 },
  );
});

const given_ = (rho: number) => ({ arrivalRate: rho * 100, serviceTime: 0.01 });

test("properties: from empty it only rises, more load is more, and the rest of the way shrinks as the relaxation time says", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.01, max: 0.95, noNaN: true }),
      fc.double({ min: 0, max: 100, noNaN: true }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      (rho, t, more) => {
        const here = mm1MeanAt(rho, t, 0);
        holds(here >= 0 && here <= (rho / (1 - rho)) * (1 + 1e-11), "beyond the steady state");
        holds(mm1MeanAt(rho, t + more, 0) >= here - 1e-11, "falls from empty");
        holds(mm1MeanAt(rho * 1.04, t, 0) >= here - 1e-11, "more load is less");
        holds(mm1MeanAt(rho, t, 3) >= here - 1e-11, "a later start is more");
      },
    ),
    { numRuns: 1000, seed: 72 },
  );
  // The rest is e^(−t/τ) times t^(−3/2) (Cohen 1982): with the power taken out, the decay is that of τ
  // up to a term in t^(−2); the like of S/(1 − ρ) = 4/3 is far off.
  const given = { arrivalRate: 0.25, serviceTime: 1 };
  const { relaxationTime, steadyInSystem } = mm1Transient({ ...given, time: 0 });
  near(relaxationTime, 4, 1e-12);
  const rest = (t: number): number => (steadyInSystem - mm1MeanAt(0.25, t, 0)) * t ** 1.5;
  within(Math.log(rest(50) / rest(60)) / 10, 1 / relaxationTime, 0.004);
});

test("the chain stepped through time gives the same, also above saturation", () => {
  for (const [rho, t, start] of [
    [0.6, 8, 2],
    [1.5, 10, 0],
    [1, 12, 4],
  ]) {
    // Classical Runge–Kutta on 200 states.
    const size = 200;
    let p = new Float64Array(size);
    p[start] = 1;
    const slope = (x: Float64Array): Float64Array =>
      x.map(
        (v, n) => (n > 0 ? rho * x[n - 1] : 0) + (n + 1 < size ? x[n + 1] : 0) - v * (rho + (n > 0 ? 1 : 0)),
      );
    const plus = (x: Float64Array, y: Float64Array, h: number): Float64Array => x.map((v, n) => v + h * y[n]);
    const h = 0.005;
    for (let i = 0; i < Math.round(t / h); i++) {
      const a = slope(p);
      const b = slope(plus(p, a, h / 2));
      const c = slope(plus(p, b, h / 2));
      const d = slope(plus(p, c, h));
      p = p.map((v, n) => v + (h * (a[n] + 2 * b[n] + 2 * c[n] + d[n])) / 6);
    }
    near(
      mm1MeanAt(rho, t, start),
      p.reduce((sum, v, n) => sum + n * v, 0),
      1e-9,
    );
  }
});

test("finite at the edge, and what would take too long is refused", () => {
  const edge = mm1Transient({ arrivalRate: 1 - 1e-6, serviceTime: 1, time: 2000 });
  // Reflected Brownian motion at ρ = 1: √(4t/π) at first order.
  near(edge.inSystem, Math.sqrt((4 * 2000) / Math.PI), 0.02);
  near(edge.relaxationTime, 4e12, 1e-5);
  near(mm1Transient({ arrivalRate: 0.5, serviceTime: 1, time: 100, start: 10_000 }).inSystem, 9950, 1e-9);
  assert.throws(
    () => mm1Transient({ arrivalRate: 0.5, serviceTime: 1, time: 1e6 }),
    /services 1000000 must be <= 20000/,
  );
  const over = mm1Transient.evaluate({ arrivalRate: 1.5, serviceTime: 1, time: 1 });
  assert.equal(!over.stable && over.reason, "unstable: utilisation 1.500 must be < 1");
});
