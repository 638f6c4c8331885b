/**
 * A study: a system, a load, a sweep, the models to compare, and then a run.
 *
 * A study is a value: `sweep`, `zip`, `filter` and `compareWith` give a new one and leave the old as it was.
 */
import { availableParallelism } from "node:os";
import { DomainError, refuseUnknown, show, UsageError } from "../core/errors.ts";
import type { SystemSpec, WorkloadSpec } from "../core/system.ts";
import type { Dimension } from "../core/units.ts";
import {
  type ComparableModel,
  type CompareOptions,
  type CompareSpec,
  predict,
  readCompare,
  refuseInapplicable,
} from "./comparison.ts";
import { codeOfRuns, type Executor, inThisThread, onThreads } from "./execution.ts";
import { journalled } from "./journal.ts";
import { type MeasureReference, refuseForeign } from "./measures.ts";
import { quantilesWith, type RunOptions, type RunSettings, readJournal, readRunOptions } from "./options.ts";
import { type PointBuilder, type PointPlan, planPoints, refuseIdleParameters } from "./plan.ts";
import {
  type Axes,
  expandPoints,
  type GridFactor,
  gridFactors,
  gridSize,
  type NumericPoint,
  type PointShape,
  zipFactor,
} from "./points.ts";
import { StudyResult } from "./result.ts";
import { runPlans } from "./schedule.ts";

/** What is studied. `P` is the type of a point: numbers by name unless the functions say otherwise. */
export interface StudyDefinition<P extends PointShape> {
  /** The system, or how to make it from a point. */
  readonly system: SystemSpec | ((point: P) => SystemSpec);
  /** The load, or how to make it from a point. */
  readonly workload: WorkloadSpec | ((point: P) => WorkloadSpec);
  /** Short name for files and progress; default `study`. */
  readonly name?: string;
  /** The question in words, for titles. */
  readonly title?: string;
  /** Units of swept parameters whose names do not tell: `{ wait: "time" }`. */
  readonly units?: Readonly<Record<string, Dimension>>;
}

/** Units of parameters by the names that are usual for them. */
const USUAL_UNITS: readonly (readonly [RegExp, Dimension])[] = [
  [/bandwidth|egress|ingress/i, "bandwidth"],
  [/rate|throughput/i, "rate"],
  [/payload|bytes|size/i, "size"],
  [/rtt|delay|latency|fsync|timeout|think|interval|seconds/i, "time"],
];

/** The grid and everything else that a study has collected. */
interface Parts {
  readonly factors: readonly GridFactor[];
  readonly filters: readonly ((point: PointShape) => boolean)[];
  readonly compared: readonly CompareSpec[];
}

/**
 * A study of one system under one load over the points of a sweep. Made by `study`.
 *
 * Points are the product of all `sweep` axes and `zip` groups, the first varying slowest, less what filters drop.
 */
export class Study<P extends PointShape = NumericPoint> {
  readonly name: string;
  readonly title: string;
  private readonly definition: StudyDefinition<P>;
  private readonly parts: Parts;

  constructor(definition: StudyDefinition<P>, parts: Parts = { factors: [], filters: [], compared: [] }) {
    const { name = "study", title = name } = definition;
    this.definition = definition;
    this.parts = parts;
    this.name = name;
    this.title = title;
  }

  private with(parts: Partial<Parts>): Study<P> {
    return new Study(this.definition, { ...this.parts, ...parts });
  }

  /** Crosses the grid with more axes: `{ rate: perSecond.logspace(10, 1000, 5), payload: [KiB(1), MiB(1)] }`. */
  sweep(axes: Axes<P>): Study<P> {
    return this.with({ factors: [...this.parts.factors, ...gridFactors(axes as Record<string, unknown>)] });
  }

  /** Crosses the grid with parameters that go together: `{ nodes: [3, 5], quorum: [2, 3] }` is two points. */
  zip(axes: Axes<P>): Study<P> {
    return this.with({ factors: [...this.parts.factors, zipFactor(axes as Record<string, unknown>)] });
  }

  /** Keeps the points for which `keep` is true. */
  filter(keep: (point: P) => boolean): Study<P> {
    return this.with({ filters: [...this.parts.filters, keep as (point: PointShape) => boolean] });
  }

  /** Adds a model to compare with. Several models may be compared. */
  compareWith(model: ComparableModel, options: CompareOptions<P>): Study<P> {
    const spec = readCompare(model, options);
    if (this.parts.compared.some((other) => other.model.id === model.id))
      throw new UsageError(`study: compareWith ${model.id} must be stated once, got it twice`);
    return this.with({ compared: [...this.parts.compared, spec] });
  }

  /** All points, in order. */
  points(): P[] {
    return expandPoints(this.parts.factors, this.parts.filters) as P[];
  }

  /** The system at a point, which need not be one of the sweep. */
  systemAt(point: P): SystemSpec {
    const { system } = this.definition;
    return typeof system === "function" ? system(point) : system;
  }

  /** The load at a point, which need not be one of the sweep. */
  workloadAt(point: P): WorkloadSpec {
    const { workload } = this.definition;
    return typeof workload === "function" ? workload(point) : workload;
  }

  /** The models compared, and how. */
  get compared(): readonly CompareSpec[] {
    return this.parts.compared;
  }

  /** Unit of a swept parameter: stated, or told by its name, else a plain number. */
  unitOf(parameter: string): Dimension {
    const stated = this.definition.units?.[parameter];
    return stated ?? USUAL_UNITS.find(([name]) => name.test(parameter))?.[1] ?? "one";
  }

  /**
   * Simulates all points until every interval is within the precision, asks the models, and compares.
   *
   * @throws UsageError without a seed or for unknown options; DomainError for options, grids and systems that cannot
   * be, and for parameters that have no effect; WorkerError when a worker is lost twice
   * @returns the result; when the signal aborts, what is finished, with `complete: false`
   */
  run(options: RunOptions): Promise<StudyResult<P>> {
    return this.runOn(options, null);
  }

  /** As `run`, on a given executor: how tests put in one that fails. */
  async runOn(options: RunOptions, given: Executor | null): Promise<StudyResult<P>> {
    const started = new Date();
    const settings = readRunOptions(options);
    const journal = readJournal(options);
    refuseLargeGrid(this.parts.factors, settings);
    const measures = settings.measures ?? this.defaultMeasures();
    const references = [...measures, ...this.compared.flatMap((spec) => spec.map.map((m) => m.reference))];
    const quantiles = quantilesWith(settings, references);
    const builder: PointBuilder = {
      system: (point) => this.systemAt(point as P),
      workload: (point) => this.workloadAt(point as P),
    };
    const points = this.points();
    refuseIdleParameters(points, builder);
    const plans = planPoints(points, builder, settings, quantiles);
    refuseForeign("study", references, [...new Set(plans.map((plan) => plan.system.protocol))]);
    // Threads start while the models predict.
    const chosen = given ?? executorFor(plans, settings);
    const executor = journal === null ? chosen : journalled(chosen, journal, codeOfRuns());
    const predictions = plans.map((plan) => this.compared.map((spec) => predict(spec, plan)));
    for (const i of this.compared.keys()) refuseInapplicable(predictions.map((list) => list[i]));
    const { rows, complete } = await runPlans(plans, {
      name: this.name,
      settings: { ...settings, quantiles },
      measures,
      compared: this.compared,
      predictions,
      executor,
      options,
    });
    return new StudyResult<P>(this, rows as never, {
      complete,
      points: plans.length,
      settings: { ...settings, quantiles },
      measures,
      workers: executor.workers,
      started,
      ended: new Date(),
    });
  }

  /** The commit latency, unless models are compared and none predicts it: then what the first one predicts. */
  private defaultMeasures(): MeasureReference[] {
    const compared = this.compared.flatMap((spec) => spec.map.map((m) => m.reference));
    const commit = { measure: "commitLatency", statistic: "mean" } as const;
    const predicted = compared.some((m) => m.measure === commit.measure && m.statistic === "mean");
    return compared.length === 0 || predicted ? [commit] : [compared[0]];
  }
}

const KEYS = ["system", "workload", "name", "title", "units"];

/**
 * Begins a study.
 *
 * @param definition a system and a workload, or functions from a point to them
 * @example
 * study({ system: raft({ network: network.lan({ nodes: 3, rtt: ms(1) }) }), workload: (p) => workload.poisson(p.rate) }).sweep({ rate: [100, 200] }).points(); // => [{ rate: 100 }, { rate: 200 }]
 */
export function study<P extends PointShape = NumericPoint>(definition: StudyDefinition<P>): Study<P> {
  if (definition === null || typeof definition !== "object")
    throw new UsageError(`study: definition must be { system, workload }, got ${show(definition)}`);
  refuseUnknown("study", "field", Object.getOwnPropertyNames(definition), KEYS);
  for (const part of ["system", "workload"] as const) {
    const given: unknown = definition[part];
    if (given === null || (typeof given !== "object" && typeof given !== "function"))
      throw new UsageError(`study: ${part} must be given, got ${show(given)}`);
  }
  const { name } = definition;
  if (name !== undefined && !/^[A-Za-z0-9][\w. -]*$/.test(name))
    throw new DomainError(`study: name must be letters, digits, spaces, dots and dashes, got ${show(name)}`);
  return new Study(definition);
}

/** Operations a second that one thread simulates, roughly: for estimates before anything is known. */
const ROUGH_SPEED = 300_000;

function refuseLargeGrid(factors: readonly GridFactor[], settings: RunSettings): void {
  const size = gridSize(factors);
  if (size <= settings.maxPoints) return;
  const operations = size * settings.minReplications * ((settings.operations ?? 5000) + 1000);
  const hours = operations / ROUGH_SPEED / 3600;
  throw new DomainError(
    `study: grid must be <= ${settings.maxPoints} points, got ${size} (about ${Number(hours.toPrecision(2))} hours of one thread; maxPoints: ${size} allows it)`,
  );
}

/**
 * Threads by the size of the study: starting them takes as long as simulating some 10^5 operations. A long study has its
 * thread even where one is all it may have: this one stays free for signals, and in it a run takes a tenth longer where the
 * TypeScript loader hooks on `import`.
 */
function executorFor(plans: readonly PointPlan[], settings: RunSettings): Executor {
  const least = plans.reduce(
    (sum, plan) => sum + (plan.operations + (plan.warmUp ?? 0)) * settings.minReplications,
    0,
  );
  const short = least < ROUGH_SPEED / 2;
  const workers = settings.workers ?? (short ? 1 : availableParallelism());
  return workers === 1 && short ? inThisThread : onThreads(workers, least);
}
