/**
 * EPaxos: executing committed commands in an order that every replica finds alike.
 *
 * Source: Moraru et al., SOSP 2013, §4.3.2: dependencies form a graph; its strongly connected components are executed in
 * inverse topological order (a dependency before what depends on it), the commands of one component by sequence number.
 * Components are found by Tarjan's algorithm (SIAM J. Computing 1(2), 1972), with a stack of its own, since chains of
 * dependencies may be long.
 *
 * A dependency stands for all the interfering instances of its replica up to its number, so that n of them behind one key
 * have n² edges. Beside the instances the graph has their *prefixes*: a list of pending instances up to a place leads to
 * the one there and to the prefix one shorter. Instances reach one another as before, by edges as many as there are.
 */
import { dropExecuted } from "./epaxos-memory.ts";
import {
  enlist,
  forgetPending,
  type PendingOfKey,
  pendingBeside,
  uncommittedBefore,
} from "./epaxos-pending.ts";
import type { EPaxosRules } from "./epaxos-rounds.ts";
import {
  type Ctx,
  type EPaxosNode,
  type Instance,
  interfere,
  isCommitted,
  noteWrite,
} from "./epaxos-state.ts";

/** Tarjan's marks of an instance, or of a prefix: the list and the place it ends at. */
interface Mark {
  readonly instance: Instance;
  /** Null for an instance; for a prefix the list, of which `instance` stands at `at`. */
  readonly list: readonly Instance[] | null;
  readonly at: number;
  readonly number: number;
  low: number;
  onStack: boolean;
  /** How many of its edges have been followed. */
  followed: number;
}

/** One search for what must be executed before an instance. */
interface Search {
  readonly instances: Map<Instance, Mark>;
  /** By the instance at their end. */
  readonly prefixes: Map<Instance, Mark>;
  readonly stack: Mark[];
  readonly path: Mark[];
}

/**
 * Executes an instance and all it depends on; false when some of that is not committed yet.
 *
 * Behind a replica that is down hundreds wait, in chains, and one more commit seldom frees any. So what is found to wait
 * hangs on what stopped it, and is looked at again once that is *executed*: when it is committed, and itself waits for
 * something, all that hangs on it waits for that too, and is not touched.
 */
export function execute(node: EPaxosNode, root: Instance, ctx: Ctx): boolean {
  if (root.status === "executed") return true;
  let stop = stopOf(node, root);
  if (stop === null && comesAfterNothing(node, root)) {
    apply(node, root, ctx); // the common case
    return true;
  }
  enlist(node, root);
  const components: Instance[][] = [];
  stop ??= search(node, root, components);
  if (stop !== null) {
    if (standsBehind(root) === null) waitFor(root, stop);
    return false;
  }
  for (const members of components) for (const instance of members) apply(node, instance, ctx);
  return true;
}

/** What keeps a committed instance from being executed, as far as it can be told without a search, or null. */
const stopOf = (node: EPaxosNode, instance: Instance): Instance | null =>
  standsBehind(instance) ?? uncommittedBefore(node, instance);

/** What an instance was found to wait for, and that by now, to the end; null when there is nothing uncommitted there. */
function standsBehind(instance: Instance): Instance | null {
  let last = instance;
  while (last.waitsFor !== null && isCommitted(last.waitsFor)) last = last.waitsFor;
  // The next to ask finds it at once. Not past the last that is committed: what it hangs on may let go of it.
  for (let at = instance; at !== last; ) {
    const next = at.waitsFor as Instance;
    at.waitsFor = last;
    at = next;
  }
  return last.waitsFor;
}

/**
 * Now committed, but not executed: whatever hangs on it and comes after it waits on. While it was not known, others had to
 * hang on it too: those of other keys, and reads of a read, or what waits through one.
 */
export function wakeStrangers(node: EPaxosNode, known: Instance): void {
  if (known.waiters === null) return;
  const { replica, index, operation } = known;
  for (const waiting of known.waiters) {
    const comesAfter =
      interfere(operation, waiting.operation) &&
      (operation?.kind === "write" || waiting.deps[replica] >= index);
    if (comesAfter) continue;
    known.waiters.delete(waiting);
    waiting.waitsFor = null;
    node.woken.push(waiting);
  }
}

/** Looks again at what waited for those that have been executed, and for what these have. */
export function executeWoken(node: EPaxosNode, rules: EPaxosRules, ctx: Ctx): void {
  for (let next = node.woken.pop(); next !== undefined; next = node.woken.pop()) {
    if (next.status !== "committed") continue;
    next.waitsFor = null;
    rules.execute(node, next, ctx);
  }
}

function waitFor(instance: Instance, stop: Instance): void {
  instance.waitsFor = stop;
  stop.waiters ??= new Set();
  stop.waiters.add(instance);
}

/** Finds the components to be executed, in order; an instance that is not committed yet ends the search, and is returned. */
function search(node: EPaxosNode, root: Instance, components: Instance[][]): Instance | null {
  const found: Search = { instances: new Map(), prefixes: new Map(), stack: [], path: [] };
  const { stack, path } = found;
  enter(found, root, null, 0);
  while (path.length > 0) {
    const mark = path[path.length - 1];
    const next = follow(node, found, mark);
    if (next === "entered") {
      const entered = path[path.length - 1];
      const stop = entered.list === null ? stopOf(node, entered.instance) : null;
      if (stop === null) continue;
      // All on the stack leads here: the path does, and the rest of the stack leads to the path.
      for (const { instance, list } of stack) if (list === null) waitFor(instance, stop);
      return stop;
    }
    if (next === "known") continue;
    path.pop();
    if (path.length > 0) path[path.length - 1].low = Math.min(path[path.length - 1].low, mark.low);
    if (mark.low === mark.number) {
      const members = component(stack, mark);
      if (members.length > 0) components.push(members);
    }
  }
  return null;
}

/** Nothing pending comes before it. */
function comesAfterNothing(node: EPaxosNode, root: Instance): boolean {
  const pending = pendingBeside(node, root);
  if (pending === null) return true;
  const { deps } = root;
  for (let replica = 0; replica < node.group; replica++) {
    if (deps[replica] < 0) continue;
    for (let edge = 2 * replica; edge < 2 * replica + 2; edge++) {
      const list = listBefore(root, pending, edge);
      const first = list.length > 0 && list[0] === root ? 1 : 0;
      if (first < list.length && list[first].index <= deps[replica]) return false;
    }
  }
  return true;
}

const NOTHING: readonly Instance[] = [];

/** What is pending of one replica that may come before an instance: edges are a replica's writes and its reads in turn. */
function listBefore({ operation }: Instance, pending: PendingOfKey, edge: number): readonly Instance[] {
  if ((edge & 1) === 0) return pending.writes[edge >> 1];
  return operation?.kind === "write" ? pending.reads[edge >> 1] : NOTHING;
}

/** Follows the next edge of a mark: to what was not marked, to what was, or there is none left. */
function follow(node: EPaxosNode, found: Search, mark: Mark): "entered" | "known" | "done" {
  const { instance, list, at } = mark;
  const edge = mark.followed++;
  if (list !== null) {
    if (edge === 0) return go(found, mark, found.instances, instance, null, 0);
    return edge === 1 && at > 0 ? go(found, mark, found.prefixes, list[at - 1], list, at - 1) : "done";
  }
  if (edge >= 2 * node.group) return "done";
  const before = instance.pending === null ? NOTHING : listBefore(instance, instance.pending, edge);
  const last = lastUpTo(before, instance.deps[edge >> 1]);
  return last < 0 ? "known" : go(found, mark, found.prefixes, before[last], before, last);
}

function go(
  found: Search,
  from: Mark,
  marks: Map<Instance, Mark>,
  instance: Instance,
  list: readonly Instance[] | null,
  at: number,
): "entered" | "known" {
  const known = marks.get(instance);
  if (known === undefined) {
    enter(found, instance, list, at);
    return "entered";
  }
  if (known.onStack) from.low = Math.min(from.low, known.number);
  return "known";
}

function enter(found: Search, instance: Instance, list: readonly Instance[] | null, at: number): void {
  const { instances, prefixes, stack, path } = found;
  const number = instances.size + prefixes.size;
  const mark: Mark = { instance, list, at, number, low: number, onStack: true, followed: 0 };
  (list === null ? instances : prefixes).set(instance, mark);
  stack.push(mark);
  path.push(mark);
}

/** The place of the last instance whose number is at most `index`, −1 for none. */
function lastUpTo(list: readonly Instance[], index: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle].index <= index) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The instances above a mark on the stack, and its own, in the order of execution. */
function component(stack: Mark[], root: Mark): Instance[] {
  const members: Instance[] = [];
  for (;;) {
    const mark = stack.pop() as Mark;
    mark.onStack = false;
    if (mark.list === null) members.push(mark.instance);
    if (mark === root) break;
  }
  return members.sort((a, b) => a.seq - b.seq || a.replica - b.replica || a.index - b.index);
}

function apply(node: EPaxosNode, instance: Instance, ctx: Ctx): void {
  const { operation, replica } = instance;
  instance.status = "executed";
  forgetPending(instance);
  instance.waitsFor = null; // or the last instance of a chain would keep all of it in memory
  if (instance.waiters !== null) for (const waiting of instance.waiters) node.woken.push(waiting);
  instance.waiters = null;
  node.blocked.delete(instance);
  advance(node, replica);
  if (operation === null) return;
  let key = node.store.get(operation.key);
  if (key === undefined) {
    key = { place: node.stored.length, key: operation.key, value: -1, version: 0 };
    node.store.set(operation.key, key);
    node.stored.push(key);
  }
  if (operation.kind === "write" && node.applied.add(operation.id)) {
    key.value = operation.id;
    key.version++;
    node.writes++;
    noteWrite(node, key);
  }
  if (replica === node.id) ctx.reply(operation, operation.kind === "write" ? operation.id : key.value);
}

/** Everything before `executed` is. */
function advance(node: EPaxosNode, replica: number): void {
  const log = node.logs[replica];
  while (log.get(node.executed[replica])?.status === "executed") node.executed[replica]++;
  dropExecuted(node, replica);
}
