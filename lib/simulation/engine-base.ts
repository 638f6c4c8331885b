/** The state of a timed run: nodes, machines, events; what they have been busy with. */
import { type Distribution, distributionFrom } from "../core/distributions.ts";
import { DomainError, LimitError } from "../core/errors.ts";
import { EventQueue } from "../core/event-queue.ts";
import type { ParameterTable, ValuesOf } from "../core/parameters.ts";
import type { RandomStream, RandomStreams } from "../core/random.ts";
import type { NodeId, SystemSpec } from "../core/system.ts";
import { Claims } from "./claims.ts";
import type { Clients } from "./clients.ts";
import { Cores } from "./cores.ts";
import { Disk, type Held } from "./disk.ts";
import { Dispatcher } from "./dispatcher.ts";
import * as slotColumns from "./event-slots.ts";
import { Network } from "./network.ts";
import { OwnCounts } from "./own-measures.ts";
import type { AnyProtocol, MessageShape } from "./protocol.ts";
import { Sightings } from "./sightings.ts";
import { TimerTable } from "./timers.ts";
import type { Tracer } from "./tracer.ts";

/** What happens once a run has handled so many events: whoever runs many may have the compiler do more for long ones. */
export interface LongRun {
  readonly from: number;
  begins(): void;
}

/** How a run is bounded and watched. */
export interface EngineOptions {
  readonly maxEvents: number;
  readonly maxSeconds: number;
  readonly tracer: Tracer | null;
  /** Runs one-core processors through the event queue too: slower, for checking the booked ones. */
  readonly queuedCpu: boolean;
  readonly long: LongRun | null;
}

/** Busy seconds, or shares, of each node's servers at a time. */
export interface Busy {
  readonly time: number;
  readonly cpu: readonly number[];
  readonly egress: readonly number[];
  readonly ingress: readonly number[];
  readonly disk: readonly number[];
}

/** How often invariants are looked at, in events. */
const LOOK_EVERY = 4096;
/** Operations in flight that no load which is served at all has: some 200 MB of them. */
const MOST_IN_FLIGHT = 1e6;
/** Pending events that no system which keeps up has: some 800 MB of them. */
const MOST_PENDING = 4e6;
/** Looks in a row without time passing after which a run is taken for stuck: about a million events. */
const MOST_LOOKS_AT_ONE_TIME = 256;

/** Settings as the engine holds them. */
export type Settings = ValuesOf<ParameterTable>;

type Condition = readonly [name: string, holds: (nodes: readonly object[]) => boolean];

/** What every part of the engine shares. */
export abstract class EngineBase {
  self: NodeId = 0;
  readonly nodes: number;
  readonly settings: Settings;
  readonly random: RandomStream;
  readonly states: object[] = [];
  readonly network: Network;
  readonly disks: readonly (Disk | null)[];
  readonly dispatcher: Dispatcher;
  readonly cpuBusy: Float64Array;
  /** Seconds each node's worker has been busy, and until when it is. */
  readonly workBusy: Float64Array;
  readonly workFree: Float64Array;
  readonly coresPerNode: number;
  readonly sightings: Sightings;
  readonly claims = new Claims();
  events = 0;
  sent = 0;
  delivered = 0;
  /** Copies the network made, and messages that were never handled. */
  duplicated = 0;
  dropped = 0;
  /** The virtual time handlers have reached; an event's own time is `now`. */
  protected clock = 0;
  protected now = 0;
  /** Follows what the protocol counts of its own, where it does. */
  readonly own: OwnCounts | null;
  /** Busy seconds when measuring began. */
  protected before: Busy | null = null;
  protected lastLook = -1;
  protected looksAtSameTime = 0;
  /** Latest clock of a core that finished by an event. */
  protected latest = 0;
  protected nextArrival = Number.POSITIVE_INFINITY;
  /** The count of events at which limits and invariants are looked at next. */
  protected nextCheck = 1;
  /** And from which on the run is long. */
  protected longFrom: number;
  protected open = false;
  protected holding: Held | null = null;
  protected readonly queue = new EventQueue();
  protected readonly slots = new slotColumns.EventSlots();
  protected readonly timers: TimerTable;
  protected readonly cores: Cores | null;
  protected readonly cpuFree: Float64Array;
  protected readonly local: MessageShape[] = [];
  protected localCount = 0;
  protected readonly protocol: AnyProtocol;
  private readonly invariants: readonly Condition[];
  protected readonly clients: Clients | null;
  protected readonly options: EngineOptions;
  protected readonly tracer: Tracer | null;
  protected readonly cpu: RandomStream;
  protected readonly receiveTime: Distribution;
  protected readonly sendTime: Distribution;
  protected readonly fixedReceive: number;
  protected readonly fixedSend: number;
  protected readonly perByte: number;
  protected readonly sized: boolean;
  /** Messages need no step but one: no ingress port, one booked core of constant service, nobody tracing. */
  protected readonly plain: boolean;
  protected readonly sendCosts: boolean;
  /** And sending one takes no step at all: no port, no order to keep, nothing to pay by time or size. */
  protected readonly light: boolean;
  protected readonly headerBytes: number;

  constructor(
    protocol: AnyProtocol,
    system: SystemSpec,
    clients: Clients | null,
    streams: RandomStreams,
    options: EngineOptions,
  ) {
    this.protocol = protocol;
    this.own = protocol.measures === undefined ? null : new OwnCounts(protocol, this.states);
    this.invariants = Object.entries(protocol.always);
    this.sightings = new Sightings(protocol);
    this.clients = clients;
    this.options = options;
    this.longFrom = options.long?.from ?? Number.POSITIVE_INFINITY;
    this.tracer = options.tracer;
    this.nodes = system.network.placement.length;
    this.settings = system.settings;
    this.headerBytes = Number(system.settings.headerBytes ?? 0);
    this.random = streams.stream("protocol");
    this.cpu = streams.stream("cpu");
    this.network = new Network(
      system.network,
      (clients?.places ?? []).map((place) => place.site),
      streams.stream("links"),
    );
    const disk = system.disk;
    this.disks = Array.from({ length: this.nodes }, (_, node) =>
      disk === null ? null : new Disk(disk, streams.stream(`disk ${node}`)),
    );
    this.dispatcher = new Dispatcher(protocol);
    this.timers = new TimerTable(this.nodes, Object.keys(protocol.timers));
    this.coresPerNode = system.cpu.cores;
    this.cores = system.cpu.cores > 1 || options.queuedCpu ? new Cores(this.nodes, system.cpu.cores) : null;
    this.cpuFree = new Float64Array(this.nodes);
    this.cpuBusy = new Float64Array(this.nodes);
    this.workBusy = new Float64Array(this.nodes);
    this.workFree = new Float64Array(this.nodes);
    this.receiveTime = distributionFrom(system.cpu.receive);
    this.sendTime = distributionFrom(system.cpu.send);
    this.fixedReceive = this.receiveTime.variance === 0 ? this.receiveTime.mean : -1;
    this.fixedSend = this.sendTime.variance === 0 ? this.sendTime.mean : -1;
    this.perByte = system.cpu.perByte;
    this.sendCosts = this.fixedSend !== 0 || this.perByte > 0;
    this.plain =
      !this.network.ingressLimited && this.cores === null && this.tracer === null && this.fixedReceive >= 0;
    this.sized = this.network.limited || this.perByte > 0;
    this.light = this.plain && !this.sized && !this.sendCosts && !this.network.ordered;
  }

  /** States of the nodes that are up. */
  get up(): readonly object[] {
    return this.states;
  }

  /** The time the handler now running has reached. */
  get reached(): number {
    return this.clock;
  }

  /** True while what a handler sends waits for the disk. */
  get isHolding(): boolean {
    return this.holding !== null;
  }

  /** The end of the sample path: nothing booked lies beyond it. */
  get end(): number {
    let end = Math.max(this.now, this.latest, this.clients?.lastEnd ?? 0);
    for (const free of this.cpuFree) if (free > end) end = free;
    for (const free of this.workFree) if (free > end) end = free;
    return end;
  }

  /** Utilisation of every server over the measured window, or over the whole run without a workload. */
  utilisation(): Busy {
    const to = this.before === null ? this.end : this.now;
    const from = this.before?.time ?? 0;
    const { before } = this;
    const after = this.busyUntil(to);
    const share = (name: "cpu" | "egress" | "ingress" | "disk", servers = 1): number[] =>
      after[name].map((busy, node) =>
        to > from ? (busy - (before?.[name][node] ?? 0)) / (to - from) / servers : 0,
      );
    return {
      time: to - from,
      cpu: share("cpu", this.coresPerNode),
      egress: share("egress"),
      ingress: share("ingress"),
      disk: share("disk"),
    };
  }

  /** Seconds each server has been busy by `time`: what is booked beyond it does not count yet. */
  protected busyUntil(time: number): Busy {
    const { network } = this;
    const upTo = (busy: number, free: number): number =>
      free > time ? Math.max(0, busy - (free - time)) : busy;
    const each = (get: (node: number) => number): number[] => Array.from(this.states, (_, node) => get(node));
    return {
      time,
      // The busier of the cores that take messages in and the worker beside them.
      cpu: each((node) =>
        Math.max(
          upTo(this.cpuBusy[node], this.cpuFree[node]),
          upTo(this.workBusy[node], this.workFree[node]) * this.coresPerNode,
        ),
      ),
      egress: each((node) => upTo(network.egressBusy[node], network.egressFree[node])),
      ingress: each((node) => upTo(network.ingressBusy[node], network.ingressFree[node])),
      disk: each((node) => upTo(this.disks[node]?.busy ?? 0, this.disks[node]?.end ?? 0)),
    };
  }

  /** Messages sent and not yet handled. */
  get inFlight(): number {
    const { slots } = this;
    const moving = slots.count((type) => type === slotColumns.MESSAGE || type === slotColumns.PASSED);
    return moving + (this.cores?.messages(slots) ?? 0);
  }

  protected tooLong(maxEvents: number): never {
    const reached = `got to ${this.now.toPrecision(4)} s with ${this.clients?.inFlight ?? 0} operations in flight`;
    throw new LimitError(`${this.protocol.name}: run must end within ${maxEvents} events, ${reached}`);
  }

  /** Far more arrives than is answered: waiting for the measured operations would take memory until there is none. */
  private tooMany({ issued, inFlight }: Clients): never {
    const perSecond = (count: number): string => `${(count / this.now).toPrecision(3)} 1/s`;
    throw new LimitError(
      `${this.protocol.name}: operations in flight must be <= ${MOST_IN_FLIGHT}, got ${inFlight} at ${this.now.toPrecision(4)} s: ` +
        `${perSecond(issued)} arrive and ${perSecond(issued - inFlight)} are answered`,
    );
  }

  /** More is sent than can arrive, as when clients or nodes ask again faster than they are answered. */
  private tooMuch(pending: number): never {
    throw new LimitError(
      `${this.protocol.name}: pending events must be <= ${MOST_PENDING}, got ${pending} at ${this.now.toPrecision(4)} s: ` +
        `${this.sent} messages were sent and ${this.delivered} handled`,
    );
  }

  /** Opens the doors to clients once the protocol says it is ready. */
  protected abstract letIn(): void;

  /**
   * Code made so far for handlers and engine, with what little it takes in, has to go, or it would stay. It does: an engine
   * whose field changes from integer to Infinity is another shape than the one that code was made for.
   */
  protected becomeLong(): void {
    this.longFrom = Number.POSITIVE_INFINITY;
    this.options.long?.begins();
  }

  /** What is not done after every event: limits, invariants, the doors. */
  protected check(): void {
    const { maxEvents } = this.options;
    if (this.events >= maxEvents) this.tooLong(maxEvents);
    if (!this.open) this.letIn();
    if (this.events % LOOK_EVERY === 0) {
      this.lookIn();
      this.slots.renew();
    }
    this.nextCheck = this.checkAfter();
  }

  /** The event after which to check: before the doors are open, every one. */
  protected checkAfter(): number {
    if (!this.open) return this.events + 1;
    return Math.min(this.options.maxEvents, this.events + LOOK_EVERY - (this.events % LOOK_EVERY));
  }

  /** Now and then: are the invariants true, does time still pass, and does anybody answer? */
  protected lookIn(): void {
    const { clients } = this;
    if (clients !== null && clients.inFlight > MOST_IN_FLIGHT) this.tooMany(clients);
    if (this.queue.size > MOST_PENDING) this.tooMuch(this.queue.size);
    if (this.now > this.lastLook) {
      this.lastLook = this.now;
      this.looksAtSameTime = 0;
    } else if (++this.looksAtSameTime > MOST_LOOKS_AT_ONE_TIME) {
      throw new LimitError(
        `${this.protocol.name}: time must pass, got ${MOST_LOOKS_AT_ONE_TIME * LOOK_EVERY} events at ${this.now} s (closed-loop clients that neither think nor wait?)`,
      );
    }
    this.look();
  }

  protected look(): void {
    const { contradiction: wrong } = this.claims;
    if (wrong !== null) {
      throw new DomainError(
        `${this.protocol.name}: claim ${wrong.what} of ${wrong.slot} must stay ${wrong.before}, got ${wrong.now} by ${this.now.toPrecision(6)} s`,
      );
    }
    const { up } = this;
    for (const [name, holds] of this.invariants) {
      if (holds(up)) continue;
      throw new DomainError(
        `${this.protocol.name}: invariant ${name} must hold, got a violation at ${this.now.toPrecision(6)} s (event ${this.events})`,
      );
    }
    this.sightings.look(up);
  }
}
