/** Rich output of a value: Jupyter's MIME bundle, and who can give one. */

import type { Figure } from "../charts/figure.ts";
import { figureBundle as chartBundle } from "../charts/mime.ts";
import { DomainError, UsageError } from "../core/errors.ts";

/** One output in several types; a notebook program shows the richest one that it knows. */
export type MimeBundle = Readonly<Record<string, unknown>>;

/** The MIME type of a plotly figure, known to JupyterLab, VS Code and our report. */
export const PLOTLY_MIME = "application/vnd.plotly.v1+json";

/** A chart as plain plotly JSON. */
export interface PlotlyFigure {
  readonly data: readonly object[];
  readonly layout?: object;
  readonly config?: object;
}

/**
 * The method by which a value says how a notebook shows it: `[RICH_DISPLAY](): MimeBundle`.
 *
 * The same symbol as in Deno's Jupyter kernel, so that such a value is shown richly by both.
 */
export const RICH_DISPLAY: unique symbol = Symbol.for("Jupyter.display");

/** A value that a notebook shows as more than text. */
export interface RichValue {
  [RICH_DISPLAY](): MimeBundle | Promise<MimeBundle>;
}

/**
 * Whether a value is a plotly figure: a list of traces, each with a type or coordinates, and a layout.
 * @example isPlotlyFigure({ data: [{ type: "bar", y: [1] }], layout: {} }); // => true
 */
export function isPlotlyFigure(value: unknown): value is PlotlyFigure {
  if (value === null || typeof value !== "object") return false;
  const { data, layout } = value as { data?: unknown; layout?: unknown };
  if (!Array.isArray(data) || layout === null || typeof layout !== "object") return false;
  return data.every(
    (trace) =>
      trace !== null && typeof trace === "object" && ["type", "x", "y", "z"].some((key) => key in trace),
  );
}

/** The bundle of a value that has one: a rich value or a plotly figure; `undefined` for anything else. */
export function asMimeBundle(value: unknown): MimeBundle | Promise<MimeBundle> | undefined {
  if (value === null || typeof value !== "object") return undefined;
  const rich = value as Partial<RichValue>;
  if (typeof rich[RICH_DISPLAY] === "function") return rich[RICH_DISPLAY]();
  return isPlotlyFigure(value) ? figureBundle(value) : undefined;
}

/** What a reader without plotly sees of a figure: its title and its traces. */
function figureText({ data, layout }: PlotlyFigure): string {
  const title = (layout as { title?: string | { text?: string } } | undefined)?.title;
  const name = (typeof title === "string" ? title : title?.text) ?? "untitled";
  const traces = data.map((trace) => (trace as { name?: string }).name).filter((text) => text !== undefined);
  return `Figure: ${name}${traces.length > 0 ? ` (${traces.join(", ")})` : ""}`;
}

/** What the builders of `charts/` fill in and their renderer needs; plotly itself can do without all of it. */
function isBuilderFigure({ layout }: PlotlyFigure): boolean {
  const { width, height, margin, annotations, shapes } = (layout ?? {}) as Record<string, unknown>;
  const sides = (margin ?? {}) as Record<string, unknown>;
  const numbers = [width, height, sides["l"], sides["r"], sides["t"], sides["b"]];
  return numbers.every(Number.isFinite) && Array.isArray(annotations) && Array.isArray(shapes);
}

/** The bundle with a static picture, for a figure that our own renderer can draw; nothing for one of another maker. */
function drawn(figure: PlotlyFigure): MimeBundle {
  if (!isBuilderFigure(figure)) return {};
  try {
    return chartBundle(figure as Figure);
  } catch (error) {
    if (error instanceof DomainError || error instanceof UsageError) return {};
    throw error;
  }
}

/** The bundle of a figure, with a static picture for programs without plotly (GitHub, PDF). */
export function figureBundle(
  figure: PlotlyFigure,
  pictures: { svg?: string; html?: string } = {},
): MimeBundle {
  const { data, layout = {}, config } = figure;
  return {
    "text/plain": figureText(figure),
    ...drawn(figure),
    [PLOTLY_MIME]: config === undefined ? { data, layout } : { data, layout, config },
    ...(pictures.html === undefined ? {} : { "text/html": pictures.html }),
    ...(pictures.svg === undefined ? {} : { "image/svg+xml": pictures.svg }),
  };
}
