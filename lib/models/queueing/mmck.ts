/**
 * M/M/c/K and M/M/1/K: a queue with a bound; who finds K in the system is turned away.
 *
 * Source: Kleinrock, Queueing Systems I (1975), §3.6; Gross, Shortle, Thompson and Harris, Fundamentals of Queueing
 * Theory (4th ed. 2008), §2.5. The bound makes a steady state at any load: overload shows as loss, not as delay.
 * Places are added one at a time, as Erlang's recursion adds servers: with b(n) the chance that a system of n places
 * is full, b(n) = a·b(n−1)/(min(n, c) + a·b(n−1)), and a mean over the states goes on as
 * m(n) = (1 − b(n))·m(n−1) + b(n)·(its value when full). All terms are positive, so no digits are lost at any load.
 */
import { defineModel } from "../../core/model.ts";
import { ARRIVAL_RATE, QUEUE_OUTPUTS, SERVERS, SERVICE_TIME, UTILISATION } from "./queue-symbols.ts";

/** What a bounded queue gives at one load. */
export interface BoundedQueue {
  /** Chance that all places are taken. */
  readonly blocked: number;
  /** Its complement, with its own digits. */
  readonly taken: number;
  /** Mean number waiting. */
  readonly waiting: number;
}

/** M/M/c/K at an offered load, in servers. */
export function boundedQueue(servers: number, capacity: number, load: number): BoundedQueue {
  let blocked = 1;
  let taken = 0;
  let waiting = 0;
  for (let n = 1; n <= capacity; n++) {
    const up = load * blocked;
    const down = Math.min(n, servers);
    blocked = up / (down + up);
    taken = down / (down + up);
    waiting = taken * waiting + blocked * Math.max(0, n - servers);
  }
  return { blocked, taken, waiting };
}

const ASSUMES = [
  "arrivals are Poisson and independent of service; who finds all places taken is lost",
  "service times are exponential and independent",
  "first come first served",
  "steady state, which there is at any load",
] as const;

const CAPACITY = {
  tex: "K",
  dimension: "one",
  integer: true,
  min: 1,
  max: 1e6,
  meaning: "places in the system, those in service included",
} as const;

const BOUNDED_OUTPUTS = {
  blocking: { tex: "P_K", dimension: "one", meaning: "chance that an arrival is turned away" },
  throughput: { tex: "X", dimension: "rate", meaning: "arrivals served per second" },
  utilisation: UTILISATION,
  ...QUEUE_OUTPUTS,
} as const;

const FUNCTIONS = {
  places: {
    tex: "\\mathrm{B}",
    arguments: ["one", "one", "one"],
    result: "bounded queue",
    meaning: "chances and mean number waiting by adding one place at a time; relative error below 1e-11",
    compute: boundedQueue,
  },
  full: {
    tex: "\\pi_K",
    arguments: ["bounded queue"],
    result: "one",
    meaning: "chance that all places are taken",
    compute: (queue: BoundedQueue) => queue.blocked,
  },
  open: {
    tex: "\\bar\\pi_K",
    arguments: ["bounded queue"],
    result: "one",
    meaning: "chance that a place is free",
    compute: (queue: BoundedQueue) => queue.taken,
  },
  waiting: {
    tex: "\\mathrm{E}[N_q]",
    arguments: ["bounded queue"],
    result: "one",
    meaning: "mean number waiting",
    compute: (queue: BoundedQueue) => queue.waiting,
  },
} as const;

const QUEUE = { tex: "\\pi", type: "bounded queue", meaning: "chances of the numbers in system" } as const;

const REST = [
  "blocking = full(queue)",
  "throughput = arrivalRate * open(queue)",
  "inQueue = waiting(queue)",
  "waitingTime = inQueue / throughput",
  "responseTime = waitingTime + serviceTime",
  "inSystem = throughput * responseTime",
] as const;

/**
 * M/M/c/K queue: loss, throughput and mean times of those served.
 *
 * @example
 * models.mmck({ arrivalRate: 3, serviceTime: 0.5, servers: 2, capacity: 3 }).blocking; // => 27 / 143
 */
export const mmck = defineModel({
  id: "mmck",
  title: "M/M/c/K queue (bounded)",
  cites: ["Kleinrock 1975, §3.6", "Gross et al. 2008, §2.5"],
  assumes: ASSUMES,
  inputs: { arrivalRate: ARRIVAL_RATE, serviceTime: SERVICE_TIME, servers: SERVERS, capacity: CAPACITY },
  between: { queue: QUEUE },
  outputs: BOUNDED_OUTPUTS,
  functions: FUNCTIONS,
  equations: [
    "queue = places(servers, capacity, arrivalRate * serviceTime)",
    ...REST,
    "utilisation = throughput * serviceTime / servers",
  ],
  requires: ["capacity >= servers"],
});

/**
 * M/M/1/K queue: one server and a bound.
 *
 * @example
 * models.mm1k({ arrivalRate: 500, serviceTime: ms(2), capacity: 9 }).blocking; // => 0.1
 */
export const mm1k = defineModel({
  id: "mm1k",
  title: "M/M/1/K queue (bounded)",
  cites: ["Kleinrock 1975, §3.6"],
  assumes: [...ASSUMES, "one server"],
  inputs: { arrivalRate: ARRIVAL_RATE, serviceTime: SERVICE_TIME, capacity: CAPACITY },
  between: { queue: QUEUE },
  outputs: BOUNDED_OUTPUTS,
  functions: FUNCTIONS,
  equations: [
    "queue = places(1, capacity, arrivalRate * serviceTime)",
    ...REST,
    "utilisation = throughput * serviceTime",
  ],
});
