/** Marks of verdicts on a map that need no colour: frames about cells that differ, hatched strips on undecided ones. */
import type { Data } from "plotly.js";
import { type Axis, coordinate } from "./axis.ts";
import { hatchLines } from "./svg-marks.ts";

/** Edges of the cells, one more than cells, rising. */
export interface CellEdges {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** A cell by its column and row, with its verdict. */
export interface VerdictCell {
  readonly i: number;
  readonly j: number;
  readonly verdict: "agrees" | "differs" | "undecided";
}

/** Where marks are drawn. */
export interface MarkPlace {
  readonly edges: CellEdges;
  readonly x: Axis;
  readonly y: Axis;
  /** Pixels of the plot. */
  readonly plot: { readonly width: number; readonly height: number };
}

/** Edges half-way between centres (geometrically on a log axis), the outer ones as far out as the next is in. */
export function bounds(centres: readonly number[], log: boolean): number[] {
  const to = log ? Math.log : (v: number) => v;
  const from = log ? Math.exp : (v: number) => v;
  const places = centres.map(to);
  if (places.length === 1) {
    const half = log ? Math.log(2) / 2 : Math.abs(centres[0]) / 10 || 0.5;
    return [places[0] - half, places[0] + half].map(from);
  }
  const inner = places.slice(1).map((place, i) => (place + places[i]) / 2);
  const last = places.length - 1;
  const first = places[0] - (inner[0] - places[0]);
  return [first, ...inner, places[last] + (places[last] - inner[last - 1])].map(from);
}

type Segment = readonly [readonly [number, number], readonly [number, number]];

/** A line around each region of cells where the model differs: black on white, so that it shows on any colour. */
export function outline(cells: readonly VerdictCell[], { edges }: MarkPlace): Data[] {
  const differs = new Set(cells.filter((cell) => cell.verdict === "differs").map(({ i, j }) => `${i} ${j}`));
  const outside = (i: number, j: number) => !differs.has(`${i} ${j}`);
  const segments: Segment[] = [];
  for (const { i, j, verdict } of cells) {
    if (verdict !== "differs") continue;
    const [x0, x1, y0, y1] = [edges.x[i], edges.x[i + 1], edges.y[j], edges.y[j + 1]];
    if (outside(i - 1, j))
      segments.push([
        [x0, y0],
        [x0, y1],
      ]);
    if (outside(i + 1, j))
      segments.push([
        [x1, y0],
        [x1, y1],
      ]);
    if (outside(i, j - 1))
      segments.push([
        [x0, y0],
        [x1, y0],
      ]);
    if (outside(i, j + 1))
      segments.push([
        [x0, y1],
        [x1, y1],
      ]);
  }
  if (segments.length === 0) return [];
  return [lines(segments, "differs", "#ffffff", 5), lines(segments, "differs", "#000000", 2.5)];
}

/** A hatched strip along the lower edge of each undecided cell: its number stays readable. */
export function strips(cells: readonly VerdictCell[], { edges, x, y, plot }: MarkPlace): Data[] {
  const scaleOf = (axis: Axis, list: readonly number[], pixels: number) => {
    const from = coordinate(axis, list[0]);
    const unit = (coordinate(axis, list[list.length - 1]) - from) / pixels;
    return {
      toPixel: (v: number) => (coordinate(axis, v) - from) / unit,
      toValue: (pixel: number) => {
        const c = from + pixel * unit;
        return axis.log ? 10 ** c : c;
      },
    };
  };
  const [sx, sy] = [scaleOf(x, edges.x, plot.width), scaleOf(y, edges.y, plot.height)];
  const segments = cells
    .filter((cell) => cell.verdict === "undecided")
    .flatMap(({ i, j }): Segment[] => {
      const left = sx.toPixel(edges.x[i]);
      const low = sy.toPixel(edges.y[j]);
      const tall = sy.toPixel(edges.y[j + 1]) - low;
      const box = {
        x: left + 1,
        y: low + 1,
        width: sx.toPixel(edges.x[i + 1]) - left - 2,
        height: Math.min(8, tall / 5),
      };
      return hatchLines(box, 6).map(([a, b]) => [
        [sx.toValue(a[0]), sy.toValue(a[1])],
        [sx.toValue(b[0]), sy.toValue(b[1])],
      ]);
    });
  return segments.length === 0 ? [] : [lines(segments, "undecided", "#222222", 1.2)];
}

function lines(segments: readonly Segment[], name: string, color: string, width: number): Data {
  return {
    type: "scatter",
    mode: "lines",
    name,
    x: segments.flatMap(([a, b]) => [a[0], b[0], null]),
    y: segments.flatMap(([a, b]) => [a[1], b[1], null]),
    xaxis: "x",
    yaxis: "y",
    cliponaxis: false,
    connectgaps: false,
    hoverinfo: "skip",
    showlegend: false,
    line: { color, width },
  } as Data;
}
