/**
 * Runs a notebook from top to bottom on a fresh kernel, without Python and without a browser.
 *
 * Where it runs: in the project's root (`projectRoot`), wherever the notebook lies in the project, so that a cell
 * reads `data/rtt/x.csv` of the project; a notebook outside any project runs in its own folder.
 * What fails it: any error output, an exception that comes after its cell has ended, a cell over its time, a kernel
 * that dies. It stops there: the outputs so far are kept, those of the cells not reached are emptied. What a run that
 * failed leaves is written beside what a whole one wrote, and not over it: see `failedFile`.
 */
import { rmSync } from "node:fs";
import { dirname, parse, relative, resolve } from "node:path";
import { checkNumber } from "../core/parameters.ts";
import { type CellOutputs, OutputCollector } from "./cell-outputs.ts";
import { KernelClient, KernelDied } from "./kernel-client.ts";
import {
  type Cell,
  type CodeCell,
  type ErrorOutput,
  joined,
  type Notebook,
  readNotebook,
  writeNotebook,
} from "./notebook-file.ts";
import { injectParameters, type ParameterValue } from "./notebook-parameters.ts";
import { projectRoot } from "./project-root.ts";

export interface NotebookProgress {
  /** Which of the code cells that have a text, from 1: the number in `In [1]`. */
  readonly index: number;
  readonly total: number;
  readonly id: string;
  readonly state: "started" | "printed" | "finished";
  /** Seconds since the run began. */
  readonly elapsed: number;
  /** The last line that the cell has printed, or the text of the display that it has changed; for `printed`. */
  readonly text?: string;
}

export interface RunOptions {
  /** Values for the cell tagged `parameters`; texts are read by their declared kind. */
  readonly parameters?: Readonly<Record<string, ParameterValue>>;
  /** Where the executed copy is written, that of a failed run at `failedFile` of it; without it nothing is. */
  readonly output?: string;
  /** Seconds a cell may take; default 600. */
  readonly cellTimeout?: number;
  /** Seconds of the kernel's clock to wait after the last cell for exceptions that come late; default 0.3. */
  readonly grace?: number;
  /** Interrupts the running cell when aborted (Ctrl-C); the kernel is ended if it does not react. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: NotebookProgress) => void;
  /** Added to the environment of the kernel. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Whether the copy's metadata tells parameters and times, as papermill does; default true. */
  readonly record?: boolean;
}

export interface CellRun {
  readonly index: number;
  readonly id: string;
  readonly ok: boolean;
  readonly seconds: number;
}

/** Why a run failed: the error of a cell, or `Timeout`, `KernelDied`, `Interrupted`. */
export interface FailedCell {
  readonly index: number;
  readonly id: string;
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}

export interface NotebookRun {
  /** The executed notebook. */
  readonly notebook: Notebook;
  readonly ok: boolean;
  readonly failedCell?: FailedCell;
  /** True when the run ended because its signal was aborted. */
  readonly interrupted: boolean;
  readonly seconds: number;
  readonly started: string;
  readonly ended: string;
  /** The parameters as they were understood: quantities in SI. */
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** The folder that the kernel worked in. */
  readonly folder: string;
  readonly cells: readonly CellRun[];
}

const DEFAULT_CELL_SECONDS = 600;
/** Node's timers overflow, and fire at once, beyond 24.8 days. */
const MAX_SECONDS = 2_000_000;
/** How long an interrupted cell may take to end. */
const INTERRUPT_SECONDS = 3;

/** Where a failed run's file is written: `run.failed.ipynb` for `run.ipynb`, so that the last whole run's stays. */
export function failedFile(path: string): string {
  const { ext } = parse(path);
  return `${path.slice(0, path.length - ext.length)}.failed${ext}`;
}

/**
 * Executes a notebook on the kernel of this package.
 *
 * @returns the run, also when a cell failed: look at `ok`
 * @throws DataError for a file that is no notebook; UsageError and DomainError for parameters
 */
export async function runNotebook(path: string, options: RunOptions = {}): Promise<NotebookRun> {
  const time = { dimension: "time", above: 0, max: MAX_SECONDS, meaning: "seconds a cell may take" } as const;
  checkNumber("runNotebook", "cellTimeout", options.cellTimeout ?? DEFAULT_CELL_SECONDS, time);
  const { notebook, values } = injectParameters(readNotebook(path), options.parameters ?? {}, path);
  const folder = projectRoot(dirname(resolve(path)));
  const run = new Run(notebook, folder, options);
  const failed = await run.execute();
  const { started, ended, seconds } = run.times();
  const executed = run.executed();
  const output =
    options.output === undefined || failed === undefined ? options.output : failedFile(options.output);
  const copy =
    options.record === false
      ? executed
      : {
          ...executed,
          metadata: {
            ...executed.metadata,
            papermill: {
              input_path: relative(folder, resolve(path)),
              ...(output === undefined ? {} : { output_path: relative(folder, resolve(output)) }),
              parameters: values,
              start_time: started,
              end_time: ended,
              duration: seconds,
              exception: failed !== undefined,
            },
          },
        };
  if (output !== undefined) writeNotebook(output, copy);
  if (options.output !== undefined && failed === undefined)
    rmSync(failedFile(options.output), { force: true });
  return {
    notebook: copy,
    ok: failed === undefined,
    ...(failed === undefined ? {} : { failedCell: failed }),
    interrupted: options.signal?.aborted ?? false,
    seconds,
    started,
    ended,
    parameters: values,
    folder,
    cells: run.cells,
  };
}

/** One execution: the kernel, what has come from it, and the cell it is at. */
class Run {
  readonly cells: CellRun[] = [];
  readonly #notebook: Notebook;
  readonly #folder: string;
  readonly #options: RunOptions;
  readonly #collector = new OutputCollector();
  readonly #done = new Map<string, { readonly index: number; readonly outputs: CellOutputs }>();
  readonly #counts = new Map<string, number>();
  readonly #started = new Date();
  readonly #clock = performance.now();

  constructor(notebook: Notebook, folder: string, options: RunOptions) {
    this.#notebook = notebook;
    this.#folder = folder;
    this.#options = options;
  }

  async execute(): Promise<FailedCell | undefined> {
    const todo = this.#notebook.cells.filter(
      (cell): cell is CodeCell => cell.cell_type === "code" && joined(cell.source).trim() !== "",
    );
    const { environment } = this.#options;
    const kernel = await KernelClient.start({
      folder: this.#folder,
      ...(environment === undefined ? {} : { environment }),
    });
    kernel.onMessage = this.#collector.take;
    try {
      for (const [i, cell] of todo.entries()) {
        if (this.#options.signal?.aborted === true) return interrupted(i + 1, cell.id);
        const failed = await this.#cell(kernel, cell, i + 1, todo.length);
        if (failed !== undefined) return failed;
      }
      await this.#settle(kernel);
      return this.#lateFailure();
    } finally {
      await kernel.shutdown();
    }
  }

  /** Waits for what comes late; a kernel that dies or hangs in that time fails the cell that ran last. */
  async #settle(kernel: KernelClient): Promise<void> {
    const limits = new CellLimits(kernel, this.#options);
    try {
      await kernel.settle(this.#options.grace ?? 0.3);
    } catch (error) {
      if (!(error instanceof KernelDied)) throw error;
      const last = [...this.#done.values()].at(-1);
      last?.outputs.add(limits.failure() ?? errorOutput("KernelDied", error.message));
    } finally {
      limits.end();
    }
  }

  times(): { readonly started: string; readonly ended: string; readonly seconds: number } {
    const seconds = Number(this.#elapsed().toFixed(3));
    const started = this.#started.toISOString();
    return { started, ended: new Date(this.#started.getTime() + seconds * 1000).toISOString(), seconds };
  }

  /** The notebook with what came from the kernel; cells that were not reached are empty. */
  executed(): Notebook {
    const cells = this.#notebook.cells.map((cell): Cell => {
      if (cell.cell_type !== "code") return cell;
      const outputs = this.#done.get(cell.id)?.outputs.outputs ?? [];
      return { ...cell, outputs: [...outputs], execution_count: this.#counts.get(cell.id) ?? null };
    });
    return { ...this.#notebook, cells };
  }

  #elapsed(): number {
    return (performance.now() - this.#clock) / 1000;
  }

  async #cell(
    kernel: KernelClient,
    cell: CodeCell,
    index: number,
    total: number,
  ): Promise<FailedCell | undefined> {
    const tell = (state: NotebookProgress["state"], text?: string): void => {
      const progress = { index, total, id: cell.id, state, elapsed: this.#elapsed() };
      this.#options.onProgress?.(text === undefined ? progress : { ...progress, text });
    };
    const begin = performance.now();
    const limits = new CellLimits(kernel, this.#options);
    tell("started");
    this.#collector.onText = (text) => tell("printed", text);
    let outputs: CellOutputs | undefined;
    let died: KernelDied | undefined;
    try {
      const reply = await kernel.execute(joined(cell.source), (request) => {
        outputs = this.#collector.open(request);
        this.#done.set(cell.id, { index, outputs });
      });
      if (typeof reply["execution_count"] === "number") this.#counts.set(cell.id, reply["execution_count"]);
    } catch (error) {
      if (!(error instanceof KernelDied)) throw error;
      died = error;
    } finally {
      limits.end();
    }
    this.#collector.onText = () => {};
    const ended =
      limits.failure() ?? (died === undefined ? undefined : errorOutput("KernelDied", died.message));
    if (ended !== undefined && outputs?.failure() === undefined) outputs?.add(ended);
    const failed = this.#lateFailure();
    this.cells.push({
      index,
      id: cell.id,
      ok: failed === undefined,
      seconds: Number(((performance.now() - begin) / 1000).toFixed(3)),
    });
    tell("finished");
    return failed;
  }

  /** The first cell that has failed; one that had ended well may have failed since. */
  #lateFailure(): FailedCell | undefined {
    for (const [id, { index, outputs }] of this.#done) {
      const failure = outputs.failure();
      if (failure === undefined) continue;
      const { ename, evalue, traceback } = failure;
      return { index, id, ename, evalue, traceback };
    }
    return undefined;
  }
}

/** The two ways in which a cell is ended from outside: its time is over, or somebody pressed Ctrl-C. */
class CellLimits {
  readonly #signal: AbortSignal | undefined;
  readonly #seconds: number;
  readonly #timer: NodeJS.Timeout;
  readonly #onAbort: () => void;
  #killer: NodeJS.Timeout | undefined;
  #again: NodeJS.Timeout | undefined;
  #timedOut = false;

  constructor(kernel: KernelClient, { cellTimeout = DEFAULT_CELL_SECONDS, signal }: RunOptions) {
    this.#seconds = cellTimeout;
    this.#signal = signal;
    this.#timer = setTimeout(() => {
      this.#timedOut = true;
      kernel.kill();
    }, cellTimeout * 1000);
    this.#onAbort = () => {
      kernel.interrupt();
      // Again, because Node loses a signal that comes just as a cell's code begins to wait.
      this.#again = setInterval(() => kernel.interrupt(), INTERRUPT_SECONDS * 200);
      this.#killer = setTimeout(() => kernel.kill(), INTERRUPT_SECONDS * 1000);
    };
    signal?.addEventListener("abort", this.#onAbort);
  }

  end(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#killer);
    clearInterval(this.#again);
    this.#signal?.removeEventListener("abort", this.#onAbort);
  }

  failure(): ErrorOutput | undefined {
    if (this.#timedOut) return errorOutput("Timeout", `the cell did not end within ${this.#seconds} s`);
    return this.#signal?.aborted === true ? errorOutput("Interrupted", "the run was interrupted") : undefined;
  }
}

function errorOutput(ename: string, evalue: string): ErrorOutput {
  return { output_type: "error", ename, evalue, traceback: [`${ename}: ${evalue}`] };
}

function interrupted(index: number, id: string): FailedCell {
  const { ename, evalue, traceback } = errorOutput("Interrupted", "the run was interrupted");
  return { index, id, ename, evalue, traceback };
}
