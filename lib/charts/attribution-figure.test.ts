import assert from "node:assert/strict";
import { test } from "node:test";
import { type AttributionGroup, attributionFigure } from "./attribution-figure.ts";
import { componentsFigure } from "./figures.fixture.ts";

interface Bars {
  readonly type: string;
  readonly name: string;
  readonly x: (number | null)[];
  readonly y: (number | null)[];
  readonly text: string[];
  readonly showlegend: boolean;
}

function figureOf(groups: readonly AttributionGroup[], extra: object = {}) {
  return attributionFigure({ title: "T", y: { name: "latency", dimension: "time" }, groups, ...extra });
}

test("the parts of each bar add up to its total, simulated beside model", () => {
  const figure = componentsFigure();
  const bars = (figure.data as unknown as Bars[]).filter(
    (trace) => trace.type === "bar" && trace.x[0] !== null,
  );
  assert.equal(figure.layout.barmode, "stack");
  assert.deepEqual(
    bars.map((trace) => trace.name),
    ["propagation", "egress wait", "transmission", "CPU", "disk (fsync)", "quorum wait"],
  );
  const totals = bars[0].x.map((_, i) => bars.reduce((sum, trace) => sum + Number(trace.y[i]), 0));
  const said = (figure.data as unknown as Bars[]).find((trace) => trace.name === "total")?.text ?? [];
  for (const [i, total] of totals.entries())
    assert.ok(Math.abs(Number.parseFloat(said[i]) / total - 1) < 0.006, said[i]);
  assert.deepEqual(bars[0].x, [-0.21, 0.21, 0.79, 1.21, 1.79, 2.21, 2.79, 3.21]);
  assert.equal(bars[3].y[1], 0); // the model has no CPU term
});

test("the model's bars are hatched inside their parts", () => {
  const figure = figureOf([{ label: "a", simulated: { p: 0.002, q: 0.001 }, model: { p: 0.001, q: 0.002 } }]);
  const hatch = (figure.data as unknown as Bars[]).filter((trace) => trace.name.endsWith("· model"));
  assert.equal(hatch.length, 2);
  const ends = hatch.map((trace) => trace.y.filter((y): y is number => y !== null));
  assert.ok(ends[0].every((y) => y >= 0 && y <= 1 + 1e-9));
  assert.ok(ends[1].every((y) => y >= 1 - 1e-9 && y <= 3 + 1e-9));
});

test("the whisker spans the interval of the simulated total", () => {
  const figure = figureOf([{ label: "a", simulated: { p: 0.002 }, low: 0.0019, high: 0.0022 }]);
  const whisker = (figure.data as unknown as Bars[]).find((trace) => trace.name === "interval of the total");
  const ys = whisker?.y.filter((y): y is number => y !== null) ?? [];
  assert.ok(Math.abs(Math.min(...ys) - 1.9) < 1e-9 && Math.abs(Math.max(...ys) - 2.2) < 1e-9);
});

test("bad parts are named", () => {
  const cases: readonly [() => unknown, RegExp][] = [
    [() => figureOf([]), /attributionFigure: groups must hold at least one case/],
    [
      () => figureOf([{ label: "a", simulated: { p: -1 } }]),
      /groups\[0\]\.simulated\.p must be >= 0, got -1/,
    ],
    [
      () => figureOf([{ label: "a", simulated: { p: Number.NaN } }]),
      /groups\[0\]\.simulated\.p must be finite, got NaN/,
    ],
    [() => figureOf([{ label: "", simulated: { p: 1 } }]), /groups\[0\]\.label must name the case/],
    [
      () => figureOf([{ label: "a", simulated: { p: 1 }, low: 2, high: 3 }]),
      /groups\[0\] total interval must hold the estimate 1/,
    ],
    [
      () => figureOf([{ label: "a", simulated: { q: 1 } }], { components: ["p"] }),
      /unknown component "q" \(known: p/,
    ],
    [
      () => figureOf([{ label: "a", simulated: { p: 1 } }], { y: { name: "y", scale: "log" } }),
      /y\.scale must be linear/,
    ],
  ];
  for (const [draw, message] of cases) assert.throws(draw, message);
});
