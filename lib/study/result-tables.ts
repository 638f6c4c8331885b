/** The tables of a result: rows with verdicts, comparisons one a line, parts of the latency, knees. */
import { UsageError } from "../core/errors.ts";
import { type Dimension, formatQuantity } from "../core/units.ts";
import { PARTS } from "../simulation/tracer.ts";
import type { Interval } from "../statistics/interval.ts";
import type { Tolerance } from "../statistics/verdict.ts";
import type { Comparison } from "./comparison.ts";
import { pickEstimate } from "./estimates.ts";
import { faultNotes, unsafeNotes } from "./fault-words.ts";
import type { KneeRow } from "./knee.ts";
import { MEASURES, type MeasureReference, readMeasure, referenceText } from "./measures.ts";
import type { PointShape, PointValue } from "./points.ts";
import type { StudyResult } from "./result.ts";
import {
  type ColumnUnit,
  columnUnit,
  digits,
  headed,
  plusMinus,
  signedPercent,
  type TableColumn,
  TextTable,
} from "./result-table.ts";
import type { StudyRow } from "./row.ts";

/** A column and its cell for every row. */
interface Column extends TableColumn {
  readonly cells: readonly string[];
}

const NOTHING = "";

/** The parameters of the points, in the order of the sweep. */
export function parameterNames(rows: readonly { readonly point: PointShape }[]): string[] {
  return [...new Set(rows.flatMap((row) => Object.keys(row.point)))];
}

/** The simulated interval that a reference names at a row; undefined where there is no steady state. */
export function simulatedAt(row: StudyRow, reference: MeasureReference): Interval | undefined {
  const estimate = row.measures[reference.measure];
  return estimate == null ? undefined : pickEstimate({ [reference.measure]: estimate } as never, reference);
}

/** The same, or what the transient shows when it is not steady. */
export function simulatedOrTransient(row: StudyRow, reference: MeasureReference): Interval | undefined {
  return simulatedAt(row, reference) ?? pickEstimate(row.transient as never, reference);
}

function parameterColumns(result: StudyResult, rows: readonly { readonly point: PointShape }[]): Column[] {
  return parameterNames(rows).map((name) => {
    const values = rows.map((row) => row.point[name]);
    const numbers = values.filter((value): value is number => typeof value === "number");
    const dimension = result.study.unitOf(name);
    const unit = columnUnit(dimension, numbers);
    const text = (value: PointValue | undefined): string =>
      typeof value === "number" ? parameterText(value, dimension, unit) : String(value ?? NOTHING);
    const mixed = dimension === "size" || dimension === "bandwidth";
    return {
      heading: mixed ? name : headed(name, unit),
      align: numbers.length === values.length ? "right" : "left",
      cells: values.map(text),
    };
  });
}

/** Sizes and bandwidths span decades and read best each in its own unit. */
function parameterText(value: number, dimension: Dimension, unit: ColumnUnit): string {
  if (dimension === "size" || dimension === "bandwidth") return formatQuantity(value, dimension);
  return digits(value / unit.factor, Number.isInteger(value) ? 12 : 4);
}

/**
 * Which measures a table shows unless told: those that the precision was asked of; without a model to compare also the
 * p99 and the throughput. `comparison()` has all that is compared.
 */
function shownMeasures(result: StudyResult, asked: readonly string[] | undefined): MeasureReference[] {
  if (asked !== undefined) return asked.map((text) => readMeasure("study: table", text));
  const main = result.facts.measures.map(referenceText);
  if (result.study.compared.length > 0) return [...result.facts.measures];
  const { measure } = result.mainMeasure;
  const p99 = { measure, statistic: "p99" };
  const tail = result.rows.some((row) => simulatedAt(row, p99) !== undefined) ? [referenceText(p99)] : [];
  return [...new Set([...main, ...tail, "throughput"])].map((text) => readMeasure("study: table", text));
}

/** Rows with estimates, and for each model its prediction, error and verdict. */
export function resultTable(result: StudyResult, asked?: readonly string[]): TextTable {
  const { rows } = result;
  if (rows.length === 0) throw new UsageError("study: table needs at least 1 finished point, got 0");
  const references = shownMeasures(result, asked);
  const columns = [
    ...parameterColumns(result, rows),
    ...references.flatMap((reference) => measureColumns(rows, reference)),
    stateColumn(rows),
    { heading: "n", cells: rows.map((row) => String(row.replications)) },
  ].filter((column): column is Column => column !== null);
  return new TextTable(columns, transposed(columns), rows, notesOf(result));
}

function transposed(columns: readonly Column[]): string[][] {
  return (columns[0]?.cells ?? []).map((_, i) => columns.map((column) => column.cells[i]));
}

function titleOf({ measure, statistic }: MeasureReference): string {
  return statistic === "mean" ? MEASURES[measure].title : `${MEASURES[measure].title} ${statistic}`;
}

/** In a steady state there is nothing to say of what this protocol does not measure, or had no occasion to. */
const unknownText = (state: StudyRow["state"]): string => (state === "steady" ? NOTHING : state);

function measureColumns(rows: readonly StudyRow[], reference: MeasureReference): Column[] {
  const text = referenceText(reference);
  const simulated = rows.map((row) => simulatedAt(row, reference));
  const models = [...new Set(rows.flatMap((row) => row.comparisons.map((c) => c.model)))];
  const found = (row: StudyRow, model: string): Comparison | undefined =>
    row.comparisons.find((c) => c.model === model && c.measure === text);
  const predicted = rows.flatMap((row) => models.map((model) => found(row, model)?.prediction ?? 0));
  const means = simulated.map((estimate) => estimate?.mean ?? 0);
  const unit = columnUnit(MEASURES[reference.measure].dimension, [...means, ...predicted]);
  const simulatedColumn: Column = {
    heading: headed(titleOf(reference), unit),
    cells: simulated.map((e, i) =>
      e === undefined ? unknownText(rows[i].state) : plusMinus(e.mean, e.halfWidth, unit),
    ),
  };
  const compared = models.filter((model) => rows.some((row) => found(row, model) !== undefined));
  const modelColumns = compared.flatMap((model) => {
    const list = rows.map((row) => found(row, model));
    return [
      { heading: model, cells: list.map((c) => predictionText(c, unit)) },
      { heading: "error", cells: list.map((c) => (c?.error == null ? NOTHING : signedPercent(c.error))) },
      { heading: "verdict", align: "left" as const, cells: list.map((c) => c?.verdict ?? "does not apply") },
    ];
  });
  return [simulatedColumn, ...modelColumns];
}

function predictionText(comparison: Comparison | undefined, unit: ColumnUnit): string {
  if (comparison === undefined) return NOTHING;
  if (comparison.unstable !== null) return "unstable";
  return comparison.prediction === null ? NOTHING : digits(comparison.prediction / unit.factor);
}

/** Only where something is to be said. */
function stateColumn(rows: readonly StudyRow[]): Column | null {
  const cells = rows.map((row) => {
    if (row.state !== "steady") return row.state;
    return row.precisionReached ? NOTHING : "precision not reached";
  });
  return cells.every((cell) => cell === NOTHING) ? null : { heading: "state", align: "left", cells };
}

function range(values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high ? String(low) : `${low} to ${high}`;
}

/** What a reader must know to read the numbers; of one model, where only that is shown. */
export function notesOf(result: StudyResult, shown?: string): string[] {
  const { rows, facts } = result;
  const { settings } = facts;
  const level = `${Number((100 * settings.level).toPrecision(4))} %`;
  const rule = settings.warmUp?.rule === "mser-5" ? "MSER-5" : "fixed";
  const lengths = range(rows.map((row) => row.operations));
  const notes = [
    `± ${level} intervals over n replications of ${lengths} operations after a warm-up of ${range(rows.map((row) => row.warmUp))} (${rule}); seed ${settings.seed}`,
  ];
  for (const spec of result.study.compared) {
    const { model, tolerance, map } = spec;
    if (shown !== undefined && shown !== model.id) continue;
    const missing = new Set(
      rows.flatMap((row) => row.predictions.find((p) => p.model === model.id)?.notRepresented ?? []),
    );
    const own = map
      .filter((entry) => entry.tolerance !== tolerance)
      .map((entry) => `, of ${referenceText(entry.reference)} ${toleranceText(entry.tolerance)}`);
    const stated = `${toleranceText(tolerance)}${own.join("")}`;
    const left = missing.size === 0 ? "nothing that the systems use" : [...missing].join(", ");
    notes.push(`${model.id}: tolerance ${stated}; leaves out ${left}`);
  }
  notes.push(...faultNotes(rows), ...unsafeNotes(rows));
  if (!facts.complete) notes.push(`stopped: ${rows.length} of ${facts.points} points are finished`);
  return notes;
}

/** One comparison a line. */
export function comparisonTable(result: StudyResult): TextTable {
  const { rows } = result;
  const lines = rows.flatMap((row) =>
    row.comparisons.map((comparison) => ({ row, comparison, point: row.point })),
  );
  if (lines.length === 0) throw new UsageError("study: comparison needs compareWith a model, got none");
  const references = lines.map(({ comparison }) => readMeasure("study", comparison.measure));
  const quantity = (value: number | null | undefined, i: number): string =>
    value == null ? NOTHING : formatQuantity(value, MEASURES[references[i].measure].dimension);
  const simulated = lines.map(({ row }, i) => simulatedAt(row, references[i]));
  const columns: Column[] = [
    ...parameterColumns(result, lines),
    { heading: "measure", align: "left", cells: lines.map((l) => l.comparison.measure) },
    { heading: "simulated", cells: lines.map((l, i) => quantity(simulated[i]?.mean, i) || l.row.state) },
    { heading: "low", cells: lines.map((_, i) => quantity(simulated[i]?.low, i)) },
    { heading: "high", cells: lines.map((_, i) => quantity(simulated[i]?.high, i)) },
    { heading: "model", align: "left", cells: lines.map((l) => l.comparison.model) },
    {
      heading: "predicted",
      cells: lines.map(({ comparison: c }, i) =>
        c.unstable === null ? quantity(c.prediction, i) : "unstable",
      ),
    },
    {
      heading: "error",
      cells: lines.map(({ comparison: c }) => (c.error === null ? NOTHING : signedPercent(c.error))),
    },
    { heading: "verdict", align: "left", cells: lines.map((l) => l.comparison.verdict ?? "does not apply") },
    {
      heading: "not represented",
      align: "left",
      cells: lines.map(({ comparison }) => comparison.notRepresented.join(", ")),
    },
  ];
  const records = lines.map(({ row, comparison }, i) => ({
    point: row.point,
    ...comparison,
    simulated: simulated[i] ?? null,
    state: row.state,
  }));
  return new TextTable(columns, transposed(columns), records, notesOf(result));
}

/** Parts of the latency, a column each; parts that are nowhere are left out. */
export function attributionTable(result: StudyResult): TextTable {
  const rows = result.rows.filter((row) => row.attribution !== null && row.state === "steady");
  if (rows.length === 0)
    throw new UsageError(
      "study: attributionTable needs a steady point of a run with attribution: true, got none",
    );
  const parts = PARTS.filter((part) => rows.some((row) => (row.attribution?.parts[part].mean ?? 0) !== 0));
  const all = rows.flatMap((row) => parts.map((part) => row.attribution?.parts[part].mean ?? 0));
  const unit = columnUnit("time", all);
  const columns: Column[] = [
    ...parameterColumns(result, rows),
    ...parts.map((part) => ({
      heading: headed(part, unit),
      cells: rows.map((row) => {
        const time = row.attribution?.parts[part];
        return time === undefined ? NOTHING : plusMinus(time.mean, time.halfWidth, unit);
      }),
    })),
  ];
  const records = rows.map((row) => ({ point: row.point, ...row.attribution }));
  return new TextTable(columns, transposed(columns), records, notesOf(result));
}

/** Knees, a line for each combination of the other parameters. */
export function kneeTable(result: StudyResult, knees: readonly KneeRow[]): TextTable {
  const [first] = knees;
  const dimension = result.study.unitOf(first.parameter);
  const quantity = (value: number | null): string =>
    value === null ? NOTHING : formatQuantity(value, dimension);
  const models = [...new Set(knees.flatMap((knee) => knee.modelled.map((m) => m.model)))];
  const columns: Column[] = [
    ...parameterColumns(result, knees),
    { heading: "target", align: "left", cells: knees.map((knee) => knee.target) },
    { heading: `${first.parameter}: meets`, cells: knees.map((knee) => quantity(knee.simulated.meets)) },
    { heading: "between", cells: knees.map((knee) => quantity(knee.simulated.value)) },
    { heading: "misses", cells: knees.map((knee) => quantity(knee.simulated.misses)) },
    ...models.map((model) => ({
      heading: model,
      cells: knees.map((knee) => {
        const found = knee.modelled.find((m) => m.model === model);
        return quantity(found?.value ?? null) || (found?.note ?? NOTHING);
      }),
    })),
    { heading: "note", align: "left", cells: knees.map((knee) => knee.simulated.note ?? NOTHING) },
  ];
  return new TextTable(columns, transposed(columns), knees);
}

const toleranceText = (tolerance: Tolerance): string =>
  typeof tolerance === "number" ? `${Number((100 * tolerance).toPrecision(4))} %` : JSON.stringify(tolerance);
