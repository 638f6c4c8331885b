/** What a measured program reports, and how it is read. */
import { DataError, show } from "../../lib/core/errors.ts";

/** One run of one engine. */
export interface Report {
  readonly workload: string;
  readonly engine: string;
  /** Operations a second. */
  readonly rate: number;
  /** The mean by which engines are checked against each other. */
  readonly mean: number;
  readonly operations: number;
  readonly seconds: number;
  /** Resident memory at its largest in MB; only from programs in TypeScript. */
  readonly peak?: number;
}

/**
 * Reads the last line of a program's output that is JSON.
 *
 * @throws DataError when there is none or a number in it cannot be
 */
export function readReport(engine: string, output: string): Report {
  const line = output
    .split("\n")
    .filter((text) => text.startsWith("{"))
    .at(-1);
  const where = `bench: ${engine}`;
  if (line === undefined)
    throw new DataError(`${where}: output must have a line of JSON, got ${show(output)}`);
  let given: unknown;
  try {
    given = JSON.parse(line);
  } catch {
    throw new DataError(`${where}: output must have a line of JSON, got ${show(line)}`);
  }
  const report = given as Report;
  for (const name of ["rate", "operations", "seconds"] as const) {
    if (typeof report[name] === "number" && report[name] > 0 && Number.isFinite(report[name])) continue;
    throw new DataError(`${where}: ${name} must be a number > 0, got ${show(report[name])}`);
  }
  if (typeof report.mean !== "number" || !Number.isFinite(report.mean))
    throw new DataError(`${where}: mean must be a number, got ${show(report.mean)}`);
  return report;
}
