/** One replication of one policy of the grid, as a worker thread runs it: by queues alone, or message by message. */
import { exponential } from "../../lib/core/distributions.ts";
import type { SystemSpec } from "../../lib/core/system.ts";
import { seconds } from "../../lib/core/units.ts";
import { workload } from "../../lib/core/workloads.ts";
import type { BalancerSettings } from "../../lib/protocols/balancing/balancer-settings.ts";
import { queueRun } from "../../lib/protocols/balancing/queue-run.ts";
import { balancer } from "../../lib/protocols/builders.ts";
import { protocolNamed } from "../../lib/protocols/index.ts";
import { simulateRun } from "../../lib/simulation/run.ts";
import { network } from "../../lib/study/rtt-matrix.ts";
import { POLICIES, type PolicyCase } from "./cases.ts";

export interface Replication {
  readonly policy: PolicyCase["policy"];
  readonly servers: number;
  readonly rho: number;
  readonly warmUp: number;
  readonly operations: number;
  readonly seed: number;
  /** Every message on the engine, at a tenth of the speed. */
  readonly messages: boolean;
}

/** Mean time in system in services, and what the servers were busy over what they are on average. */
export interface Replicated {
  readonly time: number;
  readonly busy: number;
}

/** Runs a replication; the seed alone decides arrivals and services, whatever the policy. */
export function replicate(task: Replication): Replicated {
  const { policy, servers, rho } = task;
  const { settings, keys = 1 } = POLICIES.find((one) => one.policy === policy) as PolicyCase;
  const system = balancer({
    network: network.lan({ nodes: servers + 1, rtt: 0 }),
    serviceTime: 1,
    policy,
    ...settings?.(servers, rho),
  });
  return task.messages ? byMessages(task, system, keys) : byQueues(task, system, keys);
}

function byQueues(task: Replication, system: SystemSpec, keys: number): Replicated {
  const { servers, rho, warmUp, operations, seed } = task;
  const { responseTime, utilisation } = queueRun({
    settings: system.settings as unknown as BalancerSettings,
    arrivalRate: servers * rho,
    service: exponential(seconds(1)),
    workers: 1,
    keys,
    warmUp,
    customers: operations,
    seed: 1,
    replication: seed,
  });
  return { time: responseTime, busy: utilisation / rho };
}

function byMessages(task: Replication, system: SystemSpec, keys: number): Replicated {
  const { servers, rho, warmUp, operations, seed } = task;
  let [sum, count] = [0, 0];
  const load = workload.poisson(servers * rho, keys > 1 ? { keys } : {});
  const run = simulateRun(protocolNamed("balancer"), system, load, {
    seed,
    warmUp,
    operations,
    history: "off",
    completion(time) {
      sum += time;
      count++;
    },
  });
  const busy = run.utilisation.cpu.reduce((total, share) => total + share, 0);
  return { time: sum / count, busy: busy / (servers * rho) };
}
