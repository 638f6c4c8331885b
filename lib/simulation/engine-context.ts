/**
 * What handlers see of the timed engine: sends, timers, the disk, answers.
 *
 * A send spends the processor's time, passes the egress port and the link, and becomes an event at the far port.
 * After a `persist` the rest of a handler's sends are held and go on when the write ends.
 */
import { DomainError, unknownName } from "../core/errors.ts";
import type { NodeId } from "../core/system.ts";
import type { Clients } from "./clients.ts";
import type { Disk, Held } from "./disk.ts";
import { EngineBase, type Settings } from "./engine-base.ts";
import * as slotColumns from "./event-slots.ts";
import { OK } from "./history.ts";
import type { Context, MessageShape, Operation } from "./protocol.ts";
import type { Tracer } from "./tracer.ts";

// Copies: the compiler folds constants of this module, but reads an imported binding each time.
const { ANSWER, INTS, MESSAGE, REFUSAL, THOUGHT, TIMER, TRACE, WRITTEN } = slotColumns;

/** The engine as handlers use it. */
export abstract class EngineContext extends EngineBase implements Context<Settings, MessageShape> {
  send(to: NodeId, message: MessageShape): void {
    if (this.light && this.holding === null && to !== this.self) {
      this.sent++;
      const slot = this.slots.takeMessage(to, this.self, message);
      this.queue.push(this.network.fly(this.self, to, this.clock), slot);
      return;
    }
    this.sendStepwise(to, message);
  }

  /** A send that passes every step there is. */
  private sendStepwise(to: NodeId, message: MessageShape): void {
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

  protected setTrace(slot: number, trace: number): void {
    this.slots.ints[slot * INTS + TRACE] = trace;
  }

  broadcast(message: MessageShape): void {
    const { self, nodes } = this;
    if (!this.light || this.holding !== null) {
      for (let to = 0; to < nodes; to++) if (to !== self) this.send(to, message);
      return;
    }
    const { slots, queue, network } = this;
    this.sent += nodes - 1;
    for (let to = 0; to < nodes; to++) {
      if (to === self) continue;
      const slot = slots.takeMessage(to, self, message);
      queue.push(network.fly(self, to, this.clock), slot);
    }
  }

  /** Spends the processor's time for putting out one message. */
  protected putOut(bytes: number): void {
    const time =
      (this.fixedSend >= 0 ? this.fixedSend : this.sendTime.sample(this.cpu)) + this.perByte * bytes;
    this.clock += time;
    this.cpuBusy[this.self] += time;
  }

  protected traceSend(toClient: boolean): number {
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

  work(timer: string, seconds: number, job: object): void {
    const { self } = this;
    const index = this.timers.index(self, timer);
    if (index < 0) throw unknownName(this.protocol.name, "timer", timer, this.timers.names);
    if (!(seconds >= 0) || this.workFree[self] > this.clock)
      throw new DomainError(
        `${this.protocol.name}: work must be >= 0 s and one at a time, got ${seconds} s with ${Math.max(0, this.workFree[self] - this.clock)} s left`,
      );
    const end = this.clock + seconds;
    this.workBusy[self] += seconds;
    this.workFree[self] = end;
    this.tracer?.work(self, index - self * this.timers.names.length, job, this.clock, end);
    if (this.timers.set(index, end))
      this.queue.push(end, this.slots.take(TIMER, self, index - self * this.timers.names.length, null, 0, 0));
  }

  queued(job: object): void {
    this.tracer?.queued(this.self, job, this.clock);
  }

  served(job: object, seconds: number): void {
    this.tracer?.served(this.self, job, seconds, this.clock);
  }

  persist(record: object): void {
    const disk = this.disks[this.self];
    if (disk !== null) this.write(disk, record);
  }

  private write(disk: Disk, record: object): void {
    this.holding = disk.write(this.clock, this.protocol.recordBytes?.(record, this.settings) ?? 0);
    this.startWrite(this.self, disk, this.clock);
  }

  barrier(): void {
    const pending = this.disks[this.self]?.pending(this.clock) ?? null;
    if (pending !== null) this.holding = pending;
  }

  localTime(): number {
    return this.clock;
  }

  wallTime(): number {
    return this.clock;
  }

  claim(what: string, slot: number, value: number): void {
    this.claims.claim(what, slot, value);
  }

  protected startWrite(node: number, disk: Disk, time: number): void {
    const end = disk.startNext(time);
    if (end >= 0) this.queue.push(end, this.slots.take(WRITTEN, node, node, null, 0, 0));
  }

  protected hold(what: "send" | "reply" | "refuse", to: number, value: number, body: object): void {
    (this.holding as Held).actions.push({
      what,
      to,
      value,
      body,
      trace: this.tracer?.current ?? -1,
      asked: this.clock,
    });
  }

  reply(operation: Operation, value: number, seen = 0): void {
    const clients = this.clients as Clients;
    if (seen > 0 && clients.isOpen(operation)) clients.marks.answer(operation, seen);
    if (this.holding !== null) {
      this.hold("reply", -1, value, operation);
      return;
    }
    if (!clients.isOpen(operation)) return;
    const bytes = this.sized ? this.headerBytes + (operation.kind === "read" ? operation.bytes : 0) : 0;
    this.putOut(bytes);
    const commit = this.clock - clients.reachedBy(operation, this.clock);
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

  protected toClient(
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

  protected endOperation(
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

  protected thinkThenAsk(user: number, from: number): void {
    const at = from + (this.clients as Clients).drawThink();
    this.queue.push(at, this.slots.take(THOUGHT, user, user, null, 0, 0));
  }
}
