/** Which events happen at a node, and come to nothing when it is down. */
import * as slotColumns from "./event-slots.ts";

const { CORE_FREE, MESSAGE, PASSED, REQUEST, REQUEST_PASSED, TAKEN_IN, TIMER, WRITTEN } = slotColumns;

// A set of types as bits: one test for every event of a run with faults.
let OF_NODE = 0;
for (const type of [MESSAGE, PASSED, REQUEST, REQUEST_PASSED, TAKEN_IN, CORE_FREE, TIMER, WRITTEN])
  OF_NODE |= 1 << type;

/** Events that need their node to be up and running. */
export const isOfNode = (type: number): boolean => ((OF_NODE >> type) & 1) === 1;
