/**
 * What `checks.ts` measures, in a file of its own, for it is run as studies run: bundled into plain JavaScript.
 *
 * Variants:
 *
 * - `none`: Multi-Paxos as in W3 without claims, invariants and history; `claims`: with claims and invariants; `all`: also
 *   with its history, read by the monitor as it grows;
 * - `raft`: all of that on Raft;
 * - `run` and `judged`: W3 with half of it reads of 1,000 keys, its history kept; only the run, or only the judging, counts.
 */
import { LinearizabilityMonitor } from "../../../lib/checkers/linearizability-monitor.ts";
import { linearizable } from "../../../lib/checkers/linearizable.ts";
import { exponential, shifted } from "../../../lib/core/distributions.ts";
import { cpu } from "../../../lib/core/machines.ts";
import { networks } from "../../../lib/core/networks.ts";
import { us } from "../../../lib/core/units.ts";
import { workload } from "../../../lib/core/workloads.ts";
import { protocolNamed } from "../../../lib/protocols/index.ts";
import { buildSystem } from "../../../lib/protocols/system.ts";
import { TimedEngine } from "../../../lib/simulation/engine.ts";
import type { HistoryRow } from "../../../lib/simulation/history.ts";
import { simulateRun } from "../../../lib/simulation/run.ts";
import type { ChildArguments } from "../child.ts";

const KEYS = 1000;

/** Seconds of the processor since this process began. */
const used = (): number => process.cpuUsage().user / 1e6;

/** Runs a variant: the seconds of the processor that count, and the share of operations that ended right. */
export function runChecks({ variant, size, operations, seed }: ChildArguments): {
  seconds: number;
  right: number;
} {
  const whole = protocolNamed(variant === "raft" ? "raft" : "multi-paxos");
  const protocol = variant === "none" ? { ...whole, always: {}, sometimes: {} } : whole;
  if (variant === "none") TimedEngine.prototype.claim = () => {};
  const own =
    variant === "raft" ? { electionTimeoutMin: 1e7, electionTimeoutMax: 2e7 } : { answerWhen: "chosen" };
  const system = buildSystem(protocol, {
    network: networks.lan({ nodes: size, oneWay: shifted(exponential(us(50)), us(250)), order: "datagram" }),
    cpu: cpu({ receive: us(10) }),
    heartbeatInterval: 1e6,
    ...own,
  });
  const mixed = variant === "run" || variant === "judged";
  const load = workload.poisson(10_000, mixed ? { reads: 0.5, keys: KEYS } : {});
  const monitor = variant === "all" || variant === "raft" ? new LinearizabilityMonitor() : null;
  let open: readonly HistoryRow[] = [];
  let begun = used();
  const run = simulateRun(protocol, system, load, {
    seed,
    operations,
    history: mixed ? "keep" : monitor === null ? "off" : "stream",
    ...(monitor === null ? {} : { sink: (chunk, openSince) => monitor.add(chunk, openSince) }),
    atEnd: (rows) => {
      open = rows;
    },
  });
  let linear = monitor === null || monitor.finish(open).verdict === "linearizable";
  if (variant === "judged") {
    begun = used();
    linear = linearizable(run.history).verdict === "linearizable";
  }
  const seconds = used() - begun;
  const { ok, failed, unknown } = run.operations;
  return { seconds, right: linear ? ok / (ok + failed + unknown) : 0 };
}
