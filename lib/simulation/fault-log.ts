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

/** A node that claimed to lead ("leader" of a term), what it made of it, and until when. Times in seconds. */
export interface LeaderSpan {
  readonly node: NodeId;
  readonly term: number;
  readonly from: number;
  /** When it first claimed something committed: from then on it serves. Infinity until it has. */
  serves: number;
  /** When it crashed, stepped down or was replaced; Infinity while it leads. */
  to: number;
}

/** Spans kept; a run with more keeps counting but not remembering. */
const MOST = 100_000;

/** Faults of a run as they happened. */
export class FaultLog {
  readonly spans: FaultSpan[] = [];
  readonly marks: FaultMark[] = [];
  /** Who led when, in order. */
  readonly leaders: LeaderSpan[] = [];
  private leading: LeaderSpan | null = null;
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

  /** The node that leads by the last claim, or −1. */
  get leader(): NodeId {
    return this.leading === null ? -1 : this.leading.node;
  }

  claimed(what: string, slot: number, node: NodeId, time: number): void {
    if (what === "leader") {
      this.ceased(time);
      this.leading = {
        node,
        term: slot,
        from: time,
        serves: Number.POSITIVE_INFINITY,
        to: Number.POSITIVE_INFINITY,
      };
      if (this.leaders.length < MOST) this.leaders.push(this.leading);
    } else if (this.leading !== null && node === this.leading.node && this.leading.serves > time) {
      this.leading.serves = time;
    }
  }

  /** The leader leads no more. */
  ceased(time: number): void {
    if (this.leading !== null) this.leading.to = time;
    this.leading = null;
  }

  lost(_from: NodeId, _to: NodeId, _kind: string, _time: number, why: "cut" | "lost"): void {
    this.losses[why]++;
  }
}
