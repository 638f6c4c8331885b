/**
 * W1 on our engine. Variants:
 *
 * - `messages`: two nodes pass messages to and fro over links of delay Exp(1); each arrival sends one on. Through the
 *   protocol contract, with its audits.
 * - `study`: as many clients as pending events, each thinks Exp(1), asks a station that answers in no time, and thinks
 *   again. Through a study, with audits, histories and all its statistics.
 */
import { exponential } from "../../../lib/core/distributions.ts";
import { FREE_CPU } from "../../../lib/core/machines.ts";
import { networks } from "../../../lib/core/networks.ts";
import { seconds } from "../../../lib/core/units.ts";
import { workload } from "../../../lib/core/workloads.ts";
import { protocolNamed } from "../../../lib/protocols/index.ts";
import { buildSystem } from "../../../lib/protocols/system.ts";
import { erased, type Protocol } from "../../../lib/simulation/protocol.ts";
import { simulateOneOfMany } from "../../../lib/study/long-runs.ts";
import { childArguments, report } from "../child.ts";
import { runStudy } from "./run-study.ts";

interface Ball {
  readonly kind: "ball";
}

/** Passes every message back; node 0 begins with `balls` of them. */
function juggling(balls: number): Protocol<Record<never, never>, { passed: number }, Ball> {
  return {
    name: "juggling",
    title: "The hold model",
    source:
      "Jones, An empirical comparison of priority-queue and event-set implementations, CACM 29(4), 1986",
    promises: "the number of messages on their way never changes",
    assumes: "nothing fails",
    leavesOut: "everything else",
    parameters: {},
    entry: "any",
    boot(ctx) {
      if (ctx.self === 0) for (let i = 0; i < balls; i++) ctx.send(1, { kind: "ball" });
      return { passed: 0 };
    },
    ready: () => true,
    request: () => {},
    timers: {},
    messages: {
      ball(node, message, from, ctx) {
        node.passed++;
        ctx.send(from, message);
      },
    },
    bytes: () => 0,
    always: {},
    sometimes: { somethingPassed: (nodes) => nodes.some((node) => node.passed > 0) },
  };
}

const { variant, size, operations, seed } = childArguments();
if (variant === "study") {
  const system = buildSystem(protocolNamed("station"), { network: networks.lan({ nodes: 1, rtt: 0 }) });
  const load = workload.closed(size, { think: exponential(seconds(1)) });
  const { row, elapsed, measured } = await runStudy(system, load, operations, seed);
  const throughput = row.measures.throughput?.mean ?? Number.NaN;
  report("hold", "protolab study", measured, elapsed, size / throughput);
} else {
  const network = networks.lan({ nodes: 2, oneWay: exponential(seconds(1)), order: "datagram" });
  const system = { protocol: "juggling", settings: {}, network, cpu: FREE_CPU, disk: null };
  const protocol = erased(juggling(size));
  const begun = performance.now();
  const run = simulateOneOfMany(protocol, system, null, { seed, maxSeconds: operations / size });
  const elapsed = (performance.now() - begun) / 1e3;
  const { delivered } = run.messages;
  report("hold", "protolab", delivered, elapsed, (size * run.seconds) / delivered);
}
