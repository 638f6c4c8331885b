/**
 * The whole law of a Raft election's length, from the leader's crash to its successor's majority.
 *
 * Ongaro (2014, ch. 9) gives the mean; terms are independent, so the law is a renewal equation: an election ends in
 * this term, or a term is lost and it begins again. First timeout and outcome of a term are taken together, since the
 * later the first timeout, the nearer are the others. The equation is solved on a grid that keeps all means; the
 * collecting of votes and the phase of the last heartbeat are then added without a grid.
 */
import type { Distribution } from "../../core/distributions.ts";
import { DomainError } from "../../core/errors.ts";
import { incompleteBeta } from "../../core/special.ts";
import { type Term, TermLaw } from "./election-split.ts";
import { gaussLegendre, pieces } from "./gauss-legendre.ts";

/** Everything an election depends on. Times in seconds. */
export interface Election {
  /** The first term after the crash, whose timers may start apart, and all later ones. */
  readonly first: Term;
  readonly later: Term;
  /** Servers that may win: their timers start elections that end. */
  readonly eligible: number;
  readonly timeoutMin: number;
  readonly heartbeatInterval: number;
  /** From the first timeout of a lost term until all timers run again. */
  readonly restart: number;
  /** Delay of a vote, the voter's disk included. */
  readonly vote: Distribution;
}

/** Mean, distribution function and quantiles of an election's length. */
export interface ElectionLaw {
  /** Chances that the first, and that a later term, is split. */
  readonly firstSplit: number;
  readonly laterSplit: number;
  cdf(time: number): number;
  quantile(p: number): number;
}

/** Masses at step · (offset + i). */
interface Lattice {
  readonly offset: number;
  readonly masses: Float64Array;
}

/** Points of a term at most, and of the timeouts' range at least, as far as the former allows. */
const TERM_POINTS = 3000;
const RANGE_POINTS = 200;
/** Chance of longer elections that is left out of the grid. */
const REST = 1e-7;
/** Products of masses, and points, that a grid costs at most: with many lost terms, or long ones, it is coarser. */
const MOST_PRODUCTS = 1e8;
const MOST_POINTS = 2e7;

/** Levels of (0, 1) by quadrature, finer towards both ends. */
export function levels(): { readonly at: number; readonly weight: number }[] {
  const ends = pieces(0, 1, [0.01, 0.1, 0.5, 0.9, 0.99]);
  const { nodes, weights } = gaussLegendre(6);
  return ends.slice(1).flatMap((end, i) =>
    Array.from(nodes, (node, k) => ({
      at: ends[i] + (end - ends[i]) * node,
      weight: (end - ends[i]) * weights[k],
    })),
  );
}

/** Times until the candidate has its votes: the (q − 1)-th of s − 1 sums of a request and a vote. */
export function collecting(
  term: Term,
  vote: Distribution,
): { readonly time: number; readonly weight: number }[] {
  const { servers, quorum, request } = term;
  if (quorum <= 1) return [{ time: 0, weight: 1 }];
  if (request.variance === 0 && vote.variance === 0) return [{ time: request.mean + vote.mean, weight: 1 }];
  const out = levels().map(({ at, weight }) => ({ delay: request.quantile(at), weight }));
  const late = (t: number): number => {
    const one = out.reduce((sum, { delay, weight }) => sum + weight * vote.survival(t - delay), 0);
    return one >= 1 ? 1 : one <= 0 ? 0 : incompleteBeta(servers - quorum + 1, quorum - 1, one);
  };
  return levels().map(({ at, weight }) => {
    let [low, high] = [0, 2 * (request.mean + vote.mean)];
    while (late(high) > 1 - at) high *= 2;
    for (let i = 0; i < 50; i++) {
      const middle = (low + high) / 2;
      if (late(middle) > 1 - at) low = middle;
      else high = middle;
    }
    return { time: high, weight };
  });
}

/** Won and lost masses of a term over its first timeout, on a grid that starts `base` after the term does. */
function outcomes(
  term: Term,
  split: number,
  eligible: number,
  base: number,
  restart: number,
  step: number,
): { readonly won: Lattice; readonly lost: Lattice } {
  const { low, high } = term.timers;
  const law = new TermLaw(term);
  const cells = Math.max(1, Math.ceil((high - low) / step));
  const knots = Math.min(48, cells);
  const wins = Array.from({ length: knots }, (_, i) => {
    const at = low + ((i + 0.5) / knots) * (high - low);
    const density = law.firstDensity(at);
    return density > 0 ? law.winDensity(at) / density : 0;
  });
  const won = new Float64Array(cells + 1);
  const lost = new Float64Array(cells + 1);
  const [winShift, loseShift] = [low + base + step / 2, low + base + step / 2 + restart].map((t) => t / step);
  let before = 1;
  const share = { won: new Float64Array(cells), lost: new Float64Array(cells) };
  for (let i = 0; i < cells; i++) {
    const after = i === cells - 1 ? 0 : term.timers.survival(low + (i + 1) * step) ** eligible;
    const place = Math.min(knots - 1, Math.max(0, ((i + 0.5) / cells) * knots - 0.5));
    const [left, rest] = [Math.floor(place), place - Math.floor(place)];
    const win = (1 - rest) * wins[left] + rest * wins[Math.min(knots - 1, left + 1)];
    share.won[i] = (before - after) * win;
    share.lost[i] = (before - after) * (1 - win);
    before = after;
  }
  spread(share.won, won, 1 - split, winShift);
  spread(share.lost, lost, split, loseShift);
  return {
    won: { offset: Math.floor(winShift), masses: won },
    lost: { offset: Math.floor(loseShift), masses: lost },
  };
}

/** Scales masses to a total and puts each between two points of the grid so that the mean is kept. */
function spread(from: Float64Array, to: Float64Array, total: number, shift: number): void {
  const sum = from.reduce((a, b) => a + b, 0);
  const part = shift - Math.floor(shift);
  for (let i = 0; i < from.length; i++) {
    const mass = sum > 0 ? (from[i] / sum) * total : total / from.length;
    to[i] += mass * (1 - part);
    to[i + 1] += mass * part;
  }
}

/** Adds the product of two lattices to masses that start at 0. */
function addProduct(into: Float64Array, starts: Float64Array, term: Lattice): void {
  const { offset, masses } = term;
  for (let x = 0; x < starts.length; x++) {
    const start = starts[x];
    if (start === 0) continue;
    const end = Math.min(masses.length, into.length - x - offset);
    for (let j = 0; j < end; j++) into[x + offset + j] += start * masses[j];
  }
}

/** Lost terms after the first, up to the chance that is left out. */
const termsOf = ([, later]: readonly [number, number]): number =>
  later > 0 ? Math.max(0, Math.ceil(Math.log(REST) / Math.log(later))) : 0;

/** The step of the grid. @throws DomainError where no grid of so many points holds both a term and its least timeout */
function stepOf({ later, timeoutMin, restart }: Election, splits: readonly [number, number]): number {
  const range = later.timers.high - later.timers.low;
  const fine = Math.min(timeoutMin / 2, Math.max(range / RANGE_POINTS, (timeoutMin + range) / TERM_POINTS));
  const all = (termsOf(splits) + 2) * (timeoutMin + range + restart);
  const step = Math.max(fine, Math.sqrt((range * all) / MOST_PRODUCTS), all / MOST_POINTS);
  if (step <= timeoutMin + restart) return step;
  throw new DomainError(
    `electionTime: timeoutMin must be >= ${(step - restart).toPrecision(2)} s beside a range of ${range.toPrecision(2)} s, got ${timeoutMin}`,
  );
}

/** Solves the renewal equation. @returns masses of the winners' first timeouts, at multiples of the step */
function winners(election: Election, splits: readonly [number, number], step: number): Float64Array {
  const { first, later, eligible, timeoutMin, restart } = election;
  const one = outcomes(first, splits[0], eligible, timeoutMin, restart, step);
  const next = outcomes(later, splits[1], eligible, timeoutMin, restart, step);
  const terms = termsOf(splits);
  const end = (term: Lattice): number => term.offset + term.masses.length;
  const length = Math.max(end(one.won), end(one.lost)) + terms * end(next.lost) + end(next.won) + 1;
  const starts = new Float64Array(length);
  for (const [i, mass] of one.lost.masses.entries()) starts[one.lost.offset + i] += mass;
  // Terms last at least one step, so each start is complete when its turn comes.
  addProduct(starts, starts, next.lost);
  const won = new Float64Array(length);
  for (const [i, mass] of one.won.masses.entries()) won[one.won.offset + i] += mass;
  addProduct(won, starts, next.won);
  return won;
}

/**
 * The law of an election.
 *
 * @param splits chances that the first, and that a later term, is split
 */
export function electionLaw(election: Election, splits: readonly [number, number]): ElectionLaw {
  const { first, heartbeatInterval, vote } = election;
  const step = stepOf(election, splits);
  const won = winners(election, splits, step);
  const votes = collecting(first, vote);
  // Sums of masses, and of masses times times, up to each point: E[(t − X)⁺] in one look.
  const mass = new Float64Array(won.length + 1);
  const moment = new Float64Array(won.length + 1);
  for (let i = 0; i < won.length; i++) {
    mass[i + 1] = mass[i] + won[i];
    moment[i + 1] = moment[i] + won[i] * i * step;
  }
  const excess = (t: number): number => {
    const below = Math.min(won.length, Math.max(0, Math.floor(t / step) + 1));
    return t * mass[below] - moment[below];
  };
  // A crash at a random time after the last heartbeat; without heartbeats half a step each way smooths the grid.
  const [low, high] =
    heartbeatInterval > step
      ? [0, heartbeatInterval]
      : [(heartbeatInterval - step) / 2, (heartbeatInterval + step) / 2];
  const cdf = (time: number): number => {
    let sum = 0;
    for (const one of votes) {
      const t = time - one.time;
      sum += (one.weight * (excess(t + high) - excess(t + low))) / (high - low);
    }
    return Math.min(1, Math.max(0, sum));
  };
  const quantile = (p: number): number => {
    let [from, to] = [0, (won.length + 1) * step + votes[votes.length - 1].time];
    for (let i = 0; i < 60; i++) {
      const middle = (from + to) / 2;
      if (cdf(middle) < p) from = middle;
      else to = middle;
    }
    return to;
  };
  return { firstSplit: splits[0], laterSplit: splits[1], cdf, quantile };
}
