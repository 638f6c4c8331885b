/**
 * Who wins a Raft term when request latency varies, by quadrature: nothing is sampled.
 *
 * Ongaro (2014, ch. 9, "Split vote rate with variable latency") simulates these rules instead of calculating them: a
 * server that has not voted when its timer runs out votes for itself and asks all others, each of whom votes for
 * whoever's request comes first; requests may overtake one another. A candidate who gets a majority wins the term.
 *
 * Given the times t_1 < … < t_k at which candidates stand, all other servers are alike and independent: one votes for
 * candidate j with the chance that j's request is the first to come and comes before its own timer ends. A majority
 * cannot be gathered once k > s − q + 1, so the chance to win is a sum of integrals over at most s − q + 1 candidates.
 */
import type { Distribution } from "../../core/distributions.ts";
import { gaussLegendre, integratePieces, pieces } from "./gauss-legendre.ts";

/** When the timers of a term run out: the law of one, independent and the same for all. */
export interface Timers {
  readonly low: number;
  readonly high: number;
  /** Where the law has kinks. */
  readonly knots: readonly number[];
  density(t: number): number;
  /** P(T > t). */
  survival(t: number): number;
}

/** Timers that all start at 0 and end uniformly over a range. */
export function timersTogether(range: number): Timers {
  return {
    low: 0,
    high: range,
    knots: [],
    density: (t) => (t >= 0 && t <= range ? 1 / range : 0),
    survival: (t) => Math.min(1, Math.max(0, 1 - t / range)),
  };
}

/** Share of a delay's law beyond which nothing is counted. */
const FAR = 1e-9;
const reach = (delay: Distribution): number =>
  Number.isFinite(delay.maximum) ? delay.maximum : delay.quantile(1 - FAR);

/** E[(y − H)⁺] as a function of y, from H's quantiles at 84 levels. */
function excessOver(delay: Distribution): (y: number) => number {
  const levels = pieces(0, 1, [0.01, 0.1, 0.5, 0.9, 0.99, 0.999]);
  const { nodes, weights } = gaussLegendre(12);
  const delays: number[] = [];
  // Sums of the weights, and of weights times delays, up to each.
  const [mass, moment] = [[0], [0]];
  for (let i = 1; i < levels.length; i++) {
    const width = levels[i] - levels[i - 1];
    for (let k = 0; k < nodes.length; k++) {
      const value = delay.quantile(levels[i - 1] + width * nodes[k]);
      delays.push(value);
      mass.push(mass[mass.length - 1] + width * weights[k]);
      moment.push(moment[moment.length - 1] + width * weights[k] * value);
    }
  }
  return (y) => {
    let [below, above] = [0, delays.length];
    while (below < above) {
      const middle = (below + above) >> 1;
      if (delays[middle] < y) below = middle + 1;
      else above = middle;
    }
    return y * mass[below] - moment[below];
  };
}

/**
 * Timers that start when each server's copy of the last heartbeat comes in: T = H + U. The density at t is
 * (F(t) − F(t − r))/r for H's cdf F, and P(T ≤ t) the same difference of E[(t − H)⁺].
 */
export function timersFromHeartbeat(range: number, heartbeat: Distribution): Timers {
  const [first, last] = [heartbeat.minimum, reach(heartbeat)];
  if (last - first <= 1e-12 * range) {
    const same = timersTogether(range);
    const shift = heartbeat.mean;
    return {
      low: shift,
      high: shift + range,
      knots: [],
      density: (t) => same.density(t - shift),
      survival: (t) => same.survival(t - shift),
    };
  }
  const excess = excessOver(heartbeat);
  return {
    low: first,
    high: last + range,
    knots: [last, first + range],
    density: (t) => (heartbeat.cdf(t) - heartbeat.cdf(t - range)) / range,
    // A request that never comes is asked for at the end of a law without an upper end: ∞ − ∞ is nobody's chance.
    survival: (t) =>
      t >= last + range ? 0 : Math.min(1, Math.max(0, 1 - (excess(t) - excess(t - range)) / range)),
  };
}

/** One term: servers up, votes needed, their timers and the delay of a request. */
export interface Term {
  readonly servers: number;
  readonly quorum: number;
  readonly timers: Timers;
  readonly request: Distribution;
}

/** Nodes on a piece, by the most that may stand and by how many do: late candidates matter less and cost most. */
const NODES = [
  { stand: [12, 10, 8], vote: [12, 12, 8] },
  { stand: [8, 6, 5, 4], vote: [8, 6, 5, 4] },
  { stand: [6, 4, 4, 3, 2], vote: [6, 5, 4, 3, 3] },
] as const;
/** Most candidates among whom somebody may still win, for which the integrals take about a second. */
export const MOST_CANDIDATES = 5;

/** Chances of one term, by its first timeout. */
export class TermLaw {
  private readonly term: Term;
  /** Most candidates with whom a majority is possible. */
  private readonly most: number;
  private readonly times: number[] = [];
  /** Ends of the law of a request's delay: where its survival has kinks. */
  private readonly kinks: readonly number[];
  private readonly reach: number;
  private readonly middle: number;
  /** Cuts of the levels of a delay without an upper end, whose quantile is steep at both ends. */
  private readonly levels: readonly number[];
  private readonly nodes: { readonly stand: readonly number[]; readonly vote: readonly number[] };

  constructor(term: Term) {
    this.term = term;
    this.most = term.servers - term.quorum + 1;
    this.nodes = NODES[Math.max(0, this.most - NODES[0].stand.length)];
    const { minimum, maximum } = term.request;
    this.reach = reach(term.request);
    this.middle = term.request.quantile(0.9);
    this.levels = Number.isFinite(maximum) ? [] : [0.05, 0.5, 0.95].map(Math.cbrt);
    this.kinks = Number.isFinite(maximum) ? [minimum, maximum] : [minimum];
  }

  /** Density of the first timeout at t. */
  firstDensity(t: number): number {
    const { servers, timers } = this.term;
    return servers * timers.density(t) * timers.survival(t) ** (servers - 1);
  }

  /** Density of the first timeout at t and somebody wins the term. */
  winDensity(t: number): number {
    const { servers, timers } = this.term;
    this.times[0] = t;
    return servers * timers.density(t) * this.from(1);
  }

  /** Chance that nobody wins. */
  split(): number {
    const { low, high, knots } = this.term.timers;
    const late = [...this.kinks, this.reach].flatMap((delay) => [high - delay, high - 2 * delay]);
    const won = integratePieces(
      (t) => this.winDensity(t),
      low,
      high,
      [...knots, ...late],
      this.nodes.stand[0],
    );
    return Math.min(1, Math.max(0, 1 - won));
  }

  /** k candidates stand so far: somebody is elected as it is, or one more stands first. */
  private from(k: number): number {
    let sum = this.elected(k);
    if (k === this.most) return sum;
    const { servers, timers, request } = this.term;
    const { times } = this;
    const end = Math.min(timers.high, times[0] + this.reach);
    const cuts = [...timers.knots, times[0] + this.middle];
    for (let j = 0; j < k; j++) for (const kink of this.kinks) cuts.push(times[j] + kink);
    const next = (t: number): number => {
      let weight = (servers - k) * timers.density(t);
      for (let j = 0; j < k; j++) weight *= request.survival(t - times[j]);
      if (weight <= 0) return 0;
      times[k] = t;
      return weight * this.from(k + 1);
    };
    sum += integratePieces(next, times[k - 1], end, cuts, this.nodes.stand[k]);
    return sum;
  }

  /** Chance that the other s − k all vote and one of the k candidates gets q − 1 of them. */
  private elected(k: number): number {
    const { servers, quorum } = this.term;
    const voters = servers - k;
    let all = 0;
    const shares: number[] = [];
    for (let j = 0; j < k; j++) {
      shares[j] = this.voteFor(j, k);
      all += shares[j];
    }
    let sum = 0;
    for (const share of shares) {
      let ways = 1;
      // C(voters, votes), from all votes downwards.
      for (let votes = voters; votes >= quorum - 1; votes--) {
        sum += ways * share ** votes * Math.max(0, all - share) ** (voters - votes);
        ways *= votes / (voters - votes + 1);
      }
    }
    return sum;
  }

  /**
   * Chance that j's request is the first of k to reach a server, and before its timer ends.
   *
   * Integrated over the delay's levels u = 1 − w³: quantiles grow without bound as u nears 1, and their product with
   * the slope 3w² is smooth there.
   */
  private voteFor(j: number, k: number): number {
    const { timers, request } = this.term;
    const { times } = this;
    const root = (after: number): number => Math.cbrt(request.survival(after));
    const cuts = [...this.levels];
    for (const knot of timers.knots) cuts.push(root(knot - times[j]));
    for (let i = 0; i < k; i++)
      for (const kink of this.kinks) if (i !== j) cuts.push(root(times[i] + kink - times[j]));
    const vote = (w: number): number => {
      const at = times[j] + request.quantile(1 - w * w * w);
      let chance = 3 * w * w * timers.survival(at);
      for (let i = 0; i < k && chance > 0; i++) if (i !== j) chance *= request.survival(at - times[i]);
      return chance;
    };
    return integratePieces(vote, root(timers.high - times[j]), 1, cuts, this.nodes.vote[k - 1]);
  }
}
