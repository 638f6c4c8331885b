/** What a space-time diagram shows besides messages: cuts, spans of processes, marks, and the labels of all these. */
import type { TraceCut, TraceMark, TraceSpan } from "../core/trace.ts";
import { INK } from "./palette.ts";
import type { SpaceTimeView } from "./space-time-input.ts";
import type { Places, SpaceTimeLayout, Taken } from "./space-time-layout.ts";
import { CUT, LEADER_BANDS, MARKS, SPANS } from "./space-time-style.ts";
import { band, cutGround, shapeAt } from "./space-time-symbols.ts";
import { element, num, textAt } from "./svg-marks.ts";
import { escapeText, textWidth } from "./text.ts";

/** Texts that are drawn last, and how many found no room. */
export interface Labels {
  readonly texts: string;
  readonly omitted: number;
}

const SIZE = 11;

/** A text on a ground of its own, so that no line runs through it. */
function tag(text: string, box: Taken, color: string, ground: string): string {
  const { left, right, top, bottom } = box;
  const style = { size: SIZE, color, anchor: "middle" } as const;
  return (
    element("rect", {
      x: left,
      y: top,
      width: right - left,
      height: bottom - top,
      fill: ground,
      "fill-opacity": 0.88,
    }) + textAt(escapeText(text), (left + right) / 2, bottom - 3.5, style)
  );
}

/** A label cut to what has room in a picture; the interactive page shows all of it. */
function short(label: string): string {
  return label.length > 48 ? `${label.slice(0, 47)}…` : label;
}

function boxAt(text: string, centre: number, middle: number): Taken {
  const half = textWidth(text, SIZE) / 2 + 3;
  return { left: centre - half, right: centre + half, top: middle - 7, bottom: middle + 7 };
}

/** Cuts in rows such that the labels of no two in a row overlap in time. */
function rowsOfCuts(cuts: readonly TraceCut[]): number[] {
  const ends: number[] = [];
  return cuts.map((cut) => {
    const free = ends.findIndex((end) => end <= cut.from);
    const row = free < 0 ? ends.length : free;
    ends[row] = cut.to;
    return row;
  });
}

/** Rows of text that the cuts of a view take. */
export function cutRows(view: SpaceTimeView): number {
  return 1 + Math.max(-1, ...rowsOfCuts(view.cuts));
}

/**
 * The processes that a cut concerns, and which of them are on its smaller side: those that lost the most links. Where
 * all lost alike (halves of one size) there is none.
 */
export function sidesOf(cut: TraceCut): { readonly concerned: number[]; readonly smaller: Set<number> } {
  const lost = new Map<number, number>();
  for (const link of cut.links) for (const end of link) lost.set(end, (lost.get(end) ?? 0) + 1);
  const most = Math.max(0, ...lost.values());
  const least = Math.min(...lost.values());
  const concerned = [...lost.keys()].sort((a, b) => a - b);
  const smaller = least === most ? [] : concerned.filter((process) => (lost.get(process) ?? 0) === most);
  return { concerned, smaller: new Set(smaller) };
}

/** The grounds of cuts, and their names above the processes. */
export function drawCuts(
  view: SpaceTimeView,
  layout: SpaceTimeLayout,
): { readonly grounds: string; readonly edges: string; readonly texts: string } {
  const grounds: string[] = [];
  const edges: string[] = [];
  const texts: string[] = [];
  const rows = rowsOfCuts(view.cuts);
  const half = Math.min(0.42 * layout.gap, 30);
  view.cuts.forEach((cut, i) => {
    const [left, right] = [cut.from, cut.to].map((time) => within(layout, layout.x(time)));
    const { concerned, smaller } = sidesOf(cut);
    for (const process of concerned) {
      const y = layout.y(process);
      grounds.push(cutGround({ left, right, top: y - half, bottom: y + half }, smaller.has(process)));
    }
    const y = layout.top + 16 * rows[i] + 8;
    const bottom = concerned.length === 0 ? y : layout.y(Math.max(...concerned)) + half;
    const edge = (x: number) => `M${num(x)},${num(y)}V${num(bottom)}`;
    const inside = [
      cut.from >= view.from ? edge(left) : "",
      cut.to <= view.to ? edge(right) : "",
      `M${num(left)},${num(y)}H${num(right)}`,
    ];
    edges.push(
      element("path", {
        d: inside.join(""),
        stroke: CUT.edge,
        "stroke-width": 1.2,
        "stroke-dasharray": "5,3",
      }),
    );
    const label = short(cut.label);
    const box = boxAt(label, (left + right) / 2, y);
    const shift = Math.max(0, layout.left - box.left) - Math.max(0, box.right - layout.right);
    const placed = { ...box, left: box.left + shift, right: box.right + shift };
    texts.push(tag(label, placed, CUT.text, INK.paper));
  });
  return { grounds: grounds.join("\n"), edges: edges.join("\n"), texts: texts.join("\n") };
}

function within(layout: SpaceTimeLayout, x: number): number {
  return Math.min(layout.right, Math.max(layout.left, x));
}

/** Spans that touch or nearly do are one band when neither could be seen alone. */
function merged(spans: readonly TraceSpan[], layout: SpaceTimeLayout): TraceSpan[] {
  const out: TraceSpan[] = [];
  const last = new Map<string, number>();
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    const key = `${span.process} ${span.kind}`;
    const before = last.get(key);
    const narrow = layout.x(span.to) - layout.x(span.from) < 1.5;
    if (before !== undefined && narrow && layout.x(span.from) - layout.x(out[before].to) < 2)
      out[before] = { ...out[before], to: Math.max(out[before].to, span.to) };
    else last.set(key, out.push(span) - 1);
  }
  return out;
}

/** Bands, the lines of processes (broken while they are down), and the bands' names. */
export function drawSpans(
  view: SpaceTimeView,
  layout: SpaceTimeLayout,
  places: Places,
): Labels & { readonly svg: string } {
  const order = Object.keys(SPANS);
  const spans = merged(view.spans, layout).sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  const wide = spans.filter((span) => span.kind !== "writes");
  const texts: string[] = [];
  let omitted = 0;
  const draw = (span: TraceSpan): string => {
    const usual = SPANS[span.kind];
    const term = LEADER_BANDS[view.leaders.indexOf(span.label) % LEADER_BANDS.length];
    const style = span.kind === "leads" ? { ...usual, fill: term[0], stroke: term[1] } : usual;
    const [left, right] = [span.from, span.to].map((time) => within(layout, layout.x(time)));
    const y = layout.y(span.process);
    if (span.kind !== "writes" && span.label !== "") {
      const label = short(span.label);
      const box = spanLabel(label, left, right, y, places);
      if (box === undefined) omitted++;
      else texts.push(tag(label, box, INK.text, style.fill));
    }
    return band({ left, right, y }, { ...style, half: Math.min(style.half, 0.3 * layout.gap) });
  };
  const below = wide.map(draw);
  const lines = view.processes.map((_, process) => processLine(process, view, layout));
  const writes = spans.filter((span) => span.kind === "writes").map(draw);
  return { svg: [...below, ...lines, ...writes].join("\n"), texts: texts.join("\n"), omitted };
}

/** The first free place of a name inside its band, from the left. */
function spanLabel(text: string, left: number, right: number, y: number, places: Places): Taken | undefined {
  const width = textWidth(text, SIZE) + 6;
  const candidates: Taken[] = [];
  for (let x = left + 2; x + width <= right - 1 && candidates.length < 60; x += 6)
    candidates.push({ left: x, right: x + width, top: y - 7, bottom: y + 7 });
  return places.best(candidates);
}

/** The line of one process, with gaps while it is down. */
function processLine(process: number, view: SpaceTimeView, layout: SpaceTimeLayout): string {
  const y = num(layout.y(process));
  const downs = view.spans
    .filter((span) => span.process === process && span.kind === "down")
    .sort((a, b) => a.from - b.from);
  let d = "";
  let x = layout.left;
  for (const span of downs) {
    const [from, to] = [span.from, span.to].map((time) => within(layout, layout.x(time)));
    if (from > x) d += `M${num(x)},${y}H${num(from)}`;
    x = Math.max(x, to);
  }
  if (x < layout.right) d += `M${num(x)},${y}H${num(layout.right)}`;
  return d === "" ? "" : element("path", { d, stroke: INK.text, "stroke-width": 1.3 });
}

/** Which marks are named first where room is short. */
const FIRST: readonly TraceMark["kind"][] = [
  "violation",
  "crash",
  "restart",
  "command",
  "timer",
  "commit",
  "invoke",
  "answer",
];

/** Marks of one kind in a window beyond which none of them is named. */
const MOST_NAMES = 40;
/** Half a mark and its surroundings in pixels. */
const MARK = 7;

/**
 * Marks; of several of one kind at about one place only the first is drawn, and `hidden` counts the others. Names are
 * placed afterwards.
 */
export function drawMarks(
  view: SpaceTimeView,
  layout: SpaceTimeLayout,
  places: Places,
): { readonly svg: string; readonly hidden: number; readonly label: (places: Places) => Labels } {
  const apart = view.marks.length > 2 * MOST_NAMES ? 12 : 3;
  const last = new Map<string, number>();
  const drawn = [...view.marks]
    .sort((a, b) => a.time - b.time)
    .filter((mark) => {
      const [key, x] = [`${mark.process} ${mark.kind}`, layout.x(mark.time)];
      if (x - (last.get(key) ?? Number.NEGATIVE_INFINITY) < apart) return false;
      last.set(key, x);
      return true;
    });
  const svg = drawn.map((mark) => {
    const [x, y] = [layout.x(mark.time), layout.y(mark.process)];
    places.take({ left: x - MARK, right: x + MARK, top: y - MARK, bottom: y + MARK });
    return shapeAt(MARKS[mark.kind], x, y);
  });
  const hidden = view.marks.length - drawn.length;
  return { svg: svg.join("\n"), hidden, label: (free) => nameMarks(drawn, layout, free) };
}

function nameMarks(marks: readonly TraceMark[], layout: SpaceTimeLayout, places: Places): Labels {
  const counts = new Map<string, number>();
  for (const { kind } of marks) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const named = [...marks]
    .sort((a, b) => FIRST.indexOf(a.kind) - FIRST.indexOf(b.kind) || a.time - b.time)
    .filter((mark) => mark.label !== "");
  const texts: string[] = [];
  for (const mark of named) {
    const [x, y] = [layout.x(mark.time), layout.y(mark.process)];
    const label = short(mark.label);
    const half = textWidth(label, SIZE) / 2 + 3;
    // Above first, then below; moved aside to stay in the plot or to clear a neighbour.
    const candidates = [-17, 17, -30, 30].flatMap((dy) =>
      [0, half - 6, 6 - half].map((dx) => boxAt(label, x + dx, y + dy)),
    );
    const inside = candidates.filter(
      (box) =>
        box.left >= layout.left - 2 &&
        box.right <= layout.right + 6 &&
        box.top >= layout.top &&
        box.bottom <= layout.bottom,
    );
    // Names of a hundred commits say nothing that can be read.
    const box = (counts.get(mark.kind) ?? 0) > MOST_NAMES ? undefined : places.best(inside);
    if (box !== undefined) texts.push(tag(label, box, INK.text, INK.paper));
  }
  return { texts: texts.join("\n"), omitted: named.length - texts.length };
}
