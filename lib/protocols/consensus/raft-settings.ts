/** Raft's settings: what each means, what follows from the system, and which of them cannot go together. */
import { DomainError } from "../../core/errors.ts";
import type { ValuesOf } from "../../core/parameters.ts";
import type { SystemFacts } from "../../simulation/protocol.ts";
import {
  batchDelaySetting,
  batchMaxSetting,
  checkGroup,
  deriveCommon,
  headerBytesSetting,
  heartbeatIntervalSetting,
  initialLeaderSetting,
  MAX_NODES,
  pipelineSetting,
  quorumSetting,
} from "./settings.ts";

const THESIS = "Ongaro, Consensus: Bridging Theory and Practice, Stanford 2014";
const electionSource =
  "Ongaro & Ousterhout 2014 §9.3: 150–300 ms on a LAN; otherwise own choice: 5 to 10 round trips";

/** Settings of Raft. */
export const parameters = {
  quorum: quorumSetting,
  members: {
    dimension: "one",
    integer: true,
    min: 0,
    max: MAX_NODES,
    default: 0,
    meaning: "nodes that are members at first, from node 0 on; the others wait to be taken in; 0 is all",
    source: `${THESIS}, §4`,
  },
  initialLeader: {
    ...initialLeaderSetting,
    min: -1,
    meaning: "node that stands first; -1 leaves it to the timeouts",
  },
  headerBytes: headerBytesSetting,
  batchMax: batchMaxSetting,
  batchDelay: batchDelaySetting,
  pipeline: pipelineSetting,
  heartbeatInterval: heartbeatIntervalSetting,
  electionTimeoutMin: {
    dimension: "time",
    min: 0,
    default: 0,
    meaning: "shortest election timeout; 0 follows the longest round trip",
    source: electionSource,
  },
  electionTimeoutMax: {
    dimension: "time",
    min: 0,
    default: 0,
    meaning: "longest election timeout; 0 is twice the shortest",
    source: electionSource,
  },
  preVote: {
    kind: "boolean",
    default: false,
    meaning: "a node asks whether it would be elected before it begins a term",
    source: `${THESIS}, §9.6`,
  },
  checkQuorum: {
    kind: "boolean",
    default: false,
    meaning:
      "a leader that a quorum has not answered for the shortest election timeout steps down; nodes that hear a leader vote for nobody else",
    source: `${THESIS}, §6.2 and §4.2.3`,
  },
  reads: {
    kind: "choice",
    choices: ["log", "readIndex", "lease"],
    default: "log",
    meaning:
      "how a leader makes sure it still leads before it answers a read: through the log, by a round of messages, or by a lease",
    source: `${THESIS}, §6.4`,
  },
  clockDriftBound: {
    dimension: "one",
    min: 0,
    below: 1,
    default: 0.1,
    tex: "\\epsilon",
    meaning: "largest share by which any clock runs fast or slow; leases are shorter by it",
    source: `${THESIS}, §6.4.1; the default is an own choice, far above quartz`,
  },
  sessions: {
    kind: "boolean",
    default: true,
    meaning: "an operation that was asked again is applied once",
    source: `${THESIS}, §6.3`,
  },
  snapshotAfter: {
    dimension: "one",
    integer: true,
    min: 0,
    default: 0,
    meaning:
      "entries after which a node writes a snapshot and drops them; 0 drops, at no cost, what every node has stored",
    source: `${THESIS}, §5`,
  },
  unsafe: {
    kind: "boolean",
    default: false,
    meaning: "allow settings that break the promises",
  },
} as const;

export type Settings = ValuesOf<typeof parameters>;

/** Fills what follows from the system. */
export function derive(settings: Settings, facts: SystemFacts): Settings {
  const members = settings.members || facts.nodes;
  const common = deriveCommon(settings, { ...facts, nodes: members });
  const min =
    settings.electionTimeoutMin || Math.max(0.15, 3 * common.heartbeatInterval, 5 * facts.longestRtt);
  const max = settings.electionTimeoutMax || 2 * min;
  return { ...common, members, electionTimeoutMin: min, electionTimeoutMax: max };
}

/**
 * Refuses settings that cannot work, and those that can give wrong answers.
 *
 * @throws DomainError
 */
export function check(settings: Settings, nodes: number): void {
  const { members, heartbeatInterval: beat, electionTimeoutMin: min, electionTimeoutMax: max } = settings;
  if (nodes > MAX_NODES) throw new DomainError(`raft: nodes must be <= ${MAX_NODES}, got ${nodes}`);
  if (members > nodes) throw new DomainError(`raft: members must be <= nodes ${nodes}, got ${members}`);
  checkGroup("raft", settings, members);
  if (max < min)
    throw new DomainError(`raft: electionTimeoutMin must be <= electionTimeoutMax ${max} s, got ${min} s`);
  if (beat >= min)
    throw new DomainError(`raft: heartbeatInterval must be < electionTimeoutMin ${min} s, got ${beat} s`);
  if (settings.unsafe) return;
  if (settings.reads === "lease" && settings.clockDriftBound === 0)
    throw new DomainError(
      "raft: clockDriftBound must be > 0 with reads lease (no two clocks run alike; unsafe allows it), got 0",
    );
}
