/** `protolab sweep FILE.ts`: the study that a file exports, from the shell. */
import { randomInt } from "node:crypto";
import { UsageError } from "../../lib/core/errors.ts";
import { readParameter } from "../../lib/core/parameters.ts";
import type { RunOptions } from "../../lib/study/options.ts";
import { progressText } from "../../lib/study/progress.ts";
import type { StudyResult } from "../../lib/study/result.ts";
import { loadStudyFile } from "../../lib/study/study-file.ts";
import { untilStopped, type Written } from "./export.ts";
import { fileLines } from "./file-list.ts";
import { checkOutputFolder } from "./output-place.ts";
import { progressOf } from "./progress.ts";
import { readWorkers } from "./simulate.ts";
import { readSeed } from "./simulate-input.ts";
import type { Terminal } from "./terminal.ts";

export interface SweepFlags {
  readonly seed?: string;
  readonly precision?: string;
  readonly workers?: string;
  readonly out?: string;
  readonly journal?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** Runs a study file, prints its table and writes its files. After Ctrl-C the finished points are kept. */
export async function sweep(terminal: Terminal, file: string, flags: SweepFlags): Promise<number> {
  const seed = readSeed("sweep", flags.seed);
  const workers = readWorkers("sweep", flags.workers);
  const precision = flags.precision === undefined ? undefined : readPrecision(flags.precision);
  const { study, run } = await loadStudyFile(file);
  if (flags.journal !== undefined && seed === null && run.seed === undefined)
    throw new UsageError(
      "sweep: --journal needs --seed, or a seed in the file: by another seed nothing is found again",
    );
  checkOutputFolder(flags.out);
  const progress = progressOf(terminal, flags.quiet ?? false);
  const used = seed ?? run.seed ?? randomInt(2 ** 47);
  if (seed === null && run.seed === undefined) progress.note(`seed ${used} (chosen)`);
  const options: RunOptions = {
    ...run,
    seed: used,
    signal: terminal.signal,
    onProgress: (report) =>
      progress.update(report.done / Math.max(1, report.total), progressText(report, study.name)),
    ...(precision === undefined ? {} : { precision }),
    ...(workers === undefined ? {} : { workers }),
    ...(flags.journal === undefined ? {} : { journal: flags.journal }),
  };
  const result = await study.run(options);
  progress.end();
  const exported = result.rows.length === 0 ? null : await exportTo(terminal, result, flags.out);
  if (flags.json) {
    terminal.out(`${JSON.stringify({ ...result.toJSON(), ...filesJson(exported) }, null, 2)}\n`);
    return 0;
  }
  const stopped = result.complete
    ? ""
    : `, stopped: ${result.rows.length} of ${result.facts.points} points are finished`;
  terminal.out(`${study.title}: seed ${used}${stopped}\n\n`);
  if (result.rows.length > 0) terminal.out(`${result.table().toString()}\n`);
  if (exported !== null) terminal.out(`\n${fileLines(exported.files).join("\n")}\n`);
  return 0;
}

/** Writes the files. What was finished before Ctrl-C is written all the same; a Ctrl-C while it writes ends that. */
async function exportTo(
  terminal: Terminal,
  result: StudyResult,
  folder: string | undefined,
): Promise<Written | null> {
  if (folder === undefined) return null;
  const warn = (line: string): void => terminal.err(`${line}\n`);
  const signal = terminal.signal.aborted ? {} : { signal: terminal.signal };
  return untilStopped(terminal.signal, (onFile) => result.export(folder, { warn, onFile, ...signal }));
}

function readPrecision(text: string): number {
  const rule = { dimension: "one", above: 0, below: 1, meaning: "precision" } as const;
  return readParameter("sweep", "precision", text, rule, true) as number;
}

function filesJson(exported: Written | null): object {
  return { files: exported?.files ?? [], skipped: exported?.skipped ?? [] };
}
