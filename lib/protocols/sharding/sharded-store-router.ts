/**
 * A router: takes clients' requests, sends each to whom its map says, and learns a newer map from who refuses.
 *
 * With a front cache it is the only door: it answers what it holds itself, one request at a time.
 */
import type { Operation } from "../../simulation/protocol.ts";
import { Fifo } from "../balancing/fifo.ts";
import { FrontCache } from "./front-cache.ts";
import { byPiece, keysRead, type Part, type Request } from "./scan.ts";
import { layoutOf, type ShardLayout } from "./shard-layout.ts";
import { type Piece, ShardMap } from "./shard-map.ts";
import type { ShardContext } from "./sharded-store-messages.ts";
import type { ShardRules } from "./sharded-store-rules.ts";

interface Pending extends Part {
  readonly asked: number;
  /** Epoch of the route by which it was asked last. */
  readonly epoch: number;
}

/** A read that the front cache answers, with the value it had when the read came. */
interface Hit {
  readonly operation: Operation;
  readonly value: number;
}

/** A router that restarts must not take answers to its former self's requests for its own. */
const INCARNATIONS = 2 ** 20;

export class RouterNode {
  readonly map: ShardMap;
  /** Asked and not answered, the one asked longest ago first. */
  readonly pending = new Map<number, Pending>();
  readonly counts = { requests: 0, asked: 0, parts: 0, redirects: 0, again: 0 };
  readonly front: FrontCache | null;
  /** Hits that wait for the front's worker, the one in hand first. */
  private readonly hits = new Fifo<Hit>();
  private readonly layout: ShardLayout;
  private readonly rules: ShardRules;
  private nextTicket: number;

  constructor(context: ShardContext, rules: ShardRules) {
    this.layout = layoutOf(context.settings);
    this.map = new ShardMap(this.layout.pieces(context.settings.startServers));
    this.rules = rules;
    const { frontKeys, frontCache, routers } = context.settings;
    const isFront = frontKeys > 0 && context.self < routers;
    this.front = isFront ? new FrontCache(frontKeys, frontCache === "perfect") : null;
    this.nextTicket = context.random.integer(INCARNATIONS) * 2 ** 32;
  }

  request(operation: Operation, context: ShardContext): void {
    if (this.front === null && context.settings.frontKeys > 0) {
      context.refuse(operation, 0); // past the front cache nobody goes
      return;
    }
    this.counts.requests++;
    const keys = keysRead(operation);
    const front = keys.length === 1 ? this.front : null; // scans go past the cache
    const value = front?.look(operation);
    if (value !== undefined) {
      this.hit({ operation, value }, context);
      if (this.rules.hitsEndInFront) return;
    }
    if (front !== null) {
      front.asked(operation);
      if (operation.kind === "write") this.rules.dropWritten(front, operation.key);
    }
    this.counts.asked++;
    if (this.pending.size === 0) context.setTimer("again", context.settings.askRetry);
    this.askAll({ operation, left: keys.length, value: -1 }, keys, context);
  }

  private hit(hit: Hit, context: ShardContext): void {
    const { frontTime } = context.settings;
    if (frontTime === 0) {
      context.reply(hit.operation, hit.value);
      return;
    }
    context.queued(hit.operation);
    this.hits.push(hit);
    if (this.hits.length === 1) context.work("front", frontTime, hit.operation);
  }

  /** The front's worker has answered a hit. */
  hitServed(context: ShardContext): void {
    const { operation, value } = this.hits.shift();
    context.reply(operation, value);
    if (this.hits.length > 0) context.work("front", context.settings.frontTime, this.hits.first.operation);
  }

  answered(ticket: number, value: number, version: number, context: ShardContext): void {
    const pending = this.pending.get(ticket);
    if (pending === undefined) return;
    this.pending.delete(ticket);
    const { request, keys } = pending;
    const { operation } = request;
    if (operation.span === undefined) {
      const newest = this.front?.answered(operation, version) ?? false;
      if (operation.kind === "read" && this.rules.mayFill(newest)) this.front?.fill(operation.key, value);
    }
    if (keys[0] === operation.key) request.value = value;
    request.left -= keys.length;
    if (request.left === 0) context.reply(operation, request.value);
  }

  /** A stale route was refused: learn the newer map, and go where it says. */
  moved(ticket: number, piece: Piece, context: ShardContext): void {
    if (!this.rules.followsMap) return;
    const pending = this.pending.get(ticket);
    this.map.learn(piece);
    // The same route again would be refused again: then time must help.
    if (pending === undefined || !pending.keys.some((key) => this.routeOf(key).epoch > pending.epoch)) return;
    this.counts.redirects++;
    this.pending.delete(ticket);
    this.askAll(pending.request, pending.keys, context);
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
    for (const [ticket, part] of late) {
      this.counts.again++;
      this.ask(ticket, part, context);
    }
    if (this.pending.size > 0) context.setTimer("again", askRetry);
  }

  private routeOf(key: number): Piece {
    return this.map.at(this.layout.positionOf(key));
  }

  /** Asks for keys, those of one piece at once. */
  private askAll(request: Request, keys: readonly number[], context: ShardContext): void {
    for (const part of byPiece(keys, (key) => this.routeOf(key))) {
      this.counts.parts++;
      this.ask(this.nextTicket++, { request, keys: part }, context);
    }
  }

  private ask(ticket: number, { request, keys }: Part, context: ShardContext): void {
    const { owner, epoch } = this.routeOf(keys[0]);
    this.pending.delete(ticket);
    this.pending.set(ticket, { request, keys, asked: context.localTime(), epoch });
    context.send(owner, { kind: "ask", operation: request.operation, keys, ticket, epoch });
  }
}
