/** The most a system gives: throughput under so many closed-loop clients that its bottleneck never rests. */
import type { SystemSpec, WorkloadSpec } from "../../lib/core/system.ts";
import type { Estimate } from "../../lib/study/estimates.ts";
import { study } from "../../lib/study/study.ts";
import type { ReproduceContext } from "./case.ts";

const REPLICATIONS = 5;

/** Throughput in operations per second, with its interval over replications. */
export async function saturate(
  system: SystemSpec,
  load: WorkloadSpec,
  operations: number,
  context: ReproduceContext,
): Promise<Estimate> {
  const result = await study({ name: "saturation", system, workload: load }).run({
    seed: context.seed,
    measure: "throughput",
    minReplications: REPLICATIONS,
    maxReplications: REPLICATIONS,
    operations: Math.ceil(operations * context.effort),
    warmUp: { rule: "fixed", operations: Math.ceil(operations / 10) },
    workers: context.workers,
    signal: context.signal,
    progress: false,
  });
  context.signal.throwIfAborted();
  return result.rows[0].measures.throughput as Estimate;
}
