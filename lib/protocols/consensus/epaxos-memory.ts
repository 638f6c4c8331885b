/**
 * EPaxos: the disk, and what may be forgotten, namely what every replica has executed and has on its disk.
 *
 * Source: own design; Moraru et al., SOSP 2013, leave open when instances are dropped.
 *
 * Now and then a replica writes down what it heard to be committed, and then tells with every answer how far it has
 * executed. The leaders learn from that what all have executed, and tell it with every commit: replicas that lead nothing
 * have to know it too, and hear from nobody but leaders. Only what is on the disk is told, for whoever forgets what it has
 * executed can ask nobody any more.
 */
import type { NodeId } from "../../simulation/protocol.ts";
import { enlist, noteCommitted } from "./epaxos-pending.ts";
import type { EPaxosRules } from "./epaxos-rounds.ts";
import {
  type Ctx,
  type EPaxosCheckpoint,
  type EPaxosDurable,
  type EPaxosNode,
  instanceOf,
  isCommitted,
  noteConflict,
  recordOf,
} from "./epaxos-state.ts";

/** Writes down what was heard to be committed; once that is durable, what is executed by now may be told. */
export function checkpoint(node: EPaxosNode, rules: EPaxosRules, ctx: Ctx): void {
  const saved = node.executedAt[node.id];
  if (node.unsaved.length === 0 && greatest(saved, node.executed) === saved) return;
  if (node.unsaved.length > 0) rules.saveHeard(node, ctx);
  node.unsaved = [];
  ctx.send(node.id, { kind: "saved", executed: [...node.executed] });
}

export function saveHeard(node: EPaxosNode, ctx: Ctx): void {
  const record: EPaxosCheckpoint = { commits: node.unsaved.map(recordOf) };
  ctx.persist(record);
}

/** Everything a disk tells, before anything is executed. */
export function restore(node: EPaxosNode, disk: EPaxosDurable, ctx: Ctx): void {
  for (const record of disk.instances.values()) {
    const instance = instanceOf(node, record.replica, record.index);
    if (instance === null) continue;
    const { operation, seq, deps, status, ballot, voted, quorum } = record;
    Object.assign(instance, {
      operation,
      seq,
      deps,
      status,
      ballot,
      voted,
      quorum,
      touched: ctx.localTime(),
    });
    if (isCommitted(instance)) {
      noteCommitted(node, instance);
      enlist(node, instance);
    } else noteConflict(node, instance);
    if (record.replica === node.id) node.next = Math.max(node.next, record.index + 1);
  }
}

/** A replica has told how far it has executed, or this one has saved it. */
export function noteExecutedAt(node: EPaxosNode, by: NodeId, executed: readonly number[]): void {
  const known = node.executedAt[by];
  const now = greatest(known, executed);
  if (now === known) return; // mostly: it changes once in a patience
  node.executedAt[by] = now;
  noteExecutedEverywhere(
    node,
    now.map((_, replica) => Math.min(...node.executedAt.map((told) => told[replica]))),
  );
}

/** So far all have executed, as found here or told by another. */
export function noteExecutedEverywhere(node: EPaxosNode, executed: readonly number[]): void {
  const now = greatest(node.executedEverywhere, executed);
  if (now === node.executedEverywhere) return;
  node.executedEverywhere = now;
  for (let replica = 0; replica < node.group; replica++) dropExecuted(node, replica);
}

/** Drops what every replica has executed and saved; which was the last of a key is remembered. */
export function dropExecuted(node: EPaxosNode, replica: NodeId): void {
  const log = node.logs[replica];
  const end = Math.min(node.executed[replica], node.executedEverywhere[replica]);
  for (let index = log.first; index < end; index++) {
    const operation = log.get(index)?.operation ?? null;
    const known = operation === null ? undefined : node.conflicts.get(operation.key);
    if (operation === null || known === undefined) continue;
    (operation.kind === "write" ? known.goneWrites : known.goneReads)[replica] = index;
  }
  if (end > log.first) log.dropBefore(end);
}

/** Of two vectors the greater in every place: the first itself, where the second adds nothing. */
function greatest(known: readonly number[], told: readonly number[]): readonly number[] {
  for (let r = 0; r < told.length; r++)
    if (told[r] > known[r]) return known.map((n, i) => Math.max(n, told[i]));
  return known;
}
