/**
 * Whether engines compute the same thing: their means must agree within what chance explains.
 *
 * Runs of an engine differ by their seeds. The variance of a mean falls with the number of operations, for every
 * engine of a workload by the same factor, so the scatter of all engines together tells it, with more degrees of
 * freedom than one engine's few runs have.
 */
import { DomainError } from "../../lib/core/errors.ts";
import { studentQuantile } from "../../lib/core/special.ts";

/** The means of one engine's runs, each over so many operations. */
export interface EngineMeans {
  readonly engine: string;
  readonly means: readonly number[];
  readonly operations: readonly number[];
}

/** One engine's mean, what it was held against, and how far it may be off. */
export interface Agreement {
  readonly engine: string;
  readonly mean: number;
  readonly expected: number;
  readonly tolerance: number;
  readonly agrees: boolean;
}

/** Chance of a false alarm for one comparison. */
const ALARM = 1e-5;
/** Rounding differs between engines even where nothing is random. */
const ROUNDING = 1e-9;

/**
 * Compares each engine's mean with `expected` or, where that is null, with the first engine's.
 *
 * @throws DomainError when there is no engine, or an engine without runs
 */
export function agreements(engines: readonly EngineMeans[], expected: number | null): Agreement[] {
  if (engines.length === 0 || engines.some((engine) => engine.means.length === 0))
    throw new DomainError("bench: agreement must be of engines with runs, got none");
  const totals = engines.map(total);
  const freedom = engines.reduce((sum, engine) => sum + engine.means.length - 1, 0);
  const scatter = engines.reduce((sum, engine, i) => sum + scatterOf(engine, totals[i].mean), 0);
  // Without a second run nothing is known of chance, and nothing is refused.
  const perOperation = freedom > 0 ? scatter / freedom : Number.POSITIVE_INFINITY;
  const width = freedom > 0 ? studentQuantile(1 - ALARM / 2, freedom) : 1;
  return engines.map(({ engine }, i) => {
    const { mean, operations } = totals[i];
    const reference = expected ?? totals[0].mean;
    const own = expected === null && i === 0;
    const variance =
      perOperation / operations + (expected === null ? perOperation / totals[0].operations : 0);
    const tolerance = own ? 0 : width * Math.sqrt(variance) + ROUNDING * Math.abs(reference);
    return {
      engine,
      mean,
      expected: reference,
      tolerance,
      agrees: own || Math.abs(mean - reference) <= tolerance,
    };
  });
}

/** The mean over all operations of an engine. */
function total({ means, operations }: EngineMeans): { mean: number; operations: number } {
  const all = operations.reduce((sum, n) => sum + n, 0);
  return { mean: means.reduce((sum, mean, i) => sum + mean * operations[i], 0) / all, operations: all };
}

/** Sum of squares about an engine's own mean, each weighted so that it estimates the variance for one operation. */
function scatterOf({ means, operations }: EngineMeans, mean: number): number {
  return means.reduce((sum, m, i) => sum + operations[i] * (m - mean) ** 2, 0);
}
