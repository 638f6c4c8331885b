/**
 * Who completes a quorum, and when: order statistics of independent voters that are not alike.
 *
 * The number of voters heard by a time is a sum of independent indicators (Poisson-binomial), so the chance that
 * exactly r of the others are in when one more arrives follows from a product of small polynomials. Going through
 * all atoms in ascending order gives, without sampling, the mean k-th vote and who casts it. Equal times are taken
 * in the order of the voters.
 */
import { type Atoms, DELAY_PARTS, type DelayPart, partsOf } from "./atoms.ts";

/** One voter: a sure offset and a random delay after it. */
export interface Voter {
  readonly offset: number;
  readonly delay: Atoms;
  /** How many votes it brings at once; 1 unless said. */
  readonly weight?: number;
}

/** The k-th vote of all, on average. */
export interface VoteMeans {
  /** Mean time. */
  readonly mean: number;
  /** Mean of each part of the deciding delay, and of its voter's offset; they add up to the mean. */
  readonly offset: number;
  readonly parts: { readonly [P in DelayPart]: number };
  /** Probability that each voter is the one. */
  readonly byVoter: readonly number[];
}

/** The k-th vote of all. */
export interface KthVote extends VoteMeans {
  /** Times in ascending order with their probabilities. */
  readonly times: Float64Array;
  readonly weights: Float64Array;
}

interface Event {
  readonly time: number;
  readonly voter: number;
  readonly atom: number;
}

function eventsOf(voters: readonly Voter[]): Event[] {
  const events: Event[] = [];
  for (const [voter, { offset, delay }] of voters.entries()) {
    for (let atom = 0; atom < delay.values.length; atom++) {
      events.push({ time: offset + delay.values[atom], voter, atom });
    }
  }
  return events.sort((a, b) => a.time - b.time || a.voter - b.voter || a.atom - b.atom);
}

/** Updates after which rounding is not let grow. */
const AFRESH = 256;

/**
 * Chances that so many votes are in, by each voter's probability of being in: the product of (1 − p) + p·z^w.
 *
 * A voter is taken out by dividing through its factor, from the end at which that does not magnify errors.
 */
class Heard {
  private readonly weights: readonly number[];
  private readonly inside: Float64Array;
  private readonly all: Float64Array;
  private readonly rest: Float64Array;
  private updates = 0;

  constructor(weights: readonly number[]) {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    this.weights = weights;
    this.inside = new Float64Array(weights.length);
    this.all = new Float64Array(total + 1);
    this.all[0] = 1;
    this.rest = new Float64Array(total + 1);
  }

  /** Entry r is the chance that r votes of the other voters are in. */
  without(voter: number): Float64Array {
    const { all, rest } = this;
    const p = this.inside[voter];
    const w = this.weights[voter];
    const top = all.length - 1;
    if (p <= 0.5) {
      for (let r = 0; r <= top; r++) rest[r] = (all[r] - (r >= w ? p * rest[r - w] : 0)) / (1 - p);
    } else {
      for (let r = top; r > top - w; r--) rest[r] = 0;
      for (let r = top; r >= w; r--) rest[r - w] = (all[r] - (1 - p) * rest[r]) / p;
    }
    for (let r = 0; r <= top; r++) if (rest[r] < 0) rest[r] = 0;
    return rest;
  }

  /** More of a voter is in; its `without` must have been asked for last. */
  raise(voter: number, by: number): void {
    const { inside, weights } = this;
    inside[voter] = Math.min(1, inside[voter] + by);
    if (++this.updates % AFRESH > 0) {
      multiply(this.rest, inside[voter], weights[voter], this.all);
      return;
    }
    let product = new Float64Array(this.all.length);
    product[0] = 1;
    for (const [v, p] of inside.entries()) {
      const next = new Float64Array(product.length);
      multiply(product, p, weights[v], next);
      product = next;
    }
    this.all.set(product);
  }
}

/** `into` = `of`·((1 − p) + p·z^w). */
function multiply(of: Float64Array, p: number, w: number, into: Float64Array): void {
  for (let r = 0; r < of.length; r++) into[r] = of[r] * (1 - p) + (r >= w ? of[r - w] * p : 0);
}

type Tally = {
  mean: number;
  offset: number;
  parts: { [P in DelayPart]: number };
  byVoter: number[];
  times: Float64Array;
  weights: Float64Array;
};

function emptyTally(voters: number, events: readonly Event[]): Tally {
  return {
    mean: 0,
    offset: 0,
    parts: { ...partsOf(0) },
    byVoter: new Array<number>(voters).fill(0),
    times: Float64Array.from(events, (e) => e.time),
    weights: new Float64Array(events.length),
  };
}

/** Notes that with probability p the decision is an event's. */
function note(
  tally: Tally,
  at: number,
  { time, voter, atom }: Event,
  { offset, delay }: Voter,
  p: number,
): void {
  tally.mean += p * time;
  tally.offset += p * offset;
  for (const part of DELAY_PARTS) tally.parts[part] += p * delay.parts[part][atom];
  tally.byVoter[voter] += p;
  tally.weights[at] += p;
}

/**
 * The first, second, … last vote.
 *
 * @param voters independent voters
 * @returns entry k − 1 describes the k-th vote
 */
export function kthVotes(voters: readonly Voter[]): readonly KthVote[] {
  const n = voters.length;
  const events = eventsOf(voters);
  const heard = new Heard(voters.map(() => 1));
  const votes = Array.from({ length: n }, () => emptyTally(n, events));
  for (const [at, event] of events.entries()) {
    const { voter } = event;
    const chances = heard.without(voter);
    const weight = voters[voter].delay.weights[event.atom];
    for (let k = 0; k < n; k++) {
      const p = weight * chances[k];
      if (p > 0) note(votes[k], at, event, voters[voter], p);
    }
    heard.raise(voter, weight);
  }
  return votes;
}

/** Mean times of the first, second, … last vote. */
export function kthTimes(voters: readonly Voter[]): readonly number[] {
  const heard = new Heard(voters.map(() => 1));
  const times = new Float64Array(voters.length);
  for (const { time, voter, atom } of eventsOf(voters)) {
    const chances = heard.without(voter);
    const weight = voters[voter].delay.weights[atom];
    for (let k = 0; k < times.length; k++) times[k] += weight * chances[k] * time;
    heard.raise(voter, weight);
  }
  return [...times];
}

/**
 * What brings the votes to a number, of voters who may bring several votes at once.
 *
 * @param needed votes; all voters together must have as many
 */
export function completing(voters: readonly Voter[], needed: number): KthVote {
  const events = eventsOf(voters);
  const weights = voters.map(({ weight = 1 }) => weight);
  const heard = new Heard(weights);
  const decided = emptyTally(voters.length, events);
  for (const [at, event] of events.entries()) {
    const { voter } = event;
    const chances = heard.without(voter);
    let lacking = 0;
    for (let r = Math.max(0, needed - weights[voter]); r < needed; r++) lacking += chances[r];
    const weight = voters[voter].delay.weights[event.atom];
    if (weight * lacking > 0) note(decided, at, event, voters[voter], weight * lacking);
    heard.raise(voter, weight);
  }
  return decided;
}

/** The k-th of votes that are all early or all late together: each at the same level of its law. */
export function kthInStep(voters: readonly Voter[], k: number): KthVote {
  const n = voters.length;
  const at = new Array<number>(n).fill(0);
  const ends = voters.map(({ delay }) => delay.weights[0]);
  const events: Event[] = [];
  const chances: number[] = [];
  const isDone = (v: number): boolean => at[v] === voters[v].delay.values.length - 1;
  for (let level = 0; level < 1; ) {
    // Up to the next level at which one of them goes on to its next atom.
    const next = Math.min(1, ...ends.map((end, v) => (isDone(v) ? 1 : end)));
    const times = voters.map(({ offset, delay }, v) => offset + delay.values[at[v]]);
    const time = [...times].sort((a, b) => a - b)[k - 1];
    events.push({ time, voter: times.indexOf(time), atom: at[times.indexOf(time)] });
    chances.push(next - level);
    for (let v = 0; v < n; v++)
      if (!isDone(v) && ends[v] <= next) ends[v] += voters[v].delay.weights[++at[v]];
    level = next;
  }
  const decided = emptyTally(n, events);
  for (const [i, event] of events.entries()) note(decided, i, event, voters[event.voter], chances[i]);
  return decided;
}
