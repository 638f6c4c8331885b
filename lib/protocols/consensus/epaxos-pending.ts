/**
 * EPaxos: what is committed and not executed, so that an execution finds what it comes after without looking at the rest;
 * and what is held back until that is executed.
 *
 * Source: own design, for Moraru et al., SOSP 2013, §4.3.2. Dependencies name the latest interfering instance of each
 * replica and stand for all before it; behind a hot key or a slow disk these are thousands.
 */
import type { Operation } from "../../simulation/protocol.ts";
import {
  type Ctx,
  type EPaxosNode,
  type Instance,
  instanceOf,
  isCommitted,
  noteConflict,
  perReplica,
} from "./epaxos-state.ts";

/** Of one key, by replica: in order of their numbers. */
export interface PendingOfKey {
  count: number;
  readonly writes: readonly Instance[][];
  readonly reads: readonly Instance[][];
}

/** So many wait whatever the patience: it may be longer than the run. */
const MANY = 1000;

/**
 * Has a command of a key been committed here for long, and still waits for others, or do very many? Then a new one of that
 * key would be what these come to wait for next, without end (execution livelock): old ones are completed first.
 */
export function isBehind(node: EPaxosNode, key: number, ctx: Ctx): boolean {
  const pending = node.pending.get(key);
  if (pending === undefined || pending.count === 0) return false;
  if (pending.count > MANY) return true;
  const since = ctx.localTime() - ctx.settings.patience;
  const { writes, reads } = pending;
  for (let replica = 0; replica < node.group; replica++)
    for (const list of [writes[replica], reads[replica]])
      if (list.length > 0 && list[0].touched < since) return true;
  return false;
}

/** Keeps a request until what is old of its key is executed. */
export function holdBack(node: EPaxosNode, operation: Operation): void {
  let held = node.held.get(operation.key);
  if (held === undefined) {
    held = new Map();
    node.held.set(operation.key, held);
  }
  held.set(operation.id, operation); // asked again, it is still one
  node.heldBack++;
}

/** Takes out the requests that need not be kept any longer. */
export function letGo(node: EPaxosNode, ctx: Ctx): Operation[] {
  const free: Operation[] = [];
  for (const [key, held] of node.held) {
    if (isBehind(node, key, ctx)) continue;
    node.held.delete(key);
    free.push(...held.values());
  }
  return free;
}

/** An instance is committed with the attributes it has now. */
export function noteCommitted(node: EPaxosNode, instance: Instance): void {
  instance.status = "committed";
  instance.lead = null;
  instance.waitsFor = null; // what it waits for is to be found out
  noteConflict(node, instance);
}

/** Lists an instance that cannot be executed as soon as it is committed; most can, and are never listed. */
export function enlist(node: EPaxosNode, instance: Instance): void {
  if (instance.operation === null || instance.pending !== null) return; // a no-op comes before and after nothing
  instance.pending = pendingOf(node, instance.operation.key);
  instance.pending.count++;
  const list = listOf(instance, instance.pending);
  let at = list.length;
  while (at > 0 && list[at - 1].index > instance.index) at--;
  if (at === list.length) list.push(instance);
  else list.splice(at, 0, instance);
}

/** It has been executed. */
export function forgetPending(instance: Instance): void {
  if (instance.pending === null) return;
  const list = listOf(instance, instance.pending);
  instance.pending.count--;
  instance.pending = null;
  if (list.length === 1) list.pop();
  else if (list[0] === instance) list.shift();
  else list.splice(list.indexOf(instance), 1);
}

const listOf = ({ operation, replica }: Instance, { writes, reads }: PendingOfKey): Instance[] =>
  (operation?.kind === "write" ? writes : reads)[replica];

/** What is pending beside an instance, which need not be listed itself. */
export const pendingBeside = (node: EPaxosNode, { operation, pending }: Instance): PendingOfKey | null =>
  operation === null ? null : (pending ?? node.pending.get(operation.key) ?? null);

const none = (): Instance[] => [];

function pendingOf(node: EPaxosNode, key: number): PendingOfKey {
  let known = node.pending.get(key);
  if (known === undefined) {
    known = { count: 0, writes: perReplica(node.group, none), reads: perReplica(node.group, none) };
    node.pending.set(key, known);
  }
  return known;
}

/** The latest instance that one comes after and that is not committed here, or null. */
export function uncommittedBefore(node: EPaxosNode, { deps }: Instance): Instance | null {
  for (let replica = 0; replica < node.group; replica++) {
    if (deps[replica] < node.gaps[replica]) continue;
    if (deps[replica] >= firstGap(node, replica)) return lastGap(node, replica, deps[replica]);
  }
  return null;
}

/** The last instance of a replica up to a number that is not known to be committed: there is one. */
function lastGap(node: EPaxosNode, replica: number, last: number): Instance | null {
  const log = node.logs[replica];
  let index = last;
  for (let next = log.get(index); next !== undefined && isCommitted(next); next = log.get(index)) index--;
  return instanceOf(node, replica, index);
}

/** The first instance of a replica that is not known to be committed. */
function firstGap(node: EPaxosNode, replica: number): number {
  const log = node.logs[replica];
  let index = Math.max(node.gaps[replica], log.first);
  for (let next = log.get(index); next !== undefined && isCommitted(next); next = log.get(index)) index++;
  node.gaps[replica] = index;
  return index;
}
