/** How a study is run: every option checked, defaults filled in. */
import { availableParallelism } from "node:os";
import { DomainError, refuseUnknown, show, UsageError, unknownName } from "../core/errors.ts";
import { checkNumber, type NumberParameter } from "../core/parameters.ts";
import type { MeasureReference } from "./measures.ts";
import { LATENCY_NAMES, quantileLabel, readMeasure, referenceText } from "./measures.ts";
import { MAX_POINTS } from "./points.ts";
import type { ProgressReport } from "./progress.ts";
import { checkSeed } from "./seeds.ts";

/** How the warm-up is cut: so many operations, or as many as MSER-5 finds in pilots of each point. */
export type WarmUp = { readonly rule: "fixed"; readonly operations: number } | { readonly rule: "mser-5" };

/** What `run` takes. Only the seed has no default. */
export interface RunOptions {
  /** Whole number from 0 to 2^53 − 1; the same seed gives the same bytes. */
  readonly seed: number;
  /**
   * Largest relative half-width wanted of every interval of `measure`; default 0.05. A verdict of `agrees` needs the
   * whole interval inside the tolerance: half of the tolerance leaves few points undecided.
   */
  readonly precision?: number;
  /** Level of the intervals; default 0.95. */
  readonly level?: number;
  /** Replications before the first look, at least 5; default 5. */
  readonly minReplications?: number;
  /** Replications after which a point ends in any case; default 200, fewer of longer ones. */
  readonly maxReplications?: number;
  /**
   * Operations measured in a replication. Default 5000, and more where five longest round trips, twenty rounds of a
   * closed load or twenty bursts take more; four or sixteen times as many at points where that proves too short.
   */
  readonly operations?: number;
  /**
   * Default: fixed at 1000 operations, and more where three longest round trips, four rounds of a closed load or
   * five bursts take more; it grows with the operations.
   */
  readonly warmUp?: WarmUp;
  /**
   * Threads that simulate; 1 runs in this thread. Default: all cores, but 1 for a study of less than about half a
   * second.
   */
  readonly workers?: number | "all";
  /** Follows every operation's path and says where its time went (slower); default false. */
  readonly attribution?: boolean;
  /**
   * false: what clients saw is neither recorded nor judged, which every table and figure then says; invariants and
   * claims still are. Default true.
   */
  readonly histories?: boolean;
  /**
   * A file to which every replication is written as soon as it is finished, and from which it is read when the same study
   * is run again: a run that was killed goes on, and ends with the same bytes. Default: none.
   */
  readonly journal?: string;
  /** Quantiles of latencies; default 0.5, 0.9 and 0.99. */
  readonly quantiles?: readonly number[];
  /** Called as replications finish, in place of the progress line. */
  readonly onProgress?: (report: ProgressReport) => void;
  /** false: no progress line. */
  readonly progress?: boolean;
  /** Stops the study: what is finished stays, as a result with `complete: false`. */
  readonly signal?: AbortSignal;
  /** Limit on the events of one replication; default 10^8. */
  readonly maxEvents?: number;
  /** What the precision is asked of: `commitLatency`, `clientLatency.p99`, or several. */
  readonly measure?: string | readonly string[];
  /** The same random numbers at every point, for comparing designs pair by pair; default false. */
  readonly commonRandomNumbers?: boolean;
  /** Largest grid, before filters; default 10^6. */
  readonly maxPoints?: number;
}

/** Options as a run uses them. */
export interface RunSettings {
  readonly seed: number;
  readonly precision: number;
  readonly level: number;
  readonly minReplications: number;
  readonly maxReplications: number;
  readonly operations: number | null;
  readonly warmUp: WarmUp | null;
  /** null: decided by the size of the study. */
  readonly workers: number | null;
  readonly attribution: boolean;
  readonly histories: boolean;
  readonly quantiles: readonly number[];
  readonly maxEvents: number;
  /** null: the study's own. */
  readonly measures: readonly MeasureReference[] | null;
  readonly commonRandomNumbers: boolean;
  readonly maxPoints: number;
}

const KEYS: readonly (keyof RunOptions)[] = [
  "seed",
  "precision",
  "level",
  "minReplications",
  "maxReplications",
  "operations",
  "warmUp",
  "workers",
  "attribution",
  "histories",
  "journal",
  "quantiles",
  "onProgress",
  "progress",
  "signal",
  "maxEvents",
  "measure",
  "commonRandomNumbers",
  "maxPoints",
];
const WHERE = "study";
const DEFAULT_QUANTILES = [0.5, 0.9, 0.99];
/** Values that must lie beyond a quantile in every replication, as `sectionedQuantile` asks. */
const LEAST_BEYOND = 5;
/** Operations of one replication; pilots, which tell the warm-up, keep their latencies in order, eight bytes each. */
export const MOST_OPERATIONS = 1e8;

function number(name: string, value: unknown, rule: Omit<NumberParameter, "dimension" | "meaning">): number {
  return checkNumber(WHERE, name, value, { dimension: "one", meaning: name, ...rule });
}

function flag(name: string, value: unknown, otherwise = false): boolean {
  if (value === undefined) return otherwise;
  if (typeof value !== "boolean")
    throw new DomainError(`${WHERE}: ${name} must be true or false, got ${show(value)}`);
  return value;
}

/** Checks the options of a run and fills in defaults. */
export function readRunOptions(given: RunOptions): RunSettings {
  if (given === null || typeof given !== "object")
    throw new UsageError(`${WHERE}: run needs options with a seed, got ${show(given)}`);
  refuseUnknown(WHERE, "option", Object.getOwnPropertyNames(given), KEYS);
  if (given.seed === undefined)
    throw new UsageError(`${WHERE}: seed is missing (a whole number from 0 to 2^53 - 1)`);
  const minReplications = number("minReplications", given.minReplications ?? 5, { integer: true, min: 5 });
  const maxReplications = number("maxReplications", given.maxReplications ?? Math.max(200, minReplications), {
    integer: true,
    min: 5,
  });
  if (minReplications > maxReplications) {
    throw new DomainError(
      `${WHERE}: minReplications ${minReplications} must be <= maxReplications ${maxReplications}`,
    );
  }
  const operations =
    given.operations === undefined
      ? null
      : number("operations", given.operations, { integer: true, min: 10, max: MOST_OPERATIONS });
  return {
    seed: checkSeed(given.seed),
    precision: number("precision", given.precision ?? 0.05, { above: 0, below: 1 }),
    level: number("level", given.level ?? 0.95, { above: 0, below: 1 }),
    minReplications,
    maxReplications,
    operations,
    warmUp: given.warmUp === undefined ? null : readWarmUp(given.warmUp),
    workers: readWorkers(given.workers),
    attribution: flag("attribution", given.attribution),
    histories: flag("histories", given.histories, true),
    quantiles: readQuantiles(given.quantiles, operations),
    maxEvents: number("maxEvents", given.maxEvents ?? 1e8, { integer: true, min: 1 }),
    measures: given.measure === undefined ? null : readMeasures(given),
    commonRandomNumbers: flag("commonRandomNumbers", given.commonRandomNumbers),
    maxPoints: number("maxPoints", given.maxPoints ?? MAX_POINTS, { integer: true, min: 1 }),
  };
}

/** The journal's path, or null. */
export function readJournal({ journal }: RunOptions): string | null {
  if (journal === undefined) return null;
  if (typeof journal !== "string" || journal === "")
    throw new DomainError(`${WHERE}: journal must be the path of a file, got ${show(journal)}`);
  return journal;
}

function readWarmUp(given: WarmUp): WarmUp {
  if (given === null || typeof given !== "object")
    throw new DomainError(
      `${WHERE}: warmUp must be { rule: "fixed", operations } or { rule: "mser-5" }, got ${show(given)}`,
    );
  const keys = Object.getOwnPropertyNames(given);
  if (given.rule === "mser-5") {
    refuseUnknown(WHERE, "key of warmUp", keys, ["rule"]);
    return { rule: "mser-5" };
  }
  if (given.rule !== "fixed")
    throw unknownName(WHERE, "warm-up rule", String((given as { rule: unknown }).rule), ["fixed", "mser-5"]);
  refuseUnknown(WHERE, "key of warmUp", keys, ["rule", "operations"]);
  return {
    rule: "fixed",
    operations: number("operations of warmUp", given.operations, { integer: true, min: 0 }),
  };
}

function readWorkers(given: RunOptions["workers"]): number | null {
  if (given === undefined) return null;
  if (given === "all") return availableParallelism();
  if (typeof given === "string")
    throw new DomainError(`${WHERE}: workers must be an integer >= 1 or "all", got ${show(given)}`);
  return number("workers", given, { integer: true, min: 1, max: 256 });
}

function readQuantiles(given: readonly number[] | undefined, operations: number | null): number[] {
  const fits = (p: number): boolean =>
    operations === null || operations * Math.min(p, 1 - p) >= LEAST_BEYOND - 1e-9;
  if (given === undefined) return DEFAULT_QUANTILES.filter(fits);
  if (!Array.isArray(given))
    throw new DomainError(`${WHERE}: quantiles must be a list such as [0.5, 0.99], got ${show(given)}`);
  const list = given.map((p) => number("quantile", p, { above: 0, below: 1 }));
  for (const p of list) {
    if (fits(p)) continue;
    const least = Math.ceil(LEAST_BEYOND / Math.min(p, 1 - p) - 1e-9);
    throw new DomainError(
      `${WHERE}: operations must be >= ${least} for quantile ${p}, got ${show(operations)}`,
    );
  }
  return [...new Set(list)].sort((a, b) => a - b);
}

function readMeasures(given: RunOptions): MeasureReference[] {
  const texts = typeof given.measure === "string" ? [given.measure] : given.measure;
  if (!Array.isArray(texts) || texts.length === 0)
    throw new DomainError(`${WHERE}: measure must name at least 1 measure, got ${show(given.measure)}`);
  return texts.map((text: unknown) => readMeasure(WHERE, text));
}

/**
 * The quantiles to compute: those asked for, and those that a measure or a comparison refers to.
 *
 * @throws DomainError when a reference is to a quantile for which a replication is too short
 */
export function quantilesWith(settings: RunSettings, references: readonly MeasureReference[]): number[] {
  const labels = new Map(settings.quantiles.map((p) => [quantileLabel(p), p]));
  const extra = references
    .filter(({ measure, statistic }) => statistic !== "mean" && (LATENCY_NAMES as string[]).includes(measure))
    .filter(({ statistic }) => !labels.has(statistic))
    .map((reference) => {
      const p = Number((Number(reference.statistic.slice(1)) / 100).toPrecision(12));
      if (settings.operations !== null && settings.operations * Math.min(p, 1 - p) < LEAST_BEYOND - 1e-9)
        throw new DomainError(
          `${WHERE}: operations must be >= ${Math.ceil(LEAST_BEYOND / Math.min(p, 1 - p) - 1e-9)} for ${referenceText(reference)}, got ${settings.operations}`,
        );
      return p;
    });
  return [...new Set([...settings.quantiles, ...extra])].sort((a, b) => a - b);
}
