/** A router: takes clients' requests, sends each to whom its map says, and learns a newer map from who refuses. */
import type { Operation } from "../../simulation/protocol.ts";
import { layoutOf, type ShardLayout } from "./shard-layout.ts";
import { type Piece, ShardMap } from "./shard-map.ts";
import type { ShardContext } from "./sharded-store-messages.ts";
import type { ShardRules } from "./sharded-store-rules.ts";

interface Pending {
  readonly operation: Operation;
  readonly asked: number;
  /** Epoch of the route by which it was asked last. */
  readonly epoch: number;
}

/** A router that restarts must not take answers to its former self's requests for its own. */
const INCARNATIONS = 2 ** 20;

export class RouterNode {
  readonly map: ShardMap;
  /** Asked and not answered, the one asked longest ago first. */
  readonly pending = new Map<number, Pending>();
  readonly counts = { requests: 0, answered: 0, redirects: 0, again: 0 };
  private readonly layout: ShardLayout;
  private readonly rules: ShardRules;
  private nextTicket: number;

  constructor(context: ShardContext, rules: ShardRules) {
    this.layout = layoutOf(context.settings);
    this.map = new ShardMap(this.layout.pieces(context.settings.startServers));
    this.rules = rules;
    this.nextTicket = context.random.integer(INCARNATIONS) * 2 ** 32;
  }

  request(operation: Operation, context: ShardContext): void {
    this.counts.requests++;
    const ticket = this.nextTicket++;
    if (this.pending.size === 0) context.setTimer("again", context.settings.askRetry);
    this.ask(ticket, operation, context);
  }

  answered(ticket: number, value: number, context: ShardContext): void {
    const pending = this.pending.get(ticket);
    if (pending === undefined) return;
    this.pending.delete(ticket);
    this.counts.answered++;
    context.reply(pending.operation, value);
  }

  /** A stale route was refused: learn the newer map, and go where it says. */
  moved(ticket: number, piece: Piece, context: ShardContext): void {
    if (!this.rules.followsMap) return;
    const pending = this.pending.get(ticket);
    this.map.learn(piece);
    // The same route again would be refused again: then time must help.
    if (pending === undefined || this.routeOf(pending.operation).epoch <= pending.epoch) return;
    this.counts.redirects++;
    this.ask(ticket, pending.operation, context);
  }

  /** Asks again for what has had no answer for so long. */
  again(context: ShardContext): void {
    const { askRetry } = context.settings;
    const now = context.localTime();
    const late: [number, Pending][] = [];
    for (const entry of this.pending) {
      if (now - entry[1].asked < askRetry) break;
      late.push(entry);
    }
    for (const [ticket, { operation }] of late) {
      this.counts.again++;
      this.ask(ticket, operation, context);
    }
    if (this.pending.size > 0) context.setTimer("again", askRetry);
  }

  private routeOf(operation: Operation): Piece {
    return this.map.at(this.layout.positionOf(operation.key));
  }

  private ask(ticket: number, operation: Operation, context: ShardContext): void {
    const { owner, epoch } = this.routeOf(operation);
    this.pending.delete(ticket);
    this.pending.set(ticket, { operation, asked: context.localTime(), epoch });
    context.send(owner, { kind: "ask", operation, ticket, epoch });
  }
}
