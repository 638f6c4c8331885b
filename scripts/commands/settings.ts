/** `--set key=value`: the settings of a command line, still as text. */
import { show, UsageError } from "../../lib/core/errors.ts";

/** Settings by name; own properties only, so that `__proto__` is a name like any other and then an unknown one. */
export type Settings = Readonly<Record<string, string>>;

/**
 * Splits `key=value` texts at their first `=`.
 *
 * @param option what the user wrote it after, for errors: `--set`
 * @throws UsageError for a text without `=`, an empty name or a name given twice
 */
export function readSettings(where: string, option: string, texts: readonly string[]): Settings {
  const settings = new Map<string, string>();
  for (const text of texts) {
    const equals = text.indexOf("=");
    if (equals < 1) throw new UsageError(`${where}: ${option} must be key=value, got ${show(text)}`);
    const key = text.slice(0, equals).trim();
    if (settings.has(key)) throw new UsageError(`${where}: ${key} must be set once, got it twice`);
    settings.set(key, text.slice(equals + 1).trim());
  }
  return Object.fromEntries(settings);
}

/** The settings without some of them. */
export function without(settings: Settings, names: readonly string[]): Settings {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !names.includes(name)));
}
