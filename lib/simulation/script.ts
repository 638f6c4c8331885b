/**
 * Scripts: scenarios of the untimed world as readable text, with what is expected to come of each action.
 *
 * ```
 * protocol raft          # header: protocol, nodes, set KEY=VALUE, disk slow, clock NODE RATE, mutant ID
 * nodes 3
 * fire 0 election        # then actions, as `walk-action.ts` writes them, and `settle`, `wait` and `jump`
 * | 0 candidate of term 1, log empty, committed 0
 * ```
 *
 * Lines that begin with `|` are what the protocol does; with a mutant named, lines that begin with `R1|` are what the
 * mutant does where that differs. `renderScript` writes both anew, so that a change of behaviour is read as a diff.
 */
import { DataError, UsageError, unknownName } from "../core/errors.ts";
import type { AnyProtocol } from "./protocol.ts";
import { ScriptWorld } from "./script-world.ts";
import type { HistoryJudge } from "./walk.ts";
import { parseAction, type WalkAction } from "./walk-action.ts";
import type { Violation, WalkWorld } from "./walk-world.ts";

/** One line that does something. */
export type ScriptStep =
  | { readonly verb: "settle"; readonly nodes: readonly number[] }
  | { readonly verb: "wait"; readonly steps: number }
  /** Sets a node's wall clock so many steps forward, or back. */
  | { readonly verb: "jump"; readonly node: number; readonly steps: number }
  | WalkAction;

/** A scenario as read. */
export interface Script {
  readonly file: string;
  readonly protocol: string;
  readonly mutant: string | null;
  readonly nodes: number;
  readonly settings: Readonly<Record<string, string>>;
  readonly slowDisk: boolean;
  readonly clockRates: readonly number[] | null;
  readonly steps: readonly { readonly line: number; readonly text: string; readonly step: ScriptStep }[];
  /** All lines as they stand, expected output included. */
  readonly lines: readonly string[];
}

/** What a script needs to be run. */
export interface ScriptSystem {
  readonly protocol: AnyProtocol;
  readonly mutant: AnyProtocol | null;
  readonly settings: WalkWorld["settings"];
  /** Judges the answers at the end. */
  readonly judge: HistoryJudge | null;
}

/** What came of it. */
export interface ScriptResult {
  /** The scenario with its output as it is now; equal to the file when nothing has changed. */
  readonly text: string;
  readonly violation: Violation | null;
  readonly mutantViolation: Violation | null;
}

const HEADERS = ["protocol", "nodes", "set", "disk", "clock", "mutant"] as const;
const OUTPUT = /^\w*\|/;
/** `# …`, but not the `#1` of a message. */
const COMMENT = /(^|\s)#(\s.*)?$/;

/**
 * Reads a scenario.
 *
 * @throws DataError or UsageError that name file and line
 */
export function parseScript(text: string, file: string): Script {
  const lines = text.replace(/\n$/, "").split("\n");
  const header: Header = { settings: {}, rates: [] };
  const steps: Script["steps"][number][] = [];
  lines.forEach((whole, i) => {
    const line = whole.replace(COMMENT, "").trim();
    if (line === "" || OUTPUT.test(line)) return;
    const where = `${file}:${i + 1}`;
    const [word] = line.split(" ", 1);
    if ((HEADERS as readonly string[]).includes(word)) {
      if (steps.length > 0)
        throw new DataError(`${where}: header must stand before the first action, got "${line}"`);
      readHeader(header, line, where);
    } else {
      steps.push({ line: i + 1, text: line, step: readStep(line, where) });
    }
  });
  const { protocol, nodes } = header;
  if (protocol === undefined) throw new DataError(`${file}: header must name a protocol, got none`);
  if (nodes === undefined) throw new DataError(`${file}: header must give nodes, got none`);
  const clockRates =
    header.rates.length === 0 ? null : Array.from({ length: nodes }, (_, i) => header.rates[i] ?? 1);
  const { settings, mutant = null, slowDisk = false } = header;
  return { file, protocol, mutant, nodes, settings, slowDisk, clockRates, steps, lines };
}

interface Header {
  protocol?: string;
  mutant?: string;
  nodes?: number;
  slowDisk?: boolean;
  readonly settings: Record<string, string>;
  readonly rates: number[];
}

function readHeader(header: Header, line: string, where: string): void {
  const wrong = (usage: string): never => {
    throw new DataError(`${where}: header must be of the form "${usage}", got "${line}"`);
  };
  const matched = (form: RegExp, usage: string): RegExpExecArray => form.exec(line) ?? wrong(usage);
  switch (line.split(" ", 1)[0]) {
    case "protocol":
      header.protocol = matched(/^protocol ([\w-]+)$/, "protocol NAME")[1];
      break;
    case "nodes":
      header.nodes = Number(matched(/^nodes ([1-9]\d?)$/, "nodes NUMBER")[1]);
      break;
    case "set": {
      const [, key, value] = matched(/^set (\w+)=(\S.*)$/, "set KEY=VALUE");
      header.settings[key] = value;
      break;
    }
    case "disk":
      matched(/^disk slow$/, "disk slow");
      header.slowDisk = true;
      break;
    case "clock": {
      const [, node, rate] = matched(/^clock (\d+) (\d+(?:\.\d+)?)$/, "clock NODE RATE");
      header.rates[Number(node)] = Number(rate);
      break;
    }
    default:
      header.mutant = matched(/^mutant (\w+)$/, "mutant ID")[1];
  }
}

function readStep(line: string, where: string): ScriptStep {
  const [verb, ...words] = line.split(" ");
  if (verb === "settle") {
    if (words.every((word) => /^\d+$/.test(word))) return { verb, nodes: words.map(Number) };
    throw new DataError(`${where}: action must be of the form "settle [NODE …]", got "${line}"`);
  }
  if (verb === "wait") {
    if (words.length === 1 && /^\d+$/.test(words[0])) return { verb, steps: Number(words[0]) };
    throw new DataError(`${where}: action must be of the form "wait STEPS", got "${line}"`);
  }
  if (verb === "jump") {
    const form = /^jump (\d+) (-?\d+)$/.exec(line);
    if (form !== null) return { verb, node: Number(form[1]), steps: Number(form[2]) };
    throw new DataError(`${where}: action must be of the form "jump NODE STEPS", got "${line}"`);
  }
  return parseAction(line, where);
}

/** Names that a protocol of so many nodes does not know are mistakes of the script. */
function checkSteps(script: Script, protocol: AnyProtocol): void {
  const { file, nodes, steps } = script;
  for (const { line, step } of steps) {
    const where = `${file}:${line}`;
    const named = step.verb === "settle" ? step.nodes : "node" in step ? [step.node] : [];
    for (const node of "from" in step ? [step.from, step.to] : named)
      if (node >= nodes) throw new DataError(`${where}: node must be from 0 to ${nodes - 1}, got ${node}`);
    const known = (what: string, name: string, names: object): void => {
      if (!Object.hasOwn(names, name)) throw unknownName(where, what, name, Object.keys(names));
    };
    if (step.verb === "fire") known("timer", step.timer, protocol.timers);
    if (step.verb === "command") known("command", step.name, protocol.commands ?? {});
    if ("kind" in step) known("message", step.kind, protocol.messages);
  }
}

/** Runs a scenario, with the mutant beside the correct protocol, and writes its output anew. */
export function runScript(script: Script, system: ScriptSystem): ScriptResult {
  checkSteps(script, system.protocol);
  const correct = new ScriptWorld(system.protocol, script, system.settings);
  const broken = system.mutant === null ? null : new ScriptWorld(system.mutant, script, system.settings);
  const outputs = new Map<number, readonly string[]>();
  for (const { line, step } of script.steps)
    outputs.set(
      line,
      both(script, correct, broken, (w) => w.take(step)),
    );
  const last = both(script, correct, broken, (w) => w.end(system.judge));
  return {
    text: withOutput(script, outputs, last),
    violation: correct.violation,
    mutantViolation: broken?.violation ?? null,
  };
}

/** What an action does, and what it does with the mutant where that is something else. */
function both(
  script: Script,
  correct: ScriptWorld,
  broken: ScriptWorld | null,
  act: (world: ScriptWorld) => readonly string[],
): string[] {
  const right = act(correct);
  const output = right.map((text) => `| ${text}`);
  if (broken === null || broken.over) return output;
  const wrong = act(broken);
  if (wrong.join("\n") === right.join("\n")) return output;
  const shown = wrong.length === 0 ? ["nothing"] : wrong;
  return [...output, ...shown.map((text) => `${script.mutant}| ${text}`)];
}

/** The lines of a scenario, with output after each action in the place of what stood there. */
function withOutput(
  script: Script,
  outputs: ReadonlyMap<number, readonly string[]>,
  last: readonly string[],
): string {
  const text: string[] = [];
  script.lines.forEach((line, i) => {
    if (!OUTPUT.test(line)) text.push(line);
    text.push(...(outputs.get(i + 1) ?? []));
  });
  return `${[...text, ...last].join("\n")}\n`;
}

/**
 * Compares a scenario's output with what the file says.
 *
 * @throws UsageError that shows the first line that differs
 */
export function expectUnchanged(script: Script, result: ScriptResult): void {
  const now = result.text.replace(/\n$/, "").split("\n");
  const at = script.lines.findIndex((line, i) => line !== now[i]);
  if (at < 0 && now.length === script.lines.length) return;
  const line = at < 0 ? script.lines.length : at;
  throw new UsageError(
    `${script.file}:${line + 1}: output must be "${script.lines[line] ?? "nothing more"}", got "${now[line] ?? "nothing more"}"`,
  );
}
