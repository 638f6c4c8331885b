/** Legend and colour bar of the static drawing. */
import { colourAt, INK } from "./palette.ts";
import type { Box } from "./static-axes.ts";
import { markerStyle } from "./static-traces.ts";
import { type LayoutView, pick, type TraceView } from "./static-view.ts";
import { dashArray, element, hatch, markerAt, num, paint, textAt, textHeight } from "./svg-marks.ts";
import { plainLines } from "./text.ts";

const ROW = 16;
const GAP = 6;
const SAMPLE = 35;

/** The legend, in the order of the traces. */
export function legend(traces: readonly TraceView[], plot: Box, layout: LayoutView): string {
  const left = plot.left + plot.width * layout.legend.x + 4;
  const { size } = layout.legend.font;
  const parts: string[] = [];
  let y = plot.top + plot.height * (1 - layout.legend.y) + GAP;
  for (const trace of traces.filter((candidate) => candidate.showlegend)) {
    if (trace.legendgrouptitle !== undefined) {
      const { text } = trace.legendgrouptitle;
      parts.push(textAt(text, left, y + size, { size: size + 1, color: INK.text }));
      y += GAP + ROW * plainLines(text).length;
    }
    const height = ROW * plainLines(trace.name).length;
    parts.push(sample(trace, left, y + height / 2));
    parts.push(textAt(trace.name, left + SAMPLE + 5, y + size, { size, color: INK.text }));
    y += height + GAP;
  }
  return parts.join("");
}

/** The piece of line, band, marker or bar before a name. */
function sample(trace: TraceView, x: number, y: number): string {
  if (trace.type === "bar") return barSample(trace, { x: x + 11, y: y - 6, width: 12, height: 12 });
  const parts: string[] = [];
  if (trace.fill === "toself") {
    const { color, opacity } = paint(trace.fillcolor ?? INK.grid);
    parts.push(
      element("rect", { x, y: y - 4, width: SAMPLE, height: 8, fill: color, "fill-opacity": opacity }),
    );
  }
  if (trace.mode.includes("lines") && trace.line.width > 0)
    parts.push(
      element("path", {
        d: `M${num(x)},${num(y)}h${SAMPLE}`,
        stroke: trace.line.color,
        "stroke-width": trace.line.width,
        "stroke-dasharray": dashArray(trace.line.dash, trace.line.width),
      }),
    );
  if (trace.mode.includes("markers")) parts.push(markerAt([x + SAMPLE / 2, y], markerStyle(trace, 0)));
  return parts.join("");
}

function barSample(
  { marker }: TraceView,
  box: { x: number; y: number; width: number; height: number },
): string {
  const hatched = (marker.pattern?.shape[0] ?? "") !== "";
  const color = pick(marker.color, 0);
  const frame = {
    stroke: hatched ? color : pick(marker.line.color, 0),
    "stroke-width": Math.max(0.5, marker.line.width),
  };
  const body = element("rect", { ...box, fill: hatched ? "#ffffff" : color, ...frame });
  return hatched ? body + element("path", { d: hatch(box, 5), stroke: color, "stroke-width": 1.5 }) : body;
}

const STEPS = 64;

/** The colour bar of a map, with its title above it. */
export function colourBar({ colorbar: bar, colorscale, zmin, zmax }: TraceView, plot: Box): string {
  if (bar === undefined) return "";
  const x = plot.left + bar.x * plot.width + bar.xpad;
  const bottom = plot.top + plot.height;
  const { size } = bar.title.font;
  const titleHeight = textHeight(bar.title.text, size) + 8;
  const height = bar.len - titleHeight;
  const swatches = Array.from({ length: STEPS }, (_, i) =>
    element("rect", {
      x,
      y: bottom - (height * (i + 1)) / STEPS,
      width: bar.thickness,
      // A little longer than its step, so that no gap shows between two.
      height: height / STEPS + (i === 0 ? 0 : 0.5),
      fill: colourAt(colorscale, (i + 0.5) / STEPS),
    }),
  );
  const ticks = bar.tickvals.map((at, i) => {
    const y = bottom - (height * (at - zmin)) / (zmax - zmin);
    const mark = element("path", { d: `M${num(x + bar.thickness)},${num(y)}h4`, stroke: INK.axis });
    return mark + textAt(bar.ticktext[i] ?? "", x + bar.thickness + 7, y + 4, { size: 11, color: INK.text });
  });
  const frame = { x, y: bottom - height, width: bar.thickness, height, fill: "none", stroke: INK.axis };
  const title = textAt(bar.title.text, x, bottom - bar.len + size, { size, color: INK.text });
  return [...swatches, element("rect", frame), ...ticks, title].join("");
}
