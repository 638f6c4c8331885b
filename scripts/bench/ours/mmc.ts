/** W2 on our engine, through a study with audits and histories: a station of c cores with exponential service. */
import { exponential } from "../../../lib/core/distributions.ts";
import { cpu } from "../../../lib/core/machines.ts";
import { networks } from "../../../lib/core/networks.ts";
import { seconds } from "../../../lib/core/units.ts";
import { workload } from "../../../lib/core/workloads.ts";
import { protocolNamed } from "../../../lib/protocols/index.ts";
import { buildSystem } from "../../../lib/protocols/system.ts";
import { childArguments, report } from "../child.ts";
import { latencyOf, runStudy } from "./run-study.ts";

const { size, operations, seed } = childArguments();
const system = buildSystem(protocolNamed("station"), {
  network: networks.lan({ nodes: 1, rtt: 0 }),
  cpu: cpu({ receive: exponential(seconds(1)), cores: size }),
});
const { row, elapsed, measured } = await runStudy(system, workload.poisson(0.8 * size), operations, seed);
// What a customer spends beyond its service, whose mean is 1.
report("mmc", "protolab", measured, elapsed, latencyOf(row) - 1);
