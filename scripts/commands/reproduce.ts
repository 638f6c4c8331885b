/** `protolab reproduce [TABLE…]`: published numbers beside ours, with a verdict each. */
import { availableParallelism } from "node:os";
import { readParameter } from "../../lib/core/parameters.ts";
import { publishedTable } from "../../lib/study/published-table.ts";
import type { ReproducedCase, Reproduction } from "../reproduce/case.ts";
import { reproductionsOf } from "../reproduce/index.ts";
import { progressOf } from "./progress.ts";
import { readWorkers } from "./simulate.ts";
import type { Terminal } from "./terminal.ts";
import { columns, paragraph, significant } from "./text-table.ts";

export interface ReproduceFlags {
  readonly list?: boolean;
  readonly effort: string;
  readonly workers?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** Seed of all simulations of a reproduction: it is not chosen, so that everybody sees the same intervals. */
const SEED = 1;

/** Runs reproductions one after the other and prints every case. */
export async function reproduce(
  terminal: Terminal,
  tables: readonly string[],
  flags: ReproduceFlags,
): Promise<number> {
  const chosen = reproductionsOf(tables);
  const rule = { dimension: "one", integer: true, min: 1, max: 1000, meaning: "factor" } as const;
  const effort = readParameter("reproduce", "effort", flags.effort, rule, true) as number;
  const workers = readWorkers("reproduce", flags.workers) ?? availableParallelism();
  if (flags.list) return list(terminal, chosen, flags.json ?? false);
  const progress = progressOf(terminal, flags.quiet ?? false);
  const all: ReproducedCase[] = [];
  try {
    for (const [i, reproduction] of chosen.entries()) {
      const cases = await reproduction.run({
        seed: SEED,
        effort,
        workers,
        signal: terminal.signal,
        progress: (fraction) => progress.update((i + fraction) / chosen.length, reproduction.table),
      });
      progress.end();
      all.push(...cases);
      if (!flags.json) terminal.out(`${tableText(reproduction, cases, terminal.width).join("\n")}\n\n`);
    }
  } finally {
    progress.end();
    // After Ctrl-C the tables that are finished are still given.
    if (flags.json) terminal.out(`${JSON.stringify(all, null, 2)}\n`);
  }
  if (!flags.json) terminal.out(`${summary(all)}\nseed ${SEED}\n`);
  return 0;
}

function list(terminal: Terminal, chosen: readonly Reproduction[], json: boolean): number {
  const rows = chosen.map(({ table, tried }) => ({
    table,
    tried,
    tolerance: publishedTable(table).tolerance,
  }));
  if (json) terminal.out(`${JSON.stringify(rows, null, 2)}\n`);
  else terminal.out(`${columns(rows.map(({ table, tried }) => [table, tried])).join("\n")}\n`);
  return 0;
}

function tableText(
  { table, tried }: Reproduction,
  cases: readonly ReproducedCase[],
  width: number,
): string[] {
  const { source, status, tolerance } = publishedTable(table);
  const rows = cases.map((one) => [
    one.case,
    one.measure,
    number(one.published),
    ourText(one),
    one.tolerance === 0 ? "exact" : `± ${significant(one.tolerance, 3)}`,
    one.verdict,
    noteMark(cases, one),
  ]);
  const notes = notesOf(cases).flatMap((note, i) => paragraph(`  (${i + 1})`, note, 6, width));
  return [
    table,
    ...paragraph("  source", source, 13, width),
    ...paragraph("  status", `${status}; tolerance ${tolerance}`, 13, width),
    ...paragraph("  tried", tried, 13, width),
    ...columns([["case", "measure", "published", "ours", "tolerance", "verdict", ""], ...rows]).map(
      (line) => `  ${line}`,
    ),
    ...notes,
  ];
}

const number = (value: number): string => String(Number(value.toPrecision(10)));

/** A formula's number, or a simulated one with its 95 % interval. */
function ourText({ ours, low, high }: ReproducedCase): string {
  return low === high && ours === low
    ? number(ours)
    : `${significant(ours, 5)} (${significant(low, 5)} to ${significant(high, 5)})`;
}

function notesOf(cases: readonly ReproducedCase[]): string[] {
  return [...new Set(cases.flatMap(({ note }) => (note === undefined ? [] : [note])))];
}

function noteMark(cases: readonly ReproducedCase[], { note }: ReproducedCase): string {
  return note === undefined ? "" : `(${notesOf(cases).indexOf(note) + 1})`;
}

function summary(cases: readonly ReproducedCase[]): string {
  const count = (verdict: ReproducedCase["verdict"]): number =>
    cases.filter((one) => one.verdict === verdict).length;
  const tables = new Set(cases.map(({ table }) => table)).size;
  const calibrated = count("calibration");
  const besides = calibrated > 0 ? `; ${calibrated} more were calibrated, which shows nothing` : "";
  return `${cases.length - calibrated} numbers of ${tables} ${tables === 1 ? "table" : "tables"}: ${count("agrees")} agree, ${count("differs")} differ, ${count("undecided")} undecided${besides}`;
}
