/**
 * Consistent hashing with bounded loads: a key goes to the first node clockwise that is not full.
 *
 * Source: Mirrokni, Thorup and Zadimoghaddam, "Consistent hashing with bounded loads", SODA 2018 (arXiv 1608.01350), §1:
 * with m keys on n nodes each holds at most ⌈cm/n⌉ of them, c = 1 + ε. Who is pushed on depends on the order in which
 * keys come (with one point a node only the loads do not, as in linear probing); here keys come in the order of their
 * numbers, so that the placement is a pure function of the population and the nodes.
 */
import { DomainError, show } from "../../../core/errors.ts";
import type { NodeId } from "../../../core/system.ts";
import type { Key } from "./key-hash.ts";
import { checkedCount, type Placement } from "./placement.ts";
import { Ring } from "./ring.ts";

/** What a placement with bounded loads is built from. */
export interface BoundedLoadsOptions {
  readonly nodes: readonly NodeId[];
  /** The population: keys 0 … keys − 1. */
  readonly keys: number;
  /** c: no node holds more than ⌈c·keys/n⌉ keys; > 1, default 1.25. */
  readonly factor?: number;
  /** Places of each node on the ring; default 1, as in the paper. */
  readonly points?: number;
  readonly seed?: number;
}

/**
 * The first node clockwise of a key that is not refused: the paper's rule for loads that change from request to request.
 *
 * @param refuses given the place of a node in `ring.nodes`
 * @returns the place in `ring.nodes`, or −1 when all refuse
 */
export function firstAccepting(ring: Ring, key: Key, refuses: (place: number) => boolean): number {
  const first = ring.pointOf(key);
  for (let i = 0; i < ring.size; i++) {
    const place = ring.holderAt(first + i);
    if (!refuses(place)) return place;
  }
  return -1;
}

/** A population of keys on a ring of full and not yet full nodes; what `boundedLoads` gives. */
export class BoundedLoads implements Placement {
  readonly name = "bounded loads";
  readonly keys: number;
  readonly factor: number;
  /** Keys that a node may hold, ⌈c·keys/n⌉. */
  readonly capacity: number;
  /** Keys that are not where plain consistent hashing would have them. */
  readonly displaced: number;
  readonly ring: Ring;
  private readonly holders: Int32Array;
  private readonly loads: Int32Array;

  constructor({ nodes, keys, factor = 1.25, points = 1, seed = 0 }: BoundedLoadsOptions) {
    this.ring = new Ring({ nodes, points, seed });
    this.keys = checkedCount("bounded loads", "keys", keys, 2 ** 31 - 1);
    if (!(factor > 1 && Number.isFinite(factor)))
      throw new DomainError(`bounded loads: factor must be > 1 and finite, got ${show(factor)}`);
    this.factor = factor;
    this.capacity = Math.ceil((factor * keys) / nodes.length);
    this.holders = new Int32Array(keys);
    this.loads = new Int32Array(nodes.length);
    this.displaced = this.fill();
  }

  /** Places all keys; returns how many were pushed on. */
  private fill(): number {
    const { ring, capacity, holders, loads } = this;
    // From a point whose node is full the way leads on: each walk shortens the way for later ones (disjoint sets).
    const onward = Int32Array.from({ length: ring.size }, (_, point) => point);
    const settle = (start: number): number => {
      let point = start;
      for (;;) {
        while (onward[point] !== point) {
          onward[point] = onward[onward[point]];
          point = onward[point];
        }
        if (loads[ring.holderAt(point)] < capacity) return ring.holderAt(point);
        onward[point] = (point + 1) % ring.size;
      }
    };
    let displaced = 0;
    for (let key = 0; key < this.keys; key++) {
      const first = ring.pointOf(key);
      const place = settle(first);
      holders[key] = place;
      loads[place]++;
      if (place !== ring.holderAt(first)) displaced++;
    }
    return displaced;
  }

  get nodes(): readonly NodeId[] {
    return this.ring.nodes;
  }

  /** @throws DomainError for a key outside the population */
  owner(key: Key): NodeId {
    if (typeof key !== "number" || !Number.isInteger(key) || key < 0 || key >= this.keys)
      throw new DomainError(
        `bounded loads: key must be an integer >= 0 and < ${this.keys}, got ${show(key)}`,
      );
    return this.nodes[this.holders[key]];
  }

  shares(): readonly number[] {
    return Array.from(this.loads, (load) => load / this.keys);
  }

  with(node: NodeId): BoundedLoads {
    return this.on(this.ring.with(node).nodes);
  }

  without(node: NodeId): BoundedLoads {
    return this.on(this.ring.without(node).nodes);
  }

  private on(nodes: readonly NodeId[]): BoundedLoads {
    const { keys, factor } = this;
    return new BoundedLoads({ nodes, keys, factor, points: this.ring.points, seed: this.ring.seed });
  }
}

/**
 * Consistent hashing with bounded loads for a population of keys.
 *
 * @throws DomainError for a factor that is not above 1
 * @example
 * placements.boundedLoads({ nodes: [0, 1], keys: 100, factor: 1.1 }).capacity; // => 56
 */
export function boundedLoads(options: BoundedLoadsOptions): BoundedLoads {
  return new BoundedLoads(options);
}
