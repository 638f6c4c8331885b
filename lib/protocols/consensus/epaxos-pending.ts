/**
 * EPaxos: what is committed and not executed, so that an execution finds what it comes after without looking at the rest.
 *
 * Source: own design, for Moraru et al., SOSP 2013, §4.3.2. Dependencies name the latest interfering instance of each
 * replica and stand for all before it; behind a hot key or a slow disk these are thousands.
 */
import { type EPaxosNode, type Instance, instanceOf, isCommitted, noteConflict } from "./epaxos-state.ts";

/** Of one key, by replica: in order of their numbers. */
export interface PendingOfKey {
  readonly writes: readonly Instance[][];
  readonly reads: readonly Instance[][];
}

/** An instance is committed with the attributes it has now. */
export function noteCommitted(node: EPaxosNode, instance: Instance): void {
  instance.status = "committed";
  instance.lead = null;
  noteConflict(node, instance);
  const list = listOf(node, instance);
  if (list === null) return;
  let at = list.length;
  while (at > 0 && list[at - 1].index > instance.index) at--;
  if (at === list.length) list.push(instance);
  else list.splice(at, 0, instance);
}

/** It has been executed. */
export function forgetPending(node: EPaxosNode, instance: Instance): void {
  const list = listOf(node, instance);
  if (list === null) return;
  if (list[0] === instance) list.shift();
  else list.splice(list.indexOf(instance), 1);
}

function listOf(node: EPaxosNode, { operation, replica }: Instance): Instance[] | null {
  if (operation === null) return null; // comes before and after nothing
  let known = node.pending.get(operation.key);
  if (known === undefined) {
    const none = (): Instance[][] => Array.from({ length: node.group }, () => []);
    known = { writes: none(), reads: none() };
    node.pending.set(operation.key, known);
  }
  return (operation.kind === "write" ? known.writes : known.reads)[replica];
}

/** An instance that one comes after and that is not committed here, or null. */
export function uncommittedBefore(node: EPaxosNode, { deps }: Instance): Instance | null {
  for (let replica = 0; replica < node.group; replica++) {
    const gap = firstGap(node, replica);
    if (deps[replica] >= gap) return instanceOf(node, replica, gap);
  }
  return null;
}

/** The first instance of a replica that is not known to be committed. */
function firstGap(node: EPaxosNode, replica: number): number {
  const log = node.logs[replica];
  let index = Math.max(node.gaps[replica], log.first);
  for (let next = log.get(index); next !== undefined && isCommitted(next); next = log.get(index)) index++;
  node.gaps[replica] = index;
  return index;
}
