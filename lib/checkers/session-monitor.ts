/**
 * Session guarantees while a run goes on, for stores whose writes are linearizable and whose reads may be old.
 *
 * Source: Terry et al., "Session guarantees for weakly consistent replicated data", PDIS 1994, §3: monotonic reads, and read
 * your writes. The other two, of writes, follow where writes are linearizable: what a session had seen before it wrote
 * had been written before.
 *
 * Every write must write its own id, as the engine's do. A value is surely older than another when its write had ended
 * before the other's began. So each session has, for each key, a *floor*: the latest beginning of a write that it has
 * read or made; a read of a value whose write had ended before that breaks a guarantee. Of writes at the same time
 * the order is not known, and nothing is said: what is found is broken, but not all that is broken is found.
 *
 * A session may do several operations at a time (all the clients of one place in open loop): one comes after another if it
 * was invoked after that had ended.
 *
 * Memory: the writes of the newest `MOST` ids, and a floor for each key that a session has used. A read is judged once
 * nothing is under way any more that was invoked before it ended: an operation that never ends holds everything after it.
 */
import { DomainError, show } from "../core/errors.ts";
import { type CheckedOperation, NO_VALUE, type OperationColumns } from "../core/history-types.ts";

const OUTCOMES: readonly CheckedOperation["outcome"][] = ["ok", "failed", "unknown"];
/** Writes remembered, a power of two: 8 MB. */
const MOST = 2 ** 18;
const FIRST = 256;
/** Keys are below this; a session and a key make one number. */
const KEYS = 2 ** 24;

/** What the monitor found. */
export interface SessionViolation {
  readonly key: number;
  readonly client: number;
  /** Ids of the operations that show it, the read last. */
  readonly operations: readonly number[];
  /** One sentence that names them. */
  readonly message: string;
}

export interface SessionMonitorResult {
  readonly verdict: "hold" | "violation";
  /** Operations read; after a violation none are. */
  readonly operations: number;
  /** Reads of values so old that their writes are forgotten: not judged. */
  readonly unjudged: number;
  readonly violation?: SessionViolation;
}

/** From a moment on, a session must see nothing older than what was written from `began` on. */
interface Floor {
  readonly since: number;
  readonly began: number;
  /** The operation that set it. */
  readonly by: number;
  readonly wrote: boolean;
  /** The one that held until then, as long as somebody may still come who began before. */
  before: Floor | null;
}

type Row = Pick<CheckedOperation, "id" | "client" | "kind" | "key" | "value" | "invoked" | "completed">;

/**
 * Judges a history of reads and writes as it comes.
 *
 * @example
 * ((monitor) => (monitor.take({ id: 0, client: 1, kind: "write", key: 0, value: 0, invoked: 0, completed: 1, outcome: "ok" }), monitor.take({ id: 1, client: 1, kind: "read", key: 0, value: -1, invoked: 2, completed: 3, outcome: "ok" }), monitor.finish().violation?.message))(new SessionMonitor()); // => "key 0: no read your writes: read 1 of client 1 returned nothing, after its write 0"
 */
export class SessionMonitor {
  violation: SessionViolation | null = null;
  private rows = 0;
  private unjudged = 0;
  /** Answers that are to be judged, in no order. */
  private waiting: Row[] = [];
  /** By session and key: the newest. */
  private readonly floors = new Map<number, Floor>();
  /** Those that have risen since they were last looked at. */
  private readonly raised = new Set<number>();
  // The writes, by id modulo length: whose place it is, their keys, when they began and had ended.
  private ids = new Float64Array(FIRST).fill(-1);
  private keys = new Int32Array(FIRST);
  private began = new Float64Array(FIRST);
  private ended = new Float64Array(FIRST);

  /**
   * Reads finished operations, in any order.
   *
   * @param openSince seconds: nothing that is reported later was invoked before
   */
  add(chunk: OperationColumns, openSince: number): void {
    for (let row = 0; row < chunk.rows; row++)
      this.take({
        id: chunk.id[row],
        client: chunk.client[row],
        kind: chunk.isRead[row] === 1 ? "read" : "write",
        key: chunk.key[row],
        value: chunk.value[row],
        invoked: chunk.invoked[row],
        completed: chunk.completed[row],
        outcome: OUTCOMES[chunk.outcome[row]],
      });
    this.judge(openSince);
  }

  /**
   * Reads one operation; it is judged later.
   *
   * @throws DomainError for a key that is not a whole number from 0 to 2^24 − 1, or an end before the beginning
   */
  take(operation: CheckedOperation): void {
    const { id, kind, key, invoked, completed, outcome } = operation;
    if (this.violation !== null) return;
    if (!(key >= 0 && key < KEYS))
      throw new DomainError(`session monitor: key must be >= 0 and < ${KEYS}, got ${show(key)}`);
    if (!(completed >= invoked))
      throw new DomainError(
        `session monitor: operation ${id} must end at or after ${show(invoked)} s, got ${show(completed)} s`,
      );
    this.rows++;
    // A write without an answer may take effect at any time; one that failed has no time at all.
    if (kind === "write") {
      const end =
        outcome === "ok" ? completed : outcome === "unknown" ? Number.POSITIVE_INFINITY : Number.NaN;
      this.note(id, key, invoked, end);
    }
    if (outcome === "ok") this.waiting.push(operation);
  }

  /** Judges what is left; `inProgress` are operations that had not ended when the run did. */
  finish(inProgress: readonly CheckedOperation[] = []): SessionMonitorResult {
    for (const { id, kind, key, invoked } of inProgress)
      if (kind === "write") this.note(id, key, invoked, Number.POSITIVE_INFINITY);
    this.judge(Number.POSITIVE_INFINITY);
    const { rows: operations, unjudged, violation } = this;
    return violation === null
      ? { verdict: "hold", operations, unjudged }
      : { verdict: "violation", operations, unjudged, violation };
  }

  /** Judges what had ended before nothing was under way that came before: by then all it may have read is known. */
  private judge(openSince: number): void {
    const later: Row[] = [];
    const due: Row[] = [];
    let [last, inOrder] = [Number.NEGATIVE_INFINITY, true];
    let earliest = openSince; // nothing that is judged later began before
    for (const row of this.waiting) {
      if (row.completed < openSince) {
        inOrder &&= row.completed > last;
        last = row.completed;
        due.push(row);
      } else {
        if (row.invoked < earliest) earliest = row.invoked;
        later.push(row);
      }
    }
    this.waiting = later;
    if (!inOrder) due.sort((a, b) => a.completed - b.completed || a.id - b.id);
    for (const row of due) {
      if (this.violation !== null) return;
      if (row.kind === "read") this.read(row);
      else this.raise(row, row.invoked);
    }
    for (const name of this.raised) this.forgetBefore(name, earliest);
    this.raised.clear();
  }

  private read(row: Row): void {
    const { id, client, key, value, invoked, completed } = row;
    const floor = this.floorOf(row, invoked);
    const told = `read ${id} of client ${client} returned`;
    if (value === NO_VALUE) {
      if (floor !== null) this.violate(row, floor, `${told} nothing`);
      return;
    }
    const at = this.placeOf(value);
    if (this.ids[at] !== value) {
      if (this.ids[at] > value) this.unjudged++;
      else this.wrong(row, `${told} ${value}, which nobody wrote`);
      return;
    }
    const began = this.began[at];
    if (this.keys[at] !== key) this.wrong(row, `${told} ${value}, which was not written to it`);
    else if (Number.isNaN(this.ended[at]))
      this.wrong(row, `${told} ${value}, whose write surely was not done`);
    else if (began > completed) this.wrong(row, `${told} ${value} before that was written`);
    else if (floor !== null && this.ended[at] < floor.began) this.violate(row, floor, `${told} ${value}`);
    else this.raise(row, began);
  }

  /** What the session must see at a moment; null for anything. */
  private floorOf({ client, key }: Row, moment: number): Floor | null {
    let floor = this.floors.get(client * KEYS + key) ?? null;
    while (floor !== null && floor.since > moment) floor = floor.before;
    return floor;
  }

  /** From its end on an operation's session has seen something that was written from `began` on. */
  private raise({ id, client, key, kind, completed }: Row, began: number): void {
    const name = client * KEYS + key;
    const before = this.floors.get(name) ?? null;
    if (before !== null && began <= before.began) return;
    this.floors.set(name, { since: completed, began, by: id, wrote: kind === "write", before });
    if (before !== null) this.raised.add(name);
  }

  /** Of a session's floors of a key, those that no moment from `earliest` on asks for. */
  private forgetBefore(name: number, earliest: number): void {
    let needed = this.floors.get(name) ?? null;
    while (needed !== null && needed.since > earliest) needed = needed.before;
    if (needed !== null) needed.before = null;
  }

  private violate(row: Row, { by, wrote }: Floor, told: string): void {
    const [guarantee, before] = wrote ? ["read your writes", "write"] : ["monotonic reads", "read"];
    const { key, client, id } = row;
    const message = `key ${key}: no ${guarantee}: ${told}, after its ${before} ${by}`;
    this.violation = { key, client, operations: [by, id], message };
  }

  private wrong({ key, client, id }: Row, told: string): void {
    this.violation = { key, client, operations: [id], message: `key ${key}: ${told}` };
  }

  private placeOf(id: number): number {
    return id & (this.ids.length - 1);
  }

  private note(id: number, key: number, began: number, ended: number): void {
    let at = this.placeOf(id);
    while (this.ids[at] >= 0 && this.ids.length < MOST) {
      this.widen();
      at = this.placeOf(id);
    }
    if (this.ids[at] > id) return; // long forgotten
    this.ids[at] = id;
    this.keys[at] = key;
    this.began[at] = began;
    this.ended[at] = ended;
  }

  private widen(): void {
    const { ids, keys, began, ended } = this;
    const size = 2 * ids.length;
    this.ids = new Float64Array(size).fill(-1);
    this.keys = new Int32Array(size);
    this.began = new Float64Array(size);
    this.ended = new Float64Array(size);
    for (let from = 0; from < ids.length; from++) {
      if (ids[from] < 0) continue;
      const at = this.placeOf(ids[from]);
      this.ids[at] = ids[from];
      this.keys[at] = keys[from];
      this.began[at] = began[from];
      this.ended[at] = ended[from];
    }
  }
}
