/** Lines, bands, model lines and marks of one panel, and the legend's keys: shared by all figures of series. */
import type { Dash, Data, Shape } from "plotly.js";
import { DomainError, show } from "../core/errors.ts";
import { type Axis, coordinate, fractionAt, valueText } from "./axis.ts";
import { withOpacity } from "./colour.ts";
import { legendName, type TopLabel } from "./figure.ts";
import { INK, type SeriesStyle, seriesStyles } from "./palette.ts";
import type { PanelInput, SeriesLine } from "./series-input.ts";
import { escapeText } from "./text.ts";

/** How lines are told apart: by colour their series (or, with one series, their measure), by filling the measure. */
export interface Styling {
  readonly colours: ReadonlyMap<string, SeriesStyle>;
  readonly fills: ReadonlyMap<string, string>;
  /** Measures that are models alone, beside others that are simulated: a dash pattern each, whatever the series. */
  readonly further: ReadonlyMap<string, string>;
  readonly bySeries: boolean;
}

/** What a panel gives to its figure. */
export interface Panel {
  readonly data: Data[];
  readonly labels: TopLabel[];
  readonly shapes: Partial<Shape>[];
}

/** What the points with intervals are. */
export type PointWord = "simulated" | "measured";

/** The axes of a panel and their names in plotly. */
export interface PanelAxes {
  readonly x: Axis;
  readonly y: Axis;
  readonly xref: string;
  readonly yref: string;
  /** Height of the panel in paper coordinates, for vertical lines. */
  readonly domain: readonly [number, number];
  /** Percent of the intervals, for hovering. */
  readonly level: number;
  readonly points: PointWord;
}

/** Endings of plotly's symbol names for the first, second and third measure: filled, open, open with a dot. */
const FILLINGS = ["", "-open", "-open-dot"];

/** Dash patterns of further models: unlike those of the series' own, and thinner. */
const FURTHER = ["1.5px,3px", "10px,3px,1.5px,3px", "1.5px,6px"];

/** How the legend calls them. */
export const FILLING_WORDS: Readonly<Record<string, string>> = {
  "": "filled",
  "-open": "open",
  "-open-dot": "dotted",
};

/**
 * Gives every series and measure of the lines its style.
 *
 * @throws DomainError for more series, or measures of several series, than a reader can tell apart
 */
export function styleLines(where: string, lines: readonly SeriesLine[]): Styling {
  const series = [...new Set(lines.map((line) => line.series))];
  const measures = [...new Set(lines.map((line) => line.measure))];
  const bySeries = series.length > 1 || measures.length === 1;
  const simulated = measures.filter((measure) =>
    lines.some((line) => line.measure === measure && line.simulated.length > 0),
  );
  const further =
    bySeries && simulated.length > 0 ? measures.filter((measure) => !simulated.includes(measure)) : [];
  const filled = measures.filter((measure) => !further.includes(measure));
  for (const [most, list] of [[FILLINGS.length, filled] as const, [FURTHER.length, further] as const])
    if (bySeries && list.length > most)
      throw new DomainError(
        `${where}: measures must be at most ${most} where there are several series, got ${show(list)}`,
      );
  const named = bySeries ? series : measures;
  const styles = seriesStyles(named.length, where);
  const fills = bySeries ? filled : [""];
  return {
    bySeries,
    colours: new Map(named.map((name, i) => [name, styles[i]])),
    fills: new Map(fills.map((name, i) => [name, FILLINGS[i]])),
    further: new Map(further.map((name, i) => [name, FURTHER[i]])),
  };
}

/** The style of a line. */
export function styleOf(
  styling: Styling,
  line: SeriesLine,
): { name: string; style: SeriesStyle; fill: string } {
  const name = styling.bySeries ? line.series : line.measure;
  const style = styling.colours.get(name);
  if (style === undefined) throw new Error(`charts: no style for ${name}`);
  return { name, style, fill: styling.fills.get(line.measure) ?? "" };
}

/** All traces, labels and shapes of one panel. Bands first, so that no band covers another series' points. */
export function drawPanel(
  lines: readonly SeriesLine[],
  input: PanelInput,
  axes: PanelAxes,
  styling: Styling,
): Panel {
  const all = lines.flatMap((line) => unstableRegions(line, axes, styling));
  const regions = all.filter(
    (region, i) => all.findIndex((r) => r.text === region.text && r.from === region.from) === i,
  );
  const knees = (input.knees ?? []).map((knee) => ({
    at: knee.x / axes.x.factor,
    text: `${knee.label ?? "knee"}: ${valueText(axes.x, knee.x)}`,
  }));
  return {
    data: [
      ...lines.flatMap((line) => bandTraces(line, axes, styling)),
      ...lines.flatMap((line) => modelTrace(line, axes, styling)),
      ...lines.flatMap((line) => simulatedTrace(line, axes, styling)),
      ...lines.flatMap((line) => unstableMarks(line, axes, styling)),
      ...targetTrace(input, axes),
    ],
    labels: [
      ...regions.map(({ from, to, text, color }) => labelOver(axes.x, from, to, text, color)),
      ...knees.map(({ at, text }) => labelOver(axes.x, at, at, text, INK.text)),
    ],
    shapes: [
      ...regions.flatMap((region) => regionShapes(region, axes)),
      ...knees.map(({ at }) => verticalLine("knee", at, { color: INK.text, width: 1.4, dash: "dot" }, axes)),
    ],
  };
}

function labelOver(x: Axis, from: number, to: number, text: string, color: string): TopLabel {
  const place = (coordinate(x, from) + coordinate(x, to)) / 2;
  return {
    text,
    color,
    region: from !== to,
    fraction: (fractionAt(x, from) + fractionAt(x, to)) / 2,
    coordinate: place,
  };
}

/** What a point says when the pointer is on it. */
function hoverText(head: string, axes: PanelAxes, x: number, values: readonly string[]): string {
  const place = `${axes.x.name} ${valueText(axes.x, x)}`;
  return [head, place, ...values]
    .filter((line) => line !== "")
    .map(escapeText)
    .join("<br>");
}

function heading(line: SeriesLine, what: string): string {
  return [line.series, line.measure, what].filter((word) => word !== "").join(" · ");
}

/** Groups of neighbouring items that satisfy a test. */
function runs<T>(items: readonly T[], test: (item: T) => boolean): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  for (const [i, item] of items.entries()) {
    if (!test(item)) continue;
    const last = found[found.length - 1];
    if (last !== undefined && last.to === i - 1) last.to = i;
    else found.push({ from: i, to: i });
  }
  return found;
}

/** The interval as a filled band along each run of points that have one; a lone point gets a bar. */
function bandTraces(line: SeriesLine, axes: PanelAxes, styling: Styling): Data[] {
  const { name, style } = styleOf(styling, line);
  const [floor, ceiling] = axes.y.range;
  const cut = (end: number) => Math.min(ceiling, Math.max(floor, end / axes.y.factor));
  return runs(line.simulated, (point) => point.low !== undefined && point.high !== undefined).map(
    ({ from, to }) => {
      const points = line.simulated.slice(from, to + 1);
      const xs = points.map((p) => p.x / axes.x.factor);
      const lows = points.map((p) => cut(p.low ?? p.y));
      const highs = points.map((p) => cut(p.high ?? p.y));
      const lone = points.length === 1;
      return {
        type: "scatter",
        mode: "lines",
        name: escapeText(heading(line, "interval")),
        x: lone ? [xs[0], xs[0]] : [...xs, ...xs.slice().reverse()],
        y: lone ? [lows[0], highs[0]] : [...highs, ...lows.slice().reverse()],
        xaxis: axes.xref,
        yaxis: axes.yref,
        legendgroup: name,
        showlegend: false,
        hoverinfo: "skip",
        line: { color: style.color, width: lone ? 2 : 0 },
        ...(lone ? {} : { fill: "toself", fillcolor: withOpacity(style.color, 0.2) }),
      } satisfies Data;
    },
  );
}

function simulatedTrace(line: SeriesLine, axes: PanelAxes, styling: Styling): Data[] {
  if (line.simulated.length === 0) return [];
  const { name, style, fill } = styleOf(styling, line);
  return [
    {
      type: "scatter",
      mode: "lines+markers",
      name: escapeText(heading(line, axes.points)),
      x: line.simulated.map((p) => p.x / axes.x.factor),
      y: line.simulated.map((p) => p.y / axes.y.factor),
      xaxis: axes.xref,
      yaxis: axes.yref,
      legendgroup: name,
      showlegend: false,
      line: { color: style.color, width: fill === "" ? 2 : 1.4 },
      marker: {
        symbol: `${style.symbol}${fill}`,
        size: 8,
        color: style.color,
        line: { width: 1.5, color: style.color },
      },
      text: line.simulated.map((p) =>
        hoverText(heading(line, axes.points), axes, p.x, [
          `${axes.y.name} ${valueText(axes.y, p.y)}`,
          p.low === undefined || p.high === undefined
            ? "no interval"
            : `${axes.level} % interval ${valueText(axes.y, p.low)} to ${valueText(axes.y, p.high)}`,
        ]),
      ),
      hoverinfo: "text",
    },
  ];
}

/** The model's line, always dashed, with gaps where the model has no stable answer. */
function modelTrace(line: SeriesLine, axes: PanelAxes, styling: Styling): Data[] {
  if (!line.model.some((point) => !("unstable" in point))) return [];
  const { name, style } = styleOf(styling, line);
  const further = styling.further.get(line.measure);
  return [
    {
      type: "scatter",
      mode: "lines",
      name: escapeText(heading(line, "model")),
      x: line.model.map((p) => p.x / axes.x.factor),
      y: line.model.map((p) => ("unstable" in p ? null : p.y / axes.y.factor)),
      xaxis: axes.xref,
      yaxis: axes.yref,
      legendgroup: name,
      showlegend: false,
      connectgaps: false,
      line: {
        color: style.color,
        width: further === undefined ? 2 : 1.5,
        dash: (further ?? style.dash) as Dash,
      },
      text: line.model.map((p) =>
        "unstable" in p
          ? ""
          : hoverText(heading(line, "model"), axes, p.x, [`${axes.y.name} ${valueText(axes.y, p.y)}`]),
      ),
      hoverinfo: "text",
    },
  ];
}

/** Crosses on the upper edge where the model has no stable answer. */
function unstableMarks(line: SeriesLine, axes: PanelAxes, styling: Styling): Data[] {
  const points = line.model.filter((p): p is { x: number; unstable: string } => "unstable" in p);
  if (points.length === 0) return [];
  const { name, style } = styleOf(styling, line);
  return [
    {
      type: "scatter",
      mode: "markers",
      name: escapeText(heading(line, "model unstable")),
      x: points.map((p) => p.x / axes.x.factor),
      y: points.map(() => axes.y.range[1]),
      xaxis: axes.xref,
      yaxis: axes.yref,
      legendgroup: name,
      showlegend: false,
      cliponaxis: false,
      marker: { symbol: "x", size: 7, color: style.color, line: { width: 0, color: style.color } },
      text: points.map((p) => hoverText(heading(line, "model"), axes, p.x, [`unstable: ${p.unstable}`])),
      hoverinfo: "text",
    },
  ];
}

interface Region {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly color: string;
}

/** Where a model is unstable: from half-way to the last stable point up to half-way to the next, or to the edge. */
function unstableRegions(line: SeriesLine, axes: PanelAxes, styling: Styling): Region[] {
  const { style } = styleOf(styling, line);
  const several = styling.bySeries && styling.colours.size > 1;
  const at = (i: number) => line.model[i].x / axes.x.factor;
  const between = (a: number, b: number) => (axes.x.log ? Math.sqrt(a * b) : (a + b) / 2);
  return runs(line.model, (point) => "unstable" in point).map(({ from, to }) => {
    const open = from === 0;
    // The reason of the point next to the stable ones: where the model ceases to hold.
    const edge = line.model[open && to < line.model.length - 1 ? to : from];
    const reason = "unstable" in edge ? edge.unstable : "";
    return {
      from: open ? axes.x.range[0] : between(at(from - 1), at(from)),
      to: to === line.model.length - 1 ? axes.x.range[1] : between(at(to), at(to + 1)),
      text: `${several && line.series !== "" ? `${line.series}: ` : ""}model unstable: ${reason}`,
      color: several ? style.color : INK.muted,
    };
  });
}

/** Grey, and darker where more models are unstable; each edge inside the plot in the colour of its series. */
function regionShapes(region: Region, axes: PanelAxes): Partial<Shape>[] {
  const shade: Partial<Shape> = {
    type: "rect",
    name: "unstable",
    xref: axes.xref as "x",
    yref: "paper",
    x0: region.from,
    x1: region.to,
    y0: axes.domain[0],
    y1: axes.domain[1],
    fillcolor: withOpacity(INK.muted, 0.07),
    line: { width: 0, color: INK.muted },
    layer: "below",
  };
  const edges = [region.from, region.to].filter((at) => at !== axes.x.range[0] && at !== axes.x.range[1]);
  return [
    shade,
    ...edges.map((at) => verticalLine("edge", at, { color: region.color, width: 1, dash: "solid" }, axes)),
  ];
}

function verticalLine(name: string, at: number, line: Shape["line"], axes: PanelAxes): Partial<Shape> {
  return {
    type: "line",
    name,
    xref: axes.xref as "x",
    yref: "paper",
    x0: at,
    x1: at,
    y0: axes.domain[0],
    y1: axes.domain[1],
    line,
    layer: "below",
  };
}

function targetTrace(input: PanelInput, axes: PanelAxes): Data[] {
  if (input.target === undefined) return [];
  const at = input.target.y / axes.y.factor;
  return [
    {
      type: "scatter",
      mode: "lines",
      name: legendName(`${input.target.label ?? "target"} ${valueText(axes.y, input.target.y)}`),
      x: [...axes.x.range],
      y: [at, at],
      xaxis: axes.xref,
      yaxis: axes.yref,
      legendgroup: "target",
      showlegend: axes.xref === "x",
      hoverinfo: "skip",
      line: { color: INK.muted, width: 1.5, dash: "longdashdot" },
    },
  ];
}
