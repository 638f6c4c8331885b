import assert from "node:assert/strict";
import { test } from "node:test";
import { legendHeight, placeLabels, type TopLabel } from "./figure.ts";
import { allFigures, generator, payloadFigure } from "./figures.fixture.ts";
import { seriesFigure } from "./series-figure.ts";
import { plainLines, textWidth, wrap, wrapEvenly } from "./text.ts";

const small = {
  title: "A finding",
  x: { name: "nodes" },
  y: { name: "latency", dimension: "time" },
  series: [{ model: [{ x: 3, y: 0.1 }] }],
} as const;

test("every figure is plain JSON", () => {
  for (const [name, figure] of Object.entries(allFigures()))
    assert.deepEqual(JSON.parse(JSON.stringify(figure)), figure, name);
});

test("every figure states its finding, names its axes, and keeps the legend off the data", () => {
  for (const [name, { layout }] of Object.entries(allFigures())) {
    assert.ok((layout.title as { text: string }).text.length > 10, name);
    assert.ok(layout.legend?.x !== undefined && layout.legend.x > 1, name);
    for (const [key, axis] of Object.entries(layout).filter(([k]) => /^[xy]axis/.test(k))) {
      const { range, title } = axis as { range: number[]; title?: { text: string } };
      assert.ok(range.every(Number.isFinite) && range[0] < range[1], `${name} ${key}`);
      if (title !== undefined) assert.notEqual(title.text, "", `${name} ${key}`);
    }
  }
});

test("titles carry units", () => {
  const { layout } = payloadFigure();
  assert.equal(layout.yaxis?.title?.text, "commit latency [ms]");
  assert.equal(layout.xaxis?.title?.text, "message rate [1/s]");
});

test("a warning is a banner above the plot with its words, and makes its own room", () => {
  const [plain, unsafe] = [payloadFigure(), payloadFigure({ warning: "unsafe: R+W<=N" })];
  const band = unsafe.layout.shapes?.find((shape) => shape.name === "warning");
  assert.ok(band !== undefined && Number(band.y0) > 0 && Number(band.y1) > Number(band.y0));
  const words = unsafe.layout.annotations?.map((note) => note.text);
  assert.ok(words?.includes("unsafe: R+W&lt;=N"));
  assert.ok(
    (unsafe.layout.margin?.t ?? 0) >= (plain.layout.margin?.t ?? 0) + Number(band.y1) - Number(band.y0),
  );
  assert.ok(!plain.layout.shapes?.some((shape) => shape.name === "warning"));
  const many = seriesFigure({ ...small, warning: ["audit failed", "unsafe"] });
  assert.ok(many.layout.annotations?.some((note) => note.text === "audit failed · unsafe"));
});

test("a user's text cannot become markup", () => {
  const figure = seriesFigure({ ...small, title: "a <b>bold</b> & R+W<=N", subtitle: "<a href='x'>y</a>" });
  assert.equal((figure.layout.title as { text: string }).text, "a &lt;b&gt;bold&lt;/b&gt; &amp; R+W&lt;=N");
  assert.deepEqual(plainLines((figure.layout.title as { text: string }).text), ["a <b>bold</b> & R+W<=N"]);
});

test("labels above the plot never touch, stay inside it, and point at their place", () => {
  const random = generator(99);
  for (let round = 0; round < 50; round++) {
    const labels = Array.from({ length: 7 }, (_, i): TopLabel => {
      const fraction = random();
      return {
        text: "label ".repeat(1 + (i % 3)),
        color: "#000000",
        region: false,
        fraction,
        coordinate: fraction,
      };
    });
    const boxes = placeLabels(labels, 600).map((label) => {
      const width = textWidth(label.text, 11);
      const centre = label.fraction * 600 + label.shift;
      return { row: label.row, left: centre - width / 2, right: centre + width / 2 };
    });
    for (const [i, a] of boxes.entries()) {
      assert.ok(a.left >= -1 && a.right <= 601);
      for (const b of boxes.slice(0, i)) assert.ok(a.row !== b.row || a.right <= b.left || b.right <= a.left);
    }
  }
});

test("text breaks into lines that fit, evenly", () => {
  const text = "the leader's egress link and not the round trip ends the flat part of the curve";
  for (const line of wrap(text, 200, 12)) assert.ok(textWidth(line, 12) <= 200, line);
  assert.equal(wrap(text, 200, 12).join(" "), text);
  assert.equal(wrap("abcdefghij".repeat(8), 100, 12).join(""), "abcdefghij".repeat(8));
  const even = wrapEvenly(text, 400, 12).map((line) => textWidth(line, 12));
  assert.equal(even.length, wrap(text, 400, 12).length);
  assert.ok(Math.min(...even) > 0.6 * Math.max(...even), `${even}`);
});

test("a figure grows where its legend is longer than its plot", () => {
  const series = Array.from({ length: 8 }, (_, i) => ({
    series: `${i} at the leader in a region with a very long name indeed`,
    model: [{ x: 3, y: 0.1 }],
  }));
  const { layout, data } = seriesFigure({ ...small, series, height: 300 });
  const plot = Number(layout.height) - Number(layout.margin?.t) - Number(layout.margin?.b);
  assert.ok(plot >= legendHeight(data) && legendHeight(data) > 300, `${plot}`);
  assert.equal(seriesFigure({ ...small, height: 300 }).layout.height, 300);
});

test("the frame refuses what it cannot draw", () => {
  const cases: readonly [object, RegExp][] = [
    [{ title: "" }, /^DomainError: seriesFigure: title must state the finding, got ""$/],
    [{ width: 100 }, /^DomainError: seriesFigure: width must be whole pixels, 320 to 8000, got 100$/],
    [{ height: 400.5 }, /height must be whole pixels/],
    [{ subtitle: 3 }, /subtitle must be a text, got 3/],
    [{ titel: "x" }, /^UsageError: seriesFigure: unknown option "titel" .*did you mean title/],
  ];
  for (const [change, message] of cases) assert.throws(() => seriesFigure({ ...small, ...change }), message);
});
