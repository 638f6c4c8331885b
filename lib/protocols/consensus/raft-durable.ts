/**
 * What a Raft node's disk holds, and what a crash leaves of the node.
 *
 * Source: figure 2, "persistent state on all servers", and §7. Entries that the node has dropped are folded into a
 * state machine kept with the log, so the disk's memory follows the window of the log and not the run.
 */
import type { NodeId } from "../../simulation/protocol.ts";
import { StateMachine } from "./raft-machine.ts";
import type { RaftRules } from "./raft-rules.ts";
import type { Settings } from "./raft-settings.ts";
import {
  bytesOf,
  type Configuration,
  type Entry,
  type InstallSnapshot,
  type RaftNode,
} from "./raft-state.ts";

export interface RaftRecord {
  readonly term: number;
  readonly votedFor: NodeId;
  /** The log is cut from this index on, and the entries come there; 0 leaves it as it is. */
  readonly from: number;
  readonly entries: readonly Entry[];
  /** Entries up to here are no longer needed one by one. */
  readonly fold: number;
  /** Takes the place of all entries up to its index. */
  readonly snapshot: InstallSnapshot | null;
  /** Size of the state written, for a snapshot of the node's own. */
  readonly stateBytes: number;
}

export interface RaftDurable {
  term: number;
  votedFor: NodeId;
  /** State, term and configuration as of index `base`; entry base + 1 stands first in the log. */
  machine: StateMachine;
  base: number;
  baseTerm: number;
  config: Configuration | null;
  readonly log: Entry[];
  readonly sessions: boolean;
}

/** What a node writes: term and vote always, and how far it has dropped entries. */
export function recordOf(node: RaftNode, from: number, entries: readonly Entry[]): RaftRecord {
  const { term, votedFor } = node;
  return { term, votedFor, from, entries, fold: node.log.first - 1, snapshot: null, stateBytes: 0 };
}

/** Size of a record on the disk, in bytes. */
export function recordBytes(record: RaftRecord, settings: Settings): number {
  const state = record.snapshot === null ? record.stateBytes : record.snapshot.machine.bytes;
  return settings.headerBytes + bytesOf(record.entries) + state;
}

/** Entries folded at a time: cutting a list at its front costs as much as what is left. */
const FOLD_AT_ONCE = 64;

export function durableBy(rules: Pick<RaftRules, "isRepeated">) {
  const fold = (disk: RaftDurable, upTo: number): void => {
    const count = Math.min(upTo - disk.base, disk.log.length);
    for (let i = 0; i < count; i++) {
      const { term, operation, config } = disk.log[i];
      disk.baseTerm = term;
      if (config !== null) disk.config = config;
      if (operation?.kind !== "write") continue;
      if (disk.sessions && rules.isRepeated(disk.machine, operation)) continue;
      if (disk.sessions) disk.machine.applied.add(operation.id);
      disk.machine.write(operation);
    }
    disk.log.splice(0, count);
    disk.base += count;
  };
  const install = (disk: RaftDurable, snapshot: InstallSnapshot): void => {
    disk.log.splice(0, Math.max(0, snapshot.index - disk.base));
    disk.machine = snapshot.machine.copy();
    disk.base = snapshot.index;
    disk.baseTerm = snapshot.lastTerm;
    disk.config = snapshot.config;
  };
  return {
    empty: (settings: Settings): RaftDurable => ({
      term: 0,
      votedFor: -1,
      machine: new StateMachine(settings.snapshotAfter > 0),
      base: 0,
      baseTerm: 0,
      config: null,
      log: [],
      sessions: settings.sessions,
    }),
    store(disk: RaftDurable, record: object): void {
      const { term, votedFor, from, entries, fold: upTo, snapshot } = record as RaftRecord;
      disk.term = term;
      disk.votedFor = votedFor;
      if (snapshot !== null) install(disk, snapshot);
      if (from > 0) {
        const kept = Math.max(0, from - disk.base - 1);
        if (kept < disk.log.length) disk.log.length = kept;
        for (const entry of entries) disk.log.push(entry);
      }
      if (upTo - disk.base >= FOLD_AT_ONCE) fold(disk, upTo);
    },
  };
}
