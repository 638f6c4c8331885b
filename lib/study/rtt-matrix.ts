/**
 * Networks from measured round-trip times: `network.fromRttMatrix("data/rtt/….csv", { place: { Frankfurt: 2 } })`.
 *
 * The file has the columns `from`, `to`, `rtt_ms` and may have `window_end`. A round trip is the same path whoever
 * starts it, so the two measurements A→B and B→A of a pair are two looks at one quantity: their mean is taken, and
 * half of it is the one-way delay each way. Only the places named are kept.
 */
import { DataError, DomainError, show, unknownName } from "../core/errors.ts";
import { networks, type PortOptions } from "../core/networks.ts";
import { checkNumber } from "../core/parameters.ts";
import type { NetworkSpec } from "../core/system.ts";
import { parseQuantity, type TimeInput } from "../core/units.ts";
import { type DataTable, numberCell, readDataFile, textCell } from "./data-file.ts";

/** Which rows of a file to take, and what stands where. */
export interface RttMatrixOptions extends PortOptions {
  /**
   * Nodes at each place of the file: `{ Frankfurt: 2, Tokyo: 1 }`, numbered in this order. A place with 0 nodes is
   * one where only clients stand.
   */
  readonly place: Readonly<Record<string, number>>;
  /**
   * Round trip between two nodes of one place: a time, or a file of zones (columns `region`, `from`, `to`,
   * `rtt_ms`) whose mean over different zones of that region is taken. Needed where a place has two nodes. Without
   * it, a client at a place with one node stands right beside that node.
   */
  readonly within?: TimeInput;
  /** Coefficient of variation of every one-way delay, for the files hold means; default 0. */
  readonly jitter?: number;
  /** Which `window_end` to read, where a file has several; default the latest. */
  readonly window?: string;
}

const WHERE = "network.fromRttMatrix";

/** Reads a network from a file of round-trip times between places. */
function fromRttMatrix(path: string, options: RttMatrixOptions): NetworkSpec {
  if (options === null || typeof options !== "object" || options.place === undefined)
    throw new DomainError(`${WHERE}: place must say how many nodes stand where, got ${show(options?.place)}`);
  const { within, window, ...rest } = options;
  const table = readDataFile(path, ["from", "to", "rtt_ms"]);
  const pairs = readPairs(table, ["from", "to"], window);
  const known = [...new Set([...pairs.values()].flatMap(({ from, to }) => [from, to]))];
  const sites = Object.keys(options.place);
  for (const site of sites) {
    if (!known.includes(site)) throw unknownName(WHERE, "place", site, known);
  }
  const rtt = sites.map((from) => sites.map((to) => (from === to ? 0 : meanOf(path, pairs, from, to))));
  for (const [i, site] of sites.entries()) rtt[i][i] = withinOf(site, options, window);
  return networks.fromMatrix({ ...rest, sites, rtt });
}

interface Pair {
  readonly from: string;
  readonly to: string;
  readonly line: number;
  readonly seconds: number;
}

const keyOf = (...names: readonly string[]): string => JSON.stringify(names);

/** The rows of one window, by the names that must be unique. */
function readPairs(table: DataTable, key: readonly string[], window: string | undefined): Map<string, Pair> {
  const dated = table.columns.includes("window_end");
  const dates = dated ? table.rows.map((row) => textCell(table, row, "window_end")) : [];
  const latest = [...new Set(dates)].sort((a, b) => (a < b ? -1 : 1)).pop();
  if (window !== undefined && !dates.includes(window))
    throw unknownName(WHERE, "window", window, [...new Set(dates)]);
  const pairs = new Map<string, Pair>();
  for (const [i, row] of table.rows.entries()) {
    const names = key.map((column) => textCell(table, row, column));
    const seconds = numberCell(table, row, "rtt_ms", 0) / 1000;
    if (dated && dates[i] !== (window ?? latest)) continue;
    const before = pairs.get(keyOf(...names));
    if (before !== undefined) {
      const shown = names.map((name) => show(name)).join(", ");
      throw new DataError(
        `${table.path}:${row.line}: column ${show(key[0])} to ${show(key[key.length - 1])}: ${shown} must occur once, got it again after line ${before.line}`,
      );
    }
    const [from, to] = names.slice(-2);
    pairs.set(keyOf(...names), { from, to, line: row.line, seconds });
  }
  return pairs;
}

function meanOf(path: string, pairs: ReadonlyMap<string, Pair>, from: string, to: string): number {
  const found = [pairs.get(keyOf(from, to)), pairs.get(keyOf(to, from))].filter(
    (pair): pair is Pair => pair !== undefined,
  );
  if (found.length === 0)
    throw new DataError(`${path}: round trip between ${show(from)} and ${show(to)} is missing`);
  return found.reduce((sum, pair) => sum + pair.seconds, 0) / found.length;
}

function withinOf(site: string, options: RttMatrixOptions, window: string | undefined): number {
  const { within } = options;
  const nodes = options.place[site];
  if (within === undefined) {
    if (nodes < 2) return 0;
    throw new DomainError(
      `${WHERE}: within must be given where nodes share a place (${site}: ${nodes}): a time such as "0.8 ms", or the path of a file of zones`,
    );
  }
  if (typeof within === "string" && within.endsWith(".csv")) return zoneMean(within, site, window);
  const seconds = parseQuantity(`${WHERE}: within`, within, "time");
  return checkNumber(WHERE, "within", seconds, { dimension: "time", min: 0, meaning: "RTT within a place" });
}

/** Mean round trip between different zones of a region. */
function zoneMean(path: string, region: string, window: string | undefined): number {
  const table = readDataFile(path, ["region", "from", "to", "rtt_ms"]);
  const dated = table.columns.includes("window_end");
  // A window of the regions' file need not be one of the zones' file.
  const here = dated && table.rows.some((row) => textCell(table, row, "window_end") === window);
  const pairs = readPairs(table, ["region", "from", "to"], here ? window : undefined);
  const regionOf = (key: string): string => (JSON.parse(key) as string[])[0];
  const rows = [...pairs].filter(([key, { from, to }]) => regionOf(key) === region && from !== to);
  if (rows.length === 0)
    throw new DataError(`${path}: round trip between zones of ${show(region)} is missing`);
  return rows.reduce((sum, [, pair]) => sum + pair.seconds, 0) / rows.length;
}

/** Builders of networks, those that read files included. */
export const network = {
  ...networks,
  /**
   * A network of measured round-trip times.
   *
   * @param path a CSV file with columns `from`, `to`, `rtt_ms` (mean round trip in milliseconds) and perhaps
   * `window_end`; relative paths are looked for in the working folder, then in the project
   * @throws DataError `path:line: …` for a malformed file or a missing pair; DomainError and UsageError for options
   * @example
   * network.fromRttMatrix("data/rtt/ibm-cloud-regions-2026.csv", { place: { Frankfurt: 1, Tokyo: 1 } }).sites; // => ["Frankfurt", "Tokyo"]
   */
  fromRttMatrix,
};
