/**
 * Latency attribution: where the time of each operation went, along the path that decided it.
 *
 * Every handler run and every message is a step with a start, an end, a parent and its parts. Steps join end to
 * end, so the parts from an answer back to its request add up to the latency of the operation. Steps live in a ring:
 * memory does not grow with the run.
 *
 * The deciding path is followed: the answer, the reply that completed the quorum, the message it answers, back to
 * the request. An operation that was not sent by its own request's handler (it waited for a batch or a pipeline
 * slot) has the time between as `batchWait`. The deciding round's propagation is split in two: as much as the first
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

const CAPACITY = 1 << 18;
const NONE = -1;
const [CLIENT, INGRESS, CPU_WAIT, CPU, EGRESS_WAIT, TRANSMISSION, PROPAGATION, , DISK_WAIT, DISK] =
  PARTS.keys();
const QUORUM_WAIT = PARTS.indexOf("quorumWait");
const BATCH_WAIT = PARTS.indexOf("batchWait");
const WIDTH = PARTS.length;

export class Tracer {
  /** The step a handler now running continues from. */
  current = NONE;
  /** Operations whose path had left the ring. */
  lost = 0;
  private next = 0;
  private readonly id = new Float64Array(CAPACITY).fill(NONE);
  private readonly parent = new Float64Array(CAPACITY);
  private readonly node = new Int32Array(CAPACITY);
  private readonly isHandler = new Uint8Array(CAPACITY);
  private readonly start = new Float64Array(CAPACITY);
  private readonly end = new Float64Array(CAPACITY);
  private readonly firstReturn = new Float64Array(CAPACITY);
  private readonly parts = new Float64Array(CAPACITY * WIDTH);
  /** The request step of each operation in flight, by handle. */
  private readonly requestOf = new Map<number, number>();

  private step(parent: number, node: number, handler: boolean, start: number, end: number): number {
    const id = this.next++;
    const at = id % CAPACITY;
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

  private has(id: number): boolean {
    return id >= 0 && this.id[id % CAPACITY] === id;
  }

  private add(id: number, part: number, seconds: number): void {
    this.parts[(id % CAPACITY) * WIDTH + part] += seconds;
  }

  /** End of the step a handler continues from; parts after it are measured from here. */
  private currentEnd(fallback: number): number {
    return this.has(this.current) ? this.end[this.current % CAPACITY] : fallback;
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
    const since = this.has(parent) ? this.end[parent % CAPACITY] : time;
    const id = this.step(parent, node, true, since, time);
    this.add(id, CPU, time - since);
    this.current = id;
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
    const since = this.has(parent) ? this.end[parent % CAPACITY] : asked;
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
    const from = this.has(before) ? this.end[before % CAPACITY] : start;
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
    const back = this.parent[id % CAPACITY];
    const far = this.has(back) ? this.remoteHandler(back) : NONE;
    if (!this.has(far)) return;
    const out = this.messageInto(far);
    const origin = this.has(out) ? this.remoteHandler(out) : NONE;
    if (!this.has(origin) || this.node[origin % CAPACITY] !== node) return;
    if (!Number.isNaN(this.firstReturn[origin % CAPACITY])) return;
    this.firstReturn[origin % CAPACITY] = this.part(back, PROPAGATION) + this.part(out, PROPAGATION);
  }

  private part(id: number, part: number): number {
    return this.parts[(id % CAPACITY) * WIDTH + part];
  }

  /** From a message back over disk releases to the handler that sent it. */
  private remoteHandler(message: number): number {
    let id = this.parent[message % CAPACITY];
    while (this.has(id) && this.isHandler[id % CAPACITY] === 0) id = this.parent[id % CAPACITY];
    return id;
  }

  /** From a handler back over local messages to the message that came over the network. */
  private messageInto(handler: number): number {
    let id = this.parent[handler % CAPACITY];
    while (this.has(id) && this.isHandler[id % CAPACITY] === 1) id = this.parent[id % CAPACITY];
    return id;
  }

  /** The parts of an operation that ends at `end` with the answer step `answer`; null when its path is lost. */
  attribute(handle: number, invoked: number, answer: number, end: number): Attribution | null {
    const request = this.requestOf.get(handle) ?? NONE;
    if (!this.has(request)) return this.miss();
    const whole = this.walk(answer, request);
    if (whole === null) return this.miss();
    const sum = whole.sums;
    for (let id = request; this.has(id); id = this.parent[id % CAPACITY]) {
      if (this.start[id % CAPACITY] < invoked) break;
      for (let part = 0; part < WIDTH; part++) sum[part] += this.part(id, part);
    }
    const first = whole.round >= 0 ? this.firstReturn[whole.round % CAPACITY] : Number.NaN;
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
   * deciding round, and the time from the request to that round is batch wait.
   */
  private walk(
    answer: number,
    request: number,
  ): { sums: number[]; round: number; roundPropagation: number } | null {
    const node = this.node[request % CAPACITY];
    const taken = this.end[request % CAPACITY];
    const sums = new Array<number>(WIDTH).fill(0);
    let cut: { sums: number[]; end: number; round: number; propagation: number } | null = null;
    let first = true;
    for (let id = answer; ; id = this.parent[id % CAPACITY]) {
      if (id === request) {
        const round = cut ?? { round: request, propagation: sums[PROPAGATION] };
        return { sums, round: round.round, roundPropagation: round.propagation };
      }
      if (!this.has(id)) break;
      const at = id % CAPACITY;
      const comesBack = this.isHandler[at] === 1 && this.node[at] === node && !first && sums[PROPAGATION] > 0;
      if (comesBack && cut === null) {
        cut = { sums: sums.slice(), end: this.end[at], round: id, propagation: sums[PROPAGATION] };
      }
      if (this.end[at] <= taken && id !== answer) break;
      if (this.isHandler[at] === 1) first = false;
      for (let part = 0; part < WIDTH; part++) sums[part] += this.part(id, part);
      if (this.start[at] < taken) {
        if (cut === null || cut.end < taken) return this.clipped(sums, this.start[at], taken, at);
        break;
      }
    }
    if (cut === null || cut.end < taken) return null;
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
