/** A server: a queue, one worker, the values it owns, and the moves that take them elsewhere or bring others. */
import type { Distribution } from "../../core/distributions.ts";
import { IdSet } from "../../core/id-set.ts";
import type { NodeId } from "../../simulation/protocol.ts";
import { Fifo } from "../balancing/fifo.ts";
import { serviceLaw } from "../service-law.ts";
import { layoutOf, type ShardLayout } from "./shard-layout.ts";
import { ShardMap } from "./shard-map.ts";
import { confirm, handOver, OutgoingMove } from "./sharded-store-copy.ts";
import type { ShardDisk } from "./sharded-store-durable.ts";
import { loadsOf } from "./sharded-store-load.ts";
import type { Ask, Cell, Chunk, Handover, Migrate, ShardContext } from "./sharded-store-messages.ts";
import type { ShardRules } from "./sharded-store-rules.ts";
import type { ShardedStoreSettings } from "./sharded-store-settings.ts";

export type Outgoing = OutgoingMove;

/** What has come of a move to this server. */
export interface Staged {
  readonly parts: Set<number>;
  readonly cells: Map<number, Cell>;
}

/** A request in the queue, and who asked. */
export interface Waiting {
  readonly ask: Ask;
  readonly from: NodeId;
}

const NEVER_WRITTEN = { value: -1, version: 0 } as const;

export class ServerNode {
  readonly self: NodeId;
  readonly settings: ShardedStoreSettings;
  readonly layout: ShardLayout;
  readonly rules: ShardRules;
  /** What this node owns, and whom it gave the rest to; only its own taking and giving changes it. */
  readonly map: ShardMap;
  readonly cells: Map<number, Cell>;
  readonly applied: IdSet;
  /** Moves away, the first of which is under way; by their order. */
  outgoing: OutgoingMove[] = [];
  /** What has come of moves to here, by epoch. */
  readonly staged = new Map<number, Staged>();
  readonly queue = new Fifo<Waiting>();
  serving: Waiting | null = null;
  /** Requests at each position since the last report. */
  readonly touched = new Map<number, number>();
  readonly counts = {
    served: 0,
    refused: 0,
    parked: 0,
    repeated: 0,
    sentBytes: 0,
    rewritten: 0,
    taken: 0,
    foreign: 0,
  };
  private readonly queued = new Set<number>();
  private readonly service: Distribution;

  constructor(context: ShardContext, disk: ShardDisk | null, rules: ShardRules) {
    const { settings, self } = context;
    this.self = self;
    this.settings = settings;
    this.rules = rules;
    this.layout = layoutOf(settings);
    this.map = new ShardMap(this.layout.pieces(settings.startServers));
    this.service = serviceLaw(settings.serviceTime, settings.serviceScv);
    this.cells = new Map(disk?.cells);
    this.applied = disk?.applied.copy() ?? new IdSet();
    for (const piece of disk?.changes ?? []) this.map.learn(piece);
    // What it gave and nobody has confirmed: the target must hear of it until it answers.
    for (const { first, end, owner, epoch } of disk?.leaving.values() ?? []) {
      const out = new OutgoingMove(this, { kind: "migrate", first, end, epoch, to: owner });
      out.handingOver = true;
      this.outgoing.push(out);
    }
    if (this.outgoing.length > 0) context.setTimer("copy", settings.copyRetry);
    if (settings.planInterval > 0) context.setTimer("report", settings.planInterval);
  }

  // ---- requests

  take(ask: Ask, from: NodeId, context: ShardContext): void {
    const { settings } = this;
    if (this.queued.has(ask.ticket)) return; // it waits here already
    if (!this.admits(ask, from, context)) return;
    if (settings.serviceTime === 0) {
      this.serve({ ask, from }, context);
      return;
    }
    this.queued.add(ask.ticket);
    context.queued(ask);
    if (this.serving === null) this.begin({ ask, from }, context);
    else this.queue.push({ ask, from });
  }

  finish(context: ShardContext): void {
    const { serving } = this;
    if (serving === null) return;
    this.serving = null;
    this.queued.delete(serving.ask.ticket);
    this.serve(serving, context);
    if (this.queue.length > 0) this.begin(this.queue.shift(), context);
  }

  private begin(waiting: Waiting, context: ShardContext): void {
    this.serving = waiting;
    const more = waiting.ask.keys.length - 1;
    const seconds = this.service.sample(context.random) + more * this.settings.scanTime;
    context.work("served", seconds, waiting.ask);
  }

  private serve({ ask, from }: Waiting, context: ShardContext): void {
    // Its range may have gone while the request was in the queue.
    if (this.rules.looksWhenServing && !this.admits(ask, from, context)) return;
    const { operation, keys, ticket } = ask;
    const [key] = keys;
    const { id } = operation;
    this.counts.served++;
    if (this.settings.planInterval > 0) for (const each of keys) this.touch(this.layout.positionOf(each));
    if (keys.length > 1) this.noteForeign(keys);
    const cell = this.cells.get(key);
    if (operation.kind === "read") {
      this.rules.beforeAnswer(context);
      const { value, version } = cell ?? NEVER_WRITTEN;
      context.send(from, { kind: "answer", ticket, value, version, bytes: operation.bytes * keys.length });
      return;
    }
    let version = cell?.version ?? 0;
    if (this.rules.isRepeated(this, id)) {
      this.counts.repeated++;
      if (this.applied.forgets(id)) return; // so old that nobody knows: no answer is better than a wrong one
      this.rules.beforeAnswer(context);
    } else {
      version++;
      this.cells.set(key, { key, value: id, version });
      this.applied.add(id);
      const position = this.layout.positionOf(key);
      for (const out of this.outgoing) if (out.covers(position)) this.rules.noteWrite(out, key);
      this.rules.saveWrite({ kind: "wrote", key, id, version, bytes: operation.bytes }, context);
    }
    context.send(from, { kind: "answer", ticket, value: id, version, bytes: 0 });
  }

  /** Histories judge the first key of a scan alone, so an invariant watches over the others. */
  private noteForeign(keys: readonly number[]): void {
    for (const key of keys)
      if (this.map.at(this.layout.positionOf(key)).owner !== this.self) this.counts.foreign++;
  }

  private touch(position: number): void {
    this.touched.set(position, (this.touched.get(position) ?? 0) + 1);
  }

  /** Whether all of it may be served here; if not it is parked until the range has moved, or sent on. */
  private admits(ask: Ask, from: NodeId, context: ShardContext): boolean {
    const position = this.elsewhere(ask);
    if (position < 0) return true;
    const out = this.outgoing.find((move) => move.handingOver && move.covers(position));
    if (out !== undefined) {
      out.parked.push({ ask, from });
      this.counts.parked++;
      return false;
    }
    this.counts.refused++;
    context.send(from, { kind: "moved", ticket: ask.ticket, piece: this.map.at(position) });
    return false;
  }

  /** The first position of a request that this server does not serve, or −1. */
  private elsewhere(ask: Ask): number {
    for (const key of ask.keys) {
      const position = this.layout.positionOf(key);
      if (!this.rules.serves(this, position, ask)) return position;
    }
    return -1;
  }

  // ---- giving

  migrate(order: Migrate, context: ShardContext): void {
    const { first, end, epoch, to } = order;
    if (this.outgoing.some((out) => out.order.epoch === epoch)) return; // under way
    if (this.rules.mayGive(this, order)) {
      this.outgoing.push(new OutgoingMove(this, order));
      if (this.outgoing.length > 1) return; // its turn comes
      this.outgoing[0].advance(context);
      context.setTimer("copy", this.outgoing[0].pause);
    } else if (this.map.newest(first, end) >= epoch && !this.map.ownsAll(this.self, first, end)) {
      // Done before, and the monitor has not heard of it.
      context.send(0, { kind: "taken", piece: { first, end, owner: to, epoch } });
    }
  }

  /** The copy's timer: the next chunk of a paced copy, or again what has had no answer. */
  copy(context: ShardContext): void {
    const [out] = this.outgoing;
    if (out === undefined) return;
    out.onTimer(context);
    context.setTimer("copy", out.pause);
  }

  chunkTaken(epoch: number, part: number, context: ShardContext): void {
    const [out] = this.outgoing;
    if (out?.order.epoch === epoch) out.acknowledged(part, context);
  }

  missing(epoch: number, parts: readonly number[], keys: readonly number[], context: ShardContext): void {
    const out = this.outgoing.find((move) => move.order.epoch === epoch);
    if (out?.handingOver) out.repair(parts, keys, context);
  }

  /** The target has it: forget the values, send on who waited, begin the next move. */
  taken(epoch: number, context: ShardContext): void {
    const out = this.outgoing.find((move) => move.order.epoch === epoch);
    if (out === undefined || !out.handingOver) return;
    const keys = confirm(this, out);
    for (const { ask, from } of out.parked) this.take(ask, from, context);
    this.outgoing[0]?.advance(context);
    context.persist({ kind: "dropped", epoch, keys });
  }

  // ---- taking

  chunk({ epoch, part, cells, bytes }: Chunk, from: NodeId, context: ShardContext): void {
    const staged = this.stagedFor(epoch);
    if (!staged.parts.has(part)) context.persist({ kind: "staged", bytes });
    staged.parts.add(part);
    for (const cell of cells) {
      const held = staged.cells.get(cell.key);
      if (held === undefined || held.version <= cell.version) staged.cells.set(cell.key, cell);
    }
    context.barrier();
    context.send(from, { kind: "chunkTaken", epoch, part });
  }

  handover(message: Handover, from: NodeId, context: ShardContext): void {
    handOver(this, message, from, context);
  }

  stagedFor(epoch: number): Staged {
    const known = this.staged.get(epoch);
    if (known !== undefined) return known;
    const staged = { parts: new Set<number>(), cells: new Map<number, Cell>() };
    this.staged.set(epoch, staged);
    return staged;
  }

  report(context: ShardContext): void {
    context.send(0, { kind: "load", pieces: loadsOf(this) });
    this.touched.clear();
    context.setTimer("report", this.settings.planInterval);
  }
}
