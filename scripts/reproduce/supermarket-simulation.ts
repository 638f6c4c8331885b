/**
 * The supermarket model simulated for itself: n exponential servers, each arrival to the shortest of d queues.
 *
 * A Markov chain of queue lengths, without the engine: what the formulas are held against must cost no more than a
 * random number or two for each of the hundreds of millions of events that 0.5 % takes near saturation. The mean time
 * in system is the mean number over the arrival rate (Little); each state counts with its mean length, not a drawn one.
 * The mean number of busy servers is known, nλ, and moves with the number present: it is returned as a control.
 */
import { type RandomStream, randomStreams } from "../../lib/core/random.ts";
import { studentQuantile } from "../../lib/core/special.ts";
import type { Interval } from "../../lib/statistics/interval.ts";

/** A replication: `events` arrivals and departures, after a tenth as many to forget the empty start. */
export interface ChoicesTask {
  readonly servers: number;
  readonly choices: number;
  /** Arrivals per server and mean service time. */
  readonly lambda: number;
  /** Whether the queues looked at are all different. */
  readonly distinct: boolean;
  readonly events: number;
  readonly seed: number;
  readonly replication: number;
}

/** Mean time in system in service times, and busy servers over their known mean. */
export interface ChoicesRun {
  readonly time: number;
  readonly busy: number;
}

/** The shortest of d queues drawn at random; of equally short ones the first drawn. */
function shortest(lengths: Int32Array, drawn: Int32Array, distinct: boolean, stream: RandomStream): number {
  const n = lengths.length;
  let best = -1;
  for (let i = 0; i < drawn.length; i++) {
    let server = stream.integer(n);
    for (let j = 0; distinct && j < i; j++) {
      if (drawn[j] !== server) continue;
      server = stream.integer(n);
      j = -1;
    }
    drawn[i] = server;
    if (best < 0 || lengths[server] < lengths[best]) best = server;
  }
  return best;
}

/** Puts a server at a place of the order, and who was there at the server's. */
function swap(order: Int32Array, place: Int32Array, server: number, to: number): void {
  const from = place[server];
  const other = order[to];
  order[from] = other;
  place[other] = from;
  order[to] = server;
  place[server] = to;
}

/** Runs one replication. */
export function simulateChoices(task: ChoicesTask): ChoicesRun {
  const { servers: n, lambda, distinct, events } = task;
  const name = `${n} ${task.choices} ${lambda} ${distinct}`;
  const stream = randomStreams(task.seed).child(name).child(task.replication).stream("supermarket");
  const lengths = new Int32Array(n);
  const drawn = new Int32Array(task.choices);
  // Busy servers stand first; who becomes busy or idle changes places with the one at the border.
  const order = Int32Array.from({ length: n }, (_, i) => i);
  const place = Int32Array.from(order);
  const arrivals = n * lambda;
  let [busy, present, area, busyArea, time] = [0, 0, 0, 0, 0];
  for (let event = -Math.floor(events / 10); event < events; event++) {
    const rate = arrivals + busy;
    if (event >= 0) {
      area += present / rate;
      busyArea += busy / rate;
      time += 1 / rate;
    }
    if (stream.uniform() * rate < arrivals) {
      const server = shortest(lengths, drawn, distinct, stream);
      if (lengths[server]++ === 0) swap(order, place, server, busy++);
      present++;
    } else {
      const server = order[stream.integer(busy)];
      if (--lengths[server] === 0) swap(order, place, server, --busy);
      present--;
    }
  }
  return { time: area / time / arrivals, busy: busyArea / time / arrivals };
}

/**
 * The 95 % interval of the mean time at the busy servers' known mean: the regression line of the replications at 1.
 *
 * Source: Lavenberg and Welch, "A perspective on the use of control variables to increase the efficiency of Monte Carlo
 * simulations", Management Science 27(3), 1981, §3.
 */
export function controlledInterval(runs: readonly ChoicesRun[]): Interval {
  const n = runs.length;
  const mean = (of: (run: ChoicesRun) => number): number => runs.reduce((sum, run) => sum + of(run), 0) / n;
  const [time, busy] = [mean((run) => run.time), mean((run) => run.busy)];
  const spread = mean((run) => (run.busy - busy) ** 2) * n;
  const slope = (mean((run) => (run.busy - busy) * (run.time - time)) * n) / spread;
  const left = mean((run) => (run.time - time - slope * (run.busy - busy)) ** 2) * n;
  const error = Math.sqrt((left / (n - 2)) * (1 / n + (busy - 1) ** 2 / spread));
  const halfWidth = studentQuantile(0.975, n - 2) * error;
  const at = time - slope * (busy - 1);
  return { mean: at, low: at - halfWidth, high: at + halfWidth, halfWidth, level: 0.95, n };
}
