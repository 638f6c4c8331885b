/** The legend of a space-time diagram: only what stands in the picture. */
import { INK } from "./palette.ts";
import type { Arrows } from "./space-time-bundles.ts";
import { bytesText, isLost, type SpaceTimeView } from "./space-time-input.ts";
import { CROSS, MARKS, QUORUM, SPANS, type widthScale } from "./space-time-style.ts";
import { band, cutGround, shapeAt } from "./space-time-symbols.ts";
import { element, num, textAt } from "./svg-marks.ts";
import { escapeText, textWidth } from "./text.ts";

/** An entry: its width in pixels, and its drawing from a left edge around a middle line. */
export interface Key {
  readonly width: number;
  /** It begins a new row. */
  readonly first: boolean;
  readonly draw: (x: number, y: number) => string;
}

const SIZE = 12;
const LINE = 34;

function entry(text: string, symbolWidth: number, symbol: (x: number, y: number) => string): Key {
  return {
    first: false,
    width: symbolWidth + 6 + textWidth(text, SIZE),
    draw: (x, y) =>
      symbol(x, y) +
      textAt(escapeText(text), x + symbolWidth + 6, y + 0.35 * SIZE, { size: SIZE, color: INK.text }),
  };
}

function heading(text: string): Key {
  return {
    first: true,
    width: textWidth(text, SIZE, true),
    draw: (x, y) => textAt(text, x, y + 0.35 * SIZE, { size: SIZE, color: INK.text, bold: true }),
  };
}

function line(x: number, y: number, color: string, width: number, dash?: string): string {
  return element("path", {
    d: `M${num(x)},${num(y)}h${LINE}`,
    stroke: color,
    "stroke-width": width,
    "stroke-dasharray": dash,
  });
}

/** The entries of a picture. */
export function keysOf(view: SpaceTimeView, drawn: Arrows, width: ReturnType<typeof widthScale>): Key[] {
  const groups = [
    [heading("Messages"), ...messageKeys(view)],
    [heading("Arrows"), ...arrowKeys(view, drawn, width)],
    [heading("Processes"), ...processKeys(view)],
  ];
  return groups.filter((group) => group.length > 1).flat();
}

function messageKeys({ kinds, messages }: SpaceTimeView): Key[] {
  const present = new Set(messages.map((message) => kinds.indexOf(message.kind)));
  const styles = kinds.styles.filter((_, i) => present.has(i));
  return styles.map(({ name, color, head }) =>
    entry(name, LINE, (x, y) => line(x, y, color, 1.6) + shapeAt(head, x + LINE, y)),
  );
}

function arrowKeys(view: SpaceTimeView, drawn: Arrows, width: ReturnType<typeof widthScale>): Key[] {
  const { messages } = view;
  if (messages.length === 0 || drawn.tooMany) return [];
  const ink = INK.axis;
  const keys: Key[] = [];
  const sizes = drawn.arrows.map((arrow) => (drawn.slot > 0 ? arrow.members.length : arrow.bytes));
  const [low, high] = sizes.reduce(([a, b], s) => [Math.min(a, s), Math.max(b, s)], [Infinity, 0]);
  if (width(low) < width(high))
    for (const size of [low, high])
      keys.push(
        entry(drawn.slot > 0 ? `${size} message${size === 1 ? "" : "s"}` : bytesText(size), LINE, (x, y) =>
          line(x, y, ink, width(size)),
        ),
      );
  if (drawn.slot === 0 && messages.some((m) => m.left > m.sent || (m.handled ?? 0) > (m.arrived ?? Infinity)))
    keys.push(entry("queues beside the line, then flies", 44, queueSymbol));
  if (drawn.arrows.some((arrow) => arrow.quorum))
    keys.push(
      entry("completed a quorum", LINE, (x, y) => {
        const ring = element("circle", { cx: x + LINE - 4, cy: y, r: 6, fill: "none", stroke: QUORUM.ring });
        return line(x, y, QUORUM.halo, QUORUM.haloWidth + 1.5) + line(x, y, ink, 1.6) + ring;
      }),
    );
  if (messages.some(isLost))
    keys.push(
      entry("never handled (place of loss not known)", LINE, (x, y) => {
        const cross = element("path", {
          d: CROSS,
          transform: `translate(${num(x + LINE - 5)} ${num(y)})`,
          stroke: ink,
          "stroke-width": 1.8,
        });
        return line(x, y, ink, 1.4) + cross;
      }),
    );
  if (messages.some((message) => message.fate === "copy"))
    keys.push(entry("copy made by the network", LINE, (x, y) => line(x, y, ink, 1.4, "6,3")));
  if (messages.some((message) => message.arrived === null && !isLost(message)))
    keys.push(entry("still under way", LINE, (x, y) => line(x, y, ink, 1.4, "2,3")));
  return keys;
}

function queueSymbol(x: number, y: number): string {
  const [top, bottom] = [y - 7, y + 7];
  const rails = `M${num(x)},${num(top)}h44M${num(x)},${num(bottom)}h44`;
  const way = `M${num(x + 4)},${num(top)}v3h18L${num(x + 32)},${num(bottom - 3)}h9v3`;
  return (
    element("path", { d: rails, stroke: INK.axis, "stroke-width": 0.8 }) +
    element("path", { d: way, stroke: INK.text, "stroke-width": 1.6, fill: "none" })
  );
}

function processKeys(view: SpaceTimeView): Key[] {
  const spans = Object.entries(SPANS)
    .filter(([kind]) => view.spans.some((span) => span.kind === kind))
    .map(([, style]) =>
      entry(style.name, 26, (x, y) =>
        band({ left: x, right: x + 26, y }, { ...style, half: Math.min(7, style.half) }),
      ),
    );
  const cuts =
    view.cuts.length === 0
      ? []
      : [
          entry("links cut; the smaller side hatched", 40, (x, y) => {
            const box = (from: number) => ({
              left: x + from,
              right: x + from + 20,
              top: y - 7,
              bottom: y + 7,
            });
            return cutGround(box(0), false) + cutGround(box(20), true);
          }),
        ];
  const marks = Object.entries(MARKS)
    .filter(([kind]) => view.marks.some((mark) => mark.kind === kind))
    .map(([, shape]) => entry(shape.name, 14, (x, y) => shapeAt(shape, x + 7, y)));
  return [...spans, ...cuts, ...marks];
}
