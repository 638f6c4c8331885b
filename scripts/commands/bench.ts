/** `protolab bench`: the simulator's speed beside other engines on this machine. */
import { readParameter } from "../../lib/core/parameters.ts";
import { type BenchRow, runBench } from "../bench/run-bench.ts";
import { workloadsNamed } from "../bench/workloads.ts";
import { fileLines } from "./file-list.ts";
import { checkOutputFile } from "./output-place.ts";
import { progressOf } from "./progress.ts";
import type { Terminal } from "./terminal.ts";
import { columns, significant } from "./text-table.ts";

export interface BenchFlags {
  readonly runs?: string;
  readonly quick?: boolean;
  readonly out?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** Runs workloads and prints medians and ratios. */
export async function bench(
  terminal: Terminal,
  workloads: readonly string[],
  flags: BenchFlags,
): Promise<number> {
  const rule = { dimension: "one", integer: true, min: 1, max: 1000, meaning: "measured rounds" } as const;
  checkOutputFile(flags.out);
  const progress = progressOf(terminal, flags.quiet ?? false);
  const rows = await runBench({
    only: workloads,
    signal: terminal.signal,
    progress: (done, text) => progress.update(done, text),
    note: (text) => progress.note(text),
    ...(flags.runs === undefined
      ? {}
      : { runs: readParameter("bench", "runs", flags.runs, rule, true) as number }),
    ...(flags.quick ? { quick: true } : {}),
    ...(flags.out === undefined ? {} : { out: flags.out }),
  }).finally(() => progress.end());
  if (flags.json) terminal.out(`${JSON.stringify(rows, null, 2)}\n`);
  else terminal.out(`${[...benchLines(rows), ...ending(terminal, rows, workloads, flags)].join("\n")}\n`);
  return 0;
}

/** After Ctrl-C how far it came, and where the measurements were written. */
function ending(
  { signal }: Terminal,
  rows: readonly BenchRow[],
  workloads: readonly string[],
  { out }: BenchFlags,
): string[] {
  const finished = new Set(rows.map(({ workload }) => workload)).size;
  const stopped = `stopped: ${finished} of ${workloadsNamed(workloads).length} workloads are finished`;
  return [
    ...(signal.aborted ? [stopped] : []),
    ...(out === undefined || rows.length === 0 ? [] : fileLines([out])),
  ];
}

function benchLines(rows: readonly BenchRow[]): string[] {
  if (rows.length === 0) return [];
  const cells = rows.map(({ workload, engine, rate, unit, spread, ratio, baseline, runs }) => [
    workload,
    engine,
    significant(rate, 3),
    unit,
    `${significant(spread[0], 3)} to ${significant(spread[1], 3)}`,
    significant(ratio, 3),
    baseline,
    String(runs),
  ]);
  return columns([["workload", "engine", "median", "unit", "runs between", "ratio", "to", "runs"], ...cells]);
}
