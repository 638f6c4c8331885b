/** Scenario files with the protocols, mutants and settings they name. */
import { DataError } from "../core/errors.ts";
import { networks } from "../core/networks.ts";
import type { AnyProtocol } from "../simulation/protocol.ts";
import { parseScript, runScript, type Script, type ScriptResult } from "../simulation/script.ts";
import type { HistoryJudge } from "../simulation/walk.ts";
import { protocolNamed } from "./index.ts";
import { mutantNamed } from "./mutants.ts";
import { buildSystem } from "./system.ts";

type Settings = ReturnType<typeof buildSystem>["settings"];

/**
 * Reads and runs a scenario. With a mutant named, its settings hold unless the scenario sets them otherwise.
 *
 * @throws DataError on a text that cannot be read and UsageError on names that are not known, both with file and line
 */
export function runScenario(
  text: string,
  file: string,
  judgeOf: (protocol: AnyProtocol, settings: Settings) => HistoryJudge | null,
): { readonly script: Script; readonly result: ScriptResult } {
  const script = parseScript(text, file);
  const protocol = protocolNamed(script.protocol);
  const mutant = script.mutant === null ? null : mutantNamed(script.protocol, script.mutant);
  const network = networks.lan({ nodes: script.nodes, rtt: 0.01 });
  const given = { ...mutant?.settings, ...script.settings };
  let settings: Settings;
  try {
    settings = buildSystem(protocol, { network, ...given }, true).settings;
  } catch (error) {
    throw new DataError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const judge = judgeOf(protocol, settings);
  const system = { protocol, mutant: mutant?.protocol ?? null, settings, judge };
  return { script, result: runScript(script, system) };
}
