/**
 * The monitor: keeps the map, decides on moves, and says so until they are done.
 *
 * Every move has an epoch of its own, durable before anybody hears of it, so that two moves of one epoch cannot be. A move
 * is never taken back: either end may be down for a while, and it goes on when both are up.
 */
import type { NodeId } from "../../simulation/protocol.ts";
import { layoutOf, type ShardLayout } from "./shard-layout.ts";
import { type Piece, ShardMap } from "./shard-map.ts";
import type { ShardDisk } from "./sharded-store-durable.ts";
import { planMove } from "./sharded-store-load.ts";
import type { Migrate, PieceLoad, ShardContext } from "./sharded-store-messages.ts";
import type { ShardRules } from "./sharded-store-rules.ts";

export class MonitorNode {
  readonly map: ShardMap;
  /** Moves not done, in the order of their epochs. */
  readonly planned: Map<number, Migrate>;
  lastEpoch: number;
  /** Times of the first plan and of the last move that was done, by the monitor's clock; −1 before. */
  firstPlan = -1;
  lastDone = -1;
  done = 0;
  private readonly rules: ShardRules;
  private readonly layout: ShardLayout;
  /** Loads by server, and reports since the map last changed; the first of them counts from before. */
  private readonly loads = new Map<NodeId, readonly PieceLoad[]>();
  private readonly reports = new Map<NodeId, number>();

  constructor(context: ShardContext, disk: ShardDisk | null, rules: ShardRules) {
    const { settings } = context;
    this.rules = rules;
    this.layout = layoutOf(settings);
    this.map = new ShardMap(this.layout.pieces(settings.startServers));
    for (const piece of disk?.done ?? []) this.map.learn(piece);
    this.planned = new Map(disk?.planned);
    this.lastEpoch = disk?.lastEpoch ?? 0;
    if (settings.planInterval > 0) context.setTimer("plan", settings.planInterval);
    if (this.planned.size > 0) context.setTimer("order", settings.copyRetry);
  }

  report(from: NodeId, pieces: readonly PieceLoad[]): void {
    this.loads.set(from, pieces);
    this.reports.set(from, (this.reports.get(from) ?? 0) + 1);
  }

  /** Looks at the loads, when they are all known and nothing moves. */
  plan(context: ShardContext): void {
    const { settings } = context;
    context.setTimer("plan", settings.planInterval);
    if (this.planned.size > 0) return;
    for (let i = 0; i < settings.servers; i++) if ((this.reports.get(settings.routers + i) ?? 0) < 2) return;
    const move = planMove(this.loads, settings.imbalance);
    if (move !== null) this.order(move.first, move.end, move.to, context);
  }

  /** A move of positions of one owner, written down and ordered. */
  order(first: number, end: number, to: NodeId, context: ShardContext): void {
    const { owner } = this.map.at(first);
    if (owner === to || !this.map.ownsAll(owner, first, end)) return;
    for (const move of this.planned.values()) if (move.first < end && first < move.end) return;
    const move: Migrate = { kind: "migrate", first, end, epoch: ++this.lastEpoch, to };
    this.planned.set(move.epoch, move);
    if (this.firstPlan < 0) this.firstPlan = context.localTime();
    this.rules.savePlan({ kind: "planned", move }, context);
    if (this.planned.size <= context.settings.moves) context.send(owner, move);
    context.setTimer("order", context.settings.copyRetry);
  }

  /** Another number of servers: everything goes where the placement wants it with so many. */
  resize(servers: number, context: ShardContext): void {
    const wanted = new ShardMap(this.layout.pieces(servers));
    let first = 0;
    while (first < this.layout.positions) {
      const [has, want] = [this.map.at(first), wanted.at(first)];
      const end = Math.min(has.end, want.end);
      if (has.owner !== want.owner) this.order(first, end, want.owner, context);
      first = end;
    }
  }

  /** Says again what is to be moved. */
  remind(context: ShardContext): void {
    let left = context.settings.moves;
    for (const move of this.planned.values()) {
      if (left-- === 0) break;
      context.barrier();
      context.send(this.map.at(move.first).owner, move);
    }
    if (this.planned.size > 0) context.setTimer("order", context.settings.copyRetry);
  }

  taken(piece: Piece, context: ShardContext): void {
    if (!this.planned.delete(piece.epoch)) return;
    context.persist({ kind: "done", epoch: piece.epoch });
    this.map.learn(piece);
    this.done++;
    this.lastDone = context.localTime();
    this.reports.clear();
    // Of the moves that wait, the one that may go now.
    let left = context.settings.moves;
    for (const move of this.planned.values())
      if (left-- === 1) context.send(this.map.at(move.first).owner, move);
  }
}
