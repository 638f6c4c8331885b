/** Nodes at some distances and clients beside them, for tests of formulas between regions. */
import assert from "node:assert/strict";

/** One-way delays between nodes that are all equally far from one another. */
export const equal = (nodes: number, delay: number): number[][] =>
  Array.from({ length: nodes }, (_, i) => Array.from({ length: nodes }, (__, j) => (i === j ? 0 : delay)));

/** Clients beside some nodes, as many at each. */
export const beside = (...replicas: number[]) =>
  replicas.map((replica) => ({ replica, share: 1 / replicas.length, roundTrip: null }));

export const close = (a: number, b: number, tolerance: number): void =>
  assert.ok(Math.abs(a - b) < tolerance, `${a} is not ${b}`);
