/**
 * The colours, dash patterns and symbols of all charts.
 *
 * The eight series colours were found by a search (simulated annealing over hue and chroma, CIE lightness fixed at
 * even steps from 18 to 60.6) that maximised the least CIEDE2000 difference of any two colours as seen with normal
 * vision, protanopia, deuteranopia and tritanopia (G. M. Machado, M. M. Oliveira, L. A. F. Fernandes, IEEE TVCG
 * 15(6), 2009). The least difference is 13; each reads on white with a contrast of at least 3; in greyscale the
 * lightness rises by 6 from one to the next. The test computes all of this anew.
 *
 * Colour is never the only channel: each series also has a symbol (simulated points) and a dash pattern (its model).
 */
import { DomainError, show } from "../core/errors.ts";
import { oklch } from "./colour.ts";

/** How one series is drawn. */
export interface SeriesStyle {
  /** `#rrggbb`. */
  readonly color: string;
  /** Symbol of the simulated points, in plotly's names. */
  readonly symbol: string;
  /** Dash pattern of the model's line in pixels; never solid, so that a model is known from a simulation. */
  readonly dash: string;
}

/** The series colours from dark to light: navy, green, wine, blue, olive, magenta, azure, ochre. */
export const SERIES_COLOURS: readonly string[] = [
  "#1a138a",
  "#004401",
  "#8e0148",
  "#054fb9",
  "#456f01",
  "#c83d7d",
  "#477df3",
  "#ce802c",
];

const SYMBOLS = ["circle", "square", "diamond", "triangle-up", "triangle-down", "cross", "x", "hexagon"];

const DASHES = [
  "7px,4px",
  "2px,3px",
  "7px,3px,2px,3px",
  "12px,4px",
  "12px,3px,2px,3px",
  "7px,3px,2px,3px,2px,3px",
  "4px,2px,4px,6px",
  "12px,3px,4px,3px",
];

/** Which colours fewer than eight series take: those furthest apart in lightness and hue first. */
const PRIORITY = [3, 7, 1, 5, 2, 6, 0, 4];

/**
 * Styles for a number of series: colours dark to light, symbols and dash patterns all different.
 *
 * @param count how many series, 1 to 8
 * @param where the builder, first word of any error
 * @throws DomainError for more than 8: nobody tells more lines apart; use small multiples
 */
export function seriesStyles(count: number, where = "seriesStyles"): SeriesStyle[] {
  if (!Number.isInteger(count) || count < 1 || count > SERIES_COLOURS.length)
    throw new DomainError(
      `${where}: series must be 1 to ${SERIES_COLOURS.length} in one panel (use small multiples for more), got ${show(count)}`,
    );
  const chosen = PRIORITY.slice(0, count).sort((a, b) => a - b);
  return chosen.map((colour, i) => ({
    color: SERIES_COLOURS[colour],
    symbol: SYMBOLS[i],
    dash: DASHES[i],
  }));
}

/** Colours of things that are not series. */
export const INK = {
  text: "#222222",
  muted: "#595959",
  axis: "#444444",
  grid: "#e2e2e2",
  minorGrid: "#f2f2f2",
  paper: "#ffffff",
  /** Banners of unsafe runs and failed audits. */
  alarm: "#b3001b",
  missing: "#d9d9d9",
} as const;

/** How a verdict is drawn: never by colour alone. */
export const VERDICT_STYLE = {
  agrees: { color: "#054fb9", symbol: "circle" },
  differs: { color: "#c23b00", symbol: "x" },
  undecided: { color: "#6b6b6b", symbol: "diamond-open" },
} as const;

/** A colour scale as plotly wants it: positions 0 to 1 with colours. */
export type Scale = readonly (readonly [number, string])[];

const STEPS = 17;

function scale(colourAt: (t: number) => string): Scale {
  return Array.from({ length: STEPS }, (_, i) => [i / (STEPS - 1), colourAt(i / (STEPS - 1))] as const);
}

/**
 * Pale yellow to deep blue, for amounts: OKLab lightness falls evenly, so equal differences look equal and a
 * greyscale print keeps the order.
 */
export const SEQUENTIAL: Scale = scale((t) =>
  oklch(0.96 - 0.7 * t, 0.05 + 0.3 * t * (1 - t) + 0.04 * t, 105 + 170 * t),
);

/**
 * Blue through near-white to vermilion, for signed errors: both halves have the same lightness at the same
 * distance from zero, so that neither sign looks larger. The axis blue to orange is the one that all three kinds of
 * colour blindness keep.
 */
export const DIVERGING: Scale = scale((t) => {
  const away = Math.abs(2 * t - 1);
  return oklch(0.97 - 0.47 * away, 0.17 * away ** 0.8, t < 0.5 ? 258 : 45);
});

/** The colour of a scale at a position 0 to 1, as drawn: linear between the steps in coded sRGB. */
export function colourAt(scaleOf: Scale, position: number): string {
  const t = Math.min(1, Math.max(0, position)) * (scaleOf.length - 1);
  const at = Math.min(Math.floor(t), scaleOf.length - 2);
  const [from, to] = [scaleOf[at][1], scaleOf[at + 1][1]];
  const mixed = [1, 3, 5].map((i) => {
    const [a, b] = [from, to].map((hex) => Number.parseInt(hex.slice(i, i + 2), 16));
    return Math.round(a + (b - a) * (t - at))
      .toString(16)
      .padStart(2, "0");
  });
  return `#${mixed.join("")}`;
}
