import assert from "node:assert/strict";
import { test } from "node:test";
import type { LayoutAxis } from "plotly.js";
import { gridFigure } from "./figures.fixture.ts";
import { smallMultiples } from "./small-multiples.ts";

const axes = { x: { name: "nodes" }, y: { name: "latency", dimension: "time" } } as const;
const panel = (title: string, y: number) => ({ title, series: [{ model: [{ x: 3, y }] }] });

function axis(layout: object, name: string): Partial<LayoutAxis> {
  return (layout as Record<string, Partial<LayoutAxis>>)[name];
}

test("panels share their axes, stand apart, and only the outer ones have words", () => {
  const { layout } = gridFigure();
  const domains = [1, 2, 3, 4, 5].map((i) => {
    const suffix = i === 1 ? "" : String(i);
    const [x, y] = [axis(layout, `xaxis${suffix}`), axis(layout, `yaxis${suffix}`)];
    assert.deepEqual(x.range, layout.xaxis?.range);
    assert.deepEqual(y.range, layout.yaxis?.range);
    if (i > 1) assert.equal(x.matches, "x");
    assert.equal(y.title !== undefined, i === 1 || i === 4, `y title ${i}`);
    assert.equal(x.title !== undefined, i >= 3, `x title ${i}`); // the third has no panel below it
    return { x: x.domain ?? [], y: y.domain ?? [] };
  });
  for (const [i, a] of domains.entries()) {
    for (const end of [...a.x, ...a.y]) assert.ok(end >= 0 && end <= 1);
    for (const b of domains.slice(0, i)) assert.ok(a.x[0] > b.x[1] || b.x[0] > a.x[1] || a.y[1] < b.y[0]);
  }
});

test("every panel has its heading, the legend names each series once, colours are the same in all", () => {
  const { data, layout } = gridFigure();
  const texts = layout.annotations?.map((note) => note.text);
  for (const size of ["1 KiB", "10 KiB", "100 KiB", "300 KiB", "1 MiB"])
    assert.ok(texts?.includes(`payload ${size}`), size);
  const traces = data as {
    name: string;
    showlegend: boolean;
    legendgroup: string;
    line?: { color: string };
  }[];
  const shown = traces.filter((trace) => trace.showlegend).map((trace) => trace.name);
  assert.equal(new Set(shown).size, shown.length);
  for (const nodes of ["3", "5", "7"]) {
    const own = traces.filter((trace) => trace.name === `${nodes} · simulated`);
    assert.equal(own.length, 5);
    assert.equal(new Set(own.map((trace) => trace.line?.color)).size, 1);
  }
});

test("one unstable model in a panel is labelled there; of several the marks remain", () => {
  const unstable = (series: string) => ({
    series,
    model: [
      { x: 3, y: 0.1 },
      { x: 5, unstable: "utilisation 1.2" },
    ],
  });
  const labels = (series: readonly string[]) =>
    smallMultiples({
      title: "T",
      ...axes,
      panels: [{ title: "p", series: series.map(unstable) }],
    }).layout.annotations?.filter((note) => note.text?.includes("unstable")).length;
  assert.equal(labels(["a"]), 1);
  assert.equal(labels(["a", "b"]), 0);
});

test("errors name the panel", () => {
  const bad = { title: "T", ...axes };
  assert.throws(
    () => smallMultiples({ ...bad, panels: [] }),
    /smallMultiples: panels must hold at least one panel/,
  );
  assert.throws(
    () => smallMultiples({ ...bad, panels: [panel("a", 1), panel("b", Number.NaN)] }),
    /^DomainError: smallMultiples: panels\[1\]: series\[0\]\.model\[0\]\.y must be finite, got NaN$/,
  );
  assert.throws(
    () => smallMultiples({ ...bad, panels: [panel("", 1)] }),
    /panels\[0\]\.title must say what the panel shows/,
  );
  assert.throws(
    () => smallMultiples({ ...bad, panels: [panel("a", 1)], columns: 0 }),
    /columns must be 1 to 6, got 0/,
  );
});
