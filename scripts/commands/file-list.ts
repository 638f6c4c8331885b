/** Which files a command has written, in a few lines: reports first, then tables, then charts. */
import { readdirSync, statSync } from "node:fs";
import { dirname, extname, join, relative, sep } from "node:path";
import { columns } from "./text-table.ts";

const KINDS: readonly (readonly [string, readonly string[]])[] = [
  ["report", [".html"]],
  ["table", [".csv", ".parquet"]],
  ["chart", [".svg", ".png", ".pdf"]],
  ["data", [".json", ".ipynb"]],
];
/** More files of a kind and folder than this are counted, not listed; data files are counted all together. */
const LISTED = 4;

/** `report  report/x/x.html`, one line a file, or one a folder where there are many; files higher up first. */
export function fileLines(files: readonly string[]): string[] {
  const depth = (file: string): number => file.split(/[\\/]/).length;
  const sorted = [...files].sort((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1));
  const rows = KINDS.flatMap(([kind, endings]) => {
    const ofKind = sorted.filter((file) => endings.includes(extname(file)));
    const folders = [...new Set(ofKind.map((file) => dirname(file)))];
    const groups =
      kind === "data" && ofKind.length > LISTED
        ? [{ folder: commonFolder(folders), inside: ofKind }]
        : folders.map((folder) => ({ folder, inside: ofKind.filter((file) => dirname(file) === folder) }));
    return groups.flatMap(({ folder, inside }) =>
      inside.length <= LISTED
        ? inside.map((file) => [kind, shown(file)])
        : [[kind, `${folderText(folder)} (${countText(inside)})`]],
    );
  });
  return columns(rows);
}

/** The folder that holds all of some folders. */
function commonFolder(folders: readonly string[]): string {
  let common = folders[0];
  const holdsAll = (): boolean =>
    folders.every((folder) => folder === common || folder.startsWith(common + sep));
  while (!holdsAll() && dirname(common) !== common) common = dirname(common);
  return common;
}

/** A folder as a user would write it; files without a folder in common are only counted. */
function folderText(folder: string): string {
  return dirname(folder) === folder ? "in several folders" : `${shown(folder)}/`;
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
