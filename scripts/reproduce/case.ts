/**
 * One published number beside ours: what every reproduction gives.
 *
 * The tolerance is the one that the table's own file states, in its words; it is looked up there, so it cannot be
 * widened here without changing the file.
 */
import { DataError } from "../../lib/core/errors.ts";
import type { Interval } from "../../lib/statistics/interval.ts";
import { type Tolerance, type Verdict, verdict } from "../../lib/statistics/verdict.ts";
import { type PublishedTable, publishedTable } from "../../lib/study/published-table.ts";

/** `calibration`: our number was made from the published one, so that their agreement shows nothing. */
export type CaseVerdict = Verdict | "calibration";

/** A published number, ours, and how they compare. `low` and `high` are equal to `ours` for a formula. */
export interface ReproducedCase {
  readonly table: string;
  /** Which row or setting of the table. */
  readonly case: string;
  /** What is compared, how it was found, and its unit in brackets: `maximum throughput, formula [1/s]`. */
  readonly measure: string;
  readonly published: number;
  readonly ours: number;
  readonly low: number;
  readonly high: number;
  /** Half of the band about `published` within which ours must lie, in the unit of the measure. */
  readonly tolerance: number;
  readonly verdict: CaseVerdict;
  readonly note?: string;
}

/** What a reproduction may use. */
export interface ReproduceContext {
  /** Seed of all simulations. */
  readonly seed: number;
  /** Times as many operations as usual. */
  readonly effort: number;
  readonly workers: number;
  readonly signal: AbortSignal;
  /** Told of the share done of this table. */
  progress(fraction: number): void;
}

/** The reproduction of one published table. */
export interface Reproduction {
  readonly table: string;
  /** What is tried, in a line. */
  readonly tried: string;
  run(context: ReproduceContext): Promise<ReproducedCase[]>;
}

/** Words of a tolerance and what they mean. Percentages are of the published number. */
const WORDS: Readonly<Record<string, Tolerance>> = {
  exact: { absolute: 0 },
  "1e-3 abs": { absolute: 1e-3 },
  "1e-3": { absolute: 1e-3 },
  "1e-4": { absolute: 1e-4 },
  "1e-4 rel": { relative: 1e-4 },
  "sim 0.3%": { relative: 0.003 },
  "1e-9": { relative: 1e-9 },
  "1e-9 closed form": { relative: 1e-9 },
  "sim 1%": { relative: 0.01 },
  "sim 2% at rho<=0.9": { relative: 0.02 },
  "5%": { relative: 0.05 },
  "10%": { relative: 0.1 },
  "closed form 0.05pp": { absolute: 0.0005 },
  "sim 1e5 elections +-0.3pp": { absolute: 0.003 },
  "+-5 ms": { absolute: 5 },
  "1 ms timer resolution": { absolute: 1 },
  "sd 1%": { relative: 0.01 },
  "CI 2%": { relative: 0.02 },
  "p99 2%": { relative: 0.02 },
  // About the published 9.1: the nearer end on both sides.
  "max 8.1..11.3": { absolute: 1 },
  "1e-4 fluid": { absolute: 1e-4 },
  "sim n=1e6 +-5e-4": { absolute: 5e-4 },
  "prediction 1e-3": { absolute: 1e-3 },
  "simulation 0.5%": { relative: 0.005 },
  "(1.5% at 0.99)": { relative: 0.015 },
  "exact for the binomial": { absolute: 0 },
  "calibrate-then-predict 15%": { relative: 0.15 },
  // Chosen when a first fit had been seen: its verdicts describe, they test nothing.
  "shape (calibrate; the 15% were chosen after a first fit)": { relative: 0.15 },
  "+-15% on quantiles": { relative: 0.15 },
  "+-15%": { relative: 0.15 },
};

/** Lets Ctrl-C in between two pieces of work of this thread. @throws the signal's reason */
export async function giveWay(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  signal.throwIfAborted();
}

/** Collects the cases of one table. */
export class Cases {
  readonly table: PublishedTable;
  readonly list: ReproducedCase[] = [];

  constructor(name: string) {
    this.table = publishedTable(name);
  }

  /** The tolerance that the table's file states in these words. @throws DataError when it does not */
  tolerance(words: string): Tolerance {
    const meaning = WORDS[words];
    if (meaning === undefined || !this.table.tolerance.includes(words))
      throw new DataError(
        `${this.table.name}: tolerance must be stated as "${words}", got "${this.table.tolerance}"`,
      );
    return meaning;
  }

  /** A number from a formula. */
  formula(
    name: string,
    measure: string,
    published: number,
    ours: number,
    tolerance: Tolerance,
    note?: string,
  ): void {
    this.judge(name, measure, published, { mean: ours, low: ours, high: ours }, tolerance, note);
  }

  /** A number from simulations, with its interval. */
  simulated(
    name: string,
    measure: string,
    published: number,
    interval: Pick<Interval, "mean" | "low" | "high">,
    tolerance: Tolerance,
    note?: string,
  ): void {
    this.judge(name, measure, published, interval, tolerance, note);
  }

  /** A number of ours that was fitted to the published one: shown, and not counted as agreement. */
  calibrated(
    name: string,
    measure: string,
    published: number,
    ours: number | Pick<Interval, "mean" | "low" | "high">,
    tolerance: Tolerance,
  ): void {
    const interval = typeof ours === "number" ? { mean: ours, low: ours, high: ours } : ours;
    this.judge(name, measure, published, interval, tolerance, undefined, "calibration");
  }

  private judge(
    name: string,
    measure: string,
    published: number,
    interval: Pick<Interval, "mean" | "low" | "high">,
    tolerance: Tolerance,
    note: string | undefined,
    given?: "calibration",
  ): void {
    const { mean, low, high } = interval;
    this.list.push({
      table: this.table.name,
      case: name,
      measure,
      published,
      ours: mean,
      low,
      high,
      tolerance: bandOf(published, tolerance),
      verdict: given ?? verdict(interval, published, tolerance),
      ...(note === undefined ? {} : { note }),
    });
  }
}

function bandOf(published: number, tolerance: Tolerance): number {
  const { relative = 0, absolute = 0 } = typeof tolerance === "number" ? { relative: tolerance } : tolerance;
  return Math.max(relative * Math.abs(published), absolute);
}

/** A number cut to the decimals that the table prints, for tolerances below the rounding of the print. */
export function asPrinted(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}

/** An interval plus or times a number: the wait from the time in system, percentages from shares. */
export function shifted(interval: Interval, by: number, times = 1): Pick<Interval, "mean" | "low" | "high"> {
  return {
    mean: interval.mean * times + by,
    low: interval.low * times + by,
    high: interval.high * times + by,
  };
}
