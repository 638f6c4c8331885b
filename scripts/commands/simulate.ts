/** `protolab simulate NAME --set key=value`: one protocol, on stated machines, under a stated load. */
import { readParameter } from "../../lib/core/parameters.ts";
import { type Dimension, SI_UNIT } from "../../lib/core/units.ts";
import { protocolNamed } from "../../lib/protocols/index.ts";
import type { Interval } from "../../lib/statistics/interval.ts";
import { columnUnit, headed, plusMinus } from "../../lib/study/result-table.ts";
import { progressOf } from "./progress.ts";
import { readSimulateInput, type SimulateInput } from "./simulate-input.ts";
import { runDecisions, runSteady, type ShownMeasure, type SimulateOutcome } from "./simulate-run.ts";
import type { Terminal } from "./terminal.ts";
import { columns, significant } from "./text-table.ts";

export interface SimulateFlags {
  readonly set: readonly string[];
  readonly fault?: readonly string[];
  readonly workers?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** Simulates and prints measures with intervals, counts, audits, and the protocol's own outcome at the end. */
export async function simulate(terminal: Terminal, name: string, flags: SimulateFlags): Promise<number> {
  const input = readSimulateInput(protocolNamed(name), flags.set, flags.fault);
  const workers = readWorkers("simulate", flags.workers);
  const progress = progressOf(terminal, flags.quiet ?? false);
  // At once: whoever stops the run can still repeat it.
  if (input.seedChosen) progress.note(`seed ${input.seed} (chosen)`);
  const outcome = input.decidesOnce
    ? await runDecisions(input, progress, terminal.signal)
    : await runSteady(input, workers, progress, terminal.signal);
  if (outcome === null) {
    terminal.err("protolab: simulate: stopped before anything was finished\n");
    return 1;
  }
  if (flags.json) terminal.out(`${JSON.stringify(simulateJson(input, outcome), null, 2)}\n`);
  else terminal.out(`${simulateText(input, outcome).join("\n")}\n`);
  return 0;
}

/** Number of worker threads of a command line; undefined leaves it to the study. */
export function readWorkers(where: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const rule = { dimension: "one", integer: true, min: 1, max: 256, meaning: "threads" } as const;
  return readParameter(where, "workers", text, rule, true) as number;
}

// ---- JSON ---------------------------------------------------------------------------------------------------------

function simulateJson(input: SimulateInput, outcome: SimulateOutcome): object {
  const { state, reason, replications, operations, warmUp, measures, first } = outcome;
  return {
    protocol: input.protocol.name,
    seed: input.seed,
    settings: Object.fromEntries(
      input.used.map(({ key, text, default: isDefault }) => [key, { text, default: isDefault }]),
    ),
    system: input.system,
    workload: input.workload,
    state,
    reason,
    replications,
    operations,
    warmUp,
    measures: Object.fromEntries(measures.map((measure) => [measure.name, measureJson(measure)])),
    utilisation: { unit: "1", ...first.utilisation },
    messages: {
      unit: "1 per operation",
      perOperation: first.messages.sent / Math.max(1, first.operations.issued),
      byKind: perOperation(first),
    },
    audits: { checked: outcome.audits, hold: true, laws: first.audits.map((audit) => audit.law) },
    seen: first.seen,
    outcome: first.outcome,
  };
}

function measureJson({ unit, estimate, quantiles }: ShownMeasure): object {
  return { unit, ...estimate, quantiles };
}

/** Messages handled of each kind, per operation. */
function perOperation({ messages, operations }: SimulateOutcome["first"]): Record<string, number> {
  const issued = Math.max(1, operations.issued);
  return Object.fromEntries(Object.entries(messages.byKind).map(([kind, count]) => [kind, count / issued]));
}

// ---- text ---------------------------------------------------------------------------------------------------------

function simulateText(input: SimulateInput, outcome: SimulateOutcome): string[] {
  const { protocol, seed, seedChosen, used } = input;
  const { replications, operations, warmUp, state, reason, first, audits } = outcome;
  const what = input.decidesOnce ? "independent decisions" : "replications";
  const dropped = warmUp === 0 ? "" : ` after ${warmUp} dropped`;
  const steady = state === "steady" || state === "decided";
  return [
    `${protocol.name}: ${protocol.title}`,
    `seed ${seed}${seedChosen ? " (chosen)" : ""}`,
    "",
    ...columns(used.map((s) => [`  ${s.key}`, s.text, s.default ? "(default)" : ""])),
    "",
    `${replications} ${what} of ${operations} operations each${dropped}; 95 % intervals`,
    ...(steady ? [] : [`${state}: ${reason ?? ""}`, "the latencies below depend on how long the run was"]),
    "",
    ...measureLines(outcome.measures),
    "",
    ...(input.decidesOnce ? [] : utilisationLines(first)),
    `messages per operation by kind, replication 0: ${kindText(first)}`,
    `all ${audits} audits hold`,
    ...outcomeLines(first.outcome),
  ];
}

function measureLines(measures: readonly ShownMeasure[]): string[] {
  const labels = [...new Set(measures.flatMap((measure) => Object.keys(measure.quantiles)))];
  // A station that is not there is idle for certain, which needs no line.
  const shown = measures.filter(({ estimate }) => estimate.mean !== 0 || estimate.halfWidth !== 0);
  const rows = shown.map(({ title, dimension, estimate, quantiles }) => {
    const unit = columnUnit(dimension, [estimate.mean]);
    return [
      headed(title, unit),
      plusMinus(estimate.mean, estimate.halfWidth, unit),
      ...labels.map((label) =>
        Object.hasOwn(quantiles, label) ? spanText(quantiles[label], dimension) : "",
      ),
      String(estimate.n),
    ];
  });
  return columns([["measure", "mean", ...labels, "n"], ...rows]);
}

/** A quantile with its interval, in the unit of its column. */
function spanText(interval: Interval, dimension: Dimension): string {
  const unit = columnUnit(dimension, [interval.mean]);
  const number = (value: number): string => significant(value / unit.factor, 4);
  const suffix = unit.unit === "" || unit.unit === SI_UNIT.one ? "" : ` ${unit.unit}`;
  return `${number(interval.mean)}${suffix} (${number(interval.low)} to ${number(interval.high)})`;
}

function utilisationLines({ utilisation }: SimulateOutcome["first"]): string[] {
  const rows = Object.entries(utilisation)
    .filter(([, shares]) => shares.some((share) => share > 0))
    .map(([station, shares]) => [
      `  ${station}`,
      shares.map((share) => `${significant(100 * share, 3)} %`).join("  "),
    ]);
  return rows.length === 0 ? [] : ["utilisation by node, replication 0", ...columns(rows)];
}

function kindText(first: SimulateOutcome["first"]): string {
  const kinds = Object.entries(perOperation(first)).filter(([, count]) => count > 0);
  return kinds.length === 0
    ? "none"
    : kinds.map(([kind, count]) => `${kind} ${significant(count, 4)}`).join(", ");
}

/** What the run ended with, its most telling line last. */
function outcomeLines(outcome: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(outcome).map(([key, value]) => `${key}: ${value}`);
}
