/**
 * Bad input: every kind of mistake with its exact message and exit code.
 *
 * A command line says `protolab: <message>` in one line, with 1 for a value, a file or a run that is not what it must
 * be and 2 for a name, an option or a call that does not exist. Calls from code throw the same errors.
 */
import assert from "node:assert/strict";
import { network, raft, study, workload } from "../lib/index.ts";
import { describeError, runCli } from "./cli.ts";
import { recordingTerminal } from "./commands/recording-terminal.ts";

/** Words of a command line, or a call; the exit code; the message. */
export type Case = readonly [readonly string[] | (() => unknown), 1 | 2, string];

/** Runs every case and compares code and message to the letter; nothing may be written to standard output. */
export async function refused(list: readonly Case[]): Promise<void> {
  for (const [input, code, message] of list) {
    if (typeof input === "function") {
      const thrown = await outcomeOf(input);
      assert.deepEqual(thrown, { code, message });
      continue;
    }
    const terminal = recordingTerminal();
    const given = await runCli(input, terminal);
    const shown = { code: given, err: terminal.written.err, out: terminal.written.out };
    assert.deepEqual(shown, { code, err: `protolab: ${message}\n`, out: "" }, input.join(" "));
  }
}

async function outcomeOf(call: () => unknown): Promise<object> {
  try {
    await call();
  } catch (error) {
    return describeError(error);
  }
  return { code: 0, message: "no error" };
}

export const set = (...settings: readonly string[]): string[] =>
  settings.flatMap((setting) => ["--set", setting]);
export const model = (name: string, ...settings: readonly string[]): string[] => [
  "model",
  name,
  ...set(...settings),
];
export const simulate = (name: string, ...settings: readonly string[]): string[] => [
  "simulate",
  name,
  ...set("seed=1", ...settings),
];
export const seedRule = "seed must be an integer >= 0 and <= 9007199254740991";
export const group = raft({ network: network.lan({ nodes: 3, rtt: "1 ms" }) });
export const load = study({ system: group, workload: (p) => workload.poisson(p.rate) });
