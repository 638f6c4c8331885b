/** Which files a command has written, in a few lines: reports first, then tables, then charts. */
import { readdirSync, statSync } from "node:fs";
import { dirname, extname, join, relative } from "node:path";
import { columns } from "./text-table.ts";

const KINDS: readonly (readonly [string, readonly string[]])[] = [
  ["report", [".html"]],
  ["table", [".csv", ".parquet"]],
  ["chart", [".svg", ".png", ".pdf"]],
  ["data", [".json", ".ipynb"]],
];
/** More files of a kind and folder than this are counted, not listed. */
const LISTED = 4;

/** `report  report/x/x.html`, one line a file, or one a folder where there are many. */
export function fileLines(files: readonly string[]): string[] {
  const rows: string[][] = [];
  for (const [kind, endings] of KINDS) {
    const ofKind = files.filter((file) => endings.includes(extname(file)));
    for (const folder of [...new Set(ofKind.map((file) => dirname(file)))]) {
      const here = ofKind.filter((file) => dirname(file) === folder).map(shown);
      if (here.length <= LISTED) rows.push(...here.map((file) => [kind, file]));
      else rows.push([kind, `${shown(folder)}/ (${countText(here)})`]);
    }
  }
  return columns(rows);
}

/** As a user at this place would write it. */
function shown(path: string): string {
  const near = relative("", path);
  return near === "" || near.startsWith("..") ? path : near;
}

function countText(files: readonly string[]): string {
  const endings = [...new Set(files.map((file) => extname(file)))];
  return endings.map((e) => `${files.filter((file) => extname(file) === e).length} ${e.slice(1)}`).join(", ");
}

/** Files below a folder that were written since a moment, in alphabetical order. */
export function filesSince(folder: string, since: number): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => statSync(file).mtimeMs >= since)
    .sort((a, b) => (a < b ? -1 : 1));
}
