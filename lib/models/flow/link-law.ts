/**
 * A link under the messages of all operations: where it keeps order, they wait for those before them.
 *
 * Messages of several kinds pass a link (copies, outcomes), each in bunches of its own: what a slower one held back, or
 * one write let go. What passes is counted in one walk through the flows, and the delays of the next follow from it.
 */
import type { Distribution } from "../../core/distributions.ts";
import {
  type Atoms,
  type Bunches,
  constantDelay,
  cutDelay,
  inOrderAmong,
  meanDelay,
  notHeldBack,
} from "../consensus/atoms.ts";

/** A random delay, and the chance that what has passed it goes on alone. */
export interface Delay {
  readonly delay: Atoms;
  readonly alone: number;
}

/** That of a link, and the chance that none of its kind held a message back. */
export interface Passed extends Delay {
  readonly free: number;
}

/** Digits of a chance by which messages are of one kind. */
const DIGITS = 9;

export class LinkLaw {
  /** Its own delay; and the mean of that, for as long as nothing has been counted. */
  private readonly own: Atoms;
  private readonly mean: Atoms;
  private readonly ordered: boolean;
  private kinds: readonly Bunches[] = [];
  /** Messages a second, by the chance that one is the first of a bunch, as they are counted. */
  private readonly counted = new Map<number, number>();
  /** Delays by that chance; and the chance of not being held back, by how many a second there are. */
  private readonly delays = new Map<number, Atoms>();
  private readonly free = new Map<number, number>();

  constructor(delay: Distribution, ordered: boolean) {
    this.own = cutDelay(delay, "propagation");
    this.mean = constantDelay(meanDelay(this.own), "propagation");
    this.ordered = ordered;
  }

  /** Counts messages, so many a second, and says what passing takes. @param alone the chance that one is the first of its bunch */
  pass(alone: number, rate: number): Passed {
    const chance = Number(alone.toPrecision(DIGITS));
    this.counted.set(chance, (this.counted.get(chance) ?? 0) + rate);
    if (!this.ordered) return { delay: this.kinds.length === 0 ? this.mean : this.own, alone, free: 1 };
    // Behind others of its kind it goes on together with them; behind others, alone.
    const free = this.free.get(rate) ?? notHeldBack(this.own, rate);
    this.free.set(rate, free);
    return { delay: this.behindOthers(chance), alone: Math.min(alone, free), free };
  }

  private behindOthers(chance: number): Atoms {
    if (this.kinds.length === 0) return this.mean;
    const delay = this.delays.get(chance) ?? inOrderAmong(this.own, this.kinds, chance);
    this.delays.set(chance, delay);
    return delay;
  }

  /** A walk has ended: what passes is as it has been counted. Delays of before hold where nothing has changed. */
  note(): void {
    const kinds = [...this.counted]
      .map(([alone, rate]) => ({ alone, rate }))
      .sort((a, b) => a.alone - b.alone);
    this.counted.clear();
    if (JSON.stringify(kinds) === JSON.stringify(this.kinds)) return;
    this.kinds = kinds;
    this.delays.clear();
  }
}
