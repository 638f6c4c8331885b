/**
 * How large messages become when operations gather: by a stated delay, or because the pipeline is full.
 *
 * Gathering by delay is exact for Poisson arrivals. A full pipeline is an approximation by slots: operations that
 * find all P slots taken go together into the next one that comes free (natural batching). For P = 1 and rounds that
 * all take the same time it is the exact law of bulk service without limit (group-commit.ts). The backlog left by a
 * limit B on the batch is that of a Gaussian random walk (Spitzer 1956), whose steps are the operations of one slot
 * time less B.
 */
import { incompleteGammaP, normalDensity, normalSurvival } from "../../core/special.ts";

/** Messages as gathered by a delay. */
export interface Gathered {
  /** Mean operations in a message. */
  readonly batch: number;
  /** Squared coefficient of variation of that number. */
  readonly batchScv: number;
  /** Mean wait of an operation for its message. */
  readonly wait: number;
  /** Longest wait. */
  readonly longest: number;
  /** Squared coefficient of variation of the times between messages. */
  readonly gapScv: number;
}

const ONE_BY_ONE: Gathered = { batch: 1, batchScv: 0, wait: 0, longest: 0, gapScv: 1 };

/** P(N ≥ j) of a Poisson number, for j = 0 … count. */
function poissonAtLeast(mean: number, count: number): Float64Array {
  const chance = new Float64Array(count + 1);
  let below = 0;
  let term = Math.exp(-mean);
  for (let j = 0; j <= count; j++) {
    chance[j] = Math.max(0, 1 - below);
    below += term;
    term *= mean / (j + 1);
  }
  return chance;
}

/**
 * Messages that leave `delay` after their first operation, or as soon as they hold `batchMax`.
 * Exact for Poisson arrivals: a message is open while at most batchMax − 2 further operations have come.
 */
export function gather(rate: number, delay: number, batchMax: number): Gathered {
  if (delay === 0 || batchMax === 1) return ONE_BY_ONE;
  const mean = rate * delay;
  // Beyond this many the Poisson number has no chance left, so a larger limit changes nothing.
  const most = Math.min(batchMax, Math.ceil(mean + 40 + 12 * Math.sqrt(mean)));
  const atLeast = poissonAtLeast(mean, most + 1);
  let batch = 1;
  let square = 1;
  let open = 0;
  let openSquare = 0;
  let waited = 0;
  for (let j = 0; j <= most - 2; j++) {
    batch += atLeast[j + 1];
    square += (2 * (j + 1) + 1) * atLeast[j + 1];
    open += atLeast[j + 1] / rate;
    openSquare += (2 * (j + 1) * atLeast[j + 2]) / (rate * rate);
    waited += ((1 + j) * atLeast[j + 1]) / rate;
  }
  // A message opens an exponential time after the last one left.
  const gap = open + 1 / rate;
  const gapVariance = openSquare - open * open + 1 / (rate * rate);
  return {
    batch,
    batchScv: Math.max(0, square / (batch * batch) - 1),
    wait: waited / batch,
    // A message that fills up leaves long before the delay is over.
    longest: Math.min(delay, (3 * waited) / batch),
    gapScv: Math.max(0, gapVariance / (gap * gap)),
  };
}

/** A pipeline in steady state. */
export interface Pipeline {
  /** Chance that an operation finds all slots taken. */
  readonly full: number;
  /** Operations per message when what finds no slot goes together. */
  readonly growth: number;
  /** Mean wait for a slot, over all operations. */
  readonly wait: number;
}

/** E[(R − τ)⁺] and E[(R − τ)⁺²] for τ the time of the first k arrivals at rate λ (0 for k = 0). */
function leftOver(rate: number, round: number, arrivals: number): readonly [number, number] {
  if (arrivals === 0) return [round, round * round];
  const load = rate * round;
  const atLeast = (k: number): number => incompleteGammaP(k, load);
  // Moments of an Erlang time cut off at R are Erlang probabilities of higher order.
  const p0 = atLeast(arrivals);
  const p1 = (arrivals / rate) * atLeast(arrivals + 1);
  const p2 = ((arrivals * (arrivals + 1)) / (rate * rate)) * atLeast(arrivals + 2);
  return [Math.max(0, round * p0 - p1), Math.max(0, round * round * p0 - 2 * round * p1 + p2)];
}

/**
 * P slots, each taken for the time of a round; what finds none goes together into the next that comes free.
 *
 * Slots are taken one after the other by the arrivals that follow a free pipeline, and since rounds take the same
 * time they come free in the same rhythm: all are taken from the (P − 1)-th further arrival on until the first slot's
 * round ends. What comes in between waits for that end. A cycle lasts a round and, when nothing waits at its end, the
 * time to the next arrival. Exact for P = 1 with constant rounds.
 */
export function pipeline(rate: number, round: number, slots: number): Pipeline {
  if (slots === 0 || rate * round === 0) return { full: 0, growth: 1, wait: 0 };
  const load = rate * round;
  const cycle = round + Math.exp(-load) / rate;
  const [left, leftSquare] = leftOver(rate, round, slots - 1);
  const waiting = rate * left;
  // Of the operations of a cycle, those that wait make one message; the others go alone.
  const messages = rate * cycle - waiting + 1 - Math.exp(-waiting);
  return {
    full: Math.min(1, left / cycle),
    growth: Math.max(1, (rate * cycle) / messages),
    wait: leftSquare / 2 / cycle,
  };
}

/**
 * Mean number left over when each slot time takes at most `limit` of a Poisson number of arrivals, as a Gaussian
 * random walk: Spitzer's identity, E[L] = Σ_k E[(S_k)⁺]/k with S_k normal.
 */
export function backlog(arrivals: number, limit: number): number {
  const drift = limit - arrivals;
  const deviation = Math.sqrt(arrivals);
  if (!(drift > 0) || deviation === 0) return 0;
  let sum = 0;
  for (let k = 1; k < 1e5; k++) {
    const a = (Math.sqrt(k) * drift) / deviation;
    if (a > 8) break;
    sum += (Math.sqrt(k) * deviation * normalDensity(a) - k * drift * normalSurvival(a)) / k;
  }
  return sum;
}
