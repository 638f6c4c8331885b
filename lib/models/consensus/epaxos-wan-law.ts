/**
 * The law of a command's latency among others that interfere with it at random: EPaxos between regions.
 *
 * Source: Moraru, Andersen and Kaminsky, SOSP 2013, §4.3; how long a command waits for those it comes after was measured by
 * Tollman, Park and Ousterhout, "EPaxos Revisited", NSDI 2021, §3.
 *
 * Those that interfere come as a Poisson process. Each makes the command as late as `epaxos-pair` says of the two, and what
 * it comes after is itself told later where a third one makes it slow. Taken one by one the latest decides: a command is
 * late by no more than x when none comes that makes it later, which has probability exp(−rate · how much of time would).
 * Chains of four and more are not followed.
 */
import { type Atoms, atomsOf } from "./atoms.ts";
import type { EPaxosPairs } from "./epaxos-pair.ts";

/** Steps of a law from the latency alone to the longest. */
const STEPS = 960;

/** A share of the operations, and how likely any other interferes with one of them, and a third one with that. */
export interface Meeting {
  readonly share: number;
  readonly chance: number;
  readonly next: number;
}

/** By how many others a command is later than each step: by two alone, and by what a third one does to the other. */
interface Lateness {
  readonly byOther: Float64Array;
  readonly byThird: Float64Array;
  /** By how many it is slow. */
  readonly slow: number;
}

/** Adds to all steps before one. */
function addBefore(counts: Float64Array, step: number, count: number): void {
  if (step > 0) counts[step - 1] += count;
}

/** Sums from each step to the end. */
function fromEach(counts: Float64Array): Float64Array {
  for (let x = counts.length - 2; x >= 0; x--) counts[x] += counts[x + 1];
  return counts;
}

function latenessOf(pairs: EPaxosPairs, leader: number, rates: readonly number[]): Lateness {
  const { tick, looks, reach } = pairs;
  const alone = pairs.alone(leader);
  const stepOf = (latency: number): number =>
    Math.min(STEPS, Math.max(0, Math.round(((latency - alone) / reach) * STEPS)));
  const byOther = new Float64Array(STEPS);
  const byThird = new Float64Array(STEPS);
  let slow = 0;
  for (const [other, rate] of rates.entries()) {
    if (other === leader || rate === 0) continue;
    const count = rate * tick;
    const slowly = pairs.slowOf(other, rates);
    for (let look = -looks; look < looks; look++) {
      const { fast, waits, committed } = pairs.at(leader, other, look);
      if (!fast) slow += count;
      const told = (look + 0.5) * tick + pairs.delay(other, leader);
      const known = waits ? told + pairs.at(other, leader, -look - 1).committed : 0;
      const step = stepOf(Math.max(committed, known));
      addBefore(byOther, step, count);
      if (!waits) continue;
      for (const third of slowly) {
        const later = stepOf(told + third.committed);
        if (later <= step) continue;
        addBefore(byThird, later, count * third.count);
        addBefore(byThird, step, -count * third.count);
      }
    }
  }
  return { byOther: fromEach(byOther), byThird: fromEach(byThird), slow };
}

/** Latency of the commands led by one replica, and the share of them that is committed in one round. */
export interface ReplicaLaw {
  readonly law: Atoms;
  readonly fast: number;
}

/**
 * @param leader the replica
 * @param rates commands of each replica, 1/s
 * @param meetings shares of the operations by how likely others interfere with them
 */
export function lawAmong(
  pairs: EPaxosPairs,
  leader: number,
  rates: readonly number[],
  meetings: readonly Meeting[],
): ReplicaLaw {
  const { byOther, byThird, slow } = latenessOf(pairs, leader, rates);
  const [values, weights]: [number[], number[]] = [[], []];
  let before = 0;
  for (let x = 0; x <= STEPS; x++) {
    let below = 1;
    if (x < STEPS) {
      below = 0;
      for (const { share, chance, next } of meetings)
        below += share * Math.exp(-chance * (byOther[x] + next * byThird[x]));
    }
    if (below > before) {
      values.push(pairs.alone(leader) + (x / STEPS) * pairs.reach);
      weights.push(below - before);
    }
    before = Math.max(before, below);
  }
  const fast = meetings.reduce((sum, { share, chance }) => sum + share * Math.exp(-chance * slow), 0);
  return { law: atomsOf(Float64Array.from(values), Float64Array.from(weights), "propagation"), fast };
}
