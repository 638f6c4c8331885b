/**
 * One simulated run: a protocol, a system, a workload and a seed in; counts, utilisations and audits out.
 *
 * The audits are exact and always on. A run that fails one is refused: its numbers would be wrong.
 */
import { DomainError, UsageError } from "../core/errors.ts";
import { checkNumber } from "../core/parameters.ts";
import { randomStreams } from "../core/random.ts";
import type { SystemSpec, WorkloadSpec } from "../core/system.ts";
import type { SpaceTime } from "../core/trace.ts";
import { Clients, type Completion } from "./clients.ts";
import { TimedEngine } from "./engine.ts";
import type { LongRun } from "./engine-base.ts";
import { FaultEngine } from "./fault-engine.ts";
import type { FaultMark, FaultSpan, LeaderSpan } from "./fault-log.ts";
import { HistoryRecorder, type HistoryRow, type HistorySink } from "./history.ts";
import type { AnyProtocol } from "./protocol.ts";
import { Recorder, type Window } from "./recorder.ts";
import { Tracer } from "./tracer.ts";

export interface SimulateOptions {
  /** Whole number from 0 to 2^53 − 1; the same seed gives the same run. */
  readonly seed: number;
  /** Operations issued before measuring begins. */
  readonly warmUp?: number;
  /** Operations measured; the run ends when all of them have ended. Ignored without a workload. */
  readonly operations?: number;
  /** Gets every measured operation as it ends. */
  readonly completion?: Completion;
  /** `stream` records and hands on in chunks (default), `keep` keeps every row, `off` records none. */
  readonly history?: "stream" | "keep" | "off";
  readonly sink?: HistorySink;
  /** Gets, after the last chunk, the operations that had not ended when the run did. */
  readonly atEnd?: (inProgress: readonly HistoryRow[]) => void;
  /** Follows every operation's deciding path (slower). */
  readonly attribution?: boolean;
  /** Writes down every message and mark of a window, for a space-time diagram. */
  readonly record?: Window;
  /** Limit on events; default 10^9. */
  readonly maxEvents?: number;
  /** Limit on virtual time in seconds; default none. */
  readonly maxSeconds?: number;
  /** Processors with one core go through the event queue too: for checking. */
  readonly queuedCpu?: boolean;
  /** What is done once the run has handled many events. */
  readonly long?: LongRun;
}

/** One conservation law, both sides. */
export interface Audit {
  readonly law: string;
  readonly left: number;
  readonly right: number;
  readonly holds: boolean;
}

/** What a run gives. Times in virtual seconds, utilisations as shares of the measured window. */
export interface RunResult {
  readonly seconds: number;
  readonly events: number;
  readonly operations: {
    readonly issued: number;
    readonly ok: number;
    readonly failed: number;
    readonly unknown: number;
    readonly inProgress: number;
  };
  /** Operations ended ok per second, from the first measured operation on. */
  readonly throughput: number;
  readonly messages: {
    readonly sent: number;
    readonly delivered: number;
    readonly inFlight: number;
    /** Never handled: lost, cut off, or for a node that was down. */
    readonly dropped: number;
    /** Copies the network made. */
    readonly duplicated: number;
    /** Messages handled, by kind, self-sent ones included. */
    readonly byKind: Readonly<Record<string, number>>;
  };
  readonly utilisation: {
    readonly cpu: readonly number[];
    readonly egress: readonly number[];
    readonly ingress: readonly number[];
    readonly disk: readonly number[];
  };
  readonly diskWrites: number;
  readonly audits: readonly Audit[];
  /** Events of the protocol's `sometimes` that happened. */
  readonly seen: readonly string[];
  readonly outcome: Readonly<Record<string, string | number>>;
  /** The protocol's own measures, of the measured window; NaN where there was nothing to measure. */
  readonly own: Readonly<Record<string, number>>;
  /** With `history: "keep"`; operations without an answer at the end stand last, as unknown. */
  readonly history: readonly HistoryRow[];
  /** What went wrong on purpose, as it happened. */
  readonly faults: {
    readonly spans: readonly FaultSpan[];
    readonly marks: readonly FaultMark[];
    /** Who led when, of protocols that claim leaders; noted in runs with faults only. */
    readonly leaders: readonly LeaderSpan[];
  };
  /** The window that was recorded, or null. */
  readonly trace: SpaceTime | null;
  /** Measured operations whose deciding path had left the tracer's memory. */
  readonly untraced: number;
}

/**
 * Runs a protocol on a system under a workload (or, with `workload` null, until nothing is left to do).
 *
 * @throws DomainError when an option is outside its domain, an invariant is violated or an audit fails
 * @throws LimitError when `maxEvents` is reached first, or a million operations are in flight: far more arrives than is answered
 */
export function simulateRun(
  protocol: AnyProtocol,
  system: SystemSpec,
  workload: WorkloadSpec | null,
  options: SimulateOptions,
): RunResult {
  const where = `simulate ${protocol.name}`;
  const warmUp = count(where, "warmUp", options.warmUp ?? 0, 0);
  const measured = count(where, "operations", options.operations ?? 1000, 1);
  if (workload?.popularity?.kind === "scan" && protocol.scans !== true)
    throw new UsageError(
      `${where}: popularity must be of single keys, got a scan: the protocol reads one key at a time`,
    );
  const streams = randomStreams(options.seed);
  const mode = options.history ?? "stream";
  const history =
    mode === "off"
      ? null
      : new HistoryRecorder({ keep: mode === "keep", sink: options.sink ?? refuseDisorder });
  const clients =
    workload === null
      ? null
      : new Clients(system, workload, protocol.entry, streams, {
          warmUp,
          measured,
          history,
          completion: options.completion ?? null,
        });
  const tracer = options.attribution ? new Tracer() : null;
  const engineOptions = {
    maxEvents: options.maxEvents ?? 1e9,
    maxSeconds: options.maxSeconds ?? Number.POSITIVE_INFINITY,
    tracer,
    queuedCpu: options.queuedCpu ?? false,
    long: options.long ?? null,
  };
  const retry = workload?.retry ?? null;
  const faulty = (system.faults ?? []).length > 0 || retry !== null;
  if (faulty) checkPatience(where, system, workload);
  const recorder = options.record === undefined ? null : new Recorder(protocol, options.record);
  const played = recorder?.listening() ?? protocol;
  const engine = faulty
    ? new FaultEngine(played, system, clients, streams, { ...engineOptions, retry })
    : new TimedEngine(played, system, clients, streams, engineOptions);
  recorder?.listenTo(engine, clients);
  engine.run();
  history?.flush();
  options.atEnd?.(clients?.openRows() ?? []);
  const audits = auditsOf(engine, clients);
  const broken = audits.find((audit) => !audit.holds);
  if (broken !== undefined) {
    throw new DomainError(`${where}: audit ${broken.law} must hold, got ${broken.left} and ${broken.right}`);
  }
  const trace = recorder?.trace(system, `${protocol.name}, seed ${options.seed}`) ?? null;
  return { ...resultOf(protocol, engine, clients, history, audits, tracer), trace };
}

/** Faults that can swallow a request or its answer. */
const SWALLOWING: readonly string[] = ["crash", "failing disk", "partition", "cut", "isolation", "loss"];

/** A client that waits for ever for a request that is lost would hang the run. */
function checkPatience(where: string, system: SystemSpec, workload: WorkloadSpec | null): void {
  if (workload === null || workload.timeout !== null || workload.retry !== undefined) return;
  const fault = system.faults?.find((spec) => SWALLOWING.includes(spec.fault));
  if (fault !== undefined)
    throw new UsageError(
      `${where}: workload must have a timeout or a retry where requests can be lost (${fault.fault}), got neither`,
    );
}

function count(where: string, name: string, value: number, min: number): number {
  return checkNumber(where, name, value, { dimension: "one", integer: true, min, meaning: name });
}

/** The default sink: every row must end no earlier than it began. */
const refuseDisorder: HistorySink = (chunk) => {
  for (let row = 0; row < chunk.rows; row++) {
    if (chunk.completed[row] >= chunk.invoked[row]) continue;
    throw new DomainError(
      `history: operation ${chunk.id[row]} must end after ${chunk.invoked[row]} s, got ${chunk.completed[row]} s`,
    );
  }
};

function auditsOf(engine: TimedEngine, clients: Clients | null): Audit[] {
  const end = engine.end;
  const audits: Audit[] = [
    equal(
      "sent + duplicated = delivered + dropped + in flight",
      engine.sent + engine.duplicated,
      engine.delivered + engine.dropped + engine.inFlight,
    ),
  ];
  if (clients !== null) {
    const [ok, failed, unknown] = clients.ended;
    const ended = ok + failed + unknown;
    audits.push(
      equal(
        "arrivals = completed + failed + unknown + in progress",
        clients.issued,
        ended + clients.inFlight,
      ),
    );
    const { area, timeInSystem } = clients.path.close(end, clients.openSince());
    const slack = 1e-9 * Math.max(Math.abs(area), Number.MIN_VALUE);
    audits.push({
      law: "Little: area under N(t) = times in system",
      left: area,
      right: timeInSystem,
      holds: Math.abs(area - timeInSystem) <= slack,
    });
  }
  const cpuBusiest = engine.cpuBusy.reduce((most, busy) => Math.max(most, busy), 0);
  const busiest = engine.workBusy.reduce(
    (most, busy) => Math.max(most, busy),
    cpuBusiest / Math.max(1, engine.coresPerNode),
  );
  audits.push({
    law: "CPU busy time <= elapsed",
    left: busiest,
    right: end,
    holds: busiest <= end * (1 + 1e-9),
  });
  return audits;
}

function equal(law: string, left: number, right: number): Audit {
  return { law, left, right, holds: left === right };
}

function resultOf(
  protocol: AnyProtocol,
  engine: TimedEngine,
  clients: Clients | null,
  history: HistoryRecorder | null,
  audits: readonly Audit[],
  tracer: Tracer | null,
): Omit<RunResult, "trace"> {
  const end = engine.end;
  const utilisation = engine.utilisation();
  const window = clients === null ? 0 : clients.lastEnd - clients.measuredFrom;
  const [ok, failed, unknown] = clients?.ended ?? [0, 0, 0];
  return {
    seconds: end,
    events: engine.events,
    operations: { issued: clients?.issued ?? 0, ok, failed, unknown, inProgress: clients?.inFlight ?? 0 },
    throughput: window > 0 && clients !== null ? clients.endedInWindow / window : 0,
    messages: {
      sent: engine.sent,
      delivered: engine.delivered,
      inFlight: engine.inFlight,
      dropped: engine.dropped,
      duplicated: engine.duplicated,
      byKind: Object.fromEntries(
        engine.dispatcher.kinds.map((kind, i) => [kind, engine.dispatcher.handled[i]]),
      ),
    },
    utilisation: {
      cpu: utilisation.cpu,
      egress: utilisation.egress,
      ingress: utilisation.ingress,
      disk: utilisation.disk,
    },
    diskWrites: engine.disks.reduce((sum, disk) => sum + (disk?.writes ?? 0), 0),
    audits,
    seen: [...engine.sightings.seen],
    outcome: protocol.outcome?.(engine.states) ?? {},
    own: engine.own?.measures(end) ?? {},
    history:
      history === null ? [] : [...history.rows(), ...(history.keeps ? (clients?.openRows() ?? []) : [])],
    faults: engine instanceof FaultEngine ? engine.log : { spans: [], marks: [], leaders: [] },
    untraced: tracer?.lost ?? 0,
  };
}
