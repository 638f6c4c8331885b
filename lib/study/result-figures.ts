/** The figures of a result: rows put into the forms that the chart builders take. */
import type { Figure } from "../charts/figure.ts";
import { seriesFigure } from "../charts/series-figure.ts";
import type {
  EstimatePoint,
  KneeInput,
  ModelPoint,
  SeriesInput,
  TargetInput,
} from "../charts/series-input.ts";
import { refuseUnknown, UsageError } from "../core/errors.ts";
import {
  type FigureWords,
  type FixedValues,
  fixedText,
  requireDistinct,
  requireNumbers,
  requireParameter,
  rowsAt,
  scaleOf,
  valueText,
  WORD_KEYS,
  wordsOf,
} from "./figure-words.ts";
import { MEASURES, type MeasureReference, readMeasure, referenceText } from "./measures.ts";
import type { StudyResult } from "./result.ts";
import { parameterNames, simulatedAt, simulatedOrTransient } from "./result-tables.ts";
import type { StudyRow } from "./row.ts";

export type { AttributionPlotOptions, ComparisonPlotOptions, ErrorMapOptions } from "./comparison-figures.ts";

/** A measure along a swept parameter. */
export interface PlotOptions extends FigureWords {
  /** The swept parameter along the axis. */
  readonly x: string;
  /** The measure: `commitLatency`, `throughput`. Default: the run's. */
  readonly y?: string;
  /** The swept parameter that makes the series; default: the only other one. */
  readonly series?: string;
  /** Values of the parameters that are neither x nor series. */
  readonly at?: FixedValues;
  /** Lines for these quantiles, `p50` and `p99`, and `mean`; default the mean. */
  readonly quantiles?: readonly string[];
  readonly xScale?: "linear" | "log";
  readonly yScale?: "linear" | "log";
  readonly knees?: readonly KneeInput[];
  readonly target?: TargetInput;
  /** false: no model lines. */
  readonly models?: boolean;
  /** true: also draws, under a warning, what runs without a steady state showed; it depends on their length. */
  readonly transient?: boolean;
}

const PLOT_KEYS = [
  "x",
  "y",
  "series",
  "at",
  "quantiles",
  "xScale",
  "yScale",
  "knees",
  "target",
  "models",
  "transient",
];

/** A measure along a swept parameter: estimates with bands, models as dashed lines, unstable regions marked. */
export function plot(result: StudyResult, options: PlotOptions): Figure {
  const where = "study: plot";
  if (options === null || typeof options !== "object") throw new UsageError(`${where} needs { x, y }`);
  refuseUnknown(where, "option", Object.getOwnPropertyNames(options), [...PLOT_KEYS, ...WORD_KEYS]);
  const rows = rowsAt(where, result, options.at);
  const x = requireNumbers(where, rows, options.x);
  const series = seriesName(where, rows, x, options);
  requireDistinct(where, rows, series === null ? [x] : [x, series]);
  const base = readMeasure(where, options.y ?? referenceText({ ...result.mainMeasure, statistic: "mean" }));
  const statistics = options.quantiles ?? [base.statistic];
  const references = statistics.map((statistic) => readMeasure(where, `${base.measure}.${statistic}`));
  const groups = series === null ? [rows] : distinct(rows, series);
  const transient = options.transient ?? false;
  const lines = groups.flatMap((group) =>
    references.flatMap((reference) => {
      const name = series === null ? "" : valueText(result, series, group[0].point[series]);
      const measure = references.length > 1 ? reference.statistic : "";
      return linesOf(result, group, {
        x,
        name,
        measure,
        reference,
        models: options.models ?? true,
        transient,
      });
    }),
  );
  const drawn = lines.filter((line) => (line.simulated?.length ?? 0) + (line.model?.length ?? 0) > 0);
  if (drawn.length === 0)
    throw new UsageError(`${where}: ${referenceText(references[0])} must be known at some point, got none`);
  const info = MEASURES[base.measure];
  const xs = rows.map((row) => row.point[x] as number);
  const level = Number((100 * result.facts.settings.level).toPrecision(6));
  return seriesFigure({
    ...wordsOf(
      result,
      options,
      `${result.study.title}: ${info.title}`,
      fixedText(result, rows, [x, series]),
      {
        notes: unsteadyNotes(rows, transient),
        warning:
          transient && rows.some((row) => row.state !== "steady")
            ? ["points without a steady state are shown: their height depends on the length of the run"]
            : [],
      },
    ),
    x: { name: x, dimension: result.study.unitOf(x), scale: options.xScale ?? scaleOf(xs) },
    y: { name: info.title, dimension: info.dimension, scale: options.yScale ?? scaleOf(heights(drawn)) },
    series: drawn,
    ...(series === null ? {} : { seriesName: series }),
    level,
    ...(options.knees === undefined ? {} : { knees: options.knees }),
    ...(options.target === undefined ? {} : { target: options.target }),
  });
}

function seriesName(
  where: string,
  rows: readonly StudyRow[],
  x: string,
  options: PlotOptions,
): string | null {
  if (options.series !== undefined) return requireParameter(where, rows, options.series);
  const varying = parameterNames(rows).filter(
    (name) => name !== x && new Set(rows.map((row) => row.point[name])).size > 1,
  );
  return varying.length === 1 ? varying[0] : null;
}

function distinct(rows: readonly StudyRow[], name: string): StudyRow[][] {
  const values = [...new Set(rows.map((row) => row.point[name]))];
  return values.map((value) => rows.filter((row) => row.point[name] === value));
}

/** Which points have no steady state, counted by state. */
function unsteadyNotes(rows: readonly StudyRow[], shown: boolean): string[] {
  const odd = rows.filter((row) => row.state !== "steady");
  if (odd.length === 0) return [];
  const states = [...new Set(odd.map((row) => row.state))].map(
    (state) => `${odd.filter((row) => row.state === state).length} ${state}`,
  );
  return [
    `Simulated without a steady state${shown ? "" : ", and not shown"}: ${states.join(", ")} of ${rows.length} points`,
  ];
}

function heights(lines: readonly SeriesInput[]): number[] {
  return lines.flatMap((line) => [
    ...(line.simulated ?? []).map((p) => p.y),
    ...(line.model ?? []).flatMap((p) => ("y" in p ? [p.y] : [])),
  ]);
}

interface LineRequest {
  readonly x: string;
  readonly name: string;
  readonly measure: string;
  readonly reference: MeasureReference;
  readonly models: boolean;
  readonly transient: boolean;
}

/** The simulated line with the first model beside it, then a line for each further model. */
function linesOf(result: StudyResult, rows: readonly StudyRow[], request: LineRequest): SeriesInput[] {
  const { x, name, measure, reference, transient } = request;
  const simulated = rows.flatMap((row): EstimatePoint[] => {
    const estimate = transient ? simulatedOrTransient(row, reference) : simulatedAt(row, reference);
    if (estimate === undefined) return [];
    return [{ x: row.point[x] as number, y: estimate.mean, low: estimate.low, high: estimate.high }];
  });
  const wanted = referenceText(reference);
  const specs = request.models
    ? result.study.compared.filter((spec) => spec.map.some((m) => referenceText(m.reference) === wanted))
    : [];
  const models = specs.map((spec) => ({
    id: spec.model.id,
    points: modelPoints(rows, x, spec.model.id, wanted),
  }));
  const [first, ...others] = models;
  const head = { series: name, measure };
  return [
    {
      ...head,
      simulated,
      ...(first === undefined ? {} : { model: first.points }),
      ...(others.length === 0 ? {} : { modelName: first.id }),
    },
    ...others.map(({ id, points }) => ({
      series: name,
      measure: [measure, id].filter((t) => t !== "").join(" "),
      model: points,
    })),
  ];
}

function modelPoints(rows: readonly StudyRow[], x: string, model: string, measure: string): ModelPoint[] {
  return rows.flatMap((row): ModelPoint[] => {
    const at = row.point[x] as number;
    const comparison = row.comparisons.find((c) => c.model === model && c.measure === measure);
    if (comparison === undefined) return [];
    if (comparison.unstable !== null)
      return [{ x: at, unstable: comparison.unstable.replace(/^unstable: /, "") }];
    return comparison.prediction === null ? [] : [{ x: at, y: comparison.prediction }];
  });
}
