/** Small systems and studies that several tests run. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { exponential } from "../core/distributions.ts";
import { cpu, disk } from "../core/machines.ts";
import { networks } from "../core/networks.ts";
import type { SystemSpec } from "../core/system.ts";
import { Mbps, ms, us } from "../core/units.ts";
import { workload } from "../core/workloads.ts";
import { mm1 } from "../models/queueing/mm1.ts";
import { protocolNamed } from "../protocols/index.ts";
import { buildSystem } from "../protocols/system.ts";
import { type Study, study } from "./study.ts";

/** One server with exponential service of 1 ms: M/M/1. */
export function server(): SystemSpec {
  return buildSystem(protocolNamed("station"), {
    network: networks.lan({ nodes: 1, rtt: 0 }),
    cpu: cpu({ receive: exponential(ms(1)) }),
  });
}

/** M/M/1 over some rates, compared with its formula. */
export function mm1Study(rates: readonly number[], tolerance = 0.05): Study {
  return study({ system: server(), workload: (p) => workload.poisson(p.rate), name: "mm1", title: "M/M/1" })
    .sweep({ rate: rates })
    .compareWith(mm1, {
      tolerance,
      map: { clientLatency: "responseTime", "clientLatency.p99": "responseTimeQuantile" },
      inputs: (p) => ({ arrivalRate: p.rate, serviceTime: ms(1) }),
    });
}

/** Raft on a LAN of 10 Mbit/s ports with processors and disks. */
export function raftSystem(nodes = 3): SystemSpec {
  return buildSystem(protocolNamed("raft"), {
    network: networks.lan({ nodes, rtt: ms(1), bandwidth: Mbps(10), jitter: 0.1 }),
    cpu: cpu({ receive: us(10), send: us(5) }),
    disk: disk.fsync(ms(1)),
  });
}

const DATA_FILES = ["rows.csv", "rows.parquet", "columns.json", "result.json"];

/** Runs the same small study and gives the hash of each data file. */
export async function hashes(workers: number, into: string): Promise<Record<string, string>> {
  const result = await study({
    system: (p) => raftSystem(p.nodes),
    workload: (p) => workload.poisson(p.rate, { payload: 1000 }),
  })
    .sweep({ nodes: [3, 5], rate: [20, 100, 2000] })
    .run({
      seed: 2026,
      precision: 0.01,
      operations: 200,
      quantiles: [0.5, 0.9],
      maxReplications: 12,
      warmUp: { rule: "fixed", operations: 100 },
      attribution: true,
      workers,
      progress: false,
    });
  await result.export(into, { formats: ["csv", "parquet", "json"] });
  return Object.fromEntries(
    DATA_FILES.map((name) => [
      name,
      createHash("sha256")
        .update(readFileSync(join(into, name)))
        .digest("hex"),
    ]),
  );
}
