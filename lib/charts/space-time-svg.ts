/**
 * The static picture of a space-time diagram: one SVG text, without a browser. Same trace, same bytes.
 *
 * Up to `SINGLE_MESSAGES` messages are drawn one by one; more are drawn together (space-time-bundles.ts), and the
 * picture says so and which window would show them singly.
 */
import { INK } from "./palette.ts";
import { durationText } from "./space-time-axis.ts";
import { type Arrow, type Arrows, arrowsOf } from "./space-time-bundles.ts";
import { type ArrowStrokes, strokesOf } from "./space-time-geometry.ts";
import { cutRows, drawCuts, drawMarks, drawSpans, type Labels } from "./space-time-ground.ts";
import { bytesText, isLost, type SpaceTimeView } from "./space-time-input.ts";
import { keysOf } from "./space-time-keys.ts";
import { frame, layoutOf, Places, type SpaceTimeLayout } from "./space-time-layout.ts";
import { CROSS, type KindStyle, QUORUM, widthScale } from "./space-time-style.ts";
import { shapeAt } from "./space-time-symbols.ts";
import { element, escapeXml, num, pathOf } from "./svg-marks.ts";
import { FONT_FAMILY } from "./text.ts";

/** The most messages that are drawn one by one. */
export const SINGLE_MESSAGES = 400;

/** Draws a checked window. */
export function spaceTimeSvg(view: SpaceTimeView): string {
  const drawn = arrowsOf(view.messages, SINGLE_MESSAGES, view.to - view.from);
  const { styles, indexOf } = view.kinds;
  const sizes = drawn.arrows.map((arrow) => sizeOf(arrow, drawn));
  const width = widthScale(sizes, drawn.slot > 0 ? 2.4 : undefined);
  const keys = keysOf(view, drawn, width);
  const rows = cutRows(view);
  const compose = (left: LeftOut) => {
    const layout = layoutOf(view, keys, rows, remarkOf(view, drawn, left));
    const strokes = drawn.arrows.map((arrow) => strokesOf(arrow, layout));
    return { layout, strokes, ground: groundOf(view, layout, drawn.arrows, strokes) };
  };
  // How many labels find room is told below the picture, and what is told there moves the picture where its height
  // is given.
  let left: LeftOut = { omitted: 0, hidden: 0 };
  let composed = compose(left);
  for (let i = 0; i < 3 && !same(composed.ground, left); i++) {
    left = composed.ground;
    composed = compose(left);
  }
  const { layout, strokes, ground } = composed;
  const together = drawn.slot > 0;
  const arrows = drawn.arrows.map((arrow, i) => {
    const look = { style: styles[indexOf(arrow.kind)], width: width(sizes[i]), together };
    return drawArrow(arrow, strokes[i], look, titleOf(arrow, view));
  });
  const name = escapeXml(view.text.title);
  const { width: w, height: h } = layout;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}" font-family="${FONT_FAMILY}" role="img" aria-label="${name}">`,
    `<title>${name}</title>`,
    element("rect", { x: 0, y: 0, width: w, height: h, fill: INK.paper }),
    ground.grounds,
    frame(layout),
    ground.edges,
    ground.spans,
    ...arrows,
    ground.marks,
    ground.texts,
    layout.words,
    layout.legend,
    "</svg>",
    "",
  ]
    .filter((part) => part !== "")
    .join("\n");
}

/** How many names and marks found no room. */
interface LeftOut {
  readonly omitted: number;
  readonly hidden: number;
}

function same(a: LeftOut, b: LeftOut): boolean {
  return a.omitted === b.omitted && a.hidden === b.hidden;
}

interface Ground extends Labels, LeftOut {
  readonly grounds: string;
  readonly edges: string;
  readonly spans: string;
  readonly marks: string;
}

/** Everything but messages, with the labels that found room. */
function groundOf(
  view: SpaceTimeView,
  layout: SpaceTimeLayout,
  drawn: readonly Arrow[],
  strokes: readonly ArrowStrokes[],
): Ground {
  const places = new Places(strokes.flatMap(({ path, wait }) => [path, wait]));
  strokes.forEach(({ tip, cross }, i) => {
    const at = cross ?? tip?.at;
    if (at === undefined) return;
    const [[x, y], half] = [at, drawn[i].quorum ? QUORUM.radius : 4];
    places.take({ left: x - half, right: x + half, top: y - half, bottom: y + half });
  });
  const cuts = drawCuts(view, layout);
  const marks = drawMarks(view, layout, places);
  const spans = drawSpans(view, layout, places);
  const names = marks.label(places);
  return {
    grounds: cuts.grounds,
    edges: cuts.edges,
    spans: spans.svg,
    marks: marks.svg,
    texts: [cuts.texts, spans.texts, names.texts].filter((part) => part !== "").join("\n"),
    omitted: spans.omitted + names.omitted,
    hidden: marks.hidden,
  };
}

function sizeOf(arrow: Arrow, drawn: Arrows): number {
  return drawn.slot > 0 ? arrow.members.length : arrow.bytes;
}

/** What the reader must know of this picture. */
function remarkOf(view: SpaceTimeView, drawn: Arrows, { omitted, hidden }: LeftOut): string {
  const count = view.messages.length;
  const parts: string[] = [];
  if (drawn.tooMany)
    parts.push(
      `${count} messages of too many kinds and links to draw: choose a narrower window or fewer kinds`,
    );
  else if (drawn.slot > 0)
    parts.push(
      `${count} messages: each arrow stands for all of one kind on one link sent within ${durationText(drawn.slot)}, at their mean times; a window with at most ${SINGLE_MESSAGES} shows each`,
    );
  const leftOut = [
    [hidden, "mark"],
    [omitted, "label"],
  ] as const;
  for (const [number, what] of leftOut)
    if (number > 0) parts.push(`${number} ${what}${number === 1 ? "" : "s"} left out for want of room`);
  return parts.join(" · ");
}

/** What a reader sees who points at an arrow. */
function titleOf(arrow: Arrow, view: SpaceTimeView): string {
  const link = `${view.processes[arrow.from]} → ${view.processes[arrow.to]}`;
  const many = arrow.members.length > 1 ? `${arrow.members.length} × ` : "";
  const spent = [
    ["queued", arrow.left - arrow.sent],
    ["flew", arrow.arrived && !isLost(arrow) ? arrow.end - arrow.left : 0],
    ["waited", arrow.handled === null ? 0 : arrow.handled - arrow.end],
  ] as const;
  return [
    `${many}${arrow.kind}`,
    link,
    bytesText(arrow.bytes),
    `sent ${durationText(arrow.sent)}`,
    ...spent.filter(([, time]) => time > 0).map(([word, time]) => `${word} ${durationText(time)}`),
    arrow.fate ?? (arrow.arrived ? "" : "still under way"),
    arrow.quorum ? "completed a quorum" : "",
  ]
    .filter((part) => part !== "")
    .join(" · ");
}

function drawArrow(
  arrow: Arrow,
  { path, wait, tip, cross }: ArrowStrokes,
  look: { readonly style: KindStyle; readonly width: number; readonly together: boolean },
  title: string,
): string {
  const { color, head } = look.style;
  const { width } = look;
  const d = pathOf(path);
  const line = { d, fill: "none", "stroke-linejoin": "round", opacity: look.together ? 0.7 : undefined };
  const dash = arrow.fate === "copy" ? "6,3" : arrow.arrived || isLost(arrow) ? undefined : "2,3";
  const parts = [
    arrow.quorum && d !== ""
      ? element("path", { ...line, stroke: QUORUM.halo, "stroke-width": width + QUORUM.haloWidth })
      : "",
    d === ""
      ? ""
      : element("path", { ...line, stroke: color, "stroke-width": width, "stroke-dasharray": dash }),
    wait.length === 0
      ? ""
      : element("path", {
          d: pathOf(wait),
          fill: "none",
          stroke: color,
          "stroke-width": Math.min(width, 1.4),
        }),
    tip === undefined ? "" : shapeAt(head, ...tip.at, tip.angle),
    tip !== undefined && arrow.quorum
      ? element("circle", {
          cx: tip.at[0],
          cy: tip.at[1],
          r: QUORUM.radius,
          fill: "none",
          stroke: QUORUM.ring,
          "stroke-width": 1.4,
        })
      : "",
    cross === undefined
      ? ""
      : element("path", {
          d: CROSS,
          transform: `translate(${num(cross[0])} ${num(cross[1])})`,
          fill: "none",
          stroke: color,
          "stroke-width": 2,
        }),
  ];
  const members =
    arrow.members.length === 1
      ? `data-message="${arrow.members[0]}"`
      : `data-messages="${arrow.members.length}"`;
  return `<g ${members}><title>${escapeXml(title)}</title>${parts.join("")}</g>`;
}
