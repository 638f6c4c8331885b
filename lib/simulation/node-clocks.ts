/**
 * The clocks of all nodes: one that only ever runs on, and one that is set.
 *
 * Every operating system has both (POSIX: CLOCK_MONOTONIC and CLOCK_REALTIME). A fault's drift makes both run fast or
 * slow; its offset sets the wall clock forward or back and leaves the other alone: that one cannot jump.
 */
import type { NodeId } from "../core/system.ts";

export class NodeClocks {
  /** Seconds that a node counts in one second. */
  readonly rate: Float64Array;
  /** What a node's clock showed at its last change of rate, and when that was. */
  private readonly shown: Float64Array;
  private readonly since: Float64Array;
  /** By how much a node's wall clock is ahead of its other one. */
  private readonly ahead: Float64Array;

  constructor(nodes: number) {
    this.rate = new Float64Array(nodes).fill(1);
    this.shown = new Float64Array(nodes);
    this.since = new Float64Array(nodes);
    this.ahead = new Float64Array(nodes);
  }

  /** From `now` on a node counts `rate` seconds a second; its wall clock jumps by `offset`. */
  set(node: NodeId, offset: number, rate: number, now: number): void {
    this.shown[node] = this.local(node, now);
    this.since[node] = now;
    this.rate[node] = rate;
    this.ahead[node] += offset;
  }

  local(node: NodeId, now: number): number {
    return this.shown[node] + this.rate[node] * (now - this.since[node]);
  }

  wall(node: NodeId, now: number): number {
    return this.local(node, now) + this.ahead[node];
  }
}
