/**
 * One point from its first replication to its row.
 *
 * Replications run in rounds. After a round the stopping rule looks at all values so far, in the order of the
 * replications' numbers, and at nothing else: not at the clock, not at who finished first. So the number of
 * replications, and every byte of the row, is the same for any number of workers.
 */
import { DataError, DomainError, UsageError } from "../core/errors.ts";
import { formatQuantity } from "../core/units.ts";
import type { Interval } from "../statistics/interval.ts";
import { type PrecisionPlan, precisionPlan } from "../statistics/sequential.ts";
import { mser5 } from "../statistics/warm-up.ts";
import { intervalOf } from "./estimates.ts";
import { type Executor, runRetrying } from "./execution.ts";
import type { MeasureReference } from "./measures.ts";
import type { RunSettings } from "./options.ts";
import { longestRun, type PointPlan } from "./plan.ts";
import { replicationSeed, type SeedPurpose } from "./seeds.ts";
import { judgeSteadiness, type Steadiness } from "./steadiness.ts";
import type { Outcome, Pilot, Replication, ReplicationTask } from "./task.ts";

/** What running one point needs besides the point. */
export interface RunContext {
  readonly settings: RunSettings;
  readonly measures: readonly MeasureReference[];
  readonly executor: Executor;
  readonly signal: AbortSignal | undefined;
  /** Told of every finished batch: operations simulated, and replications of the point now done. */
  readonly finished: (plan: PointPlan, operations: number, replications: number) => void;
  /** Told after every look: the widest interval, relative to its mean, and how many replications may come. */
  readonly looked: (plan: PointPlan, relative: number, expected: number) => void;
}

/** A finished point. */
export interface PointOutcome {
  readonly plan: PointPlan;
  /** Operations dropped before measuring. */
  readonly warmUp: number;
  readonly replications: readonly Replication[];
  readonly steadiness: Steadiness;
  readonly precisionReached: boolean;
}

/** Operations in a task: enough that messages cost nothing beside them, few enough that progress is seen. */
const TASK_OPERATIONS = 25_000;
const PILOTS = 5;

/** By how much runs are lengthened, and how often, where they prove too short and no length was stated. */
const LENGTHEN = 4;
const LONGER_RUNS = 2;

/**
 * Runs a point until its intervals are narrow enough, its state is known, or its replications are used up. Where the
 * length of a replication was left to the study and proves too short, the point starts again with longer ones.
 */
export async function runPoint(plan: PointPlan, context: RunContext): Promise<PointOutcome> {
  const { settings } = context;
  let current = plan;
  for (let longer = 0; ; longer++) {
    const canLengthen = settings.operations === null && longer < LONGER_RUNS;
    const outcome = await runAtLength(current, context, LENGTHEN ** longer, canLengthen);
    if (outcome !== null) return outcome;
    const warmUp =
      settings.warmUp === null && current.warmUp !== null ? current.warmUp * LENGTHEN : plan.warmUp;
    current = { ...current, operations: current.operations * LENGTHEN, warmUp };
  }
}

/** One length of replications; null when they are too short and may be longer. */
async function runAtLength(
  plan: PointPlan,
  context: RunContext,
  factor: number,
  canLengthen: boolean,
): Promise<PointOutcome | null> {
  const { minReplications, maxReplications, precision, level } = context.settings;
  const stop = precisionPlan({
    precision,
    level,
    minReplications,
    // The same number of operations in all, whatever their length.
    maxReplications: Math.max(minReplications, Math.ceil(maxReplications / factor)),
  });
  const warmUp = plan.warmUp ?? (await findWarmUp(plan, context));
  const replications: Replication[] = [];
  const done = (steadiness: Steadiness, precisionReached: boolean): PointOutcome => ({
    plan,
    warmUp,
    replications,
    steadiness,
    precisionReached,
  });
  for (let next = minReplications; ; ) {
    const round = { first: replications.length, count: next, warmUp };
    const limit = await runRound(plan, context, round, replications);
    if (limit !== null) return done({ state: "limit", reason: limit }, false);
    if (replications.length === minReplications) refuseIdleMachines(plan, replications);
    const faulty = (plan.system.faults ?? []).length > 0;
    const steadiness = judgeSteadiness(replications, plan.workload, precision, level, faulty);
    if (steadiness.state === "unstable" || steadiness.state === "no answers") return done(steadiness, false);
    if (steadiness.state === "unsettled" && canLengthen) return null;
    const look = decide(stop, replications, context.measures, level);
    context.looked(plan, look.relative, replications.length + look.next);
    if (look.done) return done(steadiness, look.reached);
    next = look.next;
  }
}

interface Look {
  readonly done: boolean;
  readonly reached: boolean;
  readonly next: number;
  readonly relative: number;
}

function decide(
  stop: PrecisionPlan,
  replications: readonly Replication[],
  measures: readonly MeasureReference[],
  level: number,
): Look {
  const intervals = measures.map((measure) => intervalOf(replications, measure, level));
  const missing = intervals.includes(undefined);
  // What never varies is known: a disk that is not there is busy for exactly 0 of the time.
  const open = intervals.filter((i): i is Interval => i !== undefined && i.halfWidth > 0);
  const relative = Math.max(0, ...open.map((i) => (i.mean === 0 ? 1 : i.halfWidth / Math.abs(i.mean))));
  if (open.length === 0) return { done: true, reached: !missing, next: 0, relative };
  const decision = stop.decideAll(open);
  const reached = decision.reason === "precision reached" && !missing;
  return { done: decision.done, reached, next: decision.next, relative };
}

interface Round {
  readonly first: number;
  readonly count: number;
  readonly warmUp: number;
}

/** Runs a round and appends its replications in order; returns the message of a limit that was reached, or null. */
async function runRound(
  plan: PointPlan,
  context: RunContext,
  round: Round,
  replications: Replication[],
): Promise<string | null> {
  const { executor, signal } = context;
  const each = plan.operations + round.warmUp;
  const size = Math.max(1, Math.floor(TASK_OPERATIONS / each));
  const tasks: ReplicationTask[] = [];
  for (let first = round.first; first < round.first + round.count; first += size) {
    const count = Math.min(size, round.first + round.count - first);
    tasks.push(taskOf(plan, context, { first, count, warmUp: round.warmUp }, "replication"));
  }
  const results = await Promise.all(
    tasks.map(async (task) => {
      const result = await runRetrying(executor, task, signal);
      context.finished(plan, each * task.seeds.length, task.seeds.length);
      return result;
    }),
  );
  for (const [i, outcome] of results.flat().entries()) {
    if (outcome.is === "limit") return outcome.message;
    if (outcome.is === "error") throw failed(outcome, plan, context, round.first + i, "replication");
    replications.push(outcome.value as Replication);
  }
  return null;
}

function seedOf(plan: PointPlan, context: RunContext, replication: number, purpose: SeedPurpose): number {
  const { seed, commonRandomNumbers } = context.settings;
  return replicationSeed(seed, commonRandomNumbers ? "" : plan.key, replication, purpose);
}

function taskOf(plan: PointPlan, context: RunContext, round: Round, purpose: SeedPurpose): ReplicationTask {
  const { settings } = context;
  return {
    kind: purpose === "pilot" ? "pilot" : "measure",
    system: plan.system,
    workload: plan.workload,
    point: plan.key,
    first: round.first,
    seeds: Array.from({ length: round.count }, (_, i) => seedOf(plan, context, round.first + i, purpose)),
    warmUp: round.warmUp,
    operations: plan.operations,
    attribution: settings.attribution,
    histories: settings.histories,
    maxEvents: settings.maxEvents,
    maxSeconds: longestRun(plan, round.warmUp),
  };
}

/** An error of a run, with the point and the seed that show it again. */
function failed(
  outcome: Extract<Outcome<unknown>, { is: "error" }>,
  plan: PointPlan,
  context: RunContext,
  replication: number,
  purpose: SeedPurpose,
): Error {
  const Kind = [UsageError, DataError].find((kind) => kind.name === outcome.name) ?? DomainError;
  const seed = seedOf(plan, context, replication, purpose);
  return new Kind(`${outcome.message} (point ${plan.key}, ${purpose} ${replication}, seed ${seed})`);
}

/**
 * The warm-up of a point by MSER-5: the truncation of the average of some pilots from the empty system on. It then
 * holds for all replications of the point, so that none is cut by its own luck.
 */
async function findWarmUp(plan: PointPlan, context: RunContext): Promise<number> {
  const round = { first: 0, count: PILOTS, warmUp: 0 };
  const outcomes = await runRetrying(context.executor, taskOf(plan, context, round, "pilot"), context.signal);
  context.finished(plan, PILOTS * plan.operations, 0);
  const pilots = outcomes.map((outcome, i) => {
    if (outcome.is === "error") throw failed(outcome, plan, context, i, "pilot");
    return outcome.is === "done" ? (outcome.value as Pilot).latencies : [];
  });
  const length = Math.min(...pilots.map((latencies) => latencies.length));
  // With too few answers to say anything, the replications themselves will tell that the point is not steady.
  if (length < 50) return plan.operations;
  const average = Float64Array.from(
    { length },
    (_, i) => pilots.reduce((sum, latencies) => sum + latencies[i], 0) / pilots.length,
  );
  const { count, tooShort } = mser5(average);
  return tooShort ? plan.operations : count;
}

/** Refuses a disk, or a bandwidth, that a protocol never uses: the parameter could not move the result. */
function refuseIdleMachines({ system, key }: PointPlan, replications: readonly Replication[]): void {
  const { network, disk, protocol } = system;
  const used = (what: keyof Replication["used"]): boolean => replications.some((r) => r.used[what]);
  const refuse = (what: string, did: string): never => {
    throw new DomainError(`study: ${what} must have an effect, got ${protocol} that ${did} (point ${key})`);
  };
  if (disk !== null && !used("disk")) refuse("disk", "wrote nothing");
  if (network.egress !== null && !used("egress"))
    refuse(`egress bandwidth ${formatQuantity(network.egress, "bandwidth")}`, "sent no byte from a node");
  if (network.ingress !== null && !used("ingress"))
    refuse(`ingress bandwidth ${formatQuantity(network.ingress, "bandwidth")}`, "received no byte at a node");
}
