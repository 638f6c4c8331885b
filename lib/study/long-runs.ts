/**
 * The compiler's budget for inlining, raised where a thread's runs are long.
 *
 * An event passes some sixty small methods on its way from the queue through a handler and back. The compiler's default
 * budget puts half of them into the loop that handles events, the rest stay calls: with room for all, an operation of
 * W3 takes a quarter less. To compile that much takes a third of a second, which a short study would never get back. So a
 * thread that has a long study before it is given the budget at once; any other one after as many events as make good
 * for compiling anew, by when at most twice the least possible has been lost. No result depends on it.
 */
import { setFlagsFromString } from "node:v8";
import { EventQueue } from "../core/event-queue.ts";
import { type RunResult, simulateRun } from "../simulation/run.ts";

/** Events of a thread, over all its runs, from which they are long. */
const LONG = 1e7;

/** Bytes of code of one function, of all that one place takes in, and the most that may ever be. */
const BUDGET = [
  "--max-inlined-bytecode-size=800",
  "--max-inlined-bytecode-size-cumulative=20000",
  "--max-inlined-bytecode-size-absolute=30000",
];

let left = LONG;

/** Whether code of this thread has met the rare ways. */
let exercised = false;

/**
 * Takes a queue through what happens once in some thousand events. Code that was compiled without having met a way is
 * thrown away when it meets it, with all that it took in: for the loop of events a third of a second to compile anew.
 */
function exercise(): void {
  const queue = new EventQueue();
  for (let i = 0; i < 200; i++) queue.push(i % 100, i);
  while (queue.popBefore(Number.POSITIVE_INFINITY, Number.MAX_VALUE) >= 0);
  exercised = true;
}

/** `simulateRun`, as one of the runs of a thread that may prove long together. */
export function simulateOneOfMany(
  ...[protocol, system, workload, options]: Parameters<typeof simulateRun>
): RunResult {
  if (!exercised) exercise();
  const long = { from: left, begins: raiseBudget };
  const run = simulateRun(protocol, system, workload, { ...options, long });
  left = Math.max(0, left - run.events);
  return run;
}

/** What this thread is yet to run is long. */
export function expectLongRuns(): void {
  if (left <= LONG) left = 0;
}

function raiseBudget(): void {
  left = Number.POSITIVE_INFINITY;
  for (const flag of BUDGET) setFlagsFromString(flag);
}
