/**
 * What must always hold, asked after every action of a walk, and only where the answer may be another.
 *
 * A third of a walk of Raft went into invariants that could not have changed: most messages move no log, no term and
 * no commit index.
 */
import type { NodeId } from "../core/system.ts";
import type { AnyProtocol } from "./protocol.ts";

type Condition = readonly [name: string, holds: (nodes: readonly object[], changed?: object) => boolean];

export class WalkInvariants {
  private readonly conditions: readonly Condition[];
  private readonly revision: (node: object) => number;
  /** The only node that has changed, started or stopped since the last check; undefined for any, null for none. */
  private changed: object | null | undefined = undefined;
  private node: NodeId = 0;
  /** Each node's revision when everything last held; NaN: not known. */
  private readonly revisions: Float64Array;

  constructor(protocol: AnyProtocol, nodes: number) {
    this.conditions = Object.entries(protocol.always);
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

  /** The first that does not hold any more of the nodes that are up; null when all do. */
  broken(up: readonly object[]): string | null {
    const { conditions, changed } = this;
    if (changed === null) return null; // a loss, a message that waits: what held before holds
    this.changed = null;
    if (changed === undefined) {
      this.revisions.fill(Number.NaN);
    } else {
      const revision = this.revision(changed);
      if (revision === this.revisions[this.node]) return null;
      this.revisions[this.node] = revision;
    }
    for (let i = 0; i < conditions.length; i++) {
      const [name, holds] = conditions[i];
      if (!holds(up, changed)) return name;
    }
    return null;
  }
}
