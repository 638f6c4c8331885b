/** From the log of a run's faults to what a diagram draws: spans at nodes, windows in which links carry nothing. */
import type { TraceCut, TraceSpan } from "../core/trace.ts";
import type { FaultLog, FaultSpan } from "./fault-log.ts";

const KINDS: Readonly<Record<string, TraceSpan["kind"]>> = {
  pause: "paused",
  "slow node": "slow",
  "slow disk": "slow",
};

/** When nodes were down (from their crashes and restarts, whatever caused them), paused or slow. */
export function nodeSpansOf(log: FaultLog, end: number): TraceSpan[] {
  const spans: TraceSpan[] = log.spans.flatMap(({ spec, node, from, to }) => {
    const kind = KINDS[spec.fault];
    return kind === undefined ? [] : [{ process: node, kind, from, to, label: spec.fault }];
  });
  for (const [i, mark] of log.marks.entries()) {
    if (mark.kind !== "crash") continue;
    const back = log.marks.slice(i + 1).find((m) => m.node === mark.node && m.kind === "restart");
    spans.push({ process: mark.node, kind: "down", from: mark.time, to: back?.time ?? end, label: "down" });
  }
  return spans;
}

/** Which links carried nothing, and when. */
export function cutsOf(log: FaultLog, nodes: number): TraceCut[] {
  return log.spans.flatMap((span) => {
    const links = linksOf(span, nodes);
    return links.length === 0 ? [] : [{ from: span.from, to: span.to, links, label: span.spec.fault }];
  });
}

function linksOf({ spec, node }: FaultSpan, nodes: number): (readonly [number, number])[] {
  const pairs = Array.from({ length: nodes * nodes }, (_, i) => [Math.floor(i / nodes), i % nodes] as const);
  if (spec.fault === "cut") return [...spec.links];
  if (spec.fault === "partition") {
    const groupOf = (of: number): number => spec.groups.findIndex((group) => group.includes(of));
    return pairs.filter(([from, to]) => groupOf(from) !== groupOf(to));
  }
  if (spec.fault === "isolation") {
    const { way } = spec;
    return pairs.filter(
      ([from, to]) => from !== to && ((from === node && way !== "in") || (to === node && way !== "out")),
    );
  }
  return [];
}
