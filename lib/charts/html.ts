/**
 * Figures as HTML: fragments for a page that has plotly, and whole pages that work with the network off.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { DomainError, show } from "../core/errors.ts";
import type { Figure } from "./figure.ts";
import { staticSvg } from "./static-svg.ts";
import { FONT_FAMILY, plainLines, textWidth } from "./text.ts";

let library: string | undefined;

/** The text of plotly's cartesian bundle from this package's dependencies; read once. */
export function plotlyLibrary(): string {
  library ??= readFileSync(
    createRequire(import.meta.url).resolve("plotly.js/dist/plotly-cartesian.min.js"),
    "utf8",
  );
  return library;
}

/** A script's text that cannot end its element or open a comment. */
function inScript(source: string): string {
  return source.replace(/<(?=\/script|!--|script)/gi, "\\x3c");
}

/** JSON inside a script element. */
function jsonInScript(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}

/** A text as HTML. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** The title of a figure as one line of plain text. */
export function figureTitle(figure: Figure): string {
  return plainLines((figure.layout.title as { text?: string } | undefined)?.text ?? "").join(" ");
}

/** A static picture as an image element: ids inside it cannot meet those of the page, and cleaners keep it. */
export function svgImage(svg: string, title: string): string {
  const data = Buffer.from(svg, "utf8").toString("base64");
  return `<img alt="${escapeHtml(title)}" style="max-width:100%" src="data:image/svg+xml;base64,${data}">`;
}

/** The width below which the figure's words would be cut: narrower pages scroll instead. */
function leastWidth(figure: Figure): number {
  const { title, annotations = [], width } = figure.layout;
  const heading = plainLines((title as { text?: string } | undefined)?.text ?? "").map((line) =>
    textWidth(line, 17, true),
  );
  const words = annotations
    .filter((note) => note.xref === "paper" && note.xanchor === "left")
    .flatMap((note) =>
      plainLines(note.text ?? "").map((line) => textWidth(line, Number(note.font?.size ?? 12))),
    );
  // Labels and texts in cells were placed for the figure's own width: a little narrower, and they still fit.
  const own = 0.85 * (width ?? 860);
  return Math.ceil(Math.max(own, ...heading.map((w) => w + 32), ...words.map((w) => w + 32)));
}

/**
 * A figure as an HTML fragment for a page that holds plotly (see `plotlyLibrary`): it follows the width of the page,
 * and without scripts it shows the static picture.
 *
 * @param figure from one of the builders
 * @param options.id the element's id; made from the figure's content unless given
 * @param options.svg the static picture; drawn by `staticSvg` unless given
 * @throws DomainError for an id that is not a letter followed by letters, digits, - or _
 * @example
 * figureHtml(cdfFigure({ title: "T", x: { name: "latency" }, series: [{ name: "a", samples: [1] }] }), { id: "tail" }).includes('<div id="tail"'); // => true
 */
export function figureHtml(
  figure: Figure,
  options: { readonly id?: string; readonly svg?: string } = {},
): string {
  const { width: _, ...layout } = figure.layout;
  const content = jsonInScript({
    data: figure.data,
    layout: { ...layout, autosize: true },
    config: { ...figure.config, responsive: true },
  });
  const id = options.id ?? `figure-${createHash("sha256").update(content).digest("hex").slice(0, 12)}`;
  if (!/^[A-Za-z][\w-]*$/.test(id))
    throw new DomainError(
      `figureHtml: id must be a letter followed by letters, digits, - or _, got ${show(id)}`,
    );
  const name = escapeHtml(figureTitle(figure));
  const size = `min-width:${leastWidth(figure)}px;height:${figure.layout.height ?? 500}px`;
  return [
    `<figure class="protolab-figure" style="margin:0 0 24px;overflow-x:auto">`,
    `<div id="${id}" role="img" aria-label="${name}" style="${size}"></div>`,
    `<noscript>${svgImage(options.svg ?? staticSvg(figure), figureTitle(figure))}</noscript>`,
    `<script>(function () {`,
    `var figure = ${content};`,
    `function draw() { Plotly.newPlot("${id}", figure.data, figure.layout, figure.config); }`,
    `if (window.Plotly) draw(); else window.addEventListener("load", draw);`,
    `})();</script>`,
    `</figure>`,
  ].join("\n");
}

/**
 * A whole page with figures and one copy of plotly: one file that works with the network off.
 *
 * @param figures shown below each other
 * @param options.title of the page; the first figure's title unless given
 * @throws DomainError without figures
 * @example
 * standaloneHtml([cdfFigure({ title: "T", x: { name: "latency" }, series: [{ name: "a", samples: [1] }] })]).startsWith("<!DOCTYPE html>"); // => true
 */
export function standaloneHtml(
  figures: readonly Figure[],
  options: { readonly title?: string } = {},
): string {
  if (figures.length === 0)
    throw new DomainError("standaloneHtml: figures must hold at least one figure, got []");
  const title = options.title ?? figureTitle(figures[0]);
  return [
    "<!DOCTYPE html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(title)}</title>`,
    `<style>body{margin:16px auto;padding:0 16px;max-width:1200px;background:#fff;font-family:${FONT_FAMILY}}</style>`,
    `<script>${inScript(plotlyLibrary())}</script>`,
    "</head>",
    "<body>",
    // Numbered, so that the same figure twice is two elements.
    ...figures.map((figure, i) => figureHtml(figure, { id: `figure-${i + 1}` })),
    "</body>",
    "</html>",
    "",
  ].join("\n");
}
