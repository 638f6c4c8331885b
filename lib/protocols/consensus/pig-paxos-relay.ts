/**
 * Relays of PigPaxos: how an accept reaches the followers, and how their votes come back together.
 *
 * Source: Charapko, Ailijiang & Demirbas, "PigPaxos: Devouring the Communication Bottlenecks in Distributed Consensus",
 * SIGMOD 2021, §3. Nothing here decides anything: the leader counts the same votes of the same nodes.
 */
import type { NodeId } from "../../simulation/protocol.ts";
import type { Accept, MultiPaxosNode } from "./multi-paxos-state.ts";

/** To a relay: pass this on to its group, and gather the answers. */
export interface Relay {
  readonly kind: "relay";
  readonly accept: Accept;
  /** The relay's group as a bit mask, the relay among it. */
  readonly group: number;
}
/** From a relay to one of its group. */
export interface Forward {
  readonly kind: "forward";
  readonly accept: Accept;
  readonly leader: NodeId;
}
/** From one of a group to its relay: it has accepted. */
export interface RelayVote {
  readonly kind: "vote";
  readonly ballot: number;
  readonly slot: number;
  readonly leader: NodeId;
}
/** From a relay to the leader: who has accepted, as a bit mask. */
export interface Votes {
  readonly kind: "votes";
  readonly ballot: number;
  readonly slot: number;
  readonly voters: number;
}

/** Answers a relay is gathering for a slot. */
export interface Gathering {
  readonly ballot: number;
  readonly leader: NodeId;
  readonly group: number;
  voters: number;
  /** By the relay's clock. */
  readonly since: number;
}

export interface PigPaxosNode extends MultiPaxosNode {
  /** What this node gathers as a relay, by slot; emptied as groups answer or patience ends. */
  readonly relayed: Map<number, Gathering>;
  /** The relay timer runs. */
  relaying: boolean;
  relayHappened: number;
}

/** What can happen to a relay, as bits: for `sometimes`. */
export const [WHOLE_GROUP, TIMED_OUT, LATE_VOTE] = [1, 2, 4];

/** Groups of a leader's followers, as equal as can be, neighbours by number together: a mask each, 0b0001110 and 0b1110000 of six. */
export function relayGroups(leader: NodeId, nodes: number, groups: number): readonly number[] {
  const masks = new Array<number>(Math.min(groups, nodes - 1)).fill(0);
  let place = 0;
  for (let node = 0; node < nodes; node++) {
    if (node === leader) continue;
    masks[Math.floor((place * masks.length) / (nodes - 1))] |= 1 << node;
    place++;
  }
  return masks;
}

/** The k-th node of a mask. */
export function memberAt(mask: number, k: number): NodeId {
  let rest = mask;
  for (let i = 0; i < k; i++) rest &= rest - 1;
  return 31 - Math.clz32(rest & -rest);
}
