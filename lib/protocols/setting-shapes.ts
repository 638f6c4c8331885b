/** The two commonest shapes of a protocol's setting. */
import type { NumberParameter } from "../core/parameters.ts";

/** A number with a default, so that a system needs not state it. */
export type SettingWithDefault = NumberParameter & { readonly default: number };

/**
 * How many of something; a million at most, so that a slip of the keyboard is refused before it takes all memory.
 */
export const countSetting = (meaning: string, fallback: number, min = 0): SettingWithDefault => ({
  dimension: "one",
  integer: true,
  min,
  max: 1e6,
  default: fallback,
  meaning,
});

/** A time, in seconds. */
export const timeSetting = (meaning: string, fallback: number): SettingWithDefault => ({
  dimension: "time",
  min: 0,
  default: fallback,
  meaning,
});
