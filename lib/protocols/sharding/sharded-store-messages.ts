/** What routers, servers and the monitor of a sharded store say to one another, and what they write down. */
import type { IdSet } from "../../core/id-set.ts";
import type { Context, NodeId, Operation } from "../../simulation/protocol.ts";
import type { Piece } from "./shard-map.ts";
import type { ShardedStoreSettings } from "./sharded-store-settings.ts";

/** A stored value; the version counts the writes of its key. Never changed once made. */
export interface Cell {
  readonly key: number;
  readonly value: number;
  readonly version: number;
}

/** A request on its way to the server that a router takes for the owner, since the change of hands `epoch`. */
export interface Ask {
  readonly kind: "ask";
  readonly operation: Operation;
  /** Those of its keys that are asked for. */
  readonly keys: readonly number[];
  /** The router's number of the request. */
  readonly ticket: number;
  readonly epoch: number;
}

/** Hand positions over to a server: a change of hands with an epoch of its own. */
export interface Migrate {
  readonly kind: "migrate";
  readonly first: number;
  readonly end: number;
  readonly epoch: number;
  readonly to: NodeId;
}

/** Part of the data of a move: a stretch of its positions, or values written since those were sent. */
export interface Chunk {
  readonly kind: "chunk";
  readonly epoch: number;
  readonly part: number;
  readonly cells: readonly Cell[];
  readonly bytes: number;
}

/** The source serves these positions no more: here is what was written last, and what the target must hold. */
export interface Handover {
  readonly kind: "handover";
  readonly first: number;
  readonly end: number;
  readonly epoch: number;
  /** Parts that the target must have. */
  readonly parts: number;
  readonly cells: readonly Cell[];
  /** Every written key with its version. */
  readonly manifest: readonly Cell[];
  /** Writes that were applied, so that one asked again is not applied again. */
  readonly applied: IdSet;
  readonly bytes: number;
}

/** How many requests a server had at a piece, and the position that parts them best. */
export interface PieceLoad {
  readonly first: number;
  readonly end: number;
  readonly count: number;
  /** Requests at positions below `middle`; 0 where the piece is one position. */
  readonly left: number;
  readonly middle: number;
}

export type ShardMessage =
  | Ask
  | {
      readonly kind: "answer";
      readonly ticket: number;
      readonly value: number;
      /** Of the key, when it was answered. */
      readonly version: number;
      readonly bytes: number;
    }
  /** Wrong server, or an old epoch: this is the newer map of those positions. */
  | { readonly kind: "moved"; readonly ticket: number; readonly piece: Piece }
  | Migrate
  | Chunk
  | { readonly kind: "chunkTaken"; readonly epoch: number; readonly part: number }
  | Handover
  | {
      readonly kind: "missing";
      readonly epoch: number;
      readonly parts: readonly number[];
      readonly keys: readonly number[];
    }
  | { readonly kind: "taken"; readonly piece: Piece }
  | { readonly kind: "load"; readonly pieces: readonly PieceLoad[] };

export type ShardRecord =
  | {
      readonly kind: "wrote";
      readonly key: number;
      readonly id: number;
      readonly version: number;
      readonly bytes: number;
    }
  /** A chunk, in a file of its own until the hand-over makes it part of the store. */
  | { readonly kind: "staged"; readonly bytes: number }
  | { readonly kind: "gave"; readonly piece: Piece }
  | {
      readonly kind: "took";
      readonly piece: Piece;
      readonly cells: readonly Cell[];
      readonly applied: IdSet;
      readonly bytes: number;
    }
  | { readonly kind: "dropped"; readonly epoch: number; readonly keys: readonly number[] }
  | { readonly kind: "planned"; readonly move: Migrate }
  | { readonly kind: "done"; readonly epoch: number };

export type ShardContext = Context<ShardedStoreSettings, ShardMessage>;
