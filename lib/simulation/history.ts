/**
 * Histories: what clients saw, one row an operation, in flat memory.
 *
 * Rows go into a chunk of typed arrays; a full chunk is handed to a sink (a checker, a file) and then reused, so a
 * run of 10^7 operations needs no more memory than one of 10^4. With `keep`, chunks are kept for small runs.
 */

/** The three ways an operation may end: done, surely not done, or nobody knows. */
export const OUTCOMES = ["ok", "failed", "unknown"] as const;
export type Outcome = (typeof OUTCOMES)[number];
export const OK = 0;
export const FAILED = 1;
export const UNKNOWN = 2;

/** Rows of a full chunk, 86 KB of them: so few stay in the processor's cache beside what the run itself touches. */
const ROWS = 2048;
/** Rows a recorder begins with: thousands of short runs are made. */
const FIRST_ROWS = 256;

/** Columns of finished operations; `rows` of them are filled. Times in seconds, a read's `value` −1 for none. */
export interface HistoryChunk {
  rows: number;
  readonly id: Float64Array;
  readonly client: Int32Array;
  readonly isRead: Uint8Array;
  readonly key: Int32Array;
  readonly value: Float64Array;
  readonly invoked: Float64Array;
  readonly completed: Float64Array;
  readonly outcome: Uint8Array;
}

function newChunk(rows: number): HistoryChunk {
  return {
    rows: 0,
    id: new Float64Array(rows),
    client: new Int32Array(rows),
    isRead: new Uint8Array(rows),
    key: new Int32Array(rows),
    value: new Float64Array(rows),
    invoked: new Float64Array(rows),
    completed: new Float64Array(rows),
    outcome: new Uint8Array(rows),
  };
}

/** The same rows with room for twice as many. */
function widened(chunk: HistoryChunk): HistoryChunk {
  const wider = newChunk(2 * chunk.id.length);
  for (const column of COLUMNS) wider[column].set(chunk[column]);
  wider.rows = chunk.rows;
  return wider;
}

const COLUMNS = ["id", "client", "isRead", "key", "value", "invoked", "completed", "outcome"] as const;

/**
 * Receives each full chunk, in the order of completion; must not hold on to it. Nothing that is reported later was
 * invoked before `openSince` seconds.
 */
export type HistorySink = (chunk: HistoryChunk, openSince: number) => void;

/** Records finished operations. */
export class HistoryRecorder {
  /** Earliest invocation of an operation still open; set by whoever keeps the operations. */
  openSince: () => number = () => Number.NEGATIVE_INFINITY;
  /** How many operations are open: asking for the earliest takes a step for each, so a chunk holds as many. */
  open: () => number = () => 0;
  private chunk = newChunk(FIRST_ROWS);
  private readonly kept: HistoryChunk[] = [];
  private readonly keep: boolean;
  private readonly sink: HistorySink | null;

  constructor(options: { readonly keep: boolean; readonly sink?: HistorySink | undefined }) {
    this.keep = options.keep;
    this.sink = options.sink ?? null;
  }

  record(
    id: number,
    client: number,
    isRead: boolean,
    key: number,
    value: number,
    invoked: number,
    completed: number,
    outcome: number,
  ): void {
    const chunk = this.chunk;
    const row = chunk.rows;
    chunk.id[row] = id;
    chunk.client[row] = client;
    chunk.isRead[row] = isRead ? 1 : 0;
    chunk.key[row] = key;
    chunk.value[row] = value;
    chunk.invoked[row] = invoked;
    chunk.completed[row] = completed;
    chunk.outcome[row] = outcome;
    chunk.rows = row + 1;
    if (row + 1 === chunk.id.length) this.full();
  }

  private full(): void {
    if (this.chunk.rows < ROWS || this.chunk.rows < this.open()) this.chunk = widened(this.chunk);
    else this.flush();
  }

  /** True when every row is kept. */
  get keeps(): boolean {
    return this.keep;
  }

  /** Hands the rows so far to the sink. */
  flush(): void {
    if (this.chunk.rows === 0) return;
    if (this.sink !== null) this.sink(this.chunk, this.openSince());
    if (this.keep) {
      this.kept.push(this.chunk);
      this.chunk = newChunk(FIRST_ROWS);
    } else {
      this.chunk.rows = 0;
    }
  }

  /** All rows kept, as plain records in order of completion; empty unless `keep` was asked for. */
  rows(): HistoryRow[] {
    const chunks = this.chunk.rows > 0 && this.keep ? [...this.kept, this.chunk] : this.kept;
    return chunks.flatMap((chunk) => Array.from({ length: chunk.rows }, (_, i) => rowOf(chunk, i)));
  }
}

/** One finished operation. */
export interface HistoryRow {
  readonly id: number;
  readonly client: number;
  readonly kind: "read" | "write";
  readonly key: number;
  readonly value: number;
  readonly invoked: number;
  readonly completed: number;
  readonly outcome: Outcome;
}

function rowOf(chunk: HistoryChunk, i: number): HistoryRow {
  return {
    id: chunk.id[i]!,
    client: chunk.client[i]!,
    kind: chunk.isRead[i] === 1 ? "read" : "write",
    key: chunk.key[i]!,
    value: chunk.value[i]!,
    invoked: chunk.invoked[i]!,
    completed: chunk.completed[i]!,
    outcome: OUTCOMES[chunk.outcome[i]!]!,
  };
}
