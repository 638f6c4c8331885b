/**
 * What a system may have that a model may leave out: the closed list behind "not represented" in a comparison.
 */
import { distributionFrom } from "./distributions.ts";
import { refuseUnknown } from "./errors.ts";
import type { SystemSpec, WorkloadSpec } from "./system.ts";

const hasJitter = (s: SystemSpec): boolean =>
  s.network.oneWay.some((row) => row.some((link) => distributionFrom(link).variance > 0));

/** Whether clients stand anywhere but beside the node that they turn to: the leader, or any where there is none. */
function hasDistantClients({ settings }: SystemSpec, { clients }: WorkloadSpec): boolean {
  const { initialLeader } = settings;
  return clients.some(({ at }) => {
    const node = /^node (\d+)$/.exec(at);
    return node === null ? at !== "leader" : initialLeader !== undefined && Number(node[1]) !== initialLeader;
  });
}

/** The longest mean one-way delay. */
const longestDelay = ({ oneWay }: SystemSpec["network"]): number =>
  Math.max(...oneWay.flat().map((link) => distributionFrom(link).mean));

/** Share of operations above which it matters that they meet others of their key on the way. */
const MEET_OFTEN = 0.005;

/** Of protocols that order only what interferes: whether operations often meet one of their key that is under way. */
function meetOften(
  { protocol, network }: SystemSpec,
  { arrivals, keys, popularity, reads }: WorkloadSpec,
): boolean {
  if (protocol !== "epaxos") return false;
  if (popularity !== undefined || arrivals.process === "closed") return true;
  // Of two commands one must write; a command is under way to the others for a one-way delay, before this one or after.
  const interfering = (arrivals.rate * (1 - reads * reads)) / keys;
  return interfering * 2 * longestDelay(network) > MEET_OFTEN;
}

/** Of protocols whose nodes take slots of one log: whether several propose while others' proposals are under way. */
function proposeAtOnce({ protocol, network }: SystemSpec, { arrivals, clients }: WorkloadSpec): boolean {
  if (protocol !== "fast-paxos" && protocol !== "mencius") return false;
  if (new Set(clients.filter(({ share }) => share > 0).map(({ at }) => at)).size < 2) return false;
  if (arrivals.process === "closed") return true;
  return arrivals.rate * 2 * longestDelay(network) > MEET_OFTEN;
}

/** Every feature with how to see whether a system or its load uses it. */
const SEEN = {
  "client distance": hasDistantClients,
  "payload size": (_s, w) => distributionFrom(w.payload).mean > 0,
  "payload spread": (_s, w) => distributionFrom(w.payload).variance > 0,
  reads: (_s, w) => w.reads > 0,
  "uneven keys": (_s, w) => w.popularity !== undefined,
  "interfering commands": meetOften,
  "concurrent proposers": proposeAtOnce,
  "non-Poisson arrivals": (_s, w) => w.arrivals.process !== "poisson",
  "overload in bursts": (_s, w) => w.arrivals.process === "on-off",
  "client timeout": (_s, w) => w.timeout !== null,
  "egress bandwidth": (s) => s.network.egress !== null,
  "ingress bandwidth": (s) => s.network.ingress !== null,
  jitter: hasJitter,
  "unequal links": (s) => new Set(s.network.placement).size > 1,
  "in-order links": (s) => s.network.order === "stream",
  // What a link of that kind held back behind one request comes to the leader together with it.
  "bunched requests": (s, w) => s.network.order === "stream" && hasJitter(s) && hasDistantClients(s, w),
  // A follower refuses what overtakes (Raft: Ongaro 2014, §3.5; Zab's links are TCP's), and it is sent again.
  "overtaken appends": (s) =>
    (s.protocol === "raft" || s.protocol === "zab") && s.network.order === "datagram" && hasJitter(s),
  cpu: (s) =>
    distributionFrom(s.cpu.receive).mean > 0 || distributionFrom(s.cpu.send).mean > 0 || s.cpu.perByte > 0,
  cores: (s) => s.cpu.cores > 1,
  disk: (s) => s.disk !== null,
  "disk bandwidth": (s) => s.disk !== null && s.disk.bandwidth !== null,
  headers: (s) => Number(s.settings.headerBytes ?? 0) > 0,
  batching: (s) => Number(s.settings.batchMax ?? 1) > 1,
  "batch delay": (s) => Number(s.settings.batchDelay ?? 0) > 0,
  "limited pipeline": (s) => Number(s.settings.pipeline ?? 0) > 0,
  heartbeats: (s) => Number(s.settings.heartbeatInterval ?? 0) > 0,
} as const satisfies Record<string, (system: SystemSpec, workload: WorkloadSpec) => boolean>;

export type Feature = keyof typeof SEEN;

/** The closed list, in the order of the path of an operation. */
export const FEATURES: readonly Feature[] = Object.keys(SEEN) as Feature[];

/**
 * The list that a simple model ignores: everything but what it does represent.
 * @example allFeaturesBut("cpu").includes("disk"); // => true
 */
export function allFeaturesBut(...represented: readonly Feature[]): Feature[] {
  return FEATURES.filter((feature) => !represented.includes(feature));
}

/**
 * The features of a system and load that a model says it does not represent.
 *
 * @returns words of `FEATURES`; empty when the model represents all that is used
 */
export function unrepresented(
  model: { readonly id: string; readonly ignores?: readonly Feature[] },
  system: SystemSpec,
  workload: WorkloadSpec,
): Feature[] {
  const ignores = model.ignores ?? [];
  refuseUnknown(model.id, "feature", ignores, FEATURES);
  return ignores.filter((feature) => SEEN[feature](system, workload));
}
