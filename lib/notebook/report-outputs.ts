/** Outputs of cells as HTML: the richest type that a page without network can show. */
import { stripVTControlCharacters } from "node:util";
import { isPlotlyFigure, type MimeBundle, PLOTLY_MIME, type PlotlyFigure } from "./mime.ts";
import { joined, type MultilineText, type Output } from "./notebook-file.ts";
import { typeset } from "./report-formulas.ts";
import type { MarkdownRenderer } from "./report-markdown.ts";
import { escapeHtml, sanitizeHtml } from "./sanitize-html.ts";

const IMAGES = ["image/svg+xml", "image/png", "image/jpeg", "image/gif", "image/webp"] as const;
const DEFAULT_HEIGHT = 450;

/** Renders the outputs of one report and keeps its figures, which need plotly at the end of the page. */
export class OutputRenderer {
  readonly figures: PlotlyFigure[] = [];
  readonly #markdown: MarkdownRenderer;

  /** @param markdown renders the outputs that are markdown */
  constructor(markdown: MarkdownRenderer) {
    this.#markdown = markdown;
  }

  render(output: Output): string {
    switch (output.output_type) {
      case "stream": {
        const text = asPrinted(joined(output.text));
        return text.trim() === "" ? "" : `<pre class="${output.name}">${escapeHtml(text)}</pre>\n`;
      }
      case "error": {
        const trace = stripVTControlCharacters(output.traceback.join("\n"));
        const head = `${output.ename}: ${output.evalue}`;
        const text = trace.includes(output.evalue) ? trace : `${head}\n${trace}`;
        return `<pre class="error">${escapeHtml(text)}</pre>\n`;
      }
      default:
        return this.#bundle(output.data);
    }
  }

  #bundle(data: MimeBundle): string {
    const figure = data[PLOTLY_MIME];
    if (isPlotlyFigure(figure)) return this.#figure(figure, data);
    const html = textOf(data["text/html"]);
    if (html !== undefined) {
      const clean = sanitizeHtml(html);
      // What only a script would have filled is empty now: then another type of the bundle says more.
      if (/<img/.test(clean) || clean.replace(/<[^>]*>/g, "").trim() !== "")
        return `<div class="html">${clean}</div>\n`;
    }
    const image = imageOf(data);
    if (image !== undefined) return `<figure class="picture">${image}</figure>\n`;
    const latex = textOf(data["text/latex"]);
    if (latex !== undefined)
      return `<div class="formula">${typeset(latex.trim().replace(/^\$\$?([\s\S]*?)\$\$?$/, "$1"), true)}</div>\n`;
    const markdown = textOf(data["text/markdown"]);
    if (markdown !== undefined) return `<div class="html">${this.#markdown.renderText(markdown)}</div>\n`;
    const text = textOf(data["text/plain"]);
    return text === undefined ? "" : `<pre class="result">${escapeHtml(asPrinted(text))}</pre>\n`;
  }

  #figure(figure: PlotlyFigure, data: MimeBundle): string {
    const id = `figure-${this.figures.push(figure)}`;
    const { width, height } = (figure.layout ?? {}) as { width?: unknown; height?: unknown };
    const pixels = typeof height === "number" ? height : DEFAULT_HEIGHT;
    // A figure with a width was composed for it, to the pixel: it is shown smaller where it must, not laid out anew.
    const fixed = typeof width === "number";
    const size = fixed ? `width:${width}px;height:${pixels}px;--width:${width}` : `height:${pixels}px`;
    const label = escapeHtml(titleOf(figure) ?? `Figure ${this.figures.length}`);
    const still = imageOf(data);
    const fallback = still ?? `<p>${label}: an interactive chart, which needs scripts to be allowed.</p>`;
    return (
      `<figure class="chart"><div class="plot${fixed ? " fixed" : ""}" id="${id}" role="img" aria-label="${label}" style="${size}"></div>` +
      `<script type="application/json" id="${id}-data">${scriptJson(figure)}</script>` +
      `<noscript>${fallback}</noscript></figure>\n`
    );
  }
}

function titleOf(figure: PlotlyFigure): string | undefined {
  const title = (figure.layout as { title?: unknown } | undefined)?.title;
  const text = typeof title === "string" ? title : (title as { text?: unknown } | undefined)?.text;
  return typeof text === "string" ? text.replace(/<[^>]*>/g, "") : undefined;
}

function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return Array.isArray(value) ? joined(value as MultilineText) : undefined;
}

function imageOf(data: MimeBundle): string | undefined {
  for (const mime of IMAGES) {
    const content = textOf(data[mime]);
    if (content === undefined) continue;
    // As data in an <img>, so that scripts in an SVG do not run and its ids cannot meet those of another.
    const base64 =
      mime === "image/svg+xml" ? Buffer.from(content).toString("base64") : content.replace(/\s/g, "");
    const alt = escapeHtml(textOf(data["text/plain"]) ?? "picture");
    return `<img src="data:${mime};base64,${base64}" alt="${alt}">`;
  }
  return undefined;
}

/** JSON that may stand inside a script element. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}

/** Text as a terminal leaves it: colours gone, and a line that was rewritten with carriage returns once. */
function asPrinted(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll("\r\n", "\n")
    .split("\n")
    .map(
      (line) =>
        line
          .split("\r")
          .filter((part) => part !== "")
          .at(-1) ?? "",
    )
    .join("\n")
    .trimEnd();
}
