/**
 * The compiler's budget for inlining, raised once a thread's runs prove long.
 *
 * An event passes some sixty small methods on its way from the queue through a handler and back. The compiler's default
 * budget puts half of them into the loop that handles events, the rest stay calls: with room for all a run takes a
 * tenth less. Compiling so much at once takes a while, which a run of a moment would never get back; so the budget is
 * raised after a million events, and holds for what is compiled from then on. No result depends on it.
 */
import { setFlagsFromString } from "node:v8";
import { type RunResult, simulateRun } from "../simulation/run.ts";

/** Events of a thread, over all its runs, from which they are long: some tenth of a second. */
const LONG = 1e6;

/** Bytes of code of one function, of all that one place takes in, and the most that may ever be. */
const BUDGET = [
  "--max-inlined-bytecode-size=800",
  "--max-inlined-bytecode-size-cumulative=20000",
  "--max-inlined-bytecode-size-absolute=30000",
];

let left = LONG;

/** `simulateRun`, as one of the runs of a thread that may prove long together. */
export function simulateOneOfMany(
  ...[protocol, system, workload, options]: Parameters<typeof simulateRun>
): RunResult {
  const long = { from: left, begins: raiseBudget };
  const run = simulateRun(protocol, system, workload, { ...options, long });
  left = Math.max(0, left - run.events);
  return run;
}

function raiseBudget(): void {
  left = Number.POSITIVE_INFINITY;
  for (const flag of BUDGET) setFlagsFromString(flag);
}
