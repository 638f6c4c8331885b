/** One replication of one policy of the grid, as a worker thread runs it. */

import { workload } from "../../lib/core/workloads.ts";
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
}

/** Mean time in system in services, and what the servers were busy over what they are on average. */
export interface Replicated {
  readonly time: number;
  readonly busy: number;
}

/** Runs a replication; the seed alone decides arrivals and services, whatever the policy. */
export function replicate(task: Replication): Replicated {
  const { policy, servers, rho, warmUp, operations, seed } = task;
  const chosen = POLICIES.find((one) => one.policy === policy) as PolicyCase;
  const system = balancer({
    network: network.lan({ nodes: servers + 1, rtt: 0 }),
    serviceTime: 1,
    policy,
    ...chosen.settings?.(servers, rho),
  });
  let [sum, count] = [0, 0];
  const run = simulateRun(
    protocolNamed("balancer"),
    system,
    workload.poisson(servers * rho, chosen.keys === undefined ? {} : { keys: chosen.keys }),
    {
      seed,
      warmUp,
      operations,
      history: "off",
      completion(time) {
        sum += time;
        count++;
      },
    },
  );
  const busy = run.utilisation.cpu.reduce((total, share) => total + share, 0);
  return { time: sum / count, busy: busy / (servers * rho) };
}
