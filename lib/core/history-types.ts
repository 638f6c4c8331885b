/**
 * Histories as plain data: what those who judge them and those who record them have in common.
 *
 * A history is what clients saw: when each operation was invoked, when and how it ended, what a read returned. A
 * checker reads nothing else, so it can judge any system and no system can help it.
 */

/** What a read returns of a key never written. */
export const NO_VALUE = -1;

/**
 * One finished operation on a key-value store. Times in seconds of the run.
 *
 * A write's `value` is what it wrote (the engine lets every write write its own id), a read's what it returned,
 * `NO_VALUE` when the key was never written.
 */
export interface CheckedOperation {
  readonly id: number;
  readonly client: number;
  readonly kind: "read" | "write";
  readonly key: number;
  readonly value: number;
  readonly invoked: number;
  readonly completed: number;
  /**
   * `ok`: done, at some moment between `invoked` and `completed`. `failed`: surely not done. `unknown`: the client
   * gave up; the operation may have been done, may be done at any later time, or never.
   */
  readonly outcome: "ok" | "failed" | "unknown";
}

/** Finished operations as columns, for runs too long for one object an operation; `rows` of them are filled. */
export interface OperationColumns {
  readonly rows: number;
  readonly id: Float64Array;
  readonly client: Int32Array;
  /** 1 for a read, 0 for a write. */
  readonly isRead: Uint8Array;
  readonly key: Int32Array;
  readonly value: Float64Array;
  readonly invoked: Float64Array;
  readonly completed: Float64Array;
  /** 0 ok, 1 failed, 2 unknown. */
  readonly outcome: Uint8Array;
}
