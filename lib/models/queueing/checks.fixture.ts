/** Comparisons for tests, with their message at hand: without one `assert` reads the source again, for seconds. */

export function near(actual: number, expected: number, relative = 1e-9): void {
  if (!(Math.abs(actual - expected) <= relative * Math.abs(expected)))
    throw new Error(`got ${actual}, expected ${expected} within ${relative} relative`);
}

export function within(actual: number, expected: number, absolute: number): void {
  if (!(Math.abs(actual - expected) <= absolute))
    throw new Error(`got ${actual}, expected ${expected} within ${absolute}`);
}

export function holds(condition: boolean, what: string): void {
  if (!condition) throw new Error(`does not hold: ${what}`);
}
