/** Settings that every leader-based consensus protocol has, described once, and the rules between them. */
import { DomainError } from "../../core/errors.ts";
import type { NumberParameter } from "../../core/parameters.ts";
import { majority } from "../../core/system.ts";
import type { SystemFacts } from "../../simulation/protocol.ts";

/** Vote sets are bit masks. */
export const MAX_NODES = 31;

export const quorumSetting = {
  dimension: "one",
  integer: true,
  min: 0,
  max: MAX_NODES,
  default: 0,
  tex: "q",
  meaning: "nodes that must hold an entry before it commits, the leader among them; 0 is a majority",
  source: "Lamport, The Part-Time Parliament, ACM TOCS 16(2), 1998",
} as const satisfies NumberParameter;

export const headerBytesSetting = {
  dimension: "size",
  min: 0,
  default: 64,
  tex: "h",
  meaning: "bytes of every message besides the values it carries",
  source: "own estimate: term or ballot, indices and framing",
} as const satisfies NumberParameter;

export const initialLeaderSetting = {
  dimension: "one",
  integer: true,
  min: 0,
  max: MAX_NODES - 1,
  default: 0,
  meaning: "node that stands for leader at time 0",
} as const satisfies NumberParameter;

export const batchMaxSetting = {
  dimension: "one",
  integer: true,
  min: 1,
  default: 1,
  tex: "B",
  meaning: "operations that may share one message; 1 is no batching",
} as const satisfies NumberParameter;

export const batchDelaySetting = {
  dimension: "time",
  min: 0,
  default: 0,
  meaning: "how long the leader waits to fill a batch; 0 sends at once what has gathered",
} as const satisfies NumberParameter;

export const pipelineSetting = {
  dimension: "one",
  integer: true,
  min: 0,
  default: 0,
  meaning: "batches that may be under way unanswered; 0 is unlimited, 1 is stop-and-wait",
} as const satisfies NumberParameter;

export const heartbeatIntervalSetting = {
  dimension: "time",
  min: 0,
  default: 0,
  meaning: "idle leader tells its followers it lives and what is committed; 0 follows the longest round trip",
  source: "own choice: max(50 ms, longest round trip)",
} as const satisfies NumberParameter;

/** A quorum of 0 is a majority; a heartbeat of 0 follows the network. */
export function deriveCommon<S extends { readonly quorum: number; readonly heartbeatInterval?: number }>(
  settings: S,
  facts: SystemFacts,
): S {
  const quorum = settings.quorum === 0 ? majority(facts.nodes) : settings.quorum;
  if (settings.heartbeatInterval === undefined) return { ...settings, quorum };
  const heartbeatInterval =
    settings.heartbeatInterval === 0 ? Math.max(0.05, facts.longestRtt) : settings.heartbeatInterval;
  return { ...settings, quorum, heartbeatInterval };
}

/** Refuses groups and quorums that cannot work: too many nodes, a leader that is not there, quorums that miss. */
export function checkGroup(
  where: string,
  settings: { readonly quorum: number; readonly initialLeader?: number },
  nodes: number,
): void {
  if (nodes > MAX_NODES) throw new DomainError(`${where}: nodes must be <= ${MAX_NODES}, got ${nodes}`);
  if (settings.quorum > nodes) {
    throw new DomainError(`${where}: quorum must be <= nodes ${nodes}, got ${settings.quorum}`);
  }
  if (2 * settings.quorum <= nodes) {
    throw new DomainError(
      `${where}: quorum must be > nodes/2 = ${nodes / 2} so that any two quorums meet, got ${settings.quorum}`,
    );
  }
  if (settings.initialLeader !== undefined && settings.initialLeader >= nodes) {
    throw new DomainError(`${where}: initialLeader must be < nodes ${nodes}, got ${settings.initialLeader}`);
  }
}

/** Number of nodes in a vote set. */
export function countVotes(mask: number): number {
  let votes = mask - ((mask >>> 1) & 0x55555555);
  votes = (votes & 0x33333333) + ((votes >>> 2) & 0x33333333);
  return (((votes + (votes >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
