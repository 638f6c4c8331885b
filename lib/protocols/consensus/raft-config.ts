/** Who is a member: configurations as values, and which one a node goes by (thesis §4.1: the newest in its log). */
import { majority } from "../../core/system.ts";
import type { Settings } from "./raft-settings.ts";
import { type Configuration, configUpTo, lastIndex, type RaftNode } from "./raft-state.ts";
import { countVotes } from "./settings.ts";

/** Nodes of a group that must agree: as many more than a majority as in the first group. */
const quorumOf = (group: number, settings: Settings): number => {
  const nodes = countVotes(group);
  return Math.min(nodes, majority(nodes) + settings.quorum - majority(settings.members));
};

/** A configuration of voters, and of those to come (0 for none). */
export function configuration(voters: number, next: number, settings: Settings): Configuration {
  const nextQuorum = next === 0 ? 0 : quorumOf(next, settings);
  return { voters, quorum: quorumOf(voters, settings), next, nextQuorum };
}

/** The configuration every node starts with: nodes from 0 up. */
export const firstConfiguration = (settings: Settings): Configuration =>
  configuration(2 ** settings.members - 1, 0, settings);

/** All who have a vote, as a mask. */
export const membersOf = (config: Configuration): number => config.voters | config.next;

/** Once its group has changed, a node votes for nobody while it hears a leader: those who left may not know (thesis §4.2.3). */
export function goBy(node: RaftNode, config: Configuration, index: number): void {
  node.config = config;
  node.configIndex = index;
  if (index === 0) return;
  node.listens = true;
  node.loyal = true;
}

/** After the log has changed from an index on: the newest configuration holds, even if it is older than before. */
export function noteConfigs(node: RaftNode, changed: number): void {
  if (node.configIndex >= changed) {
    const { config, index } = configUpTo(node, lastIndex(node));
    goBy(node, config, index);
    return;
  }
  for (let index = lastIndex(node); index >= changed; index--) {
    const config = node.log.get(index)?.config ?? null;
    if (config === null) continue;
    goBy(node, config, index);
    return;
  }
}

/** Whether a node may stand: as a member, or as one whose leaving is not settled yet (thesis §4.2.2). */
export const mayStand = (node: RaftNode): boolean =>
  ((membersOf(node.config) >>> node.id) & 1) === 1 || node.configIndex > node.commit;
