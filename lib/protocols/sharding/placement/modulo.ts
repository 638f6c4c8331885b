/**
 * Modulo: hash(key) mod n. Balanced, and useless when n changes: nearly every key moves.
 *
 * Source: the scheme that Karger, Lehman, Leighton, Panigrahy, Levine and Lewin, "Consistent hashing and random trees",
 * STOC 1997, §1, set out to replace. From n to n + 1 nodes a share n/(n + 1) of the keys moves.
 */
import type { NodeId } from "../../../core/system.ts";
import { hashKey, type Key } from "./key-hash.ts";
import {
  checkedCount,
  checkedNodes,
  checkedSeed,
  nodesWith,
  nodesWithout,
  type Placement,
} from "./placement.ts";

class Modulo implements Placement {
  readonly name = "modulo";
  readonly nodes: readonly NodeId[];
  private readonly seed: number;

  constructor(nodes: readonly NodeId[], seed: number) {
    this.nodes = checkedNodes("modulo", nodes);
    this.seed = checkedSeed("modulo", seed);
  }

  owner(key: Key): NodeId {
    return this.nodes[hashKey(key, this.seed) % this.nodes.length];
  }

  /** The owner and the nodes that follow it. */
  replicas(key: Key, count: number): NodeId[] {
    const n = this.nodes.length;
    checkedCount("modulo", "replicas", count, n);
    const first = hashKey(key, this.seed) % n;
    return Array.from({ length: count }, (_, i) => this.nodes[(first + i) % n]);
  }

  shares(): readonly number[] {
    return this.nodes.map(() => 1 / this.nodes.length);
  }

  with(node: NodeId): Placement {
    return new Modulo(nodesWith("modulo", this.nodes, node), this.seed);
  }

  without(node: NodeId): Placement {
    return new Modulo(nodesWithout("modulo", this.nodes, node), this.seed);
  }
}

/**
 * hash(key) mod n over the nodes in their order.
 *
 * @throws DomainError for nodes that are not different whole numbers >= 0
 * @example
 * placements.modulo({ nodes: [0, 1, 2, 3] }).shares(); // => [0.25, 0.25, 0.25, 0.25]
 */
export function modulo(given: { readonly nodes: readonly NodeId[]; readonly seed?: number }): Placement {
  return new Modulo(given.nodes, given.seed ?? 0);
}
