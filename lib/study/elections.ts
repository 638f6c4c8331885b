/**
 * Elections measured: the leader crashes, the group detects it, elects another, and that one commits.
 *
 * Every election is a run of its own, with its own seed: results are independent, as their intervals assume. The crash
 * comes at a random time between two heartbeats, so what it finds is what a crash of any moment finds.
 */
import { DomainError, UsageError } from "../core/errors.ts";
import type { FaultSpec } from "../core/fault-types.ts";
import { checkNumber } from "../core/parameters.ts";
import { RandomStream } from "../core/random.ts";
import type { SystemSpec, WorkloadSpec } from "../core/system.ts";
import { parseQuantity, type TimeInput } from "../core/units.ts";
import { protocolNamed } from "../protocols/index.ts";
import type { AnyProtocol } from "../simulation/protocol.ts";
import type { RunResult } from "../simulation/run.ts";
import { DEFAULT_LEVEL, type Interval, momentsInterval, proportionInterval } from "../statistics/interval.ts";
import { Moments } from "../statistics/moments.ts";
import { simulateOneOfMany } from "./long-runs.ts";
import { checkSeed, replicationSeed } from "./seeds.ts";
import { TimeSample } from "./time-sample.ts";

export interface ElectionOptions {
  /** The group; faults of its own (cut links, slow disks) come on top of the crash. */
  readonly system: SystemSpec;
  /** How many elections. */
  readonly elections: number;
  readonly seed: number;
  /** Clients; without them everything but `firstAnswer` is measured. */
  readonly workload?: WorkloadSpec;
  /** The crash comes after this time; default: four heartbeat intervals. */
  readonly after?: TimeInput;
  /** … and within so much of it, uniformly; default: the protocol's `heartbeatInterval`. */
  readonly within?: TimeInput;
  /** A protocol that is not in the index: a variant. It must claim its leaders and know who leads. */
  readonly protocol?: AnyProtocol;
}

/** What one crash led to; times in seconds from the crash. */
interface Election {
  readonly elected: number;
  readonly serves: number;
  readonly answered: number;
  readonly terms: number;
}

/** Heartbeat intervals before the crash: a leader skips the first heartbeat, since its first entry says as much. */
const SETTLED = 4;
/** Moments tried until somebody leads. */
const MOST_MOVES = 50;
/** The first horizon, a longest timeout, is doubled so often before an election is given up. */
const MOST_DOUBLINGS = 12;

/** Elections of one group. */
export class ElectionResult {
  readonly system: SystemSpec;
  readonly seed: number;
  /** From the crash until a node has become leader: detection, terms without a winner, votes. */
  readonly electionTime: TimeSample;
  /** From then until it has committed an entry of its own term. */
  readonly recovery: TimeSample;
  /** From the crash until then: nobody can be served meanwhile. */
  readonly unavailability: TimeSample;
  /** From the crash until a client has an answer of the new leader; null without clients. */
  readonly firstAnswer: TimeSample | null;
  private readonly termMoments: Moments;
  private readonly splits: number;

  constructor(system: SystemSpec, seed: number, elections: readonly Election[], withClients: boolean) {
    this.system = system;
    this.seed = seed;
    this.electionTime = new TimeSample(elections.map(({ elected }) => elected));
    this.recovery = new TimeSample(elections.map(({ elected, serves }) => serves - elected));
    this.unavailability = new TimeSample(elections.map(({ serves }) => serves));
    this.firstAnswer = withClients ? new TimeSample(elections.map(({ answered }) => answered)) : null;
    this.termMoments = Moments.of(elections.map(({ terms }) => terms));
    this.splits = elections.filter(({ terms }) => terms > 1).length;
  }

  get count(): number {
    return this.electionTime.count;
  }

  /** Mean number of terms until a leader was elected. */
  terms(level = DEFAULT_LEVEL): Interval {
    return momentsInterval(this.termMoments, level, "terms");
  }

  /** Share of elections whose first term elected nobody. */
  firstSplit(level = DEFAULT_LEVEL): Interval {
    return proportionInterval(this.splits, this.count, level);
  }
}

/**
 * Crashes the leader of a group again and again, each time in a run of its own.
 *
 * @throws DomainError when no leader stands at the crash, or nobody succeeds it; UsageError for a protocol that does
 * not tell its leaders
 * @example
 * elections({ system: raft({ network: network.lan({ nodes: 3, oneWay: 0 }), electionTimeoutMin: ms(150), electionTimeoutMax: ms(150.001), heartbeatInterval: ms(75) }), elections: 20, seed: 1 }).electionTime.quantile(0.5).mean > ms(75); // => true
 */
export function elections(options: ElectionOptions): ElectionResult {
  const where = "elections";
  const { system, workload } = options;
  const protocol = options.protocol ?? protocolNamed(system.protocol);
  if (protocol.leads === undefined)
    throw new UsageError(`${where}: protocol must have a leader to crash, got ${protocol.name}`);
  const seed = checkSeed(options.seed);
  const rule = { dimension: "one", integer: true, min: 2, meaning: "how many" } as const;
  const count = checkNumber(where, "elections", options.elections, rule);
  const interval = Number(system.settings.heartbeatInterval ?? Number.NaN);
  const within =
    options.within === undefined ? interval : parseQuantity(`${where}: within`, options.within, "time");
  if (!(within >= 0))
    throw new UsageError(
      `${where}: within must be given, since ${protocol.name} has no setting heartbeatInterval`,
    );
  const after =
    options.after === undefined ? SETTLED * within : parseQuantity(`${where}: after`, options.after, "time");
  const moment = new RandomStream(1, 2, 3, 4);
  const measured: Election[] = [];
  for (let i = 0; i < count; i++) {
    const runSeed = replicationSeed(seed, "election", i);
    moment.restart(runSeed);
    let crash = after + within * moment.uniform();
    // Where nobody happens to lead, whole intervals later: the phase stays uniform.
    for (let moved = 0; measured.length === i; moved++, crash += SETTLED * within) {
      const election = electionOf(protocol, system, workload ?? null, runSeed, crash);
      if (election !== null) measured.push(election);
      else if (moved === MOST_MOVES)
        throw new DomainError(
          `${where}: somebody must lead when the leader crashes by ${crash} s, got nobody (seed ${runSeed})`,
        );
    }
  }
  return new ElectionResult(system, seed, measured, workload !== undefined);
}

/** One run, made longer (the same seed: the same run) until somebody serves; null when nobody was there to crash. */
function electionOf(
  protocol: AnyProtocol,
  system: SystemSpec,
  workload: WorkloadSpec | null,
  seed: number,
  crash: number,
): Election | null {
  const when = { times: "scheduled", at: crash, lasts: null, every: null, until: null } as const;
  const faults: FaultSpec[] = [...(system.faults ?? []), { fault: "crash", node: "leader", when }];
  let horizon = 1.1 * (Number(system.settings.electionTimeoutMax) || crash);
  for (let i = 0; i < MOST_DOUBLINGS; i++, horizon *= 2) {
    const run = simulateOneOfMany(protocol, { ...system, faults }, workload, {
      seed,
      operations: 1e9,
      maxSeconds: crash + horizon,
      history: workload === null ? "off" : "keep",
    });
    if (!run.faults.marks.some(({ kind, time }) => kind === "crash" && time === crash)) return null;
    const election = read(run, crash, workload !== null);
    if (election !== null) return election;
  }
  throw new DomainError(
    `elections: ${protocol.name} must commit something under a new leader within ${horizon} s of the crash, got nothing (seed ${seed}${workload === null ? "; without a workload" : ""})`,
  );
}

function read(run: RunResult, crash: number, withClients: boolean): Election | null {
  const { leaders } = run.faults;
  const before = leaders.filter(({ from }) => from < crash).pop();
  const next = leaders.find(({ from }) => from >= crash);
  const serving = leaders.find(({ from, serves }) => from >= crash && serves < Number.POSITIVE_INFINITY);
  if (before === undefined || next === undefined || serving === undefined) return null;
  let answered = Number.POSITIVE_INFINITY;
  // Until the new leader commits, answers are those that the old one had sent before it crashed.
  for (const { outcome, completed } of run.history)
    if (outcome === "ok" && completed >= serving.serves && completed < answered) answered = completed;
  if (withClients && answered === Number.POSITIVE_INFINITY) return null;
  return {
    elected: next.from - crash,
    serves: serving.serves - crash,
    answered: answered - crash,
    terms: next.term - before.term,
  };
}
