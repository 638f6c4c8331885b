/** A worker that is lost while it runs: once for each mark, or always, as its point says. */
import { existsSync, writeFileSync } from "node:fs";
import { runTask as honest } from "./replication.ts";
import type { ReplicationTask, TaskResult } from "./task.ts";

export function runTask(task: ReplicationTask): TaskResult {
  const { mark, crash } = JSON.parse(task.point) as { mark: string; crash: "once" | "always" };
  if (crash === "always" || !existsSync(mark)) {
    writeFileSync(mark, "");
    process.exit(3);
  }
  return honest(task);
}
