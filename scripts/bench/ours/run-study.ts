/** One point of a study in this thread, timed: what our rows of the benchmark have in common. */
import type { SystemSpec, WorkloadSpec } from "../../../lib/core/system.ts";
import type { StudyRow } from "../../../lib/study/row.ts";
import { study } from "../../../lib/study/study.ts";

/** The fewest a study takes; they share the operations. */
const REPLICATIONS = 5;

/** Runs a study of one point and a fixed number of operations, and times it from definition to row. */
export async function runStudy(
  system: SystemSpec,
  workload: WorkloadSpec,
  operations: number,
  seed: number,
  histories = true,
): Promise<{ row: StudyRow; elapsed: number; measured: number }> {
  const begun = performance.now();
  const result = await study({ system, workload }).run({
    seed,
    operations: Math.ceil(operations / REPLICATIONS),
    warmUp: { rule: "fixed", operations: 0 },
    minReplications: REPLICATIONS,
    maxReplications: REPLICATIONS,
    workers: 1,
    histories,
    progress: false,
  });
  const elapsed = (performance.now() - begun) / 1e3;
  const row = result.rows[0];
  return { row, elapsed, measured: row.ended.ok };
}

/** The mean commit latency of a row, also of one that was too short to be called steady. */
export function latencyOf(row: StudyRow): number {
  return (row.measures.commitLatency ?? row.transient?.commitLatency)?.mean ?? Number.NaN;
}
