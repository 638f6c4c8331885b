/**
 * Range sharding: a sorted map of boundaries, each range with an owner; ranges split, merge and move.
 *
 * Source: Chang et al., "Bigtable", OSDI 2006, §5 (tablets); Corbett et al., "Spanner", OSDI 2012, §2.1. Neighbouring
 * keys stay together, so scans touch few nodes; but so do hot neighbours, and balance is the work of whoever splits and
 * moves. Every change of an owner raises the range's epoch: a node that serves with an old epoch is no owner any more.
 */
import { DomainError, show } from "../../../core/errors.ts";
import type { NodeId } from "../../../core/system.ts";
import type { Key } from "./key-hash.ts";
import { checkedCount, checkedNodes, nodesWith, nodesWithout, type Placement } from "./placement.ts";

/** Keys `first` … `end` − 1 and who owns them, since the `epoch`-th change of hands. */
export interface KeyRange {
  readonly first: number;
  readonly end: number;
  readonly owner: NodeId;
  readonly epoch: number;
}

/** The map from ranges of keys to nodes; what `ranges` gives. Every change gives a new map. */
export class RangeMap implements Placement {
  readonly name = "ranges";
  readonly nodes: readonly NodeId[];
  /** All ranges in order, without gaps: from 0 to the number of keys. */
  readonly ranges: readonly KeyRange[];
  private readonly firsts: Float64Array;

  constructor(nodes: readonly NodeId[], ranges: readonly KeyRange[]) {
    this.nodes = nodes;
    this.ranges = ranges;
    this.firsts = Float64Array.from(ranges, (range) => range.first);
  }

  get keys(): number {
    return this.ranges[this.ranges.length - 1].end;
  }

  /** The place in `ranges` of the range that holds a key, by bisection. */
  rangeOf(key: Key): number {
    if (typeof key !== "number" || !Number.isInteger(key) || key < 0 || key >= this.keys)
      throw new DomainError(`ranges: key must be an integer >= 0 and < ${this.keys}, got ${show(key)}`);
    let low = 0;
    let high = this.firsts.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.firsts[middle] <= key) low = middle;
      else high = middle;
    }
    return low;
  }

  owner(key: Key): NodeId {
    return this.ranges[this.rangeOf(key)].owner;
  }

  shares(): readonly number[] {
    const held = new Map<NodeId, number>(this.nodes.map((node) => [node, 0]));
    for (const { first, end, owner } of this.ranges) held.set(owner, (held.get(owner) ?? 0) + end - first);
    return this.nodes.map((node) => (held.get(node) ?? 0) / this.keys);
  }

  /** Cuts a range in two at a key, which becomes the first of the upper one; the owner stays. A no-op at a boundary. */
  split(at: number): RangeMap {
    const i = this.rangeOf(at);
    const range = this.ranges[i];
    if (range.first === at) return this;
    return this.replaced(i, 1, [
      { ...range, end: at },
      { ...range, first: at },
    ]);
  }

  /** Joins the range of a key with the next one. @throws DomainError when there is none, or it is another node's */
  merge(at: number): RangeMap {
    const i = this.rangeOf(at);
    const [left, right] = [this.ranges[i], this.ranges[i + 1]];
    if (right === undefined || right.owner !== left.owner)
      throw new DomainError(
        `ranges: merge needs a next range of the same node, ${left.owner}, got ${right === undefined ? "none" : right.owner}`,
      );
    return this.replaced(i, 2, [{ ...left, end: right.end, epoch: Math.max(left.epoch, right.epoch) }]);
  }

  /** Gives the range of a key to a node: the next epoch. */
  move(at: number, to: NodeId): RangeMap {
    if (!this.nodes.includes(to))
      throw new DomainError(`ranges: node must be one of ${this.nodes.join(", ")}, got ${show(to)}`);
    const i = this.rangeOf(at);
    const range = this.ranges[i];
    if (range.owner === to) return this;
    return this.replaced(i, 1, [{ ...range, owner: to, epoch: range.epoch + 1 }]);
  }

  /** A node that comes takes the last 1/(n + 1) of every range: all shares of it stay equal, nothing else moves. */
  with(node: NodeId): RangeMap {
    const nodes = nodesWith("ranges", this.nodes, node);
    const n = nodes.length;
    const cut = this.ranges.flatMap((range) => {
      const from = range.end - Math.floor((range.end - range.first) / n);
      return from === range.end
        ? [range]
        : [
            { ...range, end: from },
            { first: from, end: range.end, owner: node, epoch: range.epoch + 1 },
          ];
    });
    return new RangeMap(nodes, cut);
  }

  /** The ranges of a node that goes are dealt out in equal parts to all others. */
  without(node: NodeId): RangeMap {
    const nodes = nodesWithout("ranges", this.nodes, node);
    if (nodes.length === 0) throw new DomainError(`ranges: nodes must be at least 1, got 0`);
    const dealt = this.ranges.flatMap((range) =>
      range.owner === node ? equalParts(range.first, range.end, nodes, range.epoch + 1) : [range],
    );
    return new RangeMap(nodes, joined(dealt));
  }

  private replaced(at: number, count: number, by: readonly KeyRange[]): RangeMap {
    return new RangeMap(this.nodes, [...this.ranges.slice(0, at), ...by, ...this.ranges.slice(at + count)]);
  }
}

/** A stretch of keys in as many nearly equal ranges as there are nodes; those without a key are left out. */
function equalParts(first: number, end: number, nodes: readonly NodeId[], epoch: number): KeyRange[] {
  const cut = (i: number): number => first + Math.floor(((end - first) * i) / nodes.length);
  return nodes
    .map((owner, i) => ({ first: cut(i), end: cut(i + 1), owner, epoch }))
    .filter((range) => range.end > range.first);
}

/** Neighbours of one owner and epoch as one range. */
function joined(ranges: readonly KeyRange[]): KeyRange[] {
  const list: KeyRange[] = [];
  for (const range of ranges) {
    const last = list[list.length - 1];
    if (last !== undefined && last.owner === range.owner && last.epoch === range.epoch)
      list[list.length - 1] = { ...last, end: range.end };
    else list.push(range);
  }
  return list;
}

/**
 * Keys 0 … keys − 1 in equal ranges, one for each node.
 *
 * @throws DomainError when there are fewer keys than nodes
 * @example
 * placements.ranges({ nodes: [0, 1], keys: 100 }).split(75).move(75, 0).shares(); // => [0.75, 0.25]
 */
export function ranges(given: { readonly nodes: readonly NodeId[]; readonly keys: number }): RangeMap {
  const nodes = checkedNodes("ranges", given.nodes);
  const keys = checkedCount("ranges", "keys", given.keys, Number.MAX_SAFE_INTEGER);
  if (keys < nodes.length)
    throw new DomainError(`ranges: keys must be >= the number of nodes, ${nodes.length}, got ${keys}`);
  return new RangeMap(nodes, equalParts(0, keys, nodes, 0));
}
