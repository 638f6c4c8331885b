import assert from "node:assert/strict";
import { test } from "node:test";
import { relativeError, verdict } from "./verdict.ts";

/**
 * Every placement of an interval against the band [90, 110], edges included, decided by set inclusion in
 * integers.
 */
test("the truth table: inside, outside, neither, with equality at every edge", () => {
  const places = [80, 85, 90, 95, 105, 110, 115, 120];
  const seen = new Map<string, number>();
  for (const low of places) {
    for (const high of places.filter((place) => place >= low)) {
      const members = Array.from({ length: high - low + 1 }, (_, i) => low + i);
      const inside = members.filter((x) => x >= 90 && x <= 110).length;
      const expected = inside === members.length ? "agrees" : inside === 0 ? "differs" : "undecided";
      assert.equal(verdict({ low, high }, 100, 0.1), expected, `[${low}, ${high}]`);
      seen.set(expected, (seen.get(expected) ?? 0) + 1);
    }
  }
  assert.deepEqual(
    [...seen.keys()].sort((a, b) => (a < b ? -1 : 1)),
    ["agrees", "differs", "undecided"],
  );
});

test("touching the band from outside is undecided, a hair away differs", () => {
  assert.equal(verdict({ low: 110, high: 120 }, 100, 0.1), "undecided");
  assert.equal(verdict({ low: 110 + 2e-14, high: 120 }, 100, 0.1), "differs");
  assert.equal(verdict({ low: 80, high: 90 }, 100, 0.1), "undecided");
  assert.equal(verdict({ low: 80, high: 90 - 2e-14 }, 100, 0.1), "differs");
});

test("negative predictions have their band the right way round", () => {
  assert.equal(verdict({ low: -105, high: -95 }, -100, 0.1), "agrees");
  assert.equal(verdict({ low: -89, high: -80 }, -100, 0.1), "differs");
});

test("prediction 0: only an absolute tolerance gives it a band; the wider band counts", () => {
  assert.equal(verdict({ low: 0, high: 0 }, 0, 0.05), "agrees");
  assert.equal(verdict({ low: 0, high: 1e-9 }, 0, 0.05), "undecided");
  assert.equal(verdict({ low: 1e-9, high: 2e-9 }, 0, 0.05), "differs");
  assert.equal(verdict({ low: 1e-9, high: 2e-9 }, 0, { absolute: 1e-8 }), "agrees");
  assert.equal(verdict({ low: 96, high: 104 }, 100, { relative: 0.05, absolute: 1 }), "agrees");
  assert.equal(verdict({ low: 96, high: 104 }, 100, { absolute: 1 }), "undecided");
});

test("tolerance 0 asks for the number itself", () => {
  assert.equal(verdict({ low: 5, high: 5 }, 5, 0), "agrees");
  assert.equal(verdict({ low: 4, high: 6 }, 5, 0), "undecided");
  assert.equal(verdict({ low: 6, high: 6 }, 5, 0), "differs");
});

test("a tolerance that is not stated, and other bad input", () => {
  const interval = { low: 1, high: 2 };
  const throws = (call: () => unknown, message: string, name = "DomainError") =>
    assert.throws(call, { name, message });
  throws(
    () => verdict(interval, 1, undefined as never),
    "verdict: tolerance must be stated (>= 0), got undefined",
  );
  throws(() => verdict(interval, 1, {}), "verdict: tolerance must be stated (relative or absolute), got {}");
  throws(() => verdict(interval, 1, -0.1), "verdict: tolerance must be finite and >= 0, got -0.1");
  throws(() => verdict(interval, 1, Number.NaN), "verdict: tolerance must be finite and >= 0, got NaN");
  throws(
    () => verdict(interval, 1, { absolute: Number.POSITIVE_INFINITY }),
    "verdict: absolute tolerance must be finite and >= 0, got Infinity",
  );
  throws(
    () => verdict(interval, 1, { relativ: 0.1 } as never),
    'verdict: unknown key of tolerance "relativ" (known: relative, absolute; did you mean relative?)',
    "UsageError",
  );
  throws(() => verdict(interval, Number.NaN, 0.1), "verdict: prediction must be finite, got NaN");
  throws(() => verdict({ low: 2, high: 1 }, 1, 0.1), "verdict: low 2 must be <= high 1");
  throws(() => verdict({ low: Number.NaN, high: 1 }, 1, 0.1), "verdict: low must be finite, got NaN");
});

test("the relative error is signed and relative to the prediction", () => {
  assert.equal(relativeError(90, 100), -0.1);
  assert.equal(relativeError(-90, -100), 0.1);
  assert.equal(relativeError(0, 0), 0);
  assert.equal(relativeError(1, 0), Number.POSITIVE_INFINITY);
  assert.equal(relativeError(-1, 0), Number.NEGATIVE_INFINITY);
  assert.throws(() => relativeError(Number.NaN, 1), {
    message: "relativeError: simulated must be finite, got NaN",
  });
});
