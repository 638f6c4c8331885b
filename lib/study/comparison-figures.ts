/** Figures of how good a model is, and of where the time goes. */
import { attributionFigure } from "../charts/attribution-figure.ts";
import { type ComparisonPoint, comparisonFigure } from "../charts/comparison-figure.ts";
import type { Figure } from "../charts/figure.ts";
import { type HeatmapCell, heatmapFigure } from "../charts/heatmap-figure.ts";
import { refuseUnknown, UsageError, unknownName } from "../core/errors.ts";
import { PARTS, type Part } from "../simulation/tracer.ts";
import {
  type FigureWords,
  type FixedValues,
  fixedText,
  pointText,
  requireDistinct,
  requireNumbers,
  rowsAt,
  scaleOf,
  valueText,
  WORD_KEYS,
  wordsOf,
} from "./figure-words.ts";
import { MEASURES, type MeasureReference, readMeasure, referenceText } from "./measures.ts";
import type { StudyResult } from "./result.ts";
import { parameterNames, simulatedAt } from "./result-tables.ts";
import type { StudyRow } from "./row.ts";

/** Which comparison a figure shows. */
export interface ComparisonChoice {
  /** Default: the first one compared. */
  readonly model?: string;
  /** Default: the run's, if the model predicts it, else the first that it predicts. */
  readonly measure?: string;
}

interface Chosen {
  readonly model: string;
  readonly reference: MeasureReference;
  readonly tolerance: number;
}

function choose(where: string, result: StudyResult, choice: ComparisonChoice): Chosen {
  const { compared } = result.study;
  if (compared.length === 0) throw new UsageError(`${where} needs compareWith a model, got none`);
  const ids = compared.map((spec) => spec.model.id);
  const spec = compared.find(({ model }) => model.id === (choice.model ?? ids[0]));
  if (spec === undefined) throw unknownName(where, "model", String(choice.model), ids);
  const measures = spec.map.map((m) => referenceText(m.reference));
  const main = referenceText(result.mainMeasure);
  const wanted = choice.measure ?? (measures.includes(main) ? main : measures[0]);
  if (!measures.includes(wanted)) throw unknownName(where, "compared measure", wanted, measures);
  const { tolerance } = spec.map[measures.indexOf(wanted)];
  const relative = typeof tolerance === "number" ? tolerance : (tolerance.relative ?? 0);
  return { model: spec.model.id, reference: readMeasure(where, wanted), tolerance: relative };
}

/** A map of the error over two parameters. */
export interface ErrorMapOptions extends FigureWords, ComparisonChoice {
  readonly x: string;
  readonly y: string;
  readonly at?: FixedValues;
}

/** The relative error of a model in every cell of two swept parameters. */
export function errorMap(result: StudyResult, options: ErrorMapOptions): Figure {
  const where = "study: errorMap";
  if (options === null || typeof options !== "object") throw new UsageError(`${where} needs { x, y }`);
  refuseUnknown(where, "option", Object.getOwnPropertyNames(options), [
    "x",
    "y",
    "at",
    "model",
    "measure",
    ...WORD_KEYS,
  ]);
  const rows = rowsAt(where, result, options.at);
  const [x, y] = [requireNumbers(where, rows, options.x), requireNumbers(where, rows, options.y)];
  requireDistinct(where, rows, [x, y]);
  const { model, reference } = choose(where, result, options);
  const wanted = referenceText(reference);
  const cells = rows.map((row): HeatmapCell => {
    const place = { x: row.point[x] as number, y: row.point[y] as number };
    const comparison = row.comparisons.find((c) => c.model === model && c.measure === wanted);
    if (comparison === undefined || comparison.verdict === null) return { ...place, note: "does not apply" };
    const { verdict, error } = comparison;
    if (error !== null) return { ...place, value: error, verdict };
    return { ...place, verdict, note: comparison.unstable === null ? row.state : "unstable" };
  });
  const axis = (name: string) => ({
    name,
    dimension: result.study.unitOf(name),
    scale: scaleOf(rows.map((row) => row.point[name] as number)),
  });
  const title = `${result.study.title}: error of ${model} on the ${MEASURES[reference.measure].title}`;
  return heatmapFigure({
    ...wordsOf(result, options, title, fixedText(result, rows, [x, y]), { model }),
    x: axis(x),
    y: axis(y),
    value: { name: "relative error", kind: "error" },
    cells,
  });
}

/** Predicted against simulated. */
export interface ComparisonPlotOptions extends FigureWords, ComparisonChoice {
  readonly view?: "scatter" | "error";
}

/** Every steady point that has a prediction: predicted against simulated, or its error. */
export function comparisonPlot(result: StudyResult, options: ComparisonPlotOptions): Figure {
  const where = "study: comparisonPlot";
  refuseUnknown(where, "option", Object.getOwnPropertyNames(options), [
    "view",
    "model",
    "measure",
    ...WORD_KEYS,
  ]);
  const { model, reference, tolerance } = choose(where, result, options);
  const wanted = referenceText(reference);
  const points = result.rows.flatMap((row): ComparisonPoint[] => {
    const comparison = row.comparisons.find((c) => c.model === model && c.measure === wanted);
    const simulated = simulatedAt(row, reference);
    if (comparison?.prediction == null || comparison.verdict === null || simulated === undefined) return [];
    const { mean, low, high } = simulated;
    const label = pointText(result, row.point) || result.study.name;
    return [
      { label, simulated: mean, low, high, predicted: comparison.prediction, verdict: comparison.verdict },
    ];
  });
  if (points.length === 0)
    throw new UsageError(`${where} needs a steady point with a prediction of ${wanted}, got none`);
  const info = MEASURES[reference.measure];
  const values = points.flatMap((p) => [p.simulated, p.predicted]);
  return comparisonFigure({
    ...wordsOf(result, options, `${result.study.title}: ${model} against simulation`, "", { model }),
    quantity: { name: info.title, dimension: info.dimension, scale: scaleOf(values) },
    points,
    tolerance,
    ...(options.view === undefined ? {} : { view: options.view }),
  });
}

/** Which points of an attribution, and beside which model. */
export interface AttributionPlotOptions extends FigureWords {
  /** Values of parameters that are fixed. */
  readonly at?: FixedValues;
  /** Default: the first compared model that has terms of its own. */
  readonly model?: string;
}

/** The parts in the words of a legend; `PARTS` says what each is. */
const PART_WORDS: Readonly<Record<Part, string>> = {
  clientPropagation: "client to leader and back",
  ingress: "in ingress ports",
  cpuWait: "processor wait",
  cpu: "on processors",
  egressWait: "egress wait",
  egressTransmission: "egress transmission",
  propagation: "to the nearest vote",
  quorumWait: "on to the deciding vote",
  diskWait: "disk wait",
  disk: "the deciding write",
  batchWait: "batch or pipeline wait",
};

/** Most parts that can be told apart in one figure; the least are shown together. */
const MOST_PARTS = 8;

/** Stacked parts of the latency of every point, the model's own terms beside them. */
export function attributionPlot(result: StudyResult, options: AttributionPlotOptions): Figure {
  const where = "study: attributionPlot";
  refuseUnknown(where, "option", Object.getOwnPropertyNames(options), ["at", "model", ...WORD_KEYS]);
  const rows = rowsAt(where, result, options.at).filter(
    (row) => row.attribution !== null && row.state === "steady",
  );
  if (rows.length === 0)
    throw new UsageError(`${where} needs a steady point of a run with attribution: true, got none`);
  const ids = [...new Set(rows.flatMap((row) => Object.keys(row.attribution?.model ?? {})))];
  const model = options.model ?? ids[0];
  if (model !== undefined && !ids.includes(model)) throw unknownName(where, "model with terms", model, ids);
  const terms = (row: StudyRow): Readonly<Partial<Record<Part, number>>> | undefined =>
    model === undefined ? undefined : row.attribution?.model[model];
  const size = (part: Part): number =>
    Math.max(...rows.map((row) => Math.max(meanPart(row, part), terms(row)?.[part] ?? 0)));
  const present = PARTS.filter((part) => size(part) > 0);
  const ranked = [...present].sort((a, b) => size(b) - size(a));
  const kept =
    present.length <= MOST_PARTS ? present : present.filter((p) => ranked.indexOf(p) < MOST_PARTS - 1);
  const gathered = (value: (part: Part) => number): Record<string, number> => {
    const parts: Record<string, number> = Object.fromEntries(
      kept.map((part) => [PART_WORDS[part], value(part)]),
    );
    const rest = present.filter((part) => !kept.includes(part));
    if (rest.length > 0) parts["other"] = rest.reduce((sum, part) => sum + value(part), 0);
    return parts;
  };
  const varying = parameterNames(rows).filter((name) => new Set(rows.map((row) => row.point[name])).size > 1);
  return attributionFigure({
    ...wordsOf(
      result,
      options,
      `${result.study.title}: where the time goes`,
      fixedText(result, rows, varying),
    ),
    y: { name: "latency at the client", dimension: "time" },
    groups: rows.map((row) => {
      const own = terms(row);
      return {
        label:
          varying.map((name) => valueText(result, name, row.point[name])).join(", ") || result.study.name,
        simulated: gathered((part) => meanPart(row, part)),
        ...(own === undefined ? {} : { model: gathered((part) => Math.max(0, own[part] ?? 0)) }),
      };
    }),
    ...(varying.length > 0 ? { groupName: varying.join(", ") } : {}),
  });
}

/** Rounding may leave a part that is nothing a hair below 0. */
function meanPart(row: StudyRow, part: Part): number {
  return Math.max(0, row.attribution?.parts[part].mean ?? 0);
}
