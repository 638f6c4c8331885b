/**
 * W2-balancing on our engine: a dispatcher and `size` servers, two choices, 80 % load, on a network that takes no time.
 *
 * - `study`: through a study, with audits and all its statistics;
 * - `bare`: one simulated run with its audits, without histories.
 */
import { networks } from "../../../lib/core/networks.ts";
import { workload } from "../../../lib/core/workloads.ts";
import { balancer } from "../../../lib/protocols/builders.ts";
import { protocolNamed } from "../../../lib/protocols/index.ts";
import { simulateRun } from "../../../lib/simulation/run.ts";
import { childArguments, report } from "../child.ts";
import { latencyOf, runStudy } from "./run-study.ts";

const { variant, size, operations, seed } = childArguments();
const system = balancer({
  network: networks.lan({ nodes: size + 1, rtt: 0 }),
  serviceTime: 1,
  policy: "d-choices",
});
const load = workload.poisson(0.8 * size);

if (variant === "bare") {
  let sum = 0;
  const begun = performance.now();
  const run = simulateRun(protocolNamed("balancer"), system, load, {
    seed,
    operations,
    history: "off",
    completion: (time) => {
      sum += time;
    },
  });
  const elapsed = (performance.now() - begun) / 1e3;
  const { ok } = run.operations;
  report("balancing", "protolab, histories off", ok, elapsed, sum / ok);
} else {
  const { row, elapsed, measured } = await runStudy(system, load, operations, seed);
  report("balancing", "protolab", measured, elapsed, latencyOf(row));
}
