/** Measures along a sweep: simulated points with interval bands, the model as a dashed line. */
import { DomainError, show, UsageError } from "../core/errors.ts";
import { type AxisInput, makeAxis, plotlyAxis, tickWidth } from "./axis.ts";
import {
  areaOf,
  baseLayout,
  CONFIG,
  checkInput,
  type Figure,
  type FigureText,
  labelAnnotations,
  placeLabels,
} from "./figure.ts";
import { type PanelInput, readLines, valuesOf } from "./series-input.ts";
import { legendTraces } from "./series-legend.ts";
import { drawPanel, type PointWord, styleLines } from "./series-traces.ts";

/** Lines over one quantity. All numbers in SI. */
export interface SeriesFigureInput extends FigureText, PanelInput {
  readonly x: AxisInput;
  readonly y: AxisInput;
  /** What the series differ in (`payload`): heading of the legend. */
  readonly seriesName?: string;
  /** Percent of the intervals; 95 unless given. */
  readonly level?: number;
  /** What the legend calls the points: `simulated` unless given. */
  readonly points?: PointWord;
}

const KEYS = ["x", "y", "series", "seriesName", "level", "points", "knees", "target"];

/**
 * A figure of lines: each series a colour, a symbol and (its model) a dash pattern; intervals as bands; places where
 * the model is unstable shaded, with its reason; knees as vertical lines; a target as a horizontal one.
 *
 * @param input points in SI units; the axes choose ms, KiB, Mbit/s by themselves
 * @throws DomainError for empty series, numbers that are not finite, intervals that do not hold their estimate, and
 * values <= 0 on a log axis; UsageError for unknown options
 * @example
 * seriesFigure({ title: "Latency doubles at half load", x: { name: "utilisation" }, y: { name: "latency", dimension: "time" }, series: [{ model: [{ x: 0, y: 0.001 }, { x: 0.5, y: 0.002 }] }] }).layout.yaxis.title.text; // => "latency [ms]"
 */
export function seriesFigure(input: SeriesFigureInput): Figure {
  const where = "seriesFigure";
  checkInput(where, input, KEYS);
  const level = checkLevel(where, input.level);
  const points = checkPoints(where, input.points);
  const lines = readLines(where, input);
  const { xs, ys } = valuesOf([{ lines, input }], input.y);
  const x = makeAxis(`${where}: x`, input.x, xs);
  const y = makeAxis(`${where}: y`, input.y, ys, { fromZero: true });
  const styling = styleLines(where, lines);
  const axes = { x, y, xref: "x", yref: "y", domain: [0, 1] as const, level, points };
  const panel = drawPanel(lines, input, axes, styling);
  const data = [
    ...legendTraces(lines, styling, { series: input.seriesName ?? "", level, points }),
    ...panel.data,
  ];
  const needs = { tickWidth: tickWidth(y, 12), labels: panel.labels };
  const area = areaOf(input, data, needs);
  const layout = baseLayout(input, data, area, needs);
  const placed = placeLabels(panel.labels, area.width - area.left - area.right);
  return {
    data,
    layout: {
      ...layout,
      xaxis: plotlyAxis(x),
      yaxis: plotlyAxis(y),
      annotations: [...(layout.annotations ?? []), ...labelAnnotations(placed, { xref: "x", top: 1 })],
      shapes: [...panel.shapes, ...(layout.shapes ?? [])],
    },
    config: CONFIG,
  };
}

/** What the points are called. */
export function checkPoints(where: string, points: PointWord = "simulated"): PointWord {
  if (points !== "simulated" && points !== "measured")
    throw new UsageError(`${where}: points must be simulated or measured, got ${show(points)}`);
  return points;
}

/** The level of the intervals in percent. */
export function checkLevel(where: string, level = 95): number {
  if (!(level > 0 && level < 100))
    throw new DomainError(`${where}: level must be a percentage between 0 and 100, got ${show(level)}`);
  return level;
}
