/**
 * Measures that a protocol has of its own: the share of the fast path, the hits of a cache, the requests turned away.
 *
 * A node counts; what a measure is made of is what was counted from the first measured operation to the end of the run,
 * so a warm-up does not bias it. A node that crashes forgets its counts as it forgets the rest; what it had counted by
 * then is kept here.
 */
import type { Dimension } from "../core/units.ts";
import type { AnyProtocol } from "./protocol.ts";

/** What one node has counted since it started, by name. */
export type Counts = Readonly<Record<string, number>>;

/** A measure of a protocol's own. */
export interface OwnMeasure {
  readonly dimension: Dimension;
  /** As on an axis. */
  readonly title: string;
  readonly meaning: string;
  /** Of what each node counted in so many seconds; NaN where there was nothing to measure. */
  of(counts: readonly Counts[], seconds: number): number;
}

const sum = (counts: readonly Counts[], name: string): number =>
  counts.reduce((total, count) => total + (count[name] ?? 0), 0);

/** One count per another, over all nodes: a share, a mean; NaN where there was none of the other. */
export const perOther =
  (part: string, whole: string): OwnMeasure["of"] =>
  (counts) => {
    const all = sum(counts, whole);
    return all === 0 ? Number.NaN : sum(counts, part) / all;
  };

/** One count's share of it and another, over all nodes; NaN where there was neither. */
export const shareOf =
  (part: string, rest: string): OwnMeasure["of"] =>
  (counts) =>
    sum(counts, part) / (sum(counts, part) + sum(counts, rest));

/** A count over all nodes. */
export const total =
  (name: string): OwnMeasure["of"] =>
  (counts) =>
    sum(counts, name);

/** The largest share that one node has of a count; NaN where nothing was counted. */
export const largestShare =
  (name: string): OwnMeasure["of"] =>
  (counts) => {
    const all = sum(counts, name);
    return all === 0 ? Number.NaN : Math.max(...counts.map((count) => count[name] ?? 0)) / all;
  };

/** Follows the counts of one run. */
export class OwnCounts {
  private readonly protocol: AnyProtocol;
  private readonly states: readonly object[];
  /** By node: counted by the time measuring began, and before it last started. */
  private readonly before: Counts[] = [];
  private readonly kept: Counts[] = [];
  private began = 0;

  constructor(protocol: AnyProtocol, states: readonly object[]) {
    this.protocol = protocol;
    this.states = states;
  }

  /** Measuring begins. */
  begin(time: number): void {
    this.began = time;
    for (const node of this.states.keys()) this.before[node] = this.soFar(node);
  }

  /** A node that crashed starts again, and forgets. */
  keep(node: number): void {
    this.kept[node] = this.soFar(node);
  }

  /** The protocol's measures at the end of the run. */
  measures(end: number): Record<string, number> {
    const counted = this.states.map((_, node) => combined(this.soFar(node), -1, this.before[node]));
    const seconds = end - this.began;
    return Object.fromEntries(
      Object.entries(this.protocol.measures ?? {}).map(([name, { of }]) => [name, of(counted, seconds)]),
    );
  }

  private soFar(node: number): Counts {
    return combined(this.protocol.counts?.(this.states[node]) ?? {}, 1, this.kept[node]);
  }
}

/** Counts plus `sign` times others, which may be missing. */
function combined(counts: Counts, sign: number, others: Counts = {}): Counts {
  return Object.fromEntries(
    Object.entries(counts).map(([name, count]) => [name, count + sign * (others[name] ?? 0)]),
  );
}
