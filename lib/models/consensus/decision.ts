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

/** Chances that exactly 0, 1, … of the voters other than `left` are in, given each one's probability of being in. */
function heardOthers(inside: Float64Array, left: number, chances: Float64Array): void {
  chances.fill(0);
  chances[0] = 1;
  let seen = 0;
  for (let j = 0; j < inside.length; j++) {
    if (j === left) continue;
    const p = inside[j];
    if (p === 0) continue;
    seen++;
    for (let r = seen; r >= 1; r--) chances[r] = chances[r] * (1 - p) + chances[r - 1] * p;
    chances[0] *= 1 - p;
  }
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
  const times = Float64Array.from(events, (e) => e.time);
  const votes = Array.from({ length: n }, () => ({
    mean: 0,
    offset: 0,
    parts: { ...partsOf(0) } as { [P in DelayPart]: number },
    byVoter: new Array<number>(n).fill(0),
    times,
    weights: new Float64Array(events.length),
  }));
  for (const [at, { time, voter, atom }] of events.entries()) {
    const { delay, offset } = voters[voter];
    heardOthers(inside, voter, chances);
    const weight = delay.weights[atom];
    for (let k = 0; k < n; k++) {
      const p = weight * chances[k];
      if (p === 0) continue;
      const vote = votes[k];
      vote.mean += p * time;
      vote.offset += p * offset;
      for (const part of DELAY_PARTS) vote.parts[part] += p * delay.parts[part][atom];
      vote.byVoter[voter] += p;
      vote.weights[at] += p;
    }
    inside[voter] = Math.min(1, inside[voter] + weight);
  }
  return votes;
}
