/** `protolab policies [POLICY…]`: the grid of balancing policies, simulated beside their formulas. */
import { availableParallelism } from "node:os";
import { UsageError, unknownName } from "../../lib/core/errors.ts";
import { readParameter } from "../../lib/core/parameters.ts";
import { publishFile } from "../../lib/notebook/notebook-file.ts";
import type { Interval } from "../../lib/statistics/interval.ts";
import { LOADS, POLICIES, SIZES } from "../policies/cases.ts";
import { type Grid, type GridRow, type OrderRow, runGrid } from "../policies/run-grid.ts";
import { fileLines } from "./file-list.ts";
import { checkOutputFile } from "./output-place.ts";
import { progressOf } from "./progress.ts";
import { readWorkers } from "./simulate.ts";
import type { Terminal } from "./terminal.ts";
import { columns, paragraph, significant } from "./text-table.ts";

export interface PolicyFlags {
  readonly servers: string;
  readonly loads: string;
  readonly effort: string;
  readonly messages?: boolean;
  readonly out?: string;
  readonly workers?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** Runs the grid and prints it. */
export async function policies(
  terminal: Terminal,
  names: readonly string[],
  flags: PolicyFlags,
): Promise<number> {
  const known = POLICIES.map(({ policy }) => policy);
  for (const name of names)
    if (!known.some((one) => one === name)) throw unknownName("policies", "policy", name, known);
  const rule = { dimension: "one", above: 0, max: 1000, meaning: "factor" } as const;
  const loads = listed(
    "loads",
    flags.loads,
    LOADS.map(({ rho }) => rho),
  );
  checkOutputFile(flags.out);
  const progress = progressOf(terminal, flags.quiet ?? false);
  const grid = await runGrid({
    policies: names.length === 0 ? POLICIES : POLICIES.filter(({ policy }) => names.includes(policy)),
    sizes: listed("servers", flags.servers, SIZES),
    loads: LOADS.filter(({ rho }) => loads.includes(rho)),
    effort: readParameter("policies", "effort", flags.effort, rule, true) as number,
    messages: flags.messages ?? false,
    workers: readWorkers("policies", flags.workers) ?? availableParallelism(),
    signal: terminal.signal,
    progress: (fraction, text) => progress.update(fraction, text),
  }).finally(() => progress.end());
  if (flags.out !== undefined && grid.rows.length > 0)
    publishFile(flags.out, `${csvLines(grid).join("\n")}\n`);
  if (flags.json) terminal.out(`${JSON.stringify(grid, null, 2)}\n`);
  else {
    const written = flags.out === undefined || grid.rows.length === 0 ? [] : fileLines([flags.out]);
    terminal.out(`${[...text(grid, terminal.width), ...written].join("\n")}\n`);
  }
  return 0;
}

/** Reads a list of values of the grid. */
function listed(option: string, words: string, known: readonly number[]): number[] {
  return words.split(",").map((word) => {
    const value = Number(word);
    if (word.trim() === "" || !known.includes(value))
      throw new UsageError(`policies: ${option} must be of ${known.join(", ")}, got ${word}`);
    return value;
  });
}

const between = ({ mean, low, high }: Interval): string =>
  `${significant(mean, 5)} (${significant(low, 5)} to ${significant(high, 5)})`;

function text({ rows, orders, complete, points }: Grid, width: number): string[] {
  const stopped = complete ? [] : [`stopped: ${rows.length} of ${points} points are finished`];
  if (rows.length === 0) return stopped;
  const notes = [...new Set([...rows.map(noteOf), ...orders.map((order) => order.note ?? "")])].filter(
    (note) => note !== "",
  );
  const mark = (note: string): string => (note === "" ? "" : `(${notes.indexOf(note) + 1})`);
  return [
    "Mean time in system, in services; 95 % intervals",
    ...columns([
      ["policy", "servers", "load", "simulated", "theory", "", "tolerance", "error", "verdict", ""],
      ...rows.map((row) => [
        row.policy,
        String(row.servers),
        String(row.load),
        between(row.simulated),
        ...theoryCells(row),
        row.verdict ?? "no formula",
        mark(row.verdict === "agrees" ? "" : noteOf(row)),
      ]),
    ]),
    ...orderLines(orders, mark),
    ...notes.flatMap((note, i) => paragraph(`(${i + 1})`, note, 4, width)),
    ...summary(rows, orders),
    ...stopped,
  ];
}

function orderLines(orders: readonly OrderRow[], mark: (note: string) => string): string[] {
  if (orders.length === 0) return [];
  return [
    "",
    "The first waits no longer than the second: difference on the same arrivals and services",
    ...columns([
      ["first", "second", "servers", "load", "first less second", "verdict", "source", ""],
      ...orders.map((order) => [
        order.better,
        order.worse,
        String(order.servers),
        String(order.load),
        between(order.difference),
        order.verdict,
        order.source,
        mark(order.verdict === "holds" ? "" : (order.note ?? "")),
      ]),
    ]),
  ];
}

const noteOf = ({ theory }: GridRow): string => (theory.kind === "formula" ? (theory.note ?? "") : "");

function theoryCells({ theory, simulated, tolerance }: GridRow): string[] {
  if (theory.kind === "orders") return ["", "", "", ""];
  if (theory.kind === "bounds")
    return [`${significant(theory.low, 5)} to ${significant(theory.high, 5)}`, theory.what, "none", ""];
  const error = `${(100 * (simulated.mean / theory.time - 1)).toFixed(1)} %`;
  return [significant(theory.time, 5), theory.what, `${100 * tolerance} %`, error];
}

function summary(rows: readonly GridRow[], orders: readonly OrderRow[]): string[] {
  const counted = (words: readonly string[]): string =>
    [...new Set(words)].map((word) => `${word} ${words.filter((one) => one === word).length}`).join(", ");
  return [
    "",
    `${rows.length} points: ${counted(rows.map(({ verdict }) => verdict ?? "no formula"))}`,
    ...(orders.length === 0
      ? []
      : [`${orders.length} orders: ${counted(orders.map(({ verdict }) => verdict))}`]),
  ];
}

function csvLines({ rows, orders }: Grid): string[] {
  const header = "policy,other,servers,load,mean_services,low,high,theory_low,theory_high,tolerance,verdict";
  const lines = rows.map(({ policy, servers, load, simulated: s, theory, tolerance, verdict }) => {
    const [low, high] =
      theory.kind === "bounds"
        ? [theory.low, theory.high]
        : theory.kind === "formula"
          ? [theory.time, theory.time]
          : ["", ""];
    return [policy, "", servers, load, s.mean, s.low, s.high, low, high, tolerance, verdict ?? ""].join();
  });
  const pairs = orders.map(({ better, worse, servers, load, difference: d, verdict }) =>
    [better, worse, servers, load, d.mean, d.low, d.high, "", 0, "", verdict].join(),
  );
  return [header, ...lines, ...pairs];
}
