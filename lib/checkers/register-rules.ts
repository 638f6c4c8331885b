/**
 * How a checker reads the rows of a history: all that it takes for granted, in one object.
 *
 * Tests patch it, one rule at a time, and every patch must be found out: a checker that nobody can show to be wrong
 * has not been shown to be right.
 */
import { type CheckedOperation, NO_VALUE } from "../core/history-types.ts";

export interface RegisterRules {
  /** Which register an operation is on. Each is judged alone: linearizability is local (Herlihy & Wing 1990, §3.1). */
  register(operation: CheckedOperation): number;
  /** Whether the operation says anything: a failed one did nothing, a read without an answer saw nothing. */
  counts(operation: CheckedOperation): boolean;
  /** From when it may take effect, in seconds. */
  begins(operation: CheckedOperation): number;
  /** By when it has taken effect, in seconds; never (∞) if the client gave up: then it need not have at all. */
  ends(operation: CheckedOperation): number;
  /** Whether a register that holds `state` may answer a read with `answer`. */
  answers(state: number, answer: number): boolean;
  /** What a register holds before the first write. */
  readonly initial: number;
  /** What makes two half-finished searches the same: what the register holds, and who has taken effect. */
  memo(state: number, linearized: bigint): string;
}

/** The rules of an atomic register under clients that may give up. */
export const REGISTER_RULES: RegisterRules = {
  register: (operation) => operation.key,
  counts: (operation) =>
    operation.outcome === "ok" || (operation.outcome === "unknown" && operation.kind === "write"),
  begins: (operation) => operation.invoked,
  ends: (operation) => (operation.outcome === "unknown" ? Number.POSITIVE_INFINITY : operation.completed),
  answers: (state, answer) => state === answer,
  initial: NO_VALUE,
  memo: (state, linearized) => `${state} ${linearized}`,
};
