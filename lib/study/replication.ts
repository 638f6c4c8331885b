/**
 * One replication: a simulated run reduced to what a study keeps of it.
 *
 * This is all that a worker does. Nothing here may load the models, the charts or mathjs: a worker starts in the
 * time of its imports.
 */
import { LinearizabilityMonitor } from "../checkers/linearizability-monitor.ts";
import { SessionMonitor } from "../checkers/session-monitor.ts";
import { DataError, DomainError, LimitError, UsageError } from "../core/errors.ts";
import type { SystemSpec } from "../core/system.ts";
import { protocolNamed } from "../protocols/index.ts";
import { OK } from "../simulation/history.ts";
import { type AnyProtocol, answersOf } from "../simulation/protocol.ts";
import type { RunResult, SimulateOptions } from "../simulation/run.ts";
import { type Attribution, PARTS } from "../simulation/tracer.ts";
import { Halves } from "../statistics/halves.ts";
import { LatencyHistogram } from "../statistics/histogram.ts";
import { Moments } from "../statistics/moments.ts";
import { simulateOneOfMany } from "./long-runs.ts";
import type { ScalarName } from "./measures.ts";
import { rehearse } from "./rehearsal.ts";
import type { LatencySample, Outcome, Pilot, Replication, ReplicationTask, TaskResult } from "./task.ts";

/** Runs the replications of a task one after the other, up to the first that reaches a limit or fails. */
export function runTask(task: ReplicationTask): TaskResult {
  rehearse(task, runSeed);
  const results: Outcome<Replication | Pilot>[] = [];
  for (const seed of task.seeds) {
    const result = runSeed(task, seed);
    results.push(result);
    if (result.is !== "done") break;
  }
  return results;
}

/** Runs one seed. Errors of this house come back as data; any other is a defect and is thrown. */
export function runSeed(task: ReplicationTask, seed: number): Outcome<Replication | Pilot> {
  try {
    const value = task.kind === "pilot" ? runPilot(task, seed) : runReplication(task, seed);
    return { is: "done", value };
  } catch (error) {
    if (error instanceof LimitError) return { is: "limit", message: error.message };
    const known = [DomainError, UsageError, DataError].some((kind) => error instanceof kind);
    if (!known) throw error;
    const { name, message } = error as Error;
    return { is: "error", name, message };
  }
}

class LatencyRecorder {
  readonly moments: Moments;
  readonly histogram: LatencyHistogram;

  constructor(moments = new Moments(), histogram = new LatencyHistogram()) {
    this.moments = moments;
    this.histogram = histogram;
  }

  add(latency: number): void {
    this.moments.add(latency);
    this.histogram.record(latency);
  }

  get sample(): LatencySample {
    return { moments: this.moments.toJSON(), histogram: this.histogram.toJSON() };
  }

  copy(): LatencyRecorder {
    const { moments, histogram } = this.sample;
    return new LatencyRecorder(Moments.fromJSON(moments), LatencyHistogram.fromJSON(histogram));
  }
}

/** Takes in every measured operation as it ends. */
class Recorder {
  readonly commit = new LatencyRecorder();
  /** Null as long as clients beside the leader see what it sees, number for number: taking both in costs a run a twentieth. */
  private apart: LatencyRecorder | null = null;
  readonly counts = [0, 0, 0];
  readonly parts = new Float64Array(PARTS.length);
  traced = 0;
  partsError = 0;
  /** Client latencies in the order in which operations ended ok. */
  readonly inOrder: Halves;

  constructor(operations: number) {
    this.inOrder = new Halves(operations);
  }

  add(commit: number, client: number, outcome: number, attribution: Attribution | null): void {
    this.counts[outcome]++;
    if (outcome !== OK) return;
    this.inOrder.add(client);
    if (commit !== client) this.apart ??= this.commit.copy();
    this.commit.add(commit);
    this.apart?.add(client);
    if (attribution !== null) this.attribute(client, attribution);
  }

  get client(): LatencyRecorder {
    return this.apart ?? this.commit;
  }

  private attribute(client: number, attribution: Attribution): void {
    let sum = 0;
    for (let i = 0; i < PARTS.length; i++) {
      const seconds = attribution[PARTS[i]];
      this.parts[i] += seconds;
      sum += seconds;
    }
    this.traced++;
    this.partsError = Math.max(this.partsError, Math.abs(sum - client));
  }
}

/** Judges a run's history as it is recorded: a violation refuses the run, and with it the point. */
function historyJudge(
  protocol: AnyProtocol,
  settings: SystemSpec["settings"],
): Pick<SimulateOptions, "sink" | "atEnd"> {
  const answers = answersOf(protocol, settings);
  if (answers !== "register" && answers !== "sessions") return {};
  const monitor = answers === "register" ? new LinearizabilityMonitor() : new SessionMonitor();
  const must = answers === "register" ? "be linearizable" : "keep the session guarantees";
  let any = false;
  return {
    sink(chunk, openSince) {
      any = true;
      monitor.add(chunk, openSince);
    },
    atEnd(inProgress) {
      if (!any && inProgress.length === 0) return;
      const { violation } = monitor.finish(inProgress);
      if (violation === undefined) return;
      throw new DomainError(`${protocol.name}: history must ${must}, got ${violation.message}`);
    },
  };
}

function runReplication(task: ReplicationTask, seed: number): Replication {
  const recorder = new Recorder(task.operations);
  const protocol = protocolNamed(task.system.protocol);
  const run = simulateOneOfMany(protocol, task.system, task.workload, {
    ...(task.histories ? historyJudge(protocol, task.system.settings) : { history: "off" as const }),
    seed,
    warmUp: task.warmUp,
    operations: task.operations,
    attribution: task.attribution,
    maxEvents: task.maxEvents,
    ...(task.maxSeconds === null ? {} : { maxSeconds: task.maxSeconds }),
    completion: (commit, client, _isRead, outcome, attribution) =>
      recorder.add(commit, client, outcome, attribution),
  });
  const [ok, failed, unknown] = recorder.counts;
  const { traced } = recorder;
  const used = (shares: readonly number[]): boolean => shares.some((share) => share > 0);
  return {
    latencies: { commitLatency: recorder.commit.sample, clientLatency: recorder.client.sample },
    scalars: scalarsOf(task, run),
    own: run.own,
    halves: recorder.inOrder.means,
    cut: ok + failed + unknown < task.operations,
    ok,
    failed,
    unknown,
    parts: task.attribution && traced > 0 ? Array.from(recorder.parts, (sum) => sum / traced) : null,
    untraced: run.untraced,
    partsError: recorder.partsError,
    seen: run.seen,
    used: {
      disk: run.diskWrites > 0,
      egress: used(run.utilisation.egress),
      ingress: used(run.utilisation.ingress),
    },
    events: run.events,
  };
}

function scalarsOf(task: ReplicationTask, run: RunResult): Record<ScalarName, number> {
  const leader = Number(task.system.settings.initialLeader ?? 0);
  const { cpu, egress, disk } = run.utilisation;
  return {
    throughput: run.throughput,
    cpuUtilisation: cpu[leader],
    cpuUtilisationMax: Math.max(...cpu),
    egressUtilisation: egress[leader],
    egressUtilisationMax: Math.max(...egress),
    diskUtilisation: disk[leader],
    diskUtilisationMax: Math.max(...disk),
    messagesPerOperation: run.messages.sent / run.operations.issued,
  };
}

/** A run from the empty system on, of which every latency is kept in order. */
function runPilot(task: ReplicationTask, seed: number): Pilot {
  const latencies: number[] = [];
  simulateOneOfMany(protocolNamed(task.system.protocol), task.system, task.workload, {
    seed,
    warmUp: 0,
    operations: task.operations,
    maxEvents: task.maxEvents,
    ...(task.maxSeconds === null ? {} : { maxSeconds: task.maxSeconds }),
    completion: (_commit, client, _isRead, outcome) => {
      if (outcome === OK) latencies.push(client);
    },
  });
  return { latencies };
}
