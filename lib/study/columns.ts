/**
 * The columns of a result file: one row a point, and for every measure its mean with the ends of its interval.
 *
 * The same columns, under the same names, go into CSV and Parquet; `columns.json` says what each one is.
 */
import { DomainError, show } from "../core/errors.ts";
import { type Dimension, SI_UNIT } from "../core/units.ts";
import { PARTS } from "../simulation/tracer.ts";
import type { Interval } from "../statistics/interval.ts";
import {
  GENERAL_NAMES,
  LATENCIES,
  LATENCY_NAMES,
  MEASURES,
  quantileLabel,
  SCALAR_NAMES,
} from "./measures.ts";
import type { StudyResult } from "./result.ts";
import { parameterNames } from "./result-tables.ts";
import type { StudyRow } from "./row.ts";

export type CellValue = number | string | boolean | null;

/** One column with its values. */
export interface DataColumn {
  readonly name: string;
  readonly type: "number" | "text" | "boolean";
  /** SI unit, "" for none. */
  readonly unit: string;
  readonly meaning: string;
  readonly values: readonly CellValue[];
}

/** Name of a column from parts: `commitLatency_p99.9_low` has no dot in a file. */
function columnName(...parts: readonly string[]): string {
  return parts.join("_").replaceAll(".", "_");
}

/** Checks that a column holds what its type says: finite numbers and no others, and null for what is not known. */
export function checkColumn(column: DataColumn): DataColumn {
  const kind = { number: "number", text: "string", boolean: "boolean" }[column.type];
  for (const [row, value] of column.values.entries()) {
    if (value === null || (typeof value === kind && (kind !== "number" || Number.isFinite(value)))) continue;
    const rule = kind === "number" ? "a finite number or null" : `a ${kind} or null`;
    throw new DomainError(`export: column ${column.name} must be ${rule} at row ${row}, got ${show(value)}`);
  }
  return column;
}

/** All columns of a result. */
export function columnsOf(result: StudyResult): DataColumn[] {
  const { rows } = result;
  return [
    ...parameterColumns(result, rows),
    ...stateColumns(rows),
    ...measureColumns(result, rows),
    ...comparisonColumns(result, rows),
    ...attributionColumns(rows),
  ].map(checkColumn);
}

function parameterColumns(result: StudyResult, rows: readonly StudyRow[]): DataColumn[] {
  return parameterNames(rows).map((name) => {
    const values = rows.map((row) => row.point[name]);
    const kinds = new Set(values.map((value) => typeof value));
    const [kind] = kinds.size === 1 ? kinds : ["string"];
    const type = kind === "number" ? "number" : kind === "boolean" ? "boolean" : "text";
    return {
      name,
      type,
      unit: type === "number" ? unitText(result.study.unitOf(name)) : "",
      meaning: "swept parameter",
      values: type === "text" ? values.map(String) : values,
    };
  });
}

function unitText(dimension: Dimension): string {
  return dimension === "one" ? "" : SI_UNIT[dimension];
}

function stateColumns(rows: readonly StudyRow[]): DataColumn[] {
  const count = (name: string, meaning: string, value: (row: StudyRow) => number): DataColumn => ({
    name,
    type: "number",
    unit: "",
    meaning,
    values: rows.map(value),
  });
  const text = (name: string, meaning: string, value: (row: StudyRow) => string | null): DataColumn => ({
    name,
    type: "text",
    unit: "",
    meaning,
    values: rows.map(value),
  });
  return [
    text(
      "state",
      "steady, unstable, unsettled, limit or no answers; latencies are null unless steady",
      (r) => r.state,
    ),
    text("reason", "why the state is not steady", (r) => r.reason),
    count("replications", "independent replications, the n of every interval", (r) => r.replications),
    count("operations", "operations measured in each replication", (r) => r.operations),
    count("warmUp", "operations dropped before, in each replication", (r) => r.warmUp),
    {
      name: "precisionReached",
      type: "boolean",
      unit: "",
      meaning: "whether every interval asked for is within the precision",
      values: rows.map((row) => row.precisionReached),
    },
    count("ok", "measured operations that ended ok", (r) => r.ended.ok),
    count("failed", "measured operations that surely were not done", (r) => r.ended.failed),
    count("unknown", "measured operations whose client gave up", (r) => r.ended.unknown),
  ];
}

/** An estimate and the ends of its interval: three columns. */
function intervalColumns(
  name: string,
  unit: string,
  meaning: string,
  intervals: readonly (Interval | null | undefined)[],
  estimate: string,
): DataColumn[] {
  const column = (part: "mean" | "low" | "high", suffix: string, words: string): DataColumn => ({
    name: suffix === "" ? name : columnName(name, suffix),
    type: "number",
    unit,
    meaning: `${meaning}: ${words}`,
    values: intervals.map((interval) => interval?.[part] ?? null),
  });
  return [
    column("mean", estimate, "estimate"),
    column("low", "low", "lower end of the interval"),
    column("high", "high", "upper end of the interval"),
  ];
}

function measureColumns(result: StudyResult, rows: readonly StudyRow[]): DataColumn[] {
  const labels = result.facts.settings.quantiles.map(quantileLabel);
  const latencies = LATENCY_NAMES.flatMap((name) => {
    const estimates = rows.map((row) => row.measures[name]);
    const { meaning } = LATENCIES[name];
    return [
      ...intervalColumns(name, "s", meaning, estimates, "mean"),
      ...labels.flatMap((label) =>
        intervalColumns(
          columnName(name, label),
          "s",
          `${label} of ${meaning}`,
          estimates.map((estimate) => estimate?.quantiles[label]),
          "",
        ),
      ),
      ...intervalColumns(
        columnName(name, "transient"),
        "s",
        `${meaning}; mean over a run without a steady state, which depends on its length`,
        rows.map((row) => row.transient?.[name]),
        "mean",
      ),
    ];
  });
  const own = [...new Set(rows.flatMap((row) => Object.keys(row.measures)))].filter(
    (name) => !GENERAL_NAMES.includes(name),
  );
  const scalars = [...SCALAR_NAMES, ...own].flatMap((name) =>
    intervalColumns(
      name,
      unitText(MEASURES[name].dimension),
      MEASURES[name].meaning,
      rows.map((row) => row.measures[name]),
      "mean",
    ),
  );
  return [...latencies, ...scalars];
}

function comparisonColumns(result: StudyResult, rows: readonly StudyRow[]): DataColumn[] {
  return result.study.compared.flatMap(({ model, map }) => {
    const measures = map.map(({ reference }) => reference);
    const own = measures.flatMap((reference): DataColumn[] => {
      const text =
        reference.statistic === "mean" ? reference.measure : `${reference.measure}.${reference.statistic}`;
      const found = rows.map((row) =>
        row.comparisons.find((c) => c.model === model.id && c.measure === text),
      );
      const unit = unitText(MEASURES[reference.measure].dimension);
      const base = columnName(model.id, text);
      return [
        {
          name: columnName(base, "prediction"),
          type: "number",
          unit,
          meaning: `${text} as ${model.id} predicts it`,
          values: found.map((c) => c?.prediction ?? null),
        },
        {
          name: columnName(base, "error"),
          type: "number",
          unit: "",
          meaning: "(simulated - predicted)/|predicted|",
          values: found.map((c) => c?.error ?? null),
        },
        {
          name: columnName(base, "verdict"),
          type: "text",
          unit: "",
          meaning:
            "agrees, differs or undecided, by the tolerance stated before the run; null where the model does not apply",
          values: found.map((c) => c?.verdict ?? null),
        },
      ];
    });
    const predictions = rows.map((row) => row.predictions.find((p) => p.model === model.id));
    const text = (name: string, meaning: string, values: readonly (string | null)[]): DataColumn => ({
      name: columnName(model.id, name),
      type: "text",
      unit: "",
      meaning,
      values,
    });
    return [
      ...own,
      text(
        "unstable",
        `why ${model.id} sees no steady state`,
        predictions.map((p) => p?.unstable ?? null),
      ),
      text(
        "notRepresented",
        `what the system uses and ${model.id} leaves out`,
        predictions.map((p) => p?.notRepresented.join(", ") || null),
      ),
    ];
  });
}

function attributionColumns(rows: readonly StudyRow[]): DataColumn[] {
  if (rows.every((row) => row.attribution === null)) return [];
  return PARTS.flatMap((part) =>
    intervalColumns(
      columnName("part", part),
      "s",
      `mean time of an operation spent in ${part}`,
      rows.map((row) => row.attribution?.parts[part]),
      "mean",
    ),
  );
}
