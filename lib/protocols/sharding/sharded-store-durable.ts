/** What a crash leaves of a node of the store. */
import { IdSet } from "../../core/id-set.ts";
import type { DurableState } from "../../simulation/protocol.ts";
import type { Piece } from "./shard-map.ts";
import type { Cell, Migrate, ShardRecord } from "./sharded-store-messages.ts";
import type { ShardedStoreSettings } from "./sharded-store-settings.ts";

/** A node's disk: values, which writes are in them, changes of hands in their order, and the monitor's plans. */
export interface ShardDisk {
  readonly cells: Map<number, Cell>;
  readonly applied: IdSet;
  /** What this node took and gave, oldest first. */
  readonly changes: Piece[];
  /** What it gave and nobody has confirmed yet, by epoch. */
  readonly leaving: Map<number, Piece>;
  /** The monitor's moves that are not done, by epoch, and the ones that are. */
  readonly planned: Map<number, Migrate>;
  readonly done: Piece[];
  lastEpoch: number;
}

export const shardDurable: DurableState<ShardedStoreSettings, ShardDisk> = {
  empty: () => ({
    cells: new Map(),
    applied: new IdSet(),
    changes: [],
    leaving: new Map(),
    planned: new Map(),
    done: [],
    lastEpoch: 0,
  }),
  store(disk, given) {
    const record = given as ShardRecord;
    switch (record.kind) {
      case "wrote":
        disk.cells.set(record.key, { key: record.key, value: record.id, version: record.version });
        disk.applied.add(record.id);
        return;
      case "staged":
        return;
      case "gave":
        disk.changes.push(record.piece);
        disk.leaving.set(record.piece.epoch, record.piece);
        return;
      case "took":
        disk.changes.push(record.piece);
        for (const cell of record.cells) disk.cells.set(cell.key, cell);
        disk.applied.merge(record.applied);
        return;
      case "dropped":
        disk.leaving.delete(record.epoch);
        for (const key of record.keys) disk.cells.delete(key);
        return;
      case "planned":
        disk.planned.set(record.move.epoch, record.move);
        disk.lastEpoch = Math.max(disk.lastEpoch, record.move.epoch);
        return;
      case "done": {
        const move = disk.planned.get(record.epoch);
        if (move === undefined) return;
        disk.planned.delete(record.epoch);
        disk.done.push({ first: move.first, end: move.end, owner: move.to, epoch: move.epoch });
      }
    }
  },
};
