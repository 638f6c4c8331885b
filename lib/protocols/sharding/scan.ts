/**
 * A scan in hand: keys that stand in order, asked of whoever owns them, piece by piece, and answered when all have been.
 *
 * Where ranges are owned a scan meets one server or two; where hashes are, nearly as many as it has keys: what DeWitt and
 * Gray ("Parallel database systems", CACM 35(6), 1992, §2.3) say of range and hash partitioning.
 */
import type { Operation } from "../../simulation/protocol.ts";
import type { Piece } from "./shard-map.ts";

/** A client's request, of which parts may be under way. */
export interface Request {
  readonly operation: Operation;
  /** Keys without an answer. */
  left: number;
  /** What the first key held. */
  value: number;
}

/** Keys of one request that one piece holds: what is asked at once. */
export interface Part {
  readonly request: Request;
  readonly keys: readonly number[];
}

/** All keys that an operation touches: one, or those of a scan. */
export const keysRead = ({ key, span = 1 }: Operation): number[] =>
  Array.from({ length: span }, (_, i) => key + i);

/** Keys by the piece that holds each, in order of their first keys. */
export function byPiece(keys: readonly number[], pieceOf: (key: number) => Piece): (readonly number[])[] {
  if (keys.length === 1) return [keys];
  const parts = new Map<Piece, number[]>();
  for (const key of keys) {
    const piece = pieceOf(key);
    const part = parts.get(piece);
    if (part === undefined) parts.set(piece, [key]);
    else part.push(key);
  }
  return [...parts.values()];
}
