/** Fork-join against the published table, M/M/1, bounds, and the chain of two queues, solved. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { publishedTable } from "../../study/published-table.ts";
import { type Jump, meanOver, stationary } from "./chain.fixture.ts";
import { holds, near, within } from "./checks.fixture.ts";
import { forkJoin } from "./fork-join.ts";
import { mm1 } from "./mm1.ts";

const rhos = fc.double({ min: 0.01, max: 0.999, noNaN: true });

test("published: every row of the table, and its bound", () => {
  const { rows } = publishedTable("queue_forkjoin_nelson_tantawi");
  assert.ok(rows.length >= 15, "rows of the table");
  for (const row of rows) {
    const ours = forkJoin({ arrivalRate: Number(row.rho), serviceTime: 1, servers: Number(row.n) });
    within(ours.responseTime, Number(row.nelson_tantawi), 6e-5);
    within(ours.upperBound, Number(row.independent_upper_bound_Hn_T1), 6e-5);
  }
});

test("one server is M/M/1, without load the mean of the largest of n exponentials", () => {
  fc.assert(
    fc.property(rhos, fc.integer({ min: 2, max: 1000 }), (rho, servers) => {
      const given = { arrivalRate: rho * 50, serviceTime: 0.02 };
      near(forkJoin({ ...given, servers: 1 }).responseTime, mm1(given).responseTime, 1e-12);
      // E max = Σ (−1)^(k+1) C(n, k)/k would cancel; ∫ (1 − (1 − e^−t)ⁿ) dt by Simpson's rule does not.
      const idle = forkJoin({ arrivalRate: 1e-12, serviceTime: 1, servers });
      let sum = 0;
      for (let i = 0; i <= 4000; i++) {
        const f = -Math.expm1(servers * Math.log1p(-Math.exp(-i / 100)));
        sum += f * (i === 0 || i === 4000 ? 1 : i % 2 === 1 ? 4 : 2);
      }
      near(idle.responseTime, sum / 300, servers < 200 ? 1e-7 : 1e-5);
    }),
    { numRuns: 100, seed: 41 },
  );
});

test("properties: between its bounds, longer with more servers and with more load", () => {
  fc.assert(
    fc.property(
      rhos,
      fc.integer({ min: 1, max: 31 }),
      fc.double({ min: 0.3, max: 0.99, noNaN: true }),
      (rho, n, less) => {
        const at = (arrivalRate: number, servers: number) =>
          forkJoin({ arrivalRate, serviceTime: 1, servers });
        const here = at(rho, n);
        holds(here.lowerBound <= here.responseTime * (1 + 1e-12), "below its lower bound");
        holds(here.responseTime <= here.upperBound * (1 + 1e-12), "above its upper bound");
        holds(here.responseTime < at(rho, n + 1).responseTime, "a server more is quicker");
        holds(at(rho * less, n).responseTime < here.responseTime, "less load is slower");
        near(here.inSystem, rho * here.responseTime, 1e-12);
      },
    ),
    { numRuns: 1000, seed: 42 },
  );
});

test("two servers are exact: the chain of both queues, jobs inside being the longer of the two", () => {
  const SIDE = 70;
  for (const rho of [0.2, 0.5, 0.65]) {
    const chain = stationary(SIDE * SIDE, SIDE + 1, (state): readonly Jump[] => {
      const [a, b] = [Math.floor(state / SIDE), state % SIDE];
      return [
        ...(a + 1 < SIDE && b + 1 < SIDE ? [[state + SIDE + 1, rho] as const] : []),
        ...(a > 0 ? [[state - SIDE, 1] as const] : []),
        ...(b > 0 ? [[state - 1, 1] as const] : []),
      ];
    });
    const inside = meanOver(chain, (s) => Math.max(Math.floor(s / SIDE), s % SIDE));
    near(forkJoin({ arrivalRate: rho, serviceTime: 1, servers: 2 }).inSystem, inside, 1e-9);
  }
});

test("finite at the edge, and an answer past it", () => {
  const edge = forkJoin({ arrivalRate: 1 - 1e-6, serviceTime: 1, servers: 10_000 });
  holds(edge.responseTime > 1e6 && edge.responseTime <= edge.upperBound, "between at the edge");
  const over = forkJoin.evaluate({ arrivalRate: 1, serviceTime: 1, servers: 2 });
  assert.equal(!over.stable && over.reason, "unstable: utilisation 1.000 must be < 1");
});
