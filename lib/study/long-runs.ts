/**
 * The compiler's budget for inlining, raised once a thread's runs prove long.
 *
 * An event passes some sixty small methods on its way from the queue through a handler and back. The compiler's default
 * budget puts half of them into the loop that handles events, the rest stay calls: with room for all a run takes a
 * tenth less. Compiling so much at once takes a while, which a run of a moment would never get back; so the budget is
 * raised after a million events, and holds for what is compiled from then on. No result depends on it.
 */
import { setFlagsFromString } from "node:v8";
import type { LongRun } from "../simulation/engine-base.ts";

/** Events of a thread, over all its runs, from which they are long: some tenth of a second. */
const LONG = 1e6;

/** Bytes of code of one function, of all that one place takes in, and the most that may ever be. */
const BUDGET = [
  "--max-inlined-bytecode-size=800",
  "--max-inlined-bytecode-size-cumulative=20000",
  "--max-inlined-bytecode-size-absolute=30000",
];

let left = LONG;

/** What an engine is given of this: after how many events of its run the budget is to be raised. */
export const longRun = (): LongRun => ({ from: left, begins: raiseBudget });

/** Takes note of a run that has ended. */
export function ran(events: number): void {
  left = Math.max(0, left - events);
}

function raiseBudget(): void {
  left = Number.POSITIVE_INFINITY;
  for (const flag of BUDGET) setFlagsFromString(flag);
}
