import assert from "node:assert/strict";
import { test } from "node:test";
import { amountFigure, mapFigure } from "./figures.fixture.ts";
import { type HeatmapCell, heatmapFigure } from "./heatmap-figure.ts";
import { errorText } from "./heatmap-scale.ts";
import { bounds } from "./heatmap-verdicts.ts";

interface Map {
  readonly type: string;
  readonly mode?: string;
  readonly name: string;
  readonly x: (number | null)[];
  readonly y: (number | null)[];
  readonly z: (number | null)[][];
  readonly text: string[];
  readonly zmin: number;
  readonly zmax: number;
  readonly line: { readonly color: string };
  readonly colorbar: { readonly ticktext: string[]; readonly tickvals: number[] };
}

function parts(cells: readonly HeatmapCell[], extra: object = {}) {
  const value = { name: "relative error", kind: "error" } as const;
  const figure = heatmapFigure({
    title: "A map",
    x: { name: "nodes" },
    y: { name: "rate" },
    value,
    cells,
    ...extra,
  });
  const traces = figure.data as unknown as Map[];
  const [map] = traces.filter((trace) => trace.type === "heatmap");
  return { figure, map, traces };
}

test("cells lie between edges half-way to their neighbours, geometrically on a log axis", () => {
  assert.deepEqual(bounds([1, 3, 5], false), [0, 2, 4, 6]);
  const log = bounds([10, 100, 1000], true).map((v) => Math.log10(v));
  for (const [i, expected] of [0.5, 1.5, 2.5, 3.5].entries()) assert.ok(Math.abs(log[i] - expected) < 1e-12);
  assert.deepEqual(bounds([5], false), [4.5, 5.5]);
});

test("values stand in rows of y, whatever the order given, with their texts and edges", () => {
  const { map, traces } = parts([
    { x: 5, y: 20, value: 0.5 },
    { x: 3, y: 10, value: -0.1 },
    { x: 5, y: 10, value: 0.2 },
    { x: 3, y: 20, note: "unstable" },
  ]);
  assert.deepEqual(map.z, [
    [-10, 20],
    [null, 50],
  ]);
  assert.deepEqual(map.x, [2, 4, 6]);
  const texts = traces.find((trace) => trace.mode === "text");
  assert.deepEqual(texts?.text, ["−10 %", "+20 %", "unstable", "+50 %"]);
});

test("zero is in the middle of an error scale; on a log scale so is equality, and factors are symmetric", () => {
  const { map } = parts([
    { x: 1, y: 1, value: -0.3 },
    { x: 2, y: 1, value: 0.1 },
  ]);
  assert.equal(map.zmin, -map.zmax);
  assert.equal(map.zmax, 30);
  const value = { name: "relative error", kind: "error", scale: "log" } as const;
  const log = parts(
    [
      { x: 1, y: 1, value: 1 },
      { x: 2, y: 1, value: -0.5 },
      { x: 3, y: 1, value: -1 },
    ],
    { value },
  ).map;
  const [twice, half, nothing] = log.z[0].map(Number);
  assert.ok(Math.abs(twice + half) < 1e-12 && Math.abs(twice - Math.log10(2)) < 1e-12);
  assert.equal(nothing, log.zmin);
  assert.ok(log.colorbar.ticktext.includes("equal") && log.colorbar.ticktext.includes("×2"));
  assert.equal(log.colorbar.tickvals[log.colorbar.ticktext.indexOf("÷2")], -Math.log10(2));
});

test("errors read as a reader says them", () => {
  assert.deepEqual([0.042, -0.37, 11, 0.0001, -0.999, 1.5].map(errorText), [
    "+4.2 %",
    "−37 %",
    "×12",
    "0.0 %",
    "−100 %",
    "+150 %",
  ]);
});

test("amounts have a unit and a sequential scale", () => {
  const { data } = amountFigure();
  const bar = (data[0] as unknown as { colorbar: { title: { text: string } } }).colorbar;
  assert.equal(bar.title.text.replace("<br>", " "), "commit latency [ms]");
});

test("cells that differ are framed as a region, undecided ones hatched inside themselves", () => {
  const { traces } = parts([
    { x: 1, y: 1, value: 0.5, verdict: "differs" },
    { x: 2, y: 1, value: 0.5, verdict: "differs" },
    { x: 1, y: 2, value: 0, verdict: "agrees" },
    { x: 2, y: 2, value: 0.05, verdict: "undecided" },
  ]);
  const frame = traces.filter((trace) => trace.name === "differs");
  assert.equal(frame.length, 2); // black on white
  // Six sides of a region of two cells, not eight: the shared side is not drawn.
  assert.equal(frame[0].x.filter((x) => x === null).length, 6);
  const [strip] = traces.filter((trace) => trace.name === "undecided");
  for (const x of strip.x) assert.ok(x === null || (x >= 1.5 && x <= 2.5));
  for (const y of strip.y) assert.ok(y === null || (y >= 1.5 && y <= 1.8));
  const keys = traces.filter((trace) => trace.type === "bar").map((trace) => trace.name);
  assert.deepEqual(keys, ["agrees: plain", "differs: framed", "undecided: hatched"]);
});

test("log axes carry the centres as ticks, with units", () => {
  const { layout } = mapFigure();
  assert.equal(layout.xaxis?.title?.text, "egress bandwidth [Mbit/s]");
  assert.deepEqual(layout.xaxis?.ticktext, ["10", "30", "100", "300", "1,000", "3,000", "10,000"]);
  assert.deepEqual(layout.yaxis?.ticktext, ["0.1", "1", "10", "100", "1,000", "10,000"]);
});

test("labels that would touch are thinned, texts that do not fit are left out", () => {
  const cells = Array.from({ length: 60 }, (_, i) => ({ x: 1000 + i, y: 1, value: 0.01 * i }));
  const { figure, traces } = parts(cells);
  const ticks = figure.layout.xaxis?.ticktext ?? [];
  assert.ok(ticks.length > 3 && ticks.length < 20, `${ticks.length}`);
  assert.equal(traces.filter((trace) => trace.mode === "text").length, 0);
});

test("bad cells are named", () => {
  const cases: readonly [readonly HeatmapCell[], RegExp][] = [
    [[], /heatmapFigure: cells must hold at least one cell/],
    [[{ x: 1, y: 1, value: Number.NaN }], /cells\[0\]\.value must be finite, got NaN/],
    [
      [
        { x: 1, y: 1, value: 1 },
        { x: 1, y: 1, value: 2 },
      ],
      /each cell must occur once, got x 1, y 1 twice/,
    ],
    [[{ x: Number.NaN, y: 1 }], /cells\[0\]\.x must be finite, got NaN/],
  ];
  for (const [cells, message] of cases) assert.throws(() => parts(cells), message);
  const value = { name: "e", kind: "error", scale: "log" } as const;
  assert.throws(
    () => parts([{ x: 1, y: 1, value: -1.5 }], { value }),
    /value must be >= -1 on a log scale .*got -1\.5/,
  );
  assert.throws(
    () => parts([{ x: 1, y: 1 }], { value: { name: "e" } }),
    /value\.kind must be error or amount, got undefined/,
  );
});
