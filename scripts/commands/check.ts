/** `protolab check [PROTOCOL…]`: protocols, and known bugs of theirs, under walks and fault schedules. */
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { writeAtomic } from "../../lib/charts/atomic-file.ts";
import { spaceTime } from "../../lib/charts/space-time.ts";
import { refuseUnknown, UsageError } from "../../lib/core/errors.ts";
import { readParameter } from "../../lib/core/parameters.ts";
import { protocolIndex, protocolNamed } from "../../lib/protocols/index.ts";
import { mutantIndex, mutantNamed } from "../../lib/protocols/mutants.ts";
import { type CampaignResult, campaignSystem, reportWalk, runsFor95 } from "../../lib/study/campaign.ts";
import {
  fallen,
  type MutantRow,
  mutantRow,
  mutantTable,
  parseMutantTable,
} from "../campaign/mutant-table.ts";
import { type CampaignTask, runCampaigns } from "../campaign/run-campaign.ts";
import { fileLines } from "./file-list.ts";
import { checkOutputFile } from "./output-place.ts";
import { progressOf } from "./progress.ts";
import { readSettings } from "./settings.ts";
import { readWorkers } from "./simulate.ts";
import type { Terminal } from "./terminal.ts";
import { columns } from "./text-table.ts";

export interface CheckFlags {
  readonly walks: string;
  readonly schedules: string;
  readonly from: string;
  readonly nodes: string;
  readonly set: readonly string[];
  readonly mutants?: boolean;
  readonly mutant?: string;
  readonly seed?: string;
  readonly diagram?: string;
  readonly out?: string;
  readonly against?: string;
  readonly workers?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

const whole = (name: string, text: string, min: number): number => {
  const rule = { dimension: "one", integer: true, min, meaning: name } as const;
  return readParameter("check", name, text, rule, true) as number;
};

/** Tries protocols; exit code 1 when a correct one goes wrong or a mutant is caught half as often as it was. */
export async function check(
  terminal: Terminal,
  names: readonly string[],
  flags: CheckFlags,
): Promise<number> {
  const protocols = names.length === 0 ? [...protocolIndex.keys()].filter(recovers) : names;
  for (const name of protocols) protocolNamed(name);
  if (flags.seed !== undefined) return reproduceWalk(terminal, protocols, flags);
  const tasks = protocols.flatMap((name) => tasksOf(name, flags));
  if (tasks.length === 0)
    throw new UsageError(`check: ${protocols.join(", ")} must have known bugs to hunt, got none`);
  checkOutputFile(flags.out);
  const progress = progressOf(terminal, flags.quiet ?? false);
  const finished: Finished[] = [];
  const results = await runCampaigns(tasks, {
    workers: readWorkers("check", flags.workers) ?? availableParallelism(),
    signal: terminal.signal,
    progress: (fraction, task) => progress.update(fraction, nameOf(task)),
    done(task, result) {
      finished.push([task, result]);
      if (flags.json) return;
      progress.end();
      terminal.out(`${lineOf(task, result)}\n`);
    },
  }).finally(async () => {
    progress.end();
    // After Ctrl-C the counts that are complete are still given.
    const told = finished.map(([task, result]) => ({ ...task, ...result }));
    if (flags.json) terminal.out(`${JSON.stringify(told, null, 2)}\n`);
    else if (terminal.signal.aborted)
      terminal.out(`stopped: ${finished.length} of ${tasks.length} are finished\n`);
    await writeTable(terminal, finished, flags);
  });
  return verdict(terminal, tasks, results, flags);
}

type Finished = readonly [task: CampaignTask, result: CampaignResult];

/** The table of the mutants that are counted, where one was asked for. */
async function writeTable(
  terminal: Terminal,
  finished: readonly Finished[],
  flags: CheckFlags,
): Promise<void> {
  const rows = finished.flatMap(([task, result]) => rowOf(task, result));
  if (flags.out === undefined || rows.length === 0) return;
  await writeAtomic(flags.out, mutantTable(rows));
  if (!flags.json) terminal.out(`${fileLines([flags.out]).join("\n")}\n`);
}

/** The row of a mutant; none of the correct protocol. */
function rowOf({ protocol, mutant }: CampaignTask, result: CampaignResult): MutantRow[] {
  return mutant === null ? [] : [mutantRow(mutantNamed(protocol, mutant), protocol, result)];
}

/** Protocols whose nodes can come back after a crash. */
const recovers = (name: string): boolean => protocolNamed(name).durable !== undefined;

function tasksOf(protocol: string, flags: CheckFlags): CampaignTask[] {
  const counts = ["walks", "schedules"] as const;
  if (counts.every((name) => whole(name, flags[name], 0) === 0))
    throw new UsageError("check: walks or schedules must be > 0, got 0 of both");
  const base = {
    protocol,
    nodes: whole("nodes", flags.nodes, 1),
    settings: settingsOf(protocol, flags),
    walks: whole("walks", flags.walks, 0),
    schedules: whole("schedules", flags.schedules, 0),
    from: whole("from", flags.from, 0),
  };
  const mutants =
    flags.mutant !== undefined ? [mutantNamed(protocol, flags.mutant)] : (mutantIndex.get(protocol) ?? []);
  // Settings that cannot be are refused here: an error that crosses a thread has lost its kind.
  if (flags.mutant !== undefined || flags.mutants) {
    for (const { nodes, settings } of mutants)
      campaignSystem(protocolNamed(protocol), nodes ?? base.nodes, { ...settings, ...base.settings });
    return mutants.map(({ id }) => ({ ...base, mutant: id }));
  }
  campaignSystem(protocolNamed(protocol), base.nodes, base.settings);
  return [{ ...base, mutant: null }];
}

/** Settings as values: a command line gives all of them as text. */
function settingsOf(protocol: string, flags: CheckFlags): CampaignTask["settings"] {
  const { parameters } = protocolNamed(protocol);
  const texts = readSettings("check", "--set", flags.set);
  refuseUnknown(`check ${protocol}`, "setting", Object.keys(texts), Object.keys(parameters));
  return Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [
      key,
      readParameter(protocol, key, text, parameters[key], true),
    ]),
  );
}

const nameOf = ({ protocol, mutant }: CampaignTask): string =>
  mutant === null ? protocol : `${protocol} ${mutant}`;

function lineOf(task: CampaignTask, { walks, schedules }: CampaignResult): string {
  const label = task.mutant === null ? "" : ` ${mutantNamed(task.protocol, task.mutant).name}`;
  const count = (tally: CampaignResult["walks"], what: string): string[] => [
    `  ${tally.tried} ${what}`,
    `${tally.violations} violations`,
    tally.first === null
      ? ""
      : `first with seed ${tally.first}; ${runsFor95(tally.violations / tally.tried)} runs show it with 95 %`,
    tally.violation === null ? "" : `${tally.violation.kind} ${tally.violation.name}`,
  ];
  const rows = [
    ...(walks.tried > 0 ? [count(walks, "walks")] : []),
    ...(schedules.tried > 0
      ? [
          [
            ...count(schedules, "fault schedules"),
            schedules.stuck === 0 ? "" : `${schedules.stuck} stuck, first ${schedules.firstStuck}`,
          ],
        ]
      : []),
  ];
  return [`${nameOf(task)}${label}`, ...columns(rows), ...rareLines(task, { walks, schedules })].join("\n");
}

/** Events that ought to happen now and then, and hardly did: what was not reached was not checked. */
function rareLines(task: CampaignTask, { walks, schedules }: CampaignResult): string[] {
  if (task.mutant !== null) return [];
  return Object.keys(schedules.sometimes).flatMap((name) => {
    const most = Math.max(share(walks, name), share(schedules, name));
    if (most === 0) return [`  ${name} never happened: not checked under these settings`];
    return most < 0.01 ? [`  ${name} happened in less than 1 % of the runs`] : [];
  });
}

const share = ({ sometimes, tried }: CampaignResult["walks"], name: string): number =>
  tried === 0 ? 0 : (sometimes[name] ?? 0) / tried;

function verdict(
  terminal: Terminal,
  tasks: readonly CampaignTask[],
  results: readonly CampaignResult[],
  flags: CheckFlags,
): number {
  const rows = tasks.flatMap((task, i) => rowOf(task, results[i]));
  let wrong = false;
  if (flags.against !== undefined) {
    const path = flags.against;
    for (const line of fallen(parseMutantTable(readFileSync(path, "utf8"), path), rows)) {
      terminal.err(`protolab: check: ${line}\n`);
      wrong = true;
    }
  }
  for (const [i, task] of tasks.entries()) {
    const { walks, schedules } = results[i];
    if (task.mutant !== null) continue;
    if (walks.violations + schedules.violations + schedules.stuck === 0) continue;
    wrong = true;
    if (walks.first !== null) terminal.err(`see it: ${commandOf(task, flags.set, walks.first)}\n`);
  }
  return wrong ? 1 : 0;
}

/** The command line that walks one seed again. */
function commandOf(
  { protocol, mutant, nodes }: CampaignTask,
  settings: readonly string[],
  seed: number,
): string {
  const set = settings.map((text) => ` --set ${/\s/.test(text) ? `"${text}"` : text}`);
  return `npx protolab check ${protocol}${mutant === null ? "" : ` --mutant ${mutant}`} --nodes ${nodes}${set.join("")} --seed ${seed}`;
}

/** Walks one seed again: the same trace hash, and the shortest script that goes wrong in the same way. */
async function reproduceWalk(
  terminal: Terminal,
  protocols: readonly string[],
  flags: CheckFlags,
): Promise<number> {
  if (protocols.length !== 1)
    throw new UsageError(`check: seed must be of one protocol, got ${protocols.length}`);
  const [task] = tasksOf(protocols[0], flags);
  const seed = whole("seed", flags.seed as string, 0);
  const mutant = task.mutant === null ? null : mutantNamed(task.protocol, task.mutant);
  const protocol = mutant?.protocol ?? protocolNamed(task.protocol);
  const report = reportWalk(protocol, seed, {
    nodes: mutant?.nodes ?? task.nodes,
    settings: { ...mutant?.settings, ...task.settings },
  });
  const { trace, ...told } = report;
  if (flags.diagram !== undefined) {
    const diagram = spaceTime(trace);
    await writeAtomic(flags.diagram, flags.diagram.endsWith(".svg") ? diagram.svg() : diagram.html());
  }
  if (flags.json) {
    terminal.out(`${JSON.stringify(told, null, 2)}\n`);
    return 0;
  }
  const { hash, violation, actions } = report;
  terminal.out(
    `${[`${nameOf(task)}, walk ${seed}, trace ${hash}`, `${violation.kind} ${violation.name}: ${violation.detail}`, "", ...actions].join("\n")}\n`,
  );
  return 0;
}
