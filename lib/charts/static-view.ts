/** The part of plotly's figure that the builders use, with its defaults filled in: what the static drawing reads. */
import type { Figure } from "./figure.ts";
import { INK, type Scale, SEQUENTIAL } from "./palette.ts";
import { FONT_FAMILY } from "./text.ts";

type Values = readonly (number | null)[];
/** One for all points, or one for each. */
type Each = string | readonly string[];

/** The value for one point. */
export function pick(value: Each, i: number): string {
  return typeof value === "string" ? value : (value[i] ?? "");
}

interface FontView {
  readonly size: number;
  readonly color: string;
  readonly weight?: string;
}

/** A trace: scatter, bar or heatmap. */
export interface TraceView {
  readonly type: string;
  readonly mode: string;
  readonly name: string;
  readonly x: Values;
  readonly y: Values;
  readonly z: readonly Values[];
  /** Texts of points. */
  readonly text: readonly string[];
  readonly textfont: { readonly size: number; readonly color: Each };
  readonly textposition?: string;
  readonly xaxis: string;
  readonly yaxis: string;
  readonly fill?: string;
  readonly fillcolor?: string;
  readonly line: {
    readonly color: string;
    readonly width: number;
    readonly dash?: string;
  };
  readonly marker: {
    readonly symbol: Each;
    readonly color: Each;
    readonly size: number;
    readonly line: { readonly width: number; readonly color: Each };
    readonly pattern?: { readonly shape: readonly string[] };
  };
  readonly width: number;
  readonly showlegend: boolean;
  readonly legendgrouptitle?: { readonly text: string };
  readonly showscale?: boolean;
  readonly colorscale: Scale;
  readonly zmin: number;
  readonly zmax: number;
  readonly colorbar?: {
    readonly x: number;
    readonly xpad: number;
    readonly ypad: number;
    readonly len: number;
    readonly thickness: number;
    readonly tickvals: readonly number[];
    readonly ticktext: readonly string[];
    readonly title: { readonly text: string; readonly font: FontView };
  };
}

/** An axis. Its range is in logarithms where its type is `log`. */
export interface AxisView {
  readonly type: string;
  readonly range: readonly [number, number];
  readonly domain: readonly [number, number];
  readonly title?: { readonly text: string; readonly standoff?: number };
  readonly tickmode?: string;
  readonly tickvals: readonly number[];
  readonly ticktext: readonly string[];
  readonly minor?: { readonly tickvals: readonly number[] };
  readonly ticks: string;
  readonly showticklabels: boolean;
  readonly showgrid?: boolean;
  readonly tickfont: { readonly size: number };
}

/** The layout. */
export interface LayoutView {
  readonly width: number;
  readonly height: number;
  readonly margin: { readonly l: number; readonly r: number; readonly t: number; readonly b: number };
  readonly paper_bgcolor: string;
  readonly plot_bgcolor: string;
  readonly title: {
    readonly text: string;
    readonly font: FontView;
    readonly pad: { readonly l: number; readonly t: number };
  };
  readonly axes: Readonly<Record<string, AxisView | undefined>>;
  readonly showlegend: boolean;
  readonly legend: { readonly x: number; readonly y: number; readonly font: { readonly size: number } };
  readonly annotations: readonly {
    readonly text: string;
    readonly x: number;
    readonly y: number;
    readonly xref: string;
    readonly xshift: number;
    readonly yshift: number;
    readonly xanchor: string;
    readonly font: FontView;
  }[];
  readonly shapes: readonly {
    readonly type: string;
    readonly layer?: string;
    readonly xref: string;
    readonly x0: number;
    readonly x1: number;
    readonly y0: number;
    readonly y1: number;
    readonly ysizemode?: string;
    readonly yanchor?: number;
    readonly fillcolor?: string;
    readonly line: { readonly color: string; readonly width: number; readonly dash?: string };
  }[];
}

/** A builder's figure whose parts are of unknown shape to the compiler, not to us: the builders are in this room. */
type Loose = Readonly<Record<string, unknown>>;

/** The layout's key of an axis: `x2` is `xaxis2`. */
export function axisKey(ref: string): string {
  return `${ref[0]}axis${ref.slice(1)}`;
}

function traceView(trace: Loose): TraceView {
  const marker = (trace["marker"] ?? {}) as Partial<TraceView["marker"]>;
  return {
    type: "scatter",
    mode: "lines",
    name: "",
    x: [],
    y: [],
    z: [],
    xaxis: "x",
    yaxis: "y",
    width: 0.8,
    showlegend: false,
    colorscale: SEQUENTIAL,
    zmin: 0,
    zmax: 1,
    ...trace,
    text: Array.isArray(trace["text"]) ? trace["text"] : [],
    textfont: { size: 12, color: INK.text, ...(trace["textfont"] as object | undefined) },
    line: { color: INK.text, width: 2, ...(trace["line"] as object | undefined) },
    marker: {
      symbol: "circle",
      color: INK.text,
      size: 6,
      ...marker,
      line: { width: 0, color: marker.color ?? INK.text, ...marker.line },
    },
  } as TraceView;
}

function axisView(axis: Loose): AxisView {
  return {
    domain: [0, 1],
    range: [0, 1],
    tickvals: [],
    ticktext: [],
    ticks: "outside",
    showticklabels: true,
    tickfont: { size: 12 },
    ...axis,
  } as unknown as AxisView;
}

/** The figure as the static drawing reads it. */
export function viewOf(figure: Figure): { traces: TraceView[]; layout: LayoutView } {
  const layout = figure.layout as Loose;
  const axes = Object.fromEntries(
    Object.entries(layout)
      .filter(([name]) => /^[xy]axis\d*$/.test(name))
      .map(([name, axis]) => [name, axisView(axis as Loose)]),
  );
  const complete = (note: unknown) => ({ xshift: 0, yshift: 0, ...(note as object) });
  const view = {
    paper_bgcolor: INK.paper,
    plot_bgcolor: INK.paper,
    showlegend: true,
    ...layout,
    legend: {
      x: 1.01,
      y: 1,
      font: { size: 12, family: FONT_FAMILY },
      ...(layout["legend"] as object | undefined),
    },
    axes,
    annotations: ((layout["annotations"] as unknown[] | undefined) ?? []).map(complete),
    shapes: (layout["shapes"] as unknown[] | undefined) ?? [],
  } as unknown as LayoutView;
  return { traces: figure.data.map((trace) => traceView(trace as Loose)), layout: view };
}
