/** The hold model on a bare event queue: the project's own and those it was chosen from. */
import { EventQueue } from "../../lib/core/event-queue.ts";
import { type RandomStream, randomStreams } from "../../lib/core/random.ts";
import { childArguments, report } from "./child.ts";
import {
  type BareQueue,
  BinaryHeap,
  FourAryHeap,
  InterleavedHeap,
  OpenRootHeap,
  SortedArray,
} from "./queues.ts";

const QUEUES: Readonly<Record<string, new () => BareQueue>> = {
  ladder: EventQueue,
  binary: BinaryHeap,
  interleaved: InterleavedHeap,
  "open-root": OpenRootHeap,
  "four-ary": FourAryHeap,
  sorted: SortedArray,
};

function hold(queue: BareQueue, random: RandomStream, events: number): void {
  for (let i = 0; i < events; i++) {
    const payload = queue.pop();
    queue.push(queue.time + random.exponential(), payload);
  }
}

const { variant, size, operations, seed } = childArguments();
const queue = new QUEUES[variant]();
const random = randomStreams(seed).stream("bench");
for (let i = 0; i < size; i++) queue.push(random.exponential(), i);
hold(queue, random, Math.ceil(operations / 10));
const from = queue.time;
const begun = performance.now();
hold(queue, random, operations);
const elapsed = (performance.now() - begun) / 1e3;
report("event-queue", variant, operations, elapsed, (size * (queue.time - from)) / operations);
