/**
 * The command line of Protolab: what commands there are, what they take, and what an error looks like.
 *
 * Every command lives in a file of its own and is loaded only when it is called: `--help` must not wait for the
 * models, the charts or a browser. Exit codes: 0 fine; 1 a value, a file or a run that is not what it must be; 2 a
 * name, an option or a call that does not exist; 130 and 143 after Ctrl-C and SIGTERM.
 */
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { DataError, DomainError, LimitError, UsageError, unknownName } from "../lib/core/errors.ts";
import type { CheckFlags } from "./commands/check.ts";
import { jsonHelp } from "./commands/json-shapes.ts";
import type { PolicyFlags } from "./commands/policies.ts";
import { settingsHelp } from "./commands/simulate-settings.ts";
import type { SweepFlags } from "./commands/sweep.ts";
import { interruptionCode, processTerminal, type Terminal } from "./commands/terminal.ts";

/** Runs a command for its exit code. */
type Action = (terminal: Terminal) => Promise<number>;
type Choose = (action: Action) => void;
type Add = (name: string, summary: string, example: string) => Command;

/** Runs the command line of this process and sets its exit code. */
export async function main(): Promise<void> {
  const terminal = processTerminal();
  process.exitCode = await runCli(process.argv.slice(2), terminal);
  // What still runs after an interruption has had its chance to stop.
  if (terminal.signal.aborted) setTimeout(() => process.exit(), 1000).unref();
}

/**
 * Runs one command line.
 *
 * @param argv the words after `protolab`
 * @returns the exit code; nothing is thrown
 */
export async function runCli(argv: readonly string[], terminal: Terminal): Promise<number> {
  let chosen: Action | undefined;
  const program = buildProgram(terminal, (action) => {
    chosen = action;
  });
  try {
    if (argv.length === 0) {
      terminal.err(program.helpInformation());
      return 2;
    }
    program.parse([...argv], { from: "user" });
    const code = (await chosen?.(terminal)) ?? 0;
    return terminal.signal.aborted ? interruptionCode(terminal.signal) : code;
  } catch (error) {
    return report(error, terminal);
  }
}

/** Prints what went wrong in one line and gives the exit code. */
function report(error: unknown, terminal: Terminal): number {
  if (terminal.signal.aborted) {
    // What was finished could not be written: that is told, all else is the end that was asked for.
    if (error instanceof DataError) terminal.err(`protolab: ${error.message}\n`);
    return interruptionCode(terminal.signal);
  }
  // Help and version have been printed; help of a group without its command is a call that does not exist.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const { message, code } = describeError(error);
  terminal.err(`protolab: ${message.trim().replace(/\s*\n\s*/g, "; ")}\n`);
  if (terminal.debug && error instanceof Error) terminal.err(`${error.stack ?? ""}\n`);
  return code;
}

/** What an error says to a user, and the exit code that goes with it. */
export function describeError(error: unknown): { readonly message: string; readonly code: number } {
  if (!(error instanceof Error)) return { message: `unexpected error ${String(error)}`, code: 1 };
  if (error instanceof UsageError) return { message: error.message, code: 2 };
  const { message, name } = error;
  if ([DomainError, DataError, LimitError].some((kind) => error instanceof kind)) return { message, code: 1 };
  const { code, path } = error as NodeJS.ErrnoException;
  if (typeof code === "string" && typeof path === "string")
    return { message: `${path}: cannot be used (${message})`, code: 1 };
  return { message: `${name}: ${message} (PROTOLAB_DEBUG=1 shows where)`, code: 1 };
}

// Commander ends every added text with a newline of its own.
const EXIT_CODES =
  "Exit codes: 0 fine; 1 a value, a file or a run that is not what it must be; 2 a name, an\noption or a call that does not exist; 130 and 143 after Ctrl-C and SIGTERM.";

/** The tree of commands. Parsing a command line calls `choose` with what to run. */
function buildProgram(terminal: Terminal, choose: Choose): Command {
  const program = new Command("protolab")
    .description("How fast is this distributed protocol, and how good is the formula for it?")
    .version(version(), "--version", "print the version")
    .helpOption("--help", "print this help")
    .helpCommand(false)
    .addHelpText(
      "after",
      `\n${EXIT_CODES}\n\nExample:\n  npx protolab simulate raft --set nodes=5 --set rtt="10 ms"`,
    );
  const add: Add = (name, summary, example) =>
    program
      .command(name)
      .description(summary)
      .helpOption("--help", "print this help")
      .addHelpText("after", `${jsonHelp(name.split(" ")[0])}\nExample:\n  npx protolab ${example}`);
  addCatalogue(add, choose);
  addSimulation(add, choose);
  addNotebooks(add, choose);
  addChecks(add, choose);
  for (const command of [program, ...program.commands, ...program.commands.flatMap((c) => [...c.commands])]) {
    command.exitOverride((error) => {
      throw inOurWords(command, error);
    });
    command.configureOutput({ writeOut: terminal.out, writeErr: terminal.err, outputError: () => {} });
  }
  return program;
}

function version(): string {
  const file = new URL("../package.json", import.meta.url);
  return String((JSON.parse(readFileSync(file, "utf8")) as { version: unknown }).version);
}

/** Commander's complaints in the grammar of the house. */
function inOurWords(command: Command, error: CommanderError): Error {
  const where = command.parent === null ? "command line" : command.name();
  const quoted = /'([^']*)'/.exec(error.message)?.[1] ?? "";
  switch (error.code) {
    case "commander.unknownCommand":
      return unknownName(
        where,
        "command",
        quoted,
        command.commands.map((c) => c.name()),
      );
    case "commander.unknownOption":
      return unknownName(where, "option", quoted, [
        ...command.options.map((o) => o.long ?? o.flags),
        "--help",
      ]);
    case "commander.missingArgument":
      return new UsageError(`${where}: ${quoted} is missing (see: npx protolab ${where} --help)`);
    case "commander.optionMissingArgument":
      return new UsageError(`${where}: ${quoted} needs a value`);
    case "commander.excessArguments":
      return new UsageError(`${where}: ${error.message.replace(/^error: /, "").replace(/\.$/, "")}`);
    default:
      return error;
  }
}

const collect = (text: string, before: readonly string[]): string[] => [...before, text];
const JSON_OPTION = ["--json", "print JSON with the field names below, for programs"] as const;
const QUIET_OPTION = ["--quiet", "no progress"] as const;
const WORKERS_OPTION = ["--workers <count>", "threads that simulate (default: as many as pay)"] as const;

function addCatalogue(add: Add, choose: Choose): void {
  add("models [name]", "list the closed-form models, or show one with its equations", "models mm1")
    .option(...JSON_OPTION)
    .action((name: string | undefined, options: { readonly json?: boolean }) =>
      choose(async (t) => (await import("./commands/models.ts")).models(t, name, options)),
    );
  add("protocols [name]", "list the protocols, or show one with its parameters", "protocols raft")
    .option(...JSON_OPTION)
    .action((name: string | undefined, options: { readonly json?: boolean }) =>
      choose(async (t) => (await import("./commands/protocols.ts")).protocols(t, name, options)),
    );
  const model = 'model mm1 --set arrivalRate="800 1/s" --set serviceTime="1 ms"';
  add("model <name> [settings...]", "evaluate a closed-form model", model)
    .option("--set <key=value>", "an input; may be repeated; values take units", collect, [])
    .option("--grid <key=from:to:count[log]>", "evaluate over a range; may be repeated", collect, [])
    .option(...JSON_OPTION)
    .action((name: string, more: readonly string[], options: ModelFlags) =>
      choose(async (t) =>
        (await import("./commands/model.ts")).model(t, name, { ...options, set: [...options.set, ...more] }),
      ),
    );
}

interface ModelFlags {
  readonly set: readonly string[];
  readonly grid: readonly string[];
  readonly json?: boolean;
}

/** Options of commands that simulate, as commander gives them. */
export interface RunFlags {
  readonly workers?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

function addSimulation(add: Add, choose: Choose): void {
  const simulate = 'simulate raft --set nodes=5 --set rtt="10 ms" --set fsync="1 ms" --set rate="2000 1/s"';
  add(
    "simulate <protocol> [settings...]",
    "simulate a protocol on stated machines under a stated load",
    simulate,
  )
    .option("--set <key=value>", "a setting; may be repeated; values take units", collect, [])
    .option(
      "--fault <what>",
      'what goes wrong; may be repeated: "crash node=leader at=5s lasts=2s"',
      collect,
      [],
    )
    .option(...WORKERS_OPTION)
    .option(...QUIET_OPTION)
    .option(...JSON_OPTION)
    .addHelpText("after", () => settingsHelp())
    .action(
      (
        name: string,
        more: readonly string[],
        options: RunFlags & { readonly set: readonly string[]; readonly fault: readonly string[] },
      ) =>
        choose(async (t) =>
          (await import("./commands/simulate.ts")).simulate(t, name, {
            ...options,
            set: [...options.set, ...more],
          }),
        ),
    );
  const sweep = "sweep my-study.ts --seed 7 --out report/my-study";
  add("sweep <file>", "run the study that a TypeScript file exports", sweep)
    .option("--seed <number>", "whole number from 0 to 2^53 - 1 (default: chosen and printed)")
    .option("--precision <share>", "half-width of every interval relative to its mean (default: 0.05)")
    .option("--out <folder>", "write tables, charts and provenance there")
    .option("--journal <file>", "write down each replication at once, and go on from there after a kill")
    .option(...WORKERS_OPTION)
    .option(...QUIET_OPTION)
    .option(...JSON_OPTION)
    .action((file: string, options: RunFlags & Omit<SweepFlags, keyof RunFlags>) =>
      choose(async (t) => (await import("./commands/sweep.ts")).sweep(t, file, options)),
    );
}

function addNotebooks(add: Add, choose: Choose): void {
  const notebook = "notebook notebooks/start-here.ipynb -p nodes=7 --report report/start-here";
  add("notebook <files...>", "run notebooks from top to bottom, without Python", notebook)
    .option("-p, --parameter <key=value>", "a parameter of the notebook; may be repeated", collect, [])
    .option(
      "--out <file>",
      "write the executed notebook there; where a cell fails, beside it as NAME.failed.ipynb (one notebook only)",
    )
    .option("--in-place", "write the outputs into the notebook itself, where all of it ran")
    .option(
      "--report <folder>",
      "write a self-contained HTML report there; where a cell fails, as NAME.failed.html",
    )
    .option("--timeout <time>", "time that a cell may take", "10 min")
    .option(...QUIET_OPTION)
    .option(...JSON_OPTION)
    .action((files: readonly string[], options: NotebookFlags) =>
      choose(async (t) => (await import("./commands/notebook.ts")).notebook(t, files, options)),
    );
  add(
    "export <path>",
    "write a stored result again, as charts and tables",
    "export report/my-study --formats svg,pdf",
  )
    .option("--formats <list>", "of svg, png, pdf, html, csv, parquet", "svg,png,pdf,html,csv,parquet")
    .option("--out <folder>", "where to (default: beside the result)")
    .option(...JSON_OPTION)
    .action((path: string, options: { formats: string; out?: string; json?: boolean }) =>
      choose(async (t) => (await import("./commands/export.ts")).exportResult(t, path, options)),
    );
  addKernel(add, choose);
}

interface NotebookFlags {
  readonly parameter: readonly string[];
  readonly timeout: string;
  readonly out?: string;
  readonly inPlace?: boolean;
  readonly report?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

function addKernel(add: Add, choose: Choose): void {
  const kernel = add("kernel", "the TypeScript kernel for Jupyter and VS Code", "kernel install").helpCommand(
    false,
  );
  const part = (name: "install" | "uninstall" | "spec", summary: string): void => {
    kernel
      .command(name)
      .description(summary)
      .helpOption("--help", "print this help")
      .addHelpText("after", `\nExample:\n  npx protolab kernel ${name}`)
      .option("--folder <folder>", "the kernel's folder, instead of the one of this user")
      .action((options: { readonly folder?: string }) =>
        choose(async (t) => (await import("./commands/kernel.ts")).kernel(t, name, options)),
      );
  };
  part("install", "make the kernel known to Jupyter and VS Code");
  part("uninstall", "remove it again");
  part("spec", "print the kernelspec that install writes");
}

function addCampaigns(add: Add, choose: Choose): void {
  add(
    "check [protocols...]",
    "try protocols, or known bugs of theirs, under untimed walks and timed fault schedules",
    "check raft --walks 200000 --schedules 2000",
  )
    .option("--walks <count>", "untimed walks of 200 actions", "20000")
    .option("--schedules <count>", "timed fault schedules of 10 virtual seconds", "500")
    .option("--from <seed>", "first seed: a long campaign in parts counts the same", "0")
    .option("--nodes <count>", "nodes of the group", "3")
    .option("--set <key=value>", "a setting of the protocol; may be repeated", collect, [])
    .option("--mutants", "hunt the known bugs instead of the correct protocol")
    .option("--mutant <id>", "hunt one known bug")
    .option("--seed <number>", "walk this seed again, and print the shortest script that goes wrong alike")
    .option("--diagram <file>", "with --seed: draw that script as a space-time diagram, .svg or .html")
    .option("--out <file>", "write the table of mutants as CSV there")
    .option("--against <file>", "fail where a mutant is caught half as often as that table says")
    .option(...WORKERS_OPTION)
    .option(...QUIET_OPTION)
    .option(...JSON_OPTION)
    .addHelpText(
      "after",
      "\nExit code 1: a correct protocol went wrong, or a mutant is caught half as often as it was.",
    )
    .action((protocols: readonly string[], options: CheckFlags) =>
      choose(async (t) => (await import("./commands/check.ts")).check(t, protocols, options)),
    );
}

interface BenchFlags {
  readonly runs?: string;
  readonly quick?: boolean;
  readonly out?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

function addChecks(add: Add, choose: Choose): void {
  addCampaigns(add, choose);
  add(
    "reproduce [tables...]",
    "hold models and simulator against published numbers",
    "reproduce queue_erlang_c --json",
  )
    .option("--list", "list the tables and what is tried of each")
    .option("--effort <factor>", "times as many operations, for verdicts still undecided", "1")
    .option(...WORKERS_OPTION)
    .option(...QUIET_OPTION)
    .option(...JSON_OPTION)
    .action((tables: readonly string[], options: RunFlags & { list?: boolean; effort: string }) =>
      choose(async (t) => (await import("./commands/reproduce.ts")).reproduce(t, tables, options)),
    );
  add(
    "policies [policies...]",
    "hold every balancing policy against its formula, and policies against one another",
    "policies random d-choices --servers 10 --loads 0.5,0.9",
  )
    .option("--servers <list>", "group sizes of the grid", "2,10,100")
    .option("--loads <list>", "loads of the grid", "0.5,0.7,0.9,0.95")
    .option("--effort <factor>", "times as many operations", "1")
    .option("--messages", "on the engine, message by message, instead of queues alone: ten times as long")
    .option("--out <file>", "write the table as CSV there")
    .option(...WORKERS_OPTION)
    .option(...QUIET_OPTION)
    .option(...JSON_OPTION)
    .action((names: readonly string[], options: PolicyFlags) =>
      choose(async (t) => (await import("./commands/policies.ts")).policies(t, names, options)),
    );
  add(
    "bench [workloads...]",
    "measure the simulator against other engines on this machine",
    "bench W1 --json",
  )
    .option("--runs <count>", "measured rounds (default: 5)")
    .option("--quick", "shorter runs, fewer rounds")
    .option("--out <file>", "write the measurements as JSON there")
    .option(...QUIET_OPTION)
    .option(...JSON_OPTION)
    .action((workloads: readonly string[], options: BenchFlags) =>
      choose(async (t) => (await import("./commands/bench.ts")).bench(t, workloads, options)),
    );
}
