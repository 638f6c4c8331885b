/**
 * Where replications run: in this thread, or on a pool of warm worker threads.
 *
 * One pool a process and size, kept between runs, so that only the first study pays for starting threads. Idle
 * threads do not keep the process alive.
 */
import { createRequire } from "node:module";
import { basename } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { Piscina } from "piscina";
import { DataError } from "../core/errors.ts";
import { runTask } from "./replication.ts";
import type { ReplicationTask, TaskResult } from "./task.ts";
import { workerBundle } from "./worker-bundle.ts";

/**
 * Threads started from now on have a nursery of 32 MB: messages die young, and with room for a quarter of a million of
 * them they cost next to nothing to collect. No result depends on it.
 */
setFlagsFromString("--min-semi-space-size=32");
setFlagsFromString("--max-semi-space-size=32");

/** Operations of one thread from which its code is compiled for long runs. */
const LONG_STUDY = 1e6;

/** Runs tasks, some at a time. */
export interface Executor {
  readonly workers: number;
  /** Rejects with the signal's reason when it aborts, and with any other error when a worker is lost. */
  run(task: ReplicationTask, signal?: AbortSignal): Promise<TaskResult>;
}

/** A worker that failed twice at the same replication. */
export class WorkerError extends Error {
  override readonly name = "WorkerError";
}

/** Runs in this thread, giving way to timers and signals between tasks: for studies of a moment. */
export const inThisThread: Executor = {
  workers: 1,
  async run(task, signal) {
    await nextTurn();
    signal?.throwIfAborted();
    return runTask(task);
  },
};

const pools = new Map<string, Piscina>();

/**
 * A pool of worker threads, which start at once.
 *
 * @param operations about how many there are to run in all; many are worth more of the compiler
 * @param filename the worker's file, TypeScript exporting `runTask` and `runLongTask`
 */
export function onThreads(workers: number, operations = 0, filename = workerFile()): Executor {
  const name = operations >= LONG_STUDY * workers ? "runLongTask" : "runTask";
  poolOf(workers, filename);
  return {
    workers,
    run: async (task, signal) => {
      signal?.throwIfAborted();
      const pool = poolOf(workers, filename);
      return (await pool.run(task, signal === undefined ? { name } : { name, signal })) as TaskResult;
    },
  };
}

/** A name of the code that simulates, another one for every change of it. */
export function codeOfRuns(): string {
  const bundle = workerBundle(workerFile());
  if (bundle === null)
    throw new DataError(
      "study: journal needs the code in one file, and none could be made in .protolab/worker",
    );
  return basename(bundle, ".cjs");
}

function workerFile(): string {
  return fileURLToPath(new URL("./worker.ts", import.meta.url));
}

function poolOf(workers: number, filename: string): Piscina {
  const key = `${workers} ${filename}`;
  let pool = pools.get(key);
  if (pool === undefined) {
    const bundle = workerBundle(filename);
    pool = new Piscina({
      filename: bundle ?? filename,
      name: "runTask",
      minThreads: workers,
      maxThreads: workers,
      idleTimeout: Number.POSITIVE_INFINITY,
      recordTiming: false,
      // Nothing of how this process was started, or each thread would start a loader that it does not need.
      execArgv: bundle === null ? typescriptFlags() : [],
    });
    // A thread that ends by itself rejects its task; piscina also reports it here, and an unheard error would throw.
    pool.on("error", () => {});
    pools.set(key, pool);
  }
  return pool;
}

/**
 * How a thread learns TypeScript, whatever this process was started with: a script, a test, a notebook's kernel. By
 * `require`, for hooks on `import` would start one more thread for each thread: 0.25 s of processor time against 0.4.
 */
function typescriptFlags(): string[] {
  return ["--require", createRequire(import.meta.url).resolve("tsx/cjs")];
}

/** Ends all worker threads; the next study starts new ones. */
export async function closeWorkers(): Promise<void> {
  const closing = [...pools.values()];
  pools.clear();
  await Promise.all(closing.map((pool) => pool.destroy()));
}

/**
 * Runs a task; when the worker is lost, once more, one replication at a time.
 *
 * @throws WorkerError naming point, replication and seed when one fails again
 */
export async function runRetrying(
  executor: Executor,
  task: ReplicationTask,
  signal?: AbortSignal,
): Promise<TaskResult> {
  try {
    return await executor.run(task, signal);
  } catch {
    signal?.throwIfAborted();
  }
  const results: TaskResult[number][] = [];
  for (const [i, seed] of task.seeds.entries()) {
    const single = { ...task, first: task.first + i, seeds: [seed] };
    try {
      results.push(...(await executor.run(single, signal)));
    } catch (error) {
      signal?.throwIfAborted();
      const reason = error instanceof Error ? error.message : String(error);
      const which = task.kind === "pilot" ? "pilot" : "replication";
      throw new WorkerError(
        `study: worker failed twice at point ${task.point}, ${which} ${single.first}, seed ${seed}: ${reason}`,
        { cause: error },
      );
    }
    if (results[results.length - 1].is !== "done") break;
  }
  return results;
}
