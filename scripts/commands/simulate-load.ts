/** The load of a simulation from its settings: when, what and from where clients ask. */
import { show, UsageError, unknownName } from "../../lib/core/errors.ts";
import { type PopularitySpec, popularity } from "../../lib/core/key-popularity.ts";
import { readParameter } from "../../lib/core/parameters.ts";
import type { SystemSpec, WorkloadSpec } from "../../lib/core/system.ts";
import { type WorkloadOptions, workload } from "../../lib/core/workloads.ts";
import type { SettingReader } from "./setting-reader.ts";

const PROCESSES = ["poisson", "deterministic", "on-off", "closed"] as const;
const RATE = { dimension: "rate", above: 0 } as const;
const PERIOD = { dimension: "time", above: 0 } as const;

/** Reads the load on a system. */
export function readLoad(reader: SettingReader, system: SystemSpec): WorkloadSpec {
  const clients = readClients(reader, system);
  const [process, users] = readArrivals(reader, clients.length);
  if (process !== "closed") reader.refuse(["think"], `with arrivals=${process}`);
  else reader.refuse(["rate"], "with closed arrivals: users wait for their answers");
  if (process !== "on-off") reader.refuse(["on", "off"], `with arrivals=${process}`);
  const options = readContent(reader, system, clients);
  if (process === "closed")
    return workload.closed(users, { ...options, think: reader.distribution("think", "time") ?? 0 });
  const rate = reader.number("rate", RATE) ?? 0;
  if (process === "deterministic") return workload.deterministic(rate, options);
  if (process === "poisson") return workload.poisson(rate, options);
  const [on, off] = [reader.number("on", PERIOD) ?? 0, reader.number("off", PERIOD) ?? 0];
  return workload.onOff(rate, { on, off }, options);
}

/** The process, and for a closed one its number of users: one at each place unless said. */
function readArrivals(reader: SettingReader, places: number): readonly [(typeof PROCESSES)[number], number] {
  const { where } = reader;
  const text = reader.text("arrivals") ?? "poisson";
  const [name, count, ...rest] = text.split(":");
  const process = PROCESSES.find((known) => known === name);
  if (process === undefined)
    throw unknownName(where, "arrivals", name, [...PROCESSES.slice(0, 3), "closed:N"]);
  if (count === undefined) return [process, places];
  if (process !== "closed" || rest.length > 0)
    throw new UsageError(
      `${where}: arrivals must be ${PROCESSES.slice(0, 3).join(", ")} or closed:N, got ${show(text)}`,
    );
  const rule = { dimension: "one", integer: true, min: 1, max: 1e6, meaning: "users" } as const;
  return [process, readParameter(where, "users of arrivals", count, rule, true) as number];
}

function readClients(reader: SettingReader, system: SystemSpec): string[] {
  const { sites, placement } = system.network;
  const nodes = placement.map((_, node) => `node ${node}`);
  const text = reader.text("clients") ?? "leader";
  if (text === "every node") return nodes;
  const places = text.split(",").map((place) => place.trim());
  for (const place of places) {
    if (place !== "leader" && !nodes.includes(place) && !sites.includes(place))
      throw unknownName(reader.where, "client place", place, ["leader", "every node", ...nodes, ...sites]);
  }
  return places;
}

function readContent(
  reader: SettingReader,
  { network: net, cpu, disk }: SystemSpec,
  clients: readonly string[],
): WorkloadOptions {
  // A payload that nothing is charged for is refused as a parameter without effect: then the default is none.
  const charged =
    net.egress !== null || net.ingress !== null || cpu.perByte > 0 || (disk?.bandwidth ?? null) !== null;
  const payload = reader.distribution(
    "payload",
    "size",
    charged || reader.has("payload") ? undefined : "0 B",
  );
  const timeout = reader.number("timeout", PERIOD);
  const retry = reader.number("retry", PERIOD);
  const keys = reader.number("keys", { dimension: "one", integer: true, min: 1, max: 1e6 }) ?? 1;
  return {
    payload: payload ?? 0,
    reads: reader.number("readShare", { dimension: "one", min: 0, max: 1 }) ?? 0,
    keys,
    popularity: readPopularity(reader, keys),
    clients,
    ...(timeout === undefined ? {} : { timeout }),
    ...(retry === undefined ? {} : { retry }),
  };
}

/** `zipf:0.99`, `hot:0.9:10`: a law and its numbers. */
function readPopularity(reader: SettingReader, keys: number): PopularitySpec {
  const { where } = reader;
  const text = reader.text("popularity") ?? "uniform";
  const [name, ...given] = text.split(":");
  const most = ({ uniform: 0, zipf: 1, hot: 2 } as const)[name as "uniform" | "zipf" | "hot"];
  if (most === undefined) throw unknownName(where, "popularity", name, ["uniform", "zipf", "hot"]);
  if (given.length > most || (name === "hot" && given.length === 0))
    throw new UsageError(
      `${where}: popularity must be uniform, zipf:EXPONENT or hot:SHARE:KEYS, got ${show(text)}`,
    );
  const rule = { dimension: "one", meaning: "" } as const;
  const [first, second] = given.map((part) => readParameter(where, "popularity", part, rule, true) as number);
  if (name === "zipf") return popularity.zipf(keys, first);
  if (name === "hot")
    return popularity.hot(keys, { share: first, ...(second === undefined ? {} : { hotKeys: second }) });
  return popularity.uniform(keys);
}
