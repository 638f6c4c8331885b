import assert from "node:assert/strict";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import { componentsFigure, payloadFigure } from "./figures.fixture.ts";
import { figureHtml, figureTitle, plotlyLibrary, standaloneHtml, svgImage } from "./html.ts";
import { figureBundle } from "./mime.ts";
import { seriesFigure } from "./series-figure.ts";
import { staticSvg } from "./static-svg.ts";

test("a page holds one copy of plotly and every figure, and asks for nothing from elsewhere", () => {
  const html = standaloneHtml([payloadFigure(), componentsFigure()]);
  assert.equal(html.match(/plotly\.js \(cartesian - minified\)/g)?.length, 1);
  assert.equal(html.match(/Plotly\.newPlot\("figure-\d"/g)?.length, 2);
  assert.doesNotMatch(html, /<script[^>]+src=|<link|@import/);
  assert.match(html, /^<!DOCTYPE html>/);
  assert.match(html, /<title>The leader&#39;s|<title>The leader's egress link, not the round trip/);
});

test("the inlined library is the same program, and cannot end its own element", () => {
  const html = standaloneHtml([payloadFigure()]);
  const start = html.indexOf("<script>") + "<script>".length;
  const inlined = html.slice(start, html.indexOf("</script>", start));
  assert.ok(inlined.length >= plotlyLibrary().length);
  assert.doesNotThrow(() => new Function(inlined));
});

test("figures in scripts cannot end them: what the page reads is the figure", () => {
  const title = "</script><script>alert(1)</script><!-- \u2028";
  const figure = seriesFigure({
    title,
    x: { name: "x" },
    y: { name: "y" },
    series: [{ series: title, model: [{ x: 1, y: 1 }] }],
  });
  const html = figureHtml(figure, { id: "f" });
  assert.equal(html.match(/<\/script>/g)?.length, 1);
  const drawn: unknown[] = [];
  const script = html.slice(html.indexOf("<script>") + 8, html.indexOf("</script>"));
  const Plotly = { newPlot: (...given: unknown[]) => drawn.push(given) };
  runInNewContext(script, { Plotly, window: { Plotly } });
  const [[id, data, layout, config]] = JSON.parse(JSON.stringify(drawn)) as unknown[][][];
  assert.deepEqual(id, "f");
  assert.deepEqual(data, figure.data);
  const { width: _, ...rest } = figure.layout;
  assert.deepEqual(layout, { ...rest, autosize: true });
  assert.deepEqual(config, { ...figure.config, responsive: true });
});

test("a fragment has an id of its content, a picture without scripts, and a name", () => {
  const html = figureHtml(payloadFigure());
  assert.equal(html, figureHtml(payloadFigure()));
  assert.notEqual(/id="([^"]+)"/.exec(html)?.[1], /id="([^"]+)"/.exec(figureHtml(componentsFigure()))?.[1]);
  assert.match(html, /<noscript><img alt="The leader/);
  assert.throws(
    () => figureHtml(payloadFigure(), { id: '"><script>' }),
    /figureHtml: id must be a letter followed by/,
  );
  assert.throws(() => standaloneHtml([]), /standaloneHtml: figures must hold at least one figure, got \[\]/);
});

test("the bundle shows something everywhere: plotly, html without scripts, svg, text", () => {
  const figure = payloadFigure();
  const bundle = figureBundle(figure);
  assert.deepEqual(bundle["application/vnd.plotly.v1+json"], { ...figure });
  assert.equal(bundle["image/svg+xml"], staticSvg(figure));
  const html = String(bundle["text/html"]);
  assert.doesNotMatch(html, /<script|<svg/);
  const data = /src="data:image\/svg\+xml;base64,([^"]+)"/.exec(html)?.[1] ?? "";
  assert.equal(Buffer.from(data, "base64").toString("utf8"), staticSvg(figure));
  assert.equal(bundle["text/plain"], `Figure: ${figureTitle(figure)}`);
  assert.equal(figureBundle(figure, { svg: "<svg/>" })["image/svg+xml"], "<svg/>");
  assert.equal(svgImage("<svg/>", 'a "b" <c>').includes('alt="a &quot;b&quot; &lt;c&gt;"'), true);
});
