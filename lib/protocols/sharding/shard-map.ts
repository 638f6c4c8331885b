/**
 * A shard map that is learned piece by piece: who owns which positions, since which change of hands.
 *
 * Source: Chang et al., "Bigtable", OSDI 2006, §5.1 (clients cache where tablets are and find out by asking the wrong
 * server); Adya et al., "Slicer", OSDI 2016, §4 (generation numbers of assignments). Every change of hands in a system
 * has an epoch of its own, so of two statements on one position the one with the higher epoch is the newer.
 */
import type { NodeId } from "../../core/system.ts";

/** Positions `first` … `end` − 1 belong to `owner` since the change of hands `epoch`; 0 is the beginning. */
export interface Piece {
  readonly first: number;
  readonly end: number;
  readonly owner: NodeId;
  readonly epoch: number;
}

/** Pieces in order and without gaps. */
export class ShardMap {
  private list: Piece[];

  constructor(pieces: readonly Piece[]) {
    this.list = [...pieces];
  }

  get pieces(): readonly Piece[] {
    return this.list;
  }

  /** The piece that holds a position, by bisection. */
  at(position: number): Piece {
    const { list } = this;
    let low = 0;
    let high = list.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (list[middle].first <= position) low = middle;
      else high = middle;
    }
    return list[low];
  }

  /** Whether all positions of a range belong to a node. */
  ownsAll(node: NodeId, first: number, end: number): boolean {
    for (let at = first; at < end; at = this.at(at).end) if (this.at(at).owner !== node) return false;
    return true;
  }

  /** The highest epoch in a range. */
  newest(first: number, end: number): number {
    let newest = 0;
    for (let at = first; at < end; at = this.at(at).end) newest = Math.max(newest, this.at(at).epoch);
    return newest;
  }

  /** Takes over a statement wherever it is newer than what is known; returns whether it was anywhere. */
  learn(told: Piece): boolean {
    let news = false;
    const next: Piece[] = [];
    for (const known of this.list) {
      const from = Math.max(known.first, told.first);
      const to = Math.min(known.end, told.end);
      if (from >= to || known.epoch >= told.epoch) {
        next.push(known);
        continue;
      }
      news = true;
      if (known.first < from) next.push({ ...known, end: from });
      next.push({ ...told, first: from, end: to });
      if (to < known.end) next.push({ ...known, first: to });
    }
    if (news) this.list = joined(next);
    return news;
  }
}

/** Neighbours of one change of hands are one piece. */
function joined(pieces: readonly Piece[]): Piece[] {
  const list: Piece[] = [];
  for (const piece of pieces) {
    const last = list[list.length - 1];
    if (last !== undefined && last.owner === piece.owner && last.epoch === piece.epoch)
      list[list.length - 1] = { ...last, end: piece.end };
    else list.push(piece);
  }
  return list;
}
