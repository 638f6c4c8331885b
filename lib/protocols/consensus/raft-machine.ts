/**
 * The replicated state machine: values by key, and which writes it has applied (thesis §6.3).
 *
 * Ids of operations are unique in a run, so one set of ids serves all sessions. A write too old for that set to know
 * is not applied and not answered, as one of a session that has expired.
 */
import { IdSet } from "../../core/id-set.ts";
import { ValueStore } from "../../core/value-store.ts";
import type { Operation } from "../../simulation/protocol.ts";

export class StateMachine {
  values = new ValueStore();
  /** Writes applied; used where sessions are. */
  applied = new IdSet();
  /** Size of all values, in bytes: kept only where snapshots are written. */
  bytes = 0;
  private sizes: ValueStore | null;

  constructor(measured: boolean) {
    this.sizes = measured ? new ValueStore() : null;
  }

  write({ key, id, bytes }: Operation): void {
    this.values.set(key, id);
    if (this.sizes === null) return;
    this.bytes += bytes - Math.max(0, this.sizes.get(key));
    this.sizes.set(key, bytes);
  }

  /** The same state, which changes on its own. */
  copy(): StateMachine {
    const copy = new StateMachine(false);
    copy.values = this.values.copy();
    copy.applied = this.applied.copy();
    copy.bytes = this.bytes;
    copy.sizes = this.sizes?.copy() ?? null;
    return copy;
  }
}
