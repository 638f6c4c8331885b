/**
 * A figure as a static SVG without any browser: what notebooks show where scripts do not run.
 *
 * It draws what the builders of this room make (lines, bands, markers, texts, stacked bars, maps with a colour bar,
 * on linear and log axes, with legend, annotations and shapes) and no other plotly figure. Same figure, same bytes.
 */
import { UsageError } from "../core/errors.ts";
import { type Figure, titlePad } from "./figure.ts";
import { type Box, backdrop, drawAxes, type PanelView, panelOf } from "./static-axes.ts";
import { colourBar, legend } from "./static-keys.ts";
import { drawTraces } from "./static-traces.ts";
import { axisKey, type LayoutView, type TraceView, viewOf } from "./static-view.ts";
import { dashArray, element, escapeXml, num, paint, pathOf, textAt, textHeight } from "./svg-marks.ts";
import { FONT_FAMILY, plainLines } from "./text.ts";

/**
 * Draws a figure of this package as SVG text.
 *
 * @param figure from one of the builders
 * @returns a complete SVG document: shapes, texts and presentation attributes only
 * @throws UsageError for a kind of trace or axis that the builders do not make
 * @example
 * staticSvg(cdfFigure({ title: "T", x: { name: "latency", dimension: "time" }, series: [{ name: "a", samples: [0.001, 0.002] }] })).startsWith("<svg "); // => true
 */
export function staticSvg(figure: Figure): string {
  const { traces, layout } = viewOf(figure);
  const { width, height, margin } = layout;
  const plot: Box = {
    left: margin.l,
    top: margin.t,
    width: width - margin.l - margin.r,
    height: height - margin.t - margin.b,
  };
  const panels = panelsOf(traces, layout, plot);
  const shapes = (below: boolean) =>
    layout.shapes
      .filter((shape) => (shape.layer === "below") === below)
      .map((shape) => shapeOf(shape, layout, panels, plot));
  const ofPanel = (key: string) => traces.filter((trace) => keyOf(trace) === key);
  const parts = [
    element("rect", { x: 0, y: 0, width, height, fill: layout.paper_bgcolor }),
    ...[...panels.values()].map((panel) => backdrop(panel, layout)),
    ...shapes(true),
    ...[...panels].map(([key, panel]) => drawTraces(ofPanel(key), panel)),
    ...[...panels.values()].map(drawAxes),
    ...shapes(false),
    ...traces.filter((trace) => trace.showscale === true).map((trace) => colourBar(trace, plot)),
    ...layout.annotations.map((note) => annotation(note, panels, plot)),
    layout.showlegend ? legend(traces, plot, layout) : "",
    title(layout),
  ];
  const name = escapeXml(plainLines(layout.title.text).join(" "));
  const size = `width="${num(width)}" height="${num(height)}" viewBox="0 0 ${num(width)} ${num(height)}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="${FONT_FAMILY}" role="img" aria-label="${name}">`,
    `<title>${name}</title>`,
    ...parts.filter((part) => part !== ""),
    "</svg>",
    "",
  ].join("\n");
}

function keyOf(trace: TraceView): string {
  return `${trace.xaxis} ${trace.yaxis}`;
}

function panelsOf(traces: readonly TraceView[], layout: LayoutView, plot: Box): Map<string, PanelView> {
  const panels = new Map<string, PanelView>();
  for (const trace of traces) {
    const key = keyOf(trace);
    if (panels.has(key)) continue;
    const [x, y] = [layout.axes[axisKey(trace.xaxis)], layout.axes[axisKey(trace.yaxis)]];
    if (x === undefined || y === undefined)
      throw new UsageError(`staticSvg: figure must have axes for each trace, got none for ${key}`);
    panels.set(key, panelOf(x, y, plot));
  }
  return panels;
}

type ShapeView = LayoutView["shapes"][number];
type NoteView = LayoutView["annotations"][number];

/** From an x given on an axis or on the paper to pixels. */
function xOf(ref: string, value: number, panels: ReadonlyMap<string, PanelView>, plot: Box): number {
  const panel = [...panels].find(([key]) => key.split(" ")[0] === ref)?.[1];
  return ref === "paper" || panel === undefined ? plot.left + value * plot.width : panel.toX(value);
}

function shapeOf(
  shape: ShapeView,
  layout: LayoutView,
  panels: ReadonlyMap<string, PanelView>,
  plot: Box,
): string {
  const toY = (y: number) =>
    shape.ysizemode === "pixel"
      ? plot.top + (1 - (shape.yanchor ?? 0)) * plot.height - y
      : plot.top + (1 - y) * plot.height;
  const [x0, x1] = [shape.x0, shape.x1].map((x) => xOf(shape.xref, x, panels, plot));
  const [y0, y1] = [shape.y0, shape.y1].map(toY);
  if (shape.type === "line") {
    const { color, width, dash } = shape.line;
    const ends = [[x0, y0] as const, [x1, y1] as const];
    return element("path", {
      d: pathOf(ends),
      stroke: color,
      "stroke-width": width,
      "stroke-dasharray": dashArray(dash, width),
    });
  }
  const { color, opacity } = paint(shape.fillcolor ?? layout.paper_bgcolor);
  const box = {
    x: Math.min(x0, x1),
    y: Math.min(y0, y1),
    width: Math.abs(x1 - x0),
    height: Math.abs(y1 - y0),
  };
  return element("rect", { ...box, fill: color, "fill-opacity": opacity });
}

function annotation(note: NoteView, panels: ReadonlyMap<string, PanelView>, plot: Box): string {
  const panel = [...panels].find(([key]) => key.split(" ")[0] === note.xref)?.[1];
  // Plotly takes the logarithm where an annotation stands on a log axis, but not where a shape does.
  const x = xOf(note.xref, panel?.x.type === "log" ? 10 ** note.x : note.x, panels, plot) + note.xshift;
  const { size, color, weight } = note.font;
  const top = plot.top + (1 - note.y) * plot.height - note.yshift - textHeight(note.text, size);
  const anchor = note.xanchor === "left" ? "start" : "middle";
  return textAt(note.text, x, top + size, { size, color, anchor, bold: weight === "bold" });
}

function title({ title: { text, font, pad } }: LayoutView): string {
  // titlePad holds plotly's shift for several lines, which this drawing has not.
  const baseline = pad.t + titlePad(1) - titlePad(plainLines(text).length) + 0.72 * font.size;
  return textAt(text, pad.l, baseline, { size: font.size, color: font.color, bold: true });
}
