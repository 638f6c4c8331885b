/**
 * Work that comes in piles: what one write lets go, at its own node or where it is sent.
 *
 * Other work comes meanwhile, so a pile of w that takes b to come and wears off at the rate c grows to w − cb, and who
 * comes to the processor finds (w − cb)/2 for the w/c that it lasts, besides what queues there anyway. A pile is early or
 * late work, not more of it: while it lasts no more comes from that disk until its next write ends, half of the time.
 */

/** The highest utilisation that a pile is taken to wear off at. */
const ALMOST_FULL = 0.999;

/** The piles at one processor. */
export class Piles {
  private readonly busy: number;
  private readonly loads = new Map<number, number>();
  private readonly all: { source: number; load: number; work: number; lasts: number }[] = [];

  constructor(busy: number) {
    this.busy = Math.min(ALMOST_FULL, busy);
  }

  /** @param work that comes with a job of a mean time, so many times a second, and how long it `lasts` to come */
  add(source: number, rate: number, time: number, work: number, lasts: number): void {
    const load = rate * time;
    this.loads.set(source, (this.loads.get(source) ?? 0) + load);
    this.all.push({ source, load, work, lasts });
  }

  private wearing(source: number): number {
    return 1 - this.busy + (this.loads.get(source) ?? 0) / 2;
  }

  /** How high a pile of a disk's work becomes. */
  left(source: number, work: number, lasts: number): number {
    return Math.max(0, work - this.wearing(source) * lasts);
  }

  wait(): number {
    return this.all.reduce(
      (sum, { source, load, work, lasts }) =>
        sum + (load * this.left(source, work, lasts)) / (2 * this.wearing(source)),
      0,
    );
  }
}
