/**
 * Where servers stand in a log whose slots belong to them in turn, while several of them propose.
 *
 * A server proposes in the first own slot after all it has heard of, so that its rounds run as Lamport's clocks do (Lamport,
 * "Time, Clocks, and the Ordering of Events in a Distributed System", 1978): by one with each own proposal, and up to what
 * it hears. Here each server's clock is the greatest of what it knows of every proposer's: where that stood some time ago,
 * the same time for all, and how many proposals it has made since, of which the news has come. Those are Poisson numbers,
 * so all that is asked for is a sum of products of their laws. Where proposers stood then, relative to one another, follows
 * from the same sums: clocks that lag lag always.
 */
import { incompleteGammaQ, logGamma } from "../../core/special.ts";

/** How long ago all stood where they usually stand, as a multiple of the longest delay: news of then is everywhere. */
const AGO = 1.5;
/** Standard deviations of Poisson numbers that are looked at, and so many beyond. */
const SPREAD = 8;
const SOME = 12;
/** Steps by which the clocks' places are found, each by half. */
const STEPS = 30;

/** P(N ≤ m) and P(N = m) of a Poisson number, for some m in a row. */
interface Counts {
  readonly upTo: Float64Array;
  readonly just: Float64Array;
  readonly mean: number;
}

/** For `length` numbers from `least` on, from the likeliest of them to both sides. */
function countsOf(mean: number, least: number, length: number): Counts {
  const upTo = new Float64Array(length);
  const just = new Float64Array(length);
  const from = Math.min(length - 1, Math.max(0, Math.floor(mean) - least));
  const m = least + from;
  if (m >= 0)
    just[from] = mean === 0 ? Number(m === 0) : Math.exp(m * Math.log(mean) - mean - logGamma(m + 1));
  for (let i = from + 1; i < length; i++) just[i] = (just[i - 1] * mean) / (least + i);
  for (let i = from - 1; i >= 0; i--) just[i] = (just[i + 1] * Math.max(0, least + i + 1)) / mean;
  let sum = least > 0 && mean > 0 ? incompleteGammaQ(least, mean) : Number(least > 0);
  for (let i = 0; i < length; i++) {
    sum += just[i];
    upTo[i] = Math.min(1, sum);
  }
  return { upTo, just, mean };
}

/** One who proposes: its server, how often, and where its clock stands relative to the foremost. */
interface Proposer {
  readonly server: number;
  readonly rate: number;
  place: number;
}

/** The clocks of servers that propose at random times. */
export class SlotClocks {
  private readonly delays: readonly (readonly number[])[];
  private readonly proposers: readonly Proposer[];
  /** When all stood at their places, s ago. */
  private readonly ago: number;

  /**
   * @param delays one-way, by sender and receiver, s
   * @param rates proposals a second of each server
   */
  constructor(delays: readonly (readonly number[])[], rates: readonly number[]) {
    this.delays = delays;
    this.proposers = [...rates.entries()]
      .filter(([, rate]) => rate > 0)
      .map(([server, rate]) => ({ server, rate, place: 0 }));
    this.ago = AGO * Math.max(...delays.flat());
    this.findPlaces();
  }

  private news(by: Proposer, server: number, time: number): number {
    const way = by.server === server ? 0 : this.delays[by.server][server];
    return by.rate * Math.max(0, this.ago + time - way);
  }

  /** Where a proposer's clock can stand, as far as a server knows at a time: surely no lower, surely lower. */
  private reach(by: Proposer, server: number, time: number): readonly [least: number, end: number] {
    const mean = this.news(by, server, time);
    const spread = SPREAD * Math.sqrt(mean) + SOME;
    return [Math.max(0, Math.floor(by.place + mean - spread)), Math.ceil(by.place + mean + spread)];
  }

  /** The same of the server's own clock. */
  private range(server: number, time: number): readonly [least: number, end: number] {
    const reaches = this.proposers.map((by) => this.reach(by, server, time));
    return [Math.max(...reaches.map(([least]) => least)), Math.max(...reaches.map(([, end]) => end))];
  }

  /** Clocks of proposers, as far as a server knows at a time. */
  private known(
    proposers: readonly Proposer[],
    server: number,
    time: number,
    [least, end]: readonly [number, number],
  ): readonly Counts[] {
    return proposers.map((by) => countsOf(this.news(by, server, time), least - by.place, end - least));
  }

  private findPlaces(): void {
    const { proposers } = this;
    const exact = proposers.map(() => 0);
    for (let step = 0; step < STEPS; step++) {
      const stands = proposers.map(({ server }) => this.stands(server));
      const foremost = Math.max(...stands);
      for (const [i, proposer] of proposers.entries()) {
        exact[i] = (exact[i] + stands[i] - foremost) / 2;
        proposer.place = Math.round(exact[i]);
      }
    }
  }

  /** Where a server's clock stands on average. */
  private stands(server: number): number {
    const range = this.range(server, 0);
    const counts = this.known(this.proposers, server, 0, range);
    let mean = range[0];
    for (let i = 0; i < range[1] - range[0]; i++)
      mean += 1 - counts.reduce((product, { upTo }) => product * upTo[i], 1);
    return mean;
  }

  /**
   * How a server's clock stands to another's of a moment `later`, s (negative: sooner), neither having heard of what the
   * other proposes then: the chances that it stands lower, and that it stands higher.
   */
  compare(server: number, than: number, later: number): { readonly lower: number; readonly higher: number } {
    const range = this.range(than, 0);
    const own = this.range(server, later);
    if (own[1] < range[0]) return { lower: 1, higher: 0 };
    if (own[0] >= range[1]) return { lower: 0, higher: 1 };
    // Who surely stands lower is out of the question.
    const near = this.proposers.filter(
      (by) => this.reach(by, than, 0)[1] >= range[0] || this.reach(by, server, later)[1] >= range[0],
    );
    const theirs = this.known(near, than, 0, range);
    const its = this.known(near, server, later, range);
    let [lower, equal] = [0, 0];
    for (let i = 0; i < range[1] - range[0]; i++) {
      // Products over proposers, both of whose numbers count the same proposals, up to two moments.
      let [both, less, more, neither] = [1, 1, 1, 1];
      for (const [k, a] of theirs.entries()) {
        const b = its[k];
        const [long, short] = a.mean > b.mean ? [a, b] : [b, a];
        const before = i > 0 ? long.upTo[i - 1] : 0;
        // The same number, and nothing proposed between the two moments.
        const alike = short.just[i] * Math.exp(short.mean - long.mean);
        const rest = Math.max(0, long.upTo[i] - alike);
        both *= long.upTo[i];
        neither *= before;
        less *= long === b ? before : rest;
        more *= long === a ? before : rest;
      }
      // Theirs is at this number: its is at a lower one, or here, too.
      lower += less - neither;
      equal += both - less - more + neither;
    }
    return { lower: Math.max(0, lower), higher: Math.max(0, 1 - lower - equal) };
  }

  /** By server: the chance that the last slot that a server has heard of, or taken, is that one's. */
  lastHeard(server: number): readonly number[] {
    const range = this.range(server, 0);
    const counts = this.known(this.proposers, server, 0, range);
    const shares = counts.map((own, j) => {
      let share = 0;
      for (let i = 1; i < range[1] - range[0]; i++) {
        let chance = own.just[i];
        for (const [k, other] of counts.entries())
          if (k !== j) chance *= other.upTo[i - 1] + other.just[i] / 2;
        share += chance;
      }
      return share;
    });
    const sum = shares.reduce((all, share) => all + share, 0);
    const rate = this.proposers.reduce((all, proposer) => all + proposer.rate, 0);
    // Where nothing has been proposed since, whoever proposes more has been the last more often.
    const quiet = Math.exp(-counts.reduce((all, { mean }) => all + mean, 0));
    const chances = new Array<number>(this.delays.length).fill(0);
    for (const [j, proposer] of this.proposers.entries())
      chances[proposer.server] =
        (quiet * proposer.rate) / rate + (sum > 0 ? ((1 - quiet) * shares[j]) / sum : 0);
    return chances;
  }
}
