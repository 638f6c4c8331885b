/** How good a model is, point by point: predicted against simulated, or the relative error of each point. */
import type { Data } from "plotly.js";
import { DomainError, refuseUnknown, show, UsageError } from "../core/errors.ts";
import { type Axis, type AxisInput, makeAxis, plotlyAxis, tickWidth, valueText, withTicks } from "./axis.ts";
import { filled, finite, interval } from "./checks.ts";
import { withOpacity } from "./colour.ts";
import { areaOf, baseLayout, CONFIG, checkInput, type Figure, type FigureText } from "./figure.ts";
import { errorText } from "./heatmap-scale.ts";
import { INK, VERDICT_STYLE } from "./palette.ts";
import { escapeText } from "./text.ts";

/** One point of a sweep: simulated, predicted, judged. SI units. */
export interface ComparisonPoint {
  /** Which point: `1 MiB, 1000/s`. */
  readonly label: string;
  readonly simulated: number;
  readonly low?: number;
  readonly high?: number;
  readonly predicted: number;
  readonly verdict: "agrees" | "differs" | "undecided";
}

/** Points of one measure against one model. */
export interface ComparisonFigureInput extends FigureText {
  /** The measure: `commit latency`, a time. */
  readonly quantity: AxisInput;
  readonly points: readonly ComparisonPoint[];
  /** The tolerance stated before the run, relative to the prediction: 0.05. */
  readonly tolerance: number;
  /** `scatter`: simulated over predicted. `error`: the relative error of each point, named. */
  readonly view?: "scatter" | "error";
}

const KEYS = ["quantity", "points", "tolerance", "view"];
const POINT_KEYS = ["label", "simulated", "low", "high", "predicted", "verdict"];
const VERDICTS = ["agrees", "differs", "undecided"] as const;
const MOST_NAMED = 60;

/**
 * A figure of agreement: the identity (or zero) line, the band of tolerance about it, and every point with its
 * interval; verdicts by symbol and colour, counted in the legend.
 *
 * @param input values in SI
 * @throws DomainError for no points, values not finite, an interval that does not hold its value, a tolerance < 0, a
 * prediction of 0 where relative errors are drawn; UsageError for unknown verdicts
 * @example
 * comparisonFigure({ title: "T", quantity: { name: "latency", dimension: "time" }, points: [{ label: "a", simulated: 0.011, predicted: 0.01, verdict: "differs" }], tolerance: 0.05 }).layout.xaxis.title.text; // => "predicted latency [ms]"
 */
export function comparisonFigure(input: ComparisonFigureInput): Figure {
  const where = "comparisonFigure";
  checkInput(where, input, KEYS);
  const points = filled(where, "points", input.points, "point");
  for (const [i, point] of points.entries()) checkPoint(where, `points[${i}]`, point);
  if (!(input.tolerance >= 0) || !Number.isFinite(input.tolerance))
    throw new DomainError(`${where}: tolerance must be finite and >= 0, got ${show(input.tolerance)}`);
  const view = input.view ?? "scatter";
  if (view === "scatter") return scatterView(where, input);
  if (view === "error") return errorView(where, input);
  throw new UsageError(`${where}: view must be scatter or error, got ${show(view)}`);
}

function checkPoint(where: string, at: string, point: ComparisonPoint): void {
  refuseUnknown(where, `option of ${at}`, Object.keys(point), POINT_KEYS);
  finite(where, `${at}.simulated`, point.simulated);
  finite(where, `${at}.predicted`, point.predicted);
  interval(where, at, point.simulated, point);
  if (!VERDICTS.includes(point.verdict))
    throw new UsageError(
      `${where}: ${at}.verdict must be ${VERDICTS.join(", ")}, got ${show(point.verdict)}`,
    );
}

/** The ends of a point's interval, or the point itself. */
function ends(point: ComparisonPoint): [number, number] {
  return [point.low ?? point.simulated, point.high ?? point.simulated];
}

function hover(point: ComparisonPoint, axis: Axis): string {
  const [low, high] = ends(point);
  const band = low === high ? "no interval" : `interval ${valueText(axis, low)} to ${valueText(axis, high)}`;
  const error = point.predicted === 0 ? "" : errorText(point.simulated / point.predicted - 1);
  return [
    `${point.label} · ${point.verdict}`,
    `simulated ${valueText(axis, point.simulated)}, ${band}`,
    `predicted ${valueText(axis, point.predicted)}`,
    ...(error === "" ? [] : [`error ${error}`]),
  ]
    .map(escapeText)
    .join("<br>");
}

/** The intervals of points as bars, in the coordinates given. */
function intervalBars(
  strokes: readonly (readonly [number, number, number, number])[],
  color: string,
): Data[] {
  if (strokes.length === 0) return [];
  return [
    {
      type: "scatter",
      mode: "lines",
      name: "interval",
      x: strokes.flatMap(([x0, , x1]) => [x0, x1, null]),
      y: strokes.flatMap(([, y0, , y1]) => [y0, y1, null]),
      xaxis: "x",
      yaxis: "y",
      showlegend: false,
      hoverinfo: "skip",
      line: { color, width: 1.5 },
    },
  ];
}

/** One trace a verdict, with how many points have it. */
function verdictTraces(
  points: readonly ComparisonPoint[],
  axis: Axis,
  place: (point: ComparisonPoint, i: number) => readonly [number, number],
  stroke: (point: ComparisonPoint, i: number) => readonly [number, number, number, number],
): Data[] {
  return VERDICTS.flatMap((verdict): Data[] => {
    const own = points.map((point, i) => ({ point, i })).filter(({ point }) => point.verdict === verdict);
    if (own.length === 0) return [];
    const { color, symbol } = VERDICT_STYLE[verdict];
    const at = own.map(({ point, i }) => place(point, i));
    const strokes = own
      .filter(({ point }) => point.low !== undefined)
      .map(({ point, i }) => stroke(point, i));
    return [
      ...intervalBars(strokes, color),
      {
        type: "scatter",
        mode: "markers",
        name: `${verdict} (${own.length})`,
        x: at.map(([x]) => x),
        y: at.map(([, y]) => y),
        xaxis: "x",
        yaxis: "y",
        legendgroup: verdict,
        showlegend: true,
        marker: {
          symbol,
          size: 9,
          color,
          line: {
            width: symbol.includes("open") ? 1.8 : 0.8,
            color: symbol === "circle" ? "#ffffff" : color,
          },
        },
        text: own.map(({ point }) => hover(point, axis)),
        hoverinfo: "text",
      },
    ];
  });
}

function line(name: string, xs: readonly number[], ys: readonly number[], parts: Partial<Data>): Data {
  return {
    type: "scatter",
    mode: "lines",
    name,
    x: [...xs],
    y: [...ys],
    xaxis: "x",
    yaxis: "y",
    legendgroup: name,
    showlegend: true,
    hoverinfo: "skip",
    ...parts,
  } as Data;
}

function toleranceName(tolerance: number): string {
  return `tolerance ±${Number((100 * tolerance).toPrecision(3))} %`;
}

const BAND = {
  fill: "toself",
  fillcolor: withOpacity(INK.muted, 0.2),
  line: { width: 0, color: INK.muted },
} as const;

function scatterView(where: string, input: ComparisonFigureInput): Figure {
  const { points, tolerance, quantity } = input;
  const log = quantity.scale === "log";
  const values = points.flatMap((point) => [point.simulated, point.predicted]);
  const far = points.flatMap(ends).filter((end) => Number.isFinite(end) && (!log || end > 0));
  const axis = makeAxis(`${where}: quantity`, quantity, [...values, ...far], { fromZero: true });
  const x = { ...axis, title: axis.title.replace(axis.name, `predicted ${axis.name}`) };
  const y = { ...axis, title: axis.title.replace(axis.name, `simulated ${axis.name}`) };
  const [low, high] = axis.range;
  const cut = (v: number) => Math.min(high, Math.max(low, v));
  const unit = (v: number) => v / axis.factor;
  const band = bandCorners(low, high, tolerance);
  const data: Data[] = [
    ...(tolerance > 0 ? [line(toleranceName(tolerance), band.x, band.y, BAND)] : []),
    line("predicted = simulated", [low, high], [low, high], {
      line: { color: INK.text, width: 1.2, dash: "dash" },
    }),
    ...verdictTraces(
      points,
      axis,
      (p) => [unit(p.predicted), unit(p.simulated)],
      (p) => [unit(p.predicted), cut(unit(ends(p)[0])), unit(p.predicted), cut(unit(ends(p)[1]))],
    ),
  ];
  const text = { ...input, width: input.width ?? 700, height: input.height ?? 560 };
  const needs = { tickWidth: tickWidth(axis, 12) };
  const area = areaOf(text, data, needs);
  return {
    data,
    layout: { ...baseLayout(text, data, area, needs), xaxis: plotlyAxis(x), yaxis: plotlyAxis(y) },
    config: CONFIG,
  };
}

/** Corners of simulated = predicted (1 ± tolerance) inside the square of the axes. */
function bandCorners(low: number, high: number, tolerance: number): { x: number[]; y: number[] } {
  const up = 1 + tolerance;
  const down = Math.max(0, 1 - tolerance);
  // Every edge is cut where it leaves the square, so nothing has to be clipped.
  const upper: [number, number][] = [
    [low, Math.min(high, Math.max(low, low * up))],
    [high / up, high],
    [high, high],
  ];
  const lower: [number, number][] =
    down > 0 && low / down < high
      ? [
          [high, high * down],
          [Math.max(low, low / down), Math.max(low, low / down) * down],
          [low, low],
        ]
      : [
          [high, low],
          [low, low],
        ];
  const corners = [...upper, ...lower];
  return { x: corners.map(([x]) => x), y: corners.map(([, y]) => y) };
}

function errorView(where: string, input: ComparisonFigureInput): Figure {
  const { points, tolerance } = input;
  if (points.length > MOST_NAMED)
    throw new DomainError(
      `${where}: points must be at most ${MOST_NAMED} to be named one by one (use view scatter), got ${points.length}`,
    );
  for (const [i, point] of points.entries())
    if (point.predicted === 0)
      throw new DomainError(
        `${where}: points[${i}].predicted must not be 0 where relative errors are drawn, got 0`,
      );
  const error = (point: ComparisonPoint, v: number) => (v - point.predicted) / Math.abs(point.predicted);
  const errors = points.flatMap((p) => [
    error(p, p.simulated),
    ...ends(p)
      .filter(Number.isFinite)
      .map((end) => error(p, end)),
  ]);
  const x = makeAxis(
    `${where}: error`,
    { name: "relative error (simulated − predicted)/predicted", unit: "%" },
    [...errors, tolerance, -tolerance, 0],
  );
  const cut = (v: number) => Math.min(x.range[1], Math.max(x.range[0], v));
  const row = (i: number) => points.length - 1 - i;
  const rows = makeAxis(`${where}: points`, { name: "point", range: [-0.6, points.length - 0.4] }, [0]);
  const y = {
    ...withTicks(
      rows,
      points.map((point, i) => ({ at: row(i), text: point.label })),
    ),
    title: "",
  };
  const quantity = makeAxis(
    `${where}: quantity`,
    { ...input.quantity, scale: "linear" },
    points.map((p) => p.simulated),
  );
  const [bottom, top] = y.range;
  const reach = tolerance * 100;
  const data: Data[] = [
    ...(tolerance > 0
      ? [line(toleranceName(tolerance), [-reach, reach, reach, -reach], [bottom, bottom, top, top], BAND)]
      : []),
    line("predicted = simulated", [0, 0], [bottom, top], {
      line: { color: INK.text, width: 1.2, dash: "dash" },
    }),
    ...verdictTraces(
      points,
      quantity,
      (p, i) => [100 * error(p, p.simulated), row(i)],
      (p, i) => [cut(100 * error(p, ends(p)[0])), row(i), cut(100 * error(p, ends(p)[1])), row(i)],
    ),
  ];
  const text = { ...input, height: input.height ?? 200 + 22 * points.length };
  const needs = { tickWidth: tickWidth(y, 12) - 26 };
  const area = areaOf(text, data, needs);
  return {
    data,
    layout: {
      ...baseLayout(text, data, area, needs),
      xaxis: plotlyAxis(x),
      yaxis: plotlyAxis(y, { title: false }),
    },
    config: CONFIG,
  };
}
