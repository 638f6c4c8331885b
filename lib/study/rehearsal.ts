/**
 * Two runs of a moment, thrown away, before a thread's first run of a protocol.
 *
 * The compiler notes of each field of an object what it has held so far, a whole number, say, and compiles for that. The
 * second run of a process makes its objects anew with what the first has learned, which contradicts those notes: all that
 * was compiled in the first run was thrown away, and half a second of the second was spent without. A rehearsal
 * contradicts them before anything is compiled. It changes no result: each run has objects and random streams of its own.
 */
import type { ReplicationTask } from "./task.ts";

const OPERATIONS = 50;
/** Where an operation takes long in virtual time, heartbeats in between would take long in ours. */
const MOST_EVENTS = 20_000;

const rehearsed = new Set<string>();

/** @param run one replication; what it gives is thrown away */
export function rehearse(task: ReplicationTask, run: (task: ReplicationTask, seed: number) => unknown): void {
  const { protocol } = task.system;
  if (rehearsed.has(protocol)) return;
  rehearsed.add(protocol);
  const operations = Math.min(task.operations, OPERATIONS);
  const maxEvents = Math.min(task.maxEvents, MOST_EVENTS);
  for (const seed of [1, 2]) run({ ...task, operations, warmUp: 0, maxEvents }, seed);
}
