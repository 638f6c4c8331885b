/**
 * The time axis of a space-time diagram.
 *
 * A window of 40 ms at 12 s into a run is read in milliseconds after 12 s, not as 12.003, 12.004 …: the axis then
 * starts at a round base, which its title names.
 */
import { chooseUnit, linearTicks, shortened, type Tick, tickText, unitFactor } from "./axis.ts";

/** An axis of time: `text` of any moment, ticks, title. */
export interface TimeScale {
  /** Seconds that the axis counts from. */
  readonly base: number;
  /** Seconds in one unit. */
  readonly factor: number;
  readonly unit: string;
  readonly title: string;
  /** Places in the unit after the base. */
  readonly ticks: readonly Tick[];
  /** How long the window is: `window of 40 ms`. */
  readonly lengthText: string;
}

/** The axis for a window in seconds, with at most so many ticks. */
export function timeScale(from: number, to: number, most = 12): TimeScale {
  const span = to - from;
  // Where the window is small against its place, count from a round moment at or before it.
  const grid = 10 ** Math.ceil(Math.log10(span));
  const base = from >= 10 * span ? Number((Math.floor(from / grid + 1e-9) * grid).toPrecision(12)) : 0;
  const unit = chooseUnit([base === 0 ? Math.max(Math.abs(from), to) : to - base], "time");
  const factor = unitFactor("spaceTime", unit, "time");
  const places = linearTicks([(from - base) / factor, (to - base) / factor], most);
  return {
    base,
    factor,
    unit,
    title: base === 0 ? `time [${unit}]` : `time after ${tickText(base)} s [${unit}]`,
    ticks: places.map((at) => ({ at, text: tickText(at, places) })),
    lengthText: `window of ${durationText(span)}`,
  };
}

/** A duration in a unit that suits it. */
export function durationText(seconds: number): string {
  const unit = chooseUnit([seconds], "time");
  return `${tickText(shortened(seconds / unitFactor("spaceTime", unit, "time")))} ${unit}`;
}
