/**
 * The timed engine: runs a protocol's handlers under a cost model of processor, ports, links and disk.
 *
 * A message of s bytes from i to j waits for: sender CPU → egress of i → propagation → ingress of j → receiver CPU
 * → handler. A processor with one core is *booked*: since it is FIFO and everything that changes a node's state
 * goes through it, the handler can run when its input arrives, with the clock set to max(now, free) + service, and
 * what it sends is stamped with that clock. That needs no event of its own and gives the same times as a queue with
 * events (a test holds the two together). With several cores, jobs queue and finish by events (`Cores`).
 */
import type { Clients } from "./clients.ts";
import type { Cores } from "./cores.ts";
import type { Disk, Held } from "./disk.ts";
import { EngineContext } from "./engine-context.ts";
import * as slotColumns from "./event-slots.ts";
import { FAILED, OK, UNKNOWN } from "./history.ts";
import type { MessageShape, Operation } from "./protocol.ts";
import type { Tracer } from "./tracer.ts";

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

/** Runs one protocol on one system. */
export class TimedEngine extends EngineContext {
  /** Runs until every measured operation has ended, nothing is left to do, or a limit is reached. */
  run(): void {
    this.boot();
    this.nextCheck = this.checkAfter();
    while (this.advance()) this.check();
    this.look();
  }

  /**
   * Handles events up to the next check; false when the run has ended. Called often, to be compiled as a whole.
   */
  private advance(): boolean {
    if (this.events >= this.longFrom) this.becomeLong();
    const { clients, queue, options } = this;
    while (this.events < this.nextCheck) {
      if (clients !== null && clients.measuredLeft <= 0) return false;
      const slot = queue.popBefore(this.nextArrival, options.maxSeconds);
      if (slot >= 0) {
        this.now = queue.time;
        this.handle(slot);
      } else if (!this.arriveNext()) return false;
      this.events++;
    }
    return true;
  }

  /** No event comes before the next arrival: false when that does not come in time either. */
  private arriveNext(): boolean {
    const next = this.nextArrival;
    if (next === Number.POSITIVE_INFINITY || next > this.queue.peekTime()) return false;
    this.now = next;
    if (next > this.options.maxSeconds) return false;
    this.arrive();
    return true;
  }

  protected boot(): void {
    for (let node = 0; node < this.nodes; node++) {
      this.self = node;
      this.clock = 0;
      this.states.push(this.protocol.boot(this, null));
      this.finish(node);
    }
    this.letIn();
  }

  /** Opens the doors to clients once the protocol says it is ready. */
  protected letIn(): void {
    if (!this.protocol.ready(this.up)) return;
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

  protected handle(slot: number): void {
    const { ints } = this.slots;
    const node = ints[slot * INTS + TO];
    switch (ints[slot * INTS + TYPE]) {
      case MESSAGE:
        if (this.plain) this.deliver(slot, node);
        else this.reachPort(slot, node);
        return;
      case REQUEST:
        this.reachPort(slot, node);
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

  protected reachPort(slot: number, node: number): void {
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

  /** The common case in one step: a message through no ingress port to one booked core, nobody tracing. */
  protected deliver(slot: number, node: number): void {
    const { slots } = this;
    const free = this.cpuFree[node];
    const begun = free > this.now ? free : this.now;
    let service = this.fixedReceive;
    if (this.perByte > 0) service += this.perByte * slots.reals[slot * REALS + BYTES];
    this.cpuBusy[node] += service;
    this.clock = begun + service;
    this.self = node;
    this.delivered++;
    const message = slots.body[slot] as MessageShape;
    slots.give(slot);
    this.dispatcher.run(this.states[node], message, slots.ints[slot * INTS + FROM], this);
    this.holding = null;
    if (this.localCount > 0) this.finish(node);
    this.cpuFree[node] = this.clock;
  }

  protected reachCpu(slot: number, node: number, arrived: number): void {
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

  protected takeInTime(slot: number): number {
    const bytes = this.slots.reals[slot * REALS + BYTES];
    return (
      (this.fixedReceive >= 0 ? this.fixedReceive : this.receiveTime.sample(this.cpu)) + this.perByte * bytes
    );
  }

  /**
   * Runs the handler of a job taken in; the clock stands at the end of its service. The job reached the port at
   * `arrived`, the processor at `passed`, and was begun at `begun`.
   */
  protected runJob(
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

  protected traceJob(
    slot: number,
    type: number,
    node: number,
    arrived: number,
    passed: number,
    begun: number,
  ): void {
    const tracer = this.tracer as Tracer;
    const { slots } = this;
    const caused = type !== TIMER && type !== WRITTEN;
    const parent = caused
      ? slots.ints[slot * INTS + TRACE]
      : type === TIMER
        ? tracer.worked(node, slots.ints[slot * INTS + FROM], arrived)
        : -1;
    const id = tracer.handler(parent, node, arrived, passed, begun, this.clock);
    if (type === REQUEST || type === REQUEST_PASSED)
      tracer.tookIn((slots.body[slot] as Operation).handle, id);
  }

  /** After a handler: what it sent to itself, in order. */
  protected finish(node: number): void {
    this.holding = null;
    // By index: what these handlers send to themselves joins the end.
    for (let i = 0; i < this.localCount; i++) {
      const message = this.local[i];
      if (this.tracer !== null) this.tracer.local(this.tracer.current, node, this.clock);
      this.dispatcher.run(this.states[node], message, node, this);
      this.holding = null;
    }
    this.localCount = 0;
  }

  // ---- several cores

  protected offer(slot: number, node: number, arrived: number): void {
    const cores = this.cores as Cores;
    cores.note(slot, this.slots.type(slot), arrived, this.now);
    if (cores.take(node)) this.startJob(slot, node);
    else cores.wait(node, slot);
  }

  protected startJob(slot: number, node: number): void {
    const cores = this.cores as Cores;
    const type = this.slots.type(slot);
    const service = type === TIMER || type === WRITTEN ? 0 : this.takeInTime(slot);
    this.cpuBusy[node] += service;
    this.slots.setType(slot, TAKEN_IN);
    cores.begun[slot] = this.now;
    cores.ends[slot] = this.now + service;
    this.queue.push(this.now + service, slot);
  }

  protected takenIn(slot: number, node: number, cores: Cores): void {
    this.clock = this.now;
    this.runJob(slot, cores.type[slot], node, cores.arrived[slot], cores.offered[slot], cores.begun[slot]);
    if (this.clock > this.latest) this.latest = this.clock;
    this.leaveCore(node);
  }

  protected leaveCore(node: number): void {
    if (this.clock > this.now)
      this.queue.push(this.clock, this.slots.take(CORE_FREE, node, node, null, 0, 0));
    else this.freeCore(node);
  }

  protected freeCore(node: number): void {
    const cores = this.cores as Cores;
    const next = cores.next(node);
    if (next >= 0) this.startJob(next, node);
  }

  // ---- timers and disk

  protected timerDue(slot: number, node: number): void {
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
  protected freeJob(slot: number, node: number): void {
    if (this.cores !== null) {
      this.offer(slot, node, this.now);
      return;
    }
    const free = this.cpuFree[node];
    this.clock = free > this.now ? free : this.now;
    this.runJob(slot, this.slots.type(slot), node, this.now, this.now, this.clock);
    this.cpuFree[node] = this.clock;
  }

  protected written(slot: number, node: number): void {
    const disk = this.disks[node] as Disk;
    const groups = disk.finish();
    this.durableNow(node, groups);
    this.slots.body[slot] = groups;
    this.startWrite(node, disk, this.now);
    this.freeJob(slot, node);
  }

  /** A write has ended: where nodes may crash, what it held is remembered. */
  protected durableNow(_node: number, _groups: readonly Held[]): void {}

  /** Does what waited for a write that ended at `written`. */
  protected release(groups: readonly Held[], written: number): void {
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

  protected arrive(): void {
    const clients = this.clients as Clients;
    this.ask(clients.issue(this.now, clients.drawPlace(), -1), this.now);
    this.nextArrival =
      this.now + (clients.arrivals === null ? Number.POSITIVE_INFINITY : clients.arrivals.gap());
  }

  /** From now on what is busy and what is counted is measured. */
  private beginMeasuring(): void {
    this.before = this.busyUntil(this.now);
    this.own?.begin(this.now);
  }

  /** Sends an operation to the node its place turns to. */
  protected ask(operation: Operation, time: number): void {
    const clients = this.clients as Clients;
    if (this.before === null && clients.measuredFrom >= 0) this.beginMeasuring();
    const place = clients.placeOf(operation);
    const { target, colocated } = clients.places[place];
    const bytes = this.headerBytes + (operation.kind === "write" ? operation.bytes : 0);
    const beside = target === colocated;
    const at = beside ? time : this.network.send(this.nodes + place, target, bytes, time);
    const type = beside ? REQUEST_PASSED : REQUEST;
    const slot = this.slots.take(type, target, this.nodes + place, operation, beside ? 0 : bytes, at);
    clients.onTheWay(operation, at, time);
    if (this.tracer !== null) this.setTrace(slot, this.tracer.request(operation.handle, time, at));
    if (clients.timeout < Number.POSITIVE_INFINITY)
      this.queue.push(time + clients.timeout, this.timeoutOf(operation));
    if (beside && at === this.now) this.reachCpu(slot, target, at);
    else this.queue.push(at, slot);
  }

  protected timeoutOf(operation: Operation): number {
    return this.slots.take(TIMEOUT, 0, 0, operation, 0, 0);
  }

  /** Events at a client: an answer, a refusal, the end of thinking or of patience. */
  protected atClient(slot: number): void {
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
}
