/**
 * A journal of replications: what has been simulated is on the disk at once, and a study that is started again, after a
 * kill or a power cut, reads it instead of simulating it anew. Since a replication depends on its task and seed alone, the
 * study then ends with the same bytes.
 *
 * A line a replication, appended: the hash of its task and seed, and its outcome. A last line that was cut is dropped. The
 * first line names the code that wrote it, for other code may give other numbers.
 */
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync } from "node:fs";
import { dirname } from "node:path";
import { deserialize, serialize } from "node:v8";
import { DataError } from "../core/errors.ts";
import type { Executor } from "./execution.ts";
import type { ReplicationTask, TaskResult } from "./task.ts";

const FORMAT = "protolab journal 1";

type One = TaskResult[number];

/** JSON has no NaN and no Infinity; a key needs them only to be told apart. */
function plain(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

function keyOf(task: ReplicationTask, seed: number): string {
  const text = JSON.stringify({ ...task, first: 0, seeds: [seed] }, plain);
  return createHash("sha256").update(text).digest("base64url");
}

/** Appends, and is back only when the disk has it. */
function write(path: string, text: string): void {
  appendFileSync(path, text, { flag: "as" });
}

/** Reads a journal, and cuts off what a killed process left half written; a file that is none is left as it is. */
function read(path: string, header: string): Map<string, One> {
  const known = new Map<string, One>();
  const text = existsSync(path) ? readFileSync(path, "latin1") : "";
  const [first, ...rest] = text.split("\n");
  if (rest.length === 0 && `${header}\n`.startsWith(first)) {
    mkdirSync(dirname(path), { recursive: true });
    if (first !== "") truncateSync(path, 0);
    write(path, `${header}\n`);
    return known;
  }
  if (first !== header) {
    const wanted = first.startsWith(FORMAT)
      ? `of this code (${header}), got ${first}`
      : "a journal of a study";
    throw new DataError(`${path}:1: journal must be ${wanted}; name another file, or delete it`);
  }
  const cut = rest[rest.length - 1];
  if (cut !== "") truncateSync(path, text.length - cut.length);
  const lines = rest.slice(0, -1);
  for (const [i, line] of lines.entries()) {
    const [key, data] = line.split(" ");
    try {
      known.set(key, deserialize(Buffer.from(data, "base64")) as One);
    } catch {
      throw new DataError(`${path}:${i + 2}: line must be a replication, got "${line.slice(0, 40)}"`);
    }
  }
  return known;
}

/**
 * An executor that writes down what another one gives, and gives what is written down.
 *
 * @param path the journal; made where there is none
 * @param code a name of the code that simulates
 * @throws DataError for a file that is no journal, or one of other code
 */
export function journalled(executor: Executor, path: string, code: string): Executor {
  const known = read(path, `${FORMAT}, code ${code}`);
  return {
    workers: executor.workers,
    async run(task, signal) {
      const results: One[] = [];
      for (const seed of task.seeds) {
        const one = known.get(keyOf(task, seed));
        if (one === undefined) break;
        results.push(one);
        if (one.is !== "done") return results;
      }
      const seeds = task.seeds.slice(results.length);
      if (seeds.length === 0) return results;
      const fresh = await executor.run({ ...task, first: task.first + results.length, seeds }, signal);
      const lines = fresh.map((one, i) => `${keyOf(task, seeds[i])} ${serialize(one).toString("base64")}\n`);
      write(path, lines.join(""));
      return [...results, ...fresh];
    },
  };
}
