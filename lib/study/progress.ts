/** How far a study is: what a caller may follow, and the line that is shown unless it does. */
import { performance } from "node:perf_hooks";
import { MEASURES, type MeasureReference, referenceText } from "./measures.ts";
import type { PointPlan } from "./plan.ts";

/** Told as batches of replications finish. */
export interface ProgressReport {
  /** Replications finished, and how many there will be as far as one can tell. */
  readonly done: number;
  readonly total: number;
  readonly points: { readonly done: number; readonly total: number };
  /** Operations simulated per second of wall time. */
  readonly rate: number;
  /** Wall time left, in seconds, as far as one can tell; null before the first batch. */
  readonly secondsLeft: number | null;
  /** The point last looked at, and its widest interval relative to its mean. */
  readonly current: { readonly point: string; readonly measure: string; readonly precision: number } | null;
}

/** A line that replaces itself: what a notebook or a terminal offers. */
export interface ProgressLine {
  update(text: string): void;
  done(text: string): void;
}

let makeLine: () => ProgressLine = terminalLine;

/** Sets where progress lines go: a notebook's display in place of the terminal. */
export function useProgressLines(make: () => ProgressLine): void {
  makeLine = make;
}

function terminalLine(): ProgressLine {
  let last = Number.NEGATIVE_INFINITY;
  const write = (text: string, end: string): void => {
    if (!process.stderr.isTTY) return;
    const width = Math.max(1, (process.stderr.columns ?? 80) - 1);
    process.stderr.write(`\r${text.slice(0, width)}\x1b[K${end}`);
  };
  return {
    update(text) {
      const now = performance.now();
      if (now - last < 100) return;
      last = now;
      write(text, "");
    },
    done: (text) => write(text, "\n"),
  };
}

function duration(seconds: number): string {
  if (seconds < 1) return "< 1 s";
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

/** A report as one line: `study: 12 of 36 points, 410,000 operations/s, 9 s left; {"rate":100}: commit latency ± 7.1 %`. */
export function progressText(report: ProgressReport, name: string): string {
  const { points, rate, secondsLeft, current } = report;
  const left = secondsLeft === null ? "" : `, ${duration(secondsLeft)} left`;
  const at =
    current === null
      ? ""
      : `; ${current.point}: ${current.measure} ± ${Number((100 * current.precision).toPrecision(2))} %`;
  const perSecond = Math.round(rate).toLocaleString("en-US");
  return `${name}: ${points.done} of ${points.total} points, ${perSecond} operations/s${left}${at}`;
}

/** Keeps count while a study runs. */
export class ProgressMeter {
  private readonly started = performance.now();
  private readonly expected = new Map<number, number>();
  private readonly plans: readonly PointPlan[];
  private readonly least: number;
  private readonly measure: string;
  private replications = 0;
  private operations = 0;
  private pointsDone = 0;
  private current: ProgressReport["current"] = null;

  constructor(plans: readonly PointPlan[], minReplications: number, measure: MeasureReference) {
    this.plans = plans;
    this.least = minReplications;
    const { statistic } = measure;
    this.measure =
      statistic === "mean" ? MEASURES[measure.measure].title : `${statistic} of ${referenceText(measure)}`;
  }

  finished(operations: number, replications: number): void {
    this.operations += operations;
    this.replications += replications;
  }

  looked(plan: PointPlan, precision: number, expected: number): void {
    this.expected.set(plan.index, expected);
    this.current = { point: plan.key, measure: this.measure, precision };
  }

  ended(plan: PointPlan, replications: number): void {
    this.pointsDone++;
    this.expected.set(plan.index, replications);
  }

  /** Points not looked at yet are taken to need as many replications as those that were, on average. */
  report(): ProgressReport {
    const known = [...this.expected.values()];
    const mean = known.length === 0 ? this.least : known.reduce((a, b) => a + b, 0) / known.length;
    let total = 0;
    let work = 0;
    for (const plan of this.plans) {
      const expected = this.expected.get(plan.index) ?? mean;
      total += expected;
      work += expected * (plan.operations + (plan.warmUp ?? 0));
    }
    const seconds = (performance.now() - this.started) / 1000;
    const rate = seconds > 0 ? this.operations / seconds : 0;
    return {
      done: this.replications,
      total: Math.max(this.replications, Math.round(total)),
      points: { done: this.pointsDone, total: this.plans.length },
      rate,
      secondsLeft: rate > 0 ? Math.max(0, work - this.operations) / rate : null,
      current: this.current,
    };
  }
}

/** A progress line for a study, or nothing where the caller wants none. */
export function progressListener(
  name: string,
  options: { readonly onProgress?: (report: ProgressReport) => void; readonly progress?: boolean },
): { update(report: ProgressReport): void; done(text: string): void } {
  const { onProgress } = options;
  if (onProgress !== undefined) return { update: onProgress, done: () => {} };
  if (options.progress === false) return { update: () => {}, done: () => {} };
  const line = makeLine();
  return { update: (report) => line.update(progressText(report, name)), done: (text) => line.done(text) };
}
