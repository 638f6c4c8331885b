/**
 * The layout of a store: positions that keys stand at, and who owns which at first. It follows from the settings alone, so
 * every node knows it without a message.
 */
import { DomainError } from "../../core/errors.ts";
import type { NodeId } from "../../core/system.ts";
import { hashKey } from "./placement/key-hash.ts";
import type { Placement } from "./placement/placement.ts";
import { placements } from "./placements.ts";
import type { Piece } from "./shard-map.ts";
import type { ShardedStoreSettings } from "./sharded-store-settings.ts";

/** Keeps the slot of a key and the owner of that slot apart: one hash for both would leave slots empty. */
const SLOT_SEED = 0x51ab;

/** Positions 0 … `positions` − 1: keys themselves in ranges, slots of their hashes otherwise. */
export interface ShardLayout {
  readonly positions: number;
  positionOf(key: number): number;
  /** Stored keys at positions first … end − 1. */
  keysIn(first: number, end: number): number;
  /** Who owns what when the first so many servers do. */
  pieces(servers: number): readonly Piece[];
}

const known = new WeakMap<ShardedStoreSettings, ShardLayout>();

/** The layout of a store's settings; worked out once for each. */
export function layoutOf(settings: ShardedStoreSettings): ShardLayout {
  const found = known.get(settings);
  if (found !== undefined) return found;
  const layout = settings.placement === "range" ? rangeLayout(settings) : slotLayout(settings);
  known.set(settings, layout);
  return layout;
}

function checkedKey(key: number, keySpace: number): number {
  if (key < keySpace) return key;
  throw new DomainError(`sharded-store: keySpace must be more than every key, ${key}, got ${keySpace}`);
}

const serversFrom = (routers: number, servers: number): NodeId[] =>
  Array.from({ length: servers }, (_, i) => routers + i);

function rangeLayout({ keySpace, routers }: ShardedStoreSettings): ShardLayout {
  return {
    positions: keySpace,
    positionOf: (key) => checkedKey(key, keySpace),
    keysIn: (first, end) => end - first,
    pieces: (servers) => placements.ranges({ nodes: serversFrom(routers, servers), keys: keySpace }).ranges,
  };
}

function slotLayout({ keySpace, slots, routers, placement }: ShardedStoreSettings): ShardLayout {
  const slotOf = Int32Array.from({ length: keySpace }, (_, key) => hashKey(key, SLOT_SEED) % slots);
  // Keys below each position, so that a stretch of them is counted by a difference.
  const below = new Int32Array(slots + 1);
  for (const slot of slotOf) below[slot + 1]++;
  for (let i = 1; i <= slots; i++) below[i] += below[i - 1];
  return {
    positions: slots,
    positionOf: (key) => slotOf[checkedKey(key, keySpace)],
    keysIn: (first, end) => below[end] - below[first],
    pieces(servers) {
      const placed = placedBy(placement, serversFrom(routers, servers));
      const list: Piece[] = [];
      for (let slot = 0; slot < slots; slot++) {
        const owner = placed(slot);
        const last = list[list.length - 1];
        if (last?.owner === owner) list[list.length - 1] = { ...last, end: slot + 1 };
        else list.push({ first: slot, end: slot + 1, owner, epoch: 0 });
      }
      return list;
    },
  };
}

/** Which node owns a slot. Modulo goes by the slot's number, as tables of slots do, so that all have equal shares. */
function placedBy(name: string, nodes: readonly NodeId[]): (slot: number) => NodeId {
  if (name === "modulo") return (slot) => nodes[slot % nodes.length];
  const build = placements[name as "ring" | "rendezvous" | "jump"];
  const placement: Placement = build({ nodes });
  return (slot) => placement.owner(slot);
}
