/** Sharded stores as the study of re-sharding runs them: one move, one change of size, or a monitor that evens out. */
import { fault } from "../core/faults.ts";
import { networks } from "../core/networks.ts";
import type { WorkloadSpec } from "../core/system.ts";
import { shardedStore } from "../protocols/builders.ts";
import { protocolNamed } from "../protocols/index.ts";
import type { HistoryRow } from "../simulation/history.ts";
import { type RunResult, simulateRun } from "../simulation/run.ts";

type Given = Omit<Parameters<typeof shardedStore>[0], "network">;

/** A store on a fast LAN; `nodes` counts the router. */
export function runStore(
  nodes: number,
  given: Given,
  load: WorkloadSpec,
  run: {
    readonly operations: number;
    readonly bandwidth?: number;
    readonly seed?: number;
    readonly order?: readonly [string, number, number];
  },
): RunResult {
  const egress = run.bandwidth === undefined ? {} : { egress: run.bandwidth };
  const [command, argument, at] = run.order ?? ["", 0, 0];
  const system = shardedStore({
    network: networks.lan({ nodes, rtt: 1e-4, ...egress }),
    ...given,
    ...(run.order === undefined ? {} : { faults: [fault.command({ node: 0, command, argument, at })] }),
  });
  const { operations, seed = 11 } = run;
  return simulateRun(protocolNamed("sharded-store"), system, load, { seed, operations, history: "keep" });
}

/** Answered operations per second between two times. */
export function rateBetween(history: readonly HistoryRow[], from: number, to: number): number {
  let answered = 0;
  for (const { completed, outcome } of history)
    if (outcome === "ok" && completed >= from && completed < to) answered++;
  return answered / (to - from);
}
