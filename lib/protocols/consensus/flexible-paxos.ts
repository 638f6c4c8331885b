/**
 * Flexible Paxos: Multi-Paxos in which the two phases need quorums of different sizes.
 *
 * Source      Howard, Malkhi & Spiegelman, "Flexible Paxos: quorum intersection revisited", OPODIS 2016, §3 and §5
 * Promises    those of Multi-Paxos, as long as every phase 1 quorum meets every phase 2 quorum: q1 + q2 > n
 * Assumes     crash-recovery nodes; messages lost, repeated, reordered, never forged; persist() is durable
 * Leaves out  quorums that are not told by their size alone (grids); an acceptor that tells which quorum it was in
 *
 * Replication then waits for the q2 - 1 nearest nodes only, and pays when the leader is lost: the next one needs q1. With
 * q2 = n/2 of an even group, commits outlive the same failures with one vote less (§4). All else is `multi-paxos.ts`.
 */
import { DomainError } from "../../core/errors.ts";
import type { ValuesOf } from "../../core/parameters.ts";
import { majority } from "../../core/system.ts";
import type { Protocol } from "../../simulation/protocol.ts";
import { checkMultiPaxos, deriveMultiPaxos, multiPaxosWith } from "./multi-paxos.ts";
import type { MultiPaxosDurable } from "./multi-paxos-durable.ts";
import { type MultiPaxosRules, multiPaxosRules } from "./multi-paxos-rules.ts";
import {
  type MultiPaxosMessage,
  type MultiPaxosNode,
  parameters as multiPaxosParameters,
} from "./multi-paxos-state.ts";
import { MAX_NODES } from "./settings.ts";

const SOURCE = "Howard, Malkhi & Spiegelman, Flexible Paxos, OPODIS 2016, §3";

const parameters = {
  ...multiPaxosParameters,
  quorum: {
    dimension: "one",
    integer: true,
    min: 0,
    max: MAX_NODES,
    default: 0,
    tex: "q_2",
    meaning:
      "nodes that must accept a value, the leader among them; 0 is a majority, or what a stated prepareQuorum leaves",
    source: SOURCE,
  },
  prepareQuorum: {
    dimension: "one",
    integer: true,
    min: 0,
    max: MAX_NODES,
    default: 0,
    tex: "q_1",
    meaning: "nodes whose promise a new leader needs; 0 is the least that meets every quorum of phase 2",
    source: SOURCE,
  },
  unsafe: {
    kind: "boolean",
    default: false,
    meaning: "allow quorums that do not meet",
  },
} as const;

type Settings = ValuesOf<typeof parameters>;
export type FlexiblePaxos = Protocol<typeof parameters, MultiPaxosNode, MultiPaxosMessage, MultiPaxosDurable>;

/** Flexible Paxos by some rules: those of Multi-Paxos, or a mutant's. */
export function flexiblePaxosWith(rules: MultiPaxosRules): FlexiblePaxos {
  return {
    ...multiPaxosWith(rules),
    name: "flexible-paxos",
    title: "Flexible Paxos: quorums of different sizes for leader change and replication",
    source: SOURCE,
    promises: "those of Multi-Paxos while any two quorums of different phases meet",
    leavesOut: "quorums that are not told by their size",
    parameters,
    derive(settings, facts) {
      const members = settings.members || facts.nodes;
      const { prepareQuorum: q1 } = settings;
      const quorum = settings.quorum || (q1 === 0 ? majority(members) : Math.max(1, members - q1 + 1));
      const prepareQuorum = q1 || Math.max(1, members - quorum + 1);
      return deriveMultiPaxos({ ...settings, quorum, prepareQuorum }, facts);
    },
    check: checkFlexible,
  };
}

/** Any quorum of promises and any of acceptances must meet (§3). */
function checkFlexible(settings: Settings, nodes: number): void {
  checkMultiPaxos("flexible-paxos", settings, nodes);
  const { members, quorum, prepareQuorum, unsafe } = settings;
  for (const [name, size] of [
    ["quorum", quorum],
    ["prepareQuorum", prepareQuorum],
  ] as const) {
    if (size > members)
      throw new DomainError(`flexible-paxos: ${name} must be <= members ${members}, got ${size}`);
  }
  if (quorum + prepareQuorum <= members && !unsafe)
    throw new DomainError(
      `flexible-paxos: quorum + prepareQuorum must be > members ${members} so that any two quorums meet (unsafe allows it), got ${quorum} and ${prepareQuorum}`,
    );
}

export const flexiblePaxos = flexiblePaxosWith(multiPaxosRules);
