/**
 * Ends a kernel whose starter is gone.
 *
 * Jupyter's rule: whoever starts a kernel names itself in `JPY_PARENT_PID`. The watch is a thread, because a cell
 * that loops for ever blocks every timer of the main thread, and such a kernel would burn a core until somebody saw.
 */
import { Worker } from "node:worker_threads";

const WATCH = `
const { workerData } = require("node:worker_threads");
const gone = () => {
  if (workerData.direct && process.ppid !== workerData.parent) return true;
  try { process.kill(workerData.parent, 0); return false; } catch (error) { return error.code === "ESRCH"; }
};
setInterval(() => { if (gone()) process.kill(process.pid, "SIGKILL"); }, 1000);
`;

/** Starts the watch when `JPY_PARENT_PID` names a process; does nothing otherwise. */
export function watchParent(): void {
  const parent = Number(process.env["JPY_PARENT_PID"]);
  if (!Number.isInteger(parent) || parent <= 1) return;
  // A child of `parent` sees its own parent change (a dead process may stay as a zombie and still answer to kill).
  const direct = process.platform !== "win32" && process.ppid === parent;
  new Worker(WATCH, { eval: true, workerData: { parent, direct }, execArgv: [] }).unref();
}
