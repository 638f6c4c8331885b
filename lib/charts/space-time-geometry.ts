/**
 * Where the strokes of a message lie, in pixels.
 *
 * Time runs to the right, processes are lines below each other. A message leaves its sender's line when the handler
 * ended; if it then queues for the port, it first runs beside the line until its last bit left. If it waits for the
 * receiver's processor, it runs beside the receiver's line from its arrival until its handler ran.
 */

import type { Arrow } from "./space-time-bundles.ts";
import { isLost } from "./space-time-input.ts";
import type { Point } from "./svg-marks.ts";

/** From seconds and processes to pixels, and the ends of the plot. */
export interface Place {
  readonly x: (time: number) => number;
  readonly y: (process: number) => number;
  readonly left: number;
  readonly right: number;
}

/** The strokes of one message inside the window. */
export interface ArrowStrokes {
  /** From its sending over its queueing to the end of its flight. */
  readonly path: readonly Point[];
  /** Beside the receiver's line until it was handled. */
  readonly wait: readonly Point[];
  /** Tip of the arrow and its direction in degrees; none if it lies outside or the message was lost. */
  readonly tip?: { readonly at: Point; readonly angle: number };
  /** Where it was lost. */
  readonly cross?: Point;
}

/** Pixels between a process and what runs beside it. */
export const LANE = 5;
/** Queueing shorter than this many pixels is not drawn: a kink without length says nothing. */
const SEEN = 1.5;
/** Where on its way a message is crossed out whose place of loss nobody knows. */
const LOST_AT = 0.6;

/** The strokes of an arrow. */
export function strokesOf(arrow: Arrow, place: Place): ArrowStrokes {
  if (arrow.from === arrow.to) return loop(arrow, place);
  const [y0, y1] = [place.y(arrow.from), place.y(arrow.to)];
  const down = y1 > y0 ? 1 : -1;
  const [sent, left, end] = [arrow.sent, arrow.left, arrow.end].map(place.x);
  const handled = arrow.handled === null ? end : place.x(arrow.handled);
  const queues = left - sent >= SEEN;
  const waits = handled - end >= SEEN;
  const start: Point = queues ? [left, y0 + down * LANE] : [sent, y0];
  const goal: Point = waits ? [end, y1 - down * LANE] : [end, y1];
  const reaches = !isLostOnTheWay(arrow);
  const stop: Point = reaches ? goal : between(start, goal, LOST_AT);
  const queue: Point[] = queues ? [[sent, y0], [sent, y0 + down * LANE], start] : [start];
  const path = clip([...queue, stop], place);
  const wait: Point[] = waits ? [goal, [handled, y1 - down * LANE], [handled, y1]] : [];
  const inside = stop[0] >= place.left && stop[0] <= place.right;
  const angle = (Math.atan2(goal[1] - start[1], goal[0] - start[0]) * 180) / Math.PI;
  const lost = isLost(arrow);
  return {
    path,
    wait: clip(wait, place),
    ...(inside && !lost && arrow.arrived ? { tip: { at: stop, angle } } : {}),
    ...(inside && lost ? { cross: stop } : {}),
  };
}

function isLostOnTheWay(arrow: Arrow): boolean {
  return isLost(arrow) && !arrow.arrived && arrow.fate !== "receiver down";
}

/** A message to oneself: a bow above the line. */
function loop(arrow: Arrow, place: Place): ArrowStrokes {
  const y = place.y(arrow.from);
  const [from, to] = [place.x(arrow.sent), place.x(arrow.handled ?? arrow.end)];
  const height = 3 * LANE;
  const bow: Point[] = Array.from({ length: 9 }, (_, i) => {
    const t = i / 8;
    return [from + (to - from) * t, y - 4 * height * t * (1 - t)];
  });
  const inside = to >= place.left && to <= place.right;
  const [before, at] = bow.slice(-2);
  const angle = (Math.atan2(at[1] - before[1], at[0] - before[0]) * 180) / Math.PI;
  const lost = isLost(arrow);
  return {
    path: clip(bow, place),
    wait: [],
    ...(inside && !lost && arrow.arrived ? { tip: { at, angle } } : {}),
    ...(inside && lost ? { cross: at } : {}),
  };
}

function between(a: Point, b: Point, part: number): Point {
  return [a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part];
}

/** The part of a line of points with rising x that lies inside the plot. */
function clip(points: readonly Point[], { left, right }: Place): Point[] {
  const inside: Point[] = [];
  const push = (point: Point) => {
    const last = inside[inside.length - 1];
    if (last === undefined || last[0] !== point[0] || last[1] !== point[1]) inside.push(point);
  };
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1], points[i]];
    if (b[0] < left || a[0] > right) continue;
    const at = (x: number): Point => between(a, b, (x - a[0]) / (b[0] - a[0]));
    push(a[0] < left ? at(left) : a);
    push(b[0] > right ? at(right) : b);
  }
  return inside;
}
