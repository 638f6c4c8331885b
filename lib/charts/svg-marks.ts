/**
 * SVG pieces as strings: texts, paths, symbols, hatching.
 *
 * Only presentation attributes and plain shapes: programs that show notebooks clean inlined SVG and drop style
 * elements, clip paths and patterns, so none are used.
 */
import { plainLines } from "./text.ts";

/** A number with at most two decimals, never `-0`. */
export function num(value: number): string {
  const rounded = Math.round(value * 100) / 100;
  return String(rounded === 0 ? 0 : rounded);
}

/** Text made safe for XML. Characters that XML 1.0 forbids are dropped. */
export function escapeXml(text: string): string {
  const allowed = [...text]
    .filter((letter) => letter >= " " && letter !== "\ufffe" && letter !== "\uffff")
    .join("");
  return allowed
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** Attributes in the order given; undefined ones are left out. */
export function attributes(values: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${typeof value === "number" ? num(value) : escapeXml(value ?? "")}"`)
    .join("");
}

/** One element without children. */
export function element(name: string, values: Readonly<Record<string, string | number | undefined>>): string {
  return `<${name}${attributes(values)}/>`;
}

/** How a text is set. */
export interface TextStyle {
  readonly size: number;
  readonly color: string;
  readonly bold?: boolean;
  readonly anchor?: "start" | "middle" | "end";
  /** Degrees clockwise about the place. */
  readonly turn?: number;
}

const LINE_HEIGHT = 1.3;

/** Lines of text (as plotly writes them, with breaks); `y` is the baseline of the first line. */
export function textAt(text: string, x: number, y: number, style: TextStyle): string {
  const lines = plainLines(text);
  const turn = style.turn === undefined ? undefined : `rotate(${num(style.turn)} ${num(x)} ${num(y)})`;
  const open = attributes({
    x,
    y,
    "font-size": style.size,
    fill: style.color,
    "font-weight": style.bold ? "bold" : undefined,
    "text-anchor": style.anchor === undefined || style.anchor === "start" ? undefined : style.anchor,
    transform: turn,
  });
  if (lines.length === 1) return `<text${open}>${escapeXml(lines[0])}</text>`;
  const spans = lines.map(
    (line, i) =>
      `<tspan${attributes({ x, dy: i === 0 ? 0 : style.size * LINE_HEIGHT })}>${escapeXml(line)}</tspan>`,
  );
  return `<text${open}>${spans.join("")}</text>`;
}

/** Height of a text of some lines in pixels. */
export function textHeight(text: string, size: number): number {
  return plainLines(text).length * size * LINE_HEIGHT;
}

/** A colour as SVG 1.1 has it: opacity apart. */
export function paint(color: string): { color: string; opacity: number | undefined } {
  const match = /^rgba\((\d+),(\d+),(\d+),([\d.]+)\)$/.exec(color);
  if (match === null) return { color, opacity: undefined };
  return { color: `rgb(${match[1]},${match[2]},${match[3]})`, opacity: Number(match[4]) };
}

/** A dash pattern in pixels from plotly's names or lists. */
export function dashArray(dash: string | undefined, width: number): string | undefined {
  if (dash === undefined || dash === "solid") return undefined;
  const unit = Math.max(3, width);
  const named: Readonly<Record<string, readonly number[]>> = {
    dot: [1, 1],
    dash: [3, 3],
    longdash: [5, 5],
    dashdot: [3, 1, 1, 1],
    longdashdot: [5, 2, 1, 2],
  };
  return named[dash]?.map((n) => num(n * unit)).join(",") ?? dash.replaceAll("px", "");
}

/** A place in pixels. */
export type Point = readonly [number, number];

/** A path through points, a new one after each gap. */
export function pathOf(points: readonly (Point | undefined)[], closed = false): string {
  let path = "";
  let drawing = false;
  for (const point of points) {
    if (point !== undefined) path += `${drawing ? "L" : "M"}${num(point[0])},${num(point[1])}`;
    drawing = point !== undefined;
  }
  return closed && path !== "" ? `${path}Z` : path;
}

/** Corners of a symbol of radius 1 around 0, by plotly's name; `undefined` for a circle. */
const CORNERS: Readonly<Record<string, readonly Point[] | undefined>> = {
  circle: undefined,
  square: corners(4, 45, Math.SQRT2),
  diamond: corners(4, 0, 1.3),
  "triangle-up": corners(3, -90, 2 / Math.sqrt(3)),
  "triangle-down": corners(3, 90, 2 / Math.sqrt(3)),
  hexagon: corners(6, 30, 1.05),
  cross: plus(0),
  x: plus(45),
};

function corners(count: number, first: number, radius: number): Point[] {
  return Array.from({ length: count }, (_, i) => turned([radius, 0], first + (360 * i) / count));
}

/** A plus with arms 1.2 long and 0.8 wide. */
function plus(angle: number): Point[] {
  const arm: readonly Point[] = [
    [0.4, 0.4],
    [1.2, 0.4],
    [1.2, -0.4],
  ];
  return [90, 0, -90, -180].flatMap((turn) => arm.map((point) => turned(point, turn + angle)));
}

function turned([x, y]: Point, degrees: number): Point {
  const angle = (degrees * Math.PI) / 180;
  return [x * Math.cos(angle) - y * Math.sin(angle), x * Math.sin(angle) + y * Math.cos(angle)];
}

/** How a marker is drawn. */
export interface MarkerStyle {
  readonly symbol: string;
  readonly size: number;
  readonly color: string;
  readonly lineWidth: number;
  readonly lineColor: string;
}

/** A marker at a place. */
export function markerAt([x, y]: Point, style: MarkerStyle): string {
  const open = style.symbol.includes("-open");
  const shape = style.symbol.replace(/-open|-dot/g, "");
  const r = style.size / 2;
  const { color, opacity } = paint(style.color);
  const look = {
    fill: open ? "#ffffff" : color,
    "fill-opacity": open ? undefined : opacity,
    stroke: open ? color : style.lineWidth > 0 ? style.lineColor : undefined,
    "stroke-width": style.lineWidth > 0 || open ? Math.max(style.lineWidth, open ? 1.2 : 0) : undefined,
  };
  const outline = CORNERS[shape];
  const body =
    outline === undefined
      ? element("circle", { cx: x, cy: y, r, ...look })
      : element("path", {
          d: pathOf(
            outline.map(([dx, dy]) => [x + r * dx, y + r * dy] as const),
            true,
          ),
          ...look,
        });
  return style.symbol.includes("-dot")
    ? body + element("circle", { cx: x, cy: y, r: r * 0.3, fill: color })
    : body;
}

interface HatchBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Diagonal lines inside a box, as pairs of ends, `step` pixels apart along either side. */
export function hatchLines(box: HatchBox, step: number): [Point, Point][] {
  const lines: [Point, Point][] = [];
  for (let c = step / 2; c < box.width + box.height; c += step) {
    const from: Point = c <= box.height ? [0, c] : [c - box.height, box.height];
    const to: Point = c <= box.width ? [c, 0] : [box.width, c - box.width];
    lines.push([
      [box.x + from[0], box.y + from[1]],
      [box.x + to[0], box.y + to[1]],
    ]);
  }
  return lines;
}

/** The same lines as a path: marks bars without a pattern element. */
export function hatch(box: HatchBox, step: number): string {
  return hatchLines(box, step)
    .map((line) => pathOf(line))
    .join("");
}
