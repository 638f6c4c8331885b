/**
 * What a Multi-Paxos node's disk holds, and how a node starts from it.
 *
 * Promises and accepted values are what the proof needs; slots that every node holds are folded into the state before
 * them, so that the disk's memory follows the window of open slots and not the run.
 */
import { SlidingLog } from "../../core/sliding-log.ts";
import { configuration, type MultiPaxosRules, regrouped } from "./multi-paxos-rules.ts";
import {
  type Accept,
  bytesOf,
  CHOSEN,
  type Configuration,
  type Ctx,
  type Learned,
  type MultiPaxosNode,
  type Settings,
  type StateTransfer,
} from "./multi-paxos-state.ts";
import { StateMachine } from "./raft-machine.ts";

type MultiPaxosRecord =
  | Accept
  | Learned
  | StateTransfer
  | { readonly kind: "promised"; readonly ballot: number };

export interface MultiPaxosDurable {
  promised: number;
  /** Accepted values of the slots not folded. */
  accepted: SlidingLog<Accept>;
  /** State and groups before slot `base`. */
  base: number;
  machine: StateMachine;
  configs: readonly Configuration[];
  /** Slots before `told` were chosen by word of the leader of `toldBy`; those before `held` every node holds. */
  told: number;
  toldBy: number;
  held: number;
  readonly settings: Settings;
}

/** Everybody votes who is a member at first. */
export const firstConfigs = (settings: Settings, rules: MultiPaxosRules): readonly Configuration[] => [
  configuration(0, 2 ** settings.members - 1, settings, rules),
];

/** Slots folded at a time. */
const FOLD_AT_ONCE = 64;

export function durableBy(rules: MultiPaxosRules) {
  const put = (disk: MultiPaxosDurable, accept: Accept): void => {
    if (accept.slot >= disk.accepted.first && disk.accepted.get(accept.slot)?.ballot !== CHOSEN)
      disk.accepted.set(accept.slot, accept);
  };
  /** What stands on the disk of these slots is what was chosen. */
  const fold = (disk: MultiPaxosDurable, upTo: number): void => {
    while (disk.base < upTo) {
      const accept = disk.accepted.get(disk.base);
      if (accept === undefined || !rules.isChosen(accept, disk.toldBy, disk.held)) break;
      disk.base++;
      for (const operation of accept.operations) {
        if (operation.kind === "read" || rules.isRepeated(disk.machine, operation)) continue;
        disk.machine.applied.add(operation.id);
        disk.machine.write(operation);
      }
      if (accept.members !== 0) disk.configs = regrouped(disk.configs, accept, disk.settings, rules);
    }
    disk.accepted.dropBefore(disk.base);
  };
  return {
    empty: (settings: Settings): MultiPaxosDurable => ({
      promised: -1,
      accepted: new SlidingLog<Accept>(0),
      base: 0,
      machine: new StateMachine(settings.keep > 0),
      configs: firstConfigs(settings, rules),
      told: 0,
      toldBy: -1,
      held: 0,
      settings,
    }),
    store(disk: MultiPaxosDurable, stored: object): void {
      const record = stored as MultiPaxosRecord;
      if (record.kind === "promised") {
        disk.promised = Math.max(disk.promised, record.ballot);
      } else if (record.kind === "learned") {
        for (const entry of record.entries) put(disk, entry);
      } else if (record.kind === "state") {
        if (record.chosen <= disk.base) return;
        disk.base = record.chosen;
        disk.machine = record.machine.copy();
        disk.configs = record.configs;
        if (disk.accepted.end <= disk.base) disk.accepted = new SlidingLog<Accept>(disk.base);
        else disk.accepted.dropBefore(disk.base);
      } else {
        put(disk, record);
        disk.promised = Math.max(disk.promised, record.ballot);
        disk.held = Math.max(disk.held, record.held);
        if (record.ballot >= disk.toldBy) {
          disk.told = record.ballot > disk.toldBy ? record.chosen : Math.max(disk.told, record.chosen);
          disk.toldBy = record.ballot;
        }
        const { keep } = disk.settings;
        const ripe = keep === 0 ? disk.held : Math.max(disk.held, disk.told - keep);
        if (ripe - disk.base >= (keep === 0 ? FOLD_AT_ONCE : 1)) fold(disk, ripe);
      }
    },
  };
}

/** A node as it starts: from its disk, or for the first time. What it had applied it applies again, as far as it can tell. */
export function newNode(disk: MultiPaxosDurable | null, rules: MultiPaxosRules, ctx: Ctx): MultiPaxosNode {
  const { settings, nodes } = ctx;
  const accepted = new SlidingLog<Accept>(disk?.accepted.first ?? 0);
  if (disk !== null) {
    for (let slot = accepted.first; slot < disk.accepted.end; slot++) {
      const accept = disk.accepted.get(slot);
      if (accept !== undefined) accepted.set(slot, accept);
    }
  }
  const limits = [settings.pipeline, settings.alpha].filter((most) => most > 0);
  return {
    id: ctx.self,
    promised: disk?.promised ?? -1,
    savedPromise: disk?.promised ?? -1,
    accepted,
    role: "acceptor",
    leader: disk === null ? settings.initialLeader : -1,
    heardAt: ctx.localTime(),
    patience: 0,
    promises: 0,
    votes: new SlidingLog<number>(0),
    next: 0,
    fill: 0,
    holds: new Array<number>(nodes).fill(0),
    stalled: new Array<number>(nodes).fill(0),
    pending: [],
    gathering: false,
    chosen: disk?.base ?? 0,
    chosenBefore: 0,
    stuck: 0,
    told: 0,
    held: disk?.held ?? 0,
    window: Math.min(Number.POSITIVE_INFINITY, ...limits),
    spokeAt: Number.NEGATIVE_INFINITY,
    lookedAt: Number.NEGATIVE_INFINITY,
    machine: disk?.machine.copy() ?? new StateMachine(settings.keep > 0),
    configs: disk?.configs ?? firstConfigs(settings, rules),
    happened: 0,
    timesLed: 0,
  };
}

/** Size of a record on the disk, in bytes. */
export function recordBytes(stored: object, settings: Settings): number {
  const record = stored as MultiPaxosRecord;
  const header = settings.headerBytes;
  if (record.kind === "accept") return header + bytesOf(record.operations);
  if (record.kind === "learned")
    return header + record.entries.reduce((sum, entry) => sum + bytesOf(entry.operations), 0);
  return record.kind === "state" ? header + record.machine.bytes : header;
}
