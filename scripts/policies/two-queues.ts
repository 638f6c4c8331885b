/**
 * Two exponential servers, each first come first served, as a Markov chain of the two queue lengths solved numerically:
 * what shortest-queue and join-idle-queue are held against where no closed form is at hand.
 *
 * With two servers two choices are all there are, so this is d = 2 too (Kingman, "Two similar queues in parallel",
 * Ann. Math. Statist. 32, 1961). The chain is over (longer, shorter), cut where the geometric tail of the
 * longer queue falls below 1e-12, and solved by sweeps of Gauss and Seidel, after each of which all states of one total
 * are scaled so that the flow up from every total is the flow down to it (Koury, McAllister and Stewart, SIAM J. Alg.
 * Disc. Meth. 5(2), 1984: near saturation the total forgets (1 − ρ)^−2 times as slowly as anything else).
 */
import { DomainError } from "../../lib/core/errors.ts";

/** To the shorter of two, or to an idle one and else to either with equal chance. */
export type TwoQueuePolicy = "shortest" | "idle";

const TAIL = 1e-12;
const SWEEPS = 20_000;
const ACCURACY = 1e-11;
/** Lengths under shortest-queue differ by more with a chance below 3^-40: such states are left out. */
const BAND = 40;

/** Chance that an arrival joins the shorter of two queues of unequal length. */
function joinsShorter(policy: TwoQueuePolicy, shorter: number): number {
  return policy === "shortest" || shorter === 0 ? 1 : 0.5;
}

/** Length at which the chain is cut: join-idle-queue sends half of the stream to a queue that is long already. */
function cut(policy: TwoQueuePolicy, rho: number): number {
  const decay = policy === "shortest" ? 2 * Math.log(rho) : Math.log(rho);
  return Math.max(8, Math.ceil(Math.log(TAIL) / decay));
}

/**
 * Join-idle-queue of two servers and one dispatcher, in closed form: (1 + ρ)/((1 − ρ)(1 + 2ρ)) services.
 *
 * From the balance of E[x² + y²] and of E[xy], x and y the lengths: with N = x + y, and N₁ the part of its mean from states with
 * one idle server, (1 − ρ)E[N] = 2ρ − ρN₁ and (1 − ρ)(E[N] − N₁) = 2ρN₁; Little's law gives the time.
 */
export function idleQueueTime(rho: number): number {
  return (1 + rho) / ((1 - rho) * (1 + 2 * rho));
}

/**
 * Mean time in system, in services, at a load of `rho` for each server.
 *
 * @throws DomainError when rho is not in (0, 1)
 */
export function twoQueueTime(policy: TwoQueuePolicy, rho: number): number {
  if (!(rho > 0 && rho < 1)) throw new DomainError(`twoQueueTime: rho must be > 0 and < 1, got ${rho}`);
  const most = cut(policy, rho);
  const width = most + 2;
  const p = new Float64Array(width * width);
  for (let total = 0; total <= 2 * most; total++)
    for (let a = widest(policy, total, most); 2 * a >= total; a--) p[a * width + total - a] = rho ** total;
  const arrivals = 2 * rho;
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const change = swept(p, policy, arrivals, most);
    balance(p, policy, arrivals, most);
    if (change < ACCURACY) break;
  }
  let [mass, present] = [0, 0];
  for (let a = 0; a <= most; a++)
    for (let b = 0; b <= a; b++) {
      mass += p[a * width + b];
      present += (a + b) * p[a * width + b];
    }
  return present / mass / arrivals;
}

/** Greatest length of the longer queue among the states of a total. */
function widest(policy: TwoQueuePolicy, total: number, most: number): number {
  return Math.min(total, most, policy === "shortest" ? Math.ceil(total / 2) + BAND / 2 : total);
}

/** One sweep of Gauss and Seidel; returns the greatest relative change where there is mass. */
function swept(p: Float64Array, policy: TwoQueuePolicy, arrivals: number, most: number): number {
  const width = most + 2;
  let change = 0;
  for (let total = 0; total <= 2 * most; total++)
    for (let a = widest(policy, total, most); 2 * a >= total; a--) {
      const b = total - a;
      const before = p[a * width + b];
      const value = flowInto(p, policy, arrivals, most, a, b) / flowOut(arrivals, most, policy, a, b);
      p[a * width + b] = value;
      if (value > TAIL) change = Math.max(change, Math.abs(value - before) / value);
    }
  return change;
}

/** Scales the totals, from 0 upwards, by the balance of the flows between neighbours. */
function balance(p: Float64Array, policy: TwoQueuePolicy, arrivals: number, most: number): void {
  const width = most + 2;
  let scale = 1;
  let up = 0;
  for (let total = 0; total <= 2 * most; total++) {
    const [from, to] = [Math.ceil(total / 2), widest(policy, total, most)];
    let down = 0;
    for (let a = from; a <= to; a++) down += p[a * width + total - a] * (total === a ? 1 : 2);
    if (total > 0) scale = down > 0 ? up / down : 0;
    up = 0;
    for (let a = from; a <= to; a++) {
      const at = a * width + total - a;
      p[at] *= scale;
      up += p[at] * (flowOut(arrivals, most, policy, a, total - a) - (a > 0 ? 1 : 0) - (total > a ? 1 : 0));
    }
  }
}

/** Arrivals that find no room (beyond the cut) are lost. */
function flowOut(arrivals: number, most: number, policy: TwoQueuePolicy, a: number, b: number): number {
  const lost = a === most ? (b === most ? 1 : 1 - joinsShorter(policy, b)) : 0;
  return arrivals * (1 - lost) + (a > 0 ? 1 : 0) + (b > 0 ? 1 : 0);
}

function flowInto(
  p: Float64Array,
  policy: TwoQueuePolicy,
  arrivals: number,
  most: number,
  a: number,
  b: number,
): number {
  const width = most + 2;
  const at = (longer: number, shorter: number): number => p[longer * width + shorter];
  let flow = 0;
  // An arrival made the shorter one longer: (a, b − 1) → (a, b).
  if (b > 0) flow += arrivals * joinsShorter(policy, b - 1) * at(a, b - 1);
  // An arrival made the longer one longer: (a − 1, b) → (a, b); from equal ones any arrival does.
  if (a > b) flow += arrivals * (a - 1 === b ? 1 : 1 - joinsShorter(policy, b)) * at(a - 1, b);
  // A departure from the longer: (a + 1, b); from the shorter: (a, b + 1), of two equal ones either.
  if (a < most) flow += at(a + 1, b);
  if (b < a) flow += (b + 1 === a ? 2 : 1) * at(a, b + 1);
  return flow;
}
