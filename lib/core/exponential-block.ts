/**
 * Exponential draws made ahead, a block at a time: the numbers of `stream.exponential()`, in its order.
 *
 * A single draw loads and stores the whole state of its generator; in a block the state stays in registers, and what
 * is left at the place of use is a load, small enough to be compiled into the caller. For a stream nobody else draws from.
 */
import type { RandomStream } from "./random.ts";

/** Short, because a short run throws most of its last block away. */
const LENGTH = 64;

/** The exponential draws of one stream. */
export class ExponentialBlock {
  private readonly draws = new Float64Array(LENGTH);
  private next = LENGTH;
  private readonly stream: RandomStream;

  constructor(stream: RandomStream) {
    this.stream = stream;
  }

  /** The next draw of mean 1. */
  draw(): number {
    if (this.next === LENGTH) this.fill();
    return this.draws[this.next++];
  }

  private fill(): void {
    const { draws, stream } = this;
    for (let i = 0; i < LENGTH; i++) draws[i] = stream.exponential();
    this.next = 0;
  }
}
