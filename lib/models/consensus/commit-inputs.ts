/** How the leader models read their inputs out of the shared description of system and load. */
import { type Distribution, distributionFrom } from "../../core/distributions.ts";
import { DomainError, unknownName } from "../../core/errors.ts";
import { type ArrivalSpec, majority, type SystemSpec, type WorkloadSpec } from "../../core/system.ts";
import type { Links } from "./quorum-round.ts";

/** Protocols whose steady state is one leader with followers. */
export const LEADER_PROTOCOLS: readonly string[] = ["flexible-paxos", "multi-paxos", "raft"];

/** A leader, its links in the order of sending, and where its clients stand. */
export interface LeaderView {
  readonly nodes: number;
  readonly leader: number;
  readonly quorum: number;
  readonly links: Links;
  readonly remoteShare: number;
  /** Mean propagation between client and leader, both ways, over all operations. */
  readonly clientRoundTrip: number;
}

/** One-way delay between two sites. */
export function delayBetween(system: SystemSpec, from: number, to: number): Distribution {
  return distributionFrom(system.network.oneWay[from][to]);
}

/** Reads the leader's surroundings. @throws DomainError when the protocol has no stable leader */
export function leaderView(where: string, system: SystemSpec, workload: WorkloadSpec): LeaderView {
  if (!LEADER_PROTOCOLS.includes(system.protocol)) {
    throw new DomainError(
      `${where}: protocol must be one of ${LEADER_PROTOCOLS.join(", ")}, got ${JSON.stringify(system.protocol)}`,
    );
  }
  const { placement } = system.network;
  const leader = Number(system.settings.initialLeader ?? 0);
  const quorum = Number(system.settings.quorum ?? 0);
  const site = placement[leader];
  const members = votersOf(where, system, leader);
  const links = placement
    .slice(0, members)
    .flatMap((other, node) =>
      node === leader
        ? []
        : [{ out: delayBetween(system, site, other), back: delayBetween(system, other, site) }],
    );
  let remoteShare = 0;
  let clientRoundTrip = 0;
  for (const { at, share } of workload.clients) {
    const from = clientSite(where, system, at, leader);
    if (from === null) continue;
    remoteShare += share;
    clientRoundTrip +=
      share * (delayBetween(system, from, site).mean + delayBetween(system, site, from).mean);
  }
  return {
    nodes: members,
    leader,
    quorum: quorum > 0 ? quorum : majority(members),
    links,
    remoteShare: Math.min(1, remoteShare),
    clientRoundTrip,
  };
}

/**
 * How many nodes take part: of Raft those that are members, since nobody speaks to the others.
 *
 * @throws DomainError when others only learn, or the leader is no member
 */
export function votersOf(where: string, { protocol, network, settings }: SystemSpec, leader: number): number {
  const nodes = network.placement.length;
  const members = Number(settings.members ?? 0) || nodes;
  if (members < nodes && protocol !== "raft")
    throw new DomainError(
      `${where}: members must be all ${nodes} nodes, got ${members} (those that only learn are not in the model)`,
    );
  if (leader < 0 || leader >= members)
    throw new DomainError(`${where}: initialLeader must be a member, 0 to ${members - 1}, got ${leader}`);
  return members;
}

/** Site of a client place; null beside the leader, where no network lies between. */
function clientSite(where: string, system: SystemSpec, at: string, leader: number): number | null {
  const { sites, placement } = system.network;
  if (at === "leader") return null;
  const node = /^node (\d+)$/.exec(at);
  if (node !== null) return Number(node[1]) === leader ? null : placement[Number(node[1])];
  const site = sites.indexOf(at);
  if (site < 0) throw unknownName(where, "client place", at, ["leader", "node 0", ...sites]);
  return site;
}

/** Rate and squared coefficient of variation of the times between arrivals; of bursts the rate over the mean rate. */
export function arrivalMoments(
  where: string,
  arrivals: ArrivalSpec,
): { readonly rate: number; readonly scv: number; readonly peak: number } {
  switch (arrivals.process) {
    case "poisson":
      return { rate: arrivals.rate, scv: 1, peak: 1 };
    case "deterministic":
      return { rate: arrivals.rate, scv: 0, peak: 1 };
    case "on-off": {
      // An interrupted Poisson process is a renewal process with hyperexponential gaps (Kuczura 1973).
      const { rate, onMean, offMean } = arrivals;
      const busy = onMean / (onMean + offMean);
      const whileOn = rate / busy;
      return { rate, scv: 1 + 2 * whileOn * onMean * (1 - busy) ** 2, peak: 1 / busy };
    }
    case "closed":
      throw new DomainError(`${where}: arrivals must be open (poisson, deterministic, on-off), got "closed"`);
  }
}

/** Mean and squared coefficient of variation of the bytes operations carry: reads carry none. */
function carriedBytes(workload: WorkloadSpec): { readonly mean: number; readonly scv: number } {
  const payload = distributionFrom(workload.payload);
  const writes = 1 - workload.reads;
  const mean = writes * payload.mean;
  const square = writes * (payload.variance + payload.mean * payload.mean);
  return { mean, scv: mean > 0 ? Math.max(0, square / (mean * mean) - 1) : 0 };
}

/** What operations carry, and what a node's machines take for it: inputs of every model of the commit latency. */
export function readMachines(system: SystemSpec, workload: WorkloadSpec) {
  const carried = carriedBytes(workload);
  const receive = distributionFrom(system.cpu.receive);
  const send = distributionFrom(system.cpu.send);
  const { egress, ingress, order } = system.network;
  return {
    payload: carried.mean,
    payloadScv: carried.scv,
    replyPayload: workload.reads * distributionFrom(workload.payload).mean,
    headerBytes: Number(system.settings.headerBytes ?? 0),
    egressPerByte: egress === null ? 0 : 8 / egress,
    ingressPerByte: ingress === null ? 0 : 8 / ingress,
    cpuReceive: receive.mean,
    cpuReceiveScv: receive.scv,
    cpuSend: send.mean,
    cpuSendScv: send.scv,
    cpuPerByte: system.cpu.perByte,
    cores: system.cpu.cores,
    storage: system.disk,
    order,
  };
}

/** Inputs of `leaderCommitLatency`. */
export function readCommitInputs(system: SystemSpec, workload: WorkloadSpec) {
  const where = "leaderCommitLatency";
  const view = leaderView(where, system, workload);
  const { rate, scv, peak } = arrivalMoments(where, workload.arrivals);
  return {
    ...readMachines(system, workload),
    links: view.links,
    quorum: view.quorum,
    arrivalRate: rate,
    arrivalScv: scv,
    arrivalPeak: peak,
    answers: system.settings.answerWhen === "chosen" ? ("chosen" as const) : ("applied" as const),
    waiting: scv === 1 ? ("mg1" as const) : ("gg1" as const),
    remoteShare: view.remoteShare,
    clientRoundTrip: view.clientRoundTrip,
  };
}
