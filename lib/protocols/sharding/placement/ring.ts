/**
 * Consistent hashing: each node stands at `points` places of a ring, and owns the keys between a place and the one before.
 *
 * Source: Karger et al., "Consistent hashing and random trees", STOC 1997, §4; several places a node ("virtual nodes")
 * after Stoica et al., "Chord", SIGCOMM 2001, §6.2, and DeCandia et al., "Dynamo", SOSP 2007, §4.2. A share has standard
 * deviation √((n − 1)/(kn + 1)) of its mean; a node that comes takes 1/(n + 1) on average, and nothing else moves.
 */
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

/** Points of all nodes together, at most. */
const MOST_POINTS = 2 ** 24;
const TWO_32 = 4294967296;

/** What a ring is built from. */
export interface RingOptions {
  readonly nodes: readonly NodeId[];
  /** Places of each node on the ring; default 100. */
  readonly points?: number;
  readonly seed?: number;
}

/** A ring with its points in order; what `ring` gives. */
export class Ring implements Placement {
  readonly name = "ring";
  readonly nodes: readonly NodeId[];
  readonly points: number;
  readonly seed: number;
  /** Where the points stand, ascending, and the place in `nodes` of each one's node. */
  private readonly positions: Uint32Array;
  private readonly holders: Int32Array;
  /** First point at or after the start of each of 2^k equal arcs: a look-up needs one step or two. */
  private readonly starts: Uint32Array;
  private readonly shift: number;

  constructor({ nodes, points = 100, seed = 0 }: RingOptions) {
    this.nodes = checkedNodes("ring", nodes);
    this.points = checkedCount("ring", "points", points, Math.floor(MOST_POINTS / nodes.length));
    this.seed = checkedSeed("ring", seed);
    const total = nodes.length * points;
    const bits = Math.max(1, Math.ceil(Math.log2(total)));
    this.shift = 32 - bits;
    this.positions = new Uint32Array(total);
    this.holders = new Int32Array(total);
    this.starts = new Uint32Array(2 ** bits);
    this.stand();
  }

  /** Sorts the points into equal arcs, of which each holds about one, and orders the few within an arc. */
  private stand(): void {
    const { nodes, points, seed, positions, holders, starts, shift } = this;
    const total = positions.length;
    const drawn = new Uint32Array(total);
    const ends = new Uint32Array(starts.length);
    for (let i = 0; i < total; i++) {
      drawn[i] = hashNode(nodes[Math.floor(i / points)], i % points, seed);
      ends[drawn[i] >>> shift]++;
    }
    for (let arc = 1; arc < ends.length; arc++) {
      ends[arc] += ends[arc - 1];
      starts[arc] = ends[arc - 1];
    }
    ends.set(starts);
    for (let i = 0; i < total; i++) {
      const arc = drawn[i] >>> shift;
      // Equal positions stay in the order of the nodes: only a greater one makes room.
      let at = ends[arc]++;
      for (; at > starts[arc] && positions[at - 1] > drawn[i]; at--) {
        positions[at] = positions[at - 1];
        holders[at] = holders[at - 1];
      }
      positions[at] = drawn[i];
      holders[at] = Math.floor(i / points);
    }
  }

  /** The number of the first point at or after the hash of a key. */
  pointOf(key: Key): number {
    return this.pointAt(hashKey(key, this.seed));
  }

  /** The number of the first point at or after a position, from 0 to 2^32 − 1. */
  pointAt(h: number): number {
    const positions = this.positions;
    const total = positions.length;
    let i = this.starts[h >>> this.shift];
    while (i < total && positions[i] < h) i++;
    return i === total ? 0 : i;
  }

  /** The place in `nodes` of the node at a point; points are numbered clockwise, from 0, round and round. */
  holderAt(point: number): number {
    return this.holders[point % this.holders.length];
  }

  /** Number of points on the ring. */
  get size(): number {
    return this.holders.length;
  }

  owner(key: Key): NodeId {
    return this.nodes[this.holders[this.pointOf(key)]];
  }

  /** The owner and the next other nodes clockwise (Dynamo's preference list, §4.3). */
  replicas(key: Key, count: number): NodeId[] {
    checkedCount("ring", "replicas", count, this.nodes.length);
    const found: NodeId[] = [];
    for (let point = this.pointOf(key); found.length < count; point++) {
      const node = this.nodes[this.holderAt(point)];
      if (!found.includes(node)) found.push(node);
    }
    return found;
  }

  shares(): readonly number[] {
    const shares = new Array<number>(this.nodes.length).fill(0);
    const last = this.positions.length - 1;
    for (let i = 0; i <= last; i++) {
      const before = i === 0 ? this.positions[last] - TWO_32 : this.positions[i - 1];
      shares[this.holders[i]] += (this.positions[i] - before) / TWO_32;
    }
    return shares;
  }

  with(node: NodeId): Ring {
    return new Ring({ ...this.options(), nodes: nodesWith("ring", this.nodes, node) });
  }

  without(node: NodeId): Ring {
    return new Ring({ ...this.options(), nodes: nodesWithout("ring", this.nodes, node) });
  }

  private options(): { readonly points: number; readonly seed: number } {
    return { points: this.points, seed: this.seed };
  }
}

/**
 * Consistent hashing on a ring with virtual nodes.
 *
 * @throws DomainError when points is not a whole number >= 1, or points × nodes is above 2^24
 * @example
 * placements.ring({ nodes: [7], points: 10 }).owner("any key"); // => 7
 */
export function ring(options: RingOptions): Ring {
  return new Ring(options);
}
