/**
 * A study's result read back from its files: `result.json`, and beside it `columns.json` and `provenance.json`.
 *
 * Models are not run again: what they predicted is in the rows, so a stand-in with the name and the mapped outputs
 * is all that tables and figures need.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DataError, show } from "../../lib/core/errors.ts";
import { type Dimension, SI_UNIT } from "../../lib/core/units.ts";
import { jsonLines } from "../../lib/notebook/json-lines.ts";
import type { Tolerance } from "../../lib/statistics/verdict.ts";
import type { ComparableModel } from "../../lib/study/comparison.ts";
import { readMeasure } from "../../lib/study/measures.ts";
import type { RunSettings } from "../../lib/study/options.ts";
import { StudyResult } from "../../lib/study/result.ts";
import type { StudyRow } from "../../lib/study/row.ts";
import { type Study, study } from "../../lib/study/study.ts";

/** What `result.json` holds. */
interface Stored {
  readonly study: string;
  readonly title: string;
  readonly complete: boolean;
  readonly points: number;
  readonly settings: Omit<RunSettings, "measures" | "warmUp" | "workers"> & {
    readonly measures: readonly string[];
    readonly warmUp: string;
  };
  readonly compared: readonly {
    readonly model: string;
    readonly title: string;
    readonly tolerance: Tolerance;
    readonly map: Readonly<Record<string, string>>;
  }[];
  readonly rows: readonly StudyRow[];
}

/** A file as JSON. @throws DataError `path:line: …` */
export function readJsonFile(path: string): unknown {
  const text = readFileSync(path, "utf8");
  try {
    return JSON.parse(text) as unknown;
  } catch {
    const mistake = jsonLines(text).mistake;
    throw new DataError(
      `${path}:${mistake?.line ?? 1}: must be JSON${mistake === undefined ? "" : ` (${mistake.message})`}`,
    );
  }
}

/**
 * Reads a stored result.
 *
 * @throws DataError when the file is not the result of a study
 */
export function readStoredResult(path: string): StudyResult {
  const stored = readJsonFile(path) as Stored;
  for (const field of ["study", "title", "settings", "compared", "rows"] as const) {
    if (stored === null || typeof stored !== "object" || stored[field] === undefined)
      throw new DataError(`${path}:1: must be the result of a study with ${field}, got ${show(stored)}`);
  }
  const folder = dirname(path);
  const { workers, started, ended } = provenanceOf(folder);
  const measures = stored.settings.measures.map((text) => readMeasure(path, text));
  return new StudyResult(studyOf(stored, folder), stored.rows, {
    complete: stored.complete,
    points: stored.points,
    settings: { ...stored.settings, measures, warmUp: null, workers },
    measures,
    workers,
    started: new Date(started),
    ended: new Date(ended),
  });
}

function studyOf(stored: Stored, folder: string): Study<StudyRow["point"]> {
  const [first] = stored.rows;
  let made = study<StudyRow["point"]>({
    name: stored.study,
    title: stored.title,
    units: unitsOf(folder),
    system: first?.system ?? ({} as StudyRow["system"]),
    workload: first?.workload ?? ({} as StudyRow["workload"]),
  });
  for (const { model, title, tolerance, map } of stored.compared) {
    const outputs = Object.values(map).map((output) => [
      output,
      { tex: output, dimension: "one", meaning: output },
    ]);
    const standIn: ComparableModel = {
      id: model,
      title,
      outputs: Object.fromEntries(outputs),
      evaluate: () => ({ stable: false, reason: "stored: not evaluated again" }),
    };
    made = made.compareWith(standIn, { tolerance, map, inputs: () => ({}) });
  }
  return made;
}

/** Units of the swept parameters, as `columns.json` states them. */
function unitsOf(folder: string): Record<string, Dimension> {
  const columns = optional(join(folder, "columns.json")) as readonly Record<string, string>[] | undefined;
  const dimensions = Object.entries(SI_UNIT) as [Dimension, string][];
  return Object.fromEntries(
    (columns ?? [])
      .filter(({ meaning }) => meaning === "swept parameter")
      .map(({ name, unit }) => [name, dimensions.find(([, si]) => si === unit)?.[0] ?? "one"]),
  );
}

function provenanceOf(folder: string): {
  readonly workers: number;
  readonly started: string;
  readonly ended: string;
} {
  const stored = optional(join(folder, "provenance.json")) as Partial<Record<string, unknown>> | undefined;
  const time = (value: unknown): string => (typeof value === "string" ? value : new Date(0).toISOString());
  return {
    workers: Number(stored?.["workers"] ?? 1),
    started: time(stored?.["started"]),
    ended: time(stored?.["ended"]),
  };
}

/** A file as JSON, or undefined when there is none. */
function optional(path: string): unknown {
  try {
    return readJsonFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
