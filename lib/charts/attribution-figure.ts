/** Where latency goes: stacked components, simulated beside the model's own terms. */
import type { Data } from "plotly.js";
import { DomainError, refuseUnknown, show, UsageError } from "../core/errors.ts";
import { type Axis, type AxisInput, makeAxis, plotlyAxis, tickWidth, valueText, withTicks } from "./axis.ts";
import { filled, finite, interval } from "./checks.ts";
import {
  areaOf,
  baseLayout,
  CONFIG,
  checkInput,
  type Figure,
  type FigureText,
  legendName,
} from "./figure.ts";
import { INK, seriesStyles } from "./palette.ts";
import { hatchLines } from "./svg-marks.ts";
import { escapeText, joinLines, wrap } from "./text.ts";

/** One case: what its latency is made of. All in SI. */
export interface AttributionGroup {
  /** The case: `1 MiB`. */
  readonly label: string;
  readonly simulated: Readonly<Record<string, number>>;
  /** The terms of the formula under the same names; a term that it lacks is left out. */
  readonly model?: Readonly<Record<string, number>>;
  /** Interval of the simulated total. */
  readonly low?: number;
  readonly high?: number;
}

/** Stacked components of several cases. */
export interface AttributionFigureInput extends FigureText {
  readonly y: AxisInput;
  readonly groups: readonly AttributionGroup[];
  /** Names of the components from the bottom up; in the order of the first case unless given. */
  readonly components?: readonly string[];
  /** What the cases differ in: `payload`. */
  readonly groupName?: string;
}

const KEYS = ["y", "groups", "components", "groupName"];
const GROUP_KEYS = ["label", "simulated", "model", "low", "high"];
/** Places of the two bars about the middle of a case, and their width; a case is 1 wide. */
const ASIDE = 0.21;
const BAR = 0.36;

/** One bar: its place, whether it is the model's, and its parts. */
interface Bar {
  readonly at: number;
  readonly model: boolean;
  readonly group: AttributionGroup;
  readonly parts: Readonly<Record<string, number>>;
  readonly total: number;
}

/**
 * Stacked bars: solid for the simulation, hatched for the model, one colour a component, totals above.
 *
 * @param input components in SI, none negative
 * @throws DomainError for no groups, negative or non-finite parts, more than 8 components; UsageError for a component
 * that is not in `components`, and for a log axis, on which stacked parts cannot be compared
 * @example
 * attributionFigure({ title: "T", y: { name: "latency", dimension: "time" }, groups: [{ label: "1 KiB", simulated: { disk: 0.001, network: 0.002 } }] }).data.slice(0, 2).map((trace) => trace.y[0]); // => [1, 2]
 */
export function attributionFigure(input: AttributionFigureInput): Figure {
  const where = "attributionFigure";
  checkInput(where, input, KEYS);
  if (input.y?.scale === "log")
    throw new UsageError(
      `${where}: y.scale must be linear (stacked parts have no length on a log axis), got "log"`,
    );
  const groups = filled(where, "groups", input.groups, "case");
  const names = componentNames(where, input);
  const bars = groups.flatMap((group, i) => readGroup(where, group, i, names));
  const tops = bars.flatMap((bar) => [bar.total, ...(bar.model ? [] : endsOf(bar.group))]);
  const y = makeAxis(`${where}: y`, input.y, tops, { fromZero: true, pad: 0.1 });
  const stacks = componentTraces(bars, names, y);
  const keys = [...whiskers(bars, y), ...meaningKeys(bars)];
  const roughWidth = ((input.width ?? 860) - 260) / groups.length;
  const labels = groups.map((group) => wrap(group.label, roughWidth - 6, 12).slice(0, 2));
  const twoBars = bars.some((bar) => bar.model);
  const wordy = roughWidth * ASIDE * 2 > 58;
  const needs = {
    tickWidth: tickWidth(y, 12),
    below: 16 * (Math.max(...labels.map((lines) => lines.length)) + (twoBars && wordy ? 1 : 0)) - 16,
  };
  const area = areaOf(input, [...stacks, ...keys], needs);
  const plot = { width: area.width - area.left - area.right, height: area.height - area.top - area.bottom };
  const { x, texts } = groupAxis(input, bars, labels, twoBars && wordy);
  const lift = (3 / plot.height) * (y.range[1] - y.range[0]);
  const layout = baseLayout(input, [...stacks, ...keys], area, needs);
  return {
    data: [...stacks, ...hatching(bars, names, y, plot), ...keys, ...totals(bars, y, roughWidth, lift)],
    layout: {
      ...layout,
      legend: { ...layout.legend, itemclick: false, itemdoubleclick: false },
      barmode: "stack",
      xaxis: {
        ...plotlyAxis(x, { title: x.title !== "" }),
        ticktext: texts,
        ticks: "",
        tickangle: 0,
        showgrid: false,
      },
      yaxis: plotlyAxis(y),
    },
    config: CONFIG,
  };
}

function componentNames(where: string, input: AttributionFigureInput): string[] {
  const found = new Set<string>();
  for (const group of input.groups)
    for (const name of Object.keys({ ...group.simulated, ...group.model })) found.add(name);
  const names = [...(input.components ?? found)];
  refuseUnknown(where, "component", found, names);
  if (names.length < 1 || names.length > 8)
    throw new DomainError(`${where}: components must be 1 to 8, got ${names.length}`);
  return names;
}

function endsOf(group: AttributionGroup): number[] {
  return [group.low, group.high].filter((end): end is number => end !== undefined && Number.isFinite(end));
}

function readGroup(where: string, group: AttributionGroup, i: number, names: readonly string[]): Bar[] {
  const at = `groups[${i}]`;
  refuseUnknown(where, `option of ${at}`, Object.keys(group), GROUP_KEYS);
  if (typeof group.label !== "string" || group.label === "")
    throw new DomainError(`${where}: ${at}.label must name the case, got ${show(group.label)}`);
  const bar = (what: "simulated" | "model", given: Readonly<Record<string, number>>): Bar => {
    let total = 0;
    for (const name of names) {
      const part = finite(where, `${at}.${what}.${name}`, given[name] ?? 0);
      if (part < 0) throw new DomainError(`${where}: ${at}.${what}.${name} must be >= 0, got ${show(part)}`);
      total += part;
    }
    return { at: i, model: what === "model", group, parts: given, total };
  };
  const simulated = bar("simulated", group.simulated);
  // The whisker stands on the stacked total: its interval must hold it, up to the rounding of the sum.
  const slack = simulated.total * 1e-9;
  const { low, high } = group;
  interval(where, `${at} total`, simulated.total, {
    ...(low === undefined ? {} : { low: low - slack }),
    ...(high === undefined ? {} : { high: high + slack }),
  });
  return group.model === undefined ? [simulated] : [simulated, bar("model", group.model)];
}

/** Where a bar stands: in the middle when its case has no model. */
function placeOf(bar: Bar): number {
  if (bar.group.model === undefined) return bar.at;
  return bar.at + (bar.model ? ASIDE : -ASIDE);
}

function componentTraces(bars: readonly Bar[], names: readonly string[], y: Axis): Data[] {
  const styles = seriesStyles(names.length);
  return names.map((name, i) => ({
    type: "bar",
    name: legendName(name),
    x: bars.map(placeOf),
    y: bars.map((bar) => (bar.parts[name] ?? 0) / y.factor),
    xaxis: "x",
    yaxis: "y",
    width: BAR,
    legendgroup: name,
    showlegend: true,
    marker: {
      color: bars.map((bar) => (bar.model ? "#ffffff" : styles[i].color)),
      line: { width: 1, color: bars.map((bar) => (bar.model ? styles[i].color : "#ffffff")) },
    },
    text: bars.map((bar) =>
      [
        `${bar.group.label} · ${bar.model ? "model" : "simulated"}`,
        `${name} ${valueText(y, bar.parts[name] ?? 0)} of ${valueText(y, bar.total)}`,
      ]
        .map(escapeText)
        .join("<br>"),
    ),
    textposition: "none",
    hoverinfo: "text",
  }));
}

/**
 * Hatching of the model's bars as lines: plotly's patterns would make a PDF a hundred times as large. They would not
 * move with the bars if a component were hidden, so the legend of this figure hides nothing.
 */
function hatching(
  bars: readonly Bar[],
  names: readonly string[],
  y: Axis,
  plot: { width: number; height: number },
): Data[] {
  const groups = new Set(bars.map((bar) => bar.at)).size;
  const across = plot.width / groups;
  const upwards = plot.height / (y.range[1] - y.range[0]);
  const styles = seriesStyles(names.length);
  return names.flatMap((name, n): Data[] => {
    const strokes = bars
      .filter((bar) => bar.model)
      .flatMap((bar) => {
        const below = names.slice(0, n).reduce((sum, other) => sum + (bar.parts[other] ?? 0), 0) / y.factor;
        const box = {
          x: (placeOf(bar) - BAR / 2) * across,
          y: below * upwards,
          width: BAR * across,
          height: ((bar.parts[name] ?? 0) / y.factor) * upwards,
        };
        return box.height === 0 ? [] : hatchLines(box, 7);
      });
    if (strokes.length === 0) return [];
    return [
      {
        type: "scatter",
        mode: "lines",
        name: escapeText(`${name} · model`),
        x: strokes.flatMap(([a, b]) => [a[0] / across, b[0] / across, null]),
        y: strokes.flatMap(([a, b]) => [a[1] / upwards, b[1] / upwards, null]),
        xaxis: "x",
        yaxis: "y",
        legendgroup: name,
        showlegend: false,
        hoverinfo: "skip",
        connectgaps: false,
        line: { color: styles[n].color, width: 1.5 },
      },
    ];
  });
}

/** Intervals of the simulated totals. */
function whiskers(bars: readonly Bar[], y: Axis): Data[] {
  const own = bars.filter((bar) => !bar.model && endsOf(bar.group).length === 2);
  if (own.length === 0) return [];
  const cap = 0.05;
  const strokes = own.flatMap((bar) => {
    const [low, high] = endsOf(bar.group).map((end) => end / y.factor);
    const x = placeOf(bar);
    return [
      [x - cap, low],
      [x + cap, low],
      [x, low],
      [x, high],
      [x - cap, high],
      [x + cap, high],
      [null, null],
    ];
  });
  return [
    {
      type: "scatter",
      mode: "lines",
      name: "interval of the total",
      x: strokes.map(([x]) => x),
      y: strokes.map(([, at]) => at),
      xaxis: "x",
      yaxis: "y",
      legendgroup: "interval",
      showlegend: true,
      hoverinfo: "skip",
      line: { color: "#000000", width: 1.5 },
    },
  ];
}

/** The totals above the bars, `lift` clear of whiskers. */
function totals(bars: readonly Bar[], y: Axis, groupWidth: number, lift: number): Data[] {
  if (groupWidth * BAR < 40) return [];
  const top = (bar: Bar) => Math.max(bar.total, ...(bar.model ? [] : endsOf(bar.group)));
  return [
    {
      type: "scatter",
      mode: "text",
      name: "total",
      x: bars.map(placeOf),
      y: bars.map((bar) => top(bar) / y.factor + lift),
      text: bars.map((bar) => escapeText(valueText(y, bar.total))),
      textposition: "top center",
      textfont: { size: 11, color: INK.text },
      xaxis: "x",
      yaxis: "y",
      hoverinfo: "skip",
      showlegend: false,
      cliponaxis: false,
    },
  ];
}

function meaningKeys(bars: readonly Bar[]): Data[] {
  if (!bars.some((bar) => bar.model)) return [];
  const key = (name: string, shape: string): Data =>
    ({
      type: "bar",
      x: [null],
      y: [null],
      name,
      legendgroup: `key ${name}`,
      showlegend: true,
      hoverinfo: "skip",
      xaxis: "x",
      yaxis: "y",
      marker: {
        color: INK.muted,
        line: { width: 1, color: "#ffffff" },
        pattern: { shape: [shape], fillmode: "replace", bgcolor: "#ffffff", size: 6, solidity: 0.45 },
      },
    }) as Data;
  return [key("simulated: solid", ""), key("model: hatched", "/")];
}

/** Cases side by side, named below; where there is room each bar says what it is. Texts are as plotly has them. */
function groupAxis(
  input: AttributionFigureInput,
  bars: readonly Bar[],
  labels: readonly (readonly string[])[],
  wordy: boolean,
): { x: Axis; texts: string[] } {
  const range = [-0.5, labels.length - 0.5] as const;
  const axis = makeAxis("attributionFigure: x", { name: "case", range }, [0]);
  const ticks = [
    ...labels.map((lines, at) => ({ at, text: joinLines(wordy ? ["", ...lines] : lines) })),
    ...(wordy ? bars.map((bar) => ({ at: placeOf(bar), text: bar.model ? "model" : "simulated" })) : []),
  ];
  return {
    x: { ...withTicks(axis, ticks), title: input.groupName ?? "" },
    texts: ticks.map((tick) => tick.text),
  };
}
