/** What a sharded store can be told, and which settings have an effect beside which. */
import { DomainError } from "../../core/errors.ts";
import type { ValuesOf } from "../../core/parameters.ts";
import type { SystemFacts } from "../../simulation/protocol.ts";
import { headerBytesSetting } from "../consensus/settings.ts";
import { countSetting, timeSetting } from "../setting-shapes.ts";

export const shardedStoreParameters = {
  placement: {
    kind: "choice",
    choices: ["range", "modulo", "ring", "rendezvous", "jump"],
    default: "range",
    meaning: "where keys belong at first: equal ranges of keys, or slots of hashes placed by an algorithm",
  },
  servers: countSetting("servers; 0: every node that is no router", 0),
  routers: countSetting("nodes that only route, the first ones; node 0 is the monitor too", 1, 1),
  startServers: countSetting("servers that own keys at first, the first ones; 0: all", 0),
  keySpace: { ...countSetting("keys that the store holds", 8, 1), tex: "N" },
  slots: countSetting("slots of hashed placements: what moves as one", 64, 1),
  valueBytes: {
    dimension: "size",
    min: 0,
    default: 1024,
    meaning: "size of a stored value, for what a move costs",
  },
  serviceTime: {
    dimension: "time",
    min: 0,
    default: 1e-3,
    tex: "S",
    meaning: "mean time of a server's worker for one request; 0: none",
  },
  serviceScv: {
    dimension: "one",
    min: 0,
    max: 100,
    default: 1,
    tex: "c_s^2",
    meaning: "squared coefficient of variation of that time: 0 constant, 1 exponential, else lognormal",
  },
  scanTime: timeSetting("time of that worker for each further key of a scan", 0),
  chunkBytes: {
    dimension: "size",
    above: 0,
    default: 65536,
    meaning: "data copied in one message",
  },
  copyWindow: countSetting("chunks under way at a time from one server", 2, 1),
  copyRate: {
    dimension: "bandwidth",
    min: 0,
    default: 0,
    meaning: "bandwidth that the copy out of one server may take; 0: as much as it gets",
  },
  moves: countSetting("ranges that are being moved at a time", 4, 1),
  planInterval: timeSetting("time between two looks of the monitor at the loads; 0: never", 0),
  imbalance: {
    dimension: "one",
    above: 0,
    default: 0.2,
    meaning: "load of the hottest server above the mean that the monitor accepts",
  },
  askRetry: timeSetting("time after which a router asks again", 1),
  copyRetry: timeSetting(
    "time without an answer after which monitor and servers say again what a move needs",
    0.2,
  ),
  frontKeys: { ...countSetting("keys that a cache at the router holds; 0: no cache", 0), tex: "c" },
  frontCache: {
    kind: "choice",
    choices: ["lru", "perfect"],
    default: "lru",
    meaning:
      "what the cache keeps: the keys read last, or the first keys, the most popular of laws that do not shift",
  },
  frontTime: timeSetting("time of the router's worker for a read that its cache answers; 0: none", 0),
  headerBytes: headerBytesSetting,
} as const;

export type ShardedStoreTable = typeof shardedStoreParameters;
export type ShardedStoreSettings = ValuesOf<ShardedStoreTable>;

/** Fills in the number of servers. */
export function deriveShardedStore(
  given: ShardedStoreSettings,
  { nodes }: SystemFacts,
): ShardedStoreSettings {
  const servers = given.servers === 0 ? Math.max(0, nodes - given.routers) : given.servers;
  return { ...given, servers, startServers: given.startServers === 0 ? servers : given.startServers };
}

function demand(holds: boolean, rule: string, got: unknown): void {
  if (!holds) throw new DomainError(`sharded-store: ${rule}, got ${String(got)}`);
}

/** Refuses what cannot be, and settings that could not move the result. */
export function checkShardedStore(s: ShardedStoreSettings, nodes: number): void {
  demand(
    s.servers >= 1 && s.servers + s.routers === nodes,
    `routers ${s.routers} and servers ${s.servers} must be all nodes and a server at least`,
    `${nodes} nodes`,
  );
  demand(s.startServers <= s.servers, `startServers must be <= servers ${s.servers}`, s.startServers);
  const positions = s.placement === "range" ? s.keySpace : s.slots;
  const named = s.placement === "range" ? "keySpace" : "slots";
  // Not of those that serve at first alone: a resize may spread the positions over all.
  demand(positions >= s.servers, `${named} must be >= servers ${s.servers}`, positions);
  demand(s.askRetry > 0 && s.copyRetry > 0, "askRetry and copyRetry must be > 0 s", 0);
  demand(s.frontKeys <= s.keySpace, `frontKeys must be <= keySpace ${s.keySpace}`, s.frontKeys);
  demand(
    s.frontKeys === 0 || s.routers === 1,
    "routers must be 1 with frontKeys, one door for all",
    s.routers,
  );
  const needs: [keyof ShardedStoreSettings, boolean, string][] = [
    ["slots", s.placement !== "range", "a hashed placement"],
    ["serviceScv", s.serviceTime > 0, "a serviceTime"],
    ["scanTime", s.serviceTime > 0, "a serviceTime"],
    ["imbalance", s.planInterval > 0, "a planInterval"],
    ["frontCache", s.frontKeys > 0, "frontKeys"],
    ["frontTime", s.frontKeys > 0, "frontKeys"],
  ];
  for (const [name, works, need] of needs) {
    const parameter = shardedStoreParameters[name];
    demand(works || s[name] === parameter.default, `${name} must have ${need} to have an effect`, s[name]);
  }
}
