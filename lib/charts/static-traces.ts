/** Traces of the static drawing: lines, bands, markers, texts, stacked bars and cells. */
import { UsageError } from "../core/errors.ts";
import { colourAt, INK } from "./palette.ts";
import type { PanelView } from "./static-axes.ts";
import { pick, type TraceView } from "./static-view.ts";
import { dashArray, element, type MarkerStyle, markerAt, paint, pathOf, textAt } from "./svg-marks.ts";

/** Draws the traces of one panel in their order. */
export function drawTraces(traces: readonly TraceView[], panel: PanelView): string {
  // How high each stack of bars already is.
  const heights = new Map<number, number>();
  return traces
    .map((trace) => {
      if (trace.type === "scatter") return scatter(trace, panel);
      if (trace.type === "bar") return bars(trace, panel, heights);
      if (trace.type === "heatmap") return cells(trace, panel);
      throw new UsageError(`staticSvg: trace must be scatter, bar or heatmap, got ${trace.type}`);
    })
    .join("");
}

function scatter(trace: TraceView, { toX, toY }: PanelView): string {
  const points = trace.x.map((x, i) => {
    const y = trace.y[i];
    return x === null || y === null || y === undefined ? undefined : ([toX(x), toY(y)] as const);
  });
  if (!points.some((point) => point !== undefined)) return "";
  const parts: string[] = [];
  if (trace.fill === "toself") {
    const { color, opacity } = paint(trace.fillcolor ?? INK.grid);
    parts.push(element("path", { d: pathOf(points, true), fill: color, "fill-opacity": opacity }));
  }
  if (trace.mode.includes("lines") && trace.line.width > 0)
    parts.push(
      element("path", {
        d: pathOf(points),
        fill: "none",
        stroke: trace.line.color,
        "stroke-width": trace.line.width,
        "stroke-dasharray": dashArray(trace.line.dash, trace.line.width),
        "stroke-linejoin": "round",
      }),
    );
  for (const [i, point] of points.entries()) {
    if (point === undefined) continue;
    if (trace.mode.includes("markers")) parts.push(markerAt(point, markerStyle(trace, i)));
    if (trace.mode.includes("text")) parts.push(label(trace, i, point));
  }
  return parts.join("");
}

function label(trace: TraceView, i: number, [x, y]: readonly [number, number]): string {
  const { size, color } = trace.textfont;
  const lift = trace.textposition === "top center" ? -6 : size * 0.35;
  return textAt(trace.text[i] ?? "", x, y + lift, { size, color: pick(color, i), anchor: "middle" });
}

/** How a trace's point is marked. */
export function markerStyle({ marker }: TraceView, i: number): MarkerStyle {
  const { symbol, size, color, line } = marker;
  return {
    symbol: pick(symbol, i),
    size,
    color: pick(color, i),
    lineWidth: line.width,
    lineColor: pick(line.color, i),
  };
}

function bars(trace: TraceView, { toX, toY }: PanelView, heights: Map<number, number>): string {
  const { color, line } = trace.marker;
  return trace.x
    .map((x, i) => {
      const y = trace.y[i];
      if (x === null || y === null || y === undefined || y === 0) return "";
      const from = heights.get(x) ?? 0;
      heights.set(x, from + y);
      const left = toX(x - trace.width / 2);
      return element("rect", {
        x: left,
        y: toY(from + y),
        width: toX(x + trace.width / 2) - left,
        height: toY(from) - toY(from + y),
        fill: pick(color, i),
        stroke: pick(line.color, i),
        "stroke-width": line.width,
      });
    })
    .join("");
}

/** Cells with a gap of a pixel; edges are given, one more than cells. */
function cells(trace: TraceView, { toX, toY }: PanelView): string {
  const { x, y, z, zmin, zmax, colorscale } = trace;
  return z
    .flatMap((row, j) =>
      row.map((value, i) => {
        if (value === null) return "";
        const [left, right] = [toX(x[i] ?? 0), toX(x[i + 1] ?? 0)];
        const [low, high] = [toY(y[j] ?? 0), toY(y[j + 1] ?? 0)];
        const fill = colourAt(colorscale, (value - zmin) / (zmax - zmin));
        return element("rect", {
          x: left + 0.5,
          y: high + 0.5,
          width: right - left - 1,
          height: low - high - 1,
          fill,
        });
      }),
    )
    .join("");
}
