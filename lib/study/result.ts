/** The result of a study: its rows, and the tables, figures, knees and files made of them. */
import { inspect } from "node:util";
import type { Figure } from "../charts/figure.ts";
import { refuseUnknown, UsageError } from "../core/errors.ts";
import { SI_UNIT } from "../core/units.ts";
import {
  type AttributionPlotOptions,
  attributionPlot,
  type ComparisonPlotOptions,
  comparisonPlot,
  type ErrorMapOptions,
  errorMap,
} from "./comparison-figures.ts";
import { type KneeRequest, type KneeRow, kneesOf } from "./knee.ts";
import type { MeasureReference } from "./measures.ts";
import { MEASURES, referenceText } from "./measures.ts";
import type { RunSettings } from "./options.ts";
import { warmUpText } from "./plan.ts";
import { type PointShape, pointKey } from "./points.ts";
import { PointResult } from "./replay.ts";
import { type ExportedFiles, type ExportOptions, exportResult } from "./result-export.ts";
import { type PlotOptions, plot } from "./result-figures.ts";
import { shownAs, type TextTable } from "./result-table.ts";
import {
  attributionTable,
  comparisonTable,
  kneeTable,
  parameterNames,
  resultTable,
} from "./result-tables.ts";
import type { RowAttribution, StudyRow } from "./row.ts";
import type { Study } from "./study.ts";

/** How a result came about. */
export interface RunFacts {
  /** False when the run was stopped before all points were finished. */
  readonly complete: boolean;
  /** Points of the sweep. */
  readonly points: number;
  readonly settings: RunSettings;
  readonly measures: readonly MeasureReference[];
  readonly workers: number;
  readonly started: Date;
  readonly ended: Date;
}

/** The unit of every swept number and of every measure of a result. */
function unitsOf({ study, rows }: StudyResult): Readonly<Record<string, string>> {
  const numbers = parameterNames(rows).filter((name) =>
    rows.every(({ point }) => typeof point[name] === "number"),
  );
  const measured = Object.keys(rows[0]?.measures ?? {});
  return Object.fromEntries([
    ...numbers.map((name) => [name, SI_UNIT[study.unitOf(name)]]),
    ...measured.map((name) => [name, SI_UNIT[MEASURES[name].dimension]]),
  ]);
}

/** Rows in the order of the sweep, and what can be made of them. */
export class StudyResult<P extends PointShape = PointShape> {
  readonly study: Study<P>;
  readonly rows: readonly StudyRow<P>[];
  readonly facts: RunFacts;

  constructor(study: Study<P>, rows: readonly StudyRow<P>[], facts: RunFacts) {
    this.study = study;
    this.rows = rows;
    this.facts = facts;
  }

  /** The same result without the type of its points: what tables and figures are made from. */
  private get plain(): StudyResult {
    return this as unknown as StudyResult;
  }

  get complete(): boolean {
    return this.facts.complete;
  }

  /** The measure that the run asked its precision of first. */
  get mainMeasure(): MeasureReference {
    return this.facts.measures[0];
  }

  /** The rule by which warm-up was cut, in words. */
  get warmUpRule(): string {
    return warmUpText(this.facts.settings.warmUp);
  }

  /** The row of a point. @throws UsageError when the result has none */
  at(point: Partial<P>): StudyRow<P> {
    const wanted = Object.entries(point);
    const found = this.rows.filter((row) => wanted.every(([name, value]) => row.point[name] === value));
    if (found.length === 1) return found[0];
    throw new UsageError(
      `study: point must name one row, got ${found.length} for ${pointKey(point as PointShape)}`,
    );
  }

  /** One point, to look at closely: `result.point({ rate: 100 }).replay().diagram()`. */
  point(point: Partial<P>): PointResult<P> {
    return new PointResult(this, this.at(point));
  }

  /** Simulated ± interval | model | error | verdict, for the measures compared, or those asked for. */
  table(options: { readonly measures?: readonly string[] } = {}): TextTable {
    refuseUnknown("study: table", "option", Object.getOwnPropertyNames(options), ["measures"]);
    return resultTable(this.plain, options.measures);
  }

  /** Every comparison: one line a point, model and measure, with what the model leaves out. */
  comparison(): TextTable {
    return comparisonTable(this.plain);
  }

  /** Where the time went at a point, or at all of them; needs a run with `attribution: true`. */
  attribution(point: Partial<P>): RowAttribution {
    const { attribution } = this.at(point);
    if (attribution !== null) return attribution;
    throw new UsageError("study: attribution needs a run with attribution: true, got none");
  }

  /** The parts of the latency of every point as a table. */
  attributionTable(): TextTable {
    return attributionTable(this.plain);
  }

  /** A figure of a measure along a swept parameter; models as dashed lines. */
  plot(options: PlotOptions): Figure {
    return plot(this.plain, options);
  }

  /** The relative error of a model over two swept parameters. */
  errorMap(options: ErrorMapOptions): Figure {
    return errorMap(this.plain, options);
  }

  /** Predicted against simulated, with verdicts. */
  comparisonPlot(options: ComparisonPlotOptions = {}): Figure {
    return comparisonPlot(this.plain, options);
  }

  /** Stacked parts of the latency, simulated beside the model's own terms. */
  attributionPlot(options: AttributionPlotOptions = {}): Figure {
    return attributionPlot(this.plain, options);
  }

  /** The highest load that still meets a target, simulated and modelled, for each combination of the other parameters. */
  knee(request: KneeRequest<P>): KneeRow[] {
    const knees = kneesOf(this.plain, request as KneeRequest);
    return shownAs(knees, () => kneeTable(this.plain, knees));
  }

  /** Knees as a table. */
  kneeTable(request: KneeRequest<P>): TextTable {
    return kneeTable(this.plain, this.knee(request));
  }

  /** Writes rows, figures, a report and provenance into a folder. */
  export(folder: string, options: ExportOptions = {}): Promise<ExportedFiles> {
    return exportResult(this.plain, folder, options);
  }

  /** Rows and how they came about, without times: equal for equal seeds. */
  toJSON(): object {
    const { settings, complete, points, measures } = this.facts;
    const { workers: _, ...stated } = settings;
    return {
      study: this.study.name,
      title: this.study.title,
      complete,
      points,
      settings: {
        ...stated,
        measures: measures.map(referenceText),
        warmUp: this.warmUpRule,
      },
      units: unitsOf(this.plain),
      compared: this.study.compared.map(({ model, tolerance, map }) => ({
        model: model.id,
        title: model.title,
        tolerance,
        map: Object.fromEntries(map.map(({ reference, output }) => [referenceText(reference), output])),
        tolerances: Object.fromEntries(map.map((entry) => [referenceText(entry.reference), entry.tolerance])),
      })),
      rows: this.rows,
    };
  }

  [inspect.custom](): string {
    return this.table().toString();
  }

  [Symbol.for("Jupyter.display")](): Readonly<Record<string, unknown>> {
    const table = this.table();
    return { "text/html": table.html(), "text/plain": table.toString() };
  }
}
