/**
 * Two interfering commands of EPaxos on their way: which of them is slow, and which waits for the other.
 *
 * Source: Moraru, Andersen and Kaminsky, "There Is More Consensus in Egalitarian Parliaments", SOSP 2013, §4.3. A replica
 * that has heard of the other command before answers that this one comes after it. Where the fast quorum's answers differ,
 * the leader asks a majority again; and what comes after another is executed only once that one's commit is known.
 */

type Matrix = readonly (readonly number[])[];

/** Ticks in the longest round trip. */
const TICKS = 80;
/**
 * Longest round trips before and after a request that are looked at. What a command comes after was asked for at most one way
 * after it, is committed within two round trips, and one way later known; and one way is at most a round trip.
 */
const REACH = 4;

/** What becomes of a command, the other one having been asked for `after` seconds later. */
export interface PairOutcome {
  readonly fast: boolean;
  /** Seconds from the request to the commit at its leader. */
  readonly committed: number;
  /** Whether it comes after the other. */
  readonly waits: boolean;
}

/** Replicas at some distances, one of which leads each command. */
export class EPaxosPairs {
  private readonly delays: Matrix;
  private readonly majority: number;
  /** Of each leader: the others by round trip, the nearest first; equals by number from the leader on. */
  private readonly others: readonly (readonly number[])[];
  private readonly peers: number;
  /** Seconds between the moments that are looked at, and how many of them lie before a request and after it. */
  readonly tick: number;
  readonly looks = REACH * TICKS;
  private readonly kept: readonly (readonly (readonly PairOutcome[])[])[];

  /**
   * @param delays one-way delays between replicas, s
   * @param fastQuorum replicas that commit in one round, the leader among them
   */
  constructor(delays: Matrix, fastQuorum: number) {
    this.delays = delays;
    this.majority = (delays.length >> 1) + 1;
    this.peers = fastQuorum - 1;
    const away = (leader: number, other: number) => (other - leader + delays.length) % delays.length;
    this.tick =
      Math.max(...delays.map((_, a) => Math.max(...delays.map((__, b) => this.round(a, b))))) / TICKS;
    this.others = delays.map((_, leader) =>
      delays
        .map((__, other) => other)
        .filter((other) => other !== leader)
        .sort((a, b) => this.round(leader, a) - this.round(leader, b) || away(leader, a) - away(leader, b)),
    );
    const looks = Array.from({ length: 2 * this.looks }, (_, i) => (i - this.looks + 0.5) * this.tick);
    this.kept = delays.map((_, leader) =>
      delays.map((__, other) =>
        leader === other ? [] : looks.map((after) => this.outcome(leader, other, after)),
      ),
    );
  }

  private round(a: number, b: number): number {
    return this.delays[a][b] + this.delays[b][a];
  }

  /** Seconds from request to commit of a command that meets no other. */
  alone(leader: number): number {
    return this.peers === 0 ? 0 : this.round(leader, this.others[leader][this.peers - 1]);
  }

  /** Seconds before and after a request that are looked at: no command that meets another takes longer. */
  get reach(): number {
    return this.tick * this.looks;
  }

  /** Seconds from one replica to another. */
  delay(from: number, to: number): number {
    return this.delays[from][to];
  }

  /** Of a command led by `leader`, when `other` leads one that is asked for `after` seconds later (or earlier, if negative). */
  outcome(leader: number, other: number, after: number): PairOutcome {
    const { delays, majority, peers } = this;
    const others = this.others[leader];
    // The leader knows of the other command already: then so say all.
    const known = after + delays[other][leader] < 0;
    let [waits, alike, first] = [false, true, false];
    for (let k = 0; k < others.length; k++) {
      const replica = others[k];
      const heard =
        known || after + (replica === other ? 0 : delays[other][replica]) < delays[leader][replica];
      if (heard) waits = true;
      if (k === 0) first = heard;
      if (k < peers && heard !== first) alike = false;
      // With the answer of this one the fast quorum has answered, and alike; or, not alike, a majority.
      if (alike && k === peers - 1) return { fast: true, committed: this.round(leader, replica), waits };
      if (!alike && k >= majority - 2) {
        const again = this.round(leader, others[majority - 2]);
        return { fast: false, committed: this.round(leader, replica) + again, waits };
      }
    }
    return { fast: true, committed: 0, waits }; // a group of one
  }

  /** The same at the middle of a tick, before or after; kept. */
  at(leader: number, other: number, look: number): PairOutcome {
    return this.kept[leader][other][look + this.looks];
  }

  /** When a command of one replica is committed that others make slow, and how many do. */
  slowOf(leader: number, rates: readonly number[]): { readonly committed: number; readonly count: number }[] {
    const counts = new Map<number, number>();
    for (const [other, rate] of rates.entries()) {
      if (other === leader) continue;
      for (let look = -this.looks; look < this.looks; look++) {
        const { fast, committed } = this.at(leader, other, look);
        if (!fast) counts.set(committed, (counts.get(committed) ?? 0) + rate * this.tick);
      }
    }
    return [...counts].map(([committed, count]) => ({ committed, count })).filter(({ count }) => count > 0);
  }
}
