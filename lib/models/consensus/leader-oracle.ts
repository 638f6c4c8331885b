/**
 * Two oracles the tests hold the full commit-latency model against: one operation alone, worked out event by event,
 * and a stream of operations through the same stations. They share no code with the model or with the simulator.
 */

/** A leader with constant costs. Times in seconds. */
export interface OracleCosts {
  /** Round-trip times to the followers, in the order of sending. */
  readonly rtts: readonly number[];
  readonly quorum: number;
  readonly cpuReceive: number;
  readonly cpuSend: number;
  /** Egress time of one copy; answers take none. */
  readonly transmission: number;
  readonly fsync: number | null;
}

/** Commit latency of a single operation in an idle system. */
export function isolatedOperation(c: OracleCosts): number {
  const receive = c.fsync === null ? c.cpuReceive : 0;
  let cpu = receive;
  let port = 0;
  const back: number[] = [];
  for (const rtt of c.rtts) {
    cpu += c.cpuSend;
    port = Math.max(port, cpu) + c.transmission;
    back.push(port + rtt + receive + (c.fsync ?? 0) + c.cpuSend);
  }
  const own = cpu + (c.fsync ?? 0);
  const voted = [own];
  for (const time of back.sort((a, b) => a - b)) {
    cpu = Math.max(cpu, time) + receive;
    voted.push(cpu);
  }
  voted.sort((a, b) => a - b);
  return voted[c.quorum - 1] + c.cpuSend;
}

/** A disk whose writes take the same time, everything that waits going into the next. */
class GroupDisk {
  private end = 0;
  private next = 0;
  private readonly time: number;
  constructor(time: number) {
    this.time = time;
  }
  /** When a record asked for at `at` is durable; calls come in order of time. */
  write(at: number): number {
    if (at >= this.end && this.next > this.end) this.end = this.next;
    if (at >= this.end) {
      this.end = at + this.time;
      this.next = this.end;
      return this.end;
    }
    this.next = this.end + this.time;
    return this.next;
  }
}

interface Event {
  readonly time: number;
  readonly operation: number;
  /** A follower's copy, its vote, the leader's own record, or a request. */
  readonly kind: "request" | "copy" | "vote" | "own";
  readonly follower: number;
}

/** A small generator of its own (Park and Miller's minimal standard), so that nothing is shared. */
function uniforms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** Events in order of time, by insertion into a binary heap. */
class Agenda {
  private readonly heap: Event[] = [];
  push(event: Event): void {
    const { heap } = this;
    let i = heap.push(event) - 1;
    while (i > 0 && heap[(i - 1) >> 1].time > event.time) {
      heap[i] = heap[(i - 1) >> 1];
      i = (i - 1) >> 1;
    }
    heap[i] = event;
  }
  pop(): Event | undefined {
    const { heap } = this;
    const top = heap[0];
    const last = heap.pop();
    if (heap.length === 0 || last === undefined) return top;
    let i = 0;
    for (let down = 1; down < heap.length; down = 2 * i + 1) {
      if (down + 1 < heap.length && heap[down + 1].time < heap[down].time) down++;
      if (heap[down].time >= last.time) break;
      heap[i] = heap[down];
      i = down;
    }
    heap[i] = last;
    return top;
  }
}

/** Mean commit latency of a Poisson stream of operations, the first tenth left out. */
export function simulateLeader(
  c: OracleCosts & { readonly rate: number; readonly operations: number; readonly seed?: number },
): number {
  const random = uniforms(c.seed ?? 20_261);
  const agenda = new Agenda();
  const arrived = new Float64Array(c.operations);
  const votes = new Int32Array(c.operations);
  const disks = c.rtts.map(() => new GroupDisk(c.fsync ?? 0));
  const ownDisk = new GroupDisk(c.fsync ?? 0);
  const followerFree = new Float64Array(c.rtts.length);
  let cpu = 0;
  let port = 0;
  let sum = 0;
  let counted = 0;
  const count = (operation: number): void => {
    if (++votes[operation] !== c.quorum) return;
    cpu += c.cpuSend;
    if (operation < c.operations / 10) return;
    sum += cpu - arrived[operation];
    counted++;
  };
  agenda.push({ time: 0, operation: 0, kind: "request", follower: -1 });
  for (let event = agenda.pop(); event !== undefined; event = agenda.pop()) {
    const { time, operation, kind, follower } = event;
    if (kind === "copy") {
      const taken = Math.max(time, followerFree[follower]) + c.cpuReceive;
      const durable = c.fsync === null ? taken : disks[follower].write(taken);
      followerFree[follower] = Math.max(followerFree[follower], taken) + c.cpuSend;
      agenda.push({ ...event, time: durable + c.cpuSend + c.rtts[follower] / 2, kind: "vote" });
      continue;
    }
    cpu = Math.max(cpu, time) + (kind === "own" ? 0 : c.cpuReceive);
    if (kind !== "request") {
      count(operation);
      continue;
    }
    arrived[operation] = time;
    for (const [to, rtt] of c.rtts.entries()) {
      cpu += c.cpuSend;
      port = Math.max(port, cpu) + c.transmission;
      agenda.push({ time: port + rtt / 2, operation, kind: "copy", follower: to });
    }
    if (c.fsync === null) count(operation);
    else agenda.push({ time: ownDisk.write(cpu), operation, kind: "own", follower: -1 });
    const next = time - Math.log(random()) / c.rate;
    if (operation + 1 < c.operations)
      agenda.push({ time: next, operation: operation + 1, kind: "request", follower: -1 });
  }
  return sum / counted;
}
