/** Inputs and outputs that queueing formulas share, and lists of numbers as inputs. */
import { DomainError, show } from "../../core/errors.ts";
import type { NumberInput, Quantity, StructuredInput } from "../../core/model.ts";
import { type NumberParameter, readParameter } from "../../core/parameters.ts";

export const ARRIVAL_RATE = {
  tex: "\\lambda",
  dimension: "rate",
  above: 0,
  meaning: "mean arrivals per second",
} as const satisfies NumberInput;

export const SERVICE_TIME = {
  tex: "S",
  dimension: "time",
  above: 0,
  meaning: "mean service time",
} as const satisfies NumberInput;

export const SERVERS = {
  tex: "c",
  dimension: "one",
  integer: true,
  min: 1,
  max: 1e6,
  meaning: "number of servers",
} as const satisfies NumberInput;

export const PROBABILITY = {
  tex: "p",
  dimension: "one",
  min: 0,
  below: 1,
  default: 0.99,
  meaning: "level of the quantiles",
} as const satisfies NumberInput;

export const UTILISATION = {
  tex: "\\rho",
  dimension: "one",
  meaning: "share of time each server is busy",
} as const satisfies Quantity;

/** Times and numbers that every queue has. */
export const QUEUE_OUTPUTS = {
  waitingTime: { tex: "W_q", dimension: "time", meaning: "mean time in queue, service excluded" },
  responseTime: { tex: "T", dimension: "time", meaning: "mean time in system" },
  inQueue: { tex: "L_q", dimension: "one", meaning: "mean number waiting" },
  inSystem: { tex: "L", dimension: "one", meaning: "mean number in system" },
} as const satisfies Record<string, Quantity>;

export const QUANTILE_OUTPUTS = {
  waitingTimeQuantile: { tex: "W_q^{(p)}", dimension: "time", meaning: "p-quantile of the time in queue" },
  responseTimeQuantile: { tex: "T^{(p)}", dimension: "time", meaning: "p-quantile of the time in system" },
} as const satisfies Record<string, Quantity>;

export type Numbers = readonly number[];
type NumberGiven = number | string;
export type ListInput = StructuredInput<Numbers, readonly NumberGiven[]>;
export type MatrixInput = StructuredInput<readonly Numbers[], readonly (readonly NumberGiven[])[]>;

/** More entries than this are a mistake. */
const MAX_LENGTH = 10_000;

/** Reads a list entry by entry, so that an error names its place: `mg1Priority: arrivalRates[1] must be > 0 1/s`. */
export function readNumbers(where: string, given: unknown, rule: NumberParameter): number[] {
  if (!Array.isArray(given) || given.length === 0 || given.length > MAX_LENGTH)
    throw new DomainError(`${where} must be a list of 1 to ${MAX_LENGTH} numbers, got ${show(given)}`);
  const [id, name] = where.split(": ");
  return given.map((value, i) => readParameter(id, `${name}[${i}]`, value, rule) as number);
}

/** An input that is a list of numbers, one for each class or station. */
export function listInput(
  type: string,
  tex: string,
  unit: string,
  rule: NumberParameter,
): Omit<ListInput, "default"> {
  const read = (where: string, given: readonly NumberGiven[]) => readNumbers(where, given, rule);
  return { kind: "structured", type, tex, meaning: rule.meaning, unit, read };
}

/** An input that is a matrix of numbers with rows of one length. */
export function matrixInput(
  type: string,
  tex: string,
  unit: string,
  rule: NumberParameter,
): Omit<MatrixInput, "default"> {
  const read = (where: string, given: readonly (readonly NumberGiven[])[]): Numbers[] => {
    if (!Array.isArray(given) || given.length === 0)
      throw new DomainError(`${where} must be a list of rows, got ${show(given)}`);
    const rows = given.map((row, i) => readNumbers(`${where}[${i}]`, row, rule));
    for (const [i, row] of rows.entries()) {
      if (row.length !== rows[0].length)
        throw new DomainError(`${where}[${i}] must have ${rows[0].length} entries, got ${row.length}`);
    }
    return rows;
  };
  return { kind: "structured", type, tex, meaning: rule.meaning, unit, read };
}

/** Refuses lists that are not one entry for each class or station. */
export function sameLength(
  where: string,
  lists: Readonly<Record<string, { readonly length: number }>>,
): void {
  const [[first, wanted], ...rest] = Object.entries(lists);
  for (const [name, list] of rest) {
    if (list.length !== wanted.length)
      throw new DomainError(
        `${where}: ${name} of length ${list.length} must be as long as ${first}, ${wanted.length}`,
      );
  }
}
