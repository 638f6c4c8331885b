/** Campaigns on all cores: parts of equal size, joined in the order of their seeds, so the counts depend on nothing else. */
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import { type CampaignResult, joined } from "../../lib/study/campaign.ts";
import { workerBundle } from "../../lib/study/worker-bundle.ts";
import type { Part } from "./part.ts";

/** Runs of one part: large enough to pay for itself, small enough for progress to move. */
const WALKS = 20_000;
const SCHEDULES = 250;

export interface CampaignTask extends Omit<Part, "from"> {
  readonly from?: number;
}

export interface RunOptions {
  readonly workers: number;
  readonly signal: AbortSignal;
  readonly progress: (fraction: number, task: CampaignTask) => void;
  /** Gets each task's counts as they are complete, in the order of the tasks. */
  readonly done?: (task: CampaignTask, result: CampaignResult) => void;
}

/** Runs tasks one after the other, each on all workers. */
export async function runCampaigns(
  tasks: readonly CampaignTask[],
  options: RunOptions,
): Promise<CampaignResult[]> {
  const part = fileURLToPath(new URL("./part.ts", import.meta.url));
  const bundle = workerBundle(part);
  const pool = new Piscina({
    filename: bundle ?? part,
    name: "runPart",
    minThreads: options.workers,
    maxThreads: options.workers,
    execArgv: bundle === null ? ["--require", createRequire(import.meta.url).resolve("tsx/cjs")] : [],
  });
  try {
    const results: CampaignResult[] = [];
    const all = tasks.map(partsOf);
    const total = all.reduce((sum, parts) => sum + parts.length, 0);
    let finished = 0;
    // All parts are queued at once, so that no worker waits at the end of a task.
    const running = all.map((parts, i) =>
      parts.map(async (part) => {
        const result = (await pool.run(part, { signal: options.signal })) as CampaignResult;
        options.progress(++finished / total, tasks[i]);
        return result;
      }),
    );
    const settled = running.map((parts) => Promise.all(parts));
    for (const promise of settled) promise.catch(() => {}); // reported below, in order
    for (const [i, parts] of settled.entries()) {
      const result = (await parts).reduce(joined);
      results.push(result);
      options.done?.(tasks[i], result);
    }
    return results;
  } finally {
    await pool.destroy();
  }
}

function partsOf(task: CampaignTask): Part[] {
  const { from = 0, walks, schedules } = task;
  return [
    ...slices(from, walks, WALKS).map(([first, count]) => ({
      ...task,
      from: first,
      walks: count,
      schedules: 0,
    })),
    ...slices(from, schedules, SCHEDULES).map(([first, count]) => ({
      ...task,
      from: first,
      walks: 0,
      schedules: count,
    })),
  ];
}

/** `total` seeds from `from` on, in slices of at most `most`. */
function slices(from: number, total: number, most: number): [first: number, count: number][] {
  const count = Math.ceil(total / most);
  return Array.from({ length: count }, (_, i) => [from + i * most, Math.min(most, total - i * most)]);
}
