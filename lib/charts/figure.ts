/**
 * The frame that all figures share: title, subtitle, banner, margins, legend and source note.
 *
 * A figure is plain plotly JSON: it can be stored, compared and sent, and nothing here needs a browser. Every place
 * is computed in pixels beforehand, so that nothing overlaps: title and parameters above, then a banner if the run is
 * unsafe, then labels of vertical lines, then the plot; the legend stands to the right of the data, never on it.
 */
import type { Annotations, Config, Data, Layout, Legend, Shape } from "plotly.js";
import { DomainError, refuseUnknown, show } from "../core/errors.ts";
import { INK } from "./palette.ts";
import { FONT_FAMILY, joinLines, plainLines, textWidth, wrap, wrapEvenly } from "./text.ts";

/** A figure as plotly takes it; JSON all through. */
export interface Figure {
  readonly data: Data[];
  readonly layout: Partial<Layout>;
  readonly config: Partial<Config>;
}

/** The words around a figure, the same for all builders. */
export interface FigureText {
  /** What the figure shows, as a finding: `At 1 MiB the egress link, not the round trip, sets the latency`. */
  readonly title: string;
  /** The parameters held fixed: `3 regions, 1 Gbit/s, fsync 1 ms`. */
  readonly subtitle?: string;
  /** Where the numbers come from: data file, seed, replications. */
  readonly note?: string;
  /** What is wrong with the run (`unsafe: R+W<=N`, `audit failed`): drawn as a banner across the figure. */
  readonly warning?: string | readonly string[];
  /** Pixels; 860 by 500 unless given. */
  readonly width?: number;
  readonly height?: number;
}

/** The keys of FigureText, for builders that refuse unknown options. */
export const TEXT_KEYS: readonly string[] = ["title", "subtitle", "note", "warning", "width", "height"];

/** A label above the plot, for a vertical line or a region. */
export interface TopLabel {
  readonly text: string;
  readonly color: string;
  /** Whether it names a region (an unstable model) or a line. */
  readonly region: boolean;
  /** Where in the width of the panel, 0 to 1. */
  readonly fraction: number;
  /** The same place on the axis, in plotly's coordinate (logarithm on a log axis). */
  readonly coordinate: number;
}

/** A label with its row above the plot and its pixels left or right of the place that it names. */
export interface PlacedLabel extends TopLabel {
  readonly row: number;
  readonly shift: number;
}

/** What the frame must make room for. */
export interface FrameNeeds {
  /** Width of the widest tick text on the left, pixels. */
  readonly tickWidth: number;
  readonly labels?: readonly TopLabel[];
  /** Rows of text above the plot besides the labels, pixels. */
  readonly above?: number;
  /** Rows of text below the axis title, pixels. */
  readonly below?: number;
  /** Width and least height of a colour bar below the legend, pixels. */
  readonly right?: number;
  readonly barHeight?: number;
}

/** Where the plot lies in the figure, pixels. */
export interface Area {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const EDGE = 16;
const TITLE_SIZE = 17;
const LEGEND_SIZE = 12;
const LEGEND_TEXT_WIDTH = 170;
const LABEL_SIZE = 11;
const LABEL_ROW = 16;
/** Between the lowest label and the plot: crosses on the edge of the plot stand in it. */
const LABEL_GAP = 7;

interface Lines {
  readonly title: readonly string[];
  readonly subtitle: readonly string[];
  readonly warning: readonly string[];
  readonly note: readonly string[];
}

/** Checks the words of a figure. */
function checkText(where: string, text: FigureText): void {
  if (typeof text.title !== "string" || text.title.trim() === "")
    throw new DomainError(`${where}: title must state the finding, got ${show(text.title)}`);
  for (const key of ["subtitle", "note"] as const) {
    if (text[key] !== undefined && typeof text[key] !== "string")
      throw new DomainError(`${where}: ${key} must be a text, got ${show(text[key])}`);
  }
  for (const [key, least] of [
    ["width", 320],
    ["height", 240],
  ] as const) {
    const value = text[key];
    if (value !== undefined && !(Number.isInteger(value) && value >= least && value <= 8000))
      throw new DomainError(`${where}: ${key} must be whole pixels, ${least} to 8000, got ${show(value)}`);
  }
}

/** Checks a builder's whole input: it is an object, has only known options, and its words are in order. */
export function checkInput(where: string, input: FigureText, keys: readonly string[]): void {
  if (input === null || typeof input !== "object")
    throw new DomainError(`${where}: input must be an object, got ${show(input)}`);
  refuseUnknown(where, "option", Object.keys(input), [...TEXT_KEYS, ...keys]);
  checkText(where, input);
}

function linesOf(text: FigureText, width: number, plotWidth: number): Lines {
  const warnings = typeof text.warning === "string" ? [text.warning] : (text.warning ?? []);
  const full = width - 2 * EDGE;
  return {
    title: wrapEvenly(text.title, full, TITLE_SIZE, true),
    subtitle: wrap(text.subtitle ?? "", full, 13),
    warning: wrapEvenly(warnings.filter((line) => line !== "").join(" · "), plotWidth - 24, 14, true),
    note: wrap(text.note ?? "", full, 10.5),
  };
}

interface LegendParts {
  readonly legendgroup?: string;
  readonly legendgrouptitle?: { readonly text: string };
  readonly name?: string;
  readonly showlegend?: boolean;
}

/** The traces that the legend shows, and the headings of its groups, in order. */
function legendTexts(data: readonly Data[]): string[] {
  return data
    .map((trace) => trace as LegendParts)
    .filter((trace) => trace.showlegend === true)
    .flatMap((trace) => [trace.name ?? "", trace.legendgrouptitle?.text ?? ""])
    .filter((text) => text !== "");
}

/** Breaks a name so that the legend stays narrow. */
export function legendName(name: string): string {
  return joinLines(wrap(name, LEGEND_TEXT_WIDTH, LEGEND_SIZE));
}

/** Height of the legend in pixels, as plotly draws it. */
export function legendHeight(data: readonly Data[]): number {
  return legendTexts(data).reduce((sum, text) => sum + 6 + 16 * plainLines(text).length, 14);
}

/** Places labels in rows so that none covers another; the shift keeps a label inside the panel. */
export function placeLabels(labels: readonly TopLabel[], panelWidth: number): PlacedLabel[] {
  const rows: [number, number][][] = [];
  return [...labels]
    .sort((a, b) => a.fraction - b.fraction)
    .map((label) => {
      const width = textWidth(label.text, LABEL_SIZE) + 10;
      const centre = label.fraction * panelWidth;
      const left = Math.max(0, Math.min(panelWidth - width, centre - width / 2));
      let row = rows.findIndex((taken) => taken.every(([a, b]) => left >= b || left + width <= a));
      if (row < 0) row = rows.push([]) - 1;
      rows[row].push([left, left + width]);
      return { ...label, row, shift: Math.round(left + width / 2 - centre) || 0 };
    });
}

/** Height of placed labels above a panel, pixels. */
export function labelsHeight(labels: readonly PlacedLabel[]): number {
  return labels.length === 0
    ? 0
    : (1 + Math.max(...labels.map((label) => label.row))) * LABEL_ROW + LABEL_GAP;
}

/**
 * The margins: computed from what must stand in them. A figure grows where its legend is longer than its plot:
 * plotly would cut the legend off.
 */
export function areaOf(text: FigureText, data: readonly Data[], needs: FrameNeeds): Area {
  const width = text.width ?? 860;
  const names = legendTexts(data).flatMap(plainLines);
  const legendWidth = names.length === 0 ? 0 : Math.max(...names.map((n) => textWidth(n, LEGEND_SIZE))) + 62;
  const left = Math.round(Math.max(58, needs.tickWidth + 46));
  const right = Math.round(Math.max(24, legendWidth, needs.right ?? 0));
  const lines = linesOf(text, width, width - left - right);
  const labels = labelsHeight(placeLabels(needs.labels ?? [], width - left - right));
  const top =
    12 +
    lines.title.length * 22 +
    (lines.subtitle.length > 0 ? lines.subtitle.length * 17 + 4 : 0) +
    (lines.warning.length > 0 ? lines.warning.length * 18 + 18 : 0) +
    labels +
    (needs.above ?? 0) +
    12;
  const bottom = 52 + (needs.below ?? 0) + (lines.note.length > 0 ? lines.note.length * 14 + 10 : 4);
  const beside = legendHeight(data) + (needs.barHeight ?? 0);
  const height = Math.max(text.height ?? 500, top + beside + bottom);
  return { width, height, left, right, top, bottom };
}

/**
 * Plotly's distance of a title from the top. It centres several lines on the first, so each further line needs half a
 * line more, or the first is cut off.
 */
export function titlePad(lines: number): number {
  return 16 + (lines - 1) * TITLE_SIZE * 0.65;
}

/** A text placed in pixels from the corner of the plot. */
function pinned(
  lines: readonly string[],
  place: { x: number; y: number; xshift: number; yshift: number; xanchor: "left" | "center" },
  font: { size: number; color: string; weight?: "bold" },
): Partial<Annotations> {
  return {
    text: joinLines(lines),
    showarrow: false,
    xref: "paper",
    yref: "paper",
    yanchor: "bottom",
    align: place.xanchor === "left" ? "left" : "center",
    borderpad: 0,
    ...place,
    font,
  };
}

/** Labels above a panel, as annotations; `top` is the panel's upper end in paper coordinates. */
export function labelAnnotations(
  labels: readonly PlacedLabel[],
  panel: { readonly xref: string; readonly top: number },
): Partial<Annotations>[] {
  return labels.map((label) => ({
    text: joinLines([label.text]),
    showarrow: false,
    xref: panel.xref as "x",
    yref: "paper",
    x: label.coordinate,
    xshift: label.shift,
    xanchor: "center",
    y: panel.top,
    yanchor: "bottom",
    yshift: LABEL_GAP + label.row * LABEL_ROW,
    borderpad: 0,
    font: { size: LABEL_SIZE, color: label.color },
  }));
}

function banner(
  lines: readonly string[],
  offset: number,
): { shapes: Partial<Shape>[]; annotations: Partial<Annotations>[] } {
  if (lines.length === 0) return { shapes: [], annotations: [] };
  const height = lines.length * 18 + 8;
  const band: Partial<Shape> = {
    type: "rect",
    name: "warning",
    xref: "paper",
    yref: "paper",
    x0: 0,
    x1: 1,
    ysizemode: "pixel",
    yanchor: 1,
    y0: offset,
    y1: offset + height,
    fillcolor: INK.alarm,
    line: { width: 0, color: INK.alarm },
    layer: "above",
  };
  const words = pinned(
    lines,
    { x: 0.5, y: 1, xshift: 0, yshift: offset + 4, xanchor: "center" },
    { size: 14, color: "#ffffff", weight: "bold" },
  );
  return { shapes: [band], annotations: [words] };
}

/** The layout without axes, for traces that are already made. */
export function baseLayout(
  text: FigureText,
  data: readonly Data[],
  area: Area,
  needs: FrameNeeds,
): Partial<Layout> {
  const lines = linesOf(text, area.width, area.width - area.left - area.right);
  const labels = labelsHeight(placeLabels(needs.labels ?? [], area.width - area.left - area.right));
  const warning = banner(lines.warning, labels + (needs.above ?? 0) + 6);
  const outwards = -(area.left - EDGE);
  const annotations: Partial<Annotations>[] = [...warning.annotations];
  if (lines.subtitle.length > 0) {
    const yshift = area.top - 12 - lines.title.length * 22 - lines.subtitle.length * 17 - 2;
    const place = { x: 0, y: 1, xshift: outwards, yshift, xanchor: "left" as const };
    annotations.push(pinned(lines.subtitle, place, { size: 13, color: INK.muted }));
  }
  if (lines.note.length > 0) {
    const place = { x: 0, y: 0, xshift: outwards, yshift: -(area.bottom - 7), xanchor: "left" as const };
    annotations.push(pinned(lines.note, place, { size: 10.5, color: INK.muted }));
  }
  return {
    width: area.width,
    height: area.height,
    margin: { l: area.left, r: area.right, t: area.top, b: area.bottom, pad: 0 },
    title: {
      text: joinLines(lines.title),
      font: { size: TITLE_SIZE, color: INK.text, weight: "bold" },
      xref: "container",
      x: 0,
      xanchor: "left",
      yref: "container",
      y: 1,
      yanchor: "top",
      pad: { l: EDGE, t: titlePad(lines.title.length), r: 0, b: 0 },
    },
    font: { family: FONT_FAMILY, size: 12, color: INK.text },
    paper_bgcolor: INK.paper,
    plot_bgcolor: INK.paper,
    showlegend: legendTexts(data).length > 0,
    legend: LEGEND,
    hovermode: "closest",
    hoverlabel: { align: "left", font: { size: 12 } },
    annotations,
    shapes: warning.shapes,
  };
}

const LEGEND: Partial<Legend> = {
  orientation: "v",
  x: 1.01,
  xanchor: "left",
  y: 1,
  yanchor: "top",
  font: { size: LEGEND_SIZE, color: INK.text, family: FONT_FAMILY },
  tracegroupgap: 3,
  bgcolor: "rgba(255,255,255,0)",
  itemsizing: "trace",
};

/** Settings of the interactive figure: no logo, no upload, no formulas fetched from elsewhere. */
export const CONFIG: Partial<Config> = {
  displaylogo: false,
  responsive: true,
  typesetMath: false,
  showSendToCloud: false,
  modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
};
