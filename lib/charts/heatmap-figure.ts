/** A map over two swept quantities: the error of a formula, or an amount, in every cell. */
import type { ColorBar, Data } from "plotly.js";
import { DomainError, refuseUnknown, show, UsageError } from "../core/errors.ts";
import {
  type Axis,
  type AxisInput,
  extent,
  makeAxis,
  plotlyAxis,
  shortened,
  tickText,
  tickWidth,
  valueText,
  withTicks,
} from "./axis.ts";
import { filled, finite } from "./checks.ts";
import { inkOn } from "./colour.ts";
import {
  areaOf,
  baseLayout,
  CONFIG,
  checkInput,
  type Figure,
  type FigureText,
  legendHeight,
} from "./figure.ts";
import { type ColourScale, colourScale } from "./heatmap-scale.ts";
import { bounds, type CellEdges, outline, strips, type VerdictCell } from "./heatmap-verdicts.ts";
import { colourAt, INK } from "./palette.ts";
import { escapeText, joinLines, textWidth, wrap } from "./text.ts";

/** One cell. Without a value it is grey and shows its note: `unstable`. */
export interface HeatmapCell {
  readonly x: number;
  readonly y: number;
  readonly value?: number;
  readonly verdict?: "agrees" | "differs" | "undecided";
  readonly note?: string;
}

/** What the colours mean. */
export interface HeatmapValue extends AxisInput {
  /**
   * `error`: a signed relative error, (simulated - predicted)/predicted, blue below 0 and orange above; on a log
   * scale by the ratio simulated/predicted, so that ÷2 and ×2 are equally strong. `amount`: pale to dark.
   */
  readonly kind: "error" | "amount";
}

/** A map. x, y and amounts in SI; errors as fractions. */
export interface HeatmapFigureInput extends FigureText {
  readonly x: AxisInput;
  readonly y: AxisInput;
  readonly value: HeatmapValue;
  readonly cells: readonly HeatmapCell[];
}

const KEYS = ["x", "y", "value", "cells"];
const CELL_KEYS = ["x", "y", "value", "verdict", "note"];
const BAR_ROOM = 118;
const LEAST_BAR = 130;

/** The cells in rows of rising y. */
interface Grid {
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  readonly rows: readonly (readonly (HeatmapCell | undefined)[])[];
}

/**
 * A map whose cells carry their number, and whose verdicts show without colour: cells where the model differs are
 * framed, undecided ones have a hatched strip, cells without a value are grey with their note.
 *
 * @param input cells in any order; the places of x and y are cell centres
 * @throws DomainError for no cells, a cell given twice, values not finite, errors below -1 on a log scale
 * @example
 * heatmapFigure({ title: "T", x: { name: "nodes" }, y: { name: "rate", dimension: "rate" }, value: { name: "error", kind: "error" }, cells: [{ x: 3, y: 10, value: 0.5 }] }).data[0].z; // => [[50]]
 */
export function heatmapFigure(input: HeatmapFigureInput): Figure {
  const where = "heatmapFigure";
  checkInput(where, input, KEYS);
  const grid = readGrid(where, input);
  const values = grid.rows.flat().flatMap((cell) => (cell?.value === undefined ? [] : [cell.value]));
  const scale = colourScale(where, input.value, values);
  const edges: CellEdges = {
    x: bounds(grid.xs, input.x.scale === "log"),
    y: bounds(grid.ys, input.y.scale === "log"),
  };
  const y = cellAxis(`${where}: y`, input.y, grid.ys, edges.y);
  const x = cellAxis(`${where}: x`, input.x, grid.xs, edges.x);
  const verdicts = grid.rows.some((row) => row.some((cell) => cell?.verdict !== undefined));
  const keys = verdicts ? verdictKeys(grid) : [];
  const needs = { tickWidth: tickWidth(y, 12), right: BAR_ROOM, barHeight: LEAST_BAR + 8 };
  const area = areaOf(input, keys, needs);
  const plot = { width: area.width - area.left - area.right, height: area.height - area.top - area.bottom };
  const inUnits = { x: edges.x.map((v) => v / x.factor), y: edges.y.map((v) => v / y.factor) };
  const size = cellTextSize(grid, scale, inUnits, { x, y }, plot);
  const bar = colourBar(input.value, scale, plot.height - (verdicts ? legendHeight(keys) + 8 : 0));
  const cells = verdictCells(grid);
  const marks = { edges: inUnits, x, y, plot };
  return {
    data: [
      heatmap(grid, scale, { x, y }, inUnits, bar),
      ...cellTexts(grid, scale, middles(inUnits, { x, y }), size),
      ...strips(cells, marks),
      ...outline(cells, marks),
      ...keys,
    ],
    layout: {
      ...baseLayout(input, keys, area, needs),
      plot_bgcolor: INK.missing,
      xaxis: { ...plotlyAxis(thinned(x, plot.width)), showgrid: false },
      yaxis: { ...plotlyAxis(thinned(y, plot.height, 16)), showgrid: false },
    },
    config: CONFIG,
  };
}

function readGrid(where: string, input: HeatmapFigureInput): Grid {
  const cells = filled(where, "cells", input.cells, "cell");
  if (input.value?.kind !== "error" && input.value?.kind !== "amount")
    throw new UsageError(`${where}: value.kind must be error or amount, got ${show(input.value?.kind)}`);
  const distinct = (key: "x" | "y") => [...new Set(cells.map((cell) => cell[key]))].sort((a, b) => a - b);
  for (const [i, cell] of cells.entries()) {
    refuseUnknown(where, `option of cells[${i}]`, Object.keys(cell), CELL_KEYS);
    for (const key of ["x", "y"] as const) {
      finite(where, `cells[${i}].${key}`, cell[key]);
      if (input[key].scale === "log" && !(cell[key] > 0))
        throw new DomainError(
          `${where}: cells[${i}].${key} must be > 0 on a log axis, got ${show(cell[key])}`,
        );
    }
    if (cell.value !== undefined) finite(where, `cells[${i}].value`, cell.value);
  }
  const [xs, ys] = [distinct("x"), distinct("y")];
  const rows: (HeatmapCell | undefined)[][] = ys.map(() => xs.map(() => undefined));
  for (const cell of cells) {
    const [i, j] = [xs.indexOf(cell.x), ys.indexOf(cell.y)];
    if (rows[j][i] !== undefined)
      throw new DomainError(
        `${where}: each cell must occur once, got x ${show(cell.x)}, y ${show(cell.y)} twice`,
      );
    rows[j][i] = cell;
  }
  return { xs, ys, rows };
}

/** An axis from the first cell's edge to the last one's, with a tick at each centre. */
function cellAxis(
  where: string,
  input: AxisInput,
  centres: readonly number[],
  edges: readonly number[],
): Axis {
  const [low, high] = extent(edges);
  const axis = makeAxis(where, { ...input, range: [low, high] }, centres);
  const shown = centres.map((centre) => centre / axis.factor);
  const rounded = shown.map(shortened);
  return withTicks(
    axis,
    shown.map((at, i) => ({ at, text: tickText(rounded[i], rounded) })),
  );
}

/** Drops labels that would touch their neighbours: every second, third, ... stays. */
function thinned(axis: Axis, pixels: number, height?: number): Axis {
  const spans = axis.ticks.map((tick) => height ?? textWidth(tick.text, 12) + 10);
  const coordinates = axis.ticks.map(({ at }) => (axis.log ? Math.log10(at) : at));
  const ends = axis.range.map((end) => (axis.log ? Math.log10(end) : end));
  const places = coordinates.map((c) => ((c - ends[0]) / (ends[1] - ends[0])) * pixels);
  for (let every = 1; every < axis.ticks.length; every++) {
    const kept = axis.ticks.map((_, i) => i).filter((i) => i % every === 0);
    const clear = kept
      .slice(1)
      .every((i, k) => places[i] - places[kept[k]] >= (spans[i] + spans[kept[k]]) / 2);
    if (clear)
      return withTicks(
        axis,
        kept.map((i) => axis.ticks[i]),
      );
  }
  return withTicks(axis, axis.ticks.slice(0, 1));
}

/** The largest size up to 12 at which every text fits its cell, or 0 where none of 8 or more does. */
function cellTextSize(
  grid: Grid,
  scale: ColourScale,
  edges: CellEdges,
  axes: { x: Axis; y: Axis },
  plot: { width: number; height: number },
): number {
  const narrowest = (list: readonly number[], axis: Axis, pixels: number) => {
    const places = list.map((v) => (axis.log ? Math.log10(v) : v));
    const whole = places[places.length - 1] - places[0];
    return Math.min(...places.slice(1).map((v, i) => ((v - places[i]) / whole) * pixels));
  };
  const width = narrowest(edges.x, axes.x, plot.width) - 6;
  const height = narrowest(edges.y, axes.y, plot.height) - 4;
  const texts = grid.rows.flat().map((cell) => cellText(cell, scale));
  for (let size = 12; size >= 8; size--)
    if (height >= size * 1.3 && texts.every((text) => textWidth(text, size) <= width)) return size;
  return 0;
}

function cellText(cell: HeatmapCell | undefined, scale: ColourScale): string {
  return cell?.value === undefined ? (cell?.note ?? "–") : scale.text(cell.value);
}

function heatmap(
  grid: Grid,
  scale: ColourScale,
  axes: { x: Axis; y: Axis },
  edges: CellEdges,
  bar: Partial<ColorBar>,
): Data {
  const hover = (cell: HeatmapCell | undefined, i: number, j: number) =>
    [
      `${axes.x.name} ${valueText(axes.x, grid.xs[i])}`,
      `${axes.y.name} ${valueText(axes.y, grid.ys[j])}`,
      `${scale.name} ${cellText(cell, scale)}`,
      ...(cell?.verdict === undefined ? [] : [`model ${cell.verdict}`]),
    ]
      .map(escapeText)
      .join("<br>");
  return {
    type: "heatmap",
    name: scale.name,
    x: [...edges.x],
    y: [...edges.y],
    z: grid.rows.map((row) =>
      row.map((cell) => (cell?.value === undefined ? null : scale.place(cell.value))),
    ),
    hovertext: grid.rows.map((row, j) => row.map((cell, i) => hover(cell, i, j))),
    hoverinfo: "text",
    xaxis: "x",
    yaxis: "y",
    xgap: 1,
    ygap: 1,
    zmin: scale.low,
    zmax: scale.high,
    colorscale: scale.colours.map(([at, colour]) => [at, colour]),
    showscale: true,
    showlegend: false,
    colorbar: bar,
  } as unknown as Data; // the types know texts of points, not of cells
}

/** The middles of the cells as drawn: unequal steps of a sweep stand off the middle of their cells. */
function middles(edges: CellEdges, axes: { x: Axis; y: Axis }): CellEdges {
  const between = (list: readonly number[], log: boolean) =>
    list.slice(1).map((v, i) => (log ? Math.sqrt(v * list[i]) : (v + list[i]) / 2));
  return { x: between(edges.x, axes.x.log), y: between(edges.y, axes.y.log) };
}

/** The numbers in the cells. Plotly's own texts of cells stand off-centre on log axes, so these are points. */
function cellTexts(grid: Grid, scale: ColourScale, at: CellEdges, size: number): Data[] {
  if (size === 0) return [];
  const cells = grid.rows.flatMap((row, j) => row.map((cell, i) => ({ cell, x: at.x[i], y: at.y[j] })));
  const ink = (cell: HeatmapCell | undefined) => {
    if (cell?.value === undefined) return INK.muted;
    const position = (scale.place(cell.value) - scale.low) / (scale.high - scale.low);
    return inkOn(colourAt(scale.colours, position));
  };
  return [
    {
      type: "scatter",
      mode: "text",
      name: scale.name,
      x: cells.map(({ x }) => x),
      y: cells.map(({ y }) => y),
      text: cells.map(({ cell }) => escapeText(cellText(cell, scale))),
      textposition: "middle center",
      textfont: { size, color: cells.map(({ cell }) => ink(cell)) },
      hoverinfo: "skip",
      showlegend: false,
      xaxis: "x",
      yaxis: "y",
    },
  ];
}

function colourBar(value: HeatmapValue, scale: ColourScale, length: number): Partial<ColorBar> {
  const title = scale.unit === "" ? value.name : `${value.name} [${scale.unit}]`;
  return {
    x: 1,
    xanchor: "left",
    xpad: 16,
    y: 0,
    yanchor: "bottom",
    ypad: 0,
    lenmode: "pixels",
    len: Math.round(Math.max(LEAST_BAR, length)),
    thicknessmode: "pixels",
    thickness: 14,
    outlinewidth: 1,
    outlinecolor: INK.axis,
    tickmode: "array",
    tickvals: scale.ticks.map((tick) => tick.at),
    ticktext: scale.ticks.map((tick) => escapeText(tick.text)),
    tickfont: { size: 11 },
    ticks: "outside",
    ticklen: 4,
    title: { text: joinLines(wrap(title, BAR_ROOM - 24, 12)), font: { size: 12 }, side: "top" },
  };
}

function verdictCells(grid: Grid): VerdictCell[] {
  return grid.rows.flatMap((row, j) =>
    row.flatMap((cell, i) => (cell?.verdict === undefined ? [] : [{ i, j, verdict: cell.verdict }])),
  );
}

/** The legend of the verdicts that occur. */
function verdictKeys(grid: Grid): Data[] {
  const found = new Set(grid.rows.flat().map((cell) => cell?.verdict));
  const key = (name: string, shape: string, frame: number, first: boolean): Data =>
    ({
      type: "bar",
      x: [null],
      y: [null],
      name,
      ...(first ? { legendgrouptitle: { text: "model" } } : {}),
      legendgroup: name,
      showlegend: true,
      hoverinfo: "skip",
      xaxis: "x",
      yaxis: "y",
      marker: {
        color: shape === "" ? "#ffffff" : INK.text,
        line: { width: frame, color: "#000000" },
        ...(shape === ""
          ? {}
          : { pattern: { shape: [shape], fgcolor: INK.text, bgcolor: "#ffffff", size: 5, solidity: 0.3 } }),
      },
    }) as Data;
  const wanted = [
    ["agrees", "agrees: plain", "", 0.5],
    ["differs", "differs: framed", "", 2.5],
    ["undecided", "undecided: hatched", "/", 0.5],
  ] as const;
  return wanted
    .filter(([verdict]) => found.has(verdict))
    .map(([, name, shape, frame], i) => key(name, shape, frame, i === 0));
}
