/** Snapshots (§7, thesis §5): what a node has applied takes the place of the entries it came from. */
import { SlidingLog } from "../../core/sliding-log.ts";
import type { NodeId } from "../../simulation/protocol.ts";
import { goBy } from "./raft-config.ts";
import type { RaftRules } from "./raft-rules.ts";
import {
  type Ctx,
  dropUpTo,
  type Entry,
  INSTALLED,
  type InstallSnapshot,
  lastIndex,
  NO_ENTRIES,
  type RaftNode,
  termAt,
} from "./raft-state.ts";
import type { RaftTerm } from "./raft-term.ts";

export interface RaftSnapshots {
  /** Writes a snapshot of its own and drops what it covers, but for the newer half: somebody may be a little behind. */
  compact(node: RaftNode, ctx: Ctx): void;
  install(node: RaftNode, m: InstallSnapshot, from: NodeId, ctx: Ctx): void;
}

export function snapshotsBy(rules: RaftRules, term: RaftTerm): RaftSnapshots {
  /** §7, receiver steps 6 to 8: what follows the snapshot's last entry stays if the log has that entry. */
  const take = (node: RaftNode, m: InstallSnapshot, ctx: Ctx): void => {
    const fits = lastIndex(node) >= m.index && termAt(node, m.index) === m.lastTerm;
    if (fits) node.log.dropBefore(m.index + 1);
    else node.log = new SlidingLog<Entry>(m.index + 1);
    node.machine = m.machine.copy(); // messages are never changed
    node.commit = m.index;
    node.droppedTerm = m.lastTerm;
    node.droppedConfig = m.config;
    const { voters, next } = m.config;
    const isFirst = node.configIndex === 0 && voters === node.config.voters && next === 0;
    if (!isFirst && (!fits || node.configIndex <= m.index)) goBy(node, m.config, m.index);
    node.happened |= INSTALLED;
    node.savedTerm = node.term;
    node.savedVote = node.votedFor;
    ctx.persist({ ...rules.record(node, fits ? 0 : m.index + 1, []), snapshot: m });
  };

  return {
    compact(node, ctx) {
      const { snapshotAfter } = ctx.settings;
      if (node.commit - node.log.first + 1 < snapshotAfter) return;
      dropUpTo(node, node.commit - (snapshotAfter >> 1));
      ctx.persist({ ...rules.record(node, 0, []), stateBytes: node.machine.bytes });
    },
    install(node, m, from, ctx) {
      term.observeTerm(node, m.term, ctx);
      const stale = rules.isFromStaleLeader(node, m.term);
      if (!stale) {
        term.follow(node, from, ctx);
        if (m.index > node.commit) take(node, m, ctx);
      }
      term.save(node, 0, NO_ENTRIES, ctx);
      const match = stale ? 0 : m.index;
      const answer = { kind: "appended", term: node.term, success: !stale, match } as const;
      ctx.send(from, { ...answer, previousIndex: m.index });
    },
  };
}
