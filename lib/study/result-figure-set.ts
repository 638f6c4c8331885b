/** The figures that a sweep suggests, for reports nobody has chosen figures for. */
import type { Figure } from "../charts/figure.ts";
import { canonicalJson } from "../core/system.ts";
import { LATENCY_NAMES } from "./measures.ts";
import type { PointValue } from "./points.ts";
import type { StudyResult } from "./result.ts";
import { parameterNames, simulatedAt } from "./result-tables.ts";

const MOST_FIGURES = 12;
const MOST_BARS = 12;

/**
 * The main measure along the load for each combination of the parameters beyond two; predicted against simulated for
 * each model; the parts of the latency.
 */
export function defaultFigures(result: StudyResult): Record<string, Figure> {
  const figures: Record<string, Figure> = {};
  const { rows } = result;
  const varying = parameterNames(rows).filter((name) => new Set(rows.map((row) => row.point[name])).size > 1);
  const numeric = varying.filter((name) => rows.every((row) => typeof row.point[name] === "number"));
  // The load if there is one, else the parameter that was swept the most finely: two values make no curve.
  const fineness = (name: string): number => new Set(rows.map((row) => row.point[name])).size;
  const finest = [...numeric].sort((a, b) => fineness(b) - fineness(a))[0];
  const x = numeric.includes("rate") ? "rate" : finest;
  const reference = { ...result.mainMeasure, statistic: "mean" };
  const { measure } = reference;
  const known = rows.some((row) => simulatedAt(row, reference) !== undefined);
  if (x !== undefined && known) {
    const others = varying.filter((name) => name !== x);
    const fixed = others.slice(1);
    const combinations = new Map<string, Record<string, PointValue>>();
    for (const row of rows) {
      const at = Object.fromEntries(fixed.map((name) => [name, row.point[name]]));
      combinations.set(canonicalJson(at), at);
    }
    [...combinations.values()].slice(0, MOST_FIGURES).forEach((at, i, all) => {
      const name = all.length === 1 ? measure : `${measure}-${i + 1}`;
      const series = others.length > 0 ? { series: others[0] } : {};
      const isLatency = (LATENCY_NAMES as string[]).includes(measure);
      const p99 =
        isLatency && rows.some((row) => simulatedAt(row, { measure, statistic: "p99" }) !== undefined);
      figures[name] = result.plot({
        x,
        y: measure,
        ...series,
        at,
        ...(p99 ? { quantiles: ["mean", "p99"] } : {}),
      });
    });
  }
  for (const { model, map } of result.study.compared) {
    const shown = map.find(({ reference }) =>
      rows.some(
        (row) =>
          simulatedAt(row, reference) !== undefined &&
          row.comparisons.some((c) => c.model === model.id && c.prediction !== null && c.verdict !== null),
      ),
    );
    if (shown === undefined) continue;
    const { measure: name, statistic } = shown.reference;
    const text = statistic === "mean" ? name : `${name}.${statistic}`;
    figures[`comparison-${model.id}`] = result.comparisonPlot({ model: model.id, measure: text });
  }
  const traced = rows.filter((row) => row.attribution !== null);
  if (traced.length > 0 && traced.length <= MOST_BARS) figures["attribution"] = result.attributionPlot();
  return figures;
}
