/** Tables from papers in `data/published`: the numbers that models and simulations are held against. */
import { readdirSync } from "node:fs";
import { dirname } from "node:path";
import { DataError, refuseUnknown } from "../core/errors.ts";
import { numberIn, readDataFile } from "./data-file.ts";
import { projectFile } from "./project-file.ts";

const FOLDER = "data/published";

/** A table with what its first comment says of it. */
export interface PublishedTable {
  readonly name: string;
  /** All comment lines, joined by newlines. */
  readonly comment: string;
  /** Paper, section and where the numbers were read. */
  readonly source: string;
  /** How sure they are: verified, recalled, computed. */
  readonly status: string;
  /** How near one should come, in the words of the file. */
  readonly tolerance: string;
  readonly columns: readonly string[];
  /** Cells that are numbers as numbers, in the paper's units; all others as text. */
  readonly rows: readonly Readonly<Record<string, string | number>>[];
}

/** The names of all published tables, in alphabetical order. */
export function publishedNames(): string[] {
  const file = projectFile(`${FOLDER}/queue_erlang_c.csv`);
  return readdirSync(dirname(file))
    .filter((name) => name.endsWith(".csv"))
    .map((name) => name.slice(0, -4))
    .sort((a, b) => (a < b ? -1 : 1));
}

/**
 * Reads a table of `data/published` by its name.
 *
 * @throws UsageError for a name that is not there; DataError for a malformed file, or one without
 * `# source: …; …; tolerance …`
 * @example
 * publishedTable("queue_erlang_c").rows[0].Wq_over_service_time; // => 1
 * publishedTable("queue_erlang_c").tolerance; // => "1e-4"
 */
export function publishedTable(name: string): PublishedTable {
  refuseUnknown("publishedTable", "table", [name], publishedNames());
  const path = `${FOLDER}/${name}.csv`;
  const table = readDataFile(path);
  const head = /^source:\s*(.*?);\s*(.*?)[;,:]?\s*tolerance:?\s*(.+)$/.exec(table.comments[0] ?? "");
  if (head === null) throw new DataError(`${path}:1: first comment must be "source: …; status; tolerance …"`);
  return {
    name,
    comment: table.comments.join("\n"),
    source: head[1],
    status: head[2],
    tolerance: head[3],
    columns: table.columns,
    rows: table.rows.map(({ cells }) =>
      Object.fromEntries(table.columns.map((column, i) => [column, numberIn(cells[i]) ?? cells[i]])),
    ),
  };
}
