/** The table of mutants: how often each was caught, committed so that a check that grows weak is noticed. */
import { DataError } from "../../lib/core/errors.ts";
import type { Mutant } from "../../lib/simulation/mutant.ts";
import { type CampaignResult, runsFor95 } from "../../lib/study/campaign.ts";

/** One mutant's row; rates are shares of the runs. */
export interface MutantRow {
  readonly protocol: string;
  readonly id: string;
  readonly name: string;
  readonly class: string;
  readonly walks: number;
  readonly walkFirst: number | null;
  readonly walkRate: number;
  readonly schedules: number;
  readonly scheduleFirst: number | null;
  readonly scheduleRate: number;
  readonly stuckRate: number;
}

const HEADER =
  "protocol,id,name,class,walks,walk_first_seed,walk_rate,walk_for_95,schedules,schedule_first_seed,schedule_rate,schedule_for_95,stuck_rate";

/** From a campaign's counts to its row. */
export function mutantRow(mutant: Mutant, protocol: string, { walks, schedules }: CampaignResult): MutantRow {
  const rate = (count: number, tried: number): number => (tried === 0 ? 0 : count / tried);
  return {
    protocol,
    id: mutant.id,
    name: mutant.name,
    class: mutant.kind,
    walks: walks.tried,
    walkFirst: walks.first,
    walkRate: rate(walks.violations, walks.tried),
    schedules: schedules.tried,
    scheduleFirst: schedules.first,
    scheduleRate: rate(schedules.violations, schedules.tried),
    stuckRate: rate(schedules.stuck, schedules.tried),
  };
}

/** The rows as CSV. */
export function mutantTable(rows: readonly MutantRow[]): string {
  const for95 = (rate: number): string => (rate > 0 ? String(runsFor95(rate)) : "");
  const lines = rows.map((row) =>
    [
      row.protocol,
      row.id,
      row.name,
      row.class,
      row.walks,
      row.walkFirst ?? "",
      row.walkRate,
      for95(row.walkRate),
      row.schedules,
      row.scheduleFirst ?? "",
      row.scheduleRate,
      for95(row.scheduleRate),
      row.stuckRate,
    ].join(","),
  );
  return `${[HEADER, ...lines].join("\n")}\n`;
}

/**
 * Reads a table back.
 *
 * @throws DataError on another header or a ragged row
 */
export function parseMutantTable(text: string, path: string): MutantRow[] {
  const [header, ...lines] = text.trimEnd().split("\n");
  if (header !== HEADER) throw new DataError(`${path}:1: header must be ${HEADER}, got ${header}`);
  return lines.map((line, i) => {
    const cells = line.split(",");
    if (cells.length !== HEADER.split(",").length)
      throw new DataError(
        `${path}:${i + 2}: row must have ${HEADER.split(",").length} cells, got ${cells.length}`,
      );
    const seed = (cell: string): number | null => (cell === "" ? null : Number(cell));
    return {
      protocol: cells[0],
      id: cells[1],
      name: cells[2],
      class: cells[3],
      walks: Number(cells[4]),
      walkFirst: seed(cells[5]),
      walkRate: Number(cells[6]),
      schedules: Number(cells[8]),
      scheduleFirst: seed(cells[9]),
      scheduleRate: Number(cells[10]),
      stuckRate: Number(cells[12]),
    };
  });
}

/** Standard errors below half the old rate that chance is granted. */
const GRANTED = 3;

/** What is caught half as often as the table says, or less, beyond chance; one line each. */
export function fallen(before: readonly MutantRow[], now: readonly MutantRow[]): string[] {
  return now.flatMap((row) => {
    const old = before.find((other) => other.protocol === row.protocol && other.id === row.id);
    if (old === undefined) return [];
    const kinds = [
      ["walks", old.walkRate, row.walkRate, row.walks],
      ["schedules", old.scheduleRate, row.scheduleRate, row.schedules],
      ["schedules stuck", old.stuckRate, row.stuckRate, row.schedules],
    ] as const;
    return kinds.flatMap(([what, was, is, tried]) => {
      const half = was / 2;
      const slack = tried === 0 ? Number.POSITIVE_INFINITY : GRANTED * Math.sqrt((half * (1 - half)) / tried);
      if (is >= half - slack) return [];
      return [`${row.protocol} ${row.id}: rate of ${what} must be >= half of ${was}, got ${is} in ${tried}`];
    });
  });
}
