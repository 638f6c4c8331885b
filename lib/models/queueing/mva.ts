/**
 * Mean value analysis of closed networks: exact for one and for several classes, and Schweitzer's and Bard's
 * approximation.
 *
 * Source: Reiser and Lavenberg, "Mean-value analysis of closed multichain queuing networks" (JACM 27(2), 1980);
 * Schweitzer (1979), Bard (1979); Lazowska, Zahorjan, Graham and Sevcik, Quantitative System Performance (1984), ch. 6–7.
 * An arriving customer sees the network as it is with himself away, so that one recursion over populations gives all.
 * Stations are single servers, given by their demand (visits times service time); what does not queue is think time.
 */
import { DomainError } from "../../core/errors.ts";

/** A closed network with some number of customers. */
export interface ClosedSolution {
  /** Customers passing per second, of each class. */
  readonly throughput: readonly number[];
  /** Mean time in the network, think time excluded, of each class. */
  readonly responseTime: readonly number[];
  /** Mean number at each station, all classes together. */
  readonly inQueue: readonly number[];
}

/** Most customers and populations that are counted one by one. */
export const MAX_STEPS = 2_000_000;

/**
 * Exact MVA of one class.
 *
 * @param demands mean service that a customer needs at each station between two thinks, s
 * @param thinkTime s
 * @param customers a whole number
 */
export function exactMva(demands: readonly number[], thinkTime: number, customers: number): ClosedSolution {
  let queues = demands.map(() => 0);
  let throughput = 0;
  let responseTime = demands.reduce((a, b) => a + b, 0);
  for (let n = 1; n <= customers; n++) {
    const stays = demands.map((demand, i) => demand * (1 + queues[i]));
    responseTime = stays.reduce((a, b) => a + b, 0);
    throughput = n / (thinkTime + responseTime);
    queues = stays.map((stay) => throughput * stay);
  }
  return { throughput: [throughput], responseTime: [responseTime], inQueue: queues };
}

/** Number of populations up to the given one, and how far apart two lie that differ by one customer of a class. */
function strides(customers: readonly number[]): {
  readonly count: number;
  readonly stride: readonly number[];
} {
  const stride: number[] = [];
  let count = 1;
  for (const n of customers) {
    stride.push(count);
    count *= n + 1;
  }
  return { count, stride };
}

/** The next population, the first class counting fastest: the order in which they are stored. */
function countUp(here: number[], customers: readonly number[]): void {
  let r = 0;
  while (here[r] === customers[r]) here[r++] = 0;
  here[r]++;
}

/**
 * Exact MVA of several classes: all populations up to the given one, Π(N + 1) of them.
 *
 * @param demands one row a class, one column a station, s
 * @throws DomainError when there are more than 2,000,000 populations
 */
export function exactMvaClasses(
  demands: readonly (readonly number[])[],
  thinkTimes: readonly number[],
  customers: readonly number[],
): ClosedSolution {
  const stations = demands[0].length;
  const { count, stride } = strides(customers);
  if (count * stations > MAX_STEPS)
    throw new DomainError(
      `mva: populations times stations must be <= ${MAX_STEPS}, got ${count * stations} (take the approximation)`,
    );
  const queues = new Float64Array(count * stations);
  const throughput = customers.map(() => 0);
  const responseTime = demands.map((row) => row.reduce((a, b) => a + b, 0));
  const here = customers.map(() => 0);
  for (let at = 1; at < count; at++) {
    countUp(here, customers);
    for (let r = 0; r < customers.length; r++) {
      throughput[r] = 0;
      if (here[r] === 0) continue;
      const less = (at - stride[r]) * stations;
      let stay = 0;
      for (let k = 0; k < stations; k++) stay += demands[r][k] * (1 + queues[less + k]);
      responseTime[r] = stay;
      throughput[r] = here[r] / (thinkTimes[r] + stay);
      for (let k = 0; k < stations; k++)
        queues[at * stations + k] += throughput[r] * demands[r][k] * (1 + queues[less + k]);
    }
  }
  return { throughput, responseTime, inQueue: Array.from(queues.subarray((count - 1) * stations)) };
}

/** Rounds of the fixed point after which it is called not found. */
const ROUNDS = 100_000;

/**
 * Schweitzer's and Bard's approximation: a customer away shortens every queue of his class by the share 1/N. Its cost
 * does not depend on the number of customers.
 *
 * @throws DomainError when the fixed point is not reached
 */
export function approximateMva(
  demands: readonly (readonly number[])[],
  thinkTimes: readonly number[],
  customers: readonly number[],
): ClosedSolution {
  const stations = demands[0].length;
  let queues = customers.map((n) => demands[0].map(() => n / stations));
  for (let round = 0; round < ROUNDS; round++) {
    const all = Array.from({ length: stations }, (_, k) => queues.reduce((sum, row) => sum + row[k], 0));
    const stays = demands.map((row, r) =>
      row.map((demand, k) => demand * (1 + all[k] - (customers[r] > 0 ? queues[r][k] / customers[r] : 0))),
    );
    const responseTime = stays.map((row) => row.reduce((a, b) => a + b, 0));
    const throughput = customers.map((n, r) => n / (thinkTimes[r] + responseTime[r]));
    const next = stays.map((row, r) => row.map((stay) => throughput[r] * stay));
    let change = 0;
    for (const [r, row] of next.entries())
      for (const [k, x] of row.entries()) change = Math.max(change, Math.abs(x - queues[r][k]) / (1 + x));
    queues = next;
    if (change < 1e-14)
      return {
        throughput,
        responseTime,
        inQueue: all.map((_, k) => next.reduce((sum, row) => sum + row[k], 0)),
      };
  }
  throw new DomainError(`mva: the approximation must settle within ${ROUNDS} rounds`);
}
