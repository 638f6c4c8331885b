/** Draws a window onto a canvas, and remembers where each thing lies so that it can be pointed at. */
import { arrowsIn, strokesOf } from "./arrows.js";
import { band, cross, FONT, INK, ring, shape, strokeLine, write } from "./brush.js";
import { ARRIVED, fateOf, isLost, QUORUM } from "./columns.js";
import { timeAxis } from "./words.js";

const GRID = "#e2e2e2";
/** Beyond so many marks in view none is named, and they stand further apart. */
const MOST_NAMES = 80;

/** Pixels of everything, from the size of the canvas and what is in view. */
export function placeOf(model, view, width) {
  const { packed, nameWidth, gap } = model;
  const [left, right] = [nameWidth + 24, width - 16];
  const top = 34 + 16 * Math.min(3, packed.cuts.length);
  return {
    left,
    right,
    top: 8,
    bottom: top + gap * (packed.processes.length - 1) + 34,
    x: (time) => left + ((time - view.from) / (view.to - view.from)) * (right - left),
    y: (process) => top + gap * process,
    time: (x) => view.from + ((x - left) / (right - left)) * (view.to - view.from),
  };
}

/**
 * Paints a window.
 *
 * @returns what lies where (`items`, for pointing), and how messages were drawn together
 */
export function paint(context, model, view, width) {
  const place = placeOf(model, view, width);
  const items = [];
  context.clearRect(0, 0, width, place.bottom + 60);
  context.save();
  context.beginPath();
  context.rect(place.left, 0, place.right - place.left, place.bottom);
  context.clip();
  paintGrid(context, view, place);
  paintCuts(context, model, view, place);
  paintSpans(context, model, view, place, items);
  // Below the messages: a name must not hide where one was lost.
  paintNames(context, model, view, place);
  const drawn = paintArrows(context, model, view, place, items);
  paintMarks(context, model, view, place, items);
  context.restore();
  paintAxis(context, model, view, place);
  return { ...drawn, items, place };
}

function axisOf(view, place) {
  return timeAxis(view.from, view.to, Math.max(3, Math.floor((place.right - place.left) / 90)));
}

function paintGrid(context, view, place) {
  for (const { time } of axisOf(view, place).ticks)
    strokeLine(
      context,
      [
        [place.x(time), place.top],
        [place.x(time), place.bottom],
      ],
      { color: GRID, width: 1 },
    );
}

function paintAxis(context, model, view, place) {
  const { left, right, bottom } = place;
  const { ticks, title } = axisOf(view, place);
  strokeLine(
    context,
    [
      [left, bottom],
      [right, bottom],
    ],
    { color: "#444444", width: 1 },
  );
  for (const { time, text } of ticks) {
    strokeLine(
      context,
      [
        [place.x(time), bottom],
        [place.x(time), bottom + 5],
      ],
      { color: "#444444", width: 1 },
    );
    write(context, text, place.x(time), bottom + 14, { align: "center" });
  }
  write(context, title, (left + right) / 2, bottom + 32, { align: "center", size: 13 });
  model.packed.processes.forEach((name, process) => {
    write(context, clipped(context, name, model.nameWidth), left - 10, place.y(process), { align: "right" });
  });
}

function clipped(context, text, width) {
  context.font = `12px ${FONT}`;
  if (context.measureText(text).width <= width) return text;
  let cut = text.length;
  while (cut > 1 && context.measureText(`${text.slice(0, cut)}…`).width > width) cut--;
  return `${text.slice(0, cut)}…`;
}

function edges(thing, place) {
  return [Math.max(place.left - 2, place.x(thing.from)), Math.min(place.right + 2, place.x(thing.to))];
}

function paintCuts(context, model, view, place) {
  if (view.hidden.has("cut")) return;
  const { look, cuts } = model.packed;
  const half = Math.min(0.42 * model.gap, 30);
  cuts.forEach((cut, i) => {
    if (cut.to < view.from || cut.from > view.to) return;
    const [left, right] = edges(cut, place);
    const top = 14 + 16 * (i % 3);
    for (const process of cut.concerned) {
      const hatch = cut.smaller.includes(process) ? 9 : undefined;
      band(
        context,
        { left, right, y: place.y(process) },
        { fill: look.cut.fill, stroke: hatch ? look.cut.hatch : look.cut.fill, hatch, half },
      );
    }
    const bottom = place.y(Math.max(...cut.concerned, 0)) + half;
    const line = [
      [left, bottom],
      [left, top],
      [right, top],
      [right, bottom],
    ];
    strokeLine(context, line, { color: look.cut.edge, width: 1.2, dash: [5, 3] });
    if (right - left > 30)
      write(context, cut.label, (left + right) / 2, top, {
        align: "center",
        size: 11,
        color: look.cut.text,
        ground: "#ffffffdd",
      });
  });
}

function paintSpans(context, model, view, place, items) {
  const { look } = model.packed;
  const downs = model.packed.processes.map(() => []);
  for (const { span, term } of spansIn(model, view)) {
    const [left, right] = edges(span, place);
    const y = place.y(span.process);
    const usual = look.spans[span.kind];
    const [fill, stroke] =
      span.kind === "leads" ? look.leaders[term % look.leaders.length] : [usual.fill, usual.stroke];
    if (span.kind === "writes") continue;
    band(
      context,
      { left, right, y },
      { ...usual, fill, stroke, half: Math.min(usual.half, 0.3 * model.gap) },
    );
    items.push({ what: "span", thing: span, left, right, y, half: usual.half });
    if (span.kind === "down") downs[span.process].push([left, right]);
  }
  downs.forEach((gaps, process) => {
    const y = place.y(process);
    let x = place.left;
    for (const [from, to] of [...gaps.sort((a, b) => a[0] - b[0]), [place.right, place.right]]) {
      if (from > x)
        strokeLine(
          context,
          [
            [x, y],
            [from, y],
          ],
          { color: INK, width: 1.3 },
        );
      x = Math.max(x, to);
    }
  });
  paintWrites(context, model, view, place, items);
}

function* spansIn(model, view) {
  for (const entry of model.spans) {
    const { span } = entry;
    if (span.to >= view.from && span.from <= view.to && !view.hidden.has(`span ${span.kind}`)) yield entry;
  }
}

/** Writes are many: of those within three pixels only the first is drawn. */
function paintWrites(context, model, view, place, items) {
  const ends = new Map();
  context.fillStyle = model.packed.look.spans.writes.fill;
  for (const { span } of spansIn(model, view)) {
    if (span.kind !== "writes") continue;
    const [left, right] = edges(span, place);
    if (right < (ends.get(span.process) ?? Number.NEGATIVE_INFINITY) + 3) continue;
    ends.set(span.process, right);
    const y = place.y(span.process);
    context.fillRect(left, y - 3, Math.max(1.5, right - left), 6);
    items.push({ what: "span", thing: span, left, right: Math.max(left + 2, right), y, half: 4 });
  }
}

function widthOf(model, arrow, slot) {
  if (slot > 0) return 0.8 + 1.6 * Math.min(1, Math.log10(arrow.count) / 3);
  const { low, high } = model.sizes;
  const ratio = Math.log(high / low);
  if (!(ratio >= Math.log(1.5))) return 1.5;
  const range = 2.6 * Math.min(1, ratio / Math.log(8));
  return 1.1 + (range * Math.log(Math.min(high, Math.max(low, arrow.bytes)) / low)) / ratio;
}

function paintArrows(context, model, view, place, items) {
  const { columns, packed } = model;
  const shown = (i) =>
    !view.hidden.has(`kind ${columns.style[i]}`) &&
    (view.only === "all" ||
      (view.only === "lost" && isLost(columns.flags[i])) ||
      (view.only === "quorum" && (columns.flags[i] & QUORUM) !== 0));
  const pixel = (view.to - view.from) / (place.right - place.left);
  const { arrows, slot, count } = arrowsIn(columns, view, shown, 4 * pixel);
  context.globalAlpha = slot > 0 ? 0.55 : 1;
  const few = arrows.length <= 900;
  for (const arrow of arrows) {
    const strokes = strokesOf(arrow, place);
    const { color, head } = packed.kinds[arrow.style];
    const width = widthOf(model, arrow, slot);
    if (arrow.flags & QUORUM)
      strokeLine(context, strokes.path, {
        color: packed.look.quorum.halo,
        width: width + packed.look.quorum.haloWidth,
      });
    const dash =
      fateOf(arrow.flags) === 4 ? [6, 3] : arrow.flags & ARRIVED || isLost(arrow.flags) ? [] : [2, 3];
    strokeLine(context, strokes.path, { color, width, dash });
    if (strokes.wait.length > 0) strokeLine(context, strokes.wait, { color, width: Math.min(width, 1.4) });
    if (strokes.tip !== undefined && few) shape(context, head, strokes.tip, strokes.angle);
    if (strokes.tip !== undefined && arrow.flags & QUORUM) ring(context, strokes.tip, packed.look.quorum);
    if (strokes.cross !== undefined) cross(context, strokes.cross, color, packed.look.cross);
    items.push({ what: "arrow", thing: arrow, path: [...strokes.path, ...strokes.wait] });
  }
  context.globalAlpha = 1;
  context.setLineDash([]);
  return { slot, count };
}

/** Marks in view; several of one kind at about one place are one. */
function marksIn(model, view, place) {
  const all = model.marks.filter(
    (mark) => mark.time >= view.from && mark.time <= view.to && !view.hidden.has(`mark ${mark.kind}`),
  );
  const apart = all.length > MOST_NAMES ? 12 : 3;
  const last = new Map();
  return all.filter((mark) => {
    const key = `${mark.process} ${mark.kind}`;
    const x = place.x(mark.time);
    if (x - (last.get(key) ?? Number.NEGATIVE_INFINITY) < apart) return false;
    last.set(key, x);
    return true;
  });
}

function paintMarks(context, model, view, place, items) {
  const found = marksIn(model, view, place);
  for (const mark of found) {
    const [x, y] = [place.x(mark.time), place.y(mark.process)];
    shape(context, model.packed.look.marks[mark.kind], [x, y]);
    items.push({ what: "mark", thing: mark, left: x - 7, right: x + 7, y, half: 7 });
  }
  if (found.length > MOST_NAMES) return;
  const ends = new Map();
  for (const mark of found) {
    if (mark.label === "") continue;
    context.font = `11px ${FONT}`;
    const half = context.measureText(mark.label).width / 2 + 3;
    const x = Math.min(place.right - half, Math.max(place.left + half, place.x(mark.time)));
    // On the side without messages, else on the other, else not: the details tell it.
    const sides = mark.process === model.packed.processes.length - 1 ? [17, -17] : [-17, 17];
    const taken = (dy) => ends.get(`${mark.process} ${dy}`) ?? Number.NEGATIVE_INFINITY;
    const side = sides.find((dy) => x - half > taken(dy));
    if (side === undefined) continue;
    ends.set(`${mark.process} ${side}`, x + half + 4);
    write(context, mark.label, x, place.y(mark.process) + side, {
      align: "center",
      size: 11,
      ground: "#ffffffcc",
    });
  }
}

/** Names of bands at their left end in view. */
function paintNames(context, model, view, place) {
  for (const { span, term } of spansIn(model, view)) {
    if (span.kind === "writes" || span.label === "") continue;
    const [left, right] = edges(span, place);
    context.font = `11px ${FONT}`;
    const width = context.measureText(span.label).width;
    const x = Math.max(left, place.left) + 14;
    if (x + width + 4 > right) continue;
    const { look } = model.packed;
    const ground =
      span.kind === "leads" ? look.leaders[term % look.leaders.length][0] : look.spans[span.kind].fill;
    write(context, span.label, x, place.y(span.process), { size: 11, ground });
  }
}

/** Marks what is pointed at or stepped to. */
export function outline(context, item) {
  if (item.what === "arrow") return strokeLine(context, item.path, { color: "#11111155", width: 8 });
  context.strokeStyle = "#111111";
  context.lineWidth = 1.4;
  context.setLineDash([3, 2]);
  const [width, height] = [item.right - item.left + 6, 2 * item.half + 6];
  context.strokeRect(item.left - 3, item.y - item.half - 3, width, height);
}
