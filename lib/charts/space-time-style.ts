/**
 * How the parts of a space-time diagram look: one table for the static picture and the interactive page.
 *
 * Colour is never the only channel: each kind of message has its own arrow head, each span its own pattern, each mark
 * its own shape. Shapes are path data around the origin, which SVG and a canvas both take.
 */
import type { TraceMark, TraceMessage, TraceSpan } from "../core/trace.ts";
import { INK, seriesStyles } from "./palette.ts";

/** A shape: what is outlined and filled, and what is drawn on it. */
export interface Shape {
  readonly outline: string;
  readonly fill: string;
  readonly stroke: string;
  /** Strokes on top of it. */
  readonly inner?: string;
  readonly innerColor?: string;
  readonly innerWidth?: number;
}

/** How the messages of one kind are drawn. */
export interface KindStyle {
  readonly name: string;
  readonly color: string;
  readonly head: Shape;
}

const FILLED = "M0,0L-8.5,-3.6L-8.5,3.6Z";
const DIAMOND = "M0,0L-4.5,-3.4L-9,0L-4.5,3.4Z";
const SQUARE = "M0,-3H-6V3H0Z";
const DISC = "M0,0A3.2,3.2 0 1 1 -6.4,0A3.2,3.2 0 1 1 0,0Z";

/** Arrow heads: path, and whether it is open. The tip lies in the origin, the shaft comes from the left. */
const HEADS: readonly (readonly [string, boolean])[] = [
  [FILLED, false],
  [FILLED, true],
  [DIAMOND, false],
  [DISC, true],
  [SQUARE, false],
  [DIAMOND, true],
  [DISC, false],
  [SQUARE, true],
];

/** Name of the kinds that are too many for a style each. */
export const OTHER_KINDS = "other kinds";

/** The styles of all kinds of a trace. */
export interface KindStyles {
  readonly styles: readonly KindStyle[];
  /** The style of a kind, as its position. */
  readonly indexOf: (kind: string) => number;
}

/**
 * A style for each kind of message. More than eight kinds: the seven most frequent have their own, all others share a
 * grey one.
 */
export function kindStyles(messages: readonly Pick<TraceMessage, "kind">[]): KindStyles {
  const counts = new Map<string, number>();
  for (const { kind } of messages) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const names = [...counts.keys()];
  const common = new Set([...names].sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0)).slice(0, 7));
  const own = names.length <= 8 ? names : names.filter((name) => common.has(name));
  const colours = own.length === 0 ? [] : seriesStyles(own.length, "spaceTime");
  const styles = own.map((name, i) => {
    const { color } = colours[i];
    const [outline, open] = HEADS[i];
    return { name, color, head: { outline, fill: open ? INK.paper : color, stroke: color } };
  });
  if (own.length < names.length) {
    const head = { outline: FILLED, fill: "#8a8a8a", stroke: "#8a8a8a" };
    styles.push({ name: OTHER_KINDS, color: "#8a8a8a", head });
  }
  const places = new Map(own.map((name, i) => [name, i]));
  return { styles, indexOf: (kind) => places.get(kind) ?? styles.length - 1 };
}

/** Where a message ended that nobody handled. */
export const CROSS = "M-4.2,-4.2L4.2,4.2M-4.2,4.2L4.2,-4.2";

/** Behind a quorum's last arrow, so that it is found at a glance; light enough for every colour on it. */
export const QUORUM = { halo: "#f2b33d", ring: INK.text, radius: 8, haloWidth: 5 } as const;

const GROUND = { fill: INK.paper, stroke: INK.text, innerColor: INK.text } as const;
const CIRCLE = "M5,0A5,5 0 1 1 -5,0A5,5 0 1 1 5,0Z";
const BOX = "M-5,-5H5V5H-5Z";

/** The marks, in the order of the legend. */
export const MARKS: Readonly<Record<TraceMark["kind"], Shape & { readonly name: string }>> = {
  invoke: { name: "operation asked", ...GROUND, outline: "M-4,-5.5L5.5,0L-4,5.5Z" },
  answer: { name: "operation answered", ...GROUND, outline: "M4,-5.5L-5.5,0L4,5.5Z", fill: INK.text },
  commit: {
    name: "commit",
    outline: CIRCLE,
    fill: "#054fb9",
    stroke: "#054fb9",
    inner: "M-2.6,0.2L-0.7,2.2L2.8,-2",
    innerColor: INK.paper,
    innerWidth: 1.8,
  },
  timer: { name: "timer fired", ...GROUND, outline: CIRCLE, inner: "M0,-3.2V0L2.2,1.4" },
  command: { name: "command", ...GROUND, outline: "M0,-6L6,0L0,6L-6,0Z", inner: "M-2,0H2" },
  crash: {
    name: "crash",
    outline: BOX,
    fill: INK.text,
    stroke: INK.text,
    inner: "M-2.8,-2.8L2.8,2.8M-2.8,2.8L2.8,-2.8",
    innerColor: INK.paper,
    innerWidth: 2,
  },
  restart: { name: "restart", ...GROUND, outline: BOX, inner: "M0,3.2V-3M-2.6,-0.6L0,-3.2L2.6,-0.6" },
  violation: {
    name: "violation",
    outline: "M0,-8L8,6.5H-8Z",
    fill: INK.alarm,
    stroke: INK.paper,
    inner: "M0,-2.6V2.2M0,3.9V4.6",
    innerColor: INK.paper,
    innerWidth: 1.8,
  },
};

/** How something that lasts is drawn over a process: a band, with or without slanted strokes. */
export interface SpanStyle {
  readonly name: string;
  readonly fill: string;
  readonly stroke: string;
  /** Pixels between slanted strokes; none unless given. */
  readonly hatch?: number;
  /** Half its height. */
  readonly half: number;
}

/** The spans, in the order in which they are drawn: wide ones below. */
export const SPANS: Readonly<Record<TraceSpan["kind"], SpanStyle>> = {
  isolated: { name: "cut off", fill: "#f9e3df", stroke: "#c98a80", hatch: 9, half: 17 },
  leads: { name: "leads", fill: "#d5e3fa", stroke: "#7d9fd6", half: 9 },
  slow: { name: "slow", fill: "#ffffff", stroke: "#8a8a8a", hatch: 14, half: 7 },
  paused: { name: "paused", fill: "#ececec", stroke: "#8a8a8a", hatch: 7, half: 7 },
  down: { name: "down", fill: "#ffffff", stroke: "#444444", hatch: 4, half: 7 },
  writes: { name: "writes to disk", fill: "#444444", stroke: "#444444", half: 3 },
};

/** Bands of leaders: neighbours in time differ, and each carries its label. */
export const LEADER_BANDS: readonly (readonly [fill: string, stroke: string])[] = [
  ["#d5e3fa", "#7d9fd6"],
  ["#fbe2c4", "#cf9a55"],
  ["#dceecf", "#82a86a"],
  ["#efd9ec", "#b283ab"],
];

/** A cut's ground over the processes that it concerns; the smaller side is hatched too. */
export const CUT = { fill: "#f6e9e7", hatch: "#d9aaa2", edge: "#a4503f", text: "#8a2f1c" } as const;

const THINNEST = 1.1;

/** Width of an arrow, at most `most` pixels: even steps for even ratios of size, so that 64 B and 1 MiB both stay legible. */
export function widthScale(sizes: readonly number[], most = 3.7): (size: number) => number {
  const [low, high] = sizes.reduce(
    ([a, b], size) => [Math.min(a, Math.max(1, size)), Math.max(b, size)],
    [Number.POSITIVE_INFINITY, 1],
  );
  const ratio = Math.log(high / low);
  if (!(ratio >= Math.log(1.5))) return () => 1.5;
  // A ratio of 8 already earns the whole range.
  const range = (most - THINNEST) * Math.min(1, ratio / Math.log(8));
  return (size) => THINNEST + (range * Math.log(Math.min(high, Math.max(low, size)) / low)) / ratio;
}
