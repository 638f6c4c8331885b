/**
 * EPaxos: executing committed commands in an order that every replica finds alike.
 *
 * Source: Moraru et al., SOSP 2013, §4.3.2: dependencies form a graph; its strongly connected components are executed in
 * inverse topological order (a dependency before what depends on it), the commands of one component by sequence number.
 * Components are found by Tarjan's algorithm (SIAM J. Computing 1(2), 1972), with a stack of its own, since chains of
 * dependencies may be long.
 */
import { dropExecuted } from "./epaxos-memory.ts";
import {
  type Ctx,
  type EPaxosNode,
  type Instance,
  instanceOf,
  interfere,
  isCommitted,
} from "./epaxos-state.ts";

/** Tarjan's marks of one instance. */
interface Mark {
  readonly instance: Instance;
  readonly number: number;
  low: number;
  onStack: boolean;
  /** The next dependency to be followed: replica and number. */
  replica: number;
  index: number;
}

/** One search for what must be executed before an instance. */
interface Search {
  readonly marks: Map<Instance, Mark>;
  readonly stack: Mark[];
  readonly path: Mark[];
}

/**
 * Executes an instance and all it depends on; false when some of that is not committed yet.
 *
 * Behind a replica that is down hundreds wait, in chains. What stops a search stops everything on the way to it: while it
 * is not committed, none of that is searched again, and a search that meets any of it ends there.
 */
export function execute(node: EPaxosNode, root: Instance, ctx: Ctx): boolean {
  if (root.status === "executed") return true;
  if (stopOf(root) !== null) return false;
  const components: Instance[][] = [];
  root.waitsFor = search(node, root, components);
  if (root.waitsFor !== null) {
    root.waitsFor.awaited = true;
    return false;
  }
  for (const members of components) for (const instance of members) apply(node, instance, ctx);
  return true;
}

/** What keeps an instance from being executed, as far as is known: itself, or what it was found to wait for; or null. */
function stopOf(instance: Instance): Instance | null {
  if (!isCommitted(instance)) return instance;
  const { waitsFor } = instance;
  return waitsFor !== null && !isCommitted(waitsFor) ? waitsFor : null;
}

/** Finds the components to be executed, in order; an instance that is not committed yet ends the search, and is returned. */
function search(node: EPaxosNode, root: Instance, components: Instance[][]): Instance | null {
  const first = newMark(node, root, 0);
  const alone = nextDependency(node, first);
  if (alone === null) {
    components.push([root]); // the common case
    return null;
  }
  const stop = stopOf(alone);
  if (stop !== null) return stop;
  const found: Search = { marks: new Map(), stack: [], path: [] };
  enter(found, newMark(node, root, 0));
  const { marks, stack, path } = found;
  while (path.length > 0) {
    const mark = path[path.length - 1];
    const next = nextDependency(node, mark);
    if (next !== null) {
      const stop = stopOf(next);
      if (stop !== null) {
        // All on the stack leads here: the path does, and the rest of the stack leads to the path.
        for (const { instance } of stack) instance.waitsFor = stop;
        return stop;
      }
      const known = marks.get(next);
      if (known === undefined) enter(found, newMark(node, next, marks.size));
      else if (known.onStack) mark.low = Math.min(mark.low, known.number);
      continue;
    }
    path.pop();
    if (path.length > 0) path[path.length - 1].low = Math.min(path[path.length - 1].low, mark.low);
    if (mark.low === mark.number) components.push(component(stack, mark));
  }
  return null;
}

const newMark = (node: EPaxosNode, instance: Instance, number: number): Mark => ({
  instance,
  number,
  low: number,
  onStack: true,
  replica: 0,
  index: node.executed[0],
});

function enter({ marks, stack, path }: Search, mark: Mark): void {
  marks.set(mark.instance, mark);
  stack.push(mark);
  path.push(mark);
}

/**
 * The next instance that one depends on and that is not executed; null when there is none left.
 *
 * The latest interfering instance of a replica stands for all before it: of those some may be ordered through it, but not
 * if it is recovered as a no-op, so each is looked at.
 */
function nextDependency(node: EPaxosNode, mark: Mark): Instance | null {
  const { instance } = mark;
  for (; mark.replica < node.group; mark.index = node.executed[++mark.replica] ?? 0) {
    while (mark.index <= instance.deps[mark.replica]) {
      const found = instanceOf(node, mark.replica, mark.index++);
      if (found === null || found.status === "executed" || found === instance) continue;
      if (isCommitted(found) && !interfere(found.operation, instance.operation)) continue;
      return found;
    }
  }
  return null;
}

/** The instances above a mark on the stack, and its own, in the order of execution. */
function component(stack: Mark[], root: Mark): Instance[] {
  const members: Instance[] = [];
  for (;;) {
    const mark = stack.pop() as Mark;
    mark.onStack = false;
    members.push(mark.instance);
    if (mark === root) break;
  }
  return members.sort((a, b) => a.seq - b.seq || a.replica - b.replica || a.index - b.index);
}

function apply(node: EPaxosNode, instance: Instance, ctx: Ctx): void {
  const { operation, replica } = instance;
  instance.status = "executed";
  instance.waitsFor = null; // or the last instance of a chain would keep all of it in memory
  node.blocked.delete(instance);
  advance(node, replica);
  if (operation === null) return;
  let key = node.store.get(operation.key);
  if (key === undefined) {
    key = { key: operation.key, value: -1, version: 0 };
    node.store.set(operation.key, key);
    node.stored.push(key);
  }
  if (operation.kind === "write" && node.applied.add(operation.id)) {
    key.value = operation.id;
    key.version++;
  }
  if (replica === node.id) ctx.reply(operation, operation.kind === "write" ? operation.id : key.value);
}

/** Everything before `executed` is. */
function advance(node: EPaxosNode, replica: number): void {
  const log = node.logs[replica];
  while (log.get(node.executed[replica])?.status === "executed") node.executed[replica]++;
  dropExecuted(node, replica);
}
