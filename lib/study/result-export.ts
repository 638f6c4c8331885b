/**
 * A result as files: rows for analysts, figures for papers, a page for readers, provenance for those who doubt.
 *
 * Every file appears whole or not at all. Data files hold no times, so equal seeds give equal bytes.
 */
import { join } from "node:path";
import { writeAtomic } from "../charts/atomic-file.ts";
import { type ExportJob, exportFigures, type FigureFormat } from "../charts/export.ts";
import type { Figure } from "../charts/figure.ts";
import { DataError, DomainError, refuseUnknown, show, unknownName } from "../core/errors.ts";
import { columnsOf } from "./columns.ts";
import { reasonOf } from "./data-file.ts";
import { reportPage } from "./report-page.ts";
import type { StudyResult } from "./result.ts";
import { defaultFigures } from "./result-figure-set.ts";
import { resultProvenance } from "./result-provenance.ts";
import { csvText, jsonText, parquetBytes } from "./table-files.ts";

/** Kinds of files: tables, result.json, the report, and figures. */
export const RESULT_FORMATS = ["csv", "parquet", "json", "html", "svg", "png", "pdf"] as const;
export type ResultFormat = (typeof RESULT_FORMATS)[number];

/** What to write. */
export interface ExportOptions {
  /** Default: all. */
  readonly formats?: readonly ResultFormat[];
  /** Figures by file name; default: those that the sweep suggests. */
  readonly figures?: Readonly<Record<string, Figure>>;
  /** Where the one line about a missing browser goes; standard error unless given. */
  readonly warn?: (line: string) => void;
  /** Stops writing, and rejects with its reason; files already written stay. */
  readonly signal?: AbortSignal;
  /** Told the path of each file as soon as it is whole. */
  readonly onFile?: (path: string) => void;
}

/** What was written. */
export interface ExportedFiles {
  readonly folder: string;
  readonly files: readonly string[];
  /** Files that need a browser and were not written. */
  readonly skipped: readonly string[];
  /** Which command installs what was missing. */
  readonly hint?: string;
}

/**
 * Writes `rows.csv`, `rows.parquet`, `columns.json`, `result.json`, `provenance.json`, `report.html` and `figures/`.
 *
 * @throws DataError naming the file that cannot be written; UsageError for unknown formats
 */
export async function exportResult(
  result: StudyResult,
  folder: string,
  options: ExportOptions,
): Promise<ExportedFiles> {
  const formats = readOptions(folder, options);
  const files: string[] = [];
  const write = async (name: string, content: string | Uint8Array): Promise<void> => {
    options.signal?.throwIfAborted();
    const path = join(folder, name);
    try {
      await writeAtomic(path, content);
    } catch (error) {
      throw new DataError(`${path}: cannot be written (${reasonOf(error)})`);
    }
    files.push(path);
    options.onFile?.(path);
  };
  const wants = (format: ResultFormat): boolean => formats.includes(format);
  const columns = columnsOf(result);
  if (wants("csv")) await write("rows.csv", csvText(columns));
  if (wants("parquet")) await write("rows.parquet", await parquetBytes(columns));
  if (wants("csv") || wants("parquet")) {
    const described = columns.map(({ values: _, ...column }) => column);
    await write("columns.json", jsonText(described));
  }
  if (wants("json")) await write("result.json", jsonText(result));
  await write("provenance.json", jsonText(resultProvenance(result.facts)));
  const figures = options.figures ?? (result.rows.length > 0 ? defaultFigures(result) : {});
  if (wants("html")) await write("report.html", reportPage(result, figures));
  const wanted = (["svg", "png", "pdf"] as const).filter(wants);
  const drawn = await draw(folder, figures, wanted, options);
  return { folder, files: [...files, ...drawn.files], skipped: drawn.skipped, ...hintOf(drawn.hint) };
}

function hintOf(hint: string | undefined): { readonly hint?: string } {
  return hint === undefined ? {} : { hint };
}

function readOptions(folder: string, options: ExportOptions): readonly ResultFormat[] {
  if (typeof folder !== "string" || folder === "")
    throw new DomainError(`export: folder must be a path, got ${show(folder)}`);
  refuseUnknown("export", "option", Object.getOwnPropertyNames(options), [
    "formats",
    "figures",
    "warn",
    "signal",
    "onFile",
  ]);
  const formats = options.formats ?? RESULT_FORMATS;
  for (const format of formats) {
    if (!RESULT_FORMATS.includes(format))
      throw unknownName("export", "format", String(format), RESULT_FORMATS);
  }
  for (const name of Object.keys(options.figures ?? {})) {
    if (!/^[\w][\w.-]*$/.test(name))
      throw new DomainError(
        `export: name of a figure must be letters, digits, dots and dashes, got ${show(name)}`,
      );
  }
  return formats;
}

async function draw(
  folder: string,
  figures: Readonly<Record<string, Figure>>,
  formats: readonly FigureFormat[],
  options: ExportOptions,
): Promise<{
  readonly files: readonly string[];
  readonly skipped: readonly string[];
  readonly hint?: string;
}> {
  const jobs: ExportJob[] = Object.entries(figures).map(([name, figure]) => ({
    figure,
    path: join(folder, "figures", name),
    formats,
  }));
  if (jobs.length === 0 || formats.length === 0) return { files: [], skipped: [] };
  return exportFigures(jobs, {
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.warn === undefined ? {} : { warn: options.warn }),
    ...(options.onFile === undefined ? {} : { onFile: options.onFile }),
  });
}
