/**
 * The timed engine with faults: nodes that crash and come back, links that lose, machines that slow down.
 *
 * A crash takes everything a node had not made durable: jobs waiting and under way, timers, writes that had not ended
 * and what was held for them. What a handler had handed to its port has left. Messages for a node that is down come to
 * nothing. Processors run with their events here (never booked ahead): a crash must not come after its consequences.
 *
 * A client stands with its site: where a partition cuts the first node there from another, it cuts the client too.
 */
import { DomainError } from "../core/errors.ts";
import type { FaultSpec } from "../core/fault-types.ts";
import type { RandomStream, RandomStreams } from "../core/random.ts";
import type { NodeId, SystemSpec } from "../core/system.ts";
import type { Clients } from "./clients.ts";
import type { Disk, Held } from "./disk.ts";
import { TimedEngine } from "./engine.ts";
import type { EngineOptions } from "./engine-base.ts";
import * as slotColumns from "./event-slots.ts";
import { FaultLog } from "./fault-log.ts";
import { Nemesis, onLink, type Victim } from "./nemesis.ts";
import { NodeClocks } from "./node-clocks.ts";
import { isOfNode } from "./node-events.ts";
import type { AnyProtocol, MessageShape, Operation } from "./protocol.ts";

const {
  CORE_FREE,
  DEAD,
  FAULT,
  FROM,
  INTS,
  MESSAGE,
  PASSED,
  REFUSAL,
  REQUEST,
  RETRY,
  TAKEN_IN,
  TIMER,
  TO,
  TYPE,
  WRITTEN,
} = slotColumns;

/** Invariants are looked at every 32 events: what is wrong between two faults must not pass unseen. */
const OFTEN = 31;

/** Runs one protocol on one system in which things go wrong. */
export class FaultEngine extends TimedEngine implements Victim {
  readonly isUp: boolean[];
  private standing: object[] | null = null; // of the nodes that are up; null: to be listed anew
  readonly log = new FaultLog();
  private readonly nemesis: Nemesis;
  private readonly faults: RandomStream;
  private readonly durable: (object | null)[];
  private readonly pausedUntil: Float64Array;
  private readonly clocks: NodeClocks;
  /** By client place: the node that shares its side of a partition, or −1. */
  private readonly shadow: readonly NodeId[];
  /** By handle: how often the operation was asked. */
  private readonly attempts: number[] = [];
  private readonly asked: number[] = [];
  private readonly retry: number;
  /** Arrivals of the message last sent: none when it was lost, two when it was copied. */
  private readonly arrivals: number[] = [];
  private arrivalCount = 0;

  constructor(
    protocol: AnyProtocol,
    system: SystemSpec,
    clients: Clients | null,
    streams: RandomStreams,
    options: EngineOptions & { readonly retry: number | null },
  ) {
    super(protocol, system, clients, streams, { ...options, queuedCpu: true });
    const { placement } = system.network;
    this.isUp = placement.map(() => true);
    this.durable = placement.map(() => null);
    this.pausedUntil = new Float64Array(placement.length);
    this.clocks = new NodeClocks(placement.length);
    this.faults = streams.stream("faults");
    this.nemesis = new Nemesis(system.faults ?? [], placement.length, this.faults, this);
    this.shadow = (clients?.places ?? []).map((place) => placement.indexOf(place.site));
    this.retry = options.retry ?? Number.POSITIVE_INFINITY;
  }

  override run(): void {
    this.nemesis.start();
    super.run();
  }

  override get up(): readonly object[] {
    this.standing ??= this.states.filter((_, node) => this.isUp[node]);
    return this.standing;
  }

  // ---- what the nemesis does

  callAt(time: number, instance: number): void {
    if (time <= 0) this.nemesis.due(instance, 0);
    else this.queue.push(time, this.slots.take(FAULT, instance, 0, null, 0, 0));
  }

  leader(): NodeId {
    return this.states.findIndex((state, node) => this.isUp[node] && this.protocol.leads?.(state) === true);
  }

  crash(node: NodeId): void {
    this.isUp[node] = false;
    this.standing = null;
    this.pausedUntil[node] = 0;
    this.log.mark(node, this.now, "crash", "crash");
    if (node === this.log.leader) this.log.ceased(this.now);
    const { slots, cores } = this;
    const before = this.busyUntilNow(node);
    slots.count((type, slot) => {
      if (slots.ints[slot * INTS + TO] !== node) return false;
      if (type === TAKEN_IN) this.loseJob(slot, cores?.type[slot] ?? TAKEN_IN);
      else if (type !== CORE_FREE && type !== TIMER && type !== WRITTEN) return false;
      slots.setType(slot, DEAD);
      return false;
    });
    for (const slot of cores?.reset(node) ?? []) {
      this.loseJob(slot, cores?.type[slot] ?? TAKEN_IN);
      slots.give(slot);
    }
    this.cpuBusy[node] = before;
    this.workBusy[node] -= Math.max(0, this.workFree[node] - this.now);
    this.workFree[node] = 0;
    this.timers.reset(node);
    this.disks[node]?.lose(this.now);
  }

  restart(node: NodeId): void {
    this.isUp[node] = true;
    this.log.mark(node, this.now, "restart", "restart");
    this.self = node;
    this.clock = this.now;
    this.own?.keep(node);
    this.states[node] = this.protocol.boot(this, this.durable[node]);
    this.standing = null;
    this.finish(node);
  }

  pause(node: NodeId, until: number): void {
    if (this.isUp[node] && until > this.pausedUntil[node]) this.pausedUntil[node] = until;
  }

  setClock(node: NodeId, offset: number, rate: number): void {
    this.clocks.set(node, offset, rate, this.now);
  }

  order(node: NodeId, command: string, argument: number): void {
    const handler = this.protocol.commands?.[command];
    if (handler === undefined)
      throw new DomainError(`${this.protocol.name}: command must be known, got ${command}`);
    this.self = node;
    this.clock = this.now;
    this.log.mark(node, this.now, "command", `${command} ${argument}`);
    handler(this.states[node], argument, this);
    this.finish(node);
  }

  note(spec: FaultSpec, node: NodeId, begins: boolean): void {
    this.log.note(spec, node, begins, this.now);
  }

  /** Busy seconds of a node's processor without what is still to be done of the jobs under way. */
  private busyUntilNow(node: NodeId): number {
    const { slots, cores } = this;
    let busy = this.cpuBusy[node];
    if (cores === null) return busy;
    slots.count((type, slot) => {
      if (type === TAKEN_IN && slots.ints[slot * INTS + TO] === node) busy -= cores.ends[slot] - this.now;
      return false;
    });
    return Math.max(0, busy);
  }

  private loseJob(slot: number, type: number): void {
    if (type === MESSAGE || type === PASSED) this.dropped++;
    this.slots.body[slot] = null;
  }

  // ---- events

  protected override handle(slot: number): void {
    this.happen(slot);
    const { leader } = this.log;
    if (leader >= 0 && leader === this.self && this.protocol.leads?.(this.states[leader]) === false)
      this.log.ceased(this.clock);
    if (this.claims.contradiction !== null || (this.events & OFTEN) === 0) this.look();
  }

  private happen(slot: number): void {
    const { ints } = this.slots;
    const [type, to] = [ints[slot * INTS + TYPE], ints[slot * INTS + TO]];
    if (type === FAULT) {
      this.slots.give(slot);
      this.nemesis.due(to, this.now);
    } else if (type === DEAD) {
      this.slots.give(slot);
    } else if (type === RETRY) {
      this.retryDue(slot);
    } else if (isOfNode(type) && (!this.isUp[to] || this.cutOnArrival(type, to, ints[slot * INTS + FROM]))) {
      this.loseJob(slot, type);
      this.slots.give(slot);
    } else if (isOfNode(type) && this.now < this.pausedUntil[to]) {
      this.postpone(slot, type, to);
    } else if (type === REFUSAL && ints[slot * INTS + FROM] < 0 && this.retry < Number.POSITIVE_INFINITY) {
      this.slots.body[slot] = null;
      this.slots.give(slot); // no leader is known yet: the client asks again when its patience ends
    } else {
      super.handle(slot);
    }
  }

  /** A client beside a node that is down finds nobody. */
  protected override reachCpu(slot: number, node: NodeId, arrived: number): void {
    if (this.isUp[node]) {
      super.reachCpu(slot, node, arrived);
      return;
    }
    this.loseJob(slot, this.slots.type(slot));
    this.slots.give(slot);
  }

  /** Messages under way when a link is cut do not arrive. */
  private cutOnArrival(type: number, to: NodeId, from: number): boolean {
    if (!this.nemesis.linksFail || (type !== MESSAGE && type !== REQUEST)) return false;
    return this.isCut(this.nodeBeside(from), to);
  }

  private isCut(from: NodeId, to: NodeId): boolean {
    return from >= 0 && to >= 0 && from !== to && this.nemesis.cut[from * this.nodes + to] === 1;
  }

  /** The node on whose side of a partition an endpoint stands, or −1. */
  private nodeBeside(endpoint: number): NodeId {
    if (endpoint < this.nodes) return endpoint;
    const place = endpoint - this.nodes;
    const { colocated } = (this.clients as Clients).places[place];
    return colocated >= 0 ? colocated : this.shadow[place];
  }

  /** A paused process finds at its end what came meanwhile, in order. */
  private postpone(slot: number, type: number, node: NodeId): void {
    const until = this.pausedUntil[node];
    if (type !== TIMER) {
      this.queue.push(until, slot);
      return;
    }
    const index = this.slots.ints[slot * INTS + FROM];
    const timer = node * this.timers.names.length + index;
    const due = this.timers.due(timer, this.now);
    if (due === this.now) this.timers.set(timer, until);
    if (due >= this.now) this.queue.push(due === this.now ? until : due, slot);
    else this.slots.give(slot);
  }

  // ---- what handlers see

  /** When the message last sent will arrive, and its copy if the network makes one: for the recorder. */
  get arrivalsOfLast(): readonly number[] {
    return this.arrivals.slice(0, this.arrivalCount);
  }

  /** Whether a link carries nothing now. */
  isCutNow(from: NodeId, to: NodeId): boolean {
    return this.nemesis.cut[from * this.nodes + to] === 1;
  }

  override send(to: NodeId, message: MessageShape): void {
    const { nemesis, self } = this;
    this.arrivalCount = 0;
    if (!nemesis.linksFail || this.holding !== null || to === self) {
      super.send(to, message);
      this.arrivals[this.arrivalCount++] = this.network.firstBit + this.network.transmission;
      return;
    }
    const at = self * this.nodes + to;
    const bytes = this.sized ? this.protocol.bytes(message, this.settings) : 0;
    if (this.sendCosts) this.putOut(bytes);
    let arrival = this.network.send(self, to, bytes, this.clock);
    const left = arrival - this.network.propagation;
    this.sent++;
    for (const { links, extra } of nemesis.delayed)
      if (onLink(links, self, to)) arrival = this.network.delay(self, to, arrival, extra.sample(this.faults));
    if (nemesis.cut[at] === 1 || (nemesis.loss[at] > 0 && this.faults.uniform() < nemesis.loss[at])) {
      this.dropped++;
      this.log.lost(self, to, message.kind, this.clock, nemesis.cut[at] === 1 ? "cut" : "lost");
      return;
    }
    for (const { links, probability, extra } of nemesis.reordered)
      if (onLink(links, self, to) && this.faults.uniform() < probability)
        arrival += extra.sample(this.faults);
    this.put(to, message, bytes, arrival);
    if (nemesis.repeat[at] > 0 && this.faults.uniform() < nemesis.repeat[at]) {
      this.duplicated++;
      this.put(to, message, bytes, this.network.copyArrival(self, to, left));
    }
  }

  private put(to: NodeId, message: MessageShape, bytes: number, arrival: number): void {
    const slot = this.slots.take(MESSAGE, to, this.self, message, bytes, arrival - this.network.transmission);
    if (this.tracer !== null) this.setTrace(slot, this.traceSend(false));
    this.queue.push(arrival, slot);
    this.arrivals[this.arrivalCount++] = arrival;
  }

  override broadcast(message: MessageShape): void {
    for (let to = 0; to < this.nodes; to++) if (to !== this.self) this.send(to, message);
  }

  override setTimer(name: string, delay: number): void {
    super.setTimer(name, delay / this.clocks.rate[this.self]);
  }

  override work(timer: string, seconds: number, job: object): void {
    super.work(timer, seconds * this.nemesis.cpuFactor[this.self], job);
  }

  override localTime(): number {
    return this.clocks.local(this.self, this.clock);
  }

  override wallTime(): number {
    return this.clocks.wall(this.self, this.clock);
  }

  override persist(record: object): void {
    super.persist(record);
    if (this.holding === null) this.keep(this.self, record);
    else this.holding.record = record;
  }

  override claim(what: string, slot: number, value: number): void {
    super.claim(what, slot, value);
    this.log.claimed(what, slot, this.self, this.clock);
  }

  protected override startWrite(node: NodeId, disk: Disk, time: number): void {
    disk.factor = this.nemesis.diskFactor[node];
    super.startWrite(node, disk, time);
  }

  protected override written(slot: number, node: NodeId): void {
    if (this.nemesis.diskFails[node] === 1) {
      this.slots.give(slot);
      this.nemesis.diskFailed(node);
      return;
    }
    super.written(slot, node);
  }

  /** What a write made durable is taken in by what the disk holds, before anything goes on. */
  protected override durableNow(node: NodeId, groups: readonly Held[]): void {
    for (const { record } of groups) if (record !== undefined) this.keep(node, record);
  }

  private keep(node: NodeId, record: object): void {
    const { durable } = this.protocol;
    if (durable === undefined) return;
    this.durable[node] ??= durable.empty(this.settings, this.nodes) as object;
    durable.store(this.durable[node] as object, record);
  }

  protected override takeInTime(slot: number): number {
    const node = this.slots.ints[slot * INTS + TO];
    return super.takeInTime(slot) * this.nemesis.cpuFactor[node];
  }

  // ---- clients

  /** When an operation was last asked: for the recorder. */
  askedAt = (operation: Operation): number => this.asked[operation.handle];

  protected override ask(operation: Operation, time: number): void {
    const { handle } = operation;
    while (handle >= this.attempts.length) {
      this.attempts.push(0);
      this.asked.push(0);
    }
    this.asked[handle] = time;
    super.ask(operation, time);
    if (this.retry === Number.POSITIVE_INFINITY) return;
    const clients = this.clients as Clients;
    const { target } = clients.places[clients.placeOf(operation)];
    const attempt = ++this.attempts[handle];
    this.queue.push(time + this.retry, this.slots.take(RETRY, target, attempt, operation, 0, 0));
  }

  /** Patience has ended: the same operation goes to the next node, unless it was asked elsewhere since. */
  private retryDue(slot: number): void {
    const clients = this.clients as Clients;
    const operation = this.slots.body[slot] as Operation;
    const attempt = this.slots.ints[slot * INTS + FROM];
    const asked = this.slots.ints[slot * INTS + TO];
    this.slots.body[slot] = null;
    this.slots.give(slot);
    if (!clients.isOpen(operation) || attempt !== this.attempts[operation.handle]) return;
    const { target } = clients.places[clients.placeOf(operation)];
    // Another operation of this place may have found a better node meanwhile.
    if (target === asked) clients.turnTo(operation, (target + 1) % this.nodes);
    this.ask(operation, this.now);
  }

  protected override toClient(
    type: number,
    place: number,
    from: number,
    operation: Operation,
    bytes: number,
    value: number,
    commit: number,
  ): void {
    if (this.nemesis.linksFail && this.isCut(this.self, this.nodeBeside(this.nodes + place))) return;
    super.toClient(type, place, from, operation, bytes, value, commit);
  }
}
