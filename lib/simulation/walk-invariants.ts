/**
 * What must always hold, asked after every action of a walk, and only where the answer may be another.
 *
 * A third of a walk of Raft went into invariants that could not have changed: most messages move no log, no term and
 * no commit index.
 */
import type { NodeId } from "../core/system.ts";
import type { AnyProtocol } from "./protocol.ts";

type Condition = (nodes: readonly object[], changed?: object) => boolean;

export class WalkInvariants {
  private readonly protocol: AnyProtocol;
  private readonly conditions: readonly Condition[];
  private readonly revision: (node: object) => number;
  /** The only node that has changed, started or stopped since the last check; undefined for any, null for none. */
  private changed: object | null | undefined = undefined;
  private node: NodeId = 0;
  /** Each node's revision when everything last held; NaN: not known. */
  private readonly revisions: Float64Array;

  constructor(protocol: AnyProtocol, nodes: number) {
    this.protocol = protocol;
    this.conditions = Object.values(protocol.always);
    this.revision = protocol.revision ?? (() => Number.NaN);
    this.revisions = new Float64Array(nodes);
  }

  /** All nodes are new. */
  clear(): void {
    this.changed = undefined;
  }

  /** A node has stopped, or starts. */
  replace(node: NodeId): void {
    this.revisions[node] = Number.NaN;
  }

  /** A node is not as it was. */
  touch(node: NodeId, state: object): void {
    this.changed = this.changed === null || this.changed === state ? state : undefined;
    this.node = node;
  }

  /** Whether everything still holds of the nodes that are up; `broken` tells what does not. */
  hold(up: readonly object[]): boolean {
    const { conditions, changed } = this;
    if (changed === null) return true; // a loss, a message that waits: what held before holds
    this.changed = null;
    if (changed === undefined) {
      this.revisions.fill(Number.NaN);
    } else {
      const revision = this.revision(changed);
      if (revision === this.revisions[this.node]) return true;
      this.revisions[this.node] = revision;
    }
    for (let i = 0; i < conditions.length; i++) {
      const holds = conditions[i];
      if (!holds(up, changed)) return false;
    }
    return true;
  }

  /** The first that does not hold. */
  broken(up: readonly object[]): string | undefined {
    return Object.keys(this.protocol.always).find((_, i) => !this.conditions[i](up));
  }
}
