/** `protolab notebook FILE.ipynb`: runs notebooks from top to bottom, and makes reports of them. */
import { rmSync } from "node:fs";
import { basename, extname, isAbsolute, join, relative, resolve } from "node:path";
import { findBrowser, NO_BROWSER_HINT } from "../../lib/charts/browser.ts";
import { DataError, DomainError, UsageError } from "../../lib/core/errors.ts";
import { checkNumber } from "../../lib/core/parameters.ts";
import { parseQuantity } from "../../lib/core/units.ts";
import {
  joined,
  type Notebook,
  publishFile,
  readNotebook,
  writeNotebook,
} from "../../lib/notebook/notebook-file.ts";
import { declaredParameters, type ParameterValue } from "../../lib/notebook/notebook-parameters.ts";
import {
  type FailedCell,
  failedFile,
  type NotebookRun,
  runNotebook,
} from "../../lib/notebook/notebook-run.ts";
import { projectRoot } from "../../lib/notebook/project-root.ts";
import { provenance } from "../../lib/notebook/provenance.ts";
import { notebookReport } from "../../lib/notebook/report.ts";
import { fileLines, filesSince } from "./file-list.ts";
import { checkOutputFile, checkOutputFolder } from "./output-place.ts";
import { type Progress, progressOf } from "./progress.ts";
import { readSettings } from "./settings.ts";
import type { Terminal } from "./terminal.ts";

export interface NotebookFlags {
  readonly parameter: readonly string[];
  readonly timeout: string;
  readonly out?: string;
  readonly inPlace?: boolean;
  readonly report?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** The parameter by which a notebook learns where its files belong. */
const FOLDER_PARAMETER = "reportFolder";

/** What became of one notebook. */
interface Executed {
  readonly notebook: string;
  readonly ok: boolean;
  readonly code: number;
  readonly error: string | null;
  readonly seconds: number;
  readonly findings: readonly string[];
  readonly files: readonly string[];
}

/** Runs notebooks one after the other; one that fails does not keep the others from running. */
export async function notebook(
  terminal: Terminal,
  files: readonly string[],
  flags: NotebookFlags,
): Promise<number> {
  if (flags.out !== undefined && files.length > 1)
    throw new UsageError(`notebook: --out must be for one notebook, got ${files.length}`);
  refuseInPlace(flags);
  if (flags.report !== undefined) refuseNamesakes(files);
  checkOutputFile(flags.out);
  checkOutputFolder(flags.report);
  const cellTimeout = readTimeout(flags.timeout);
  const parameters = readSettings("notebook", "-p", flags.parameter);
  const done: Executed[] = [];
  for (const file of files) {
    if (terminal.signal.aborted) break;
    const folder = flags.report === undefined ? undefined : reportFolder(flags.report, file, files.length);
    const executed = await runOne(terminal, file, { ...flags, folder, cellTimeout, parameters });
    if (executed.error !== null) terminal.err(`protolab: ${executed.error}\n`);
    if (!flags.json) printExecuted(terminal, executed, flags);
    done.push(executed);
  }
  if (flags.json)
    terminal.out(
      `${JSON.stringify(
        done.map(({ code: _, ...shown }) => shown),
        null,
        2,
      )}\n`,
    );
  return Math.max(0, ...done.map((executed) => executed.code));
}

/** A notebook is written over only as it stands, with the values that it declares itself. */
function refuseInPlace({ inPlace, out, parameter }: NotebookFlags): void {
  if (!inPlace) return;
  if (out !== undefined) throw new UsageError("notebook: --in-place must be without --out");
  if (parameter.length > 0)
    throw new UsageError(
      `notebook: --in-place must be without -p, got ${parameter[0]}; --out FILE keeps a run with other values`,
    );
}

function readTimeout(text: string): number {
  const seconds = parseQuantity("notebook: --timeout", text, "time");
  return checkNumber("notebook", "--timeout", seconds, {
    dimension: "time",
    above: 0,
    meaning: "time of a cell",
  });
}

/** Several notebooks share a folder only with a folder each. */
function reportFolder(folder: string, file: string, count: number): string {
  return count === 1 ? folder : join(folder, nameOf(file));
}

function refuseNamesakes(files: readonly string[]): void {
  const twice = files.find((file, i) => files.slice(0, i).some((other) => nameOf(other) === nameOf(file)));
  if (twice === undefined) return;
  throw new UsageError(
    `notebook: --report must be for notebooks of different names, got ${nameOf(twice)} twice`,
  );
}

const nameOf = (file: string): string => basename(file, extname(file));

interface RunFlags extends NotebookFlags {
  readonly folder: string | undefined;
  readonly cellTimeout: number;
  readonly parameters: Readonly<Record<string, string>>;
}

async function runOne(terminal: Terminal, file: string, flags: RunFlags): Promise<Executed> {
  const progress = progressOf(terminal, flags.quiet ?? false);
  const begun = Date.now();
  try {
    const source = readNotebook(file);
    const run = await execute(terminal, file, source, flags, progress);
    // A copy shows how far a run came that failed; the notebook itself, and a whole run's copy and page, keep what they had.
    if (flags.inPlace && run.ok) writeNotebook(file, run.notebook);
    const files = [
      ...(flags.out === undefined ? [] : [run.ok ? flags.out : failedFile(flags.out)]),
      ...(flags.inPlace && run.ok ? [file] : []),
      ...writeReport(file, source, run, flags, begun),
    ];
    const { failedCell } = run;
    const error =
      failedCell === undefined
        ? null
        : `${file}: cell ${failedCell.index} (${failedCell.id})${lineOf(failedCell)}: ${failedCell.ename}: ${oneLine(failedCell.evalue)}`;
    const findings = findingsOf(run.notebook);
    return { notebook: file, ok: run.ok, code: run.ok ? 0 : 1, error, seconds: run.seconds, findings, files };
  } catch (error) {
    const refused = [UsageError, DataError, DomainError].some((kind) => error instanceof kind);
    if (!refused) throw error;
    // What is no notebook of ours, or is called with parameters it has not, is a wrong call: the others still run.
    const code = error instanceof DomainError ? 1 : 2;
    const seconds = (Date.now() - begun) / 1000;
    return {
      notebook: file,
      ok: false,
      code,
      error: (error as Error).message,
      seconds,
      findings: [],
      files: [],
    };
  } finally {
    progress.end();
  }
}

function execute(
  terminal: Terminal,
  file: string,
  source: Notebook,
  flags: RunFlags,
  progress: Progress,
): Promise<NotebookRun> {
  const parameters: Record<string, ParameterValue> = { ...flags.parameters };
  const { folder } = flags;
  const declared = declaredParameters(source, file).some(({ name }) => name === FOLDER_PARAMETER);
  if (folder !== undefined && declared && !Object.hasOwn(parameters, FOLDER_PARAMETER))
    parameters[FOLDER_PARAMETER] = seenFromProject(folder, file);
  return runNotebook(file, {
    parameters,
    cellTimeout: flags.cellTimeout,
    signal: terminal.signal,
    ...(flags.out === undefined ? {} : { output: flags.out }),
    onProgress: ({ index, total, state, text }) => {
      const finished = state === "finished" ? index : index - 1;
      progress.update(
        finished / total,
        `${file}: cell ${index} of ${total}${text === undefined ? "" : `: ${text.trim()}`}`,
      );
    },
  });
}

/** A folder as the notebook sees it, which runs in its project's root: without this machine's paths where possible. */
function seenFromProject(folder: string, file: string): string {
  const near = relative(projectRoot(resolve(file, "..")), resolve(folder));
  return near.startsWith("..") || isAbsolute(near) ? resolve(folder) : near.replaceAll("\\", "/");
}

/** Writes the page beside what the notebook has written itself; returns all files of the folder that are new. */
function writeReport(
  file: string,
  source: Notebook,
  run: NotebookRun,
  flags: RunFlags,
  begun: number,
): string[] {
  const { folder } = flags;
  if (folder === undefined) return [];
  const { parameters, started, ended, seconds } = run;
  const seed = seedOf(source, file, parameters);
  const page = notebookReport(run.notebook, {
    folder: resolve(file, ".."),
    provenance: provenance({
      path: file,
      notebook: source,
      parameters,
      started,
      ended,
      seconds,
      ...(seed === undefined ? {} : { seed }),
    }),
  });
  const whole = join(folder, `${nameOf(file)}.html`);
  publishFile(run.ok ? whole : failedFile(whole), page);
  if (run.ok) rmSync(failedFile(whole), { force: true });
  // Clocks of file systems are coarser than ours.
  return filesSince(folder, begun - 2000);
}

/** The seed that a notebook declares as a parameter, or was given. */
function seedOf(source: Notebook, file: string, parameters: NotebookRun["parameters"]): number | undefined {
  const declared = declaredParameters(source, file).find(({ name }) => name === "seed")?.default;
  const seed = Number(parameters["seed"] ?? declared);
  return Number.isSafeInteger(seed) ? seed : undefined;
}

/** The line of the cell that the compiler complains of; of what is thrown none is known. */
function lineOf({ traceback }: FailedCell): string {
  const line = /^cell:(\d+):/.exec(traceback[0] ?? "")?.[1];
  return line === undefined ? "" : ` line ${line}`;
}

const oneLine = (text: string): string => text.trim().replace(/\s*\n\s*/g, "; ");

/** The lines a notebook has printed that say what it found: `Finding 1: …`, and claims that hold. */
function findingsOf(executed: Notebook): string[] {
  return executed.cells
    .flatMap((cell) => (cell.cell_type === "code" ? [...cell.outputs] : []))
    .flatMap((output) =>
      output.output_type === "stream" && output.name === "stdout" ? [joined(output.text)] : [],
    )
    .flatMap((text) => text.split("\n"))
    .filter((line) => /^(Finding\b|holds: )/.test(line));
}

/** Where a run's outputs went that was told no place for them. */
const NOT_KEPT =
  "Outputs were not kept: --in-place writes them into the notebook, --out FILE into a copy, --report FOLDER onto a page";

function printExecuted(
  terminal: Terminal,
  { notebook: file, ok, seconds, findings, files }: Executed,
  flags: NotebookFlags,
): void {
  if (!ok && files.length === 0) return;
  terminal.out(`${file}: ${ok ? "finished" : "failed"} after ${seconds.toFixed(1)} s\n`);
  const isClaim = (line: string): boolean => line.startsWith("holds: ");
  for (const lines of [findings.filter((line) => !isClaim(line)), findings.filter(isClaim)])
    if (lines.length > 0) terminal.out(`\n${lines.join("\n")}\n`);
  if (files.length > 0) terminal.out(`\n${fileLines(files).join("\n")}\n`);
  const asked = flags.out ?? flags.report ?? flags.inPlace;
  if (asked === undefined) terminal.out(`\n${NOT_KEPT}\n`);
  const drawn = files.some((path) => path.endsWith(".svg")) && !files.some((path) => path.endsWith(".png"));
  if (drawn && findBrowser() === undefined) terminal.out(`${NO_BROWSER_HINT}\n`);
}
