/**
 * The timed engine: runs a protocol's handlers under a cost model of processor, ports, links and disk.
 *
 * A message of s bytes from i to j waits for: sender CPU → egress of i → propagation → ingress of j → receiver CPU
 * → handler. A processor with one core is *booked*: since it is FIFO and everything that changes a node's state
 * goes through it, the handler can run when its input arrives, with the clock set to max(now, free) + service, and
 * what it sends is stamped with that clock. That needs no event of its own and gives the same times as a queue with
 * events (a test holds the two together). With several cores, jobs queue and finish by events (`Cores`).
 */
import { type Distribution, distributionFrom } from "../core/distributions.ts";
import { DomainError, LimitError, unknownName } from "../core/errors.ts";
import { EventQueue } from "../core/event-queue.ts";
import type { ParameterTable, ValuesOf } from "../core/parameters.ts";
import type { RandomStream, RandomStreams } from "../core/random.ts";
import type { NodeId, SystemSpec } from "../core/system.ts";
import type { Clients } from "./clients.ts";
import { Cores } from "./cores.ts";
import { Disk, type Held } from "./disk.ts";
import { Dispatcher } from "./dispatcher.ts";
import * as slotColumns from "./event-slots.ts";
import { FAILED, OK, UNKNOWN } from "./history.ts";
import { Network } from "./network.ts";
import type { AnyProtocol, Context, MessageShape, Operation } from "./protocol.ts";
import { TimerTable } from "./timers.ts";
import type { Tracer } from "./tracer.ts";

/** How a run is bounded and watched. */
export interface EngineOptions {
  readonly maxEvents: number;
  readonly maxSeconds: number;
  readonly tracer: Tracer | null;
  /** Runs one-core processors through the event queue too: slower, for checking the booked ones. */
  readonly queuedCpu: boolean;
}

// Copies: the compiler folds constants of this module, but reads an imported binding each time.
const {
  ANSWER,
  BYTES,
  CORE_FREE,
  FIRST_BIT,
  FROM,
  INTS,
  MESSAGE,
  PASSED,
  REALS,
  REFUSAL,
  REQUEST,
  REQUEST_PASSED,
  TAKEN_IN,
  THOUGHT,
  TIMEOUT,
  TIMER,
  TO,
  TRACE,
  TYPE,
  WRITTEN,
} = slotColumns;

/** How often invariants are looked at, in events. */
const LOOK_EVERY = 4096;
/** Looks in a row without time passing after which a run is taken for stuck: about a million events. */
const MOST_LOOKS_AT_ONE_TIME = 256;

type Settings = ValuesOf<ParameterTable>;

export class TimedEngine implements Context<Settings, MessageShape> {
  self: NodeId = 0;
  readonly nodes: number;
  readonly settings: Settings;
  readonly random: RandomStream;
  readonly states: object[] = [];
  readonly network: Network;
  readonly disks: readonly (Disk | null)[];
  readonly dispatcher: Dispatcher;
  readonly cpuBusy: Float64Array;
  readonly coresPerNode: number;
  readonly seen = new Set<string>();
  events = 0;
  sent = 0;
  delivered = 0;
  /** The virtual time handlers have reached; an event's own time is `now`. */
  private clock = 0;
  private now = 0;
  private lastLook = -1;
  private looksAtSameTime = 0;
  private latest = 0;
  private nextArrival = Number.POSITIVE_INFINITY;
  private open = false;
  private holding: Held | null = null;
  private readonly queue = new EventQueue();
  private readonly slots = new slotColumns.EventSlots();
  private readonly timers: TimerTable;
  private readonly cores: Cores | null;
  private readonly cpuFree: Float64Array;
  private readonly local: MessageShape[] = [];
  private localCount = 0;
  private readonly protocol: AnyProtocol;
  private readonly clients: Clients | null;
  private readonly options: EngineOptions;
  private readonly tracer: Tracer | null;
  private readonly cpu: RandomStream;
  private readonly receiveTime: Distribution;
  private readonly sendTime: Distribution;
  private readonly fixedReceive: number;
  private readonly fixedSend: number;
  private readonly perByte: number;
  private readonly sized: boolean;
  private readonly sendCosts: boolean;
  private readonly headerBytes: number;

  constructor(
    protocol: AnyProtocol,
    system: SystemSpec,
    clients: Clients | null,
    streams: RandomStreams,
    options: EngineOptions,
  ) {
    this.protocol = protocol;
    this.clients = clients;
    this.options = options;
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
    this.receiveTime = distributionFrom(system.cpu.receive);
    this.sendTime = distributionFrom(system.cpu.send);
    this.fixedReceive = this.receiveTime.variance === 0 ? this.receiveTime.mean : -1;
    this.fixedSend = this.sendTime.variance === 0 ? this.sendTime.mean : -1;
    this.perByte = system.cpu.perByte;
    this.sendCosts = this.fixedSend !== 0 || this.perByte > 0;
    this.sized = this.network.limited || this.perByte > 0;
  }

  // ---- the event loop

  /** Runs until every measured operation has ended, nothing is left to do, or a limit is reached. */
  run(): void {
    this.boot();
    const { maxEvents, maxSeconds } = this.options;
    const clients = this.clients;
    while (clients === null || clients.measuredLeft > 0) {
      const next = this.queue.size === 0 ? Number.POSITIVE_INFINITY : this.queue.peekTime();
      if (this.nextArrival <= next) {
        if (this.nextArrival === Number.POSITIVE_INFINITY) break;
        this.now = this.nextArrival;
        if (this.now > maxSeconds) break;
        this.arrive();
      } else {
        if (next > maxSeconds) break;
        const slot = this.queue.pop();
        this.now = next;
        this.handle(slot);
      }
      this.events++;
      if (this.events >= maxEvents) this.tooLong(maxEvents);
      if (!this.open) this.letIn();
      if (this.events % LOOK_EVERY === 0) this.lookIn();
    }
    this.look();
  }

  /** The end of the sample path: nothing booked lies beyond it. */
  get end(): number {
    let end = Math.max(this.now, this.latest, this.clients?.lastEnd ?? 0);
    for (const free of this.cpuFree) if (free > end) end = free;
    return end;
  }

  /** Messages sent and not yet handled. */
  get inFlight(): number {
    const { slots } = this;
    const moving = slots.count((type) => type === MESSAGE || type === PASSED);
    return moving + (this.cores?.messages(slots) ?? 0);
  }

  private boot(): void {
    for (let node = 0; node < this.nodes; node++) {
      this.self = node;
      this.clock = 0;
      this.states.push(this.protocol.boot(this));
      this.finish(node);
    }
    this.letIn();
  }

  /** Opens the doors to clients once the protocol says it is ready. */
  private letIn(): void {
    if (!this.protocol.ready(this.states)) return;
    this.open = true;
    const clients = this.clients;
    if (clients === null) return;
    const from = Math.max(this.now, this.clock); // a booked handler may have made it ready ahead of its event
    if (clients.arrivals !== null) {
      this.nextArrival = from + clients.arrivals.gap();
      return;
    }
    for (let user = 0; user < clients.users; user++) this.thinkThenAsk(user, from);
  }

  private tooLong(maxEvents: number): never {
    const reached = `got to ${this.now.toPrecision(4)} s with ${this.clients?.inFlight ?? 0} operations in flight`;
    throw new LimitError(`${this.protocol.name}: run must end within ${maxEvents} events, ${reached}`);
  }

  /** Now and then: are the invariants true, and does time still pass? */
  private lookIn(): void {
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

  private look(): void {
    for (const [name, holds] of Object.entries(this.protocol.always)) {
      if (holds(this.states)) continue;
      throw new DomainError(
        `${this.protocol.name}: invariant ${name} must hold, got a violation at ${this.now.toPrecision(6)} s (event ${this.events})`,
      );
    }
    for (const [name, happened] of Object.entries(this.protocol.sometimes)) {
      if (!this.seen.has(name) && happened(this.states)) this.seen.add(name);
    }
  }

  private handle(slot: number): void {
    const { ints } = this.slots;
    const node = ints[slot * INTS + TO];
    switch (ints[slot * INTS + TYPE]) {
      case MESSAGE:
      case REQUEST:
        if (this.network.ingressLimited) this.reachPort(slot, node);
        else this.reachCpu(slot, node, this.now);
        return;
      case PASSED:
      case REQUEST_PASSED:
        this.reachCpu(slot, node, this.slots.reals[slot * REALS + FIRST_BIT]);
        return;
      case TAKEN_IN:
        this.takenIn(slot, node, this.cores as Cores);
        return;
      case CORE_FREE:
        this.slots.give(slot);
        this.freeCore(node);
        return;
      case TIMER:
        this.timerDue(slot, node);
        return;
      case WRITTEN:
        this.written(slot, node);
        return;
      default:
        this.atClient(slot);
    }
  }

  // ---- the way in: port, processor, handler

  private reachPort(slot: number, node: number): void {
    const { slots } = this;
    const at = slot * REALS;
    const passed = this.network.receive(node, slots.reals[at + BYTES], slots.reals[at + FIRST_BIT], this.now);
    if (passed <= this.now) {
      this.reachCpu(slot, node, this.now);
      return;
    }
    slots.setType(slot, slots.type(slot) === MESSAGE ? PASSED : REQUEST_PASSED);
    slots.reals[at + FIRST_BIT] = this.now;
    this.queue.push(passed, slot);
  }

  private reachCpu(slot: number, node: number, arrived: number): void {
    if (this.cores !== null) {
      this.offer(slot, node, arrived);
      return;
    }
    const free = this.cpuFree[node];
    const begun = free > this.now ? free : this.now;
    const service = this.takeInTime(slot);
    this.cpuBusy[node] += service;
    this.clock = begun + service;
    this.runJob(slot, this.slots.type(slot), node, arrived, this.now, begun);
    this.cpuFree[node] = this.clock;
  }

  private takeInTime(slot: number): number {
    const bytes = this.slots.reals[slot * REALS + BYTES];
    return (
      (this.fixedReceive >= 0 ? this.fixedReceive : this.receiveTime.sample(this.cpu)) + this.perByte * bytes
    );
  }

  /**
   * Runs the handler of a job taken in; the clock stands at the end of its service. The job reached the port at
   * `arrived`, the processor at `passed`, and was begun at `begun`.
   */
  private runJob(
    slot: number,
    type: number,
    node: number,
    arrived: number,
    passed: number,
    begun: number,
  ): void {
    const { slots } = this;
    const body = slots.body[slot] as object;
    const from = slots.ints[slot * INTS + FROM];
    if (this.tracer !== null) this.traceJob(slot, type, node, arrived, passed, begun);
    slots.body[slot] = null;
    slots.give(slot);
    this.self = node;
    const state = this.states[node];
    if (type === MESSAGE || type === PASSED) {
      this.delivered++;
      this.dispatcher.run(state, body as MessageShape, from, this);
    } else if (type === TIMER) {
      this.protocol.timers[this.timers.names[from]](state, this);
    } else if (type === WRITTEN) {
      this.release(body as Held[], arrived);
    } else {
      this.protocol.request(state, body as Operation, this);
    }
    this.finish(node);
  }

  private traceJob(
    slot: number,
    type: number,
    node: number,
    arrived: number,
    passed: number,
    begun: number,
  ): void {
    const tracer = this.tracer as Tracer;
    const caused = type !== TIMER && type !== WRITTEN;
    const id = tracer.handler(
      caused ? this.slots.ints[slot * INTS + TRACE] : -1,
      node,
      arrived,
      passed,
      begun,
      this.clock,
    );
    if (type === REQUEST || type === REQUEST_PASSED) {
      tracer.tookIn((this.slots.body[slot] as Operation).handle, id);
    }
  }

  /** After a handler: what it sent to itself, in order. */
  private finish(node: number): void {
    this.holding = null;
    // By index: what these handlers send to themselves joins the end.
    for (let i = 0; i < this.localCount; i++) {
      const message = this.local[i];
      if (this.tracer !== null) this.tracer.local(this.tracer.current, node, this.clock);
      this.dispatcher.run(this.states[node], message, node, this);
      this.holding = null;
    }
    this.localCount = 0;
    if (this.clock > this.latest) this.latest = this.clock;
  }

  // ---- several cores

  private offer(slot: number, node: number, arrived: number): void {
    const cores = this.cores as Cores;
    cores.note(slot, this.slots.type(slot), arrived, this.now);
    if (cores.take(node)) this.startJob(slot, node);
    else cores.wait(node, slot);
  }

  private startJob(slot: number, node: number): void {
    const cores = this.cores as Cores;
    const type = this.slots.type(slot);
    const service = type === TIMER || type === WRITTEN ? 0 : this.takeInTime(slot);
    this.cpuBusy[node] += service;
    this.slots.setType(slot, TAKEN_IN);
    cores.begun[slot] = this.now;
    this.queue.push(this.now + service, slot);
  }

  private takenIn(slot: number, node: number, cores: Cores): void {
    this.clock = this.now;
    this.runJob(slot, cores.type[slot], node, cores.arrived[slot], cores.offered[slot], cores.begun[slot]);
    this.leaveCore(node);
  }

  private leaveCore(node: number): void {
    if (this.clock > this.now)
      this.queue.push(this.clock, this.slots.take(CORE_FREE, node, node, null, 0, 0));
    else this.freeCore(node);
  }

  private freeCore(node: number): void {
    const cores = this.cores as Cores;
    const next = cores.next(node);
    if (next >= 0) this.startJob(next, node);
  }

  // ---- timers and disk

  private timerDue(slot: number, node: number): void {
    const index = this.slots.ints[slot * INTS + FROM];
    const timer = node * this.timers.names.length + index;
    const due = this.timers.due(timer, this.now);
    if (due > this.now) {
      this.queue.push(due, slot);
    } else if (due === this.now) {
      this.freeJob(slot, node);
    } else {
      this.slots.give(slot);
    }
  }

  /** A job that costs the processor nothing to take in, but waits its turn. */
  private freeJob(slot: number, node: number): void {
    if (this.cores !== null) {
      this.offer(slot, node, this.now);
      return;
    }
    const free = this.cpuFree[node];
    this.clock = free > this.now ? free : this.now;
    this.runJob(slot, this.slots.type(slot), node, this.now, this.now, this.clock);
    this.cpuFree[node] = this.clock;
  }

  private written(slot: number, node: number): void {
    const disk = this.disks[node] as Disk;
    this.slots.body[slot] = disk.finish();
    this.startWrite(node, disk, this.now);
    this.freeJob(slot, node);
  }

  private startWrite(node: number, disk: Disk, time: number): void {
    const end = disk.startNext(time);
    if (end >= 0) this.queue.push(end, this.slots.take(WRITTEN, node, node, null, 0, 0));
  }

  /** Does what waited for a write that ended at `written`. */
  private release(groups: readonly Held[], written: number): void {
    for (const held of groups) {
      for (const action of held.actions) {
        if (this.tracer !== null) {
          this.tracer.released(action.trace, this.self, action.asked, held.begun, written, this.clock);
        }
        if (action.what === "send") this.send(action.to, action.body as MessageShape);
        else if (action.what === "reply") this.reply(action.body as Operation, action.value);
        else this.refuse(action.body as Operation, action.to < 0 ? null : action.to);
      }
    }
  }

  // ---- clients

  private arrive(): void {
    const clients = this.clients as Clients;
    this.ask(clients.issue(this.now, clients.drawPlace(), -1), this.now);
    this.nextArrival =
      this.now + (clients.arrivals === null ? Number.POSITIVE_INFINITY : clients.arrivals.gap());
  }

  private thinkThenAsk(user: number, from: number): void {
    const at = from + (this.clients as Clients).drawThink();
    this.queue.push(at, this.slots.take(THOUGHT, user, user, null, 0, 0));
  }

  /** Sends an operation to the node its place turns to. */
  private ask(operation: Operation, time: number): void {
    const clients = this.clients as Clients;
    const place = clients.placeOf(operation);
    const { target, colocated } = clients.places[place];
    const bytes = this.headerBytes + (operation.kind === "write" ? operation.bytes : 0);
    const beside = target === colocated;
    const at = beside ? time : this.network.send(this.nodes + place, target, bytes, time);
    const type = beside ? REQUEST_PASSED : REQUEST;
    const slot = this.slots.take(type, target, this.nodes + place, operation, beside ? 0 : bytes, at);
    clients.reached[operation.handle] = at;
    if (this.tracer !== null) this.setTrace(slot, this.tracer.request(operation.handle, time, at));
    if (clients.timeout < Number.POSITIVE_INFINITY)
      this.queue.push(time + clients.timeout, this.timeoutOf(operation));
    if (beside && at === this.now) this.reachCpu(slot, target, at);
    else this.queue.push(at, slot);
  }

  private timeoutOf(operation: Operation): number {
    return this.slots.take(TIMEOUT, 0, 0, operation, 0, 0);
  }

  /** Events at a client: an answer, a refusal, the end of thinking or of patience. */
  private atClient(slot: number): void {
    const { slots } = this;
    const clients = this.clients as Clients;
    const type = slots.type(slot);
    const operation = slots.body[slot] as Operation;
    const to = slots.ints[slot * INTS + TO];
    const from = slots.ints[slot * INTS + FROM];
    const trace = slots.ints[slot * INTS + TRACE];
    const commit = slots.reals[slot * REALS + BYTES];
    const value = slots.reals[slot * REALS + FIRST_BIT];
    slots.body[slot] = null;
    slots.give(slot);
    if (type === THOUGHT) {
      this.ask(clients.issue(this.now, clients.placeOfUser(to), to), this.now);
    } else if (!clients.isOpen(operation)) {
      return; // the client gave up earlier, or this is a second answer
    } else if (type === ANSWER) {
      this.endOperation(operation, this.now, OK, value, commit, trace);
    } else if (type === TIMEOUT) {
      this.endOperation(operation, this.now, UNKNOWN, -1, Number.NaN, -1);
    } else if (from < 0) {
      this.endOperation(operation, this.now, FAILED, -1, Number.NaN, -1);
    } else {
      clients.turnTo(operation, from);
      this.ask(operation, this.now);
    }
  }

  private endOperation(
    operation: Operation,
    time: number,
    outcome: number,
    value: number,
    commitLatency: number,
    trace: number,
  ): void {
    const clients = this.clients as Clients;
    const user = clients.userOf(operation);
    if (this.tracer !== null) {
      const { handle } = operation;
      clients.attribution =
        trace < 0 ? null : this.tracer.attribute(handle, clients.invoked[handle], trace, time);
      this.tracer.forget(handle);
    }
    clients.end(operation, time, outcome, value, commitLatency);
    if (user >= 0) this.thinkThenAsk(user, time);
  }

  // ---- the context handlers see

  send(to: NodeId, message: MessageShape): void {
    if (this.holding !== null) {
      this.hold("send", to, 0, message);
      return;
    }
    if (to === this.self) {
      this.local[this.localCount++] = message;
      return;
    }
    const bytes = this.sized ? this.protocol.bytes(message, this.settings) : 0;
    if (this.sendCosts) this.putOut(bytes);
    const arrival = this.network.send(this.self, to, bytes, this.clock);
    const slot = this.slots.take(MESSAGE, to, this.self, message, bytes, this.network.firstBit);
    if (this.tracer !== null) this.setTrace(slot, this.traceSend(false));
    this.sent++;
    this.queue.push(arrival, slot);
  }

  private setTrace(slot: number, trace: number): void {
    this.slots.ints[slot * INTS + TRACE] = trace;
  }

  broadcast(message: MessageShape): void {
    const { self, nodes } = this;
    for (let to = 0; to < nodes; to++) if (to !== self) this.send(to, message);
  }

  /** Spends the processor's time for putting out one message. */
  private putOut(bytes: number): void {
    const time =
      (this.fixedSend >= 0 ? this.fixedSend : this.sendTime.sample(this.cpu)) + this.perByte * bytes;
    this.clock += time;
    this.cpuBusy[this.self] += time;
  }

  private traceSend(toClient: boolean): number {
    const { egressWait, transmission, propagation } = this.network;
    return (this.tracer as Tracer).message(this.clock, egressWait, transmission, propagation, toClient);
  }

  setTimer(name: string, delay: number): void {
    const index = this.timers.index(this.self, name);
    if (index < 0) throw unknownName(this.protocol.name, "timer", name, this.timers.names);
    if (!(delay >= 0))
      throw new DomainError(`${this.protocol.name}: timer ${name} delay must be >= 0 s, got ${delay}`);
    const deadline = this.clock + delay;
    if (!this.timers.set(index, deadline)) return;
    const slot = this.slots.take(TIMER, this.self, index - this.self * this.timers.names.length, null, 0, 0);
    this.queue.push(deadline, slot);
  }

  clearTimer(name: string): void {
    const index = this.timers.index(this.self, name);
    if (index < 0) throw unknownName(this.protocol.name, "timer", name, this.timers.names);
    this.timers.clear(index);
  }

  persist(record: object): void {
    const disk = this.disks[this.self];
    if (disk === null) return;
    this.holding = disk.write(this.clock, this.protocol.recordBytes?.(record, this.settings) ?? 0);
    this.startWrite(this.self, disk, this.clock);
  }

  barrier(): void {
    const pending = this.disks[this.self]?.pending(this.clock) ?? null;
    if (pending !== null) this.holding = pending;
  }

  private hold(what: "send" | "reply" | "refuse", to: number, value: number, body: object): void {
    (this.holding as Held).actions.push({
      what,
      to,
      value,
      body,
      trace: this.tracer?.current ?? -1,
      asked: this.clock,
    });
  }

  reply(operation: Operation, value: number): void {
    if (this.holding !== null) {
      this.hold("reply", -1, value, operation);
      return;
    }
    const clients = this.clients as Clients;
    if (!clients.isOpen(operation)) return;
    const bytes = this.sized ? this.headerBytes + (operation.kind === "read" ? operation.bytes : 0) : 0;
    this.putOut(bytes);
    const commit = this.clock - clients.reached[operation.handle];
    const place = clients.placeOf(operation);
    if (clients.places[place].colocated === this.self) {
      const trace = this.tracer?.message(this.clock, 0, 0, 0, true) ?? -1;
      this.endOperation(operation, this.clock, OK, value, commit, trace);
      return;
    }
    this.toClient(ANSWER, place, -1, operation, bytes, value, commit);
  }

  refuse(operation: Operation, leader: NodeId | null): void {
    if (this.holding !== null) {
      this.hold("refuse", leader ?? -1, 0, operation);
      return;
    }
    const bytes = this.sized ? this.headerBytes : 0;
    this.putOut(bytes);
    const place = (this.clients as Clients).placeOf(operation);
    this.toClient(REFUSAL, place, leader ?? -1, operation, bytes, -1, Number.NaN);
  }

  private toClient(
    type: number,
    place: number,
    from: number,
    operation: Operation,
    bytes: number,
    value: number,
    commit: number,
  ): void {
    const beside = (this.clients as Clients).places[place].colocated === this.self;
    const arrival = beside ? this.clock : this.network.send(this.self, this.nodes + place, bytes, this.clock);
    const slot = this.slots.take(type, place, from, operation, commit, value);
    if (this.tracer !== null) this.setTrace(slot, beside ? this.tracer.current : this.traceSend(true));
    this.queue.push(arrival, slot);
  }
}
