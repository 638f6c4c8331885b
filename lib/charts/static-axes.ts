/** Axes of the static drawing: scales, grid, ticks and titles of one panel. */
import { linearTicks, tickText } from "./axis.ts";
import { INK } from "./palette.ts";
import type { AxisView, LayoutView } from "./static-view.ts";
import { element, num, textAt } from "./svg-marks.ts";
import { plainLines, textWidth } from "./text.ts";

/** A rectangle in pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** One pair of axes with its place and its scales from values to pixels. */
export interface PanelView {
  readonly x: AxisView;
  readonly y: AxisView;
  readonly box: Box;
  readonly toX: (value: number) => number;
  readonly toY: (value: number) => number;
}

/** The panel of two axes in a plot. */
export function panelOf(x: AxisView, y: AxisView, plot: Box): PanelView {
  const [[x0, x1], [y0, y1]] = [x.domain, y.domain];
  const box = {
    left: plot.left + x0 * plot.width,
    width: (x1 - x0) * plot.width,
    top: plot.top + (1 - y1) * plot.height,
    height: (y1 - y0) * plot.height,
  };
  const part = (axis: AxisView, value: number) =>
    ((axis.type === "log" ? Math.log10(value) : value) - axis.range[0]) / (axis.range[1] - axis.range[0]);
  return {
    x,
    y,
    box,
    toX: (value) => box.left + part(x, value) * box.width,
    toY: (value) => box.top + (1 - part(y, value)) * box.height,
  };
}

/** Ticks of an axis inside its range: the fixed ones, else round numbers. */
function ticksOf(axis: AxisView): { at: number; text: string }[] {
  const [low, high] = axis.type === "log" ? axis.range.map((end) => 10 ** end) : axis.range;
  const slack = 1e-9 * Math.max(Math.abs(low), Math.abs(high));
  if (axis.tickmode === "array")
    return axis.tickvals
      .map((at, i) => ({ at, text: axis.ticktext[i] ?? "" }))
      .filter(({ at }) => at >= low - slack && at <= high + slack);
  const places = linearTicks([low, high]);
  return places.map((at) => ({ at, text: tickText(at, places) }));
}

/** Ground and grid. */
export function backdrop({ x, y, box, toX, toY }: PanelView, layout: LayoutView): string {
  const along = (places: readonly number[]) =>
    places.map((at) => `M${num(toX(at))},${num(box.top)}v${num(box.height)}`);
  const across = (places: readonly number[]) =>
    places.map((at) => `M${num(box.left)},${num(toY(at))}h${num(box.width)}`);
  const grid = (axis: AxisView, strokes: (places: readonly number[]) => string[]) => {
    if (axis.showgrid === false) return "";
    const [minor, major] = [axis.minor?.tickvals ?? [], ticksOf(axis).map((tick) => tick.at)].map(strokes);
    return [
      minor.length > 0 ? element("path", { d: minor.join(""), stroke: INK.minorGrid }) : "",
      major.length > 0 ? element("path", { d: major.join(""), stroke: INK.grid }) : "",
    ].join("");
  };
  const ground = { x: box.left, y: box.top, width: box.width, height: box.height, fill: layout.plot_bgcolor };
  return element("rect", ground) + grid(x, along) + grid(y, across);
}

/** Lines, ticks, numbers and titles. */
export function drawAxes(panel: PanelView): string {
  const { x, y, box, toX, toY } = panel;
  const bottom = box.top + box.height;
  const marks = [
    `M${num(box.left)},${num(box.top)}V${num(bottom)}H${num(box.left + box.width)}`,
    ...tickPlaces(x).map(([at, length]) => `M${num(toX(at))},${num(bottom)}v${length}`),
    ...tickPlaces(y).map(([at, length]) => `M${num(box.left)},${num(toY(at))}h${-length}`),
  ];
  return (
    element("path", { d: marks.join(""), stroke: INK.axis, fill: "none" }) + xTexts(panel) + yTexts(panel)
  );
}

/** Places of ticks with their lengths in pixels. */
function tickPlaces(axis: AxisView): [number, number][] {
  if (axis.ticks !== "outside") return [];
  return [
    ...ticksOf(axis).map((tick): [number, number] => [tick.at, 5]),
    ...(axis.minor?.tickvals ?? []).map((at): [number, number] => [at, 3]),
  ];
}

const TITLE = { size: 13, color: INK.text, anchor: "middle" } as const;

function xTexts({ x, box, toX }: PanelView): string {
  const bottom = box.top + box.height;
  const { size } = x.tickfont;
  const ticks = x.showticklabels ? ticksOf(x) : [];
  const style = { size, color: INK.text, anchor: "middle" } as const;
  const lines = Math.max(1, ...ticks.map((tick) => plainLines(tick.text).length));
  const baseline = bottom + 8 + size * (1 + 1.3 * (lines - 1)) + 8 + TITLE.size;
  return [
    ...ticks.map((tick) => textAt(tick.text, toX(tick.at), bottom + 8 + size, style)),
    x.title === undefined ? "" : textAt(x.title.text, box.left + box.width / 2, baseline, TITLE),
  ].join("");
}

function yTexts({ y, box, toY }: PanelView): string {
  const { size } = y.tickfont;
  const ticks = y.showticklabels ? ticksOf(y) : [];
  const style = { size, color: INK.text, anchor: "end" } as const;
  const widest = Math.max(
    0,
    ...ticks.flatMap((tick) => plainLines(tick.text).map((line) => textWidth(line, size))),
  );
  const baseline = box.left - 8 - widest - 14;
  return [
    ...ticks.map((tick) => textAt(tick.text, box.left - 8, toY(tick.at) + size * 0.35, style)),
    y.title === undefined
      ? ""
      : textAt(y.title.text, baseline, box.top + box.height / 2, { ...TITLE, turn: -90 }),
  ].join("");
}
