/**
 * The recorder: writes down a window of a run as plain data, for a space-time diagram.
 *
 * It listens from outside: it puts itself between a protocol and an engine, calls what stands behind, and notes what
 * went by. An engine that is not recorded carries nothing of it, and a recorded run draws the same random numbers, so
 * it is the same run.
 */

import type { SystemSpec } from "../core/system.ts";
import type { SpaceTime, TraceMark, TraceMessage, TraceSpan } from "../core/trace.ts";
import type { Clients } from "./clients.ts";
import type { TimedEngine } from "./engine.ts";
import { FaultEngine } from "./fault-engine.ts";
import { cutsOf, nodeSpansOf } from "./fault-trace.ts";
import type { AnyProtocol, MessageShape, Operation } from "./protocol.ts";

/** A window in seconds of the run. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

type Draft = { -readonly [K in keyof TraceMessage]: TraceMessage[K] };
type Span = { -readonly [K in keyof TraceSpan]: TraceSpan[K] };

/** Claims that tell who leads, and what was only proposed: every other claim tells what is settled. */
const NOT_SETTLED: readonly string[] = ["leader", "proposed"];
/** Messages a window may hold. */
const MOST_MESSAGES = 1_000_000;

/** Listens to one run. */
export class Recorder {
  private readonly window: Window;
  private readonly protocol: AnyProtocol;
  private readonly messages: Draft[] = [];
  private readonly spans: Span[] = [];
  private readonly marks: TraceMark[] = [];
  private readonly quorumEdges = new Set<number>();
  private readonly settled = new Set<string>();
  /** Messages by their object: a broadcast is one object on several ways. */
  private readonly onTheWay = new Map<MessageShape, number[]>();
  private readonly leading: (Span | null)[] = [];
  private readonly terms = new Map<number, number>();
  /** The message being handled, or −1. */
  private handling = -1;
  private engine: TimedEngine | null = null;
  private clients: Clients | null = null;

  constructor(protocol: AnyProtocol, window: Window) {
    this.protocol = protocol;
    this.window = window;
  }

  /** The protocol with a listener in every handler. */
  listening(): AnyProtocol {
    const { protocol } = this;
    const messages = Object.entries(protocol.messages as Record<string, (...args: unknown[]) => void>).map(
      ([kind, handler]) => [
        kind,
        (node: unknown, message: unknown, from: unknown, ctx: unknown): void => {
          this.beginHandling(message as MessageShape, from as number);
          handler(node, message, from, ctx);
          this.endHandling(node as object);
        },
      ],
    );
    const timers = Object.entries(protocol.timers).map(([name, handler]) => [
      name,
      (node: object, ctx: never): void => {
        this.mark("timer", name);
        handler(node, ctx);
        this.endHandling(node);
      },
    ]);
    return {
      ...protocol,
      messages: Object.fromEntries(messages) as AnyProtocol["messages"],
      timers: Object.fromEntries(timers) as AnyProtocol["timers"],
      request: (node, operation, ctx) => {
        this.requested(operation);
        protocol.request(node, operation, ctx);
        this.endHandling(node);
      },
    };
  }

  /** Puts itself between handlers and an engine. */
  listenTo(engine: TimedEngine, clients: Clients | null): void {
    this.engine = engine;
    this.clients = clients;
    const send = engine.send.bind(engine);
    engine.send = (to, message) => {
      const { sent, dropped, duplicated } = engine;
      send(to, message);
      if (engine.sent > sent)
        this.sentNow(to, message, engine.dropped > dropped, engine.duplicated > duplicated);
    };
    engine.broadcast = (message) => {
      for (let to = 0; to < engine.nodes; to++) if (to !== engine.self) engine.send(to, message);
    };
    const claim = engine.claim.bind(engine);
    engine.claim = (what, slot, value) => {
      claim(what, slot, value);
      this.claimed(what, slot, value);
    };
    const reply = engine.reply.bind(engine);
    engine.reply = (operation, value, seen) => {
      const wasOpen = !engine.isHolding && clients?.isOpen(operation) === true;
      reply(operation, value, seen);
      if (wasOpen) this.answered(operation);
    };
    engine.disks.forEach((disk, node) => {
      if (disk === null) return;
      const start = disk.startNext.bind(disk);
      disk.startNext = (now) => {
        const before = disk.busy;
        const end = start(now);
        if (end >= 0)
          this.span({ process: node, kind: "writes", from: end - (disk.busy - before), to: end, label: "" });
        return end;
      };
    });
  }

  private get clock(): number {
    return (this.engine as TimedEngine).reached;
  }

  private inWindow(time: number): boolean {
    return time >= this.window.from && time <= this.window.to;
  }

  private sentNow(to: number, message: MessageShape, dropped: boolean, duplicated: boolean): void {
    const engine = this.engine as TimedEngine;
    const { network } = engine;
    const sent = this.clock;
    if (!this.inWindow(sent) || this.messages.length >= MOST_MESSAGES) return;
    const left = sent + network.egressWait + network.transmission;
    const arrivals =
      engine instanceof FaultEngine ? engine.arrivalsOfLast : [network.firstBit + network.transmission];
    const bytes = this.protocol.bytes(message, engine.settings);
    const draft = (arrived: number | null, fate?: Draft["fate"]): Draft => ({
      from: engine.self,
      to,
      kind: message.kind,
      bytes,
      sent,
      left,
      arrived,
      handled: null,
      ...(fate === undefined ? {} : { fate }),
    });
    if (dropped) {
      const cut = engine instanceof FaultEngine && engine.isCutNow(engine.self, to);
      this.messages.push(draft(null, cut ? "cut" : "lost"));
      return;
    }
    this.note(message, draft(arrivals[0]));
    if (duplicated) this.note(message, draft(arrivals[1], "copy"));
  }

  private note(message: MessageShape, draft: Draft): void {
    const at = this.messages.push(draft) - 1;
    const known = this.onTheWay.get(message);
    if (known === undefined) this.onTheWay.set(message, [at]);
    else known.push(at);
  }

  private beginHandling(message: MessageShape, from: number): void {
    const engine = this.engine as TimedEngine;
    const ways = this.onTheWay.get(message);
    this.handling = -1;
    if (ways === undefined || from === engine.self) return;
    // Of two copies on one way, the one that arrived first; one sent before the window began is none of these.
    let best = -1;
    for (const at of ways) {
      const { to, arrived, handled } = this.messages[at];
      if (to !== engine.self || handled !== null || (arrived ?? 0) > this.clock) continue;
      if (best < 0 || (arrived ?? 0) < (this.messages[best].arrived ?? 0)) best = at;
    }
    if (best < 0) return;
    this.messages[best].handled = this.clock;
    this.handling = best;
    if (ways.every((at) => this.messages[at].handled !== null)) this.onTheWay.delete(message);
  }

  /** After a handler: has its node begun, or ceased, to lead? */
  private endHandling(node: object): void {
    const { leads } = this.protocol;
    const { self } = this.engine as TimedEngine;
    this.handling = -1;
    if (leads === undefined) return;
    const now = leads(node);
    const before = this.leading[self] ?? null;
    if (now && before === null) {
      const term = this.terms.get(self);
      const label = term === undefined ? "leads" : `term ${term}`;
      const to = Number.POSITIVE_INFINITY;
      const span: Span = { process: self, kind: "leads", from: this.clock, to, label };
      this.leading[self] = span;
      this.spans.push(span);
    } else if (!now && before !== null) {
      before.to = this.clock;
      this.leading[self] = null;
    }
  }

  private claimed(what: string, slot: number, value: number): void {
    if (what === "leader") this.terms.set(value, slot);
    if (NOT_SETTLED.includes(what)) return;
    const name = `${what} ${slot}`;
    if (this.settled.has(name)) return;
    this.settled.add(name);
    this.mark("commit", name);
    if (this.handling >= 0) this.quorumEdges.add(this.handling);
  }

  private requested(operation: Operation): void {
    const clients = this.clients as Clients;
    const engine = this.engine as TimedEngine;
    this.handling = -1;
    if (!clients.isOpen(operation)) return;
    const process = engine.nodes + clients.placeOf(operation);
    const invoked = clients.invoked[operation.handle];
    const arrived = clients.reachedBy(operation, this.clock);
    const last = engine instanceof FaultEngine ? engine.askedAt(operation) : invoked;
    const asked = last <= arrived ? last : invoked; // else that one is still on its way
    if (!this.inWindow(asked)) return;
    const again = asked > invoked ? " again" : "";
    this.marks.push({
      process,
      time: asked,
      kind: "invoke",
      label: `${operation.kind} ${operation.id}${again}`,
    });
    this.messages.push({
      from: process,
      to: engine.self,
      kind: operation.kind,
      bytes: operation.bytes,
      sent: asked,
      left: asked,
      arrived,
      handled: this.clock,
    });
  }

  private answered(operation: Operation): void {
    const engine = this.engine as TimedEngine;
    const clients = this.clients as Clients;
    const place = clients.placeOf(operation);
    const beside = clients.places[place].colocated === engine.self;
    const sent = this.clock;
    if (!this.inWindow(sent)) return;
    const { network } = engine;
    const arrived = beside ? sent : network.firstBit + network.transmission;
    const process = engine.nodes + place;
    const left = beside ? sent : sent + network.egressWait + network.transmission;
    const { bytes } = operation;
    this.messages.push({
      from: engine.self,
      to: process,
      kind: "answer",
      bytes,
      sent,
      left,
      arrived,
      handled: arrived,
    });
    this.marks.push({ process, time: arrived, kind: "answer", label: `${operation.kind} ${operation.id}` });
  }

  private mark(kind: TraceMark["kind"], label: string): void {
    const time = this.clock;
    if (this.inWindow(time))
      this.marks.push({ process: (this.engine as TimedEngine).self, time, kind, label });
  }

  private span(span: Span): void {
    if (span.to >= this.window.from && span.from <= this.window.to) this.spans.push(span);
  }

  /** What was written down, once the run is over. */
  trace(system: SystemSpec, title: string): SpaceTime {
    const engine = this.engine as TimedEngine;
    const { from } = this.window;
    const to = Math.min(this.window.to, engine.end);
    const { sites, placement } = system.network;
    const several = new Set(placement).size > 1;
    const nodes = placement.map((site, node) => `node ${node}${several ? ` (${sites[site]})` : ""}`);
    const clients = (this.clients?.places ?? []).map(
      (place, i) => `clients${(this.clients?.places.length ?? 0) > 1 ? ` ${i}` : ""} (${sites[place.site]})`,
    );
    const log = engine instanceof FaultEngine ? engine.log : null;
    const spans = [...this.spans, ...(log === null ? [] : nodeSpansOf(log, to))];
    const down = spans.filter(({ kind }) => kind === "down");
    const clip = <T extends { from: number; to: number }>(list: readonly T[]): T[] =>
      list
        .filter((span) => span.to >= from && span.from <= to)
        .map((span) => ({ ...span, from: Math.max(from, span.from), to: Math.min(to, span.to) }));
    return {
      title,
      processes: [...nodes, ...clients],
      from,
      to,
      messages: this.messages.map((message) => this.withFate(message, down, to)),
      spans: clip(endedByCrash(spans, down)),
      marks: [...this.marks, ...(log?.marks ?? []).map((m) => ({ ...m, process: m.node }))]
        .filter(({ time }) => time >= from && time <= to)
        .map(({ process, time, kind, label }) => ({ process, time, kind, label })),
      cuts: log === null ? [] : clip(cutsOf(log, placement.length)),
      quorumEdges: [...this.quorumEdges].sort((a, b) => a - b),
    };
  }

  /** Why a message was never handled; what had not arrived by the end of the window is still under way. */
  private withFate(message: Draft, down: readonly TraceSpan[], end: number): TraceMessage {
    const { to, arrived, handled, fate } = message;
    if (handled !== null || fate === "lost" || fate === "cut" || arrived === null) return message;
    if (arrived > end) return { ...message, arrived: null };
    const isDown = down.some((span) => span.process === to && span.from <= arrived && arrived <= span.to);
    const crashed = down.some((span) => span.process === to && span.from >= arrived);
    if (isDown || crashed) return { ...message, fate: "receiver down" };
    return message;
  }
}

/** A node that is down neither leads nor writes. */
function endedByCrash(spans: readonly Span[], down: readonly TraceSpan[]): Span[] {
  return spans.map((span) => {
    if (span.kind === "down") return span;
    const crash = down.find((d) => d.process === span.process && d.from > span.from && d.from < span.to);
    return crash === undefined ? span : { ...span, to: crash.from };
  });
}
