/**
 * Campaigns: thousands of untimed walks and timed fault schedules of one protocol, counted.
 *
 * For a correct protocol the counts say how hard it was tried; for a mutant, what the checks are worth: how often a run
 * shows the bug, and how many runs show it with probability 0.95.
 */
import { linearizable } from "../checkers/linearizable.ts";
import { SessionMonitor } from "../checkers/session-monitor.ts";
import { describeWitness } from "../checkers/witness.ts";
import { DomainError, UsageError } from "../core/errors.ts";
import type { CheckedOperation } from "../core/history-types.ts";
import { cpu, disk } from "../core/machines.ts";
import { networks } from "../core/networks.ts";
import { checkNumber } from "../core/parameters.ts";
import type { SystemSpec } from "../core/system.ts";
import type { SpaceTime } from "../core/trace.ts";
import { buildSystem } from "../protocols/system.ts";
import { runSchedule } from "../simulation/fault-schedule.ts";
import { type AnyProtocol, answersOf } from "../simulation/protocol.ts";
import { shrink } from "../simulation/shrink.ts";
import { recordWalk, Walker } from "../simulation/walk.ts";
import { formatAction } from "../simulation/walk-action.ts";
import { traceOfActions } from "../simulation/walk-trace.ts";
import type { Violation, WalkOperation } from "../simulation/walk-world.ts";

/** Runs of one kind. */
export interface Tally {
  readonly tried: number;
  readonly violations: number;
  /** Seed of the first violation, or null. */
  readonly first: number | null;
  readonly violation: Violation | null;
  /** Runs in which each event of the protocol's `sometimes` happened. */
  readonly sometimes: Readonly<Record<string, number>>;
}

/** A campaign's counts. */
export interface CampaignResult {
  readonly walks: Tally;
  readonly schedules: Tally & {
    /** Schedules after which nobody was served in time, and the first of them. */
    readonly stuck: number;
    readonly firstStuck: number | null;
  };
}

export interface CampaignOptions {
  readonly walks: number;
  readonly schedules: number;
  /** First seed; default 0. */
  readonly from?: number;
  readonly nodes?: number;
  readonly settings?: Readonly<Record<string, number | boolean | string>>;
  /** Stop each kind at its first violation. */
  readonly stopAtFirst?: boolean;
}

/** The group in which a protocol is tried: a LAN with a slow link or two in its tail, processors and disks that take time. */
export function campaignSystem(
  protocol: AnyProtocol,
  nodes = 3,
  settings: CampaignOptions["settings"] = {},
): SystemSpec {
  return buildSystem(protocol, {
    network: networks.lan({ nodes, rtt: 0.01, jitter: 0.5 }),
    cpu: cpu({ receive: 5e-5 }),
    disk: disk.fsync({ p50: 0.001, p99: 0.006 }),
    ...settings,
  });
}

/**
 * Tries a protocol.
 *
 * @throws DomainError on counts below 0
 * @example campaign(protocolNamed("paxos"), { walks: 50, schedules: 0 }).walks.violations; // => 0
 */
export function campaign(protocol: AnyProtocol, options: CampaignOptions): CampaignResult {
  const { nodes = 3, settings, stopAtFirst = false, from = 0 } = options;
  for (const name of ["walks", "schedules"] as const)
    checkNumber("campaign", name, options[name], { dimension: "one", integer: true, min: 0, meaning: name });
  checkNumber("campaign", "from", from, { dimension: "one", integer: true, min: 0, meaning: "first seed" });
  const system = campaignSystem(protocol, nodes, settings);
  return {
    walks: walkAll(protocol, system, from, options.walks, stopAtFirst),
    schedules: scheduleAll(protocol, system, from, options.schedules, stopAtFirst),
  };
}

function walkAll(
  protocol: AnyProtocol,
  system: SystemSpec,
  from: number,
  count: number,
  stopAtFirst: boolean,
): Tally {
  const walker = new Walker(protocol, shapeOf(system), { judge: walkJudge(protocol, system.settings) });
  const tally = new Counter(protocol);
  for (let seed = from; seed < from + count; seed++) {
    const violation = walker.run(seed);
    tally.add(seed, violation, walker.world.seen);
    if (violation !== null && stopAtFirst) break;
  }
  return tally.result();
}

function scheduleAll(
  protocol: AnyProtocol,
  system: SystemSpec,
  from: number,
  count: number,
  stopAtFirst: boolean,
): CampaignResult["schedules"] {
  const tally = new Counter(protocol);
  const judge = rowsJudge(protocol, system.settings);
  let stuck = 0;
  let firstStuck: number | null = null;
  for (let seed = from; seed < from + count; seed++) {
    const { violation, progressed, run } = runSchedule(protocol, system, seed, judge);
    tally.add(seed, violation, run?.seen ?? []);
    if (violation !== null && stopAtFirst) break;
    if (violation !== null || progressed) continue;
    stuck++;
    firstStuck ??= seed;
  }
  return { ...tally.result(), stuck, firstStuck };
}

const shapeOf = (system: SystemSpec) => ({
  nodes: system.network.placement.length,
  settings: system.settings,
});

class Counter {
  private tried = 0;
  private violations = 0;
  private first: number | null = null;
  private violation: Violation | null = null;
  private readonly happened: Map<string, number>;

  constructor(protocol: AnyProtocol) {
    this.happened = new Map(Object.keys(protocol.sometimes).map((name) => [name, 0]));
  }

  add(seed: number, violation: Violation | null, seen: Iterable<string>): void {
    this.tried++;
    for (const name of seen) this.happened.set(name, (this.happened.get(name) ?? 0) + 1);
    if (violation === null) return;
    this.violations++;
    this.first ??= seed;
    this.violation ??= violation;
  }

  result(): Tally {
    const { tried, violations, first, violation } = this;
    return { tried, violations, first, violation, sometimes: Object.fromEntries(this.happened) };
  }
}

/** The counts of two parts of one campaign; `a` has the lower seeds. */
export function joined(a: CampaignResult, b: CampaignResult): CampaignResult {
  const both = <T extends Tally>(x: T, y: T): T => ({
    ...x,
    tried: x.tried + y.tried,
    violations: x.violations + y.violations,
    first: x.first ?? y.first,
    violation: x.violation ?? y.violation,
    sometimes: Object.fromEntries(
      Object.entries(x.sometimes).map(([name, count]) => [name, count + (y.sometimes[name] ?? 0)]),
    ),
  });
  return {
    walks: both(a.walks, b.walks),
    schedules: {
      ...both(a.schedules, b.schedules),
      stuck: a.schedules.stuck + b.schedules.stuck,
      firstStuck: a.schedules.firstStuck ?? b.schedules.firstStuck,
    },
  };
}

/**
 * How many independent runs show a bug with probability 0.95 when a share `rate` of them shows it; Infinity for none.
 * @example runsFor95(0.05); // => 59
 */
export function runsFor95(rate: number): number {
  if (rate >= 1) return 1;
  return rate <= 0 ? Number.POSITIVE_INFINITY : Math.ceil(Math.log(0.05) / Math.log1p(-rate));
}

// ---- judging histories

/** Without a read that was answered there is nothing a store could have got wrong. */
function judgeRows(history: readonly CheckedOperation[]): string | null {
  if (!history.some((row) => row.kind === "read" && row.outcome === "ok")) return null;
  const judged = linearizable(history);
  if (judged.verdict === "linearizable") return null;
  return judged.witness === undefined
    ? "undecided within the limit of steps"
    : describeWitness(judged.witness);
}

function judgeSessions(history: readonly CheckedOperation[]): string | null {
  const monitor = new SessionMonitor();
  for (const operation of history) monitor.take(operation);
  return monitor.finish().violation?.message ?? null;
}

/** How the history of a run is judged; null where answers mean something else. */
function rowsJudge(protocol: AnyProtocol, settings: SystemSpec["settings"]) {
  const answers = answersOf(protocol, settings);
  return answers === "register" ? judgeRows : answers === "sessions" ? judgeSessions : null;
}

/** Judges the operations of a walk, whose times are numbers of actions; null where answers mean something else. */
export function walkJudge(
  protocol: AnyProtocol,
  settings: SystemSpec["settings"],
): ((operations: readonly WalkOperation[]) => string | null) | null {
  const judge = rowsJudge(protocol, settings);
  if (judge === null) return null;
  return (operations) => {
    let reads = 0;
    for (const { operation, outcome } of operations)
      if (operation.kind === "read" && outcome === "ok") reads++;
    return reads === 0 ? null : judge(operations.map(judge === judgeSessions ? sessionRowOf : rowOf));
  };
}

/** Of an answer and a question of one number nobody knows which came first, so the end is put after it. */
function sessionRowOf(record: WalkOperation): CheckedOperation {
  return { ...rowOf(record), client: record.operation.client, completed: record.completed + 0.5 };
}

function rowOf(record: WalkOperation): CheckedOperation {
  const { operation, invoked, completed, outcome } = record;
  const value = operation.kind === "write" ? operation.id : record.value;
  return {
    id: operation.id,
    client: operation.id,
    kind: operation.kind,
    key: operation.key,
    value,
    invoked,
    completed,
    outcome,
  };
}

// ---- reproducing

/** A failing walk told so that anybody can see it again. */
export interface FailureReport {
  readonly seed: number;
  readonly hash: string;
  readonly violation: Violation;
  /** The shortest actions found that fail in the same way. */
  readonly actions: readonly string[];
  /** Those actions as a trace: `spaceTime(report.trace)` draws them. */
  readonly trace: SpaceTime;
}

/**
 * Walks a seed again, shrinks what went wrong, and tells it.
 *
 * @throws UsageError when nothing goes wrong in the walk of that seed
 */
export function reportWalk(
  protocol: AnyProtocol,
  seed: number,
  options: Pick<CampaignOptions, "nodes" | "settings"> = {},
): FailureReport {
  const system = campaignSystem(protocol, options.nodes, options.settings);
  const judge = walkJudge(protocol, system.settings);
  const walk = recordWalk(protocol, shapeOf(system), seed, { judge });
  if (walk.violation === null)
    throw new UsageError(
      `walk: ${protocol.name} must go wrong with seed ${seed} to be reported, got no violation`,
    );
  const { done, violation } = shrink(protocol, shapeOf(system), walk, judge);
  if (violation === null) throw new DomainError(`walk: seed ${seed} must go wrong again, got no violation`);
  const trace = traceOfActions(protocol, shapeOf(system), done, {
    seed,
    slowDisk: walk.slowDisk,
    title: `${protocol.name}: ${violation.kind} ${violation.name}`,
  });
  return { seed, hash: walk.hash, violation, actions: done.map(formatAction), trace };
}
