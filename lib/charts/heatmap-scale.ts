/** From a value of a map to its place on the colour scale, its text and the ticks of the colour bar. */
import { DomainError, show } from "../core/errors.ts";
import { coordinate, makeAxis, shortened, type Tick, tickText } from "./axis.ts";
import type { HeatmapValue } from "./heatmap-figure.ts";
import { DIVERGING, type Scale, SEQUENTIAL } from "./palette.ts";

/** A colour scale for one map. */
export interface ColourScale {
  readonly name: string;
  readonly unit: string;
  readonly colours: Scale;
  /** Ends of the scale, in the coordinates that `place` gives. */
  readonly low: number;
  readonly high: number;
  readonly place: (value: number) => number;
  readonly text: (value: number) => string;
  readonly ticks: readonly Tick[];
}

/** The colour scale of a map's values. */
export function colourScale(where: string, value: HeatmapValue, values: readonly number[]): ColourScale {
  const { kind, ...axis } = value;
  if (kind === "error")
    return value.scale === "log" ? ratioScale(where, value, values) : errorScale(where, value, values);
  const made = makeAxis(`${where}: value`, axis, values, { pad: 0 });
  return {
    name: value.name,
    unit: made.unit,
    colours: SEQUENTIAL,
    low: coordinate(made, made.range[0]),
    high: coordinate(made, made.range[1]),
    place: (v) => coordinate(made, v / made.factor),
    text: (v) => tickText(shortened(v / made.factor)),
    ticks: made.ticks.map((tick) => ({ at: coordinate(made, tick.at), text: tick.text })),
  };
}

/** A relative error as a reader says it: `+4.2 %`, `−37 %`, `×12`. */
export function errorText(error: number): string {
  if (error >= 9.95) return `×${tickText(Number((1 + error).toPrecision(2)))}`;
  const percent = Math.abs(error) * 100;
  const digits = percent < 9.95 ? percent.toFixed(1) : percent.toFixed(0);
  const sign = Number(digits) === 0 ? "" : error < 0 ? "−" : "+";
  return `${sign}${digits} %`;
}

/** Small errors stay pale: no scale ends below this. */
const LEAST_REACH = 0.1;

/** The scale reaches as far as the largest error, so zero is in the middle. */
function errorScale(where: string, value: HeatmapValue, values: readonly number[]): ColourScale {
  const reach = 100 * Math.max(LEAST_REACH, ...values.map(Math.abs));
  const axis = makeAxis(`${where}: value`, { name: value.name, range: [-reach, reach] }, [
    -reach,
    0.5,
    reach,
  ]);
  return {
    name: value.name,
    unit: "%",
    colours: DIVERGING,
    low: -reach,
    high: reach,
    place: (v) => 100 * v,
    text: errorText,
    ticks: axis.ticks.map(({ at, text }) => ({ at, text: at > 0 ? `+${text}` : text })),
  };
}

/** Ratios that may stand at the colour bar. */
const RATIOS = [1e6, 1e5, 1e4, 1000, 100, 30, 10, 5, 3, 2, 1.5, 1.2, 1.1, 1.05];

/** By the logarithm of simulated/predicted. A ratio of 0 (error -1) is drawn at the end of the scale. */
function ratioScale(where: string, value: HeatmapValue, values: readonly number[]): ColourScale {
  for (const error of values) {
    if (!(error >= -1))
      throw new DomainError(
        `${where}: value must be >= -1 on a log scale (a ratio >= 0), got ${show(error)}`,
      );
  }
  const logs = values.filter((error) => error > -1).map((error) => Math.abs(Math.log10(1 + error)));
  const reach = Math.max(Math.log10(1 + LEAST_REACH), ...logs);
  const kept: number[] = [];
  for (const ratio of RATIOS) {
    const at = Math.log10(ratio);
    const last = kept.length === 0 ? Number.POSITIVE_INFINITY : Math.log10(kept[kept.length - 1]);
    if (at <= reach * (1 + 1e-9) && last - at >= 0.28 * reach && at >= 0.28 * reach) kept.push(ratio);
  }
  const up = kept.map((ratio) => ({ at: Math.log10(ratio), text: `×${tickText(ratio)}` }));
  const down = kept.map((ratio) => ({ at: -Math.log10(ratio), text: `÷${tickText(ratio)}` }));
  return {
    name: value.name,
    unit: "",
    colours: DIVERGING,
    low: -reach,
    high: reach,
    place: (error) => Math.max(-reach, Math.log10(1 + error)),
    text: errorText,
    ticks: [...down, { at: 0, text: "equal" }, ...up],
  };
}
