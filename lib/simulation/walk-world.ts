/**
 * The untimed world: the same protocol files, with no clock at all.
 *
 * Time does not pass here; anything that could happen next may. A message on its way may be delivered before or after
 * any other, a timer that runs may fire now or never, a write may end or be lost with its node. That reaches orders of
 * events which no timed run meets in a lifetime, and it is fast: no queue, no cost model.
 *
 * This file holds what may happen, as methods; `walk.ts` chooses at random, `script.ts` does what a text says.
 */
import { DomainError, UsageError, unknownName } from "../core/errors.ts";
import type { ParameterTable, ValuesOf } from "../core/parameters.ts";
import { RandomStream } from "../core/random.ts";
import type { NodeId } from "../core/system.ts";
import { Claims } from "./claims.ts";
import { Dispatcher } from "./dispatcher.ts";
import type { AnyProtocol, Context, MessageShape, Operation } from "./protocol.ts";
import { SessionMarks } from "./session-marks.ts";
import { Sightings } from "./sightings.ts";
import { Flights } from "./walk-flights.ts";
import { WalkInvariants } from "./walk-invariants.ts";

/** Slots of a claim remembered: walks are short, so this is everything. */
const CLAIM_WINDOW = 256;

/** A client's operation and what became of it; moments are numbers of actions. */
export interface WalkOperation {
  readonly operation: Operation;
  readonly invoked: number;
  completed: number;
  value: number;
  outcome: "ok" | "failed" | "unknown";
  /** Nodes asked so far. */
  asked: number;
}

interface Action {
  readonly what: "send" | "reply" | "refuse";
  readonly to: number;
  readonly value: number;
  readonly body: object;
}

/** A record on its way to the disk, and what waits for it. */
interface Write {
  readonly record: object;
  held: Action[] | null;
}

/** What went wrong: an invariant, a contradicted claim, a handler that threw, or a history no correct store gives. */
export interface Violation {
  readonly kind: "invariant" | "claim" | "exception" | "history";
  readonly name: string;
  readonly detail: string;
}

type Settings = ValuesOf<ParameterTable>;

/** Nodes, messages, timers and disks of one walk. Reused from walk to walk. */
export class WalkWorld implements Context<Settings, MessageShape> {
  self: NodeId = 0;
  readonly nodes: number;
  readonly settings: Settings;
  readonly random = new RandomStream(1, 2, 3, 4);
  readonly protocol: AnyProtocol;
  readonly timerNames: readonly string[];
  readonly states: object[] = [];
  readonly isUp: boolean[] = [];
  /** States of the nodes that are up, in ascending order of node. */
  up: object[] = [];
  readonly flights = new Flights();
  /** Armed timers: node · timers + index. */
  readonly armed: Uint8Array;
  armedCount = 0;
  readonly writes: Write[][];
  readonly operations: WalkOperation[] = [];
  readonly claims = new Claims(CLAIM_WINDOW);
  private readonly marks = new SessionMarks();
  readonly seen: ReadonlySet<string>;
  /** Actions so far. */
  step = 0;
  violation: Violation | null = null;
  /** How fast each node's clock counts steps; null: all alike. */
  clockRates: readonly number[] | null = null;
  /** By how many steps each node's wall clock was set; null: by none. */
  clockJumps: number[] | null = null;
  /** False: records reach the disk at once. */
  slowDisk = true;
  private holding: Write | null = null;
  private readonly local: MessageShape[] = [];
  private localCount = 0;
  private readonly durable: (object | null)[] = [];
  private readonly dispatcher: Dispatcher;
  private readonly invariants: WalkInvariants;
  private readonly sightings: Sightings;
  private readonly timers: readonly ((node: object, context: WalkWorld) => void)[];

  constructor(protocol: AnyProtocol, nodes: number, settings: Settings) {
    this.protocol = protocol;
    this.nodes = nodes;
    this.settings = settings;
    this.timerNames = Object.keys(protocol.timers);
    this.armed = new Uint8Array(nodes * this.timerNames.length);
    this.writes = Array.from({ length: nodes }, () => []);
    this.dispatcher = new Dispatcher(protocol);
    this.invariants = new WalkInvariants(protocol, nodes);
    this.sightings = new Sightings(protocol);
    this.seen = this.sightings.seen;
    this.timers = Object.values(protocol.timers);
  }

  /** Begins anew: every node boots for the first time. The protocol's random stream starts at `seed`. */
  reset(seed: number): void {
    this.random.restart(seed);
    this.flights.clear();
    this.armed.fill(0);
    this.armedCount = 0;
    this.operations.length = 0;
    this.claims.clear();
    this.marks.clear();
    this.sightings.clear();
    this.step = 0;
    this.violation = null;
    this.holding = null; // a handler that threw has left it, and what it sent to itself
    this.localCount = 0;
    for (let node = 0; node < this.nodes; node++) {
      this.writes[node].length = 0;
      this.durable[node] = null;
      this.isUp[node] = true;
    }
    for (let node = 0; node < this.nodes; node++) this.boot(node);
    this.listUp();
    this.invariants.clear();
  }

  // ---- what may happen

  /** A message arrives: it is handled, or comes to nothing when its receiver is down. */
  deliver(flight: number, keep: boolean): void {
    const { flights } = this;
    const to = flights.to[flight];
    const from = flights.from[flight];
    const message = flights.message[flight];
    if (!keep) flights.drop(flight);
    if (!this.isUp[to]) return;
    this.self = to;
    this.dispatcher.run(this.states[to], message, from, this);
    this.finish(to);
  }

  /** A running timer fires. */
  fire(node: NodeId, timer: number): void {
    this.disarm(node * this.timerNames.length + timer);
    this.self = node;
    this.timers[timer](this.states[node], this);
    this.finish(node);
  }

  /** The oldest write of a node reaches its disk; what waited for it goes on. */
  store(node: NodeId): void {
    const write = this.writes[node].shift();
    if (write === undefined) throw new UsageError(`walk: node ${node} must have a write under way, got none`);
    this.keep(node, write.record);
    this.self = node;
    if (write.held !== null) this.goOn(write.held);
    // Only what the node has sent to itself can change it: what waited leaves as it is.
    if (this.localCount > 0) this.finish(node);
  }

  /** Does what waited for a write. */
  private goOn(held: readonly Action[]): void {
    for (const action of held) {
      if (action.what === "send") this.send(action.to, action.body as MessageShape);
      else if (action.what === "reply") this.reply(action.body as Operation, action.value);
      else this.refuse(action.body as Operation, action.to < 0 ? null : action.to);
    }
  }

  private hold(action: Action): void {
    const write = this.holding as Write;
    if (write.held === null) write.held = [action];
    else write.held.push(action);
  }

  /** A node stops: what had not reached the disk is gone. Messages it sent stay under way. */
  crash(node: NodeId): void {
    this.isUp[node] = false;
    this.writes[node].length = 0;
    const timers = this.timerNames.length;
    for (let timer = 0; timer < timers; timer++) this.disarm(node * timers + timer);
    this.invariants.replace(node);
    this.invariants.touch(node, this.states[node]);
    this.listUp();
  }

  /** A node that was down starts from what its disk holds. */
  restart(node: NodeId): void {
    this.isUp[node] = true;
    this.boot(node);
    this.listUp();
  }

  /** A client asks a node for something new; `client` is the session. */
  request(node: NodeId, kind: "read" | "write", key: number, client: number): void {
    const id = this.operations.length;
    const seen = this.marks.issue(id, client);
    const single: Operation = { id, kind, key, bytes: 1, client, handle: id };
    const operation = seen < 0 ? single : { ...single, seen };
    this.operations.push({
      operation,
      invoked: this.step,
      completed: Number.POSITIVE_INFINITY,
      value: -1,
      outcome: "unknown",
      asked: 0,
    });
    this.ask(node, id);
  }

  /** A client asks (again) for an operation that has no answer yet: at a node, which must be up. */
  ask(node: NodeId, id: number): void {
    const record = this.operations[id];
    record.asked++;
    this.self = node;
    this.protocol.request(this.states[node], record.operation, this);
    this.finish(node);
  }

  /** An operator's command. */
  command(node: NodeId, name: string, argument: number): void {
    const handler = this.protocol.commands?.[name];
    if (handler === undefined)
      throw unknownName(this.protocol.name, "command", name, Object.keys(this.protocol.commands ?? {}));
    this.self = node;
    handler(this.states[node], argument, this);
    this.finish(node);
  }

  /** What the disks hold: null for one that was never written. */
  disks(): readonly (object | null)[] {
    return this.durable;
  }

  /** After an action: does everything that must always hold still hold? Returns false after the first violation. */
  check(): boolean {
    if (this.claims.contradiction !== null) {
      const { what, slot, before, now } = this.claims.contradiction;
      this.violation = { kind: "claim", name: what, detail: `${what} of ${slot} was ${before}, now ${now}` };
      return false;
    }
    const name = this.invariants.broken(this.up);
    if (name === null) return true;
    this.violation = { kind: "invariant", name, detail: "does not hold" };
    return false;
  }

  /** The same of all nodes, whatever has changed: at the end of a walk, and where walks are walked again. */
  checkAll(): boolean {
    this.invariants.clear();
    return this.check();
  }

  /** Notes which of the events that must be reachable have happened. */
  look(): void {
    this.sightings.look(this.up);
  }

  // ---- what handlers see

  send(to: NodeId, message: MessageShape): void {
    if (this.holding !== null) {
      this.hold({ what: "send", to, value: 0, body: message });
    } else if (to === this.self) {
      this.local[this.localCount++] = message;
    } else {
      if (!(to >= 0 && to < this.nodes))
        throw new DomainError(
          `${this.protocol.name}: receiver must be a node from 0 to ${this.nodes - 1}, got ${to}`,
        );
      this.flights.put(this.self, to, message);
    }
  }

  broadcast(message: MessageShape): void {
    for (let to = 0; to < this.nodes; to++) if (to !== this.self) this.send(to, message);
  }

  setTimer(name: string, _delay: number): void {
    const at = this.timer(name);
    if (this.armed[at] === 1) return;
    this.armed[at] = 1;
    this.armedCount++;
  }

  clearTimer(name: string): void {
    this.disarm(this.timer(name));
  }

  work(timer: string, _seconds: number): void {
    this.setTimer(timer, 0);
  }

  queued(_job: object): void {}
  served(_job: object, _seconds: number): void {}

  persist(record: object): void {
    if (!this.slowDisk) {
      this.keep(this.self, record);
      return;
    }
    this.holding = { record, held: null };
    this.writes[this.self].push(this.holding);
  }

  barrier(): void {
    const writes = this.writes[this.self];
    if (writes.length > 0) this.holding = writes[writes.length - 1];
  }

  reply(operation: Operation, value: number, seen = 0): void {
    if (seen > 0) this.marks.answer(operation, seen);
    if (this.holding !== null) {
      this.hold({ what: "reply", to: -1, value, body: operation });
      return;
    }
    const record = this.operations[operation.id];
    if (record.outcome !== "unknown") return; // answered, or given up, before
    record.completed = this.step;
    record.value = value;
    record.outcome = "ok";
    this.marks.take(operation);
  }

  refuse(operation: Operation, leader: NodeId | null): void {
    if (this.holding !== null) {
      this.hold({ what: "refuse", to: leader ?? -1, value: 0, body: operation });
      return;
    }
    const record = this.operations[operation.id];
    // Refused where it was first asked: surely not done. Asked elsewhere before: nobody knows.
    if (record.outcome !== "unknown" || record.asked > 1) return;
    record.completed = this.step;
    record.outcome = "failed";
  }

  localTime(): number {
    return this.clockRates === null ? this.step : this.step * this.clockRates[this.self];
  }

  wallTime(): number {
    return this.localTime() + (this.clockJumps?.[this.self] ?? 0);
  }

  claim(what: string, slot: number, value: number): void {
    this.claims.claim(what, slot, value);
  }

  // ---- inside

  private boot(node: NodeId): void {
    this.self = node;
    this.states[node] = this.protocol.boot(this, this.durable[node]);
    this.invariants.replace(node);
    this.finish(node);
  }

  /** What a handler sent to itself comes next, in order. */
  private finish(node: NodeId): void {
    this.invariants.touch(node, this.states[node]);
    this.holding = null;
    const { local } = this;
    // By index: what these handlers send to themselves joins the end.
    for (let i = 0; i < this.localCount; i++) {
      this.dispatcher.run(this.states[node], local[i], node, this);
      this.holding = null;
    }
    this.localCount = 0;
  }

  private keep(node: NodeId, record: object): void {
    const { durable } = this.protocol;
    if (durable === undefined) return;
    this.durable[node] ??= durable.empty(this.settings, this.nodes) as object;
    durable.store(this.durable[node] as object, record);
  }

  private timer(name: string): number {
    for (let i = 0; i < this.timerNames.length; i++)
      if (this.timerNames[i] === name) return this.self * this.timerNames.length + i;
    throw unknownName(this.protocol.name, "timer", name, this.timerNames);
  }

  private disarm(at: number): void {
    if (this.armed[at] === 0) return;
    this.armed[at] = 0;
    this.armedCount--;
  }

  private listUp(): void {
    this.up = this.states.filter((_, node) => this.isUp[node]);
  }
}
