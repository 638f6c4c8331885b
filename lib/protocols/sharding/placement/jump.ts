/**
 * Jump consistent hash: a key jumps from bucket to bucket, as far as a chain of random numbers takes it below n.
 *
 * Source: Lamping and Veach, "A fast, minimal memory, consistent hash algorithm", arXiv 1406.2294 (2014), figure 1. No
 * memory, expected steps below ln n + 1, shares equal but for a step's 31 bits (2e-7 at 1000 nodes); but buckets are
 * numbered, so only the last node can go.
 */
import { DomainError } from "../../../core/errors.ts";
import type { NodeId } from "../../../core/system.ts";
import { hashKey, type Key } from "./key-hash.ts";
import { checkedNodes, checkedSeed, nodesWith, nodesWithout, type Placement } from "./placement.ts";

/** The multiplier 2862933555777941757 of the paper's generator, in halves and quarters. */
const HIGH = 0x27bb2ee6 | 0;
const LOW = 0x87b0b0fd | 0;
const LOW_TOP = 0x87b0;
const LOW_BOTTOM = 0xb0fd;
const TWO_31 = 2147483648;
/** The upper half of a key's 64 bits is a hash with another seed. */
const UPPER = 0x85ebca6b;

/**
 * The bucket of a 64-bit key, given in two 32-bit halves, among 0 … buckets − 1.
 *
 * The paper's own arithmetic modulo 2^64, in 32-bit steps and exact doubles.
 *
 * @example
 * jumpBucket(0, 256, 1024); // => 520
 */
export function jumpBucket(upper: number, lower: number, buckets: number): number {
  let high = upper | 0;
  let low = lower | 0;
  let bucket = 0;
  for (let next = 0; next < buckets; ) {
    bucket = next;
    // key = key·multiplier + 1: the lower product in four parts, of which only the carry into the upper half is kept.
    const top = low >>> 16;
    const bottom = low & 0xffff;
    const middle = top * LOW_BOTTOM + bottom * LOW_TOP + ((bottom * LOW_BOTTOM) >>> 16);
    const carry = top * LOW_TOP + Math.floor(middle / 65536);
    high = (Math.imul(high, LOW) + Math.imul(low, HIGH) + carry) | 0;
    low = (Math.imul(low, LOW) + 1) | 0;
    if (low === 0) high = (high + 1) | 0;
    next = Math.floor((bucket + 1) * (TWO_31 / ((high >>> 1) + 1)));
  }
  return bucket;
}

class Jump implements Placement {
  readonly name = "jump";
  readonly nodes: readonly NodeId[];
  private readonly seed: number;

  constructor(nodes: readonly NodeId[], seed: number) {
    this.nodes = checkedNodes("jump", nodes);
    this.seed = checkedSeed("jump", seed);
  }

  owner(key: Key): NodeId {
    const upper = hashKey(key, (this.seed ^ UPPER) >>> 0);
    return this.nodes[jumpBucket(upper, hashKey(key, this.seed), this.nodes.length)];
  }

  shares(): readonly number[] {
    return this.nodes.map(() => 1 / this.nodes.length);
  }

  with(node: NodeId): Placement {
    return new Jump(nodesWith("jump", this.nodes, node), this.seed);
  }

  /** Only the last node can go: a gap in the numbers of the buckets would move keys of all the later ones (§2). */
  without(node: NodeId): Placement {
    const left = nodesWithout("jump", this.nodes, node);
    const last = this.nodes[this.nodes.length - 1];
    if (node !== last)
      throw new DomainError(
        `jump: node to remove must be the last, ${last} (Lamping, Veach §2), got ${node}`,
      );
    return new Jump(left, this.seed);
  }
}

/**
 * Jump consistent hash over the nodes in their order.
 *
 * @example
 * placements.jump({ nodes: [0, 1] }).with(2).nodes; // => [0, 1, 2]
 */
export function jump(given: { readonly nodes: readonly NodeId[]; readonly seed?: number }): Placement {
  return new Jump(given.nodes, given.seed ?? 0);
}
