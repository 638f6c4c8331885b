/** Runs what `simulate` was asked for: a steady state through a study, or independent decisions one after the other. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { type Dimension, SI_UNIT } from "../../lib/core/units.ts";
import { OK } from "../../lib/simulation/history.ts";
import { type RunResult, simulateRun } from "../../lib/simulation/run.ts";
import { LatencyHistogram } from "../../lib/statistics/histogram.ts";
import { type Interval, replicationInterval } from "../../lib/statistics/interval.ts";
import { sectionedQuantile } from "../../lib/statistics/quantiles.ts";
import { LATENCIES, MEASURES, quantileLabel } from "../../lib/study/measures.ts";
import type { RunOptions } from "../../lib/study/options.ts";
import { pointKey } from "../../lib/study/points.ts";
import type { StudyRow } from "../../lib/study/row.ts";
import { replicationSeed } from "../../lib/study/seeds.ts";
import { study } from "../../lib/study/study.ts";
import type { Progress } from "./progress.ts";
import type { SimulateInput } from "./simulate-input.ts";

/** A measure with its interval; SI units. */
export interface ShownMeasure {
  readonly name: string;
  readonly title: string;
  readonly dimension: Dimension;
  readonly unit: string;
  readonly estimate: Interval;
  readonly quantiles: Readonly<Record<string, Interval>>;
}

/** What a simulation came to. */
export interface SimulateOutcome {
  /** `steady`, or why there is no mean to claim; `decided` for runs that end. */
  readonly state: string;
  readonly reason: string | null;
  readonly replications: number;
  readonly operations: number;
  readonly warmUp: number;
  readonly measures: readonly ShownMeasure[];
  /** The first replication, for its outcome, its messages and its audits. */
  readonly first: RunResult;
  /** Audits of all replications; every one has held, or the run would have failed. */
  readonly audits: number;
}

const QUANTILES = [0.5, 0.9, 0.99] as const;
/** What a run of no point is called in seeds. */
const KEY = pointKey({});

/** Simulates a steady state. @returns null when it was interrupted first */
export async function runSteady(
  input: SimulateInput,
  workers: number | undefined,
  progress: Progress,
  signal: AbortSignal,
): Promise<SimulateOutcome | null> {
  const { system, workload, seed, replications, precision, operations, warmUp, protocol } = input;
  const options: RunOptions = {
    seed,
    signal,
    progress: false,
    onProgress: ({ done, total, rate, secondsLeft }) => {
      const left = secondsLeft === null ? "" : `, ${Math.ceil(secondsLeft)} s left`;
      const text = `${protocol.name}: replication ${done} of about ${total}, ${Math.round(rate)} operations/s${left}`;
      progress.update(done / Math.max(1, total), text);
    },
    ...(workers === undefined ? {} : { workers }),
    ...(replications === null ? {} : { minReplications: replications, maxReplications: replications }),
    ...(precision === null ? {} : { precision }),
    ...(operations === null ? {} : { operations }),
    ...(warmUp === null ? {} : { warmUp }),
  };
  const { progress: _, ...stated } = options;
  const result = await study({ system, workload, name: protocol.name }).run(stated);
  progress.end();
  const [row] = result.rows;
  if (row === undefined) return null;
  const first = simulateRun(protocol, system, workload, {
    seed: replicationSeed(seed, KEY, 0),
    warmUp: row.warmUp,
    operations: row.operations,
  });
  return {
    state: row.state,
    reason: row.reason,
    replications: row.replications,
    operations: row.operations,
    warmUp: row.warmUp,
    measures: measuresOf(row),
    first,
    audits: row.replications * first.audits.length,
  };
}

/** Latencies of a run that is not steady are shown too: its state says that they depend on its length. */
function measuresOf(row: StudyRow): ShownMeasure[] {
  return Object.keys(MEASURES).flatMap((name) => {
    const estimate = row.measures[name] ?? row.transient?.[name as keyof typeof LATENCIES] ?? null;
    if (estimate === null) return [];
    const { title, dimension } = MEASURES[name];
    const { quantiles, ...interval } = estimate;
    return [{ name, title, dimension, unit: SI_UNIT[dimension], estimate: interval, quantiles }];
  });
}

/** Decisions between two looks at the signal. */
const BATCH = 25;

/** Events an operation may take: proposers who try again before a round trip is over would duel for ever. */
const DUEL = 1e5;

/** Simulates independent runs that end with a decision. @returns null when it was interrupted before two were done */
export async function runDecisions(
  input: SimulateInput,
  progress: Progress,
  signal: AbortSignal,
): Promise<SimulateOutcome | null> {
  const { protocol, system, workload, seed } = input;
  const replications = input.replications ?? 1000;
  const operations = input.operations ?? system.network.placement.length;
  const warmUp = input.warmUp?.rule === "fixed" ? input.warmUp.operations : 0;
  const samples = { commitLatency: [] as number[][], clientLatency: [] as number[][] };
  const messages: number[] = [];
  const numbers = new Map<string, number[]>();
  let first: RunResult | undefined;
  for (let i = 0; i < replications && !signal.aborted; i++) {
    const [commit, client]: [number[], number[]] = [[], []];
    const run = simulateRun(protocol, system, workload, {
      seed: replicationSeed(seed, KEY, i),
      warmUp,
      operations,
      maxEvents: DUEL * (warmUp + operations),
      completion: (commitLatency, clientLatency, _isRead, outcome) => {
        if (outcome !== OK) return;
        commit.push(commitLatency);
        client.push(clientLatency);
      },
    });
    first ??= run;
    samples.commitLatency.push(commit);
    samples.clientLatency.push(client);
    messages.push(run.messages.sent);
    for (const [key, value] of Object.entries(run.outcome))
      if (typeof value === "number") numbers.set(key, [...(numbers.get(key) ?? []), value]);
    if (i % BATCH === BATCH - 1) await nextTurn();
    progress.update((i + 1) / replications, `${protocol.name}: decision ${i + 1} of ${replications}`);
  }
  progress.end();
  const done = messages.length;
  if (first === undefined || done < 2) return null;
  const plain = (name: string, title: string, values: readonly number[]): ShownMeasure => ({
    name,
    title,
    dimension: "one",
    unit: "1",
    estimate: replicationInterval(values),
    quantiles: {},
  });
  return {
    state: "decided",
    reason: null,
    replications: done,
    operations,
    warmUp,
    measures: [
      latency("commitLatency", samples.commitLatency),
      latency("clientLatency", samples.clientLatency),
      plain("messagesPerDecision", "messages per decision", messages),
      ...[...numbers]
        .filter(([, values]) => values.length === done)
        .map(([key, values]) => plain(key, key, values)),
    ],
    first,
    audits: done * first.audits.length,
  };
}

/** Sections of replications, each long enough for a quantile: see `sectionedQuantile`. */
const SECTIONS = 10;

/** Operations of one run are correlated, runs are not: means by run, quantiles by groups of runs. */
function latency(name: keyof typeof LATENCIES, runs: readonly (readonly number[])[]): ShownMeasure {
  const { title, dimension } = LATENCIES[name];
  const means = runs
    .filter((run) => run.length > 0)
    .map((run) => run.reduce((a, b) => a + b, 0) / run.length);
  const size = Math.floor(runs.length / SECTIONS);
  const sections = Array.from({ length: SECTIONS }, (_, i) => runs.slice(i * size, (i + 1) * size).flat());
  const least = Math.min(...sections.map((section) => section.length));
  const quantiles: Record<string, Interval> = {};
  for (const p of QUANTILES) {
    if (least * Math.min(p, 1 - p) < 5 - 1e-9) continue;
    quantiles[quantileLabel(p)] = sectionedQuantile(
      sections.map((section) => LatencyHistogram.of(section)),
      p,
    );
  }
  return {
    name,
    title,
    dimension,
    unit: SI_UNIT[dimension],
    estimate: replicationInterval(means),
    quantiles,
  };
}
