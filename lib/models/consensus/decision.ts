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

/** Chances that exactly 0, 1, … votes of voters other than `left` are in, given each one's probability of being in. */
function heardOthers(
  inside: Float64Array,
  left: number,
  chances: Float64Array,
  weights: readonly number[] | null,
): void {
  chances.fill(0);
  chances[0] = 1;
  let seen = 0;
  for (let j = 0; j < inside.length; j++) {
    if (j === left) continue;
    const p = inside[j];
    if (p === 0) continue;
    const more = weights === null ? 1 : weights[j];
    seen += more;
    for (let r = seen; r >= more; r--) chances[r] = chances[r] * (1 - p) + chances[r - more] * p;
    for (let r = Math.min(more, seen + 1) - 1; r >= 0; r--) chances[r] *= 1 - p;
  }
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
  const inside = new Float64Array(n);
  const chances = new Float64Array(n);
  const votes = Array.from({ length: n }, () => emptyTally(n, events));
  for (const [at, event] of events.entries()) {
    const { voter } = event;
    heardOthers(inside, voter, chances, null);
    const weight = voters[voter].delay.weights[event.atom];
    for (let k = 0; k < n; k++) {
      const p = weight * chances[k];
      if (p > 0) note(votes[k], at, event, voters[voter], p);
    }
    inside[voter] = Math.min(1, inside[voter] + weight);
  }
  return votes;
}

/**
 * What brings the votes to a number, of voters who may bring several votes at once.
 *
 * @param needed votes; all voters together must have as many
 */
export function completing(voters: readonly Voter[], needed: number): KthVote {
  const events = eventsOf(voters);
  const inside = new Float64Array(voters.length);
  const weights = voters.map(({ weight = 1 }) => weight);
  const chances = new Float64Array(1 + weights.reduce((sum, weight) => sum + weight, 0));
  const decided = emptyTally(voters.length, events);
  for (const [at, event] of events.entries()) {
    const { voter } = event;
    heardOthers(inside, voter, chances, weights);
    let lacking = 0;
    for (let r = Math.max(0, needed - weights[voter]); r < needed; r++) lacking += chances[r];
    const weight = voters[voter].delay.weights[event.atom];
    if (weight * lacking > 0) note(decided, at, event, voters[voter], weight * lacking);
    inside[voter] = Math.min(1, inside[voter] + weight);
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
