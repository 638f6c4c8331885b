/**
 * Queues built from the engine's own node: the station under Poisson arrivals.
 *
 * The wait of a replication is its mean time in system less its own mean service, which is its busy time per
 * operation: the known mean would leave the noise of the services in the wait, which at low load is all there is.
 */
import type { Distribution } from "../../lib/core/distributions.ts";
import { DomainError } from "../../lib/core/errors.ts";
import { cpu } from "../../lib/core/machines.ts";
import { workload } from "../../lib/core/workloads.ts";
import { station } from "../../lib/protocols/balancing/station.ts";
import { systemBuilder } from "../../lib/protocols/system.ts";
import { type Interval, replicationInterval } from "../../lib/statistics/interval.ts";
import { type Executor, onThreads, runRetrying } from "../../lib/study/execution.ts";
import { network } from "../../lib/study/rtt-matrix.ts";
import { replicationSeed } from "../../lib/study/seeds.ts";
import type { Replication, ReplicationTask } from "../../lib/study/task.ts";
import type { ReproduceContext } from "./case.ts";

/** One queue at one load. */
export interface QueuePoint {
  /** What its random numbers are named by. */
  readonly name: string;
  readonly service: Distribution;
  readonly arrivalRate: number;
  readonly servers: number;
  /** Operations of all replications together, before `effort`. */
  readonly operations: number;
}

/** Times of a queue with their 95 % intervals, in seconds. */
export interface QueueTimes {
  readonly timeInSystem: Interval;
  readonly wait: Interval;
}

const REPLICATIONS = 20;
const build = systemBuilder(station);

/** Simulates queues, all replications of all of them at once; the answers stand in the order of the points. */
export async function simulateQueues(
  points: readonly QueuePoint[],
  context: ReproduceContext,
): Promise<QueueTimes[]> {
  const executor = onThreads(context.workers);
  const total = points.length * REPLICATIONS;
  let done = 0;
  return Promise.all(
    points.map(async (point) => {
      const replications = await Promise.all(
        Array.from({ length: REPLICATIONS }, async (_, i) => {
          const replication = await runOne(executor, taskOf(point, i, context), context.signal);
          context.progress(++done / total);
          return replication;
        }),
      );
      return timesOf(point, replications);
    }),
  );
}

function taskOf(point: QueuePoint, replication: number, { seed, effort }: ReproduceContext): ReplicationTask {
  const { name, service, arrivalRate, servers } = point;
  const operations = Math.ceil((point.operations * effort) / REPLICATIONS);
  return {
    kind: "measure",
    system: build({
      network: network.lan({ nodes: 1, rtt: 0 }),
      cpu: cpu({ receive: service, cores: servers }),
    }),
    workload: workload.poisson(arrivalRate),
    point: name,
    first: replication,
    seeds: [replicationSeed(seed, name, replication)],
    // At the loads simulated here the empty start is forgotten within some thousand operations.
    warmUp: Math.max(5000, Math.ceil(operations / 20)),
    operations,
    attribution: false,
    histories: true,
    maxEvents: 1e10,
    maxSeconds: null,
  };
}

async function runOne(executor: Executor, task: ReplicationTask, signal: AbortSignal): Promise<Replication> {
  const [outcome] = await runRetrying(executor, task, signal);
  if (outcome.is === "done") return outcome.value as Replication;
  throw new DomainError(`reproduce: ${task.point}: replication must finish, got ${outcome.message}`);
}

function timesOf({ servers }: QueuePoint, replications: readonly Replication[]): QueueTimes {
  const times = replications.map((r) => r.latencies.clientLatency.moments.mean);
  const services = replications.map((r) => (servers * r.scalars.cpuUtilisation) / r.scalars.throughput);
  return {
    timeInSystem: replicationInterval(times),
    wait: replicationInterval(times.map((time, i) => time - services[i])),
  };
}
