/**
 * A notebook as one HTML page that needs nothing else: no network, no file beside it.
 *
 * Formulas bring their fonts, pictures are data, charts are drawn by one copy of plotly in the page, and a content security
 * policy in the page itself forbids everything else: were something of a notebook to load or run, the browser would
 * refuse it.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { PlotlyFigure } from "./mime.ts";
import { type Cell, type CodeCell, joined, type Notebook } from "./notebook-file.ts";
import type { Provenance } from "./provenance.ts";
import { highlight } from "./report-code.ts";
import { formulaStyle } from "./report-formulas.ts";
import { type Heading, MarkdownRenderer } from "./report-markdown.ts";
import { OutputRenderer } from "./report-outputs.ts";
import { REPORT_STYLE } from "./report-style.ts";
import { escapeHtml } from "./sanitize-html.ts";

export interface ReportOptions {
  /** The page's title; default the first heading. */
  readonly title?: string;
  /** What the last section tells; see `provenance`. */
  readonly provenance?: Provenance;
  /** Whether the code of cells is folded (the default), open or left out. */
  readonly code?: "folded" | "open" | "hidden";
  /** The folder in which pictures of text cells are looked for: the notebook's. */
  readonly folder?: string;
  /** The language of the text, for hyphenation and screen readers; default `en`. */
  readonly language?: string;
}

/** Renders a notebook, executed or not, as a self-contained page. */
export function notebookReport(notebook: Notebook, options: ReportOptions = {}): string {
  const markdown = new MarkdownRenderer(options.folder);
  const outputs = new OutputRenderer(markdown);
  const parts = notebook.cells.map((cell) => renderCell(cell, markdown, outputs, options.code ?? "folded"));
  const first = markdown.headings[0]?.text;
  const title = options.title === undefined ? (first ?? "Notebook") : escapeHtml(options.title);
  const body = [
    '<div class="page">',
    contents(markdown.headings, options.provenance !== undefined),
    "<main>",
    failureNote(notebook),
    ...parts,
    options.provenance === undefined ? "" : provenanceSection(options.provenance),
    "</main>",
    "</div>",
  ].join("\n");
  return page(title, options.language ?? "en", body, outputs.figures);
}

function renderCell(
  cell: Cell,
  markdown: MarkdownRenderer,
  outputs: OutputRenderer,
  code: NonNullable<ReportOptions["code"]>,
): string {
  if (cell.cell_type !== "code")
    return cell.cell_type === "raw" ? "" : `<section class="cell">\n${markdown.render(cell)}</section>`;
  const shown = cell.outputs.map((output) => outputs.render(output)).join("");
  const source = code === "hidden" ? "" : codeBlock(cell, code === "open");
  return source === "" && shown === "" ? "" : `<section class="cell">\n${source}${shown}</section>`;
}

function codeBlock(cell: CodeCell, open: boolean): string {
  const source = joined(cell.source).trimEnd();
  if (source.trim() === "") return "";
  const tags = cell.metadata.tags ?? [];
  const label = tags.includes("injected-parameters")
    ? "Parameters of this run"
    : tags.includes("parameters")
      ? "Parameters"
      : "Code";
  const count = cell.execution_count === null ? "" : ` [${cell.execution_count}]`;
  return (
    `<details class="code"${open ? " open" : ""}><summary>${label}${count}</summary>` +
    `<pre><code>${highlight(source)}</code></pre></details>\n`
  );
}

/** A report of a run that failed must not look like one that did not. */
function failureNote(notebook: Notebook): string {
  for (const cell of notebook.cells) {
    if (cell.cell_type !== "code") continue;
    const error = cell.outputs.find((output) => output.output_type === "error");
    if (error?.output_type !== "error") continue;
    const where = cell.execution_count === null ? "" : ` in cell [${cell.execution_count}]`;
    return `<p class="failed"><strong>This run failed${where}:</strong> ${escapeHtml(error.ename)}: ${escapeHtml(error.evalue)}<br>What follows the cell was not computed.</p>`;
  }
  return "";
}

function contents(headings: readonly Heading[], withProvenance: boolean): string {
  const listed = headings.filter(({ level }) => level === 2 || level === 3);
  const items = listed.map(
    ({ id, text, level }) => `<li${level === 3 ? ' class="deep"' : ""}><a href="#${id}">${text}</a></li>`,
  );
  if (withProvenance) items.push('<li><a href="#provenance">Provenance</a></li>');
  if (items.length < 2) return "";
  return `<nav class="contents" aria-label="Contents"><strong>Contents</strong>\n<ol>\n${items.join("\n")}\n</ol></nav>`;
}

function provenanceSection(from: Provenance): string {
  const parameters = Object.entries(from.parameters ?? {}).map(
    ([name, value]) => `${name} = ${JSON.stringify(value)}`,
  );
  const commit =
    from.commit === undefined
      ? undefined
      : `${from.commit}${from.modified ? " with uncommitted changes" : ""}`;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["Notebook", from.notebook],
    ["SHA-256 of its text", from.notebookHash],
    ["Commit", commit],
    ["Parameters", parameters.length > 0 ? parameters.join(", ") : from.parameters && "the notebook's own"],
    ["Seed", from.seed?.toString()],
    ["Started", from.started],
    ["Ended", from.ended],
    ["Took", from.seconds === undefined ? undefined : `${from.seconds.toFixed(1)} s`],
    ["Protolab", from.protolab],
    ["Kernel", `tslab ${from.tslab}, TypeScript ${from.typescript}`],
    ["Node", `${from.node} on ${from.platform}`],
  ];
  const cells = rows.flatMap(([name, value]) =>
    value === undefined ? [] : [`<tr><th scope="row">${name}</th><td>${escapeHtml(value)}</td></tr>`],
  );
  return `<section class="cell provenance">\n<h2 id="provenance">Provenance</h2>\n<table><tbody>\n${cells.join("\n")}\n</tbody></table>\n</section>`;
}

const DRAW = `
(function () {
  var plots = Array.prototype.slice.call(document.querySelectorAll("div.plot"));
  function fit() {
    plots.forEach(function (div) {
      if (!div.classList.contains("fixed")) return;
      var scale = Math.min(1, div.parentNode.clientWidth / parseFloat(div.style.width));
      div.style.transform = scale < 1 ? "scale(" + scale + ")" : "";
      div.parentNode.style.height = Math.ceil(parseFloat(div.style.height) * scale) + "px";
    });
  }
  fit();
  plots.forEach(function (div) {
    var figure = JSON.parse(document.getElementById(div.id + "-data").textContent);
    var config = {
      displaylogo: false,
      responsive: !div.classList.contains("fixed"),
      toImageButtonOptions: { format: "svg", filename: div.id }
    };
    Plotly.newPlot(div, figure.data, figure.layout || {}, Object.assign(config, figure.config));
  });
  window.addEventListener("resize", fit);
})();
`;

function page(title: string, language: string, body: string, figures: readonly PlotlyFigure[]): string {
  const scripts = figures.length === 0 ? [] : [plotlySource(figures), DRAW];
  const hashes = scripts.map((script) => `'sha256-${createHash("sha256").update(script).digest("base64")}'`);
  const policy = [
    "default-src 'none'",
    `script-src ${hashes.length === 0 ? "'none'" : hashes.join(" ")}`,
    // Plotly styles its elements one by one; no style of a notebook passes `sanitizeHtml` with a url in it.
    "style-src 'unsafe-inline'",
    "img-src data: blob:",
    "font-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return `<!DOCTYPE html>
<html lang="${escapeHtml(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Protolab">
<title>${title}</title>
<style>${formulaStyle(body)}${REPORT_STYLE}</style>
<noscript><style>.plot { display: none; }</style></noscript>
</head>
<body>
${body}
${scripts.map((script) => `<script>${script}</script>`).join("\n")}
</body>
</html>
`;
}

/** The traces that plotly's small build (1.4 MB) draws; a figure with another one brings the whole (5.2 MB). */
const CARTESIAN = new Set(
  "bar box contour heatmap histogram histogram2d histogram2dcontour image pie scatter scatterternary violin".split(
    " ",
  ),
);

function plotlySource(figures: readonly PlotlyFigure[]): string {
  const types = figures.flatMap(({ data }) =>
    data.map((trace) => (trace as { type?: string }).type ?? "scatter"),
  );
  const file = types.every((type) => CARTESIAN.has(type))
    ? "plotly-cartesian.min.js"
    : "plotly-strict.min.js";
  const root = dirname(createRequire(import.meta.url).resolve("plotly.js/package.json"));
  // Inside a script element these two would end or hide it; in a string or a regular expression \x3c is the same.
  return readFileSync(join(root, "dist", file), "utf8").replace(/<(?=\/script|!--)/gi, "\\x3c");
}
