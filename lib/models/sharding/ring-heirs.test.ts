/** Heirs on a ring: every order of few points, exact small cases, real rings, and the limits. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { placements } from "../../protocols/sharding/placements.ts";
import { replicationInterval } from "../../statistics/interval.ts";
import { ringHeirs } from "./ring-heirs.ts";

const near = (actual: number, expected: number, relative = 1e-9): void =>
  assert.ok(
    Math.abs(actual - expected) <= relative * Math.abs(expected),
    `got ${actual}, expected ${expected} within ${relative}`,
  );

/** All orders of a list of nodes, equal ones told apart or not: only the mean is asked for. */
function orders(left: readonly number[]): number[][] {
  if (left.length === 0) return [[]];
  return left.flatMap((first, i) =>
    orders([...left.slice(0, i), ...left.slice(i + 1)]).map((rest) => [first, ...rest]),
  );
}

/** Nodes that own the first foreign point after a point of node 0. */
function heirsOf(circle: readonly number[]): number {
  const heirs = new Set<number>();
  circle.forEach((node, i) => {
    if (node !== 0) return;
    let next = i;
    while (circle[next % circle.length] === 0) next++;
    heirs.add(circle[next % circle.length]);
  });
  return heirs.size;
}

test("ringHeirs: all orders of the points on small rings", () => {
  for (const [nodes, points] of [
    [2, 1],
    [3, 1],
    [5, 1],
    [2, 3],
    [3, 2],
    [4, 2],
  ]) {
    const circles = orders(Array.from({ length: nodes * points }, (_, i) => i % nodes));
    const mean = circles.reduce((sum, circle) => sum + heirsOf(circle), 0) / circles.length;
    near(ringHeirs({ nodes, points }).heirs, mean, 1e-12);
  }
});

test("ringHeirs: one point has one heir, two nodes have one; many points reach all", () => {
  for (const nodes of [2, 3, 10, 1000, 1e6]) near(ringHeirs({ nodes, points: 1 }).heirs, 1, 1e-9);
  for (const points of [1, 7, 1e6]) near(ringHeirs({ nodes: 2, points }).heirs, 1, 1e-12);
  near(ringHeirs({ nodes: 100, points: 1e6 }).heirShare, 1, 1e-12);
  // Few points on a large ring fall to different nodes.
  near(ringHeirs({ nodes: 1e6, points: 100 }).heirs, 100, 1e-3);
});

test("ringHeirs: between 1 and the lesser of points and nodes that stay, and growing in both", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 500 }), fc.integer({ min: 1, max: 500 }), (nodes, points) => {
      const { heirs } = ringHeirs({ nodes, points });
      assert.ok(heirs >= 1 - 1e-9 && heirs <= Math.min(points, nodes - 1) + 1e-9, `${heirs}`);
      assert.ok(ringHeirs({ nodes: nodes + 1, points }).heirs >= heirs - 1e-9);
      assert.ok(ringHeirs({ nodes, points: points + 1 }).heirs >= heirs - 1e-9);
    }),
    { numRuns: 1000, seed: 71 },
  );
});

test("ringHeirs: real rings that lose a node", () => {
  for (const [nodes, points] of [
    [10, 1],
    [10, 8],
    [50, 20],
  ]) {
    const heirs = Array.from({ length: 200 }, (_, seed) => {
      const before = placements.ring({ nodes: Array.from({ length: nodes }, (_, i) => i), points, seed });
      const [was, is] = [before.shares(), before.without(0).shares()];
      return is.filter((share, i) => share > was[i + 1] + 1e-12).length;
    });
    const { low, high } = replicationInterval(heirs, 0.9999);
    const { heirs: expected } = ringHeirs({ nodes, points });
    assert.ok(low <= expected + 1e-9 && expected <= high + 1e-9, `${low} to ${high}, formula ${expected}`);
  }
});
