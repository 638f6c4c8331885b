/** The same figure of lines several times, in a grid whose panels share their axes. */
import type { Annotations, Data, Layout, LayoutAxis, Shape } from "plotly.js";
import { DomainError, refuseUnknown, show } from "../core/errors.ts";
import { type Axis, type AxisInput, makeAxis, plotlyAxis, tickWidth, withRoom } from "./axis.ts";
import { filled } from "./checks.ts";
import {
  areaOf,
  baseLayout,
  CONFIG,
  checkInput,
  type Figure,
  type FigureText,
  labelAnnotations,
  labelsHeight,
  type PlacedLabel,
  placeLabels,
} from "./figure.ts";
import { INK } from "./palette.ts";
import { checkLevel, checkPoints } from "./series-figure.ts";
import { type PanelInput, readLines, type SeriesLine, valuesOf } from "./series-input.ts";
import { legendTraces } from "./series-legend.ts";
import { drawPanel, type Panel, type PointWord, styleLines } from "./series-traces.ts";
import { joinLines, wrap } from "./text.ts";

/** One panel: its heading (`payload 100 KiB`) and its lines. */
export interface PanelOfMany extends PanelInput {
  readonly title: string;
}

/** Panels with common axes. All numbers in SI. */
export interface SmallMultiplesInput extends FigureText {
  readonly x: AxisInput;
  readonly y: AxisInput;
  readonly panels: readonly PanelOfMany[];
  /** Panels in a row; up to 3 unless given. */
  readonly columns?: number;
  readonly seriesName?: string;
  /** Percent of the intervals; 95 unless given. */
  readonly level?: number;
  /** What the legend calls the points: `simulated` unless given. */
  readonly points?: PointWord;
}

const KEYS = ["x", "y", "panels", "columns", "seriesName", "level", "points"];
const PANEL_KEYS = ["title", "series", "knees", "target"];
const HEADING = 20;
const GAP = 22;

/** Where the panels stand: fractions of the plot. */
interface Grid {
  readonly columns: number;
  readonly rows: number;
  readonly panelWidth: number;
  readonly x: (i: number) => readonly [number, number];
  readonly y: (i: number) => readonly [number, number];
}

/**
 * A grid of figures of lines with the same axes, colours and legend, for one more dimension of a sweep.
 *
 * @param input one panel per value of that dimension
 * @throws DomainError as `seriesFigure` does, with the panel named; for more panels than 16
 * @example
 * smallMultiples({ title: "Latency by size", x: { name: "nodes" }, y: { name: "latency", dimension: "time" }, panels: [{ title: "a", series: [{ model: [{ x: 3, y: 1 }] }] }, { title: "b", series: [{ model: [{ x: 3, y: 2 }] }] }] }).layout.xaxis2.matches; // => "x"
 */
export function smallMultiples(input: SmallMultiplesInput): Figure {
  const where = "smallMultiples";
  checkInput(where, input, KEYS);
  const level = checkLevel(where, input.level);
  const points = checkPoints(where, input.points);
  const panels = readPanels(where, input);
  const { xs, ys } = valuesOf(panels, input.y);
  const x = makeAxis(`${where}: x`, input.x, xs);
  const y = makeAxis(`${where}: y`, input.y, ys, { fromZero: true });
  const all = panels.flatMap((panel) => panel.lines);
  const styling = styleLines(where, all);
  const draw = (domains: readonly (readonly [number, number])[]) =>
    panels.map((panel, i) =>
      drawPanel(
        panel.lines,
        panel.input,
        { x, y, ...axisNames(i), domain: domains[i], level, points },
        styling,
      ),
    );

  const keys = legendTraces(all, styling, { series: input.seriesName ?? "", level, points });
  const drawn = draw(panels.map(() => [0, 1] as const)).map(withoutManyLabels);
  const data: Data[] = [...keys, ...drawn.flatMap((panel) => panel.data)];
  const { columns, rows, text } = dimensions(where, input);
  const width = tickWidth(y, 12);
  const guess = areaOf(text, data, { tickWidth: width, above: HEADING });
  const panelWidth = (guess.width - guess.left - guess.right - GAP * (columns - 1)) / columns;
  const placed = drawn.map((panel) => placeLabels(panel.labels, panelWidth));
  const highest = Math.max(...placed.map(labelsHeight));
  const header = HEADING + highest;
  const needs = { tickWidth: width, above: header };
  const area = areaOf(text, data, needs);
  const plot = { width: area.width - area.left - area.right, height: area.height - area.top - area.bottom };
  const grid = gridOf(columns, rows, plot, header + 14);
  const shapes = draw(panels.map((_, i) => grid.y(i))).flatMap((panel) => panel.shapes);
  return {
    data,
    layout: {
      ...withPanels(
        baseLayout(text, data, area, needs),
        { placed, labelsHeight: highest, shapes, grid },
        input.panels,
      ),
      ...panelAxes(
        withRoom(coarse(x, grid.panelWidth), grid.panelWidth),
        coarse(y, grid.panelWidth),
        grid,
        panels.length,
      ),
    },
    config: CONFIG,
  };
}

function readPanels(
  where: string,
  input: SmallMultiplesInput,
): { lines: SeriesLine[]; input: PanelOfMany }[] {
  const panels = filled(where, "panels", input.panels, "panel");
  if (panels.length > 16)
    throw new DomainError(`${where}: panels must be at most 16 in one figure, got ${panels.length}`);
  return panels.map((panel, i) => {
    refuseUnknown(where, `option of panels[${i}]`, Object.keys(panel), PANEL_KEYS);
    if (typeof panel.title !== "string" || panel.title === "")
      throw new DomainError(
        `${where}: panels[${i}].title must say what the panel shows, got ${show(panel.title)}`,
      );
    return { lines: readLines(`${where}: panels[${i}]`, panel), input: panel };
  });
}

function dimensions(
  where: string,
  input: SmallMultiplesInput,
): { columns: number; rows: number; text: FigureText } {
  const count = input.panels.length;
  const columns = input.columns ?? Math.min(count, count === 4 ? 2 : 3);
  if (!Number.isInteger(columns) || columns < 1 || columns > 6)
    throw new DomainError(`${where}: columns must be 1 to 6, got ${show(columns)}`);
  const rows = Math.ceil(count / columns);
  return { columns, rows, text: { ...input, height: input.height ?? 150 + 230 * rows } };
}

/** In a narrow panel one label for an unstable model is read; of several, the crosses and edges remain. */
function withoutManyLabels(panel: Panel): Panel {
  const [regions, others] = [true, false].map((wanted) =>
    panel.labels.filter((label) => label.region === wanted),
  );
  return regions.length > 1 ? { ...panel, labels: others } : panel;
}

/** Small panels have no minor ticks. */
function coarse(axis: Axis, panelWidth: number): Axis {
  return panelWidth < 300 ? { ...axis, minor: [] } : axis;
}

function axisNames(i: number): { xref: string; yref: string } {
  const suffix = i === 0 ? "" : String(i + 1);
  return { xref: `x${suffix}`, yref: `y${suffix}` };
}

function gridOf(
  columns: number,
  rows: number,
  plot: { width: number; height: number },
  between: number,
): Grid {
  const gapX = GAP / plot.width;
  const gapY = between / plot.height;
  const width = (1 - gapX * (columns - 1)) / columns;
  const height = (1 - gapY * (rows - 1)) / rows;
  return {
    columns,
    rows,
    panelWidth: width * plot.width,
    x: (i) => {
      const left = (i % columns) * (width + gapX);
      return [left, Math.min(1, left + width)];
    },
    y: (i) => {
      const top = 1 - Math.floor(i / columns) * (height + gapY);
      return [Math.max(0, top - height), top];
    },
  };
}

/** The axes of all panels: ticks everywhere, words only on the left and below. */
function panelAxes(x: Axis, y: Axis, grid: Grid, count: number): Partial<Layout> {
  const axes: Record<string, Partial<LayoutAxis>> = {};
  for (let i = 0; i < count; i++) {
    const suffix = i === 0 ? "" : String(i + 1);
    const lowest = i + grid.columns >= count;
    const leftmost = i % grid.columns === 0;
    axes[`xaxis${suffix}`] = {
      ...plotlyAxis(x, { title: lowest, labels: lowest }),
      domain: [...grid.x(i)],
      anchor: `y${suffix}` as "y",
      ...(i === 0 ? {} : { matches: "x" }),
    };
    axes[`yaxis${suffix}`] = {
      ...plotlyAxis(y, { title: leftmost, labels: leftmost }),
      domain: [...grid.y(i)],
      anchor: `x${suffix}` as "x",
      ...(i === 0 ? {} : { matches: "y" }),
    };
  }
  return axes;
}

interface PlacedPanels {
  readonly placed: readonly PlacedLabel[][];
  readonly labelsHeight: number;
  readonly shapes: Partial<Shape>[];
  readonly grid: Grid;
}

function withPanels(
  layout: Partial<Layout>,
  panels: PlacedPanels,
  inputs: readonly PanelOfMany[],
): Partial<Layout> {
  const notes = inputs.flatMap((panel, i): Partial<Annotations>[] => {
    const top = panels.grid.y(i)[1];
    const labels = labelAnnotations(panels.placed[i], { xref: axisNames(i).xref, top });
    const heading: Partial<Annotations> = {
      text: joinLines(wrap(panel.title, panels.grid.panelWidth, 12, true).slice(0, 1)),
      showarrow: false,
      xref: "paper",
      yref: "paper",
      x: panels.grid.x(i)[0],
      xanchor: "left",
      y: top,
      yanchor: "bottom",
      xshift: 0,
      yshift: 4 + panels.labelsHeight,
      borderpad: 0,
      font: { size: 12, color: INK.text, weight: "bold" },
    };
    return [heading, ...labels];
  });
  return {
    ...layout,
    annotations: [...(layout.annotations ?? []), ...notes],
    shapes: [...panels.shapes, ...(layout.shapes ?? [])],
  };
}
