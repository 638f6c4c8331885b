/**
 * A study on one thread or two, start-up of the threads included: W3's system over a range of rates. The variant is
 * the number of threads, the size the number of points.
 */
import { exponential, shifted } from "../../../lib/core/distributions.ts";
import { cpu } from "../../../lib/core/machines.ts";
import { networks } from "../../../lib/core/networks.ts";
import { us } from "../../../lib/core/units.ts";
import { workload } from "../../../lib/core/workloads.ts";
import { protocolNamed } from "../../../lib/protocols/index.ts";
import { buildSystem } from "../../../lib/protocols/system.ts";
import { study } from "../../../lib/study/study.ts";
import { childArguments, report } from "../child.ts";
import { latencyOf } from "./run-study.ts";

const { variant, size, operations, seed } = childArguments();
const REPLICATIONS = 10;
const system = buildSystem(protocolNamed("multi-paxos"), {
  network: networks.lan({ nodes: 5, oneWay: shifted(exponential(us(50)), us(250)), order: "datagram" }),
  cpu: cpu({ receive: us(10) }),
});
const rates = Array.from({ length: size }, (_, i) => 2000 + (8000 * i) / Math.max(1, size - 1));

const begun = performance.now();
const result = await study({ system, workload: (point) => workload.poisson(point.rate) })
  .sweep({ rate: rates })
  .run({
    seed,
    operations: Math.ceil(operations / size / REPLICATIONS),
    warmUp: { rule: "fixed", operations: 0 },
    minReplications: REPLICATIONS,
    maxReplications: REPLICATIONS,
    workers: Number(variant),
    progress: false,
  });
const elapsed = (performance.now() - begun) / 1e3;
const ok = result.rows.reduce((sum, row) => sum + row.ended.ok, 0);
const mean = result.rows.reduce((sum, row) => sum + latencyOf(row) / size, 0);
report("workers", variant, ok, elapsed, mean);
process.exit(0);
