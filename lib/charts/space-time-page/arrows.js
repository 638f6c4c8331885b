/**
 * The arrows of a window: one a message while they are few; else one for all messages of one kind and fate on one
 * link that were sent in the same slot of time, at their mean times. Slots are round, so they stay while one pans.
 */
import { ARRIVED, HANDLED, QUORUM, range } from "./columns.js";

/** The most messages that are drawn one by one, and the most arrows at all. */
export const SINGLE = 1500;
export const MOST = 5000;

/** The next of 1, 2, 5, 10 … at or above. */
export function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 5].find((m) => m * power >= value * (1 - 1e-9)) ?? 10);
}

/** The arrows of a window in seconds; `shown(i)` says whether a message is to be seen, `least` is the narrowest slot. */
export function arrowsIn(columns, { from, to }, shown, least) {
  const [first, end] = range(columns, from, to);
  const found = [];
  for (let i = first; i < end; i++) if (columns.last[i] >= from && shown(i)) found.push(i);
  if (found.length <= SINGLE)
    return { arrows: found.map((i) => single(columns, i)), slot: 0, count: found.length };
  for (let slot = roundUp(least); ; slot = roundUp(slot * 1.5)) {
    const arrows = together(columns, found, slot);
    if (arrows.length <= MOST || slot > to - from) return { arrows, slot, count: found.length };
  }
}

function single(columns, i) {
  return {
    first: i,
    count: 1,
    from: columns.from[i],
    to: columns.to[i],
    style: columns.style[i],
    flags: columns.flags[i],
    bytes: columns.bytes[i],
    sent: columns.sent[i],
    left: columns.left[i],
    end: columns.end[i],
    last: columns.last[i],
  };
}

function together(columns, found, slot) {
  const groups = new Map();
  const processes = 1 + columns.to.reduce((most, to, i) => Math.max(most, to, columns.from[i]), 0);
  for (const i of found) {
    // Which one completed a quorum cannot be seen among many.
    const flags = columns.flags[i] & ~QUORUM;
    const link = columns.from[i] * processes + columns.to[i];
    const key =
      ((Math.floor(columns.sent[i] / slot) * processes * processes + link) * 256 + columns.style[i]) * 64 +
      flags;
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, { ...single(columns, i), flags });
      continue;
    }
    group.count += 1;
    group.bytes += columns.bytes[i];
    group.sent += columns.sent[i];
    group.left += columns.left[i];
    group.end += columns.end[i];
    group.last += columns.last[i];
  }
  for (const group of groups.values())
    for (const key of ["bytes", "sent", "left", "end", "last"]) group[key] /= group.count;
  return [...groups.values()];
}

/** Pixels between a process and what runs beside it; queueing shorter than SEEN pixels is not drawn. */
const LANE = 5;
const SEEN = 1.5;
const LOST_AT = 0.6;

/** The strokes of an arrow in pixels, as in space-time-geometry.ts: a test compares the two. */
export function strokesOf(arrow, { x, y }) {
  const [sent, left, end, last] = [arrow.sent, arrow.left, arrow.end, arrow.last].map(x);
  const [y0, y1] = [y(arrow.from), y(arrow.to)];
  const fate = arrow.flags >> 3;
  const lost = fate !== 0 && fate !== 4;
  const arrived = (arrow.flags & ARRIVED) !== 0;
  if (arrow.from === arrow.to) return loop(sent, last, y0, { lost, arrived });
  const down = y1 > y0 ? 1 : -1;
  const waits = (arrow.flags & HANDLED) !== 0 && last - end >= SEEN;
  const start = left - sent >= SEEN ? [left, y0 + down * LANE] : [sent, y0];
  const goal = waits ? [end, y1 - down * LANE] : [end, y1];
  const onTheWay = lost && !arrived && fate !== 3;
  const stop = onTheWay
    ? [start[0] + (goal[0] - start[0]) * LOST_AT, start[1] + (goal[1] - start[1]) * LOST_AT]
    : goal;
  const path =
    start[0] === sent && start[1] === y0 ? [start, stop] : [[sent, y0], [sent, start[1]], start, stop];
  return {
    path,
    wait: waits ? [goal, [last, goal[1]], [last, y1]] : [],
    angle: Math.atan2(goal[1] - start[1], goal[0] - start[0]),
    tip: !lost && arrived ? stop : undefined,
    cross: lost ? stop : undefined,
  };
}

/** A message to oneself: a bow above the line. */
function loop(from, to, y, { lost, arrived }) {
  const path = Array.from({ length: 9 }, (_, i) => [
    from + ((to - from) * i) / 8,
    y - (12 * LANE * (i / 8) * (8 - i)) / 8,
  ]);
  const [before, at] = path.slice(-2);
  const angle = Math.atan2(at[1] - before[1], at[0] - before[0]);
  return { path, wait: [], angle, tip: !lost && arrived ? at : undefined, cross: lost ? at : undefined };
}
