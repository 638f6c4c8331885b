/** Distribution functions: the empirical one as a staircase, a model's as a dashed line. */
import type { Dash, Data } from "plotly.js";
import { DomainError, refuseUnknown, show, UsageError } from "../core/errors.ts";
import { type Axis, type AxisInput, makeAxis, plotlyAxis, tickWidth } from "./axis.ts";
import { filled, finite } from "./checks.ts";
import { withOpacity } from "./colour.ts";
import {
  areaOf,
  baseLayout,
  CONFIG,
  checkInput,
  type Figure,
  type FigureText,
  legendName,
} from "./figure.ts";
import { INK, type SeriesStyle, seriesStyles } from "./palette.ts";
import { checkLevel } from "./series-figure.ts";
import { escapeText } from "./text.ts";

/** A point of a distribution function: P(X <= x) = p. */
export interface ProbabilityPoint {
  readonly x: number;
  readonly p: number;
}

/** One distribution: samples, a model's function, or both. SI units. */
export interface CdfSeries {
  readonly name: string;
  readonly samples?: ArrayLike<number>;
  readonly model?: readonly ProbabilityPoint[];
}

/** Distributions of one quantity. */
export interface CdfFigureInput extends FigureText {
  readonly x: AxisInput;
  readonly series: readonly CdfSeries[];
  /** Draw P(X > x) on a log axis instead of P(X <= x): shows the tail. */
  readonly complementary?: boolean;
  /**
   * Percent of a confidence band about each staircase, by the inequality of Dvoretzky, Kiefer and Wolfowitz with
   * Massart's constant (Ann. Prob. 18(3), 1990). It holds for independent samples only: one run's consecutive
   * latencies are not.
   */
  readonly band?: number;
}

const KEYS = ["x", "series", "complementary", "band"];
/** Points kept of a long staircase: enough for a page, and more in the tail. */
const KEPT = 400;

type Point = readonly [number, number];

/**
 * A figure of distribution functions.
 *
 * @param input samples in SI; at most 8 series
 * @throws DomainError for no series, empty samples, values not finite, probabilities outside 0 to 1
 * @example
 * cdfFigure({ title: "Half within 1 ms", x: { name: "latency", dimension: "time" }, series: [{ name: "run", samples: [0.001, 0.002] }] }).layout.xaxis.title.text; // => "latency [ms]"
 */
export function cdfFigure(input: CdfFigureInput): Figure {
  const where = "cdfFigure";
  checkInput(where, input, KEYS);
  if (input.band !== undefined) checkLevel(`${where}: band`, input.band);
  const series = filled(where, "series", input.series, "distribution").map((s, i) =>
    readSeries(where, i, s, input),
  );
  const xs = series.flatMap((s) => [...s.stairs, ...s.model].map(([x]) => x));
  const ps = series.flatMap((s) => [...s.stairs, ...s.model].map(([, p]) => p));
  const x = makeAxis(`${where}: x`, input.x, xs);
  const y = probabilityAxis(where, input, ps);
  const styles = seriesStyles(series.length, where);
  const data: Data[] = [
    ...series.flatMap((s, i) => bandTrace(s, x, y, styles[i])),
    ...series.flatMap((s, i) => lineTraces(s, x, styles[i], y)),
    ...meaningKeys(series, input.band),
  ];
  const needs = { tickWidth: tickWidth(y, 12) };
  const area = areaOf(input, data, needs);
  return {
    data,
    layout: { ...baseLayout(input, data, area, needs), xaxis: plotlyAxis(x), yaxis: plotlyAxis(y) },
    config: CONFIG,
  };
}

interface Distribution {
  readonly name: string;
  readonly stairs: readonly Point[];
  readonly model: readonly Point[];
  readonly low: readonly Point[];
  readonly high: readonly Point[];
}

function readSeries(where: string, index: number, series: CdfSeries, input: CdfFigureInput): Distribution {
  const at = `series[${index}]`;
  refuseUnknown(where, `option of ${at}`, Object.keys(series), ["name", "samples", "model"]);
  const complementary = input.complementary ?? false;
  if (typeof series.name !== "string" || series.name === "")
    throw new DomainError(`${where}: ${at}.name must name the distribution, got ${show(series.name)}`);
  if (series.samples === undefined && series.model === undefined)
    throw new UsageError(`${where}: ${at} must have samples, a model or both, got neither`);
  const keep = (points: readonly Point[]) =>
    complementary ? points.map(([x, p]) => [x, 1 - p] as const).filter(([, p]) => p > 0) : points;
  const model = (series.model ?? []).map(({ x, p }, i) => {
    finite(where, `${at}.model[${i}].x`, x);
    if (!(p >= 0 && p <= 1))
      throw new DomainError(`${where}: ${at}.model[${i}].p must be a probability, 0 to 1, got ${show(p)}`);
    return [x, p] as const;
  });
  if (series.samples === undefined)
    return { name: series.name, stairs: [], model: keep(model), low: [], high: [] };
  const steps = empirical(where, at, series.samples);
  const reach = input.band === undefined ? 0 : massart(series.samples.length, input.band);
  const shifted = (by: number) =>
    staircase(steps).map(([x, p]) => [x, Math.min(1, Math.max(0, p + by))] as const);
  return {
    name: series.name,
    stairs: keep(staircase(steps)),
    model: keep(model),
    low: reach === 0 ? [] : shifted(-reach),
    high: reach === 0 ? [] : shifted(reach),
  };
}

/** Half the width of the band: sqrt(ln(2/alpha) / 2n), Massart 1990. */
function massart(count: number, percent: number): number {
  return Math.sqrt(Math.log(2 / (1 - percent / 100)) / (2 * count));
}

/** Steps of the empirical function: at each kept sample the share of samples up to it. */
function empirical(where: string, at: string, samples: ArrayLike<number>): Point[] {
  if (samples.length === 0)
    throw new DomainError(`${where}: ${at}.samples must hold at least one sample, got []`);
  for (let i = 0; i < samples.length; i++) finite(where, `${at}.samples[${i}]`, samples[i]);
  const sorted = Float64Array.from(samples).sort((a, b) => a - b);
  const n = sorted.length;
  const ranks = new Set<number>([0, n - 1]);
  if (n <= KEPT) for (let i = 0; i < n; i++) ranks.add(i);
  else {
    const half = KEPT / 2;
    for (let k = 0; k <= half; k++) ranks.add(Math.round(((n - 1) * k) / half));
    // The upper tail on a log scale: 1 - p from 1 down to 1/n.
    for (let k = 0; k <= half; k++) ranks.add(n - Math.max(1, Math.round(n ** (1 - k / half))));
  }
  return [...ranks].sort((a, b) => a - b).map((i) => [sorted[i], (i + 1) / n] as const);
}

/** Corners of a staircase that is 0 before its first step. */
function staircase(steps: readonly Point[]): Point[] {
  let before = 0;
  return steps.flatMap(([x, p]) => {
    const corners: Point[] = [
      [x, before],
      [x, p],
    ];
    before = p;
    return corners;
  });
}

function probabilityAxis(where: string, input: CdfFigureInput, ps: readonly number[]): Axis {
  const name = input.complementary ? `share with a greater ${input.x.name}` : "cumulative probability";
  if (!input.complementary) return makeAxis(`${where}: y`, { name, range: [0, 1.02] }, [0, 0.5, 1]);
  const least = Math.min(0.1, ...ps.filter((p) => p > 0));
  return makeAxis(`${where}: y`, { name, scale: "log", range: [least / 1.3, 1.3] }, [least, 1]);
}

function lineTraces(series: Distribution, x: Axis, style: SeriesStyle, y: Axis): Data[] {
  const trace = (points: readonly Point[], what: string, parts: Partial<Data>): Data =>
    ({
      type: "scatter",
      mode: "lines",
      x: points.map(([at]) => at / x.factor),
      y: points.map(([, p]) => p),
      xaxis: "x",
      yaxis: "y",
      legendgroup: series.name,
      name: escapeText(`${series.name} · ${what}`),
      showlegend: false,
      // A template, not a text a point: staircases have many points.
      hovertemplate: `${escapeText(`${series.name} · ${what}`)}<br>${escapeText(x.name)} %{x:.4~g} ${escapeText(x.unit)}<br>${escapeText(y.name)} %{y:.4~g}<extra></extra>`,
      ...parts,
    }) as Data;
  const dashed = { color: style.color, width: 2, dash: style.dash as Dash };
  const name = legendName(series.name);
  const both = series.stairs.length > 0;
  return [
    ...(both
      ? [
          trace(series.stairs, "simulated", {
            name,
            showlegend: true,
            line: { color: style.color, width: 2 },
          }),
        ]
      : []),
    ...(series.model.length > 0
      ? [trace(series.model, "model", both ? { line: dashed } : { name, showlegend: true, line: dashed })]
      : []),
  ];
}

function bandTrace(series: Distribution, x: Axis, y: Axis, style: SeriesStyle): Data[] {
  if (series.low.length === 0) return [];
  const outline = [...series.high, ...series.low.slice().reverse()];
  const cut = (p: number) => Math.min(y.range[1], Math.max(y.range[0], p));
  const shown = y.log ? outline.map(([at, p]) => [at, 1 - p] as const) : outline;
  return [
    {
      type: "scatter",
      mode: "lines",
      x: shown.map(([at]) => at / x.factor),
      y: shown.map(([, p]) => cut(p)),
      xaxis: "x",
      yaxis: "y",
      name: escapeText(`${series.name} · band`),
      legendgroup: series.name,
      showlegend: false,
      hoverinfo: "skip",
      fill: "toself",
      fillcolor: withOpacity(style.color, 0.18),
      line: { width: 0, color: style.color },
    },
  ];
}

/** What line and dash mean, where both occur. */
function meaningKeys(series: readonly Distribution[], band: number | undefined): Data[] {
  const key = (name: string, parts: Partial<Data>): Data =>
    ({
      type: "scatter",
      mode: "lines",
      x: [null],
      y: [null],
      name,
      legendgroup: `key ${name}`,
      showlegend: true,
      hoverinfo: "skip",
      ...parts,
    }) as Data;
  const keys: Data[] = [];
  if (series.some((s) => s.stairs.length > 0))
    keys.push(key("simulated", { line: { color: INK.muted, width: 2 } }));
  if (band !== undefined && series.some((s) => s.low.length > 0))
    keys.push(
      key(`${band} % band`, {
        fill: "toself",
        fillcolor: withOpacity(INK.muted, 0.25),
        line: { width: 0, color: INK.muted },
      }),
    );
  if (series.some((s) => s.model.length > 0))
    keys.push(key("model", { line: { color: INK.muted, width: 2, dash: "7px,4px" as Dash } }));
  return keys;
}
