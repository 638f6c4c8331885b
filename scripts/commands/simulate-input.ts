/** From the settings of a command line to a system, its load and how to run it. */
import { randomInt } from "node:crypto";
import { DomainError, refuseUnknown, show, UsageError } from "../../lib/core/errors.ts";
import { readParameter } from "../../lib/core/parameters.ts";
import type { SystemSpec, WorkloadSpec } from "../../lib/core/system.ts";
import { buildSystem } from "../../lib/protocols/system.ts";
import type { AnyProtocol } from "../../lib/simulation/protocol.ts";
import { MOST_OPERATIONS, type WarmUp } from "../../lib/study/options.ts";
import { readFaults } from "./fault-text.ts";
import { SettingReader, type UsedSetting } from "./setting-reader.ts";
import { readSettings, type Settings, without } from "./settings.ts";
import { readLoad } from "./simulate-load.ts";
import { readCpu, readDisk, readNetwork } from "./simulate-machines.ts";
import { DECIDES_ONCE, profileOf, SHARED_KEYS } from "./simulate-settings.ts";
import { valueText } from "./text-table.ts";

/** How long and how often. */
interface Run {
  readonly seed: number;
  /** Whether the seed was chosen here. */
  readonly seedChosen: boolean;
  /** null: as many as the precision asks for. */
  readonly replications: number | null;
  readonly precision: number | null;
  /** null: as many as the network and the quantiles ask for. */
  readonly operations: number | null;
  readonly warmUp: WarmUp | null;
}

/** What to simulate. */
export interface SimulateInput extends Run {
  readonly protocol: AnyProtocol;
  readonly system: SystemSpec;
  readonly workload: WorkloadSpec;
  /** A run that ends with a decision and has no steady state. */
  readonly decidesOnce: boolean;
  /** Every setting that was read, those of the protocol first. */
  readonly used: readonly UsedSetting[];
}

/** An interval needs independent runs; the stopping rule looks at five first. */
const LEAST_REPLICATIONS = 5;

/**
 * Reads `--set key=value` texts for a protocol.
 *
 * @throws UsageError for unknown names, settings given twice or without effect; DomainError for values
 */
export function readSimulateInput(
  protocol: AnyProtocol,
  texts: readonly string[],
  faults: readonly string[] = [],
): SimulateInput {
  const where = "simulate";
  const settings = readSettings(where, "--set", texts);
  if (settings.reads !== undefined && /^[\d.+-]/.test(settings.reads))
    throw new UsageError(
      `${where}: reads names how a protocol reads; the share of reads is readShare, got reads=${settings.reads}`,
    );
  const known = [...Object.keys(protocol.parameters), ...SHARED_KEYS];
  refuseUnknown(`${where} ${protocol.name}`, "setting", Object.keys(settings), known);
  const reader = new SettingReader(where, profileOf(protocol.name, settings), settings);
  const network = readNetwork(reader);
  const machines = { network, cpu: readCpu(reader), disk: readDisk(reader) };
  const leaderIn = reader.text("leaderIn");
  const own = without(settings, SHARED_KEYS);
  const system = buildSystem(
    protocol,
    { ...machines, faults: readFaults(faults), ...(leaderIn === undefined ? {} : { leaderIn }), ...own },
    true,
  );
  const workload = readLoad(reader, system);
  const decidesOnce = DECIDES_ONCE.includes(protocol.name);
  const run = readRun(reader, decidesOnce ? network.placement.length : null);
  const place = ({ key }: UsedSetting): number => (SHARED_KEYS as readonly string[]).indexOf(key);
  const used = [...ownSettings(protocol, system, own), ...reader.used].sort((a, b) => place(a) - place(b));
  return { protocol, system, workload, ...run, decidesOnce, used };
}

/** A protocol's own settings; what is derived from the system as it came out: the majority of 4 nodes is 3. */
function ownSettings(protocol: AnyProtocol, system: SystemSpec, given: Settings): UsedSetting[] {
  return Object.entries(protocol.parameters).map(([key, p]) => {
    const set = Object.hasOwn(given, key);
    const dimension = p.kind === "boolean" || p.kind === "choice" ? undefined : p.dimension;
    return { key, text: set ? given[key] : valueText(system.settings[key], dimension), default: !set };
  });
}

/** @param decision operations of one decision; null where there is a steady state */
function readRun(reader: SettingReader, decision: number | null): Run {
  const { where } = reader;
  const seed = readSeed(where, reader.text("seed"));
  const count = { dimension: "one", integer: true, min: LEAST_REPLICATIONS } as const;
  const replications = reader.number("replications", count) ?? null;
  if (replications !== null) reader.refuse(["precision"], "beside replications");
  const share = { dimension: "one", above: 0, below: 1 } as const;
  const precision = replications === null ? (reader.number("precision", share) ?? null) : null;
  const least = decision === null ? 10 : 1;
  const length = { dimension: "one", integer: true, min: least, max: MOST_OPERATIONS } as const;
  return {
    seed: seed ?? randomInt(2 ** 47),
    seedChosen: seed === null,
    replications,
    precision,
    operations: reader.number("operations", length, decision === null ? undefined : String(decision)) ?? null,
    warmUp: readWarmUp(where, reader.text("warmUp")),
  };
}

/** The seed of a command line; null when there is none. */
export function readSeed(where: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  // The text is shown as it was written: as a number, 2^53 + 1 would read 2^53.
  const seed = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(seed)) return seed;
  throw new DomainError(
    `${where}: seed must be an integer >= 0 and <= ${Number.MAX_SAFE_INTEGER}, got ${text}`,
  );
}

function readWarmUp(where: string, text: string | undefined): WarmUp | null {
  if (text === undefined) return null;
  if (text === "mser-5") return { rule: "mser-5" };
  if (!/^[\d.+-]/.test(text))
    throw new DomainError(`${where}: warmUp must be a number of operations or mser-5, got ${show(text)}`);
  const rule = { dimension: "one", integer: true, min: 0, meaning: "warm-up" } as const;
  return { rule: "fixed", operations: readParameter(where, "warmUp", text, rule, true) as number };
}
