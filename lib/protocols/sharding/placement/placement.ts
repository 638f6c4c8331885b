/**
 * Placement: which node owns a key, as a pure value. Adding or removing a node gives a new placement, and what differs
 * between the two is what must move.
 */
import { DomainError, show } from "../../../core/errors.ts";
import type { NodeId } from "../../../core/system.ts";
import type { Key } from "./key-hash.ts";

/** Where keys belong. */
export interface Placement {
  /** The algorithm, in the field's word. */
  readonly name: string;
  /** The nodes, in the order in which they were given. */
  readonly nodes: readonly NodeId[];
  owner(key: Key): NodeId;
  /** The share of uniformly hashed keys that each node owns, in the order of `nodes`; they add up to 1. */
  shares(): readonly number[];
  /** With one node more. @throws DomainError when it is there already */
  with(node: NodeId): Placement;
  /** With one node less. @throws DomainError when it is not there, or the last */
  without(node: NodeId): Placement;
  /** Different nodes for the copies of a key, its owner first; absent where the algorithm defines none. */
  replicas?(key: Key, count: number): NodeId[];
}

/** The nodes if they are whole numbers, all different, and at least one. */
export function checkedNodes(where: string, nodes: readonly NodeId[]): readonly NodeId[] {
  if (!Array.isArray(nodes) || nodes.length === 0)
    throw new DomainError(`${where}: nodes must be a list of at least 1 node, got ${show(nodes)}`);
  for (const node of nodes)
    if (!Number.isInteger(node) || node < 0 || node > 0x7fffffff)
      throw new DomainError(`${where}: node must be an integer >= 0 and < 2^31, got ${show(node)}`);
  if (new Set(nodes).size !== nodes.length)
    throw new DomainError(`${where}: nodes must be all different, got ${show(nodes)}`);
  return [...nodes];
}

/** The seed of a placement's hash. */
export function checkedSeed(where: string, seed: number): number {
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff)
    throw new DomainError(`${where}: seed must be an integer >= 0 and < 2^32, got ${show(seed)}`);
  return seed;
}

/** A count among 1 … limit. */
export function checkedCount(where: string, name: string, count: number, limit: number): number {
  if (!Number.isInteger(count) || count < 1 || count > limit)
    throw new DomainError(`${where}: ${name} must be an integer >= 1 and <= ${limit}, got ${show(count)}`);
  return count;
}

/** The nodes and one more. */
export function nodesWith(where: string, nodes: readonly NodeId[], node: NodeId): NodeId[] {
  if (nodes.includes(node)) throw new DomainError(`${where}: node must be new, got ${node}`);
  return [...nodes, node];
}

/** The nodes but one. */
export function nodesWithout(where: string, nodes: readonly NodeId[], node: NodeId): NodeId[] {
  if (!nodes.includes(node))
    throw new DomainError(`${where}: node must be one of ${nodes.join(", ")}, got ${show(node)}`);
  return nodes.filter((other) => other !== node);
}
