/**
 * How long an operation of Mencius takes between regions while several servers propose.
 *
 * Source: Mao, Junqueira and Marzullo, "Mencius: Building Efficient Replicated State Machines for WANs", OSDI 2008, §4: a
 * majority chooses, but what is in a slot is executed after all slots before it. So a server waits for three things:
 *
 * - a majority's answers;
 * - word of every server that its own slots before this one are settled or skipped. Its answer says so, and that takes the
 *   round trip; sooner, whatever it proposes, answers to an earlier operation or tells all every `skipDelay`, once it stands
 *   beyond the slot by what it has heard from others. Proposers being in turn, half of those who have heard the same as this
 *   one stand beyond it;
 * - what others have proposed in earlier slots without having heard of this one ("delayed commit"): their own quorum's
 *   answers, and word of it.
 *
 * Who stands where is told by the clocks of `slot-clocks.ts`.
 */
import type { Delays } from "../flow/flow-inputs.ts";
import { type Atoms, atomsOf } from "./atoms.ts";
import { SlotClocks } from "./slot-clocks.ts";

/** Moments at which it is looked between two servers' news of one another. */
const LOOKS = 60;
/** Moments at which it is asked what has been told, and ages of what was told last. */
const TOLD = 25;
const AGES = 20;
const HALVINGS = 40;
/** Steps of a law from 0 to its end. */
const STEPS = 500;

/** How one clock stands to another's at moments in a row. */
interface Standing {
  readonly from: number;
  readonly step: number;
  readonly looks: readonly { readonly lower: number; readonly higher: number }[];
}

type Matrix = readonly (readonly number[])[];

/** How many turns before one server's another's is, its own a whole round before: 1 to n. */
const back = (from: number, to: number, servers: number): number => ((from - to + servers - 1) % servers) + 1;

/** Products of so many of some numbers: all of one, of two, … */
function products(numbers: readonly number[]): number[] {
  const sums = [1];
  for (const number of numbers) {
    sums.push(0);
    for (let k = sums.length - 1; k > 0; k--) sums[k] += sums[k - 1] * number;
  }
  return sums;
}

/** Servers that propose at some rates, each beside its clients. */
export class MenciusWan {
  private readonly delays: Matrix;
  private readonly rates: readonly number[];
  private readonly total: number;
  private readonly clocks: SlotClocks;
  private readonly quorumAt: readonly number[];
  private readonly skipDelay: number;

  /**
   * @param delays one-way delays between servers; their means count
   * @param rates proposals of each server, 1/s
   * @param quorum servers that choose, the proposer among them
   * @param skipDelay how often a server tells all where it stands, s
   */
  constructor(delays: Delays, rates: readonly number[], quorum: number, skipDelay: number) {
    this.delays = delays.map((row, i) => row.map(({ mean }, j) => (i === j ? 0 : mean)));
    this.rates = rates;
    this.total = rates.reduce((sum, rate) => sum + rate, 0);
    this.skipDelay = skipDelay;
    this.clocks = new SlotClocks(this.delays, rates);
    this.quorumAt = rates.map(
      (_, server) => rates.map((_, other) => this.roundTrip(server, other)).sort((a, b) => a - b)[quorum - 1],
    );
  }

  private roundTrip(a: number, b: number): number {
    return this.delays[a][b] + this.delays[b][a];
  }

  /** The farthest answer: what one that proposes alone waits for. */
  farthest(server: number): number {
    return Math.max(...this.rates.map((_, other) => this.roundTrip(server, other)));
  }

  /** The law of the commit latency of what a server proposes. */
  lawOf(server: number): Atoms {
    const { rates } = this;
    const others = [...rates.keys()].filter((other) => other !== server);
    const proposers = others.filter((other) => rates[other] > 0);
    const trips = others.map((other) => this.roundTrip(server, other));
    const ends = proposers.map(
      (other) => this.delays[server][other] + this.quorumAt[other] + this.delays[other][server],
    );
    const standing = new Map(others.map((other) => [other, this.standing(server, other)]));
    const standingOf = (other: number): Standing => standing.get(other) as Standing;
    const settled = proposers.map((other) => this.lastBefore(server, other, standingOf(other)));
    const last = this.clocks.lastHeard(server);
    const told = others.map((other) =>
      last.map((_, by) => this.toldBy(server, other, by, standingOf(other))),
    );
    const end = Math.max(...trips, ...ends);
    const step = end / STEPS;
    const chanceBy = (at: number): number => {
      if (at < this.quorumAt[server]) return 0;
      let chance = 0;
      for (const [by, share] of last.entries())
        chance += others.reduce(
          (product, _, o) => (at >= trips[o] || product === 0 ? product : product * told[o][by](at)),
          share,
        );
      return settled.reduce(
        (product, isSettledBy, o) =>
          product * isSettledBy(at - this.quorumAt[proposers[o]] - this.delays[proposers[o]][server]),
        chance,
      );
    };
    // Where an answer comes the law leaps: these are steps' ends.
    const times = [...Array.from({ length: STEPS }, (_, i) => i * step), ...trips, end].sort((a, b) => a - b);
    let before = 0;
    const weights = times.map((time, i) => {
      const at = (time + (times[i + 1] ?? time)) / 2;
      const upTo = i === times.length - 1 ? 1 : Math.max(before, chanceBy(at));
      const weight = upTo - before;
      before = upTo;
      return weight;
    });
    return atomsOf(Float64Array.from(times), Float64Array.from(weights), "propagation");
  }

  /** How another's clock stands to a server's of 0, from what the server has heard of it until word of 0 comes to it. */
  private standing(server: number, other: number): Standing {
    const from = -this.delays[other][server];
    const step = (this.delays[server][other] - from) / LOOKS;
    const looks = Array.from({ length: step > 0 ? LOOKS : 0 }, (_, i) =>
      this.clocks.compare(other, server, from + (i + 0.5) * step),
    );
    return { from, step, looks };
  }

  /**
   * The law of when another has last proposed in a slot before the one that a server takes at 0: the chance that it was by
   * some time.
   *
   * The other's clock only rises, so that is so if what it proposes next is in a later slot, or comes after word of this one.
   */
  private lastBefore(
    server: number,
    other: number,
    { from, step, looks }: Standing,
  ): (time: number) => number {
    const rate = this.rates[other];
    const to = this.delays[server][other];
    const stay = Math.exp(-rate * step);
    // At each moment: the chance that the next comes before word of this one, and in an earlier slot, of equal clocks half.
    const earlier = new Float64Array(looks.length + 1);
    for (let i = looks.length - 1; i >= 0; i--) {
      const { lower, higher } = looks[i];
      earlier[i] = earlier[i + 1] * stay + ((1 - stay) * (1 + lower - higher)) / 2;
    }
    return (time) => {
      if (time >= to) return 1;
      if (time < from) return Math.exp(-rate * (from - time)) * (1 - earlier[0]);
      const i = Math.min(LOOKS - 1, Math.floor((time - from) / step));
      const share = (time - from) / step - i;
      return 1 - earlier[i] * (1 - share) - earlier[i + 1] * share;
    };
  }

  /**
   * The chance that a server knows by some time that another stands beyond the slot it took at 0, without its answer.
   *
   * The slot is the first own one after the last it had heard of. Slots come in turn, so the other is beyond it if all
   * that was proposed since what it told last has not led past its own turn.
   *
   * @param by who proposed in that last slot
   */
  private toldBy(
    server: number,
    other: number,
    by: number,
    { from, step, looks }: Standing,
  ): (time: number) => number {
    const { rates, total, delays } = this;
    const servers = rates.length;
    const room = back(server, other, servers) - back(server, by, servers);
    if (by === other) return () => 1;
    // Who may have proposed before `by`, so that none leads past: the other itself first, or none between.
    const shares = rates.flatMap((rate, one) => {
      const way = back(by, one, servers);
      return way < room || (way === room && one === other) ? [rate / total] : [];
    });
    const chains = room < 0 ? [0] : products(shares);
    const longest = this.farthest(server);
    const ages = this.agesOf(server, other);
    const chances = Array.from({ length: TOLD + 1 }, (_, at) => {
      let chance = 0;
      for (const age of ages) {
        const then = (at / TOLD) * longest - delays[other][server] - age;
        // It stands beyond by what it had heard, and the server had not.
        const look = Math.floor((then - from) / step);
        const higher = look >= 0 && look < looks.length ? looks[look].higher : 0;
        // Proposals the server knew of, and the other had not heard of then.
        const unheard = rates.reduce((sum, rate, one) => {
          const known = one === server ? 0 : delays[one][server];
          return one === other ? sum : sum + rate * Math.max(0, delays[one][other] - then - known);
        }, 0);
        let exactly = Math.exp(-unheard);
        let inTurn = 0;
        for (const [number, chain] of chains.entries()) {
          inTurn += exactly * chain;
          exactly *= unheard / (number + 1);
        }
        chance += (higher + (1 - higher) * inTurn) / AGES;
      }
      return Math.min(1, chance);
    });
    return (time) => {
      const place = Math.min(1, time / longest) * TOLD;
      const at = Math.min(TOLD - 1, Math.floor(place));
      return chances[at] + (chances[at + 1] - chances[at]) * (place - at);
    };
  }

  /**
   * How long ago a server was told where another stands, as likely each: by a proposal of the other, by the other's answer
   * to an earlier one of its own, or from time to time.
   */
  private agesOf(server: number, other: number): number[] {
    const rate = this.rates[server] + this.rates[other];
    return Array.from({ length: AGES }, (_, i) => {
      const older = 1 - (i + 0.5) / AGES;
      let [low, high] = [0, this.skipDelay];
      for (let halving = 0; halving < HALVINGS; halving++) {
        const age = (low + high) / 2;
        if (Math.exp(-rate * age) * (1 - age / this.skipDelay) > older) low = age;
        else high = age;
      }
      return low;
    });
  }
}
