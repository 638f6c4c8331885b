/** Runs the grid of policies on worker threads and judges it. */
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import { type Interval, replicationInterval } from "../../lib/statistics/interval.ts";
import { type Verdict, verdict } from "../../lib/statistics/verdict.ts";
import { controlledInterval } from "../reproduce/supermarket-simulation.ts";
import { type Load, ORDERS, type Order, type PolicyCase, type Theory } from "./cases.ts";
import type { Replicated, Replication } from "./replicate.ts";

/** Replications of queues that share no load, and of those that do where there are ten or more. */
const REPLICATIONS = 16;
const FEWER = 6;
/** Relaxation times of an M/M/1 queue, (1 − √ρ)^−2 services, that every run forgets first. */
const FORGETS = 3;
const LEAST_WARM_UP = 1000;
/** Periods of a policy that learns which are forgotten, and measured at least. */
const LEARNS = 4;
const MEASURES = 6;

/** A policy at a load and a size: simulated beside what theory says. */
export interface GridRow {
  readonly policy: PolicyCase["policy"];
  readonly servers: number;
  readonly load: number;
  /** Mean time in system in services. */
  readonly simulated: Interval;
  readonly theory: Theory;
  readonly tolerance: number;
  /** Against a formula within the tolerance, or against bounds without one; null where theory gives no number. */
  readonly verdict: Verdict | null;
  readonly operations: number;
}

/** Two policies at a load and a size, on the same arrivals and services. */
export interface OrderRow extends Order {
  readonly servers: number;
  readonly load: number;
  /** Mean time of the better less that of the worse, replication by replication. */
  readonly difference: Interval;
  readonly verdict: "holds" | "fails" | "undecided";
}

export interface Grid {
  readonly rows: readonly GridRow[];
  readonly orders: readonly OrderRow[];
  /** False after Ctrl-C: the points that were finished. */
  readonly complete: boolean;
  /** Points of the whole grid. */
  readonly points: number;
}

export interface GridOptions {
  readonly policies: readonly PolicyCase[];
  readonly sizes: readonly number[];
  readonly loads: readonly Load[];
  /** Times as many operations. */
  readonly effort: number;
  /** Message by message on the engine, instead of queues alone. */
  readonly messages: boolean;
  readonly workers: number;
  readonly signal: AbortSignal;
  readonly progress?: (fraction: number, text: string) => void;
}

/** The replications of a policy; all that are ordered have the same windows at a size and load, so that seeds pair. */
export function tasksOf(
  one: PolicyCase,
  servers: number,
  load: Load,
  { effort, messages }: Pick<GridOptions, "effort" | "messages">,
): Replication[] {
  const { rho, operations } = load;
  const period = servers * rho * (one.period?.(rho) ?? 0);
  const count = (one.independent && period === 0) || servers < 10 ? REPLICATIONS : FEWER;
  const relaxation = servers / (1 - Math.sqrt(rho)) ** 2;
  const windows = {
    warmUp: Math.ceil(Math.max(LEAST_WARM_UP + FORGETS * relaxation, LEARNS * period)),
    operations: Math.ceil(effort * Math.max(operations / REPLICATIONS, MEASURES * period)),
  };
  return Array.from({ length: count }, (_, seed) => ({
    policy: one.policy,
    servers,
    rho,
    ...windows,
    seed,
    messages,
  }));
}

/** Judges the replications of one policy. */
export function rowOf(
  one: PolicyCase,
  servers: number,
  load: Load,
  runs: readonly Replicated[],
  operations: number,
): GridRow {
  const simulated = controlledInterval(runs);
  const theory = one.theory(servers, load.rho);
  const base = { policy: one.policy, servers, load: load.rho, simulated, theory, operations };
  return { ...base, tolerance: load.tolerance, verdict: judged(simulated, theory, load.tolerance) };
}

function judged(simulated: Interval, theory: Theory, tolerance: number): Verdict | null {
  if (theory.kind === "orders") return null;
  if (theory.kind === "formula") return verdict(simulated, theory.time, tolerance);
  const { low, high } = theory;
  return verdict(simulated, (low + high) / 2, { absolute: (high - low) / 2 });
}

/** Compares two policies by the replications that share a seed; the known load takes out what both share. */
export function orderOf(
  order: Order,
  servers: number,
  load: number,
  better: readonly Replicated[],
  worse: readonly Replicated[],
): OrderRow {
  const pairs = Math.min(better.length, worse.length);
  const difference = replicationInterval(
    Array.from({ length: pairs }, (_, i) => better[i].time - worse[i].time),
  );
  const verdict = difference.high <= 0 ? "holds" : difference.low > 0 ? "fails" : "undecided";
  return { ...order, servers, load, difference, verdict };
}

/**
 * Runs everything. The order of the rows, and every number, are the same for any number of workers. When the signal
 * aborts, the points that are finished are judged all the same.
 */
export async function runGrid(options: GridOptions): Promise<Grid> {
  const { policies, sizes, loads } = options;
  const points = sizes.flatMap((servers) => loads.map((load) => ({ servers, load })));
  const plans = points.map(({ servers, load }) =>
    policies.map((one) => tasksOf(one, servers, load, options)),
  );
  return judgedGrid(options, points, plans, await runPlans(plans, options));
}

/** The replications of each point and policy; those of one that was not finished are fewer than planned. */
async function runPlans(
  plans: readonly (readonly Replication[][])[],
  { workers, signal, progress }: GridOptions,
): Promise<Replicated[][][]> {
  const pool = new Piscina({
    filename: fileURLToPath(new URL("./replicate.ts", import.meta.url)),
    name: "replicate",
    minThreads: workers,
    maxThreads: workers,
    execArgv: ["--require", createRequire(import.meta.url).resolve("tsx/cjs")],
  });
  // A thread that is ended may have just sent its result: piscina reports it, and an unheard error would throw.
  pool.on("error", () => {});
  const results = plans.map((plan) => plan.map((): Replicated[] => []));
  const queue = plans.flatMap((plan, i) =>
    plan.flatMap((tasks, j) => tasks.map((task, k) => ({ task, k, into: results[i][j] }))),
  );
  const total = queue.reduce((sum, { task }) => sum + task.operations + task.warmUp, 0);
  let [next, done] = [0, 0];
  const lane = async (): Promise<void> => {
    while (next < queue.length && !signal.aborted) {
      const { task, k, into } = queue[next++];
      into[k] = (await pool.run(task, { signal })) as Replicated;
      done += task.operations + task.warmUp;
      progress?.(done / total, `${task.policy}, ${task.servers} servers at ${task.rho}`);
    }
  };
  try {
    // One task more than workers, in the order of the grid: after Ctrl-C whole points are there, not parts of many.
    await Promise.all(Array.from({ length: workers + 1 }, lane));
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await pool.destroy();
  }
  return results;
}

function judgedGrid(
  { policies }: GridOptions,
  points: readonly { readonly servers: number; readonly load: Load }[],
  plans: readonly (readonly Replication[][])[],
  results: readonly (readonly Replicated[][])[],
): Grid {
  const rows: GridRow[] = [];
  const orders: OrderRow[] = [];
  // A replication that was not reached is a hole, which `flat` leaves out.
  const whole = (i: number, j: number): boolean => results[i][j].flat().length === plans[i][j].length;
  for (const [i, { servers, load }] of points.entries()) {
    for (const [j, one] of policies.entries()) {
      if (!whole(i, j)) continue;
      const operations = plans[i][j].reduce((sum, task) => sum + task.operations, 0);
      rows.push(rowOf(one, servers, load, results[i][j], operations));
    }
    for (const order of ORDERS) {
      const [better, worse] = [order.better, order.worse].map((name) =>
        policies.findIndex(({ policy }) => policy === name),
      );
      if (better < 0 || worse < 0 || servers <= (order.above ?? 0)) continue;
      if (!whole(i, better) || !whole(i, worse)) continue;
      orders.push(orderOf(order, servers, load.rho, results[i][better], results[i][worse]));
    }
  }
  const all = points.length * policies.length;
  return { rows, orders, complete: rows.length === all, points: all };
}
