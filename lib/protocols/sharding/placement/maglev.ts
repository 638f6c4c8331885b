/**
 * Maglev hashing: nodes take turns to claim their next preferred free entry of a look-up table of prime size.
 *
 * Source: Eisenbud et al., "Maglev: a fast and reliable software network load balancer", NSDI 2016, §3.4, pseudo-code 1.
 * Node i prefers the entries (offset + j·skip) mod M. Nodes differ by one entry at most; when a node goes, somewhat
 * more than its entries change hands (§5.3). The paper asks for M > 100 n for shares within 1 %.
 */
import { DomainError, show } from "../../../core/errors.ts";
import type { NodeId } from "../../../core/system.ts";
import { hashKey, hashNode, type Key } from "./key-hash.ts";
import { checkedNodes, checkedSeed, nodesWith, nodesWithout, type Placement } from "./placement.ts";

/** What a Maglev table is built from. */
export interface MaglevOptions {
  readonly nodes: readonly NodeId[];
  /** Entries of the table, a prime above the number of nodes; default 65537, the paper's small size. */
  readonly size?: number;
  readonly seed?: number;
}

function isPrime(n: number): boolean {
  if (!Number.isInteger(n) || n < 2) return false;
  for (let i = 2; i * i <= n; i++) if (n % i === 0) return false;
  return true;
}

/** The table: the place in `nodes` of each entry's node. */
function populated(nodes: readonly NodeId[], size: number, seed: number): Int32Array {
  const next = Float64Array.from(nodes, (node) => hashNode(node, 0, seed) % size);
  const skip = Float64Array.from(nodes, (node) => (hashNode(node, 1, seed) % (size - 1)) + 1);
  const table = new Int32Array(size).fill(-1);
  for (let filled = 0; ; ) {
    for (let i = 0; i < next.length; i++) {
      let entry = next[i];
      const step = skip[i];
      while (table[entry] >= 0) {
        entry += step;
        if (entry >= size) entry -= size;
      }
      table[entry] = i;
      next[i] = entry;
      if (++filled === size) return table;
    }
  }
}

/** A Maglev table; what `maglev` gives. */
export class Maglev implements Placement {
  readonly name = "maglev";
  readonly nodes: readonly NodeId[];
  readonly size: number;
  private readonly seed: number;
  private readonly table: Int32Array;

  constructor({ nodes, size = 65537, seed = 0 }: MaglevOptions) {
    this.nodes = checkedNodes("maglev", nodes);
    this.seed = checkedSeed("maglev", seed);
    if (!isPrime(size) || size <= nodes.length || size > 2 ** 31)
      throw new DomainError(
        `maglev: size must be a prime > the number of nodes, ${nodes.length}, got ${show(size)}`,
      );
    this.size = size;
    this.table = populated(this.nodes, size, seed);
  }

  owner(key: Key): NodeId {
    return this.nodes[this.table[hashKey(key, this.seed) % this.size]];
  }

  /** The node of an entry of the table, 0 … size − 1. */
  entry(i: number): NodeId {
    return this.nodes[this.table[i]];
  }

  shares(): readonly number[] {
    const shares = new Array<number>(this.nodes.length).fill(0);
    for (const holder of this.table) shares[holder]++;
    return shares.map((entries) => entries / this.size);
  }

  with(node: NodeId): Maglev {
    return new Maglev({ nodes: nodesWith("maglev", this.nodes, node), size: this.size, seed: this.seed });
  }

  without(node: NodeId): Maglev {
    return new Maglev({ nodes: nodesWithout("maglev", this.nodes, node), size: this.size, seed: this.seed });
  }
}

/**
 * Maglev hashing.
 *
 * @throws DomainError for a size that is not a prime above the number of nodes
 * @example
 * placements.maglev({ nodes: [0, 1, 2], size: 7 }).shares().map((share) => share >= 2 / 7 && share <= 3 / 7); // => [true, true, true]
 */
export function maglev(options: MaglevOptions): Maglev {
  return new Maglev(options);
}
