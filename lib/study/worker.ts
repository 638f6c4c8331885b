/** The file that a worker thread loads: it runs tasks and nothing else. */
import { expectLongRuns } from "./long-runs.ts";
import { runTask } from "./replication.ts";
import type { ReplicationTask, TaskResult } from "./task.ts";

export { runTask };

/** `runTask` for a thread that has many operations before it. */
export function runLongTask(task: ReplicationTask): TaskResult {
  expectLongRuns();
  return runTask(task);
}
