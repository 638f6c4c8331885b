/** What the nemesis did, for charts and traces: spans at nodes and links, marks, lost messages. */
import type { FaultSpec } from "../core/fault-types.ts";
import type { NodeId } from "../core/system.ts";

/** One fault in force, from begin to end; `node` −1 for faults of links, `to` Infinity while it lasts. */
export interface FaultSpan {
  readonly spec: FaultSpec;
  readonly node: NodeId;
  readonly from: number;
  to: number;
}

/** A crash, restart or command. */
export interface FaultMark {
  readonly node: NodeId;
  readonly time: number;
  readonly kind: "crash" | "restart" | "command";
  readonly label: string;
}

/** Spans kept; a run with more keeps counting but not remembering. */
const MOST = 100_000;

/** Faults of a run as they happened. */
export class FaultLog {
  readonly spans: FaultSpan[] = [];
  readonly marks: FaultMark[] = [];
  /** Messages lost, by reason. */
  readonly losses = { cut: 0, lost: 0 };

  note(spec: FaultSpec, node: NodeId, begins: boolean, time: number): void {
    if (begins) {
      if (this.spans.length < MOST) this.spans.push({ spec, node, from: time, to: Number.POSITIVE_INFINITY });
      return;
    }
    for (let i = this.spans.length - 1; i >= 0; i--) {
      const span = this.spans[i];
      if (span.spec !== spec || span.node !== node || span.to !== Number.POSITIVE_INFINITY) continue;
      span.to = time;
      return;
    }
  }

  mark(node: NodeId, time: number, kind: FaultMark["kind"], label: string): void {
    if (this.marks.length < MOST) this.marks.push({ node, time, kind, label });
  }

  lost(_from: NodeId, _to: NodeId, _kind: string, _time: number, why: "cut" | "lost"): void {
    this.losses[why]++;
  }
}
