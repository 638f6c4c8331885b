/**
 * Latency of a broadcast protocol without load, by the number of servers: flat, as an order statistic is.
 *
 * What a request costs besides the round (clients, Java, the disk's own time) is unknown and is fitted to the group
 * of 3; from there each column must follow Zab's model and its simulation.
 */
import { cpu } from "../../lib/core/machines.ts";
import { workload } from "../../lib/core/workloads.ts";
import { models } from "../../lib/models/index.ts";
import { zab } from "../../lib/protocols/consensus/zab.ts";
import { systemBuilder } from "../../lib/protocols/system.ts";
import type { Interval } from "../../lib/statistics/interval.ts";
import { network } from "../../lib/study/rtt-matrix.ts";
import { study } from "../../lib/study/study.ts";
import { Cases, type ReproduceContext, type Reproduction, shifted } from "./case.ts";

const COLUMNS = ["net_only_ms", "net_disk_ms", "net_disk_nocache_ms"] as const;
const MS = 1000;
const build = systemBuilder(zab);

export const zabLatency: Reproduction = {
  table: "zab_latency",
  tried: "shape: the change from 3 to 13 servers by Zab's model and simulation, the level fitted at 3",
  async run(context) {
    const cases = new Cases(this.table);
    const tolerance = cases.tolerance("1 ms timer resolution");
    const [base, ...others] = cases.table.rows;
    const first = await latency(Number(base.servers), context);
    for (const [i, row] of others.entries()) {
      const here = await latency(Number(row.servers), context);
      for (const column of COLUMNS) {
        const published = Number(row[column]);
        const level = Number(base[column]);
        const name = `${row.servers} servers, ${column.replace(/_ms$/, "")}`;
        const predicted = level + (here.predicted - first.predicted) * MS;
        const simulated = shifted(here.simulated, level - first.simulated.mean * MS, MS);
        const uncached = column === "net_disk_nocache_ms";
        const note = uncached ? UNCACHED : undefined;
        cases.formula(name, "latency, model [ms]", published, predicted, tolerance, note);
        if (!uncached) cases.simulated(name, "latency, Zab simulated [ms]", published, simulated, tolerance);
      }
      context.progress((i + 1) / others.length);
    }
    return cases.list;
  },
};

const UNCACHED =
  "no trend in the measurements either: without a write cache they scatter by seeks of a disk (44 to 67 ms), which no published distribution describes; 1 ms is the timer's resolution and not that scatter";

/** One request at a time on the table's network: 1 Gbit/s, ping 0.1 ms, values of 1 kB. */
async function latency(
  nodes: number,
  context: ReproduceContext,
): Promise<{ readonly predicted: number; readonly simulated: Interval }> {
  const system = build({
    network: network.lan({ nodes, rtt: "0.1 ms", bandwidth: "1 Gbit/s" }),
    cpu: cpu({ receive: "10 us", send: "10 us" }),
  });
  const load = workload.poisson(10, { payload: 1024 });
  const result = await study({ name: "zab", system, workload: load }).run({
    seed: context.seed,
    minReplications: 5,
    maxReplications: 5,
    operations: 500,
    warmUp: { rule: "fixed", operations: 50 },
    workers: 1,
    signal: context.signal,
    progress: false,
  });
  context.signal.throwIfAborted();
  const inputs = models.zabCommitLatency.fromSystem?.(system, load);
  const predicted = inputs === undefined ? Number.NaN : models.zabCommitLatency(inputs).commitLatency;
  return { predicted, simulated: result.rows[0].measures.commitLatency as Interval };
}
