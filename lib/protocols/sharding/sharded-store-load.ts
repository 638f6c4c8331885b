/**
 * Watching and evening out the load: what servers count, and which move the monitor makes of it.
 *
 * Source: Adya et al., "Slicer", OSDI 2016, §4.4 (weighted moves: split what is hot, join what is cold, move from the hottest
 * to the coolest); Chang et al., "Bigtable", OSDI 2006, §5 (ranges are split when they have grown).
 */
import type { NodeId } from "../../simulation/protocol.ts";
import type { PieceLoad } from "./sharded-store-messages.ts";
import type { ServerNode } from "./sharded-store-server.ts";

/** Neighbours whose requests together are less than this share of a server's are joined. */
const COLD = 0.02;

type Hits = readonly (readonly [position: number, count: number])[];

/**
 * The requests at each stretch of a server since its last report. Neighbours are reported as one where both are cold: what
 * was split when it was hot moves as a whole again.
 */
export function loadsOf({ map, touched, self }: ServerNode): PieceLoad[] {
  const hits: Hits = [...touched].sort(([a], [b]) => a - b);
  const total = sumOf(hits);
  const list: { first: number; end: number; hits: Hits }[] = [];
  let from = 0;
  for (const { first, end, owner } of map.pieces) {
    let to = from;
    while (to < hits.length && hits[to][0] < end) to++;
    const inside = hits.slice(from, to);
    from = to;
    if (owner !== self) continue;
    const last = list[list.length - 1];
    if (last?.end === first && sumOf(last.hits) + sumOf(inside) < COLD * total)
      list[list.length - 1] = { first: last.first, end, hits: [...last.hits, ...inside] };
    else list.push({ first, end, hits: inside });
  }
  return list.map((piece) => ({ first: piece.first, end: piece.end, ...parted(piece.hits, piece.first) }));
}

const sumOf = (hits: Hits): number => hits.reduce((sum, [, count]) => sum + count, 0);

/** The cut that comes nearest to halves. */
function parted(hits: Hits, first: number): Pick<PieceLoad, "count" | "left" | "middle"> {
  const count = sumOf(hits);
  let [left, middle, sum] = [0, first, 0];
  for (const [position, hit] of hits) {
    if (position > first && Math.abs(2 * sum - count) < Math.abs(2 * left - count)) {
      left = sum;
      middle = position;
    }
    sum += hit;
  }
  return { count, left, middle };
}

/** A stretch of positions that is better off at another server. */
export interface PlannedMove {
  readonly first: number;
  readonly end: number;
  readonly to: NodeId;
}

/**
 * The move that evens out the hottest and the coolest server best, or null when the hottest is within `imbalance` of the
 * mean, or is so by one position, which no move can cool.
 */
export function planMove(
  loads: ReadonlyMap<NodeId, readonly PieceLoad[]>,
  imbalance: number,
): PlannedMove | null {
  const totals = [...loads].map(([node, pieces]) => ({
    node,
    pieces,
    load: pieces.reduce((sum, piece) => sum + piece.count, 0),
  }));
  const mean = totals.reduce((sum, { load }) => sum + load, 0) / totals.length;
  const byLoad = totals.sort((a, b) => b.load - a.load || a.node - b.node);
  const [hot, cold] = [byLoad[0], byLoad[byLoad.length - 1]];
  if (totals.length < 2 || hot.load <= (1 + imbalance) * mean) return null;
  const gap = hot.load - cold.load;
  let best: PlannedMove | null = null;
  // Worth a move: the larger of the two is lower afterwards, by a tenth of the gap at least.
  let miss = 0.4 * gap;
  const consider = (first: number, end: number, load: number): void => {
    const off = Math.abs(load - gap / 2);
    if (off >= miss) return;
    miss = off;
    best = { first, end, to: cold.node };
  };
  for (const { first, end, count, left, middle } of hot.pieces) {
    consider(first, end, count);
    if (middle <= first) continue;
    consider(first, middle, left);
    consider(middle, end, count - left);
  }
  return best;
}
