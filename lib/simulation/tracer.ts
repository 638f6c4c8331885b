/**
 * Latency attribution: where the time of each operation went, along the path that decided it.
 *
 * Every handler run and every message is a step with a start, an end, a parent and its parts. Steps join end to
 * end, so the parts from an answer back to its request add up to the latency of the operation. Steps live in a ring:
 * memory does not grow with the run.
 *
 * The deciding path is followed: the answer, the reply that completed the quorum, the message it answers, back to
 * the request. An operation that was not sent by its own request's handler (it waited for a batch or a pipeline
 * slot) has the time between as `batchWait`; one that a node served at its own pace (`work`, `served`) has its own service as
 * `cpu` and the rest of the time in that node's queue, also while it shares or is interrupted, as `cpuWait`. The deciding round's propagation is split in two: as much as the first
 * reply of that round needed is `propagation`, the rest is `quorumWait`: the price of waiting for a farther node.
 */

/** The parts of a latency, in the order of the columns. */
export const PARTS = [
  "clientPropagation",
  "ingress",
  "cpuWait",
  "cpu",
  "egressWait",
  "egressTransmission",
  "propagation",
  "quorumWait",
  "diskWait",
  "disk",
  "batchWait",
] as const;
export type Part = (typeof PARTS)[number];
/** Seconds of each part; they add up to the client's latency. */
export type Attribution = { readonly [P in Part]: number };

/** Steps remembered at first and at most: short runs shall not pay for long ones. */
const FIRST_CAPACITY = 1 << 12;
const MOST_CAPACITY = 1 << 18;
const NONE = -1;
const [CLIENT, INGRESS, CPU_WAIT, CPU, EGRESS_WAIT, TRANSMISSION, PROPAGATION, , DISK_WAIT, DISK] =
  PARTS.keys();
const QUORUM_WAIT = PARTS.indexOf("quorumWait");
const BATCH_WAIT = PARTS.indexOf("batchWait");
const WIDTH = PARTS.length;

/** A piece of work under way, and the step it goes on from. */
interface Work {
  readonly timer: number;
  readonly cause: number;
  readonly begun: number;
  readonly ended: number;
}

export class Tracer {
  /** The step a handler now running continues from. */
  current = NONE;
  /** Operations whose path had left the ring. */
  lost = 0;
  private next = 0;
  private capacity = FIRST_CAPACITY;
  private id = new Float64Array(FIRST_CAPACITY).fill(NONE);
  private parent = new Float64Array(FIRST_CAPACITY);
  private node = new Int32Array(FIRST_CAPACITY);
  private isHandler = new Uint8Array(FIRST_CAPACITY);
  private start = new Float64Array(FIRST_CAPACITY);
  private end = new Float64Array(FIRST_CAPACITY);
  private firstReturn = new Float64Array(FIRST_CAPACITY);
  private parts = new Float64Array(FIRST_CAPACITY * WIDTH);
  /** The request step of each operation in flight, by handle. */
  private readonly requestOf = new Map<number, number>();
  /** By node: the step after which each job joined the node's own queue. */
  private readonly queues: WeakMap<object, number>[] = [];
  /** By node: what its worker does now. */
  private readonly works: (Work | undefined)[] = [];

  private step(parent: number, node: number, handler: boolean, start: number, end: number): number {
    if (this.next === this.capacity && this.capacity < MOST_CAPACITY) this.grow();
    const id = this.next++;
    const at = id % this.capacity;
    this.id[at] = id;
    this.parent[at] = parent;
    this.node[at] = node;
    this.isHandler[at] = handler ? 1 : 0;
    this.start[at] = start;
    this.end[at] = end;
    this.firstReturn[at] = Number.NaN;
    this.parts.fill(0, at * WIDTH, (at + 1) * WIDTH);
    return id;
  }

  /** Doubles the ring while it has not gone round: every step keeps its place. */
  private grow(): void {
    const old = this.capacity;
    this.capacity = 2 * old;
    const wider = <A extends Float64Array | Int32Array | Uint8Array>(from: A, to: A): A => {
      to.set(from);
      return to;
    };
    this.id = wider(this.id, new Float64Array(2 * old).fill(NONE));
    this.parent = wider(this.parent, new Float64Array(2 * old));
    this.node = wider(this.node, new Int32Array(2 * old));
    this.isHandler = wider(this.isHandler, new Uint8Array(2 * old));
    this.start = wider(this.start, new Float64Array(2 * old));
    this.end = wider(this.end, new Float64Array(2 * old));
    this.firstReturn = wider(this.firstReturn, new Float64Array(2 * old));
    this.parts = wider(this.parts, new Float64Array(2 * old * WIDTH));
  }

  private has(id: number): boolean {
    return id >= 0 && this.id[id % this.capacity] === id;
  }

  private add(id: number, part: number, seconds: number): void {
    this.parts[(id % this.capacity) * WIDTH + part] += seconds;
  }

  /** End of the step a handler continues from; parts after it are measured from here. */
  private currentEnd(fallback: number): number {
    return this.has(this.current) ? this.end[this.current % this.capacity] : fallback;
  }

  /** A handler at `node`: its input reached the port at `arrived`, passed it, waited, and was taken in. */
  handler(
    parent: number,
    node: number,
    arrived: number,
    passed: number,
    begun: number,
    takenIn: number,
  ): number {
    const id = this.step(parent, node, true, arrived, takenIn);
    this.add(id, INGRESS, passed - arrived);
    this.add(id, CPU_WAIT, begun - passed);
    this.add(id, CPU, takenIn - begun);
    this.noteReturn(id, node);
    this.current = id;
    return id;
  }

  /** A message a node sent to itself, handled at `time` with nothing between but the processor. */
  local(parent: number, node: number, time: number): void {
    const since = this.has(parent) ? this.end[parent % this.capacity] : time;
    const id = this.step(parent, node, true, since, time);
    this.add(id, CPU, time - since);
    this.current = id;
  }

  /** A job joins a node's own queue: what the handler has done until now took the processor's time. */
  queued(node: number, job: object, time: number): void {
    if (this.currentEnd(time) < time) this.local(this.current, node, time);
    this.queues[node] ??= new WeakMap();
    this.queues[node].set(job, this.current);
  }

  /** A job leaves a node's own queue, after `seconds` of service; the handler goes on from it. */
  served(node: number, job: object, seconds: number, time: number): void {
    const cause = this.queues[node]?.get(job) ?? NONE;
    if (!this.has(cause)) return;
    const since = this.end[cause % this.capacity];
    const id = this.step(cause, node, true, since, time);
    this.add(id, CPU, seconds);
    this.add(id, CPU_WAIT, time - since - seconds);
    this.current = id;
  }

  /** A node's worker begins with a job, which may have waited in the node's own queue. */
  work(node: number, timer: number, job: object, begun: number, ended: number): void {
    const cause = this.queues[node]?.get(job) ?? this.current;
    this.works[node] = { timer, cause, begun, ended };
  }

  /**
   * The step of the work that has ended with a timer which fired at `fired`: later than the end where the node was
   * paused. NONE for a timer that ends no work.
   */
  worked(node: number, timer: number, fired: number): number {
    const work = this.works[node];
    if (work === undefined || work.timer !== timer) return NONE;
    this.works[node] = undefined;
    const { cause, begun, ended } = work;
    const since = this.has(cause) ? this.end[cause % this.capacity] : begun;
    const id = this.step(cause, node, true, since, fired);
    this.add(id, CPU_WAIT, begun - since);
    this.add(id, CPU, ended - begun);
    this.add(id, CPU_WAIT, fired - ended);
    return id;
  }

  /** A handler's sends that were held by the disk from `asked` to `written` and went on at `released`. */
  released(
    parent: number,
    node: number,
    asked: number,
    begun: number,
    written: number,
    released: number,
  ): void {
    const since = this.has(parent) ? this.end[parent % this.capacity] : asked;
    const id = this.step(parent, node, false, since, released);
    const wait = begun > asked ? begun - asked : 0;
    this.add(id, CPU, asked - since);
    this.add(id, DISK_WAIT, wait);
    this.add(id, DISK, written - asked - wait);
    this.add(id, CPU_WAIT, released - written);
    this.current = id;
  }

  /** A message sent by the handler now running; returns the step its receiver continues from. */
  message(
    sent: number,
    egressWait: number,
    transmission: number,
    propagation: number,
    toClient: boolean,
  ): number {
    const start = this.currentEnd(sent);
    const id = this.step(this.current, NONE, false, start, sent + egressWait + transmission + propagation);
    this.add(id, CPU, sent - start);
    this.add(id, EGRESS_WAIT, egressWait);
    this.add(id, TRANSMISSION, transmission);
    this.add(id, toClient ? CLIENT : PROPAGATION, propagation);
    return id;
  }

  /** A client's request on its way: sent at `start`, at the port of a node at `end`. Retries join on. */
  request(handle: number, start: number, end: number): number {
    const before = this.requestOf.get(handle) ?? NONE;
    const from = this.has(before) ? this.end[before % this.capacity] : start;
    const id = this.step(before, NONE, false, from, end);
    this.add(id, CLIENT, end - from);
    this.requestOf.set(handle, id);
    return id;
  }

  /** Notes the handler step that took an operation in. */
  tookIn(handle: number, id: number): void {
    this.requestOf.set(handle, id);
  }

  forget(handle: number): void {
    this.requestOf.delete(handle);
  }

  /** The first reply of a round tells how long the nearest node's propagation was. */
  private noteReturn(id: number, node: number): void {
    const back = this.parent[id % this.capacity];
    const far = this.has(back) ? this.remoteHandler(back) : NONE;
    if (!this.has(far)) return;
    const out = this.messageInto(far);
    const origin = this.has(out) ? this.remoteHandler(out) : NONE;
    if (!this.has(origin) || this.node[origin % this.capacity] !== node) return;
    if (!Number.isNaN(this.firstReturn[origin % this.capacity])) return;
    this.firstReturn[origin % this.capacity] = this.part(back, PROPAGATION) + this.part(out, PROPAGATION);
  }

  private part(id: number, part: number): number {
    return this.parts[(id % this.capacity) * WIDTH + part];
  }

  /** From a message back over disk releases to the handler that sent it. */
  private remoteHandler(message: number): number {
    let id = this.parent[message % this.capacity];
    while (this.has(id) && this.isHandler[id % this.capacity] === 0) id = this.parent[id % this.capacity];
    return id;
  }

  /** From a handler back over local messages to the message that came over the network. */
  private messageInto(handler: number): number {
    let id = this.parent[handler % this.capacity];
    while (this.has(id) && this.isHandler[id % this.capacity] === 1) id = this.parent[id % this.capacity];
    return id;
  }

  /** The parts of an operation that ends at `end` with the answer step `answer`; null when its path is lost. */
  attribute(handle: number, invoked: number, answer: number, end: number): Attribution | null {
    const request = this.requestOf.get(handle) ?? NONE;
    if (!this.has(request)) return this.miss();
    const whole = this.walk(answer, request);
    if (whole === null) return this.miss();
    const sum = whole.sums;
    for (let id = request; this.has(id); id = this.parent[id % this.capacity]) {
      if (this.start[id % this.capacity] < invoked) break;
      for (let part = 0; part < WIDTH; part++) sum[part] += this.part(id, part);
    }
    const first = whole.round >= 0 ? this.firstReturn[whole.round % this.capacity] : Number.NaN;
    if (!Number.isNaN(first) && whole.roundPropagation > first) {
      sum[QUORUM_WAIT] += whole.roundPropagation - first;
      sum[PROPAGATION] -= whole.roundPropagation - first;
    }
    // The clock of the answer may lie behind the last step by what a closing send cost.
    const missing = end - invoked - sum.reduce((a, b) => a + b, 0);
    if (Math.abs(missing) > 1e-9 * Math.max(1, end)) return this.miss();
    return Object.fromEntries(PARTS.map((name, part) => [name, sum[part]])) as Attribution;
  }

  private miss(): null {
    this.lost++;
    return null;
  }

  /**
   * Walks back from an answer to the request's handler. When the path does not lead there, it is cut at the
   * deciding round, and the time from the request to that round is batch wait. Where there was no round since (a timer
   * fired, another's message let it go on), all from the request to the first step after it is.
   */
  private walk(
    answer: number,
    request: number,
  ): { sums: number[]; round: number; roundPropagation: number } | null {
    const node = this.node[request % this.capacity];
    const taken = this.end[request % this.capacity];
    const sums = new Array<number>(WIDTH).fill(0);
    let cut: { sums: number[]; end: number; round: number; propagation: number } | null = null;
    let first = true;
    let since = Number.NaN;
    for (let id = answer; ; id = this.parent[id % this.capacity]) {
      if (id === request) {
        const round = cut ?? { round: request, propagation: sums[PROPAGATION] };
        return { sums, round: round.round, roundPropagation: round.propagation };
      }
      if (!this.has(id)) {
        if (id !== NONE) since = Number.NaN;
        break;
      }
      const at = id % this.capacity;
      const comesBack = this.isHandler[at] === 1 && this.node[at] === node && !first && sums[PROPAGATION] > 0;
      if (comesBack && cut === null) {
        cut = { sums: sums.slice(), end: this.end[at], round: id, propagation: sums[PROPAGATION] };
      }
      if (this.end[at] <= taken && id !== answer) break;
      if (this.isHandler[at] === 1) first = false;
      for (let part = 0; part < WIDTH; part++) sums[part] += this.part(id, part);
      since = this.start[at];
      if (since < taken) {
        if (cut === null || cut.end < taken) return this.clipped(sums, since, taken, at);
        break;
      }
    }
    if (cut === null || cut.end < taken) {
      // NaN when the ring no longer holds what came before: that is not known, and nothing is made up.
      if (Number.isNaN(since)) return null;
      sums[BATCH_WAIT] += since - taken;
      return { sums, round: NONE, roundPropagation: 0 };
    }
    cut.sums[BATCH_WAIT] += cut.end - taken;
    return { sums: cut.sums, round: cut.round, roundPropagation: cut.propagation };
  }

  /** A path whose last step began before the request was taken in: that step counts only from then on, as batch wait. */
  private clipped(sums: number[], start: number, taken: number, at: number) {
    const inStep = this.end[at] - start;
    for (let part = 0; part < WIDTH; part++) sums[part] -= this.parts[at * WIDTH + part];
    sums[BATCH_WAIT] += inStep - (taken - start);
    return { sums, round: NONE, roundPropagation: 0 };
  }
}
