/** Looking at a run of a study from close by: the same seed again, every message of a window written down. */
import { type SpaceTimeDiagram, spaceTime } from "../charts/space-time.ts";
import type { SpaceTimeOptions } from "../charts/space-time-input.ts";
import { DomainError, UsageError } from "../core/errors.ts";
import { checkNumber } from "../core/parameters.ts";
import type { SpaceTime } from "../core/trace.ts";
import { parseQuantity, type TimeInput } from "../core/units.ts";
import { protocolNamed } from "../protocols/index.ts";
import { type RunResult, simulateRun } from "../simulation/run.ts";
import type { PointShape } from "./points.ts";
import type { StudyResult } from "./result.ts";
import type { StudyRow } from "./row.ts";
import { replicationSeed } from "./seeds.ts";

export interface ReplayOptions {
  /** Which replication; default 0. */
  readonly replication?: number;
  /** The window, in seconds of the run: default from its beginning, for about thirty operations. */
  readonly from?: TimeInput;
  readonly to?: TimeInput;
}

/** Operations that a window of unstated length shows. */
const SHOWN = 30;

/** One point of a result. */
export class PointResult<P extends PointShape = PointShape> {
  readonly row: StudyRow<P>;
  private readonly result: StudyResult<P>;

  constructor(result: StudyResult<P>, row: StudyRow<P>) {
    this.result = result;
    this.row = row;
  }

  /**
   * Runs a replication of this point again and writes a window of it down: the same seed, so the same run.
   *
   * @throws DomainError on a replication that was not run or a window that is none
   */
  replay(options: ReplayOptions = {}): Replay {
    const { row, result } = this;
    const { replication = 0 } = options;
    const rule = {
      dimension: "one",
      integer: true,
      min: 0,
      max: row.replications - 1,
      meaning: "which",
    } as const;
    checkNumber("replay", "replication", replication, rule);
    const from = parseQuantity("replay: from", options.from ?? 0, "time");
    const to =
      options.to === undefined ? from + this.usualLength() : parseQuantity("replay: to", options.to, "time");
    if (!(from >= 0 && to > from)) throw new DomainError(`replay: from ${from} s must be < to ${to} s`);
    const { settings } = result.facts;
    const seed = replicationSeed(settings.seed, settings.commonRandomNumbers ? "" : row.key, replication);
    const run = simulateRun(protocolNamed(row.system.protocol), row.system, row.workload, {
      seed,
      warmUp: row.warmUp,
      operations: row.operations,
      maxSeconds: to,
      record: { from, to },
    });
    const end = run.trace?.to ?? 0;
    if (!(end > from))
      throw new DomainError(`replay: from must be < ${end} s, when the run ends, got ${from} s`);
    return new Replay(run, row.key === "" ? row.system.protocol : `${row.system.protocol}, ${row.key}`);
  }

  private usualLength(): number {
    const { measures, transient } = this.row;
    const rate = measures.throughput?.mean ?? 0;
    const latency = (measures.clientLatency ?? transient?.clientLatency)?.mean ?? 0;
    return Math.max(SHOWN / Math.max(rate, 1e-3), 3 * latency);
  }
}

/** A run played again. */
export class Replay {
  readonly run: RunResult;
  readonly trace: SpaceTime;

  constructor(run: RunResult, title: string) {
    if (run.trace === null) throw new UsageError("replay: run must have been recorded, got none");
    this.run = run;
    this.trace = { ...run.trace, title };
  }

  /** The space-time diagram of the window. */
  diagram(options: SpaceTimeOptions = {}): SpaceTimeDiagram {
    return spaceTime(this.trace, options);
  }
}
