/** Comparisons for tests, with their message at hand: without one the runner reads the source again, for seconds. */
import assert from "node:assert/strict";

export function near(actual: number, expected: number, relative = 1e-9): void {
  if (!(Math.abs(actual - expected) <= relative * Math.abs(expected)))
    assert.fail(`got ${actual}, expected ${expected} within ${relative} relative`);
}

export function within(actual: number, expected: number, absolute: number): void {
  if (!(Math.abs(actual - expected) <= absolute))
    assert.fail(`got ${actual}, expected ${expected} within ${absolute}`);
}

export function holds(condition: boolean, what: string): void {
  if (!condition) assert.fail(`does not hold: ${what}`);
}
