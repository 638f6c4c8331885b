/** `protolab export FOLDER|result.json`: charts and tables of a stored result, or of stored figures, once more. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import {
  type ExportJob,
  type ExportOptions,
  exportFigures,
  type FigureFormat,
} from "../../lib/charts/export.ts";
import type { Figure } from "../../lib/charts/figure.ts";
import { DataError, UsageError, unknownName } from "../../lib/core/errors.ts";
import { publishFile } from "../../lib/notebook/notebook-file.ts";
import { exportResult as writeResult } from "../../lib/study/result-export.ts";
import { fileLines } from "./file-list.ts";
import { checkOutputFolder } from "./output-place.ts";
import { readJsonFile, readStoredResult } from "./stored-result.ts";
import type { Terminal } from "./terminal.ts";

const FORMATS = ["svg", "png", "pdf", "html", "csv", "parquet"] as const;
type Format = (typeof FORMATS)[number];

/** Files that a command has written, and those that need a browser. */
export interface Written {
  readonly files: readonly string[];
  readonly skipped: readonly string[];
  readonly hint?: string;
}

type WriteOptions = Required<Pick<ExportOptions, "warn" | "signal" | "onFile">>;

/** Writes the formats asked for. */
export async function exportResult(
  terminal: Terminal,
  path: string,
  flags: {
    readonly formats: string;
    readonly out?: string;
    readonly json?: boolean;
  },
): Promise<number> {
  const formats = readFormats(flags.formats);
  const stored = storedResultAt(path);
  checkOutputFolder(flags.out);
  const write = stored === undefined ? drawFigures : writeStored;
  const written = await untilStopped(terminal.signal, (onFile) =>
    write(stored ?? path, formats, flags.out, { warn: () => {}, signal: terminal.signal, onFile }),
  );
  if (flags.json)
    terminal.out(`${JSON.stringify({ files: written.files, skipped: written.skipped }, null, 2)}\n`);
  else terminal.out(`${fileLines(written.files).join("\n")}\n`);
  if (terminal.signal.aborted && !flags.json)
    terminal.out(`stopped: ${written.files.length} files are written\n`);
  if (written.hint !== undefined) terminal.err(`${written.hint}\n`);
  return 0;
}

/** Writes files; after Ctrl-C what was written until then. */
export async function untilStopped(
  signal: AbortSignal,
  write: (onFile: (path: string) => void) => Promise<Written>,
): Promise<Written> {
  const files: string[] = [];
  try {
    return await write((path) => files.push(path));
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
    return { files, skipped: [] };
  }
}

function readFormats(text: string): Format[] {
  const names = text.split(",").map((name) => name.trim());
  for (const name of names)
    if (!(FORMATS as readonly string[]).includes(name)) throw unknownName("export", "format", name, FORMATS);
  return [...new Set(names)] as Format[];
}

/** The `result.json` that a path means; undefined when it means a folder or a file of figures. */
function storedResultAt(path: string): string | undefined {
  if (!existsSync(path)) throw new DataError(`${path}: cannot be read (ENOENT: no such file or directory)`);
  if (statSync(path).isDirectory()) {
    const inside = join(path, "result.json");
    return existsSync(inside) ? inside : undefined;
  }
  return basename(path) === "result.json" ? path : undefined;
}

async function writeStored(
  path: string,
  formats: readonly Format[],
  out: string | undefined,
  options: WriteOptions,
): Promise<Written> {
  const result = readStoredResult(path);
  const beside = join(dirname(path), "provenance.json");
  const provenance = existsSync(beside) ? readFileSync(beside, "utf8") : undefined;
  const folder = out ?? dirname(path);
  try {
    return await writeResult(result, folder, { ...options, formats });
  } finally {
    // Where the numbers come from has not changed by drawing them again.
    if (provenance !== undefined) publishFile(join(folder, "provenance.json"), provenance);
  }
}

async function drawFigures(
  path: string,
  formats: readonly Format[],
  out: string | undefined,
  options: WriteOptions,
): Promise<Written> {
  const wanted = formats.filter(
    (f): f is Exclude<Format, "csv" | "parquet"> => f !== "csv" && f !== "parquet",
  );
  if (wanted.length === 0)
    throw new UsageError(
      `export: formats of a figure must be svg, png, pdf or html, got ${formats.join(",")}`,
    );
  const jobs = figureFiles(path).map(([file, figure]): ExportJob => {
    const name = basename(file).replace(/(\.plotly)?\.json$/, "");
    return { figure, path: join(out ?? dirname(file), name), formats: wanted as FigureFormat[] };
  });
  if (jobs.length === 0)
    throw new DataError(`${path}: must hold a result.json or figures (plotly JSON), got neither`);
  return exportFigures(jobs, options);
}

/** Files of plotly JSON: the path itself, or those in a folder. */
function figureFiles(path: string): [string, Figure][] {
  const files = statSync(path).isDirectory()
    ? readdirSync(path)
        .filter((name) => name.endsWith(".json"))
        .sort((a, b) => (a < b ? -1 : 1))
        .map((name) => join(path, name))
    : [path];
  return files.flatMap((file): [string, Figure][] => {
    const value = readJsonFile(file) as Partial<Figure> | null;
    const isFigure = Array.isArray(value?.data) && typeof value?.layout === "object" && value.layout !== null;
    return isFigure ? [[file, { config: {}, ...value } as Figure]] : [];
  });
}
