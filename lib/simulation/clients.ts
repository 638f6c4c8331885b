/**
 * Clients: who asks, from where, and what became of each operation.
 *
 * Every operation ends exactly once as ok, failed (surely not done) or unknown (the client gave up). The table of
 * operations in flight keeps times in columns; its size follows the number in flight, not the number of operations.
 */
import { type Distribution, distributionFrom } from "../core/distributions.ts";
import { DomainError, unknownName } from "../core/errors.ts";
import { type KeySampler, keySampler } from "../core/key-popularity.ts";
import type { RandomStream, RandomStreams } from "../core/random.ts";
import type { NodeId, SystemSpec, WorkloadSpec } from "../core/system.ts";
import { type ArrivalProcess, arrivalProcess } from "./arrivals.ts";
import { type HistoryRecorder, type HistoryRow, OK } from "./history.ts";
import type { Operation } from "./protocol.ts";
import { SamplePath } from "./sample-path.ts";
import { SessionMarks } from "./session-marks.ts";
import type { Attribution } from "./tracer.ts";

/** A measured operation as it ends. Latencies in seconds; commit latency is NaN when it did not end ok. */
export type Completion = (
  commitLatency: number,
  clientLatency: number,
  isRead: boolean,
  outcome: number,
  attribution: Attribution | null,
) => void;

/** A place clients stand at. */
export interface Place {
  readonly site: number;
  /** The node they share a machine with (no network between), or −1. */
  colocated: NodeId;
  /** The node they turn to. */
  target: NodeId;
  readonly followsLeader: boolean;
}

const FIRST_CAPACITY = 256;

export class Clients {
  readonly places: readonly Place[];
  readonly path = new SamplePath();
  readonly marks = new SessionMarks();
  /** When the request last sent reaches a node's port, Infinity before any is; and when one before it did. */
  private reaches = new Float64Array(FIRST_CAPACITY);
  private reachedBefore = new Float64Array(FIRST_CAPACITY);
  invoked = new Float64Array(FIRST_CAPACITY);
  issued = 0;
  readonly ended = [0, 0, 0];
  /** Measured operations not ended yet. */
  measuredLeft: number;
  /** Time the first measured operation was issued. */
  measuredFrom = Number.NaN;
  /** Operations that ended ok since then. */
  endedInWindow = 0;
  /** Ends of operations before that is known; a booked end may lie after it. */
  private earlyEnds: number[] = [];
  /** Parts of the latency of the operation now ending, when a tracer is on. */
  attribution: Attribution | null = null;
  private lastInvoked = 0;
  /** Latest end of any operation. */
  lastEnd = 0;
  readonly arrivals: ArrivalProcess | null;
  readonly think: Distribution | null;
  private operationAt: (Operation | null)[] = new Array<Operation | null>(FIRST_CAPACITY).fill(null);
  private placeAt = new Int32Array(FIRST_CAPACITY);
  private userAt = new Int32Array(FIRST_CAPACITY);
  private free: number[] = Array.from({ length: FIRST_CAPACITY }, (_, i) => FIRST_CAPACITY - 1 - i);
  private readonly cumulative: readonly number[];
  private readonly payload: Distribution;
  private readonly fixedPayload: number;
  private readonly workload: WorkloadSpec;
  private readonly warmUp: number;
  private readonly measured: number;
  private readonly sizes: RandomStream;
  private readonly mix: RandomStream;
  /** Draws keys from a stream of its own: who arrives when, and reads or writes, is the same under any popularity. */
  private readonly sampler: KeySampler | null;
  private readonly keyStream: RandomStream;
  /** The same where reads are scans. */
  private readonly scanner: KeySampler | null;
  private readonly thinking: RandomStream;
  private readonly history: HistoryRecorder | null;
  private readonly completion: Completion | null;

  constructor(
    system: SystemSpec,
    workload: WorkloadSpec,
    entry: "leader" | "any",
    streams: RandomStreams,
    options: {
      readonly warmUp: number;
      readonly measured: number;
      readonly history: HistoryRecorder | null;
      readonly completion: Completion | null;
    },
  ) {
    this.workload = workload;
    this.warmUp = options.warmUp;
    this.measured = options.measured;
    this.measuredLeft = options.measured;
    this.history = options.history;
    this.completion = options.completion;
    if (this.history !== null) {
      this.history.openSince = () => this.earliestOpen();
      this.history.open = () => this.inFlight;
    }
    this.arrivals = arrivalProcess(workload.arrivals, streams.stream("arrivals"));
    this.sizes = streams.stream("sizes");
    this.mix = streams.stream("mix");
    this.keyStream = streams.stream("keys");
    this.sampler = workload.popularity === undefined ? null : keySampler(workload.popularity);
    this.scanner = this.sampler?.spec.kind === "scan" ? this.sampler : null;
    this.thinking = streams.stream("think");
    this.think = workload.arrivals.process === "closed" ? distributionFrom(workload.arrivals.think) : null;
    this.payload = distributionFrom(workload.payload);
    this.fixedPayload = this.payload.variance === 0 ? this.payload.mean : -1;
    this.places = workload.clients.map((client) => placeOf(system, client.at, entry));
    let sum = 0;
    this.cumulative = workload.clients.map((client) => {
      sum += client.share;
      return sum;
    });
  }

  /** Seconds after which a client gives up, Infinity for never. */
  get timeout(): number {
    return this.workload.timeout ?? Number.POSITIVE_INFINITY;
  }

  /** Number of closed-loop users. */
  get users(): number {
    return this.workload.arrivals.process === "closed" ? this.workload.arrivals.clients : 0;
  }

  /** Users are spread over the places by the shares, in order. */
  placeOfUser(user: number): number {
    if (this.places.length === 1) return 0;
    const at = this.cumulative.findIndex((upTo) => (user + 0.5) / this.users <= upTo);
    return at < 0 ? this.places.length - 1 : at;
  }

  /** After a refusal: the place turns to another node; clients beside the leader move with it. */
  turnTo(operation: Operation, leader: NodeId): void {
    const place = this.places[this.placeOf(operation)];
    place.target = leader;
    if (place.followsLeader) place.colocated = leader;
  }

  get inFlight(): number {
    return this.operationAt.length - this.free.length;
  }

  /** Draws the place of the next open-loop operation by the shares. */
  drawPlace(): number {
    if (this.places.length === 1) return 0;
    const u = this.mix.uniform();
    const at = this.cumulative.findIndex((upTo) => u < upTo);
    return at < 0 ? this.places.length - 1 : at;
  }

  drawThink(): number {
    return this.think === null ? 0 : this.think.sample(this.thinking);
  }

  /** Issues an operation at `time`. `user` is the closed-loop user, −1 in open loop. */
  issue(time: number, place: number, user: number): Operation {
    if (this.free.length === 0) this.grow();
    const handle = this.free.pop() as number;
    const id = this.issued++;
    const isRead = this.workload.reads > 0 && this.mix.uniform() < this.workload.reads;
    const key = this.drawKey(id, time);
    const bytes = this.fixedPayload >= 0 ? this.fixedPayload : Math.round(this.payload.sample(this.sizes));
    const client = user >= 0 ? user : place;
    const kind = isRead ? "read" : "write";
    const seen = this.marks.issue(handle, client);
    // Spelled out: spreading one over the other would take a run of local reads a sixth of its time.
    const single: Operation =
      seen < 0 ? { id, kind, key, bytes, client, handle } : { id, kind, key, bytes, client, handle, seen };
    const span = isRead && this.scanner !== null ? this.scanner.length(this.keyStream, key) : 1;
    const operation = span > 1 ? { ...single, span } : single;
    this.operationAt[handle] = operation;
    this.placeAt[handle] = place;
    this.userAt[handle] = user;
    this.invoked[handle] = time;
    this.reaches[handle] = Number.POSITIVE_INFINITY;
    this.lastInvoked = time;
    this.path.arrive(time);
    if (id === this.warmUp) this.beginMeasuring(time);
    return operation;
  }

  private drawKey(id: number, time: number): number {
    if (this.sampler !== null) return this.sampler.key(this.keyStream, id, time);
    return this.workload.keys > 1 ? this.mix.integer(this.workload.keys) : 0;
  }

  /** True while the operation has not ended; an answer to one that has (timed out) is ignored. */
  isOpen(operation: Operation): boolean {
    return this.operationAt[operation.handle] === operation;
  }

  placeOf(operation: Operation): number {
    return this.placeAt[operation.handle];
  }

  userOf(operation: Operation): number {
    return this.userAt[operation.handle];
  }

  /** A request sent at `now`, the first or again, will reach a node's port at `at`. */
  onTheWay({ handle }: Operation, at: number, now: number): void {
    const last = this.reaches[handle];
    const before = this.reachedBefore[handle];
    if (last === Number.POSITIVE_INFINITY) this.reachedBefore[handle] = at;
    else if (last <= now || last < before) this.reachedBefore[handle] = last;
    this.reaches[handle] = at;
  }

  /**
   * When a request of it last reached a node's port, by a moment; the commit latency counts from there. Of a client that asks
   * again while its request is answered, the second is still on its way then (of several that are, the first one counts).
   */
  reachedBy({ handle }: Operation, moment: number): number {
    const last = this.reaches[handle];
    return last <= moment ? last : this.reachedBefore[handle];
  }

  /** Ends an operation; `commitLatency` is NaN unless it ended ok. */
  end(operation: Operation, time: number, outcome: number, value: number, commitLatency: number): void {
    const handle = operation.handle;
    const invoked = this.invoked[handle];
    const latency = time - invoked;
    const isRead = operation.kind === "read";
    this.operationAt[handle] = null;
    this.free.push(handle);
    this.ended[outcome]++;
    this.path.depart(time, latency);
    if (time > this.lastEnd) this.lastEnd = time;
    if (outcome === OK) {
      this.marks.take(operation);
      if (time >= this.measuredFrom) this.endedInWindow++;
      else if (Number.isNaN(this.measuredFrom)) this.earlyEnds.push(time);
    }
    if (this.history !== null) {
      // Of a write without an answer its own value is known; whether it was written is not.
      const told = outcome === OK || isRead ? value : operation.id;
      this.history.record(
        operation.id,
        operation.client,
        isRead,
        operation.key,
        told,
        invoked,
        time,
        outcome,
      );
    }
    const index = operation.id - this.warmUp;
    if (index < 0 || index >= this.measured) return;
    this.measuredLeft--;
    if (this.completion !== null) this.completion(commitLatency, latency, isRead, outcome, this.attribution);
  }

  private beginMeasuring(time: number): void {
    this.measuredFrom = time;
    for (const end of this.earlyEnds) if (end >= time) this.endedInWindow++;
    this.earlyEnds = [];
  }

  /** Nothing that ends later was invoked before: the earliest open operation, or the last one issued. */
  private earliestOpen(): number {
    let earliest = this.lastInvoked;
    for (const invoked of this.openSince()) if (invoked < earliest) earliest = invoked;
    return earliest;
  }

  /** Invocation times of the operations still in flight. */
  *openSince(): Generator<number> {
    for (let handle = 0; handle < this.operationAt.length; handle++) {
      if (this.operationAt[handle] !== null) yield this.invoked[handle];
    }
  }

  /** Operations still in flight as rows of a history: nobody knows whether they were done. */
  openRows(): HistoryRow[] {
    return this.operationAt.flatMap((operation, handle) =>
      operation === null
        ? []
        : [
            {
              id: operation.id,
              client: operation.client,
              kind: operation.kind,
              key: operation.key,
              value: operation.kind === "read" ? -1 : operation.id,
              invoked: this.invoked[handle],
              completed: Number.POSITIVE_INFINITY,
              outcome: "unknown",
            },
          ],
    );
  }

  private grow(): void {
    const old = this.operationAt.length;
    for (let i = 0; i < old; i++) this.operationAt.push(null);
    for (let i = 2 * old - 1; i >= old; i--) this.free.push(i);
    const wider = <A extends Float64Array | Int32Array>(from: A, to: A): A => {
      to.set(from);
      return to;
    };
    this.reaches = wider(this.reaches, new Float64Array(2 * old));
    this.reachedBefore = wider(this.reachedBefore, new Float64Array(2 * old));
    this.invoked = wider(this.invoked, new Float64Array(2 * old));
    this.placeAt = wider(this.placeAt, new Int32Array(2 * old));
    this.userAt = wider(this.userAt, new Int32Array(2 * old));
  }
}

/** Finds where a client place stands and which node it turns to. */
function placeOf(system: SystemSpec, at: string, entry: "leader" | "any"): Place {
  const { sites, placement } = system.network;
  // Without a first leader clients begin at node 0 and are sent on.
  const leader = Math.max(0, Number(system.settings.initialLeader ?? 0));
  if (at === "leader")
    return { site: placement[leader], colocated: leader, target: leader, followsLeader: true };
  const numbered = /^node (\d+)$/.exec(at);
  if (numbered !== null) {
    const node = Number(numbered[1]);
    if (node >= placement.length) {
      throw new DomainError(`workload: client at "${at}" must name a node from 0 to ${placement.length - 1}`);
    }
    return {
      site: placement[node],
      colocated: node,
      target: entry === "any" ? node : leader,
      followsLeader: false,
    };
  }
  const site = sites.indexOf(at);
  if (site < 0) throw unknownName("workload", "client place", at, ["leader", "node 0", ...sites]);
  const target = entry === "any" ? nearestNode(system, site) : leader;
  return { site, colocated: -1, target, followsLeader: false };
}

/** The node with the least mean delay from a site. */
function nearestNode(system: SystemSpec, site: number): NodeId {
  const delays = system.network.placement.map((at) => distributionFrom(system.network.oneWay[site][at]).mean);
  return delays.indexOf(Math.min(...delays));
}
