/**
 * The decisions of Zab on which safety rests, one by one, so that each can be read, and broken (`zab.mutants.ts`).
 *
 * Source: Junqueira, Reed & Serafini, DSN 2011, §V-A; steps are named as in its phases (f: follower, l: leader).
 */
import type { Operation } from "../../simulation/protocol.ts";
import { countVotes } from "./settings.ts";
import {
  apply,
  type Ctx,
  compareHistories,
  epochAt,
  type Newness,
  type Settings,
  stretchFrom,
  type Txn,
  type ZabNode,
  type ZabRecord,
} from "./zab-state.ts";

/** The decisions on which safety rests. */
export interface ZabRules {
  /** Phase 1, f.1.2: an epoch is promised once, and only above every other. */
  mayPromise(node: ZabNode, epoch: number): boolean;
  savePromise(node: ZabNode, ctx: Ctx): void;
  /** Phase 1, l.1.2: is a follower's history newer than the best one known? */
  isNewer(follower: Newness, best: Newness): boolean;
  /** Phase 2, f.2.1: the leader's history takes the place of the own; returns from where it changed, −1 for nowhere. */
  takeHistory(node: ZabNode, epoch: number, from: number, txns: readonly Txn[]): number;
  /** The history and the epoch it was taken in reach the disk together. */
  saveHistory(node: ZabNode, from: number, ctx: Ctx): void;
  saveTxn(node: ZabNode, index: number, ctx: Ctx): void;
  /** Phase 2, l.2.2: broadcast begins when a quorum has the leader's history. */
  isSynchronised(node: ZabNode, settings: Settings): boolean;
  /** Phase 3, f.3.1: proposals are those of the leader whose history was taken, without a gap. */
  mayTake(node: ZabNode, epoch: number): boolean;
  isNext(node: ZabNode, index: number): boolean;
  /** A commit names a place in the history of its own epoch, and in no other. */
  mayDeliver(node: ZabNode, epoch: number): boolean;
  quorum(settings: Settings): number;
  /** ZooKeeper (ATC 2010), §4.4: a server answers nobody who has seen more than it has. */
  isFarEnough(node: ZabNode, read: Operation): boolean;
  /** Servers that must say the leader still leads before a read is answered. */
  confirmationsNeeded(settings: Settings): number;
  apply(node: ZabNode, txn: Txn): void;
}

function save(node: ZabNode, from: number, ctx: Ctx): void {
  const { promised, current, held } = node;
  const txns = from < 0 ? [] : stretchFrom(node, from).txns;
  ctx.persist({ promised, current, held, from, txns } satisfies ZabRecord);
}

export const zabRules: ZabRules = {
  mayPromise: (node, epoch) => epoch > node.promised,
  savePromise: (node, ctx) => save(node, -1, ctx),
  isNewer: (follower, best) => compareHistories(follower, best) > 0,
  takeHistory(node, epoch, from, txns) {
    const { log } = node;
    let changed = -1;
    txns.forEach((txn, i) => {
      const index = from + i;
      if (index < log.first || epochAt(node, index) === txn.epoch) return; // a zxid names one transaction
      if (changed < 0) changed = index;
      log.truncateFrom(index);
      log.append(txn);
    });
    const end = from + txns.length;
    // Sent again, and late, it must not take away what the same leader has proposed since.
    if (node.current === epoch || log.end <= end) return changed;
    log.truncateFrom(end);
    node.truncations++;
    return changed < 0 ? end : changed;
  },
  saveHistory: save,
  saveTxn: (node, index, ctx) => save(node, index, ctx),
  isSynchronised: (node, settings) => countVotes(node.answers) >= settings.quorum,
  mayTake: (node, epoch) => epoch === node.promised && epoch === node.current,
  isNext: (node, index) => index === node.log.end,
  mayDeliver: (node, epoch) => epoch === node.current,
  quorum: (settings) => settings.quorum,
  isFarEnough: (node, read) => node.delivered >= (read.seen ?? 0),
  confirmationsNeeded: (settings) => settings.quorum,
  apply,
};
