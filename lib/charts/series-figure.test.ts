import assert from "node:assert/strict";
import { test } from "node:test";
import type { Figure } from "./figure.ts";
import { nodesFigure, payloadFigure, quantileFigure } from "./figures.fixture.ts";
import { type SeriesFigureInput, seriesFigure } from "./series-figure.ts";
import type { SeriesInput } from "./series-input.ts";

interface Trace {
  readonly name: string;
  readonly mode: string;
  readonly x: (number | null)[];
  readonly y: (number | null)[];
  readonly fill?: string;
  readonly line: { readonly color: string; readonly width: number; readonly dash?: string };
  readonly marker: { readonly symbol: string };
  readonly legendgroup: string;
  readonly showlegend: boolean;
  readonly text: string[];
}

function traces(figure: Figure, word: string): Trace[] {
  return (figure.data as unknown as Trace[]).filter(
    (trace) => trace.name.includes(word) && !trace.showlegend,
  );
}

function figureOf(series: readonly SeriesInput[], extra: Partial<SeriesFigureInput> = {}): Figure {
  const axes = { x: { name: "rate", dimension: "rate" }, y: { name: "latency", dimension: "time" } } as const;
  return seriesFigure({ title: "A finding", ...axes, series, ...extra });
}

const point = (x: number, y: number, half: number) => ({ x, y, low: y - half, high: y + half });

test("simulated points are markers in SI scaled to the axis, the model is dashed, in one colour", () => {
  const figure = figureOf([
    { series: "a", simulated: [point(1, 0.01, 0.001), point(2, 0.02, 0.002)], model: [{ x: 1, y: 0.011 }] },
    { series: "b", simulated: [point(1, 0.03, 0.001)] },
  ]);
  const [simulated] = traces(figure, "a · simulated");
  const [model] = traces(figure, "a · model");
  assert.deepEqual(simulated.y, [10, 20]);
  assert.match(simulated.mode, /markers/);
  assert.equal(simulated.line.dash, undefined);
  assert.match(model.line.dash ?? "", /px/);
  assert.equal(model.mode, "lines");
  assert.equal(model.line.color, simulated.line.color);
  assert.notEqual(traces(figure, "b · simulated")[0].line.color, simulated.line.color);
  assert.notEqual(traces(figure, "b · simulated")[0].marker.symbol, simulated.marker.symbol);
});

test("the interval is a closed band that holds the estimate at every point", () => {
  const figure = payloadFigure();
  const bands = traces(figure, "interval");
  const lines = traces(figure, "simulated");
  assert.equal(bands.length, 3);
  for (const [i, band] of bands.entries()) {
    assert.equal(band.fill, "toself");
    const n = lines[i].x.length;
    assert.equal(band.x.length, 2 * n);
    for (let k = 0; k < n; k++) {
      assert.equal(band.x[k], lines[i].x[k]);
      assert.equal(band.x[2 * n - 1 - k], lines[i].x[k]);
      const [high, low, value] = [band.y[k], band.y[2 * n - 1 - k], lines[i].y[k]].map(Number);
      assert.ok(low < value && value < high, `${low} ${value} ${high}`);
    }
  }
});

test("a point without interval breaks the band; a lone interval is a bar", () => {
  const figure = figureOf([
    { simulated: [point(1, 0.01, 0.001), { x: 2, y: 0.02 }, point(3, 0.03, 0.003), point(4, 0.04, 0.003)] },
  ]);
  const [bar, band] = traces(figure, "interval");
  assert.deepEqual(bar.x, [1, 1]);
  assert.equal(bar.fill, undefined);
  assert.deepEqual(band.x, [3, 4, 4, 3]);
  assert.match(traces(figure, "simulated")[0].text[1], /no interval/);
});

test("infinite ends and ends below zero of a log axis are drawn to the edge", () => {
  const y = { name: "latency", dimension: "time", scale: "log" } as const;
  const wide = { x: 1, y: 0.01, low: -1, high: Number.POSITIVE_INFINITY };
  const figure = figureOf([{ simulated: [wide, { ...wide, x: 2, y: 0.02 }] }], { y });
  const [band] = traces(figure, "interval");
  const [low, high] = (figure.layout.yaxis?.range ?? []).map((end: number) => 10 ** end);
  for (const [i, expected] of [high, high, low, low].entries())
    assert.ok(Math.abs(Number(band.y[i]) / expected - 1) < 1e-9);
  assert.deepEqual(JSON.parse(JSON.stringify(figure)), figure);
});

test("where the model is unstable its line breaks, the place is shaded and the reason stands above", () => {
  const figure = nodesFigure();
  const [model] = traces(figure, "model");
  assert.equal(model.y[6], null);
  const shade = figure.layout.shapes?.find((shape) => shape.name === "unstable");
  assert.equal(shade?.x0, 8.5);
  assert.equal(shade?.x1, figure.layout.xaxis?.range?.[1]);
  assert.ok(figure.layout.annotations?.some((note) => note.text === "model unstable: utilisation 1.01"));
  const [marks] = traces(figure, "model unstable");
  assert.deepEqual(marks.x, [9]);
});

test("an unstable start is shaded from the left edge, with the reason next to the stable points", () => {
  const model = [
    { x: 1, unstable: "utilisation 3.00" },
    { x: 2, unstable: "utilisation 1.20" },
    { x: 4, y: 0.1 },
  ];
  const figure = figureOf([{ model }]);
  const shade = figure.layout.shapes?.find((shape) => shape.name === "unstable");
  assert.equal(shade?.x0, figure.layout.xaxis?.range?.[0]);
  assert.equal(shade?.x1, 3);
  assert.ok(figure.layout.annotations?.some((note) => note.text === "model unstable: utilisation 1.20"));
});

test("a model that is unstable everywhere, alone, is still a figure", () => {
  const figure = figureOf([{ model: [{ x: 1, unstable: "utilisation 2" }] }]);
  assert.equal(traces(figure, "unstable").length, 1);
  assert.equal(traces(figure, "model").length, 1);
});

test("knees are vertical lines with their value, a target is a line in the legend", () => {
  const figure = payloadFigure();
  const knee = figure.layout.shapes?.find((shape) => shape.name === "knee");
  assert.deepEqual([knee?.x0, knee?.x1, knee?.type], [560, 560, "line"]);
  const label = figure.layout.annotations?.find((note) => note.text === "knee at 100 KiB: 560 1/s");
  assert.ok(Math.abs(Number(label?.x) - Math.log10(560)) < 1e-12); // plotly takes logarithms here
  const target = (figure.data as unknown as Trace[]).find((trace) => trace.name === "target 200 ms");
  assert.deepEqual([target?.y, target?.showlegend], [[200, 200], true]);
});

test("measures of several series differ in the filling, of one series in colour", () => {
  const two = quantileFigure();
  const [p50] = traces(two, "1 KiB · p50 · simulated");
  const [p99] = traces(two, "1 KiB · p99 · simulated");
  assert.equal(p50.line.color, p99.line.color);
  assert.equal(p99.marker.symbol, `${p50.marker.symbol}-open`);
  const one = figureOf(
    ["p50", "p99"].map((measure, i) => ({ measure, simulated: [point(1, 0.01 * (i + 1), 0.001)] })),
  );
  const [a, b] = traces(one, "simulated");
  assert.notEqual(a.line.color, b.line.color);
});

test("the legend names every series once and says what markers, bands and dashes mean", () => {
  const names = (payloadFigure().data as unknown as Trace[])
    .filter((trace) => trace.showlegend)
    .map((trace) => trace.name);
  assert.deepEqual(names, [
    "1 KiB",
    "100 KiB",
    "1 MiB",
    "simulated",
    "95 % interval",
    "model",
    "model unstable",
    "target 200 ms",
  ]);
});

test("points that were measured and not simulated are called so; another word is refused", () => {
  const series = [{ series: "a", simulated: [point(1, 0.01, 0.001)] }];
  const names = (figureOf(series, { points: "measured" }).data as unknown as Trace[]).map((t) => t.name);
  assert.ok(names.includes("measured") && names.includes("a · measured"), names.join(", "));
  assert.ok(!names.some((name) => name.includes("simulated")), names.join(", "));
  assert.throws(
    () => figureOf(series, { points: "guessed" as "measured" }),
    /^UsageError: seriesFigure: points must be simulated or measured, got "guessed"$/,
  );
});

test("a second model is told from the first by its dashes, and the legend names it", () => {
  const model = [
    { x: 1, y: 0.01 },
    { x: 2, y: 0.02 },
  ];
  const lines = ["a", "b"].flatMap((series): SeriesInput[] => [
    { series, simulated: [point(1, 0.01, 0.001), point(2, 0.02, 0.001)], model },
    { series, measure: "rule of thumb", model },
  ]);
  const shown = (figureOf(lines).data as unknown as Trace[]).filter((trace) => trace.showlegend);
  assert.deepEqual(
    shown.map((trace) => trace.name),
    ["a", "b", "simulated", "95 % interval", "model", "rule of thumb, model"],
  );
  const named = lines.map((line) => (line.measure === undefined ? { ...line, modelName: "queue" } : line));
  assert.ok(figureOf(named).data.some((trace) => trace.name === "queue, model"));
  const dashes = traces(figureOf(lines), "model").map((trace) => trace.line.dash);
  assert.equal(new Set(dashes).size, 3, "one of each series, and one of the second model");
  assert.equal(
    shown.at(-1)?.line.dash,
    dashes.find((dash, i) => dashes.indexOf(dash) !== i),
  );
});

test("points are drawn in the order of x", () => {
  const figure = figureOf([{ simulated: [point(3, 0.03, 0.001), point(1, 0.01, 0.001)] }]);
  assert.deepEqual(traces(figure, "simulated")[0].x, [1, 3]);
});

test("bad points are named", () => {
  const good = point(1, 0.01, 0.001);
  const cases: readonly [readonly SeriesInput[], RegExp][] = [
    [[], /^DomainError: seriesFigure: series must hold at least one series, got \[\]$/],
    [
      [{ series: "a" }],
      /^DomainError: seriesFigure: series\[0\] must hold at least one simulated or model point, got none$/,
    ],
    [
      [{ simulated: [good, { x: 2, y: Number.NaN }] }],
      /series\[0\]\.simulated\[1\]\.y must be finite, got NaN$/,
    ],
    [
      [{ model: [{ x: Number.POSITIVE_INFINITY, y: 1 }] }],
      /series\[0\]\.model\[0\]\.x must be finite, got Infinity$/,
    ],
    [
      [{ simulated: [{ ...good, high: 0.005 }] }],
      /interval must hold the estimate 0\.01, got 0\.009\d* to 0\.005$/,
    ],
    [[{ simulated: [{ x: 1, y: 1, low: 0 }] }], /interval must have both ends/],
    [[{ simulated: [{ ...good, low: Number.NaN }] }], /interval must have both ends/],
    [[{ model: [{ x: 1, unstable: "" }] }], /model\[0\]\.unstable must say why, got ""/],
    [
      [{ simulated: [good] }, { simulated: [good] }],
      /each series and measure must occur once, got \["",""\] twice/,
    ],
    [
      Array.from({ length: 9 }, (_, i) => ({ series: `${i}`, simulated: [good] })),
      /seriesFigure: series must be 1 to 8 in one panel .* got 9/,
    ],
    [
      ["a", "b"].flatMap((series) =>
        ["1", "2", "3", "4"].map((measure) => ({ series, measure, simulated: [good] })),
      ),
      /measures must be at most 3 where there are several series/,
    ],
  ];
  for (const [series, message] of cases) assert.throws(() => figureOf(series), message);
  assert.throws(
    () => figureOf([{ simulated: [good] }], { level: 100 }),
    /level must be a percentage between 0 and 100, got 100/,
  );
  assert.throws(
    () => figureOf([{ simulated: [{ x: 0, y: 1 }] }], { x: { name: "rate", scale: "log" } }),
    /^DomainError: seriesFigure: x: rate must be > 0 on a log axis, got 0$/,
  );
});
