/**
 * The benchmark: every workload on every engine that is at hand, in rounds, each run in a process of its own.
 *
 * A round runs each engine once, so that a machine that slows down slows all of them. The first round warms caches
 * and is not counted. There is no pass or fail by speed here, only by the means: engines that disagree do not run the
 * same workload.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { DataError, DomainError, refuseUnknown, show } from "../../lib/core/errors.ts";
import { checkNumber } from "../../lib/core/parameters.ts";
import { runProgram } from "./program.ts";
import { type Report, readReport } from "./report.ts";
import { type BenchRow, type EngineRuns, makeRows } from "./rows.ts";
import { type Command, commandOf, type Missing, ROOT } from "./tools.ts";
import { type Engine, type Workload, workloadsNamed } from "./workloads.ts";

export type { BenchRow } from "./rows.ts";

export interface BenchOptions {
  /** Names of workloads; none: W1, W2 and W3. `all` is every one. */
  readonly only?: readonly string[];
  /** Measured rounds; default 5, with `quick` 3. */
  readonly runs?: number;
  /** Shorter runs: a fifth of the operations. */
  readonly quick?: boolean;
  /** Writes the rows as JSON there. */
  readonly out?: string;
  /** Ends the running program; the workloads that are finished are given. */
  readonly signal?: AbortSignal;
  /** Told before each run: share done of everything, and what comes. */
  readonly progress?: (done: number, text: string) => void;
  /** Told of lines worth keeping: engines left out and why. */
  readonly note?: (text: string) => void;
}

/** What `runWorkload` needs of the world; tests put in their own. */
export interface World {
  command(engine: Engine): Promise<Command | Missing>;
  run(
    engine: Engine,
    command: Command,
    workload: Workload,
    operations: number,
    seed: number,
  ): Promise<Report>;
}

const KEYS = ["only", "runs", "quick", "out", "signal", "progress", "note"];
/** Milliseconds after which a run is given up: even a machine a hundred times slower has ended by then. */
const PATIENCE = 300_000;
/** Fewest operations of a run whose length its pace decides. */
const LEAST = 1000;

/**
 * Runs the benchmark.
 *
 * @throws UsageError for unknown workloads or options; DomainError when engines disagree; DataError when one of our
 * own programs fails
 */
export async function runBench(options: BenchOptions = {}): Promise<BenchRow[]> {
  refuseUnknown("bench", "option", Object.getOwnPropertyNames(options), KEYS);
  const workloads = workloadsNamed(options.only ?? []);
  const rows: BenchRow[] = [];
  for (const [i, workload] of workloads.entries()) {
    const part: BenchOptions = {
      ...options,
      progress: (done, text) => options.progress?.((i + done) / workloads.length, text),
    };
    try {
      rows.push(...(await runWorkload(workload, part, worldOf(options.signal))));
    } catch (error) {
      if (options.signal?.aborted) break;
      throw error;
    }
    if (options.out !== undefined) write(options.out, rows);
  }
  return rows;
}

function write(path: string, rows: readonly BenchRow[]): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(rows, null, 2)}\n`);
}

/** Programs of this machine. */
function worldOf(signal: AbortSignal | undefined): World {
  const stoppable = signal === undefined ? {} : { signal };
  return {
    command: (engine) => commandOf(engine.tool, signal),
    async run(engine, command, workload, operations, seed) {
      const words = [...command.first, ...engine.first, ...[workload.size, operations, seed].map(String)];
      const result = await runProgram(command.file, words, { cwd: ROOT, timeout: PATIENCE, ...stoppable });
      if (result.code !== 0) {
        const reason = result.err.trim().split("\n").at(-1) ?? "";
        throw new DataError(
          `bench: ${engine.engine}: run must end well, got code ${result.code} (${reason})`,
        );
      }
      return readReport(engine.engine, result.out);
    },
  };
}

/** Runs one workload on every engine that is at hand. */
export async function runWorkload(
  workload: Workload,
  options: BenchOptions,
  world: World,
): Promise<BenchRow[]> {
  const runs = checkNumber("bench", "runs", options.runs ?? (options.quick ? 3 : 5), {
    dimension: "one",
    integer: true,
    min: 1,
    max: 1000,
    meaning: "measured rounds",
  });
  const candidates: { engine: Engine; command: Command; name: string; runs: Report[] }[] = [];
  for (const engine of workload.engines) {
    const command = await world.command(engine);
    if ("missing" in command)
      options.note?.(`${workload.name}: without ${engine.engine}: ${command.missing}`);
    else candidates.push({ engine, command, name: nameOf(engine, command), runs: [] });
  }
  if (candidates.length === 0)
    throw new DomainError(`bench: ${workload.name} must have an engine at hand, got none`);
  // A whole run of 10^7 operations needs no warm-up and no second one.
  const rounds = workload.reading === "peak" ? 1 : runs + 1;
  for (let round = 0; round < rounds; round++) {
    for (const [i, candidate] of [...candidates].entries()) {
      const { engine, command, name } = candidate;
      const done = (round * candidates.length + i) / (rounds * candidates.length);
      options.progress?.(done, `${workload.name} ${name}, run ${round + 1} of ${rounds}`);
      try {
        const operations = operationsOf(workload, engine, options);
        candidate.runs.push(await world.run(engine, command, workload, operations, round + 1));
      } catch (error) {
        // Another's engine that does not even run once is left out; one of ours is a defect.
        if (!(error instanceof DataError) || round > 0 || isOurs(engine)) throw error;
        options.note?.(`${workload.name}: without ${name}: ${error.message}`);
        candidates.splice(candidates.indexOf(candidate), 1);
      }
    }
  }
  const measured = candidates.map(
    ({ name, runs }): EngineRuns =>
      runs.length === 1
        ? { engine: name, warmUp: null, measured: runs }
        : { engine: name, warmUp: runs[0], measured: runs.slice(1) },
  );
  return makeRows(workload, measured);
}

function isOurs({ tool }: Engine): boolean {
  return tool.kind === "typescript" && tool.npm === undefined;
}

function nameOf(engine: Engine, command: Command): string {
  if (command.version === undefined) return engine.engine;
  // "SimPy 2" of version 2.3.1 is SimPy 2.3.1; "ns-3 map scheduler" of 3.37 is ns-3 3.37 map scheduler.
  const [first, ...rest] = engine.engine.split(" ");
  const words = rest.filter((word) => !/^\d+$/.test(word));
  return [first, command.version, ...words].join(" ");
}

function operationsOf(workload: Workload, engine: Engine, options: BenchOptions): number {
  const whole = workload.operations ?? engine.pace * (engine.length ?? 1);
  if (!Number.isFinite(whole))
    throw new DomainError(`bench: pace must be a number, got ${show(engine.pace)}`);
  // Memory is measured at its full length or not at all.
  const share = options.quick && workload.reading !== "peak" ? whole / 5 : whole;
  // A number that the workload states is meant: eight placements of 10,000 nodes are eight.
  return Math.max(workload.operations === undefined ? LEAST : 1, Math.round(share));
}
