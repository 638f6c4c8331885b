/** The file that a worker thread loads: it runs tasks and nothing else. */
export { runTask } from "./replication.ts";
