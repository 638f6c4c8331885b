/**
 * The space-time diagram of a window of a run: processes as lines, messages as arrows between them.
 *
 * Source: L. Lamport, "Time, Clocks, and the Ordering of Events in a Distributed System", CACM 21(7), 1978, figure 1;
 * here with real time to the right, so that lengths can be read as durations.
 */
import type { SpaceTime } from "../core/trace.ts";
import type { Drawing } from "./drawing.ts";
import { spaceTimeFragment, spaceTimePage } from "./space-time-html.ts";
import { type SpaceTimeOptions, viewOfTrace } from "./space-time-input.ts";
import { spaceTimeSvg } from "./space-time-svg.ts";

/** How a notebook asks a value for its picture; the same key as in the notebook room, which charts may not import. */
const RICH_DISPLAY = Symbol.for("Jupyter.display");

/** A space-time diagram: as the last value of a notebook's cell it shows itself. */
export interface SpaceTimeDiagram extends Drawing {
  readonly [key: symbol]: () => Readonly<Record<string, unknown>>;
}

/**
 * The space-time diagram of a window of a run.
 *
 * Processes are lines below each other, time in seconds runs to the right. A message queues beside its sender's line
 * until its last bit left, flies, and waits beside its receiver's line until it was handled; its width tells its size,
 * its colour and head its kind; a cross ends it if nobody handled it. Bands tell who led, was down, paused or cut off.
 *
 * The static picture draws up to 400 messages one by one and more of them together, and says which; the interactive
 * page takes 100,000, draws them together while they are too many to tell apart, and singly as one zooms in.
 *
 * @param trace the window, checked whole
 * @param options.from a narrower window, seconds, inside the trace's; with `options.to`
 * @param options.kinds kinds of message to show; all unless given
 * @param options.title instead of the trace's; also subtitle, note, warning, width and height in pixels
 * @throws DomainError for a reversed window, a process that is not there, a time outside the window or out of order;
 * UsageError for unknown options
 * @example
 * spaceTime({ title: "One message", processes: ["a", "b"], from: 0, to: 1, messages: [{ from: 0, to: 1, kind: "ping", bytes: 64, sent: 0.1, left: 0.1, arrived: 0.9, handled: 0.9 }], spans: [], marks: [], cuts: [], quorumEdges: [] }).svg().includes("time [s]"); // => true
 */
export function spaceTime(trace: SpaceTime, options: SpaceTimeOptions = {}): SpaceTimeDiagram {
  const view = viewOfTrace(trace, options);
  let picture: string | undefined;
  const svg = () => {
    picture ??= spaceTimeSvg(view);
    return picture;
  };
  const bundle = () => ({
    "text/html": spaceTimeFragment(view, svg()),
    "image/svg+xml": svg(),
    "text/plain": `Space-time diagram: ${view.text.title} (${view.text.subtitle})`,
  });
  return {
    title: view.text.title,
    svg,
    html: () => spaceTimePage(view, svg()),
    fragment: () => spaceTimeFragment(view, svg()),
    bundle,
    data: () => trace,
    [RICH_DISPLAY]: bundle,
  };
}
