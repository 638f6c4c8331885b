import assert from "node:assert/strict";
import { test } from "node:test";
import { cdfFigure } from "../charts/cdf-figure.ts";
import { displayBundle, displayFigure, inNotebook, progressDisplay } from "./display.ts";
import { asMimeBundle, figureBundle, isPlotlyFigure, PLOTLY_MIME, RICH_DISPLAY } from "./mime.ts";

test("outside a notebook a bundle is returned and nothing is shown", () => {
  assert.equal(inNotebook(), false);
  assert.deepEqual(displayBundle({ "text/plain": "x", "image/png": new Uint8Array([1, 2]) }), {
    "text/plain": "x",
    "image/png": "AQI=",
  });
  const figure = { data: [{ type: "bar", y: [1], name: "a" }, { y: [2] }], layout: { title: "T" } };
  assert.deepEqual(displayFigure(figure, { svg: "<svg/>", html: "<p>x</p>" }), {
    [PLOTLY_MIME]: figure,
    "text/html": "<p>x</p>",
    "image/svg+xml": "<svg/>",
    "text/plain": "Figure: T (a)",
  });
  assert.deepEqual(figureBundle({ data: [], config: { staticPlot: true } }), {
    [PLOTLY_MIME]: { data: [], layout: {}, config: { staticPlot: true } },
    "text/plain": "Figure: untitled",
  });
});

test("a figure of our builders brings a static picture, one of another maker does not", () => {
  const samples = [0.001, 0.002, 0.004];
  const own = cdfFigure({
    title: "T",
    x: { name: "latency", dimension: "time" },
    series: [{ name: "a", samples }],
  });
  const bundle = figureBundle(own);
  assert.deepEqual(bundle[PLOTLY_MIME], { data: own.data, layout: own.layout, config: own.config });
  assert.match(String(bundle["image/svg+xml"]), /^<svg [\s\S]*<\/svg>\s*$/);
  assert.match(String(bundle["text/html"]), /^<img /);
  const foreign = figureBundle({ data: [{ type: "bar", y: [1] }], layout: { width: 300 } });
  assert.deepEqual(
    Object.keys(foreign).sort((a, b) => (a < b ? -1 : 1)),
    [PLOTLY_MIME, "text/plain"],
  );
});

test("tells figures and rich values from others", async () => {
  assert.equal(isPlotlyFigure({ data: [{ x: [1] }], layout: {} }), true);
  for (const other of [
    null,
    1,
    {},
    { data: [] },
    { data: [1], layout: {} },
    { data: [{}], layout: {} },
    { layout: {} },
  ])
    assert.equal(isPlotlyFigure(other), false, JSON.stringify(other));
  assert.equal(asMimeBundle({ a: 1 }), undefined);
  assert.equal(asMimeBundle("x"), undefined);
  const rich = { [RICH_DISPLAY]: () => ({ "text/html": "<b>1</b>" }), data: [{ x: [1] }], layout: {} };
  assert.deepEqual(
    await asMimeBundle(rich),
    { "text/html": "<b>1</b>" },
    "what a value says of itself comes first",
  );
});

test("progress is one line of a terminal, cut to its width, and silence elsewhere", () => {
  const written: string[] = [];
  const { write, isTTY, columns } = process.stderr;
  const set = (terminal: boolean): void => {
    Object.assign(process.stderr, {
      isTTY: terminal,
      columns: 20,
      write: (text: string) => written.push(text) > 0,
    });
  };
  try {
    set(false);
    const quiet = progressDisplay();
    quiet.update("1");
    quiet.done("2");
    assert.deepEqual(written, []);
    set(true);
    const line = progressDisplay();
    line.update("1 of 2");
    line.update("within a tenth of a second");
    line.done("a text that is longer than the terminal");
    assert.deepEqual(written, ["\r1 of 2\x1b[K", "\ra text that is long\x1b[K\n"]);
  } finally {
    Object.assign(process.stderr, { write, isTTY, columns });
  }
});
