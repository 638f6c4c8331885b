/** Reads the settings of one simulation, with a protocol's defaults, and remembers which were used. */
import { type Distribution, toDistribution } from "../../lib/core/distributions.ts";
import { DomainError, show, UsageError } from "../../lib/core/errors.ts";
import { type NumberParameter, readParameter } from "../../lib/core/parameters.ts";
import { type Dimension, SI_UNIT } from "../../lib/core/units.ts";
import type { Settings } from "./settings.ts";
import { defaultOf, type SharedKey } from "./simulate-settings.ts";

/** One setting as it was used. */
export interface UsedSetting {
  readonly key: string;
  readonly text: string;
  readonly default: boolean;
}

/** What stands for "there is none". */
const NONE = "none";

export class SettingReader {
  readonly used: UsedSetting[] = [];
  readonly where: string;
  private readonly protocol: string;
  private readonly given: Settings;

  constructor(where: string, protocol: string, given: Settings) {
    this.where = where;
    this.protocol = protocol;
    this.given = given;
  }

  has(key: SharedKey): boolean {
    return Object.hasOwn(this.given, key);
  }

  /** The text of a setting, or undefined when there is neither it nor a default, or it is `none`. */
  text(key: SharedKey, fallback = defaultOf(this.protocol, key)): string | undefined {
    const given = this.has(key) ? this.given[key] : undefined;
    const text = given ?? fallback;
    if (text === undefined) return undefined;
    if (!this.used.some((setting) => setting.key === key))
      this.used.push({ key, text, default: given === undefined });
    return text === NONE ? undefined : text;
  }

  /** A number or quantity of a domain, in SI. */
  number(key: SharedKey, rule: Omit<NumberParameter, "meaning">, fallback?: string): number | undefined {
    const text = this.text(key, fallback ?? defaultOf(this.protocol, key));
    if (text === undefined) return undefined;
    return readParameter(this.where, key, text, { ...rule, meaning: key }, true) as number;
  }

  /** A quantity or a distribution that is never negative. */
  distribution(key: SharedKey, dimension: Dimension, fallback?: string): Distribution | undefined {
    const text = this.text(key, fallback ?? defaultOf(this.protocol, key));
    if (text === undefined) return undefined;
    const drawn = toDistribution(`${this.where}: ${key}`, text, dimension);
    if (drawn.minimum >= 0) return drawn;
    throw new DomainError(`${this.where}: ${key} must be >= 0 ${SI_UNIT[dimension]}, got ${show(text)}`);
  }

  /** Refuses settings that nothing would read. */
  refuse(keys: readonly SharedKey[], reason: string): void {
    const idle = keys.find((key) => this.has(key));
    if (idle !== undefined) throw new UsageError(`${this.where}: ${idle} has no effect ${reason}`);
  }
}
