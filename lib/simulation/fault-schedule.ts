/**
 * Timed schedules: a group under load while faults drawn from a seed come and go, and what must hold meanwhile.
 *
 * Three things are asked of every schedule: no invariant or claim is violated; the history of the clients is one that a
 * correct store could give; and once everything has healed, some operation succeeds within `PROGRESS` seconds.
 * A system that never answers is safe, so the last is what makes the first two worth anything.
 *
 * Where any node serves, a client that is not answered would move on, and nobody would notice a node that never serves
 * again: in every fourth schedule clients stay where they are, one at each node, and all of them must be served.
 */
import { DomainError } from "../core/errors.ts";
import { RandomStream } from "../core/random.ts";
import type { SystemSpec, WorkloadSpec } from "../core/system.ts";
import type { HistoryRow } from "./history.ts";
import type { AnyProtocol } from "./protocol.ts";
import { type RunResult, simulateRun } from "./run.ts";
import { drawSwarm } from "./swarm.ts";
import type { Violation } from "./walk-world.ts";

/** Seconds after which everything has healed. */
export const HEALED = 8;
/** Seconds of load, at least. */
const LENGTH = 10;
/** Seconds within which a healed group must serve somebody. */
export const PROGRESS = 15;
/** Operations a second. */
const RATE = 12;
/** Of how many schedules one is of clients that stay at their node. */
const STAY_EVERY = 4;

/** Judges a history; a text says what is wrong with it. */
export type RowJudge = (history: readonly HistoryRow[]) => string | null;

/** What came of one schedule. */
export interface ScheduleResult {
  readonly violation: Violation | null;
  /** False: nobody was served in time after everything had healed; or not everybody, where clients stay. */
  readonly progressed: boolean;
  readonly run: RunResult | null;
  readonly system: SystemSpec;
}

/** The load of a schedule: a few clients that ask again (at the next node, unless they stay), give up, and meet on few keys. */
function loadOf(nodes: number, stay: boolean): WorkloadSpec {
  const places = stay ? nodes : Math.min(nodes, 3);
  const clients = Array.from({ length: places }, (_, node) => ({ at: `node ${node}`, share: 0 }));
  return {
    arrivals: { process: "poisson", rate: RATE },
    payload: { distribution: "deterministic", value: 100 },
    reads: 0.5,
    keys: 2,
    clients: clients.map((client) => ({ ...client, share: 1 / clients.length })),
    timeout: 2,
    ...(stay ? {} : { retry: 0.4 }),
  };
}

/** Runs the schedule of a seed: `system` with the faults that the seed draws. */
export function runSchedule(
  protocol: AnyProtocol,
  system: SystemSpec,
  seed: number,
  judge: RowJudge | null = null,
): ScheduleResult {
  const nodes = system.network.placement.length;
  const draw = new RandomStream(1, 2, 3, 4);
  draw.restart(seed);
  const faults = drawSwarm(protocol, draw, { nodes, until: HEALED, patience: 0.3 });
  const faulty = { ...system, faults };
  const load = loadOf(nodes, protocol.entry === "any" && seed % STAY_EVERY === 0);
  const first = attempt(protocol, faulty, load, seed, LENGTH, judge);
  if (first.violation !== null || first.progressed) return first;
  return attempt(protocol, faulty, load, seed, HEALED + PROGRESS, judge); // the same run, longer
}

function attempt(
  protocol: AnyProtocol,
  system: SystemSpec,
  load: WorkloadSpec,
  seed: number,
  seconds: number,
  judge: RowJudge | null,
): ScheduleResult {
  let run: RunResult;
  try {
    run = simulateRun(protocol, system, load, {
      seed,
      operations: RATE * seconds,
      history: "keep",
      maxSeconds: seconds + 1,
    });
  } catch (error) {
    return { violation: violationOf(error), progressed: false, run: null, system };
  }
  const wrong = judge === null ? null : judge(run.history);
  const violation: Violation | null =
    wrong === null ? null : { kind: "history", name: "history", detail: wrong };
  const served = new Set<number>();
  for (const row of run.history) if (row.outcome === "ok" && row.invoked >= HEALED) served.add(row.client);
  const progressed = served.size >= (load.retry === undefined ? load.clients.length : 1);
  return { violation, progressed, run, system };
}

/** What an error thrown by a run says of the protocol. */
function violationOf(error: unknown): Violation {
  const detail = error instanceof Error ? error.message : String(error);
  if (!(error instanceof DomainError)) return { kind: "exception", name: "exception", detail };
  const named = /(invariant|claim) (\w+)/.exec(detail);
  if (named === null) return { kind: "exception", name: "error", detail };
  return { kind: named[1] as "invariant" | "claim", name: named[2], detail };
}
