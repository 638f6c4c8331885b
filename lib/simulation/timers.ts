/**
 * Timers of all nodes, by name.
 *
 * Restarting a timer happens far more often than one firing (every heartbeat restarts the election timer), so a
 * restart only moves a deadline; the event in the queue re-checks it when it comes.
 */

export class TimerTable {
  readonly names: readonly string[];
  private readonly indexOf: Record<string, number>;
  private readonly deadline: Float64Array;
  /** Time of the event in the queue for each timer, or Infinity. */
  private readonly queued: Float64Array;

  constructor(nodes: number, names: readonly string[]) {
    this.names = names;
    this.indexOf = Object.fromEntries(names.map((name, i) => [name, i]));
    this.deadline = new Float64Array(nodes * names.length).fill(Number.POSITIVE_INFINITY);
    this.queued = new Float64Array(nodes * names.length).fill(Number.POSITIVE_INFINITY);
  }

  /** Index of a node's timer, −1 for a name the protocol does not have. */
  index(node: number, name: string): number {
    const at = this.indexOf[name];
    return at === undefined ? -1 : node * this.names.length + at;
  }

  /** Moves a deadline; true when an event must be queued for it. */
  set(index: number, deadline: number): boolean {
    this.deadline[index] = deadline;
    if (this.queued[index] <= deadline) return false;
    this.queued[index] = deadline;
    return true;
  }

  clear(index: number): void {
    this.deadline[index] = Number.POSITIVE_INFINITY;
  }

  /** Forgets a node's timers; events still queued for them are the caller's to remove. */
  reset(node: number): void {
    const from = node * this.names.length;
    this.deadline.fill(Number.POSITIVE_INFINITY, from, from + this.names.length);
    this.queued.fill(Number.POSITIVE_INFINITY, from, from + this.names.length);
  }

  /** What an event at `time` means: NaN nothing, a later time to queue again, or `time` itself: fire. */
  due(index: number, time: number): number {
    if (this.queued[index] !== time) return Number.NaN; // a later restart queued an earlier event
    const deadline = this.deadline[index];
    this.queued[index] = Number.POSITIVE_INFINITY;
    if (deadline === Number.POSITIVE_INFINITY) return Number.NaN;
    if (deadline > time) {
      this.queued[index] = deadline;
      return deadline;
    }
    this.deadline[index] = Number.POSITIVE_INFINITY;
    return time;
  }
}
