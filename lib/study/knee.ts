/**
 * Knees: the highest load that still meets a latency target.
 *
 * Simulated, a knee lies between two points of the sweep: the last whose whole interval meets the target and the
 * first whose whole interval misses it, or that is unstable. Modelled, it is found by bisection.
 */
import { DomainError, refuseUnknown, UsageError, unknownName } from "../core/errors.ts";
import { canonicalJson } from "../core/system.ts";
import { formatQuantity, parseQuantity } from "../core/units.ts";
import { type CompareSpec, predict } from "./comparison.ts";
import type { MeasureReference } from "./measures.ts";
import {
  LATENCY_NAMES,
  type LatencyName,
  quantileLabel,
  quantileOfLabel,
  readMeasure,
  referenceText,
} from "./measures.ts";
import type { PointShape } from "./points.ts";
import type { StudyResult } from "./result.ts";
import { parameterNames, simulatedAt } from "./result-tables.ts";
import type { StudyRow } from "./row.ts";

/**
 * What must be met, along which parameter: `{ p99: ms(200) }`, `{ mean: "5 ms", along: "rate" }`.
 *
 * Exactly one target: `mean`, or a percentile `p50`, `p99`, `p99.9`.
 */
export interface KneeRequest<P = PointShape> {
  /** The swept parameter that is the load; default `rate`. */
  readonly along?: keyof P & string;
  /** Which latency; default the run's, else the commit latency. */
  readonly measure?: LatencyName;
  readonly [target: string]: number | string | undefined;
}

/** One model's knee. */
export interface ModelledKnee {
  readonly model: string;
  /** In SI; null where it cannot be said. */
  readonly value: number | null;
  /** Why not, or how the value is bounded. */
  readonly note: string | null;
}

/** The knee of one combination of the other parameters. */
export interface KneeRow {
  /** The other parameters. */
  readonly point: PointShape;
  readonly parameter: string;
  /** The target in words: `p99 of commitLatency <= 200 ms`. */
  readonly target: string;
  readonly simulated: {
    /** The last value up to which every point meets the target with its whole interval; null when not even the first. */
    readonly meets: number | null;
    /** The first value from there on that misses it with its whole interval, or is unstable; null when none does. */
    readonly misses: number | null;
    /** Interpolated between means of steady points; null where there is nothing to interpolate. */
    readonly value: number | null;
    readonly note: string | null;
  };
  readonly modelled: readonly ModelledKnee[];
}

interface Target {
  readonly reference: MeasureReference;
  readonly limit: number;
  readonly text: string;
}

/** Finds the knees of a result. */
export function kneesOf(result: StudyResult, request: KneeRequest): KneeRow[] {
  const where = "study: knee";
  if (request === null || typeof request !== "object")
    throw new UsageError(`${where} needs a target such as { p99: ms(200) }`);
  const { rows } = result;
  const parameter = (request.along as string | undefined) ?? "rate";
  const names = parameterNames(rows);
  if (!names.includes(parameter)) throw unknownName(where, "parameter", parameter, names);
  if (!rows.every((row) => typeof row.point[parameter] === "number"))
    throw new DomainError(`${where}: ${parameter} must be a number at every point`);
  const target = readTarget(where, result, request);
  return groupsOf(rows, parameter).map((group) => {
    const { [parameter]: _, ...point } = group[0].point;
    const simulated = simulatedKnee(group, parameter, target);
    const modelled = result.study.compared.map((spec) =>
      modelledKnee(result, spec, group, parameter, target),
    );
    return { point, parameter, target: target.text, simulated, modelled };
  });
}

function readTarget(where: string, result: StudyResult, request: KneeRequest): Target {
  const main = result.mainMeasure.measure as LatencyName;
  const fallback = LATENCY_NAMES.includes(main) ? main : "commitLatency";
  const { measure: name } = readMeasure(where, request.measure ?? fallback);
  if (!(LATENCY_NAMES as string[]).includes(name)) throw unknownName(where, "latency", name, LATENCY_NAMES);
  const targets = Object.keys(request).filter((key) => key !== "along" && key !== "measure");
  const stray = targets.filter((key) => key !== "mean" && quantileOfLabel(key) === undefined);
  refuseUnknown(where, "option", stray, ["along", "measure", "mean", "p50", "p99"]);
  if (targets.length !== 1)
    throw new UsageError(`${where} needs exactly one target such as { p99: ms(200) }, got ${targets.length}`);
  const [key] = targets;
  const statistic = key === "mean" ? key : quantileLabel(quantileOfLabel(key) as number);
  const limit = parseQuantity(`${where}: ${key}`, request[key], "time");
  if (!(limit > 0)) throw new DomainError(`${where}: ${key} must be > 0 s, got ${limit}`);
  const reference = { measure: name, statistic };
  const known = result.rows.some((row) => simulatedAt(row as StudyRow, reference) !== undefined);
  if (!known && result.rows.some((row) => row.state === "steady"))
    throw new UsageError(
      `${where}: ${referenceText(reference)} must be measured; run with quantiles: [${quantileOfLabel(statistic)}]`,
    );
  return { reference, limit, text: `${statistic} of ${name} <= ${formatQuantity(limit, "time")}` };
}

/** Rows that differ only in the parameter, in its order. */
export function groupsOf(rows: readonly StudyRow[], parameter: string): StudyRow[][] {
  const groups = new Map<string, StudyRow[]>();
  for (const row of rows) {
    const key = canonicalJson({ ...row.point, [parameter]: null });
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  const at = (row: StudyRow): number => row.point[parameter] as number;
  return [...groups.values()].map((group) => group.sort((a, b) => at(a) - at(b)));
}

function simulatedKnee(group: readonly StudyRow[], parameter: string, target: Target): KneeRow["simulated"] {
  const x = (row: StudyRow): number => row.point[parameter] as number;
  const estimates = group.map((row) => simulatedAt(row, target.reference));
  const meets = estimates.map((e) => e !== undefined && e.high <= target.limit);
  const misses = group.map((row, i) => row.state === "unstable" || (estimates[i]?.low ?? 0) > target.limit);
  const firstNot = meets.indexOf(false);
  const last = firstNot < 0 ? group.length - 1 : firstNot - 1;
  const first = misses.findIndex((miss, i) => miss && i > last);
  const at = (i: number): number | null => (i < 0 ? null : x(group[i]));
  const note = noteOf(last, first, group, parameter);
  return { meets: at(last), misses: at(first), value: between(group, estimates, x, target.limit), note };
}

function noteOf(last: number, first: number, group: readonly StudyRow[], parameter: string): string | null {
  if (last < 0) return first === 0 ? `the lowest ${parameter} misses it` : "undecided at the lowest point";
  if (first < 0) {
    if (last === group.length - 1) return `the highest ${parameter} still meets it`;
    return "no point misses it for certain";
  }
  return group[first].state === "unstable" ? "the point that misses it is unstable" : null;
}

/** Where the line through the means, on logarithmic scales, crosses the limit. */
function between(
  group: readonly StudyRow[],
  estimates: readonly ({ readonly mean: number } | undefined)[],
  x: (row: StudyRow) => number,
  limit: number,
): number | null {
  const above = estimates.findIndex((e) => e === undefined || e.mean > limit);
  const [before, after] = [estimates[above - 1], estimates[above]];
  if (before === undefined || after === undefined) return null;
  const [x0, x1] = [x(group[above - 1]), x(group[above])];
  if (!(x0 > 0 && before.mean > 0)) return null;
  const share = Math.log(limit / before.mean) / Math.log(after.mean / before.mean);
  return x0 * Math.exp(share * Math.log(x1 / x0));
}

/** Halvings of an interval: enough for the last digit of a double. */
const HALVINGS = 60;

/** An output named after a quantile that is not compared: `commitLatencyP99` predicts `commitLatency.p99`. */
function outputNamed({ model }: CompareSpec, { measure, statistic }: MeasureReference): string | undefined {
  const name = `${measure}${statistic.toUpperCase()}`;
  return Object.hasOwn(model.outputs, name) ? name : undefined;
}

function modelledKnee(
  result: StudyResult,
  spec: CompareSpec,
  group: readonly StudyRow[],
  parameter: string,
  target: Target,
): ModelledKnee {
  const model = spec.model.id;
  const wanted = referenceText(target.reference);
  const mapped = spec.map.find((m) => referenceText(m.reference) === wanted)?.output;
  const output = mapped ?? outputNamed(spec, target.reference);
  if (output === undefined) return { model, value: null, note: `predicts no ${wanted}` };
  /** true: meets it; false: misses it or is unstable; a text: does not apply there. */
  const meets = (x: number): boolean | string => {
    const point = { ...group[0].point, [parameter]: x };
    try {
      const prediction = predict(spec, {
        point,
        system: result.study.systemAt(point as never),
        workload: result.study.workloadAt(point as never),
      });
      if (prediction.inapplicable !== null) return prediction.inapplicable;
      return prediction.outputs !== null && prediction.outputs[output] <= target.limit;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };
  const xs = group.map((row) => row.point[parameter] as number);
  const [lowest, highest] = [xs[0], xs[xs.length - 1]];
  const atLowest = meets(lowest);
  if (typeof atLowest === "string") return { model, value: null, note: atLowest };
  if (!atLowest) return { model, value: null, note: `the lowest ${parameter} misses it` };
  if (meets(highest) === true)
    return { model, value: highest, note: `the highest ${parameter} still meets it` };
  let [low, high] = [lowest, highest];
  for (let i = 0; i < HALVINGS && high - low > 1e-12 * high; i++) {
    const middle = low + (high - low) / 2;
    const answer = meets(middle);
    if (typeof answer === "string") return { model, value: low, note: `no answer between points: ${answer}` };
    if (answer) low = middle;
    else high = middle;
  }
  return { model, value: low, note: null };
}
