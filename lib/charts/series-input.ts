/** What series figures are made of: simulated points with intervals, and a model's points. */
import { DomainError, refuseUnknown, show } from "../core/errors.ts";
import type { AxisInput } from "./axis.ts";
import { filled, finite, interval } from "./checks.ts";

/** A simulated value at one point of the sweep, in SI, with its interval; an infinite end is drawn to the edge. */
export interface EstimatePoint {
  readonly x: number;
  readonly y: number;
  readonly low?: number;
  readonly high?: number;
}

/** A model's prediction at one point, in SI, or why there is none: `{ x, unstable: "utilisation 1.20" }`. */
export type ModelPoint =
  | { readonly x: number; readonly y: number }
  | { readonly x: number; readonly unstable: string };

/** One line of a figure: simulated points, a model's points, or both. */
export interface SeriesInput {
  /** Which series (`1 MiB`); lines of one series share a colour. */
  readonly series?: string;
  /** Which measure of the series (`p50`, `p99`); the measures of one series differ in their symbols' filling. */
  readonly measure?: string;
  readonly simulated?: readonly EstimatePoint[];
  readonly model?: readonly ModelPoint[];
  /** What the legend calls the model beside the simulated points where there are others; `model` unless given. */
  readonly modelName?: string;
}

/** A vertical line: the highest load that still meets a target. */
export interface KneeInput {
  readonly x: number;
  /** `knee` unless given; the value is added. */
  readonly label?: string;
}

/** A horizontal line: a latency target. */
export interface TargetInput {
  readonly y: number;
  /** `target` unless given; the value is added. */
  readonly label?: string;
}

/** What one panel shows. */
export interface PanelInput {
  readonly series: readonly SeriesInput[];
  readonly knees?: readonly KneeInput[];
  readonly target?: TargetInput;
}

/** A line, checked and in the order of x. */
export interface SeriesLine {
  readonly series: string;
  readonly measure: string;
  readonly simulated: readonly EstimatePoint[];
  readonly model: readonly ModelPoint[];
  readonly modelName: string;
}

const SERIES_KEYS = ["series", "measure", "simulated", "model", "modelName"];

/** Checks the lines of a panel. */
export function readLines(where: string, panel: PanelInput): SeriesLine[] {
  const lines = filled(where, "series", panel.series, "series").map((input, i) =>
    readLine(where, `series[${i}]`, input),
  );
  const seen = new Set<string>();
  for (const { series, measure } of lines) {
    const name = JSON.stringify([series, measure]);
    if (seen.has(name))
      throw new DomainError(
        `${where}: each series and measure must occur once, got ${show([series, measure])} twice`,
      );
    seen.add(name);
  }
  for (const [i, knee] of (panel.knees ?? []).entries()) finite(where, `knees[${i}].x`, knee.x);
  if (panel.target !== undefined) finite(where, "target.y", panel.target.y);
  return lines;
}

function readLine(where: string, name: string, input: SeriesInput): SeriesLine {
  if (input === null || typeof input !== "object")
    throw new DomainError(`${where}: ${name} must be { series, simulated, model }, got ${show(input)}`);
  refuseUnknown(where, `option of ${name}`, Object.keys(input), SERIES_KEYS);
  const { series = "", measure = "", simulated = [], model = [], modelName = "" } = input;
  if (simulated.length + model.length === 0)
    throw new DomainError(`${where}: ${name} must hold at least one simulated or model point, got none`);
  for (const [i, point] of simulated.entries()) {
    finite(where, `${name}.simulated[${i}].x`, point.x);
    finite(where, `${name}.simulated[${i}].y`, point.y);
    interval(where, `${name}.simulated[${i}]`, point.y, point);
  }
  for (const [i, point] of model.entries()) {
    finite(where, `${name}.model[${i}].x`, point.x);
    if ("unstable" in point) {
      if (typeof point.unstable !== "string" || point.unstable === "")
        throw new DomainError(
          `${where}: ${name}.model[${i}].unstable must say why, got ${show(point.unstable)}`,
        );
    } else finite(where, `${name}.model[${i}].y`, point.y);
  }
  return {
    series,
    measure,
    simulated: [...simulated].sort((a, b) => a.x - b.x),
    model: [...model].sort((a, b) => a.x - b.x),
    modelName,
  };
}

/** Everything that the axes of some panels must show, in SI. */
export function valuesOf(
  panels: readonly { lines: readonly SeriesLine[]; input: PanelInput }[],
  y: AxisInput,
) {
  const [xs, ys]: [number[], number[]] = [[], []];
  for (const { lines, input } of panels) {
    for (const { simulated, model } of lines) {
      xs.push(...simulated.map((p) => p.x), ...model.map((p) => p.x));
      for (const point of simulated) ys.push(point.y, ...endsToShow(point, y));
      for (const point of model) if (!("unstable" in point)) ys.push(point.y);
    }
    for (const knee of input.knees ?? []) xs.push(knee.x);
    if (input.target !== undefined) ys.push(input.target.y);
  }
  return { xs, ys };
}

/** Interval ends that the axis makes room for: not infinite ones, and on a log axis none a decade away. */
function endsToShow({ y: value, low, high }: EstimatePoint, y: AxisInput): number[] {
  const ends = [low, high].filter((end): end is number => end !== undefined && Number.isFinite(end));
  return y.scale === "log" ? ends.filter((end) => end >= value / 10 && end <= value * 10) : ends;
}
