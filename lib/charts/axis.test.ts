import assert from "node:assert/strict";
import { test } from "node:test";
import {
  chooseUnit,
  fractionAt,
  linearTicks,
  logTicks,
  makeAxis,
  plotlyAxis,
  tickText,
  valueText,
  withRoom,
} from "./axis.ts";

test("the unit is the one a reader would choose, and stands in the title", () => {
  const time = { name: "commit latency", dimension: "time" } as const;
  assert.equal(makeAxis("t", time, [0.002, 0.9]).title, "commit latency [ms]");
  assert.equal(makeAxis("t", time, [0.002, 9]).title, "commit latency [s]");
  assert.equal(makeAxis("t", time, [2e-6, 9e-5]).title, "commit latency [µs]");
  assert.equal(makeAxis("t", { name: "nodes" }, [3, 9]).title, "nodes");
  assert.equal(makeAxis("t", { ...time, unit: "s" }, [0.002]).title, "commit latency [s]");
  assert.equal(chooseUnit([0.005, 2], "time", "log"), "ms");
  assert.equal(chooseUnit([10e6, 10e9], "bandwidth", "log"), "Mbit/s");
  assert.equal(chooseUnit([3e9], "bandwidth"), "Gbit/s");
  assert.equal(chooseUnit([10, 20_000], "rate", "log"), "1/s");
});

test("sizes are binary only when all of them are", () => {
  assert.equal(chooseUnit([1024, 102_400], "size"), "KiB");
  assert.equal(chooseUnit([1000, 102_400], "size"), "kB");
  assert.equal(chooseUnit([100, 1_048_576], "size"), "MiB");
});

test("SI values are scaled into the unit", () => {
  const axis = makeAxis("t", { name: "latency", dimension: "time" }, [0.01, 0.1]);
  assert.ok(axis.range[0] <= 10 && axis.range[1] >= 100);
  assert.equal(valueText(axis, 0.0123), "12.3 ms");
  assert.equal(valueText(axis, Number.POSITIVE_INFINITY), "∞");
});

test("log ticks: decades when there are many, 1-2-5 between, linear ones in a narrow range", () => {
  assert.deepEqual(logTicks([8, 12_000]), [10, 100, 1000, 10_000]);
  assert.deepEqual(logTicks([8, 250]), [10, 20, 50, 100, 200]);
  assert.deepEqual(logTicks([93, 180]), [100, 120, 140, 160, 180]);
  assert.ok(logTicks([1e-9, 1e9]).length <= 10);
  for (let span = 0.01; span < 18; span += 0.07) {
    const count = logTicks([3, 3 * 10 ** span]).length;
    assert.ok(count >= 2 && count <= 10, `${span}: ${count}`);
  }
});

test("linear ticks are round and few", () => {
  assert.deepEqual(linearTicks([0, 1]), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(linearTicks([-22, 22]), [-20, -10, 0, 10, 20]);
  for (let high = 0.03; high < 1e6; high *= 1.37) {
    const count = linearTicks([0, high]).length;
    assert.ok(count >= 4 && count <= 9, `${high}: ${count}`);
  }
});

test("tick texts are short and one style on an axis", () => {
  assert.equal(tickText(0.001), "0.001");
  assert.equal(tickText(10_000), "10,000");
  assert.equal(tickText(1000, [10, 1000, 1e6]), "1k");
  assert.equal(tickText(2.5e6, [2.5e6]), "2.5M");
  assert.equal(tickText(-5), "−5");
  assert.equal(tickText(1e-7), "10⁻⁷");
  assert.equal(tickText(2e-5), "2×10⁻⁵");
  assert.equal(tickText(0), "0");
});

test("few whole numbers are ticks of their own, and values lie inside the range", () => {
  assert.deepEqual(
    makeAxis("t", { name: "nodes" }, [3, 5, 7, 9]).ticks.map((tick) => tick.text),
    ["3", "5", "7", "9"],
  );
  for (const scale of ["linear", "log"] as const) {
    const axis = makeAxis("t", { name: "x", scale }, [2, 300]);
    assert.ok(fractionAt(axis, 2) > 0 && fractionAt(axis, 300) < 1);
  }
  assert.deepEqual(makeAxis("t", { name: "x" }, [5]).range, [4, 6]);
  assert.equal(makeAxis("t", { name: "x" }, [10, 300], { fromZero: true }).range[0], 0);
});

test("a log axis gives plotly logarithms, and minor ticks without labels", () => {
  const axis = plotlyAxis(makeAxis("t", { name: "x", scale: "log", range: [1, 1000] }, []));
  assert.equal(axis.type, "log");
  assert.deepEqual(axis.range, [0, 3]);
  assert.deepEqual(axis.ticktext, ["1", "10", "100", "1,000"]);
  assert.ok(axis.minor?.tickvals?.includes(20));
});

test("what is wrong is said", () => {
  const log = { name: "latency", scale: "log" } as const;
  assert.throws(
    () => makeAxis("f: x", log, [1, 0]),
    /^DomainError: f: x: latency must be > 0 on a log axis, got 0$/,
  );
  assert.throws(
    () => makeAxis("f: x", { name: " " }, [1]),
    /f: x: name must be the quantity in words, got " "/,
  );
  assert.throws(
    () => makeAxis("f: x", { name: "a", range: [2, 1] }, []),
    /range must be two finite numbers, low < high/,
  );
  const misspelt = { name: "a", scael: "log" } as unknown as { name: string };
  assert.throws(
    () => makeAxis("f: x", misspelt, [1]),
    /f: x: unknown axis option "scael" .*did you mean scale/,
  );
  const wrong = { name: "a", dimension: "time", unit: "MB" } as const;
  assert.throws(() => makeAxis("f: x", wrong, [1]), /f: x: unit must be a time, got "1 MB" which is a size/);
});

test("in a narrow panel the rounder texts stay, and none run into one another", () => {
  const axis = makeAxis("demo", { name: "rate", scale: "log" }, [700, 17_000]);
  assert.deepEqual(
    axis.ticks.map(({ text }) => text),
    ["1,000", "2,000", "5,000", "10,000"],
  );
  const textsAt = (pixels: number): string[] => withRoom(axis, pixels).ticks.map(({ text }) => text);
  assert.deepEqual(textsAt(500), ["1,000", "2,000", "5,000", "10,000"]);
  assert.deepEqual(textsAt(145), ["1,000", "", "", "10,000"]);
  assert.deepEqual(textsAt(220), ["1,000", "2,000", "", "10,000"]);
  assert.equal(withRoom(axis, 145).ticks.length, 4, "the lines stay");
});
