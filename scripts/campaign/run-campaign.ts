/** Campaigns on all cores: parts of equal size, joined in the order of their seeds, so the counts depend on nothing else. */
import { createRequire } from "node:module";
import { setFlagsFromString } from "node:v8";
import { Piscina } from "piscina";
import { type CampaignResult, joined } from "../../lib/study/campaign.ts";
import { PART, partBundle } from "../../lib/study/campaign-code.ts";
import type { Part } from "../../lib/study/campaign-part.ts";

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
  // The compiler's own budgets of inlining again, which studies raise as they are loaded: that pays in long runs of one
  // system. In a campaign's many short ones it gains nothing, and compiling takes up to twice as long.
  setFlagsFromString("--max-inlined-bytecode-size=460");
  setFlagsFromString("--max-inlined-bytecode-size-cumulative=920");
  const bundle = partBundle();
  const pool = new Piscina({
    filename: bundle ?? PART,
    name: "runPart",
    minThreads: options.workers,
    maxThreads: options.workers,
    execArgv: bundle === null ? ["--require", createRequire(import.meta.url).resolve("tsx/cjs")] : [],
  });
  // A thread that is ended may have just sent its result: piscina reports it, and an unheard error would throw.
  pool.on("error", () => {});
  try {
    const results: CampaignResult[] = [];
    const all = tasks.map(partsOf);
    const counts = all.map((parts) => new Array<CampaignResult | undefined>(parts.length));
    const queue = all.flatMap((parts, task) => parts.map((part, slot) => ({ task, part, slot })));
    let [next, finished] = [0, 0];
    const lane = async (): Promise<void> => {
      while (next < queue.length) {
        const { task, part, slot } = queue[next++];
        counts[task][slot] = (await pool.run(part, { signal: options.signal })) as CampaignResult;
        options.progress(++finished / queue.length, tasks[task]);
        for (let i = results.length; i < tasks.length; i++) {
          const parts = counts[i];
          if (!isWhole(parts)) break;
          results.push(parts.reduce(joined));
          options.done?.(tasks[i], results[i]);
        }
      }
    };
    // One part more than workers, so that none waits at the end of its own. The pool keeps no order among many that
    // wait, and Ctrl-C would then find hardly a task complete.
    await Promise.all(Array.from({ length: options.workers + 1 }, lane));
    return results;
  } finally {
    await pool.destroy();
  }
}

/** Whether all parts of a task are counted; a new array's places are holes, which `every` would pass over. */
const isWhole = (parts: readonly (CampaignResult | undefined)[]): parts is readonly CampaignResult[] =>
  !parts.includes(undefined);

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
