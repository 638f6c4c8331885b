/**
 * The number of operations in the system along the sample path, and Little's law on it.
 *
 * The area under N(t) is added up from arrivals and departures as they are booked; the times in system are added up
 * from what each operation reports. Little's law makes the two equal on every path, exactly (Stidham 1974), so a
 * lost, doubled or misdated operation shows as a difference. Times are taken relative to a base that moves along,
 * which keeps the sums small and the difference below 1e-9 on long runs.
 */

/** Often enough that code compiled early in a run has met it: what is new to it throws it away as a whole. */
const REBASE_EVERY = 256;

export class SamplePath {
  private base = 0;
  private area = 0;
  /** Number in system at the base. */
  private atBase = 0;
  private net = 0;
  private signedTimes = 0;
  private events = 0;
  private timeInSystem = 0;

  arrive(time: number): void {
    this.net++;
    this.signedTimes += time - this.base;
    this.book(time);
  }

  depart(time: number, inSystem: number): void {
    this.net--;
    this.signedTimes -= time - this.base;
    this.timeInSystem += inSystem;
    this.book(time);
  }

  /** Area under N(t) up to `end`, and the summed times in system, `open` being the invocation times still open. */
  close(end: number, open: Iterable<number>): { area: number; timeInSystem: number } {
    this.rebase(end);
    let waiting = 0;
    for (const invoked of open) waiting += end - invoked;
    return { area: this.area, timeInSystem: this.timeInSystem + waiting };
  }

  private book(time: number): void {
    if (++this.events === REBASE_EVERY) this.rebase(time);
  }

  private rebase(to: number): void {
    const width = to - this.base;
    this.area += (this.atBase + this.net) * width - this.signedTimes;
    this.atBase += this.net;
    this.net = 0;
    this.signedTimes = 0;
    this.base = to;
    this.events = 0;
  }
}
