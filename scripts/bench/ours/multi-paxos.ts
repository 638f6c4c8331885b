/**
 * W3 on our engine: the project's own Multi-Paxos. Variants:
 *
 * - `study`: through a study, with audits, histories and all its statistics;
 * - `bare`: the same without histories.
 */
import { exponential, shifted } from "../../../lib/core/distributions.ts";
import { cpu } from "../../../lib/core/machines.ts";
import { networks } from "../../../lib/core/networks.ts";
import { us } from "../../../lib/core/units.ts";
import { workload } from "../../../lib/core/workloads.ts";
import { protocolNamed } from "../../../lib/protocols/index.ts";
import { buildSystem } from "../../../lib/protocols/system.ts";
import { childArguments, report } from "../child.ts";
import { latencyOf, runStudy } from "./run-study.ts";

const { variant, size, operations, seed } = childArguments();
const protocol = protocolNamed("multi-paxos");
const system = buildSystem(protocol, {
  network: networks.lan({ nodes: size, oneWay: shifted(exponential(us(50)), us(250)), order: "datagram" }),
  cpu: cpu({ receive: us(10) }),
  // The workload commits an operation at its own majority, in whatever order, and sends nothing else.
  answerWhen: "chosen",
  heartbeatInterval: 1e6,
});
const load = workload.poisson(10_000);

const histories = variant !== "bare";
const { row, elapsed, measured } = await runStudy(system, load, operations, seed, histories);
report("multi-paxos", histories ? "protolab" : "protolab, histories off", measured, elapsed, latencyOf(row));
