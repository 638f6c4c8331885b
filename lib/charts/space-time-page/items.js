/** What lies where in a picture: finding it by place, and going from one to the next in time. */
import { firstWhere } from "./columns.js";

/** When a thing began, in seconds. */
export function began({ what, thing }) {
  return what === "arrow" ? thing.sent : what === "mark" ? thing.time : thing.from;
}

export function same(a, b) {
  return a.what === b.what && (a.what === "arrow" ? a.thing.first === b.thing.first : a.thing === b.thing);
}

/** The thing at a place: marks before messages before bands, the nearest first. */
export function itemAt(drawn, x, y) {
  const inside = (item) => x >= item.left && x <= item.right && Math.abs(y - item.y) <= item.half;
  const mark = drawn.items.find((item) => item.what === "mark" && inside(item));
  if (mark !== undefined) return mark;
  let best;
  let least = 7;
  for (const item of drawn.items) {
    if (item.what !== "arrow") continue;
    for (let i = 1; i < item.path.length; i++) {
      const far = distance(item.path[i - 1], item.path[i], x, y);
      if (far < least) [best, least] = [item, far];
    }
  }
  if (best !== undefined) return best;
  return drawn.items.filter((item) => item.what === "span" && inside(item)).pop();
}

function distance([x0, y0], [x1, y1], x, y) {
  const length = (x1 - x0) ** 2 + (y1 - y0) ** 2;
  const part =
    length === 0 ? 0 : Math.min(1, Math.max(0, ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / length));
  return Math.hypot(x - x0 - part * (x1 - x0), y - y0 - part * (y1 - y0));
}

/** Sends, marks and beginnings of spans in order of time: what one steps through. */
export function eventTimes(model) {
  const times = [
    ...model.columns.sent,
    ...model.marks.map((mark) => mark.time),
    ...model.spans.map(({ span }) => span.from),
  ];
  return Float64Array.from(times).sort();
}

/** Another of those that begin at the same moment as the one selected; none after the last of them. */
export function twinOf(items, selected, direction) {
  const twins = items.filter((item) => began(item) === began(selected));
  const at = twins.findIndex((item) => same(item, selected));
  return at < 0 ? undefined : twins[at + direction];
}

/** The time of the next event after, or the last one before, a moment. */
export function nextTime(times, now, direction) {
  return direction > 0
    ? times[firstWhere(times.length, (i) => times[i] > now)]
    : times[firstWhere(times.length, (i) => times[i] >= now) - 1];
}

/** What begins at a time; where that is hidden or drawn together with others, what begins nearest beyond `now`. */
export function itemFrom(items, time, now, direction) {
  const found = items.filter((item) => began(item) === time);
  if (found.length > 0) return direction > 0 ? found[0] : found[found.length - 1];
  return items
    .filter((item) => direction * (began(item) - now) > 0)
    .sort((a, b) => direction * (began(a) - began(b)))[0];
}
