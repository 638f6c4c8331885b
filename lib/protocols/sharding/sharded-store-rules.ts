/**
 * The decisions on which the safety of a hand-over rests, one function each. A known bug is one of them replaced.
 *
 * Sources: Adya et al., "Slicer", OSDI 2016, §4.5 (at most one owner of a key); Clark et al., "Live migration of virtual
 * machines", NSDI 2005, §3 (copy while serving, copy again what was written, stop, copy the rest); Ongaro 2014, §6.3.
 */
import { IdSet } from "../../core/id-set.ts";
import type { FrontCache } from "./front-cache.ts";
import type { Ask, Cell, Handover, Migrate, ShardContext, ShardRecord } from "./sharded-store-messages.ts";
import type { Outgoing, ServerNode, Staged } from "./sharded-store-server.ts";

export interface ShardRules {
  /** Whether a server may serve a request: it owns the position, and the router knew no older owner. */
  serves(server: ServerNode, position: number, ask: Ask): boolean;
  /** Ownership is looked at when a request's turn has come, not only when it comes. */
  readonly looksWhenServing: boolean;
  /** An order is obeyed by who owns all of it, and once: its epoch is newer than any the positions have had. */
  mayGive(server: ServerNode, order: Migrate): boolean;
  /** The source stops serving before it hands over, and remembers it. */
  stopServing(server: ServerNode, out: Outgoing): void;
  saveGave(server: ServerNode, out: Outgoing, context: ShardContext): void;
  /** Values written during the copy are copied again. */
  noteWrite(out: Outgoing, key: number): void;
  /** A hand-over is for positions that have not had its epoch or a newer one. */
  mayTake(server: ServerNode, handover: Handover): boolean;
  /** What the target lacks of what the source says it must hold. */
  lacks(
    staged: Staged,
    handover: Handover,
  ): { readonly parts: readonly number[]; readonly keys: readonly number[] };
  saveTook(record: Extract<ShardRecord, { kind: "took" }>, context: ShardContext): void;
  /** Which writes were applied moves with the data. */
  appliedOf(server: ServerNode): IdSet;
  /** What the source may forget once the target has it: not what has come back to it since. */
  mayDrop(server: ServerNode, key: number, epoch: number): boolean;
  /** A write of an operation that has been applied is only answered. */
  isRepeated(server: ServerNode, id: number): boolean;
  saveWrite(record: Extract<ShardRecord, { kind: "wrote" }>, context: ShardContext): void;
  /** Nobody learns a value that a crash could take back. */
  beforeAnswer(context: ShardContext): void;
  /** The monitor's plan is durable before anybody hears of it. */
  savePlan(record: Extract<ShardRecord, { kind: "planned" }>, context: ShardContext): void;
  /** Whether a router goes where the newer map says. */
  readonly followsMap: boolean;
  /** A write drops its key from the front cache before any server hears of it. */
  dropWritten(front: FrontCache, key: number): void;
  /** Whether an answer may be kept in front: `newest` says that no write is under way and no answer has told of a newer one. */
  mayFill(newest: boolean): boolean;
  /** What the front cache has answered no server is asked. */
  readonly hitsEndInFront: boolean;
}

export const shardRules: ShardRules = {
  serves(server, position, ask) {
    const piece = server.map.at(position);
    return piece.owner === server.self && ask.epoch >= piece.epoch;
  },
  looksWhenServing: true,
  mayGive: ({ self, map }, { first, end, epoch }) =>
    map.ownsAll(self, first, end) && map.newest(first, end) < epoch,
  stopServing(server, { order: { first, end, epoch, to } }) {
    server.map.learn({ first, end, owner: to, epoch });
  },
  saveGave(_server, { order: { first, end, epoch, to } }, context) {
    context.persist({ kind: "gave", piece: { first, end, owner: to, epoch } });
  },
  noteWrite(out, key) {
    out.rewritten.add(key);
  },
  mayTake: ({ map }, { first, end, epoch }) => map.newest(first, end) < epoch,
  lacks(staged, { parts, manifest }) {
    const lost: number[] = [];
    for (let part = 0; part < parts; part++) if (!staged.parts.has(part)) lost.push(part);
    const stale = (cell: Cell): boolean => staged.cells.get(cell.key)?.version !== cell.version;
    return { parts: lost, keys: manifest.filter(stale).map((cell) => cell.key) };
  },
  saveTook(record, context) {
    context.persist(record);
  },
  appliedOf: (server) => server.applied.copy(),
  mayDrop: (server, key, epoch) => {
    const piece = server.map.at(server.layout.positionOf(key));
    return piece.owner !== server.self && piece.epoch >= epoch;
  },
  isRepeated: (server, id) => server.applied.has(id) || server.applied.forgets(id),
  saveWrite(record, context) {
    context.persist(record);
  },
  beforeAnswer(context) {
    context.barrier();
  },
  savePlan(record, context) {
    context.persist(record);
  },
  followsMap: true,
  dropWritten(front, key) {
    front.drop(key);
  },
  mayFill: (newest) => newest,
  hitsEndInFront: true,
};

/** Of a hand-over that carries nothing of what was applied. */
export const nothingApplied = (): IdSet => new IdSet();
