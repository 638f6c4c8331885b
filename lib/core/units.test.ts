import assert from "node:assert/strict";
import { test } from "node:test";
import {
  formatQuantity,
  Gbps,
  halfOf,
  KiB,
  linspace,
  logspace,
  Mbps,
  MiB,
  ms,
  parseQuantity,
  perSecond,
  type RoundTripTime,
  us,
} from "./units.ts";

test("constructors give SI numbers", () => {
  assert.equal(ms(5), 0.005);
  assert.equal(us(10), 10 * 1e-6);
  assert.equal(KiB(4), 4096);
  assert.equal(MiB(1), 1_048_576);
  assert.equal(Mbps(8), 8e6);
  assert.equal(Gbps(1), 1e9);
  assert.equal(perSecond(20), 20);
  assert.equal(halfOf(0.1 as RoundTripTime), 0.05);
  assert.throws(() => ms(Number.NaN), {
    name: "DomainError",
    message: "ms: value must be a finite number, got NaN",
  });
  assert.throws(() => ms("5" as never), { message: 'ms: value must be a finite number, got "5"' });
});

test("texts with units parse to SI", () => {
  const cases: [string, Parameters<typeof parseQuantity>[2], number][] = [
    ["5 ms", "time", 0.005],
    ["0.5ms", "time", 0.0005],
    ["2 min", "time", 120],
    ["10 µs", "time", 1e-5],
    ["1 Gbit/s", "bandwidth", 1e9],
    ["100 Mbps", "bandwidth", 1e8],
    ["1 MB/s", "bandwidth", 8e6],
    ["64 KiB", "size", 65_536],
    ["1_000 B", "size", 1000],
    ["8 bit", "size", 1],
    ["20 kop/s", "rate", 20_000],
    ["1e3 1/s", "rate", 1000],
    ["2 ns/B", "timePerByte", 2e-9],
    ["25 %", "one", 0.25],
    ["-3", "one", -3],
  ];
  for (const [text, dimension, value] of cases) {
    assert.ok(Math.abs(parseQuantity("x", text, dimension) - value) <= 1e-15 * Math.abs(value), text);
  }
});

test("wrong texts say what is wrong", () => {
  const refuse = (
    text: unknown,
    dimension: Parameters<typeof parseQuantity>[2],
    message: string | RegExp,
  ): void => assert.throws(() => parseQuantity("demo: rtt", text, dimension), { message });
  refuse("5", "time", 'demo: rtt needs a unit (s, ms, us, µs, μs, ns), got "5"');
  refuse("5 MB", "time", 'demo: rtt must be a time, got "5 MB" which is a size');
  refuse("5 msec", "time", /^demo: rtt has unknown unit "msec" .*did you mean ms\?\)$/);
  refuse("five", "time", 'demo: rtt must be a number with a unit such as "5 ms", got "five"');
  refuse("1,5 ms", "time", /demo: rtt/);
  refuse(Number.NaN, "time", "demo: rtt must be finite, got NaN");
  refuse(Number.POSITIVE_INFINITY, "time", "demo: rtt must be finite, got Infinity");
  refuse("1e999 s", "time", 'demo: rtt must be finite, got "1e999 s"');
  refuse(null, "time", "demo: rtt must be a number or a text with a unit, got null");
  refuse(5n, "time", "demo: rtt must be a number or a text with a unit, got 5n");
  refuse("1 __proto__", "time", /unknown unit "__proto__"/);
});

test("grids include both ends", () => {
  assert.deepEqual(logspace(10, 1000, 3), [10, 100, 1000]);
  assert.deepEqual(linspace(0.5, 1.5, 3), [0.5, 1, 1.5]);
  assert.deepEqual(perSecond.logspace(1, 1, 1), [1]);
  assert.throws(() => logspace(0, 1, 3), { message: "logspace: from must be > 0, got 0" });
  assert.throws(() => logspace(2, 1, 3), { message: "logspace: to 1 must be >= from 2" });
  assert.throws(() => linspace(1, 2, 0), { message: "linspace: count must be an integer >= 1, got 0" });
});

test("quantities print with the unit a reader would choose", () => {
  assert.equal(formatQuantity(0.0123, "time"), "12.3 ms");
  assert.equal(formatQuantity(1e9, "bandwidth"), "1 Gbit/s");
  assert.equal(formatQuantity(1_048_576, "size"), "1 MiB");
  assert.equal(formatQuantity(0, "time"), "0 ns");
  assert.equal(formatQuantity(0.25, "one"), "0.25");
});
