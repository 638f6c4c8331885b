/**
 * Rendezvous hashing (highest random weight): every node scores every key, the highest score owns it.
 *
 * Source: Thaler and Ravishankar, "Using name-based mappings to increase hit rates", IEEE/ACM Trans. Networking 6(1),
 * 1998, §3; weights w by the score −w/ln u after Schindelhauer and Schomaker, "Weighted distributed hash tables",
 * SPAA 2005, §3 (the logarithmic method): a node is then the highest with probability w/Σw, exactly. Nothing moves but
 * to a node that comes and from one that goes; a look-up costs O(n).
 */
import { DomainError, show } from "../../../core/errors.ts";
import type { NodeId } from "../../../core/system.ts";
import { hashKey, hashNode, type Key } from "./key-hash.ts";
import {
  checkedCount,
  checkedNodes,
  checkedSeed,
  nodesWith,
  nodesWithout,
  type Placement,
} from "./placement.ts";

const TWO_32 = 4294967296;

/** What rendezvous hashing is built from. */
export interface RendezvousOptions {
  readonly nodes: readonly NodeId[];
  /** A weight > 0 for each node, in the order of `nodes`; default all alike. */
  readonly weights?: readonly number[];
  readonly seed?: number;
}

/** The last step of xxHash32, which makes every bit depend on every other: one to one on 32-bit words. */
function mixed(word: number): number {
  let h = Math.imul(word ^ (word >>> 15), 0x85ebca77);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae3d);
  return (h ^ (h >>> 16)) >>> 0;
}

function checkedWeights(nodes: readonly NodeId[], weights: readonly number[] | undefined): number[] | null {
  if (weights === undefined) return null;
  if (weights.length !== nodes.length)
    throw new DomainError(
      `rendezvous: weights must be as many as nodes, ${nodes.length}, got ${weights.length}`,
    );
  for (const weight of weights)
    if (!(weight > 0 && Number.isFinite(weight)))
      throw new DomainError(`rendezvous: weight must be > 0 and finite, got ${show(weight)}`);
  return [...weights];
}

class Rendezvous implements Placement {
  readonly name: string;
  readonly nodes: readonly NodeId[];
  private readonly seed: number;
  private readonly weights: readonly number[] | null;
  /** A hash of each node, mixed with a key's for its score. */
  private readonly words: Int32Array;

  constructor({ nodes, weights, seed = 0 }: RendezvousOptions) {
    this.nodes = checkedNodes("rendezvous", nodes);
    this.seed = checkedSeed("rendezvous", seed);
    this.weights = checkedWeights(nodes, weights);
    this.name = this.weights === null ? "rendezvous" : "weighted rendezvous";
    this.words = Int32Array.from(nodes, (node) => hashNode(node, 0, seed) | 0);
  }

  private score(hash: number, i: number): number {
    const word = mixed(hash ^ this.words[i]);
    return this.weights === null ? word : -this.weights[i] / Math.log((word + 0.5) / TWO_32);
  }

  owner(key: Key): NodeId {
    const hash = hashKey(key, this.seed);
    let best = 0;
    let highest = -1;
    for (let i = 0; i < this.words.length; i++) {
      const score = this.score(hash, i);
      if (score > highest) {
        highest = score;
        best = i;
      }
    }
    return this.nodes[best];
  }

  /** The nodes of the highest scores. */
  replicas(key: Key, count: number): NodeId[] {
    checkedCount("rendezvous", "replicas", count, this.nodes.length);
    const hash = hashKey(key, this.seed);
    return this.nodes
      .map((node, i) => ({ node, score: this.score(hash, i), i }))
      .sort((a, b) => b.score - a.score || a.i - b.i)
      .slice(0, count)
      .map(({ node }) => node);
  }

  shares(): readonly number[] {
    const weights = this.weights ?? this.nodes.map(() => 1);
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return weights.map((weight) => weight / sum);
  }

  /** A node that comes has the mean weight of those there. */
  with(node: NodeId): Placement {
    const nodes = nodesWith("rendezvous", this.nodes, node);
    if (this.weights === null) return new Rendezvous({ nodes, seed: this.seed });
    const mean = this.weights.reduce((sum, weight) => sum + weight, 0) / this.weights.length;
    return new Rendezvous({ nodes, weights: [...this.weights, mean], seed: this.seed });
  }

  without(node: NodeId): Placement {
    const nodes = nodesWithout("rendezvous", this.nodes, node);
    if (this.weights === null) return new Rendezvous({ nodes, seed: this.seed });
    const weights = this.weights.filter((_, i) => this.nodes[i] !== node);
    return new Rendezvous({ nodes, weights, seed: this.seed });
  }
}

/**
 * Rendezvous hashing, plain or weighted.
 *
 * @throws DomainError for weights that are not as many as the nodes, or not > 0
 * @example
 * placements.rendezvous({ nodes: [0, 1], weights: [1, 3] }).shares(); // => [0.25, 0.75]
 */
export function rendezvous(options: RendezvousOptions): Placement {
  return new Rendezvous(options);
}
