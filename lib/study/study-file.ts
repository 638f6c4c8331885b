/** Sweep files: a TypeScript module that exports a study, and perhaps how to run it. */
import { existsSync } from "node:fs";
import { register } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { DataError, show, UsageError } from "../core/errors.ts";
import type { RunOptions } from "./options.ts";
import type { PointShape } from "./points.ts";
import type { Study } from "./study.ts";

/** What a sweep file holds. */
export interface StudyFile {
  readonly path: string;
  readonly study: Study<PointShape>;
  /** Its `run` export: options for `study.run`; a command line may add the seed. */
  readonly run: Partial<RunOptions>;
}

function isStudy(value: unknown): value is Study<PointShape> {
  const parts = value as Partial<Study<PointShape>> | null | undefined;
  return (
    typeof parts?.run === "function" && typeof parts.points === "function" && typeof parts.name === "string"
  );
}

/**
 * How a sweep file is found and read wherever it stands. Without a package.json of `"type": "module"` above it, a `.ts`
 * file would be taken for CommonJS, which cannot import this package; and without a node_modules above it the name
 * "protolab" would lead nowhere: it is this package then. A file named `.cts` stays what it says.
 */
const HOOKS = `
  let door;
  export const initialize = (url) => { door = url; };
  export async function resolve(specifier, context, next) {
    const found = await next(specifier, context).catch((error) => {
      if (specifier === "protolab") return next(door, context);
      throw error;
    });
    return /^file:.*[.]ts([?]|$)/.test(found.url) ? { ...found, format: "module" } : found;
  }`;
let hooked = false;

function readAnywhere(): void {
  if (hooked) return;
  hooked = true;
  const door = new URL("../index.ts", import.meta.url).href;
  register(`data:text/javascript,${encodeURIComponent(HOOKS)}`, { data: door });
}

/**
 * Loads a sweep file: a module with a study under the name `study`, or with a single study under any name, and
 * perhaps `export const run = { seed: 7, precision: 0.02 }`. It may stand in any folder.
 *
 * @throws DataError when the file is not there or does not load; UsageError when it exports no study
 */
export async function loadStudyFile(path: string): Promise<StudyFile> {
  const file = resolve(path);
  if (!existsSync(file)) throw new DataError(`${path}: cannot be read (ENOENT: no such file or directory)`);
  let module: Readonly<Record<string, unknown>>;
  readAnywhere();
  try {
    module = (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw new DataError(
      `${path}: cannot be loaded (${error instanceof Error ? error.message : String(error)})`,
      {
        cause: error,
      },
    );
  }
  const studies = Object.values(module).filter(isStudy);
  const study = isStudy(module["study"]) ? module["study"] : studies.length === 1 ? studies[0] : undefined;
  if (study === undefined) {
    const exported = Object.keys(module).join(", ") || "nothing";
    throw new UsageError(`${path}: must export one study, or one named study, got ${exported}`);
  }
  const run = module["run"] ?? {};
  if (run === null || typeof run !== "object" || Array.isArray(run))
    throw new UsageError(`${path}: run must be the options of a run, got ${show(run)}`);
  return { path, study, run: run as Partial<RunOptions> };
}
