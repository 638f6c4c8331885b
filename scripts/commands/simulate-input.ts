/** From the settings of a command line to a system, its load and how to run it. */
import { randomInt } from "node:crypto";
import { toDistribution } from "../../lib/core/distributions.ts";
import { DomainError, refuseUnknown, show, UsageError, unknownName } from "../../lib/core/errors.ts";
import { cpu, disk } from "../../lib/core/machines.ts";
import type { PortOptions } from "../../lib/core/networks.ts";
import { type NumberParameter, readParameter } from "../../lib/core/parameters.ts";
import type { CpuSpec, DiskSpec, NetworkSpec, SystemSpec, WorkloadSpec } from "../../lib/core/system.ts";
import { type Dimension, parseQuantity } from "../../lib/core/units.ts";
import { type WorkloadOptions, workload } from "../../lib/core/workloads.ts";
import { buildSystem } from "../../lib/protocols/system.ts";
import type { AnyProtocol } from "../../lib/simulation/protocol.ts";
import type { WarmUp } from "../../lib/study/options.ts";
import { network } from "../../lib/study/rtt-matrix.ts";
import { readSettings, type Settings, without } from "./settings.ts";
import { DECIDES_ONCE, defaultOf, SHARED_KEYS, type SharedKey } from "./simulate-settings.ts";

/** One setting as it was used. */
export interface UsedSetting {
  readonly key: string;
  readonly text: string;
  readonly default: boolean;
}

/** What to simulate. */
export interface SimulateInput {
  readonly protocol: AnyProtocol;
  readonly system: SystemSpec;
  readonly workload: WorkloadSpec;
  readonly seed: number;
  /** Whether the seed was chosen here. */
  readonly seedChosen: boolean;
  /** null: as many as the precision asks for. */
  readonly replications: number | null;
  readonly precision: number | null;
  /** null: as many as the network and the quantiles ask for. */
  readonly operations: number | null;
  readonly warmUp: WarmUp | null;
  /** A run that ends with a decision and has no steady state. */
  readonly decidesOnce: boolean;
  readonly used: readonly UsedSetting[];
}

/** What stands for "there is none". */
const NONE = "none";

/** Reads settings with the defaults of a protocol, and remembers which were used. */
class Reader {
  readonly used: UsedSetting[] = [];
  private readonly where: string;
  private readonly protocol: string;
  private readonly given: Settings;

  constructor(where: string, protocol: string, given: Settings) {
    this.where = where;
    this.protocol = protocol;
    this.given = given;
  }

  has(key: SharedKey): boolean {
    return Object.hasOwn(this.given, key);
  }

  /** The text of a setting, or undefined when there is neither it nor a default, or it is `none`. */
  text(key: SharedKey, fallback = defaultOf(this.protocol, key)): string | undefined {
    const given = this.has(key) ? this.given[key] : undefined;
    const text = given ?? fallback;
    if (text === undefined) return undefined;
    if (!this.used.some((setting) => setting.key === key))
      this.used.push({ key, text, default: given === undefined });
    return text === NONE ? undefined : text;
  }

  number(key: SharedKey, rule: Omit<NumberParameter, "meaning">): number | undefined {
    const text = this.text(key);
    if (text === undefined) return undefined;
    return readParameter(this.where, key, text, { ...rule, meaning: key }, true) as number;
  }

  quantity(
    key: SharedKey,
    dimension: Dimension,
    text: string | undefined = this.text(key),
  ): number | undefined {
    return text === undefined ? undefined : parseQuantity(`${this.where}: ${key}`, text, dimension);
  }

  /** Refuses settings that nothing would read. */
  refuse(keys: readonly SharedKey[], reason: string): void {
    const idle = keys.find((key) => this.has(key));
    if (idle !== undefined) throw new UsageError(`${this.where}: ${idle} has no effect ${reason}`);
  }
}

/**
 * Reads `--set key=value` texts for a protocol.
 *
 * @throws UsageError for unknown names, settings given twice or without effect; DomainError for values
 */
export function readSimulateInput(protocol: AnyProtocol, texts: readonly string[]): SimulateInput {
  const where = "simulate";
  const settings = readSettings(where, "--set", texts);
  const own = Object.keys(protocol.parameters);
  refuseUnknown(`${where} ${protocol.name}`, "setting", Object.keys(settings), [...own, ...SHARED_KEYS]);
  const reader = new Reader(where, protocol.name, settings);
  const net = readNetwork(where, reader);
  const machines = { network: net, cpu: readCpu(reader), disk: readDisk(where, reader) };
  const leaderIn = reader.text("leaderIn");
  const ownSettings = without(settings, SHARED_KEYS);
  const system = buildSystem(
    protocol,
    { ...machines, ...(leaderIn === undefined ? {} : { leaderIn }), ...ownSettings },
    true,
  );
  const load = readLoad(where, reader, system);
  const decidesOnce = DECIDES_ONCE.includes(protocol.name);
  const run = readRun(where, reader, net, decidesOnce);
  const listed = Object.entries(ownSettings).map(([key, text]) => ({ key, text, default: false }));
  const place = (setting: UsedSetting): number => (SHARED_KEYS as readonly string[]).indexOf(setting.key);
  const used = [...listed, ...reader.used].sort((a, b) => place(a) - place(b));
  return { protocol, system, workload: load, ...run, decidesOnce, used };
}

// ---- machines -----------------------------------------------------------------------------------------------------

function readNetwork(where: string, reader: Reader): NetworkSpec {
  const ports = readPorts(where, reader);
  if (reader.has("rttMatrix") && reader.has("rtts"))
    throw new UsageError(`${where}: rtts and rttMatrix must not be given together`);
  if (reader.has("rttMatrix")) {
    reader.refuse(["nodes", "rtt"], "beside rttMatrix: place says where nodes stand");
    return readMatrix(where, reader, ports);
  }
  reader.refuse(["place", "within", "window"], "without rttMatrix");
  const jitter = reader.number("jitter", { dimension: "one", min: 0 }) ?? 0;
  const rtts = reader.text("rtts");
  if (rtts !== undefined) {
    reader.refuse(["nodes", "rtt"], "beside rtts: there is a node for each round trip, and node 0");
    const legs = rtts.split(",").map((text) => parseQuantity(`${where}: rtts`, text.trim(), "time"));
    return network.star({ rtts: legs, jitter, ...ports });
  }
  const nodes = reader.number("nodes", { dimension: "one", integer: true, min: 1 }) ?? 1;
  const rtt = reader.text("rtt") ?? "0 s";
  if (jitter > 0 && toDistribution(`${where}: rtt`, rtt).variance > 0)
    throw new UsageError(`${where}: jitter has no effect where rtt is a distribution`);
  return network.lan({ nodes, rtt, jitter, ...ports });
}

function readMatrix(where: string, reader: Reader, ports: PortOptions): NetworkSpec {
  const path = reader.text("rttMatrix") ?? "";
  const place = reader.text("place");
  if (place === undefined)
    throw new UsageError(
      `${where}: place is missing (nodes at each place of the matrix, such as "Frankfurt=2,Tokyo=1")`,
    );
  const [within, window] = [reader.text("within"), reader.text("window")];
  return network.fromRttMatrix(path, {
    place: readPlace(where, place),
    jitter: reader.number("jitter", { dimension: "one", min: 0 }) ?? 0,
    ...(within === undefined ? {} : { within }),
    ...(window === undefined ? {} : { window }),
    ...ports,
  });
}

function readPlace(where: string, text: string): Record<string, number> {
  const counts = readSettings(
    `${where}: place`,
    "each part",
    text.split(",").map((part) => part.trim()),
  );
  const entries = Object.entries(counts).map(([name, count]) => {
    const rule = { dimension: "one", integer: true, min: 0, meaning: "nodes" } as const;
    return [name, readParameter(where, `place ${name}`, count, rule, true) as number] as const;
  });
  return Object.fromEntries(entries);
}

function readPorts(where: string, reader: Reader): PortOptions {
  const both = reader.has("egress") && reader.has("ingress");
  if (both) reader.refuse(["bandwidth"], "beside egress and ingress");
  const shared = both ? undefined : reader.text("bandwidth");
  const port = (key: "egress" | "ingress"): string | undefined =>
    reader.has(key) ? reader.text(key) : shared;
  const [egress, ingress] = [port("egress"), port("ingress")];
  const order = reader.text("order") ?? "stream";
  if (order !== "stream" && order !== "datagram")
    throw unknownName(where, "order", order, ["stream", "datagram"]);
  return {
    ...(egress === undefined ? {} : { egress }),
    ...(ingress === undefined ? {} : { ingress }),
    order,
  };
}

function readCpu(reader: Reader): CpuSpec {
  return cpu({
    receive: reader.text("cpuReceive") ?? 0,
    send: reader.text("cpuSend") ?? 0,
    perByte: reader.text("cpuPerByte") ?? 0,
    cores: reader.number("cores", { dimension: "one" }) ?? 1,
  });
}

/** `p50 1 ms, p99 6 ms`, with or without equals signs and comma. */
const PERCENTILES = /^p50\s*=?\s*([^,]+?)[\s,]+p99\s*=?\s*(.+)$/;

function readDisk(where: string, reader: Reader): DiskSpec | null {
  const fsync = reader.text("fsync");
  if (fsync === undefined) {
    reader.refuse(["diskBandwidth"], "without fsync: there is no disk");
    return null;
  }
  const bandwidth = reader.text("diskBandwidth");
  const options = bandwidth === undefined ? {} : { bandwidth };
  const percentiles = PERCENTILES.exec(fsync);
  if (percentiles !== null) return disk.fsync({ p50: percentiles[1], p99: percentiles[2] }, options);
  if (fsync.startsWith("p50"))
    throw new UsageError(
      `${where}: fsync must be a time, a distribution or "p50 1 ms, p99 6 ms", got ${show(fsync)}`,
    );
  return disk.fsync(fsync, options);
}

// ---- load ---------------------------------------------------------------------------------------------------------

function readLoad(where: string, reader: Reader, system: SystemSpec): WorkloadSpec {
  const clients = readClients(reader, system);
  const arrivals = reader.text("arrivals") ?? "poisson";
  const [process, users] = splitArrivals(where, arrivals, clients.length);
  if (process !== "closed") reader.refuse(["think"], `with arrivals=${process}`);
  else reader.refuse(["rate"], "with closed arrivals: users wait for their answers");
  if (process !== "on-off") reader.refuse(["on", "off"], `with arrivals=${process}`);
  const options = readContent(where, reader, system, clients);
  const rate = (): string => reader.text("rate") ?? "";
  switch (process) {
    case "closed": {
      const think = reader.text("think") ?? 0;
      return workload.closed(users, { ...options, think });
    }
    case "on-off":
      return workload.onOff(rate(), { on: reader.text("on") ?? "", off: reader.text("off") ?? "" }, options);
    case "deterministic":
      return workload.deterministic(rate(), options);
    default:
      return workload.poisson(rate(), options);
  }
}

const PROCESSES = ["poisson", "deterministic", "on-off", "closed"] as const;

function splitArrivals(
  where: string,
  text: string,
  places: number,
): readonly [(typeof PROCESSES)[number], number] {
  const [name, count, ...rest] = text.split(":");
  const process = PROCESSES.find((known) => known === name);
  if (process === undefined)
    throw unknownName(where, "arrivals", name, [...PROCESSES.slice(0, 3), "closed:N"]);
  if (count === undefined) return [process, places];
  if (process !== "closed" || rest.length > 0)
    throw new UsageError(
      `${where}: arrivals must be ${PROCESSES.slice(0, 3).join(", ")} or closed:N, got ${show(text)}`,
    );
  const rule = { dimension: "one", integer: true, min: 1, meaning: "users" } as const;
  return [process, readParameter(where, "arrivals closed:N", count, rule, true) as number];
}

function readClients(reader: Reader, system: SystemSpec): string[] {
  const text = reader.text("clients") ?? "leader";
  if (text === "every node") return system.network.placement.map((_, node) => `node ${node}`);
  return text.split(",").map((place) => place.trim());
}

function readContent(
  where: string,
  reader: Reader,
  system: SystemSpec,
  clients: readonly string[],
): WorkloadOptions {
  const { network: net, cpu: processor, disk: storage } = system;
  // A payload that nothing is charged for is refused as a parameter without effect: then the default is none.
  const charged =
    net.egress !== null ||
    net.ingress !== null ||
    processor.perByte > 0 ||
    (storage?.bandwidth ?? null) !== null;
  const payload = charged || reader.has("payload") ? reader.text("payload") : reader.text("payload", "0 B");
  const timeout = reader.text("timeout");
  return {
    payload: payload === undefined ? 0 : toDistribution(`${where}: payload`, payload, "size"),
    reads: reader.number("reads", { dimension: "one" }) ?? 0,
    keys: reader.number("keys", { dimension: "one" }) ?? 1,
    clients,
    ...(timeout === undefined ? {} : { timeout }),
  };
}

// ---- run ----------------------------------------------------------------------------------------------------------

type Run = Pick<
  SimulateInput,
  "seed" | "seedChosen" | "replications" | "precision" | "operations" | "warmUp"
>;

function readRun(where: string, reader: Reader, net: NetworkSpec, decidesOnce: boolean): Run {
  const seed = readSeed(where, reader.text("seed"));
  const replications =
    reader.number("replications", { dimension: "one", integer: true, min: LEAST_REPLICATIONS }) ?? null;
  if (replications !== null) reader.refuse(["precision"], "beside replications");
  const precision =
    replications === null
      ? (reader.number("precision", { dimension: "one", above: 0, below: 1 }) ?? null)
      : null;
  const fallback = decidesOnce ? String(net.placement.length) : undefined;
  const operations = reader.text("operations", fallback);
  const rule = { dimension: "one", integer: true, min: decidesOnce ? 1 : 10, meaning: "operations" } as const;
  return {
    seed: seed ?? randomInt(2 ** 47),
    seedChosen: seed === null,
    replications,
    precision,
    operations:
      operations === undefined
        ? null
        : (readParameter(where, "operations", operations, rule, true) as number),
    warmUp: readWarmUp(where, reader.text("warmUp")),
  };
}

/** An interval needs independent runs; the stopping rule looks at five first. */
const LEAST_REPLICATIONS = 5;

/** The seed of a command line; null when there is none. */
export function readSeed(where: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const rule = {
    dimension: "one",
    integer: true,
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    meaning: "seed",
  } as const;
  return readParameter(where, "seed", text, rule, true) as number;
}

function readWarmUp(where: string, text: string | undefined): WarmUp | null {
  if (text === undefined) return null;
  if (text === "mser-5") return { rule: "mser-5" };
  if (!/^[\d.+-]/.test(text))
    throw new DomainError(`${where}: warmUp must be a number of operations or mser-5, got ${show(text)}`);
  const rule = { dimension: "one", integer: true, min: 0, meaning: "warm-up" } as const;
  return { rule: "fixed", operations: readParameter(where, "warmUp", text, rule, true) as number };
}
