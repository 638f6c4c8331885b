/** Balancers run for tests: replications on named seeds, and what they give. */
import type { SystemSpec, WorkloadSpec } from "../core/system.ts";
import { workload } from "../core/workloads.ts";
import { balancer } from "../protocols/builders.ts";
import { protocolNamed } from "../protocols/index.ts";
import type { AnyProtocol } from "../simulation/protocol.ts";
import { type RunResult, simulateRun } from "../simulation/run.ts";
import { type Interval, replicationInterval } from "../statistics/interval.ts";
import { network } from "./rtt-matrix.ts";

type Settings = Omit<Parameters<typeof balancer>[0], "network">;

/** Services of 1 s on a network that takes no time: times are in services. */
export function balanced(servers: number, settings: Settings): SystemSpec {
  const nodes = servers + Number(settings.dispatchers ?? 1);
  return balancer({ network: network.lan({ nodes, rtt: 0 }), serviceTime: 1, ...settings });
}

export interface Measured {
  readonly time: Interval;
  /** Times in system of all replications, in order. */
  readonly times: readonly number[];
  readonly runs: readonly RunResult[];
  readonly sum: (count: string) => number;
}

export interface Length {
  readonly operations: number;
  readonly replications?: number;
  readonly load?: WorkloadSpec;
  readonly protocol?: AnyProtocol;
}

export function measure(system: SystemSpec, rate: number, length: Length): Measured {
  const times: number[] = [];
  const means: number[] = [];
  const runs = Array.from({ length: length.replications ?? 10 }, (_, seed) => {
    let [sum, count] = [0, 0];
    const run = simulateRun(
      length.protocol ?? protocolNamed("balancer"),
      system,
      length.load ?? workload.poisson(rate),
      {
        seed,
        warmUp: Math.ceil(length.operations / 8),
        operations: length.operations,
        history: "off",
        completion(time, _client, _read, outcome) {
          if (outcome !== 0) return;
          sum += time;
          count++;
          times.push(time);
        },
      },
    );
    means.push(sum / count);
    return run;
  });
  const sum = (name: string): number => runs.reduce((total, run) => total + Number(run.outcome[name]), 0);
  return { time: replicationInterval(means), times, runs, sum };
}

/** Value below which a share of the numbers lies. */
export function quantile(values: readonly number[], p: number): number {
  const sorted = Float64Array.from(values).sort((a, b) => a - b);
  return sorted[Math.ceil(p * sorted.length) - 1];
}
