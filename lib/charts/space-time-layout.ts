/**
 * Where everything of a space-time diagram stands, in pixels: words above, processes below each other, the time axis,
 * and below it the legend. All of it is computed beforehand, so that nothing overlaps.
 */
import { INK } from "./palette.ts";
import { type TimeScale, timeScale } from "./space-time-axis.ts";
import type { Place } from "./space-time-geometry.ts";
import type { SpaceTimeView } from "./space-time-input.ts";
import type { Key } from "./space-time-keys.ts";
import { element, num, type Point, textAt } from "./svg-marks.ts";
import { joinLines, textWidth, wrap, wrapEvenly } from "./text.ts";

/** A rectangle that texts and symbols take. */
export interface Taken {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The diagram's measures. */
export interface SpaceTimeLayout extends Place {
  readonly width: number;
  readonly height: number;
  readonly top: number;
  readonly bottom: number;
  /** Pixels from one process to the next. */
  readonly gap: number;
  readonly scale: TimeScale;
  /** Lines of each process's name. */
  readonly names: readonly (readonly string[])[];
  /** Title, banner and notes as SVG. */
  readonly words: string;
  readonly legend: string;
}

const EDGE = 16;
const NAME_SIZE = 12;
const LEGEND_ROW = 21;
/** Pixels between processes by their number: many processes stand closer. */
const GAPS: readonly (readonly [most: number, gap: number])[] = [
  [6, 74],
  [10, 58],
  [20, 42],
  [40, 28],
];

/**
 * Lays a view out.
 *
 * @param keys the legend's entries
 * @param cutRows rows of text that name cuts, above the first process
 * @param remark what the reader must know of this picture: that arrows were drawn together, labels left out
 */
export function layoutOf(
  view: SpaceTimeView,
  keys: readonly Key[],
  cutRows: number,
  remark: string,
): SpaceTimeLayout {
  const { text } = view;
  const width = text.width ?? 960;
  const full = width - 2 * EDGE;
  const nameWidth = Math.min(150, 0.25 * width);
  const names = view.processes.map((name) => wrap(name, nameWidth, NAME_SIZE));
  const widest = Math.max(...names.flat().map((line) => textWidth(line, NAME_SIZE)));
  const left = Math.round(EDGE + widest + 14);
  const right = width - EDGE - 8;
  const head = headOf(text, full);
  const keyRows = flow(keys, full);
  const note = wrap([remark, text.note ?? ""].filter((part) => part !== "").join(" · "), full, 10.5);
  const top = head.height;
  const above = 30 + 16 * cutRows;
  const below = 46 + keyRows.length * LEGEND_ROW + 6 + (note.length > 0 ? 14 * note.length + 6 : 0) + 8;
  const count = view.processes.length;
  const usual = GAPS.find(([most]) => count <= most)?.[1] ?? 20;
  const given =
    text.height === undefined ? usual : (text.height - top - above - 28 - below) / Math.max(1, count - 1);
  const gap = Math.max(18, given);
  const bottom = top + above + gap * (count - 1) + 28;
  const legendTop = bottom + 46;
  const noteTop = legendTop + keyRows.length * LEGEND_ROW + 6;
  const scale = timeScale(view.from, view.to, Math.max(3, Math.min(12, Math.floor((right - left) / 70))));
  return {
    width,
    height: Math.round(bottom + below),
    left,
    right,
    top,
    bottom,
    gap,
    scale,
    names,
    x: (time) => left + ((time - view.from) / (view.to - view.from)) * (right - left),
    y: (process) => top + above + gap * process,
    words: head.svg + paragraph(note, noteTop, 10.5, INK.muted),
    legend: keyRows
      .flatMap((row, i) => row.map(({ key, x }) => key.draw(x, legendTop + i * LEGEND_ROW + LEGEND_ROW / 2)))
      .join("\n"),
  };
}

function paragraph(lines: readonly string[], top: number, size: number, color: string): string {
  return lines.length === 0 ? "" : textAt(joinLines(lines), EDGE, top + size, { size, color });
}

/** Title, subtitle and banner. */
function headOf(text: SpaceTimeView["text"], full: number): { svg: string; height: number } {
  const title = wrapEvenly(text.title, full, 17, true);
  const subtitle = wrap(text.subtitle ?? "", full, 13);
  const warnings = typeof text.warning === "string" ? [text.warning] : (text.warning ?? []);
  const banner = wrapEvenly(warnings.filter((line) => line !== "").join(" · "), full - 24, 14, true);
  const parts = title.map((line, i) =>
    textAt(joinLines([line]), EDGE, 28 + 22 * i, { size: 17, color: INK.text, bold: true }),
  );
  let y = 12 + 22 * title.length;
  subtitle.forEach((line, i) => {
    parts.push(textAt(joinLines([line]), EDGE, y + 15 + 17 * i, { size: 13, color: INK.muted }));
  });
  y += subtitle.length === 0 ? 0 : 17 * subtitle.length + 4;
  if (banner.length > 0) {
    const height = 18 * banner.length + 8;
    parts.push(element("rect", { x: EDGE, y: y + 6, width: full, height, fill: INK.alarm }));
    banner.forEach((line, i) => {
      const style = { size: 14, color: "#ffffff", bold: true, anchor: "middle" } as const;
      parts.push(textAt(joinLines([line]), EDGE + full / 2, y + 23 + 18 * i, style));
    });
    y += height + 10;
  }
  return { svg: parts.join("\n"), height: y + 8 };
}

/** Legend entries in rows that are no wider than the picture. */
function flow(keys: readonly Key[], full: number): { key: Key; x: number }[][] {
  const rows: { key: Key; x: number }[][] = [];
  let x = Number.POSITIVE_INFINITY;
  for (const key of keys) {
    if (key.first || x + key.width > EDGE + full) {
      rows.push([]);
      x = EDGE;
    }
    rows[rows.length - 1].push({ key, x });
    x += key.width + 16;
  }
  return rows;
}

/** Process names, lines, grid and time axis: what lies below everything else, and the axis's texts. */
export function frame(layout: SpaceTimeLayout): string {
  const { left, right, top, bottom, scale, names } = layout;
  const at = (place: number) => layout.x(scale.base + place * scale.factor);
  const grid = scale.ticks.map((tick) => `M${num(at(tick.at))},${num(top)}V${num(bottom)}`).join("");
  const ticks = scale.ticks.map((tick) => `M${num(at(tick.at))},${num(bottom)}v5`).join("");
  return [
    grid === "" ? "" : element("path", { d: grid, stroke: INK.grid }),
    element("path", { d: `M${left},${num(bottom)}H${right}${ticks}`, stroke: INK.axis, fill: "none" }),
    ...scale.ticks.map((tick) =>
      textAt(tick.text, at(tick.at), bottom + 18, { size: 12, color: INK.text, anchor: "middle" }),
    ),
    textAt(scale.title, (left + right) / 2, bottom + 36, { size: 13, color: INK.text, anchor: "middle" }),
    ...names.map((lines, process) => {
      const first = layout.y(process) + NAME_SIZE * (0.35 - 0.65 * (lines.length - 1));
      const style = { size: NAME_SIZE, color: INK.text, anchor: "end" } as const;
      return textAt(joinLines(lines), left - 10, first, style);
    }),
  ].join("\n");
}

/** What labels must keep off (other labels, marks), and what they should (the strokes of messages). */
export class Places {
  readonly #taken: Taken[] = [];
  readonly #strokes: readonly (readonly Point[])[];

  constructor(strokes: readonly (readonly Point[])[]) {
    this.#strokes = strokes;
  }

  take(place: Taken): void {
    this.#taken.push(place);
  }

  /** The free place that hides the fewest strokes, the first of equals; it is then taken. */
  best(candidates: readonly Taken[]): Taken | undefined {
    let found: Taken | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const place of candidates) {
      if (least === 0) break;
      if (this.#taken.some((other) => overlap(place, other))) continue;
      const hidden = this.#strokes.reduce((sum, stroke) => sum + (crosses(stroke, place) ? 1 : 0), 0);
      if (hidden < least) [found, least] = [place, hidden];
    }
    if (found !== undefined) this.take(found);
    return found;
  }
}

function overlap(a: Taken, b: Taken): boolean {
  return a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top;
}

/** Whether a line of points runs through a rectangle (each piece cut to its width, then compared in height). */
function crosses(points: readonly Point[], box: Taken): boolean {
  for (let i = 1; i < points.length; i++) {
    const [[x0, y0], [x1, y1]] = [points[i - 1], points[i]];
    if (x1 < box.left || x0 > box.right) continue;
    const at = (x: number) => (x1 === x0 ? y0 : y0 + ((x - x0) / (x1 - x0)) * (y1 - y0));
    const [a, b] = x1 === x0 ? [y0, y1] : [at(Math.max(x0, box.left)), at(Math.min(x1, box.right))];
    if (Math.max(a, b) >= box.top && Math.min(a, b) <= box.bottom) return true;
  }
  return false;
}
