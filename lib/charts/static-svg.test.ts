import assert from "node:assert/strict";
import { test } from "node:test";
import type { Figure } from "./figure.ts";
import { allFigures, mapFigure, payloadFigure } from "./figures.fixture.ts";
import { seriesFigure } from "./series-figure.ts";
import { staticSvg } from "./static-svg.ts";
import { dashArray, hatchLines, markerAt, num } from "./svg-marks.ts";
import { illFormed } from "./xml.fixture.ts";

test("the check of XML sees what is wrong", () => {
  assert.equal(illFormed('<a b="1"><c/>x &amp; y</a>'), undefined);
  for (const text of [
    "<a><b></a>",
    "<a>&b</a>",
    "<a b=1/>",
    '<a b="<"/>',
    "<a",
    '<a c="1" c="2"/>',
    "<a/><b/>",
    "<a>\u0001</a>",
  ])
    assert.notEqual(illFormed(text), undefined, text);
});

test("every builder's figure becomes well-formed SVG, the same bytes each time", () => {
  for (const [name, figure] of Object.entries(allFigures())) {
    const svg = staticSvg(figure);
    assert.equal(illFormed(svg), undefined, name);
    assert.equal(staticSvg(JSON.parse(JSON.stringify(figure)) as Figure), svg, name);
    assert.doesNotMatch(svg, /NaN|Infinity|undefined|\[object/, name);
    assert.ok(svg.length < 120_000, `${name}: ${svg.length}`);
  }
});

test("nothing is used that cleaners of notebooks remove", () => {
  for (const [name, figure] of Object.entries(allFigures()))
    assert.doesNotMatch(
      staticSvg(figure),
      /<(style|script|clipPath|defs|pattern|image|foreignObject)|style=|href|url\(/,
      name,
    );
});

test("every word of the figure is there: title, axes, ticks, labels, legend, note", () => {
  const svg = staticSvg(payloadFigure({ warning: "unsafe: R+W<=N" }));
  const words = [
    "commit latency [ms]",
    "message rate [1/s]",
    "10,000",
    "payload",
    "100 KiB",
    "95 % interval",
    "model unstable",
    "target 200 ms",
    "knee at 100 KiB: 560 1/s",
    "1 MiB: model unstable: utilisation 1.68",
    "unsafe: R+W&lt;=N",
    "seed 7",
  ];
  for (const word of words) assert.ok(svg.includes(word), word);
});

test("points stand where the scales say", () => {
  const figure = seriesFigure({
    title: "T",
    x: { name: "x", scale: "log", range: [1, 100] },
    y: { name: "y", range: [0, 4] },
    series: [{ simulated: [{ x: 10, y: 1 }] }],
  });
  const { width = 0, height = 0, margin } = figure.layout;
  const { l = 0, r = 0, t = 0, b = 0 } = margin ?? {};
  const x = l + (width - l - r) / 2;
  const y = t + (height - t - b) * 0.75;
  assert.ok(staticSvg(figure).includes(`<circle cx="${num(x)}" cy="${num(y)}"`));
});

test("a map has a cell for each value and a text on it", () => {
  const svg = staticSvg(mapFigure());
  const values = (mapFigure().data[0] as unknown as { z: (number | null)[][] }).z
    .flat()
    .filter((z) => z !== null).length;
  assert.equal(svg.match(/"middle">[+−]?[\d.]+ %<\/text>/g)?.length, values);
  assert.equal(svg.match(/>unstable<\/text>/g)?.length, 42 - values);
});

test("texts cannot break out of their element", () => {
  const svg = staticSvg(
    seriesFigure({
      title: '</text><script>alert("x")</script>\u0000\u0007',
      x: { name: "a & b" },
      y: { name: "c" },
      series: [{ series: 'x"><y', model: [{ x: 1, y: 1 }] }],
    }),
  );
  assert.equal(illFormed(svg), undefined);
  assert.doesNotMatch(svg, /<script/);
});

test("figures that are not ours are refused", () => {
  const figure = payloadFigure();
  const pie = { ...figure, data: [{ type: "pie", values: [1] }] } as Figure;
  assert.throws(
    () => staticSvg(pie),
    /^UsageError: staticSvg: trace must be scatter, bar or heatmap, got pie$/,
  );
  const lost = { ...figure, data: [{ ...figure.data[0], xaxis: "x9" }] } as Figure;
  assert.throws(() => staticSvg(lost), /staticSvg: figure must have axes for each trace, got none for x9 y/);
});

test("marks: hatching stays in its box, dashes are in pixels, open symbols are hollow", () => {
  for (const [width, height] of [
    [40, 10],
    [10, 40],
    [20, 20],
  ])
    for (const [a, b] of hatchLines({ x: 5, y: 7, width, height }, 6))
      for (const [x, y] of [a, b]) assert.ok(x >= 5 && x <= 5 + width && y >= 7 && y <= 7 + height);
  assert.equal(dashArray("7px,4px", 2), "7,4");
  assert.equal(dashArray("dash", 2), "9,9");
  assert.equal(dashArray("solid", 2), undefined);
  const style = { size: 8, color: "#123456", lineWidth: 1, lineColor: "#123456" };
  assert.match(markerAt([0, 0], { ...style, symbol: "square-open" }), /fill="#ffffff"/);
  assert.match(markerAt([0, 0], { ...style, symbol: "hexagon" }), /fill="#123456"/);
});
