/** Split votes in Raft under a fixed latency: by formula, and by elections of the engine's own Raft. */
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Piscina } from "piscina";
import { models } from "../../lib/models/index.ts";
import { proportionInterval } from "../../lib/statistics/interval.ts";
import { asPrinted, Cases, type ReproduceContext, type Reproduction } from "./case.ts";
import type { ElectionTask } from "./elections.ts";

const ELECTIONS = 100_000;
/** Elections of a task: enough to keep a thread busy, few enough to stop soon. */
const BATCH = 2500;
const WIDE =
  "with 1e5 elections, as the file says, the interval alone is about as wide as the tolerance; --effort 4 decides it";

export const raftSplitVote: Reproduction = {
  table: "raft_split_vote_fixed_latency",
  tried: "all 9 rows by formula, and by 1e5 elections each with the engine's Raft",
  async run(context) {
    const cases = new Cases(this.table);
    const [formula, simulation] = [
      cases.tolerance("closed form 0.05pp"),
      cases.tolerance("sim 1e5 elections +-0.3pp"),
    ];
    const rows = cases.table.rows.map((row) => ({
      servers: Number(row.n),
      available: Number(row.available_s),
      latency: Number(row.l_over_range),
      closedForm: Number(row.closed_form),
      text: String(row.published),
    }));
    const split = await elections(rows, context);
    for (const [i, { servers, available, latency, closedForm, text }] of rows.entries()) {
      const name = `n ${servers}, s ${available}, latency ${latency} of the range`;
      const model = models.splitVote({ nodes: servers, available, latency, timeoutRange: 1 });
      cases.formula(name, "chance of a split vote, formula", closedForm, model.splitVote, formula);
      const quoted = /^([\d.]+)%$/.exec(text);
      if (quoted !== null) {
        const decimals = quoted[1].split(".")[1]?.length ?? 0;
        const ours = asPrinted(100 * model.splitVote, decimals);
        const note =
          decimals > 0
            ? `as the thesis prints it: "${text}"`
            : `the thesis' text rounds to "${text}" what its formula gives as ${asPrinted(100 * model.splitVote, 2)} %`;
        cases.formula(
          name,
          "chance of a split vote, formula [%]",
          Number(quoted[1]),
          ours,
          { absolute: 0.05 },
          note,
        );
      }
      const interval = proportionInterval(split[i], ELECTIONS * context.effort);
      const wide = interval.high - interval.low > 0.75 * 2 * 0.003 ? WIDE : undefined;
      cases.simulated(name, "chance of a split vote, Raft simulated", closedForm, interval, simulation, wide);
    }
    return cases.list;
  },
};

/** Split votes of each row, counted on worker threads. */
async function elections(
  rows: readonly { readonly servers: number; readonly available: number; readonly latency: number }[],
  context: ReproduceContext,
): Promise<number[]> {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  const pool = new Piscina({
    filename: fileURLToPath(new URL("./elections.ts", import.meta.url)),
    name: "splitVotes",
    maxThreads: context.workers,
    execArgv: ["--import", loader],
    recordTiming: false,
  });
  // A thread that is ended may have just sent its result: piscina reports it, and an unheard error would throw.
  pool.on("error", () => {});
  const count = ELECTIONS * context.effort;
  const total = rows.length * Math.ceil(count / BATCH);
  let done = 0;
  try {
    return await Promise.all(
      rows.map(async ({ servers, available, latency }) => {
        const tasks: ElectionTask[] = [];
        for (let first = 0; first < count; first += BATCH) {
          const size = Math.min(BATCH, count - first);
          tasks.push({ servers, available, latency, seed: context.seed, first, count: size });
        }
        const results = await Promise.all(
          tasks.map(async (task) => {
            const split = (await pool.run(task, { signal: context.signal })) as number;
            context.progress(++done / total);
            return split;
          }),
        );
        return results.reduce((sum, split) => sum + split, 0);
      }),
    );
  } finally {
    await pool.destroy();
  }
}
